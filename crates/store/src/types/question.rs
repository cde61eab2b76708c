//! Questions to the platforms about what messages claim.

use guichet_domain::event::Part;
use guichet_domain::session::Session;
use serde::Serialize;

use super::payment::Payment;

/// For how long a question that was taken is left to whoever took it: longer than asking, and
/// recording the answer, takes.
pub const ASKING_SECONDS: i64 = 120;

/// The longest that anything waits before it is asked or looked up again, in seconds.
pub const WAIT_MAX: i64 = 600;

/// A claimed part that waits for our own account's word.
#[derive(Clone, Debug)]
pub struct Question {
    /// The event that claims it.
    pub event_seq: i64,
    /// The payment.
    pub payment: Payment,
    /// The payment's session.
    pub session: Session,
    /// The claim.
    pub claim: Part,
    /// How often it was asked.
    pub tries: u32,
}

/// What became of a question so far.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuestionState {
    /// It was not asked yet.
    Waiting,
    /// Somebody has taken it, and nothing is answered yet.
    Asking,
    /// It was asked, and nothing usable was answered.
    Unanswered,
    /// Our own account does not know what is claimed.
    Denied,
    /// Our own account has agreed.
    Agreed,
    /// What is claimed proved to be ours by another way.
    Ours,
}

/// What came of asking, where our own account has not agreed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unconfirmed<'a> {
    /// Our own account does not know it so: what is different.
    Denied(&'a str),
    /// Nothing usable was answered: what instead.
    Unanswered(&'a str),
}
