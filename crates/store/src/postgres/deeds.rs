//! What the people of the desk do with payments.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;
use sqlx::postgres::PgRow;
use sqlx::{FromRow as _, PgConnection};

use crate::error::StoreError;
use crate::types::{Deed, DeedLimit, DeedRow, Written, WrittenDeed, deed_of, written_before};

/// A statement that reads deeds.
macro_rules! deeds_where {
    ($which:literal) => {
        concat!(
            "SELECT seq, d.key, happened_at, person, origin, act, subject, amount, currency, reason,
                why, decided_by, decided_at, approved
             FROM desk_deeds d LEFT JOIN desk_undone u ON u.key = d.key
             LEFT JOIN desk_approvals a ON a.key = d.key ",
            $which
        )
    };
}

pub(super) async fn write(
    db: &mut PgConnection,
    deed: &Deed,
    limit: Option<DeedLimit>,
) -> Result<Written, StoreError> {
    write_over(db, deed, limit, &[]).await
}

/// The same in place of others, which do not count any more.
pub(super) async fn write_over(
    db: &mut PgConnection,
    deed: &Deed,
    limit: Option<DeedLimit>,
    others: &[String],
) -> Result<Written, StoreError> {
    let before = sqlx::query_as(deeds_where!("WHERE d.key = $1"));
    let before: Option<DeedRow> = before.bind(&deed.key).fetch_optional(&mut *db).await?;
    if let Some(row) = before {
        return written_before(deed, row);
    }
    let amount = deed
        .amount
        .map(|(minor, _)| i64::try_from(minor).unwrap_or(i64::MAX));
    let currency = deed.amount.map(|(_, currency)| currency.code());
    if let Some(limit) = limit {
        // Two of one person come one after the other, and the second sees what the first wrote.
        let alone = sqlx::query("UPDATE desk_people SET name = name WHERE name = $1");
        alone.bind(&deed.person).execute(&mut *db).await?;
        let done = sqlx::query_scalar(
            "SELECT coalesce(sum(amount), 0)::BIGINT FROM desk_deeds d
             WHERE person = $1 AND act = $2 AND currency = $3 AND happened_at >= $4
                AND NOT EXISTS (SELECT 1 FROM desk_undone u WHERE u.key = d.key)
                AND NOT d.key = ANY($5::TEXT[])",
        );
        let done = done.bind(&deed.person).bind(deed.act.path());
        let done: i64 = done
            .bind(currency)
            .bind(limit.since)
            .bind(others)
            .fetch_one(&mut *db)
            .await?;
        let left = limit
            .most
            .saturating_sub(u64::try_from(done).unwrap_or(u64::MAX));
        if deed.amount.is_some_and(|(minor, _)| minor > left) {
            return Ok(Written::TooMuch(left));
        }
    }
    sqlx::query(
        "INSERT INTO desk_deeds
            (key, happened_at, person, origin, act, subject, amount, currency, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&deed.key)
    .bind(deed.happened_at)
    .bind(&deed.person)
    .bind(&deed.origin)
    .bind(deed.act.path())
    .bind(&deed.subject)
    .bind(amount)
    .bind(currency)
    .bind(&deed.reason)
    .execute(db)
    .await?;
    Ok(Written::New)
}

pub(super) async fn undo(db: &mut PgConnection, key: &str, why: &str) -> Result<(), StoreError> {
    let undo = sqlx::query(
        "INSERT INTO desk_undone (key, why) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
    );
    undo.bind(key).bind(why).execute(db).await?;
    Ok(())
}

pub(super) async fn list(
    db: &mut PgConnection,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<WrittenDeed>, StoreError> {
    let rows = sqlx::query_as(deeds_where!("WHERE seq < $1 ORDER BY seq DESC LIMIT $2"));
    let rows = rows.bind(before.unwrap_or(i64::MAX)).bind(i64::from(limit));
    let rows: Vec<DeedRow> = rows.fetch_all(db).await?;
    rows.into_iter().map(deed_of).collect()
}

/// A deed as a row has it that has more columns.
pub(super) fn read_deed(row: &PgRow) -> Result<WrittenDeed, StoreError> {
    deed_of(DeedRow::from_row(row)?)
}

/// How much a person alone has done of an act with a payment, in minor units.
pub(super) async fn done_alone(
    db: &mut PgConnection,
    person: &str,
    act: Act,
    (subject, currency): (&str, Currency),
    but: &str,
) -> Result<u64, StoreError> {
    let done = sqlx::query_scalar(
        "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM desk_deeds d
         WHERE person = $1 AND act = $2 AND subject = $3 AND currency = $4
            AND d.key <> $5
            AND NOT EXISTS (SELECT 1 FROM desk_undone u WHERE u.key = d.key)
            AND NOT EXISTS (SELECT 1 FROM desk_approvals a WHERE a.key = d.key)",
    );
    let done = done.bind(person).bind(act.path()).bind(subject);
    let done = done.bind(currency.code()).bind(but);
    let done: i64 = done.fetch_one(db).await?;
    Ok(u64::try_from(done).unwrap_or_default())
}
