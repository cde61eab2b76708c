//! *Begin* of a card that is typed: a session of the platform's hosted fields
//! (`hostedFieldsInitialize`; Sogenactif documentation, hosted-fields.html and data dictionary,
//! confidence A; its answer C).

use std::net::IpAddr;

use guichet_wire::NextAction;

use super::calls::{Calls, Halt, refused, unexpected};
use super::derived;
use super::office::token::HostedFieldsInitialize;
use super::payment::customer_address;
use crate::contract::Begun;

pub(super) fn begin(calls: &mut Calls<'_>, client: Option<IpAddr>) -> Result<Begun, Halt> {
    let config = calls.config;
    let request = HostedFieldsInitialize {
        customer_ip_address: client.map(customer_address),
        payment_mean_brand_list: Some(config.brands.clone()),
    };
    let answer = calls.ask(&request)?;
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
    let integrity = derived::integrity(&answer.message);
    if !integrity.is_none_or(is_integrity) {
        let what = "hostedFieldsInitialize: the library's integrity is no value that a browser \
                    could check";
        return Err(unexpected(what).into());
    }
    let next_action = NextAction::HostedFields {
        sdk_url,
        integrity: integrity.map(str::to_owned),
        session_token,
        brands: config.brands.clone(),
    };
    Ok(next_action.into())
}

/// Whether a browser can check a script by it: a digest in base64, or several (W3C, Subresource
/// Integrity). A browser loads whatever it is told when it knows none of them.
fn is_integrity(value: &str) -> bool {
    let is_digest = |word: &str| {
        let (name, digest) = word.split_once('-').unwrap_or_default();
        let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
        matches!(name, "sha256" | "sha384" | "sha512")
            && digest.len() >= 43
            && digest.bytes().all(base64)
    };
    let mut words = value.split_ascii_whitespace().peekable();
    words.peek().is_some() && words.all(is_digest)
}

#[cfg(test)]
mod tests;
