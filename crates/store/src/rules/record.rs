//! What happened: events, and what follows from them.

use std::collections::BTreeSet;

use guichet_domain::event::{PaymentEvent, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::payment::{Attention, PaymentState};

use super::handled::handled;
use super::ledger;
use super::notices;
use super::questions::{self, Ask};
use crate::error::StoreError;
use crate::transaction::{BookOf, Listing, NewEvent, Transaction};
use crate::types::{Book, Question, Recorded, Source};
use crate::words::word;

/// What a listing has where nothing needs a person.
const NOTHING: &str = "[]";

/// What became of an event.
pub(crate) struct Outcome {
    pub(crate) recorded: Recorded,
    /// The question that was taken with it.
    pub(crate) question: Option<Question>,
}

impl Outcome {
    fn without_effect(recorded: Recorded) -> Self {
        Self {
            recorded,
            question: None,
        }
    }
}

/// Records an event, and what follows from it.
pub(crate) async fn record(
    tx: &mut dyn Transaction,
    event: &NewEvent<'_>,
    ask: Ask,
) -> Result<Outcome, StoreError> {
    let content = serde_json::to_string(event.content)?;
    let found = tx.find(event, &content).await?;
    let payment = match found.payment {
        Some(payment) if is_free_for(tx, event, &payment).await? => Some(payment),
        _ => None,
    };
    if found.same {
        if event.source == Source::Notification {
            questions::hasten(tx, event).await?;
        }
        return Ok(Outcome::without_effect(Recorded::Duplicate));
    }
    let seq = tx.add_event(event, payment.as_ref(), &content).await?;
    let Some(payment) = payment else {
        return Ok(Outcome::without_effect(Recorded::Unmatched));
    };
    if let PaymentEvent::Rebilling {
        amount: Some(_), ..
    } = event.content
    {
        change_amount(tx, &payment).await?;
    }
    let mut taken = false;
    if let PaymentEvent::Part(part) = event.content {
        match part.trust {
            // It need not be asked about.
            Trust::Signed if found.ours => {}
            Trust::Signed => {
                taken = questions::put(tx, seq, &payment, part, event.now, ask).await?;
            }
            Trust::Ours => questions::end(tx, event).await?,
        }
    }
    let (attention, book) = refold(tx, &payment, event.now).await?;
    ledger::post(tx, &book, &payment, event.now).await?;
    let question = taken.then(|| questions::open(book, &payment, event.content, seq));
    Ok(Outcome {
        question: question.flatten(),
        recorded: if found.told && attention.contains(&Attention::Conflict) {
            Recorded::Conflict(payment)
        } else {
            Recorded::New(payment)
        },
    })
}

/// Records our own account's word on a claim, which ends the question about it.
pub(crate) async fn answer(
    tx: &mut dyn Transaction,
    event: &NewEvent<'_>,
    event_seq: i64,
) -> Result<Recorded, StoreError> {
    let outcome = record(tx, event, Ask::Later).await?;
    questions::agree(tx, event_seq).await?;
    Ok(outcome.recorded)
}

/// Records a hint of the browser, a person's decision or the passing of time, which move no money.
pub(crate) async fn hint(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
    hint: &PaymentEvent,
    source: Source,
    now: i64,
) -> Result<Recorded, StoreError> {
    if !matches!(
        hint,
        PaymentEvent::Decided { .. }
            | PaymentEvent::Reported { .. }
            | PaymentEvent::Rebilling { .. }
            | PaymentEvent::RebillingUntold { .. }
            | PaymentEvent::CalledOff
            | PaymentEvent::RebilledBy { .. }
            | PaymentEvent::Returned { .. }
            | PaymentEvent::DeadlinePassed
    ) {
        return Err(StoreError::Corrupt(
            "a hint can't be a platform's fact".into(),
        ));
    }
    if matches!(hint, PaymentEvent::Decided { .. }) && is_decided(tx, payment).await? {
        return Ok(Recorded::Duplicate);
    }
    let Some((account, reference)) = tx.reference_of(payment).await? else {
        return Ok(Recorded::Unmatched);
    };
    let identity = format!("{payment}|{}", serde_json::to_string(hint)?);
    let event = NewEvent {
        account: &account,
        reference: &reference,
        identity: &identity,
        content: hint,
        source,
        raw: None,
        now,
    };
    Ok(record(tx, &event, Ask::Later).await?.recorded)
}

/// Whether a person has decided about what the platform holds: the first decision holds, since the
/// platform may have been told of it.
async fn is_decided(tx: &mut dyn Transaction, payment: &PaymentId) -> Result<bool, StoreError> {
    let book = tx.book(BookOf::Payment(payment)).await?;
    Ok(book.is_some_and(|(book, _)| {
        let entry = book.entry(payment);
        entry.is_some_and(|entry| entry.state(&book.session).decided.is_some())
    }))
}

/// A rebilling charges what was said of it last, and so is its session to be paid with that. What
/// the platform has told of a transaction of is changed no more.
async fn change_amount(tx: &mut dyn Transaction, payment: &PaymentId) -> Result<(), StoreError> {
    let Some((mut book, _)) = tx.book(BookOf::Payment(payment)).await? else {
        return Err(StoreError::Corrupt(format!("{payment} has no session")));
    };
    let state = book.entry(payment).map(|entry| entry.state(&book.session));
    let waits = state.filter(|state| state.parts.is_empty() && !book.session.is_settled());
    let wanted = waits.and_then(|state| state.rebilling?.amount);
    match wanted.filter(|wanted| *wanted != book.session.amount) {
        Some(wanted) => {
            book.session.amount = wanted;
            tx.change_amount(&book.session).await
        }
        None => Ok(()),
    }
}

/// Whether the transaction that an event proves to be ours pays this payment, or none yet: it is
/// bound to the first one.
async fn is_free_for(
    tx: &mut dyn Transaction,
    event: &NewEvent<'_>,
    payment: &PaymentId,
) -> Result<bool, StoreError> {
    let (call, transaction) = match event.content {
        PaymentEvent::Part(part) if part.trust == Trust::Ours => (&part.call, &part.transaction),
        PaymentEvent::Confirmed(answer) => (&answer.call, &answer.transaction),
        _ => return Ok(true),
    };
    let bound = tx.bind(event.account, call, transaction, payment).await?;
    Ok(bound == *payment)
}

/// Folds the payments of a session anew after something of one of them has changed, and settles
/// the session with that one if it reached the total and no other had paid the order. What the shop
/// should be told of it is written with it. Gives why a person should look at it, and the book.
pub(crate) async fn refold(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
    now: i64,
) -> Result<(BTreeSet<Attention>, Book), StoreError> {
    let Some((mut book, listed)) = tx.book(BookOf::Payment(payment)).await? else {
        return Err(StoreError::Corrupt(format!("{payment} has no session")));
    };
    let states = book.states();
    let reached = book
        .attempts(&states)
        .any(|(p, attempt)| p.id == *payment && attempt.state.money.is_settled());
    let settles = reached && !book.session.is_settled();
    if settles {
        tx.settle(&book.session.id, payment).await?;
        book.session.settled_by = Some(payment.clone());
    }
    let attention = list(tx, &book, &states, &listed, Some(payment)).await?;
    notices::tell(tx, &book, &states, now).await?;
    if settles {
        // What the order's other sessions hold is to be looked at by a person.
        for other in tx.others_of_order(&book.session.id).await? {
            if let Some((book, listed)) = tx.book(BookOf::Session(&other)).await? {
                let states = book.states();
                list(tx, &book, &states, &listed, None).await?;
                notices::tell(tx, &book, &states, now).await?;
            }
        }
    }
    Ok((attention, book))
}

/// Writes what the lists show of a payment anew, since a person has looked after something of it.
pub(crate) async fn list_anew(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
) -> Result<(), StoreError> {
    if let Some((book, listed)) = tx.book(BookOf::Payment(payment)).await? {
        let states = book.states();
        list(tx, &book, &states, &listed, None).await?;
    }
    Ok(())
}

/// Writes what the lists show of a book's payments, where it has changed, and gives why a person
/// should look at the payment `of`.
async fn list(
    tx: &mut dyn Transaction,
    book: &Book,
    states: &[PaymentState],
    listed: &[Listing],
    of: Option<&PaymentId>,
) -> Result<BTreeSet<Attention>, StoreError> {
    let mut told = BTreeSet::new();
    for (((payment, attempt), before), entry) in
        book.attempts(states).zip(listed).zip(&book.payments)
    {
        let attention = attempt.attention(&book.session);
        let handled = if attention.is_empty() && before.attention == NOTHING {
            BTreeSet::new()
        } else {
            handled(tx, entry, &attention).await?
        };
        let listing = Listing {
            money: word(&attempt.state.money)?,
            attention: serde_json::to_string(&attention)?,
            handled: serde_json::to_string(&handled)?,
            deadline_passed: attempt.state.deadline_passed,
        };
        if listing != *before {
            tx.list(&payment.id, &listing).await?;
        }
        if of == Some(&payment.id) {
            told = attention;
        }
    }
    Ok(told)
}
