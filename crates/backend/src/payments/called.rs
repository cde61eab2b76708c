//! A platform's callback, which nobody signed: the payment is looked at, at once.

use std::time::Duration;

use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use guichet_store::{Advance, StoreError};

use crate::app::App;
use crate::clock;
use crate::sessions::folded::Folded;

/// How long whoever asks the platform just now is waited for: it may have been answered before what
/// the callback tells of.
const LOOKS: u32 = 40;
/// Between two looks at that.
const PAUSE: Duration = Duration::from_millis(250);

/// What a callback led to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Woken {
    /// The platform is asked, or has told all before.
    Yes,
    /// Somebody asks the platform and is not done: the callback is to come again.
    Later,
}

/// Has the platform asked what became of a payment.
pub(crate) async fn wake(app: &App, payment: &PaymentId) -> Result<Woken, StoreError> {
    for _ in 0..LOOKS {
        let Some(conversation) = app.store.conversation(payment).await? else {
            return Ok(Woken::Yes);
        };
        let from = conversation.stage;
        let to = match from {
            Stage::Return => Stage::Finalise,
            Stage::Unknown | Stage::Overdue => from,
            // It was not waited for any more, and may have been paid all the same.
            Stage::GivenUp => Stage::Unknown,
            Stage::Over if !is_settled(app, payment).await? => Stage::Unknown,
            // Nothing is there to look at, or it is going to be looked at.
            Stage::Over | Stage::Closed | Stage::Finalise => return Ok(Woken::Yes),
            Stage::Proceed | Stage::Token | Stage::Talking => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let now = clock::unix_now();
        let advance = Advance {
            next_try_at: Some(now),
            ..Advance::new(from, to)
        };
        if app.store.advance(payment, &advance, now).await? {
            app.queues.conversations.wake();
            return Ok(Woken::Yes);
        }
    }
    Ok(Woken::Later)
}

/// Whether the payment has reached its total: no callback tells more of it.
async fn is_settled(app: &App, payment: &PaymentId) -> Result<bool, StoreError> {
    let found = app.store.payment(payment).await?;
    let settled = |(_, book): (_, _)| Folded::new(&book, clock::unix_now()).is_settled(payment);
    Ok(found.is_none_or(settled))
}
