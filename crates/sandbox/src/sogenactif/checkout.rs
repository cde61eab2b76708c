//! Card, wallet and direct-debit payments, with and without 3-D Secure.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (cardOrder,
//! cardCheckEnrollment, cardValidateAuthentication, cardValidateAuthenticationAndOrder,
//! walletOrder, walletCheckEnrollment, directDebitOrder).

use serde_json::json;

use super::books::{Authent, Mean, Status, Transaction};
use super::call::{Call, Fields, Outcome, Refusal, invalid, put, put_some, written};
use super::cards::{Behaviour, Card, account_code};
use super::wallet::mean_of;
use super::world::{Choice, Journey, Kind};

/// `cardOrder`.
pub(crate) fn card_order(call: &mut Call) -> Outcome {
    let (card, chosen) = call.card()?;
    open(call, card, chosen)?;
    let authent = known_authentication(call);
    authorise(call, authent)?;
    order_fields(call)
}

/// `cardCheckEnrollment`.
pub(crate) fn card_enrol(call: &mut Call) -> Outcome {
    let (card, chosen) = call.card()?;
    enrol(call, card, chosen)
}

/// `walletOrder`: a card or a mandate of a wallet.
pub(crate) fn wallet_order(call: &mut Call) -> Outcome {
    let mean = mean_of(call)?;
    match (mean.card, mean.mandate) {
        (Some(card), _) => {
            open(call, card, None)?;
            let authent = known_authentication(call);
            authorise(call, authent)?;
            order_fields(call)
        }
        (None, Some(mandate)) => debit(call, mandate),
        (None, None) => Err(invalid("paymentMeanId")),
    }
}

/// `walletCheckEnrollment`: cards only.
pub(crate) fn wallet_enrol(call: &mut Call) -> Outcome {
    let card = mean_of(call)?
        .card
        .ok_or_else(|| invalid("paymentMeanId"))?;
    enrol(call, card, None)
}

/// `directDebitOrder`: euros only, and not at once.
pub(crate) fn direct_debit(call: &mut Call) -> Outcome {
    let mandate = call.needed("mandateId")?.to_owned();
    debit(call, mandate)
}

fn debit(call: &mut Call, mandate: String) -> Outcome {
    if call.text("currencyCode") != Some("978") {
        return Err("03".into());
    }
    if call.text("captureMode") == Some("IMMEDIATE") {
        return Err(invalid("captureMode"));
    }
    let merchant = call.merchant.id;
    let mut signed = call
        .world
        .mandates
        .iter()
        .filter(|known| known.status == "ACTIVE");
    let signed = signed.find(|known| known.merchant == merchant && known.id == mandate);
    let code = account_code(&signed.ok_or_else(|| invalid("mandateId"))?.iban);
    let mut transaction = call.draft(Mean::Mandate(mandate.clone()), "SEPA_DIRECT_DEBIT")?;
    transaction.decide(code);
    call.world.transactions.push(transaction);
    let mut fields = order_fields(call)?;
    put(&mut fields, "mandateId", mandate);
    Ok(fields)
}

/// The brand that pays, and who chose it.
fn pick_brand(
    call: &Call,
    card: &Card,
    chosen: Option<&str>,
) -> Result<(String, &'static str), Refusal> {
    let wanted = call.text("paymentMeanBrand").or(chosen);
    let brands = card.brands();
    if wanted.is_some_and(|wanted| !brands.contains(&wanted)) {
        return Err(invalid("paymentMeanBrand"));
    }
    let brand = wanted.or(brands.first().copied()).unwrap_or_default();
    let by_holder = chosen == Some(brand)
        || call.text("paymentMeanBrandSelectionStatus") == Some("APPLIED_HOLDER");
    let selection = match (brands.len(), by_holder) {
        (1, _) => "NOT_APPLICABLE",
        (_, true) => "APPLIED_HOLDER",
        (_, false) => "APPLIED_DEFAULT",
    };
    Ok((brand.to_owned(), selection))
}

/// Writes a card's transaction into the books, undecided.
fn open(call: &mut Call, card: Card, chosen: Option<String>) -> Result<(), Refusal> {
    let token = call.owned("paymentToken");
    let spent = |name: &String| call.world.tokens.get(name).is_some_and(|token| token.spent);
    if token.as_ref().is_some_and(spent) {
        return Err(invalid("paymentToken"));
    }
    let (brand, selection) = pick_brand(call, &card, chosen.as_deref())?;
    call.remember(&card);
    let mut transaction = call.draft(Mean::Card(card), &brand)?;
    transaction.selection = selection;
    transaction.token = token;
    call.world.transactions.push(transaction);
    Ok(())
}

fn enrol(call: &mut Call, card: Card, chosen: Option<String>) -> Outcome {
    let behaviour = card.behaviour();
    open(call, card, chosen)?;
    let asked = call.inner("fraudData", "challengeMode3DS");
    let asked = asked.is_some_and(|mode| ["CHALLENGE", "CHALLENGE_MANDATE"].contains(&mode));
    let mut fields = match behaviour {
        Behaviour::NotEnrolled => call.no_redirect(Authent::NotEnrolled),
        Behaviour::RefusedAtOnce => call.no_redirect(Authent::Failure),
        Behaviour::Challenge | Behaviour::Abandoned | Behaviour::TimedOut => {
            call.redirect(Kind::Acs)?
        }
        _ if asked => call.redirect(Kind::Acs)?,
        Behaviour::Frictionless | Behaviour::Orange => call.no_redirect(Authent::Success),
        Behaviour::Attempt => call.no_redirect(Authent::Attempt),
        Behaviour::SoftDecline => call.no_redirect(Authent::Bypass),
    };
    let merchant = call.merchant.id;
    let transaction = call.transaction()?;
    put_card(&mut fields, transaction, merchant);
    put(
        &mut fields,
        "transactionDateTime",
        written(transaction.made),
    );
    Ok(fields)
}

fn put_card(fields: &mut Fields, transaction: &Transaction, merchant: &str) {
    put(fields, "paymentMeanBrand", transaction.brand.as_str());
    put(
        fields,
        "paymentMeanBrandSelectionStatus",
        transaction.selection,
    );
    if let Some(card) = transaction.card() {
        put(fields, "maskedPan", card.masked());
        put(fields, "tokenPan", card.token_pan(merchant));
        put(fields, "panExpiryDate", card.expiry.as_str());
    }
}

/// An authentication done elsewhere and sent along.
fn known_authentication(call: &Call) -> Option<Authent> {
    let data = call.body.get("authenticationData")?;
    let sent = |container: &str| data.get(container).is_some_and(|inner| inner.is_object());
    (sent("threeD") || sent("threeDV2")).then_some(Authent::Success)
}

/// Whether the shopper is there: strong authentication is due then.
fn shopper_is_there(transaction: &Transaction) -> bool {
    let channel = transaction.order_channel.as_deref();
    let pattern = transaction.payment_pattern.as_deref();
    matches!(channel, Some("INTERNET" | "INAPP")) && pattern != Some("RECURRING_N")
}

/// Asks the acquirer, or says why it is not asked.
pub(crate) fn authorise(call: &mut Call, authent: Option<Authent>) -> Result<(), Refusal> {
    let merchant = call.merchant.id;
    let id = call.id()?;
    let listed = call
        .world
        .find(merchant, &id)
        .and_then(Transaction::card)
        .is_some_and(|card| call.world.is_listed(merchant, card));
    let today = call.world.day(0);
    let transaction = call.transaction()?;
    transaction.authent = authent;
    let behaviour = transaction.card().map(Card::behaviour);
    let expired = |card: &Card| {
        today
            .get(..6)
            .is_some_and(|month| card.expiry.as_str() < month)
    };
    let unauthenticated = matches!(authent, None | Some(Authent::Bypass));
    let (status, code) = match authent {
        Some(Authent::Failure) => (Status::Refused, "05"),
        Some(Authent::Cancel) => (Status::Aborted, "17"),
        Some(Authent::Error) => (Status::Expired, "97"),
        _ => (Status::ToAuthorize, ""),
    };
    if !code.is_empty() {
        transaction.status = status;
        code.clone_into(&mut transaction.code);
    } else if listed {
        transaction.score_color = "BLACK";
        transaction.status = Status::Refused;
        "05".clone_into(&mut transaction.code);
    } else if transaction.card().is_some_and(expired) {
        transaction.decide("54");
    } else if unauthenticated
        && (shopper_is_there(transaction) || behaviour == Some(Behaviour::SoftDecline))
    {
        transaction.decide("05");
        transaction.acquirer = Some("A1".to_owned());
    } else {
        let code = transaction.card().map_or("00", Card::code);
        if behaviour == Some(Behaviour::Orange) {
            transaction.score_color = "ORANGE";
        }
        transaction.decide(code);
    }
    let used = transaction.code == "00" || transaction.is_pending();
    let token = transaction.token.clone().filter(|_| used);
    if let Some(token) = token.and_then(|name| call.world.tokens.get_mut(&name)) {
        token.spent = true;
    }
    Ok(())
}

/// The answer of an order.
pub(crate) fn order_fields(call: &mut Call) -> Outcome {
    let merchant = call.merchant.id;
    let transaction = call.transaction()?;
    let wallet = transaction.wallet;
    let mut fields = Fields::new();
    put(&mut fields, "responseCode", transaction.code.as_str());
    put_some(
        &mut fields,
        "acquirerResponseCode",
        transaction.acquirer.clone(),
    );
    put_some(
        &mut fields,
        "authorisationId",
        transaction.authorisation.clone(),
    );
    put(&mut fields, "amount", transaction.amount);
    put(&mut fields, "currencyCode", transaction.currency.as_str());
    put_some(&mut fields, "orderId", transaction.order_id.clone());
    put_some(
        &mut fields,
        "returnContext",
        transaction.return_context.clone(),
    );
    put(&mut fields, "captureMode", transaction.capture_mode.name());
    put(&mut fields, "captureDay", transaction.capture_day);
    put(&mut fields, "captureLimitDate", transaction.due.as_str());
    put(&mut fields, "scoreColor", transaction.score_color);
    put(
        &mut fields,
        "transactionDateTime",
        written(transaction.made),
    );
    put(&mut fields, "transactionPlatform", "TEST");
    put_card(&mut fields, transaction, merchant);
    put_authentication(&mut fields, transaction);
    if transaction.card().is_some() {
        put(
            &mut fields,
            "panEntryMode",
            if wallet { "WALLET" } else { "MANUAL" },
        );
        put(
            &mut fields,
            "cardCSCResultCode",
            if wallet { "50" } else { "4D" },
        );
        let scheme = transaction.authorisation.as_ref();
        let scheme = scheme.map(|authorisation| format!("MCC{authorisation}"));
        put_some(&mut fields, "schemeTransactionIdentifier", scheme);
    }
    Ok(fields)
}

/// The fields of the holder's authentication.
pub(crate) fn put_authentication(fields: &mut Fields, transaction: &Transaction) {
    let Some(authent) = transaction.authent else {
        put(fields, "guaranteeIndicator", "N");
        return;
    };
    put(
        fields,
        "guaranteeIndicator",
        if authent.guaranteed() { "Y" } else { "N" },
    );
    put(fields, "holderAuthentStatus", authent.name());
    put(fields, "holderAuthentProgram", "3DS_V2");
    put(fields, "holderAuthentMethod", "NOT_SPECIFIED");
    put(fields, "holderAuthentResponseCode", authent_code(authent));
}

/// `holderAuthentResponseCode`; only 00 is sourced.
const fn authent_code(authent: Authent) -> &'static str {
    match authent {
        Authent::Success | Authent::Attempt => "00",
        Authent::NotEnrolled | Authent::Bypass => "01",
        Authent::Failure => "05",
        Authent::Cancel => "17",
        Authent::Error => "97",
    }
}

/// What the journey's choice means; none while the shopper is still at the bank.
fn authentication(journey: &Journey) -> Option<Authent> {
    if journey.authent.is_some() {
        return journey.authent;
    }
    Some(match journey.choice? {
        Choice::Success => Authent::Success,
        Choice::Failure => Authent::Failure,
        Choice::Abandon => Authent::Cancel,
        Choice::TimeOut | Choice::Pending => Authent::Error,
    })
}

/// `cardValidateAuthentication`: reads the authentication, asks for no authorisation, and can be
/// called again.
pub(crate) fn validate_authentication(call: &mut Call) -> Outcome {
    let (_, journey) = call.back_from(Kind::Acs)?;
    let authent = authentication(&journey).ok_or("60")?;
    let transaction = call.transaction()?;
    transaction.authent = Some(authent);
    let mut fields = Fields::new();
    put_authentication(&mut fields, transaction);
    if authent.guaranteed() {
        let data = json!({
            "cavv": "AAABBZEEBgAAAAAAAAQGAAAAAAA=",
            "eci": if authent == Authent::Success { "05" } else { "06" },
            "authentDsTransId": "f25084f0-5b16-4c0a-ae5d-b24808a95e4b",
            "authentAcsTransId": "1b1f3d16-7e4c-4c8e-a5b7-0a2d3f0c5d11",
        });
        put(&mut fields, "threeDV2", data);
    }
    call.acted();
    Ok(fields)
}

/// `cardValidateAuthenticationAndOrder`. Before the shopper is done: 60, and nothing moves. Once
/// the order was made: 94; `getTransactionData` tells the result again.
pub(crate) fn validate_and_order(call: &mut Call) -> Outcome {
    let (name, journey) = call.back_from(Kind::Acs)?;
    if journey.finished {
        return Err("94".into());
    }
    let authent = authentication(&journey);
    let expired = call.transaction()?.status == Status::Expired;
    if !expired {
        let authent = authent.ok_or("60")?;
        authorise(call, Some(authent))?;
    }
    call.finish(&name);
    call.acted();
    order_fields(call)
}
