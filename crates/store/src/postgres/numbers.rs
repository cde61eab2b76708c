//! Numbers that are drawn once in a day.

use sqlx::PgConnection;

use crate::error::StoreError;

/// Draws so many numbers; gives the last one.
pub(super) async fn draw(
    db: &mut PgConnection,
    scope: &str,
    day: &str,
    count: u32,
) -> Result<u32, StoreError> {
    let last: i64 = sqlx::query_scalar(
        "INSERT INTO counters (scope, day, value) VALUES ($1, $2, $3)
         ON CONFLICT (scope, day) DO UPDATE SET value = counters.value + $3 RETURNING value",
    )
    .bind(scope)
    .bind(day)
    .bind(i64::from(count))
    .fetch_one(db)
    .await?;
    u32::try_from(last).map_err(|_| StoreError::Corrupt(format!("{scope} has no number left")))
}
