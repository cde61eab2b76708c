//! What is told of a payment, and how it comes into the books.

use guichet_domain::event::{PaymentEvent, PlatformFact};
use guichet_domain::id::PaymentId;
use guichet_providers::Verified;
use guichet_store::{Recorded, Source, StoreError};

use crate::app::App;
use crate::clock;

/// The one way in for what moves money. It takes what a platform vouched for, and nothing else;
/// when it returns, the fact is on disk.
pub(crate) async fn ingest(
    app: &App,
    fact: &Verified<PlatformFact>,
    source: Source,
    raw: Option<&[u8]>,
) -> Result<Recorded, StoreError> {
    let now = clock::unix_now();
    // Where there is room, what is claimed is asked about at once.
    let (recorded, query) = match app.queues.questions.room() {
        Some(room) => {
            let (recorded, query) = app.store.record_claim(fact, source, raw, now).await?;
            (recorded, query.map(|query| (query, room)))
        }
        None => (app.store.record_fact(fact, source, raw, now).await?, None),
    };
    tell(&recorded, fact, source);
    match query {
        Some((query, room)) => app.queues.questions.hand_over(query, room),
        // It may be asked about later, or again.
        None => app.queues.questions.wake(),
    }
    app.queues.notices.wake();
    Ok(recorded)
}

/// Takes our own account's word on a claim, which ends the question about it.
pub(crate) async fn ingest_answer(
    app: &App,
    fact: &Verified<PlatformFact>,
    event_seq: i64,
) -> Result<(), StoreError> {
    let now = clock::unix_now();
    let recorded = app.store.record_answer(fact, event_seq, now).await?;
    tell(&recorded, fact, Source::Query);
    app.queues.notices.wake();
    Ok(())
}

/// Logs what became of a fact.
fn tell(recorded: &Recorded, fact: &PlatformFact, source: Source) {
    match recorded {
        Recorded::New(payment) => {
            tracing::info!(%payment, source = ?source, "a platform's fact was recorded");
        }
        Recorded::Conflict(payment) => {
            tracing::error!(
                alert = "conflict", %payment, identity = %fact.identity,
                "one transaction was told of twice with different contents"
            );
        }
        Recorded::Duplicate => {}
        Recorded::Unmatched => {
            tracing::error!(
                alert = "unmatched", account = %fact.account, reference = %fact.reference,
                "a genuine message fits no payment of ours: money may have moved"
            );
        }
    }
}

/// Records a hint of the browser or the passing of time: neither moves money.
pub(crate) async fn record_hint(
    app: &App,
    payment: &PaymentId,
    hint: &PaymentEvent,
    source: Source,
) -> Result<Recorded, StoreError> {
    let recorded = app
        .store
        .record_hint(payment, hint, source, clock::unix_now())
        .await?;
    app.queues.notices.wake();
    Ok(recorded)
}
