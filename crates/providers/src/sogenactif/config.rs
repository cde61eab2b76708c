//! An account's table of the configuration.
//!
//! | key | value |
//! | --- | --- |
//! | `merchant_id` | the shop's 15 digits, as text |
//! | `keys` | table of secret keys by version, such as `{ "1" = "env:SOGENACTIF_KEY_1" }` |
//! | `office_host` | the server of the connector Office; default that of the environment |
//! | `transaction_identity` | `"reference"` (default), `"s10"` or `"platform"`: the registration |
//! | `seal_algorithm` | `"HMAC-SHA-256"` (default), `"SHA-256"` or `"HMAC-SHA-512"` |
//! | `interface_versions` | table of versions by method, such as `{ refund = "2.55" }` |
//! | `intermediate_service_provider_id` | of a service provider that acts for the shop |
//! | `sdk_hosts` | hosts that the hosted fields' library may come from |
//! | `brands` | card brands on the contract, default `["CB", "MASTERCARD", "VISA"]` |
//! | `methods` | methods that the contract has, default `["sogenactif_card"]` |
//! | `ask_bank` | whether iDEAL asks for the bank in the checkout, default `false` |
//! | `add_cards` | whether shoppers may save a card, default `false`; not in production |
//! | `remittance_pause` | whether no operation is sent from 22:00 to 23:00 in Paris: by default |
//! | | `true`, in the sandbox `false` |
//! | `deadline_seconds` | until an abandoned payment is looked up, default 1500 |
//! | `written_seconds` | and for how much longer one that was ordered may still be written down |
//! | | there, 0 to 86400: default 7200, in the sandbox 0 |
//!
//! Hosts: Sogenactif documentation, connector Office, endpoints (confidence A). Which of the three
//! identities applies is decided when the shop is registered (MAD-I-T/magento-worldline-sips2,
//! README, C); the wrong one is answered 12. The checkout works with all three, but for
//! `sogenactif_sepa`, and for saved cards that the shop's server charges without the shopper: both
//! need `"reference"`.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use guichet_domain::id::Slug;
use jiff::tz::TimeZone;
use url::Url;

use super::office::{DEFAULT_VERSION, MethodInfo};
use super::seal::{Algorithm, KeyRing, SecretKey};
use super::types::{KeyVersion, MerchantId, PUBLIC_MERCHANTS};
use super::way::Way;
use crate::contract::ConfigError;
use crate::contract::Environment;
use crate::table::{Table, is_loopback};
use crate::zone::paris;

/// The server of the real platform.
const OFFICE_PRODUCTION: &str = "https://office-server.sogenactif.com";
/// The server of the test platform, with simulated acquirers.
const OFFICE_TEST: &str = "https://office-server-sogenactif.test.sips-services.com";

/// Where the hosted fields' library may come from, unless configured (D: the origin in the sample
/// of the Sips test platform, and the platform's own domain).
const SDK_HOSTS: [&str; 2] = ["*.sogenactif.com", "*.sips-services.com"];

/// Card brands that every French contract has.
const BRANDS: [&str; 3] = ["CB", "MASTERCARD", "VISA"];

/// How a transaction is identified: decided when the shop is registered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Identity {
    /// By the shop's own `transactionReference`.
    Reference,
    /// By a number within a day: shops that came from the platform's first version.
    S10,
    /// By a `transactionReference` that the platform makes.
    Platform,
}

/// One account's configuration, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: Slug,
    pub(super) environment: Environment,
    pub(super) merchant: MerchantId,
    pub(super) keys: KeyRing,
    pub(super) algorithm: Algorithm,
    pub(super) identity: Identity,
    pub(super) provider: Option<String>,
    pub(super) ways: Vec<Way>,
    pub(super) brands: Vec<String>,
    pub(super) ask_bank: bool,
    pub(super) add_cards: bool,
    pub(super) remittance_pause: bool,
    pub(super) written_seconds: i64,
    pub(super) deadline_seconds: i64,
    pub(super) time_zone: TimeZone,
    office_host: String,
    versions: BTreeMap<String, String>,
    sdk_hosts: Vec<String>,
}

impl Config {
    /// Reads and checks an account's table.
    pub(super) fn read(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let mut keys = Keys(Table::new(&account, table));
        let identity = keys.identity()?;
        let config = Self {
            environment,
            merchant: keys.merchant(environment)?,
            keys: keys.ring(environment)?,
            algorithm: keys.algorithm()?,
            identity,
            provider: keys.text("intermediate_service_provider_id")?,
            ways: keys.ways(identity)?,
            brands: keys.brands()?,
            ask_bank: keys.flag("ask_bank")?.unwrap_or_default(),
            add_cards: keys.add_cards(environment)?,
            remittance_pause: keys
                .flag("remittance_pause")?
                .unwrap_or(environment != Environment::Sandbox),
            written_seconds: keys.written(environment)?,
            deadline_seconds: keys.deadline(environment)?,
            time_zone: paris().map_err(|detail| keys.error("provider", detail))?,
            office_host: keys.office_host(environment)?,
            versions: keys.versions()?,
            sdk_hosts: keys.sdk_hosts()?,
            account,
        };
        keys.finish("a sogenactif")?;
        Ok(config)
    }

    /// The server of the connector Office.
    pub(super) fn office(&self) -> String {
        format!("{}/", self.office_host)
    }

    /// The address of a method.
    pub(super) fn address(&self, method: &MethodInfo) -> String {
        format!("{}{}", self.office_host, method.path())
    }

    /// The `interfaceVersion` of a method.
    pub(super) fn interface_version(&self, method: &MethodInfo) -> String {
        let version = self
            .versions
            .get(method.name)
            .map_or(DEFAULT_VERSION, String::as_str);
        format!("{}{version}", method.prefix)
    }

    /// What the operator should know of what is configured.
    pub(super) fn warnings(&self) -> Vec<String> {
        let paylib = self.ways.contains(&Way::Paylib).then(|| {
            let name = Way::Paylib.name();
            format!("methods: {name:?} was replaced by Wero and pays no more: take it out")
        });
        paylib.into_iter().collect()
    }

    /// Whether the hosted fields' library may be loaded from there.
    pub(super) fn allows_sdk(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else {
            return false;
        };
        let bare = url.username().is_empty() && url.password().is_none();
        if self.environment == Environment::Sandbox && is_loopback(&url) {
            return bare && matches!(url.scheme(), "http" | "https");
        }
        let host = url.host_str().unwrap_or_default();
        let listed = self
            .sdk_hosts
            .iter()
            .any(|pattern| match pattern.strip_prefix("*.") {
                Some(domain) => host
                    .strip_suffix(domain)
                    .is_some_and(|front| front.len() > 1 && front.ends_with('.')),
                None => host == pattern,
            });
        bare && url.scheme() == "https" && url.port().is_none() && listed
    }

    /// Where the library and its frames may come from, as a page's policy writes it.
    pub(super) fn sdk_sources(&self) -> Vec<String> {
        match self.environment {
            Environment::Sandbox => vec![self.office_host.clone()],
            Environment::Test | Environment::Production => {
                let hosts = self.sdk_hosts.iter();
                hosts.map(|host| format!("https://{host}")).collect()
            }
        }
    }

    /// Where the browser may be sent, as a page's policy writes it: see [`Self::allows_page`].
    pub(super) fn page_sources(&self) -> Vec<String> {
        vec![match self.environment {
            Environment::Sandbox => self.office_host.clone(),
            Environment::Test | Environment::Production => "https:".to_owned(),
        }]
    }

    /// Whether the browser may be sent there: the platform's and the issuers' pages are at hosts
    /// that nobody lists, so that only the scheme is checked.
    pub(super) fn allows_page(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else {
            return false;
        };
        let bare = url.username().is_empty() && url.password().is_none();
        let local = self.environment == Environment::Sandbox && is_loopback(&url);
        bare && (url.scheme() == "https" || (local && url.scheme() == "http"))
    }
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

impl Keys {
    fn merchant(&mut self, environment: Environment) -> Result<MerchantId, ConfigError> {
        let key = "merchant_id";
        let merchant = self
            .text(key)?
            .and_then(|text| MerchantId::try_from(text).ok());
        let merchant =
            merchant.ok_or_else(|| self.error(key, "write the shop's 15 digits in quotes"))?;
        let public = PUBLIC_MERCHANTS.contains(&merchant.as_str());
        if environment == Environment::Production && public {
            return Err(self.error(key, "is a shop of the public simulation: write your own"));
        }
        Ok(merchant)
    }

    fn ring(&mut self, environment: Environment) -> Result<KeyRing, ConfigError> {
        let key = "keys";
        let missing = "must be a table of secret keys by version, such as \
                       { \"1\" = \"env:SOGENACTIF_KEY_1\" }";
        let mut keys = BTreeMap::new();
        for (version, secret) in self.texts(key)?.unwrap_or_default() {
            let within = format!("{key}.{version}");
            let number = KeyVersion::parse(&version)
                .ok_or_else(|| self.error(&within, "is not a version: write 1, 2, …"))?;
            let secret = SecretKey::parse(&secret)
                .map_err(|error| self.error(&within, error.to_string()))?;
            keys.insert(number, secret);
        }
        let ring = KeyRing::new(keys).ok_or_else(|| self.error(key, missing))?;
        if environment == Environment::Production && ring.has_public_key() {
            let detail = "holds a key of the public simulation, which anybody can seal with";
            return Err(self.error(key, detail));
        }
        Ok(ring)
    }

    fn algorithm(&mut self) -> Result<Algorithm, ConfigError> {
        let key = "seal_algorithm";
        let Some(name) = self.text(key)? else {
            return Ok(Algorithm::HmacSha256);
        };
        Algorithm::parse(&name).ok_or_else(|| {
            let known = Algorithm::ALL.map(Algorithm::name).join(", ");
            self.error(key, format!("must be one of {known}"))
        })
    }

    fn identity(&mut self) -> Result<Identity, ConfigError> {
        let key = "transaction_identity";
        match self.text(key)?.as_deref() {
            None | Some("reference") => Ok(Identity::Reference),
            Some("s10") => Ok(Identity::S10),
            Some("platform") => Ok(Identity::Platform),
            Some(_) => Err(self.error(key, "must be \"reference\", \"s10\" or \"platform\"")),
        }
    }

    /// A direct debit is ordered by one single call, which must be found again without any answer:
    /// see `naming.rs`.
    fn ways(&mut self, identity: Identity) -> Result<Vec<Way>, ConfigError> {
        let key = "methods";
        let Some(names) = self.list(key)? else {
            return Ok(vec![Way::Card]);
        };
        let read = names.iter().map(|name| {
            Way::parse(name).ok_or_else(|| {
                let known = Way::ALL.map(Way::name).join(", ");
                self.error(key, format!("{name:?} is none of {known}"))
            })
        });
        let ways = read.collect::<Result<Vec<_>, _>>()?;
        if ways.contains(&Way::Sepa) && identity != Identity::Reference {
            let detail = "\"sogenactif_sepa\" needs transaction_identity \"reference\": a debit \
                          whose answer is lost is found again by a reference of your own only";
            return Err(self.error(key, detail));
        }
        Ok(ways)
    }

    fn brands(&mut self) -> Result<Vec<String>, ConfigError> {
        let key = "brands";
        let brands = self.list(key)?;
        let mut brands = brands.unwrap_or_else(|| BRANDS.map(str::to_owned).to_vec());
        let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let is_word = |brand: &String| !brand.is_empty() && brand.bytes().all(fits);
        if brands.is_empty() || !brands.iter().all(is_word) {
            return Err(self.error(
                key,
                "must be brands in the platform's words, such as [\"CB\"]",
            ));
        }
        brands.sort_unstable();
        brands.dedup();
        Ok(brands)
    }

    /// `addCard` is documented with a card's number, which is never here (Sogenactif documentation,
    /// data dictionary, A). That the platform takes the `tokenPan` of an order in its place is
    /// derived (D): it can be tried, and is nothing to promise a shopper.
    fn add_cards(&mut self, environment: Environment) -> Result<bool, ConfigError> {
        let key = "add_cards";
        let adds = self.flag(key)?.unwrap_or_default();
        if adds && environment == Environment::Production {
            let detail = "must be false in production: no source proves that the platform takes a \
                          token where it asks for a card's number. Try it on the test platform";
            return Err(self.error(key, detail));
        }
        Ok(adds)
    }

    fn written(&mut self, environment: Environment) -> Result<i64, ConfigError> {
        let key = "written_seconds";
        // The sandbox writes at once.
        let usual = if environment == Environment::Sandbox {
            0
        } else {
            7200
        };
        let seconds = self.integer(key)?.unwrap_or(usual);
        if (0..=86_400).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(self.error(key, "must be 0 to 86400 seconds"))
        }
    }

    fn deadline(&mut self, environment: Environment) -> Result<i64, ConfigError> {
        let key = "deadline_seconds";
        let seconds = self.integer(key)?.unwrap_or(1500);
        // Nobody waits a quarter of an hour to see the sandbox's deadline pass.
        let least = if environment == Environment::Sandbox {
            1
        } else {
            900
        };
        if (least..=604_800).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(self.error(key, format!("must be {least} to 604800 seconds")))
        }
    }

    fn office_host(&mut self, environment: Environment) -> Result<String, ConfigError> {
        let key = "office_host";
        let text = match (self.text(key)?, environment) {
            (Some(text), _) => text,
            (None, Environment::Test) => OFFICE_TEST.to_owned(),
            (None, Environment::Production) => OFFICE_PRODUCTION.to_owned(),
            (None, Environment::Sandbox) => {
                let detail = "is missing: write the sandbox's address, such as \
                              \"http://127.0.0.1:8602\"";
                return Err(self.error(key, detail));
            }
        };
        let url = Url::parse(&text).ok().filter(|url| {
            let bare = url.query().is_none() && url.fragment().is_none();
            bare && url.username().is_empty() && url.password().is_none()
        });
        let url = url.ok_or_else(|| self.error(key, "is not an address"))?;
        let plain = url.scheme() == "https" && url.path() == "/" && url.port().is_none();
        let detail = match environment {
            Environment::Sandbox if is_loopback(&url) && url.scheme().starts_with("http") => None,
            Environment::Sandbox => Some("is not this machine: the sandbox is at a loopback one"),
            _ if !plain || is_loopback(&url) => Some("must be https:// and a host, nothing more"),
            Environment::Production if is_test_host(&url) => Some("is a host of the test platform"),
            Environment::Test if !is_test_host(&url) => Some("is no host of the test platform"),
            Environment::Test | Environment::Production => None,
        };
        match detail {
            Some(detail) => Err(self.error(key, detail)),
            None => Ok(url.as_str().trim_end_matches('/').to_owned()),
        }
    }

    fn versions(&mut self) -> Result<BTreeMap<String, String>, ConfigError> {
        let key = "interface_versions";
        let mut versions = BTreeMap::new();
        for (method, version) in self.texts(key)?.unwrap_or_default() {
            let within = format!("{key}.{method}");
            if MethodInfo::find(&method).is_none() {
                return Err(self.error(&within, "is not a method of the connector Office"));
            }
            let number = |text: &str| text.parse::<u8>().is_ok() && !text.starts_with('+');
            if !version
                .split_once('.')
                .is_some_and(|(major, minor)| number(major) && number(minor))
            {
                return Err(self.error(&within, "must be a number such as \"2.55\""));
            }
            versions.insert(method, version);
        }
        Ok(versions)
    }

    fn sdk_hosts(&mut self) -> Result<Vec<String>, ConfigError> {
        let key = "sdk_hosts";
        let Some(hosts) = self.list(key)? else {
            return Ok(SDK_HOSTS.map(str::to_owned).to_vec());
        };
        let is_name = |host: &str| {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            host.contains('.') && !host.starts_with('.') && host.bytes().all(fits)
        };
        for host in &hosts {
            if !is_name(host.strip_prefix("*.").unwrap_or(host)) {
                let detail = format!("{host:?} is neither a host nor \"*.\" and a domain");
                return Err(self.error(key, detail));
            }
        }
        Ok(hosts)
    }
}

/// Hosts of the test and simulation platforms have that word as a label.
fn is_test_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.split('.')
        .any(|label| matches!(label, "test" | "simu"))
}

#[cfg(test)]
mod tests;
