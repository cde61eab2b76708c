//! The session with its face as HTML, for a widget whose module is not there yet.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use guichet_widget::render::Post;
use guichet_wire::CheckoutSession;
use serde::Deserialize;
use utoipa::IntoParams;

/// How the session is asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wish {
    /// Asks for the session and its face as one HTML document. The value is the BCP 47 tag of the
    /// page's language; it may be empty.
    markup: Option<String>,
    /// With `markup`: the language that the element itself asks for, before the session's own.
    locale: Option<String>,
}

/// The answer as a document; nothing where none was asked for, or none can be drawn.
pub(super) fn document(
    session: &CheckoutSession,
    post: &Post<'_>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Option<Response> {
    let Query(Wish { markup, locale }) = wish.ok()?;
    let locale = locale.unwrap_or_default();
    let html = guichet_widget::render::answer(session, &locale, &markup?, post)?;
    let mut response = Html(html).into_response();
    // It is read by a script. Whoever opens it as a page gets one that can do nothing.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, nothing);
    Some(response)
}
