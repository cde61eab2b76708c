//! What is known of shoppers is erased once nothing happens to a session any more, or when it is
//! asked for and no money may move. What moved stays.

use guichet_domain::id::{SessionId, Slug};
use guichet_domain::shopper::Shopper;

use crate::error::StoreError;
use crate::transaction::{BookOf, Transaction};
use crate::types::{Book, Erased};

/// Erases what nothing has happened to for long enough, whatever became of it.
pub(crate) async fn old(
    tx: &mut dyn Transaction,
    shop: &Slug,
    before: i64,
    limit: u32,
    now: i64,
) -> Result<u32, StoreError> {
    let due = tx.erasable(shop, before, limit).await?;
    for session in &due {
        match tx.book(BookOf::Session(session)).await {
            Ok(Some((book, _))) => erase(tx, book, now).await?,
            // It must hold up no other, and is not looked at again.
            Ok(None) | Err(StoreError::Corrupt(_)) => {
                tracing::error!(alert = "corrupt", %session, "it can't be read, nor erased");
                tx.skip_erasing(session, now).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(u32::try_from(due.len()).unwrap_or(u32::MAX))
}

/// Erases what is known of one shopper, but where money may still move.
pub(crate) async fn shopper(
    tx: &mut dyn Transaction,
    shop: Option<&Slug>,
    shopper: &str,
    now: i64,
) -> Result<Erased, StoreError> {
    let mut erased = Erased::default();
    for session in tx.sessions_of(shop, shopper).await? {
        let Some((book, _)) = tx.book(BookOf::Session(&session)).await? else {
            continue;
        };
        if may_move(&book, now) {
            erased.left.push(session);
        } else {
            erase(tx, book, now).await?;
            erased.sessions += 1;
        }
    }
    if erased.left.is_empty() {
        erased.cards = tx.forget_cards(shop, shopper).await?;
    }
    Ok(erased)
}

/// Whether a shopper may still pay, a platform may still take, or something is being done with what
/// was taken.
fn may_move(book: &Book, now: i64) -> bool {
    let states = book.states();
    let open = !book.session.is_settled() && now < book.session.expires_at;
    let operated = states.iter().any(|state| {
        let mut operations = state.operations.iter();
        operations.any(|operation| !operation.event.progress.is_over())
    });
    let mut attempts = book.attempts(&states);
    open || operated || attempts.any(|(_, attempt)| attempt.may_be_open())
}

async fn erase(tx: &mut dyn Transaction, book: Book, now: i64) -> Result<(), StoreError> {
    let mut session = book.session;
    let id: SessionId = session.id.clone();
    session.shopper = Shopper::default();
    session.metadata.clear();
    // These have columns of their own.
    session.paid_in = None;
    tx.erase(&id, &serde_json::to_string(&session)?, now).await
}
