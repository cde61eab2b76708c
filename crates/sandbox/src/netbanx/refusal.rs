//! Why the platform refuses.

use axum::http::StatusCode;

/// Why the platform refuses: HTTP status, code, words.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
}

pub(super) fn refuse(status: u16, code: &str, message: impl Into<String>) -> Refusal {
    Refusal {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
        code: code.to_owned(),
        message: message.into(),
    }
}

pub(super) type Outcome<T> = Result<T, Refusal>;
