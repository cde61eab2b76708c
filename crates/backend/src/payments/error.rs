//! Why a payment is not started, or does not go on.

use std::fmt::Display;

use guichet_domain::FieldError;
use guichet_providers::contract::Failure;
use guichet_store::StoreError;

use crate::accounts::Gone;
use crate::sessions::error::SessionError;

/// Why a payment is not started, or does not go on.
#[derive(Debug)]
pub(crate) enum PaymentError {
    /// The session, or another one of its order, is paid.
    SessionPaid,
    /// The session takes no payment any more.
    SessionExpired,
    /// The session has as many payments as it may have.
    TooMany,
    /// Another payment of the session may still take money.
    OtherOpen {
        /// In how many seconds its page has timed out; none where that is not known.
        seconds: Option<u64>,
    },
    /// The session, or the shop, offers no such method.
    NotOffered,
    /// The session has no such payment that could go on.
    Unknown,
    /// The shopper has no such saved card.
    CardUnknown,
    /// The same request is being worked on.
    RequestInFlight,
    /// This payment, or another one of the session, is being worked on, or it has gone on.
    UnderWay,
    /// The session's terminal works on another payment.
    TerminalBusy,
    /// The idempotency key came before with another body.
    KeyReused,
    /// No host of the platform answers, and nothing was started.
    Unreachable,
    /// The request is at fault.
    Field(FieldError),
    /// There is no session, or its books can't be read or written.
    Session(SessionError),
    /// Something of ours failed: the cause, for the log.
    Failed(String),
}

impl PaymentError {
    /// Something of ours failed.
    pub(crate) fn failed(cause: impl Display) -> Self {
        Self::Failed(cause.to_string())
    }
}

impl From<StoreError> for PaymentError {
    fn from(error: StoreError) -> Self {
        Self::Session(error.into())
    }
}

impl From<SessionError> for PaymentError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<FieldError> for PaymentError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// The one fall-back of requests: what its account is needed for can't be done with the payment.
impl From<Gone> for PaymentError {
    fn from(_: Gone) -> Self {
        Self::Unknown
    }
}

/// Of a call before which nothing was sent that could take money.
impl From<Failure> for PaymentError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable => Self::Unreachable,
            Failure::Unsuitable(field) => Self::Field(field),
            Failure::Unexpected(what) => Self::Failed(what),
            Failure::Unknown => Self::failed("the outcome of a call is unknown"),
        }
    }
}
