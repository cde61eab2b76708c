//! Deadlines: what is not paid by then is recorded to be late.

use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_store::{Source, StoreError};

use super::due::Job;
use crate::app::App;
use crate::clock;
use crate::locks::{Lock, Locked};
use crate::payments::due::end_waiting;
use crate::payments::ingest::record_hint;
use crate::queue::Queue;

/// Records that the deadline of a payment has passed.
pub(crate) struct Deadlines;

impl Job for Deadlines {
    type Work = (PaymentId, Locked);

    const FAILED: &'static str = "a deadline could not be recorded";

    const BATCH: usize = usize::MAX;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.deadlines
    }

    async fn take(app: &Arc<App>, most: u32) -> Result<Vec<Self::Work>, StoreError> {
        // First: the clock may have been ahead when they were set.
        let longest = app
            .accounts
            .iter()
            .map(|account| account.deadline_seconds());
        let longest = longest.max().unwrap_or_default();
        app.store.bound_waits(clock::unix_now(), longest).await?;
        let due = app.store.due_deadlines(clock::unix_now(), most).await?;
        let taken = due.into_iter().filter_map(|payment| {
            let locked = app.locks.take(Lock::Deadline(payment.clone()))?;
            Some((payment, locked))
        });
        Ok(taken.collect())
    }

    async fn perform(app: &Arc<App>, (payment, _): &Self::Work) -> anyhow::Result<()> {
        record(app, payment)
            .await
            .with_context(|| payment.to_string())
    }
}

async fn record(app: &App, payment: &PaymentId) -> Result<(), StoreError> {
    // First: what is not done once the deadline is recorded would never be done.
    if let Some((payment, _)) = app.store.payment(payment).await? {
        end_waiting(app, &payment).await?;
    }
    let passed = PaymentEvent::DeadlinePassed;
    record_hint(app, payment, &passed, Source::Clock).await?;
    tracing::info!(%payment, "its deadline has passed");
    Ok(())
}
