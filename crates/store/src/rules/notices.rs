//! Notices are written with what calls for them, sent in the order of their session where that is
//! possible, and kept until they are delivered.

use guichet_domain::id::{SessionId, Slug};
use guichet_domain::notice::{Notice, due};
use guichet_domain::payment::PaymentState;

use crate::error::StoreError;
use crate::transaction::{BookOf, NoticeUpdate, TakeNotices, Transaction};
use crate::types::{Book, Followed, NOTICE_TRIED_FOR, OutgoingNotice, SENDING_SECONDS, Sent};
use crate::words::word;

/// How often an earlier notice of a session may fail until later ones go before it: some four
/// minutes. One that a shop's server can't take must not keep a paid order from it for days.
const ORDERED_TRIES: u32 = 6;

/// From how many failures in a row on an endpoint that works again is sent at once all that waits,
/// in the order of its becoming true.
const HASTEN_FAILURES: u32 = 4;

/// Why an endpoint is disabled that said so itself.
const GONE: &str = "it answered 410";

/// Why an endpoint is disabled that failed for too long.
const FAILED: &str = "it took nothing for three days";

/// Why an endpoint is disabled by the operator.
const BY_COMMAND: &str = "by command";

/// Writes what the shop should be told of a book by now and was not told yet.
pub(crate) async fn tell(
    tx: &mut dyn Transaction,
    book: &Book,
    states: &[PaymentState],
    now: i64,
) -> Result<(), StoreError> {
    let attempts = book.attempts(states);
    let attempts: Vec<_> = attempts
        .map(|(payment, attempt)| (payment.method.clone(), attempt))
        .collect();
    let session = &book.session;
    for notice in due(session, &attempts, book.expired) {
        let (subject, content) = (subject(&notice)?, serde_json::to_string(&notice.content)?);
        tx.add_notice(session, notice.kind, &subject, &content, now)
            .await?;
    }
    Ok(())
}

fn subject(notice: &Notice) -> Result<String, StoreError> {
    let subject = notice.subject();
    let mut words = Vec::new();
    words.extend(subject.payment.map(ToString::to_string));
    words.extend(subject.attention.map(|why| word(&why)).transpose()?);
    words.extend(subject.operation.map(ToString::to_string));
    Ok(words.join("|"))
}

/// Records that the time of sessions has passed. One that can't be read holds up no other.
pub(crate) async fn expire(
    tx: &mut dyn Transaction,
    sessions: &[SessionId],
    now: i64,
) -> Result<(), StoreError> {
    for session in sessions {
        match record_expiry(tx, session, now).await {
            Err(StoreError::Corrupt(error)) => tracing::error!(
                alert = "corrupt", %session, error.cause = error,
                "an expired session is skipped: its shop is not told"
            ),
            done => done?,
        }
    }
    Ok(())
}

/// Records that a session's time has passed, and tells the shop if nothing can pay it any more.
pub(crate) async fn record_expiry(
    tx: &mut dyn Transaction,
    session: &SessionId,
    now: i64,
) -> Result<(), StoreError> {
    if !tx.end_expiry(session).await? {
        return Ok(());
    }
    if let Some((book, _)) = tx.book(BookOf::Session(session)).await? {
        tell(tx, &book, &book.states(), now).await?;
    }
    Ok(())
}

/// Takes what is due of these shops.
pub(crate) async fn take(
    tx: &mut dyn Transaction,
    shops: &[Slug],
    now: i64,
    limit: u32,
    each: u32,
) -> Result<Vec<OutgoingNotice>, StoreError> {
    let mut taken = Vec::new();
    for shop in shops {
        let had = u32::try_from(taken.len()).unwrap_or(u32::MAX);
        let take = TakeNotices {
            shop,
            now,
            until: now + SENDING_SECONDS,
            ordered_tries: ORDERED_TRIES,
            most: limit.saturating_sub(had),
            under_way: each,
        };
        taken.extend(tx.take_notices(&take).await?);
    }
    Ok(taken)
}

/// Records what came of sending a notice.
pub(crate) async fn record_sent(
    tx: &mut dyn Transaction,
    notice: &OutgoingNotice,
    sent: &Sent,
    now: i64,
) -> Result<Followed, StoreError> {
    let (seq, shop) = (notice.seq, &notice.shop);
    match sent {
        Sent::Delivered => {
            let delivered = NoticeUpdate {
                next_try_at: None,
                delivered_at: Some(now),
                answer: "delivered",
            };
            tx.update_notice(seq, &delivered).await?;
            let failures = tx.endpoint_worked(shop).await?;
            if failures >= HASTEN_FAILURES {
                tx.hasten_notices(shop, now).await?;
            }
            Ok(Followed::Nothing)
        }
        Sent::Gone => {
            // It waits for the endpoint to be enabled again.
            tx.update_notice(seq, &NoticeUpdate::waits(now, "410"))
                .await?;
            tx.disable_endpoint(shop, now, GONE).await?;
            Ok(Followed::Disabled(GONE.into()))
        }
        Sent::Failed { why, next_try_at } => {
            let failing_since = tx.endpoint_failed(shop, now).await?;
            if failing_since.is_some_and(|since| now - since >= NOTICE_TRIED_FOR) {
                tx.update_notice(seq, &NoticeUpdate::waits(now, why))
                    .await?;
                tx.disable_endpoint(shop, now, FAILED).await?;
                return Ok(Followed::Disabled(FAILED.into()));
            }
            let first = tx.first_try_of(seq).await?;
            if first.is_some_and(|first| now - first >= NOTICE_TRIED_FOR) {
                let given_up = NoticeUpdate {
                    next_try_at: None,
                    delivered_at: None,
                    answer: why,
                };
                tx.update_notice(seq, &given_up).await?;
                return Ok(Followed::GivenUp);
            }
            tx.update_notice(seq, &NoticeUpdate::waits(*next_try_at, why))
                .await?;
            Ok(Followed::Nothing)
        }
    }
}

/// Sends nothing to a shop's server any more, or sends again what waits for it.
pub(crate) async fn enable(
    tx: &mut dyn Transaction,
    shop: &Slug,
    enabled: bool,
    now: i64,
) -> Result<bool, StoreError> {
    if !enabled {
        return tx.disable_endpoint(shop, now, BY_COMMAND).await;
    }
    if !tx.enable_endpoint(shop).await? {
        return Ok(false);
    }
    tx.renew_notices(shop, now).await?;
    Ok(true)
}

/// Takes over which shops take notices, and where. One whose address is new is enabled.
pub(crate) async fn set_endpoints(
    tx: &mut dyn Transaction,
    endpoints: &[(Slug, String)],
    now: i64,
) -> Result<(), StoreError> {
    for (shop, url) in endpoints {
        if tx.set_endpoint(shop, url).await? {
            tx.renew_notices(shop, now).await?;
        }
    }
    let shops: Vec<_> = endpoints.iter().map(|(shop, _)| shop.as_str()).collect();
    tx.keep_endpoints(&shops).await
}
