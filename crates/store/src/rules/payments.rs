//! Payments are made while their session takes any, and go from stage to stage.

use guichet_domain::id::PaymentId;
use guichet_domain::session::PAYMENTS_MAX;
use guichet_domain::stage::Stage;

use super::record::refold;
use crate::error::StoreError;
use crate::transaction::{BookOf, Transaction};
use crate::types::{AddedPayment, Advance, Beside, Conversation, Idempotency, Kept, Payment};

/// Adds a payment, unless its session takes none: see [`add_payment`](crate::Store::add_payment).
pub(crate) async fn add(
    tx: &mut dyn Transaction,
    payment: &Payment,
    conversation: Option<&Conversation>,
    mark: &Idempotency,
    body: &str,
) -> Result<AddedPayment, StoreError> {
    if let Some(kept) = tx.answer_to(mark).await? {
        return Ok(AddedPayment::Kept(kept));
    }
    let standing = tx.standing(&payment.session).await?;
    // The first session that is settled pays the order, for all of them.
    if standing.any_settled {
        return Ok(AddedPayment::Settled);
    }
    if payment.created_at >= standing.expires_at {
        return Ok(AddedPayment::Expired);
    }
    if standing.payments >= PAYMENTS_MAX {
        return Ok(AddedPayment::TooMany);
    }
    tx.add_payment(payment, standing.payments).await?;
    if let Some(conversation) = conversation {
        // Nobody waits longer than that.
        let then = payment.deadline_at;
        tx.add_conversation(&payment.id, conversation, then).await?;
    }
    tx.add_answer(mark, body, payment.created_at).await?;
    Ok(AddedPayment::Kept(Kept::New))
}

/// Whether nothing stands beside a payment that must not.
async fn may_order(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
    beside: Beside,
    now: i64,
) -> Result<bool, StoreError> {
    let Some((book, _)) = tx.book(BookOf::Payment(payment)).await? else {
        return Ok(false);
    };
    let mut others = book.payments.iter().filter(|e| e.payment.id != *payment);
    let talking = others.any(|entry| entry.stage == Some(Stage::Talking));
    let is_open = || book.overview(&book.states(), now).open_elsewhere;
    Ok(!(beside.not_talking && talking
        || beside.not_settled && book.session.is_settled()
        || beside.not_open && is_open()))
}

/// Moves a payment from stage to stage; `false` if it was not where it had to be.
pub(crate) async fn advance(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
    advance: &Advance<'_>,
    now: i64,
) -> Result<bool, StoreError> {
    if let Some(beside) = advance.beside
        && !may_order(tx, payment, beside, now).await?
    {
        return Ok(false);
    }
    if !tx.advance(payment, advance).await? {
        return Ok(false);
    }
    if let Some(answer) = &advance.answer {
        // The request that made a payment may have moved it as well: it has an answer already.
        if !tx.replace_answer(answer.mark, answer.body).await? {
            tx.add_answer(answer.mark, answer.body, answer.at).await?;
        }
    }
    // Whether an outcome is still open decides what a person should look at.
    refold(tx, payment, now).await?;
    Ok(true)
}
