//! Credit transfers: iDEAL. The shopper confirms at a bank and comes back (`creditTransferInquire`,
//! `creditTransferInitialize`: Sogenactif documentation, connector Office, release 24.2, confidence
//! A; `creditTransferFinalizeAndOrder` D).
//!
//! Which bank is asked on the platform's page. The checkout asks only where the account wants it to
//! (`ask_bank`), and takes "another bank" for an answer: since 2026 no scheme's rule asks a shop to
//! know the bank, and one that asks must offer that (PPRO; mollie/PrestaShop 6.2.1; the rule of
//! this platform was not found).

use guichet_wire::{NextAction, OTHER_BANK, Question};
use serde::{Deserialize, Serialize};

use super::conversation::{Halt, Talk, ours, refused, unsuitable};
use super::derived;
use super::external::send_away;
use super::naming::New;
use super::office::checkout::{
    CreditTransferFinalizeAndOrder, CreditTransferInitialize, CreditTransferInquire,
};
use super::payment::{Asks, Away, End, Opening, keep, kept, open, options, purchase, settle};
use crate::contract::{Begin, Begun, Failure, Given, Next, Proceed, Proceeded};

/// What is kept while the shopper chooses a bank.
#[derive(Deserialize, Serialize)]
struct Offered {
    banks: Vec<String>,
}

pub(super) fn begin(talk: &mut Talk<'_>, begin: &Begin<'_>, brand: &str) -> Result<Begun, Halt> {
    if !talk.config.ask_bank {
        return leave(talk, begin, brand);
    }
    let answer = talk.ask(&CreditTransferInquire {
        currency_code: purchase(begin)?.currency_code,
        payment_mean_brand: Some(brand.to_owned()),
    })?;
    if !answer.code.is_success() {
        return Err(refused("creditTransferInquire", &answer).into());
    }
    let banks = derived::banks(&answer.message);
    if banks.is_empty() {
        return leave(talk, begin, brand);
    }
    let offered = Offered {
        banks: banks.iter().map(|bank| bank.code.clone()).collect(),
    };
    let question = Question::Bank { banks };
    Ok(Begun {
        next: Next::Browser(NextAction::Ask { question }),
        keep: Some(keep(&offered)?),
    })
}

/// The platform's own page asks for the bank.
fn leave(talk: &mut Talk<'_>, begin: &Begin<'_>, brand: &str) -> Result<Begun, Halt> {
    let new = New::of(talk.config, begin)?;
    send_away(talk, begin, &new, &initialize(begin, &new, brand, None)?)
}

pub(super) fn proceed(
    talk: &mut Talk<'_>,
    proceed: &Proceed<'_>,
    brand: &str,
) -> Result<Proceeded, Halt> {
    let begin = &proceed.begin;
    let Given::Bank(bank) = proceed.given else {
        return Err(unsuitable("bank", "is missing: this payment goes on with it").into());
    };
    let offered: Offered = kept(proceed.keep)?;
    let bank = (bank != OTHER_BANK).then_some(bank);
    if bank.is_some_and(|bank| !offered.banks.iter().any(|known| known == bank)) {
        return Err(unsuitable("bank", "is none of those that were offered").into());
    }
    let new = New::of(talk.config, begin)?;
    let request = initialize(begin, &new, brand, bank)?;
    match open(talk, begin, &new, &request)? {
        Opening::Open(open) => Ok(open.proceeded(talk.config, begin)?),
        Opening::Over(end) => Ok(end.into_inner()),
    }
}

fn initialize(
    begin: &Begin<'_>,
    new: &New,
    brand: &str,
    bank: Option<&str>,
) -> Result<CreditTransferInitialize, Failure> {
    let purchase = purchase(begin)?;
    Ok(CreditTransferInitialize {
        amount: purchase.amount,
        currency_code: purchase.currency_code,
        order_channel: Some(purchase.order_channel),
        transaction: new.id(),
        merchant_return_url: begin.addresses.back.clone().try_into().map_err(ours)?,
        payment_mean_brand: Some(brand.to_owned()),
        issuer_code: bank.map(str::to_owned),
        options: options(begin)?,
    })
}

pub(super) fn finalise(
    talk: &mut Talk<'_>,
    begin: &Begin<'_>,
    away: &Away,
) -> Result<Proceeded, Halt> {
    let request = CreditTransferFinalizeAndOrder {
        transaction: away.name.id(),
        echo: away.echo(),
    };
    settle(talk, begin, &away.name, &request, Asks::WhatBecame).map(End::into_inner)
}

#[cfg(test)]
mod tests;
