//! Where a shop's server takes notices, and the secrets that it knows them by.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guichet_domain::id::Slug;
use guichet_providers::contract::Environment;
use ipnet::IpNet;
use secrecy::SecretSlice;
use serde::Deserialize;
use url::{Host, Url};

use crate::egress;

/// What every secret begins with, as the Standard Webhooks specification says.
pub(crate) const SECRET_PREFIX: &str = "whsec_";

/// Least and most bytes of a secret (Standard Webhooks, "Signature scheme": 192 to 512 bits).
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Most secrets of one shop: the one in use, and the next or the last one while they are changed.
const SECRETS_MAX: usize = 2;

/// What the published secret of the demo begins with.
const DEMO_SECRET_PREFIX: &[u8] = b"guichet-sandbox-demo-";

/// What makes a good secret.
const REMEDY: &str = "make one with `guichet webhooks secret`";

/// Where a shop's server takes notices.
pub(crate) struct Webhook {
    pub(crate) url: Url,
    /// A message is signed with each.
    pub(crate) secrets: Vec<WebhookSecret>,
}

/// A secret that a shop's server verifies messages with: the bytes, not their text.
pub(crate) struct WebhookSecret(pub(crate) SecretSlice<u8>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookTable {
    url: String,
    secrets: Vec<String>,
}

/// Checks a shop's table. The error shows no secret.
pub(super) fn read(
    shop: &Slug,
    table: WebhookTable,
    environment: Environment,
    networks: &[IpNet],
) -> anyhow::Result<Webhook> {
    let url = address(&table.url, environment, networks)
        .with_context(|| format!("shop {shop}: webhook.url"))?;
    let count = table.secrets.len();
    ensure!(
        (1..=SECRETS_MAX).contains(&count),
        "shop {shop}: webhook.secrets: must be one secret, or two while you change it; there are \
         {count}"
    );
    let secrets = table.secrets.iter().map(|text| {
        secret(text, environment).with_context(|| format!("shop {shop}: webhook.secrets: each"))
    });
    Ok(Webhook {
        url,
        secrets: secrets.collect::<anyhow::Result<_>>()?,
    })
}

fn secret(text: &str, environment: Environment) -> anyhow::Result<WebhookSecret> {
    let bytes = text.strip_prefix(SECRET_PREFIX);
    // Standard and padded, and nothing else: what other forms mean differs between the libraries
    // that shops verify with, and one of them takes such a secret and computes another key.
    let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.filter(|bytes| SECRET_BYTES.contains(&bytes.len()));
    let bytes = bytes.with_context(|| {
        format!(
            "must be {SECRET_PREFIX} and {} to {} random bytes in padded standard base64: {REMEDY}",
            SECRET_BYTES.start(),
            SECRET_BYTES.end()
        )
    })?;
    ensure!(
        bytes.iter().any(|byte| *byte != bytes[0]),
        "must be random: {REMEDY}"
    );
    ensure!(
        environment != Environment::Production || !bytes.starts_with(DEMO_SECRET_PREFIX),
        "must not be the published one of the demo: {REMEDY}"
    );
    Ok(WebhookSecret(SecretSlice::from(bytes)))
}

fn address(text: &str, environment: Environment, networks: &[IpNet]) -> anyhow::Result<Url> {
    let url =
        Url::parse(text).context("is not an address, such as https://shop.example/webhook")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    ensure!(plain, "must hold no user, password or fragment");
    match url.scheme() {
        "https" => {}
        "http" => {
            ensure!(
                environment != Environment::Production,
                "must be https in production"
            );
            ensure!(
                !networks.is_empty(),
                "must be https; to try things on a machine of your own, name its network in \
                 webhook_networks, such as [\"127.0.0.1\"]"
            );
        }
        _ => anyhow::bail!("must begin with https://"),
    }
    let refused = match url.host() {
        Some(Host::Ipv4(ip)) => !egress::may_go_to(ip.into(), networks),
        Some(Host::Ipv6(ip)) => !egress::may_go_to(ip.into(), networks),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            (name == "localhost" || name.ends_with(".localhost")) && networks.is_empty()
        }
        None => true,
    };
    ensure!(
        !refused,
        "names this machine, a private network, or none that shops are in; if your shop's server \
         is there, name its network in webhook_networks"
    );
    Ok(url)
}
