//! *Operations*: what a shop has done with money that a payment reserved or took, part by part.

use std::time::Duration;

use guichet_domain::event::Part;
use guichet_domain::id::OperationId;
use guichet_domain::money::Amount;
use guichet_domain::operation::{OperationKind, PlatformNumbers};
use jiff::Timestamp;

use super::call::{Exchange, Step};
use crate::Verified;

/// Capture, cancel, refund and duplicate. An operation is done to one part, by the part's own
/// numbers: an order that was paid with two means takes two.
///
/// What got no answer is [`super::Failure::Unknown`], and `consult` is asked before the same is
/// sent again.
pub trait Operations: Send + Sync {
    /// Names the counter that [`Operation::sequence`] is drawn from; the same as that of
    /// [`super::Confirmation::sequence_scope`] where the platform numbers both in one row.
    fn sequence_scope(&self) -> String;

    /// Whether it may be asked for at all, and what it costs: before any call.
    ///
    /// # Errors
    /// What stands against it.
    fn check(&self, operation: &Operation<'_>) -> Result<Allowed, Objection>;

    /// Has it done. What [`check`](Self::check) objects to is never sent.
    fn operate(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Operated>;

    /// Asks what became of an operation whose answer never came. Moves nothing.
    fn consult(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Consulted>;

    /// How often the platform has to say that an operation was not done before it is believed: the
    /// request may still be on its way there, or written down later. It is asked after 1, 2, 4…
    /// seconds, at most 10 minutes.
    fn not_done_times(&self) -> u32 {
        3
    }
}

/// An operation on one part.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// Its id, the same however often it is sent. None while it is only checked.
    pub id: Option<&'a OperationId>,
    /// What is done.
    pub kind: OperationKind,
    /// To what.
    pub paid: Paid<'a>,
    /// How much of it.
    pub amount: Amount,
    /// A number that this account has not used today; each step is given a new one.
    pub sequence: u32,
    /// When it was asked for first, however often it was sent since.
    pub asked_at: Timestamp,
    /// The time of asking.
    pub now: Timestamp,
}

impl Operation<'_> {
    /// What is left of `most` beside its amount, in minor units.
    pub(crate) fn at_most(&self, most: u64) -> Result<u64, Objection> {
        let left = most.checked_sub(self.amount.minor());
        left.ok_or(Objection::TooMuch { left: most })
    }

    /// Only all of it at once.
    pub(crate) fn whole_only(&self, whole: u64) -> Result<Allowed, Objection> {
        let is_whole = self.amount.minor() == whole;
        let objection = Objection::WholeOnly(whole);
        is_whole.then_some(Allowed { gives_up: 0 }).ok_or(objection)
    }
}

/// A part, and what became of its money so far, as the books have it.
#[derive(Clone, Copy, Debug)]
pub struct Paid<'a> {
    /// Our reference at the platform.
    pub reference: &'a str,
    /// The part, as the platform told of it.
    pub part: &'a Part,
    /// What was taken of it. None while it is reserved only.
    pub taken: Option<Taken<'a>>,
    /// What was given back, in minor units.
    pub given_back: u64,
    /// It was cancelled.
    pub cancelled: bool,
    /// The transaction that has what is reserved, where that was duplicated: the latest one.
    pub duplicate: Option<&'a str>,
}

/// What was taken of a part: at once, or by a capture.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// How much.
    pub amount: Amount,
    /// When.
    pub at: Timestamp,
    /// The capture's own transaction number, where there was a capture.
    pub capture: Option<&'a str>,
}

/// What an operation that may be asked for costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Allowed {
    /// What of the part is neither taken by it nor can be taken later, in minor units. To be said
    /// to the shop before it is done.
    pub gives_up: u64,
}

/// Why an operation is not asked for. Known before any call.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Objection {
    /// The part did not pay.
    #[error("no {0}: this part did not pay")]
    NotPaid(OperationKind),
    /// The part has no numbers at the platform.
    #[error("the platform's numbers of this part are not known: look for it in the back office")]
    Unnamed,
    /// The platform never does this to what paid.
    #[error("no {kind} with this means of payment ({source_of}): {remedy}")]
    Never {
        /// What was wanted.
        kind: OperationKind,
        /// Where that stands.
        source_of: &'static str,
        /// What can be done in its place.
        remedy: &'static str,
    },
    /// Sources contradict each other, and the account's table does not say to try.
    #[error("the platform's documents contradict each other on it: {setting} turns it on")]
    NotEnabled {
        /// The key of the account's table.
        setting: &'static str,
    },
    /// The part was cancelled before.
    #[error("this part was cancelled: nothing of it can be taken or given back")]
    Cancelled,
    /// It is reserved, and what is to be given back must have been taken.
    #[error("nothing of this part was taken yet: cancel it instead")]
    OnlyReserved,
    /// It was taken before.
    #[error("this part was taken before; it can be taken once")]
    TakenBefore,
    /// Something of it was given back before.
    #[error("something of this part was given back before: refund the rest instead")]
    GivenBackBefore,
    /// Only all of it at once.
    #[error("only the whole of this part, or nothing: its amount is {0} cents")]
    WholeOnly(u64),
    /// More than there is.
    #[error("amount: at most {left} cents are left of this part")]
    TooMuch {
        /// In minor units.
        left: u64,
    },
}

/// What came of an operation.
#[derive(Clone, Debug)]
pub enum Operated {
    /// It is done.
    Done(Verified<OperationDone>),
    /// The platform refused it: nothing was done.
    Refused {
        /// The platform's code.
        code: String,
        /// What the code means.
        why: &'static str,
    },
    /// It was not asked for.
    Objected(Objection),
    /// The platform can't do it yet, and nothing was done: it is sent again.
    Later(Later),
    /// The platform took it, and its own word is still to come: it is asked for.
    Waits,
}

/// Why an operation is sent later.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Later {
    /// The platform's code; empty where it was not asked.
    pub code: String,
    /// Why, for whoever waits for it.
    pub why: &'static str,
    /// Not before that moment, where it is known.
    pub from: Option<Timestamp>,
    /// Counted from the asking: for so long it is sent again, and is refused after.
    pub patience: Duration,
}

/// What the platform says that it did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OperationDone {
    /// What.
    pub kind: OperationKind,
    /// How much.
    pub amount: Amount,
    /// The transaction that it was done to, by the number that was sent.
    pub to: String,
    /// What the platform gave it; none where its answer was lost and only a consultation tells.
    pub numbers: Option<PlatformNumbers>,
}

/// What became of an operation whose answer never came.
#[derive(Clone, Debug)]
pub enum Consulted {
    /// It was done. Its own numbers are not told.
    Done(Verified<OperationDone>),
    /// It was not done: it may be sent again.
    NotDone,
    /// The platform refused it: nothing was done.
    Refused {
        /// The platform's code.
        code: String,
        /// What the code means.
        why: &'static str,
    },
    /// The platform waits for another's word itself, for up to a month.
    Waits,
    /// The platform's word does not decide it: a person must look. Says what the word was.
    Undecided(String),
}
