//! `/v1`: the shop's server, with its secret key.

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

mod cards;
mod id;
mod links;
mod markup;
mod operations;
mod order;
mod payments;
mod rebillings;
mod reviews;
mod search;
mod sessions;
mod shopper;
mod terminals;

/// Every route.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(sessions::create, search::find_sessions))
        .routes(routes!(sessions::read))
        .routes(routes!(sessions::expire))
        .routes(routes!(links::create))
        .routes(routes!(cards::cards))
        .routes(routes!(payments::pay))
        .routes(routes!(search::find_payments))
        .routes(routes!(search::spreadsheet))
        .routes(routes!(operations::read_payment))
        .routes(routes!(operations::capture, operations::captures))
        .routes(routes!(operations::read_capture))
        .routes(routes!(operations::cancel, operations::cancellations))
        .routes(routes!(operations::read_cancellation))
        .routes(routes!(operations::refund, operations::refunds))
        .routes(routes!(operations::read_refund))
        .routes(routes!(operations::duplicate, operations::duplicates))
        .routes(routes!(operations::read_duplicate))
        .routes(routes!(rebillings::rebill, rebillings::rebillings))
        .routes(routes!(rebillings::amend, rebillings::call_off))
        .routes(routes!(reviews::decide))
        .routes(routes!(terminals::list))
        .routes(routes!(terminals::cancel_at_terminal))
        .routes(routes!(terminals::receipt))
}
