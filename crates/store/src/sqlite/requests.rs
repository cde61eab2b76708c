//! What marked requests were answered, so that a repeated one has no second effect.

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row as _, Sqlite, SqliteConnection};

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

fn answered<'q>(
    add: Query<'q, Sqlite, SqliteArguments>,
    mark: &'q Idempotency,
    body: &'q str,
    now: i64,
) -> Query<'q, Sqlite, SqliteArguments> {
    add.bind(&mark.scope)
        .bind(&mark.key)
        .bind(&mark.fingerprint)
        .bind(body)
        .bind(now)
}

#[async_trait]
impl Requests for SqliteConnection {
    async fn answer_to(&mut self, mark: &Idempotency) -> Result<Option<Kept>, StoreError> {
        recall(self, mark).await
    }

    async fn add_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let add = sqlx::query(add_answer!());
        answered(add, mark, body, now).execute(self).await?;
        Ok(())
    }

    async fn add_first_answer(
        &mut self,
        mark: &Idempotency,
        body: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        let add = sqlx::query(concat!(add_answer!(), " ON CONFLICT DO NOTHING"));
        let added = answered(add, mark, body, now).execute(self).await?;
        Ok(added.rows_affected() > 0)
    }

    async fn replace_answer(&mut self, mark: &Idempotency, body: &str) -> Result<bool, StoreError> {
        let replaced = sqlx::query(
            "UPDATE idempotency SET body = ? WHERE scope = ? AND key = ? AND fingerprint = ?",
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
