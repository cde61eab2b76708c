//! Backends that are not heard of any more, and what they had taken.
//!
//! Each says every few seconds that it is alive. What it takes bears its name, which each of its
//! connections has as `application_name`: so whoever looks at the server's sessions sees it too.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use guichet_domain::operation::OperationStage;
use guichet_domain::stage::Stage;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use super::address::Address;
use crate::error::StoreError;
use crate::rows::readable;
use crate::types::{DEAD_AFTER, LeftBehind, QuestionState};
use crate::words::{from_word, word};

/// How long it is known that there was one which is dead, in seconds: what it had taken is due by
/// itself long before.
const FORGOTTEN_AFTER: f64 = 86_400.0;

/// How to connect as one that has a name of its own.
pub(super) fn named(address: &Address) -> PgConnectOptions {
    // As one is made, it is keyed at random.
    let name = format!(
        "guichet-{:016x}",
        RandomState::new().build_hasher().finish()
    );
    address.options.clone().application_name(&name)
}

/// Says that this one is alive. Whether it may judge others: it was itself heard of for long
/// enough without a pause. After the server was away for a while, everybody looks dead.
pub(super) async fn beat(db: &mut PgConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO backends (name, since, seen_at)
         VALUES (current_setting('application_name'), now(), now())
         ON CONFLICT (name) DO UPDATE SET seen_at = now(), since = CASE
            WHEN backends.seen_at < now() - make_interval(secs => $1) THEN now()
            ELSE backends.since END
         RETURNING since <= now() - make_interval(secs => $1)",
    )
    .bind(DEAD_AFTER.as_secs_f64())
    .fetch_one(db)
    .await?)
}

/// Those who are dead.
pub(super) async fn dead(db: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT name FROM backends WHERE seen_at < now() - make_interval(secs => $1)",
    )
    .bind(DEAD_AFTER.as_secs_f64())
    .fetch_all(db)
    .await?)
}

/// Makes due what these had taken, and gives what they were in the middle of sending: that is not
/// to be sent again before its time, since one that is only frozen may go on. It bears the name of
/// whoever looks it up.
pub(super) async fn release(
    db: &mut PgConnection,
    dead: &[String],
    now: i64,
) -> Result<LeftBehind, StoreError> {
    sqlx::query(
        "UPDATE questions SET next_try_at = $1
         WHERE next_try_at > $1 AND taken_by = ANY($2) AND state = $3",
    )
    .bind(now)
    .bind(dead)
    .bind(word(&QuestionState::Asking)?)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "UPDATE notices SET taken = FALSE, next_try_at = $1
         WHERE next_try_at IS NOT NULL AND taken_by = ANY($2) AND taken",
    )
    .bind(now)
    .bind(dead)
    .execute(&mut *db)
    .await?;
    let talking = Stage::Talking.as_str();
    sqlx::query(
        "UPDATE conversations SET next_try_at = $1
         WHERE next_try_at > $1 AND taken_by = ANY($2) AND stage <> $3",
    )
    .bind(now)
    .bind(dead)
    .bind(talking)
    .execute(&mut *db)
    .await?;
    let sending = word(&OperationStage::Sending)?;
    sqlx::query(
        "UPDATE operations SET next_try_at = $1
         WHERE next_try_at > $1 AND taken_by = ANY($2) AND stage <> $3",
    )
    .bind(now)
    .bind(dead)
    .bind(&sending)
    .execute(&mut *db)
    .await?;
    let payments: Vec<String> = sqlx::query_scalar(
        "UPDATE conversations SET taken_by = current_setting('application_name')
         WHERE next_try_at IS NOT NULL AND taken_by = ANY($1) AND stage = $2
         RETURNING payment_id",
    )
    .bind(dead)
    .bind(talking)
    .fetch_all(&mut *db)
    .await?;
    let operations: Vec<String> = sqlx::query_scalar(
        "UPDATE operations SET taken_by = current_setting('application_name')
         WHERE next_try_at IS NOT NULL AND taken_by = ANY($1) AND stage = $2
         RETURNING id",
    )
    .bind(dead)
    .bind(&sending)
    .fetch_all(&mut *db)
    .await?;
    sqlx::query("DELETE FROM backends WHERE seen_at < now() - make_interval(secs => $1)")
        .bind(FORGOTTEN_AFTER)
        .execute(db)
        .await?;
    Ok(LeftBehind {
        payments: readable(payments.iter().map(|id| from_word(id))),
        operations: readable(operations.iter().map(|id| from_word(id))),
    })
}
