//! Notices to shops' servers, and the endpoints that take them.

use async_trait::async_trait;
use guichet_domain::id::{SessionId, Slug};
use guichet_domain::notice::NoticeKind;
use guichet_domain::session::Session;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::SqliteStore;
use super::gathered::{Gathered, gathered};
use super::readers::read;
use super::writer::{turn, turn_behind};
use crate::error::StoreError;
use crate::outbox::Outbox;
use crate::rows::readable;
use crate::rules;
use crate::transaction::{NoticeUpdate, Notices, TakeNotices};
use crate::types::{Endpoint, Followed, KeptNotice, OutgoingNotice, Replay, Sent};
use crate::words::from_word;

#[async_trait]
impl Outbox for SqliteStore {
    async fn set_endpoints(
        &self,
        endpoints: &[(Slug, String)],
        now: i64,
    ) -> Result<(), StoreError> {
        turn_behind!(self, rules::notices::set_endpoints(endpoints, now))
    }

    async fn due_expiries(&self, now: i64, limit: u32) -> Result<Vec<SessionId>, StoreError> {
        read!(self, due_expiries(now, limit))
    }

    async fn record_expiries(&self, sessions: &[SessionId], now: i64) -> Result<(), StoreError> {
        turn_behind!(self, rules::notices::expire(sessions, now))
    }

    async fn take_notices(
        &self,
        now: i64,
        limit: u32,
        each: u32,
    ) -> Result<Vec<OutgoingNotice>, StoreError> {
        let shops = read!(self, due_shops(now))?;
        if shops.is_empty() {
            return Ok(Vec::new());
        }
        turn_behind!(self, rules::notices::take(&shops, now, limit, each))
    }

    async fn record_sent(
        &self,
        notice: &OutgoingNotice,
        sent: &Sent,
        now: i64,
    ) -> Result<Followed, StoreError> {
        turn_behind!(self, rules::notices::record_sent(notice, sent, now))
    }

    async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        read!(self, list_endpoints())
    }

    async fn notices(
        &self,
        shop: Option<&Slug>,
        limit: u32,
    ) -> Result<Vec<KeptNotice>, StoreError> {
        read!(self, list(shop, limit))
    }

    async fn replay_notices(&self, which: Replay<'_>, now: i64) -> Result<u64, StoreError> {
        turn!(self, replay(which, now))
    }

    async fn enable_endpoint(
        &self,
        shop: &Slug,
        enabled: bool,
        now: i64,
    ) -> Result<bool, StoreError> {
        turn!(self, rules::notices::enable(shop, enabled, now))
    }
}

#[async_trait]
impl Notices for Gathered<'_> {
    async fn add_notice(
        &mut self,
        session: &Session,
        kind: NoticeKind,
        subject: &str,
        content: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        // A session's id is drawn at random, so that what is counted beside it is unique as well.
        self.statement(
            "INSERT INTO notices (id, session_id, shop, place, kind, subject, content, created_at,
                next_try_at)
             WITH own(session, shop, now) AS (VALUES (?, ?, ?)),
                next AS (SELECT 1 + count(*) AS place FROM own
                    JOIN notices ON session_id = session)
             SELECT 'msg_' || substr(session, 4) || '_' || place, session, shop, place, ?, ?, ?,
                now, now
             FROM own, next WHERE EXISTS (SELECT 1 FROM endpoints e WHERE e.shop = own.shop)
             ON CONFLICT (session_id, kind, subject) DO NOTHING",
        )
        .bind(session.id.as_str())
        .bind(session.shop.as_str())
        .bind(now)
        .bind(kind.as_str())
        .bind(subject)
        .bind(content)
        .later()
    }

    async fn end_expiry(&mut self, session: &SessionId) -> Result<bool, StoreError> {
        let told: Option<bool> = sqlx::query_scalar(
            "UPDATE sessions SET expiry_due = 0 WHERE id = ?
             RETURNING EXISTS (SELECT 1 FROM endpoints e WHERE e.shop = sessions.shop)",
        )
        .bind(session.as_str())
        .fetch_optional(self.db().await?)
        .await?;
        Ok(told.unwrap_or_default())
    }

    async fn take_notices(
        &mut self,
        take: &TakeNotices<'_>,
    ) -> Result<Vec<OutgoingNotice>, StoreError> {
        let rows = sqlx::query(
            "UPDATE notices SET taken = 1, tries = tries + 1, next_try_at = ?3,
                first_try_at = coalesce(first_try_at, ?2)
             WHERE seq IN (
                SELECT n.seq FROM notices n
                WHERE n.shop = ?1 AND n.next_try_at <= ?2 AND NOT EXISTS (
                    SELECT 1 FROM notices b WHERE b.session_id = n.session_id
                        AND b.place < n.place AND b.next_try_at IS NOT NULL AND b.tries < ?4)
                ORDER BY n.next_try_at, n.seq
                LIMIT min(?5, max(0, ?6 - (SELECT count(*) FROM notices t
                    WHERE t.shop = ?1 AND t.taken = 1 AND t.next_try_at > ?2)))
             )
             RETURNING seq, id, shop, place, kind, content, created_at, tries",
        )
        .bind(take.shop.as_str())
        .bind(take.now)
        .bind(take.until)
        .bind(take.ordered_tries)
        .bind(take.most)
        .bind(take.under_way)
        .fetch_all(self.db().await?)
        .await?;
        let mut taken = readable(rows.iter().map(read_outgoing));
        taken.sort_by_key(|notice| notice.seq);
        Ok(taken)
    }

    async fn first_try_of(&mut self, seq: i64) -> Result<Option<i64>, StoreError> {
        let first = sqlx::query_scalar("SELECT first_try_at FROM notices WHERE seq = ?");
        Ok(first
            .bind(seq)
            .fetch_optional(self.db().await?)
            .await?
            .flatten())
    }

    async fn update_notice(
        &mut self,
        seq: i64,
        update: &NoticeUpdate<'_>,
    ) -> Result<(), StoreError> {
        self.statement(
            "UPDATE notices SET taken = 0, next_try_at = ?, last_answer = ?,
                delivered_at = coalesce(?, delivered_at) WHERE seq = ?",
        )
        .bind(update.next_try_at)
        .bind(update.answer)
        .bind(update.delivered_at)
        .bind(seq)
        .later()
    }

    async fn endpoint_worked(&mut self, shop: &Slug) -> Result<u32, StoreError> {
        // The old number is read before it is changed: RETURNING gives the new one.
        let failures = sqlx::query_scalar("SELECT failures FROM endpoints WHERE shop = ?");
        let failures: Option<u32> = failures
            .bind(shop.as_str())
            .fetch_optional(self.db().await?)
            .await?;
        let failures = failures.unwrap_or_default();
        if failures > 0 {
            sqlx::query("UPDATE endpoints SET failing_since = NULL, failures = 0 WHERE shop = ?")
                .bind(shop.as_str())
                .execute(self.db().await?)
                .await?;
        }
        Ok(failures)
    }

    async fn endpoint_failed(&mut self, shop: &Slug, now: i64) -> Result<Option<i64>, StoreError> {
        Ok(sqlx::query_scalar(
            "UPDATE endpoints SET failures = failures + 1,
                failing_since = coalesce(failing_since, ?) WHERE shop = ?
             RETURNING failing_since",
        )
        .bind(now)
        .bind(shop.as_str())
        .fetch_optional(self.db().await?)
        .await?)
    }

    async fn disable_endpoint(
        &mut self,
        shop: &Slug,
        now: i64,
        why: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE endpoints SET disabled_at = ?, disabled_because = ? WHERE shop = ?",
        )
        .bind(now)
        .bind(why)
        .bind(shop.as_str())
        .execute(self.db().await?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn enable_endpoint(&mut self, shop: &Slug) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE endpoints SET disabled_at = NULL, disabled_because = NULL,
                failing_since = NULL, failures = 0 WHERE shop = ?",
        )
        .bind(shop.as_str())
        .execute(self.db().await?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn hasten_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE notices SET next_try_at = ?2
             WHERE shop = ?1 AND next_try_at > ?2 AND taken = 0",
        )
        .bind(shop.as_str())
        .bind(now)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    async fn renew_notices(&mut self, shop: &Slug, now: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE notices SET next_try_at = ?2, tries = 0, first_try_at = NULL, taken = 0
             WHERE shop = ?1 AND next_try_at IS NOT NULL",
        )
        .bind(shop.as_str())
        .bind(now)
        .execute(self.db().await?)
        .await?;
        Ok(())
    }

    async fn set_endpoint(&mut self, shop: &Slug, url: &str) -> Result<bool, StoreError> {
        let set = sqlx::query(
            "INSERT INTO endpoints (shop, url) VALUES (?, ?)
             ON CONFLICT (shop) DO UPDATE SET url = excluded.url, failing_since = NULL,
                failures = 0, disabled_at = NULL, disabled_because = NULL
             WHERE url <> excluded.url",
        )
        .bind(shop.as_str())
        .bind(url)
        .execute(self.db().await?)
        .await?;
        Ok(set.rows_affected() > 0)
    }

    async fn keep_endpoints(&mut self, shops: &[&str]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM endpoints WHERE shop NOT IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(shops)?)
            .execute(self.db().await?)
            .await?;
        Ok(())
    }
}

/// The shops that something is to be sent to.
async fn due_expiries(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<SessionId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM sessions
         WHERE expiry_due = 1 AND settled_by IS NULL AND expires_at <= ?
         ORDER BY expires_at LIMIT ?",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(ids.iter().map(|id| from_word(id))))
}

async fn due_shops(db: &mut SqliteConnection, now: i64) -> Result<Vec<Slug>, StoreError> {
    let shops: Vec<String> = sqlx::query_scalar(
        "SELECT shop FROM endpoints e WHERE disabled_at IS NULL AND EXISTS
            (SELECT 1 FROM notices n WHERE n.shop = e.shop AND n.next_try_at <= ?)
         ORDER BY shop",
    )
    .bind(now)
    .fetch_all(db)
    .await?;
    Ok(readable(shops.iter().map(|shop| from_word(shop))))
}

async fn list_endpoints(db: &mut SqliteConnection) -> Result<Vec<Endpoint>, StoreError> {
    let rows = sqlx::query(
        "SELECT e.*,
            (SELECT count(*) FROM notices n
             WHERE n.shop = e.shop AND n.next_try_at IS NOT NULL) AS waiting,
            (SELECT count(*) FROM notices n WHERE n.shop = e.shop
                AND n.delivered_at IS NULL AND n.next_try_at IS NULL) AS given_up
         FROM endpoints e ORDER BY e.shop",
    )
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<Endpoint, StoreError> {
        Ok(Endpoint {
            shop: row.try_get("shop")?,
            url: row.try_get("url")?,
            failing_since: row.try_get("failing_since")?,
            disabled_at: row.try_get("disabled_at")?,
            disabled_because: row.try_get("disabled_because")?,
            waiting: row.try_get("waiting")?,
            given_up: row.try_get("given_up")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn list(
    db: &mut SqliteConnection,
    shop: Option<&Slug>,
    limit: u32,
) -> Result<Vec<KeptNotice>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM notices WHERE ?1 IS NULL OR shop = ?1
         ORDER BY delivered_at IS NOT NULL, seq DESC LIMIT ?2",
    )
    .bind(shop.map(Slug::as_str))
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter().map(read_kept).collect()
}

pub(super) fn read_kept(row: &SqliteRow) -> Result<KeptNotice, StoreError> {
    Ok(KeptNotice {
        id: row.try_get("id")?,
        shop: row.try_get("shop")?,
        session: row.try_get("session_id")?,
        kind: row.try_get("kind")?,
        created_at: row.try_get("created_at")?,
        next_try_at: row.try_get("next_try_at")?,
        delivered_at: row.try_get("delivered_at")?,
        tries: row.try_get("tries")?,
        last_answer: row.try_get("last_answer")?,
    })
}

async fn replay(db: &mut SqliteConnection, which: Replay<'_>, now: i64) -> Result<u64, StoreError> {
    let again = match which {
        Replay::One(id) => sqlx::query(
            "UPDATE notices SET next_try_at = ?1, tries = 0, first_try_at = NULL, taken = 0,
                delivered_at = NULL WHERE id = ?2",
        )
        .bind(now)
        .bind(id),
        Replay::Since(shop, at) => sqlx::query(
            "UPDATE notices SET next_try_at = ?1, tries = 0, first_try_at = NULL, taken = 0,
                delivered_at = NULL WHERE shop = ?2 AND created_at >= ?3",
        )
        .bind(now)
        .bind(shop.as_str())
        .bind(at),
    };
    Ok(again.execute(db).await?.rows_affected())
}

fn read_outgoing(row: &SqliteRow) -> Result<OutgoingNotice, StoreError> {
    let kind: &str = row.try_get("kind")?;
    let unknown = || StoreError::Corrupt(format!("{kind} is no kind of notice"));
    Ok(OutgoingNotice {
        seq: row.try_get("seq")?,
        id: row.try_get("id")?,
        shop: from_word(row.try_get("shop")?)?,
        place: row.try_get("place")?,
        kind: NoticeKind::parse(kind).ok_or_else(unknown)?,
        content: serde_json::from_str(row.try_get("content")?)?,
        created_at: row.try_get("created_at")?,
        tries: row.try_get("tries")?,
    })
}
