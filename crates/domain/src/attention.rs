//! Why a payment stands on the operator's list.

use serde::{Deserialize, Serialize};

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
}

impl Attention {
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
            Self::Offline => {
                "the terminal approved it offline: see in the platform's portal whether it settled"
            }
            Self::Review => "the platform holds it for you: guichet payments accept, or refuse",
        }
    }
}
