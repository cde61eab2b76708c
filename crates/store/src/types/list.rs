//! What the operator is shown.

use guichet_domain::payment::Attention;
use guichet_domain::session::Session;

use super::payment::Payment;

/// A payment that a person should look at.
#[derive(Clone, Debug)]
pub struct Attended {
    /// The payment.
    pub payment: Payment,
    /// The session.
    pub session: Session,
    /// Why, and nobody has looked after it.
    pub attention: Vec<Attention>,
}

/// How much there is that a person should look at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AttentionCounts {
    /// Payments.
    pub payments: u64,
    /// Genuine messages that fit no payment of ours.
    pub unmatched: u64,
    /// Genuine messages that can't be read.
    pub unreadable: u64,
}

/// An account with payments whose outcome is still asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenAccount {
    /// The provider's name.
    pub provider: String,
    /// The account's.
    pub account: String,
    /// How many payments of it are open.
    pub payments: u64,
}

/// A genuine message that fits no payment of ours.
#[derive(Clone, Debug)]
pub struct UnmatchedEvent {
    /// Its number.
    pub seq: i64,
    /// Our account that it came to.
    pub account: String,
    /// The reference that it names.
    pub reference: String,
    /// The event as JSON.
    pub content: String,
    /// Unix second of its arrival.
    pub received_at: i64,
}
