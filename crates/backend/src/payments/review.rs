//! A person's decision about a payment that the platform holds.

use std::sync::Arc;
use std::time::Duration;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use guichet_store::{Advance, Book, Source, StoreError};

use super::ingest::record_hint;
use crate::app::App;
use crate::clock;

/// How long whoever decides waits for the platform, and how often it is looked.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// Why nothing is decided.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviewError {
    #[error("there is no such payment")]
    Unknown,
    #[error("the platform does not hold this payment: there is nothing to decide")]
    NotHeld,
    #[error("this payment was {0} before: a decision is not changed")]
    Otherwise(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the decision, and has the platform told as soon as the payment is taken up. The same one
/// again changes nothing.
pub(crate) async fn decide(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    accept: bool,
    source: Source,
) -> Result<(), ReviewError> {
    let entry = book.entry(payment).ok_or(ReviewError::Unknown)?;
    let state = entry.state(&book.session);
    match state.decided {
        Some(before) => return agrees(before, accept),
        None if !state.held => return Err(ReviewError::NotHeld),
        None => {}
    }
    let now = clock::unix_now();
    let decided = PaymentEvent::Decided { accept, at: now };
    record_hint(app, payment, &decided, source).await?;
    // Of two who decide at once the first decision holds, and the other one is told.
    let found = app.store.payment(payment).await?;
    let holds = found.and_then(|(_, book)| book.entry(payment)?.state(&book.session).decided);
    if let Some(holds) = holds {
        agrees(holds, accept)?;
    }
    tracing::info!(%payment, accept, ?source, "a held payment was decided about");
    ask_now(app, payment).await?;
    Ok(())
}

/// A decision that holds, beside one that comes after it.
fn agrees(holds: bool, accept: bool) -> Result<(), ReviewError> {
    match holds {
        _ if holds == accept => Ok(()),
        true => Err(ReviewError::Otherwise("accepted")),
        false => Err(ReviewError::Otherwise("refused")),
    }
}

/// Has the platform asked about a payment at once, of which nobody knows what became; `false` if it
/// is not asked about just now: somebody may still pay, or all is known.
pub(crate) async fn ask_now(app: &App, payment: &PaymentId) -> Result<bool, StoreError> {
    let now = clock::unix_now();
    let mut asked = false;
    for stage in [Stage::Unknown, Stage::GivenUp] {
        let advance = Advance {
            next_try_at: Some(now),
            ..Advance::new(stage, Stage::Unknown)
        };
        asked |= app.store.advance(payment, &advance, now).await?;
    }
    app.queues.conversations.wake();
    Ok(asked)
}

/// Waits a while until the platform holds the payment no more.
pub(crate) async fn wait(app: &Arc<App>, payment: &PaymentId) -> Result<(), StoreError> {
    for _ in 0..LOOKS {
        let found = app.store.payment(payment).await?;
        let entry = found
            .as_ref()
            .and_then(|(_, book)| Some((book, book.entry(payment)?)));
        if !entry.is_some_and(|(book, entry)| entry.state(&book.session).held) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
