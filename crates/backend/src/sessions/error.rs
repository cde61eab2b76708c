//! Why a session is not made, told of or closed.

use std::fmt::Display;

use guichet_domain::FieldError;
use guichet_store::StoreError;

/// Why a session is not made, told of or closed.
#[derive(Debug)]
pub(crate) enum SessionError {
    /// The shop has no such session.
    Unknown,
    /// It, or another session of its order, is paid.
    Paid,
    /// Payments of it may still take money.
    PaymentsOpen {
        /// Each as an operator knows it.
        payments: Vec<String>,
        /// In how many seconds their pages have timed out; none where that is not known.
        seconds: Option<u64>,
    },
    /// Its secret can't be told again: it was made with a key that is no longer configured.
    KeyRotated,
    /// The idempotency key came before with another body.
    KeyReused,
    /// The order is at fault.
    Fields(Vec<FieldError>),
    /// The books can't be read or written.
    Books(StoreError),
    /// Something of ours failed: the cause, for the log.
    Failed(String),
}

impl SessionError {
    /// Something of ours failed.
    pub(crate) fn failed(cause: impl Display) -> Self {
        Self::Failed(cause.to_string())
    }
}

impl From<StoreError> for SessionError {
    fn from(error: StoreError) -> Self {
        Self::Books(error)
    }
}

impl From<Vec<FieldError>> for SessionError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Fields(errors)
    }
}

impl From<FieldError> for SessionError {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}
