//! What marked requests were answered, so that a repeated one has no second effect.

use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
use crate::error::StoreError;
use crate::transaction::Requests;
use crate::types::{Idempotency, Kept};

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

/// Keeps an answer.
macro_rules! add_answer {
    () => {
        "INSERT INTO idempotency (scope, key, fingerprint, body, created_at)
         VALUES (?, ?, ?, ?, ?)"
    };
}

/// Keeps an answer, unless there is one to the same key. What it changed tells the next statement.
pub(super) fn first_answer(
    tx: &mut Gathered<'_>,
    mark: &Idempotency,
    body: &str,
    now: i64,
) -> Result<(), StoreError> {
    let add = concat!(add_answer!(), " ON CONFLICT DO NOTHING");
    answer(tx, add, mark, body, now)
}

fn answer(
    tx: &mut Gathered<'_>,
    add: &'static str,
    mark: &Idempotency,
    body: &str,
    now: i64,
) -> Result<(), StoreError> {
    tx.statement(add)
        .bind(&mark.scope)
        .bind(&mark.key)
        .bind(&mark.fingerprint)
        .bind(body)
        .bind(now)
        .later()
}

#[async_trait]
impl Requests for Gathered<'_> {
    async fn answer_to(&mut self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        recall(self.db().await?, mark).await
    }

    async fn add_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        answer(self, add_answer!(), mark, body, now)
    }

    async fn replace_answer(&mut self, mark: &Idempotency, body: &str) -> Result<bool, StoreError> {
        let replaced = sqlx::query(
            "UPDATE idempotency SET body = ? WHERE scope = ? AND key = ? AND fingerprint = ?",
        )
        .bind(body)
        .bind(&mark.scope)
        .bind(&mark.key)
        .bind(&mark.fingerprint)
        .execute(self.db().await?)
        .await?;
        Ok(replaced.rows_affected() > 0)
    }
}
