//! What the operator asks for.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use crate::error::StoreError;
use crate::rows::{read_payment, read_session, still_open};
use crate::types::{Attended, AttentionCounts, OpenAccount};

/// Payments that a person should look at, newest first.
pub(super) async fn attention(
    db: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<Attended>, StoreError> {
    let rows = sqlx::query(
        "SELECT p.*, s.body, s.settled_by, s.expires_at FROM payments p
         JOIN sessions s ON s.id = p.session_id
         WHERE p.attention <> p.handled ORDER BY p.created_at DESC, p.id LIMIT ?",
    )
    .bind(limit)
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<Attended, StoreError> {
        Ok(Attended {
            payment: read_payment(row)?,
            session: read_session(row)?,
            attention: still_open(row)?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn attention_counts(
    db: &mut SqliteConnection,
) -> Result<AttentionCounts, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM payments WHERE attention <> handled) AS payments,
            (SELECT count(*) FROM events WHERE payment_id IS NULL AND NOT EXISTS (
                SELECT 1 FROM desk_matters m WHERE m.subject = CAST(seq AS TEXT)
                    AND m.cause = 'unmatched' AND m.done_at IS NOT NULL)) AS unmatched,
            (SELECT count(*) FROM messages WHERE genuine AND NOT EXISTS (
                SELECT 1 FROM desk_matters m WHERE m.subject = CAST(seq AS TEXT)
                    AND m.cause = 'unreadable' AND m.done_at IS NOT NULL
                    AND m.told >= times)) AS unreadable",
    )
    .fetch_one(db)
    .await?;
    Ok(AttentionCounts {
        payments: row.try_get("payments")?,
        unmatched: row.try_get("unmatched")?,
        unreadable: row.try_get("unreadable")?,
    })
}

/// The accounts of which a platform is still to be asked something.
pub(super) async fn open_accounts(
    db: &mut SqliteConnection,
) -> Result<Vec<OpenAccount>, StoreError> {
    let rows = sqlx::query(
        "SELECT provider, account, count(*) AS payments FROM payments WHERE id IN (
            SELECT payment_id FROM questions WHERE next_try_at IS NOT NULL
            UNION SELECT payment_id FROM conversations WHERE next_try_at IS NOT NULL
            UNION SELECT payment_id FROM operations WHERE next_try_at IS NOT NULL
         ) GROUP BY provider, account ORDER BY provider, account",
    )
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
