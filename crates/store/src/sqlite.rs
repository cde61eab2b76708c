//! The books in one SQLite file: WAL, `synchronous = FULL`, one writer.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::session::{PAYMENTS_MAX, Session};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};

use self::answers::{answer, keep, recall};
use self::books::{
    BookKey, from_word, insert_conversation, insert_payment, load_book, paid_in, read_payment,
    read_session, readable, word,
};
use self::events::{Ask, NewEvent, record, refold};
use self::file::Identity;
use self::health::Health;
use self::numbers::Numbers;
use self::writer::{TURN_TIMEOUT, Turn, Writer};
use crate::{
    AddedPayment, Advance, Attended, AttentionCounts, Book, CardMark, Closed, Conversation,
    Idempotency, Kept, KeptMessage, Message, OpenAccount, OpenQuery, Payment, Recorded, SecretMark,
    Source, Stage, Store, StoreError, UnmatchedEvent,
};

mod answers;
mod backup;
mod books;
mod events;
mod file;
mod first_payments;
mod health;
mod lists;
mod lock;
mod messages;
mod numbers;
mod orders;
mod queries;
mod waits;
mod writer;

pub use self::backup::{BackedUp, back_up, check_file};
pub use self::lock::Lock;

/// The tables, step by step.
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
        Self::with(db, options, path).await
    }

    /// Opens books that are there, to read them: nothing is made, and what tries to write fails.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        if !path.is_file() {
            let what =
                "there is no such file; does database_url name the one that the backend uses?";
            return Err(StoreError::Absent(what.into()));
        }
        let options = file::options(path).create_if_missing(false).read_only(true);
        let mut db = options.connect().await?;
        let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut db)
            .await
            .map_err(|_| StoreError::Absent("the file holds no books of ours".into()))?;
        if version != MIGRATIONS.iter().map(|step| step.version).max() {
            let what = "another version of this program keeps them; use that one, or start the \
                        backend with this one first";
            return Err(StoreError::Absent(what.into()));
        }
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

    async fn begin(&self) -> Result<Turn, StoreError> {
        self.writer.begin().await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_session(
        &self,
        session: &mut Session,
        secret: &SecretMark,
        mark: &Idempotency,
    ) -> Result<Kept, StoreError> {
        let mut tx = self.begin().await?;
        match recall(&mut tx, mark).await? {
            Some(Kept::Replayed(id)) => {
                let made = load_book(&mut tx, BookKey::Session(&id)).await?;
                let dead = |book: &Book| book.overview(&book.states(), session.created_at).dead;
                let Some(dead) = made.filter(dead) else {
                    tx.commit().await?;
                    return Ok(Kept::Replayed(id));
                };
                session.replaces = Some(dead.session.id);
            }
            Some(kept) => {
                tx.commit().await?;
                return Ok(kept);
            }
            None => {}
        }
        orders::insert_session(&mut tx, session, secret).await?;
        session.paid_in = paid_in(&mut tx, &session.id).await?;
        answer(&mut tx, mark, session.id.as_str(), session.created_at).await?;
        tx.commit().await?;
        Ok(Kept::New)
    }

    async fn expire_session(&self, id: &SessionId, now: i64) -> Result<Closed, StoreError> {
        let mut tx = self.begin().await?;
        let Some(book) = load_book(&mut tx, BookKey::Session(id.as_str())).await? else {
            return Err(StoreError::Corrupt(format!("{id} is not there")));
        };
        let closed = orders::close(&mut tx, &book, now).await?;
        tx.commit().await?;
        Ok(closed)
    }

    async fn sessions_of(
        &self,
        shop: &Slug,
        reference: &str,
        before: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<Book>, StoreError> {
        let mut db = self.readers.begin().await?;
        orders::by_reference(&mut db, shop, reference, before, limit).await
    }

    async fn recall(&self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        recall(&mut *self.readers.acquire().await?, mark).await
    }

    async fn book(&self, id: &SessionId) -> Result<Option<Book>, StoreError> {
        load_book(
            &mut *self.readers.begin().await?,
            BookKey::Session(id.as_str()),
        )
        .await
    }

    async fn secret_mark(&self, id: &SessionId) -> Result<Option<SecretMark>, StoreError> {
        let row = sqlx::query("SELECT secret_hash, secret_salt FROM sessions WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(SecretMark {
                hash: row.try_get("secret_hash")?,
                salt: row.try_get("secret_salt")?,
            })
        })
        .transpose()
    }

    async fn book_by_secret(&self, secret_hash: &[u8]) -> Result<Option<Book>, StoreError> {
        load_book(
            &mut *self.readers.begin().await?,
            BookKey::Secret(secret_hash),
        )
        .await
    }

    async fn add_payment(
        &self,
        payment: &Payment,
        conversation: Option<&Conversation>,
        mark: &Idempotency,
        body: &str,
    ) -> Result<AddedPayment, StoreError> {
        let mut tx = self.begin().await?;
        if let Some(kept) = recall(&mut tx, mark).await? {
            tx.commit().await?;
            return Ok(AddedPayment::Kept(kept));
        }
        let row = sqlx::query(
            "SELECT s.settled_by, s.expires_at,
                (SELECT count(*) FROM payments WHERE session_id = s.id) AS made
             FROM sessions s WHERE s.id = ?",
        )
        .bind(payment.session.as_str())
        .fetch_one(&mut *tx)
        .await?;
        let settled_by: Option<String> = row.try_get("settled_by")?;
        let made: i64 = row.try_get("made")?;
        let paid_in = paid_in(&mut tx, &payment.session).await?;
        if settled_by.is_some() || paid_in.is_some() {
            tx.commit().await?;
            return Ok(AddedPayment::Settled);
        }
        let expires_at: i64 = row.try_get("expires_at")?;
        if payment.created_at >= expires_at {
            tx.commit().await?;
            return Ok(AddedPayment::Expired);
        }
        if usize::try_from(made).is_ok_and(|made| made >= PAYMENTS_MAX) {
            tx.commit().await?;
            return Ok(AddedPayment::TooMany);
        }
        insert_payment(&mut tx, payment, made).await?;
        if let Some(conversation) = conversation {
            insert_conversation(&mut tx, payment, conversation).await?;
        }
        keep(&mut tx, mark, body, payment.created_at).await?;
        tx.commit().await?;
        Ok(AddedPayment::Kept(Kept::New))
    }

    async fn conversation(&self, payment: &PaymentId) -> Result<Option<Conversation>, StoreError> {
        let row = sqlx::query("SELECT * FROM conversations WHERE payment_id = ?")
            .bind(payment.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let read = |row: SqliteRow| -> Result<Conversation, StoreError> {
            let posted: Option<&str> = row.try_get("posted")?;
            Ok(Conversation {
                nonce: row.try_get("nonce")?,
                stage: from_word(row.try_get("stage")?)?,
                keep: row.try_get("keep")?,
                posted: posted
                    .map(serde_json::from_str)
                    .transpose()?
                    .unwrap_or_default(),
                tries: row.try_get("tries")?,
            })
        };
        row.map(read).transpose()
    }

    async fn advance(&self, payment: &PaymentId, step: &Advance<'_>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let posted = step.posted.map(serde_json::to_string).transpose()?;
        let moved = sqlx::query(
            "UPDATE conversations SET stage = ?1, keep = coalesce(?2, keep),
                posted = coalesce(?3, posted), next_try_at = ?4,
                tries = tries + (?7 IS NOT NULL)
             WHERE payment_id = ?5 AND stage = ?6 AND (?7 IS NULL OR next_try_at <= ?7)",
        )
        .bind(word(&step.to)?)
        .bind(step.keep)
        .bind(posted)
        .bind(step.next_try_at)
        .bind(payment.as_str())
        .bind(word(&step.from)?)
        .bind(step.due)
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            tx.commit().await?;
            return Ok(false);
        }
        if let Some((mark, body)) = step.answer {
            answer(&mut tx, mark, body, 0).await?;
        }
        // Whether an outcome is still open decides what a person should look at.
        refold(&mut tx, payment).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn due_conversations(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT payment_id FROM conversations WHERE next_try_at <= ?
             ORDER BY stage <> ?, next_try_at LIMIT ?",
        )
        .bind(now)
        .bind(word(&Stage::Finalise)?)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(readable(ids.iter().map(|id| from_word(id))))
    }

    async fn payment(&self, id: &PaymentId) -> Result<Option<(Payment, Book)>, StoreError> {
        let mut db = self.readers.begin().await?;
        let book = load_book(&mut db, BookKey::Payment(id.as_str())).await?;
        Ok(book.and_then(|book| {
            let payment = book.payments.iter().find(|(p, _)| p.id == *id)?.0.clone();
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
        let mut tx = self.begin().await?;
        let outcome = record(&mut tx, event, Ask::Later).await?;
        Ok(outcome.keep(tx).await?.0)
    }

    async fn record_claim(
        &self,
        fact: &PlatformFact,
        source: Source,
        raw: Option<&[u8]>,
        now: i64,
    ) -> Result<(Recorded, Option<OpenQuery>), StoreError> {
        let event = NewEvent::of(fact, source, raw, now);
        let mut tx = self.begin().await?;
        let outcome = record(&mut tx, event, Ask::Now).await?;
        outcome.keep(tx).await
    }

    async fn record_answer(
        &self,
        fact: &PlatformFact,
        event_seq: i64,
        now: i64,
    ) -> Result<Recorded, StoreError> {
        let event = NewEvent::of(fact, Source::Query, None, now);
        let mut tx = self.begin().await?;
        let outcome = record(&mut tx, event, Ask::Later).await?;
        queries::put_off(&mut tx, event_seq, None, "agreed").await?;
        tx.commit().await?;
        Ok(outcome.recorded)
    }

    async fn keep_message(&self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        let mut tx = self.begin().await?;
        let times = messages::keep(&mut tx, message, now).await?;
        tx.commit().await?;
        Ok(times)
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
        if !matches!(
            hint,
            PaymentEvent::Returned { .. } | PaymentEvent::DeadlinePassed
        ) {
            return Err(StoreError::Corrupt(
                "a hint can't be a platform's fact".into(),
            ));
        }
        let row = sqlx::query("SELECT account, reference FROM payments WHERE id = ?")
            .bind(payment.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else {
            return Ok(Recorded::Unmatched);
        };
        let content = serde_json::to_string(hint)?;
        let identity = format!("{payment}|{content}");
        let event = NewEvent {
            payment: None,
            account: row.try_get("account")?,
            reference: row.try_get("reference")?,
            identity: &identity,
            content: hint,
            source,
            raw: None,
            now,
        };
        let mut tx = self.begin().await?;
        let outcome = record(&mut tx, event, Ask::Later).await?;
        Ok(outcome.keep(tx).await?.0)
    }

    async fn due_deadlines(&self, now: i64, limit: u32) -> Result<Vec<PaymentId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM payments WHERE deadline_passed = 0 AND deadline_at <= ?
             ORDER BY deadline_at LIMIT ?",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(readable(ids.iter().map(|id| from_word(id))))
    }

    async fn due_queries(&self, now: i64, limit: u32) -> Result<Vec<OpenQuery>, StoreError> {
        queries::due(&mut *self.readers.acquire().await?, now, limit).await
    }

    async fn postpone_query(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        queries::put_off(&mut tx, event_seq, next_try_at, answer).await?;
        tx.commit().await
    }

    async fn take_queries(&self, event_seqs: &[i64], now: i64) -> Result<Vec<i64>, StoreError> {
        let mut tx = self.begin().await?;
        let taken = queries::take(&mut tx, event_seqs, now).await?;
        tx.commit().await?;
        Ok(taken)
    }

    async fn release_queries(&self, now: i64) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        if queries::release(&mut tx, now).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn bound_waits(&self, now: i64, deadline_max: i64) -> Result<(), StoreError> {
        let mut db = self.readers.acquire().await?;
        if !waits::are_unbounded(&mut db, now, deadline_max).await? {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        waits::bound(&mut tx, now, deadline_max).await?;
        tx.commit().await
    }

    async fn keep_first_payment(&self, card: &CardMark<'_>, proof: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        first_payments::keep(&mut tx, card, proof).await?;
        tx.commit().await
    }

    async fn first_payment(&self, card: &CardMark<'_>) -> Result<Option<String>, StoreError> {
        first_payments::find(&self.readers, card).await
    }

    async fn forget_first_payment(&self, card: &CardMark<'_>) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        first_payments::forget(&mut tx, card).await?;
        tx.commit().await
    }

    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        numbers::draw(&self.writer, scope, day, 1).await
    }

    async fn question_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        self.numbers.next(&self.writer, scope, day).await
    }

    async fn attention(&self, limit: u32) -> Result<Vec<Attended>, StoreError> {
        let rows = sqlx::query(
            "SELECT p.*, s.body, s.settled_by FROM payments p
             JOIN sessions s ON s.id = p.session_id
             WHERE p.attention <> '[]' ORDER BY p.created_at DESC, p.id LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let read = |row: &SqliteRow| -> Result<Attended, StoreError> {
            Ok(Attended {
                payment: read_payment(row)?,
                session: read_session(row)?,
                attention: serde_json::from_str(row.try_get("attention")?)?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn unmatched(&self, limit: u32) -> Result<Vec<UnmatchedEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT account, reference, content, received_at FROM events
             WHERE payment_id IS NULL ORDER BY seq LIMIT ?",
        )
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let read = |row: &SqliteRow| -> Result<UnmatchedEvent, StoreError> {
            Ok(UnmatchedEvent {
                account: row.try_get("account")?,
                reference: row.try_get("reference")?,
                content: row.try_get("content")?,
                received_at: row.try_get("received_at")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn attention_counts(&self) -> Result<AttentionCounts, StoreError> {
        lists::attention_counts(&mut *self.readers.acquire().await?).await
    }

    async fn open_accounts(&self) -> Result<Vec<OpenAccount>, StoreError> {
        lists::open_accounts(&mut *self.readers.acquire().await?).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        if self.health.is_fresh() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        // It says nothing new and counts as no change, and is written all the same.
        sqlx::query("PRAGMA user_version = 0")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.health.wrote();
        Ok(())
    }
}
