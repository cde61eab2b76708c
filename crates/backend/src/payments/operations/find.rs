//! A shop's payment, and what was done with its money.

use guichet_domain::id::{InstructionId, PaymentId, Slug};
use guichet_domain::operation::OperationKind;
use guichet_domain::payment::PaymentState;
use guichet_store::{Book, Instruction, Operation};

use super::error::OperationError;
use super::left_out::LeftOut;
use crate::app::App;

/// An instruction as it stands.
pub(crate) struct Standing {
    /// Its payment's.
    pub(crate) state: PaymentState,
    pub(crate) instruction: Instruction,
    pub(crate) operations: Vec<Operation>,
    /// What of the payment nothing is done to.
    pub(crate) left_out: Vec<LeftOut>,
}

/// Whose payment is looked for.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// This shop's.
    Shop(&'a Slug),
    /// Whichever shop's: an operator asks.
    Anybodys,
}

/// The book of a payment's session.
pub(crate) async fn book(
    app: &App,
    whose: Whose<'_>,
    payment: &PaymentId,
) -> Result<Book, OperationError> {
    let found = app.store.payment(payment).await?.map(|(_, book)| book);
    let is_theirs = |book: &Book| match whose {
        Whose::Shop(shop) => book.session.shop == *shop,
        Whose::Anybodys => true,
    };
    found
        .filter(is_theirs)
        .ok_or(OperationError::PaymentUnknown)
}

/// One instruction of a payment, as it stands now.
pub(crate) async fn instruction(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    kind: OperationKind,
    id: &InstructionId,
) -> Result<Standing, OperationError> {
    let found = app.store.instruction(id).await?;
    let found = found.filter(|found| found.payment == *payment && found.kind == kind);
    let found = found.ok_or(OperationError::Unknown)?;
    let operations = app.store.operations_of(&found.id).await?;
    let entry = book.entry(payment).ok_or(OperationError::PaymentUnknown)?;
    standing(entry.state(&book.session), found, operations)
}

/// All of one kind, or of each kind one after the other, in the order of their making.
pub(crate) async fn instructions(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    kind: Option<OperationKind>,
) -> Result<Vec<Standing>, OperationError> {
    let mut found = app.store.instructions_of(payment, kind).await?;
    found.sort_by_key(|(instruction, _)| instruction.kind);
    let entry = book.entry(payment).ok_or(OperationError::PaymentUnknown)?;
    let state = entry.state(&book.session);
    let all = found
        .into_iter()
        .map(|(instruction, operations)| standing(state.clone(), instruction, operations));
    all.collect()
}

fn standing(
    state: PaymentState,
    instruction: Instruction,
    operations: Vec<Operation>,
) -> Result<Standing, OperationError> {
    let left_out = serde_json::from_str(&instruction.left_out);
    Ok(Standing {
        state,
        operations,
        left_out: left_out.map_err(OperationError::failed)?,
        instruction,
    })
}
