//! *Operations*: settle, cancel, refund (SDK, PHP; DOC, *Process an order with settlement*, *Cancel
//! a pending order*). Each has a reference of its own that follows from the part and from what was
//! done to it before, so that the platform refuses the same one twice, and a look tells it from all
//! others.
//!
//! What was taken and not batched yet can't be refunded (MAG: 3406): it is cancelled instead, where
//! the account's table says `cancel_unbatched = true` and all of it is to go back. To cancel a
//! settlement is in two SDKs of one author (Node, Python): `DELETE` with the settlement's own id.

use guichet_domain::operation::{OperationKind, PlatformNumbers};
use guichet_domain::{PartKind, PartStatus};
use serde_json::{Value, json};

use super::answer::{Moved, Order, OrderId, Text};
use super::calls::{Calls, Does, Halt, Request, Told, step, unexpected};
use super::codes::{is_passing, may_be_duplicate, meaning};
use super::config::Config;
use crate::Verified;
use crate::contract::{
    Allowed, Consulted, Exchange, Failure, HttpMethod, Objection, Operated, Operation,
    OperationDone, Step,
};

/// Not batched yet: to be cancelled instead.
const NOT_BATCHED: &str = "3406";
/// Settled, or cancelled, before.
const SETTLED_BEFORE: &str = "3203";

pub(super) fn check(operation: &Operation<'_>) -> Result<Allowed, Objection> {
    let paid = &operation.paid;
    if paid.part.status != PartStatus::Accepted {
        return Err(Objection::NotPaid(operation.kind));
    }
    if paid.part.kind != PartKind::Card {
        return Err(Objection::Never {
            kind: operation.kind,
            source_of: "no document knows what paid",
            remedy: "look for the order in the back office",
        });
    }
    if operation.kind == OperationKind::Duplicate {
        return Err(Objection::Never {
            kind: operation.kind,
            source_of: "the list of the platform's operations",
            remedy: "have the shopper pay anew",
        });
    }
    if paid.cancelled {
        return Err(Objection::Cancelled);
    }
    if OrderId::parse(&paid.part.transaction).is_none() {
        return Err(Objection::Unnamed);
    }
    let whole = paid.part.amount.minor();
    match (operation.kind, &paid.taken) {
        (OperationKind::Capture, Some(_)) => Err(Objection::TakenBefore),
        // The platform settles several times; the books capture a part once.
        (OperationKind::Capture, None) => operation
            .at_most(whole)
            .map(|gives_up| Allowed { gives_up }),
        (OperationKind::Cancel, _) if paid.given_back > 0 => Err(Objection::GivenBackBefore),
        (OperationKind::Cancel, taken) => {
            operation.whole_only(taken.map_or(whole, |taken| taken.amount.minor()))
        }
        (OperationKind::Refund | OperationKind::Duplicate, None) => Err(Objection::OnlyReserved),
        (OperationKind::Refund | OperationKind::Duplicate, Some(taken)) => {
            let left = taken.amount.minor().saturating_sub(paid.given_back);
            operation.at_most(left).map(|_| Allowed { gives_up: 0 })
        }
    }
}

/// The operation's own reference: none of this part has the same, and the same one sent again has.
fn own_reference(operation: &Operation<'_>) -> String {
    let reference = operation.paid.reference;
    match operation.kind {
        OperationKind::Capture => format!("{reference}-S"),
        OperationKind::Cancel => format!("{reference}-C"),
        OperationKind::Refund | OperationKind::Duplicate => {
            format!("{reference}-R{}", operation.paid.given_back)
        }
    }
}

fn order_of(operation: &Operation<'_>) -> Result<OrderId, Failure> {
    let id = OrderId::parse(&operation.paid.part.transaction);
    id.ok_or_else(|| unexpected("a part without an order"))
}

pub(super) fn operate(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Operated> {
    if let Err(objection) = check(operation) {
        return Step::Done(Operated::Objected(objection));
    }
    step(perform(&mut Calls::new(config, exchanges), operation))
}

fn perform(calls: &mut Calls<'_>, operation: &Operation<'_>) -> Result<Operated, Halt> {
    let id = order_of(operation)?;
    let (path, kind) = match operation.kind {
        OperationKind::Cancel => return let_go(calls, operation, &id),
        OperationKind::Capture => ("settlement", "settlement"),
        OperationKind::Refund | OperationKind::Duplicate => ("refund", "refund"),
    };
    let body = json!({
        "amount": operation.amount.minor(),
        "merchantRefNum": own_reference(operation),
    });
    let request = moving(HttpMethod::Post, path, &id, Some(body));
    match calls.ask::<Moved>(&request)? {
        Told::Yes(moved) => {
            let right = moved.is(kind) && moved.amount_is(operation.amount.minor());
            let name = moved.name().filter(|_| right);
            Ok(done(operation, Some(name.ok_or(Failure::Unknown)?)))
        }
        Told::No { code, .. } if code == NOT_BATCHED && cancels_instead(calls, operation) => {
            let_go(calls, operation, &id)
        }
        // The same was sent before, and its answer lost: whether it was done the order tells.
        Told::No { code, .. } if may_be_duplicate(&code) => {
            match became(operation, &read(calls, &id)?) {
                Consulted::Done(done) => Ok(Operated::Done(done)),
                Consulted::NotDone => refused(&code),
                Consulted::Undecided(_) | Consulted::Refused { .. } | Consulted::Waits => {
                    Err(Failure::Unknown.into())
                }
            }
        }
        Told::No { code, .. } => refused(&code),
    }
}

/// Whether what can't be refunded yet is to be cancelled: the shop says so, and all of it goes
/// back.
fn cancels_instead(calls: &Calls<'_>, operation: &Operation<'_>) -> bool {
    let paid = &operation.paid;
    let whole = paid
        .taken
        .is_some_and(|taken| taken.amount == operation.amount);
    calls.config.cancel_unbatched && whole && paid.given_back == 0
}

/// Lets all go: the settlement, if there was one, and then what it had settled.
fn let_go(
    calls: &mut Calls<'_>,
    operation: &Operation<'_>,
    id: &OrderId,
) -> Result<Operated, Halt> {
    let settlement = operation.paid.taken.and_then(|taken| taken.capture);
    if let Some(settlement) = settlement.and_then(OrderId::parse) {
        let request = moving(HttpMethod::Delete, "order", &settlement, None);
        match calls.ask::<Value>(&request)? {
            Told::Yes(answer) if answer.get("id").is_some() => {}
            Told::Yes(_) => return Err(Failure::Unknown.into()),
            // Perhaps by a try whose answer was lost: the order's own answer decides.
            Told::No { code, .. } if code == SETTLED_BEFORE => {}
            Told::No { code, .. } => return refused(&code),
        }
    }
    let request = moving(HttpMethod::Delete, "order", id, None);
    match calls.ask::<Order>(&request)? {
        Told::Yes(order) if order.id == *id && is_cancelled(&order) => Ok(done(operation, None)),
        Told::Yes(_) => Err(Failure::Unknown.into()),
        Told::No { code, .. } => refused(&code),
    }
}

fn is_cancelled(order: &Order) -> bool {
    let transaction = order.transaction.as_ref();
    transaction
        .is_some_and(|told| told.status.as_deref() == Some("cancelled") || told.is_reversed())
}

fn moving<'a>(
    method: HttpMethod,
    path: &'a str,
    id: &'a OrderId,
    body: Option<Value>,
) -> Request<'a> {
    Request {
        id: Some(id),
        body,
        ..Request::new(Does::Moves, method, path)
    }
}

fn done(operation: &Operation<'_>, name: Option<String>) -> Operated {
    Operated::Done(Verified::new(what(operation, name)))
}

fn what(operation: &Operation<'_>, name: Option<String>) -> OperationDone {
    OperationDone {
        kind: operation.kind,
        amount: operation.amount,
        to: operation.paid.part.transaction.clone(),
        numbers: name.map(|transaction| PlatformNumbers {
            transaction,
            call: own_reference(operation),
            authorisation: None,
        }),
    }
}

/// A code that nobody knows, and one of an outage, leave it open whether it was done.
fn refused(code: &str) -> Result<Operated, Halt> {
    match meaning(code).filter(|_| !is_passing(code)) {
        Some(meaning) => Ok(Operated::Refused {
            code: code.to_owned(),
            why: meaning.text,
        }),
        None => Err(Failure::Unknown.into()),
    }
}

pub(super) fn consult(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Consulted> {
    let calls = &mut Calls::new(config, exchanges);
    step(order_of(operation).map_err(Halt::from).and_then(|id| {
        let order = read(calls, &id)?;
        Ok(became(operation, &order))
    }))
}

fn read(calls: &mut Calls<'_>, id: &OrderId) -> Result<Order, Halt> {
    let order = super::flow::read(calls, id)?;
    Ok(order.ok_or_else(|| unexpected("the order is not known there"))?)
}

/// What an order says of an operation on it.
fn became(operation: &Operation<'_>, order: &Order) -> Consulted {
    let is_done = |name| Consulted::Done(Verified::new(what(operation, name)));
    let undecided = |why: &str| Consulted::Undecided(why.to_owned());
    let Some(transaction) = &order.transaction else {
        return undecided("the order tells of no transaction");
    };
    if is_cancelled(order) {
        return match operation.kind {
            OperationKind::Capture => undecided("the order is cancelled"),
            OperationKind::Cancel | OperationKind::Refund => is_done(None),
            OperationKind::Duplicate => undecided("no authorisation is duplicated here"),
        };
    }
    if transaction.status.as_deref() != Some("success") {
        return undecided("the order is neither paid nor cancelled");
    }
    let kind = match operation.kind {
        OperationKind::Cancel => return Consulted::NotDone,
        OperationKind::Capture => "settlement",
        OperationKind::Refund | OperationKind::Duplicate => "refund",
    };
    let moves = order
        .moves()
        .filter(|moved| moved.is(kind) && !moved.is_cancelled());
    let moves: Vec<&Moved> = moves.collect();
    let own = own_reference(operation);
    let of_own = |moved: &&&Moved| {
        let reference = moved.merchant_ref_num.as_ref().map(Text::as_str);
        reference == Some(own.as_str()) && moved.amount_is(operation.amount.minor())
    };
    if let Some(moved) = moves.iter().find(of_own) {
        return is_done(moved.name());
    }
    let before = match operation.kind {
        OperationKind::Refund => operation.paid.given_back,
        OperationKind::Capture | OperationKind::Cancel | OperationKind::Duplicate => 0,
    };
    let amounts = moves.iter().map(|moved| moved.amount.as_ref()?.minor());
    let told = amounts.sum::<Option<u64>>();
    let says_settled = operation.kind == OperationKind::Capture && transaction.is_settled();
    if told == Some(before) && !says_settled {
        return Consulted::NotDone;
    }
    undecided("the order tells of other amounts than the books")
}

#[cfg(test)]
mod tests;
