//! The configuration: one TOML file, and the environment.
//!
//! Any text of the form `env:NAME` is replaced by that variable, and any key that ends in `_file`
//! or `_files` by its content under the name without that ending (`public_key_files` becomes
//! `public_keys`): so no secret has to stand in the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::id::Slug;
use guichet_providers::contract::Environment;
use ipnet::IpNet;
use jiff::civil::{Time, time};
use serde::Deserialize;

mod desk;
mod file;
mod keys;
mod limits;
mod months;
mod shop;
mod sso;
mod texts;
mod urls;
mod webhook;

pub(crate) use desk::{CodeKey, Desk};
pub(crate) use file::resolve;
use file::without_value;
pub(crate) use keys::KnownKey;
pub(crate) use limits::{Limits, Rate};
use shop::ShopTable;
pub(crate) use shop::{SecretKey, Shop, ShopMethods, VoucherRest};
pub(crate) use sso::{Sso, Unknown};
pub(crate) use urls::database;
pub(crate) use webhook::{SECRET_PREFIX, Webhook, WebhookSecret};

use crate::accounts::Accounts;
use crate::database::Database;

/// After the platforms' own night.
const REPORTS_AT: Time = time(4, 0, 0, 0);

/// The configuration, checked.
pub(crate) struct Config {
    pub(crate) environment: Environment,
    pub(crate) listen: SocketAddr,
    /// Where the metrics are given out; nowhere if absent.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Without a slash at its end.
    pub(crate) public_url: String,
    pub(crate) database: Database,
    pub(crate) assets: PathBuf,
    /// Whose word on the client's address counts.
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    /// When the platforms' reports are compared with the books, each day, in UTC.
    pub(crate) reports_at: Time,
    /// Where notices may go to though it is not public.
    pub(crate) webhook_networks: Vec<IpNet>,
    /// The pages of the shop's people; there are none if absent.
    pub(crate) desk: Option<Desk>,
    pub(crate) shops: Vec<Arc<Shop>>,
    /// The keys that it has, without their values.
    pub(crate) keys: Vec<KnownKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    environment: Environment,
    listen: Option<SocketAddr>,
    metrics_listen: Option<SocketAddr>,
    public_url: String,
    database_url: String,
    assets: PathBuf,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    webhook_networks: Vec<String>,
    reports_at: Option<Time>,
    desk: Option<Desk>,
    #[serde(default)]
    shops: Vec<ShopTable>,
    #[serde(default)]
    accounts: Vec<toml::Table>,
}

impl Config {
    /// Reads and checks the file, and opens its accounts: shops name methods of theirs, so that
    /// neither can be checked without the other. The error names the key at fault and never shows a
    /// secret.
    pub(crate) fn read(path: &Path) -> anyhow::Result<(Self, Accounts)> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("can't read the configuration {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, folder, &|name| std::env::var(name).ok())
            .with_context(|| format!("in {}", path.display()))
    }

    pub(crate) fn parse(
        text: &str,
        folder: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> anyhow::Result<(Self, Accounts)> {
        // The parser's own message quotes the line, which may hold a key: only its place is shown.
        let mut table: toml::Table = toml::from_str(text).map_err(|error| {
            let at = error
                .span()
                .map_or(0, |span| text[..span.start].lines().count());
            anyhow::anyhow!("line {at} is not TOML: {}", error.message())
        })?;
        for key in ["listen", "public_url", "database_url", "assets"] {
            if let Some(value) = env(&format!("GUICHET_{}", key.to_uppercase())) {
                table.insert(key.into(), value.into());
            }
        }
        resolve(&mut table, folder, env)?;
        let keys = keys::all(&table);
        let file: File = serde_path_to_error::deserialize(table).map_err(|error| {
            anyhow::anyhow!(
                "{}: {}",
                error.path(),
                without_value(error.inner().message())
            )
        })?;
        let accounts = Accounts::open(file.accounts, file.environment)?;
        let webhook_networks = urls::webhook_networks(&file.webhook_networks)?;
        let config = Self {
            environment: file.environment,
            listen: file
                .listen
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8601))),
            metrics_listen: file.metrics_listen,
            public_url: urls::public(&file.public_url, file.environment)?,
            database: urls::database("database_url", &file.database_url, folder)?,
            assets: folder.join(file.assets),
            trusted_proxies: urls::trusted_proxies(&file.trusted_proxies)?,
            limits: file.limits,
            desk: file
                .desk
                .map(|desk| desk.check(file.environment))
                .transpose()?,
            shops: shop::read_all(file.shops, &accounts, file.environment, &webhook_networks)?,
            webhook_networks,
            keys,
            reports_at: file.reports_at.unwrap_or(REPORTS_AT),
        };
        Ok((config, accounts))
    }

    /// The shop of that name.
    pub(crate) fn shop(&self, id: &Slug) -> Option<&Arc<Shop>> {
        self.shops.iter().find(|shop| shop.id == *id)
    }
}

#[cfg(test)]
mod tests;
