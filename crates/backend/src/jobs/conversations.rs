//! Payments that go on after their beginning, taken up once that is due.

use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::id::PaymentId;
use guichet_store::StoreError;

use super::due::Job;
use crate::app::App;
use crate::clock;
use crate::locks::{Lock, Locked};
use crate::payments::due::take_up;
use crate::queue::Queue;

/// Takes up a payment.
pub(crate) struct Conversations;

impl Job for Conversations {
    type Work = (PaymentId, Locked);

    const FAILED: &'static str = "a payment could not be taken up";

    const BATCH: usize = usize::MAX;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.conversations
    }

    async fn take(app: &Arc<App>, most: u32) -> Result<Vec<Self::Work>, StoreError> {
        let due = app.store.due_conversations(clock::unix_now(), most).await?;
        let taken = due.into_iter().filter_map(|payment| {
            let locked = app.locks.take(Lock::TakingUp(payment.clone()))?;
            Some((payment, locked))
        });
        Ok(taken.collect())
    }

    async fn perform(app: &Arc<App>, (payment, _): &Self::Work) -> anyhow::Result<()> {
        take_up(app, payment)
            .await
            .with_context(|| payment.to_string())
    }
}
