//! A shop's payment, and what was done with its money.

use guichet_domain::id::{InstructionId, PaymentId, Slug};
use guichet_domain::operation::OperationKind;
use guichet_store::{Book, Instruction};

use super::error::OperationError;
use super::views::InstructionView;
use crate::app::App;

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
) -> Result<InstructionView, OperationError> {
    let found = app.store.instruction(id).await?;
    let found = found.filter(|found| found.payment == *payment && found.kind == kind);
    view(app, book, &found.ok_or(OperationError::Unknown)?).await
}

/// All of one kind, in the order of their making.
pub(crate) async fn instructions(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    kind: OperationKind,
) -> Result<Vec<InstructionView>, OperationError> {
    let mut views = Vec::new();
    for found in app.store.instructions_of(payment, kind).await? {
        views.push(view(app, book, &found).await?);
    }
    Ok(views)
}

async fn view(
    app: &App,
    book: &Book,
    instruction: &Instruction,
) -> Result<InstructionView, OperationError> {
    let operations = app.store.operations_of(&instruction.id).await?;
    let entry = book
        .entry(&instruction.payment)
        .ok_or(OperationError::PaymentUnknown)?;
    InstructionView::new(&entry.state(&book.session), instruction, &operations)
}
