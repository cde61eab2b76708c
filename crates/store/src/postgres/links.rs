//! Links that a shop sends. Each opens its session once.

use guichet_domain::id::SessionId;
use sqlx::PgConnection;

use crate::error::StoreError;
use crate::types::{Link, LinkState};

pub(super) async fn add(db: &mut PgConnection, link: &Link<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO links (digest, session_id, expires_at, created_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(link.digest)
    .bind(link.session.as_str())
    .bind(link.expires_at)
    .bind(link.now)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn find(
    db: &mut PgConnection,
    digest: &[u8],
    session: &SessionId,
    now: i64,
) -> Result<Option<LinkState>, StoreError> {
    let good: Option<bool> = sqlx::query_scalar(
        "SELECT expires_at > $1 AND used_at IS NULL FROM links
         WHERE digest = $2 AND session_id = $3",
    )
    .bind(now)
    .bind(digest)
    .bind(session.as_str())
    .fetch_optional(db)
    .await?;
    Ok(good.map(|good| match good {
        true => LinkState::Good,
        false => LinkState::Over,
    }))
}

pub(super) async fn take(
    db: &mut PgConnection,
    digest: &[u8],
    session: &SessionId,
    by: &[u8],
    now: i64,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE links SET used_by = $1, used_at = $2
         WHERE digest = $3 AND session_id = $4 AND expires_at > $2
           AND (used_by IS NULL OR used_by = $1)",
    )
    .bind(by)
    .bind(now)
    .bind(digest)
    .bind(session.as_str())
    .execute(db)
    .await?;
    Ok(taken.rows_affected() > 0)
}
