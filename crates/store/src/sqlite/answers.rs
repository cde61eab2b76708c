//! What marked requests were answered, so that a repeated one has no second effect.

use sqlx::{Row as _, SqliteConnection};

use crate::{Idempotency, Kept, StoreError};

pub(super) async fn recall(
    db: &mut SqliteConnection,
    mark: &Idempotency,
) -> Result<Option<Kept>, StoreError> {
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

pub(super) async fn keep(
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

/// Keeps the answer to a request, in place of the first one if there was one: the request that
/// started a payment may have taken a step as well, and a session may have been replaced.
pub(super) async fn answer(
    db: &mut SqliteConnection,
    mark: &Idempotency,
    body: &str,
    now: i64,
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
        keep(db, mark, body, now).await?;
    }
    Ok(())
}
