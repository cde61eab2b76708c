//! Questions to the platforms.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use guichet_providers::contract::{Answered, Failure, Provider, Query, Step};
use guichet_store::{DENIED, OpenQuery, StoreError};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::TICK;
use crate::app::App;
use crate::clock;
use crate::payments::ingest::ingest_answer;
use crate::questions::Taken;

/// How many items one round takes.
const BATCH: usize = 50;

/// How long is waited before an answer that could not be recorded is recorded again. Together, and
/// with the longest question, less than [`guichet_store::ASKING_SECONDS`].
const PAUSES_SECONDS: [u64; 6] = [1, 1, 2, 4, 8, 16];

/// After how many answers that disagree an alarm is raised: a platform's books may lag a little.
const DISAGREED_ALARM: u32 = 3;

/// Asks platforms about claimed parts, for ever, side by side.
pub(crate) async fn run(app: Arc<App>, mut questions: UnboundedReceiver<Taken>) {
    let mut asking = JoinSet::new();
    while let Some(taken) = questions.recv().await {
        while asking.try_join_next().is_some() {}
        let app = Arc::clone(&app);
        asking.spawn(async move {
            if let Err(error) = ask(&app, &taken.query).await {
                tracing::error!(error.cause = %error, "a question could not be asked");
            }
        });
    }
}

/// Takes the questions that are due, for ever.
pub(crate) async fn due(app: Arc<App>) {
    loop {
        let woken = app.wake_queries.notified();
        match take_due(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(error.cause = %error, "no question could be taken"),
        }
        let _ = tokio::time::timeout(TICK, woken).await;
    }
}

/// Takes some of them, as many as there is room for. Whether there may be more.
async fn take_due(app: &App) -> Result<bool, StoreError> {
    let Some(first) = app.questions.room_to_come().await else {
        return Ok(false);
    };
    let room = iter::once(first).chain(iter::from_fn(|| app.questions.room()));
    let room: Vec<_> = room.take(BATCH).collect();
    let now = clock::unix_now();
    let limit = u32::try_from(room.len()).unwrap_or(u32::MAX);
    let due = app.store.due_queries(now, limit).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let more = due.len() == room.len();
    let seqs: Vec<_> = due.iter().map(|query| query.event_seq).collect();
    // Before anything is asked: what can't be written is not asked either.
    let taken = app.store.take_queries(&seqs, now).await?;
    let due = due.into_iter();
    let due = due.filter(|query| taken.contains(&query.event_seq));
    for (query, room) in due.zip(room) {
        app.questions.ask(query, room);
    }
    Ok(more)
}

async fn ask(app: &App, open: &OpenQuery) -> anyhow::Result<()> {
    let payment = &open.payment;
    let account = app
        .config
        .account(&payment.provider, payment.account.as_str());
    let answer = match account {
        Some(account) => Some(put(app, account, open).await?),
        // Told of at the start; it may be put back.
        None => None,
    };
    // The platform is not asked again because our books could not be written for a while.
    for pause in PAUSES_SECONDS {
        match record(app, open, answer.as_ref()).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::error!(error.cause = %error, "an answer could not be recorded");
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
        }
    }
    Ok(record(app, open, answer.as_ref()).await?)
}

/// Puts the question to the platform. Each call is given a number of its own.
async fn put(
    app: &App,
    account: &dyn Provider,
    open: &OpenQuery,
) -> anyhow::Result<Result<Answered, Failure>> {
    let mut exchanges = Vec::new();
    let mut sequence = number(app, account).await?;
    loop {
        let now = clock::now();
        let query = |sequence| Query {
            reference: &open.payment.reference,
            claim: &open.claim,
            total: open.session.amount,
            sequence,
            now,
        };
        let mut step = account.query(&query(sequence), &exchanges);
        if !exchanges.is_empty() && matches!(step, Step::Call(_)) {
            sequence = number(app, account).await?;
            step = account.query(&query(sequence), &exchanges);
        }
        if let Some(end) = app.platform.step(step, &mut exchanges).await {
            return Ok(end);
        }
    }
}

async fn number(app: &App, account: &dyn Provider) -> anyhow::Result<u32> {
    let day = clock::paris_day(clock::now())?.to_string();
    let scope = account.sequence_scope();
    Ok(app.store.question_number(&scope, &day).await?)
}

async fn record(
    app: &App,
    open: &OpenQuery,
    answer: Option<&Result<Answered, Failure>>,
) -> Result<(), StoreError> {
    match answer {
        Some(Ok(Answered::Agreed(fact))) => ingest_answer(app, fact, open.event_seq).await,
        Some(Ok(Answered::Disagreed(what))) => disagreed(app, open, what).await,
        Some(Err(failure)) => unanswered(app, open, failure).await,
        None => {
            let then = clock::ask_again_at(open.tries);
            let postponed = app
                .store
                .postpone_query(open.event_seq, Some(then), "no account");
            postponed.await
        }
    }
}

async fn disagreed(app: &App, open: &OpenQuery, what: &str) -> Result<(), StoreError> {
    let next = next_try(open);
    if open.tries + 1 == DISAGREED_ALARM || next.is_none() {
        tracing::error!(
            alert = "not_ours", payment = %open.payment.id, what, last = next.is_none(),
            "a signed message speaks of a transaction that our account does not know so"
        );
    }
    let answer = format!("{DENIED}{what}");
    app.store
        .postpone_query(open.event_seq, next, &answer)
        .await
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
