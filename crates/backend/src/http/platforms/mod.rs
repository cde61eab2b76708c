//! What comes from a platform: its notifications, and the browsers that it sends back.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

use crate::app::App;
use crate::paths::{NOTIFY, RETURN};

mod address;
mod back;
mod before_files;
mod callback;
mod headers;
mod message;
mod notify;

/// Every route.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(NOTIFY, any(notify::notify))
        .route(&format!("{NOTIFY}/"), any(notify::notify))
        .route(&format!("{NOTIFY}/{{*address}}"), any(notify::notify))
        .route(
            &format!("{RETURN}/{{provider}}/{{payment}}/{{ending}}"),
            any(back::come_back),
        )
        .layer(DefaultBodyLimit::max(message::MAX))
}

/// Files, and before them a notification that no route took.
pub(super) fn before(app: &Arc<App>, files: Router<Arc<App>>) -> Router<Arc<App>> {
    files
        .layer(from_fn_with_state(
            Arc::clone(app),
            before_files::before_files,
        ))
        .layer(DefaultBodyLimit::max(message::MAX))
}
