//! Notices to shops' servers.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};

use super::tables::{NoticeRow, SessionRow};
use super::{MemoryStore, not_here};
use crate::rules;
use crate::types::{Endpoint, Followed, KeptNotice, OutgoingNotice, Replay, Sent};
use crate::{Outbox, StoreError};

#[async_trait]
impl Outbox for MemoryStore {
    async fn set_endpoints(
        &self,
        endpoints: &[(Slug, String)],
        now: i64,
    ) -> Result<(), StoreError> {
        self.write(async |tx| rules::notices::set_endpoints(tx, endpoints, now).await)
            .await
    }

    async fn due_expiries(&self, now: i64, limit: u32) -> Result<Vec<SessionId>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&SessionRow| {
            let session = &row.session;
            let due = row.expiry_due && !session.is_settled() && session.expires_at <= now;
            due.then_some(session.expires_at)
        };
        let give = |row: &SessionRow| row.session.id.clone();
        Ok(Self::due(tables.sessions.iter(), key, limit, give))
    }

    async fn record_expiries(&self, sessions: &[SessionId], now: i64) -> Result<(), StoreError> {
        self.write(async |tx| rules::notices::expire(tx, sessions, now).await)
            .await
    }

    async fn take_notices(
        &self,
        now: i64,
        limit: u32,
        each: u32,
    ) -> Result<Vec<OutgoingNotice>, StoreError> {
        let tables = self.tables.lock().await;
        let due = |row: &NoticeRow| row.next_try_at.is_some_and(|at| at <= now);
        let open = tables.endpoints.iter().filter(|row| row.disabled.is_none());
        let shops: Vec<_> = open.map(|row| row.shop.clone()).collect();
        let waiting = |shop: &Slug| tables.notices.iter().any(|n| n.shop == *shop && due(n));
        let shops: Vec<_> = shops.into_iter().filter(waiting).collect();
        drop(tables);
        self.write(async |tx| rules::notices::take(tx, &shops, now, limit, each).await)
            .await
    }

    async fn record_sent(
        &self,
        notice: &OutgoingNotice,
        sent: &Sent,
        now: i64,
    ) -> Result<Followed, StoreError> {
        self.write(async |tx| rules::notices::record_sent(tx, notice, sent, now).await)
            .await
    }

    async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        not_here()
    }

    async fn notices(
        &self,
        shop: Option<&Slug>,
        limit: u32,
    ) -> Result<Vec<KeptNotice>, StoreError> {
        let tables = self.tables.lock().await;
        let key = |row: &&NoticeRow| {
            let own = shop.is_none_or(|shop| row.shop == *shop);
            own.then_some((row.delivered_at.is_some(), -row.seq))
        };
        let give = |row: &NoticeRow| KeptNotice {
            id: row.id.clone(),
            shop: row.shop.to_string(),
            session: row.session.to_string(),
            kind: row.kind.as_str().to_owned(),
            created_at: row.created_at,
            next_try_at: row.next_try_at,
            delivered_at: row.delivered_at,
            tries: row.tries,
            last_answer: row.answer.clone(),
        };
        Ok(Self::due(tables.notices.iter(), key, limit, give))
    }

    async fn replay_notices(&self, _: Replay<'_>, _: i64) -> Result<u64, StoreError> {
        not_here()
    }

    async fn enable_endpoint(
        &self,
        shop: &Slug,
        enabled: bool,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.write(async |tx| rules::notices::enable(tx, shop, enabled, now).await)
            .await
    }
}
