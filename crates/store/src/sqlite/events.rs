//! What happened: events, and what follows from them in the same transaction.

use std::collections::BTreeSet;

use guichet_domain::event::{PaymentEvent, PlatformFact, Trust};
use guichet_domain::id::PaymentId;
use guichet_domain::payment::Attention;
use sqlx::SqliteConnection;

use super::books::{BookKey, from_word, load_book, store_states};
use super::orders::refold_others;
use super::queries;
use super::writer::Turn;
use crate::{Book, OpenQuery, Recorded, Source, StoreError};

pub(super) struct NewEvent<'a> {
    /// Found by the reference, when it is recorded.
    pub(super) payment: Option<&'a PaymentId>,
    pub(super) account: &'a str,
    pub(super) reference: &'a str,
    pub(super) identity: &'a str,
    pub(super) content: &'a PaymentEvent,
    pub(super) source: Source,
    pub(super) raw: Option<&'a [u8]>,
    pub(super) now: i64,
}

impl<'a> NewEvent<'a> {
    /// What a platform told.
    pub(super) fn of(
        fact: &'a PlatformFact,
        source: Source,
        raw: Option<&'a [u8]>,
        now: i64,
    ) -> Self {
        Self {
            payment: None,
            account: fact.account.as_str(),
            reference: &fact.reference,
            identity: &fact.identity,
            content: &fact.event,
            source,
            raw,
            now,
        }
    }
}

/// When a claim is asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ask {
    /// By whoever records it, now.
    Now,
    /// By whoever looks for what is due.
    Later,
}

/// What became of an event.
pub(super) struct Outcome {
    pub(super) recorded: Recorded,
    /// The question that was taken with it.
    pub(super) query: Option<OpenQuery>,
}

impl Outcome {
    /// Commits, also where it had no effect: what was recorded before may not be on disk yet.
    pub(super) async fn keep(self, tx: Turn) -> Result<(Recorded, Option<OpenQuery>), StoreError> {
        tx.commit().await?;
        Ok((self.recorded, self.query))
    }
}

/// Records an event, and what follows from it.
pub(super) async fn record(
    tx: &mut SqliteConnection,
    mut event: NewEvent<'_>,
    ask: Ask,
) -> Result<Outcome, StoreError> {
    let without_effect = |recorded| Outcome {
        recorded,
        query: None,
    };
    let found = find_payment(tx, event.account, event.reference).await?;
    let payment = match found {
        Some(payment) if bind(tx, &event, &payment).await? => Some(payment),
        _ => None,
    };
    event.payment = payment.as_ref();
    let content = serde_json::to_string(event.content)?;
    let (again, same) = told_before(tx, &event, &content).await?;
    if same {
        if event.source == Source::Notification {
            queries::ask_again(tx, &event).await?;
        }
        return Ok(without_effect(Recorded::Duplicate));
    }
    let seq = insert_event(tx, &event, &content).await?;
    let Some(payment) = event.payment else {
        return Ok(without_effect(Recorded::Unmatched));
    };
    let mut asked = false;
    if let PaymentEvent::Part(part) = event.content {
        match part.trust {
            Trust::Signed => asked = queries::add(tx, seq, payment, event.now, ask).await?,
            Trust::Ours => queries::end(tx, &event).await?,
        }
    }
    let (attention, book) = refold(tx, payment).await?;
    let id = payment.clone();
    let query = match (asked, ask) {
        (true, Ask::Now) => queries::open(book, payment, event.content, seq),
        _ => None,
    };
    Ok(Outcome {
        recorded: if again && attention.contains(&Attention::Conflict) {
            Recorded::Conflict(id)
        } else {
            Recorded::New(id)
        },
        query,
    })
}

/// Adds the event and gives its number.
async fn insert_event(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    content: &str,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO events (payment_id, account, reference, identity, content, source, raw,
            received_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
    )
    .bind(event.payment.map(PaymentId::as_str))
    .bind(event.account)
    .bind(event.reference)
    .bind(event.identity)
    .bind(content)
    .bind(event.source.as_str())
    .bind(event.raw)
    .bind(event.now)
    .fetch_one(tx)
    .await?)
}

/// The payment that a reference names.
async fn find_payment(
    tx: &mut SqliteConnection,
    account: &str,
    reference: &str,
) -> Result<Option<PaymentId>, StoreError> {
    let id: Option<String> =
        sqlx::query_scalar("SELECT id FROM payments WHERE account = ? AND reference = ?")
            .bind(account)
            .bind(reference)
            .fetch_optional(tx)
            .await?;
    id.as_deref().map(from_word).transpose()
}

/// Binds the transaction that an event proves to be ours to this payment. `false`: it pays another
/// one already.
async fn bind(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    payment: &PaymentId,
) -> Result<bool, StoreError> {
    let (call, transaction) = match event.content {
        PaymentEvent::Part(part) if part.trust == Trust::Ours => (&part.call, &part.transaction),
        PaymentEvent::Confirmed(word) => (&word.call, &word.transaction),
        _ => return Ok(true),
    };
    sqlx::query(
        "INSERT INTO transactions (account, call, transaction_number, payment_id)
         VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(event.account)
    .bind(call)
    .bind(transaction)
    .bind(payment.as_str())
    .execute(&mut *tx)
    .await?;
    let bound: String = sqlx::query_scalar(
        "SELECT payment_id FROM transactions
         WHERE account = ? AND call = ? AND transaction_number = ?",
    )
    .bind(event.account)
    .bind(call)
    .bind(transaction)
    .fetch_one(tx)
    .await?;
    Ok(bound == payment.as_str())
}

/// Whether the same transaction was told of before, and whether with the same content. It is looked
/// up first: an insert that changes nothing would be flushed to disk all the same, since it counts
/// up the table's sequence.
async fn told_before(
    tx: &mut SqliteConnection,
    event: &NewEvent<'_>,
    content: &str,
) -> Result<(bool, bool), StoreError> {
    Ok(sqlx::query_as(
        "SELECT count(*) > 0, coalesce(max(content = ?), 0) FROM events
         WHERE account = ? AND identity = ?",
    )
    .bind(content)
    .bind(event.account)
    .bind(event.identity)
    .fetch_one(tx)
    .await?)
}

/// Folds the payments of a session anew after one of them got an event, and settles the session
/// with that one if it reached the total and no other had paid the order. Gives why a person
/// should look at it, and the book.
pub(super) async fn refold(
    tx: &mut SqliteConnection,
    payment: &PaymentId,
) -> Result<(BTreeSet<Attention>, Book), StoreError> {
    let Some(mut book) = load_book(tx, BookKey::Payment(payment.as_str())).await? else {
        return Err(StoreError::Corrupt(format!("{payment} has no session")));
    };
    let states = book.states();
    let settles = book
        .attempts(&states)
        .any(|(p, attempt)| p.id == *payment && attempt.state.money.is_settled());
    let settles = settles && !book.session.is_settled();
    if settles {
        sqlx::query("UPDATE sessions SET settled_by = ? WHERE id = ? AND settled_by IS NULL")
            .bind(payment.as_str())
            .bind(book.session.id.as_str())
            .execute(&mut *tx)
            .await?;
        book.session.settled_by = Some(payment.clone());
    }
    let told = store_states(tx, &book, &states).await?;
    if settles {
        refold_others(tx, &book.session.id).await?;
    }
    let own = told.into_iter().find(|(p, _)| p == payment);
    Ok((
        own.map(|(_, attention)| attention).unwrap_or_default(),
        book,
    ))
}
