//! What the operator asks for.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use crate::{AttentionCounts, OpenAccount, StoreError};

pub(super) async fn attention_counts(
    db: &mut SqliteConnection,
) -> Result<AttentionCounts, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM payments WHERE attention <> '[]') AS payments,
            (SELECT count(*) FROM events WHERE payment_id IS NULL) AS unmatched,
            (SELECT count(*) FROM messages WHERE genuine) AS unreadable",
    )
    .fetch_one(db)
    .await?;
    Ok(AttentionCounts {
        payments: row.try_get("payments")?,
        unmatched: row.try_get("unmatched")?,
        unreadable: row.try_get("unreadable")?,
    })
}

/// A question that is over has the largest time there is, a conversation none.
pub(super) async fn open_accounts(
    db: &mut SqliteConnection,
) -> Result<Vec<OpenAccount>, StoreError> {
    let rows = sqlx::query(
        "SELECT provider, account, count(*) AS payments FROM payments WHERE id IN (
            SELECT payment_id FROM queries WHERE next_try_at < ?
            UNION SELECT payment_id FROM conversations WHERE next_try_at IS NOT NULL
         ) GROUP BY provider, account ORDER BY provider, account",
    )
    .bind(i64::MAX)
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<OpenAccount, StoreError> {
        Ok(OpenAccount {
            provider: row.try_get("provider")?,
            account: row.try_get("account")?,
            payments: row.try_get("payments")?,
        })
    };
    rows.iter().map(read).collect()
}
