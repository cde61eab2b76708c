//! Doing an operation: by the request that asks for it, or by a job once it is due.
//!
//! A stage is left by compare-and-set, so that of several who try one succeeds. Whoever is going to
//! talk with the platform says so first; one of which nothing more is heard for [`TALKING`] may
//! have been done, and is looked up before it is sent again.

use std::sync::Arc;

use guichet_domain::id::OperationId;
use guichet_domain::operation::{OperationEvent, OperationStage, Progress};
use guichet_domain::payment::{PartState, PaymentState};
use guichet_providers::Verified;
use guichet_providers::contract::{
    Consulted, Exchange, Failure, Later, Operated, Operation as Call, OperationDone, Operations,
    Provider, Step,
};
use guichet_store::{Entry, Operation, OperationAdvance, Source, StoreError};

use super::paid::paid;
use crate::app::App;
use crate::clock::{self, Since};
use crate::locks::Lock;
use crate::payments::calls::{CALL_SECONDS, in_time, numbered};
use crate::payments::persist::persist;

/// For how long, in seconds, an operation is left to the request that asks for it.
pub(crate) const HEAD_START: i64 = 60;

/// For how long, in seconds, an operation is left to whoever talks with the platform: longer than
/// all calls of one operation take, and recording their answer.
const TALKING: i64 = 300;

/// Seconds after which nothing more is sent of what was taken up then: see [`in_time`].
const SEND_WITHIN: i64 = 235;
const _: () = assert!(SEND_WITHIN + CALL_SECONDS < TALKING);

/// How long, in seconds, an operation is left alone for which something is missing.
const GONE_SECONDS: i64 = 600;

/// How often a platform that tells nothing is asked at least, however long ago it was asked for:
/// a quarter of an hour.
const SILENT_TIMES: u32 = 10;

/// What is written of an operation that the platform has not decided itself.
const WAITS: &str = "the platform waits for another's word";

/// How often it is asked again whose word does not decide it.
const UNDECIDED_TIMES: u32 = 5;

/// Does what is next of an operation. `due`: only if that was due by then; none: it was asked for
/// just now.
pub(crate) async fn perform(
    app: &Arc<App>,
    id: &OperationId,
    due: Option<i64>,
) -> Result<(), StoreError> {
    let Some(_alone) = app.locks.take(Lock::Operating(id.clone())) else {
        return Ok(());
    };
    perform_alone(app, id, due).await
}

/// The same for who holds the lock.
pub(crate) async fn perform_alone(
    app: &App,
    id: &OperationId,
    due: Option<i64>,
) -> Result<(), StoreError> {
    do_with(app, id, async |doing| match doing.operation.stage {
        OperationStage::Waiting => doing.send(due).await,
        OperationStage::Sending => doing.not_heard_of(due).await,
        OperationStage::Unknown => doing.consult(due).await,
        OperationStage::Undecided | OperationStage::Over => Ok(()),
    })
    .await
}

/// Asks what became of an operation that somebody sent who is dead, and leaves it where it is
/// unless it was done: what was sent may still arrive, and who seems dead may only be frozen.
pub(crate) async fn look_up_early(app: &App, id: &OperationId) -> Result<(), StoreError> {
    do_with(app, id, async |doing| match doing.operation.stage {
        OperationStage::Sending => doing.consult_once().await,
        _ => Ok(()),
    })
    .await
}

/// Does something with an operation, if all is there that it needs.
async fn do_with(
    app: &App,
    id: &OperationId,
    what: impl AsyncFnOnce(Doing<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Some(operation) = app.store.operation(id).await? else {
        return Ok(());
    };
    let Some((payment, book)) = app.store.payment(&operation.payment).await? else {
        return Ok(());
    };
    let account = app.accounts.of(&payment).ok();
    let operations = account.and_then(|account| Some((account, account.operations()?)));
    let Some((account, operations)) = operations else {
        return leave_alone(app, &operation).await;
    };
    let Some(entry) = book.entry(&operation.payment) else {
        return Ok(());
    };
    let state = entry.state(&book.session);
    let Some(part) = state.paid_part(&operation.part) else {
        tracing::error!(
            alert = "corrupt", operation = %operation.id, payment = %operation.payment,
            "the part of an operation has not paid: the operation is left alone"
        );
        return leave_alone(app, &operation).await;
    };
    what(Doing {
        app,
        account,
        operations,
        operation: &operation,
        entry,
        state: &state,
        part,
        since: Since::now(),
    })
    .await
}

/// What it needs is not there: its account, say, which may be put back into the configuration.
async fn leave_alone(app: &App, operation: &Operation) -> Result<(), StoreError> {
    let later = OperationAdvance {
        next_try_at: Some(clock::unix_now() + GONE_SECONDS),
        ..advance(operation, operation.stage)
    };
    app.store.advance_operation(&later).await.map(drop)
}

/// From where it is to a stage at which nobody takes it up, and nothing else.
fn advance(operation: &Operation, to: OperationStage) -> OperationAdvance<'_> {
    OperationAdvance {
        id: &operation.id,
        from: Some(operation.stage),
        to,
        next_try_at: None,
        tries: 0,
        due: None,
        answer: None,
        event: None,
    }
}

/// An operation that is being done.
struct Doing<'a> {
    app: &'a App,
    account: &'a dyn Provider,
    operations: &'a dyn Operations,
    operation: &'a Operation,
    entry: &'a Entry,
    state: &'a PaymentState,
    part: &'a PartState,
    /// Since when: before the books say that somebody talks about it.
    since: Since,
}

impl Doing<'_> {
    /// Sends it.
    async fn send(&self, due: Option<i64>) -> Result<(), StoreError> {
        let talking = OperationAdvance {
            next_try_at: Some(clock::unix_now() + TALKING),
            tries: self.operation.tries,
            due,
            ..advance(self.operation, OperationStage::Sending)
        };
        if !self.app.store.advance_operation(&talking).await? {
            return Ok(());
        }
        let came = self.calls(|call, exchanges| self.operations.operate(&call, exchanges));
        match came.await? {
            Ok(Operated::Done(done)) => self.done(&done).await,
            Ok(Operated::Refused { code, why }) => self.refused(code, why.to_owned()).await,
            Ok(Operated::Objected(why)) => self.refused(String::new(), why.to_string()).await,
            Ok(Operated::Later(later)) => self.later(later).await,
            Ok(Operated::Waits) => self.waits().await,
            Err(Failure::Unreachable) => self.not_sent().await,
            Err(failure) => self.unknown(&failure).await,
        }
    }

    /// Makes the calls that a step needs, each with a number of its own.
    async fn calls<T: Send>(
        &self,
        step: impl Fn(Call<'_>, &[Exchange]) -> Step<T> + Send + Sync,
    ) -> Result<Result<T, Failure>, StoreError> {
        let scope = self.operations.sequence_scope();
        let paid = paid(self.entry, self.state, self.part);
        // A time that the books can't hold is none of ours.
        let asked_at = jiff::Timestamp::from_second(self.operation.created_at).unwrap_or_default();
        let step = |sequence, exchanges: &[Exchange]| {
            let call = Call {
                id: Some(&self.operation.id),
                kind: self.operation.kind,
                paid,
                amount: self.operation.amount,
                sequence,
                asked_at,
                now: clock::now(),
            };
            let next = step(call, exchanges);
            in_time(self.since, SEND_WITHIN, next, exchanges)
        };
        numbered(self.app, self.account, &scope, step).await
    }

    /// No host of the platform was reached: it is tried again, for days.
    async fn not_sent(&self) -> Result<(), StoreError> {
        if clock::asked_for_long_enough(self.operation.created_at) {
            let why = "the platform could not be reached for three days; nothing was sent";
            return self.refused(String::new(), why.into()).await;
        }
        let tries = self.operation.tries;
        let again = OperationAdvance {
            from: Some(OperationStage::Sending),
            next_try_at: Some(clock::ask_again_at(tries)),
            tries: tries.saturating_add(1),
            answer: Some("the platform could not be reached"),
            ..advance(self.operation, OperationStage::Waiting)
        };
        self.persist(&again).await
    }

    /// The platform can't do it yet, and has done nothing.
    async fn later(&self, later: Later) -> Result<(), StoreError> {
        let now = clock::unix_now();
        let patience = i64::try_from(later.patience.as_secs()).unwrap_or(i64::MAX);
        if now - self.operation.created_at > patience {
            return self.refused(later.code, later.why.to_owned()).await;
        }
        let tries = self.operation.tries;
        let from = later.from.map_or(now, jiff::Timestamp::as_second);
        let again = OperationAdvance {
            from: Some(OperationStage::Sending),
            next_try_at: Some(clock::ask_again_at(tries).max(from)),
            tries: tries.saturating_add(1),
            answer: Some(later.why),
            ..advance(self.operation, OperationStage::Waiting)
        };
        tracing::info!(
            operation = %self.operation.id, payment = %self.operation.payment,
            kind = %self.operation.kind, code = later.code, why = later.why, "is sent later"
        );
        self.persist(&again).await
    }

    /// The platform took it, and its own word is still to come.
    async fn waits(&self) -> Result<(), StoreError> {
        self.look_up_from(OperationStage::Sending, None, WAITS)
            .await
    }

    /// Whoever sent it was never heard of again.
    async fn not_heard_of(&self, due: Option<i64>) -> Result<(), StoreError> {
        self.to_be_looked_up(OperationStage::Sending, due, "interrupted")
            .await
    }

    /// An answer never came, or could not be trusted.
    async fn unknown(&self, failure: &Failure) -> Result<(), StoreError> {
        let answer = format!("{failure:?}");
        self.to_be_looked_up(OperationStage::Sending, None, &answer)
            .await
    }

    async fn to_be_looked_up(
        &self,
        from: OperationStage,
        due: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError> {
        tracing::error!(
            alert = "operation_unknown", operation = %self.operation.id,
            payment = %self.operation.payment, kind = %self.operation.kind, answer,
            "what became of an operation is unknown: it is looked up"
        );
        self.look_up_from(from, due, answer).await
    }

    async fn look_up_from(
        &self,
        from: OperationStage,
        due: Option<i64>,
        answer: &str,
    ) -> Result<(), StoreError> {
        let event = self.event(Progress::Unknown);
        let unknown = OperationAdvance {
            from: Some(from),
            next_try_at: Some(clock::ask_again_at(0)),
            due,
            answer: Some(answer),
            event: Some((&event, Source::Query)),
            ..advance(self.operation, OperationStage::Unknown)
        };
        self.persist(&unknown).await?;
        self.app.queues.operations.wake();
        Ok(())
    }

    /// Asks what became of it. Who only asks moves nothing.
    async fn consult(&self, due: Option<i64>) -> Result<(), StoreError> {
        let tries = self.operation.tries.saturating_add(1);
        let asking = OperationAdvance {
            next_try_at: Some(clock::unix_now() + TALKING),
            tries,
            due,
            ..advance(self.operation, OperationStage::Unknown)
        };
        if !self.app.store.advance_operation(&asking).await? {
            return Ok(());
        }
        let came = self.calls(|call, exchanges| self.operations.consult(&call, exchanges));
        match came.await? {
            Ok(Consulted::Done(done)) => self.done(&done).await,
            Ok(Consulted::NotDone) if tries >= self.operations.not_done_times() => {
                self.send_again().await
            }
            Ok(Consulted::NotDone) => self.ask_again(tries, "not done").await,
            Ok(Consulted::Refused { code, why }) => self.refused(code, why.to_owned()).await,
            Ok(Consulted::Waits) => self.wait_for_word(tries).await,
            Ok(Consulted::Undecided(word)) if tries >= UNDECIDED_TIMES => {
                self.undecided(word).await
            }
            Ok(Consulted::Undecided(word)) => self.ask_again(tries, &word).await,
            Err(_) if self.operation.last_answer.as_deref() == Some(WAITS) => {
                self.wait_for_word(tries).await
            }
            // It may have been sent days after it was asked for.
            Err(_)
                if clock::asked_for_long_enough(self.operation.created_at)
                    && tries >= SILENT_TIMES =>
            {
                self.undecided("the platform never told".into()).await
            }
            Err(failure) => self.ask_again(tries, &format!("{failure:?}")).await,
        }
    }

    /// Asks what became of it, and moves nothing unless it was done.
    async fn consult_once(&self) -> Result<(), StoreError> {
        let came = self.calls(|call, exchanges| self.operations.consult(&call, exchanges));
        match came.await? {
            Ok(Consulted::Done(done)) => self.done(&done).await,
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The platform says that it was not done.
    async fn send_again(&self) -> Result<(), StoreError> {
        if clock::asked_for_long_enough(self.operation.created_at) {
            let why = "the platform was sent it again and again for three days, and did not do it";
            return self.refused(String::new(), why.into()).await;
        }
        let again = OperationAdvance {
            next_try_at: Some(clock::unix_now()),
            answer: Some("not done"),
            ..advance(self.operation, OperationStage::Waiting)
        };
        self.persist(&again).await?;
        self.app.queues.operations.wake();
        Ok(())
    }

    /// The platform waits for another's word itself.
    async fn wait_for_word(&self, tries: u32) -> Result<(), StoreError> {
        match clock::ask_for_word_at(self.operation.created_at, tries) {
            Some(next) => self.ask_at(next, tries, WAITS).await,
            None => self.undecided("the platform never told".into()).await,
        }
    }

    async fn ask_again(&self, tries: u32, answer: &str) -> Result<(), StoreError> {
        self.ask_at(clock::ask_again_at(tries), tries, answer).await
    }

    async fn ask_at(&self, next: i64, tries: u32, answer: &str) -> Result<(), StoreError> {
        let later = OperationAdvance {
            next_try_at: Some(next),
            tries,
            answer: Some(answer),
            ..advance(self.operation, OperationStage::Unknown)
        };
        self.persist(&later).await
    }

    /// A person must look.
    async fn undecided(&self, word: String) -> Result<(), StoreError> {
        tracing::error!(
            alert = "operation_undecided", operation = %self.operation.id,
            payment = %self.operation.payment, kind = %self.operation.kind, %word,
            "the platform's word does not decide what became of an operation: look it up"
        );
        let event = self.event(Progress::Undecided { word: word.clone() });
        let undecided = OperationAdvance {
            answer: Some(&word),
            event: Some((&event, Source::Query)),
            ..advance(self.operation, OperationStage::Undecided)
        };
        self.persist(&undecided).await
    }

    /// The one way in for what moves money: it takes what the platform vouched for.
    async fn done(&self, done: &Verified<OperationDone>) -> Result<(), StoreError> {
        let numbers = done.numbers.clone();
        self.over(Progress::Done { numbers }).await
    }

    async fn refused(&self, code: String, why: String) -> Result<(), StoreError> {
        self.over(Progress::Refused { code, why }).await
    }

    /// Records how it ended. Whatever became of the stage meanwhile, the platform's word counts.
    async fn over(&self, progress: Progress) -> Result<(), StoreError> {
        let word = progress.as_str();
        let event = self.event(progress);
        let over = OperationAdvance {
            from: None,
            answer: Some(word),
            event: Some((&event, Source::Query)),
            ..advance(self.operation, OperationStage::Over)
        };
        self.persist(&over).await?;
        tracing::info!(
            operation = %self.operation.id, payment = %self.operation.payment,
            kind = %self.operation.kind, amount = self.operation.amount.minor(), word, "over"
        );
        Ok(())
    }

    fn event(&self, progress: Progress) -> OperationEvent {
        event(self.operation, progress)
    }

    /// What the platform said is recorded, also where the books can't be written for a while: it is
    /// not asked again for that.
    async fn persist(&self, advance: &OperationAdvance<'_>) -> Result<(), StoreError> {
        persist(|| self.app.store.advance_operation(advance))
            .await
            .map(drop)
    }
}

/// How far an operation came, now.
pub(super) fn event(operation: &Operation, progress: Progress) -> OperationEvent {
    OperationEvent {
        operation: operation.id.clone(),
        kind: operation.kind,
        part: operation.part.clone(),
        amount: operation.amount,
        currency: operation.currency,
        at: clock::unix_now(),
        progress,
    }
}
