//! Numbers that are drawn once in a day.

use std::collections::HashMap;
use std::ops::Range;

use tokio::sync::Mutex;

use super::writer::Writer;
use crate::error::StoreError;

/// How many numbers are drawn from the books at a time. What is left of them at the end of the
/// process is lost; the platforms ask that numbers differ, not that they follow each other.
const BLOCK: u32 = 32;

/// What is left of the last block of each counter.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    left: Mutex<HashMap<String, Block>>,
}

#[derive(Debug)]
struct Block {
    day: String,
    numbers: Range<u32>,
}

impl Numbers {
    pub(super) async fn next(
        &self,
        writer: &Writer,
        scope: &str,
        day: &str,
    ) -> Result<u32, StoreError> {
        let mut left = self.left.lock().await;
        let block = left.get_mut(scope).filter(|block| block.day == day);
        if let Some(number) = block.and_then(|block| block.numbers.next()) {
            return Ok(number);
        }
        let last = draw(writer, scope, day, BLOCK).await?;
        let first = last.saturating_sub(BLOCK) + 1;
        let block = Block {
            day: day.to_owned(),
            numbers: first + 1..last + 1,
        };
        left.insert(scope.to_owned(), block);
        Ok(first)
    }
}

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
