//! Captures, cancellations and refunds that are due: to be sent, or to be looked up.

use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::id::OperationId;
use guichet_store::StoreError;

use super::due::Job;
use crate::app::App;
use crate::clock;
use crate::locks::{Lock, Locked};
use crate::payments::operations::perform::perform_alone;
use crate::queue::Queue;

/// Does what is next of an operation.
pub(crate) struct Operations;

impl Job for Operations {
    type Work = (OperationId, Locked);

    const FAILED: &'static str = "an operation could not be taken up";

    const BATCH: usize = usize::MAX;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.operations
    }

    async fn take(app: &Arc<App>, most: u32) -> Result<Vec<Self::Work>, StoreError> {
        let due = app.store.due_operations(clock::unix_now(), most).await?;
        let taken = due.into_iter().filter_map(|operation| {
            let locked = app.locks.take(Lock::Operating(operation.clone()))?;
            Some((operation, locked))
        });
        Ok(taken.collect())
    }

    async fn perform(app: &Arc<App>, (operation, _): &Self::Work) -> anyhow::Result<()> {
        perform_alone(app, operation, Some(clock::unix_now()))
            .await
            .with_context(|| operation.to_string())
    }
}
