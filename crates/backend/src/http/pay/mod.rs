//! `/pay`: the checkout as pages of its own, where no script of the widget runs. A form posts to
//! `/pay`, with the session's secret in its body; the page that follows knows it by a cookie that
//! is good for that session alone. No secret of a session is ever in an address.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;
use crate::paths::PAY;

pub(super) mod addresses;
mod answers;
mod card;
mod cookie;
mod form;
mod link;
mod page;
mod press;

/// Most bytes of a form.
const FORM_MAX: usize = 16 * 1024;

/// Every route.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(PAY, post(press::press))
        .route(&format!("{PAY}/{}", card::SCRIPT), get(card::script))
        .route(
            &format!("{PAY}/card/{{payment}}/{{ending}}"),
            get(card::page),
        )
        .route(&format!("{PAY}/{{session}}"), get(page::page))
        .route(
            &format!("{PAY}/{{session}}/link/{{token}}"),
            get(link::ask).post(link::open),
        )
        .layer(DefaultBodyLimit::max(FORM_MAX))
}
