//! Notifications that no route takes.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::address::{leads_to_notify, missed};
use super::notify::notify;
use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;

/// What no route takes, before the files do: a notification whose path begins with more than one
/// slash, or that went to an address which is none.
pub(super) async fn before_files(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let to_notify = leads_to_notify(parts.uri.path());
    let posted = parts.method == Method::POST;
    if !to_notify && !posted && parts.uri.query().is_none() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Ok(caller) = Caller::from_request_parts(&mut parts, &app).await;
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    let body = RawBody::of(Request::from_parts(parts.clone(), body));
    if to_notify {
        return notify(State(app), method, uri, caller, body).await;
    }
    let body = match body.read(&app).await {
        Ok(body) => body,
        Err(unread) => return unread.status().into_response(),
    };
    let message = if posted {
        &body[..]
    } else {
        uri.query().unwrap_or_default().as_bytes()
    };
    if looks_like_one(&app, message) {
        return missed(&app, uri.path());
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Whether one of the platforms sends notifications like this.
fn looks_like_one(app: &App, message: &[u8]) -> bool {
    let mut platforms = app.accounts.iter().filter_map(|own| own.notifications());
    platforms.any(|notifications| notifications.looks_like_one(message))
}
