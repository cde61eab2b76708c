//! What waits for a time.

use async_trait::async_trait;
use guichet_domain::id::PaymentId;
use sqlx::SqliteConnection;

use super::gathered::Gathered;
use crate::error::StoreError;
use crate::rows::readable;
use crate::rules::waits::Bounds;
use crate::transaction::{Waiting, Waits};
use crate::words::from_word;

/// Whether anything waits until after its bound.
pub(super) async fn any_past(
    db: &mut SqliteConnection,
    bounds: &Bounds,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM questions WHERE next_try_at > ?1)
            OR EXISTS (SELECT 1 FROM operations WHERE next_try_at > ?1)
            OR EXISTS (SELECT 1 FROM conversations c JOIN payments p ON p.id = c.payment_id
                WHERE c.next_try_at > ?1 AND c.next_try_at > p.deadline_at)
            OR EXISTS (SELECT 1 FROM payments WHERE deadline_passed = 0 AND deadline_at > ?2)
            OR EXISTS (SELECT 1 FROM notices WHERE next_try_at > ?3)",
    )
    .bind(bounds.next_try)
    .bind(bounds.deadline)
    .bind(bounds.notice)
    .fetch_one(db)
    .await?)
}

#[async_trait]
impl Waits for Gathered<'_> {
    async fn bound_deadlines(&mut self, latest: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE payments SET deadline_at = ?1 WHERE deadline_passed = 0 AND deadline_at > ?1",
        )
        .bind(latest)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    async fn bound_tries(&mut self, of: Waiting, latest: i64) -> Result<(), StoreError> {
        let bound = match of {
            Waiting::Questions => "UPDATE questions SET next_try_at = ?1 WHERE next_try_at > ?1",
            Waiting::Operations => "UPDATE operations SET next_try_at = ?1 WHERE next_try_at > ?1",
            Waiting::Notices => "UPDATE notices SET next_try_at = ?1 WHERE next_try_at > ?1",
        };
        sqlx::query(bound)
            .bind(latest)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }

    async fn late_payments(&mut self, then: i64) -> Result<Vec<(PaymentId, i64)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT p.id, p.deadline_at FROM conversations c JOIN payments p ON p.id = c.payment_id
             WHERE c.next_try_at > ?1 AND c.next_try_at > p.deadline_at",
        )
        .bind(then)
        .fetch_all(self.db().await?)
        .await?;
        Ok(readable(
            rows.iter().map(|(id, at)| Ok((from_word(id)?, *at))),
        ))
    }

    async fn set_wait(&mut self, payment: &PaymentId, until: i64) -> Result<(), StoreError> {
        self.statement("UPDATE conversations SET next_try_at = ? WHERE payment_id = ?")
            .bind(until)
            .bind(payment.as_str())
            .later()
    }
}
