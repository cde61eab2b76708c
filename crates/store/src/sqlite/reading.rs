//! What the desk reads. Each is read from an index.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::ledger::CUSTOMERS;
use super::notices::read_kept;
use super::readers::read;
use crate::error::StoreError;
use crate::reading::Reading;
use crate::types::{Arrived, KeptNotice, Taking, TakingRow};

const ARRIVED: &str = "SELECT received_at, source, raw FROM events
    WHERE payment_id = ? AND raw IS NOT NULL ORDER BY seq LIMIT ?";

const NOTICES: &str = "SELECT * FROM notices WHERE session_id = ? ORDER BY seq";

const TAKINGS: &str = "SELECT happened_at / 3600 * 3600 AS hour, currency,
        CASE debit WHEN ?4 THEN credit ELSE debit END AS transit,
        sum(CASE debit WHEN ?4 THEN 0 ELSE amount END) AS money_in,
        sum(CASE debit WHEN ?4 THEN amount ELSE 0 END) AS money_back, count(*) AS entries
    FROM ledger INDEXED BY ledger_by_time
    WHERE shop = ?1 AND happened_at >= ?2 AND happened_at < ?3
    GROUP BY hour, currency, transit ORDER BY hour, currency, transit";

#[async_trait]
impl Reading for SqliteStore {
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
    db: &mut SqliteConnection,
    payment: &PaymentId,
    limit: u32,
) -> Result<Vec<Arrived>, StoreError> {
    let rows = sqlx::query_as(ARRIVED).bind(payment.as_str());
    Ok(rows.bind(limit).fetch_all(db).await?)
}

async fn notices(
    db: &mut SqliteConnection,
    session: &SessionId,
) -> Result<Vec<KeptNotice>, StoreError> {
    let rows = sqlx::query(NOTICES).bind(session.as_str());
    let rows = rows.fetch_all(db).await?;
    rows.iter().map(read_kept).collect()
}

async fn takings(
    db: &mut SqliteConnection,
    shop: &Slug,
    from: i64,
    before: i64,
) -> Result<Vec<Taking>, StoreError> {
    let rows: Vec<TakingRow> = sqlx::query_as(TAKINGS)
        .bind(shop.as_str())
        .bind(from)
        .bind(before)
        .bind(CUSTOMERS)
        .fetch_all(db)
        .await?;
    rows.into_iter().map(Taking::try_from).collect()
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;

    use super::*;
    use crate::Store as _;
    use crate::sqlite::file;

    #[tokio::test]
    async fn what_the_desk_reads_is_read_from_an_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        SqliteStore::open(&path).await.unwrap().close().await;
        let mut db = file::options(&path).connect().await.unwrap();
        for (statement, index) in [
            (ARRIVED, "events_by_payment"),
            (NOTICES, "notices_by_session"),
            (TAKINGS, "COVERING INDEX ledger_by_time"),
        ] {
            let explained = format!("EXPLAIN QUERY PLAN {statement}");
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explained))
                .fetch_all(&mut db)
                .await
                .unwrap();
            let plan: Vec<_> = rows.into_iter().map(|(.., line)| line).collect();
            let searched = |line: &String| line.starts_with("SEARCH") && line.contains(index);
            assert!(plan.iter().any(searched), "{statement}: {plan:?}");
            assert!(
                !plan.iter().any(|line| line.starts_with("SCAN")),
                "{plan:?}"
            );
        }
    }
}
