//! Deeds that wait for a second person.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::deeds::{self, read_deed};
use super::order;
use crate::error::StoreError;
use crate::rows::count;
use crate::types::{Approval, Asking, Decided, Deed, DeedLimit, Written};

/// A statement that reads what was asked for.
macro_rules! approvals_where {
    ($which:literal) => {
        concat!(
            "SELECT d.seq, d.key, d.happened_at, d.person, d.origin, d.act, d.subject, d.amount,
                d.currency, d.reason, u.why, a.decided_by, a.decided_at, a.approved, a.gives_up,
                a.seen, a.expires_at
             FROM desk_approvals a JOIN desk_deeds d ON d.key = a.key
             LEFT JOIN desk_undone u ON u.key = a.key ",
            $which
        )
    };
}

fn read(row: &PgRow) -> Result<Approval, StoreError> {
    Ok(Approval {
        asked: read_deed(row)?,
        asking: Asking {
            gives_up: count(row, "gives_up")?,
            seen: count(row, "seen")?,
            expires_at: row.try_get("expires_at")?,
        },
    })
}

/// Writes down what a person asks for. What they, or others, have asked for of the same before
/// waits no more: whoever approves approves what was asked for last.
pub(super) async fn ask(
    db: &mut PgConnection,
    deed: &Deed,
    limit: Option<DeedLimit>,
    asking: &Asking,
) -> Result<Written, StoreError> {
    let before = "SELECT d.key FROM desk_approvals a JOIN desk_deeds d ON d.key = a.key
         WHERE a.waits AND d.act = $1 AND d.subject = $2 AND d.key <> $3";
    let before = sqlx::query_scalar(before).bind(deed.act.path());
    let before: Vec<String> = before
        .bind(&deed.subject)
        .bind(&deed.key)
        .fetch_all(&mut *db)
        .await?;
    let written = deeds::write_over(db, deed, limit, &before).await?;
    if written != Written::New {
        return Ok(written);
    }
    for key in &before {
        deeds::undo(db, key, "something else was asked for in its place").await?;
        let over = sqlx::query("UPDATE desk_approvals SET waits = FALSE WHERE key = $1");
        over.bind(key).execute(&mut *db).await?;
    }
    let stored = |number| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO desk_approvals (key, gives_up, seen, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&deed.key)
    .bind(stored(asking.gives_up))
    .bind(stored(asking.seen))
    .bind(asking.expires_at)
    .execute(db)
    .await?;
    Ok(Written::New)
}

/// Writes down what a second person decides about the deed of that key.
pub(super) async fn decide(
    db: &mut PgConnection,
    key: &str,
    approve: bool,
    deed: &Deed,
) -> Result<Decided, StoreError> {
    match deeds::write(db, deed, None).await? {
        Written::New => {}
        Written::Before(None) => return Ok(Decided::So),
        Written::Before(Some(why)) => return Ok(Decided::again(one(db, key).await?, why)),
        Written::Other | Written::TooMuch(_) => return Ok(Decided::Stale),
    }
    order::of_approval(db, key).await?;
    let found = one(db, key).await?;
    let may_ask =
        "SELECT EXISTS (SELECT 1 FROM desk_deeds d JOIN desk_people p ON p.name = d.person
         WHERE d.key = $1 AND p.disabled_at IS NULL)";
    let may_ask: bool = sqlx::query_scalar(may_ask)
        .bind(key)
        .fetch_one(&mut *db)
        .await?;
    let found = found.filter(|found| may_ask || found.asked.second.is_some());
    let decided = Decided::of(found.as_ref(), deed, approve);
    if let Some(decided) = decided {
        if let Some(why) = decided.why_not() {
            deeds::undo(db, &deed.key, &why).await?;
        }
        return Ok(decided);
    }
    sqlx::query(
        "UPDATE desk_approvals
         SET decided_by = $1, decided_at = $2, approved = $3, waits = FALSE WHERE key = $4",
    )
    .bind(&deed.person)
    .bind(deed.happened_at)
    .bind(approve)
    .bind(key)
    .execute(&mut *db)
    .await?;
    if !approve {
        let why = format!("{} declined it: {}", deed.person, deed.reason);
        deeds::undo(db, key, &why).await?;
    }
    Ok(Decided::So)
}

/// One of them.
pub(super) async fn one(db: &mut PgConnection, key: &str) -> Result<Option<Approval>, StoreError> {
    let row = sqlx::query(approvals_where!("WHERE a.key = $1")).bind(key);
    let row = row.fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// Those that wait, oldest first.
pub(super) async fn waiting(
    db: &mut PgConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<Approval>, StoreError> {
    let rows = sqlx::query(approvals_where!(
        "WHERE a.waits AND a.expires_at > $1 ORDER BY d.seq LIMIT $2"
    ));
    let rows = rows.bind(now).bind(i64::from(limit)).fetch_all(db).await?;
    rows.iter().map(read).collect()
}

/// Whether the time of any is over.
pub(super) async fn any_late(db: &mut PgConnection, now: i64) -> Result<bool, StoreError> {
    let late = "SELECT EXISTS (SELECT 1 FROM desk_approvals WHERE waits AND expires_at <= $1)";
    Ok(sqlx::query_scalar(late).bind(now).fetch_one(db).await?)
}

/// Ends those whose time is over: nothing is done of them.
pub(super) async fn lapse(db: &mut PgConnection, now: i64) -> Result<(), StoreError> {
    let late = "UPDATE desk_approvals SET waits = FALSE WHERE waits AND expires_at <= $1
         RETURNING key";
    let late: Vec<String> = sqlx::query_scalar(late)
        .bind(now)
        .fetch_all(&mut *db)
        .await?;
    for key in late {
        deeds::undo(db, &key, "nobody approved it in time").await?;
    }
    Ok(())
}
