//! Numbers that are drawn once in a day.

use super::writer::Writer;
use crate::error::StoreError;

/// Draws so many numbers; gives the last one.
pub(super) async fn draw(
    writer: &Writer,
    scope: &str,
    day: &str,
    count: u32,
) -> Result<u32, StoreError> {
    let add = sqlx::query_scalar(
        "INSERT INTO counters (scope, day, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (scope, day) DO UPDATE SET value = value + ?3 RETURNING value",
    );
    let add = add.bind(scope).bind(day).bind(count);
    writer.write(async |db| Ok(add.fetch_one(db).await?)).await
}
