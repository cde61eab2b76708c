//! The browser coming back from a platform's page.

use guichet_domain::id::PaymentId;
use guichet_store::{Advance, Stage, StoreError};

use crate::app::App;
use crate::clock;

/// Keeps the browser's return, once. `false`: it came to the wrong address, or too often, or too
/// early.
pub(crate) async fn came_back(
    app: &App,
    payment: &PaymentId,
    nonce: &str,
    posted: &[(String, String)],
) -> Result<bool, StoreError> {
    let Some(conversation) = app.store.conversation(payment).await? else {
        return Ok(false);
    };
    let (ours, given) = (conversation.nonce.as_bytes(), nonce.as_bytes());
    if aws_lc_rs::constant_time::verify_slices_are_equal(ours, given).is_err() {
        return Ok(false);
    }
    let step = Advance {
        posted: Some(posted),
        next_try_at: Some(clock::unix_now()),
        ..Advance::new(Stage::Return, Stage::Finalise)
    };
    let kept = app.store.advance(payment, &step).await?;
    if kept {
        app.wake_conversations.notify_one();
    }
    Ok(kept)
}
