//! What happens without a request: deadlines, and questions to the platforms.

use std::sync::Arc;
use std::time::Duration;

use guichet_domain::event::PaymentEvent;
use guichet_providers::contract::{Answered, Failure, Query};
use guichet_store::{OpenQuery, Source, StoreError};
use tokio::task::JoinSet;

use crate::app::App;
use crate::{clock, conversations};

/// How often the books are looked through for what is due.
const TICK: Duration = Duration::from_secs(1);

/// How many items one round takes.
const BATCH: u32 = 20;

/// How often a platform that does not know a transaction is asked again: its books may lag.
const DISAGREED_TRIES: u32 = 6;

/// For how long a platform that does not answer is asked again, in seconds: three days.
const UNREACHABLE_FOR: i64 = 3 * 24 * 3600;

/// Records deadlines, for ever.
pub(crate) async fn deadlines(app: Arc<App>) {
    loop {
        if let Err(error) = record_deadlines(&app).await {
            tracing::error!(error.cause = %error, "deadlines could not be recorded");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn record_deadlines(app: &App) -> Result<(), StoreError> {
    for payment in app.store.due_deadlines(clock::unix_now(), BATCH).await? {
        app.hint(&payment, &PaymentEvent::DeadlinePassed, Source::Clock)
            .await?;
        conversations::end_waiting(app, &payment).await?;
        tracing::info!(%payment, "its deadline has passed");
    }
    Ok(())
}

/// Asks platforms about claimed parts, for ever.
pub(crate) async fn queries(app: Arc<App>) {
    loop {
        let woken = app.wake_queries.notified();
        match app.store.due_queries(clock::unix_now(), BATCH).await {
            Ok(open) => ask_all(&app, open).await,
            Err(error) => tracing::error!(error.cause = %error, "queries could not be read"),
        }
        let _ = tokio::time::timeout(TICK, woken).await;
    }
}

/// Side by side, so that one slow platform holds up no other; all are over before it returns, so
/// that none is asked twice at a time.
async fn ask_all(app: &Arc<App>, open: Vec<OpenQuery>) {
    let mut asking = JoinSet::new();
    for query in open {
        let app = Arc::clone(app);
        asking.spawn(async move {
            if let Err(error) = ask(&app, &query).await {
                tracing::error!(error.cause = %error, "a query could not be made");
            }
        });
    }
    while let Some(asked) = asking.join_next().await {
        if let Err(error) = asked {
            tracing::error!(error.cause = %error, "a query ended early");
        }
    }
}

async fn ask(app: &App, open: &OpenQuery) -> anyhow::Result<()> {
    let payment = &open.payment;
    let Some(account) = app
        .config
        .account(&payment.provider, payment.account.as_str())
    else {
        tracing::error!(account = %payment.account, "an account with open queries is gone");
        app.store
            .postpone_query(open.event_seq, Some(later(open)), "no account")
            .await?;
        return Ok(());
    };
    let scope = account.sequence_scope();
    let mut exchanges = Vec::new();
    let outcome = loop {
        let now = clock::now();
        let query = Query {
            reference: &payment.reference,
            claim: &open.claim,
            total: open.session.amount,
            sequence: app.store.next_number(&scope, &paris_day(now)?).await?,
            now,
        };
        if let Some(end) = app
            .platform
            .step(account.query(&query, &exchanges), &mut exchanges)
            .await
        {
            break end;
        }
    };
    match outcome {
        Ok(Answered::Agreed(fact)) => {
            app.ingest(&fact, Source::Query, None).await?;
            app.store
                .postpone_query(open.event_seq, None, "agreed")
                .await?;
        }
        Ok(Answered::Disagreed(what)) => disagreed(app, open, &what).await?,
        Err(failure) => unanswered(app, open, &failure).await?,
    }
    Ok(())
}

async fn disagreed(app: &App, open: &OpenQuery, what: &str) -> Result<(), StoreError> {
    let last = open.tries + 1 >= DISAGREED_TRIES;
    if last || open.tries == 0 {
        tracing::error!(
            alert = "not_ours", payment = %open.payment.id, what, last,
            "a signed message speaks of a transaction that our account does not know so"
        );
    }
    let next = (!last).then(|| later(open));
    app.store.postpone_query(open.event_seq, next, what).await
}

async fn unanswered(app: &App, open: &OpenQuery, failure: &Failure) -> Result<(), StoreError> {
    let what = match failure {
        Failure::Unreachable | Failure::Unknown => "unreachable".to_owned(),
        Failure::Unexpected(what) => what.clone(),
        Failure::Unsuitable(field) => field.to_string(),
    };
    tracing::warn!(payment = %open.payment.id, what, "a query got no usable answer");
    let give_up = clock::unix_now() > open.payment.created_at + UNREACHABLE_FOR;
    let next = (!give_up).then(|| later(open));
    app.store.postpone_query(open.event_seq, next, &what).await
}

/// When to ask again: after 1, 2, 4… seconds, at most 10 minutes.
fn later(open: &OpenQuery) -> i64 {
    clock::unix_now() + (1_i64 << open.tries.min(9)).min(600)
}

/// The day in Paris, where the platforms count theirs. By the rule itself, so that it is the same
/// where the system has no time zones.
fn paris_day(now: jiff::Timestamp) -> Result<String, jiff::Error> {
    let paris = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3")?;
    Ok(now.to_zoned(paris).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_paris() {
        let day = |text: &str| paris_day(text.parse().unwrap()).unwrap();
        assert_eq!(day("2026-07-14T21:59:59Z"), "2026-07-14");
        assert_eq!(day("2026-07-14T22:00:00Z"), "2026-07-15");
        assert_eq!(day("2026-01-14T22:59:59Z"), "2026-01-14");
        assert_eq!(day("2026-01-14T23:00:00Z"), "2026-01-15");
    }
}
