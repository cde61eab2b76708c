//! `guichet webhooks`: what shops' servers were told, and were not.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;
use guichet_domain::id::Slug;
use guichet_store::{Endpoint, KeptNotice, Replay};
use url::Url;

use super::notifications::time;
use super::terminal::{print, shown};
use crate::books::{open_beside, open_to_read};
use crate::clock;
use crate::config::{Config, SECRET_PREFIX};

/// Most notices that are listed; how many wait is said.
const LIMIT: u32 = 200;

/// The exit status where a person should look at something, as of `guichet payments`.
const ATTENTION: u8 = 3;

#[derive(Subcommand)]
pub(crate) enum WebhooksCommand {
    /// List the shops' endpoints and their notices: those that were not delivered first, then the
    /// latest. The exit status is 3 if an endpoint is disabled or a notice was given up, 0 if not.
    List {
        /// Of this shop only.
        #[arg(long)]
        shop: Option<String>,
    },
    /// Send notices again, whatever became of them: those that are named, or those of a shop since
    /// a moment. The backend has to run.
    Replay {
        /// Their ids, msg_….
        #[arg(required_unless_present = "shop")]
        ids: Vec<String>,
        /// The shop.
        #[arg(long, requires = "since", conflicts_with = "ids")]
        shop: Option<String>,
        /// When they became true at the earliest, such as 2026-11-27T00:00:00Z.
        #[arg(long, requires = "shop")]
        since: Option<jiff::Timestamp>,
    },
    /// Send nothing to a shop's server until it is enabled again. What it should be told is kept.
    Disable {
        /// The shop.
        shop: String,
    },
    /// Send to a shop's server again, and what waits for it first. The backend has to run.
    Enable {
        /// The shop.
        shop: String,
    },
    /// Make a secret for `webhook.secrets`, and print it.
    Secret,
}

/// Runs one of them. A secret needs no configuration.
pub(crate) async fn run(config: &Path, command: WebhooksCommand) -> anyhow::Result<ExitCode> {
    match command {
        WebhooksCommand::Secret => {
            print(format!("{}\n", new_secret()?))?;
        }
        WebhooksCommand::List { shop } => {
            let shop = shop.map(slug).transpose()?;
            return listed(config, shop.as_ref()).await;
        }
        WebhooksCommand::Replay { ids, shop, since } => {
            let told = replay(config, &ids, shop, since).await?;
            print(told)?;
        }
        WebhooksCommand::Disable { shop } => enable(config, shop, false).await?,
        WebhooksCommand::Enable { shop } => enable(config, shop, true).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn new_secret() -> anyhow::Result<String> {
    let bytes = clock::random::<32>()?;
    Ok(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)))
}

fn slug(text: String) -> anyhow::Result<Slug> {
    Slug::try_from(text).map_err(|error| anyhow::anyhow!("the shop's id {}", error.detail))
}

async fn listed(config: &Path, shop: Option<&Slug>) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::read(config)?;
    let store = open_to_read(&config).await?;
    let mut endpoints = store.endpoints().await?;
    endpoints.retain(|endpoint| shop.is_none_or(|shop| endpoint.shop == shop.as_str()));
    let notices = store.notices(shop, LIMIT).await?;
    store.close().await;
    print(list(&endpoints, &notices))?;
    let wanted = |endpoint: &Endpoint| endpoint.disabled_at.is_some() || endpoint.given_up > 0;
    let attention = endpoints.iter().any(wanted);
    Ok(ExitCode::from(if attention { ATTENTION } else { 0 }))
}

fn list(endpoints: &[Endpoint], notices: &[KeptNotice]) -> String {
    if endpoints.is_empty() {
        return "No shop has a webhook, or the backend was not started since.\n".into();
    }
    let mut text = String::new();
    for endpoint in endpoints {
        text += &format!(
            "{}  {}  {} waiting, {} given up\n",
            endpoint.shop,
            without_query(&endpoint.url),
            endpoint.waiting,
            endpoint.given_up
        );
        if let Some(at) = endpoint.disabled_at {
            let why = endpoint.disabled_because.as_deref().unwrap_or_default();
            text += &format!("    disabled since {}: {why}\n", time(at));
        } else if let Some(at) = endpoint.failing_since {
            text += &format!("    failing since {}\n", time(at));
        }
    }
    text.extend(notices.iter().map(entry));
    text
}

/// What stands in an address's query may be a key of the shop's.
fn without_query(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return String::new();
    };
    url.set_query(None);
    url.to_string()
}

fn entry(notice: &KeptNotice) -> String {
    let answer = notice.last_answer.as_deref().unwrap_or_default();
    let state = match (notice.delivered_at, notice.next_try_at) {
        (Some(at), None) => format!("delivered {}", time(at)),
        (_, Some(at)) if notice.tries == 0 => format!("due {}", time(at)),
        (_, Some(at)) => format!("{}; next try {}", shown(answer), time(at)),
        (None, None) => format!("given up: {}", shown(answer)),
    };
    format!(
        "{}  {}  {}  {}\n    session {}, {} tries, {state}\n",
        time(notice.created_at),
        notice.id,
        notice.shop,
        notice.kind,
        notice.session,
        notice.tries,
    )
}

async fn replay(
    config: &Path,
    ids: &[String],
    shop: Option<String>,
    since: Option<jiff::Timestamp>,
) -> anyhow::Result<String> {
    let (config, _) = Config::read(config)?;
    let store = open_beside(&config).await?;
    let mut sent = 0;
    if let (Some(shop), Some(since)) = (shop, since) {
        let shop = slug(shop)?;
        known(&config, &shop)?;
        let since = Replay::Since(&shop, since.as_second());
        sent = store.replay_notices(since, clock::unix_now()).await?;
    }
    for id in ids {
        let found = store
            .replay_notices(Replay::One(id), clock::unix_now())
            .await?;
        if found == 0 {
            bail!("no notice {}; guichet webhooks list has them", shown(id));
        }
        sent += found;
    }
    store.close().await;
    Ok(format!("{sent} to be sent again\n"))
}

async fn enable(config: &Path, shop: String, enabled: bool) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let shop = slug(shop)?;
    known(&config, &shop)?;
    let store = open_beside(&config).await?;
    let found = store
        .enable_endpoint(&shop, enabled, clock::unix_now())
        .await?;
    store.close().await;
    if !found {
        bail!("the books have no endpoint of {shop}: start the backend with its webhook first");
    }
    let word = if enabled { "enabled" } else { "disabled" };
    print(format!("{shop} is {word}\n"))
}

/// The shop is in the configuration, and has a webhook.
fn known(config: &Config, shop: &Slug) -> anyhow::Result<()> {
    let found = config.shop(shop);
    let found = found.with_context(|| format!("no shop {shop} is in the configuration"))?;
    if found.webhook.is_none() {
        bail!("shop {shop} has no webhook in the configuration");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_listed_without_what_may_be_a_key() {
        let listed = without_query("https://shop.example/hook?key=canary");
        assert_eq!(listed, "https://shop.example/hook");
    }
}
