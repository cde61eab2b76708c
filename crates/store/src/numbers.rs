//! Numbers that are drawn once in a day.

use std::collections::HashMap;
use std::ops::Range;

use tokio::sync::Mutex;

use crate::error::StoreError;

/// How many numbers are drawn from the books at a time. What is left of them at the end of the
/// process is lost; the platforms ask that numbers differ, not that they follow each other.
const BLOCK: u32 = 32;

/// What is left of the last block of each counter.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    left: Mutex<HashMap<String, Block>>,
}

#[derive(Debug)]
struct Block {
    day: String,
    numbers: Range<u32>,
}

impl Numbers {
    /// The next number; `draw` draws so many from the books, and gives the last one.
    pub(crate) async fn next(
        &self,
        scope: &str,
        day: &str,
        draw: impl AsyncFnOnce(u32) -> Result<u32, StoreError>,
    ) -> Result<u32, StoreError> {
        let mut left = self.left.lock().await;
        let block = left.get_mut(scope).filter(|block| block.day == day);
        if let Some(number) = block.and_then(|block| block.numbers.next()) {
            return Ok(number);
        }
        let last = draw(BLOCK).await?;
        let first = last.saturating_sub(BLOCK) + 1;
        let block = Block {
            day: day.to_owned(),
            numbers: first + 1..last + 1,
        };
        left.insert(scope.to_owned(), block);
        Ok(first)
    }
}
