//! `/desk`: the pages of the shop's people. Each is drawn for a [`Reader`], whom the login puts
//! into the request; without one there is no page.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::paths::DESK;

mod answers;
mod pages;
mod reader;
#[cfg(test)]
mod tests;

/// Every page that is read.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(&format!("{DESK}/today"), get(pages::today))
        .route(&format!("{DESK}/payments"), get(pages::payments))
        .route(&format!("{DESK}/payments.csv"), get(pages::spreadsheet))
        .route(&format!("{DESK}/payments/{{payment}}"), get(pages::payment))
        .route(&format!("{DESK}/attention"), get(pages::attention))
        .route(&format!("{DESK}/webhooks"), get(pages::webhooks))
        .route(&format!("{DESK}/settings"), get(pages::settings))
        .route(&format!("{DESK}/desk.css"), get(answers::style))
}
