//! What every request goes through first and every answer last.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use guichet_wire::ProblemCode;

use super::caller::{Counted, bucket_of};
use super::problem::ApiError;
use crate::app::App;
use crate::clock;
use crate::limiter::TooMany;

const KNOWN: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// A request of HTTP/1.1 names one host (RFC 9112, section 3.2): with none or several, a proxy and
/// the backend may think of different ones. And no answer is taken for what it does not say it is.
///
/// Whoever is refused without having proven who he is, has it counted against his address.
pub(super) async fn edge(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let bucket = bucket_of(&app, request.extensions(), request.headers());
    let counted = Counted::default();
    request.extensions_mut().insert(counted.clone());
    let mut response = if request.version() == Version::HTTP_11 && !one_host(request.headers()) {
        let detail = "send one Host header with the name of the host, as HTTP/1.1 asks for";
        ApiError::new(StatusCode::BAD_REQUEST, ProblemCode::HostInvalid, detail).into_response()
    } else {
        next.run(request).await
    };
    if response.status().is_client_error()
        && !counted.get()
        && let Err(refused) = app.limiter.unproven(bucket)
    {
        response = ApiError::from(refused).into_response();
    }
    let nosniff = HeaderValue::from_static("nosniff");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

fn one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts
        .next()
        .map(|host| Authority::try_from(host.as_bytes()));
    matches!(host, Some(Ok(host)) if !host.as_str().contains('@')) && hosts.next().is_none()
}

/// One line a request. The route's pattern is logged, never the path: it may hold a secret part.
/// Nor is a method that nobody knows: it may be as long as a header.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let method = if KNOWN.contains(&method) {
        method.as_str()
    } else {
        "(unknown)"
    };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(file)".to_owned(), |path| path.as_str().to_owned());
    let before = clock::now();
    let response = next.run(request).await;
    let took_us = clock::now().duration_since(before).as_micros();
    // A flood has one line a minute, of the limiter's.
    if response.extensions().get::<TooMany>().is_some() {
        return response;
    }
    let status = response.status().as_u16();
    tracing::info!(
        http.method = method,
        http.route = route,
        http.status = status,
        took_us
    );
    response
}
