//! A platform's notifications.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use guichet_providers::contract::{Headers, HttpMethod, Incoming, MessageError, Provider};

use super::address::{Address, missed};
use super::callback;
use super::headers::wanted;
use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::payments::notified::{keep_refused, record};

/// Most bytes of a notification, query or body.
pub(super) const NOTIFICATION_MAX: usize = 16 * 1024;

/// Within this time a notification is answered, whatever happens. The platform gives up at 20 s.
pub(super) const NOTIFICATION_PATIENCE: Duration = Duration::from_secs(15);

/// Everything below the notifications' path. It is answered by a status alone, since a platform
/// reads no words.
pub(super) async fn notify(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Some(address) = Address::parse(uri.path()) else {
        return missed(&app, uri.path());
    };
    let Some(account) = app.accounts.find(&address.provider, &address.account) else {
        return missed(&app, uri.path());
    };
    if let Some((payment, ending)) = &address.callback {
        let to = callback::To {
            account,
            payment,
            ending,
        };
        return callback::receive(&app, &to, &method, &uri, &caller, body).await;
    }
    let message = match Message::read(&app, &method, &uri, body).await {
        Ok(message) => message,
        Err(status) => return status.into_response(),
    };
    let taken = take(&app, account, address.secret.as_deref(), &caller, &message);
    let answer = tokio::time::timeout(NOTIFICATION_PATIENCE, taken).await;
    answer
        .unwrap_or_else(|_| Ok(unstored(&"the books took too long")))
        .into_response()
}

/// A notification as it came.
pub(super) struct Message {
    pub(super) method: HttpMethod,
    pub(super) query: Vec<u8>,
    pub(super) body: Bytes,
}

impl Message {
    /// Reads it whole, or tells what is wrong with it.
    pub(super) async fn read(
        app: &App,
        method: &Method,
        uri: &Uri,
        body: RawBody,
    ) -> Result<Self, StatusCode> {
        let method = match *method {
            Method::GET => HttpMethod::Get,
            Method::POST => HttpMethod::Post,
            _ => return Err(StatusCode::METHOD_NOT_ALLOWED),
        };
        let body = body.read(app).await.map_err(|unread| unread.status())?;
        let query = uri.query().unwrap_or_default().as_bytes().to_vec();
        if query.len() > NOTIFICATION_MAX || body.len() > NOTIFICATION_MAX {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Self {
            method,
            query,
            body,
        })
    }
}

/// Has it verified, and records what it tells; or keeps it, where it is refused.
async fn take(
    app: &App,
    account: &dyn Provider,
    secret: Option<&str>,
    caller: &Caller,
    message: &Message,
) -> Result<StatusCode, ApiError> {
    let notifications = account.notifications();
    let headers = wanted(&caller.headers, notifications);
    let incoming = Incoming {
        method: message.method,
        query: &message.query,
        headers: Headers::new(&headers),
        body: &message.body,
        secret,
    };
    let verified = match notifications {
        Some(notifications) => notifications.verify(&incoming),
        None => {
            let why = "this platform sends no notification";
            Err(MessageError::Malformed(why.to_owned()))
        }
    };
    match verified {
        Ok(told) => Ok(match record(app, account, &told).await {
            Ok(()) => StatusCode::OK,
            Err(error) => unstored(&error),
        }),
        Err(error) => refuse(app, account, caller, &error, incoming.message()).await,
    }
}

pub(super) fn unstored(cause: &dyn std::fmt::Display) -> StatusCode {
    tracing::error!(error.cause = %cause, "a notification could not be stored");
    StatusCode::SERVICE_UNAVAILABLE
}

/// Only who sends what does not verify has a bucket: a platform is never refused for its number of
/// notifications.
pub(super) async fn refuse(
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
