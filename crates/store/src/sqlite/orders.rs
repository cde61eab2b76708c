//! Orders: the sessions of a shop that pay one thing. The first of them that is settled pays it.

use guichet_domain::id::{PaymentId, SessionId, Slug};
use guichet_domain::session::Session;
use sqlx::SqliteConnection;

use super::books::{BookKey, load_book, store_states, word};
use crate::{Book, Closed, SecretMark, Stage, StoreError};

/// What the sessions that pay one order have in common. Where references repeat, a session is an
/// order of its own, and so is the one that replaces it.
async fn order_key(db: &mut SqliteConnection, session: &Session) -> Result<String, StoreError> {
    if !session.references_repeat {
        return Ok(format!("reference:{}", session.reference));
    }
    let Some(replaced) = &session.replaces else {
        return Ok(format!("session:{}", session.id));
    };
    let key = sqlx::query_scalar("SELECT order_key FROM sessions WHERE id = ?");
    Ok(key.bind(replaced.as_str()).fetch_one(db).await?)
}

/// Adds a session.
pub(super) async fn insert_session(
    db: &mut SqliteConnection,
    session: &Session,
    secret: &SecretMark,
) -> Result<(), StoreError> {
    let order_key = order_key(&mut *db, session).await?;
    sqlx::query(
        "INSERT INTO sessions (id, shop, reference, order_key, secret_hash, secret_salt, body,
            expires_at, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(session.id.as_str())
    .bind(session.shop.as_str())
    .bind(&session.reference)
    .bind(order_key)
    .bind(&secret.hash)
    .bind(&secret.salt)
    .bind(serde_json::to_string(session)?)
    .bind(session.expires_at)
    .bind(session.created_at)
    .execute(db)
    .await?;
    Ok(())
}

/// An order was paid: what its other sessions hold is to be looked at by a person.
pub(super) async fn refold_others(
    db: &mut SqliteConnection,
    session: &SessionId,
) -> Result<(), StoreError> {
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT o.id FROM sessions s
         JOIN sessions o ON o.shop = s.shop AND o.order_key = s.order_key AND o.id <> s.id
         WHERE s.id = ? AND s.order_key <> ''
            AND EXISTS (SELECT 1 FROM payments p JOIN events e ON e.payment_id = p.id
                WHERE p.session_id = o.id)",
    )
    .bind(session.as_str())
    .fetch_all(&mut *db)
    .await?;
    for other in others {
        if let Some(book) = load_book(&mut *db, BookKey::Session(&other)).await? {
            store_states(&mut *db, &book, &book.states()).await?;
        }
    }
    Ok(())
}

/// Closes a session, unless something of it may still take money. What waits for the shopper's card
/// or answer, of which nothing was sent yet, can't go on from here.
pub(super) async fn close(
    db: &mut SqliteConnection,
    book: &Book,
    now: i64,
) -> Result<Closed, StoreError> {
    let session = &book.session;
    if session.is_settled() {
        return Ok(Closed::Settled);
    }
    let states = book.states();
    let open = book
        .attempts(&states)
        .filter(|(_, attempt)| attempt.may_be_open());
    let under_way: Vec<PaymentId> = open.map(|(payment, _)| payment.id.clone()).collect();
    if !under_way.is_empty() {
        return Ok(Closed::UnderWay(under_way));
    }
    if now < session.expires_at {
        sqlx::query(
            "UPDATE sessions SET expires_at = ?1, body = json_set(body, '$.expires_at', ?1)
             WHERE id = ?2",
        )
        .bind(now)
        .bind(session.id.as_str())
        .execute(&mut *db)
        .await?;
    }
    sqlx::query(
        "UPDATE conversations SET stage = ?, next_try_at = NULL WHERE stage IN (?, ?)
            AND payment_id IN (SELECT id FROM payments WHERE session_id = ?)",
    )
    .bind(word(&Stage::Closed)?)
    .bind(word(&Stage::Proceed)?)
    .bind(word(&Stage::Token)?)
    .bind(session.id.as_str())
    .execute(db)
    .await?;
    Ok(Closed::Done)
}

/// Sessions of a shop with this reference, newest first, at most `limit`: those older than
/// `before`, if it is given.
pub(super) async fn by_reference(
    db: &mut SqliteConnection,
    shop: &Slug,
    reference: &str,
    before: Option<&SessionId>,
    limit: u32,
) -> Result<Vec<Book>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT s.id FROM sessions s WHERE s.shop = ?1 AND s.reference = ?2
            AND (?3 IS NULL OR (s.created_at, s.rowid) <
                (SELECT a.created_at, a.rowid FROM sessions a WHERE a.id = ?3))
         ORDER BY s.created_at DESC, s.rowid DESC LIMIT ?4",
    )
    .bind(shop.as_str())
    .bind(reference)
    .bind(before.map(SessionId::as_str))
    .bind(limit)
    .fetch_all(&mut *db)
    .await?;
    let mut books = Vec::with_capacity(ids.len());
    for id in ids {
        books.extend(load_book(&mut *db, BookKey::Session(&id)).await?);
    }
    Ok(books)
}
