//! How facts and hints come to us, and what becomes of them.

use guichet_domain::id::PaymentId;

/// How a fact came to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// A notification.
    Notification,
    /// The browser's return.
    Return,
    /// The answer to a call of ours.
    Query,
    /// Our own clock.
    Clock,
    /// The shop's server, which has something done.
    Shop,
    /// A person, at the command line.
    Operator,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Return => "return",
            Self::Query => "query",
            Self::Clock => "clock",
            Self::Shop => "shop",
            Self::Operator => "operator",
        }
    }
}

/// What became of a fact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// Stored, for this payment.
    New(PaymentId),
    /// Stored, though the same transaction was told of with other content before.
    Conflict(PaymentId),
    /// It was stored before: no effect.
    Duplicate,
    /// Stored, but we know no such reference, or its transaction pays another payment.
    Unmatched,
}
