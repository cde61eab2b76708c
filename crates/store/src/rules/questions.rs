//! Questions to the platforms about what signed messages claim.

use guichet_domain::event::{Part, PaymentEvent};
use guichet_domain::id::PaymentId;

use crate::error::StoreError;
use crate::transaction::{NewEvent, NewQuestion, Transaction};
use crate::types::{ASKING_SECONDS, Book, Question, QuestionState, Unconfirmed};

/// Most claims that name one transaction and are asked about at once. A transaction has one
/// content, or two when it was pending first: more are forged, and must not keep the true one
/// waiting. The others are asked about later, and a claim that was denied holds up none.
const SAME_TRANSACTION_MAX: u32 = 10;

/// By how many seconds the others are asked about later.
const SAME_TRANSACTION_LATER: i64 = 600;

/// Denied claims of one payment of which each is asked about for as long as it may be: the
/// platform's books may lag. Beyond that a claim that was denied so often is not asked about again.
const DENIED_MAX: u32 = 50;

/// How often the platform denies a claim before it counts as denied for good, beyond that number.
const DENIED_TIMES: u32 = 5;

/// How soon a claim is asked about again that was told again, in seconds.
const TOLD_AGAIN: i64 = 2;

/// A question goes before those that were asked more often, so that no claim waits behind those
/// that are denied again and again; from so many times on, none goes before another for it.
pub(crate) const LEAST_ASKED: u32 = 3;

/// The questions that hold up others about their transaction: what was denied holds up none.
const UNDECIDED: [QuestionState; 3] = [
    QuestionState::Waiting,
    QuestionState::Asking,
    QuestionState::Unanswered,
];

/// The questions that are asked again when what they are about is told again. One that was not
/// asked yet has its place among the others about its transaction.
const WITHOUT_SUCCESS: [QuestionState; 2] = [QuestionState::Denied, QuestionState::Unanswered];

/// When a claim is asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ask {
    /// By whoever records it, now.
    Now,
    /// By whoever looks for what is due.
    Later,
}

/// Has a claim asked about; later where many others name its transaction that are not answered
/// yet. Whether it is taken with that, by whoever records it.
pub(crate) async fn put(
    tx: &mut dyn Transaction,
    event_seq: i64,
    payment: &PaymentId,
    claim: &Part,
    now: i64,
    ask: Ask,
) -> Result<bool, StoreError> {
    let (call, transaction) = (&claim.call, &claim.transaction);
    let others = tx.open_claims(payment, call, transaction, &UNDECIDED);
    let others = others.await?;
    let crowded = others >= SAME_TRANSACTION_MAX;
    let (next_try_at, tries, state) = match ask {
        _ if crowded => (now + SAME_TRANSACTION_LATER, 0, QuestionState::Waiting),
        Ask::Now => (now + ASKING_SECONDS, 1, QuestionState::Asking),
        Ask::Later => (now, 0, QuestionState::Waiting),
    };
    let question = NewQuestion {
        event_seq,
        payment,
        next_try_at,
        tries,
        state,
    };
    tx.add_question(&question).await?;
    Ok(ask == Ask::Now && !crowded)
}

/// What is known to be ours need not be asked about.
pub(crate) async fn end(tx: &mut dyn Transaction, event: &NewEvent<'_>) -> Result<(), StoreError> {
    tx.end_questions(event.account, event.identity, QuestionState::Ours)
        .await
}

/// Our own account has agreed: there is nothing more to ask.
pub(crate) async fn agree(tx: &mut dyn Transaction, event_seq: i64) -> Result<(), StoreError> {
    tx.set_question(event_seq, None, QuestionState::Agreed, None)
        .await
}

/// The platform tells again what is not confirmed yet: it is asked again soon.
pub(crate) async fn hasten(
    tx: &mut dyn Transaction,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
    let then = event.now + TOLD_AGAIN;
    tx.hasten_questions(event.account, event.identity, then, &WITHOUT_SUCCESS)
        .await
}

/// A question that was taken with its claim, from the book that it was just recorded in.
pub(crate) fn open(
    book: Book,
    payment: &PaymentId,
    claim: &PaymentEvent,
    event_seq: i64,
) -> Option<Question> {
    let PaymentEvent::Part(claim) = claim else {
        return None;
    };
    let mut payments = book.payments.into_iter().map(|entry| entry.payment);
    Some(Question {
        event_seq,
        payment: payments.find(|p| p.id == *payment)?,
        session: book.session,
        claim: claim.clone(),
        tries: 0,
    })
}

/// Takes those that are still due: each counts as a try.
pub(crate) async fn take(
    tx: &mut dyn Transaction,
    event_seqs: &[i64],
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    tx.take_questions(event_seqs, now, now + ASKING_SECONDS, QuestionState::Asking)
        .await
}

/// Puts the next question off; for good, where there is no time for it, or beside many that were
/// denied when it was too, often enough. A question that has ended keeps its row, with the answer,
/// for whoever looks into the payment.
pub(crate) async fn put_off(
    tx: &mut dyn Transaction,
    event_seq: i64,
    next_try_at: Option<i64>,
    came: Unconfirmed<'_>,
) -> Result<(), StoreError> {
    let (state, answer) = match came {
        Unconfirmed::Denied(what) => (QuestionState::Denied, what),
        Unconfirmed::Unanswered(what) => (QuestionState::Unanswered, what),
    };
    let hopeless = state == QuestionState::Denied
        && next_try_at.is_some()
        && tx
            .beside_question(event_seq, QuestionState::Denied)
            .await?
            .is_some_and(|(tries, others)| tries >= DENIED_TIMES && others >= DENIED_MAX);
    let next_try_at = next_try_at.filter(|_| !hopeless);
    tx.set_question(event_seq, next_try_at, state, Some(answer))
        .await
}
