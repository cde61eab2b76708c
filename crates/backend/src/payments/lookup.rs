//! Looking a payment up whose outcome is not known. Who only asks sends nothing that could take
//! money.

use guichet_domain::event::PlatformFact;
use guichet_domain::stage::Stage;
use guichet_providers::Verified;
use guichet_providers::contract::{LookUp, LookedUp, Save};
use guichet_store::{Advance, Conversation, StoreError};

use super::cards::{note_card, save_card};
use super::error::PaymentError;
use super::in_hand::{InHand, is_final};
use super::{rebill, terminals};
use crate::clock;
use crate::sessions::folded::Folded;

/// Looks up a payment that is at this stage, and leaves it there until it is asked about again, if
/// the platform did not tell what became of it.
pub(crate) async fn look_up(
    in_hand: &InHand<'_>,
    conversation: &Conversation,
    at: Stage,
) -> Result<(), StoreError> {
    let waits = match ask(in_hand, conversation).await? {
        Told::All(card) => return end(in_hand, at, card).await,
        Told::Open if !is_late(in_hand) => {
            return in_hand
                .advance(&in_hand.leaving(at, Stage::Return))
                .await
                .map(drop);
        }
        // It could not be called off, and nothing was paid.
        Told::Open => return leave(in_hand, at, Stage::Over, None).await,
        Told::GoesOn {
            memo,
            again_in,
            says,
        } => {
            terminals::shows(in_hand, says);
            let again = again_in.map(|seconds| clock::unix_now() + seconds);
            let again = again.or_else(|| next_look(in_hand, conversation, false));
            let advance = Advance {
                memo: Some(&memo),
                next_try_at: again,
                ..Advance::new(at, if again.is_some() { at } else { Stage::GivenUp })
            };
            if again.is_none() {
                alert_given_up(in_hand);
            }
            return in_hand.advance(&advance).await.map(drop);
        }
        // Looked at with what holds now.
        Told::Amended => return leave(in_hand, at, at, Some(clock::unix_now())).await,
        Told::NotAll => waits_for_word(in_hand).await?,
    };
    match next_look(in_hand, conversation, waits) {
        Some(then) => leave(in_hand, at, at, Some(then)).await,
        None if at == Stage::Overdue && !waits => leave(in_hand, at, Stage::Over, None).await,
        None => {
            alert_given_up(in_hand);
            leave(in_hand, at, Stage::GivenUp, None).await
        }
    }
}

/// Looks up a payment that somebody may still talk about, and leaves it where it is unless the
/// platform tells what became of it.
pub(crate) async fn look_up_once(
    in_hand: &InHand<'_>,
    conversation: &Conversation,
) -> Result<(), StoreError> {
    match ask(in_hand, conversation).await? {
        Told::All(card) => end(in_hand, conversation.stage, card).await,
        Told::Open | Told::GoesOn { .. } | Told::Amended | Told::NotAll => Ok(()),
    }
}

/// Nothing more is to be asked of it. The card that paid is added to its shopper's, where that is
/// wanted.
async fn end(in_hand: &InHand<'_>, at: Stage, card: Option<Save>) -> Result<(), StoreError> {
    if let Some(card) = &card {
        note_card(in_hand.app, &in_hand.book.session, in_hand.payment, card).await?;
    }
    let over = Advance::new(at, Stage::Over);
    if let (true, Some(card)) = (in_hand.advance(&over).await?, card) {
        save_card(in_hand.app, &in_hand.book.session, in_hand.payment, card);
    }
    Ok(())
}

fn alert_given_up(in_hand: &InHand<'_>) {
    tracing::error!(
        alert = "given_up", payment = %in_hand.payment.id,
        "the platform never told what became of it: a person must look it up"
    );
}

/// How much the platform told.
enum Told {
    /// What became of the payment: there is nothing more to ask. With the card to add.
    All(Option<Save>),
    /// The platform's page takes another try.
    Open,
    /// It goes on at a device: see [`LookedUp::GoesOn`].
    GoesOn {
        memo: String,
        again_in: Option<i64>,
        says: Option<String>,
    },
    /// It knows now how it is to run, or it is to run as before.
    Amended,
    /// Something, or nothing.
    NotAll,
}

/// Asks, and records what is told.
async fn ask(in_hand: &InHand<'_>, conversation: &Conversation) -> Result<Told, StoreError> {
    if in_hand.is_untold() {
        return Ok(tell_how_it_runs(in_hand).await);
    }
    let decided = in_hand.decided();
    // Whoever started it may have been another process.
    terminals::hold_on(in_hand);
    let closing = is_late(in_hand) || in_hand.is_called_off();
    if is_late(in_hand) {
        in_hand.resend_callback(conversation).await;
    }
    let asked = in_hand.exchange(conversation, |context, exchanges| {
        let look_up = LookUp {
            context,
            memo: conversation.memo.as_deref(),
            closing,
            decided,
        };
        in_hand.continuing.look_up(&look_up, exchanges)
    });
    let all = match asked.await {
        Ok(LookedUp::Facts(facts)) => record_all(in_hand, &facts).await?,
        Ok(LookedUp::FactsAndCard(facts, card)) => {
            let all = record_all(in_hand, &facts).await?;
            return Ok(if all {
                Told::All(Some(card))
            } else {
                Told::NotAll
            });
        }
        Ok(LookedUp::Open(facts)) => {
            for fact in &facts {
                in_hand.record_fact(fact).await?;
            }
            return Ok(Told::Open);
        }
        Ok(LookedUp::GoesOn {
            memo,
            again_in,
            says,
        }) => {
            return Ok(Told::GoesOn {
                memo,
                again_in,
                says,
            });
        }
        Ok(LookedUp::NotYet) => false,
        Ok(LookedUp::Nothing) => is_late(in_hand) && !may_be_written(in_hand, conversation),
        Err(failure) => {
            tracing::warn!(payment = %in_hand.payment.id, ?failure, "could not be looked up");
            false
        }
    };
    Ok(if all { Told::All(None) } else { Told::NotAll })
}

/// Records what is told, and whether it tells what became of the payment.
async fn record_all(
    in_hand: &InHand<'_>,
    facts: &[Verified<PlatformFact>],
) -> Result<bool, StoreError> {
    let mut all = false;
    for fact in facts {
        in_hand.record_fact(fact).await?;
        all |= is_final(fact);
    }
    Ok(all)
}

/// What is looked for must say what the books say: the platform is told first.
async fn tell_how_it_runs(in_hand: &InHand<'_>) -> Told {
    let payment = &in_hand.payment.id;
    match rebill::tell(in_hand.app, in_hand.book, payment).await {
        // Taken back, where it was refused.
        Ok(_) | Err(PaymentError::Field(_)) => Told::Amended,
        Err(failure) => {
            tracing::warn!(%payment, ?failure, "the platform could not be told how it is to run");
            Told::NotAll
        }
    }
}

/// Whether nobody is waited for any more.
fn is_late(in_hand: &InHand<'_>) -> bool {
    clock::unix_now() >= in_hand.payment.deadline_at
}

/// Whether the platform may not have written down yet what it was told to take.
fn may_be_written(in_hand: &InHand<'_>, conversation: &Conversation) -> bool {
    let was_told = conversation.stage != Stage::Overdue;
    let until = in_hand.payment.deadline_at + in_hand.continuing.written_within();
    was_told && clock::unix_now() < until
}

/// When to look again; never, once it was looked at for long enough.
fn next_look(in_hand: &InHand<'_>, conversation: &Conversation, waits: bool) -> Option<i64> {
    let tries = conversation.tries;
    // What is to run on a day to come says nothing before.
    let made = match in_hand.runs_from() {
        Some(runs) if clock::unix_now() < runs && in_hand.is_untold() => {
            return Some(clock::ask_again_at(tries).min(runs));
        }
        Some(runs) if clock::unix_now() < runs => return Some(runs),
        Some(runs) => runs,
        None => in_hand.payment.created_at,
    };
    if waits {
        return clock::ask_for_word_at(made, tries);
    }
    (!clock::asked_for_long_enough(made)).then(|| clock::ask_again_at(tries))
}

/// Whether the platform has told that it waits for another's word itself.
async fn waits_for_word(in_hand: &InHand<'_>) -> Result<bool, StoreError> {
    let id = &in_hand.payment.id;
    let found = in_hand.app.store.payment(id).await?;
    Ok(found.is_some_and(|(_, book)| Folded::new(&book, clock::unix_now()).waits(id)))
}

async fn leave(
    in_hand: &InHand<'_>,
    at: Stage,
    to: Stage,
    next_try_at: Option<i64>,
) -> Result<(), StoreError> {
    let advance = Advance {
        next_try_at,
        ..Advance::new(at, to)
    };
    in_hand.advance(&advance).await.map(drop)
}

#[cfg(test)]
mod tests;
