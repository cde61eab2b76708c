//! What happened: events, and what follows from them in the same transaction.

use std::collections::BTreeSet;

use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::payment::{Attention, fold};
use guichet_domain::session::Attempt;
use sqlx::SqliteConnection;

use super::books::{BookKey, from_word, load_book, word};
use crate::{Source, StoreError};

/// Most claims of one payment that the platform is asked about. More than a shopper can make by
/// paying is somebody playing.
const QUERIES_MAX: i64 = 50;

pub(super) struct NewEvent<'a> {
    /// Found by the reference, when it is recorded.
    pub(super) payment: Option<&'a PaymentId>,
    pub(super) account: &'a str,
    pub(super) reference: &'a str,
    pub(super) identity: &'a str,
    pub(super) content: &'a PaymentEvent,
    pub(super) source: Source,
    pub(super) raw: Option<&'a [u8]>,
    pub(super) now: i64,
}

/// Adds the event and gives its number; none if it was there.
pub(super) async fn insert_event(
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
pub(super) async fn find_payment(
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
pub(super) async fn bind(
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
pub(super) async fn add_query(
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
pub(super) async fn end_queries(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
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
pub(super) async fn ask_again(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
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
pub(super) async fn told_before(
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
pub(super) async fn refold(
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
