//! What happens without a request: deadlines, and questions to the platforms.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Answered, Failure, Provider, Query, Step};
use guichet_store::{DENIED, OpenQuery, Source, StoreError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::app::App;
use crate::{clock, conversations};

/// How often the books are looked through for what is due.
const TICK: Duration = Duration::from_secs(1);

/// How many items one round takes.
const BATCH: usize = 50;

/// How many questions are under way at a time. One slow platform then holds up no other.
const ASKING_MAX: usize = 200;

/// How long is waited before an answer that could not be recorded is recorded again. Together, and
/// with the longest question, less than [`guichet_store::ASKING_SECONDS`].
const PAUSES_SECONDS: [u64; 6] = [1, 1, 2, 4, 8, 16];

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
    // First: the clock may have been ahead when they were set.
    let accounts = app.config.accounts.iter();
    let longest = accounts.map(|account| account.deadline_seconds()).max();
    let (now, longest) = (clock::unix_now(), longest.unwrap_or_default());
    app.store.bound_waits(now, longest).await?;
    for payment in app.store.due_deadlines(clock::unix_now(), 50).await? {
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

/// A question that was taken from the books, with the room that it takes among those under way.
pub(crate) struct Taken {
    query: OpenQuery,
    _room: OwnedSemaphorePermit,
}

/// Hands questions over to the job that asks them.
pub(crate) struct Questions {
    room: Arc<Semaphore>,
    taken: UnboundedSender<Taken>,
}

impl Questions {
    /// With the questions that [`queries`] asks.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Taken>) {
        // Each one in it has room, and of that there is only so much.
        let (taken, questions) = unbounded_channel();
        let room = Arc::new(Semaphore::new(ASKING_MAX));
        (Self { room, taken }, questions)
    }

    /// Room for one more, if there is any.
    pub(crate) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// Has a question asked that was taken from the books.
    pub(crate) fn ask(&self, query: OpenQuery, room: OwnedSemaphorePermit) {
        // It fails when the job has ended, and then the process does.
        let _ = self.taken.send(Taken { query, _room: room });
    }
}

/// Asks platforms about claimed parts, for ever, side by side.
pub(crate) async fn queries(app: Arc<App>, mut questions: UnboundedReceiver<Taken>) {
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
pub(crate) async fn due_queries(app: Arc<App>) {
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
    let Ok(first) = Arc::clone(&app.questions.room).acquire_owned().await else {
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
        Some(Ok(Answered::Agreed(fact))) => app.ingest_answer(fact, open.event_seq).await,
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
