//! The books in one SQLite file: WAL, `synchronous = FULL`, one writer.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{InstructionId, OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;
use guichet_domain::session::Session;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, SqliteConnection};

use self::file::Identity;
use self::health::Health;
use self::numbers::Numbers;
use self::rows::load_book;
use self::writer::{TURN_TIMEOUT, Writer};
use crate::rules::questions::Ask;
use crate::rules::{self, record::record};
use crate::transaction::{BookOf, NewEvent};
use crate::{
    AddedPayment, Advance, Attended, AttentionCounts, Audited, Book, CardName, Closed,
    Conversation, FoundPayment, Idempotency, Instructed, Instruction, Kept, KeptMessage,
    LedgerEntry, Link, Message, NewOperation, OpenAccount, Operation, OperationAdvance, Payment,
    Question, Recorded, Search, SecretDigest, Source, Store, StoreError, UnmatchedEvent,
};

mod backup;
mod cards;
mod conversations;
mod events;
mod file;
mod health;
mod ledger;
mod links;
mod lists;
mod lock;
mod messages;
mod notices;
mod numbers;
mod operations;
mod payments;
mod questions;
mod requests;
mod rows;
mod search;
mod sessions;
mod waits;
mod writer;

pub use self::backup::{BackedUp, back_up, check_file};
pub use self::lock::Lock;

/// The tables, migration by migration.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// The books in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
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
        MIGRATIONS
            .run(&mut db)
            .await
            .map_err(|error| StoreError::Unavailable(error.into()))?;
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
        if !path.is_file() {
            let what =
                "there is no such file; does database_url name the one that the backend uses?";
            return Err(StoreError::Absent(what.into()));
        }
        let options = file::options(path);
        let options = options.create_if_missing(false).read_only(read_only);
        let mut db = options.connect().await?;
        let version = MIGRATIONS.iter().map(|migration| migration.version).max();
        file::refuse_other_version(&mut db, version).await?;
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
            readers: readers.await?,
            writer: Writer::start(db, options, Identity::of(path)?, Arc::clone(&health)),
            health,
            numbers: Numbers::default(),
        })
    }

    /// Reads every page, and tells what is wrong.
    pub async fn check(&self) -> Result<(), StoreError> {
        backup::check(&mut *self.readers.acquire().await?).await
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn load(&self, of: BookOf<'_>) -> Result<Option<Book>, StoreError> {
        let book = load_book(&mut *self.readers.acquire().await?, of).await?;
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
        self.writer
            .write(async |tx| rules::sessions::add(tx, session, secret, mark).await)
            .await
    }

    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError> {
        self.writer
            .write(async |tx| rules::sessions::close(tx, id, now).await)
            .await
    }

    async fn search_sessions(
        &self,
        search: &Search,
        older_than: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Book>, StoreError> {
        let mut db = self.readers.begin().await?;
        search::sessions(&mut db, search, older_than, limit).await
    }

    async fn search_payments(
        &self,
        search: &Search,
        older_than: Option<&PaymentId>,
        limit: u32,
    ) -> Result<Vec<FoundPayment>, StoreError> {
        let mut db = self.readers.begin().await?;
        search::payments(&mut db, search, older_than, limit).await
    }

    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        requests::recall(&mut *self.readers.acquire().await?, mark).await
    }

    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError> {
        self.load(BookOf::Session(id)).await
    }

    async fn secret_digest(&self, id: &SessionId) -> Result<Option<SecretDigest>, StoreError> {
        sessions::secret_digest(&self.readers, id).await
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
        self.writer
            .write(async |tx| rules::payments::add(tx, payment, conversation, mark, body).await)
            .await
    }

    async fn conversation(&self, payment: &PaymentId) -> Result<Option<Conversation>, StoreError> {
        conversations::find(&self.readers, payment).await
    }

    async fn advance(
        &self,
        payment: &PaymentId,
        advance: &Advance<'_>,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(async |tx| rules::payments::advance(tx, payment, advance, now).await)
            .await
    }

    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        conversations::due(&self.readers, now, limit).await
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
        self.writer
            .write(async |tx| Ok(record(tx, &event, Ask::Later).await?.recorded))
            .await
    }

    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<Question>), StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        let outcome = self
            .writer
            .write(async |tx| record(tx, &event, Ask::Now).await)
            .await?;
        Ok((outcome.recorded, outcome.question))
    }

    async fn record_answer(
        &self,
        fact: &PlatformFact,
        event_seq: i64,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, Source::Query, None, now);
        self.writer
            .write_behind(async |tx| {
                let outcome = record(tx, &event, Ask::Later).await?;
                rules::questions::agree(tx, event_seq).await?;
                Ok(outcome.recorded)
            })
            .await
    }

    async fn keep_message(&self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        self.writer
            .write(async |tx| rules::messages::keep(tx, message, now).await)
            .await
    }

    async fn messages(&self, limit: u32) -> Result<Vec<KeptMessage>, StoreError> {
        messages::list(&self.readers, limit).await
    }

    async fn message(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        messages::content(&self.readers, seq).await
    }

    async fn record_hint(
        &self,
        payment: &PaymentId,
        hint: &PaymentEvent,
        source: Source,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        self.writer
            .write(async |tx| rules::record::hint(tx, payment, hint, source, now).await)
            .await
    }

    async fn due_deadlines(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        payments::due_deadlines(&self.readers, now, limit).await
    }

    async fn due_questions(&self, now: i64, limit: u32) -> Result<Vec<Question>, StoreError> {
        questions::due(&self.readers, now, limit).await
    }

    async fn put_off_question(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError> {
        self.writer
            .write_behind(async |tx| {
                rules::questions::put_off(tx, event_seq, next_try_at, answer).await
            })
            .await
    }

    async fn take_questions(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError> {
        self.writer
            .write_behind(async |tx| rules::questions::take(tx, event_seqs, now).await)
            .await
    }

    async fn release_questions(&self, now: i64) -> Result<(), StoreError> {
        self.writer
            .write_behind(async |tx| rules::questions::release(tx, now).await)
            .await
    }

    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError> {
        if !waits::are_unbounded(&self.readers, now, deadline_max).await? {
            return Ok(());
        }
        self.writer
            .write_behind(async |tx| waits::bound(tx, now, deadline_max).await)
            .await
    }

    async fn keep_first_payment(
        &self,
        card: &CardName<'_>,
        proof: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        self.writer
            .write(async |tx| cards::add(tx, card, proof, now).await)
            .await
    }

    async fn first_payment(&self, card: &CardName<'_>) -> Result<Option<String>, StoreError> {
        cards::find(&self.readers, card).await
    }

    async fn forget_first_payment(&self, card: &CardName<'_>) -> Result<(), StoreError> {
        self.writer
            .write(async |tx| cards::forget(tx, card).await)
            .await
    }

    async fn instruct(
        &self,
        instruction: &Instruction,
        operations: &[NewOperation],
        mark: &Idempotency,
    ) -> Result<Instructed, StoreError> {
        self.writer
            .write(async |tx| rules::operations::instruct(tx, instruction, operations, mark).await)
            .await
    }

    async fn instruction(&self, id: &InstructionId) -> Result<Option<Instruction>, StoreError> {
        operations::instruction(&self.readers, id).await
    }

    async fn instructions_of(
        &self,
        payment: &PaymentId,
        kind: OperationKind,
    ) -> Result<Vec<Instruction>, StoreError> {
        operations::instructions_of(&self.readers, payment, kind).await
    }

    async fn operations_of(&self, id: &InstructionId) -> Result<Vec<Operation>, StoreError> {
        operations::of_instruction(&self.readers, id).await
    }

    async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        operations::find(&self.readers, id).await
    }

    async fn advance_operation(&self, advance: &OperationAdvance<'_>) -> Result<bool, StoreError> {
        self.writer
            .write(async |tx| rules::operations::advance(tx, advance).await)
            .await
    }

    async fn due_operations(&self, now: i64, limit: u32) -> Result<Vec<OperationId>, StoreError> {
        operations::due(&self.readers, now, limit).await
    }

    async fn release_operations(&self, now: i64) -> Result<(), StoreError> {
        self.writer
            .write(async |tx| operations::release(tx, now).await)
            .await
    }

    async fn add_link(&self, link: &Link<'_>) -> Result<(), StoreError> {
        self.writer
            .write(async |tx| links::add(tx, link).await)
            .await
    }

    async fn link(
        &self,
        digest: &[u8],
        session: &SessionId,
        now: i64,
    ) -> Result<Option<()>, StoreError> {
        links::find(&self.readers, digest, session, now).await
    }

    async fn use_link(
        &self,
        digest: &[u8],
        session: &SessionId,
        by: &[u8],
        now: i64,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(async |tx| links::take(tx, digest, session, by, now).await)
            .await
    }

    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        numbers::draw(&self.writer, scope, day, 1).await
    }

    async fn question_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        self.numbers.next(&self.writer, scope, day).await
    }

    async fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError> {
        lists::attention(&self.readers, limit).await
    }

    async fn unmatched(&self, limit: u32) -> Result<Vec<UnmatchedEvent>, StoreError> {
        events::unmatched(&self.readers, limit).await
    }

    async fn attention_counts(&self) -> Result<AttentionCounts, StoreError> {
        lists::attention_counts(&self.readers).await
    }

    async fn open_accounts(&self) -> Result<Vec<OpenAccount>, StoreError> {
        lists::open_accounts(&self.readers).await
    }

    async fn ledger(
        &self,
        shop: &Slug,
        currency: Currency,
        after: i64,
        limit: u32,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        ledger::entries(&self.readers, (shop, currency), after, limit).await
    }

    async fn audit(&self) -> Result<Audited, StoreError> {
        ledger::audit(&self.readers).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        if !self.health.is_fresh() {
            self.writer.try_out().await?;
            self.health.wrote();
        }
        Ok(())
    }
}
