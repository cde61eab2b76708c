//! What is done to which part, before anything is: part by part how much, to which means, and what
//! can't be done and why.
//!
//! The rules:
//! - no part is asked for more than is left of it, so that no voucher's value goes onto the card;
//! - parts that are named are done as they are named, or nothing is;
//! - an amount is made up of the parts in an order: what is given back or let go, of the cards
//!   first, since every source allows that; what is captured, of the vouchers first, since the rest
//!   of a voucher that is captured in part is lost;
//! - without an amount, all is done that can be, and what can't be is told.

use guichet_domain::id::OperationId;
use guichet_domain::money::Amount;
use guichet_domain::operation::{NotNow, OperationKind};
use guichet_domain::payment::{PartState, PaymentState};
use guichet_domain::{FieldError, PartKind};
use guichet_providers::contract::{Allowed, Objection};

use super::error::OperationError;
use super::left_out::LeftOut;

/// What is wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Wanted {
    /// How much in all; none: all that can be.
    pub(crate) amount: Option<Amount>,
    /// These parts; none: those that the plan chooses.
    pub(crate) parts: Vec<WantedPart>,
    /// It may cost what can't be taken later.
    pub(crate) give_up: bool,
    /// Why, in the words of whoever asks.
    pub(crate) reason: Option<String>,
}

/// What is wanted of one part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct WantedPart {
    /// The platform's number of its transaction.
    pub(crate) part: String,
    /// How much of it; none: all that is left.
    pub(crate) amount: Option<Amount>,
}

/// What is going to be done to one part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Line {
    /// The part: the platform's number of its transaction.
    pub(crate) part: String,
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// How much of it, in minor units.
    pub(crate) amount: Amount,
    /// What of the part can't be taken afterwards, in minor units.
    pub(crate) gives_up: u64,
}

/// What is going to be done, part by part.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Plan {
    pub(crate) lines: Vec<Line>,
    pub(crate) left_out: Vec<LeftOut>,
}

impl Plan {
    /// How much in all, in minor units.
    pub(crate) fn amount(&self) -> u64 {
        self.lines.iter().map(|line| line.amount.minor()).sum()
    }

    /// What can't be taken afterwards, in minor units.
    pub(crate) fn gives_up(&self) -> u64 {
        self.lines.iter().map(|line| line.gives_up).sum()
    }
}

/// What is against an operation.
enum Against {
    InFlight(OperationId),
    Said(String),
}

impl From<NotNow> for Against {
    fn from(not_now: NotNow) -> Self {
        match not_now {
            NotNow::InFlight(operation) => Self::InFlight(operation),
            NotNow::NoSuchPart => Self::Said("no part with this number has paid".into()),
            NotNow::Left(left) => Self::Said(format!("at most {left} cents are left of this part")),
        }
    }
}

impl From<Objection> for Against {
    fn from(objection: Objection) -> Self {
        Self::Said(objection.to_string())
    }
}

/// Plans what is wanted of a payment. `check` is the platform's rules for so much of a part.
pub(crate) fn plan(
    kind: OperationKind,
    state: &PaymentState,
    wanted: &Wanted,
    check: &dyn Fn(&PartState, Amount) -> Result<Allowed, Objection>,
) -> Result<Plan, OperationError> {
    let planning = Planning { kind, state, check };
    let plan = if wanted.parts.is_empty() {
        planning.chosen(wanted.amount)?
    } else {
        planning.named(&wanted.parts)?
    };
    Ok(plan)
}

struct Planning<'a> {
    kind: OperationKind,
    state: &'a PaymentState,
    check: &'a dyn Fn(&PartState, Amount) -> Result<Allowed, Objection>,
}

impl Planning<'_> {
    /// The parts that are named, as they are named.
    fn named(&self, wanted: &[WantedPart]) -> Result<Plan, OperationError> {
        let mut plan = Plan::default();
        let mut faults = Vec::new();
        for (index, named) in wanted.iter().enumerate() {
            let fault = |detail| FieldError::new(format!("parts.{index}.part"), detail);
            if wanted[..index]
                .iter()
                .any(|before| before.part == named.part)
            {
                faults.push(fault("is named twice"));
                continue;
            }
            let Some(part) = self.state.paid_part(&named.part) else {
                faults.push(fault(
                    "is no transaction of this payment that has paid; its session tells them",
                ));
                continue;
            };
            let left = part.balance.left_for(self.kind);
            let amount = named.amount.or(Amount::try_from(left).ok());
            self.add(&mut plan, part, amount)?;
        }
        if !faults.is_empty() {
            Err(OperationError::Fields(faults))
        } else if !plan.left_out.is_empty() {
            Err(OperationError::NotPossible(plan.left_out))
        } else {
            Ok(plan)
        }
    }

    /// So much of whichever parts, or all that can be.
    fn chosen(&self, wanted: Option<Amount>) -> Result<Plan, OperationError> {
        let mut plan = Plan::default();
        let mut parts: Vec<_> = self.parts().collect();
        parts.sort_by_key(|part| self.rank(part));
        let mut missing = wanted.map(Amount::minor);
        for part in parts {
            let left = part.balance.left_for(self.kind);
            let most = missing.map_or(left, |missing| missing.min(left));
            // Nothing is left of it, or nothing more is wanted.
            let Ok(amount) = Amount::try_from(most) else {
                continue;
            };
            let before = plan.amount();
            self.add(&mut plan, part, Some(amount))?;
            missing = missing.map(|missing| missing - (plan.amount() - before));
        }
        match missing {
            None | Some(0) if !plan.lines.is_empty() => Ok(plan),
            _ => Err(OperationError::NotPossible(self.why_not(plan))),
        }
    }

    /// Adds what is done to a part, or why not. An error where another operation on it is not over,
    /// since that may change all that is left.
    fn add(
        &self,
        plan: &mut Plan,
        part: &PartState,
        amount: Option<Amount>,
    ) -> Result<(), OperationError> {
        let named = |amount: u64, why: String| LeftOut {
            part: part.part.transaction.clone(),
            kind: part.part.kind,
            brand: part.part.brand.clone(),
            amount,
            why,
        };
        let Some(amount) = amount else {
            plan.left_out
                .push(named(0, "nothing of this part is left".into()));
            return Ok(());
        };
        match self.allowed(part, amount) {
            Ok(allowed) => plan.lines.push(Line {
                part: part.part.transaction.clone(),
                kind: part.part.kind,
                brand: part.part.brand.clone(),
                amount,
                gives_up: allowed.gives_up,
            }),
            Err(Against::InFlight(operation)) => return Err(OperationError::InFlight(operation)),
            Err(Against::Said(why)) => plan.left_out.push(named(amount.minor(), why)),
        }
        Ok(())
    }

    /// By the platform's rules and by the books: each holds whatever the other says. The platform's
    /// words say more.
    fn allowed(&self, part: &PartState, amount: Amount) -> Result<Allowed, Against> {
        let number = &part.part.transaction;
        if let Some(open) = self.state.in_flight(number) {
            return Err(NotNow::InFlight(open.event.operation.clone()).into());
        }
        let allowed = (self.check)(part, amount)?;
        self.state.may_operate(self.kind, number, amount)?;
        Ok(allowed)
    }

    /// The parts that have paid.
    fn parts(&self) -> impl Iterator<Item = &PartState> {
        let paid = |part: &&PartState| self.state.paid_part(&part.part.transaction).is_some();
        self.state.parts.iter().filter(paid)
    }

    /// Which part comes first.
    fn rank(&self, part: &PartState) -> bool {
        let is_voucher = part.part.kind == PartKind::Voucher;
        match self.kind {
            OperationKind::Capture => !is_voucher,
            OperationKind::Cancel | OperationKind::Refund | OperationKind::Duplicate => is_voucher,
        }
    }

    /// Why too little can be done: each part that was left out, or how much is left of each.
    fn why_not(&self, plan: Plan) -> Vec<LeftOut> {
        let mut why = plan.left_out;
        for part in self.parts() {
            let number = &part.part.transaction;
            if why.iter().any(|left_out| left_out.part == *number) {
                continue;
            }
            let left = part.balance.left_for(self.kind);
            // The platform's own words where nothing is left: taken before, only reserved, …
            let said = (self.check)(part, part.part.amount).err();
            let why_not = said.filter(|_| left == 0).map_or_else(
                || format!("{left} cents are left of this part"),
                |o| o.to_string(),
            );
            why.push(LeftOut {
                part: number.clone(),
                kind: part.part.kind,
                brand: part.part.brand.clone(),
                amount: left,
                why: why_not,
            });
        }
        why
    }
}

#[cfg(test)]
mod tests;
