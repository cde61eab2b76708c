//! Operations: what a shop has done with money that a payment reserved or took, part by part.
//!
//! An [`OperationEvent`] tells how far one came; [`crate::payment::fold`] makes the [`Balance`] of
//! each part out of the set of them. What the platform did is told by its own answer; where that
//! does not decide it, by a person, and by nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Add;

use serde::{Deserialize, Serialize};

use crate::id::OperationId;
use crate::money::{Amount, Currency};

/// What is done to a part.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// What is reserved is taken.
    Capture,
    /// What was not remitted to the bank yet is let go.
    Cancel,
    /// What was taken is given back.
    Refund,
    /// What was reserved and has expired is reserved anew, by another transaction. Nothing moves:
    /// what is reserved stays what it is.
    Duplicate,
}

impl OperationKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Capture, Self::Cancel, Self::Refund, Self::Duplicate];

    /// Whether it is done to the whole of a part, or not at all.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Cancel | Self::Duplicate)
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Capture => "capture",
            Self::Cancel => "cancellation",
            Self::Refund => "refund",
            Self::Duplicate => "duplicate",
        })
    }
}

/// One recorded event of an operation.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct OperationEvent {
    /// The operation.
    pub operation: OperationId,
    /// What is done.
    pub kind: OperationKind,
    /// The part that it is done to: the platform's number of its transaction.
    pub part: String,
    /// How much of it.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
    /// Unix second at which it was asked for, or at which the platform's word came.
    pub at: i64,
    /// How far it came.
    pub progress: Progress,
}

/// How far an operation came. The greater one holds, in whatever order they are told.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Progress {
    /// The shop wants it. Money may move from here on.
    Asked,
    /// It was sent and not answered: it may have been done.
    Unknown,
    /// The platform's word does not tell what became of it: a person must look.
    Undecided {
        /// What the word was.
        word: String,
    },
    /// It was not done, and will not be.
    Refused {
        /// The platform's code; empty where it was not sent.
        code: String,
        /// Why.
        why: String,
    },
    /// The platform did it.
    Done {
        /// The numbers that the platform gave it; none where its answer was lost, and it was only
        /// learnt by asking that it was done.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        numbers: Option<PlatformNumbers>,
    },
}

impl Progress {
    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Done { .. })
    }

    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }

    /// The word that tells it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Unknown => "unknown",
            Self::Undecided { .. } => "undecided",
            Self::Refused { .. } => "refused",
            Self::Done { .. } => "done",
        }
    }
}

/// How far an operation is being worked on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationStage {
    /// It is to be sent: nothing of it was, or the platform says that it was not done.
    Waiting,
    /// Somebody sends it now. Who is not heard of again may have had it done.
    Sending,
    /// It may have been done: the platform is asked before anything else.
    Unknown,
    /// The platform's word does not decide it: a person must look.
    Undecided,
    /// What became of it is known.
    Over,
}

/// The numbers that a platform gave an operation.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PlatformNumbers {
    /// The transaction in which the platform has it: one of its own, or the payment's where the
    /// platform gives none.
    pub transaction: String,
    /// The call number that came with it; empty where the platform has none.
    pub call: String,
    /// The authorisation that came with it, if one did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorisation: Option<String>,
}

/// One operation, after all that is known of it was put together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OperationState {
    /// The event that tells most of it.
    pub event: OperationEvent,
    /// Whether it was told of with contents that contradict each other.
    pub disputed: bool,
}

/// Where the money of a part, or of all parts of a payment, stands, in minor units. What a part
/// paid is `reserved`, `taken` or `cancelled`, and nothing of it is two of these.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Balance {
    /// Reserved, and neither taken nor let go.
    pub reserved: u64,
    /// Taken, whatever of it was given back.
    pub taken: u64,
    /// Of what was taken, given back.
    pub given_back: u64,
    /// Let go: by a cancellation, or as the rest of a capture in part.
    pub cancelled: u64,
}

impl Balance {
    /// What the shop still has, or may still take.
    #[must_use]
    pub fn held(self) -> u64 {
        (self.reserved + self.taken).saturating_sub(self.given_back)
    }

    /// How much is left to be captured, let go, given back or reserved anew.
    #[must_use]
    pub fn left_for(self, kind: OperationKind) -> u64 {
        match kind {
            OperationKind::Capture | OperationKind::Duplicate => self.reserved,
            OperationKind::Cancel if self.given_back > 0 => 0,
            OperationKind::Cancel => self.reserved + self.taken,
            OperationKind::Refund => self.taken.saturating_sub(self.given_back),
        }
    }
}

impl Add for Balance {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            reserved: self.reserved + other.reserved,
            taken: self.taken + other.taken,
            given_back: self.given_back + other.given_back,
            cancelled: self.cancelled + other.cancelled,
        }
    }
}

/// The operations that events tell of.
#[derive(Debug, Default)]
pub(crate) struct Told<'a>(BTreeMap<&'a OperationId, BTreeSet<&'a OperationEvent>>);

impl<'a> Told<'a> {
    pub(crate) fn add(&mut self, event: &'a OperationEvent) {
        self.0.entry(&event.operation).or_default().insert(event);
    }

    /// The state of each, by its id.
    pub(crate) fn states(&self) -> Vec<OperationState> {
        let state = |events: &BTreeSet<&OperationEvent>| {
            let most = events
                .iter()
                .max_by_key(|event| (&event.progress, **event))?;
            let last = events.iter().filter(|event| event.progress.is_over());
            let last: BTreeSet<_> = last.map(|e| (&e.progress, e.amount)).collect();
            Some(OperationState {
                event: (*most).clone(),
                disputed: last.len() > 1,
            })
        };
        self.0.values().filter_map(state).collect()
    }
}

/// What became of so much of a part that the platform accepted. `reserved_first`: its payment took
/// nothing by itself, since the shop captures later.
pub(crate) fn balance<'a>(
    accepted: u64,
    reserved_first: bool,
    operations: impl Iterator<Item = &'a OperationState>,
) -> Balance {
    let (mut captured, mut given_back, mut cancelled) = (0, 0, false);
    for done in operations.filter(|operation| operation.event.progress.is_done()) {
        match done.event.kind {
            OperationKind::Capture => captured += done.event.amount.minor(),
            OperationKind::Refund => given_back += done.event.amount.minor(),
            OperationKind::Cancel => cancelled = true,
            OperationKind::Duplicate => {}
        }
    }
    let captured = captured.min(accepted);
    let (reserved, taken) = match (reserved_first, captured) {
        _ if cancelled => (0, 0),
        (true, 0) => (accepted, 0),
        (true, captured) => (0, captured),
        (false, _) => (0, accepted),
    };
    Balance {
        reserved,
        taken,
        given_back,
        cancelled: accepted - reserved - taken,
    }
}

/// Why an operation can't be asked for now, whatever the platform says of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotNow {
    /// The payment has no such part that paid.
    NoSuchPart,
    /// This one on the same part is not over.
    InFlight(OperationId),
    /// So much is left to be taken, let go or given back, in minor units.
    Left(u64),
}
