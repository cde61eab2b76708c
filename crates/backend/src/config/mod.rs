//! The configuration: one TOML file, and the environment.
//!
//! Any text of the form `env:NAME` is replaced by that variable, and any key that ends in `_file`
//! or `_files` by its content under the name without that ending (`public_key_files` becomes
//! `public_keys`): so no secret has to stand in the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use guichet_domain::id::{PaymentId, Slug};
use guichet_providers::contract::{Addresses, Environment, Provider};
use guichet_providers::registry;
use ipnet::IpNet;
use serde::Deserialize;

mod limits;
mod shop;
mod urls;

pub(crate) use limits::{Limits, Rate};
use shop::ShopTable;
pub(crate) use shop::{Shop, ShopMethods, VoucherRest};

/// The configuration, checked.
pub(crate) struct Config {
    pub(crate) environment: Environment,
    pub(crate) listen: SocketAddr,
    /// Where the metrics are given out; nowhere if absent.
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Without a slash at its end.
    pub(crate) public_url: String,
    pub(crate) database: PathBuf,
    pub(crate) assets: PathBuf,
    /// Whose word on the client's address counts.
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) limits: Limits,
    pub(crate) shops: Vec<Shop>,
    pub(crate) accounts: Vec<Box<dyn Provider>>,
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
    shops: Vec<ShopTable>,
    #[serde(default)]
    accounts: Vec<toml::Table>,
}

impl Config {
    /// Reads and checks the file. The error names the key at fault and never shows a secret.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("can't read the configuration {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::parse(&text, folder, &|name| std::env::var(name).ok())
            .with_context(|| format!("in {}", path.display()))
    }

    fn parse(
        text: &str,
        folder: &Path,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
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
        let file: File = serde_path_to_error::deserialize(table).map_err(|error| {
            anyhow::anyhow!(
                "{}: {}",
                error.path(),
                without_value(error.inner().message())
            )
        })?;
        let accounts = open_accounts(file.accounts, file.environment)?;
        Ok(Self {
            environment: file.environment,
            listen: file
                .listen
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8601))),
            metrics_listen: file.metrics_listen,
            public_url: urls::public(&file.public_url, file.environment)?,
            database: urls::database(&file.database_url, folder)?,
            assets: folder.join(file.assets),
            trusted_proxies: urls::trusted_proxies(&file.trusted_proxies)?,
            limits: file.limits,
            shops: shop::read_all(file.shops, &accounts, file.environment)?,
            accounts,
        })
    }

    /// The account of that name at that provider.
    pub(crate) fn account(&self, provider: &str, account: &str) -> Option<&dyn Provider> {
        self.accounts
            .iter()
            .find(|a| a.name() == provider && a.account().as_str() == account)
            .map(AsRef::as_ref)
    }

    /// The addresses that a platform is given for a payment. They come from the configured public
    /// address alone.
    pub(crate) fn addresses(
        &self,
        account: &dyn Provider,
        payment: &PaymentId,
        nonce: &str,
    ) -> Addresses {
        let (public_url, name, own) = (&self.public_url, account.name(), account.account());
        let back = |outcome: &str| format!("{public_url}/return/{name}/{payment}/{outcome}");
        Addresses {
            notify: format!("{public_url}/notify/{name}/{own}"),
            accepted: back("accepted"),
            refused: back("refused"),
            cancelled: back("cancelled"),
            waiting: back("waiting"),
            back: back(nonce),
        }
    }

    /// The shop of that name.
    pub(crate) fn shop(&self, id: &Slug) -> Option<&Shop> {
        self.shops.iter().find(|shop| shop.id == *id)
    }
}

/// serde's words without the value that they quote: it may be a key at the wrong place.
fn without_value(message: &str) -> String {
    let quotes = ["invalid type: ", "invalid value: ", "unknown variant "];
    match message.split_once(", expected ") {
        Some((start, expected)) if quotes.iter().any(|quote| start.starts_with(quote)) => {
            format!("must be {expected}")
        }
        _ => message.to_owned(),
    }
}

pub(crate) fn resolve(
    table: &mut toml::Table,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<()> {
    for key in table.keys().cloned().collect::<Vec<_>>() {
        let Some(mut value) = table.remove(&key) else {
            continue;
        };
        resolve_value(&key, &mut value, folder, env)?;
        let read = |path: &toml::Value| -> anyhow::Result<toml::Value> {
            let path = folder.join(path.as_str().unwrap_or_default());
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{key}: can't read {}", path.display()))?;
            Ok(text.trim().into())
        };
        match (
            key.strip_suffix("_file"),
            key.strip_suffix("_files"),
            &value,
        ) {
            (Some(name), ..) => table.insert(name.into(), read(&value)?),
            (_, Some(name), toml::Value::Array(paths)) => {
                let texts = paths.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
                table.insert(format!("{name}s"), texts.into())
            }
            _ => table.insert(key, value),
        };
    }
    Ok(())
}

fn resolve_value(
    key: &str,
    value: &mut toml::Value,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<()> {
    match value {
        toml::Value::String(text) => {
            if let Some(name) = text.strip_prefix("env:") {
                *text = env(name).with_context(|| {
                    format!("{key}: the environment variable {name} is not set")
                })?;
            }
        }
        toml::Value::Array(values) => {
            for value in values {
                resolve_value(key, value, folder, env)?;
            }
        }
        toml::Value::Table(table) => resolve(table, folder, env)?,
        _ => {}
    }
    Ok(())
}

fn open_accounts(
    tables: Vec<toml::Table>,
    environment: Environment,
) -> anyhow::Result<Vec<Box<dyn Provider>>> {
    let mut accounts: Vec<Box<dyn Provider>> = Vec::new();
    for (index, mut table) in tables.into_iter().enumerate() {
        let mut take = |key: &str| match table.remove(key) {
            Some(toml::Value::String(text)) => Ok(text),
            _ => bail!("accounts[{index}].{key}: must be given, as text"),
        };
        let id = Slug::try_from(take("id")?)
            .map_err(|error| anyhow::anyhow!("accounts[{index}].id {}", error.detail))?;
        let provider = take("provider")?;
        ensure!(
            accounts.iter().all(|account| *account.account() != id),
            "accounts[{index}].id: {id} is there twice"
        );
        accounts.push(registry::open(&provider, id, table, environment)?);
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests;
