//! Asking for something to be done with a payment's money: once for each key, and never what is
//! known beforehand not to be possible.

use std::sync::Arc;

use guichet_domain::id::{InstructionId, OperationId, PaymentId};
use guichet_domain::money::Amount;
use guichet_domain::operation::{NotNow, OperationKind};
use guichet_domain::payment::PartState;
use guichet_providers::contract::Operation;
use guichet_store::{AskedBy, Book, Idempotency, Instructed, Instruction, Kept, NewOperation};

use super::error::OperationError;
use super::left_out::LeftOut;
use super::paid::paid;
use super::perform::{HEAD_START, perform};
use super::plan::{Plan, Wanted, plan};
use crate::app::App;
use crate::clock;
use crate::locks::{Lock, Locked};

/// Something that is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a Arc<App>,
    pub(crate) book: &'a Book,
    pub(crate) payment: &'a PaymentId,
    pub(crate) kind: OperationKind,
}

/// What becomes of a request.
pub(crate) enum Received<'a> {
    /// It was answered before, with this.
    Before(InstructionId),
    /// It is the first of its kind.
    New(Asking<'a>),
}

/// A request that is worked on by nobody else.
pub(crate) struct Asking<'a> {
    asked: Asked<'a>,
    by: AskedBy,
    mark: &'a Idempotency,
    _locked: Locked,
}

impl<'a> Asked<'a> {
    /// What would be done. Nothing is.
    pub(crate) fn preview(&self, wanted: &Wanted) -> Result<Plan, OperationError> {
        self.plan(wanted)
    }

    /// Takes a request, before its body is read: what was answered once is answered again.
    pub(crate) async fn take(
        self,
        by: AskedBy,
        mark: &'a Idempotency,
    ) -> Result<Received<'a>, OperationError> {
        let lock = Lock::Request(mark.scope.clone(), mark.key.clone());
        let locked = self
            .app
            .locks
            .take(lock)
            .ok_or(OperationError::RequestInFlight)?;
        match self.app.store.recall(mark).await? {
            Some(Kept::OtherBody) => Err(OperationError::KeyReused),
            Some(Kept::Replayed(id)) => before(id).map(Received::Before),
            Some(Kept::New) | None => Ok(Received::New(Asking {
                asked: self,
                by,
                mark,
                _locked: locked,
            })),
        }
    }

    fn plan(&self, wanted: &Wanted) -> Result<Plan, OperationError> {
        let entry = self
            .book
            .entry(self.payment)
            .ok_or(OperationError::PaymentUnknown)?;
        let account = self.app.accounts.of(&entry.payment);
        let account = account.map_err(|_| OperationError::NotOffered)?;
        let operations = account.operations().ok_or(OperationError::NotOffered)?;
        let state = entry.state(&self.book.session);
        let now = clock::now();
        let check = |part: &PartState, amount: Amount| {
            operations.check(&Operation {
                id: None,
                kind: self.kind,
                paid: paid(entry, &state, part),
                amount,
                // None is sent.
                sequence: 0,
                asked_at: now,
                now,
            })
        };
        plan(self.kind, &state, wanted, &check)
    }
}

impl Asking<'_> {
    /// Has it done, as far as the platform does it while somebody waits. What is not over by then
    /// goes on without.
    pub(crate) async fn run(self, wanted: &Wanted) -> Result<InstructionId, OperationError> {
        let (id, operations) = match self.instruct(wanted).await? {
            Told::New(id, operations) => (id, operations),
            Told::Before(id) => return Ok(id),
        };
        for operation in operations {
            if let Err(error) = perform(self.asked.app, &operation, None).await {
                // It is taken up by a job.
                tracing::error!(error.cause = %error, %operation, "an operation was interrupted");
            }
        }
        Ok(id)
    }

    /// Keeps what is to be done, and leaves it to whoever takes it up.
    pub(crate) async fn leave(self, wanted: &Wanted) -> Result<InstructionId, OperationError> {
        match self.instruct(wanted).await? {
            Told::New(id, _) | Told::Before(id) => Ok(id),
        }
    }

    async fn instruct(&self, wanted: &Wanted) -> Result<Told, OperationError> {
        let asked = &self.asked;
        let plan = asked.plan(wanted)?;
        let gives_up = plan.gives_up();
        if gives_up > 0 && !wanted.give_up {
            return Err(OperationError::GivesUp(gives_up));
        }
        let random = || clock::random::<16>().map_err(OperationError::failed);
        let now = clock::unix_now();
        let instruction = Instruction {
            id: InstructionId::from_random(random()?),
            payment: asked.payment.clone(),
            kind: asked.kind,
            currency: asked.book.session.currency,
            by: self.by,
            reason: wanted.reason.clone(),
            left_out: serde_json::to_string(&plan.left_out).map_err(OperationError::failed)?,
            created_at: now,
        };
        let mut operations = Vec::new();
        for line in &plan.lines {
            operations.push(NewOperation {
                id: OperationId::from_random(random()?),
                part: line.part.clone(),
                amount: line.amount,
                next_try_at: match self.by {
                    AskedBy::Shop => now + HEAD_START,
                    AskedBy::Operator => now,
                },
            });
        }
        let kept = asked
            .app
            .store
            .instruct(&instruction, &operations, self.mark);
        match kept.await? {
            Instructed::Kept(Kept::New) => {}
            Instructed::Kept(Kept::Replayed(id)) => return before(id).map(Told::Before),
            Instructed::Kept(Kept::OtherBody) => return Err(OperationError::KeyReused),
            Instructed::NotNow { part, why } => return Err(against(&plan, &part, why)),
        }
        let (id, payment, kind) = (&instruction.id, &instruction.payment, instruction.kind);
        tracing::info!(instruction = %id, %payment, %kind, amount = plan.amount(), "asked for");
        let ids = operations.into_iter().map(|operation| operation.id);
        Ok(Told::New(instruction.id, ids.collect()))
    }
}

/// What became of an instruction that was to be kept.
enum Told {
    New(InstructionId, Vec<OperationId>),
    Before(InstructionId),
}

fn before(id: String) -> Result<InstructionId, OperationError> {
    InstructionId::try_from(id).map_err(OperationError::failed)
}

/// Something has changed since it was planned.
fn against(plan: &Plan, part: &str, why: NotNow) -> OperationError {
    if let NotNow::InFlight(operation) = why {
        return OperationError::InFlight(operation);
    }
    let mut lines = plan.lines.iter();
    let line = lines.find(|line| line.part == part);
    let left_out = line.map(|line| LeftOut {
        part: line.part.clone(),
        kind: line.kind,
        brand: line.brand.clone(),
        amount: line.amount.minor(),
        why: "something was done with this part meanwhile: ask again".into(),
    });
    OperationError::NotPossible(left_out.into_iter().collect())
}
