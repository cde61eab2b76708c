//! Which pages may read an answer.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

/// The backend's version, for a page whose element did not come from this backend.
const VERSION: HeaderName = HeaderName::from_static("guichet-version");

/// Lets the browser of any origin read the answer; whether there is one to read is decided by the
/// proof of a session's secret and origin, which refuses by status and not by the lack of a header.
pub(super) fn checkout() -> CorsLayer {
    preflights()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .expose_headers([VERSION])
}

/// Tells the backend's version with every answer.
pub(super) fn version() -> SetResponseHeaderLayer<HeaderValue> {
    let version = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
    SetResponseHeaderLayer::overriding(VERSION, version)
}

/// The widget's files are for every page.
pub(super) fn assets() -> CorsLayer {
    preflights().allow_origin(Any)
}

/// Preflights are answered for the headers that the page asks for: its own scripts add some to
/// every `fetch` (`traceparent`, `baggage`). Nobody reads them, and there are no cookies.
fn preflights() -> CorsLayer {
    CorsLayer::new()
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(Duration::from_secs(600))
}
