//! Erasing what is known of shoppers.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::gathered::{Gathered, gathered};
use super::writer::{turn, turn_behind};
use crate::erasing::Erasing;
use crate::error::StoreError;
use crate::rows::readable;
use crate::rules;
use crate::transaction::Personal;
use crate::types::Erased;
use crate::words::from_word;

#[async_trait]
impl Erasing for SqliteStore {
    async fn erase_old(
        &self,
        shop: &Slug,
        before: i64,
        limit: u32,
        now: i64,
    ) -> Result<u32, StoreError> {
        turn_behind!(self, rules::erasing::old(shop, before, limit, now))
    }

    async fn forget_old(&self, before: i64, limit: u32) -> Result<u32, StoreError> {
        turn_behind!(self, forget(before, limit))
    }

    async fn erase_shopper(
        &self,
        shop: Option<&Slug>,
        shopper: &str,
        now: i64,
    ) -> Result<Erased, StoreError> {
        turn!(self, rules::erasing::shopper(shop, shopper, now))
    }
}

async fn forget(db: &mut SqliteConnection, before: i64, limit: u32) -> Result<u32, StoreError> {
    let mut forgotten = 0;
    for statement in [
        "UPDATE events SET raw = NULL WHERE seq IN (
            SELECT seq FROM events WHERE payment_id IS NULL AND received_at <= ?1
                AND raw IS NOT NULL LIMIT ?2)",
        "DELETE FROM messages WHERE seq IN (
            SELECT seq FROM messages WHERE last_at <= ?1 LIMIT ?2)",
        // The oldest stand first: no index is kept for what is looked for once in an hour.
        "DELETE FROM idempotency WHERE created_at <= ?1 AND rowid IN (
            SELECT rowid FROM idempotency ORDER BY rowid LIMIT ?2)",
        "DELETE FROM links WHERE rowid IN (
            SELECT rowid FROM links WHERE expires_at <= ?1 LIMIT ?2)",
    ] {
        let done = sqlx::query(statement).bind(before).bind(limit);
        forgotten += done.execute(&mut *db).await?.rows_affected();
    }
    Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
}

#[async_trait]
impl Personal for Gathered<'_> {
    async fn erasable(
        &mut self,
        shop: &Slug,
        before: i64,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM sessions s INDEXED BY sessions_unerased
             WHERE shop = ?1 AND erased_at IS NULL AND created_at <= ?2 AND expires_at <= ?2
                AND NOT EXISTS (SELECT 1 FROM payments p JOIN events e ON e.payment_id = p.id
                    WHERE p.session_id = s.id AND e.received_at > ?2)
             ORDER BY created_at LIMIT ?3",
        )
        .bind(shop.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(self.db().await?)
        .await?;
        Ok(readable(ids.iter().map(|id| from_word(id))))
    }

    async fn sessions_of(
        &mut self,
        shop: Option<&Slug>,
        shopper: &str,
    ) -> Result<Vec<SessionId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM sessions WHERE erased_at IS NULL AND (?1 IS NULL OR shop = ?1)
                AND (body ->> '$.shopper.id' = ?2
                    OR lower(body ->> '$.shopper.email') = lower(?2))
             ORDER BY rowid",
        )
        .bind(shop.map(Slug::as_str))
        .bind(shopper)
        .fetch_all(self.db().await?)
        .await?;
        ids.iter().map(|id| from_word(id)).collect()
    }

    async fn forget_cards(
        &mut self,
        shop: Option<&Slug>,
        shopper: &str,
    ) -> Result<u64, StoreError> {
        let gone = sqlx::query(
            "DELETE FROM first_payments WHERE shopper = ?2 AND (?1 IS NULL OR shop = ?1)",
        );
        let gone = gone.bind(shop.map(Slug::as_str)).bind(shopper);
        Ok(gone.execute(self.db().await?).await?.rows_affected())
    }

    async fn erase(&mut self, session: &SessionId, body: &str, now: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET body = ?, erased_at = ? WHERE id = ?")
            .bind(body)
            .bind(now)
            .bind(session.as_str())
            .execute(self.db().await?)
            .await?;
        // Of requests: those whose answer holds a signed form, with what the platform wanted to
        // know of the shopper in it. What the shop had done stays known by its key.
        for statement in [
            "UPDATE events SET raw = NULL WHERE raw IS NOT NULL AND payment_id IN
                (SELECT id FROM payments WHERE session_id = ?1)",
            "UPDATE conversations SET memo = NULL, posted = NULL, ending = '' WHERE payment_id IN
                (SELECT id FROM payments WHERE session_id = ?1)",
            "UPDATE instructions SET reason = NULL WHERE reason IS NOT NULL AND payment_id IN
                (SELECT id FROM payments WHERE session_id = ?1)",
            "DELETE FROM idempotency WHERE scope IN (
                SELECT 'session/' || ?1 || '/payments'
                UNION ALL SELECT 'shop/' || shop || '/session/' || ?1 || '/payments'
                    FROM sessions WHERE id = ?1
                UNION ALL SELECT 'payment/' || id || '/continue'
                    FROM payments WHERE session_id = ?1)",
        ] {
            let erase = sqlx::query(statement).bind(session.as_str());
            erase.execute(self.db().await?).await?;
        }
        Ok(())
    }

    async fn skip_erasing(&mut self, session: &SessionId, now: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET erased_at = ? WHERE id = ?")
            .bind(now)
            .bind(session.as_str())
            .execute(self.db().await?)
            .await?;
        Ok(())
    }
}
