//! The books: what was asked, what happened, and what an operator should look at.
//!
//! [`Store`] is the trait; [`sqlite`] implements it. Events are only ever added, and every write
//! that depends on what it read runs in one writing transaction. A call that returned `Ok` is on
//! disk.

use std::collections::BTreeSet;

use async_trait::async_trait;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::payment::{Attention, PaymentState, Terms, fold};
use guichet_domain::session::{Attempt, Capture, Overview, Session, overview};
use guichet_domain::shopper::ShopperId;
use serde::{Deserialize, Serialize};

pub mod sqlite;

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, is locked, or refused. Trying again later makes sense.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Nothing of it was written: the transaction that it was part of could not be committed.
    /// Trying again later makes sense.
    #[error("the books could not be written: {0}")]
    NotWritten(String),
    /// The file that was opened is no longer there. What is written into it is lost with it.
    #[error("the database was replaced while it was in use: {0}; put it back, or start again")]
    Replaced(String),
    /// There are no books to read, or they are another version's.
    #[error("there are no books to read: {0}")]
    Absent(String),
    /// The file is not whole.
    #[error("the database is damaged: {0}; restore the last backup, and keep this file")]
    Damaged(String),
    /// Another process serves these books.
    #[error(
        "{} serves these books already (it holds {lock}): stop it first, since two processes would \
         take money twice",
        holder.map_or_else(|| "another process".into(), |pid| format!("process {pid}"))
    )]
    InUse {
        /// The lock's file.
        lock: String,
        /// The process that holds it, as far as it told.
        holder: Option<u32>,
    },
    /// What is stored can't be read: another version's data, or damage.
    #[error("stored data can't be read: {0}")]
    Corrupt(String),
    /// The database is not set up to keep what it acknowledges.
    #[error("the database is refused: {0}")]
    Unsafe(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Unavailable(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// Marks one request, so that a repeated one has no second effect.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Who sent it and to which path: keys of different callers never meet.
    pub scope: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// A digest of the body.
    pub fingerprint: Vec<u8>,
}

/// What became of a request that carries an [`Idempotency`] mark.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It took effect now.
    New,
    /// It had taken effect before; this is what was answered then.
    Replayed(String),
    /// The same key came before with another body. No effect.
    OtherBody,
}

/// How a session's secret is recognised. The secret itself is not stored.
#[derive(Clone, Debug)]
pub struct SecretMark {
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// What the secret was derived from, with the shop's key.
    pub salt: Vec<u8>,
}

/// A payment as it was made.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Payment {
    /// Public id.
    pub id: PaymentId,
    /// The session that it pays.
    pub session: SessionId,
    /// The provider's name.
    pub provider: String,
    /// Our account there.
    pub account: Slug,
    /// The method chosen.
    pub method: Method,
    /// Its kind, as it was when the payment was made.
    pub kind: guichet_domain::MethodKind,
    /// Our reference at the platform, unique within the account.
    pub reference: String,
    /// Unix second of its making.
    pub created_at: i64,
    /// Unix second at which its page is over for sure.
    pub deadline_at: i64,
}

impl Payment {
    /// What its state depends on.
    #[must_use]
    pub fn terms(&self, session: &Session) -> Terms {
        Terms {
            method: self.method.clone(),
            kind: self.kind,
            total: session.amount,
            manual_capture: session.capture == Capture::Manual,
            voucher_eligible: session.voucher_eligible_amount,
        }
    }
}

/// A session with all its payments and their events.
#[derive(Clone, Debug)]
pub struct Book {
    /// The session.
    pub session: Session,
    /// Its payments in the order of their making, each with its events in the order of recording.
    pub payments: Vec<(Payment, Vec<PaymentEvent>)>,
    /// Payments that wait for what the shopper gives, or for their own request: nothing was sent
    /// yet that could take money.
    pub dormant: BTreeSet<PaymentId>,
    /// Payments that are one try at their platform: what it refuses, it refuses for good.
    pub single: BTreeSet<PaymentId>,
    /// Payments of which something was sent that may have taken money, with an unknown outcome.
    pub unresolved: BTreeSet<PaymentId>,
}

impl Book {
    /// Of a session that was just made.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            session,
            payments: Vec::new(),
            dormant: BTreeSet::new(),
            single: BTreeSet::new(),
            unresolved: BTreeSet::new(),
        }
    }

    /// The state of each payment, in their order.
    #[must_use]
    pub fn states(&self) -> Vec<PaymentState> {
        let folded =
            |(payment, events): &(Payment, Vec<_>)| fold(&payment.terms(&self.session), events);
        self.payments.iter().map(folded).collect()
    }

    /// Each payment with its state, one of [`Book::states`].
    pub fn attempts<'a>(
        &'a self,
        states: &'a [PaymentState],
    ) -> impl Iterator<Item = (&'a Payment, Attempt<'a>)> {
        self.payments
            .iter()
            .zip(states)
            .map(|((payment, _), state)| {
                let attempt = Attempt {
                    id: &payment.id,
                    state,
                    dormant: self.dormant.contains(&payment.id),
                    single: self.single.contains(&payment.id),
                    unresolved: self.unresolved.contains(&payment.id),
                };
                (payment, attempt)
            })
    }

    /// The session as a whole.
    #[must_use]
    pub fn overview(&self, states: &[PaymentState], now: i64) -> Overview {
        let attempts: Vec<_> = self.attempts(states).map(|(_, attempt)| attempt).collect();
        overview(&self.session, &attempts, now)
    }
}

/// How a fact came to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// A notification.
    Notification,
    /// The browser's return.
    Return,
    /// The answer to a call of ours.
    Query,
    /// Our own clock.
    Clock,
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Return => "return",
            Self::Query => "query",
            Self::Clock => "clock",
        }
    }
}

/// What became of a fact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recorded {
    /// Stored, for this payment.
    New(PaymentId),
    /// Stored, though the same transaction was told of with other content before.
    Conflict(PaymentId),
    /// It was stored before: no effect.
    Duplicate,
    /// Stored, but we know no such reference, or its transaction pays another payment.
    Unmatched,
}

/// For how long a question that was taken is left to whoever took it: longer than asking, and
/// recording the answer, takes.
pub const ASKING_SECONDS: i64 = 120;

/// The longest that anything waits before it is asked or looked up again, in seconds.
pub const WAIT_MAX: i64 = 600;

/// A claimed part that waits for our own account's word.
#[derive(Clone, Debug)]
pub struct OpenQuery {
    /// The event that claims it.
    pub event_seq: i64,
    /// The payment.
    pub payment: Payment,
    /// The payment's session.
    pub session: Session,
    /// The claim.
    pub claim: Part,
    /// How often it was asked.
    pub tries: u32,
}

/// How far a payment that goes on after its beginning has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is stored and waits for nobody: the request that made it, or its repetition, goes on.
    Proceed,
    /// It waits for what the shopper gives: a token from the platform's fields, a bank, an IBAN.
    Token,
    /// Somebody is talking with the platform. Should that somebody die, it is looked up.
    Talking,
    /// It waits for the browser's return.
    Return,
    /// The browser is back: to be finalised once.
    Finalise,
    /// An answer never came: to be looked up.
    Unknown,
    /// The browser never came back in time. To be looked up, though nothing was ordered.
    Overdue,
    /// It was looked up for days, and the platform never told: a person must.
    GivenUp,
    /// Its session was closed before anything was sent for it: it can't go on.
    Closed,
    /// There is nothing more to do.
    Over,
}

/// The rest of a payment that goes on after its beginning.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conversation {
    /// The secret part of the return address.
    pub nonce: String,
    /// How far it is.
    pub stage: Stage,
    /// What the provider wants back.
    pub keep: Option<String>,
    /// What the browser posted on its return.
    pub posted: Vec<(String, String)>,
    /// How often a job took it up, to be finalised or looked up.
    pub tries: u32,
}

/// A step of a conversation. It is taken only from the stage that it names, so that of several who
/// try, one succeeds.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// The stage that it must be at.
    pub from: Stage,
    /// The stage that it goes to.
    pub to: Stage,
    /// What the provider wants back from now on; none leaves it as it is.
    pub keep: Option<&'a str>,
    /// What the browser posted; none leaves it as it is.
    pub posted: Option<&'a [(String, String)]>,
    /// When a job takes it up; none: not before somebody else moves it.
    pub next_try_at: Option<i64>,
    /// A job takes it up, which counts as a try: the step is taken only if it was due by then.
    pub due: Option<i64>,
    /// A request to mark as answered with this body, in the same transaction. An earlier answer
    /// to the same request is replaced.
    pub answer: Option<(&'a Idempotency, &'a str)>,
}

impl Advance<'_> {
    /// A plain step.
    #[must_use]
    pub fn new(from: Stage, to: Stage) -> Self {
        Self {
            from,
            to,
            keep: None,
            posted: None,
            next_try_at: None,
            due: None,
            answer: None,
        }
    }
}

/// A card that a platform keeps for a shop's shopper.
#[derive(Clone, Copy, Debug)]
pub struct CardMark<'a> {
    /// Our account there.
    pub account: &'a Slug,
    /// The shop that names the shopper.
    pub shop: &'a Slug,
    /// The shop's own name of the shopper.
    pub shopper: &'a ShopperId,
    /// The platform's name of the card among the shopper's.
    pub card: &'a str,
}

/// A payment that a person should look at.
#[derive(Clone, Debug)]
pub struct Attended {
    /// The payment.
    pub payment: Payment,
    /// The session.
    pub session: Session,
    /// Why.
    pub attention: Vec<Attention>,
}

/// How much there is that a person should look at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AttentionCounts {
    /// Payments.
    pub payments: u64,
    /// Genuine messages that fit no payment of ours.
    pub unmatched: u64,
    /// Genuine messages that can't be read.
    pub unreadable: u64,
}

/// An account with payments whose outcome is still asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenAccount {
    /// The provider's name.
    pub provider: String,
    /// The account's.
    pub account: String,
    /// How many payments of it are open.
    pub payments: u64,
}

/// A genuine message that fits no payment of ours.
#[derive(Clone, Debug)]
pub struct UnmatchedEvent {
    /// Our account that it came to.
    pub account: String,
    /// The reference that it names.
    pub reference: String,
    /// The event as JSON.
    pub content: String,
    /// Unix second of its arrival.
    pub received_at: i64,
}

/// A notification that could not be taken.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Our account that it came to.
    pub account: &'a Slug,
    /// Whether the platform signed it: then money may have moved.
    pub genuine: bool,
    /// What is wrong with it.
    pub why: &'a str,
    /// The signed pairs of a genuine one and nothing beside them; all that arrived of another.
    pub content: &'a [u8],
}

/// A notification that could not be taken, as it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptMessage {
    /// Its number.
    pub seq: i64,
    /// Our account that it came to.
    pub account: String,
    /// Whether the platform signed it.
    pub genuine: bool,
    /// What is wrong with it.
    pub why: String,
    /// Length of its content.
    pub bytes: u32,
    /// How often it came.
    pub times: u32,
    /// Unix second of its first arrival.
    pub first_at: i64,
    /// Unix second of its latest arrival.
    pub last_at: i64,
}

/// How an answer begins by which our own account denied a claim.
pub const DENIED: &str = "denied: ";

/// The books.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a new session. The answer to keep is its id. Where the same request made a session
    /// before and that one is dead, the new one is stored in its place. Sets what only the books
    /// know of it: `replaces` and `paid_in`.
    async fn add_session(
        &self,
        session: &mut Session,
        secret: &SecretMark,
        mark: &Idempotency,
    ) -> Result<Kept, StoreError>;

    /// Closes a session: no payment can be started from `now` on. Unless something of it may still
    /// take money.
    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError>;

    /// Sessions of a shop with this reference, newest first, at most `limit`: those that are older
    /// than `before`, if it is given.
    async fn sessions_of(
        &self,
        shop: &Slug,
        reference: &str,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Book>, StoreError>;

    /// What a marked request was answered, if it took effect before.
    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError>;

    /// A session with its payments, by id.
    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError>;

    /// How a session's secret is recognised.
    async fn secret_mark(&self, id: &SessionId) -> Result<Option<SecretMark>, StoreError>;

    /// A session with its payments, by the SHA-256 of its secret.
    async fn book_by_secret(&self, secret_hash: &[u8]) -> Result<Option<Book>, StoreError>;

    /// Stores a new payment, unless the session's order is paid, or it has expired or has as many
    /// payments as may be: then [`AddedPayment`] says so and nothing is stored.
    async fn add_payment(
        &self,
        payment: &Payment,
        conversation: Option<&Conversation>,
        mark: &Idempotency,
        body: &str,
    ) -> Result<AddedPayment, StoreError>;

    /// The rest of a payment, if it goes on after its beginning.
    async fn conversation(&self, payment: &PaymentId) -> Result<Option<Conversation>, StoreError>;

    /// Takes a step of a conversation; `false` if it was not at the stage that the step starts
    /// from.
    async fn advance(&self, payment: &PaymentId, step: &Advance<'_>) -> Result<bool, StoreError>;

    /// Conversations that a job should take up, at most `limit`: those to be finalised first, whose
    /// shoppers wait.
    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError>;

    /// A payment with its session's book, by id.
    async fn payment(&self, id: &PaymentId) -> Result<Option<(Payment, Book)>, StoreError>;

    /// Records what a platform told. In one transaction: the event, the payment's new state, and,
    /// when the total is reached and no payment had paid the order, in this session or in another,
    /// that this one did.
    async fn record_fact(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<Recorded, StoreError>;

    /// The same for what a message claims. Where the claim has to be asked about, the question is
    /// taken at once, as by [`take_queries`](Self::take_queries), and given back.
    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<OpenQuery>), StoreError>;

    /// The same for our own account's word on a claim, which ends the question about it.
    async fn record_answer(
        &self,
        fact: &PlatformFact,
        event_seq: i64,
        now: i64,
    ) -> Result<Recorded, StoreError>;

    /// Keeps a notification that could not be taken, for a person to look at, and gives how often
    /// it came. How many of one account are kept is bounded.
    async fn keep_message(&self, message: &Message<'_>, now: i64) -> Result<u32, StoreError>;

    /// Notifications that could not be taken: the genuine ones first, then the latest.
    async fn messages(&self, limit: u32) -> Result<Vec<KeptMessage>, StoreError>;

    /// The content of one of them.
    async fn message(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError>;

    /// Records a hint of the browser or the passing of time. Never anything that moves money.
    async fn record_hint(
        &self,
        payment: &PaymentId,
        hint: &PaymentEvent,
        source: Source,
        now: i64,
    ) -> Result<Recorded, StoreError>;

    /// Payments whose deadline has passed and was not recorded yet, at most `limit`.
    async fn due_deadlines(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError>;

    /// Claims to ask the platform about, at most `limit`.
    async fn due_queries(&self, now: i64, limit: u32) -> Result<Vec<OpenQuery>, StoreError>;

    /// Takes questions that are due, before they are asked: gives those that nobody else has taken.
    /// Each counts as a try, and is put off by [`ASKING_SECONDS`]: until the answer is recorded,
    /// nobody asks it again.
    async fn take_queries(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError>;

    /// Makes due again what was taken and never answered. For a start: whoever took it is dead.
    async fn release_queries(&self, now: i64) -> Result<(), StoreError>;

    /// Brings nearer what waits for longer than anything is made to wait: the clock was ahead when
    /// it was put off. `deadline_max` is the longest that a page of any account stays open, in
    /// seconds.
    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError>;

    /// Puts a claim's next question off to `next_try_at`, keeping what was answered; `None` ends
    /// it. An answer by which the claim was denied begins with [`DENIED`].
    async fn postpone_query(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError>;

    /// Keeps what a saved card's payment with the shopper left; of the first one only.
    async fn keep_first_payment(&self, card: &CardMark<'_>, proof: &str) -> Result<(), StoreError>;

    /// What a saved card's first payment left.
    async fn first_payment(&self, card: &CardMark<'_>) -> Result<Option<String>, StoreError>;

    /// Forgets it: the card is gone, or its name is another's.
    async fn forget_first_payment(&self, card: &CardMark<'_>) -> Result<(), StoreError>;

    /// The next number of a counter that starts anew each day: 1, 2, 3… Unique across restarts.
    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError>;

    /// The same for questions, of which there are many and whose numbers nobody reads: they are
    /// drawn from the books in blocks, so that a restart leaves a gap.
    async fn question_number(&self, scope: &str, day: &str) -> Result<u32, StoreError>;

    /// Payments that a person should look at, newest first.
    async fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError>;

    /// Genuine messages that fit no payment of ours, oldest first: whoever causes many pushes
    /// none off the list that came before.
    async fn unmatched(&self, limit: u32) -> Result<Vec<UnmatchedEvent>, StoreError>;

    /// How many there are of each that [`Self::attention`], [`Self::unmatched`] and
    /// [`Self::messages`] list.
    async fn attention_counts(&self) -> Result<AttentionCounts, StoreError>;

    /// The accounts of which a platform is still to be asked something.
    async fn open_accounts(&self) -> Result<Vec<OpenAccount>, StoreError>;

    /// Whether the books can be read and written.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// What became of a session that was to be closed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Closed {
    /// It takes no payment from now on, or did so before.
    Done,
    /// It is paid, or another one paid its order. No effect.
    Settled,
    /// These payments may still take money. No effect.
    UnderWay(Vec<PaymentId>),
}

/// What became of a new payment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AddedPayment {
    /// Stored, or recalled: see [`Kept`].
    Kept(Kept),
    /// The session, or another one of its order, is settled.
    Settled,
    /// The session has expired.
    Expired,
    /// The session has as many payments as it may have.
    TooMany,
}
