//! The HTTP surface.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, delete, get, post};
use tower_http::set_header::SetResponseHeaderLayer;

use guichet_wire::ProblemCode;

use crate::app::App;

pub(crate) mod assets;
pub(crate) mod checkout;
mod edge;
mod openapi;
mod platforms;
pub(crate) mod problem;
pub(crate) mod request;
mod shop;

pub(crate) use openapi::document as openapi_document;
pub(crate) use problem::Quiet;

use checkout::cards;
use shop::{sessions, upkeep};

use crate::payments::go_on;

/// Every route.
pub(crate) fn router(app: Arc<App>) -> Router {
    let checkout = Router::new()
        .route("/session", get(checkout::session))
        .route("/status", get(checkout::status))
        .route("/payments", post(checkout::start))
        .route("/payments/{id}/continue", post(go_on::proceed))
        .route("/cards", get(cards::list))
        .route("/cards/{method}/{card}", delete(cards::remove))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(checkout::cors());
    let platforms = Router::new()
        .route("/notify", any(platforms::notify::notify))
        .route("/notify/", any(platforms::notify::notify))
        .route("/notify/{*address}", any(platforms::notify::notify))
        .route(
            "/return/{provider}/{payment}/{outcome}",
            any(platforms::back::come_back),
        )
        .layer(DefaultBodyLimit::max(platforms::NOTIFICATION_MAX));
    Router::new()
        .route("/v1/sessions", post(sessions::create).get(upkeep::find))
        .route("/v1/sessions/{id}", get(sessions::read))
        .route("/v1/sessions/{id}/expire", post(upkeep::expire))
        .route("/v1/sessions/{id}/cards", get(sessions::cards))
        .route("/v1/sessions/{id}/payments", post(sessions::pay))
        .route("/v1/{*nothing}", any(unknown_path))
        .nest("/checkout/v1", checkout)
        .layer(DefaultBodyLimit::max(request::JSON_MAX))
        .merge(platforms)
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route(
            "/openapi.json",
            get(async || axum::Json(openapi_document())),
        )
        .method_not_allowed_fallback(wrong_method)
        .merge(files(&app))
        .layer(from_fn_with_state(Arc::clone(&app), edge::edge))
        .layer(not_stored())
        .layer(from_fn(edge::log))
        .with_state(app)
}

/// The widget's files, and before them a notification that no route took.
fn files(app: &Arc<App>) -> Router<Arc<App>> {
    assets::router(app)
        .layer(from_fn_with_state(
            Arc::clone(app),
            platforms::notify::before_files,
        ))
        .layer(DefaultBodyLimit::max(platforms::NOTIFICATION_MAX))
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

async fn unknown_path() -> problem::ApiError {
    problem::ApiError::new(
        StatusCode::NOT_FOUND,
        ProblemCode::PathUnknown,
        "there is nothing at this path",
    )
}

async fn wrong_method() -> problem::ApiError {
    let detail = "this path takes another HTTP method; see /openapi.json";
    problem::ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ProblemCode::MethodNotAllowed,
        detail,
    )
}
