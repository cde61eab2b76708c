//! Why nothing is done with a payment's money.

use std::fmt::{self, Display};

use guichet_domain::FieldError;
use guichet_domain::id::OperationId;
use guichet_store::StoreError;

use super::left_out::LeftOut;

/// Why nothing is done with a payment's money.
#[derive(Debug)]
pub(crate) enum OperationError {
    /// The shop has no such payment.
    PaymentUnknown,
    /// The payment has no such instruction.
    Unknown,
    /// This platform's operations are not done from here, or its account is not configured.
    NotOffered,
    /// Another operation on a part is not over.
    InFlight(OperationId),
    /// It can't be done: part by part why.
    NotPossible(Vec<LeftOut>),
    /// So much would be given up, in minor units, and whoever asks has not said that it may.
    GivesUp(u64),
    /// Only what is undecided is settled by a person.
    NotUndecided,
    /// The same request is being worked on.
    RequestInFlight,
    /// The idempotency key came before with another body.
    KeyReused,
    /// The request is at fault.
    Fields(Vec<FieldError>),
    /// The books can't be read or written.
    Books(StoreError),
    /// Something of ours failed: the cause, for the log.
    Failed(String),
}

impl OperationError {
    /// Something of ours failed.
    pub(crate) fn failed(cause: impl Display) -> Self {
        Self::Failed(cause.to_string())
    }
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        Self::Books(error)
    }
}

impl From<FieldError> for OperationError {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PaymentUnknown => f.write_str("there is no such payment"),
            Self::Unknown => f.write_str(
                "this payment has no such instruction; ask for all of them, without an id",
            ),
            Self::NotOffered => f.write_str(
                "this payment's account can't do it from here: use the platform's back office",
            ),
            Self::InFlight(operation) => {
                write!(
                    f,
                    "{operation} on the same part is not over; wait until it is"
                )
            }
            Self::NotPossible(left_out) if left_out.is_empty() => {
                f.write_str("no part of this payment has paid")
            }
            Self::NotPossible(left_out) => {
                let told: Vec<_> = left_out.iter().map(told).collect();
                f.write_str(&told.join(". "))
            }
            Self::GivesUp(cents) => write!(
                f,
                "{cents} cents could not be taken later, since a part is captured once; say \
                 give_up (--give-up at the command line) to have it done all the same"
            ),
            Self::NotUndecided => f.write_str("this operation is not undecided"),
            Self::RequestInFlight => {
                f.write_str("such a request is being worked on; send the same again in a moment")
            }
            Self::KeyReused => f.write_str("this key came before with another wish"),
            Self::Fields(errors) => {
                let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&told.join(". "))
            }
            Self::Books(error) => error.fmt(f),
            Self::Failed(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for OperationError {}

fn told(left_out: &LeftOut) -> String {
    format!("part {}: {}", left_out.part, left_out.why)
}
