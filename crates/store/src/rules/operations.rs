//! Operations are asked for and worked on stage by stage; what became of them is recorded with it.

use std::collections::BTreeSet;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::operation::{NotNow, OperationEvent, Progress};

use super::questions::Ask;
use super::record::record;
use crate::error::StoreError;
use crate::transaction::{BookOf, NewEvent, Transaction};
use crate::types::{
    AskedBy, Idempotency, Instructed, Instruction, Kept, NewOperation, OperationAdvance, Source,
};

/// Keeps an instruction with its operations, unless the books are against one of them: see
/// [`instruct`](crate::Store::instruct). It is decided in the transaction that writes them, so that
/// of two that would give back more than there is one is refused, whoever plans them.
pub(crate) async fn instruct(
    tx: &mut dyn Transaction,
    instruction: &Instruction,
    operations: &[NewOperation],
    mark: &Idempotency,
) -> Result<Instructed, StoreError> {
    if let Some(kept) = tx.answer_to(mark).await? {
        return Ok(Instructed::Kept(kept));
    }
    let payment = &instruction.payment;
    let gone = || StoreError::Corrupt(format!("{payment} has no session"));
    let (book, _) = tx.book(BookOf::Payment(payment)).await?.ok_or_else(gone)?;
    let entry = book.entry(payment).ok_or_else(gone)?;
    let state = entry.state(&book.session);
    let mut parts = BTreeSet::new();
    for operation in operations {
        let may = state.may_operate(instruction.kind, &operation.part, operation.amount);
        let twice = || NotNow::InFlight(operation.id.clone());
        let once = parts
            .insert(&operation.part)
            .then_some(())
            .ok_or_else(twice);
        if let Err(why) = may.and(once) {
            let part = operation.part.clone();
            return Ok(Instructed::NotNow { part, why });
        }
    }
    tx.add_instruction(instruction).await?;
    let source = match instruction.by {
        AskedBy::Shop => Source::Shop,
        AskedBy::Operator => Source::Operator,
    };
    for (position, operation) in operations.iter().enumerate() {
        tx.add_operation(instruction, operation, position).await?;
        let asked = OperationEvent {
            operation: operation.id.clone(),
            kind: instruction.kind,
            part: operation.part.clone(),
            amount: operation.amount,
            currency: instruction.currency,
            at: instruction.created_at,
            progress: Progress::Asked,
        };
        tell(tx, payment, &asked, source, instruction.created_at).await?;
    }
    let (id, now) = (instruction.id.as_str(), instruction.created_at);
    tx.add_answer(mark, id, now).await?;
    Ok(Instructed::Kept(Kept::New))
}

/// Moves an operation from stage to stage, and records what became of it; `false` if it was not
/// where it had to be, and nothing was written.
pub(crate) async fn advance(
    tx: &mut dyn Transaction,
    advance: &OperationAdvance<'_>,
) -> Result<bool, StoreError> {
    let Some(payment) = tx.advance_operation(advance).await? else {
        return Ok(false);
    };
    if let Some((event, source)) = advance.event {
        tell(tx, &payment, event, source, event.at).await?;
    }
    Ok(true)
}

/// Records how far an operation came.
async fn tell(
    tx: &mut dyn Transaction,
    payment: &PaymentId,
    event: &OperationEvent,
    source: Source,
    now: i64,
) -> Result<(), StoreError> {
    let Some((account, reference)) = tx.reference_of(payment).await? else {
        return Err(StoreError::Corrupt(format!("{payment} is not there")));
    };
    let identity = format!("{}|{}", event.operation, event.progress.as_str());
    let content = PaymentEvent::Operation(event.clone());
    let event = NewEvent {
        account: &account,
        reference: &reference,
        identity: &identity,
        content: &content,
        source,
        raw: None,
        now,
    };
    record(tx, &event, Ask::Later).await.map(drop)
}
