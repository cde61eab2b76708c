//! What every page of the platforms' listener is served with.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// No script at all, and never in a frame: the vouchers' pages refuse it. No `form-action`: the
/// browser's way back is a redirect of a form.
pub(crate) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; \
                           base-uri 'none'; frame-ancestors 'none'";

/// Adds the headers that an answer does not have by itself, and the limit of a request's body.
pub(crate) fn with_headers<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    routes
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(header(
            HeaderName::from_static("referrer-policy"),
            "no-referrer",
        ))
        .layer(header(
            HeaderName::from_static("x-content-type-options"),
            "nosniff",
        ))
        .layer(RequestBodyLimitLayer::new(64 * 1024))
}
