//! An account's table of the configuration.
//!
//! | key | value |
//! | --- | --- |
//! | `store_id` | the store that the terminals belong to, `mogo-…` or `gwca-…`; for the cloud |
//! | `api_token` | its token, from the merchant portal, such as `"env:MONERIS_TOKEN"` |
//! | `ist_config_code` | the integration's code, from the Moneris consultant, such as `"env:…"` |
//! | `terminals` | list of tables, one for each terminal: see below |
//! | `cloud_url` | where commands go; default that of the environment |
//! | `receipt_hosts` | hosts that a receipt may be read at; default those of the environment |
//! | `merchant_id` | the MID, 13 digits that begin with 0030: for `guichet moneris sync` |
//! | `saved_cards` | whether shoppers' cards are kept, in the vault of `store_id`; default false |
//! | `compare_address` | whether the shopper's address goes with a saved card's payment (AVS) |
//! | `gateway_captures` | whether what a terminal reserved is taken by the gateway, without it |
//! | `gateway_url` | the Unified Gateway of both; default that of the environment |
//! | `independent_refund_max` | most cents of a refund that belongs to no payment; none if absent |
//! | `post_back` | whether the cloud tells that a receipt is there, default `true` |
//! | `deadline_seconds` | until a terminal is waited for no longer, default 420 |
//! | `resend_seconds` | between two tries where the outcome is unknown, default 30 |
//!
//! In the sandbox, the last two may be as little as 1. Of a terminal: `name` (by which sessions
//! name it), `id` (the TID, 8 characters), `till` (what the people at the counter call it; its
//! name if absent), `address` (of a terminal that is reached on the shop's own network, without the
//! cloud: in digits, with its port if that is not 1080). Where all terminals have one, the keys of
//! the cloud may be absent.
//!
//! Hosts: GO, *cloud-integration*. Identifiers: GUIDE, chapter 4.

use std::ops::{Deref, DerefMut};

use guichet_domain::id::Slug;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use url::Url;

use crate::contract::{ConfigError, Environment, PrivateAddress};
use crate::table::{Table, is_loopback};
use crate::zone::toronto;

/// Most that one refund may be: nine digits (GO, the field data page).
const AMOUNT_MAX: u64 = 999_999_999;

/// Commands, of the real platform and of its test servers.
const CLOUD_PRODUCTION: &str = "https://ippos.moneris.com/v3/Terminal/";
const CLOUD_TEST: &str = "https://ippostest.moneris.com/v3/Terminal/";

/// Receipts, likewise.
const RECEIPTS_PRODUCTION: [&str; 2] = ["cloudreceipt.moneris.com", "ipterm2.moneris.io"];
const RECEIPTS_TEST: [&str; 2] = ["cloudreceiptct.moneris.com", "ipterm2ct.moneris.io"];

/// The Unified Gateway, of the real platform and of its test servers (SDK).
const GATEWAY_PRODUCTION: &str = "https://mpg1.moneris.io/gateway2/servlet/MpgRequest";
const GATEWAY_TEST: &str = "https://mpg1t.moneris.io/gateway2/servlet/MpgRequest";
/// Every host of its test servers that a source tells.
const GATEWAY_TEST_HOSTS: [&str; 2] = ["mpg1t.moneris.io", "esqa.moneris.com"];

/// The one store that the sandbox takes: production refuses it.
const SANDBOX_STORE: &str = "mogo-guichet-sandbox";

/// A terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) name: Slug,
    pub(super) id: String,
    pub(super) till: String,
    /// Where it is on the shop's own network; none where the cloud reaches it.
    pub(super) address: Option<PrivateAddress>,
}

/// What the cloud is opened with.
#[derive(Debug)]
pub(super) struct Cloud {
    pub(super) store_id: String,
    pub(super) api_token: SecretString,
    /// Where commands go.
    pub(super) url: Url,
    /// Hosts that a receipt may be read at.
    pub(super) receipt_hosts: Vec<String>,
}

/// What the Unified Gateway is opened with: the store of the terminals, since a card's token is
/// made of a transaction of theirs (GUIDE, chapter 8).
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) store_id: String,
    pub(super) api_token: SecretString,
    pub(super) url: Url,
    /// The shopper's address goes with what a saved card pays, to be compared.
    pub(super) compare_address: bool,
}

/// One account's configuration, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: Slug,
    /// There where a terminal is reached through it.
    pub(super) cloud: Option<Cloud>,
    /// There where cards are kept, or captures go by it.
    pub(super) gateway: Option<Gateway>,
    /// Shoppers' cards are kept in its vault.
    pub(super) saved_cards: bool,
    /// What a terminal reserved is taken, or let go, by it: the terminal may be off.
    pub(super) gateway_captures: bool,
    pub(super) ist_config_code: SecretString,
    pub(super) terminals: Vec<Terminal>,
    pub(super) merchant_id: Option<String>,
    /// Minor units.
    pub(super) independent_refund_max: Option<u64>,
    pub(super) post_back: bool,
    pub(super) deadline_seconds: i64,
    pub(super) resend_seconds: i64,
    pub(super) time_zone: TimeZone,
    environment: Environment,
}

impl Config {
    /// Reads and checks an account's table.
    pub(super) fn read(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let mut keys = Keys(Table::new(&account, table));
        let terminals = keys.terminals(environment)?;
        let through_cloud = terminals.iter().any(|own| own.address.is_none());
        let saved_cards = keys.flag("saved_cards")?.unwrap_or_default();
        let gateway_captures = keys.flag("gateway_captures")?.unwrap_or_default();
        let at_gateway = saved_cards || gateway_captures;
        let cloud = keys.cloud(environment, through_cloud || at_gateway)?;
        let compares = keys.compare_address(saved_cards)?;
        let config = Self {
            environment,
            gateway: keys.gateway(environment, cloud.as_ref().filter(|_| at_gateway), compares)?,
            saved_cards,
            gateway_captures,
            cloud,
            ist_config_code: keys.secret(
                "ist_config_code",
                50,
                "the Moneris consultant gave it",
            )?,
            terminals,
            merchant_id: keys.merchant_id()?,
            independent_refund_max: keys.independent_refund_max()?,
            post_back: keys.flag("post_back")?.unwrap_or(true),
            deadline_seconds: keys.within("deadline_seconds", 420, environment, 300..=3600)?,
            resend_seconds: keys.within("resend_seconds", 30, environment, 30..=60)?,
            time_zone: toronto().map_err(|error| keys.error("provider", error))?,
            account,
        };
        keys.finish("a moneris")?;
        Ok(config)
    }

    /// The terminal of that name.
    pub(super) fn terminal(&self, name: &str) -> Option<&Terminal> {
        self.terminals.iter().find(|own| own.name.as_str() == name)
    }

    /// Whether a receipt may be read there: whoever answers a command must not send us anywhere
    /// else.
    pub(super) fn allows_receipt(&self, url: &Url) -> bool {
        let hosts = self.cloud.iter().flat_map(|cloud| &cloud.receipt_hosts);
        let known = url.host_str().is_some_and(|host| {
            let mut hosts = hosts;
            hosts.any(|known| known.eq_ignore_ascii_case(host))
        });
        let bare = url.username().is_empty() && url.password().is_none();
        let local = self.environment == Environment::Sandbox && is_loopback(url);
        let secure = url.scheme() == "https" && url.port().is_none();
        known && bare && (secure || (local && url.scheme() == "http"))
    }
}

/// Where a part of the platform is, in each world.
struct Hosts {
    key: &'static str,
    production: &'static str,
    test: &'static str,
    /// As an example.
    sandbox: &'static str,
    is_test: fn(&Url) -> bool,
}

/// The table while it is read: what was read is taken out.
struct Keys(Table);

impl Deref for Keys {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.0
    }
}

impl DerefMut for Keys {
    fn deref_mut(&mut self) -> &mut Table {
        &mut self.0
    }
}

/// Whether a text is of so many characters that an identifier may have.
fn is_name(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    lengths.contains(&text.len()) && text.bytes().all(plain)
}

impl Keys {
    /// What the cloud is opened with; none where nobody needs it and nothing is written of it.
    fn cloud(
        &mut self,
        environment: Environment,
        needed: bool,
    ) -> Result<Option<Cloud>, ConfigError> {
        let key = "store_id";
        let store = self.text(key)?;
        if store.is_none() && !needed {
            return Ok(None);
        }
        let store = store.filter(|text| is_name(text, 1..=40));
        let store_id = store.ok_or_else(|| {
            let detail = "write the store that the terminals belong to, such as \"mogo-…\" or \
                          \"gwca-…\": the Moneris consultant gives it";
            self.error(key, detail)
        })?;
        let sandbox = store_id == SANDBOX_STORE;
        if sandbox && environment != Environment::Sandbox {
            let detail = "is the sandbox's store, which exists nowhere else: write your own";
            return Err(self.error(key, detail));
        }
        let api_token = self.secret("api_token", 20, "the merchant portal shows it")?;
        Ok(Some(Cloud {
            store_id,
            api_token,
            url: self.cloud_url(environment)?,
            receipt_hosts: self.receipt_hosts(environment)?,
        }))
    }

    fn secret(
        &mut self,
        key: &'static str,
        most: usize,
        from: &str,
    ) -> Result<SecretString, ConfigError> {
        let text = self.text(key)?.filter(|text| is_name(text, 1..=most));
        text.map(SecretString::from).ok_or_else(|| {
            let detail = format!(
                "must be 1 to {most} letters, digits and hyphens, such as \"env:MONERIS_…\": {from}"
            );
            self.error(key, detail)
        })
    }

    fn terminals(&mut self, environment: Environment) -> Result<Vec<Terminal>, ConfigError> {
        let mut terminals: Vec<Terminal> = Vec::new();
        for (index, mut table) in self.tables("terminals")?.into_iter().enumerate() {
            let at = |error: ConfigError| ConfigError {
                key: format!("terminals[{index}].{}", error.key),
                ..error
            };
            let terminal = terminal(&mut table, environment).map_err(at)?;
            let twice = |own: &Terminal| {
                let same = [
                    ("name", own.name == terminal.name),
                    ("id", own.id == terminal.id),
                    ("till", own.till == terminal.till),
                    (
                        "address",
                        own.address.is_some() && own.address == terminal.address,
                    ),
                ];
                same.into_iter().find(|(_, same)| *same).map(|(key, _)| key)
            };
            if let Some(key) = terminals.iter().find_map(twice) {
                let detail =
                    "is there twice: a terminal has a name, a till and an address of its own";
                return Err(at(table.error(key, detail)));
            }
            terminals.push(terminal);
        }
        if terminals.is_empty() {
            let detail = "write one table for each, such as [[accounts.terminals]] with name = \
                          \"counter\" and id = \"A1234567\"";
            return Err(self.error("terminals", detail));
        }
        Ok(terminals)
    }

    fn merchant_id(&mut self) -> Result<Option<String>, ConfigError> {
        let key = "merchant_id";
        let Some(number) = self.text(key)? else {
            return Ok(None);
        };
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        if number.len() == 13 && digits && number.starts_with("0030") {
            return Ok(Some(number));
        }
        Err(self.error(key, "must be 13 digits that begin with 0030"))
    }

    fn independent_refund_max(&mut self) -> Result<Option<u64>, ConfigError> {
        let key = "independent_refund_max";
        let Some(most) = self.integer(key)? else {
            return Ok(None);
        };
        let most = u64::try_from(most)
            .ok()
            .filter(|most| (1..=AMOUNT_MAX).contains(most));
        most.map(Some)
            .ok_or_else(|| self.error(key, format!("must be 1 to {AMOUNT_MAX} cents")))
    }

    fn cloud_url(&mut self, environment: Environment) -> Result<Url, ConfigError> {
        let hosts = Hosts {
            key: "cloud_url",
            production: CLOUD_PRODUCTION,
            test: CLOUD_TEST,
            sandbox: "http://127.0.0.1:8602/v3/Terminal/",
            is_test: is_test_host,
        };
        self.address(environment, &hosts)
    }

    fn compare_address(&mut self, saved_cards: bool) -> Result<bool, ConfigError> {
        let key = "compare_address";
        match self.flag(key)? {
            Some(_) if !saved_cards => Err(self.error(key, "is for saved_cards = true alone")),
            flag => Ok(flag.unwrap_or_default()),
        }
    }

    /// The gateway of that store; none where nothing goes by it.
    fn gateway(
        &mut self,
        environment: Environment,
        store: Option<&Cloud>,
        compare_address: bool,
    ) -> Result<Option<Gateway>, ConfigError> {
        let Some(Cloud {
            store_id,
            api_token,
            ..
        }) = store
        else {
            return match self.text("gateway_url")? {
                Some(_) => {
                    let detail = "is for saved_cards = true or gateway_captures = true alone";
                    Err(self.error("gateway_url", detail))
                }
                None => Ok(None),
            };
        };
        let hosts = Hosts {
            key: "gateway_url",
            production: GATEWAY_PRODUCTION,
            test: GATEWAY_TEST,
            sandbox: "http://127.0.0.1:8602/gateway2/servlet/MpgRequest",
            is_test: |url| GATEWAY_TEST_HOSTS.contains(&url.host_str().unwrap_or_default()),
        };
        Ok(Some(Gateway {
            store_id: store_id.clone(),
            api_token: api_token.clone(),
            url: self.address(environment, &hosts)?,
            compare_address,
        }))
    }

    /// An address of the platform: never one of another world.
    fn address(&mut self, environment: Environment, hosts: &Hosts) -> Result<Url, ConfigError> {
        let key = hosts.key;
        let text = match (self.text(key)?, environment) {
            (Some(text), _) => text,
            (None, Environment::Test) => hosts.test.to_owned(),
            (None, Environment::Production) => hosts.production.to_owned(),
            (None, Environment::Sandbox) => {
                let detail = format!(
                    "is missing: write the sandbox's address, such as \"{}\"",
                    hosts.sandbox
                );
                return Err(self.error(key, detail));
            }
        };
        let url = Url::parse(&text).ok().filter(|url| {
            let bare = url.query().is_none() && url.fragment().is_none();
            bare && url.username().is_empty() && url.password().is_none()
        });
        let url = url.ok_or_else(|| self.error(key, "is not an address without user or query"))?;
        let detail = match environment {
            Environment::Sandbox if is_loopback(&url) && url.scheme().starts_with("http") => None,
            Environment::Sandbox => Some("is not this machine: the sandbox is at a loopback one"),
            _ if url.scheme() != "https" || is_loopback(&url) => {
                Some("must be https:// and a host elsewhere")
            }
            Environment::Production if (hosts.is_test)(&url) => {
                Some("is a host of the test platform")
            }
            Environment::Test if !(hosts.is_test)(&url) => Some("is no host of the test platform"),
            Environment::Test | Environment::Production => None,
        };
        detail.map_or(Ok(url), |detail| Err(self.error(key, detail)))
    }

    fn receipt_hosts(&mut self, environment: Environment) -> Result<Vec<String>, ConfigError> {
        let key = "receipt_hosts";
        let known: &[&str] = match environment {
            Environment::Sandbox => &["127.0.0.1", "localhost"],
            Environment::Test => &RECEIPTS_TEST,
            Environment::Production => &RECEIPTS_PRODUCTION,
        };
        let Some(hosts) = self.list(key)? else {
            return Ok(known.iter().map(|host| (*host).to_owned()).collect());
        };
        let is_host = |host: &String| {
            let read = Url::parse(&format!("https://{host}/")).ok();
            read.is_some_and(|url| url.host_str() == Some(host) && url.port().is_none())
        };
        if hosts.is_empty() || !hosts.iter().all(is_host) {
            let detail = "must be names of hosts alone, in small letters, such as \
                          [\"cloudreceipt.moneris.com\"]";
            return Err(self.error(key, detail));
        }
        Ok(hosts)
    }

    /// A number of seconds; in the sandbox any, since nobody waits for minutes there.
    fn within(
        &mut self,
        key: &str,
        default: i64,
        environment: Environment,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, ConfigError> {
        let number = self.integer(key)?.unwrap_or(default);
        let (least, most) = (*range.start(), *range.end());
        let least = match environment {
            Environment::Sandbox => 1,
            Environment::Test | Environment::Production => least,
        };
        if (least..=most).contains(&number) {
            return Ok(number);
        }
        Err(self.error(key, format!("must be {least} to {most}")))
    }
}

fn terminal(table: &mut Table, environment: Environment) -> Result<Terminal, ConfigError> {
    let name = table.text("name")?.unwrap_or_default();
    let name = Slug::try_from(name).map_err(|error| table.error("name", error.detail))?;
    let id = table.text("id")?.filter(|id| is_name(id, 8..=8));
    let id = id.ok_or_else(|| {
        table.error(
            "id",
            "write the terminal's TID, 8 letters and digits, as its label shows it",
        )
    })?;
    let till = table.text("till")?.unwrap_or_else(|| name.to_string());
    let shown = !till.trim().is_empty() && till.chars().count() <= 40;
    if !shown || till.chars().any(char::is_control) {
        return Err(table.error("till", "must be 1 to 40 characters on one line"));
    }
    let here = environment == Environment::Sandbox;
    let address = table.text("address")?;
    let address = address.map(|text| PrivateAddress::parse(&text, here));
    let address = address
        .transpose()
        .map_err(|detail| table.error("address", detail))?;
    table.finish("a terminal of a moneris")?;
    Ok(Terminal {
        name,
        id,
        till,
        address,
    })
}

/// Hosts of the test platform end their first label so (GO, *cloud-integration*).
fn is_test_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let first = host.split('.').next().unwrap_or_default();
    first.ends_with("test") || first.ends_with("ct")
}

#[cfg(test)]
mod tests;
