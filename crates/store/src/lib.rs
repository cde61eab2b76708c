//! The books: what was asked, what happened, and what an operator should look at.
//!
//! [`Store`] is the trait; [`sqlite`] and [`postgres`] implement it. Events are only ever added,
//! and every write that depends on what it read runs in one writing transaction. A call that
//! returned `Ok` is on disk.

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;

pub mod copying;
mod erasing;
mod error;
mod health;
#[cfg(feature = "memory")]
pub mod memory;
mod numbers;
mod outbox;
mod people;
pub mod postgres;
mod reading;
mod rows;
mod rules;
pub mod sqlite;
mod transaction;
mod types;
mod words;

pub use self::erasing::Erasing;
pub use self::error::StoreError;
pub use self::outbox::Outbox;
pub use self::people::People;
pub use self::reading::Reading;
pub use self::types::{
    ASKING_SECONDS, AddedPayment, Advance, Answer, Approval, Arrived, AskedBy, Asking, Attended,
    AttentionCounts, Audited, Beside, Book, ByWhom, CardName, Closed, Conversation, DEAD_AFTER,
    Dated, Decided, Deed, DeedLimit, DeskAct, DeskCode, DeskDeed, DeskLogin, DeskPerson, DueOf,
    Endpoint, Entry, Erased, Figures, Followed, FoundPayment, Handled, Idempotency, Instructed,
    Instruction, Instructions, Kept, KeptCard, KeptMatter, KeptMessage, KeptNotice, KeySeen,
    LedgerEntry, LeftBehind, Link, LinkState, LookedAfter, Message, NOTICE_TRIED_FOR,
    NOTICE_WAIT_MAX, NewOperation, OpenAccount, Operation, OperationAdvance, OutgoingNotice,
    Payment, PaymentsOf, Question, Recorded, Replay, SENDING_SECONDS, Search, Second, SecretDigest,
    Sent, Source, Taking, Unconfirmed, UnmatchedEvent, Vouched, WAIT_MAX, Written, WrittenDeed,
};

/// The books.
#[async_trait]
pub trait Store: Outbox + Erasing + Reading + Send + Sync {
    /// Stores a new session. The answer to keep is its id. Where the same request made a session
    /// before and that one is dead, the new one is stored in its place. Sets what only the books
    /// know of it: `replaces` and `paid_in`.
    async fn add_session(
        &self,
        session: &mut Session,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Kept, StoreError>;

    /// Closes a session: no payment can be started from `now` on. Unless something of it may still
    /// take money.
    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError>;

    /// Sessions that fit a search, newest first, at most `limit`: those that are older than that
    /// one, if it is given. What is added meanwhile moves none of them.
    async fn search_sessions(
        &self,
        search: &Search,
        older_than: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Book>, StoreError>;

    /// The same for payments.
    async fn search_payments(
        &self,
        search: &Search,
        older_than: Option<&PaymentId>,
        limit: u32,
    ) -> Result<Vec<FoundPayment>, StoreError>;

    /// A shop's payments that charge another one anew: first those of which the platform has not
    /// told what became of them, then those that are over, as far as they were spoken of lately; of
    /// either at most `limit`, newest first.
    async fn rebillings(&self, shop: &Slug, limit: u32) -> Result<Vec<FoundPayment>, StoreError>;

    /// What a marked request was answered, if it took effect before.
    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError>;

    /// A session with its payments, by id.
    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError>;

    /// How a session's secret is recognised.
    async fn secret_digest(&self, id: &SessionId) -> Result<Option<SecretDigest>, StoreError>;

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

    /// Moves a payment that goes on from stage to stage; `false` if it was not at the first one.
    async fn advance(
        &self,
        payment: &PaymentId,
        advance: &Advance<'_>,
        now: i64,
    ) -> Result<bool, StoreError>;

    /// Conversations that a job should take up, at most `limit`: those to be finalised first, whose
    /// shoppers wait.
    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError>;

    /// The payment of an account that has this reference at the platform.
    async fn payment_named(
        &self,
        account: &Slug,
        reference: &str,
    ) -> Result<Option<PaymentId>, StoreError>;

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
    /// taken at once, as by [`take_questions`](Self::take_questions), and given back.
    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<Question>), StoreError>;

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
    async fn due_questions(&self, now: i64, limit: u32) -> Result<Vec<Question>, StoreError>;

    /// Takes questions that are due, before they are asked: gives those that nobody else has taken.
    /// Each counts as a try, and is put off by [`ASKING_SECONDS`]: until the answer is recorded,
    /// nobody asks it again.
    async fn take_questions(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError>;

    /// Brings nearer what waits for longer than anything is made to wait: the clock was ahead when
    /// it was put off. `deadline_max` is the longest that a page of any account stays open, in
    /// seconds.
    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError>;

    /// Puts a claim's next question off to `next_try_at`, keeping what came of it; `None` ends it.
    async fn put_off_question(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        came: Unconfirmed<'_>,
    ) -> Result<(), StoreError>;

    /// Keeps what a saved card's payment with the shopper left; of the first one only.
    async fn keep_first_payment(
        &self,
        card: &CardName<'_>,
        proof: &str,
        now: i64,
    ) -> Result<(), StoreError>;

    /// What a saved card's first payment left.
    async fn first_payment(&self, card: &CardName<'_>) -> Result<Option<String>, StoreError>;

    /// What the first payments left of all cards of an account, or of one shopper's of a shop; the
    /// latest first.
    async fn first_payments(
        &self,
        account: &Slug,
        owner: Option<(&Slug, &ShopperId)>,
    ) -> Result<Vec<KeptCard>, StoreError>;

    /// Keeps what a later payment left in place of what the first one did. Nothing where that was
    /// forgotten meanwhile.
    async fn renew_first_payment(
        &self,
        card: &CardName<'_>,
        proof: &str,
        now: i64,
    ) -> Result<(), StoreError>;

    /// Forgets it: the card is gone, or its name is another's.
    async fn forget_first_payment(&self, card: &CardName<'_>) -> Result<(), StoreError>;

    /// Keeps what is to be done with a payment's money, and records that it was asked for. The
    /// answer to keep is the instruction's id. Nothing is kept where the books are against any of
    /// it: there is no such part, another operation on it is not over, or too little is left.
    async fn instruct(
        &self,
        instruction: &Instruction,
        operations: &[NewOperation],
        mark: &Idempotency,
    ) -> Result<Instructed, StoreError>;

    /// An instruction.
    async fn instruction(&self, id: &InstructionId) -> Result<Option<Instruction>, StoreError>;

    /// The instructions for a payment, of one kind or all of them, in the order of their making,
    /// each with its operations in theirs.
    async fn instructions_of(
        &self,
        payment: &PaymentId,
        kind: Option<OperationKind>,
    ) -> Result<Vec<Instructions>, StoreError>;

    /// Operations that a person has to decide, oldest first.
    async fn undecided_operations(&self, limit: u32) -> Result<Vec<Operation>, StoreError>;

    /// The operations of an instruction, in their order.
    async fn operations_of(&self, id: &InstructionId) -> Result<Vec<Operation>, StoreError>;

    /// An operation.
    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError>;

    /// Moves an operation from stage to stage, and records what became of it; `false` if it was not
    /// at the first one.
    async fn advance_operation(&self, advance: &OperationAdvance<'_>) -> Result<bool, StoreError>;

    /// Operations that a job should take up, at most `limit`.
    async fn due_operations(&self, now: i64, limit: u32) -> Result<Vec<OperationId>, StoreError>;

    /// Keeps a link that a shop sends.
    async fn add_link(&self, link: &Link<'_>) -> Result<(), StoreError>;

    /// What a link to a session is good for, if it ever was one.
    async fn link(
        &self,
        digest: &[u8],
        session: &SessionId,
        now: i64,
    ) -> Result<Option<LinkState>, StoreError>;

    /// Uses a link up; `false` if it can't be used. `by` tells one press of its page's button from
    /// another: the same press uses it again.
    async fn use_link(
        &self,
        digest: &[u8],
        session: &SessionId,
        by: &[u8],
        now: i64,
    ) -> Result<bool, StoreError>;

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

    /// The ledger's entries of a shop in a currency, after that number, at most `limit`.
    async fn ledger(
        &self,
        shop: &Slug,
        currency: Currency,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Proves the ledger from the events: that its numbers have no gap, and that what is written of
    /// each payment is what its events tell.
    async fn audit(&self) -> Result<Audited, StoreError>;

    /// How much there is of what somebody watches over.
    async fn figures(&self, shops: &[&Slug], now: i64) -> Result<Figures, StoreError>;

    /// The desk's people, where these books keep any.
    fn desk_people(&self) -> Option<&dyn People> {
        None
    }

    /// Whether the books can be read and written.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Makes due again what others had taken who are dead, and gives what they were in the middle
    /// of.
    ///
    /// Of books that one backend serves, all others are dead: this is for its start alone. Of books
    /// that are shared, dead is who was not heard of for [`DEAD_AFTER`], and this says as well that
    /// who calls it is alive: it is to be called every few seconds, and not by who serves nothing.
    async fn take_over(&self, now: i64) -> Result<LeftBehind, StoreError>;

    /// Whether other backends may serve these books too.
    fn is_shared(&self) -> bool {
        false
    }

    /// Begins to serve the books: no copy is made over them from then on. An error where the copy
    /// that they are is not whole.
    async fn begin_serving(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Reads all there is to read, and tells what is damaged.
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Waits for what is under way and lets go of the books.
    async fn close(&self) {}
}
