//! Payments that go on after their beginning.

use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use sqlx::{PgConnection, Row as _};

use super::order;
use crate::error::StoreError;
use crate::rows::{count, read_stage, readable};
use crate::types::{Advance, Conversation};
use crate::words::from_word;

pub(super) async fn add(
    db: &mut PgConnection,
    payment: &PaymentId,
    conversation: &Conversation,
    next_try_at: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO conversations (payment_id, ending, stage, memo, next_try_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(payment.as_str())
    .bind(&conversation.ending)
    .bind(conversation.stage.as_str())
    .bind(&conversation.memo)
    .bind(next_try_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Moves a payment from stage to stage. `false`: it was not at the first one, or not due.
pub(super) async fn advance(
    db: &mut PgConnection,
    payment: &PaymentId,
    advance: &Advance<'_>,
) -> Result<bool, StoreError> {
    let posted = advance.posted.map(serde_json::to_string).transpose()?;
    order::of_payment(db, payment).await?;
    let moved = sqlx::query(
        "UPDATE conversations SET stage = $1, memo = coalesce($2, memo),
            posted = coalesce($3, posted), next_try_at = $4,
            tries = tries + CASE WHEN $7 IS NULL THEN 0 ELSE 1 END,
            taken_by = CASE WHEN $8 THEN current_setting('application_name') END
         WHERE payment_id = $5 AND stage = $6 AND ($7 IS NULL OR next_try_at <= $7)",
    )
    .bind(advance.to.as_str())
    .bind(advance.memo)
    .bind(posted)
    .bind(advance.next_try_at)
    .bind(payment.as_str())
    .bind(advance.from.as_str())
    .bind(advance.due)
    .bind(advance.to == Stage::Talking || advance.due.is_some())
    .execute(&mut *db)
    .await?;
    Ok(moved.rows_affected() > 0)
}

pub(super) async fn find(
    db: &mut PgConnection,
    payment: &PaymentId,
) -> Result<Option<Conversation>, StoreError> {
    let row = sqlx::query("SELECT * FROM conversations WHERE payment_id = $1")
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
        tries: count(&row, "tries")?,
    }))
}

/// What a job should take up: those first whose shoppers wait.
pub(super) async fn due(
    db: &mut PgConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<PaymentId>, StoreError> {
    let urgent = Stage::ALL.into_iter().filter(|stage| stage.is_urgent());
    let urgent: Vec<_> = urgent.map(Stage::as_str).collect();
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT payment_id FROM conversations WHERE next_try_at <= $1
         ORDER BY stage <> ALL($2), next_try_at LIMIT $3",
    )
    .bind(now)
    .bind(&urgent)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    Ok(readable(ids.iter().map(|id| from_word(id))))
}
