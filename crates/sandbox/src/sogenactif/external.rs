//! Payments that the shopper makes elsewhere: external wallets, credit transfers, OEM data.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (paymentProvider…,
//! walletIssuerWallet…, creditTransfer…, paymentDataProviderCheck). The names of the bank list and
//! of the payer's data are not in what could be read: they are the sandbox's.

use serde_json::json;

use super::books::{Mean, Status};
use super::call::{Call, Fields, Outcome, Refusal, invalid, put};
use super::checkout::order_fields;
use super::world::{Choice, Kind};

/// The banks of iDEAL, by code.
pub(crate) const ISSUERS: [(&str, &str); 3] = [
    ("BACNL2A1", "Banque d'essai Amsterdam"),
    ("BACNL2R1", "Banque d'essai Rotterdam"),
    ("BACNL2U1", "Banque d'essai Utrecht"),
];

const TRANSFERS: &[&str] = &["IDEAL", "SOFORTUBERWEISUNG"];
const PROVIDERS: &[&str] = &["PAYPAL", "PAYLIB", "BCMC", "MASTERPASS"];

/// `creditTransferInquire`: the banks of iDEAL.
pub(crate) fn inquire(call: &mut Call) -> Outcome {
    if call
        .text("paymentMeanBrand")
        .is_some_and(|brand| brand != "IDEAL")
    {
        return Err(invalid("paymentMeanBrand"));
    }
    euros(call)?;
    if call.world.faults.office_no_banks {
        return Ok(Fields::new());
    }
    let issuers: Vec<_> = ISSUERS
        .iter()
        .map(|(code, name)| json!({ "issuerCode": code, "issuerName": name }))
        .collect();
    let mut fields = Fields::new();
    put(&mut fields, "issuerList", issuers);
    Ok(fields)
}

/// `creditTransferInitialize`.
pub(crate) fn transfer(call: &mut Call) -> Outcome {
    let name = |code: &str| {
        let mut all = ISSUERS.iter();
        let found = all.find(|(issuer, _)| *issuer == code);
        found
            .map(|(_, name)| *name)
            .ok_or_else(|| invalid("issuerCode"))
    };
    let bank = call.text("issuerCode").map(name).transpose()?;
    let brand = brand_among(call, TRANSFERS)?;
    euros(call)?;
    let transaction = call.draft(Mean::Transfer, &brand)?;
    call.world.transactions.push(transaction);
    call.redirect_with(Kind::Transfer, |journey| journey.bank = bank)
}

/// Credit transfers are in euros: 03 otherwise.
fn euros(call: &Call) -> Result<(), Refusal> {
    if call.text("currencyCode") == Some("978") {
        Ok(())
    } else {
        Err("03".into())
    }
}

/// `paymentProviderInitialize`.
pub(crate) fn provider(call: &mut Call) -> Outcome {
    let brand = brand_among(call, PROVIDERS)?;
    let mut fields = send_away(call, Kind::Provider, &brand)?;
    put(
        &mut fields,
        "paymentProviderSessionId",
        crate::ids::random_id(),
    );
    Ok(fields)
}

/// `walletIssuerWalletInitialize`: the wallet has to be known.
pub(crate) fn issuer_wallet(call: &mut Call) -> Outcome {
    let brand = brand_among(call, &["PAYLIB"])?;
    let wallet = call.needed("merchantWalletId")?.to_owned();
    if !call
        .world
        .wallets
        .contains_key(&(call.merchant.id.to_owned(), wallet))
    {
        return Err(invalid("merchantWalletId"));
    }
    send_away(call, Kind::IssuerWallet, &brand)
}

fn brand_among(call: &Call, known: &[&str]) -> Result<String, Refusal> {
    let brand = call
        .text("paymentMeanBrand")
        .or(known.first().copied())
        .unwrap_or_default();
    if known.contains(&brand) {
        Ok(brand.to_owned())
    } else {
        Err(invalid("paymentMeanBrand"))
    }
}

fn send_away(call: &mut Call, kind: Kind, brand: &str) -> Outcome {
    let transaction = call.draft(Mean::External, brand)?;
    call.world.transactions.push(transaction);
    call.redirect(kind)
}

/// `paymentProviderGetContext`: who pays, once the shopper has agreed; 60 before.
pub(crate) fn context(call: &mut Call) -> Outcome {
    let (_, journey) = call.back_from(Kind::Provider)?;
    if !matches!(journey.choice, Some(Choice::Success | Choice::Pending)) {
        return Err("60".into());
    }
    let contact = json!({
        "firstname": "Camille", "lastname": "Durand", "email": "camille@example.com",
    });
    let address = json!({
        "street": "12 rue des Lilas", "zipCode": "75011", "city": "Paris", "country": "FRA",
    });
    let mut fields = Fields::new();
    put(&mut fields, "customerContact", contact.clone());
    put(&mut fields, "deliveryContact", contact);
    put(&mut fields, "deliveryAddress", address);
    Ok(fields)
}

/// `paymentProviderFinalize`.
pub(crate) fn finalize_provider(call: &mut Call) -> Outcome {
    finalize(call, Kind::Provider)
}

/// `walletIssuerWalletFinalize`.
pub(crate) fn finalize_issuer_wallet(call: &mut Call) -> Outcome {
    finalize(call, Kind::IssuerWallet)
}

/// `creditTransferFinalizeAndOrder`.
pub(crate) fn finalize_transfer(call: &mut Call) -> Outcome {
    finalize(call, Kind::Transfer)
}

/// Before the shopper is done: 60, and nothing moves. Called again afterwards: 94.
fn finalize(call: &mut Call, kind: Kind) -> Outcome {
    let (name, journey) = call.back_from(kind)?;
    if journey.finished {
        return Err("94".into());
    }
    let transaction = call.transaction()?;
    if transaction.status != Status::Expired {
        match journey.choice.ok_or("60")? {
            Choice::Success => transaction.decide("00"),
            Choice::Failure => transaction.decide("05"),
            Choice::Pending => transaction.decide("60"),
            Choice::Abandon => {
                transaction.decide("17");
                transaction.status = Status::Aborted;
            }
            Choice::TimeOut => {
                transaction.decide("97");
                transaction.status = Status::Expired;
            }
        }
    }
    let status = transaction.status.name();
    call.finish(&name);
    call.acted();
    let mut fields = order_fields(call)?;
    put(&mut fields, "transactionStatus", status);
    Ok(fields)
}

/// `paymentDataProviderCheck`: the content of the OEM's data is not read.
pub(crate) fn data_provider(call: &mut Call) -> Outcome {
    let brand = call
        .owned("paymentMeanBrand")
        .unwrap_or_else(|| "CB".to_owned());
    let mut transaction = call.draft(Mean::External, &brand)?;
    transaction.decide("00");
    call.world.transactions.push(transaction);
    let mut fields = order_fields(call)?;
    put(&mut fields, "panEntryMode", "OEMPAY");
    Ok(fields)
}
