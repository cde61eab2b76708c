//! Credit transfers: iDEAL. The shopper confirms at a bank and comes back (`creditTransferInquire`,
//! `creditTransferInitialize`: Sogenactif documentation, connector Office, release 24.2, confidence
//! A; `creditTransferFinalizeAndOrder` D).
//!
//! Which bank is asked on the platform's page. The checkout asks only where the account wants it to
//! (`ask_bank`), and takes "another bank" for an answer: since 2026 no scheme's rule asks a shop to
//! know the bank, and one that asks must offer that (PPRO; mollie/PrestaShop 6.2.1; the rule of
//! this platform was not found).

use std::net::IpAddr;

use guichet_wire::{NextAction, OTHER_BANK, ShopperQuestion};
use serde::{Deserialize, Serialize};

use super::calls::{Calls, Halt, ours, refused, unsuitable};
use super::derived;
use super::external::send_away;
use super::naming::New;
use super::office::checkout::{
    CreditTransferFinalizeAndOrder, CreditTransferInitialize, CreditTransferInquire,
};
use super::payment::{
    Asks, Away, End, Opening, open, options, purchase, read_memo, settle, write_memo,
};
use crate::contract::{Begin, Begun, Context, Failure, Given, Next, Proceed, Proceeded};

/// What is kept while the shopper chooses a bank.
#[derive(Deserialize, Serialize)]
struct Offered {
    banks: Vec<String>,
}

pub(super) fn begin(calls: &mut Calls<'_>, begin: &Begin<'_>, brand: &str) -> Result<Begun, Halt> {
    if !calls.config.ask_bank {
        return leave(calls, begin, brand);
    }
    let answer = calls.ask(&CreditTransferInquire {
        currency_code: purchase(&begin.context)?.currency_code,
        payment_mean_brand: Some(brand.to_owned()),
    })?;
    if !answer.code.is_success() {
        return Err(refused("creditTransferInquire", &answer).into());
    }
    let banks = derived::banks(&answer.message);
    if banks.is_empty() {
        return leave(calls, begin, brand);
    }
    let offered = Offered {
        banks: banks.iter().map(|bank| bank.code.clone()).collect(),
    };
    let question = ShopperQuestion::Bank { banks };
    Ok(Begun {
        next: Next::Browser(NextAction::Ask { question }),
        memo: Some(write_memo(&offered)?),
    })
}

/// The platform's own page asks for the bank.
fn leave(calls: &mut Calls<'_>, begin: &Begin<'_>, brand: &str) -> Result<Begun, Halt> {
    let context = &begin.context;
    let new = New::of(calls.config, context)?;
    let request = initialize(context, begin.client, &new, (brand, None))?;
    send_away(calls, context, &new, &request)
}

pub(super) fn proceed(
    calls: &mut Calls<'_>,
    proceed: &Proceed<'_>,
    brand: &str,
) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    let Given::Bank(bank) = proceed.given else {
        return Err(unsuitable("bank", "is missing: this payment goes on with it").into());
    };
    let offered: Offered = read_memo(proceed.memo)?;
    let bank = (*bank != OTHER_BANK).then_some(*bank);
    if bank.is_some_and(|bank| !offered.banks.iter().any(|known| known == bank)) {
        return Err(unsuitable("bank", "is none of those that were offered").into());
    }
    let new = New::of(calls.config, context)?;
    let request = initialize(context, proceed.client, &new, (brand, bank))?;
    match open(calls, context, &new, &request)? {
        Opening::Open(open) => Ok(open.proceeded(calls.config, context)?),
        Opening::Over(end) => Ok(end.into_inner()),
    }
}

fn initialize(
    context: &Context<'_>,
    client: Option<IpAddr>,
    new: &New,
    (brand, bank): (&str, Option<&str>),
) -> Result<CreditTransferInitialize, Failure> {
    let purchase = purchase(context)?;
    Ok(CreditTransferInitialize {
        amount: purchase.amount,
        currency_code: purchase.currency_code,
        order_channel: Some(purchase.order_channel),
        transaction: new.id(),
        merchant_return_url: context.addresses.back.clone().try_into().map_err(ours)?,
        payment_mean_brand: Some(brand.to_owned()),
        issuer_code: bank.map(str::to_owned),
        options: options(context, client)?,
    })
}

pub(super) fn finalise(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    away: &Away,
) -> Result<Proceeded, Halt> {
    let request = CreditTransferFinalizeAndOrder {
        transaction: away.name.id(),
        echo: away.echo(),
    };
    settle(calls, context, &away.name, &request, Asks::WhatBecame).map(End::into_inner)
}

#[cfg(test)]
mod tests;
