//! Events, and which payment a platform's transaction is bound to.

use async_trait::async_trait;
use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::operation::Progress;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::gathered::Gathered;
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
impl Events for Gathered<'_> {
    /// It is looked up before it is added: an insert that changes nothing would be flushed to disk
    /// all the same, since it counts up the table's sequence.
    async fn find(&mut self, event: &NewEvent<'_>, content: &str) -> Result<Found, StoreError> {
        let ours = word(&Trust::Ours)?;
        let row = self
            .statement(
                "SELECT (SELECT id FROM payments WHERE account = ? AND reference = ?) AS payment,
                    count(*) > 0 AS told, coalesce(max(content = ?), 0) AS same,
                    coalesce(max(trust = ?), 0) AS ours
                 FROM events WHERE account = ? AND identity = ?",
            )
            .bind(event.account)
            .bind(event.reference)
            .bind(content)
            .bind(ours)
            .bind(event.account)
            .bind(event.identity)
            .fetch_one()
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
        let new = self
            .statement(
                "INSERT INTO transactions (account, call, transaction_number, payment_id)
                 VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING payment_id",
            )
            .bind(account)
            .bind(call)
            .bind(transaction)
            .bind(payment.as_str())
            .fetch_optional()
            .await?;
        if new.is_some() {
            return Ok(payment.clone());
        }
        let bound: String = sqlx::query_scalar(
            "SELECT payment_id FROM transactions
             WHERE account = ? AND call = ? AND transaction_number = ?",
        )
        .bind(account)
        .bind(call)
        .bind(transaction)
        .fetch_one(self.db().await?)
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
        let trust = trust.map(|trust| word(&trust)).transpose()?;
        let added = self.statement(
            "INSERT INTO events (payment_id, account, reference, identity, content, trust, call,
                transaction_number, source, raw, received_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
        );
        let added = added
            .bind(payment.map(PaymentId::as_str))
            .bind(event.account)
            .bind(event.reference)
            .bind(event.identity)
            .bind(content)
            .bind(trust)
            .bind(call)
            .bind(transaction)
            .bind(event.source.as_str())
            .bind(event.raw)
            .bind(event.now)
            .fetch_one()
            .await?;
        Ok(added.try_get("seq")?)
    }
}

/// Those that fit no payment, oldest first.
pub(super) async fn unmatched(
    db: &mut SqliteConnection,
    limit: u32,
) -> Result<Vec<UnmatchedEvent>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, account, reference, content, received_at FROM events
         WHERE payment_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM desk_matters m WHERE m.subject = CAST(seq AS TEXT)
                AND m.cause = 'unmatched' AND m.done_at IS NOT NULL)
         ORDER BY seq LIMIT ?",
    )
    .bind(limit)
    .fetch_all(db)
    .await?;
    let read = |row: &SqliteRow| -> Result<UnmatchedEvent, StoreError> {
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
