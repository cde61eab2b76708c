//! Wallets: a shopper's kept cards and mandates.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2 (addCard, addDirectDebit,
//! getWalletData, getPaymentMeanData, updatePaymentMean, deletePaymentMean, signOff): 94 for what
//! is already there, 01 for an unknown wallet or mean. The documentation asks addCard for
//! `cardNumber` and `cardExpiryDate`. No source says whether a `tokenPan` may stand in for the
//! number (`panType` TOKEN_PAN), nor whether it takes a `paymentToken`: here it takes both.

use serde_json::{Value, json};

use super::call::{Call, Fields, Outcome, Refusal, invalid, put, put_some, written};
use super::cards::mask;
use super::world::{Mandate, Wallet, WalletMean};

fn key(call: &Call) -> Result<(String, String), Refusal> {
    let wallet = call.needed("merchantWalletId")?.to_owned();
    Ok((call.merchant.id.to_owned(), wallet))
}

fn wallet_of<'a>(call: &'a mut Call) -> Result<&'a mut Wallet, Refusal> {
    let key = key(call)?;
    call.world.wallets.get_mut(&key).ok_or_else(|| "01".into())
}

/// The mean that a checkout or cash method names: 12 when there is none.
pub(crate) fn mean_of(call: &mut Call) -> Result<WalletMean, Refusal> {
    let id = call.needed("paymentMeanId")?.to_owned();
    let wallet = wallet_of(call).map_err(|_| invalid("merchantWalletId"))?;
    let found = wallet.means.iter().find(|mean| mean.id == id).cloned();
    found.ok_or_else(|| invalid("paymentMeanId"))
}

/// `addCard`: makes the wallet when there is none.
pub(crate) fn add_card(call: &mut Call) -> Outcome {
    let (mut card, chosen) = call.card()?;
    if call.text("paymentToken").is_none() {
        call.needed("cardExpiryDate")?.clone_into(&mut card.expiry);
    }
    let brand = call.owned("paymentMeanBrand").or(chosen);
    let brands = card.brands();
    if brand
        .as_deref()
        .is_some_and(|brand| !brands.contains(&brand))
    {
        return Err(invalid("paymentMeanBrand"));
    }
    call.remember(&card);
    let first = brands.first().copied().unwrap_or_default();
    let mean = WalletMean {
        id: String::new(),
        alias: call.owned("paymentMeanAlias"),
        brand: brand.unwrap_or_else(|| first.to_owned()),
        card: Some(card),
        mandate: None,
    };
    let mut fields = add(call, mean, |known, new| {
        let number = |mean: &WalletMean| mean.card.as_ref().map(|card| card.token_pan(""));
        number(known).is_some() && number(known) == number(new)
    })?;
    put_some(
        &mut fields,
        "paymentMeanAlias",
        call.owned("paymentMeanAlias"),
    );
    Ok(fields)
}

/// `addDirectDebit`: a signed mandate.
pub(crate) fn add_direct_debit(call: &mut Call) -> Outcome {
    let id = call.needed("mandateId")?.to_owned();
    let merchant = call.merchant.id;
    let mine = |known: &&Mandate| known.merchant == merchant && known.id == id;
    let signed = call
        .world
        .mandates
        .iter()
        .find(mine)
        .filter(|known| known.status == "ACTIVE");
    let iban = signed.ok_or_else(|| invalid("mandateId"))?.iban.clone();
    let mean = WalletMean {
        id: String::new(),
        alias: call.owned("paymentMeanAlias"),
        brand: "SEPA_DIRECT_DEBIT".to_owned(),
        card: None,
        mandate: Some(id),
    };
    let mut fields = add(call, mean, |known, new| known.mandate == new.mandate)?;
    put(&mut fields, "maskedIban", mask(&iban));
    Ok(fields)
}

fn add(call: &mut Call, mean: WalletMean, same: fn(&WalletMean, &WalletMean) -> bool) -> Outcome {
    let now = call.world.now();
    let key = key(call)?;
    let wallet = call.world.wallets.entry(key).or_insert_with(|| Wallet {
        made: now,
        changed: now,
        means: Vec::new(),
        next: 1,
    });
    if wallet.means.iter().any(|known| same(known, &mean)) {
        return Err("94".into());
    }
    let id = wallet.next.to_string();
    wallet.next += 1;
    wallet.changed = now;
    let mut fields = Fields::new();
    put(&mut fields, "walletActionDateTime", written(now));
    put(&mut fields, "walletCreationDateTime", written(wallet.made));
    put(&mut fields, "paymentMeanId", id.as_str());
    put(&mut fields, "paymentMeanBrand", mean.brand.as_str());
    if let Some(card) = &mean.card {
        put(&mut fields, "maskedPan", card.masked());
        put(&mut fields, "panExpiryDate", card.expiry.as_str());
    }
    wallet.means.push(WalletMean { id, ..mean });
    Ok(fields)
}

/// What is told of a mean.
pub(crate) fn shown(mean: &WalletMean) -> Value {
    let mut fields = Fields::new();
    put(&mut fields, "paymentMeanId", mean.id.as_str());
    put(&mut fields, "paymentMeanBrand", mean.brand.as_str());
    put_some(&mut fields, "paymentMeanAlias", mean.alias.clone());
    put_some(&mut fields, "mandateId", mean.mandate.clone());
    if let Some(card) = &mean.card {
        put(&mut fields, "maskedPan", card.masked());
        put(&mut fields, "panExpiryDate", card.expiry.as_str());
    }
    Value::Object(fields)
}

/// `getWalletData`.
pub(crate) fn get_wallet(call: &mut Call) -> Outcome {
    let wallet = wallet_of(call)?;
    let means: Vec<Value> = wallet.means.iter().map(shown).collect();
    let mut fields = Fields::new();
    put(&mut fields, "walletCreationDateTime", written(wallet.made));
    put(
        &mut fields,
        "walletLastActionDateTime",
        written(wallet.changed),
    );
    put(&mut fields, "walletPaymentMeanDataList", means);
    Ok(fields)
}

fn position(call: &mut Call) -> Result<usize, Refusal> {
    let id = call.needed("paymentMeanId")?.to_owned();
    let means = &wallet_of(call)?.means;
    means
        .iter()
        .position(|mean| mean.id == id)
        .ok_or_else(|| "01".into())
}

/// `getPaymentMeanData`.
pub(crate) fn get_mean(call: &mut Call) -> Outcome {
    let at = position(call)?;
    let mean = wallet_of(call)?.means.get(at).map(shown).ok_or("01")?;
    let mut fields = Fields::new();
    put(&mut fields, "walletPaymentMeanData", mean);
    Ok(fields)
}

/// `updatePaymentMean`: the alias is what can change.
pub(crate) fn update_mean(call: &mut Call) -> Outcome {
    let at = position(call)?;
    let alias = call.owned("paymentMeanAlias");
    let wallet = wallet_of(call)?;
    if let Some(mean) = wallet.means.get_mut(at) {
        mean.alias = alias.or_else(|| mean.alias.take());
    }
    changed(call)
}

/// `deletePaymentMean`.
pub(crate) fn delete_mean(call: &mut Call) -> Outcome {
    let at = position(call)?;
    wallet_of(call)?.means.remove(at);
    changed(call)
}

fn changed(call: &mut Call) -> Outcome {
    let now = call.world.now();
    wallet_of(call)?.changed = now;
    Ok(json_action(&written(now)))
}

fn json_action(at: &str) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "walletActionDateTime", json!(at));
    fields
}

/// `signOff`: the wallet and all that is in it.
pub(crate) fn sign_off(call: &mut Call) -> Outcome {
    let key = key(call)?;
    call.world.wallets.remove(&key).ok_or("01")?;
    Ok(json_action(&written(call.world.now())))
}
