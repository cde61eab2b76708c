//! *Begin* of a card that is typed: a session of the platform's hosted fields
//! (`hostedFieldsInitialize`; Sogenactif documentation, hosted-fields.html and data dictionary,
//! confidence A; its answer C).

use guichet_wire::NextAction;

use super::conversation::{Halt, Talk, refused, unexpected};
use super::office::token::HostedFieldsInitialize;
use super::payment::customer_address;
use crate::contract::{Begin, Begun};

pub(super) fn begin(talk: &mut Talk<'_>, begin: &Begin<'_>) -> Result<Begun, Halt> {
    let config = talk.config;
    let request = HostedFieldsInitialize {
        customer_ip_address: customer_address(begin),
        payment_mean_brand_list: Some(config.brands.clone()),
    };
    let answer = talk.ask(&request)?;
    if !answer.code.is_success() {
        return Err(refused("hostedFieldsInitialize", &answer).into());
    }
    let read = answer.read::<HostedFieldsInitialize>();
    let read = read.map_err(|error| unexpected(error.to_string()))?;
    let (Some(session_token), Some(sdk_url)) = (read.merchant_session_token, read.sdk_url) else {
        return Err(unexpected("hostedFieldsInitialize: no session token, or no sdkUrl").into());
    };
    if !config.allows_sdk(&sdk_url) {
        let what = "hostedFieldsInitialize: sdkUrl is at none of the account's sdk_hosts";
        return Err(unexpected(what).into());
    }
    let next_action = NextAction::HostedFields {
        sdk_url,
        session_token,
        brands: config.brands.clone(),
    };
    Ok(next_action.into())
}

#[cfg(test)]
mod tests;
