//! Why a payment stands on the operator's list.

use std::collections::BTreeSet;
use std::fmt;

use guichet_wire::PartStatus;
use serde::{Deserialize, Serialize};

use crate::event::PaymentEvent;
use crate::id::{OperationId, PaymentId};
use crate::operation::Progress;

/// Why a payment stands on the operator's list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// A part was taken, the rest was not, and time is over or the session was paid otherwise.
    PartHeld,
    /// The card paid what a voucher had left, and nothing was told of the voucher.
    VoucherUntold,
    /// It was paid although another payment had settled the session.
    Surplus,
    /// The parts sum to more than the total.
    Overpaid,
    /// One transaction was told of with different contents, or our own account's word contradicts
    /// what the platform told.
    Conflict,
    /// A genuine accepted part does not fit the method or the amount that was asked for.
    Mismatch,
    /// The platform still owes a final answer though time is over.
    StillPending,
    /// An accepted notification was never confirmed by our own account, though time is over.
    Unconfirmed,
    /// Meal vouchers paid more than the part of the basket that they may pay.
    Ineligible,
    /// What became of a capture, a cancellation, a refund or a duplicate is not known, and the
    /// platform's word does not decide it.
    OperationUndecided,
    /// The platform holds the payment until a person accepts or refuses it.
    Review,
    /// A terminal approved it without asking the bank: it may be refused yet.
    Offline,
    /// The platform's own report tells otherwise of it than the books.
    Differs,
    /// The platform could not be told yet how a rebilling is to run: it may charge as before.
    ChangeUntold,
    /// A change of a rebilling was kept, and the platform took it no more: it runs, or ran, as
    /// before.
    ChangeLost,
}

impl Attention {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::PartHeld,
        Self::VoucherUntold,
        Self::Surplus,
        Self::Overpaid,
        Self::Conflict,
        Self::Mismatch,
        Self::StillPending,
        Self::Unconfirmed,
        Self::Ineligible,
        Self::OperationUndecided,
        Self::Review,
        Self::Offline,
        Self::Differs,
        Self::ChangeUntold,
        Self::ChangeLost,
    ];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PartHeld => "part_held",
            Self::VoucherUntold => "voucher_untold",
            Self::Surplus => "surplus",
            Self::Overpaid => "overpaid",
            Self::Conflict => "conflict",
            Self::Mismatch => "mismatch",
            Self::StillPending => "still_pending",
            Self::Unconfirmed => "unconfirmed",
            Self::Ineligible => "ineligible",
            Self::OperationUndecided => "operation_undecided",
            Self::Review => "review",
            Self::Offline => "offline",
            Self::Differs => "differs",
            Self::ChangeUntold => "change_untold",
            Self::ChangeLost => "change_lost",
        }
    }

    /// How many different things were told that may be its cause. It only grows: who has looked
    /// after as many is asked again once there are more. What repeats or confirms is nothing new.
    #[must_use]
    pub fn told<'a>(self, events: impl IntoIterator<Item = &'a PaymentEvent>) -> u32 {
        let told = events.into_iter().filter_map(|event| self.cause(event));
        let told: BTreeSet<_> = told.collect();
        u32::try_from(told.len()).unwrap_or(u32::MAX)
    }

    /// What of an event may be its cause.
    fn cause(self, event: &PaymentEvent) -> Option<Cause<'_>> {
        match (self, event) {
            (Self::Differs, PaymentEvent::Reported { differs, .. }) => {
                differs.as_deref().map(Cause::Difference)
            }
            (Self::Review, PaymentEvent::Held { transaction }) => Some(Cause::Held(transaction)),
            (Self::OperationUndecided, PaymentEvent::Operation(operation)) => {
                let undecided = matches!(operation.progress, Progress::Undecided { .. });
                undecided.then_some(Cause::Operation(&operation.operation, "undecided"))
            }
            (Self::Conflict, PaymentEvent::Operation(operation)) => {
                let over = operation.progress.is_over();
                let word = operation.progress.as_str();
                over.then_some(Cause::Operation(&operation.operation, word))
            }
            (Self::ChangeUntold | Self::ChangeLost, PaymentEvent::RebillingUntold { since }) => {
                Some(Cause::Untold(*since))
            }
            (
                Self::Differs
                | Self::Review
                | Self::OperationUndecided
                | Self::ChangeUntold
                | Self::ChangeLost,
                _,
            ) => None,
            (_, PaymentEvent::Part(part)) => {
                let amount = part.amount.minor();
                Some(Cause::Part(&part.transaction, amount, part.status))
            }
            (_, PaymentEvent::Confirmed(told)) => {
                let amount = told.amount.minor();
                Some(Cause::Part(&told.transaction, amount, told.status))
            }
            _ => None,
        }
    }

    /// What to tell the operator.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::PartHeld => "a part was taken and the rest was not: the platform may hold it",
            Self::VoucherUntold => {
                "the card paid the rest of a voucher that nothing was told of: look the order up \
                 by its reference in the platform's back office, which alone knows the transaction"
            }
            Self::Surplus => "paid although another payment had settled the session: refund it",
            Self::Overpaid => "the parts sum to more than the total",
            Self::Conflict => "one transaction was told of with different contents: look it up",
            Self::Mismatch => "an accepted part does not fit the method or amount asked for",
            Self::StillPending => "the platform still owes a final answer",
            Self::Unconfirmed => {
                "our own account has not confirmed this: unknown there, or the platform is silent"
            }
            Self::Ineligible => {
                "meal vouchers paid more than voucher_eligible_amount: the shop answers for that"
            }
            Self::OperationUndecided => {
                "what became of an operation is not known: look it up in the platform's back office"
            }
            Self::Differs => {
                "the platform's report differs from the books: guichet payments compare says how"
            }
            Self::ChangeUntold => {
                "the platform could not be told what to charge, or when: it may charge as before"
            }
            Self::ChangeLost => {
                "a change came too late or was refused, and it charges as before: give back or \
                 charge the difference"
            }
            Self::Offline => {
                "the terminal approved it offline: see in the platform's portal whether it \
                 settled, then guichet payments accept, or refuse"
            }
            Self::Review => "the platform holds it for you: guichet payments accept, or refuse",
        }
    }
}

/// What may be the cause of an attention.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
enum Cause<'a> {
    /// A transaction's number, its amount in minor units, what became of it.
    Part(&'a str, u64, PartStatus),
    /// An operation, and how far it is.
    Operation(&'a OperationId, &'static str),
    /// The number of a transaction that the platform holds.
    Held(&'a str),
    /// What a report says.
    Difference(&'a str),
    /// The Unix second of a word that the platform could not be told.
    Untold(i64),
}

/// Something that needs a person.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Matter {
    /// A payment, for one reason of those that it has.
    Payment(PaymentId, Attention),
    /// A genuine message that fits no payment: its number in the books.
    Unmatched(i64),
    /// A genuine message that can't be read: its number in the books.
    Unreadable(i64),
}

const UNMATCHED: &str = "unmatched";
const UNREADABLE: &str = "unreadable";

impl Matter {
    /// The matter of these two words.
    #[must_use]
    pub fn parse(subject: &str, cause: &str) -> Option<Self> {
        // As it is written, and in no other way.
        let number = || {
            let number = subject.parse::<i64>().ok();
            number.filter(|number| *number > 0 && number.to_string() == subject)
        };
        match cause {
            UNMATCHED => number().map(Self::Unmatched),
            UNREADABLE => number().map(Self::Unreadable),
            cause => {
                let mut all = Attention::ALL.into_iter();
                let why = all.find(|why| why.as_str() == cause)?;
                let payment = PaymentId::try_from(subject.to_owned()).ok()?;
                Some(Self::Payment(payment, why))
            }
        }
    }

    /// What needs a person, in a word of the books.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Payment(payment, _) => payment.to_string(),
            Self::Unmatched(number) | Self::Unreadable(number) => number.to_string(),
        }
    }

    /// Why, in a word of the books.
    #[must_use]
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Payment(_, why) => why.as_str(),
            Self::Unmatched(_) => UNMATCHED,
            Self::Unreadable(_) => UNREADABLE,
        }
    }
}

impl fmt::Display for Matter {
    /// Both words, which [`Matter::parse`] reads, with a stroke between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.subject(), self.cause())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PartKind;
    use crate::event::{Confirmed, Trust};
    use crate::testing::{amount, part};

    fn accepted(transaction: &str, minor: u64, trust: Trust) -> PaymentEvent {
        PaymentEvent::Part(crate::event::Part {
            trust,
            ..part(transaction, PartKind::Card, minor, PartStatus::Accepted)
        })
    }

    #[test]
    fn each_kind_has_the_word_that_stands_in_the_books() {
        for why in Attention::ALL {
            let word = serde_json::to_value(why).unwrap();
            assert_eq!(word, why.as_str());
        }
        let mut words: Vec<_> = Attention::ALL.iter().map(|why| why.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Attention::ALL.len());
    }

    #[test]
    fn a_matter_is_read_as_it_is_written_and_in_no_other_way() {
        let payment = PaymentId::from_random([7; 16]);
        let mut all: Vec<_> = Attention::ALL
            .map(|why| Matter::Payment(payment.clone(), why))
            .to_vec();
        all.extend([Matter::Unmatched(12), Matter::Unreadable(12)]);
        for matter in all {
            let written = matter.to_string();
            let (subject, cause) = written.split_once('/').unwrap();
            assert_eq!(Matter::parse(subject, cause), Some(matter));
        }
        for (subject, cause) in [
            ("12", "surplus"),
            (payment.as_str(), "unmatched"),
            (payment.as_str(), "Surplus"),
            ("+12", "unmatched"),
            ("012", "unreadable"),
            ("-1", "unmatched"),
            ("", ""),
        ] {
            assert_eq!(Matter::parse(subject, cause), None, "{subject}/{cause}");
        }
    }

    #[test]
    fn what_repeats_or_confirms_is_nothing_new_and_another_transaction_is() {
        let first = accepted("991", 4_200, Trust::Signed);
        let confirmed = PaymentEvent::Confirmed(Confirmed {
            transaction: "991".into(),
            call: "77".into(),
            amount: amount(4_200),
            status: PartStatus::Accepted,
        });
        let told = [
            first.clone(),
            accepted("991", 4_200, Trust::Ours),
            confirmed,
        ];
        assert_eq!(Attention::Overpaid.told(&told), 1);
        for other in [
            accepted("992", 4_200, Trust::Signed),
            accepted("991", 4_201, Trust::Signed),
        ] {
            assert_eq!(Attention::Overpaid.told([&first, &other]), 2);
        }
        assert_eq!(Attention::Differs.told(&told), 0);
    }

    #[test]
    fn the_same_difference_reported_each_day_is_told_once() {
        let reported = |at, differs: Option<&str>| PaymentEvent::Reported {
            at,
            differs: differs.map(str::to_owned),
        };
        let same = [reported(1, Some("29.50")), reported(2, Some("29.50"))];
        assert_eq!(Attention::Differs.told(&same), 1);
        let other = [
            reported(1, Some("29.50")),
            reported(2, None),
            reported(3, Some("29.00")),
        ];
        assert_eq!(Attention::Differs.told(&other), 2);
    }

    #[test]
    fn each_change_that_could_not_be_told_is_told_once() {
        let untold = |since| PaymentEvent::RebillingUntold { since };
        for why in [Attention::ChangeUntold, Attention::ChangeLost] {
            assert_eq!(why.told(&[untold(3), untold(3)]), 1);
            assert_eq!(why.told(&[untold(3), untold(9)]), 2);
            assert_eq!(why.told(&[accepted("991", 4_200, Trust::Ours)]), 0);
        }
    }
}
