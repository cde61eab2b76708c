//! An account's table of the configuration.
//!
//! | key | value |
//! | --- | --- |
//! | `key_id` | the API key's user, from the back office |
//! | `key_password` | its password, such as `"env:NETBANX_KEY"` |
//! | `api_base` | where the hosted API is; default that of the environment |
//! | `saved_cards` | whether shoppers' cards are kept, in the vault; default false |
//! | `silent_post` | whether `netbanx_silent` is on, a card typed on our page; default false |
//! | `vault_base` | where the customer vault is; default beside the hosted API |
//! | `paths` | table of paths below it, such as `{ refund = "/orders/{id}/refund" }` |
//! | `hosted_rel` | the rel of the link to the page, default `"hosted_payment"` |
//! | `currencies` | the currencies of the merchant accounts, default `["EUR"]` |
//! | `locales` | table of the page's languages, default `{ en = "en_GB", fr = "fr_CA" }` |
//! | `callback_format` | `"json"` (default), `"get"`, `"form-urlencoded"` or `"xml"` |
//! | `callback_retries` | how often a callback is sent again, 0 to 10, default 3 |
//! | `deadline_seconds` | until an abandoned page is called off, default 1800 |
//! | `cancel_unbatched` | whether a refund of all that can't be refunded yet cancels instead |
//! | `original_credits` | must be `false`: no source tells path or body of it |
//!
//! Hosts: SDK (PHP, C#), MAG, OMNI. One key pair belongs to one shop and one environment; with the
//! currency it selects the merchant account (MAG: codes 2505, 2506). Formats and retries of
//! callbacks: SDK (Java), WC.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guichet_domain::id::Slug;
use guichet_domain::money::Currency;
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::answer::OrderId;
use crate::contract::{ConfigError, Environment};
use crate::table::{Table, is_loopback};

/// The real platform.
const API_PRODUCTION: &str = "https://api.netbanx.com/hosted/v1";
/// The platform's test servers.
const API_TEST: &str = "https://api.test.netbanx.com/hosted/v1";

/// The one key that the sandbox takes beside others: it opens nothing else, and production refuses
/// it.
const SANDBOX_USER: &str = "guichet-sandbox";

/// What each operation's path is called in `paths`, and what it is by default. `{id}` stands for an
/// order's id, or a card's in the vault. SDK (PHP, Node).
const PATHS: [(&str, &str); 8] = [
    ("profiles", "/profiles"),
    ("card", "/profiles/{profile}/cards/{id}"),
    ("orders", "/orders"),
    ("order", "/orders/{id}"),
    ("rebill", "/orders/{id}"),
    ("refund", "/orders/{id}/refund"),
    ("settlement", "/orders/{id}/settlement"),
    ("resend_callback", "/orders/{id}/resend_callback"),
];

/// Those of the customer vault, which has an address of its own.
const OF_VAULT: [&str; 2] = ["profiles", "card"];

/// Ends of the addresses of the hosted API and of the vault beside it (SDK, PHP).
const HOSTED_END: &str = "/hosted/v1";
const VAULT_END: &str = "/customervault/v1";

const CALLBACK_FORMATS: [&str; 4] = ["json", "get", "form-urlencoded", "xml"];

/// One account's configuration, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: Slug,
    pub(super) environment: Environment,
    /// The value of `Authorization`.
    pub(super) authorization: SecretString,
    /// The key's password by itself, to be known where it stands in an answer.
    password: SecretString,
    pub(super) hosted_rel: String,
    pub(super) currencies: Vec<Currency>,
    pub(super) locales: BTreeMap<String, String>,
    pub(super) callback_format: String,
    pub(super) callback_retries: i64,
    pub(super) deadline_seconds: i64,
    pub(super) cancel_unbatched: bool,
    pub(super) saved_cards: bool,
    pub(super) silent_post: bool,
    pub(super) time_zone: TimeZone,
    api_base: String,
    vault_base: String,
    paths: BTreeMap<&'static str, String>,
}

impl Config {
    /// Reads and checks an account's table.
    pub(super) fn read(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let mut keys = Keys(Table::new(&account, table));
        let api_base = keys.api_base(environment)?;
        let saved_cards = keys.flag("saved_cards")?.unwrap_or_default();
        let (authorization, password) = keys.authorization(environment)?;
        let config = Self {
            environment,
            authorization,
            password,
            vault_base: keys.vault_base(environment, &api_base, saved_cards)?,
            saved_cards,
            silent_post: keys.flag("silent_post")?.unwrap_or_default(),
            api_base,
            paths: keys.paths()?,
            hosted_rel: keys.hosted_rel()?,
            currencies: keys.currencies()?,
            locales: keys.locales()?,
            callback_format: keys.callback_format()?,
            callback_retries: keys.within("callback_retries", 3, 0..=10)?,
            deadline_seconds: keys.deadline(environment)?,
            cancel_unbatched: keys.flag("cancel_unbatched")?.unwrap_or_default(),
            // The platform tells times without a zone, and nothing is counted by the day.
            time_zone: TimeZone::UTC,
            account,
        };
        keys.no_original_credits()?;
        keys.finish("a netbanx")?;
        Ok(config)
    }

    /// The address of an operation, which is one of [`PATHS`].
    pub(super) fn address(
        &self,
        path: &str,
        profile: Option<&OrderId>,
        id: Option<&OrderId>,
    ) -> String {
        let base = if OF_VAULT.contains(&path) {
            &self.vault_base
        } else {
            &self.api_base
        };
        let text = |id: Option<&OrderId>| id.map_or("", OrderId::as_str).to_owned();
        let path = self.paths.get(path).map_or("", String::as_str);
        let path = path.replace("{profile}", &text(profile));
        format!("{base}{}", path.replace("{id}", &text(id)))
    }

    /// Whether the key's password stands somewhere in an address, as it is or with its signs
    /// escaped. The platform puts it into the links of an order.
    pub(super) fn is_in(&self, address: &str) -> bool {
        let plain = percent_decode_str(address).decode_utf8_lossy();
        let password = self.password.expose_secret();
        [address, &plain].iter().any(|text| text.contains(password))
    }

    /// Whether the browser may be sent there. The platform's pages were seen on more than one host
    /// (OMNI, DOC), so that only the scheme is checked.
    pub(super) fn allows_page(&self, url: &Url) -> bool {
        let local = self.environment == Environment::Sandbox && is_loopback(url);
        url.has_host() && (url.scheme() == "https" || (local && url.scheme() == "http"))
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
    /// The value of the header for HTTP Basic (RFC 7617), and the password. Only visible ASCII, and
    /// no colon in the user.
    fn authorization(
        &mut self,
        environment: Environment,
    ) -> Result<(SecretString, SecretString), ConfigError> {
        let visible =
            |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        let user = self.text("key_id")?.filter(visible);
        let user = user.filter(|user| !user.contains(':'));
        let user = user.ok_or_else(|| {
            let detail = "write the user of the API key, as the back office shows it: ASCII \
                          without spaces or colons";
            self.error("key_id", detail)
        })?;
        let sandbox = user == SANDBOX_USER;
        if sandbox && environment != Environment::Sandbox {
            let detail = "is the sandbox's key, which opens nothing elsewhere: write your own";
            return Err(self.error("key_id", detail));
        }
        let password = self.text("key_password")?.filter(visible);
        let password = password.map(SecretString::from).ok_or_else(|| {
            let detail = "write the password of the API key, such as \"env:NETBANX_KEY\": ASCII \
                          without spaces";
            self.error("key_password", detail)
        })?;
        let pair = format!("{user}:{}", password.expose_secret());
        let value = format!("Basic {}", STANDARD.encode(pair));
        Ok((value.into(), password))
    }

    fn api_base(&mut self, environment: Environment) -> Result<String, ConfigError> {
        let key = "api_base";
        let text = match (self.text(key)?, environment) {
            (Some(text), _) => text,
            (None, Environment::Test) => API_TEST.to_owned(),
            (None, Environment::Production) => API_PRODUCTION.to_owned(),
            (None, Environment::Sandbox) => {
                let detail = "is missing: write the sandbox's address, such as \
                              \"http://127.0.0.1:8602/hosted/v1\"";
                return Err(self.error(key, detail));
            }
        };
        self.base(key, environment, &text)
    }

    /// The vault is beside the hosted API, at the same key's (SDK, PHP).
    fn vault_base(
        &mut self,
        environment: Environment,
        api_base: &str,
        needed: bool,
    ) -> Result<String, ConfigError> {
        let key = "vault_base";
        let beside = api_base.strip_suffix(HOSTED_END);
        let text = match (self.text(key)?, beside) {
            (Some(text), _) => text,
            (None, Some(host)) => format!("{host}{VAULT_END}"),
            (None, None) if !needed => return Ok(String::new()),
            (None, None) => {
                let detail = "is missing: api_base does not tell where the customer vault is; \
                              write its address, such as \
                              \"https://api.netbanx.com/customervault/v1\"";
                return Err(self.error(key, detail));
            }
        };
        self.base(key, environment, &text)
    }

    /// An address of the environment's platform, below which paths are.
    fn base(&self, key: &str, environment: Environment, text: &str) -> Result<String, ConfigError> {
        let url = Url::parse(text).ok().filter(|url| {
            let bare = url.query().is_none() && url.fragment().is_none();
            bare && url.username().is_empty() && url.password().is_none()
        });
        let url = url.ok_or_else(|| self.error(key, "is not an address without user or query"))?;
        let secure = url.scheme() == "https";
        let detail = match environment {
            Environment::Sandbox if is_loopback(&url) && url.scheme().starts_with("http") => None,
            Environment::Sandbox => Some("is not this machine: the sandbox is at a loopback one"),
            _ if !secure || is_loopback(&url) => Some("must be https:// and a host elsewhere"),
            Environment::Production if is_test_host(&url) => Some("is a host of the test platform"),
            Environment::Test if !is_test_host(&url) => Some("is no host of the test platform"),
            Environment::Test | Environment::Production => None,
        };
        match detail {
            Some(detail) => Err(self.error(key, detail)),
            None => Ok(url.as_str().trim_end_matches('/').to_owned()),
        }
    }

    fn paths(&mut self) -> Result<BTreeMap<&'static str, String>, ConfigError> {
        let key = "paths";
        let mut paths: BTreeMap<_, _> = PATHS
            .into_iter()
            .map(|(name, path)| (name, path.to_owned()))
            .collect();
        for (name, path) in self.texts(key)?.unwrap_or_default() {
            let within = format!("{key}.{name}");
            let Some((name, default)) = PATHS.into_iter().find(|(known, _)| *known == name) else {
                let known = PATHS.map(|(name, _)| name).join(", ");
                return Err(self.error(&within, format!("is no operation; known are {known}")));
            };
            let plain = |b: u8| b.is_ascii_graphic() && !b"?#%\\".contains(&b);
            let same = |place: &str| path.matches(place).count() == default.matches(place).count();
            let same_id = same("{id}") && same("{profile}");
            if !path.starts_with('/') || !path.bytes().all(plain) || !same_id {
                let detail = format!("must be a path like {default:?}, with {{id}} as often");
                return Err(self.error(&within, detail));
            }
            paths.insert(name, path);
        }
        Ok(paths)
    }

    fn hosted_rel(&mut self) -> Result<String, ConfigError> {
        let key = "hosted_rel";
        let rel = self.text(key)?.unwrap_or_else(|| "hosted_payment".into());
        // Those carry the key in their address.
        if rel.is_empty() || rel == "self" || rel == "resend_callback" {
            let detail = "must be the rel of the link to the page, such as \"hosted_payment\"";
            return Err(self.error(key, detail));
        }
        Ok(rel)
    }

    fn currencies(&mut self) -> Result<Vec<Currency>, ConfigError> {
        let key = "currencies";
        let Some(codes) = self.list(key)? else {
            return Ok(vec![Currency::EUR]);
        };
        let mut currencies = Vec::new();
        for code in codes {
            let read = Currency::try_from(code.clone());
            let read =
                read.map_err(|error| self.error(key, format!("{code:?} {}", error.detail)))?;
            currencies.push(read);
        }
        if currencies.is_empty() {
            let detail = "must be the currencies of your merchant accounts, such as [\"EUR\"]";
            return Err(self.error(key, detail));
        }
        currencies.sort_unstable();
        currencies.dedup();
        Ok(currencies)
    }

    /// A language that the platform does not know refuses the whole order (MAG: 2527). `en_GB`,
    /// `en_US` and `fr_CA` stand in the SDK; a fourth was seen (WC: `fr_FR`).
    fn locales(&mut self) -> Result<BTreeMap<String, String>, ConfigError> {
        let key = "locales";
        let Some(locales) = self.texts(key)? else {
            let known = [("en", "en_GB"), ("fr", "fr_CA")];
            let owned = |(language, locale): (&str, &str)| (language.into(), locale.into());
            return Ok(known.into_iter().map(owned).collect());
        };
        for (language, locale) in &locales {
            let letters = |text: &str, case: fn(&u8) -> bool| {
                text.len() == 2 && text.bytes().all(|b| case(&b))
            };
            let halves = locale.split_once('_');
            let fits = halves.is_some_and(|(language, country)| {
                letters(language, u8::is_ascii_lowercase)
                    && letters(country, u8::is_ascii_uppercase)
            });
            if !letters(language, u8::is_ascii_lowercase) || !fits {
                let within = format!("{key}.{language}");
                return Err(self.error(&within, "must be like { fr = \"fr_CA\" }"));
            }
        }
        Ok(locales.into_iter().collect())
    }

    fn callback_format(&mut self) -> Result<String, ConfigError> {
        let key = "callback_format";
        let format = self.text(key)?.unwrap_or_else(|| "json".into());
        if CALLBACK_FORMATS.contains(&format.as_str()) {
            return Ok(format);
        }
        let known = CALLBACK_FORMATS.join(", ");
        Err(self.error(key, format!("must be one of {known}")))
    }

    fn within(
        &mut self,
        key: &str,
        default: i64,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, ConfigError> {
        let number = self.integer(key)?.unwrap_or(default);
        if range.contains(&number) {
            return Ok(number);
        }
        let (least, most) = (range.start(), range.end());
        Err(self.error(key, format!("must be {least} to {most}")))
    }

    fn deadline(&mut self, environment: Environment) -> Result<i64, ConfigError> {
        // Nobody waits a quarter of an hour to see the sandbox's deadline pass.
        let sandbox = environment == Environment::Sandbox;
        let least = if sandbox { 1 } else { 900 };
        self.within("deadline_seconds", 1800, least..=604_800)
    }

    /// *Émettre un crédit initial*: the list of operations names it, and neither a document nor an
    /// SDK tells how.
    fn no_original_credits(&mut self) -> Result<(), ConfigError> {
        let key = "original_credits";
        if self.flag(key)?.unwrap_or_default() {
            let detail = "must be false: no source gives the path or the body of an original \
                          credit. Issue it in the back office";
            return Err(self.error(key, detail));
        }
        Ok(())
    }
}

/// Hosts of the test platform have that word as a label.
fn is_test_host(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host.split('.').any(|label| label == "test")
}

#[cfg(test)]
mod tests;
