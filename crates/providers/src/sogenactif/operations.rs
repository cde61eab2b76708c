//! *Operations*: validate (our capture), cancel, refund and duplicate, of the group
//! `cashManagement`; getTransactionData tells what became of one that was not answered.
//!
//! Sources: Sogenactif documentation, connector Office, release 24.2 (what each does, confidence
//! A); Sips documentation, pages on validation, cancellation and refund (states, the hour of the
//! remittance, "not yet written"; B); warehousenantes/sips-office-sdk-php and VTEX's connector
//! (fields; C). What may be done with what stands in [`rules`], with its place.
//!
//! # Where sources disagree, or are silent
//! - A refund before the remittance: the Sips page allows it in TO_CAPTURE,
//!   warehousenantes/sips-office-sdk-php cancels there. It is sent: what the platform does not do
//!   yet is sent again after its next remittance.
//! - What `remainingAmount` and `currentAmount` of getTransactionData count is told by no page that
//!   could be read. Only where they are exactly what one outcome would leave is that believed.
//! - A partial cancellation is possible at the platform. Here a part is cancelled whole.

use std::time::Duration;

use guichet_domain::PartStatus;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::{OperationKind, PlatformNumbers};
use jiff::{Timestamp, ToSpan as _};

use super::calls::{Calls, Halt, ours, step, unexpected};
use super::codes::{AcquirerCode, Outcome, ResponseCode, Standing, TransactionStatus};
use super::config::Config;
use super::fact::{Transaction, Verdict, verdict_of_books};
use super::naming::{self, Name};
use super::office::OfficeRequest;
use super::office::cash::{Cancel, Duplicate, Operation as Cash, Refund, Validate};
use super::office::parts::{OperationAnswer, PaymentAnswer, PaymentOptions};
use super::query;
use super::request::{currency_code, is_same_number};
use super::types::{CurrencyCode, Money, TransactionReference};
use crate::Verified;
use crate::contract::{
    Allowed, Consulted, Exchange, Failure, Later, Objection, Operated, Operation, OperationDone,
    Step,
};

mod rules;

use rules::{explained, may};

/// First hour, in Paris, in which the platform takes no operation: it is busy with the remittance
/// (Sips documentation, page on refunds, B; that the hour is Paris' is derived).
const REMITTANCE: i8 = 22;

/// For how long an operation is sent again whose transaction is not written yet: the platform
/// writes it down some time after the payment (Sips documentation, page on validation, B).
const UNTIL_WRITTEN: Duration = Duration::from_secs(2 * 3600);

/// The same where the platform is busy with the remittance, or waits for another's word.
const UNTIL_FREE: Duration = Duration::from_secs(3 * 24 * 3600);

/// The same where a refund waits for the remittance of what it gives back: a direct debit is
/// remitted days after it was ordered.
const UNTIL_REMITTED: Duration = Duration::from_secs(10 * 24 * 3600);

/// How often getTransactionData has to say that an operation was not done: for some nine minutes,
/// because the platform writes late.
pub(super) const NOT_DONE_TIMES: u32 = 9;

pub(super) fn check(config: &Config, operation: &Operation<'_>) -> Result<Allowed, Objection> {
    let paid = &operation.paid;
    if paid.part.status != PartStatus::Accepted {
        return Err(Objection::NotPaid(operation.kind));
    }
    may(config, operation)?;
    if paid.cancelled {
        return Err(Objection::Cancelled);
    }
    if name(config, operation).is_err() {
        return Err(Objection::Unnamed);
    }
    let whole = paid.part.amount.minor();
    let taken = paid.taken.map(|taken| taken.amount.minor());
    match (operation.kind, taken) {
        (OperationKind::Capture | OperationKind::Duplicate, Some(_)) => Err(Objection::TakenBefore),
        // Once: what is not captured can't be taken later.
        (OperationKind::Capture, None) => operation
            .at_most(whole)
            .map(|left| Allowed { gives_up: left }),
        (OperationKind::Cancel, _) if paid.given_back > 0 => Err(Objection::GivenBackBefore),
        (OperationKind::Cancel | OperationKind::Duplicate, taken) => {
            operation.whole_only(taken.unwrap_or(whole))
        }
        (OperationKind::Refund, None) => Err(Objection::OnlyReserved),
        (OperationKind::Refund, Some(taken)) => operation
            .at_most(taken.saturating_sub(paid.given_back))
            .map(|_| Allowed { gives_up: 0 }),
    }
}

/// The transaction that has the money: the part's, or the latest duplicate of it.
fn name(config: &Config, operation: &Operation<'_>) -> Result<Name, Failure> {
    match operation.paid.duplicate {
        Some(reference) => naming::reference(reference).map(Name::Reference),
        None => Name::of_part(config, operation.paid.part),
    }
}

pub(super) fn operate(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Operated> {
    if let Err(objection) = check(config, operation) {
        return Step::Done(Operated::Objected(objection));
    }
    if let Some(over) = remittance(config, operation.now).filter(|_| exchanges.is_empty()) {
        return Step::Done(Operated::Later(Later {
            code: String::new(),
            why: "the platform takes no operation between 22:00 and 23:00 in Paris: it is sent \
                  afterwards",
            from: Some(over),
            patience: UNTIL_FREE,
        }));
    }
    let mut calls = Calls::new(config, exchanges);
    step(match operation.kind {
        OperationKind::Capture => cash(&mut calls, operation, |operation| Validate {
            operation,
            last_recovery_indicator: None,
        }),
        OperationKind::Cancel => cash(&mut calls, operation, |operation| Cancel {
            operation,
            customer_contact: None,
        }),
        OperationKind::Refund => cash(&mut calls, operation, |operation| Refund {
            operation,
            customer_contact: None,
            shopping_cart_detail: None,
            payment_mean_data: None,
        }),
        OperationKind::Duplicate => duplicate(&mut calls, operation),
    })
}

/// The end of the remittance, if it is going on.
fn remittance(config: &Config, now: Timestamp) -> Option<Timestamp> {
    let now = now.to_zoned(config.time_zone.clone());
    let over = (config.remittance_pause && now.hour() == REMITTANCE).then(|| next_night(&now));
    over.flatten()
}

/// The next moment at which a remittance is over.
fn next_night(now: &jiff::Zoned) -> Option<Timestamp> {
    let over = |date: jiff::civil::Date| {
        let at = date.at(REMITTANCE + 1, 0, 0, 0);
        at.to_zoned(now.time_zone().clone()).ok()
    };
    let today = over(now.date()).filter(|today| today > now);
    let next = || now.date().checked_add(1.day()).ok().and_then(over);
    today.or_else(next).map(|zoned| zoned.timestamp())
}

/// Validates, cancels or refunds.
fn cash<R: OfficeRequest<Answer = OperationAnswer>>(
    calls: &mut Calls<'_>,
    operation: &Operation<'_>,
    request: impl FnOnce(Cash) -> R,
) -> Result<Operated, Halt> {
    let name = name(calls.config, operation)?;
    let answer = calls.ask(&request(Cash {
        operation_amount: money(operation.amount)?,
        currency_code: euros()?,
        operation_origin: None,
        transaction: name.id(),
    }))?;
    let read = answer.read::<R>().map_err(|_| Failure::Unknown)?;
    match answer.code.as_str() {
        "24" => impossible(calls, operation, &name, read.new_status),
        _ => ended(operation, &name, &answer.code, read.authorisation_id),
    }
}

/// What an answer's code says of an operation.
fn ended(
    operation: &Operation<'_>,
    name: &Name,
    code: &ResponseCode,
    authorisation: Option<String>,
) -> Result<Operated, Halt> {
    match code.outcome() {
        Outcome::Accepted => Ok(Operated::Done(done(operation, name, authorisation))),
        Outcome::Pending => Ok(Operated::Waits),
        Outcome::Misconfigured if code.as_str() == "25" => Ok(not_written()),
        Outcome::Refused(_) | Outcome::Misconfigured => Ok(refused(code)),
        Outcome::Unknown => Err(Failure::Unknown.into()),
    }
}

fn not_written() -> Operated {
    Operated::Later(Later {
        code: "25".into(),
        why: "the platform has not written the payment down yet: it is sent again",
        from: None,
        patience: UNTIL_WRITTEN,
    })
}

fn refused(code: &ResponseCode) -> Operated {
    let why = code.meaning().unwrap_or("a code without a known meaning");
    let code = code.as_str().to_owned();
    Operated::Refused { code, why }
}

/// 24: impossible in this state, or done before. Which one, the transaction tells; if nobody can
/// say, the operation is looked up like one that was not answered.
fn impossible(
    calls: &mut Calls<'_>,
    operation: &Operation<'_>,
    name: &Name,
    told: Option<TransactionStatus>,
) -> Result<Operated, Halt> {
    let Some(mut found) = query::ask(calls, name)? else {
        return Err(Failure::Unknown.into());
    };
    found.transaction_status = found.transaction_status.or(told);
    match became(operation, name, &found) {
        Consulted::Done(done) => Ok(Operated::Done(done)),
        Consulted::Waits => Ok(Operated::Waits),
        Consulted::Refused { code, why } => Ok(Operated::Refused { code, why }),
        Consulted::NotDone => Ok(unsuited(calls.config, operation, &found)),
        Consulted::Undecided(_) => Err(Failure::Unknown.into()),
    }
}

/// Why it is impossible in the transaction's state, or until when.
fn unsuited(config: &Config, operation: &Operation<'_>, found: &Transaction) -> Operated {
    let waits = operation.kind == OperationKind::Refund && status(found) == "TO_CAPTURE";
    if !waits {
        let code = "24".into();
        let why = explained(operation.kind, status(found));
        return Operated::Refused { code, why };
    }
    let now = operation.now.to_zoned(config.time_zone.clone());
    Operated::Later(Later {
        code: "24".into(),
        why: "what is to be given back goes to the bank with the next remittance: it is sent \
              again after that",
        from: next_night(&now),
        patience: UNTIL_REMITTED,
    })
}

/// `transactionStatus`; nothing where it is not told.
fn status(found: &Transaction) -> &str {
    let status = found.transaction_status.as_ref();
    status.map_or("", TransactionStatus::as_str)
}

fn done(
    operation: &Operation<'_>,
    name: &Name,
    authorisation: Option<String>,
) -> Verified<OperationDone> {
    let transaction = name.text();
    Verified::new(OperationDone {
        kind: operation.kind,
        amount: operation.amount,
        to: transaction.clone(),
        numbers: Some(PlatformNumbers {
            transaction,
            call: String::new(),
            authorisation: authorisation.filter(|text| !text.is_empty()),
        }),
    })
}

fn money(amount: Amount) -> Result<Money, Failure> {
    amount.minor().to_string().try_into().map_err(ours)
}

fn euros() -> Result<CurrencyCode, Failure> {
    currency_code(Currency::EUR).try_into().map_err(ours)
}

/// The reference of the transaction that a duplicate makes: the same however often it is sent, so
/// that the platform makes one, and finds it again.
fn duplicate_of(operation: &Operation<'_>) -> Result<TransactionReference, Failure> {
    let id = operation.id.map(|id| id.as_str().trim_start_matches("op_"));
    naming::reference(id.ok_or_else(|| unexpected("an operation without an id"))?)
}

/// Reserves anew what has expired, and nothing else: two reservations of one order are one too
/// many.
fn duplicate(calls: &mut Calls<'_>, operation: &Operation<'_>) -> Result<Operated, Halt> {
    let expired = name(calls.config, operation)?;
    let Some(found) = query::ask(calls, &expired)? else {
        return Ok(not_written());
    };
    if status(&found) != "EXPIRED" {
        let code = status(&found).to_owned();
        let why = explained(OperationKind::Duplicate, &code);
        return Ok(Operated::Refused { code, why });
    }
    let Name::Reference(from) = expired else {
        return Err(unexpected("a duplicate of a number").into());
    };
    let new = duplicate_of(operation)?;
    let answer = calls.ask(&Duplicate {
        amount: money(operation.amount)?,
        currency_code: euros()?,
        transaction: new.clone().into(),
        from_transaction_reference: Some(from),
        s10_from_transaction_reference: None,
        from_merchant_id: None,
        order_channel: Some("INTERNET".to_owned().try_into().map_err(ours)?),
        // It is captured as the first one would have been: when the shop says so.
        options: PaymentOptions {
            capture_mode: Some("VALIDATION".to_owned().try_into().map_err(ours)?),
            ..PaymentOptions::default()
        },
    })?;
    let read = answer.read::<Duplicate>();
    let read: PaymentAnswer = read.map_err(|_| Failure::Unknown)?;
    let acquirer = read.acquirer_response_code.as_ref();
    match answer.code.as_str() {
        "24" => Ok(refused(&answer.code)),
        _ if !answer.code.is_success()
            && acquirer.is_some_and(AcquirerCode::wants_authentication) =>
        {
            Ok(Operated::Refused {
                code: "A1".into(),
                why: "the card's issuer wants to see the shopper: ask the shopper to pay anew, in \
                      a session with another reference",
            })
        }
        _ => ended(
            operation,
            &Name::Reference(new),
            &answer.code,
            read.authorisation_id,
        ),
    }
}

pub(super) fn consult(
    config: &Config,
    operation: &Operation<'_>,
    exchanges: &[Exchange],
) -> Step<Consulted> {
    step(what_became(&mut Calls::new(config, exchanges), operation))
}

fn what_became(calls: &mut Calls<'_>, operation: &Operation<'_>) -> Result<Consulted, Halt> {
    if operation.kind == OperationKind::Duplicate {
        let new = Name::Reference(duplicate_of(operation)?);
        let found = query::ask(calls, &new)?;
        return Ok(found.map_or(Consulted::NotDone, |found| {
            duplicated(operation, &new, &found)
        }));
    }
    let name = name(calls.config, operation)?;
    let found = query::ask(calls, &name)?;
    // It was there when it paid, and may not be written yet.
    let found = found.ok_or_else(|| unexpected("getTransactionData: no such transaction"))?;
    Ok(became(operation, &name, &found))
}

/// What the transaction that a duplicate was to make says of it.
fn duplicated(operation: &Operation<'_>, name: &Name, found: &Transaction) -> Consulted {
    if !tells(found.origin_amount.as_deref(), operation.amount.minor()) {
        return Consulted::Undecided("the duplicate has another amount".into());
    }
    match verdict_of_books(found) {
        Verdict::Part(PartStatus::Accepted, _) => {
            Consulted::Done(done(operation, name, found.authorisation_id.clone()))
        }
        Verdict::Part(PartStatus::Pending, _) => Consulted::Waits,
        Verdict::Part(PartStatus::Refused, _) => {
            let code = found.response_code.clone().unwrap_or_default();
            let why = code
                .meaning()
                .unwrap_or("the platform refused the duplicate");
            let code = code.as_str().to_owned();
            Consulted::Refused { code, why }
        }
        Verdict::Unknown => undecided(found),
    }
}

/// What a transaction says of an operation on it.
fn became(operation: &Operation<'_>, name: &Name, found: &Transaction) -> Consulted {
    let euros = currency_code(Currency::EUR);
    let currency = found.currency_code.as_deref();
    if currency.is_some_and(|told| !is_same_number(told, &euros)) {
        return Consulted::Undecided("the transaction is in another currency".into());
    }
    let standing = found.transaction_status.as_ref();
    let standing = standing.map_or(Standing::Unknown, TransactionStatus::standing);
    let is_done = || Consulted::Done(done(operation, name, None));
    match (operation.kind, standing, status(found)) {
        (_, Standing::Waiting, _) => Consulted::Waits,
        (OperationKind::Cancel, _, "CANCELLED") => is_done(),
        (OperationKind::Capture, Standing::Taken | Standing::Credited, _) => {
            let whole = operation.amount == operation.paid.part.amount;
            let told = found.current_amount.as_deref();
            match told {
                None if whole => is_done(),
                Some(_) if tells(told, operation.amount.minor()) => is_done(),
                _ => undecided(found),
            }
        }
        (OperationKind::Refund, Standing::Taken | Standing::Credited, _) => {
            match refunded(operation, found) {
                Some(true) => is_done(),
                Some(false) => Consulted::NotDone,
                None => undecided(found),
            }
        }
        (OperationKind::Capture, Standing::Authorised | Standing::Open | Standing::Gone, _)
        | (OperationKind::Refund, Standing::Authorised | Standing::Gone, _) => Consulted::NotDone,
        (OperationKind::Cancel, standing, _) if standing != Standing::Unknown => Consulted::NotDone,
        _ => undecided(found),
    }
}

fn undecided(found: &Transaction) -> Consulted {
    let told = |text: &Option<String>| text.clone().unwrap_or_else(|| "untold".into());
    Consulted::Undecided(format!(
        "transactionStatus {}, currentAmount {}, remainingAmount {}",
        status(found),
        told(&found.current_amount),
        told(&found.remaining_amount)
    ))
}

/// Whether a refund was done, by what of the transaction is left; none where that does not tell.
fn refunded(operation: &Operation<'_>, found: &Transaction) -> Option<bool> {
    let paid = &operation.paid;
    let before = paid.taken?.amount.minor().checked_sub(paid.given_back)?;
    let after = before.checked_sub(operation.amount.minor())?;
    let left: u64 = found.remaining_amount.as_deref()?.parse().ok()?;
    let last = found.last_operation_name.as_deref().unwrap_or_default();
    // The platform names one that is not in its amounts yet.
    let contradicts =
        paid.given_back == 0 && ["REFUND", "CREDIT"].contains(&last.to_ascii_uppercase().as_str());
    match left {
        left if left == after => Some(true),
        left if left == before && !contradicts => Some(false),
        _ => None,
    }
}

fn tells(amount: Option<&str>, minor: u64) -> bool {
    amount.and_then(|text| text.parse().ok()) == Some(minor)
}

#[cfg(test)]
mod tests;
