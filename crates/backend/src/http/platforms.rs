//! What comes from a platform: its notifications, and the browsers that it sends back.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Incoming, Provider, Refusal};
use guichet_store::{Book, Payment, Source};

use super::problem::ApiError;
use super::request::{Caller, RawBody};
use crate::app::App;
use crate::conversations;

/// Most bytes of a notification, query or body.
pub(crate) const NOTIFICATION_MAX: usize = 16 * 1024;

/// The parts of a path, or why there are none: then there is nothing at it.
type ReadPath<T> = Result<Path<T>, PathRejection>;

/// Within this time a notification is answered, whatever happens. The platform gives up at 20 s.
const NOTIFICATION_PATIENCE: Duration = Duration::from_secs(15);

/// A notification to an account's plain address.
pub(crate) async fn notify(
    State(app): State<Arc<App>>,
    method: Method,
    path: ReadPath<(String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Ok(Path((provider, account))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let message = Message {
        method: &method,
        secret: None,
        query: query.as_deref().unwrap_or_default().as_bytes(),
        caller: &caller,
    };
    receive(&app, (&provider, &account), message, body).await
}

/// A notification to an account's secret address.
pub(crate) async fn notify_secret(
    State(app): State<Arc<App>>,
    method: Method,
    path: ReadPath<(String, String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Ok(Path((provider, account, secret))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let message = Message {
        method: &method,
        secret: Some(&secret),
        query: query.as_deref().unwrap_or_default().as_bytes(),
        caller: &caller,
    };
    receive(&app, (&provider, &account), message, body).await
}

/// What came to a notification's address, but for its body.
struct Message<'a> {
    method: &'a Method,
    secret: Option<&'a str>,
    query: &'a [u8],
    caller: &'a Caller,
}

/// Answers by a status alone, since a platform reads no words.
async fn receive(
    app: &App,
    (provider, account): (&str, &str),
    message: Message<'_>,
    body: RawBody,
) -> Response {
    let Message {
        method,
        secret,
        query,
        caller,
    } = message;
    let Some(account) = app.config.account(provider, account) else {
        return StatusCode::NOT_FOUND.into_response();
    };
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
            Ok(verified) => match app.ingest(&verified, Source::Notification, Some(raw)).await {
                Ok(_) => Ok(StatusCode::OK),
                Err(error) => Ok(unstored(&error)),
            },
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
    match refusal {
        Refusal::Unreadable(why) => {
            tracing::error!(
                alert = "unreadable", account = %account.account(), why,
                "a genuine message can't be read: money may have moved"
            );
            let now = crate::clock::unix_now();
            if let Err(error) = app
                .store
                .keep_unreadable(account.account(), why, raw, now)
                .await
            {
                return Ok(unstored(&error));
            }
        }
        _ => {
            app.limiter.unproven(caller.bucket)?;
            tracing::warn!(account = %account.account(), %refusal, "a notification was refused");
        }
    }
    Ok(match refusal {
        Refusal::WrongSecret => StatusCode::NOT_FOUND,
        Refusal::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::Malformed(_) | Refusal::Unreadable(_) | Refusal::BadSignature => {
            StatusCode::BAD_REQUEST
        }
    })
}

/// The browser coming back. Whatever it brings, it is sent on to the shop's own page at once; what
/// is signed is kept as a hint.
pub(crate) async fn come_back(
    State(app): State<Arc<App>>,
    method: Method,
    path: ReadPath<(String, String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Ok(Path((provider, payment, last))) = path else {
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
        return see_other(&book);
    }
    let body = body.read(&app).await.unwrap_or_default();
    let query = query.unwrap_or_default();
    let post = method == Method::POST;
    let incoming = Incoming {
        post,
        query: query.as_bytes(),
        body: &body,
        secret: None,
    };
    if let Some(account) = app.config.account(&provider, payment.account.as_str()) {
        if account.continuing().is_some() {
            keep_return(&app, &payment, &last, &incoming).await;
        } else {
            keep_hint(&app, account, &payment, &incoming).await;
        }
    }
    see_other(&book)
}

/// A return that the payment goes on with: kept once, if it came to the right address, and taken up
/// by a job. What was posted is opaque.
async fn keep_return(app: &App, payment: &Payment, nonce: &str, incoming: &Incoming<'_>) {
    let fields = if incoming.post {
        incoming.body
    } else {
        incoming.query
    };
    let posted: Vec<_> = url::form_urlencoded::parse(fields).into_owned().collect();
    match conversations::came_back(app, &payment.id, nonce, &posted).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(payment = %payment.id, "a return changed nothing"),
        Err(error) => tracing::error!(error.cause = %error, "a return could not be stored"),
    }
}

async fn keep_hint(app: &App, account: &dyn Provider, payment: &Payment, incoming: &Incoming<'_>) {
    let back = match account.read_return(incoming) {
        Ok(back) if back.reference == payment.reference => back,
        Ok(_) => {
            tracing::warn!(payment = %payment.id, "a return speaks of another payment");
            return;
        }
        Err(refusal) => {
            tracing::warn!(payment = %payment.id, %refusal, "a return was not understood");
            return;
        }
    };
    let hint = PaymentEvent::Returned {
        outcome: back.outcome,
    };
    let claim = async {
        match &back.part {
            // It does not count by itself: it makes us ask the platform, should no notification
            // come.
            Some(part) => app.ingest(part, Source::Return, None).await.map(drop),
            None => Ok(()),
        }
    };
    // Together, so that they are one flush to disk.
    let (hint, claim) = tokio::join!(app.hint(&payment.id, &hint, Source::Return), claim);
    let stored = hint.map(drop).and(claim);
    if let Err(error) = stored {
        tracing::error!(error.cause = %error, "a return could not be stored");
    }
}

fn see_other(book: &Book) -> Response {
    let Ok(location) = HeaderValue::from_str(&book.session.return_url) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
