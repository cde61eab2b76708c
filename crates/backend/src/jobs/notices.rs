//! Notices to shops' servers.

use std::sync::Arc;

use anyhow::Context as _;
use guichet_store::{Followed, OutgoingNotice, Sent, StoreError};

use super::due::Job;
use crate::app::{App, NOTICES_EACH};
use crate::clock;
use crate::queue::Queue;

/// Sends what shops are to be told.
pub(crate) struct Notices;

impl Job for Notices {
    type Work = OutgoingNotice;

    const FAILED: &'static str = "a notice could not be sent, or not be recorded";

    const BATCH: usize = usize::MAX;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.notices
    }

    async fn take(app: &Arc<App>, most: u32) -> Result<Vec<Self::Work>, StoreError> {
        app.store
            .take_notices(clock::unix_now(), most, NOTICES_EACH)
            .await
    }

    async fn perform(app: &Arc<App>, notice: &Self::Work) -> anyhow::Result<()> {
        send(app, notice).await.with_context(|| notice.id.clone())?;
        // The next one of its session may go now, and there is room for one of its shop.
        app.queues.notices.wake();
        Ok(())
    }
}

async fn send(app: &App, notice: &OutgoingNotice) -> anyhow::Result<()> {
    let shop = app.config.shop(&notice.shop);
    // The endpoints in the books are the configuration's own.
    let webhook = shop.and_then(|shop| shop.webhook.as_ref());
    let webhook = webhook.context("the shop has no webhook any more")?;
    let sent = app.sender.send(webhook, notice).await?;
    if let Sent::Failed { why, next_try_at } = &sent {
        let in_seconds = next_try_at - clock::unix_now();
        tracing::warn!(
            shop = %notice.shop, notice = notice.id, kind = notice.kind.as_str(),
            tries = notice.tries, why, in_seconds, "a shop's server did not take a notice"
        );
    }
    let now = clock::unix_now();
    match app.store.record_sent(notice, &sent, now).await? {
        Followed::Nothing => {}
        Followed::Disabled(why) => tracing::error!(
            alert = "webhook", shop = %notice.shop, why,
            "nothing is sent to this shop's server any more; what it should be told is kept: \
             guichet webhooks enable SHOP sends it"
        ),
        Followed::GivenUp => tracing::error!(
            alert = "webhook", shop = %notice.shop, notice = notice.id,
            kind = notice.kind.as_str(),
            "a shop's server took no such notice for three days, while it took others; guichet \
             webhooks replay ID sends it again"
        ),
    }
    Ok(())
}
