//! What the platform does with what paid, and what its refusals mean.

use guichet_domain::PartKind;
use guichet_domain::event::Part;
use guichet_domain::operation::OperationKind;

use crate::contract::{Objection, Operation};
use crate::sogenactif::config::{Config, Identity};
use crate::sogenactif::way::{Flow, Way};

/// What paid, as far as operations tell it apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Means {
    /// A bank card, typed or saved.
    Card,
    /// A wallet with a page of its own: PayPal, Paylib, Bancontact.
    Wallet,
    /// A credit transfer: iDEAL.
    Transfer,
    /// A SEPA direct debit.
    Debit,
}

impl Means {
    #[cfg(test)]
    pub(super) const ALL: [Self; 4] = [Self::Card, Self::Wallet, Self::Transfer, Self::Debit];

    /// By the method that the part was paid with. A part without one is of an older book, and was
    /// paid by card.
    pub(super) fn of(part: &Part) -> Option<Self> {
        let way = part.method.as_ref();
        let way = match (way.map(|method| Way::parse(method.as_str())), part.kind) {
            (_, PartKind::Voucher | PartKind::Complement) => None,
            (Some(way), _) => way,
            (None, PartKind::Card) => Some(Way::Card),
            (None, PartKind::Account) => None,
        };
        Some(match way?.flow() {
            Flow::Card => Self::Card,
            Flow::External(_) => Self::Wallet,
            Flow::Transfer(_) => Self::Transfer,
            Flow::Debit => Self::Debit,
        })
    }
}

/// Whether the platform does it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum May {
    /// It does, where the option is on the contract.
    Yes,
    /// It does not; what can be done in its place.
    No(&'static str),
}

const CAPTURE: OperationKind = OperationKind::Capture;
const CANCEL: OperationKind = OperationKind::Cancel;
const REFUND: OperationKind = OperationKind::Refund;
const DUPLICATE: OperationKind = OperationKind::Duplicate;

/// Of the connector Office: validate, cancel, refund and duplicate name no means that they leave
/// out.
const OFFICE: &str = "Sogenactif, connector Office, release 24.2";
/// The guide of iDEAL: paid at once, neither at the day's end nor on shipping.
const IDEAL: &str = "Sips, guide of iDEAL, release 24.2: immediate payment only";
/// The guide of SEPA direct debits: remitted at the day's end.
const DEBIT: &str = "Mercanet, guide of SDD, release 24.2: end-of-day payment";
/// Nothing of ours is made so.
const AT_ONCE: &str = "this checkout reserves nothing by it";

const NOTHING_RESERVED: &str = "it was taken at once; refund it";
const REMITTED: &str = "it is paid at once; refund it";
const PAY_ANEW: &str = "ask the shopper to pay anew, in a session with another reference";

/// What the platform does with what paid, and where that stands. Confidence: A what
/// [`OFFICE`] tells of cards, D that it holds for the others, B the two guides.
pub(super) const RULES: [(Means, OperationKind, May, &str); 16] = [
    (Means::Card, CAPTURE, May::Yes, OFFICE),
    (Means::Card, CANCEL, May::Yes, OFFICE),
    (Means::Card, REFUND, May::Yes, OFFICE),
    (Means::Card, DUPLICATE, May::Yes, OFFICE),
    (Means::Wallet, CAPTURE, May::Yes, OFFICE),
    (Means::Wallet, CANCEL, May::Yes, OFFICE),
    (Means::Wallet, REFUND, May::Yes, OFFICE),
    (
        Means::Wallet,
        DUPLICATE,
        May::No(PAY_ANEW),
        "a wallet confirms each payment by itself",
    ),
    (Means::Transfer, CAPTURE, May::No(NOTHING_RESERVED), IDEAL),
    (Means::Transfer, CANCEL, May::No(REMITTED), IDEAL),
    (Means::Transfer, REFUND, May::Yes, OFFICE),
    (Means::Transfer, DUPLICATE, May::No(PAY_ANEW), IDEAL),
    (Means::Debit, CAPTURE, May::No(NOTHING_RESERVED), AT_ONCE),
    (Means::Debit, CANCEL, May::Yes, DEBIT),
    (Means::Debit, REFUND, May::Yes, OFFICE),
    (Means::Debit, DUPLICATE, May::No(PAY_ANEW), AT_ONCE),
];

/// Whether the platform does that to what paid.
pub(super) fn may(config: &Config, operation: &Operation<'_>) -> Result<(), Objection> {
    let kind = operation.kind;
    let never = |source_of, remedy| {
        Err(Objection::Never {
            kind,
            source_of,
            remedy,
        })
    };
    // What it makes has to be found again without any answer: see `naming.rs`.
    if kind == DUPLICATE && config.identity != Identity::Reference {
        let source = "a duplicate is found again by a reference of your own only, and this \
                      account's transaction_identity is another";
        return never(
            source,
            "duplicate it in the back office, and capture it there",
        );
    }
    let means = Means::of(operation.paid.part);
    let rule = RULES
        .iter()
        .find(|(of, does, ..)| Some(*of) == means && *does == kind);
    match rule {
        Some((.., May::Yes, _)) => Ok(()),
        Some((.., May::No(remedy), source)) => never(source, remedy),
        None => never(
            "no document knows what paid",
            "look for the transaction in the back office",
        ),
    }
}

/// Why an operation is impossible in a transaction's state, and what to do.
pub(super) fn explained(kind: OperationKind, status: &str) -> &'static str {
    match (kind, status) {
        (CAPTURE, "EXPIRED") => {
            "the authorisation has expired: duplicate it (guichet payments duplicate), then capture"
        }
        (CANCEL, "EXPIRED") => "the authorisation has expired: nothing is reserved any more",
        (CANCEL, "CAPTURED" | "TO_CREDIT" | "CREDITED") => {
            "it was remitted to the bank: refund it instead"
        }
        (REFUND, "TO_VALIDATE") => "nothing was taken yet: cancel it instead",
        (REFUND, "EXPIRED") => "the authorisation had expired: nothing was taken",
        (DUPLICATE, "TO_VALIDATE") => "the authorisation has not expired: capture it, or cancel it",
        (DUPLICATE, "TO_CAPTURE" | "CAPTURED" | "TO_CREDIT" | "CREDITED") => {
            "it was captured: nothing is to be reserved anew"
        }
        (_, "CANCELLED") => "the transaction was cancelled",
        (_, "TO_CHALLENGE") => {
            "a fraud score waits for your decision: acceptChallenge or refuseChallenge first"
        }
        (_, "TO_AUTHORIZE" | "TO_REPLAY") => "the platform has not authorised it yet",
        (_, "REFUSED") => "the transaction was refused",
        _ => "impossible in this state, or done before: look at the back office",
    }
}
