//! What an event moved is written into the ledger with it, in the same transaction.

use guichet_domain::id::PaymentId;
use guichet_domain::ledger::{Movement, difference};

use crate::error::StoreError;
use crate::transaction::{BookOf, Transaction};
use crate::types::{Book, Entry};

/// Writes what the latest event of a payment moved. All that earlier ones moved is written.
pub(crate) async fn post(
    tx: &mut dyn Transaction,
    book: &Book,
    payment: &PaymentId,
    now: i64,
) -> Result<(), StoreError> {
    let entry = book.entry(payment).ok_or_else(|| gone(payment))?;
    let before = entry.events.len().saturating_sub(1);
    let before = entry.movements_of(&book.session, before);
    let moved = difference(&before, &entry.movements(&book.session));
    write(tx, book, entry, &moved, now).await
}

/// Writes what is missing of some payments of before the ledger.
pub(crate) async fn catch_up(tx: &mut dyn Transaction, most: u32) -> Result<(), StoreError> {
    let due = tx.ledger_due(most).await?;
    for (payment, at) in &due {
        let (book, _) = tx
            .book(BookOf::Payment(payment))
            .await?
            .ok_or_else(|| gone(payment))?;
        let entry = book.entry(payment).ok_or_else(|| gone(payment))?;
        let written = tx.written(payment).await?;
        let missing = difference(&written, &entry.movements(&book.session));
        write(tx, &book, entry, &missing, *at).await?;
        tx.caught_up(payment).await?;
    }
    Ok(())
}

async fn write(
    tx: &mut dyn Transaction,
    book: &Book,
    entry: &Entry,
    movements: &[Movement],
    now: i64,
) -> Result<(), StoreError> {
    let session = &book.session;
    for movement in movements {
        let shop = (&session.shop, session.currency);
        tx.post(shop, &entry.payment.id, movement, now).await?;
    }
    Ok(())
}

fn gone(payment: &PaymentId) -> StoreError {
    StoreError::Corrupt(format!("{payment} has no session"))
}
