//! What can happen to a payment, as it is recorded. Providers make the facts; the backend stores
//! them.

use guichet_wire::{PartKind, PartStatus, Refusal};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{PaymentId, Slug};
use crate::method::Method;
use crate::money::Amount;
use crate::operation::OperationEvent;

/// A fact that a platform told us, by a notification or by its answer to a call of ours.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PlatformFact {
    /// Our account at the platform, by the configuration's name.
    pub account: Slug,
    /// Our own reference of the payment at that platform (PBX_CMD at Up2pay).
    pub reference: String,
    /// What makes this fact itself and no other within the account. The same identity with the same
    /// content is a duplicate; with other content it is kept beside it.
    pub identity: String,
    /// The fact.
    pub event: PaymentEvent,
}

/// One recorded event of a payment.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum PaymentEvent {
    /// The platform told of one transaction.
    Part(Part),
    /// The platform, asked with our own account and key, agreed on a transaction.
    Confirmed(Confirmed),
    /// How far something came that the shop has done with a part's money.
    Operation(OperationEvent),
    /// The platform holds a transaction until a person decides about it.
    Held {
        /// The transaction's number.
        transaction: String,
    },
    /// A person has decided about what the platform holds. It moves no money state: the platform
    /// does, once it was told.
    Decided {
        /// Accepted, not refused.
        accept: bool,
        /// Unix second of the decision. The first one holds.
        at: i64,
    },
    /// The platform's own report was compared with the books. It moves no money state.
    Reported {
        /// Unix second of the comparison. The last one holds.
        at: i64,
        /// What differs, in words; nothing where it agrees again.
        differs: Option<String>,
    },
    /// It charges anew what another payment was made with. It moves no money state.
    Rebilling {
        /// The payment that is charged anew.
        of: PaymentId,
        /// The day on which the platform is to run it, by the platform's days; none: at once.
        due: Option<Date>,
        /// Unix second from which that holds. The last one holds.
        at: i64,
        /// What its session is to be paid with from then on; none: what the session was made with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Amount>,
        /// The platform is still to be told.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        untold: bool,
    },
    /// The platform could not be told how a rebilling is to run: until it is, it may charge as
    /// before. It moves no money state.
    RebillingUntold {
        /// Unix second of the word that it could not be told.
        since: i64,
    },
    /// A rebilling is not to run any more. It moves no money state: the platform does, once it was
    /// told.
    CalledOff,
    /// Another payment charges anew what this one was made with. It moves no money state.
    RebilledBy {
        /// That payment.
        payment: PaymentId,
    },
    /// The browser came back. A hint: it moves no money state.
    Returned {
        /// Which of the return addresses it came to.
        outcome: ReturnOutcome,
    },
    /// The platform's page has timed out, and then some.
    DeadlinePassed,
}

/// One transaction at the platform, as a notification or an answer tells it.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Part {
    /// The platform's number of this transaction (letter S, NUMTRANS at Up2pay).
    pub transaction: String,
    /// The platform's number of the call that it belongs to (letter T, NUMAPPEL at Up2pay).
    pub call: String,
    /// What paid it.
    pub kind: PartKind,
    /// The method that the platform says was used; none for a complement, which nobody chooses.
    pub method: Option<Method>,
    /// The brand in the platform's words.
    pub brand: String,
    /// Amount of this part.
    pub amount: Amount,
    /// What became of it.
    pub status: PartStatus,
    /// The platform's own code, as text.
    pub code: String,
    /// Why it was refused, when it was.
    pub refusal: Option<Refusal>,
    /// How many parts the platform says that the payment has, when it says so.
    pub parts_expected: Option<u8>,
    /// Whether more is needed before this part may count.
    pub trust: Trust,
    /// A digest of all that the platform told of it, so that no difference goes unnoticed.
    pub fingerprint: String,
    /// What is told of it beside that, where it was paid at a terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_terminal: Option<Box<AtTerminal>>,
}

impl Part {
    /// What of its amount pays no part of the order, in minor units: tip and cash-back.
    #[must_use]
    pub fn beside_order(&self) -> u64 {
        let told = self.at_terminal.as_ref();
        told.map_or(0, |told| told.tip.saturating_add(told.cash_back))
    }

    /// What of its amount pays the order, in minor units.
    #[must_use]
    pub fn for_order(&self) -> u64 {
        self.amount.minor().saturating_sub(self.beside_order())
    }

    /// Whether a terminal approved it without asking the bank.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.at_terminal.as_ref().is_some_and(|told| told.offline)
    }
}

/// What a terminal tells of a transaction beside what every platform does.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(default)]
pub struct AtTerminal {
    /// The terminal, by the configuration's name.
    pub terminal: String,
    /// Of the part's amount, what the shopper added for the staff, in minor units.
    pub tip: u64,
    /// Of the part's amount, what the shopper was given in cash, in minor units.
    pub cash_back: u64,
    /// The terminal approved it without asking the bank, which may refuse it yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    /// What kind of card it was, in the platform's words: a debit card can do less than a credit
    /// card afterwards.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tender: String,
    /// The receipt's text, as it is to be printed: no platform gives it a second time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub receipt: String,
}

/// Whether a part counts by itself.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Signed by the platform, but any merchant's notification is: it counts once a
    /// [`Confirmed`] agrees.
    Signed,
    /// It came to the account's secret address, or in an answer to a call of ours: it counts.
    Ours,
}

/// The platform's answer about one transaction, to a query with our own account and key.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Confirmed {
    /// The transaction's number.
    pub transaction: String,
    /// The call's number.
    pub call: String,
    /// The amount that the query named and the platform agreed to.
    pub amount: Amount,
    /// What the platform's books say of it.
    pub status: PartStatus,
}

/// Which of the return addresses the browser came to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnOutcome {
    /// The platform says that it was paid.
    Accepted,
    /// The platform says that it was refused.
    Refused,
    /// The shopper cancelled on the platform's page.
    Cancelled,
    /// The platform does not know yet.
    Waiting,
}

impl ReturnOutcome {
    /// The word that stands in the return address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Waiting => "waiting",
        }
    }

    /// Reads the word of the return address.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Accepted,
            Self::Refused,
            Self::Cancelled,
            Self::Waiting,
        ]
        .into_iter()
        .find(|outcome| outcome.as_str() == word)
    }
}
