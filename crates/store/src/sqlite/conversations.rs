//! Payments that go on after their beginning.

use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use sqlx::{Row as _, SqliteConnection};

use crate::error::StoreError;
use crate::rows::{read_stage, readable};
use crate::types::{Advance, Conversation};
use crate::words::from_word;

/// Moves a payment from stage to stage. `false`: it was not at the first one, or not due.
pub(super) async fn advance(
    db: &mut SqliteConnection,
    payment: &PaymentId,
    advance: &Advance<'_>,
) -> Result<bool, StoreError> {
    let posted = advance.posted.map(serde_json::to_string).transpose()?;
    let moved = sqlx::query(
        "UPDATE conversations SET stage = ?1, memo = coalesce(?2, memo),
            posted = coalesce(?3, posted), next_try_at = ?4,
            tries = tries + (?7 IS NOT NULL)
         WHERE payment_id = ?5 AND stage = ?6 AND (?7 IS NULL OR next_try_at <= ?7)",
    )
    .bind(advance.to.as_str())
    .bind(advance.memo)
    .bind(posted)
    .bind(advance.next_try_at)
    .bind(payment.as_str())
    .bind(advance.from.as_str())
    .bind(advance.due)
    .execute(db)
    .await?;
    Ok(moved.rows_affected() > 0)
}

pub(super) async fn find(
    db: &mut SqliteConnection,
    payment: &PaymentId,
) -> Result<Option<Conversation>, StoreError> {
    let row = sqlx::query("SELECT * FROM conversations WHERE payment_id = ?")
        .bind(payment.as_str())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let posted: Option<&str> = row.try_get("posted")?;
    let posted = posted.map(serde_json::from_str).transpose()?;
    Ok(Some(Conversation {
        ending: row.try_get("ending")?,
        stage: read_stage(row.try_get("stage")?)?,
        memo: row.try_get("memo")?,
        posted: posted.unwrap_or_default(),
        tries: row.try_get("tries")?,
    }))
}

/// What a job should take up: those first whose shoppers wait.
pub(super) async fn due(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<PaymentId>, StoreError> {
    let urgent = Stage::ALL.into_iter().filter(|stage| stage.is_urgent());
    let urgent: Vec<_> = urgent.map(Stage::as_str).collect();
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT payment_id FROM conversations WHERE next_try_at <= ?
         ORDER BY stage NOT IN (SELECT value FROM json_each(?)), next_try_at LIMIT ?",
    )
    .bind(now)
    .bind(serde_json::to_string(&urgent)?)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(ids.iter().map(|id| from_word(id))))
}
