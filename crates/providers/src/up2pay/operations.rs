//! *Operations*: PPPS, types 00002 (capture), 00005 (cancel) and 00014 (refund), on one transaction
//! with its own ACQUEREUR; 00017 tells what became of one that was not answered.
//!
//! Sources: the manual, §2.1.2.2 (a capture in part), §2.2.2.1, §3.3.2, §4.2 and §4.3 (what may be
//! done with what); Verifone "Paybox Direct" through BenMorel/Paybox and nexylan/paybox-direct
//! (types, codes). What may be done with what stands in [`RULES`], with its place.
//!
//! # Where sources disagree
//! - A refund of meal vouchers: §4.2 forbids it, §4.3.1 and the example of §4.3.2 allow it. It is
//!   off unless the account's table says `conecs_refunds = true`.
//! - Which transaction a refund after a capture names: `refund_number` of the account's table.
//! - §4.3.2 lets any number of an order stand for any amount of it. Here an operation never exceeds
//!   what its own transaction took, and names no other's ACQUEREUR.

use std::time::Duration;

use guichet_domain::event::Part;
use guichet_domain::operation::{OperationKind, PlatformNumbers};
use guichet_domain::{PartKind, PartStatus};

use super::codes::{Moved, Ppps, moved};
use super::config::{Config, RefundNumber};
use super::numbers::{NumAppel, NumTrans};
use super::ppps::{
    CONSULT, Frame, Heard, NEW_QUESTIONS_MAX, Question, is_code, is_unset, numbers_of, unexpected,
};
use super::way::Way;
use crate::Verified;
use crate::contract::{
    Allowed, CallError, Consulted, Exchange, Failure, Later, Objection, Operated, Operation,
    OperationDone, Step, Taken,
};

/// How long an operation may take: longer than a question, because it is not asked again.
const TIMEOUT: Duration = Duration::from_secs(25);

/// How long a consultation may take.
const TIMEOUT_CONSULT: Duration = Duration::from_secs(10);

/// How long a refund waits for its day: longer than any night, and whatever an outage adds.
const UNTIL_NEXT_DAY: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// What paid, as far as operations tell it apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Means {
    /// A bank card that paid alone.
    Card,
    /// The card that completed a voucher: LIMOCB.
    Complement,
    /// A meal voucher of Conecs.
    Conecs,
    /// A holiday voucher.
    CvConnect,
}

impl Means {
    fn of(part: &Part) -> Option<Self> {
        match part.kind {
            PartKind::Card => Some(Self::Card),
            PartKind::Complement => Some(Self::Complement),
            PartKind::Account => None,
            PartKind::Voucher => match Way::of_voucher(&part.brand)? {
                Way::Apetiz | Way::Sodexo | Way::UpChequDej => Some(Self::Conecs),
                Way::CvConnect => Some(Self::CvConnect),
                Way::Card | Way::Choice => None,
            },
        }
    }
}

/// Whether the platform does it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum May {
    /// It does.
    Yes,
    /// It does not; what can be done in its place.
    No(&'static str),
    /// Sources contradict each other: with this key of the account's table it is tried.
    With(&'static str),
}

/// What the platform does with what paid, and where that stands in the manual CONECS / CV-CONNECT
/// of 01/03/2021, the only one that tells.
const RULES: [(Means, OperationKind, May, &str); 12] = [
    (Means::Card, CAPTURE, May::Yes, "manual of 01/03/2021, §4.2"),
    (Means::Card, CANCEL, May::Yes, "manual of 01/03/2021, §4.2"),
    (Means::Card, REFUND, May::Yes, "manual of 01/03/2021, §4.2"),
    (
        Means::Complement,
        CAPTURE,
        May::Yes,
        "manual of 01/03/2021, §3.3.2",
    ),
    (
        Means::Complement,
        CANCEL,
        May::Yes,
        "manual of 01/03/2021, §4.2",
    ),
    (
        Means::Complement,
        REFUND,
        May::Yes,
        "manual of 01/03/2021, §4.3.1",
    ),
    (
        Means::Conecs,
        CAPTURE,
        May::Yes,
        "manual of 01/03/2021, §4.2",
    ),
    (
        Means::Conecs,
        CANCEL,
        May::No(BY_ISSUER),
        "manual of 01/03/2021, §4.2",
    ),
    (
        Means::Conecs,
        REFUND,
        May::With("conecs_refunds = true"),
        "manual of 01/03/2021, §4.2 against §4.3.1",
    ),
    (
        Means::CvConnect,
        CAPTURE,
        May::Yes,
        "manual of 01/03/2021, §2.2.2.1",
    ),
    (
        Means::CvConnect,
        CANCEL,
        May::No(BY_ISSUER),
        "manual of 01/03/2021, §2.2.2.1",
    ),
    (
        Means::CvConnect,
        REFUND,
        May::No(BY_ISSUER),
        "manual of 01/03/2021, §4.3.1",
    ),
];

const CAPTURE: OperationKind = OperationKind::Capture;
const CANCEL: OperationKind = OperationKind::Cancel;
const REFUND: OperationKind = OperationKind::Refund;

/// What is left to do where the platform gives no voucher back.
const BY_ISSUER: &str = "settle it with the voucher's issuer; only the card that completed it can \
                         be given back here";

/// The platform can only reserve a card's money again together with the card, or with a
/// subscriber's reference, and neither is here.
const NO_DUPLICATE: Objection = Objection::Never {
    kind: OperationKind::Duplicate,
    source_of: "manual of 01/03/2021, §4.2: PPPS has no such TYPE",
    remedy: "ask the shopper to pay anew, in a session with another reference",
};

/// TYPE. None where the platform has none: that is objected to before.
const fn type_of(kind: OperationKind) -> Option<&'static str> {
    match kind {
        OperationKind::Capture => Some("00002"),
        OperationKind::Cancel => Some("00005"),
        OperationKind::Refund => Some("00014"),
        OperationKind::Duplicate => None,
    }
}

pub(super) fn check(config: &Config, operation: &Operation<'_>) -> Result<Allowed, Objection> {
    let paid = &operation.paid;
    if paid.part.status != PartStatus::Accepted {
        return Err(Objection::NotPaid(operation.kind));
    }
    allowed_with(config, operation)?;
    if paid.cancelled {
        return Err(Objection::Cancelled);
    }
    if numbers(config, operation).is_none() {
        return Err(Objection::Unnamed);
    }
    let whole = paid.part.amount.minor();
    match (operation.kind, &paid.taken) {
        (OperationKind::Capture, Some(_)) => Err(Objection::TakenBefore),
        (OperationKind::Capture, None) => operation.at_most(whole).map(|left| Allowed {
            // Of a voucher the platform cancels the rest (the manual, §2.1.2.2); that of a card
            // could be taken again is written nowhere.
            gives_up: left,
        }),
        (OperationKind::Cancel, _) if paid.given_back > 0 => Err(Objection::GivenBackBefore),
        // Several cancellations of one transaction are not possible (the manual, §4.3.1).
        (OperationKind::Cancel, taken) => {
            operation.whole_only(taken.map_or(whole, |taken| taken.amount.minor()))
        }
        (OperationKind::Refund, None) => Err(Objection::OnlyReserved),
        (OperationKind::Refund, Some(taken)) => refundable(operation, taken),
        (OperationKind::Duplicate, _) => Err(NO_DUPLICATE),
    }
}

/// Whether the platform does that to what paid.
fn allowed_with(config: &Config, operation: &Operation<'_>) -> Result<(), Objection> {
    let kind = operation.kind;
    let means = Means::of(operation.paid.part);
    let rule = RULES
        .iter()
        .find(|(of, does, ..)| Some(*of) == means && *does == kind);
    let never = |source_of, remedy| {
        Err(Objection::Never {
            kind,
            source_of,
            remedy,
        })
    };
    match rule {
        _ if kind == OperationKind::Duplicate => Err(NO_DUPLICATE),
        Some((.., May::Yes, _)) => Ok(()),
        Some((.., May::With(setting), _)) if !config.conecs_refunds => {
            Err(Objection::NotEnabled { setting })
        }
        Some((.., May::With(_), _)) => Ok(()),
        Some((.., May::No(remedy), place)) => never(place, remedy),
        None => never(
            "no document knows what paid",
            "look for the transaction in the back office",
        ),
    }
}

/// Several times, up to what this very transaction took.
fn refundable(operation: &Operation<'_>, taken: &Taken<'_>) -> Result<Allowed, Objection> {
    let left = taken
        .amount
        .minor()
        .saturating_sub(operation.paid.given_back);
    operation.at_most(left).map(|_| Allowed { gives_up: 0 })
}

/// A refund is sent from the day after the money was taken (the manual, §4.3.1), by the platform's
/// days; when that day begins, where it has not.
fn not_before(config: &Config, operation: &Operation<'_>) -> Option<jiff::Timestamp> {
    let taken = operation.paid.taken.as_ref();
    let taken = taken.filter(|_| operation.kind == OperationKind::Refund)?;
    let day = |time: jiff::Timestamp| time.to_zoned(config.time_zone.clone()).date();
    let next = day(taken.at).tomorrow().ok()?;
    let begins = next.to_zoned(config.time_zone.clone()).ok()?.timestamp();
    (operation.now < begins).then_some(begins)
}

/// The numbers that an operation names: the part's, or those of its capture where a refund is set
/// up to name it.
fn numbers(config: &Config, operation: &Operation<'_>) -> Option<(NumAppel, NumTrans)> {
    let (call, of_payment) = numbers_of(operation.paid.part)?;
    let capture = operation.paid.taken.and_then(|taken| taken.capture);
    let transaction = match (operation.kind, config.refund_number, capture) {
        (OperationKind::Refund, RefundNumber::Capture, Some(capture)) => NumTrans::parse(capture)?,
        _ => of_payment,
    };
    (!transaction.is_none()).then_some((call, transaction))
}

fn question<'a>(
    config: &'a Config,
    operation: &'a Operation<'a>,
    kind: &'static str,
    timeout: Duration,
) -> Result<Question<'a>, Failure> {
    let numbers = numbers(config, operation);
    let (call, transaction) = numbers.ok_or_else(|| unexpected("a part without numbers"))?;
    Ok(Question {
        config,
        kind,
        part: operation.paid.part,
        call,
        transaction,
        amount: operation.amount,
        reference: operation.paid.reference,
        sequence: operation.sequence,
        now: operation.now,
        timeout,
    })
}

pub(super) fn operate(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Operated> {
    if let Err(objection) = check(config, operation) {
        return Step::Done(Operated::Objected(objection));
    }
    if let Some(begins) = not_before(config, operation).filter(|_| exchanges.is_empty()) {
        return Step::Done(Operated::Later(Later {
            code: String::new(),
            why: "the platform gives nothing back on the day on which it was taken: it is sent on \
                  the next day in Paris",
            from: Some(begins),
            patience: UNTIL_NEXT_DAY,
        }));
    }
    let kind = type_of(operation.kind).ok_or_else(|| unexpected("no TYPE for it"));
    let question = kind.and_then(|kind| question(config, operation, kind, TIMEOUT));
    let next = question.and_then(|question| next(&question, operation, exchanges));
    next.unwrap_or_else(Step::Failed)
}

/// What the calls made so far lead to. Only what never arrived, and a question whose number was not
/// taken, is sent again; whatever else is no answer to it may have been done.
fn next(
    question: &Question<'_>,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Result<Step<Operated>, Failure> {
    let mut host = 0;
    let mut new_questions = 0;
    for (index, exchange) in exchanges.iter().enumerate() {
        let answer = match &exchange.answer {
            Err(CallError::NotSent) => {
                host += 1;
                continue;
            }
            Ok(answer) if answer.status == 200 => answer,
            Err(CallError::NoAnswer) | Ok(_) => return Err(Failure::Unknown),
        };
        let frame = Frame::read(&answer.body).ok_or(Failure::Unknown)?;
        let code = frame.value("CODEREPONSE").filter(|code| is_code(code));
        let code = code.ok_or(Failure::Unknown)?;
        let said = moved(&code);
        let own = match said {
            // The number that was not taken need not be told as we told it.
            Moved::NewQuestion => question.check_site(&frame),
            _ => question.check_question(&frame, &exchange.call.note),
        };
        own.map_err(|_| Failure::Unknown)?;
        match said {
            Moved::NewQuestion => new_questions += 1,
            Moved::Unknown => return Err(Failure::Unknown),
            _ if index + 1 != exchanges.len() => {
                return Err(unexpected("an answer after the last one"));
            }
            Moved::Refused(why) => return Ok(Step::Done(Operated::Refused { code, why })),
            Moved::Done => {
                let done = done(question, operation, &frame).ok_or(Failure::Unknown)?;
                return Ok(Step::Done(Operated::Done(Verified::new(done))));
            }
        }
    }
    if new_questions > NEW_QUESTIONS_MAX {
        return Err(unexpected("no number of a question is good"));
    }
    let host = question.config.ppps_hosts.get(host);
    question
        .ask(host.ok_or(Failure::Unreachable)?)
        .map(Step::Call)
}

/// What was done, with the numbers that the platform gave it. Whether its call number is the
/// payment's is told by no source, and is not asked for.
fn done(
    question: &Question<'_>,
    operation: &Operation<'_>,
    frame: &Frame,
) -> Option<OperationDone> {
    let filled = |name| frame.value(name).filter(|text| !is_unset(text));
    let call = NumAppel::parse(&filled("NUMAPPEL")?)?;
    let transaction = NumTrans::parse(&filled("NUMTRANS")?)?;
    (!transaction.is_none()).then(|| OperationDone {
        kind: operation.kind,
        amount: operation.amount,
        to: question.transaction.as_str().to_owned(),
        numbers: Some(PlatformNumbers {
            transaction: transaction.as_str().to_owned(),
            call: call.as_str().to_owned(),
            authorisation: filled("AUTORISATION"),
        }),
    })
}

pub(super) fn consult(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Consulted> {
    // Of the transaction, whatever was done with how much of it.
    let whole = Operation {
        amount: operation.paid.part.amount,
        ..*operation
    };
    let heard = question(config, &whole, CONSULT, TIMEOUT_CONSULT).and_then(|question| {
        Ok(match question.consult(exchanges)? {
            Heard::Call(call) => Step::Call(call),
            Heard::Answer(frame, Ppps::Done) => {
                question.check_numbers(&frame)?;
                let status = frame.value("STATUS").unwrap_or_default();
                Step::Done(became(&question, operation, &status))
            }
            Heard::Answer(frame, _) => {
                let code = frame.value("CODEREPONSE").filter(|code| is_code(code));
                let word = format!("PPPS {}", code.unwrap_or_default());
                Step::Done(Consulted::Undecided(word))
            }
        })
    });
    heard.unwrap_or_else(Step::Failed)
}

/// What a transaction's STATUS says of an operation on it. It is the word of the whole transaction:
/// which of several refunds was done it can't tell, nor whether one of a part of it was.
fn became(question: &Question<'_>, operation: &Operation<'_>, status: &str) -> Consulted {
    let paid = &operation.paid;
    let taken = paid.taken.map(|taken| taken.amount);
    let only = paid.given_back == 0 && taken == Some(operation.amount);
    let done = || {
        Consulted::Done(Verified::new(OperationDone {
            kind: operation.kind,
            amount: operation.amount,
            to: question.transaction.as_str().to_owned(),
            numbers: None,
        }))
    };
    match (operation.kind, status) {
        (OperationKind::Capture, "Capturé") | (OperationKind::Cancel, "Annulé") => done(),
        (OperationKind::Refund, "Remboursé") if only => done(),
        (OperationKind::Capture, "Autorisé") | (OperationKind::Cancel, "Autorisé" | "Capturé") => {
            Consulted::NotDone
        }
        (OperationKind::Refund, "Capturé") if only => Consulted::NotDone,
        (_, known) if STATUSES.contains(&known) => {
            Consulted::Undecided(format!("STATUS is {known}"))
        }
        _ => Consulted::Undecided("STATUS is missing or unknown".into()),
    }
}

/// Every STATUS that is known (Verifone "Paybox Direct", through BenMorel/Paybox).
const STATUSES: [&str; 8] = [
    "Remboursé",
    "Annulé",
    "Autorisé",
    "Capturé",
    "Crédit",
    "Refusé",
    "Demande de solde",
    "Rejet support",
];

#[cfg(test)]
mod tests;
