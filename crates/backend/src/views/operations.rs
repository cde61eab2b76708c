//! What is told of what was done with a payment's money.

use guichet_domain::PartKind;
use guichet_domain::money::Currency;
use guichet_domain::operation::{OperationKind, OperationStage, Progress};
use guichet_domain::payment::PaymentState;
use guichet_store::{AskedBy, Operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::payments::operations::find::Standing;
use crate::payments::operations::left_out::LeftOut;
use crate::payments::operations::plan::{Line, Plan};

/// What would be done, part by part. Nothing is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    /// What is done: `capture`, `cancel`, `refund` or `duplicate`.
    #[schema(value_type = String, example = "refund")]
    pub(crate) kind: OperationKind,
    /// How much in all, in minor units.
    pub(crate) amount: u64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// What can't be taken afterwards, in minor units: the rest of what is captured in part. Where
    /// it is more than 0, `give_up` must be sent.
    pub(crate) gives_up: u64,
    /// To each part.
    pub(crate) operations: Vec<PlannedPart>,
    /// The parts to which nothing is done, and why.
    pub(crate) left_out: Vec<LeftOutPart>,
}

impl PlanView {
    pub(crate) fn new(kind: OperationKind, currency: Currency, plan: Plan) -> Self {
        Self {
            kind,
            amount: plan.amount(),
            currency: currency.code().into(),
            gives_up: plan.gives_up(),
            operations: plan.lines.into_iter().map(PlannedPart::from).collect(),
            left_out: plan.left_out.into_iter().map(LeftOutPart::from).collect(),
        }
    }
}

/// What is going to be done to one part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlannedPart {
    /// The part: the platform's number of its transaction.
    pub(crate) part: String,
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// How much of it, in minor units.
    pub(crate) amount: u64,
    /// What of the part can't be taken afterwards, in minor units.
    pub(crate) gives_up: u64,
}

impl From<Line> for PlannedPart {
    fn from(line: Line) -> Self {
        Self {
            part: line.part,
            kind: line.kind,
            brand: line.brand,
            amount: line.amount.minor(),
            gives_up: line.gives_up,
        }
    }
}

/// What is not done to one part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOutPart {
    /// The part: the platform's number of its transaction.
    pub(crate) part: String,
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// How much of it is left out, in minor units.
    pub(crate) amount: u64,
    /// Why.
    pub(crate) why: String,
}

impl From<LeftOut> for LeftOutPart {
    fn from(left_out: LeftOut) -> Self {
        Self {
            part: left_out.part,
            kind: left_out.kind,
            brand: left_out.brand,
            amount: left_out.amount,
            why: left_out.why,
        }
    }
}

/// What was asked for at once, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstructionView {
    /// Public id, `ins_…`.
    pub(crate) id: String,
    /// The payment.
    pub(crate) payment: String,
    /// What is done: `capture`, `cancel`, `refund` or `duplicate`.
    #[schema(value_type = String, example = "refund")]
    pub(crate) kind: OperationKind,
    /// Where it stands.
    pub(crate) status: OperationStatus,
    /// How much was asked for, in minor units.
    pub(crate) amount: u64,
    /// How much of it was done.
    pub(crate) done: u64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    /// As it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Who asked: `shop` or `operator`.
    #[schema(value_type = String, example = "shop")]
    pub(crate) by: AskedBy,
    /// Unix second of the asking.
    pub(crate) created_at: i64,
    /// What is done to each part.
    pub(crate) operations: Vec<OperationView>,
    /// The parts to which nothing is done, and why.
    pub(crate) left_out: Vec<LeftOutPart>,
}

/// Where something stands that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OperationStatus {
    /// It is going to be sent, or is being sent.
    Pending,
    /// It was sent and not answered: the platform is asked what became of it. Do not ask for the
    /// same by another way.
    Unknown,
    /// The platform's word does not decide what became of it: a person looks.
    Undecided,
    /// Some of it was done, and the rest refused.
    PartlyDone,
    /// The platform did it.
    Done,
    /// The platform did not do it, and will not.
    Refused,
}

/// What is done to one part.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationView {
    /// Public id, `op_…`.
    pub(crate) id: String,
    /// The part: the platform's number of its transaction.
    pub(crate) part: String,
    /// What paid it.
    pub(crate) kind: PartKind,
    /// Brand in the platform's words.
    pub(crate) brand: String,
    /// How much of it, in minor units.
    pub(crate) amount: u64,
    /// Where it stands.
    pub(crate) status: OperationStatus,
    /// Unix second since when it stands there.
    pub(crate) at: i64,
    /// The transaction in which the platform has it, where the platform told it: the operation's
    /// own, which after a capture or a duplicate is not that of the payment, or the payment's where
    /// the platform gives an operation none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction: Option<String>,
    /// The call number that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<String>,
    /// The authorisation that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authorisation: Option<String>,
    /// The platform's code of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// Why it was refused, what the platform's word was, or what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// Unix second at which it is sent again, where it was tried and waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) again_at: Option<i64>,
}

impl From<Standing> for InstructionView {
    fn from(standing: Standing) -> Self {
        let Standing {
            state,
            instruction,
            operations,
            left_out,
        } = standing;
        let views = operations.iter().map(|told| operation(&state, told));
        let views: Vec<_> = views.collect();
        let done = views
            .iter()
            .filter(|view| view.status == OperationStatus::Done);
        Self {
            id: instruction.id.to_string(),
            payment: instruction.payment.to_string(),
            kind: instruction.kind,
            status: together(&views),
            amount: views.iter().map(|view| view.amount).sum(),
            done: done.map(|view| view.amount).sum(),
            currency: instruction.currency.code().into(),
            reason: instruction.reason,
            by: instruction.by,
            created_at: instruction.created_at,
            operations: views,
            left_out: left_out.into_iter().map(LeftOutPart::from).collect(),
        }
    }
}

/// What is not over comes first: it must not be taken for an end.
fn together(views: &[OperationView]) -> OperationStatus {
    let any = |status| views.iter().any(|view| view.status == status);
    for open in [
        OperationStatus::Pending,
        OperationStatus::Unknown,
        OperationStatus::Undecided,
    ] {
        if any(open) {
            return open;
        }
    }
    match (any(OperationStatus::Done), any(OperationStatus::Refused)) {
        (true, true) => OperationStatus::PartlyDone,
        (true, false) => OperationStatus::Done,
        (false, _) => OperationStatus::Refused,
    }
}

/// What an operation waits for that was tried and is to be sent again.
fn waits_for(operation: &Operation) -> Option<String> {
    let waits = operation.stage == OperationStage::Waiting && operation.tries > 0;
    operation.last_answer.clone().filter(|_| waits)
}

fn operation(state: &PaymentState, operation: &Operation) -> OperationView {
    let told = state
        .operations
        .iter()
        .find(|told| told.event.operation == operation.id);
    let part = state
        .parts
        .iter()
        .find(|part| part.part.transaction == operation.part);
    let mut view = OperationView {
        id: operation.id.to_string(),
        part: operation.part.clone(),
        kind: part.map_or(PartKind::Card, |part| part.part.kind),
        brand: part.map(|part| part.part.brand.clone()).unwrap_or_default(),
        amount: operation.amount.minor(),
        status: OperationStatus::Pending,
        at: told.map_or(operation.created_at, |told| told.event.at),
        transaction: None,
        call: None,
        authorisation: None,
        code: None,
        why: None,
        again_at: None,
    };
    match told.map(|told| &told.event.progress) {
        None | Some(Progress::Asked) => {
            view.why = waits_for(operation);
            view.again_at = operation.next_try_at.filter(|_| view.why.is_some());
        }
        Some(Progress::Unknown) => view.status = OperationStatus::Unknown,
        Some(Progress::Undecided { word }) => {
            view.status = OperationStatus::Undecided;
            view.why = Some(word.clone());
        }
        Some(Progress::Refused { code, why }) => {
            view.status = OperationStatus::Refused;
            view.code = Some(code.clone()).filter(|code| !code.is_empty());
            view.why = Some(why.clone());
        }
        Some(Progress::Done { numbers }) => {
            view.status = OperationStatus::Done;
            if let Some(numbers) = numbers {
                view.transaction = Some(numbers.transaction.clone());
                view.call = Some(numbers.call.clone()).filter(|call| !call.is_empty());
                view.authorisation.clone_from(&numbers.authorisation);
            }
        }
    }
    view
}
