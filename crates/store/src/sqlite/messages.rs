//! Notifications that could not be taken.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
use crate::error::StoreError;
use crate::transaction::Messages;
use crate::types::{KeptMessage, Message};

#[async_trait]
impl Messages for Gathered<'_> {
    async fn genuine_messages(&mut self, message: &Message<'_>) -> Result<(u32, bool), StoreError> {
        Ok(sqlx::query_as(
            "SELECT (SELECT count(*) FROM messages WHERE account = ?1 AND genuine = 1),
                EXISTS (SELECT 1 FROM messages
                    WHERE account = ?1 AND genuine = 1 AND content = ?2)",
        )
        .bind(message.account.as_str())
        .bind(message.content)
        .fetch_one(self.db().await?)
        .await?)
    }

    async fn count_message(&mut self, message: &Message<'_>, now: i64) -> Result<u32, StoreError> {
        Ok(sqlx::query_scalar(
            "INSERT INTO messages (account, genuine, why, content, first_at, last_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (account, genuine, content) DO UPDATE
                SET times = times + 1, last_at = excluded.last_at, why = excluded.why
             RETURNING times",
        )
        .bind(message.account.as_str())
        .bind(message.genuine)
        .bind(message.why)
        .bind(message.content)
        .bind(now)
        .fetch_one(self.db().await?)
        .await?)
    }

    async fn trim_messages(&mut self, account: &str, kept: u32) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM messages WHERE account = ?1 AND genuine = 0 AND seq NOT IN
                (SELECT seq FROM messages WHERE account = ?1 AND genuine = 0
                 ORDER BY last_at DESC, seq DESC LIMIT ?2)",
        )
        .bind(account)
        .bind(kept)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }
}

/// The genuine ones first, then the latest; at most `limit`.
pub(super) async fn list(
    db: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<KeptMessage>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, account, genuine, why, length(content) AS bytes, times, first_at, last_at
         FROM messages WHERE NOT EXISTS (
            SELECT 1 FROM desk_matters m WHERE m.subject = CAST(seq AS TEXT)
                AND m.cause = 'unreadable' AND m.done_at IS NOT NULL AND m.told >= times)
         ORDER BY genuine DESC, last_at DESC, seq DESC LIMIT ?",
    )
    .bind(limit)
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<KeptMessage, StoreError> {
        Ok(KeptMessage {
            seq: row.try_get("seq")?,
            account: row.try_get("account")?,
            genuine: row.try_get("genuine")?,
            why: row.try_get("why")?,
            bytes: row.try_get("bytes")?,
            times: row.try_get("times")?,
            first_at: row.try_get("first_at")?,
            last_at: row.try_get("last_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The content of one.
pub(super) async fn content(
    db: &mut SqliteConnection,
    seq: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT content FROM messages WHERE seq = ?")
            .bind(seq)
            .fetch_optional(db)
            .await?,
    )
}
