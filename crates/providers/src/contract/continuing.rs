//! The rest of a payment that goes on after *begin*.

use std::fmt;
use std::net::IpAddr;

use guichet_domain::event::{PlatformFact, ReturnOutcome};
use guichet_domain::iban::Iban;
use guichet_domain::stage::is_ordered_last;
use guichet_wire::{MethodKind, NextAction};

use super::begin::Context;
use super::call::{Exchange, Step};
use super::vault::{First, Save};
use crate::Verified;

/// The rest of a payment that goes on after *begin*: with a token from the platform's fields, after
/// the browser's return, or by asking what became of it. Answers to our own calls make the facts.
///
/// The backend sees to it that `proceed` and `finalise` each run at most once at a time for a
/// payment, and asks `look_up` before anything else when an answer never came.
pub trait Continuing: Send + Sync {
    /// Goes on with what the shopper gave.
    fn proceed(&self, proceed: &Proceed<'_>, exchanges: &[Exchange]) -> Step<Proceeded>;

    /// Goes on after the browser's return. What it posted is opaque and unproven.
    fn finalise(&self, finalise: &Finalise<'_>, exchanges: &[Exchange]) -> Step<Proceeded>;

    /// Asks the platform what became of the payment.
    fn look_up(&self, look_up: &LookUp<'_>, exchanges: &[Exchange]) -> Step<LookedUp>;

    /// Whether nothing of a payment of that kind is taken before *finalise*. Not so where the
    /// platform's page takes it: such a payment is looked at even once another one has paid.
    fn is_ordered_last(&self, kind: MethodKind) -> bool {
        is_ordered_last(kind)
    }

    /// For how many seconds after its deadline the platform may still come to know of a payment
    /// that it was told to take, where it writes down late what it does.
    fn written_within(&self) -> i64 {
        0
    }

    /// What the browser's return tells, if it tells anything. A hint: nobody vouches for it.
    fn hint(&self, _posted: &[(String, String)]) -> Option<ReturnOutcome> {
        None
    }
}

/// What *proceed* needs to know.
#[derive(Debug)]
pub struct Proceed<'a> {
    /// The payment.
    pub context: Context<'a>,
    /// The address of the shopper's browser, if that is what asks.
    pub client: Option<IpAddr>,
    /// The provider's memo.
    pub memo: Option<&'a str>,
    /// What the shopper gave.
    pub given: &'a Given<'a>,
}

/// What the shopper gave, for a payment to go on. Its `Debug` shows none of it.
#[derive(Clone, Eq, PartialEq)]
pub enum Given<'a> {
    /// What the platform's fields made of a card.
    Token {
        /// Stands for the card.
        token: &'a str,
        /// The brand that the shopper chose on a card that bears two.
        brand: Option<&'a str>,
        /// The card is to be saved. Only where [`super::Vault::adds`], for a session with an owner.
        save: bool,
    },
    /// The code of a bank that was on offer, or [`guichet_wire::OTHER_BANK`].
    Bank(&'a str),
    /// The account to debit.
    Iban(Iban),
    /// Nothing: see [`super::Next::Proceed`].
    Nothing,
}

impl fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token { .. } => "Token(…)",
            Self::Bank(_) => "Bank(…)",
            Self::Iban(_) => "Iban(…)",
            Self::Nothing => "Nothing",
        })
    }
}

/// What *finalise* needs to know.
#[derive(Debug)]
pub struct Finalise<'a> {
    /// The payment.
    pub context: Context<'a>,
    /// The provider's memo.
    pub memo: Option<&'a str>,
    /// What the browser posted, decoded, in its order.
    pub posted: &'a [(String, String)],
}

/// What *look up* needs to know.
#[derive(Debug)]
pub struct LookUp<'a> {
    /// The payment.
    pub context: Context<'a>,
    /// The provider's memo.
    pub memo: Option<&'a str>,
    /// The deadline has passed: nobody is waited for any more, and what can still be paid on the
    /// platform's page is to be called off.
    pub closing: bool,
    /// What a person has decided about what the platform holds: accepted, or not. The platform is
    /// told, and its answer is what counts.
    pub decided: Option<bool>,
}

/// How far a payment went.
#[derive(Clone, Debug)]
pub struct Proceeded {
    /// What the platform told, to be recorded before anything is answered.
    pub facts: Vec<Verified<PlatformFact>>,
    /// What the browser does next; none when the facts say all. None without a fact: the backend
    /// keeps the memo, and goes on by *finalise* at once. That is how *proceed* has the
    /// platform's name of a transaction written down before the transaction can take money.
    pub next_action: Option<NextAction>,
    /// The provider's memo, in place of the one that it had.
    pub memo: Option<String>,
    /// The platform's page takes another try: the payment waits for its browser as before.
    pub open: bool,
    /// A card to add to the shopper's, once the facts are recorded.
    pub save: Option<Save>,
    /// What a saved card's payment left.
    pub first: Option<First>,
}

/// What the platform says of a payment that was asked about.
#[derive(Clone, Debug)]
pub enum LookedUp {
    /// This. A part that is pending means that the platform waits for another's word itself: it is
    /// asked for as long as that may take.
    Facts(Vec<Verified<PlatformFact>>),
    /// This; and the card that paid is to be added to the shopper's, as [`Proceeded::save`] says.
    FactsAndCard(Vec<Verified<PlatformFact>>, Save),
    /// This so far; and the platform's page takes another try.
    Open(Vec<Verified<PlatformFact>>),
    /// It is not over: ask again later.
    NotYet,
    /// It goes on at a device in front of the shopper.
    GoesOn {
        /// The provider's memo, in place of the one that it had.
        memo: String,
        /// Whole seconds after which it is to be asked about again; none where nobody waits for it
        /// any more.
        again_in: Option<i64>,
        /// What the device shows, in its own words: one short line.
        says: Option<String>,
    },
    /// The platform has never heard of it: nothing was taken by this payment so far.
    Nothing,
}
