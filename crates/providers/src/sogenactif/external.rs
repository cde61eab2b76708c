//! *Begin* of wallets with a page of their own: `paymentProviderInitialize` (Sogenactif
//! documentation, connector Office, release 24.2, confidence A). It opens a session and moves
//! nothing: the browser leaves by a form, and `paymentProviderFinalize` follows its return.

use guichet_wire::NextAction;

use super::config::Config;
use super::conversation::{Halt, Talk, unexpected};
use super::office::checkout::PaymentProviderInitialize;
use super::payment::{Keep, options, purchase, reference_of};
use super::types::NotThat;
use crate::contract::{Begin, Begun, Exchange, Failure, Next};

pub(super) fn begin(
    config: &Config,
    begin: &Begin<'_>,
    brand: &str,
    exchanges: &[Exchange],
) -> Result<Begun, Halt> {
    let ours = |error: NotThat| unexpected(format!("paymentProviderInitialize: {error}"));
    let request = PaymentProviderInitialize {
        purchase: purchase(begin).map_err(ours)?,
        transaction: reference_of(begin.reference)?.into(),
        merchant_return_url: begin.addresses.back.clone().try_into().map_err(ours)?,
        payment_mean_brand: brand.to_owned(),
        payment_mean_data: None,
        response_key_version: None,
        options: options(begin.session).map_err(ours)?,
    };
    let answer = Talk::new(config, exchanges)
        .ask(&request)
        .map_err(nothing_begun)?;
    if !answer.code.is_success() {
        let meaning = answer
            .code
            .meaning()
            .unwrap_or("a code without a known meaning");
        return Err(unexpected(format!("paymentProviderInitialize: {meaning}")).into());
    }
    let read = answer.read::<PaymentProviderInitialize>();
    let read = read.map_err(|error| unexpected(error.to_string()))?;
    let (Some(url), Some(redirection_data), Some(message_version)) = (
        read.redirection_url,
        read.redirection_data,
        read.message_version,
    ) else {
        return Err(unexpected("paymentProviderInitialize: no redirection").into());
    };
    if !config.allows_page(&url) {
        return Err(unexpected("paymentProviderInitialize: redirectionUrl is not https").into());
    }
    let reference = begin.reference.to_owned();
    let keep = Keep {
        reference,
        redirection_data,
        message_version,
    };
    let next_action = NextAction::FormPost {
        url,
        fields: keep.form(),
    };
    Ok(Begun {
        next: Next::Browser(next_action),
        keep: Some(keep.to_text()?),
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
