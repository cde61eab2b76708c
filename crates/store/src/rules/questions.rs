//! Questions to the platforms about what signed messages claim.

use guichet_domain::event::{Part, PaymentEvent};
use guichet_domain::id::PaymentId;

use crate::error::StoreError;
use crate::transaction::{NewEvent, NewQuestion, Transaction};
use crate::types::{ASKING_SECONDS, Book, DENIED, Question};

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

/// The last answer of a question that somebody has taken and not answered yet.
const ASKING: &str = "asking";

/// The last answer of a question that our own account's word has ended.
const AGREED: &str = "agreed";

/// The last answer of a question about what proved to be ours by another way.
const OURS: &str = "ours";

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
    let others = tx.open_claims(payment, call, transaction, DENIED).await?;
    let crowded = others >= SAME_TRANSACTION_MAX;
    let (next_try_at, tries, answer) = match ask {
        _ if crowded => (now + SAME_TRANSACTION_LATER, 0, None),
        Ask::Now => (now + ASKING_SECONDS, 1, Some(ASKING)),
        Ask::Later => (now, 0, None),
    };
    let question = NewQuestion {
        event_seq,
        payment,
        next_try_at,
        tries,
        answer,
    };
    tx.add_question(&question).await?;
    Ok(ask == Ask::Now && !crowded)
}

/// What is known to be ours need not be asked about.
pub(crate) async fn end(tx: &mut dyn Transaction, event: &NewEvent<'_>) -> Result<(), StoreError> {
    tx.end_questions(event.account, event.identity, OURS).await
}

/// Our own account has agreed: there is nothing more to ask.
pub(crate) async fn agree(tx: &mut dyn Transaction, event_seq: i64) -> Result<(), StoreError> {
    tx.set_question(event_seq, None, AGREED).await
}

/// The platform tells again what is not confirmed yet: it is asked again soon, unless somebody is
/// asking now.
pub(crate) async fn hasten(
    tx: &mut dyn Transaction,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
    let (then, except) = (event.now + TOLD_AGAIN, [AGREED, OURS, ASKING]);
    tx.hasten_questions(event.account, event.identity, then, &except)
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
    tx.take_questions(event_seqs, now, now + ASKING_SECONDS, ASKING)
        .await
}

/// Makes due what was taken and never answered.
pub(crate) async fn release(tx: &mut dyn Transaction, now: i64) -> Result<(), StoreError> {
    tx.release_questions(now, ASKING).await
}

/// Puts the next question off; for good, where there is no time for it, or beside many that were
/// denied when it was too, often enough. A question that has ended keeps its row, with the answer,
/// for whoever looks into the payment.
pub(crate) async fn put_off(
    tx: &mut dyn Transaction,
    event_seq: i64,
    next_try_at: Option<i64>,
    answer: &str,
) -> Result<(), StoreError> {
    let denied = next_try_at.is_some() && answer.starts_with(DENIED);
    let hopeless = denied
        && tx
            .denied_beside(event_seq, DENIED)
            .await?
            .is_some_and(|(tries, others)| tries >= DENIED_TIMES && others >= DENIED_MAX);
    let next_try_at = next_try_at.filter(|_| !hopeless);
    tx.set_question(event_seq, next_try_at, answer).await
}
