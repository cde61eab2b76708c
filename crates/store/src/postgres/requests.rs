//! What marked requests were answered, so that a repeated one has no second effect.

use async_trait::async_trait;
use sqlx::{PgConnection, Row as _};

use super::order;
use crate::error::StoreError;
use crate::transaction::Requests;
use crate::types::{Idempotency, Kept};

pub(super) async fn recall(
    db: &mut PgConnection,
    mark: &Idempotency,
) -> Result<Option<Kept>, StoreError> {
    let row =
        sqlx::query("SELECT fingerprint, body FROM idempotency WHERE scope = $1 AND key = $2")
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

#[async_trait]
impl Requests for PgConnection {
    async fn answer_to(&mut self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        order::of_request(self, mark).await?;
        recall(self, mark).await
    }

    async fn add_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO idempotency (scope, key, fingerprint, body, created_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&mark.scope)
        .bind(&mark.key)
        .bind(&mark.fingerprint)
        .bind(body)
        .bind(now)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn replace_answer(&mut self, mark: &Idempotency, body: &str) -> Result<bool, StoreError> {
        let replaced = sqlx::query(
            "UPDATE idempotency SET body = $1 WHERE scope = $2 AND key = $3 AND fingerprint = $4",
        )
        .bind(body)
        .bind(&mark.scope)
        .bind(&mark.key)
        .bind(&mark.fingerprint)
        .execute(self)
        .await?;
        Ok(replaced.rows_affected() > 0)
    }
}
