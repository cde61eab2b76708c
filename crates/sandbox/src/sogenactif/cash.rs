//! Cash operations.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2, and the Sips pages on
//! validation, cancellation, refund and credit: an operation that the state forbids answers 24, one
//! above what is left answers 51.

use super::books::{Mean, Status, TxId};
use super::call::{
    Call, Fields, Outcome, Refusal, impossible, invalid, named_id, put, put_some, written,
};
use super::cards::Card;
use super::checkout::order_fields;
use super::wallet::mean_of;

/// `cancel`: the whole or a part, before the remittance.
pub(crate) fn cancel(call: &mut Call) -> Outcome {
    let amount = call.number("operationAmount")?;
    let states = [Status::ToValidate, Status::ToCapture, Status::ToChallenge];
    check(call, &states)?;
    let transaction = call.transaction()?;
    if amount > transaction.current {
        return Err("51".into());
    }
    transaction.current -= amount;
    if transaction.current == 0 {
        transaction.status = Status::Cancelled;
    }
    done(call)
}

/// `validate`: the whole or a part, once; what is left out is given back.
pub(crate) fn validate(call: &mut Call) -> Outcome {
    let amount = call.number("operationAmount")?;
    check(call, &[Status::ToValidate])?;
    let today = call.world.day(0);
    let transaction = call.transaction()?;
    if amount > transaction.current {
        return Err("51".into());
    }
    transaction.current = amount;
    transaction.status = Status::ToCapture;
    transaction.due = today;
    done(call)
}

/// `refund`: after the remittance, up to what was captured.
pub(crate) fn refund(call: &mut Call) -> Outcome {
    let amount = call.number("operationAmount")?;
    if call
        .transaction()?
        .origin
        .to_ascii_lowercase()
        .contains("creditholder")
    {
        return Err("24".into());
    }
    check(
        call,
        &[Status::Captured, Status::ToCredit, Status::Credited],
    )?;
    let today = call.world.day(0);
    let transaction = call.transaction()?;
    if amount > transaction.remaining() {
        return Err("51".into());
    }
    transaction.refunded += amount;
    transaction.status = Status::ToCredit;
    transaction.due = today;
    done(call)
}

/// The state and the currency that an operation needs.
fn check(call: &mut Call, states: &[Status]) -> Result<(), Refusal> {
    let currency = call.owned("currencyCode");
    let transaction = call.transaction()?;
    if currency.is_some_and(|currency| currency != transaction.currency) {
        return Err(invalid("currencyCode"));
    }
    if states.contains(&transaction.status) {
        Ok(())
    } else {
        Err(impossible(transaction.status))
    }
}

fn done(call: &mut Call) -> Outcome {
    call.acted();
    let transaction = call.transaction()?;
    let mut fields = Fields::new();
    put(&mut fields, "acquirerResponseCode", "00");
    put_some(
        &mut fields,
        "authorisationId",
        transaction.authorisation.clone(),
    );
    put(&mut fields, "newAmount", transaction.remaining());
    put(&mut fields, "currencyCode", transaction.currency.as_str());
    put(&mut fields, "newStatus", transaction.status.name());
    put(&mut fields, "captureLimitDate", transaction.due.as_str());
    put(
        &mut fields,
        "operationDateTime",
        written(transaction.last_operation_date_time),
    );
    Ok(fields)
}

/// `acceptChallenge`: an orange score is accepted, the transaction goes on.
pub(crate) fn accept_challenge(call: &mut Call) -> Outcome {
    check(call, &[Status::ToChallenge])?;
    let transaction = call.transaction()?;
    transaction.status = transaction.accepted_status();
    done(call)
}

/// `refuseChallenge`: the transaction is refused.
pub(crate) fn refuse_challenge(call: &mut Call) -> Outcome {
    check(call, &[Status::ToChallenge])?;
    let transaction = call.transaction()?;
    transaction.status = Status::Refused;
    "05".clone_into(&mut transaction.code);
    done(call)
}

fn source(call: &Call) -> Result<TxId, Refusal> {
    let names = ("fromTransactionReference", "s10FromTransactionReference");
    let mode = call.merchant.mode;
    named_id(call.body, names.0, names.1, mode, "", true)?.ok_or_else(|| invalid(names.0))
}

/// `duplicate`: a new transaction with the means of an accepted one, without authentication.
pub(crate) fn duplicate(call: &mut Call) -> Outcome {
    let from = source(call)?;
    let merchant = call.merchant.id;
    let known = call.world.find(merchant, &from).ok_or("25")?.clone();
    if known.code != "00" {
        return Err("24".into());
    }
    let mut transaction = call.draft(known.mean.clone(), &known.brand)?;
    transaction.from = Some(from.to_string());
    let code = transaction.card().map_or("00", Card::code);
    transaction.decide(code);
    call.world.transactions.push(transaction);
    let mut fields = order_fields(call)?;
    put(&mut fields, "fromTransactionReference", from.to_string());
    Ok(fields)
}

/// `creditHolder`: a card named by its token; a clear number answers 40.
pub(crate) fn credit_holder(call: &mut Call) -> Outcome {
    let (card, brand) = call.card()?;
    credit(call, card, brand)
}

/// `walletCreditHolder`.
pub(crate) fn wallet_credit_holder(call: &mut Call) -> Outcome {
    let card = mean_of(call)?
        .card
        .ok_or_else(|| invalid("paymentMeanId"))?;
    credit(call, card, None)
}

/// 14 when the card is one that is refused.
fn credit(call: &mut Call, card: Card, brand: Option<String>) -> Outcome {
    let first = card.brands().first().copied().unwrap_or_default();
    let brand = brand.unwrap_or_else(|| first.to_owned());
    call.remember(&card);
    let code = if card.code() == "00" { "00" } else { "14" };
    let mut transaction = call.draft(Mean::Card(card), &brand)?;
    transaction.decide(code);
    if code == "00" {
        transaction.status = Status::ToCredit;
    }
    let status = transaction.status.name();
    call.world.transactions.push(transaction);
    let mut fields = order_fields(call)?;
    put(&mut fields, "newStatus", status);
    Ok(fields)
}
