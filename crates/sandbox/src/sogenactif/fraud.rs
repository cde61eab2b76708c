//! Fraud lists and velocity.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (addToFraudList,
//! removeFromFraudList, getVelocityData). The name of a list's field is not in what could be read:
//! `fraudListType` (BLACK when absent) is the sandbox's.

use jiff::SignedDuration;
use serde_json::json;

use super::books::{Transaction, TxId};
use super::call::{Call, Fields, Outcome, Refusal, invalid, named_id, put};
use super::world::Listed;

/// What a call puts on a list: a card by token, or a transaction.
fn listed(call: &Call) -> Result<Listed, Refusal> {
    let list = call.text("fraudListType").unwrap_or("BLACK").to_owned();
    let element = if call.text("paymentToken").is_some() || call.text("cardNumber").is_some() {
        call.card()?.0.token_pan(call.merchant.id)
    } else {
        element(call)?
    };
    Ok(Listed {
        merchant: call.merchant.id.to_owned(),
        list,
        element,
    })
}

fn element(call: &Call) -> Result<String, Refusal> {
    let names = ("transactionReference", "s10TransactionReference");
    let given = call.body.contains_key(names.0) || call.body.contains_key(names.1);
    if !given {
        let element = call.owned("fraudListElementValue");
        return element.ok_or_else(|| invalid("fraudListElementValue"));
    }
    let mode = call.merchant.mode;
    let id: TxId = named_id(call.body, names.0, names.1, mode, "", true)?.ok_or("25")?;
    let transaction = call.world.find(call.merchant.id, &id).ok_or("25")?;
    let card = transaction
        .card()
        .map(|card| card.token_pan(call.merchant.id));
    Ok(card.unwrap_or_else(|| id.to_string()))
}

/// `addToFraudList`: 94 when it is there already. A black card is refused with 05.
pub(crate) fn add(call: &mut Call) -> Outcome {
    let line = listed(call)?;
    if call.world.fraud_lists.contains(&line) {
        return Err("94".into());
    }
    call.world.fraud_lists.push(line);
    Ok(Fields::new())
}

/// `removeFromFraudList`: 25 when it is not there.
pub(crate) fn remove(call: &mut Call) -> Outcome {
    let line = listed(call)?;
    let before = call.world.fraud_lists.len();
    call.world.fraud_lists.retain(|known| *known != line);
    if call.world.fraud_lists.len() == before {
        return Err("25".into());
    }
    Ok(Fields::new())
}

/// `getVelocityData`: the only answer whose amounts and counts are JSON numbers.
pub(crate) fn velocity(call: &mut Call) -> Outcome {
    let kind = call.needed("velocityElementType")?;
    let value = call.needed("velocityElementValue")?;
    let period = call.needed("velocityPeriod")?;
    let days: String = period.chars().filter(char::is_ascii_digit).collect();
    let hours = days.parse::<i64>().unwrap_or(1).clamp(1, 366) * 24;
    let since = call.world.now() - SignedDuration::from_hours(hours);
    let merchant = call.merchant.id;
    let element = |line: &Transaction| match kind {
        "customerId" => line.customer_id.clone(),
        "customerIpAddress" => line.customer_ip_address.clone(),
        "tokenPan" | "card" => line.card().map(|card| card.token_pan(merchant)),
        _ => None,
    };
    let lines = call
        .world
        .transactions
        .iter()
        .filter(|line| line.merchant_id == merchant && line.made >= since && line.code == "00");
    let lines: Vec<&Transaction> = lines
        .filter(|line| element(line).as_deref() == Some(value))
        .collect();
    let total: u64 = lines.iter().map(|line| line.amount).sum();
    let mut fields = Fields::new();
    put(&mut fields, "velocityTotalAmount", json!(total));
    put(&mut fields, "velocityNbTransaction", json!(lines.len()));
    put(&mut fields, "velocityProfilMaxTotalAmount", json!(500_000));
    put(&mut fields, "velocityProfilMaxNbTrans", json!(20));
    put(&mut fields, "velocityProfilMaxTransAmount", json!(100_000));
    put(&mut fields, "velocityProfileName", "BAC_A_SABLE");
    put(&mut fields, "currencyCode", "978");
    Ok(fields)
}
