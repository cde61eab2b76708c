//! The browsers that a platform sends back.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Headers, HttpMethod, Incoming};
use guichet_store::Book;

use super::headers::wanted;
use crate::accounts::leads_to_page;
use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::pay::addresses::address;
use crate::payments::back::keep;

/// Provider, payment, and the ending that the platform was given for this return.
type ReturnPath = (String, String, String);

/// The browser coming back. Whatever it brings, it is sent on at once to where it came from; what
/// is signed is kept as a hint.
pub(super) async fn come_back(
    State(app): State<Arc<App>>,
    method: Method,
    path: Result<Path<ReturnPath>, PathRejection>,
    RawQuery(query): RawQuery,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Ok(Path((provider, payment, ending))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(id) = PaymentId::try_from(payment) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let look = app.store.payment(&id);
    let found = match caller.look_up(&app, id.as_str().as_bytes(), look).await {
        Ok(found) => found.filter(|(payment, _)| payment.provider == provider),
        Err(error) => return error.into_response(),
    };
    let Some((payment, book)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A shopper is sent on however often the page is loaded; it is not looked at each time.
    if app.limiter.session(&payment.session).is_err() {
        return see_other(&app, &book, &ending);
    }
    let body = body.read(&app).await.unwrap_or_default();
    let account = app.accounts.of(&payment).ok();
    let notifications = account.and_then(|account| account.notifications());
    let headers = wanted(&caller.headers, notifications);
    let incoming = Incoming {
        method: if method == Method::POST {
            HttpMethod::Post
        } else {
            HttpMethod::Get
        },
        query: query.as_deref().unwrap_or_default().as_bytes(),
        headers: Headers::new(&headers),
        body: &body,
        secret: None,
    };
    keep(&app, &payment, &ending, &incoming).await;
    see_other(&app, &book, &ending)
}

/// Where the payment was started: a page of ours, or the shop's own.
fn see_other(app: &App, book: &Book, ending: &str) -> Response {
    let page = leads_to_page(ending).then(|| address(app, &book.session.id, &[]));
    let location = page.as_ref().unwrap_or(&book.session.return_url);
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
