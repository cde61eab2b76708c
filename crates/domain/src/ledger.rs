//! The ledger: what moved between a shop's customers and what platforms owe it, as a pure function
//! of a payment's events.
//!
//! Each [`Movement`] is an entry of two lines, one amount debited to one account and credited to
//! another, so that none can fail to balance: what is taken is debited to the account of the
//! [`Transit`] that it waits in for the bank, and credited to the customers; what is given back the
//! other way round. What is only reserved moves nothing. What the bank and the platforms keep for
//! it is known from the bank's statement alone, and stays open here.

use std::collections::BTreeMap;
use std::fmt;

use guichet_wire::{MethodKind, PartKind, PartStatus};
use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::event::{Part, PaymentEvent, Trust};
use crate::id::{OperationId, Slug};
use crate::method::Method;
use crate::operation::OperationKind;
use crate::payment::{Terms, fold};

/// Where money waits that a platform took for the shop and the bank has not paid yet. One
/// remittance is of one of these, so each is an account of its own: what is waited for in two
/// places comes as two lines of the bank's statement.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Transit {
    /// Our account at the platform, by the configuration's name.
    pub account: Slug,
    /// What paid, as far as it decides who pays the shop, and by which contract: `card`, `amex`,
    /// `complement` (the second VADS contract, Up2pay manual 3.1.10), or a method's code.
    pub means: Method,
}

impl Transit {
    /// Where the money of a part waits, of a payment with these terms.
    fn of(account: &Slug, terms: &Terms, part: &Part) -> Self {
        let named = |code: &str| Method::try_from(code.to_owned()).ok();
        let card = match (part.kind, terms.kind) {
            (PartKind::Complement, _) => named("complement"),
            // American Express pays its merchants itself.
            (PartKind::Card, MethodKind::Wallet) => None,
            (PartKind::Card, _) if part.brand.eq_ignore_ascii_case("AMEX") => named("amex"),
            (PartKind::Card, _) => named("card"),
            (PartKind::Voucher | PartKind::Account, _) => None,
        };
        let method = part.method.as_ref().unwrap_or(&terms.method);
        Self {
            account: account.clone(),
            means: card.unwrap_or_else(|| method.clone()),
        }
    }
}

impl fmt::Display for Transit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.means)
    }
}

impl From<Transit> for String {
    fn from(transit: Transit) -> Self {
        transit.to_string()
    }
}

impl TryFrom<String> for Transit {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        let (account, means) = text.split_once('/').unwrap_or((&text, ""));
        Ok(Self {
            account: Slug::try_from(account.to_owned())?,
            means: Method::try_from(means.to_owned())?,
        })
    }
}

/// What an entry is written for. A payment has one entry for each, and where the platform told
/// otherwise later, one that makes up for the difference.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Cause {
    /// A part was taken at once: the platform's number of its transaction.
    Taking {
        /// That number.
        part: String,
    },
    /// What the shopper added to a part for the staff.
    Tip {
        /// The platform's number of the part's transaction.
        part: String,
    },
    /// The shop had something done with a part.
    Operation {
        /// What was done.
        kind: OperationKind,
        /// The operation.
        operation: OperationId,
        /// The platform's number of the part's transaction.
        part: String,
    },
}

impl Cause {
    /// The platform's number of the part's transaction.
    #[must_use]
    pub fn part(&self) -> &str {
        match self {
            Self::Taking { part } | Self::Tip { part } | Self::Operation { part, .. } => part,
        }
    }
}

/// One entry: so much from the customers to where it waits for the bank, or back.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Movement {
    /// What it is written for.
    pub cause: Cause,
    /// Where the money waits.
    pub transit: Transit,
    /// Minor units: above zero what was taken (the transit is debited, the customers credited),
    /// below what was given back (the other way round). Never zero.
    pub minor: i64,
    /// Unix second at which all was known that it follows from.
    pub at: i64,
}

/// What moved, by all events of a payment, each with the Unix second of its recording. Neither the
/// order nor the repetition of the events changes anything. `account` is ours at the platform.
#[must_use]
pub fn movements(account: &Slug, terms: &Terms, events: &[(i64, &PaymentEvent)]) -> Vec<Movement> {
    let state = fold(terms, events.iter().map(|(_, event)| *event));
    let mut movements = Vec::new();
    for part in state.parts.iter().filter(|part| part.has_paid()) {
        let number = &part.part.transaction;
        let transit = Transit::of(account, terms, &part.part);
        let accepted = signed(part.part.amount.minor());
        let mut add = |cause, minor, at| {
            if minor != 0 {
                let transit = transit.clone();
                movements.push(Movement {
                    cause,
                    transit,
                    minor,
                    at,
                });
            }
        };
        let mut taken = 0;
        if !terms.manual_capture && !part.part.is_offline() {
            taken = accepted;
            let tip = part.part.at_terminal.as_ref().map_or(0, |told| told.tip);
            let tip = signed(tip).min(accepted);
            let at = known_at(number, events).max(settled_at(number, events));
            let part = || number.clone();
            add(Cause::Taking { part: part() }, accepted - tip, at);
            add(Cause::Tip { part: part() }, tip, at);
        }
        let done = state.operations.iter().map(|operation| &operation.event);
        let done = done.filter(|event| event.part == *number && event.progress.is_done());
        let mut done: Vec<_> = done.collect();
        // What is let go is what was taken before, whatever the ids are.
        done.sort_by_key(|event| (event.kind, &event.operation));
        for event in done {
            let minor = match event.kind {
                // A part is never taken twice, nor more of it than there is.
                OperationKind::Capture => signed(event.amount.minor()).min(accepted - taken),
                OperationKind::Cancel => -taken,
                OperationKind::Refund => -signed(event.amount.minor()),
                OperationKind::Duplicate => 0,
            };
            if event.kind != OperationKind::Refund {
                taken += minor;
            }
            let cause = Cause::Operation {
                kind: event.kind,
                operation: event.operation.clone(),
                part: number.clone(),
            };
            add(cause, minor, event.at);
        }
    }
    movements
}

/// Amounts have ten digits at most.
fn signed(minor: u64) -> i64 {
    i64::try_from(minor).unwrap_or(i64::MAX)
}

/// When a person said that what a terminal had approved offline was settled; zero where nobody had
/// to.
fn settled_at(transaction: &str, events: &[(i64, &PaymentEvent)]) -> i64 {
    let mut parts = events.iter().filter_map(|(_, event)| match event {
        PaymentEvent::Part(part) if part.transaction == transaction => Some(part),
        _ => None,
    });
    let decided = events.iter().filter_map(|(at, event)| match event {
        PaymentEvent::Decided { .. } => Some(*at),
        _ => None,
    });
    match parts.all(|part| part.is_offline()) {
        true => decided.min().unwrap_or_default(),
        false => 0,
    }
}

/// When it was known of a transaction that the platform took its amount of our own account: as soon
/// as one message proved it alone, or two did together.
fn known_at(transaction: &str, events: &[(i64, &PaymentEvent)]) -> i64 {
    let (mut proven, mut told, mut confirmed) = (None, None, None);
    for (at, event) in events {
        let first = match event {
            PaymentEvent::Part(part) if part.transaction == transaction => {
                match (part.trust, part.status) {
                    (Trust::Ours, PartStatus::Accepted) => &mut proven,
                    _ => &mut told,
                }
            }
            PaymentEvent::Confirmed(answer)
                if answer.transaction == transaction && answer.status == PartStatus::Accepted =>
            {
                &mut confirmed
            }
            _ => continue,
        };
        *first = first.map_or(Some(*at), |first: i64| Some(first.min(*at)));
    }
    let agreed = told
        .zip(confirmed)
        .map(|(told, confirmed)| told.max(confirmed));
    let known = proven.into_iter().chain(agreed).min();
    known.unwrap_or_default()
}

/// What has to be written so that what was written comes to what moved: nothing where it does. For
/// each cause and transit one movement of the difference.
#[must_use]
pub fn difference(written: &[Movement], moved: &[Movement]) -> Vec<Movement> {
    let mut open: BTreeMap<(&Cause, &Transit), (i64, i64)> = BTreeMap::new();
    for (sign, movements) in [(-1, written), (1, moved)] {
        for movement in movements {
            let key = (&movement.cause, &movement.transit);
            let (minor, at) = open.entry(key).or_default();
            *minor += sign * movement.minor;
            *at = movement.at.max(*at);
        }
    }
    let open = open.into_iter().filter(|(_, (minor, _))| *minor != 0);
    open.map(|((cause, transit), (minor, at))| Movement {
        cause: cause.clone(),
        transit: transit.clone(),
        minor,
        at,
    })
    .collect()
}

#[cfg(test)]
mod tests;
