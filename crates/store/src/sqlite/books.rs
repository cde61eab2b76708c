//! Rows into what they stand for: sessions, payments, whole books.

use std::collections::BTreeSet;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::payment::{Attention, PaymentState};
use guichet_domain::session::Session;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use crate::{Book, Conversation, OpenQuery, Payment, Stage, StoreError};

/// The word that stands for a value in the books: its JSON without the quotes.
pub(super) fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?.trim_matches('"').to_owned())
}

pub(super) fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_value(serde_json::Value::String(
        word.to_owned(),
    ))?)
}

/// What is due and can be read. One row that can't be must not hold up the others.
pub(super) fn readable<T>(rows: impl Iterator<Item = Result<T, StoreError>>) -> Vec<T> {
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
pub(super) enum BookKey<'a> {
    Session(&'a str),
    Payment(&'a str),
    Secret(&'a [u8]),
}

pub(super) async fn load_book(
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
    let mut session = read_session(&row)?;
    if session.settled_by.is_none() {
        session.paid_in = paid_in(&mut *db, &session.id).await?;
    }
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
            Stage::Proceed | Stage::Token | Stage::Closed => drop(dormant.insert(id.clone())),
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

pub(super) async fn load_payments(
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

pub(super) fn read_session(row: &SqliteRow) -> Result<Session, StoreError> {
    let mut session: Session = serde_json::from_str(row.try_get("body")?)?;
    let settled_by: Option<&str> = row.try_get("settled_by")?;
    session.settled_by = settled_by.map(from_word).transpose()?;
    Ok(session)
}

pub(super) fn read_payment(row: &SqliteRow) -> Result<Payment, StoreError> {
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

pub(super) fn read_open_query(row: &SqliteRow) -> Result<OpenQuery, StoreError> {
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

pub(super) async fn insert_payment(
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

pub(super) async fn insert_conversation(
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

/// The session that paid this one's order first, where it is another one.
pub(super) async fn paid_in(
    db: &mut SqliteConnection,
    session: &SessionId,
) -> Result<Option<SessionId>, StoreError> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT o.id FROM sessions s
         JOIN sessions o ON o.shop = s.shop AND o.order_key = s.order_key AND o.id <> s.id
         WHERE s.id = ? AND s.order_key <> '' AND o.settled_by IS NOT NULL
         ORDER BY o.rowid LIMIT 1",
    )
    .bind(session.as_str())
    .fetch_optional(db)
    .await?;
    id.as_deref().map(from_word).transpose()
}

/// Keeps where each payment of a book stands, for the lists, and gives what of it a person should
/// look at.
pub(super) async fn store_states(
    db: &mut SqliteConnection,
    book: &Book,
    states: &[PaymentState],
) -> Result<Vec<(PaymentId, BTreeSet<Attention>)>, StoreError> {
    let mut told = Vec::with_capacity(states.len());
    for (p, attempt) in book.attempts(states) {
        let attention = attempt.attention(&book.session);
        sqlx::query(
            "UPDATE payments SET money = ?, attention = ?, deadline_passed = ? WHERE id = ?",
        )
        .bind(word(&attempt.state.money)?)
        .bind(serde_json::to_string(&attention)?)
        .bind(attempt.state.deadline_passed)
        .bind(p.id.as_str())
        .execute(&mut *db)
        .await?;
        told.push((p.id.clone(), attention));
    }
    Ok(told)
}
