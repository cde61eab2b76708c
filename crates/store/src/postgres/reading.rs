//! What the desk reads.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::PgConnection;

use super::connections::read;
use super::ledger::CUSTOMERS;
use super::notices::read_kept;
use super::{PostgresStore, connections};
use crate::error::StoreError;
use crate::reading::Reading;
use crate::types::{Arrived, KeptNotice, Taking, TakingRow};

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
    let rows = sqlx::query_as(
        "SELECT received_at, source, raw FROM events
         WHERE payment_id = $1 AND raw IS NOT NULL ORDER BY seq LIMIT $2",
    );
    let rows = rows.bind(payment.as_str()).bind(i64::from(limit));
    Ok(rows.fetch_all(db).await?)
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
    let rows: Vec<TakingRow> = sqlx::query_as(
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
    rows.into_iter().map(Taking::try_from).collect()
}
