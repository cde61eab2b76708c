//! What a shop has done with a payment's money.

use guichet_domain::id::{InstructionId, OperationId, PaymentId};
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::{NotNow, OperationEvent, OperationKind, OperationStage};
use serde::{Deserialize, Serialize};

use super::event::Source;
use super::idempotency::Kept;

/// Who had something done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// The shop's server.
    Shop,
    /// A person, at the command line.
    Operator,
}

/// What was asked for at once: one operation for each part that it concerns.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Instruction {
    /// Public id.
    pub id: InstructionId,
    /// The payment.
    pub payment: PaymentId,
    /// What is done.
    pub kind: OperationKind,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Who asked.
    pub by: AskedBy,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
    /// What of the payment was left out and why, as JSON; opaque.
    pub left_out: String,
    /// Unix second of the asking.
    pub created_at: i64,
}

/// An operation that is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewOperation {
    /// Public id.
    pub id: OperationId,
    /// The part: the platform's number of its transaction.
    pub part: String,
    /// How much of it.
    pub amount: Amount,
    /// Unix second at which a job takes it up, where whoever asked has not.
    pub next_try_at: i64,
}

/// An operation, and how far it is being worked on. What became of it, the events of its payment
/// tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operation {
    /// Public id.
    pub id: OperationId,
    /// What it belongs to.
    pub instruction: InstructionId,
    /// The payment.
    pub payment: PaymentId,
    /// What is done.
    pub kind: OperationKind,
    /// The part: the platform's number of its transaction.
    pub part: String,
    /// How much of it.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
    /// How far it is being worked on.
    pub stage: OperationStage,
    /// How often it was tried in vain, at this stage.
    pub tries: u32,
    /// What came of the last try.
    pub last_answer: Option<String>,
    /// Unix second at which it is taken up next; none once it is over.
    pub next_try_at: Option<i64>,
    /// Unix second at which it was asked for.
    pub created_at: i64,
}

/// An instruction with its operations.
pub type Instructions = (Instruction, Vec<Operation>);

/// What became of an instruction that was to be kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Instructed {
    /// Stored, or recalled by its id: see [`Kept`].
    Kept(Kept),
    /// The books are against it. No effect.
    NotNow {
        /// The part at fault.
        part: String,
        /// Why.
        why: NotNow,
    },
}

/// An operation's way from one stage to the next. It succeeds only from the stage that it names, so
/// that of several who try, one succeeds.
#[derive(Clone, Debug)]
pub struct OperationAdvance<'a> {
    /// The operation.
    pub id: &'a OperationId,
    /// The stage that it must be at; none: any at which it is not over.
    pub from: Option<OperationStage>,
    /// The stage that it goes to.
    pub to: OperationStage,
    /// When a job takes it up; none: never.
    pub next_try_at: Option<i64>,
    /// How often it was tried in vain, from now on.
    pub tries: u32,
    /// It is taken up, and succeeds only if it was due by then.
    pub due: Option<i64>,
    /// What came of the last try; none leaves what was written before.
    pub answer: Option<&'a str>,
    /// What is recorded with it, in the same transaction.
    pub event: Option<(&'a OperationEvent, Source)>,
}
