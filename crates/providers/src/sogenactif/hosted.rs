//! *Begin*: for a card, a session of the platform's hosted fields (`hostedFieldsInitialize`;
//! Sogenactif documentation, hosted-fields.html and data dictionary, confidence A; its answer C).

use guichet_wire::NextAction;

use super::config::Config;
use super::conversation::{Halt, Talk, step, unexpected};
use super::external;
use super::method::Way;
use super::office::token::HostedFieldsInitialize;
use crate::contract::{Begin, Begun, Exchange, Step};

pub(super) fn begin(config: &Config, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
    let way = Way::parse(begin.method.as_str());
    match way.map(Way::external) {
        Some(None) => step(open_fields(config, exchanges)),
        Some(Some(brand)) => step(external::begin(config, begin, brand, exchanges)),
        None => Step::Failed(unexpected("a method of another provider")),
    }
}

fn open_fields(config: &Config, exchanges: &[Exchange]) -> Result<Begun, Halt> {
    let request = HostedFieldsInitialize {
        customer_ip_address: None,
        payment_mean_brand_list: Some(config.brands.clone()),
    };
    let answer = Talk::new(config, exchanges).ask(&request)?;
    if !answer.code.is_success() {
        let meaning = answer
            .code
            .meaning()
            .unwrap_or("a code without a known meaning");
        return Err(unexpected(format!("hostedFieldsInitialize: {meaning}")).into());
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
