//! What comes from a platform: its notifications, and the browsers that it sends back.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

use crate::app::App;

mod back;
mod headers;
mod notify;

/// Every route.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/notify", any(notify::notify))
        .route("/notify/", any(notify::notify))
        .route("/notify/{*address}", any(notify::notify))
        .route(
            "/return/{provider}/{payment}/{ending}",
            any(back::come_back),
        )
        .layer(DefaultBodyLimit::max(notify::NOTIFICATION_MAX))
}

/// Files, and before them a notification that no route took.
pub(super) fn before(app: &Arc<App>, files: Router<Arc<App>>) -> Router<Arc<App>> {
    files
        .layer(from_fn_with_state(Arc::clone(app), notify::before_files))
        .layer(DefaultBodyLimit::max(notify::NOTIFICATION_MAX))
}
