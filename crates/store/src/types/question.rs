//! Questions to the platforms about what messages claim.

use guichet_domain::event::Part;
use guichet_domain::session::Session;

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

/// How an answer begins by which our own account denied a claim.
pub const DENIED: &str = "denied: ";
