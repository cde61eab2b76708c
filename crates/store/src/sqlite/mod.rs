//! The books in one SQLite file: WAL, `synchronous = FULL`, one writer.
//!
//! Longer than others: it is one trait, method by method.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, SqliteConnection};

use self::file::Identity;
use self::gathered::gathered;
use self::readers::{Readers, read};
use self::rows::load_book;
use self::writer::{TURN_TIMEOUT, Writer, turn, turn_behind};
use crate::health::Health;
use crate::numbers::Numbers;
use crate::rules;
use crate::rules::questions::Ask;
use crate::rules::record::{Outcome, record};
use crate::rules::waits::Bounds;
use crate::transaction::{BookOf, NewEvent};
use crate::{
    AddedPayment, Advance, Attended, AttentionCounts, Audited, Book, CardName, Closed,
    Conversation, Figures, FoundPayment, Idempotency, Instructed, Instruction, Instructions, Kept,
    KeptCard, KeptMessage, LedgerEntry, LeftBehind, Link, LinkState, Message, NewOperation,
    OpenAccount, Operation, OperationAdvance, Payment, People, Question, Recorded, Search,
    SecretDigest, Source, Store, StoreError, Unconfirmed, UnmatchedEvent,
};

mod approvals;
mod backup;
mod cards;
mod conversations;
mod deeds;
mod erasing;
mod events;
mod figures;
mod file;
mod gathered;
mod ledger;
mod left_behind;
mod links;
mod lists;
mod lock;
mod matters;
mod messages;
mod notices;
mod numbers;
mod once;
mod operations;
mod payments;
mod people;
mod questions;
mod readers;
mod reading;
mod requests;
mod rows;
mod search;
mod sessions;
mod waits;
mod writer;

pub use self::backup::{BackedUp, back_up, check_file, restore};
pub use self::lock::FileLock;

/// A connection by which the whole books are read.
pub(crate) async fn connect_to_copy(path: &Path) -> Result<SqliteConnection, StoreError> {
    let (db, _) = there(path, true).await?;
    Ok(db)
}

/// Connects to books that are there, as the last migration makes them.
async fn there(
    path: &Path,
    read_only: bool,
) -> Result<(SqliteConnection, SqliteConnectOptions), StoreError> {
    if !path.is_file() {
        let what = "there is no such file; does database_url name the one that the backend uses?";
        return Err(StoreError::Absent(what.into()));
    }
    let options = file::options(path);
    let options = options.create_if_missing(false).read_only(read_only);
    let mut db = options.connect().await?;
    let version = MIGRATIONS.iter().map(|migration| migration.version).max();
    file::refuse_other_version(&mut db, version).await?;
    Ok((db, options))
}

/// The tables, migration by migration.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The books in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    health: Arc<Health>,
    numbers: Numbers,
}

impl SqliteStore {
    /// Opens or makes the file and brings its tables up to date. Refuses a database that would not
    /// keep what it acknowledges.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        file::make_private(path)?;
        let options = file::options(path);
        let mut db = options.connect().await?;
        file::refuse_unsafe(&mut db).await?;
        let migrated = MIGRATIONS.run(&mut db).await;
        migrated.map_err(|error| StoreError::Unavailable(error.into()))?;
        let store = Self::with(db, options, path).await?;
        ledger::catch_up(&store.readers, &store.writer).await?;
        Ok(store)
    }

    /// Opens books that are there, to read them: nothing is made, and what tries to write fails.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        Self::open_there(path, true).await
    }

    /// Opens books that are there, also while a backend serves them, to write a little: no table is
    /// made or changed.
    pub async fn open_beside(path: &Path) -> Result<Self, StoreError> {
        Self::open_there(path, false).await
    }

    async fn open_there(path: &Path, read_only: bool) -> Result<Self, StoreError> {
        let (db, options) = there(path, read_only).await?;
        Self::with(db, options, path).await
    }

    async fn with(
        db: SqliteConnection,
        options: SqliteConnectOptions,
        path: &Path,
    ) -> Result<Self, StoreError> {
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(TURN_TIMEOUT)
            // A file does not hang up.
            .test_before_acquire(false)
            .connect_with(options.clone().read_only(true));
        let health = Arc::new(Health::default());
        Ok(Self {
            readers: Readers::new(readers.await?, Arc::clone(&health)),
            writer: Writer::start(db, options, Identity::of(path)?, Arc::clone(&health)),
            health,
            numbers: Numbers::default(),
        })
    }

    /// Records a platform's word.
    async fn record_word(&self, event: &NewEvent<'_>, ask: Ask) -> Result<Outcome, StoreError> {
        let recorded = self
            .writer
            .write_word(async |db| gathered(db, async |tx| record(tx, event, ask).await).await);
        recorded.await
    }

    async fn load(&self, of: BookOf<'_>) -> Result<Option<Book>, StoreError> {
        let book = read!(self, load_book(of))?;
        Ok(book.map(|(book, _)| book))
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_session(
        &self,
        session: &mut Session,
        secret: &SecretDigest,
        mark: &Idempotency,
    ) -> Result<Kept, StoreError> {
        turn!(self, rules::sessions::add(session, secret, mark))
    }

    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError> {
        turn!(self, rules::sessions::close(id, now))
    }

    async fn search_sessions(
        &self,
        search: &Search,
        older_than: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Book>, StoreError> {
        read!(self, at_once search::sessions(search, older_than, limit))
    }

    async fn search_payments(
        &self,
        search: &Search,
        older_than: Option<&PaymentId>,
        limit: u32,
    ) -> Result<Vec<FoundPayment>, StoreError> {
        read!(self, at_once search::payments(search, older_than, limit))
    }

    async fn rebillings(&self, shop: &Slug, limit: u32) -> Result<Vec<FoundPayment>, StoreError> {
        read!(self, at_once search::rebillings(shop, limit))
    }

    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        read!(self, requests::recall(mark))
    }

    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError> {
        self.load(BookOf::Session(id)).await
    }

    async fn secret_digest(&self, id: &SessionId) -> Result<Option<SecretDigest>, StoreError> {
        read!(self, sessions::secret_digest(id))
    }

    async fn book_by_secret(&self, secret_hash: &[u8]) -> Result<Option<Book>, StoreError> {
        self.load(BookOf::Secret(secret_hash)).await
    }

    async fn add_payment(
        &self,
        payment: &Payment,
        conversation: Option<&Conversation>,
        mark: &Idempotency,
        body: &str,
    ) -> Result<AddedPayment, StoreError> {
        turn!(
            self,
            rules::payments::add(payment, conversation, mark, body)
        )
    }

    async fn conversation(&self, payment: &PaymentId) -> Result<Option<Conversation>, StoreError> {
        read!(self, conversations::find(payment))
    }

    async fn advance(
        &self,
        payment: &PaymentId,
        advance: &Advance<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        turn!(self, rules::payments::advance(payment, advance, now))
    }

    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        read!(self, conversations::due(now, limit))
    }

    async fn payment_named(
        &self,
        account: &Slug,
        reference: &str,
    ) -> Result<Option<PaymentId>, StoreError> {
        read!(self, payments::named(account, reference))
    }

    async fn payment(&self, id: &PaymentId) -> Result<Option<(Payment, Book)>, StoreError> {
        let book = self.load(BookOf::Payment(id)).await?;
        Ok(book.and_then(|book| {
            let payment = book.entry(id)?.payment.clone();
            Some((payment, book))
        }))
    }

    async fn record_fact(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        Ok(self.record_word(&event, Ask::Later).await?.recorded)
    }

    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<Question>), StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        let outcome = self.record_word(&event, Ask::Now).await?;
        Ok((outcome.recorded, outcome.question))
    }

    async fn record_answer(
        &self,
        fact: &PlatformFact,
        event_seq: i64,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, Source::Query, None, now);
        turn_behind!(self, rules::record::answer(&event, event_seq))
    }

    async fn keep_message(&self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        turn!(self, rules::messages::keep(message, now))
    }

    async fn messages(&self, limit: u32) -> Result<Vec<KeptMessage>, StoreError> {
        read!(self, messages::list(limit))
    }

    async fn message(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        read!(self, messages::content(seq))
    }

    async fn record_hint(
        &self,
        payment: &PaymentId,
        hint: &PaymentEvent,
        source: Source,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        turn!(self, rules::record::hint(payment, hint, source, now))
    }

    async fn due_deadlines(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        read!(self, payments::due_deadlines(now, limit))
    }

    async fn due_questions(&self, now: i64, limit: u32) -> Result<Vec<Question>, StoreError> {
        let least_asked = rules::questions::LEAST_ASKED;
        read!(self, questions::due(now, least_asked, limit))
    }

    async fn put_off_question(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        came: Unconfirmed<'_>,
    ) -> Result<(), StoreError> {
        turn_behind!(
            self,
            rules::questions::put_off(event_seq, next_try_at, came)
        )
    }

    async fn take_questions(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError> {
        turn_behind!(self, rules::questions::take(event_seqs, now))
    }

    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError> {
        let bounds = Bounds::at(now, deadline_max);
        if !read!(self, waits::any_past(&bounds))? {
            return Ok(());
        }
        turn_behind!(self, rules::waits::bound(&bounds))
    }

    async fn keep_first_payment(
        &self,
        card: &CardName<'_>,
        proof: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        turn!(self, cards::add(card, proof, now))
    }

    async fn first_payment(&self, card: &CardName<'_>) -> Result<Option<String>, StoreError> {
        read!(self, cards::find(card))
    }

    async fn first_payments(
        &self,
        account: &Slug,
        owner: Option<(&Slug, &ShopperId)>,
    ) -> Result<Vec<KeptCard>, StoreError> {
        read!(self, cards::all(account, owner))
    }

    async fn renew_first_payment(
        &self,
        card: &CardName<'_>,
        proof: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        turn!(self, cards::renew(card, proof, now))
    }

    async fn forget_first_payment(&self, card: &CardName<'_>) -> Result<(), StoreError> {
        turn!(self, cards::forget(card))
    }

    async fn instruct(
        &self,
        instruction: &Instruction,
        operations: &[NewOperation],
        mark: &Idempotency,
    ) -> Result<Instructed, StoreError> {
        turn!(
            self,
            rules::operations::instruct(instruction, operations, mark)
        )
    }

    async fn instruction(&self, id: &InstructionId) -> Result<Option<Instruction>, StoreError> {
        read!(self, operations::instruction(id))
    }

    async fn instructions_of(
        &self,
        payment: &PaymentId,
        kind: Option<OperationKind>,
    ) -> Result<Vec<Instructions>, StoreError> {
        read!(self, operations::instructions_of(payment, kind))
    }

    async fn undecided_operations(&self, limit: u32) -> Result<Vec<Operation>, StoreError> {
        read!(self, operations::undecided(limit))
    }

    async fn operations_of(&self, id: &InstructionId) -> Result<Vec<Operation>, StoreError> {
        read!(self, operations::of_instruction(id))
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        read!(self, operations::find(id))
    }

    async fn advance_operation(&self, advance: &OperationAdvance<'_>) -> Result<bool, StoreError> {
        turn!(self, rules::operations::advance(advance))
    }

    async fn due_operations(&self, now: i64, limit: u32) -> Result<Vec<OperationId>, StoreError> {
        read!(self, operations::due(now, limit))
    }

    async fn take_over(&self, now: i64) -> Result<LeftBehind, StoreError> {
        turn!(self, left_behind::release(now))
    }

    async fn add_link(&self, link: &Link<'_>) -> Result<(), StoreError> {
        turn!(self, links::add(link))
    }

    async fn link(
        &self,
        digest: &[u8],
        session: &SessionId,
        now: i64,
    ) -> Result<Option<LinkState>, StoreError> {
        read!(self, links::find(digest, session, now))
    }

    async fn use_link(
        &self,
        digest: &[u8],
        session: &SessionId,
        by: &[u8],
        now: i64,
    ) -> Result<bool, StoreError> {
        turn!(self, links::take(digest, session, by, now))
    }

    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        numbers::draw(&self.writer, scope, day, 1).await
    }

    async fn question_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        let draw = async |count| numbers::draw(&self.writer, scope, day, count).await;
        self.numbers.next(scope, day, draw).await
    }

    async fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError> {
        read!(self, lists::attention(limit))
    }

    async fn unmatched(&self, limit: u32) -> Result<Vec<UnmatchedEvent>, StoreError> {
        read!(self, events::unmatched(limit))
    }

    async fn attention_counts(&self) -> Result<AttentionCounts, StoreError> {
        read!(self, lists::attention_counts())
    }

    async fn open_accounts(&self) -> Result<Vec<OpenAccount>, StoreError> {
        read!(self, lists::open_accounts())
    }

    async fn ledger(
        &self,
        shop: &Slug,
        currency: Currency,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        read!(self, ledger::entries((shop, currency), after, limit))
    }

    async fn audit(&self) -> Result<Audited, StoreError> {
        read!(self, at_once ledger::audit())
    }

    async fn figures(&self, shops: &[&Slug], now: i64) -> Result<Figures, StoreError> {
        read!(self, at_once figures::figures(shops, now))
    }

    fn desk_people(&self) -> Option<&dyn People> {
        Some(self)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.health.refuse_damaged()?;
        read!(self, readers::look())?;
        if !self.health.is_fresh() {
            self.writer.try_out().await?;
            self.health.wrote();
        }
        Ok(())
    }

    async fn check(&self) -> Result<(), StoreError> {
        read!(self, backup::check())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
