//! *Operations* on what a card of the vault paid: completion, correction, refund, each by the order
//! and the transaction that it follows.

use guichet_domain::operation::{OperationKind, PlatformNumbers};
use guichet_domain::{PartKind, PartStatus};

use super::answer::{self, Receipt, Verdict};
use super::request::{self, Following, Transaction};
use crate::Verified;
use crate::contract::{
    Allowed, CallError, Consulted, Exchange, Failure, Objection, Operated, Operation,
    OperationDone, Step,
};
use crate::moneris::config::Gateway;

pub(in crate::moneris) fn check(operation: &Operation<'_>) -> Result<Allowed, Objection> {
    let paid = &operation.paid;
    let part = paid.part;
    if part.status != PartStatus::Accepted || part.kind != PartKind::Card {
        return Err(Objection::NotPaid(operation.kind));
    }
    if paid.cancelled {
        return Err(Objection::Cancelled);
    }
    let never = |source_of, remedy| Objection::Never {
        kind: operation.kind,
        source_of,
        remedy,
    };
    let whole = part.amount.minor();
    match (operation.kind, &paid.taken) {
        (OperationKind::Capture, Some(_)) => Err(Objection::TakenBefore),
        (OperationKind::Capture, None) => {
            let gives_up = operation.at_most(whole)?;
            Ok(Allowed { gives_up })
        }
        (OperationKind::Cancel, None) => operation.whole_only(whole),
        (OperationKind::Cancel, Some(_)) if paid.given_back > 0 => Err(Objection::GivenBackBefore),
        (OperationKind::Cancel, Some(taken)) if taken.capture.is_some() => Err(never(
            "purchasecorrection: a purchase alone is told of",
            "refund what was captured",
        )),
        (OperationKind::Cancel, Some(taken)) => operation.whole_only(taken.amount.minor()),
        (OperationKind::Refund, None) => Err(Objection::OnlyReserved),
        (OperationKind::Refund, Some(taken)) => {
            let left = taken.amount.minor().saturating_sub(paid.given_back);
            operation.at_most(left).map(|_| Allowed { gives_up: 0 })
        }
        (OperationKind::Duplicate, _) => Err(never(
            "the list of the gateway's transactions",
            "charge the saved card anew",
        )),
    }
}

fn transaction<'a>(operation: &Operation<'a>) -> Transaction<'a> {
    let paid = &operation.paid;
    let captured = paid.taken.and_then(|taken| taken.capture);
    let of = Following {
        order_id: paid.reference,
        txn_number: captured.unwrap_or(&paid.part.transaction),
        amount: operation.amount.minor(),
    };
    match (operation.kind, &paid.taken) {
        (OperationKind::Capture, _) => Transaction::Completion(of),
        // Nothing of it is taken: the reservation is let go.
        (OperationKind::Cancel, None) => Transaction::Completion(Following { amount: 0, ..of }),
        (OperationKind::Cancel, Some(_)) => Transaction::PurchaseCorrection(of),
        (OperationKind::Refund | OperationKind::Duplicate, _) => Transaction::Refund(of),
    }
}

pub(in crate::moneris) fn operate(
    gateway: &Gateway,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Operated> {
    if let Err(objection) = check(operation) {
        return Step::Done(Operated::Objected(objection));
    }
    let Some(made) = exchanges.last() else {
        return Step::Call(request::call(gateway, &transaction(operation), Some(false)));
    };
    let answer = match &made.answer {
        Err(CallError::NotSent) => return Step::Failed(Failure::Unreachable),
        Err(CallError::NoAnswer) => return Step::Failed(Failure::Unknown),
        Ok(answer) => answer,
    };
    let Some(receipt) = answer::read(&answer.body) else {
        return Step::Failed(Failure::Unknown);
    };
    match receipt.verdict() {
        Verdict::Approved if is_ours(operation, &receipt) => {
            Step::Done(Operated::Done(was_done(operation, &receipt)))
        }
        Verdict::Declined => Step::Done(Operated::Refused {
            code: code(&receipt),
            why: "declined",
        }),
        Verdict::None if receipt.is_refused_before() => Step::Done(Operated::Refused {
            code: code(&receipt),
            why: "the gateway finds nothing to do it to: the day's batch may be closed, or what it \
                  follows is another store's",
        }),
        Verdict::Approved | Verdict::None => Step::Failed(Failure::Unknown),
    }
}

fn code(receipt: &Receipt) -> String {
    receipt.text("ResponseCode").unwrap_or("null").to_owned()
}

/// What the gateway calls what was done (AM; 11: told of once).
fn types(operation: &Operation<'_>) -> &'static str {
    match (operation.kind, &operation.paid.taken) {
        (OperationKind::Capture, _) | (OperationKind::Cancel, None) => "02",
        (OperationKind::Cancel, Some(_)) => "11",
        (OperationKind::Refund | OperationKind::Duplicate, _) => "04",
    }
}

/// Whether it was told of this operation: of its order, of its kind, of its amount where one is
/// told.
fn is_ours(operation: &Operation<'_>, receipt: &Receipt) -> bool {
    let asked = match operation.kind {
        OperationKind::Cancel => None,
        _ => Some(operation.amount.minor()),
    };
    receipt.text("ReceiptId") == Some(operation.paid.reference)
        && receipt
            .text("TransType")
            .is_none_or(|own| own == types(operation))
        && asked.is_none_or(|asked| receipt.amount() == Some(asked))
}

fn was_done(operation: &Operation<'_>, receipt: &Receipt) -> Verified<OperationDone> {
    let number = receipt.text("TransID").map(|transaction| PlatformNumbers {
        transaction: transaction.to_owned(),
        call: receipt.text("ReferenceNum").unwrap_or_default().to_owned(),
        authorisation: None,
    });
    Verified::new(OperationDone {
        kind: operation.kind,
        amount: operation.amount,
        to: operation.paid.part.transaction.clone(),
        numbers: number,
    })
}

/// Asks by the order. One order may have several refunds, and which of them is told of no document
/// says: then a person looks.
pub(in crate::moneris) fn consult(
    gateway: &Gateway,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Consulted> {
    if operation.kind == OperationKind::Refund && operation.paid.given_back > 0 {
        let word = "the order has more than one refund: look for it in the merchant portal";
        return Step::Done(Consulted::Undecided(word.into()));
    }
    let Some(made) = exchanges.last() else {
        return Step::Call(request::call(gateway, &transaction(operation), Some(true)));
    };
    let Ok(answer) = &made.answer else {
        return Step::Failed(Failure::Unreachable);
    };
    let Some(receipt) = answer::read(&answer.body) else {
        return Step::Failed(Failure::Unknown);
    };
    let of_this = receipt.text("TransType") == Some(types(operation));
    match receipt.verdict() {
        Verdict::Approved if of_this && is_ours(operation, &receipt) => {
            Step::Done(Consulted::Done(was_done(operation, &receipt)))
        }
        Verdict::Declined if of_this => Step::Done(Consulted::Refused {
            code: code(&receipt),
            why: "declined",
        }),
        Verdict::None if receipt.is_not_found() => Step::Done(Consulted::NotDone),
        Verdict::None => Step::Failed(Failure::Unknown),
        Verdict::Approved | Verdict::Declined => Step::Done(Consulted::Undecided(format!(
            "the gateway tells of another transaction of the order ({}): look in the merchant \
             portal",
            receipt.text("TransType").unwrap_or("?")
        ))),
    }
}
