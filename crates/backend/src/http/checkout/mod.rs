//! `/checkout/v1`: the widget, with the session's secret, from an origin of the session's shop.

use std::sync::Arc;

use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answers::{unknown_path, wrong_method};
use super::cors;
use crate::app::App;

mod call;
mod cards;
mod markup;
mod payments;
mod session;

/// Answers with fewer bytes fit into a packet or two as they are.
const COMPRESSED_ABOVE: u64 = 1024;

/// Every route.
pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    let (routes, document) = OpenApiRouter::default()
        .routes(routes!(session::session, session::session_by_form))
        .routes(routes!(session::status))
        .routes(routes!(payments::start))
        .routes(routes!(payments::proceed))
        .routes(routes!(cards::list))
        .routes(routes!(cards::remove))
        .split_for_parts();
    let routes = routes
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        // A session's secret is in no answer, and nobody else's words are: nothing of it can be
        // guessed by what it compresses to.
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_ABOVE)))
        .layer(cors::version())
        .layer(cors::checkout());
    let mut documented = OpenApiRouter::from(routes);
    *documented.get_openapi_mut() = document;
    documented
}
