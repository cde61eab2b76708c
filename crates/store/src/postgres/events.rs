//! Events, and which payment a platform's transaction is bound to.

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::operation::Progress;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::order;
use crate::error::StoreError;
use crate::transaction::{Events, Found, NewEvent};
use crate::types::UnmatchedEvent;
use crate::words::{from_word, word};

/// What of an event has columns of its own: its trust, call and transaction.
fn columns(event: &PaymentEvent) -> (Option<Trust>, Option<&str>, Option<&str>) {
    match event {
        PaymentEvent::Part(part) => (Some(part.trust), Some(&part.call), Some(&part.transaction)),
        PaymentEvent::Confirmed(answer) => (None, Some(&answer.call), Some(&answer.transaction)),
        // Whoever looks for a capture's own number finds its payment.
        PaymentEvent::Operation(operation) => match &operation.progress {
            Progress::Done {
                numbers: Some(own), ..
            } => (None, Some(&own.call), Some(&own.transaction)),
            _ => (None, None, None),
        },
        PaymentEvent::Held { .. }
        | PaymentEvent::Decided { .. }
        | PaymentEvent::Reported { .. }
        | PaymentEvent::Rebilling { .. }
        | PaymentEvent::RebillingUntold { .. }
        | PaymentEvent::CalledOff
        | PaymentEvent::RebilledBy { .. }
        | PaymentEvent::Returned { .. }
        | PaymentEvent::DeadlinePassed => (None, None, None),
    }
}

#[async_trait]
impl Events for PgConnection {
    async fn find(&mut self, event: &NewEvent<'_>, content: &str) -> Result<Found, StoreError> {
        order::of_event(self, event).await?;
        let row = sqlx::query(
            "SELECT (SELECT id FROM payments WHERE account = $1 AND reference = $2) AS payment,
                count(*) > 0 AS told, coalesce(bool_or(content = $4), FALSE) AS same,
                coalesce(bool_or(trust = $5), FALSE) AS ours
             FROM events WHERE account = $1 AND identity = $3",
        )
        .bind(event.account)
        .bind(event.reference)
        .bind(event.identity)
        .bind(content)
        .bind(word(&Trust::Ours)?)
        .fetch_one(self)
        .await?;
        let payment: Option<&str> = row.try_get("payment")?;
        Ok(Found {
            payment: payment.map(from_word).transpose()?,
            told: row.try_get("told")?,
            same: row.try_get("same")?,
            ours: row.try_get("ours")?,
        })
    }

    async fn bind(
        &mut self,
        account: &str,
        call: &str,
        transaction: &str,
        payment: &PaymentId,
    ) -> Result<PaymentId, StoreError> {
        let new: Option<String> = sqlx::query_scalar(
            "INSERT INTO transactions (account, call, transaction_number, payment_id)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING payment_id",
        )
        .bind(account)
        .bind(call)
        .bind(transaction)
        .bind(payment.as_str())
        .fetch_optional(&mut *self)
        .await?;
        if new.is_some() {
            return Ok(payment.clone());
        }
        let bound: String = sqlx::query_scalar(
            "SELECT payment_id FROM transactions
             WHERE account = $1 AND call = $2 AND transaction_number = $3",
        )
        .bind(account)
        .bind(call)
        .bind(transaction)
        .fetch_one(self)
        .await?;
        from_word(&bound)
    }

    async fn add_event(
        &mut self,
        event: &NewEvent<'_>,
        payment: Option<&PaymentId>,
        content: &str,
    ) -> Result<i64, StoreError> {
        let (trust, call, transaction) = columns(event.content);
        Ok(sqlx::query_scalar(
            "INSERT INTO events (payment_id, account, reference, identity, content, trust, call,
                transaction_number, source, raw, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING seq",
        )
        .bind(payment.map(PaymentId::as_str))
        .bind(event.account)
        .bind(event.reference)
        .bind(event.identity)
        .bind(content)
        .bind(trust.map(|trust| word(&trust)).transpose()?)
        .bind(call)
        .bind(transaction)
        .bind(event.source.as_str())
        .bind(event.raw)
        .bind(event.now)
        .fetch_one(self)
        .await?)
    }
}

/// Those that fit no payment, oldest first.
pub(super) async fn unmatched(
    db: &mut PgConnection,
    limit: u32,
) -> Result<Vec<UnmatchedEvent>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, account, reference, content, received_at FROM events
         WHERE payment_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM desk_matters m WHERE m.subject = CAST(seq AS TEXT)
                AND m.cause = 'unmatched' AND m.done_at IS NOT NULL)
         ORDER BY seq LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    let read = |row: &PgRow| -> Result<UnmatchedEvent, StoreError> {
        Ok(UnmatchedEvent {
            seq: row.try_get("seq")?,
            account: row.try_get("account")?,
            reference: row.try_get("reference")?,
            content: row.try_get("content")?,
            received_at: row.try_get("received_at")?,
        })
    };
    rows.iter().map(read).collect()
}
