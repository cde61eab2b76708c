//! What the process before this one had taken: it is dead.

use guichet_domain::stage::Stage;
use sqlx::SqliteConnection;

use crate::error::StoreError;
use crate::rows::readable;
use crate::types::{LeftBehind, QuestionState};
use crate::words::{from_word, word};

/// Makes it due, and gives the payments that it talked about: these may have been sent a moment
/// ago.
pub(super) async fn release(db: &mut SqliteConnection, now: i64) -> Result<LeftBehind, StoreError> {
    sqlx::query("UPDATE questions SET next_try_at = ? WHERE state = ? AND next_try_at IS NOT NULL")
        .bind(now)
        .bind(word(&QuestionState::Asking)?)
        .execute(&mut *db)
        .await?;
    for release in [
        "UPDATE notices SET taken = 0, next_try_at = ?1 WHERE taken = 1",
        "UPDATE operations SET next_try_at = ?1 WHERE next_try_at > ?1",
    ] {
        sqlx::query(release).bind(now).execute(&mut *db).await?;
    }
    let payments: Vec<String> = sqlx::query_scalar(
        "SELECT payment_id FROM conversations WHERE stage = ? AND next_try_at IS NOT NULL",
    )
    .bind(Stage::Talking.as_str())
    .fetch_all(db)
    .await?;
    Ok(LeftBehind {
        payments: readable(payments.iter().map(|id| from_word(id))),
        operations: Vec::new(),
    })
}
