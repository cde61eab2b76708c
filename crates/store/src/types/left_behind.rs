//! What backends leave behind that die.

use std::time::Duration;

use guichet_domain::id::{OperationId, PaymentId};

/// After how long a backend is taken for dead that shares its books with others and is not heard
/// of.
pub const DEAD_AFTER: Duration = Duration::from_secs(6);

/// What dead backends were in the middle of: it may have been sent or not, and may still arrive.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LeftBehind {
    /// Payments that they talked with the platform about.
    pub payments: Vec<PaymentId>,
    /// Captures, cancellations and refunds that they sent.
    pub operations: Vec<OperationId>,
}
