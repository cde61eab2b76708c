//! What happens without a request: deadlines, and questions to the platforms.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Answered, Failure, Query};
use guichet_store::{OpenQuery, Source, StoreError};
use tokio::task::JoinSet;

use crate::app::App;
use crate::{clock, conversations};

/// How often the books are looked through for what is due.
const TICK: Duration = Duration::from_secs(1);

/// How many items one round takes.
const BATCH: u32 = 50;

/// How many questions are under way at a time. One slow platform then holds up no other.
const ASKING_MAX: usize = 200;

/// After how many answers that disagree an alarm is raised: a platform's books may lag a little.
const DISAGREED_ALARM: u32 = 3;

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
        // One payment that can't be recorded must not hold up the others.
        if let Err(error) = record_deadline(app, &payment).await {
            tracing::error!(error.cause = %error, %payment, "its deadline could not be recorded");
        }
    }
    Ok(())
}

async fn record_deadline(app: &App, payment: &PaymentId) -> Result<(), StoreError> {
    // First: what is not done once the deadline is recorded would never be done.
    if let Some((payment, _)) = app.store.payment(payment).await? {
        conversations::end_waiting(app, &payment).await?;
    }
    app.hint(payment, &PaymentEvent::DeadlinePassed, Source::Clock)
        .await?;
    tracing::info!(%payment, "its deadline has passed");
    Ok(())
}

/// Asks platforms about claimed parts, for ever: side by side, and each claim once at a time.
pub(crate) async fn queries(app: Arc<App>) {
    let mut asking = JoinSet::new();
    let under_way = Arc::new(Mutex::new(HashSet::new()));
    loop {
        let woken = app.wake_queries.notified();
        while asking.try_join_next().is_some() {}
        let limit = BATCH + u32::try_from(asking.len()).unwrap_or(BATCH);
        match app.store.due_queries(clock::unix_now(), limit).await {
            Ok(open) => start_asking(&app, open, &mut asking, &under_way),
            Err(error) => tracing::error!(error.cause = %error, "queries could not be read"),
        }
        let _ = tokio::time::timeout(TICK, woken).await;
    }
}

fn start_asking(
    app: &Arc<App>,
    open: Vec<OpenQuery>,
    asking: &mut JoinSet<()>,
    under_way: &Arc<Mutex<HashSet<i64>>>,
) {
    for query in open {
        if asking.len() >= ASKING_MAX || !lock(under_way).insert(query.event_seq) {
            continue;
        }
        let app = Arc::clone(app);
        let asked = Asked {
            under_way: Arc::clone(under_way),
            event_seq: query.event_seq,
        };
        asking.spawn(async move {
            let _asked = asked;
            if let Err(error) = ask(&app, &query).await {
                tracing::error!(error.cause = %error, "a query could not be made");
            }
        });
    }
}

/// A claim that is being asked about, until this is dropped.
struct Asked {
    under_way: Arc<Mutex<HashSet<i64>>>,
    event_seq: i64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        lock(&self.under_way).remove(&self.event_seq);
    }
}

fn lock(under_way: &Mutex<HashSet<i64>>) -> MutexGuard<'_, HashSet<i64>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn ask(app: &App, open: &OpenQuery) -> anyhow::Result<()> {
    let payment = &open.payment;
    let Some(account) = app
        .config
        .account(&payment.provider, payment.account.as_str())
    else {
        tracing::error!(account = %payment.account, "an account with open queries is gone");
        app.store
            .postpone_query(
                open.event_seq,
                Some(clock::ask_again_at(open.tries)),
                "no account",
            )
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
            sequence: app
                .store
                .next_number(&scope, &clock::paris_day(now)?.to_string())
                .await?,
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
    let next = next_try(open);
    if open.tries + 1 == DISAGREED_ALARM || next.is_none() {
        tracing::error!(
            alert = "not_ours", payment = %open.payment.id, what, last = next.is_none(),
            "a signed message speaks of a transaction that our account does not know so"
        );
    }
    app.store.postpone_query(open.event_seq, next, what).await
}

async fn unanswered(app: &App, open: &OpenQuery, failure: &Failure) -> Result<(), StoreError> {
    let what = match failure {
        Failure::Unreachable | Failure::Unknown => "unreachable".to_owned(),
        Failure::Unexpected(what) => what.clone(),
        Failure::Unsuitable(field) => field.to_string(),
    };
    tracing::warn!(payment = %open.payment.id, what, "a query got no usable answer");
    app.store
        .postpone_query(open.event_seq, next_try(open), &what)
        .await
}

/// When to ask again; never, once it was asked about for long enough.
fn next_try(open: &OpenQuery) -> Option<i64> {
    let over = clock::asked_for_long_enough(open.payment.created_at);
    (!over).then(|| clock::ask_again_at(open.tries))
}
