//! A platform's notifications.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guichet_providers::contract::{Incoming, Provider, Refusal};
use guichet_store::{Message, Source, StoreError};

use super::super::problem::ApiError;
use super::super::request::{Caller, RawBody};
use super::NOTIFICATION_MAX;
use crate::app::App;
use crate::payments::ingest::ingest;

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
pub(crate) async fn notify(
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
    let Some(account) = app.config.account(provider, account) else {
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
pub(crate) async fn before_files(
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
    let mut accounts = app.config.accounts.iter();
    if accounts.any(|account| account.looks_like_notification(raw)) {
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
    let post = *method == Method::POST;
    if !post && *method != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let body = match body.read(app).await {
        Ok(body) => body,
        Err(unread) => return unread.status().into_response(),
    };
    if query.len() > NOTIFICATION_MAX || body.len() > NOTIFICATION_MAX {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let raw: &[u8] = if post { &body } else { query };
    let incoming = Incoming {
        post,
        query,
        body: &body,
        secret,
    };
    let stored = async {
        match account.verify(&incoming) {
            Ok(told) => {
                for change in &told.changes {
                    tracing::warn!(
                        account = %account.account(), change,
                        "a genuine notification was altered on its way: see the chapter on proxies"
                    );
                }
                let raw = Some(told.signed.as_slice());
                match ingest(app, &told.fact, Source::Notification, raw).await {
                    Ok(_) => Ok(StatusCode::OK),
                    Err(error) => Ok(unstored(&error)),
                }
            }
            Err(refusal) => refused(app, account, caller, &refusal, raw).await,
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
    refusal: &Refusal,
    raw: &[u8],
) -> Result<StatusCode, ApiError> {
    caller.counted.set();
    let kept = match refusal {
        Refusal::Unreadable { why, signed } => {
            unreadable(app, account, why, signed.as_slice()).await
        }
        // What it is of nobody is told who guesses, and what was guessed is kept nowhere.
        Refusal::WrongSecret => {
            app.limiter.unproven(caller.bucket)?;
            if let Some(more) = app.quiet.permit(&format!("secret {}", account.account())) {
                tracing::warn!(
                    account = %account.account(), more,
                    "a notification came to a secret address that is not the account's"
                );
            }
            Ok(())
        }
        _ => {
            app.limiter.unproven(caller.bucket)?;
            failed(app, account, refusal, raw).await
        }
    };
    if let Err(error) = kept {
        return Ok(unstored(&error));
    }
    Ok(match refusal {
        Refusal::WrongSecret => StatusCode::NOT_FOUND,
        Refusal::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::Malformed(_) | Refusal::Unreadable { .. } | Refusal::BadSignature => {
            StatusCode::BAD_REQUEST
        }
    })
}

/// The platform signed it: it is kept before it is answered, and told of again once a minute at
/// most.
async fn unreadable(
    app: &App,
    account: &dyn Provider,
    why: &str,
    signed: &[u8],
) -> Result<(), StoreError> {
    let account = account.account();
    let message = Message {
        account,
        genuine: true,
        why,
        content: signed,
    };
    let times = app
        .store
        .keep_message(&message, crate::clock::unix_now())
        .await?;
    if let Some(more) = app.quiet.permit(&format!("unreadable {account}")) {
        tracing::error!(
            alert = "unreadable", %account, why, times, more,
            "a genuine message can't be read: money may have moved; see guichet notifications"
        );
    }
    Ok(())
}

/// Nobody is known to have signed it: anybody may have sent it, and a genuine one may look so that
/// something on the way has spoilt. Of many in a minute some are kept.
async fn failed(
    app: &App,
    account: &dyn Provider,
    refusal: &Refusal,
    raw: &[u8],
) -> Result<(), StoreError> {
    let account = account.account();
    let why = refusal.to_string();
    if app.quiet.may_keep(account) {
        let message = Message {
            account,
            genuine: false,
            why: &why,
            content: raw,
        };
        let now = crate::clock::unix_now();
        app.store.keep_message(&message, now).await?;
    }
    if let Some(more) = app.quiet.permit(&format!("refused {account}")) {
        tracing::error!(
            alert = "notification_refused", %account, why, more,
            "a notification was refused: forged, or spoilt on its way; guichet notifications shows \
             it, guichet inspect finds out why"
        );
    }
    Ok(())
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
