//! The HTTP surface.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, delete, get, post};
use tower_http::cors::Any;
use tower_http::services::ServeDir;

use crate::app::App;

mod cards;
mod checkout;
mod continuation;
mod edge;
mod openapi;
mod platforms;
mod problem;
mod request;
mod sessions;
mod starting;

pub(crate) use openapi::document as openapi_document;

/// Every route.
pub(crate) fn router(app: Arc<App>) -> Router {
    let checkout = Router::new()
        .route("/session", get(checkout::session))
        .route("/status", get(checkout::status))
        .route("/payments", post(checkout::start))
        .route("/payments/{id}/continue", post(continuation::proceed))
        .route("/cards", get(cards::list))
        .route("/cards/{method}/{card}", delete(cards::remove))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(checkout::cors())
        .layer(from_fn(checkout::no_store));
    let platforms = Router::new()
        .route("/notify/{provider}/{account}", any(platforms::notify))
        .route(
            "/notify/{provider}/{account}/{secret}",
            any(platforms::notify_secret),
        )
        .route(
            "/return/{provider}/{payment}/{outcome}",
            any(platforms::come_back),
        )
        .layer(DefaultBodyLimit::max(platforms::NOTIFICATION_MAX));
    Router::new()
        .route("/v1/sessions", post(sessions::create))
        .route("/v1/sessions/{id}", get(sessions::read))
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
        .merge(assets(&app))
        .layer(from_fn(edge::edge))
        .layer(from_fn(edge::log))
        .with_state(app)
}

async fn ready(State(app): State<Arc<App>>) -> StatusCode {
    match app.store.ping().await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn unknown_path() -> problem::ApiError {
    problem::ApiError::new(
        StatusCode::NOT_FOUND,
        "path_unknown",
        "there is nothing at this path",
    )
}

async fn wrong_method() -> problem::ApiError {
    let detail = "this path takes another HTTP method; see /openapi.json";
    problem::ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

/// The widget's files. Names with a hash in them never change; `guichet.js` is asked for each time.
fn assets(app: &App) -> Router<Arc<App>> {
    let files = ServeDir::new(&app.config.assets)
        .precompressed_br()
        .append_index_html_on_directories(false);
    Router::new()
        .fallback_service(files)
        .layer(checkout::preflights().allow_origin(Any))
        .layer(from_fn(cache))
}

async fn cache(request: Request, next: Next) -> Response {
    let stable = !request.uri().path().contains('-');
    let mut response = next.run(request).await;
    let value = match (response.status(), stable) {
        (StatusCode::OK | StatusCode::NOT_MODIFIED, true) => "public, no-cache",
        (StatusCode::OK | StatusCode::NOT_MODIFIED, false) => "public, max-age=31536000, immutable",
        _ => "no-store",
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    response
}
