//! *Operations*: completion of what was reserved, void, refund, each a command of the terminal
//! that took the payment (GO, *completion-api*, *void-api*, *card-on-file-refund-api*). Each has a
//! key of its own, by which the terminal tells what became of it when it is sent again, for as
//! long as it can be relied on to remember.

use std::time::Duration;

use guichet_domain::operation::{OperationKind, PlatformNumbers};
use guichet_domain::{PartKind, PartStatus, Refusal};

use super::answer::{Told, means};
use super::codes::{Meaning, meaning};
use super::config::{Config, Terminal};
use super::fact::is_approved;
use super::request::Command;
use super::talk::{Talk, talk};
use crate::Verified;
use crate::contract::{
    Allowed, Consulted, Exchange, Failure, Later, Objection, Operated, Operation, OperationDone,
    Step,
};

/// How long a command is asked about by its key: see [`super::flow`].
const DOUBT_SECONDS: i64 = 300;
/// How long a terminal that is busy or offline is tried for.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 3600);

pub(super) fn check(config: &Config, operation: &Operation<'_>) -> Result<Allowed, Objection> {
    let paid = &operation.paid;
    let part = paid.part;
    if part.status != PartStatus::Accepted || part.kind != PartKind::Card {
        return Err(Objection::NotPaid(operation.kind));
    }
    let never = |source_of, remedy| Objection::Never {
        kind: operation.kind,
        source_of,
        remedy,
    };
    if operation.kind == OperationKind::Duplicate {
        let remedy = "have the shopper pay anew at the terminal";
        return Err(never("the list of the terminal's actions", remedy));
    }
    if part.is_offline() {
        let remedy = "see in the merchant portal whether it settled, and give it back there";
        return Err(never(
            "approved offline: the bank has not been asked",
            remedy,
        ));
    }
    if paid.cancelled {
        return Err(Objection::Cancelled);
    }
    if terminal(config, operation).is_none() {
        return Err(Objection::Unnamed);
    }
    let whole = part.amount.minor();
    let told = part.at_terminal.as_ref();
    let is_credit = told.is_some_and(|told| told.tender.eq_ignore_ascii_case("credit"));
    match (operation.kind, &paid.taken) {
        (OperationKind::Capture, Some(_)) => Err(Objection::TakenBefore),
        (OperationKind::Capture, None) => {
            let gives_up = operation.at_most(whole)?;
            Ok(Allowed { gives_up })
        }
        (OperationKind::Cancel, None) => Err(never(
            "void-api: a purchase alone",
            "capture less, let the reservation lapse, or release it in the merchant portal",
        )),
        (OperationKind::Cancel, Some(_)) if paid.given_back > 0 => Err(Objection::GivenBackBefore),
        (OperationKind::Cancel, Some(taken)) if taken.capture.is_some() => Err(never(
            "void-api: a purchase alone",
            "refund what was captured",
        )),
        (OperationKind::Cancel, Some(taken)) => operation.whole_only(taken.amount.minor()),
        (OperationKind::Refund, None) => Err(Objection::OnlyReserved),
        (OperationKind::Refund, Some(_)) if !is_credit => Err(never(
            "card-on-file-refund-api: credit cards alone",
            "void it while the day is open, or refund with the card at the terminal",
        )),
        (OperationKind::Refund, Some(taken)) => {
            let left = taken.amount.minor().saturating_sub(paid.given_back);
            operation.at_most(left).map(|_| Allowed { gives_up: 0 })
        }
        (OperationKind::Duplicate, _) => Err(Objection::OnlyReserved),
    }
}

/// The terminal that took the part.
fn terminal<'a>(config: &'a Config, operation: &Operation<'_>) -> Option<&'a Terminal> {
    let told = operation.paid.part.at_terminal.as_ref()?;
    config.terminal(&told.terminal)
}

fn action(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "completion",
        OperationKind::Cancel => "void",
        OperationKind::Refund | OperationKind::Duplicate => "refund",
    }
}

/// Hands it over: the original order and transaction (GO, *void-api*: not a new order), and how
/// much, where it need not be all.
fn hand_over(config: &Config, operation: &Operation<'_>, exchanges: &[Exchange]) -> Talk {
    let (Some(terminal), Some(id)) = (terminal(config, operation), operation.id) else {
        return Talk::Failed(Failure::Unexpected(
            "an operation without a terminal".into(),
        ));
    };
    let paid = &operation.paid;
    let captured = paid.taken.and_then(|taken| taken.capture);
    let to = captured.unwrap_or(&paid.part.transaction);
    let mut fields = vec![
        ("orderId", paid.reference.to_owned()),
        ("transactionId", to.to_owned()),
    ];
    if operation.kind != OperationKind::Cancel {
        fields.push(("totalAmount", operation.amount.minor().to_string()));
    }
    let command = Command {
        action: action(operation.kind),
        terminal,
        key: id.as_str(),
        fields,
        post_back: None,
    };
    talk(config, &command, exchanges, operation.now)
}

pub(super) fn operate(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Operated> {
    if let Err(objection) = check(config, operation) {
        return Step::Done(Operated::Objected(objection));
    }
    match hand_over(config, operation, exchanges) {
        Talk::Call(call) => Step::Call(*call),
        Talk::Runs => Step::Done(Operated::Waits),
        Talk::Failed(failure) => Step::Failed(failure),
        Talk::Over(told) => match became(operation, &told) {
            Became::Done(done) => Step::Done(Operated::Done(done)),
            Became::Refused(code, why) => Step::Done(Operated::Refused { code, why }),
            Became::NotNow(code, why) => Step::Done(Operated::Later(Later {
                code,
                why,
                from: None,
                patience: PATIENCE,
            })),
            Became::Unknown => Step::Failed(Failure::Unknown),
        },
    }
}

/// What was told of an operation.
enum Became {
    Done(Verified<OperationDone>),
    /// By the bank or the terminal, once it was there.
    Refused(String, &'static str),
    /// It did not reach the terminal, or the terminal did not begin.
    NotNow(String, &'static str),
    Unknown,
}

fn became(operation: &Operation<'_>, told: &Told) -> Became {
    let Ok(means) = means(told) else {
        return Became::Unknown;
    };
    let why = meaning(&told.code).map_or("", |(_, words)| words);
    let code = match told.response_code.as_str() {
        "" => told.code.clone(),
        bank => format!("{}/{bank}", told.code),
    };
    match means {
        Meaning::Rejected(Refusal::Busy) => Became::NotNow(code, why),
        Meaning::Rejected(_) if told.code == "5903" => Became::NotNow(code, why),
        Meaning::Rejected(_) | Meaning::Refused(_) => Became::Refused(code, why),
        Meaning::Approved if is_ours(operation, told) && is_approved(told) => {
            Became::Done(Verified::new(OperationDone {
                kind: operation.kind,
                amount: operation.amount,
                to: operation.paid.part.transaction.clone(),
                numbers: told
                    .transaction_id
                    .clone()
                    .map(|transaction| PlatformNumbers {
                        transaction,
                        call: told.unique_id.clone().unwrap_or_default(),
                        authorisation: None,
                    }),
            }))
        }
        // A part of an operation is none that was asked for.
        Meaning::Approved
        | Meaning::Partial
        | Meaning::Done
        | Meaning::GoesOn
        | Meaning::Unknown => Became::Unknown,
    }
}

/// Whether it was told of this operation: its key, or its order; and its amount where that is told.
fn is_ours(operation: &Operation<'_>, told: &Told) -> bool {
    let key = operation.id.map(guichet_domain::id::OperationId::as_str);
    let by_key = told.key.as_deref();
    let action = told.action.as_deref();
    let amount = told.total.or(told.approved);
    by_key.is_none_or(|by_key| Some(by_key) == key)
        && told
            .order_id
            .as_deref()
            .is_none_or(|order| order == operation.paid.reference)
        && (by_key.is_some() || told.order_id.is_some())
        && action.is_none_or(|own| own.eq_ignore_ascii_case(self::action(operation.kind)))
        && (operation.kind == OperationKind::Cancel
            || amount.is_none_or(|amount| amount == operation.amount.minor()))
}

/// Sends the same with the same key: the terminal gives the first result again, or joins what
/// runs. It remembers its last hundred commands, so that this is done for as long as the documents
/// say and no longer; afterwards a person looks.
pub(super) fn consult(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Consulted> {
    let ago = operation.now.as_second() - operation.asked_at.as_second();
    if exchanges.is_empty() && ago > DOUBT_SECONDS {
        let word = "the terminal may have forgotten it: look in the merchant portal";
        return Step::Done(Consulted::Undecided(word.into()));
    }
    match hand_over(config, operation, exchanges) {
        Talk::Call(call) => Step::Call(*call),
        Talk::Runs => Step::Done(Consulted::Waits),
        Talk::Failed(failure) => Step::Failed(failure),
        Talk::Over(told) => match became(operation, &told) {
            Became::Done(done) => Step::Done(Consulted::Done(done)),
            // Of the first time a command that is refused before it begins tells nothing.
            Became::Refused(..) if matches!(means(&told), Ok(Meaning::Rejected(_))) => {
                Step::Failed(Failure::Unknown)
            }
            Became::Refused(code, why) => Step::Done(Consulted::Refused { code, why }),
            Became::NotNow(..) | Became::Unknown => Step::Failed(Failure::Unknown),
        },
    }
}

#[cfg(test)]
mod tests;
