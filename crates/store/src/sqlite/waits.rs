//! How long anything may wait.
//!
//! The time of a next try is set by the clock. When that was ahead for a while and was set right,
//! what was put off meanwhile would wait for the time that it was ahead by.

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

use crate::error::StoreError;
use crate::types::{NOTICE_WAIT_MAX, WAIT_MAX};

/// Whether anything waits for longer than it may.
pub(super) async fn are_unbounded(
    readers: &SqlitePool,
    now: i64,
    deadline_max: i64,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM questions WHERE next_try_at > ?1)
            OR EXISTS (SELECT 1 FROM operations WHERE next_try_at > ?1)
            OR EXISTS (SELECT 1 FROM conversations c JOIN payments p ON p.id = c.payment_id
                WHERE c.next_try_at > ?1 AND c.next_try_at > p.deadline_at)
            OR EXISTS (SELECT 1 FROM payments WHERE deadline_passed = 0 AND deadline_at > ?2)
            OR EXISTS (SELECT 1 FROM notices WHERE next_try_at > ?3)",
    )
    .bind(now + WAIT_MAX)
    .bind(now + deadline_max)
    .bind(now + NOTICE_WAIT_MAX)
    .fetch_one(readers)
    .await?)
}

/// Brings it nearer: deadlines to the longest that there is, next tries to the longest wait, or to
/// the deadline that they wait for.
pub(super) async fn bound(
    db: &mut SqliteConnection,
    now: i64,
    deadline_max: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE payments SET deadline_at = ?1 WHERE deadline_passed = 0 AND deadline_at > ?1",
    )
    .bind(now + deadline_max)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "UPDATE conversations SET next_try_at = max(?1, deadline_at)
         FROM payments p WHERE p.id = payment_id AND next_try_at > max(?1, deadline_at)",
    )
    .bind(now + WAIT_MAX)
    .execute(&mut *db)
    .await?;
    sqlx::query("UPDATE questions SET next_try_at = ?1 WHERE next_try_at > ?1")
        .bind(now + WAIT_MAX)
        .execute(&mut *db)
        .await?;
    sqlx::query("UPDATE operations SET next_try_at = ?1 WHERE next_try_at > ?1")
        .bind(now + WAIT_MAX)
        .execute(&mut *db)
        .await?;
    sqlx::query("UPDATE notices SET next_try_at = ?1 WHERE next_try_at > ?1")
        .bind(now + NOTICE_WAIT_MAX)
        .execute(db)
        .await?;
    Ok(())
}
