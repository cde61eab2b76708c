//! Rows into what they stand for, of either database: sessions, payments, whole books.

use std::collections::BTreeSet;

use guichet_domain::attention::Attention;
use guichet_domain::event::PaymentEvent;
use guichet_domain::money::Amount;
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::error::StoreError;
use crate::transaction::{ListedBook, Listing};
use crate::types::{Book, Dated, Entry, Payment, Question};
use crate::words::from_word;

/// What the columns of a row hold, whichever database it is of.
pub(crate) trait Columns {
    /// A text.
    fn text(&self, column: &str) -> Result<&str, StoreError>;

    /// A text, or nothing.
    fn any_text(&self, column: &str) -> Result<Option<&str>, StoreError>;

    /// A whole number.
    fn number(&self, column: &str) -> Result<i64, StoreError>;

    /// Yes or no.
    fn flag(&self, column: &str) -> Result<bool, StoreError>;
}

macro_rules! columns {
    ($row:ty) => {
        impl Columns for $row {
            fn text(&self, column: &str) -> Result<&str, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn any_text(&self, column: &str) -> Result<Option<&str>, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn number(&self, column: &str) -> Result<i64, StoreError> {
                Ok(self.try_get(column)?)
            }

            fn flag(&self, column: &str) -> Result<bool, StoreError> {
                Ok(self.try_get(column)?)
            }
        }
    };
}

columns!(PgRow);
columns!(SqliteRow);

/// What is due and can be read. One row that can't be must not hold up the others.
pub(crate) fn readable<T>(rows: impl Iterator<Item = Result<T, StoreError>>) -> Vec<T> {
    let read = rows.filter_map(|row| match row {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(alert = "corrupt", error.cause = %error, "what is due is skipped");
            None
        }
    });
    read.collect()
}

/// The book whose rows these are, one for each event; none where there are none.
pub(crate) fn read_book(rows: &[impl Columns]) -> Result<Option<ListedBook>, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut session = read_session(first)?;
    let first_settled = first.any_text("first_settled")?;
    session.know_order(first_settled.map(from_word).transpose()?);
    let expiry_due = first.flag("expiry_due")?;
    let mut payments: Vec<Entry> = Vec::new();
    let mut listings = Vec::new();
    for row in rows {
        let Some(id) = row.any_text("id")? else {
            break;
        };
        if payments
            .last()
            .is_none_or(|last| last.payment.id.as_str() != id)
        {
            let stage = row.any_text("stage")?;
            payments.push(Entry {
                payment: read_payment(row)?,
                events: Vec::new(),
                stage: stage.map(read_stage).transpose()?,
                handled: serde_json::from_str(row.text("handled")?)?,
            });
            listings.push(Listing {
                money: row.text("money")?.to_owned(),
                attention: row.text("attention")?.to_owned(),
                handled: row.text("handled")?.to_owned(),
                deadline_passed: row.flag("deadline_passed")?,
            });
        }
        let event = row.any_text("content")?;
        if let (Some(event), Some(entry)) = (event, payments.last_mut()) {
            entry.events.push(Dated {
                at: row.number("received_at")?,
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
pub(crate) fn read_session(row: &impl Columns) -> Result<Session, StoreError> {
    let mut session: Session = serde_json::from_str(row.text("body")?)?;
    let settled_by = row.any_text("settled_by")?;
    session.settled_by = settled_by.map(from_word).transpose()?;
    session.expires_at = row.number("expires_at")?;
    Ok(session)
}

pub(crate) fn read_stage(word: &str) -> Result<Stage, StoreError> {
    Stage::parse(word).ok_or_else(|| StoreError::Corrupt(format!("{word} is no stage")))
}

pub(crate) fn read_payment(row: &impl Columns) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: from_word(row.text("id")?)?,
        session: from_word(row.text("session_id")?)?,
        provider: row.text("provider")?.to_owned(),
        account: from_word(row.text("account")?)?,
        method: from_word(row.text("method")?)?,
        kind: from_word(row.text("kind")?)?,
        reference: row.text("reference")?.to_owned(),
        created_at: row.number("created_at")?,
        deadline_at: row.number("deadline_at")?,
    })
}

pub(crate) fn read_question(row: &impl Columns) -> Result<Question, StoreError> {
    let PaymentEvent::Part(claim) = serde_json::from_str(row.text("content")?)? else {
        return Err(StoreError::Corrupt(
            "a question about something else than a part".into(),
        ));
    };
    Ok(Question {
        event_seq: row.number("event_seq")?,
        payment: read_payment(row)?,
        session: read_session(row)?,
        claim,
        tries: count(row, "tries")?,
    })
}

/// What of a payment's attention nobody has looked after.
pub(crate) fn still_open(row: &impl Columns) -> Result<Vec<Attention>, StoreError> {
    let mut open: Vec<Attention> = serde_json::from_str(row.text("attention")?)?;
    let handled: BTreeSet<Attention> = serde_json::from_str(row.text("handled")?)?;
    open.retain(|why| !handled.contains(why));
    Ok(open)
}

/// An amount as its column has it.
pub(crate) fn stored(amount: Amount) -> Result<i64, StoreError> {
    i64::try_from(amount.minor())
        .map_err(|_| StoreError::Corrupt("an amount beyond what can be stored".into()))
}

/// A number that is never below zero, as its column has it.
pub(crate) fn count<T: TryFrom<i64>>(row: &impl Columns, column: &str) -> Result<T, StoreError> {
    let number = row.number(column)?;
    T::try_from(number)
        .map_err(|_| StoreError::Corrupt(format!("{number} is out of range for {column}")))
}
