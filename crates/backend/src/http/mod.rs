//! The HTTP surface, thin: what is done is in `sessions` and `payments`.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Extension, Json, Router};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

mod answers;
pub(crate) mod assets;
mod auth;
mod body;
mod caller;
mod checkout;
mod cookies;
mod cors;
mod desk;
mod edge;
mod given;
mod json;
mod openapi;
mod pay;
mod platforms;
mod problem;
mod request;
mod shop;

/// Every route.
pub(crate) fn router(app: Arc<App>, assets: assets::Assets) -> Router {
    let (documented, document) = documented().split_for_parts();
    let document = get(async move || Json(document.clone()));
    documented
        .route("/v1/{*nothing}", any(answers::unknown_path))
        .layer(DefaultBodyLimit::max(body::JSON_MAX))
        .merge(pay::routes())
        .layer(Extension(assets.clone()))
        .merge(platforms::routes())
        .merge(desk::open(&app))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/openapi.json", document)
        .method_not_allowed_fallback(answers::wrong_method)
        .merge(platforms::before(&app, assets.routes()))
        .layer(from_fn_with_state(Arc::clone(&app), edge::edge))
        .layer(not_stored())
        .layer(from_fn(edge::log))
        .with_state(app)
}

/// The routes that are in the OpenAPI document. A path and its document are one attribute.
fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(shop::routes())
        .nest(guichet_wire::PATH, checkout::routes())
}

/// The OpenAPI document.
pub(crate) fn document() -> OpenApi {
    documented().into_openapi()
}

async fn ready(State(app): State<Arc<App>>) -> StatusCode {
    match app.store.ping().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Nothing is kept on the way but an asset, which says itself for how long: a proxy that answers a
/// repeated notification or `/readyz` from its memory hides them from us.
fn not_stored() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    )
}
