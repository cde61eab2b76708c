//! Questions to the platforms about what signed messages claim.

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use sqlx::SqliteConnection;

use super::books::{read_open_query, readable};
use super::events::{Ask, NewEvent};
use crate::{ASKING_SECONDS, Book, DENIED, OpenQuery, StoreError};

/// Most claims that name one transaction and are asked about at once. A transaction has one
/// content, or two when it was pending first: more is somebody playing, who must not keep the true
/// one waiting. The others are asked about later, and a claim that was denied holds up none.
const SAME_TRANSACTION_MAX: i64 = 10;

/// By how many seconds the others are asked about later.
const SAME_TRANSACTION_LATER: i64 = 600;

/// Denied claims of one payment of which each is asked about for as long as it may be: the
/// platform's books may lag. Beyond that a claim that was denied so often is not asked about again.
const DENIED_MAX: i64 = 50;

/// How often the platform denies a claim before it counts as denied for good, beyond that number.
const DENIED_TIMES: i64 = 5;

/// The last answer of a question that somebody has taken and not answered yet.
const ASKING: &str = "asking";

/// Asks about a claim, unless it is known to be ours by another way. One is asked about later that
/// names a transaction which many claims name that are not answered yet. Whether it is asked about
/// at once: a question that is asked now is taken with it.
pub(super) async fn add(
    tx: &mut SqliteConnection,
    seq: i64,
    payment: &PaymentId,
    now: i64,
    ask: Ask,
) -> Result<bool, StoreError> {
    let crowded = is_crowded(tx, seq, payment).await?;
    let (next_try_at, tries, answer) = match ask {
        _ if crowded => (now + SAME_TRANSACTION_LATER, 0, None),
        Ask::Now => (now + ASKING_SECONDS, 1, Some(ASKING)),
        Ask::Later => (now, 0, None),
    };
    let added = sqlx::query(
        "INSERT INTO queries (event_seq, payment_id, next_try_at, tries, last_answer)
         SELECT e.seq, e.payment_id, ?, ?, ? FROM events e WHERE e.seq = ?
            AND NOT EXISTS (
                SELECT 1 FROM events o WHERE o.account = e.account AND o.identity = e.identity
                AND json_extract(o.content, '$.trust') = 'ours'
            )",
    )
    .bind(next_try_at)
    .bind(tries)
    .bind(answer)
    .bind(seq)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() > 0 && !crowded)
}

/// Whether many claims wait for an answer that name the transaction of this one.
async fn is_crowded(
    tx: &mut SqliteConnection,
    seq: i64,
    payment: &PaymentId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT count(*) >= ? FROM events e
         JOIN queries q ON q.payment_id = ? AND q.next_try_at < ?
            AND coalesce(q.last_answer, '') NOT LIKE ? || '%'
         JOIN events o ON o.seq = q.event_seq
            AND json_extract(o.content, '$.call') = json_extract(e.content, '$.call')
            AND json_extract(o.content, '$.transaction')
                = json_extract(e.content, '$.transaction')
         WHERE e.seq = ?",
    )
    .bind(SAME_TRANSACTION_MAX)
    .bind(payment.as_str())
    .bind(i64::MAX)
    .bind(DENIED)
    .bind(seq)
    .fetch_one(tx)
    .await?)
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

/// What should be asked: first what was asked about least, so that no claim waits behind those that
/// are denied again and again.
pub(super) async fn due(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<OpenQuery>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.*, s.body, s.settled_by, q.event_seq, q.tries, e.content
         FROM queries q JOIN events e ON e.seq = q.event_seq
         JOIN payments p ON p.id = q.payment_id JOIN sessions s ON s.id = p.session_id
         WHERE q.next_try_at <= ? ORDER BY min(q.tries, 3), q.next_try_at LIMIT ?",
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

/// Puts the next question off; for good, where there is no time for it, or beside many that were
/// denied when it was too, often enough. A question that has ended keeps its row, with the answer,
/// for whoever looks into the payment.
pub(super) async fn put_off(
    tx: &mut SqliteConnection,
    event_seq: i64,
    next_try_at: Option<i64>,
    answer: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE queries SET last_answer = ?2,
            next_try_at = iif(?2 LIKE ?5 || '%' AND tries >= ?6 AND (
                SELECT count(*) FROM queries o WHERE o.payment_id = queries.payment_id
                AND o.event_seq <> ?3 AND o.last_answer LIKE ?5 || '%'
            ) >= ?7, ?4, ?1)
         WHERE event_seq = ?3",
    )
    .bind(next_try_at.unwrap_or(i64::MAX))
    .bind(answer)
    .bind(event_seq)
    .bind(i64::MAX)
    .bind(DENIED)
    .bind(DENIED_TIMES)
    .bind(DENIED_MAX)
    .execute(tx)
    .await?;
    Ok(())
}
