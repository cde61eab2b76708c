//! What is due of a payment that goes on after its beginning.

use std::sync::Arc;

use guichet_domain::id::PaymentId;
use guichet_domain::stage::{Stage, TALKING_SECONDS};
use guichet_providers::contract::{Finalise, Provider};
use guichet_store::{Advance, Beside, Conversation, Payment, StoreError};

use super::in_hand::{InHand, leaving};
use super::lookup::{look_up, look_up_once};
use crate::accounts::Gone;
use crate::app::App;
use crate::clock;
use crate::locks::Lock;

/// How long a payment is left alone whose account is not in the configuration.
const GONE_SECONDS: i64 = 600;

/// What is due of a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Duty {
    /// Nobody came in time: it is waited for no longer.
    EndWaiting,
    /// The browser is back: it is ordered.
    Finalise,
    /// Nobody knows what became of it: it is asked about.
    LookUp,
}

impl Duty {
    /// What is due of a payment at this stage, if anything is.
    fn at(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Proceed | Stage::Token | Stage::Return => Some(Self::EndWaiting),
            Stage::Finalise => Some(Self::Finalise),
            // Whoever talked was never heard of again.
            Stage::Talking | Stage::Unknown | Stage::Overdue => Some(Self::LookUp),
            Stage::GivenUp | Stage::Closed | Stage::Over => None,
        }
    }
}

/// Does what is due of a payment.
pub(crate) async fn take_up(app: &Arc<App>, id: &PaymentId) -> Result<(), StoreError> {
    let Some(conversation) = app.store.conversation(id).await? else {
        return Ok(());
    };
    let Some((payment, book)) = app.store.payment(id).await? else {
        return Ok(());
    };
    match Duty::at(conversation.stage) {
        None => Ok(()),
        Some(Duty::EndWaiting) => end_waiting(app, &payment).await,
        Some(Duty::Finalise) => {
            let Some(_alone) = app.locks.take(Lock::GoingOn(payment.session.clone())) else {
                // Another payment of the session may be ordered just now: this one is due until
                // then.
                return Ok(());
            };
            // Read anew: what was ordered a moment ago may have settled the session.
            let book = app.store.book(&payment.session).await?.unwrap_or(book);
            match InHand::new(app, &book, &payment) {
                Ok(in_hand) => finalise(&in_hand, &conversation).await,
                Err(Gone) => leave_alone(app, id, conversation.stage).await,
            }
        }
        Some(Duty::LookUp) => match InHand::new(app, &book, &payment) {
            Ok(in_hand) => match taken(&in_hand, conversation.stage, None).await? {
                Some(at) => look_up(&in_hand, &conversation, at).await,
                None => Ok(()),
            },
            Err(Gone) => leave_alone(app, id, conversation.stage).await,
        },
    }
}

/// Looks a payment up about which somebody talked who is dead, and leaves it where it is unless the
/// platform tells all: what was sent may still arrive, and who seems dead may only be frozen. It is
/// looked up again once its time has come.
pub(crate) async fn look_up_early(app: &Arc<App>, id: &PaymentId) -> Result<(), StoreError> {
    let Some(conversation) = app.store.conversation(id).await? else {
        return Ok(());
    };
    let Some((payment, book)) = app.store.payment(id).await? else {
        return Ok(());
    };
    // Past its deadline nothing known is taken for nothing done.
    let ends_soon = payment.deadline_at <= clock::unix_now() + TALKING_SECONDS;
    if conversation.stage != Stage::Talking || ends_soon {
        return Ok(());
    }
    match InHand::new(app, &book, &payment) {
        Ok(in_hand) if !in_hand.is_called_off() => look_up_once(&in_hand, &conversation).await,
        Ok(_) | Err(Gone) => Ok(()),
    }
}

/// Takes what is due, by leaving the payment for as long as that may take at the stage that is
/// given. None if somebody else was faster.
async fn taken(
    in_hand: &InHand<'_>,
    from: Stage,
    beside: Option<Beside>,
) -> Result<Option<Stage>, StoreError> {
    let to = from.taken_up();
    let advance = Advance {
        to,
        due: Some(clock::unix_now()),
        beside,
        ..in_hand.leaving(from, Stage::Talking)
    };
    Ok(in_hand.advance(&advance).await?.then_some(to))
}

/// The deadline has passed: nobody waits for the browser any more. What was at the platform by then
/// is looked up.
pub(crate) async fn end_waiting(app: &App, payment: &Payment) -> Result<(), StoreError> {
    let account = app.accounts.of(payment).ok();
    let continuing = account.and_then(Provider::continuing);
    for stage in Stage::ALL.into_iter().filter(|s| s.waits_for_browser()) {
        let end = leaving(payment, continuing, stage, stage);
        app.store
            .advance(&payment.id, &end, clock::unix_now())
            .await?;
    }
    Ok(())
}

/// Its account is not in the configuration, which was told of at the start: it may be put back.
async fn leave_alone(app: &App, id: &PaymentId, stage: Stage) -> Result<(), StoreError> {
    // Whoever talked was not heard of again: he holds up no other payment of the session.
    let to = if stage == Stage::Talking {
        stage.taken_up()
    } else {
        stage
    };
    let later = Advance {
        next_try_at: Some(clock::unix_now() + GONE_SECONDS),
        ..Advance::new(stage, to)
    };
    app.store
        .advance(id, &later, clock::unix_now())
        .await
        .map(drop)
}

/// Orders a payment whose browser is back, once.
///
/// A card is ordered only now: a second payment is not taken where that can be helped. What a
/// wallet, or the platform's page, may have taken by itself is finalised all the same, and shown as
/// a surplus.
async fn finalise(in_hand: &InHand<'_>, conversation: &Conversation) -> Result<(), StoreError> {
    let payment = in_hand.payment;
    let ordered_last = in_hand.continuing.is_ordered_last(payment.kind);
    let not_ordered = ordered_last && settled_otherwise(in_hand);
    let beside = Beside {
        not_talking: in_hand.app.store.is_shared(),
        // Settled since it was read: it is due again, and read anew.
        not_settled: ordered_last && !not_ordered,
        not_open: false,
    };
    let taken = taken(in_hand, Stage::Finalise, Some(beside)).await?;
    if taken.is_none() {
        return Ok(());
    }
    if not_ordered {
        tracing::info!(
            payment = %payment.id, "not ordered: another payment had settled the session"
        );
        let over = in_hand.leaving(Stage::Talking, Stage::Over);
        return in_hand.advance(&over).await.map(drop);
    }
    let came = in_hand.exchange(conversation, |context, exchanges| {
        let finalise = Finalise {
            context,
            memo: conversation.memo.as_deref(),
            posted: conversation.posted.as_slice(),
        };
        in_hand.continuing.finalise(&finalise, exchanges)
    });
    let came = came.await;
    let back = Advance {
        next_try_at: Some(clock::ask_again_at(conversation.tries)),
        ..Advance::new(Stage::Talking, Stage::Finalise)
    };
    in_hand.conclude(came, &back, None).await.map(drop)
}

/// Whether another payment has settled the session, or another session paid its order.
fn settled_otherwise(in_hand: &InHand<'_>) -> bool {
    let session = &in_hand.book.session;
    match &session.settled_by {
        Some(by) => *by != in_hand.payment.id,
        None => session.paid_in.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_talked_and_was_not_heard_of_again_is_asked_after_and_never_repeated() {
        assert_eq!(Duty::at(Stage::Talking), Some(Duty::LookUp));
        assert_eq!(Stage::Talking.taken_up(), Stage::Unknown);
        for ended in [Stage::GivenUp, Stage::Closed, Stage::Over] {
            assert_eq!(Duty::at(ended), None);
        }
    }
}
