//! What is known of a transaction, of its fraud score and of a card.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (getTransactionData,
//! getFraudData, getCardData).

use super::books::Mean;
use super::call::{Call, Fields, Outcome, Refusal, invalid, put, put_some, written};
use super::cards::brands_of;
use super::checkout::put_authentication;

/// `getTransactionData`: here `responseCode` is the payment's own.
pub(crate) fn transaction(call: &mut Call) -> Outcome {
    let merchant = call.merchant.id;
    let line = call.transaction()?;
    let mut fields = Fields::new();
    put(&mut fields, "transactionStatus", line.status.name());
    put(&mut fields, "responseCode", line.code.as_str());
    put_some(&mut fields, "acquirerResponseCode", line.acquirer.clone());
    put_some(&mut fields, "authorisationId", line.authorisation.clone());
    put(&mut fields, "originAmount", line.amount);
    put(&mut fields, "currentAmount", line.current);
    put(&mut fields, "remainingAmount", line.remaining());
    put(&mut fields, "currencyCode", line.currency.as_str());
    put(&mut fields, "captureMode", line.capture_mode.name());
    put(&mut fields, "captureDay", line.capture_day);
    put(&mut fields, "captureLimitDate", line.due.as_str());
    put(&mut fields, "transactionDateTime", written(line.made));
    put(&mut fields, "lastOperationName", line.last_operation_name);
    put(
        &mut fields,
        "lastOperationDateTime",
        written(line.last_operation_date_time),
    );
    put(&mut fields, "paymentMeanBrand", line.brand.as_str());
    put(
        &mut fields,
        "paymentMeanBrandSelectionStatus",
        line.selection,
    );
    put(&mut fields, "paymentMeanType", mean_type(&line.mean));
    put(&mut fields, "paymentAttemptNumber", 1);
    put(&mut fields, "scoreColor", line.score_color);
    put_some(&mut fields, "orderId", line.order_id.clone());
    put_some(&mut fields, "orderChannel", line.order_channel.clone());
    put_some(&mut fields, "customerId", line.customer_id.clone());
    put_some(&mut fields, "returnContext", line.return_context.clone());
    put_some(&mut fields, "fromTransactionReference", line.from.clone());
    if let Some(card) = line.card() {
        put(&mut fields, "maskedPan", card.masked());
        put(&mut fields, "tokenPan", card.token_pan(merchant));
        put(&mut fields, "panExpiryDate", card.expiry.as_str());
    }
    put_authentication(&mut fields, line);
    Ok(fields)
}

const fn mean_type(mean: &Mean) -> &'static str {
    match mean {
        Mean::Card(_) => "CARD",
        Mean::Mandate(_) => "DIRECT_DEBIT",
        Mean::Transfer => "CREDIT_TRANSFER",
        Mean::External => "PROVIDER",
    }
}

/// `getFraudData`.
pub(crate) fn fraud(call: &mut Call) -> Outcome {
    let line = call.transaction()?;
    let value = match line.score_color {
        "BLACK" => "-100",
        "ORANGE" => "-10",
        _ => "10",
    };
    let mut fields = Fields::new();
    put(&mut fields, "scoreColor", line.score_color);
    put(&mut fields, "scoreValue", value);
    put(&mut fields, "scoreProfile", "BAC_A_SABLE");
    put(
        &mut fields,
        "complementaryCode",
        if line.score_color == "BLACK" {
            "03"
        } else {
            "00"
        },
    );
    Ok(fields)
}

/// `getCardData`: a card by token, or the first six to eight digits; 05 when it is unknown.
pub(crate) fn card(call: &mut Call) -> Outcome {
    let brands = known_brands(call)?;
    let first = brands.first().copied().unwrap_or_default();
    let mut fields = Fields::new();
    put(&mut fields, "cardScheme", first);
    put(&mut fields, "cardBrand", first);
    put(&mut fields, "cardBrandList", brands.to_vec());
    put(&mut fields, "cardProductCode", "F");
    put(&mut fields, "cardProductName", "CARTE D'ESSAI");
    put(&mut fields, "cardCorporateIndicator", "N");
    put(&mut fields, "issuerCode", "00000");
    put(&mut fields, "issuerName", "Banque d'essai");
    put(&mut fields, "issuerCountryCode", "FRA");
    put(&mut fields, "panLengthMin", "15");
    put(&mut fields, "panLengthMax", "19");
    Ok(fields)
}

fn known_brands(call: &Call) -> Result<&'static [&'static str], Refusal> {
    let number = call
        .text("cardNumber")
        .filter(|_| call.text("panType").is_none());
    if let Some(first) = number.filter(|number| (6..=8).contains(&number.len())) {
        return brands_of(first).ok_or_else(|| "05".into());
    }
    match call.card() {
        Ok((card, _)) => Ok(card.brands()),
        Err(refusal) if refusal.code == "14" => Err("05".into()),
        Err(refusal) if call.text("paymentToken").is_none() && number.is_none() => {
            Err(if refusal.code == "12" {
                invalid("cardNumber")
            } else {
                refusal
            })
        }
        Err(refusal) => Err(refusal),
    }
}
