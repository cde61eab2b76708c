//! Rows into what they stand for: sessions, payments, whole books.

use std::collections::HashMap;

use guichet_domain::event::PaymentEvent;
use guichet_domain::money::Amount;
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::error::StoreError;
use crate::transaction::{BookOf, ListedBook, Listing};
use crate::types::{Book, Dated, Entry, Payment, Question};
use crate::words::from_word;

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

/// A statement that reads whole books, all of one moment. It gives a row for each event, one for a
/// payment that has none, and one for a session that has no payment. Of several books `$order`
/// keeps the rows of each together.
macro_rules! book_where {
    ($session:literal, $order:literal) => {
        concat!(
            "WITH s AS MATERIALIZED (
                SELECT id AS of_session, body, settled_by, expires_at, expiry_due,
                    (SELECT o.id FROM sessions o
                        WHERE o.shop = a.shop AND o.order_key = a.order_key
                            AND o.settled_by IS NOT NULL
                        ORDER BY o.made LIMIT 1) AS first_settled
                FROM sessions a WHERE ",
            $session,
            ")
             SELECT s.*, p.*, c.stage, e.content, e.received_at
             FROM s LEFT JOIN payments p ON p.session_id = s.of_session
             LEFT JOIN conversations c ON c.payment_id = p.id
             LEFT JOIN events e ON e.payment_id = p.id
             ORDER BY ",
            $order,
            "p.position, e.seq"
        )
    };
}

/// Reads a whole book, in one statement however many payments and events it has.
pub(super) async fn load_book(
    db: &mut PgConnection,
    of: BookOf<'_>,
) -> Result<Option<ListedBook>, StoreError> {
    let query = match of {
        BookOf::Session(id) => sqlx::query(book_where!("id = $1", "")).bind(id.as_str()),
        BookOf::Payment(id) => sqlx::query(book_where!(
            "id = (SELECT session_id FROM payments WHERE id = $1)",
            ""
        ))
        .bind(id.as_str()),
        BookOf::Secret(hash) => sqlx::query(book_where!("secret_hash = $1", "")).bind(hash),
    };
    let rows = query.fetch_all(db).await?;
    read_book(&rows)
}

/// Reads the whole books of these sessions, in one statement however many there are.
pub(super) async fn load_books(
    db: &mut PgConnection,
    sessions: &[&str],
) -> Result<HashMap<String, Book>, StoreError> {
    let query = sqlx::query(book_where!("id = ANY($1)", "s.of_session, "));
    let rows = query.bind(sessions);
    let rows = rows.fetch_all(db).await?;
    let session = |row: &PgRow| row.try_get::<String, _>("of_session").ok();
    let mut books = HashMap::new();
    for rows in rows.chunk_by(|one, next| session(one) == session(next)) {
        if let Some((book, _)) = read_book(rows)? {
            books.insert(book.session.id.to_string(), book);
        }
    }
    Ok(books)
}

fn read_book(rows: &[PgRow]) -> Result<Option<ListedBook>, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut session = read_session(first)?;
    let first_settled: Option<&str> = first.try_get("first_settled")?;
    session.know_order(first_settled.map(from_word).transpose()?);
    let expiry_due: bool = first.try_get("expiry_due")?;
    let mut payments: Vec<Entry> = Vec::new();
    let mut listings = Vec::new();
    for row in rows {
        let Some(id) = row.try_get::<Option<&str>, _>("id")? else {
            break;
        };
        if payments
            .last()
            .is_none_or(|last| last.payment.id.as_str() != id)
        {
            let stage: Option<&str> = row.try_get("stage")?;
            payments.push(Entry {
                payment: read_payment(row)?,
                events: Vec::new(),
                stage: stage.map(read_stage).transpose()?,
            });
            listings.push(Listing {
                money: row.try_get("money")?,
                attention: row.try_get("attention")?,
                deadline_passed: row.try_get("deadline_passed")?,
            });
        }
        let event: Option<&str> = row.try_get("content")?;
        if let (Some(event), Some(entry)) = (event, payments.last_mut()) {
            entry.events.push(Dated {
                at: row.try_get("received_at")?,
                event: serde_json::from_str(event)?,
            });
        }
    }
    let book = Book {
        session,
        payments,
        expired: !expiry_due,
    };
    Ok(Some((book, listings)))
}

/// A session with what may change of it; `paid_in` is told with its book alone.
pub(super) fn read_session(row: &PgRow) -> Result<Session, StoreError> {
    let mut session: Session = serde_json::from_str(row.try_get("body")?)?;
    let settled_by: Option<&str> = row.try_get("settled_by")?;
    session.settled_by = settled_by.map(from_word).transpose()?;
    session.expires_at = row.try_get("expires_at")?;
    Ok(session)
}

pub(super) fn read_stage(word: &str) -> Result<Stage, StoreError> {
    Stage::parse(word).ok_or_else(|| StoreError::Corrupt(format!("{word} is no stage")))
}

pub(super) fn read_payment(row: &PgRow) -> Result<Payment, StoreError> {
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

pub(super) fn read_question(row: &PgRow) -> Result<Question, StoreError> {
    let PaymentEvent::Part(claim) = serde_json::from_str(row.try_get("content")?)? else {
        return Err(StoreError::Corrupt(
            "a question about something else than a part".into(),
        ));
    };
    Ok(Question {
        event_seq: row.try_get("event_seq")?,
        payment: read_payment(row)?,
        session: read_session(row)?,
        claim,
        tries: count(row, "tries")?,
    })
}

/// An amount as its column has it.
pub(super) fn stored(amount: Amount) -> Result<i64, StoreError> {
    i64::try_from(amount.minor())
        .map_err(|_| StoreError::Corrupt("an amount beyond what can be stored".into()))
}

/// A number that is never below zero, as its column has it.
pub(super) fn count<T: TryFrom<i64>>(row: &PgRow, column: &str) -> Result<T, StoreError> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number)
        .map_err(|_| StoreError::Corrupt(format!("{number} is out of range for {column}")))
}
