//! The books in one SQLite file: WAL, `synchronous = FULL`, one writer.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, PlatformFact, Trust};
use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::payment::{Attention, fold};
use guichet_domain::session::{Attempt, PAYMENTS_MAX, Session};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction};

use crate::{
    AddedPayment, Advance, Attended, Book, Conversation, Idempotency, Kept, OpenQuery, Payment,
    Recorded, SecretMark, Source, Stage, Store, StoreError, UnmatchedEvent,
};

/// SQLite below this version can damage a WAL file when it is reset at a bad moment.
const VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

/// How long a request waits for a connection. A notification must be answered within 20 seconds.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Most claims of one payment that the platform is asked about. More than a shopper can make by
/// paying is somebody playing.
const QUERIES_MAX: i64 = 50;

/// The books in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens or makes the file and brings its tables up to date. Refuses a database that would not
    /// keep what it acknowledges.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone())
            .await?;
        refuse_unsafe(&writer).await?;
        sqlx::migrate!("migrations/sqlite")
            .run(&writer)
            .await
            .map_err(|error| StoreError::Unavailable(error.into()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.read_only(true));
        Ok(Self {
            writer,
            readers: readers.await?,
        })
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    async fn record(&self, event: NewEvent<'_>) -> Result<Recorded, StoreError> {
        let mut tx = self.begin().await?;
        let mut event = event;
        let found = find_payment(&mut tx, event.account, event.reference).await?;
        let payment = match found {
            Some(payment) if bind(&mut tx, &event, &payment).await? => Some(payment),
            _ => None,
        };
        event.payment = payment.as_ref();
        let Some(seq) = insert_event(&mut tx, &event).await? else {
            if event.source == Source::Notification {
                ask_again(&mut tx, &event).await?;
                tx.commit().await?;
            }
            return Ok(Recorded::Duplicate);
        };
        let Some(payment) = event.payment else {
            tx.commit().await?;
            return Ok(Recorded::Unmatched);
        };
        if let PaymentEvent::Part(part) = event.content {
            match part.trust {
                Trust::Signed => add_query(&mut tx, seq, payment, event.now).await?,
                Trust::Ours => end_queries(&mut tx, &event).await?,
            }
        }
        let attention = refold(&mut tx, payment).await?;
        let again = told_before(&mut tx, &event, seq).await?;
        tx.commit().await?;
        let id = payment.clone();
        Ok(if again && attention.contains(&Attention::Conflict) {
            Recorded::Conflict(id)
        } else {
            Recorded::New(id)
        })
    }
}

async fn refuse_unsafe(pool: &SqlitePool) -> Result<(), StoreError> {
    let refuse = |what: String| Err(StoreError::Unsafe(what));
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(pool)
        .await?;
    if mode != "wal" {
        return refuse(format!(
            "its journal mode is {mode}, not wal; is the file on a local disk?"
        ));
    }
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(pool)
        .await?;
    if synchronous != 2 {
        return refuse(format!("synchronous is {synchronous}, not 2 (FULL)"));
    }
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(pool)
        .await?;
    let mut numbers = version.split('.').map(|n| u32::from_str(n).unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < VERSION_MIN {
        return refuse(format!("SQLite is {version}; at least 3.51.3 is needed"));
    }
    Ok(())
}

struct NewEvent<'a> {
    /// Found by the reference, when it is recorded.
    payment: Option<&'a PaymentId>,
    account: &'a str,
    reference: &'a str,
    identity: &'a str,
    content: &'a PaymentEvent,
    source: Source,
    raw: Option<&'a [u8]>,
    now: i64,
}

/// Adds the event and gives its number; none if it was there.
async fn insert_event(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO events (payment_id, account, reference, identity, content, source, raw,
            received_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq",
    )
    .bind(event.payment.map(PaymentId::as_str))
    .bind(event.account)
    .bind(event.reference)
    .bind(event.identity)
    .bind(serde_json::to_string(event.content)?)
    .bind(event.source.as_str())
    .bind(event.raw)
    .bind(event.now)
    .fetch_optional(tx)
    .await?)
}

/// The payment that a reference names.
async fn find_payment(
    tx: &mut SqliteConnection,
    account: &str,
    reference: &str,
) -> Result<Option<PaymentId>, StoreError> {
    let id: Option<String> =
        sqlx::query_scalar("SELECT id FROM payments WHERE account = ? AND reference = ?")
            .bind(account)
            .bind(reference)
            .fetch_optional(tx)
            .await?;
    id.as_deref().map(from_word).transpose()
}

/// Binds the transaction that an event proves to be ours to this payment. `false`: it pays another
/// one already.
async fn bind(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    payment: &PaymentId,
) -> Result<bool, StoreError> {
    let (call, transaction) = match event.content {
        PaymentEvent::Part(part) if part.trust == Trust::Ours => (&part.call, &part.transaction),
        PaymentEvent::Confirmed(word) => (&word.call, &word.transaction),
        _ => return Ok(true),
    };
    sqlx::query(
        "INSERT INTO transactions (account, call, transaction_number, payment_id)
         VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(event.account)
    .bind(call)
    .bind(transaction)
    .bind(payment.as_str())
    .execute(&mut *tx)
    .await?;
    let bound: String = sqlx::query_scalar(
        "SELECT payment_id FROM transactions
         WHERE account = ? AND call = ? AND transaction_number = ?",
    )
    .bind(event.account)
    .bind(call)
    .bind(transaction)
    .fetch_one(tx)
    .await?;
    Ok(bound == payment.as_str())
}

/// Asks about a claim, unless it is known to be ours by another way, or somebody is playing.
async fn add_query(
    tx: &mut SqliteConnection,
    seq: i64,
    payment: &PaymentId,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO queries (event_seq, payment_id, next_try_at)
         SELECT e.seq, e.payment_id, ? FROM events e WHERE e.seq = ?
            AND (SELECT count(*) FROM queries WHERE payment_id = ?) < ?
            AND NOT EXISTS (
                SELECT 1 FROM events o WHERE o.account = e.account AND o.identity = e.identity
                AND json_extract(o.content, '$.trust') = 'ours'
            )",
    )
    .bind(now)
    .bind(seq)
    .bind(payment.as_str())
    .bind(QUERIES_MAX)
    .execute(tx)
    .await?;
    Ok(())
}

/// What is known to be ours need not be asked about.
async fn end_queries(tx: &mut SqliteConnection, event: &NewEvent<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE queries SET next_try_at = ?, last_answer = 'ours' WHERE event_seq IN
            (SELECT seq FROM events WHERE account = ? AND identity = ?)",
    )
    .bind(i64::MAX)
    .bind(event.account)
    .bind(event.identity)
    .execute(tx)
    .await?;
    Ok(())
}

/// The platform tells again what is not confirmed yet: it is asked again soon.
async fn ask_again(tx: &mut SqliteConnection, event: &NewEvent<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE queries SET next_try_at = min(next_try_at, ?)
         WHERE last_answer NOT IN ('agreed', 'ours') AND event_seq IN
            (SELECT seq FROM events WHERE account = ? AND identity = ?)",
    )
    .bind(event.now + 2)
    .bind(event.account)
    .bind(event.identity)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the same transaction was told of before, with other content.
async fn told_before(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    seq: i64,
) -> Result<bool, StoreError> {
    let others: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE account = ? AND identity = ? AND seq <> ?",
    )
    .bind(event.account)
    .bind(event.identity)
    .bind(seq)
    .fetch_one(tx)
    .await?;
    Ok(others > 0)
}

/// Folds the payments of a session anew after one of them got an event, and settles the session
/// with that one if it reached the total and no other had.
async fn refold(
    tx: &mut SqliteConnection,
    payment: &PaymentId,
) -> Result<BTreeSet<Attention>, StoreError> {
    let Some(mut book) = load_book(tx, BookKey::Payment(payment.as_str())).await? else {
        return Err(StoreError::Corrupt(format!("{payment} has no session")));
    };
    let states: Vec<_> = book
        .payments
        .iter()
        .map(|(p, events)| fold(&p.terms(&book.session), events))
        .collect();
    let settles = book
        .payments
        .iter()
        .zip(&states)
        .any(|((p, _), state)| p.id == *payment && state.money.is_settled());
    if settles && book.session.settled_by.is_none() {
        sqlx::query("UPDATE sessions SET settled_by = ? WHERE id = ? AND settled_by IS NULL")
            .bind(payment.as_str())
            .bind(book.session.id.as_str())
            .execute(&mut *tx)
            .await?;
        book.session.settled_by = Some(payment.clone());
    }
    let mut own = BTreeSet::new();
    for ((p, _), state) in book.payments.iter().zip(&states) {
        let attention = Attempt {
            id: &p.id,
            state,
            dormant: false,
            single: false,
            unresolved: book.unresolved.contains(&p.id),
        }
        .attention(&book.session);
        sqlx::query(
            "UPDATE payments SET money = ?, attention = ?, deadline_passed = ? WHERE id = ?",
        )
        .bind(word(&state.money)?)
        .bind(serde_json::to_string(&attention)?)
        .bind(state.deadline_passed)
        .bind(p.id.as_str())
        .execute(&mut *tx)
        .await?;
        if p.id == *payment {
            own = attention;
        }
    }
    Ok(own)
}

/// The word that stands for a value in the books: its JSON without the quotes.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?.trim_matches('"').to_owned())
}

fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_value(serde_json::Value::String(
        word.to_owned(),
    ))?)
}

/// What is due and can be read. One row that can't be must not hold up the others.
fn readable<T>(rows: impl Iterator<Item = Result<T, StoreError>>) -> Vec<T> {
    let read = rows.filter_map(|row| match row {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(alert = "corrupt", error.cause = %error, "what is due is skipped");
            None
        }
    });
    read.collect()
}

#[derive(Clone, Copy)]
enum BookKey<'a> {
    Session(&'a str),
    Payment(&'a str),
    Secret(&'a [u8]),
}

async fn load_book(
    db: &mut SqliteConnection,
    key: BookKey<'_>,
) -> Result<Option<Book>, StoreError> {
    let query = match key {
        BookKey::Session(id) => {
            sqlx::query("SELECT body, settled_by FROM sessions WHERE id = ?").bind(id)
        }
        BookKey::Payment(id) => sqlx::query(
            "SELECT s.body, s.settled_by FROM sessions s
             JOIN payments p ON p.session_id = s.id WHERE p.id = ?",
        )
        .bind(id),
        BookKey::Secret(hash) => {
            sqlx::query("SELECT body, settled_by FROM sessions WHERE secret_hash = ?").bind(hash)
        }
    };
    let Some(row) = query.fetch_optional(&mut *db).await? else {
        return Ok(None);
    };
    let session = read_session(&row)?;
    let payments = load_payments(&mut *db, &session.id).await?;
    let conversations: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.payment_id, c.stage FROM conversations c JOIN payments p ON p.id = c.payment_id
         WHERE p.session_id = ?",
    )
    .bind(session.id.as_str())
    .fetch_all(db)
    .await?;
    let mut dormant = BTreeSet::new();
    let mut unresolved = BTreeSet::new();
    let mut single = BTreeSet::new();
    for (id, stage) in conversations {
        let id: PaymentId = from_word(&id)?;
        match from_word(&stage)? {
            Stage::Proceed | Stage::Token => drop(dormant.insert(id.clone())),
            Stage::Talking | Stage::Finalise | Stage::Unknown | Stage::GivenUp => {
                unresolved.insert(id.clone());
            }
            Stage::Return | Stage::Overdue | Stage::Over => {}
        }
        single.insert(id);
    }
    Ok(Some(Book {
        session,
        payments,
        dormant,
        single,
        unresolved,
    }))
}

async fn load_payments(
    db: &mut SqliteConnection,
    session: &SessionId,
) -> Result<Vec<(Payment, Vec<PaymentEvent>)>, StoreError> {
    let rows = sqlx::query("SELECT * FROM payments WHERE session_id = ? ORDER BY position")
        .bind(session.as_str())
        .fetch_all(&mut *db)
        .await?;
    let mut payments = Vec::with_capacity(rows.len());
    for row in &rows {
        let payment = read_payment(row)?;
        let contents: Vec<String> =
            sqlx::query_scalar("SELECT content FROM events WHERE payment_id = ? ORDER BY seq")
                .bind(payment.id.as_str())
                .fetch_all(&mut *db)
                .await?;
        let events = contents.iter().map(|content| serde_json::from_str(content));
        payments.push((payment, events.collect::<Result<_, _>>()?));
    }
    Ok(payments)
}

fn read_session(row: &SqliteRow) -> Result<Session, StoreError> {
    let mut session: Session = serde_json::from_str(row.try_get("body")?)?;
    let settled_by: Option<&str> = row.try_get("settled_by")?;
    session.settled_by = settled_by.map(from_word).transpose()?;
    Ok(session)
}

fn read_payment(row: &SqliteRow) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: from_word(row.try_get("id")?)?,
        session: from_word(row.try_get("session_id")?)?,
        provider: row.try_get("provider")?,
        account: from_word(row.try_get("account")?)?,
        method: from_word(row.try_get("method")?)?,
        kind: from_word(row.try_get("kind")?)?,
        reference: row.try_get("reference")?,
        created_at: row.try_get("created_at")?,
        deadline_at: row.try_get("deadline_at")?,
    })
}

fn read_open_query(row: &SqliteRow) -> Result<OpenQuery, StoreError> {
    let PaymentEvent::Part(claim) = serde_json::from_str(row.try_get("content")?)? else {
        return Err(StoreError::Corrupt(
            "a query about something else than a part".into(),
        ));
    };
    Ok(OpenQuery {
        event_seq: row.try_get("event_seq")?,
        payment: read_payment(row)?,
        session: read_session(row)?,
        claim,
        tries: row.try_get("tries")?,
    })
}

async fn recall(db: &mut SqliteConnection, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query("SELECT fingerprint, body FROM idempotency WHERE scope = ? AND key = ?")
        .bind(&mark.scope)
        .bind(&mark.key)
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let fingerprint: Vec<u8> = row.try_get("fingerprint")?;
    Ok(Some(if fingerprint == mark.fingerprint {
        Kept::Replayed(row.try_get("body")?)
    } else {
        Kept::OtherBody
    }))
}

async fn keep(
    db: &mut SqliteConnection,
    mark: &Idempotency,
    body: &str,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO idempotency (scope, key, fingerprint, body, created_at)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&mark.scope)
    .bind(&mark.key)
    .bind(&mark.fingerprint)
    .bind(body)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps the answer to a request; in place of the first one, where the request that started the
/// payment took the step as well.
async fn answer(
    db: &mut SqliteConnection,
    mark: &Idempotency,
    body: &str,
) -> Result<(), StoreError> {
    let replaced = sqlx::query(
        "UPDATE idempotency SET body = ? WHERE scope = ? AND key = ? AND fingerprint = ?",
    )
    .bind(body)
    .bind(&mark.scope)
    .bind(&mark.key)
    .bind(&mark.fingerprint)
    .execute(&mut *db)
    .await?;
    if replaced.rows_affected() == 0 {
        keep(db, mark, body, 0).await?;
    }
    Ok(())
}

async fn insert_payment(
    db: &mut SqliteConnection,
    payment: &Payment,
    position: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO payments (id, session_id, position, provider, account, method, kind,
            reference, created_at, deadline_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(payment.id.as_str())
    .bind(payment.session.as_str())
    .bind(position)
    .bind(&payment.provider)
    .bind(payment.account.as_str())
    .bind(payment.method.as_str())
    .bind(word(&payment.kind)?)
    .bind(&payment.reference)
    .bind(payment.created_at)
    .bind(payment.deadline_at)
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_conversation(
    db: &mut SqliteConnection,
    payment: &Payment,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO conversations (payment_id, nonce, stage, keep, next_try_at)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(payment.id.as_str())
    .bind(&conversation.nonce)
    .bind(word(&conversation.stage)?)
    .bind(&conversation.keep)
    // Nobody waits longer than that.
    .bind(payment.deadline_at)
    .execute(db)
    .await?;
    Ok(())
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_session(
        &self,
        session: &Session,
        secret: &SecretMark,
        mark: &Idempotency,
        body: &str,
    ) -> Result<Kept, StoreError> {
        let mut tx = self.begin().await?;
        if let Some(kept) = recall(&mut tx, mark).await? {
            return Ok(kept);
        }
        sqlx::query(
            "INSERT INTO sessions (id, shop, secret_hash, secret_salt, body, expires_at,
                created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(session.id.as_str())
        .bind(session.shop.as_str())
        .bind(&secret.hash)
        .bind(&secret.salt)
        .bind(serde_json::to_string(session)?)
        .bind(session.expires_at)
        .bind(session.created_at)
        .execute(&mut *tx)
        .await?;
        keep(&mut tx, mark, body, session.created_at).await?;
        tx.commit().await?;
        Ok(Kept::New)
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
            return Ok(AddedPayment::Kept(kept));
        }
        let row = sqlx::query(
            "SELECT s.settled_by, (SELECT count(*) FROM payments WHERE session_id = s.id) AS made
             FROM sessions s WHERE s.id = ?",
        )
        .bind(payment.session.as_str())
        .fetch_one(&mut *tx)
        .await?;
        let settled_by: Option<String> = row.try_get("settled_by")?;
        let made: i64 = row.try_get("made")?;
        if settled_by.is_some() {
            return Ok(AddedPayment::Settled);
        }
        if usize::try_from(made).is_ok_and(|made| made >= PAYMENTS_MAX) {
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
            return Ok(false);
        }
        if let Some((mark, body)) = step.answer {
            answer(&mut tx, mark, body).await?;
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
        self.record(NewEvent {
            payment: None,
            account: fact.account.as_str(),
            reference: &fact.reference,
            identity: &fact.identity,
            content: &fact.event,
            source,
            raw,
            now,
        })
        .await
    }

    async fn keep_unreadable(
        &self,
        account: &Slug,
        why: &str,
        raw: &[u8],
        now: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO events (account, reference, identity, content, source, raw, received_at)
             VALUES (?, '', hex(?), ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(account.as_str())
        .bind(raw)
        .bind(serde_json::json!({ "type": "unreadable", "why": why }).to_string())
        .bind(Source::Notification.as_str())
        .bind(raw)
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(())
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
        self.record(NewEvent {
            payment: None,
            account: row.try_get("account")?,
            reference: row.try_get("reference")?,
            identity: &format!("{payment}|{content}"),
            content: hint,
            source,
            raw: None,
            now,
        })
        .await
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
        let rows = sqlx::query(
            "SELECT p.*, s.body, s.settled_by, q.event_seq, q.tries, e.content
             FROM queries q JOIN events e ON e.seq = q.event_seq
             JOIN payments p ON p.id = q.payment_id JOIN sessions s ON s.id = p.session_id
             WHERE q.next_try_at <= ? ORDER BY q.next_try_at LIMIT ?",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        Ok(readable(rows.iter().map(read_open_query)))
    }

    async fn postpone_query(
        &self,
        event_seq: i64,
        next_try_at: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError> {
        // A query that has ended keeps its row, with the answer, for whoever looks into the
        // payment.
        sqlx::query(
            "UPDATE queries SET next_try_at = ?, tries = tries + 1, last_answer = ?
             WHERE event_seq = ?",
        )
        .bind(next_try_at.unwrap_or(i64::MAX))
        .bind(answer)
        .bind(event_seq)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn next_number(&self, scope: &str, day: &str) -> Result<u32, StoreError> {
        Ok(sqlx::query_scalar(
            "INSERT INTO counters (scope, day, value) VALUES (?, ?, 1)
             ON CONFLICT (scope, day) DO UPDATE SET value = value + 1 RETURNING value",
        )
        .bind(scope)
        .bind(day)
        .fetch_one(&self.writer)
        .await?)
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
             WHERE payment_id IS NULL ORDER BY seq DESC LIMIT ?",
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

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pool(journal: SqliteJournalMode, synchronous: SqliteSynchronous) -> SqlitePool {
        let file = tempfile::NamedTempFile::new()
            .unwrap()
            .into_temp_path()
            .keep()
            .unwrap();
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(journal)
            .synchronous(synchronous);
        SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_database_that_would_not_keep_what_it_acknowledges_is_refused() {
        for (journal, synchronous, taken) in [
            (SqliteJournalMode::Wal, SqliteSynchronous::Full, true),
            (SqliteJournalMode::Wal, SqliteSynchronous::Normal, false),
            (SqliteJournalMode::Wal, SqliteSynchronous::Off, false),
            (SqliteJournalMode::Delete, SqliteSynchronous::Full, false),
        ] {
            let pool = pool(journal, synchronous).await;
            let refused = refuse_unsafe(&pool).await;
            assert_eq!(
                refused.is_ok(),
                taken,
                "{journal:?} {synchronous:?}: {refused:?}"
            );
        }
    }
}
