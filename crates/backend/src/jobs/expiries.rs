//! Sessions whose time has passed: their shops are told, where nothing can pay them any more.

use std::sync::Arc;

use guichet_domain::id::SessionId;
use guichet_store::StoreError;

use super::due::Job;
use crate::app::App;
use crate::clock;
use crate::queue::Queue;

/// Most sessions of one transaction.
const TOGETHER: u32 = 50;

/// Records that the time of sessions has passed.
pub(crate) struct Expiries;

impl Job for Expiries {
    type Work = Vec<SessionId>;

    const FAILED: &'static str = "it could not be recorded that sessions expired";

    const BATCH: usize = 1;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.expiries
    }

    async fn take(app: &Arc<App>, _: u32) -> Result<Vec<Self::Work>, StoreError> {
        if let Some(people) = app.store.desk_people() {
            people.lapse_approvals(clock::unix_now()).await?;
        }
        let due = app.store.due_expiries(clock::unix_now(), TOGETHER).await?;
        Ok(if due.is_empty() {
            Vec::new()
        } else {
            vec![due]
        })
    }

    async fn perform(app: &Arc<App>, sessions: &Self::Work) -> anyhow::Result<()> {
        app.store
            .record_expiries(sessions, clock::unix_now())
            .await?;
        app.queues.notices.wake();
        Ok(())
    }
}
