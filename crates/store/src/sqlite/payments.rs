//! Payments, and what the lists show of them.

use async_trait::async_trait;
use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::{Row as _, SqliteConnection};

use super::conversations;
use super::gathered::Gathered;
use crate::error::StoreError;
use crate::rows::readable;
use crate::transaction::{Listing, Payments, Standing};
use crate::types::{Advance, Conversation, Payment};
use crate::words::{from_word, word};

#[async_trait]
impl Payments for Gathered<'_> {
    async fn standing(&mut self, session: &SessionId) -> Result<Standing, StoreError> {
        let row = self.statement(
            "SELECT s.expires_at,
                (SELECT count(*) FROM payments WHERE session_id = s.id) AS payments,
                EXISTS (SELECT 1 FROM sessions o
                    WHERE o.shop = s.shop AND o.order_key = s.order_key
                        AND o.settled_by IS NOT NULL) AS any_settled
             FROM sessions s WHERE s.id = ?",
        );
        let row = row.bind(session.as_str()).fetch_one().await?;
        let payments: i64 = row.try_get("payments")?;
        Ok(Standing {
            any_settled: row.try_get("any_settled")?,
            expires_at: row.try_get("expires_at")?,
            payments: usize::try_from(payments).unwrap_or(usize::MAX),
        })
    }

    async fn add_payment(&mut self, payment: &Payment, position: usize) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO payments (id, session_id, position, provider, account, method, kind,
                reference, created_at, deadline_at, shop)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT shop FROM sessions WHERE id = ?))",
        )
        .bind(payment.id.as_str())
        .bind(payment.session.as_str())
        .bind(i64::try_from(position).unwrap_or(i64::MAX))
        .bind(&payment.provider)
        .bind(payment.account.as_str())
        .bind(payment.method.as_str())
        .bind(word(&payment.kind)?)
        .bind(&payment.reference)
        .bind(payment.created_at)
        .bind(payment.deadline_at)
        .bind(payment.session.as_str())
        .later()
    }

    async fn add_conversation(
        &mut self,
        payment: &PaymentId,
        conversation: &Conversation,
        next_try_at: i64,
    ) -> Result<(), StoreError> {
        self.statement(
            "INSERT INTO conversations (payment_id, ending, stage, memo, next_try_at)
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(payment.as_str())
        .bind(&conversation.ending)
        .bind(conversation.stage.as_str())
        .bind(&conversation.memo)
        .bind(next_try_at)
        .later()
    }

    async fn advance(
        &mut self,
        payment: &PaymentId,
        advance: &Advance<'_>,
    ) -> Result<bool, StoreError> {
        conversations::advance(self.db().await?, payment, advance).await
    }

    async fn list(&mut self, payment: &PaymentId, listing: &Listing) -> Result<(), StoreError> {
        self.statement(
            "UPDATE payments SET money = ?, attention = ?, handled = ?, deadline_passed = ?
             WHERE id = ?",
        )
        .bind(&listing.money)
        .bind(&listing.attention)
        .bind(&listing.handled)
        .bind(listing.deadline_passed)
        .bind(payment.as_str())
        .later()
    }

    async fn reference_of(
        &mut self,
        payment: &PaymentId,
    ) -> Result<Option<(String, String)>, StoreError> {
        let found = sqlx::query_as("SELECT account, reference FROM payments WHERE id = ?");
        Ok(found
            .bind(payment.as_str())
            .fetch_optional(self.db().await?)
            .await?)
    }
}

/// The payment of an account that has this reference at the platform.
pub(super) async fn named(
    db: &mut SqliteConnection,
    account: &Slug,
    reference: &str,
) -> Result<Option<PaymentId>, StoreError> {
    let id: Option<String> =
        sqlx::query_scalar("SELECT id FROM payments WHERE account = ? AND reference = ?")
            .bind(account.as_str())
            .bind(reference)
            .fetch_optional(db)
            .await?;
    id.as_deref().map(from_word).transpose()
}

/// Payments whose deadline has passed and was not recorded yet.
pub(super) async fn due_deadlines(
    db: &mut SqliteConnection,
    now: i64,
    limit: u32,
) -> Result<Vec<PaymentId>, StoreError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM payments WHERE deadline_passed = 0 AND deadline_at <= ?
         ORDER BY deadline_at LIMIT ?",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(readable(ids.iter().map(|id| from_word(id))))
}
