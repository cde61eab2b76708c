//! SEPA direct debit: the shopper gives an IBAN, signs a mandate for it on the platform's page and
//! comes back; then the debit is ordered (`initializeMandate`: Sogenactif documentation, connector
//! Office, release 24.2, confidence A; `finalizeMandate` and `directDebitOrder`: Sips
//! documentation, B).
//!
//! Until the order, the platform has no transaction of the payment's reference: a payment that got
//! no further is looked up in vain, and has taken nothing. The order is one single call: see
//! `naming.rs` for which shops can make it.

use guichet_domain::iban::{Iban, Scope};
use guichet_domain::{FieldError, PartStatus};
use guichet_wire::{NextAction, ProblemCode, ShopperQuestion};

use super::calls::{Calls, Halt, ours, unsuitable};
use super::derived;
use super::fact::{Verdict, verdict};
use super::naming::{self, New};
use super::office::checkout::DirectDebitOrder;
use super::office::mandate::{FinalizeMandate, InitializeMandate};
use super::payment::{
    Asks, Away, End, Opening, Pays, customer_language, ended, open, options, purchase, settle,
};
use super::types::WalletId;
use super::{shopper, vault};
use crate::contract::{Begun, Context, Failure, Given, Owner, Proceed, Proceeded};

/// Longest `customerId` (M).
const CUSTOMER_MAX: usize = 19;

/// Names the shopper to the platform: the wallet's name, as far as it fits.
fn customer(wallet: WalletId) -> String {
    let mut name = String::from(wallet);
    name.truncate(CUSTOMER_MAX);
    name
}

pub(super) fn begin() -> Begun {
    let question = ShopperQuestion::Iban;
    NextAction::Ask { question }.into()
}

/// A debit of an account outside the European Economic Area takes the bank's BIC (SEPA Direct Debit
/// Core Rulebook), and `initializeMandate` is not known to have a field for one.
fn beyond_the_area(iban: &Iban) -> Failure {
    let detail = format!(
        "is of an account in {}, outside the European Economic Area: its debit takes a BIC, which \
         this platform is not told. Another account, or another method, pays",
        iban.country()
    );
    Failure::Unsuitable(FieldError::new("iban", detail).coded(ProblemCode::IbanCountry))
}

/// Opens the signing. The IBAN goes to the platform, and nowhere else.
pub(super) fn proceed(calls: &mut Calls<'_>, proceed: &Proceed<'_>) -> Result<Proceeded, Halt> {
    let context = &proceed.context;
    let Given::Iban(iban) = proceed.given else {
        return Err(unsuitable("iban", "is missing: this payment goes on with it").into());
    };
    if iban.scope() == Scope::Beyond {
        return Err(beyond_the_area(iban).into());
    }
    let payer = &context.session.shopper;
    let wallet = Owner::of(context.session).map(|owner| vault::wallet_of(&owner));
    let request = InitializeMandate {
        iban: iban.as_str().to_owned().try_into().map_err(ours)?,
        merchant_return_url: context.addresses.back.clone().try_into().map_err(ours)?,
        customer_address: Some(shopper::address(&payer.address)),
        customer_contact: Some(shopper::contact(payer)),
        customer_id: wallet.transpose()?.map(customer),
        customer_language: customer_language(context.session),
        payment_mean_alias: None,
    };
    let name = naming::of_single_call(calls.config, context)?;
    match open(calls, context, &New::Ours(name), &request)? {
        Opening::Open(open) => Ok(open.proceeded(calls.config, context)?),
        Opening::Over(end) => over(end),
    }
}

/// A signing that was refused. One that is neither that nor open is no payment that waits for its
/// money: nothing was ordered.
fn over(end: End) -> Result<Proceeded, Halt> {
    let proceeded = end.into_inner();
    match proceeded.next_action {
        None => Ok(proceeded),
        Some(_) => Err(Failure::Unknown.into()),
    }
}

/// Reads what came of the signing, and orders the debit if there is a mandate.
pub(super) fn finalise(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    away: &Away,
) -> Result<Proceeded, Halt> {
    let answer = calls.ask(&FinalizeMandate { echo: away.echo() })?;
    match verdict(&answer.code, None, None) {
        Verdict::Part(PartStatus::Accepted, _) => {}
        // The shopper is still there: it is not over, and nothing was ordered.
        Verdict::Part(PartStatus::Pending, _) => {
            return Ok(Proceeded {
                facts: Vec::new(),
                next_action: Some(NextAction::Wait),
                memo: None,
                open: false,
                save: None,
                first: None,
            });
        }
        told => {
            let end = ended(calls.config, context, Some(&away.name), &answer, None, told)?;
            return Ok(end.into_inner());
        }
    }
    let mandate = derived::signed_mandate(&answer.message).ok_or(Failure::Unknown)?;
    let request = order(context, away, mandate)?;
    let asks = Asks::ToOrder(Pays::Once);
    settle(calls, context, &away.name, &request, asks).map(End::into_inner)
}

fn order(context: &Context<'_>, away: &Away, mandate: &str) -> Result<DirectDebitOrder, Failure> {
    let purchase = purchase(context)?;
    Ok(DirectDebitOrder {
        amount: purchase.amount,
        currency_code: purchase.currency_code,
        order_channel: Some(purchase.order_channel),
        transaction: away.name.id(),
        mandate_id: Some(mandate.to_owned()),
        payment_mean_brand: None,
        // The browser is gone by now.
        options: options(context, None)?,
    })
}

#[cfg(test)]
mod tests;
