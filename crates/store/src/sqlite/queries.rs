//! Questions to the platforms about what signed messages claim.

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use sqlx::SqliteConnection;

use super::books::{read_open_query, readable};
use super::events::{Ask, NewEvent};
use crate::{ASKING_SECONDS, Book, OpenQuery, StoreError};

/// Most claims of one payment that the platform is asked about. More than a shopper can make by
/// paying is somebody playing.
const QUERIES_MAX: i64 = 50;

/// The last answer of a question that somebody has taken and not answered yet.
const ASKING: &str = "asking";

/// Asks about a claim, unless it is known to be ours by another way, or somebody is playing.
/// Whether it is asked about. A question that is asked now is taken with it.
pub(super) async fn add(
    tx: &mut SqliteConnection,
    seq: i64,
    payment: &PaymentId,
    now: i64,
    ask: Ask,
) -> Result<bool, StoreError> {
    let (next_try_at, tries, answer) = match ask {
        Ask::Now => (now + ASKING_SECONDS, 1, Some(ASKING)),
        Ask::Later => (now, 0, None),
    };
    let added = sqlx::query(
        "INSERT INTO queries (event_seq, payment_id, next_try_at, tries, last_answer)
         SELECT e.seq, e.payment_id, ?, ?, ? FROM events e WHERE e.seq = ?
            AND (SELECT count(*) FROM queries WHERE payment_id = ?) < ?
            AND NOT EXISTS (
                SELECT 1 FROM events o WHERE o.account = e.account AND o.identity = e.identity
                AND json_extract(o.content, '$.trust') = 'ours'
            )",
    )
    .bind(next_try_at)
    .bind(tries)
    .bind(answer)
    .bind(seq)
    .bind(payment.as_str())
    .bind(QUERIES_MAX)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// What is known to be ours need not be asked about.
pub(super) async fn end(tx: &mut SqliteConnection, event: &NewEvent<'_>) -> Result<(), StoreError> {
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

/// The platform tells again what is not confirmed yet: it is asked again soon, unless somebody is
/// asking now.
pub(super) async fn ask_again(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE queries SET next_try_at = ?1
         WHERE next_try_at > ?1 AND last_answer NOT IN ('agreed', 'ours', ?2) AND event_seq IN
            (SELECT seq FROM events WHERE account = ?3 AND identity = ?4)",
    )
    .bind(event.now + 2)
    .bind(ASKING)
    .bind(event.account)
    .bind(event.identity)
    .execute(tx)
    .await?;
    Ok(())
}

/// A question that was taken with its claim, from the book that it was just recorded in.
pub(super) fn open(
    book: Book,
    payment: &PaymentId,
    claim: &PaymentEvent,
    event_seq: i64,
) -> Option<OpenQuery> {
    let PaymentEvent::Part(claim) = claim else {
        return None;
    };
    let mut payments = book.payments.into_iter().map(|(payment, _)| payment);
    Some(OpenQuery {
        event_seq,
        payment: payments.find(|p| p.id == *payment)?,
        session: book.session,
        claim: claim.clone(),
        tries: 0,
    })
}

/// What should be asked.
pub(super) async fn due(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<OpenQuery>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.*, s.body, s.settled_by, q.event_seq, q.tries, e.content
         FROM queries q JOIN events e ON e.seq = q.event_seq
         JOIN payments p ON p.id = q.payment_id JOIN sessions s ON s.id = p.session_id
         WHERE q.next_try_at <= ? ORDER BY q.next_try_at LIMIT ?",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(rows.iter().map(read_open_query)))
}

/// Takes those that are still due.
pub(super) async fn take(
    tx: &mut SqliteConnection,
    event_seqs: &[i64],
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "UPDATE queries SET next_try_at = ?, tries = tries + 1, last_answer = ?
         WHERE next_try_at <= ? AND event_seq IN (SELECT value FROM json_each(?))
         RETURNING event_seq",
    )
    .bind(now + ASKING_SECONDS)
    .bind(ASKING)
    .bind(now)
    .bind(serde_json::to_string(event_seqs)?)
    .fetch_all(tx)
    .await?)
}

/// Makes due what was taken and never answered. Whether there was any.
pub(super) async fn release(tx: &mut SqliteConnection, now: i64) -> Result<bool, StoreError> {
    let statement = "UPDATE queries SET next_try_at = ? WHERE last_answer = ?";
    let released = sqlx::query(statement).bind(now).bind(ASKING).execute(tx);
    Ok(released.await?.rows_affected() > 0)
}

/// Puts the next question off; for good, where there is no time for it. A question that has ended
/// keeps its row, with the answer, for whoever looks into the payment.
pub(super) async fn put_off(
    tx: &mut SqliteConnection,
    event_seq: i64,
    next_try_at: Option<i64>,
    answer: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE queries SET next_try_at = ?, last_answer = ? WHERE event_seq = ?")
        .bind(next_try_at.unwrap_or(i64::MAX))
        .bind(answer)
        .bind(event_seq)
        .execute(tx)
        .await?;
    Ok(())
}
