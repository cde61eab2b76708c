//! What a platform sends by itself, as it came, and how it is answered where it is not taken.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use guichet_providers::contract::{HttpMethod, MessageError, Provider};

use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::payments::notified::keep_refused;

/// Most bytes of a message, query or body.
pub(super) const MAX: usize = 16 * 1024;

/// Within this time a message is answered, whatever happens. The platform gives up at 20 s.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// A message as it came.
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
        if query.len() > MAX || body.len() > MAX {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Self {
            method,
            query,
            body,
        })
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
