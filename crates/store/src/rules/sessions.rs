//! Sessions are made once for a request, and closed unless something of them may take money.

use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;

use super::notices;
use crate::error::StoreError;
use crate::transaction::{BookOf, FirstSettled, Transaction};
use crate::types::{Advance, Book, Closed, Idempotency, Kept, SecretDigest};

/// Adds a session, unless the same request made one that is not dead: see
/// [`add_session`](crate::Store::add_session).
pub(crate) async fn add(
    tx: &mut dyn Transaction,
    session: &mut Session,
    secret: &SecretDigest,
    mark: &Idempotency,
) -> Result<Kept, StoreError> {
    let order = order_key(tx, session).await?;
    let added = tx.add_answered_session(session, &order, secret, mark);
    if let Some(FirstSettled(first)) = added.await? {
        session.know_order(first);
        return Ok(Kept::New);
    }
    let new = session.id.to_string();
    match tx.answer_to(mark).await? {
        Some(Kept::Replayed(id)) => {
            let made = SessionId::try_from(id.clone())
                .map_err(|_| StoreError::Corrupt(format!("{id} is no session's id")))?;
            match dead(tx, &made, session.created_at).await? {
                Some(dead) => session.replaces = Some(dead),
                None => return Ok(Kept::Replayed(id)),
            }
            tx.replace_answer(mark, &new).await?;
        }
        Some(kept) => return Ok(kept),
        // Old ones are erased.
        None => tx.add_answer(mark, &new, session.created_at).await?,
    }
    let order = order_key(tx, session).await?;
    let FirstSettled(first) = tx.add_session(session, &order, secret).await?;
    session.know_order(first);
    Ok(Kept::New)
}

/// The session's id, if it is dead by then.
async fn dead(
    tx: &mut dyn Transaction,
    session: &SessionId,
    now: i64,
) -> Result<Option<SessionId>, StoreError> {
    let book = tx.book(BookOf::Session(session)).await?;
    let dead = book.filter(|(book, _)| book.overview(&book.states(), now).dead);
    Ok(dead.map(|(book, _)| book.session.id))
}

/// What the sessions that pay one order have in common. Where references repeat, a session is an
/// order of its own, and so is the one that replaces it.
async fn order_key(tx: &mut dyn Transaction, session: &Session) -> Result<String, StoreError> {
    if !session.references_repeat {
        return Ok(format!("reference:{}", session.reference));
    }
    match &session.replaces {
        Some(replaced) => tx.order_key(replaced).await,
        None => Ok(format!("session:{}", session.id)),
    }
}

/// Closes a session, unless something of it may still take money. What waits for the shopper's card
/// or answer, of which nothing was sent yet, can't go on from here.
pub(crate) async fn close(
    tx: &mut dyn Transaction,
    id: &SessionId,
    now: i64,
) -> Result<Closed, StoreError> {
    let Some((book, _)) = tx.book(BookOf::Session(id)).await? else {
        return Err(StoreError::Corrupt(format!("{id} is not there")));
    };
    if book.session.is_settled() {
        return Ok(Closed::Settled);
    }
    let under_way = may_be_open(&book);
    if !under_way.is_empty() {
        return Ok(Closed::UnderWay(under_way));
    }
    if now < book.session.expires_at {
        tx.end_session(id, now).await?;
    }
    for entry in &book.payments {
        let Some(stage) = entry.stage else { continue };
        let closed = stage.once_closed();
        if closed != stage {
            let advance = Advance::new(stage, closed);
            tx.advance(&entry.payment.id, &advance).await?;
        }
    }
    notices::record_expiry(tx, id, now).await?;
    Ok(Closed::Done)
}

fn may_be_open(book: &Book) -> Vec<PaymentId> {
    let states = book.states();
    let open = book
        .attempts(&states)
        .filter(|(_, attempt)| attempt.may_be_open());
    open.map(|(payment, _)| payment.id.clone()).collect()
}
