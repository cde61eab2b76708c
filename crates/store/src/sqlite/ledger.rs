//! The ledger: written, read in the order of its numbers, and proven from the events.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::ledger::{Cause, Movement, Transit, difference};
use guichet_domain::money::Currency;
use guichet_domain::session::Session;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::{Gathered, gathered};
use super::readers::Readers;
use super::rows::load_books;
use super::writer::Writer;
use crate::error::StoreError;
use crate::rules;
use crate::transaction::Ledger;
use crate::types::{Audited, Entry, LedgerEntry};
use crate::words::from_word;

/// The account of what the customers paid.
pub(super) const CUSTOMERS: &str = "customers";

/// Payments that are proven, or caught up with, at a time.
const BATCH: u32 = 500;

#[async_trait]
impl Ledger for Gathered<'_> {
    async fn post(
        &mut self,
        (shop, currency): (&Slug, Currency),
        payment: &PaymentId,
        movement: &Movement,
        now: i64,
    ) -> Result<(), StoreError> {
        let transit = movement.transit.to_string();
        let (debit, credit) = match movement.minor {
            1.. => (transit.as_str(), CUSTOMERS),
            _ => (CUSTOMERS, transit.as_str()),
        };
        let amount = i64::try_from(movement.minor.unsigned_abs())
            .map_err(|_| StoreError::Corrupt("an amount beyond what can be stored".into()))?;
        self.statement(
            "INSERT INTO ledger (shop, currency, number, payment_id, cause, debit, credit, amount,
                happened_at, posted_at)
             WITH own(shop, currency, now) AS (VALUES (?, ?, ?))
             SELECT shop, currency,
                1 + coalesce((SELECT max(number) FROM ledger l
                    WHERE l.shop = own.shop AND l.currency = own.currency), 0),
                ?, ?, ?, ?, ?, ?,
                max(now, coalesce((SELECT posted_at FROM ledger l
                    WHERE l.shop = own.shop AND l.currency = own.currency
                    ORDER BY number DESC LIMIT 1), now))
             FROM own",
        )
        .bind(shop.as_str())
        .bind(currency.code())
        .bind(now)
        .bind(payment.as_str())
        .bind(serde_json::to_string(&movement.cause)?)
        .bind(debit)
        .bind(credit)
        .bind(amount)
        .bind(movement.at)
        .later()
    }

    async fn written(&mut self, payment: &PaymentId) -> Result<Vec<Movement>, StoreError> {
        let rows = sqlx::query("SELECT * FROM ledger WHERE payment_id = ?")
            .bind(payment.as_str())
            .fetch_all(self.db().await?)
            .await?;
        rows.iter().map(read_movement).collect()
    }

    async fn ledger_due(&mut self, most: u32) -> Result<Vec<(PaymentId, i64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT payment_id, due_at FROM ledger_due ORDER BY rowid LIMIT ?")
                .bind(most)
                .fetch_all(self.db().await?)
                .await?;
        let rows = rows.into_iter();
        rows.map(|(id, at)| Ok((from_word(&id)?, at))).collect()
    }

    async fn caught_up(&mut self, payment: &PaymentId) -> Result<(), StoreError> {
        self.statement("DELETE FROM ledger_due WHERE payment_id = ?")
            .bind(payment.as_str())
            .later()
    }
}

/// What a row moved. Both of its accounts can't be the customers', nor both not.
fn read_movement(row: &SqliteRow) -> Result<Movement, StoreError> {
    let (debit, credit): (&str, &str) = (row.try_get("debit")?, row.try_get("credit")?);
    let amount: i64 = row.try_get("amount")?;
    let (transit, minor) = match (debit, credit) {
        (transit, CUSTOMERS) => (transit, amount),
        (CUSTOMERS, transit) => (transit, -amount),
        _ => {
            let what = format!("an entry from {credit} to {debit} is none of this ledger's");
            return Err(StoreError::Corrupt(what));
        }
    };
    Ok(Movement {
        cause: serde_json::from_str::<Cause>(row.try_get("cause")?)?,
        transit: from_word::<Transit>(transit)?,
        minor,
        at: row.try_get("happened_at")?,
    })
}

/// Entries of a shop in a currency that have a higher number than that, in their order.
pub(super) async fn entries(
    db: &mut SqliteConnection,
    (shop, currency): (&Slug, Currency),
    after: i64,
    limit: u32,
) -> Result<Vec<LedgerEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT l.*, p.reference AS platform_reference, s.reference AS reference FROM ledger l
         JOIN payments p ON p.id = l.payment_id JOIN sessions s ON s.id = p.session_id
         WHERE l.shop = ? AND l.currency = ? AND l.number > ? ORDER BY l.number LIMIT ?",
    )
    .bind(shop.as_str())
    .bind(currency.code())
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<LedgerEntry, StoreError> {
        Ok(LedgerEntry {
            number: row.try_get("number")?,
            payment: from_word(row.try_get("payment_id")?)?,
            reference: row.try_get("reference")?,
            platform_reference: row.try_get("platform_reference")?,
            movement: read_movement(row)?,
            posted_at: row.try_get("posted_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Proves the ledger from the events, all of one moment.
pub(super) async fn audit(db: &mut SqliteConnection) -> Result<Audited, StoreError> {
    let mut audited = Audited {
        difference: numbers(db).await?,
        ..Audited::default()
    };
    let mut after = String::new();
    while audited.difference.is_none() {
        let payments: Vec<(String, String)> =
            sqlx::query_as("SELECT id, session_id FROM payments WHERE id > ? ORDER BY id LIMIT ?")
                .bind(&after)
                .bind(BATCH)
                .fetch_all(&mut *db)
                .await?;
        let Some((last, _)) = payments.last() else {
            break;
        };
        after.clone_from(last);
        prove(db, &payments, &mut audited).await?;
    }
    Ok(audited)
}

/// The first number that is missing, or that was written before an earlier one.
async fn numbers(db: &mut SqliteConnection) -> Result<Option<String>, StoreError> {
    let gap: Option<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT shop, currency, number, place FROM (
            SELECT shop, currency, number, posted_at,
                row_number() OVER of_shop AS place, lag(posted_at) OVER of_shop AS before
            FROM ledger WINDOW of_shop AS (PARTITION BY shop, currency ORDER BY number)
         ) WHERE number <> place OR posted_at < before ORDER BY shop, currency, number LIMIT 1",
    )
    .fetch_optional(db)
    .await?;
    Ok(gap.map(|(shop, currency, number, place)| {
        if number == place {
            format!("{shop}, {currency}: entry {number} was written before the one before it")
        } else {
            format!("{shop}, {currency}: entry {place} is missing; entry {number} is there")
        }
    }))
}

/// Compares what is written of these payments with what their events tell.
async fn prove(
    db: &mut SqliteConnection,
    payments: &[(String, String)],
    audited: &mut Audited,
) -> Result<(), StoreError> {
    let ids: Vec<&str> = payments.iter().map(|(id, _)| id.as_str()).collect();
    let rows = sqlx::query(
        "SELECT * FROM ledger WHERE payment_id IN (SELECT value FROM json_each(?))
         ORDER BY shop, currency, number",
    )
    .bind(serde_json::to_string(&ids)?)
    .fetch_all(&mut *db)
    .await?;
    let mut written: HashMap<&str, Vec<&SqliteRow>> = HashMap::new();
    for row in &rows {
        let of = written.entry(row.try_get("payment_id")?);
        of.or_default().push(row);
    }
    let sessions: BTreeSet<&str> = payments.iter().map(|(_, id)| id.as_str()).collect();
    let sessions: Vec<&str> = sessions.into_iter().collect();
    let books = load_books(db, &sessions).await?;
    for (id, session) in payments {
        let gone = || StoreError::Corrupt(format!("{id} has no session"));
        let book = books.get(session).ok_or_else(gone)?;
        let entry = book.entry(&from_word(id)?).ok_or_else(gone)?;
        let rows = written.remove(id.as_str()).unwrap_or_default();
        audited.payments += 1;
        audited.entries += rows.len() as u64;
        audited.difference = compare(&book.session, entry, &rows)?;
        if audited.difference.is_some() {
            break;
        }
    }
    Ok(())
}

/// The first difference between a payment's rows and its events.
fn compare(
    session: &Session,
    entry: &Entry,
    rows: &[&SqliteRow],
) -> Result<Option<String>, StoreError> {
    let (id, shop) = (&entry.payment.id, session.shop.as_str());
    let currency = session.currency.code();
    let mut movements = Vec::new();
    for row in rows {
        let number: i64 = row.try_get("number")?;
        let (of, in_what): (&str, &str) = (row.try_get("shop")?, row.try_get("currency")?);
        if (of, in_what) != (shop, currency) {
            return Ok(Some(format!(
                "entry {number} of {of} in {in_what} is for {id}, a payment of {shop} in {currency}"
            )));
        }
        match read_movement(row) {
            Ok(movement) => movements.push(movement),
            Err(error) => return Ok(Some(format!("entry {number} of {of}: {error}"))),
        }
    }
    let missing = difference(&movements, &entry.movements(session));
    let Some(missing) = missing.first() else {
        return Ok(None);
    };
    let cause = serde_json::to_string(&missing.cause)?;
    let (minor, transit) = (missing.minor, &missing.transit);
    Ok(Some(format!(
        "{id} of {shop}: the events tell {minor:+} minor units of {currency} in {transit} beside \
         what the ledger has, for {cause}"
    )))
}

/// Writes the entries of payments of before the ledger, if there are any.
pub(super) async fn catch_up(readers: &Readers, writer: &Writer) -> Result<(), StoreError> {
    let any = "SELECT EXISTS (SELECT 1 FROM ledger_due)";
    let due = async |db: &mut SqliteConnection| Ok(sqlx::query_scalar(any).fetch_one(db).await?);
    while readers.read(due).await? {
        let some = async |db: &mut SqliteConnection| {
            gathered(db, async |tx| rules::ledger::catch_up(tx, BATCH).await).await
        };
        writer.write(some).await?;
    }
    Ok(())
}
