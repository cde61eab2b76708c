//! What a database offers within one writing transaction, noun by noun.
//!
//! It finds, compares and stores. What follows from what it finds is decided in [`crate::rules`],
//! once for every database: none of these may decide anything by itself.

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::ledger::Movement;
use guichet_domain::money::Currency;
use guichet_domain::notice::NoticeKind;
use guichet_domain::session::Session;

use crate::error::StoreError;
use crate::types::{
    Advance, Book, Conversation, Idempotency, Instruction, Kept, Message, NewOperation,
    OperationAdvance, OutgoingNotice, Payment, QuestionState, SecretDigest, Source,
};

mod matters;
mod personal;
mod waits;

pub(crate) use self::matters::Matters;
pub(crate) use self::personal::Personal;
pub(crate) use self::waits::{Waiting, Waits};

/// One writing transaction. All that it wrote is taken back if it ends with an error.
pub(crate) trait Transaction:
    Requests
    + Sessions
    + Payments
    + Events
    + Questions
    + Messages
    + Operations
    + Notices
    + Ledger
    + Waits
    + Personal
    + Matters
{
}

impl<T> Transaction for T where
    T: Requests
        + Sessions
        + Payments
        + Events
        + Questions
        + Messages
        + Operations
        + Notices
        + Ledger
        + Waits
        + Personal
        + Matters
{
}

/// Which book is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BookOf<'a> {
    /// This session's.
    Session(&'a SessionId),
    /// That of this payment's session.
    Payment(&'a PaymentId),
    /// That of the session whose secret has this SHA-256.
    Secret(&'a [u8]),
}

/// What the lists show of a payment, in the words of the books: what the fold gave last. It is
/// compared, to write only what has changed; nothing is decided by it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Listing {
    /// Where its money stands.
    pub(crate) money: String,
    /// What a person should look at, as JSON.
    pub(crate) attention: String,
    /// What of that was looked after, as JSON.
    pub(crate) handled: String,
    /// Whether its deadline has passed.
    pub(crate) deadline_passed: bool,
}

/// The first session of a new one's order that is settled, if any is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FirstSettled(pub(crate) Option<SessionId>);

/// A book with the listing of each of its payments.
pub(crate) type ListedBook = (Book, Vec<Listing>);

/// How things stand for a new payment of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    /// Whether any session of its order is settled.
    pub(crate) any_settled: bool,
    /// Unix second from which no payment may be started.
    pub(crate) expires_at: i64,
    /// How many payments it has.
    pub(crate) payments: usize,
}

/// An event that is to be recorded.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) account: &'a str,
    pub(crate) reference: &'a str,
    pub(crate) identity: &'a str,
    pub(crate) content: &'a PaymentEvent,
    pub(crate) source: Source,
    pub(crate) raw: Option<&'a [u8]>,
    pub(crate) now: i64,
}

impl<'a> NewEvent<'a> {
    /// What a platform told.
    pub(crate) fn of(
        fact: &'a PlatformFact,
        source: Source,
        raw: Option<&'a [u8]>,
        now: i64,
    ) -> Self {
        Self {
            account: fact.account.as_str(),
            reference: &fact.reference,
            identity: &fact.identity,
            content: &fact.event,
            source,
            raw,
            now,
        }
    }
}

/// What the books know of an event before it is recorded.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The payment that its reference names.
    pub(crate) payment: Option<PaymentId>,
    /// Whether an event with its identity is there.
    pub(crate) told: bool,
    /// Whether one of them has the same content.
    pub(crate) same: bool,
    /// Whether one of them is a part that is ours.
    pub(crate) ours: bool,
}

/// A question that is put: what is stored of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewQuestion<'a> {
    /// The event that claims what is asked about.
    pub(crate) event_seq: i64,
    /// Its payment.
    pub(crate) payment: &'a PaymentId,
    /// Unix second from which it may be asked.
    pub(crate) next_try_at: i64,
    /// How often it was asked.
    pub(crate) tries: u32,
    /// What became of it so far.
    pub(crate) state: QuestionState,
}

/// Which notices of a shop are taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TakeNotices<'a> {
    pub(crate) shop: &'a Slug,
    /// Those that are due by then.
    pub(crate) now: i64,
    /// Until when nobody else takes them.
    pub(crate) until: i64,
    /// One goes after those of its session that came before it and were tried less often.
    pub(crate) ordered_tries: u32,
    /// At most so many.
    pub(crate) most: u32,
    /// At most so many with those under way.
    pub(crate) under_way: u32,
}

/// What becomes of a notice that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoticeUpdate<'a> {
    /// When it is sent again; none: never.
    pub(crate) next_try_at: Option<i64>,
    /// When it was delivered, if it was.
    pub(crate) delivered_at: Option<i64>,
    /// What came of sending it.
    pub(crate) answer: &'a str,
}

impl<'a> NoticeUpdate<'a> {
    /// It is sent again.
    pub(crate) fn waits(next_try_at: i64, answer: &'a str) -> Self {
        Self {
            next_try_at: Some(next_try_at),
            delivered_at: None,
            answer,
        }
    }
}

/// Requests that may come again.
#[async_trait]
pub(crate) trait Requests: Send {
    /// What the request was answered, if it took effect before.
    async fn answer_to(&mut self, mark: &Idempotency) -> Result<Option<Kept>, StoreError>;

    /// Adds an answer. An error if there is one to the same key.
    async fn add_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        now: i64,
    ) -> Result<(), StoreError>;

    /// Puts an answer in the place of the one to the same request. `false`: there is none.
    async fn replace_answer(&mut self, mark: &Idempotency, body: &str) -> Result<bool, StoreError>;
}

/// Sessions and their books.
#[async_trait]
pub(crate) trait Sessions: Send {
    /// A whole book.
    async fn book(&mut self, of: BookOf<'_>) -> Result<Option<ListedBook>, StoreError>;

    /// What a session has in common with the others that pay its order.
    async fn order_key(&mut self, session: &SessionId) -> Result<String, StoreError>;

    /// Adds a session.
    async fn add_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
    ) -> Result<FirstSettled, StoreError>;

    /// The same with its id as the answer to the request that makes it. None: that has an answer.
    async fn add_answered_session(
        &mut self,
        session: &Session,
        order_key: &str,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Option<FirstSettled>, StoreError>;

    /// Has a session expire at this Unix second.
    async fn end_session(&mut self, session: &SessionId, at: i64) -> Result<(), StoreError>;

    /// Writes what a session is to be paid with, where that has changed since it was made.
    async fn change_amount(&mut self, session: &Session) -> Result<(), StoreError>;

    /// Writes which payment settled a session, once.
    async fn settle(&mut self, session: &SessionId, by: &PaymentId) -> Result<(), StoreError>;

    /// The other sessions of a session's order of which there is any event.
    async fn others_of_order(&mut self, session: &SessionId) -> Result<Vec<SessionId>, StoreError>;
}

/// Payments, and the stages of those that go on.
#[async_trait]
pub(crate) trait Payments: Send {
    /// How things stand for a new payment of a session.
    async fn standing(&mut self, session: &SessionId) -> Result<Standing, StoreError>;

    /// Adds a payment, after so many others of its session.
    async fn add_payment(&mut self, payment: &Payment, position: usize) -> Result<(), StoreError>;

    /// Adds how it goes on; a job takes that up from then on.
    async fn add_conversation(
        &mut self,
        payment: &PaymentId,
        conversation: &Conversation,
        next_try_at: i64,
    ) -> Result<(), StoreError>;

    /// Moves a payment from stage to stage. `false`: it was not at the first one, or not due.
    async fn advance(
        &mut self,
        payment: &PaymentId,
        advance: &Advance<'_>,
    ) -> Result<bool, StoreError>;

    /// Writes what the lists show of a payment.
    async fn list(&mut self, payment: &PaymentId, listing: &Listing) -> Result<(), StoreError>;

    /// The account and the reference of a payment.
    async fn reference_of(
        &mut self,
        payment: &PaymentId,
    ) -> Result<Option<(String, String)>, StoreError>;
}

/// Events. They are only ever added.
#[async_trait]
pub(crate) trait Events: Send {
    /// What is known of an event; `content` is its JSON.
    async fn find(&mut self, event: &NewEvent<'_>, content: &str) -> Result<Found, StoreError>;

    /// Binds a platform's transaction to this payment, unless it is bound. Gives the payment that
    /// it is bound to.
    async fn bind(
        &mut self,
        account: &str,
        call: &str,
        transaction: &str,
        payment: &PaymentId,
    ) -> Result<PaymentId, StoreError>;

    /// Adds an event and gives its number.
    async fn add_event(
        &mut self,
        event: &NewEvent<'_>,
        payment: Option<&PaymentId>,
        content: &str,
    ) -> Result<i64, StoreError>;
}

/// Questions to the platforms.
#[async_trait]
pub(crate) trait Questions: Send {
    /// How many claims of a payment name this transaction, are still to be asked about, and have
    /// questions in one of these states.
    async fn open_claims(
        &mut self,
        payment: &PaymentId,
        call: &str,
        transaction: &str,
        states: &[QuestionState],
    ) -> Result<u32, StoreError>;

    /// Puts a question.
    async fn add_question(&mut self, question: &NewQuestion<'_>) -> Result<(), StoreError>;

    /// Ends the questions about the events with this identity, in this state.
    async fn end_questions(
        &mut self,
        account: &str,
        identity: &str,
        state: QuestionState,
    ) -> Result<(), StoreError>;

    /// Brings the questions about the events with this identity nearer that are in one of these
    /// states, also those that have ended.
    async fn hasten_questions(
        &mut self,
        account: &str,
        identity: &str,
        next_try_at: i64,
        states: &[QuestionState],
    ) -> Result<(), StoreError>;

    /// How often a question was asked, and how many others of its payment are in this state.
    async fn beside_question(
        &mut self,
        event_seq: i64,
        state: QuestionState,
    ) -> Result<Option<(u32, u32)>, StoreError>;

    /// Writes what came of a question, and when it is asked again; none: never. Without an answer
    /// the one before is kept.
    async fn set_question(
        &mut self,
        event_seq: i64,
        next_try_at: Option<i64>,
        state: QuestionState,
        answer: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Of these questions those that are due `now`: puts them off, counts a try of each, and gives
    /// their numbers.
    async fn take_questions(
        &mut self,
        event_seqs: &[i64],
        now: i64,
        next_try_at: i64,
        state: QuestionState,
    ) -> Result<Vec<i64>, StoreError>;
}

/// What a shop has done with money.
#[async_trait]
pub(crate) trait Operations: Send {
    /// Adds an instruction.
    async fn add_instruction(&mut self, instruction: &Instruction) -> Result<(), StoreError>;

    /// Adds an operation of an instruction, after so many others of it. An error if another one on
    /// its part is not over.
    async fn add_operation(
        &mut self,
        instruction: &Instruction,
        operation: &NewOperation,
        position: usize,
    ) -> Result<(), StoreError>;

    /// Moves an operation from stage to stage, and gives its payment. None: it was not at the first
    /// one, or not due.
    async fn advance_operation(
        &mut self,
        advance: &OperationAdvance<'_>,
    ) -> Result<Option<PaymentId>, StoreError>;
}

/// What moved, entry by entry.
#[async_trait]
pub(crate) trait Ledger: Send {
    /// Adds an entry with the next number of its shop and currency.
    async fn post(
        &mut self,
        of: (&Slug, Currency),
        payment: &PaymentId,
        movement: &Movement,
        now: i64,
    ) -> Result<(), StoreError>;

    /// What the entries of a payment moved.
    async fn written(&mut self, payment: &PaymentId) -> Result<Vec<Movement>, StoreError>;

    /// Payments of before the ledger, at most so many, and the Unix second of their entries.
    async fn ledger_due(&mut self, most: u32) -> Result<Vec<(PaymentId, i64)>, StoreError>;

    /// A payment of before the ledger has its entries.
    async fn caught_up(&mut self, payment: &PaymentId) -> Result<(), StoreError>;
}

/// Notifications that could not be taken.
#[async_trait]
pub(crate) trait Messages: Send {
    /// How many genuine ones of its account are there, and whether it is among them.
    async fn genuine_messages(&mut self, message: &Message<'_>) -> Result<(u32, bool), StoreError>;

    /// Adds a message, or counts it once more, and gives how often it came.
    async fn count_message(&mut self, message: &Message<'_>, now: i64) -> Result<u32, StoreError>;

    /// Removes those of an account that nobody signed, but the latest so many.
    async fn trim_messages(&mut self, account: &str, kept: u32) -> Result<(), StoreError>;
}

/// Notices, and the endpoints that take them.
#[async_trait]
pub(crate) trait Notices: Send {
    /// Adds a notice where the shop has an endpoint, unless there is one of its session, kind and
    /// subject.
    async fn add_notice(
        &mut self,
        session: &Session,
        kind: NoticeKind,
        subject: &str,
        content: &str,
        now: i64,
    ) -> Result<(), StoreError>;

    /// Writes that it is recorded that a session's time has passed. Whether its shop is told of
    /// anything.
    async fn end_expiry(&mut self, session: &SessionId) -> Result<bool, StoreError>;

    /// Takes notices that are due.
    async fn take_notices(
        &mut self,
        take: &TakeNotices<'_>,
    ) -> Result<Vec<OutgoingNotice>, StoreError>;

    /// When a notice was first sent.
    async fn first_try_of(&mut self, seq: i64) -> Result<Option<i64>, StoreError>;

    /// Writes what becomes of a notice that was taken.
    async fn update_notice(
        &mut self,
        seq: i64,
        update: &NoticeUpdate<'_>,
    ) -> Result<(), StoreError>;

    /// An endpoint took something: it does not fail any more. How often it had failed in a row.
    async fn endpoint_worked(&mut self, shop: &Slug) -> Result<u32, StoreError>;

    /// An endpoint failed. Since when it does.
    async fn endpoint_failed(&mut self, shop: &Slug, now: i64) -> Result<Option<i64>, StoreError>;

    /// Has nothing sent to an endpoint any more. `false`: there is none.
    async fn disable_endpoint(
        &mut self,
        shop: &Slug,
        now: i64,
        why: &str,
    ) -> Result<bool, StoreError>;

    /// Has notices sent to an endpoint again. `false`: there is none.
    async fn enable_endpoint(&mut self, shop: &Slug) -> Result<bool, StoreError>;

    /// Makes due what waits for a shop's server.
    async fn hasten_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError>;

    /// The same, as if it had never been sent.
    async fn renew_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError>;

    /// Writes where a shop takes notices. `false`: it did so before.
    async fn set_endpoint(&mut self, shop: &Slug, url: &str) -> Result<bool, StoreError>;

    /// Forgets the endpoints of all other shops.
    async fn keep_endpoints(&mut self, shops: &[&str]) -> Result<(), StoreError>;
}
