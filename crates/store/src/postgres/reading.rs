//! What the desk reads.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::connections::read;
use super::ledger::CUSTOMERS;
use super::notices::read_kept;
use super::{PostgresStore, connections};
use crate::error::StoreError;
use crate::reading::Reading;
use crate::types::{Arrived, KeptNotice, Taking};
use crate::words::from_word;

#[async_trait]
impl Reading for PostgresStore {
    async fn arrived_for(
        &self,
        payment: &PaymentId,
        limit: u32,
    ) -> Result<Vec<Arrived>, StoreError> {
        read!(self, arrived(payment, limit))
    }

    async fn notices_of(&self, session: &SessionId) -> Result<Vec<KeptNotice>, StoreError> {
        read!(self, notices(session))
    }

    async fn takings(
        &self,
        shop: &Slug,
        from: i64,
        before: i64,
    ) -> Result<Vec<Taking>, StoreError> {
        read!(self, takings(shop, from, before))
    }
}

async fn arrived(
    db: &mut PgConnection,
    payment: &PaymentId,
    limit: u32,
) -> Result<Vec<Arrived>, StoreError> {
    let rows = sqlx::query(
        "SELECT received_at, source, raw FROM events
         WHERE payment_id = $1 AND raw IS NOT NULL ORDER BY seq LIMIT $2",
    )
    .bind(payment.as_str())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    let read = |row: &PgRow| -> Result<Arrived, StoreError> {
        Ok(Arrived {
            at: row.try_get("received_at")?,
            source: row.try_get("source")?,
            raw: row.try_get("raw")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn notices(
    db: &mut PgConnection,
    session: &SessionId,
) -> Result<Vec<KeptNotice>, StoreError> {
    let rows = sqlx::query("SELECT * FROM notices WHERE session_id = $1 ORDER BY seq")
        .bind(session.as_str())
        .fetch_all(db)
        .await?;
    rows.iter().map(read_kept).collect()
}

async fn takings(
    db: &mut PgConnection,
    shop: &Slug,
    from: i64,
    before: i64,
) -> Result<Vec<Taking>, StoreError> {
    // A sum of BIGINTs is a NUMERIC.
    let rows = sqlx::query(
        "SELECT happened_at / 3600 * 3600 AS hour, currency,
            CASE debit WHEN $4 THEN credit ELSE debit END AS transit,
            sum(CASE debit WHEN $4 THEN 0 ELSE amount END)::BIGINT AS money_in,
            sum(CASE debit WHEN $4 THEN amount ELSE 0 END)::BIGINT AS money_back,
            count(*) AS entries
         FROM ledger WHERE shop = $1 AND happened_at >= $2 AND happened_at < $3
         GROUP BY hour, currency, transit ORDER BY hour, currency, transit",
    )
    .bind(shop.as_str())
    .bind(from)
    .bind(before)
    .bind(CUSTOMERS)
    .fetch_all(db)
    .await?;
    let read = |row: &PgRow| -> Result<Taking, StoreError> {
        let count = |column| -> Result<u64, StoreError> {
            let count: i64 = row.try_get(column)?;
            u64::try_from(count).map_err(|_| StoreError::Corrupt(format!("{column} below zero")))
        };
        Ok(Taking {
            hour: row.try_get("hour")?,
            transit: from_word(row.try_get("transit")?)?,
            currency: from_word(row.try_get("currency")?)?,
            money_in: count("money_in")?,
            money_back: count("money_back")?,
            entries: count("entries")?,
        })
    };
    rows.iter().map(read).collect()
}
