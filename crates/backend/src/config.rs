//! The configuration: one TOML file, and the environment.
//!
//! Any text of the form `env:NAME` is replaced by that variable, and any key that ends in `_file`
//! or `_files` by its content under the name without that ending (`public_key_files` becomes
//! `public_keys`): so no secret has to stand in the file.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::method::Method;
use guichet_providers::contract::{Addresses, Environment, Provider};
use guichet_providers::registry;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

/// Longest `public_url`: the return and notification addresses made of it must fit in 150 ASCII
/// characters at Up2pay.
const PUBLIC_URL_MAX: usize = 60;

/// Least length of a shop's secret key.
const SECRET_KEY_MIN: usize = 32;

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
    pub(crate) shops: Vec<Shop>,
    pub(crate) accounts: Vec<Box<dyn Provider>>,
}

/// A shop.
pub(crate) struct Shop {
    pub(crate) id: Slug,
    pub(crate) name: String,
    pub(crate) secret_keys: Vec<SecretString>,
    pub(crate) origins: Vec<String>,
    /// Sells tourism or leisure: only then may CV-Connect be offered.
    pub(crate) tourism: bool,
    /// Offers saved cards to the shoppers whom it names.
    pub(crate) one_click: bool,
    pub(crate) voucher_rest: VoucherRest,
    pub(crate) labels: BTreeMap<Method, String>,
    pub(crate) methods: Vec<ShopMethods>,
}

/// Methods that a shop offers through one account, in order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopMethods {
    pub(crate) provider: String,
    pub(crate) account: Slug,
    pub(crate) methods: Vec<Method>,
}

/// What to do with meal vouchers when they may not pay the whole amount.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VoucherRest {
    /// Don't offer them.
    #[default]
    Hide,
    /// Offer them and explain what they can't pay.
    Explain,
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
    shops: Vec<ShopTable>,
    #[serde(default)]
    accounts: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopTable {
    id: Slug,
    name: String,
    secret_keys: Vec<String>,
    origins: Vec<String>,
    #[serde(default)]
    tourism: bool,
    #[serde(default)]
    one_click: bool,
    #[serde(default)]
    voucher_rest: VoucherRest,
    #[serde(default)]
    labels: BTreeMap<Method, String>,
    #[serde(default)]
    methods: Vec<ShopMethods>,
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
        let shops = file
            .shops
            .into_iter()
            .map(|table| shop(table, &accounts, file.environment));
        let config = Self {
            environment: file.environment,
            listen: file
                .listen
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8601))),
            metrics_listen: file.metrics_listen,
            public_url: public_url(&file.public_url, file.environment)?,
            database: database(&file.database_url, folder)?,
            assets: folder.join(file.assets),
            trusted_proxies: trusted_proxies(&file.trusted_proxies)?,
            shops: shops.collect::<anyhow::Result<_>>()?,
            accounts,
        };
        ensure!(
            !config.shops.is_empty(),
            "shops: at least one [[shops]] is needed"
        );
        Ok(config)
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

fn shop(
    table: ShopTable,
    accounts: &[Box<dyn Provider>],
    environment: Environment,
) -> anyhow::Result<Shop> {
    let id = table.id;
    ensure!(
        !table.secret_keys.is_empty(),
        "shop {id}: secret_keys: at least one is needed"
    );
    for key in &table.secret_keys {
        let fits = key.len() >= SECRET_KEY_MIN && key.bytes().all(|b| b.is_ascii_graphic());
        ensure!(
            fits,
            "shop {id}: secret_keys: each must be at least {SECRET_KEY_MIN} ASCII characters \
             without spaces"
        );
    }
    let mut origins = Vec::new();
    for origin in &table.origins {
        origins.push(
            parse_origin(origin, environment)
                .with_context(|| format!("shop {id}: origins: {origin:?}"))?,
        );
    }
    for entry in &table.methods {
        let account = accounts
            .iter()
            .find(|a| a.name() == entry.provider && *a.account() == entry.account)
            .with_context(|| {
                format!(
                    "shop {id}: methods: no account {} at {}",
                    entry.account, entry.provider
                )
            })?;
        let known = account.methods();
        for method in &entry.methods {
            ensure!(
                known
                    .iter()
                    .any(|description| description.method == *method),
                "shop {id}: methods: {} has no method {method}",
                entry.provider
            );
        }
    }
    Ok(Shop {
        id,
        name: table.name,
        secret_keys: table
            .secret_keys
            .into_iter()
            .map(SecretString::from)
            .collect(),
        origins,
        tourism: table.tourism,
        one_click: table.one_click,
        voucher_rest: table.voucher_rest,
        labels: table.labels,
        methods: table.methods,
    })
}

fn parse_origin(text: &str, environment: Environment) -> anyhow::Result<String> {
    let url = Url::parse(text).context("is not an origin, such as https://shop.example")?;
    ensure!(
        url.origin().ascii_serialization() == text,
        "must be a bare origin: scheme, host and port, without a path or a slash at the end"
    );
    ensure!(
        url.scheme() == "https" || environment != Environment::Production,
        "must be https in production"
    );
    Ok(text.to_owned())
}

fn public_url(text: &str, environment: Environment) -> anyhow::Result<String> {
    let url = Url::parse(text).context("public_url: is not an address")?;
    ensure!(
        matches!(url.scheme(), "http" | "https"),
        "public_url: must be http or https"
    );
    ensure!(
        url.scheme() == "https" || environment != Environment::Production,
        "public_url: must be https in production"
    );
    let no_user = url.username().is_empty() && url.password().is_none();
    let plain = url.query().is_none() && url.fragment().is_none() && no_user;
    ensure!(plain, "public_url: must hold no user, query or fragment");
    let text = url.as_str().trim_end_matches('/').to_owned();
    ensure!(
        text.len() <= PUBLIC_URL_MAX,
        "public_url: is {} characters long; at most {PUBLIC_URL_MAX} are taken",
        text.len()
    );
    Ok(text)
}

fn trusted_proxies(texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    let parse = |text: &String| {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let net: IpNet = address.or_else(|_| text.parse()).with_context(|| {
            format!("trusted_proxies: {text:?} is neither an address nor a network, 10.0.0.0/8")
        })?;
        ensure!(
            net.prefix_len() > 0,
            "trusted_proxies: {text:?} is everybody; name the proxies' own networks"
        );
        Ok(net)
    };
    texts.iter().map(parse).collect()
}

fn database(url: &str, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = url.strip_prefix("sqlite://").with_context(
        || "database_url: must begin with sqlite:// and name a file, such as sqlite://guichet.db",
    )?;
    ensure!(
        !path.is_empty() && path != ":memory:",
        "database_url: must name a file"
    );
    Ok(folder.join(path))
}

#[cfg(test)]
mod tests;
