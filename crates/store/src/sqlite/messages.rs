//! Notifications that could not be taken.

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, SqliteConnection};

use crate::{KeptMessage, Message, StoreError};

/// Most different genuine messages of one account. The oldest stay: whoever sends many can't push
/// out what came before. More are counted together.
const GENUINE_MAX: i64 = 1000;

/// Most messages of one account that nobody is known to have signed. The latest stay.
const REFUSED_MAX: i64 = 100;

/// Keeps a message, and gives how often it came.
pub(super) async fn keep(
    tx: &mut SqliteConnection,
    message: &Message<'_>,
    now: i64,
) -> Result<u32, StoreError> {
    let account = message.account.as_str();
    let full = message.genuine && is_full(tx, message).await?;
    let (why, content): (&str, &[u8]) = if full {
        ("too many different messages: the rest is only counted", b"")
    } else {
        (message.why, message.content)
    };
    let times = sqlx::query_scalar(
        "INSERT INTO messages (account, genuine, why, content, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (account, genuine, content) DO UPDATE
            SET times = times + 1, last_at = excluded.last_at, why = excluded.why
         RETURNING times",
    )
    .bind(account)
    .bind(message.genuine)
    .bind(why)
    .bind(content)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    if !message.genuine {
        sqlx::query(
            "DELETE FROM messages WHERE account = ?1 AND genuine = 0 AND seq NOT IN
                (SELECT seq FROM messages WHERE account = ?1 AND genuine = 0
                 ORDER BY last_at DESC, seq DESC LIMIT ?2)",
        )
        .bind(account)
        .bind(REFUSED_MAX)
        .execute(tx)
        .await?;
    }
    Ok(times)
}

/// Whether there is no room for a message that is not there yet.
async fn is_full(tx: &mut SqliteConnection, message: &Message<'_>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM messages WHERE account = ?1 AND genuine = 1) >= ?2
            AND NOT EXISTS (SELECT 1 FROM messages
                WHERE account = ?1 AND genuine = 1 AND content = ?3)",
    )
    .bind(message.account.as_str())
    .bind(GENUINE_MAX)
    .bind(message.content)
    .fetch_one(tx)
    .await?)
}

/// The genuine ones first, then the latest; at most `limit`.
pub(super) async fn list(readers: &SqlitePool, limit: u32) -> Result<Vec<KeptMessage>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, account, genuine, why, length(content) AS bytes, times, first_at, last_at
         FROM messages ORDER BY genuine DESC, last_at DESC, seq DESC LIMIT ?",
    )
    .bind(limit)
    .fetch_all(readers)
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
pub(super) async fn content(readers: &SqlitePool, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT content FROM messages WHERE seq = ?")
            .bind(seq)
            .fetch_optional(readers)
            .await?,
    )
}
