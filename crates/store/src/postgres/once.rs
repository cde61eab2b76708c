//! What is good once at the desk, and since when keys are in use.

use sqlx::PgConnection;

use crate::error::StoreError;
use crate::types::KeySeen;

/// Records keys that were not seen before.
pub(super) async fn see_keys(
    db: &mut PgConnection,
    keys: &[(&str, &str)],
    now: i64,
) -> Result<(), StoreError> {
    for (place, mark) in keys {
        let see = sqlx::query(
            "INSERT INTO key_ages (place, mark, first_seen) VALUES ($1, $2, $3)
             ON CONFLICT (place, mark) DO NOTHING",
        );
        see.bind(place)
            .bind(mark)
            .bind(now)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Every key that was seen.
pub(super) async fn keys_seen(db: &mut PgConnection) -> Result<Vec<KeySeen>, StoreError> {
    let seen = sqlx::query_as("SELECT place, mark, first_seen FROM key_ages");
    Ok(seen.fetch_all(db).await?)
}

/// Takes what is good once, and forgets what is worthless.
pub(super) async fn take(
    db: &mut PgConnection,
    digest: &[u8],
    now: i64,
    since: i64,
) -> Result<bool, StoreError> {
    let forget = sqlx::query("DELETE FROM desk_taken_once WHERE taken_at < $1");
    forget.bind(since).execute(&mut *db).await?;
    let take = sqlx::query(
        "INSERT INTO desk_taken_once (digest, taken_at) VALUES ($1, $2)
         ON CONFLICT (digest) DO NOTHING",
    );
    let taken = take.bind(digest).bind(now).execute(&mut *db).await?;
    Ok(taken.rows_affected() > 0)
}
