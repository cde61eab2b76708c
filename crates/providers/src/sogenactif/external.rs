//! Wallets with a page of their own: `paymentProviderInitialize`, and `paymentProviderFinalize`
//! after the browser's return (Sogenactif documentation, connector Office, release 24.2, confidence
//! A; the second C).

use super::calls::{Calls, Halt, ours, refused, unexpected};
use super::naming::New;
use super::office::OfficeRequest;
use super::office::checkout::{PaymentProviderFinalize, PaymentProviderInitialize};
use super::office::parts::RedirectionAnswer;
use super::payment::{Asks, Away, End, opened, options, purchase, settle, write_memo};
use crate::contract::{Begin, Begun, Context, Failure, Next, Proceeded};

pub(super) fn begin(calls: &mut Calls<'_>, begin: &Begin<'_>, brand: &str) -> Result<Begun, Halt> {
    let context = &begin.context;
    let new = New::of(calls.config, context)?;
    let request = PaymentProviderInitialize {
        purchase: purchase(context)?,
        transaction: new.id(),
        merchant_return_url: context.addresses.back.clone().try_into().map_err(ours)?,
        payment_mean_brand: brand.to_owned(),
        payment_mean_data: None,
        response_key_version: None,
        options: options(context, begin.client)?,
    };
    send_away(calls, context, &new, &request)
}

/// Begins a payment by sending the browser to another page.
pub(super) fn send_away<R: OfficeRequest<Answer = RedirectionAnswer>>(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    new: &New,
    request: &R,
) -> Result<Begun, Halt> {
    let answer = calls.ask(request).map_err(nothing_begun)?;
    if !answer.code.is_success() {
        return Err(refused(R::METHOD, &answer).into());
    }
    let read = answer.read::<R>();
    let read: RedirectionAnswer = read.map_err(|error| unexpected(error.to_string()))?;
    let Some(name) = new.told_by(&answer.message) else {
        return Err(unexpected(format!("{}: no name of the transaction", R::METHOD)).into());
    };
    let Some(open) = opened(name, read).filter(|open| open.url.is_some()) else {
        return Err(unexpected(format!("{}: no redirection", R::METHOD)).into());
    };
    let memo = write_memo(&open.away)?;
    Ok(Begun {
        next: Next::Browser(open.leave(calls.config, context)?),
        memo: Some(memo),
    })
}

/// Nobody was sent to a page yet: a session whose opening is unknown takes no money, and the next
/// try has a reference of its own.
fn nothing_begun(halt: Halt) -> Halt {
    match halt {
        Halt::Failed(Failure::Unknown) => Failure::Unreachable.into(),
        halt => halt,
    }
}

pub(super) fn finalise(
    calls: &mut Calls<'_>,
    context: &Context<'_>,
    away: &Away,
) -> Result<Proceeded, Halt> {
    let request = PaymentProviderFinalize {
        transaction: away.name.id(),
        echo: away.echo(),
    };
    settle(calls, context, &away.name, &request, Asks::WhatBecame).map(End::into_inner)
}

#[cfg(test)]
mod tests;
