//! Questions to the platforms.

use std::sync::Arc;

use guichet_providers::contract::{Answered, Confirmation, Exchange, Failure, Provider, Query};
use guichet_store::{Question, StoreError, Unconfirmed};

use super::due::Job;
use crate::app::App;
use crate::clock;
use crate::payments::calls::numbered;
use crate::payments::ingest::ingest_answer;
use crate::payments::persist::persist;
use crate::queue::Queue;

/// After how many answers that disagree an alarm is raised: a platform's books may lag a little.
const DISAGREED_ALARM: u32 = 3;

/// Asks a platform, with our own account and key, about a part that a message claims.
pub(crate) struct Questions;

impl Job for Questions {
    type Work = Question;

    const FAILED: &'static str = "a question could not be asked";

    /// In one transaction.
    const BATCH: usize = 50;

    fn queue(app: &App) -> &Queue<Self::Work> {
        &app.queues.questions
    }

    async fn take(app: &Arc<App>, most: u32) -> Result<Vec<Self::Work>, StoreError> {
        let now = clock::unix_now();
        let mut due = app.store.due_questions(now, most).await?;
        if due.is_empty() {
            return Ok(due);
        }
        let seqs: Vec<_> = due.iter().map(|query| query.event_seq).collect();
        // Before anything is asked: what can't be written is not asked either. A question is taken
        // in the books, so that it counts as a try whatever becomes of the process.
        let taken = app.store.take_questions(&seqs, now).await?;
        due.retain(|query| taken.contains(&query.event_seq));
        Ok(due)
    }

    async fn perform(app: &Arc<App>, query: &Self::Work) -> anyhow::Result<()> {
        ask(app, query).await
    }
}

async fn ask(app: &App, open: &Question) -> anyhow::Result<()> {
    let account = app.accounts.of(&open.payment).ok();
    let asked = account.and_then(|account| Some((account, account.confirmation()?)));
    let answer = match asked {
        Some((account, confirmation)) => Some(put(app, account, confirmation, open).await?),
        // Told of at the start; it may be put back.
        None => None,
    };
    Ok(persist(|| record(app, open, answer.as_ref())).await?)
}

/// Puts the question to the platform. Each call is given a number of its own.
async fn put(
    app: &App,
    account: &dyn Provider,
    confirmation: &dyn Confirmation,
    open: &Question,
) -> anyhow::Result<Result<Answered, Failure>> {
    let step = |sequence, exchanges: &[Exchange]| {
        let query = Query {
            reference: &open.payment.reference,
            claim: &open.claim,
            total: open.session.amount,
            sequence,
            now: clock::now(),
        };
        confirmation.query(&query, exchanges)
    };
    Ok(numbered(app, account, &confirmation.sequence_scope(), step).await?)
}

async fn record(
    app: &App,
    open: &Question,
    answer: Option<&Result<Answered, Failure>>,
) -> Result<(), StoreError> {
    match answer {
        Some(Ok(Answered::Agreed(fact))) => ingest_answer(app, fact, open.event_seq).await,
        Some(Ok(Answered::Disagreed(what))) => disagreed(app, open, what).await,
        Some(Err(failure)) => unanswered(app, open, failure).await,
        None => {
            let then = clock::ask_again_at(open.tries);
            put_off(app, open, Some(then), Unconfirmed::Unanswered("no account")).await
        }
    }
}

async fn disagreed(app: &App, open: &Question, what: &str) -> Result<(), StoreError> {
    let next = next_try(open);
    if open.tries + 1 == DISAGREED_ALARM || next.is_none() {
        tracing::error!(
            alert = "not_ours", payment = %open.payment.id, what, last = next.is_none(),
            "a signed message speaks of a transaction that our account does not know so"
        );
    }
    put_off(app, open, next, Unconfirmed::Denied(what)).await
}

async fn unanswered(app: &App, open: &Question, failure: &Failure) -> Result<(), StoreError> {
    let what = match failure {
        Failure::Unreachable | Failure::Unknown => "unreachable".to_owned(),
        Failure::Unexpected(what) => what.clone(),
        Failure::Unsuitable(field) => field.to_string(),
    };
    tracing::warn!(payment = %open.payment.id, what, "a query got no usable answer");
    put_off(app, open, next_try(open), Unconfirmed::Unanswered(&what)).await
}

async fn put_off(
    app: &App,
    open: &Question,
    next_try_at: Option<i64>,
    came: Unconfirmed<'_>,
) -> Result<(), StoreError> {
    let seq = open.event_seq;
    app.store.put_off_question(seq, next_try_at, came).await
}

/// When to ask again; never, once it was asked about for long enough.
fn next_try(open: &Question) -> Option<i64> {
    let over = clock::asked_for_long_enough(open.payment.created_at);
    (!over).then(|| clock::ask_again_at(open.tries))
}
