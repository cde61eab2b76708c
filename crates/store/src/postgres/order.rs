//! What waits for what, among the transactions of all backends.
//!
//! A transaction sees what others committed before each of its statements. So whatever decides by
//! what it reads takes a lock first, whose name says what it decides about, and keeps it until its
//! end: who decides about the same comes after it, and reads what it wrote. The locks are taken in
//! one order, of a request before of an order, and of an order before of a ledger; where others
//! wait for each other all the same PostgreSQL ends one of them, which is then tried again.

use guichet_domain::attention::Matter;
use guichet_domain::id::{OperationId, PaymentId, SessionId, Slug};
use guichet_domain::money::Currency;
use sqlx::PgConnection;

use crate::error::StoreError;
use crate::transaction::{BookOf, NewEvent};
use crate::types::Idempotency;

/// What tells our locks from those of others in the same database.
macro_rules! lock_named {
    ($name:literal, $($from:literal),*) => {
        concat!(
            "SELECT pg_advisory_xact_lock(hashtextextended(",
            $name,
            ", 7452)) ",
            $($from),*
        )
    };
}

/// The order that a session, or another one with its reference, pays.
macro_rules! lock_order {
    ($where:literal) => {
        lock_named!(
            "'order/' || s.shop || '/' || s.order_key",
            "FROM sessions s ",
            $where
        )
    };
}

async fn named(db: &mut PgConnection, name: String) -> Result<(), StoreError> {
    let lock = sqlx::query(lock_named!("$1", "")).bind(name);
    lock.execute(db).await?;
    Ok(())
}

/// Requests with this mark.
pub(super) async fn of_request(
    db: &mut PgConnection,
    mark: &Idempotency,
) -> Result<(), StoreError> {
    named(db, format!("request/{}/{}", mark.scope, mark.key)).await
}

/// What happens to the order of a session.
pub(super) async fn of_session(
    db: &mut PgConnection,
    session: &SessionId,
) -> Result<(), StoreError> {
    of_book(db, BookOf::Session(session)).await
}

/// What happens to the order of a payment.
pub(super) async fn of_payment(
    db: &mut PgConnection,
    payment: &PaymentId,
) -> Result<(), StoreError> {
    of_book(db, BookOf::Payment(payment)).await
}

/// What happens to the order of a book.
pub(super) async fn of_book(db: &mut PgConnection, of: BookOf<'_>) -> Result<(), StoreError> {
    let lock = match of {
        BookOf::Session(id) => sqlx::query(lock_order!("WHERE s.id = $1")).bind(id.as_str()),
        BookOf::Payment(id) => sqlx::query(lock_order!(
            "JOIN payments p ON p.session_id = s.id WHERE p.id = $1"
        ))
        .bind(id.as_str()),
        BookOf::Secret(hash) => sqlx::query(lock_order!("WHERE s.secret_hash = $1")).bind(hash),
    };
    lock.execute(db).await?;
    Ok(())
}

/// What happens to the order of an operation's payment.
pub(super) async fn of_operation(
    db: &mut PgConnection,
    operation: &OperationId,
) -> Result<(), StoreError> {
    sqlx::query(lock_order!(
        "JOIN payments p ON p.session_id = s.id
         JOIN operations o ON o.payment_id = p.id WHERE o.id = $1"
    ))
    .bind(operation.as_str())
    .execute(db)
    .await?;
    Ok(())
}

/// What happens to the order of an event's payment; where it has none, that event alone.
pub(super) async fn of_event(
    db: &mut PgConnection,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
    let locked = sqlx::query(lock_order!(
        "JOIN payments p ON p.session_id = s.id WHERE p.account = $1 AND p.reference = $2"
    ))
    .bind(event.account)
    .bind(event.reference)
    .fetch_optional(&mut *db)
    .await?;
    if locked.is_some() {
        return Ok(());
    }
    named(db, format!("event/{}/{}", event.account, event.identity)).await
}

/// What a second person decides about the deed of that key.
pub(super) async fn of_approval(db: &mut PgConnection, key: &str) -> Result<(), StoreError> {
    named(db, format!("approval/{key}")).await
}

/// Who looks after something that needs a person.
pub(super) async fn of_matter(db: &mut PgConnection, matter: &Matter) -> Result<(), StoreError> {
    named(db, format!("matter/{matter}")).await
}

/// The numbers of a ledger.
pub(super) async fn of_ledger(
    db: &mut PgConnection,
    shop: &Slug,
    currency: Currency,
) -> Result<(), StoreError> {
    named(db, format!("ledger/{shop}/{}", currency.code())).await
}

/// How many messages of an account are kept.
pub(super) async fn of_messages(db: &mut PgConnection, account: &str) -> Result<(), StoreError> {
    named(db, format!("messages/{account}")).await
}

/// How many notices of a shop are under way.
pub(super) async fn of_endpoint(db: &mut PgConnection, shop: &Slug) -> Result<(), StoreError> {
    named(db, format!("endpoint/{shop}")).await
}

/// The same for the shop of a notice.
pub(super) async fn of_notice(db: &mut PgConnection, seq: i64) -> Result<(), StoreError> {
    let lock = sqlx::query(lock_named!(
        "'endpoint/' || shop",
        "FROM notices WHERE seq = $1"
    ));
    lock.bind(seq).execute(db).await?;
    Ok(())
}
