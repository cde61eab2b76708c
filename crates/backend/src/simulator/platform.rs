//! What the models of the platforms have in common: what goes wrong on the way to them, and what
//! they tell the simulation of what they did.

use guichet_domain::operation::OperationKind;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mishap {
    /// Nothing.
    None,
    /// Its answer does not come, though it was done.
    AnswerLost,
    /// It does not come there.
    RequestLost,
    /// The platform answers that it is not well, and does nothing.
    Unwell,
    /// The platform refuses it.
    Refused,
}

/// What a platform did with a transaction's money, and how much of it.
pub(super) type Act = (OperationKind, u64);

/// A part of a payment, as its platform has it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What the books name it by.
    pub(super) name: String,
    /// Its payment's.
    pub(super) reference: String,
    pub(super) amount: u64,
    pub(super) accepted: bool,
    pub(super) reserved_only: bool,
    /// The books must have it: it was acknowledged, or asked about until it was known.
    pub(super) told: bool,
    pub(super) acts: Vec<Act>,
}

impl Known {
    /// The amounts of the acts of this kind.
    pub(super) fn acts(&self, kind: OperationKind) -> Vec<u64> {
        let acts = self.acts.iter().filter(|(own, _)| *own == kind);
        acts.map(|(_, amount)| *amount).collect()
    }

    pub(super) fn is_cancelled(&self) -> bool {
        !self.acts(OperationKind::Cancel).is_empty()
    }

    /// What the platform took and has not let go.
    pub(super) fn taken(&self) -> u64 {
        match (self.reserved_only, self.is_cancelled()) {
            (_, true) => 0,
            (true, false) => self.acts(OperationKind::Capture).iter().sum(),
            (false, false) => self.amount,
        }
    }

    pub(super) fn given_back(&self) -> u64 {
        self.acts(OperationKind::Refund).iter().sum()
    }
}
