//! Deadlines: what is not paid by then is recorded to be late.

use std::sync::Arc;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_store::{Source, StoreError};

use super::TICK;
use crate::app::App;
use crate::clock;
use crate::payments::due::end_waiting;
use crate::payments::ingest::record_hint;

/// Records deadlines, for ever.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = record_deadlines(&app).await {
            tracing::error!(error.cause = %error, "deadlines could not be recorded");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn record_deadlines(app: &App) -> Result<(), StoreError> {
    // First: the clock may have been ahead when they were set.
    let accounts = app.config.accounts.iter();
    let longest = accounts.map(|account| account.deadline_seconds()).max();
    let (now, longest) = (clock::unix_now(), longest.unwrap_or_default());
    app.store.bound_waits(now, longest).await?;
    for payment in app.store.due_deadlines(clock::unix_now(), 50).await? {
        // One payment that can't be recorded must not hold up the others.
        if let Err(error) = record_deadline(app, &payment).await {
            tracing::error!(error.cause = %error, %payment, "its deadline could not be recorded");
        }
    }
    Ok(())
}

async fn record_deadline(app: &App, payment: &PaymentId) -> Result<(), StoreError> {
    // First: what is not done once the deadline is recorded would never be done.
    if let Some((payment, _)) = app.store.payment(payment).await? {
        end_waiting(app, &payment).await?;
    }
    record_hint(app, payment, &PaymentEvent::DeadlinePassed, Source::Clock).await?;
    tracing::info!(%payment, "its deadline has passed");
    Ok(())
}
