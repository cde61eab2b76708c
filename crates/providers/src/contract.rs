//! What every provider offers the backend, as pure functions.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use guichet_domain::event::{Part, PlatformFact, ReturnOutcome};
use guichet_domain::iban::Iban;
use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription};
use guichet_domain::money::Amount;
use guichet_domain::session::Session;
use guichet_domain::shopper::{Datum, ShopperId};
use guichet_wire::NextAction;
use serde::Deserialize;

use crate::Verified;

/// Which world the backend runs in. Keys and hosts of different worlds never mix.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Our own sandbox, on loopback addresses.
    Sandbox,
    /// The platforms' test hosts.
    Test,
    /// Real money.
    Production,
}

/// What is wrong with an account's configuration. Names the key, never shows a secret.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("account {account}: {key}: {detail}")]
pub struct ConfigError {
    /// The account.
    pub account: String,
    /// The key of its table.
    pub key: String,
    /// What is wrong and what to write.
    pub detail: String,
}

/// One account at one platform. Every function is pure: what it needs of clock, randomness and
/// network, it is given.
pub trait Provider: Send + Sync {
    /// The platform's name, as in `/notify/{provider}/{account}`.
    fn name(&self) -> &'static str;

    /// The account's name in the configuration.
    fn account(&self) -> &Slug;

    /// *Describe*: the methods that this provider knows.
    fn methods(&self) -> Vec<MethodDescription>;

    /// What is allowed in the account's table, and that the operator should know at start: which
    /// key, and what to do.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// What a payment by that method can't do without. A session that lacks some of it is not
    /// offered the method.
    fn demands(&self, method: &Method) -> Vec<Demand>;

    /// Seconds from the making of a payment until it is clear that its page is over.
    fn deadline_seconds(&self) -> i64;

    /// Names the counter that [`Query::sequence`] is drawn from: accounts that share a number space
    /// at the platform share it (`up2pay/` and the site at Up2pay). It starts anew each day in
    /// Paris.
    fn sequence_scope(&self) -> String;

    /// Names the counter that [`Seed::number`] is drawn from, where references are made of numbers.
    /// It starts anew each day in Paris. Accounts that share a number space share it.
    fn reference_scope(&self) -> Option<String> {
        None
    }

    /// Our reference of a new payment, unique within the account for ever; in the platform's own
    /// format where the platform takes one.
    fn new_reference(&self, seed: &Seed) -> String;

    /// Whether this account's notifications come as POST; the other method is answered 405.
    fn notification_by_post(&self) -> bool;

    /// Whether a query or body that came to no address of ours looks like a notification of this
    /// account's. For a warning; nothing is believed.
    fn looks_like_notification(&self, _raw: &[u8]) -> bool {
        false
    }

    /// *Begin*: a session and a method in; out comes what the browser does next, or a call to make
    /// first. `exchanges` are the calls made so far for this payment, with their answers.
    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun>;

    /// *Verify*: the raw bytes of a notification in, what the platform vouches for out.
    fn verify(&self, incoming: &Incoming<'_>) -> Result<Notified, Refusal>;

    /// Reads the browser's return. What is signed is checked; it is a hint all the same.
    fn read_return(&self, incoming: &Incoming<'_>) -> Result<Return, Refusal>;

    /// *Query*: asks the platform, with our own account and key, about a transaction that a signed
    /// message claims to be ours.
    fn query(&self, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered>;

    /// *Continue*, where a payment takes more than its beginning and the platform's notification.
    fn continuing(&self) -> Option<&dyn Continue>;

    /// *Vault*, where the platform keeps cards for shoppers.
    fn vault(&self) -> Option<&dyn Vault> {
        None
    }
}

/// Something that an account wants to know of the shopper.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Demand {
    /// What.
    pub datum: Datum,
    /// What becomes of a payment without it, as a clause: `the platform opens no page without it`.
    pub because: &'static str,
    /// What the account's table has to say for it not to be demanded; none where the platform does.
    pub unless: Option<&'static str>,
}

/// The rest of a payment that goes on after *begin*: with a token from the platform's fields, after
/// the browser's return, or by asking what became of it. Answers to our own calls make the facts.
///
/// The backend sees to it that `proceed` and `finalise` each run at most once at a time for a
/// payment, and asks `look_up` before anything else when an answer never came.
pub trait Continue: Send + Sync {
    /// Goes on with what the shopper gave.
    fn proceed(&self, proceed: &Proceed<'_>, exchanges: &[Exchange]) -> Step<Proceeded>;

    /// Goes on after the browser's return. What it posted is opaque and unproven.
    fn finalise(&self, finalise: &Finalise<'_>, exchanges: &[Exchange]) -> Step<Proceeded>;

    /// Asks the platform what became of the payment.
    fn look_up(&self, look_up: &LookUp<'_>, exchanges: &[Exchange]) -> Step<LookedUp>;
}

/// Cards that the platform keeps for a shopper. Whose they are is decided by the shop's server: the
/// browser names a card, and never an owner.
pub trait Vault: Send + Sync {
    /// Whether a card can be added. Where it can't, nobody is asked.
    fn adds(&self) -> bool;

    /// The cards that can pay.
    fn cards(&self, owner: &Owner<'_>, exchanges: &[Exchange]) -> Step<Vec<KeptCard>>;

    /// Removes a card for good. One that is not there any more is removed.
    fn remove(&self, owner: &Owner<'_>, card: &str, exchanges: &[Exchange]) -> Step<()>;

    /// Adds what [`Proceeded::save`] holds. One that is there already is added. Its payment was the
    /// card's first: what that left, where it left something.
    fn add(&self, owner: &Owner<'_>, save: &Save, exchanges: &[Exchange]) -> Step<Option<First>>;
}

/// Whose cards.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The shop that names the shopper.
    pub shop: &'a Slug,
    /// The shop's own name of the shopper.
    pub shopper: &'a ShopperId,
}

impl<'a> Owner<'a> {
    /// The owner of a session's cards, if its shop says who the shopper is.
    #[must_use]
    pub fn of(session: &'a Session) -> Option<Self> {
        Some(Self {
            shop: &session.shop,
            shopper: session.shopper.id.as_ref()?,
        })
    }
}

/// A card that the platform keeps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptCard {
    /// The platform's name of it among its owner's.
    pub id: String,
    /// Brand in the platform's words.
    pub brand: String,
    /// The last digits, four at most.
    pub last_digits: String,
    /// Year and month of its end, where the platform tells it.
    pub expires: Option<(i16, i8)>,
}

impl KeptCard {
    /// Whether it pays no more: a card pays until the end of its month.
    #[must_use]
    pub fn has_expired(&self, now: jiff::Timestamp) -> bool {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC);
        let this_month = (today.year(), today.month());
        self.expires.is_some_and(|expires| expires < this_month)
    }
}

/// What stands for a card that is to be saved, in the provider's own form. Its `Debug` is empty.
#[derive(Clone, Eq, PartialEq)]
pub struct Save(pub String);

impl fmt::Debug for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Save(…)")
    }
}

/// What a saved card's payment with the shopper left: later ones without the shopper need it. The
/// backend keeps the first of each card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct First {
    /// The platform's name of the card among its owner's.
    pub card: String,
    /// In the provider's own form. No secret.
    pub proof: String,
}

/// What a new payment's reference is made of.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// Drawn anew for every payment.
    pub random: [u8; 16],
    /// The day in Paris.
    pub day: jiff::civil::Date,
    /// The next number of [`Provider::reference_scope`] on that day, from 1; 0 where there is no
    /// such scope.
    pub number: u32,
}

/// A payment that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What happens next.
    pub next: Next,
    /// What the provider wants back when the payment goes on. Kept by the backend, shown to nobody.
    pub keep: Option<String>,
}

/// What happens after a payment's beginning.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// The browser does this.
    Browser(NextAction),
    /// Nobody has to be asked: once the payment is stored, the backend goes on by *proceed* with
    /// [`Given::Nothing`], before it answers.
    Proceed,
}

impl From<NextAction> for Begun {
    fn from(next_action: NextAction) -> Self {
        Self {
            next: Next::Browser(next_action),
            keep: None,
        }
    }
}

/// What *proceed* needs to know.
#[derive(Debug)]
pub struct Proceed<'a> {
    /// The payment's beginning.
    pub begin: Begin<'a>,
    /// What was kept.
    pub keep: Option<&'a str>,
    /// What the shopper gave.
    pub given: Given<'a>,
}

/// What the shopper gave, for a payment to go on. Its `Debug` shows none of it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Given<'a> {
    /// What the platform's fields made of a card.
    Token {
        /// Stands for the card.
        token: &'a str,
        /// The brand that the shopper chose on a card that bears two.
        brand: Option<&'a str>,
        /// The card is to be saved. Only where [`Vault::adds`], for a session with an owner.
        save: bool,
    },
    /// The code of a bank that was on offer, or [`guichet_wire::OTHER_BANK`].
    Bank(&'a str),
    /// The account to debit.
    Iban(&'a Iban),
    /// Nothing: see [`Next::Proceed`].
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
    /// The payment's beginning.
    pub begin: Begin<'a>,
    /// What was kept.
    pub keep: Option<&'a str>,
    /// What the browser posted, decoded, in its order.
    pub posted: &'a [(String, String)],
}

/// What *look up* needs to know.
#[derive(Debug)]
pub struct LookUp<'a> {
    /// The payment's beginning.
    pub begin: Begin<'a>,
    /// What was kept.
    pub keep: Option<&'a str>,
}

/// How far a payment went.
#[derive(Clone, Debug)]
pub struct Proceeded {
    /// What the platform told, to be recorded before anything is answered.
    pub facts: Vec<Verified<PlatformFact>>,
    /// What the browser does next; none when the facts say all. None without a fact: the backend
    /// keeps what is to be kept, and goes on by *finalise* at once. That is how *proceed* has the
    /// platform's name of a transaction written down before the transaction can take money.
    pub next_action: Option<NextAction>,
    /// What the provider wants back later, in place of what was kept.
    pub keep: Option<String>,
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
    /// It is not over: ask again later.
    NotYet,
    /// The platform has never heard of it: nothing was taken by this payment so far.
    Nothing,
}

/// What *begin* needs to know.
#[derive(Debug)]
pub struct Begin<'a> {
    /// The session to pay.
    pub session: &'a Session,
    /// The method chosen.
    pub method: &'a Method,
    /// Who starts it, and with which saved card, if one pays.
    pub by: By<'a>,
    /// The address of the shopper's browser, while it is asking.
    pub client: Option<IpAddr>,
    /// For [`By::ShopWith`], while it begins: what the card's first payment left
    /// ([`First::proof`]).
    pub first: Option<&'a str>,
    /// Our reference at the platform: what `new_reference` made for this payment.
    pub reference: &'a str,
    /// Where the platform calls and sends the browser back to.
    pub addresses: &'a Addresses,
    /// The time of signing.
    pub now: jiff::Timestamp,
}

/// Who starts a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By<'a> {
    /// The shopper, who gives the means of payment.
    Shopper,
    /// The shopper, with a card that was saved before.
    ShopperWith {
        /// As [`Vault::cards`] names it.
        card: &'a str,
    },
    /// The shop's server, with a card that the shopper saved before. The shopper is not there.
    ShopWith {
        /// As [`Vault::cards`] names it.
        card: &'a str,
    },
}

/// The addresses that a platform is given. All come from the configured public address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Addresses {
    /// Where notifications go. No query string.
    pub notify: String,
    /// The browser's return after a payment.
    pub accepted: String,
    /// The browser's return after a refusal.
    pub refused: String,
    /// The browser's return after a cancellation.
    pub cancelled: String,
    /// The browser's return while the outcome is open.
    pub waiting: String,
    /// The browser's one return of a payment that goes on by *finalise*. It ends in a part that
    /// only the platform and this browser are shown.
    pub back: String,
}

/// One step of a conversation with the platform.
#[derive(Debug)]
pub enum Step<T> {
    /// Make this call, then ask again with its answer added.
    Call(PlatformCall),
    /// Done.
    Done(T),
    /// It can't go on.
    Failed(Failure),
}

impl<T> Step<T> {
    /// Changes what it is done with.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Call(call) => Step::Call(call),
            Self::Done(done) => Step::Done(change(done)),
            Self::Failed(failure) => Step::Failed(failure),
        }
    }
}

/// Why a conversation with the platform can't go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No host of the platform answers. Nothing was started; trying again is safe.
    Unreachable,
    /// A call that may have moved money was sent and its answer never came, or could not be
    /// trusted: look the payment up before anything else.
    Unknown,
    /// The platform answered something that has no meaning here; the text is for the log.
    Unexpected(String),
    /// The session's own data can't be carried by this platform: which field, what to do.
    Unsuitable(guichet_domain::FieldError),
}

/// A call to make. Its `Debug` shows neither headers nor body: they may hold what was sealed.
#[derive(Clone, Eq, PartialEq)]
pub struct PlatformCall {
    /// GET or POST.
    pub method: CallMethod,
    /// Absolute address.
    pub url: String,
    /// Value of `Content-Type`, with a body.
    pub content_type: Option<&'static str>,
    /// The body, raw.
    pub body: Vec<u8>,
    /// Give up after this time.
    pub timeout: Duration,
    /// The answer may be used again for this long: for health checks.
    pub cache_for: Option<Duration>,
    /// A note of the provider's own, to read the answer by.
    pub note: String,
}

impl fmt::Debug for PlatformCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlatformCall({:?} {})", self.method, self.url)
    }
}

/// HTTP method of a call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CallMethod {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// A call that was made, and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The call.
    pub call: PlatformCall,
    /// Its answer.
    pub answer: Result<CallAnswer, CallError>,
}

/// The answer to a call. Redirects are not followed: they arrive here.
#[derive(Clone, Eq, PartialEq)]
pub struct CallAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body, raw; at most one megabyte.
    pub body: Vec<u8>,
}

impl fmt::Debug for CallAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallAnswer({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer. The difference decides whether another try is safe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallError {
    /// The connection could not be made: the platform has seen nothing.
    NotSent,
    /// Sent, and no answer came: the platform may have acted.
    NoAnswer,
}

/// A message from outside, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// `true` for POST, `false` for GET.
    pub post: bool,
    /// The raw query string, without `?`.
    pub query: &'a [u8],
    /// The raw body.
    pub body: &'a [u8],
    /// The secret part of the path it came to, if there was one.
    pub secret: Option<&'a str>,
}

/// Why a message from outside is refused. Holds nothing of the message itself.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The secret part of the path is wrong.
    #[error("no such address")]
    WrongSecret,
    /// GET where POST is expected, or the other way round.
    #[error("wrong HTTP method for this account")]
    WrongMethod,
    /// It can't be read, or lacks what it must hold.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The platform signed it, and yet it can't be read: money may have moved.
    #[error("genuine, but {why}")]
    Unreadable {
        /// What can't be read.
        why: String,
        /// What was signed, with the signature, and nothing beside it.
        signed: SignedBytes,
    },
    /// The signature does not verify with any key of the account.
    #[error("the signature does not verify")]
    BadSignature,
}

/// The signed part of a message, raw. Its `Debug` shows nothing of it.
#[derive(Clone, Eq, PartialEq)]
pub struct SignedBytes(Vec<u8>);

impl SignedBytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes: pairs and signature, joined by `&`.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SignedBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedBytes({} bytes)", self.0.len())
    }
}

/// A notification that the platform vouched for.
#[derive(Debug)]
pub struct Notified {
    /// What it tells.
    pub fact: Verified<PlatformFact>,
    /// What was signed, with the signature: nothing else of what arrived is kept.
    pub signed: SignedBytes,
    /// What became of the message on its way, in words. Nothing of it touched what was signed.
    pub changes: Vec<&'static str>,
}

/// What the browser brought back.
#[derive(Clone, Debug)]
pub struct Return {
    /// Our reference, as it was signed.
    pub reference: String,
    /// What the signed code says; the address it came to may say otherwise.
    pub outcome: ReturnOutcome,
    /// The transaction that it speaks of, if it names one. It never counts by itself.
    pub part: Option<Verified<PlatformFact>>,
}

/// A question to the platform about one transaction.
#[derive(Debug)]
pub struct Query<'a> {
    /// Our reference at the platform.
    pub reference: &'a str,
    /// What a signed message claims.
    pub claim: &'a Part,
    /// The total of the payment.
    pub total: Amount,
    /// A number that this account has not used today; each step of a query is given a new one.
    pub sequence: u32,
    /// The time of asking.
    pub now: jiff::Timestamp,
}

/// The platform's answer to a query.
#[expect(
    clippy::large_enum_variant,
    reason = "one is made and read at a time, never stored"
)]
#[derive(Clone, Debug)]
pub enum Answered {
    /// Our account knows the transaction, and amount and reference agree.
    Agreed(Verified<PlatformFact>),
    /// Our account does not know it, or knows it otherwise: what differs, for the operator.
    Disagreed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_pays_until_the_end_of_its_month() {
        let has_expired = |expires, now: &str| {
            let card = KeptCard {
                id: "1".into(),
                brand: "CB".into(),
                last_digits: "00".into(),
                expires,
            };
            card.has_expired(now.parse().unwrap())
        };
        assert!(!has_expired(Some((2026, 11)), "2026-11-30T23:59:59Z"));
        assert!(has_expired(Some((2026, 11)), "2026-12-01T00:00:00Z"));
        assert!(!has_expired(Some((2027, 1)), "2026-12-31T12:00:00Z"));
        assert!(has_expired(Some((2025, 12)), "2026-01-01T12:00:00Z"));
        assert!(!has_expired(None, "2026-01-01T12:00:00Z"));
    }
}
