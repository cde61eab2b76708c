//! Takes up the payments that go on, once that is due.

use std::sync::Arc;

use guichet_domain::id::PaymentId;
use tokio::task::JoinSet;

use super::TICK;
use crate::app::App;
use crate::clock;
use crate::payments::due::take_up;

/// How many payments are talked about at a time. One slow platform then holds up no other.
const TALKS_MAX: usize = 100;

/// Takes up what is due, for ever: side by side, and each payment once at a time.
pub(crate) async fn run(app: Arc<App>) {
    let mut talks = JoinSet::new();
    loop {
        let woken = app.wake_conversations.notified();
        while talks.try_join_next().is_some() {}
        let room = u32::try_from(TALKS_MAX - talks.len()).unwrap_or_default();
        match app.store.due_conversations(clock::unix_now(), room).await {
            Ok(due) => {
                for payment in due {
                    talks.spawn(take_up_alone(Arc::clone(&app), payment));
                }
            }
            Err(error) => tracing::error!(error.cause = %error, "due payments could not be read"),
        }
        let _ = tokio::time::timeout(TICK, woken).await;
    }
}

async fn take_up_alone(app: Arc<App>, payment: PaymentId) {
    let Some(_alone) = app.enter(format!("payment/{payment}/take-up")) else {
        return;
    };
    if let Err(error) = take_up(&app, &payment).await {
        tracing::error!(error.cause = %error, %payment, "could not be taken up");
    }
}
