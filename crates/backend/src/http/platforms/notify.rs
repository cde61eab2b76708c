//! A platform's notifications.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guichet_providers::contract::{Headers, HttpMethod, Incoming, MessageError, Provider};

use super::headers::wanted;
use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::payments::notified::{keep_refused, record};

/// Most bytes of a notification, query or body.
pub(super) const NOTIFICATION_MAX: usize = 16 * 1024;

/// Within this time a notification is answered, whatever happens. The platform gives up at 20 s.
const NOTIFICATION_PATIENCE: Duration = Duration::from_secs(15);

/// Least length of the secret part of an address: what is as long is not shown in a log.
const SECRET_LENGTH: usize = 22;

/// The parts of a notification's path. A slash at the end, one too many, and one that a proxy
/// escaped (`%2f`) change nothing.
fn segments(path: &str) -> Option<Vec<String>> {
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let parts = decoded.split('/').filter(|part| !part.is_empty());
    Some(parts.map(str::to_owned).collect())
}

/// A path for the log. Whatever may be a secret address, or hold one, is not shown.
fn shown(path: &str) -> String {
    let parts = segments(path).unwrap_or_else(|| vec!["(not UTF-8)".to_owned()]);
    let mut shown = String::new();
    for (at, part) in parts.iter().enumerate() {
        let long = part.chars().count() >= SECRET_LENGTH;
        shown.push('/');
        match (at, long) {
            (3.., _) => {
                shown.push('…');
                break;
            }
            (_, true) => shown.extend(part.chars().take(3).chain(['…'])),
            (_, false) => shown.push_str(part),
        }
    }
    shown
}

/// Everything below `/notify`.
pub(super) async fn notify(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    caller: Caller,
    body: RawBody,
) -> Response {
    let parts = segments(uri.path()).unwrap_or_default();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (provider, account, secret) = match parts[..] {
        ["notify", provider, account] => (provider, account, None),
        ["notify", provider, account, secret] => (provider, account, Some(secret)),
        _ => return missed(&app, uri.path()),
    };
    let Some(account) = app.accounts.find(provider, account) else {
        return missed(&app, uri.path());
    };
    let arrived = Arrived {
        method: &method,
        secret,
        query: uri.query().unwrap_or_default().as_bytes(),
        caller: &caller,
    };
    receive(&app, account, arrived, body).await
}

/// A platform that talks to nobody: its address is misspelt, in our configuration or in the
/// platform's back office.
fn missed(app: &App, path: &str) -> Response {
    if let Some(more) = app.quiet.permit("missed") {
        tracing::warn!(
            path = ?shown(path), more,
            "a notification misses every address: compare public_url, the account's id, the secret \
             part and the back office with this path"
        );
    }
    StatusCode::NOT_FOUND.into_response()
}

/// What no route takes, before the files do: a notification whose path begins with more than one
/// slash, or that went to an address which is none.
pub(super) async fn before_files(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let to_notify = segments(parts.uri.path())
        .is_some_and(|parts| parts.first().is_some_and(|part| part == "notify"));
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
    let raw = if posted {
        &body[..]
    } else {
        uri.query().unwrap_or_default().as_bytes()
    };
    let mut accounts = app.accounts.iter();
    if accounts.any(|account| {
        let notifications = account.notifications();
        notifications.is_some_and(|own| own.looks_like_one(raw))
    }) {
        return missed(&app, uri.path());
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// What came to a notification's address, but for its body.
struct Arrived<'a> {
    method: &'a Method,
    secret: Option<&'a str>,
    query: &'a [u8],
    caller: &'a Caller,
}

/// Answers by a status alone, since a platform reads no words.
async fn receive(
    app: &App,
    account: &dyn Provider,
    arrived: Arrived<'_>,
    body: RawBody,
) -> Response {
    let Arrived {
        method,
        secret,
        query,
        caller,
    } = arrived;
    let method = match *method {
        Method::GET => HttpMethod::Get,
        Method::POST => HttpMethod::Post,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let body = match body.read(app).await {
        Ok(body) => body,
        Err(unread) => return unread.status().into_response(),
    };
    if query.len() > NOTIFICATION_MAX || body.len() > NOTIFICATION_MAX {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let notifications = account.notifications();
    let headers = wanted(&caller.headers, notifications);
    let incoming = Incoming {
        method,
        query,
        headers: Headers::new(&headers),
        body: &body,
        secret,
    };
    let verified = match notifications {
        Some(notifications) => notifications.verify(&incoming),
        None => {
            let why = "this platform sends no notification";
            Err(MessageError::Malformed(why.to_owned()))
        }
    };
    let stored = async {
        match verified {
            Ok(told) => Ok(match record(app, account, &told).await {
                Ok(()) => StatusCode::OK,
                Err(error) => unstored(&error),
            }),
            Err(error) => refused(app, account, caller, &error, incoming.message()).await,
        }
    };
    tokio::time::timeout(NOTIFICATION_PATIENCE, stored)
        .await
        .unwrap_or_else(|_| Ok(unstored(&"the books took too long")))
        .into_response()
}

fn unstored(cause: &dyn std::fmt::Display) -> StatusCode {
    tracing::error!(error.cause = %cause, "a notification could not be stored");
    StatusCode::SERVICE_UNAVAILABLE
}

/// Only who sends what does not verify has a bucket: a platform is never refused for its number of
/// notifications.
async fn refused(
    app: &App,
    account: &dyn Provider,
    caller: &Caller,
    error: &MessageError,
    raw: &[u8],
) -> Result<StatusCode, ApiError> {
    caller.counted.set();
    // What the platform signed is its own, whatever is wrong with it.
    if !matches!(error, MessageError::Unreadable { .. }) {
        app.limiter.unproven(caller.bucket)?;
    }
    if let Err(cause) = keep_refused(app, account, error, raw).await {
        return Ok(unstored(&cause));
    }
    Ok(match error {
        MessageError::WrongSecret => StatusCode::NOT_FOUND,
        MessageError::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        MessageError::Malformed(_)
        | MessageError::Unreadable { .. }
        | MessageError::BadSignature => StatusCode::BAD_REQUEST,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_what_may_be_a_secret() {
        let secret = "k9cX2-vQ7_wLr4TzN8pY3bHs";
        for (path, told) in [
            ("/notify/up2pay/main/", "/notify/up2pay/main"),
            ("//notify%2fup2pay//main", "/notify/up2pay/main"),
            ("/notify/up2pay/main/short", "/notify/up2pay/main/…"),
            ("/", ""),
            ("/%ff", "/(not UTF-8)"),
        ] {
            assert_eq!(shown(path), told, "{path}");
        }
        for path in [
            "/",
            "/notify/",
            "/notify/up2pay/",
            "/notify/up2pay/main/",
            "/a/b/c/d/",
        ] {
            assert!(
                !shown(&format!("{path}{secret}")).contains(&secret[3..]),
                "{path}"
            );
        }
    }
}
