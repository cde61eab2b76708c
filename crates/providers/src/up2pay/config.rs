//! An account's table of the configuration.
//!
//! | key | value |
//! | --- | --- |
//! | `site` | PBX_SITE, 7 digits, as text |
//! | `rang` | PBX_RANG, 2 or 3 digits, as text, as printed on the contract |
//! | `identifiant` | PBX_IDENTIFIANT, 1 to 9 digits, as text |
//! | `hmac_key` | the back office's key, hexadecimal (128 digits) |
//! | `page_hosts` | payment hosts, main then backup, such as `"https://tpeweb.e-transactions.fr"` |
//! | `ppps_hosts` | hosts of the API, main then backup |
//! | `public_keys` | PEM texts, or `"published"` for the key built in; default `["published"]` |
//! | `confirm` | `"query"` or `"secret_address"`; mandatory in production |
//! | `notify_secret` | with `secret_address`: 22 to 128 of `A-Z a-z 0-9 - _` |
//! | `notify_method` | `"get"` (default) or `"post"`, which passes every proxy unchanged |
//! | `page_timeout_seconds` | PBX_DISPLAY, 100 to 86400, default 900 |
//! | `deadline_seconds` | default the page plus 600; less than the page in the sandbox only |
//! | `letter_z` | whether letter Z is asked for, default `true` |
//! | `archive_reference` | whether PBX_ARCHIVAGE bears the shop's reference, default `false` |
//! | `source_rwd` | methods that send PBX_SOURCE=RWD, default all |
//! | `conecs_minimum` | least amount of the meal vouchers, in cents, default none |
//! | `cvconnect_minimum` | least amount of CV-Connect, in cents, default 2000 |
//! | `shopper_optional` | what a session may lack: `"name"`, `"phone"`, `"address"`; default none |
//! | `card_types` | further values of letter C that are bank cards |
//! | `limocb` | table `site`, `rang`, `hmac_key`: the contract of the complements |
//! | `conecs_refunds` | whether meal vouchers are refunded, default `false`; see `operations.rs` |
//! | `refund_number` | what a refund after a capture names: `"payment"` (default), `"capture"` |
//!
//! The last two are for operations, which no surface asks for yet.
//!
//! Default hosts: the manual, §3.1.3 (pages) and §4.3.2 (API); Crédit Agricole's WooCommerce module
//! 3.0.5 and PHP kit for the test API and the backup hosts.

use std::fmt;
use std::ops::{Deref, DerefMut};

use guichet_domain::PartKind;
use guichet_domain::field::looks_random;
use guichet_domain::id::Slug;
use guichet_domain::money::Amount;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::demands::DEMANDS;
use super::numbers::{Identifiant, Rang, Site};
use super::seal::{HmacKey, PublicKey, same};
use super::way::Way;
use crate::contract::{ConfigError, Demand, Environment};
use crate::table::{Table, is_loopback};
use crate::zone::paris;

/// Page hosts of the real platform.
const PAGE_PRODUCTION: [&str; 2] = ["tpeweb.e-transactions.fr", "tpeweb1.e-transactions.fr"];
/// API hosts of the real platform.
const PPPS_PRODUCTION: [&str; 2] = ["ppps.e-transactions.fr", "ppps1.e-transactions.fr"];
/// Page hosts of the test platform: the manual's, and the one of newer modules.
const PAGE_TEST: [&str; 2] = [
    "preprod-tpeweb.e-transactions.fr",
    "recette-tpeweb.e-transactions.fr",
];
/// API hosts of the test platform.
const PPPS_TEST: [&str; 2] = [
    "preprod-ppps.e-transactions.fr",
    "recette-ppps.e-transactions.fr",
];

/// Sites of the shared test accounts, and of the manual's example (§3.1.9).
const PUBLIC_TEST_SITES: [&str; 3] = ["1999888", "1999887", "1666666"];

/// One contract at the platform: who we are and the key that proves it.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) site: Site,
    pub(super) rang: Rang,
    pub(super) hmac_key: HmacKey,
}

/// How a signed notification is known to be of our own account.
#[derive(Debug)]
pub(super) enum Confirm {
    /// By asking PPPS with our own site and key.
    Query,
    /// By the secret part of the address, which stands in the back office and in no form.
    SecretAddress(NotifySecret),
}

/// The secret part of the notification address.
pub(super) struct NotifySecret(SecretString);

impl NotifySecret {
    fn parse(text: String, environment: Environment) -> Option<Self> {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let random = environment != Environment::Production || looks_random(&text);
        let fits = (22..=128).contains(&text.len()) && text.bytes().all(safe) && random;
        fits.then(|| Self(text.into()))
    }

    /// Compares in constant time.
    pub(super) fn is(&self, text: &str) -> bool {
        same(self.0.expose_secret().as_bytes(), text.as_bytes())
    }
}

impl fmt::Debug for NotifySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotifySecret")
    }
}

/// Which transaction number a refund names that follows a capture. Crédit Agricole's own modules
/// disagree: WooCommerce 3.0.5 sends the payment's, PrestaShop 6.0.1 the capture's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RefundNumber {
    /// The payment's.
    Payment,
    /// The capture's.
    Capture,
}

/// A host's origin, without a slash at its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Origin(String);

impl Origin {
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// One account's configuration, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) account: Slug,
    pub(super) environment: Environment,
    pub(super) contract: Contract,
    pub(super) identifiant: Identifiant,
    pub(super) page_hosts: Vec<Origin>,
    pub(super) ppps_hosts: Vec<Origin>,
    pub(super) public_keys: Vec<PublicKey>,
    pub(super) confirm: Confirm,
    pub(super) notify_by_post: bool,
    pub(super) page_timeout_seconds: i64,
    pub(super) deadline_seconds: i64,
    pub(super) letter_z: bool,
    pub(super) archive_reference: bool,
    pub(super) source_rwd: Vec<Way>,
    conecs_minimum: Option<Amount>,
    cvconnect_minimum: Option<Amount>,
    pub(super) demands: Vec<Demand>,
    pub(super) card_types: Vec<String>,
    pub(super) limocb: Option<Contract>,
    pub(super) conecs_refunds: bool,
    pub(super) refund_number: RefundNumber,
    pub(super) time_zone: TimeZone,
}

impl Config {
    /// Reads and checks an account's table.
    pub(super) fn read(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let mut keys = Keys(Table::new(&account, table));
        let identifiant = keys.text("identifiant")?;
        let identifiant = identifiant.as_deref().and_then(Identifiant::parse);
        let page_timeout_seconds = keys.page_timeout()?;
        let config = Self {
            environment,
            contract: keys.contract(environment)?,
            identifiant: identifiant
                .ok_or_else(|| keys.error("identifiant", "write 1 to 9 digits in quotes"))?,
            page_hosts: keys.hosts("page_hosts", environment, PAGE_TEST, PAGE_PRODUCTION)?,
            ppps_hosts: keys.hosts("ppps_hosts", environment, PPPS_TEST, PPPS_PRODUCTION)?,
            public_keys: keys.public_keys(environment)?,
            confirm: keys.confirm(environment)?,
            notify_by_post: keys.notify_by_post()?,
            page_timeout_seconds,
            deadline_seconds: keys.deadline(page_timeout_seconds, environment)?,
            letter_z: keys.flag("letter_z")?.unwrap_or(true),
            archive_reference: keys.flag("archive_reference")?.unwrap_or_default(),
            source_rwd: keys.source_rwd()?,
            conecs_minimum: keys.amount("conecs_minimum")?,
            cvconnect_minimum: keys
                .amount("cvconnect_minimum")?
                .or(Amount::try_from(2000).ok()),
            demands: keys.demands()?,
            card_types: keys.list("card_types")?.unwrap_or_default(),
            limocb: keys.limocb(environment)?,
            conecs_refunds: keys.flag("conecs_refunds")?.unwrap_or_default(),
            refund_number: keys.refund_number()?,
            time_zone: paris().map_err(|detail| keys.error("provider", detail))?,
            account,
        };
        keys.finish("an up2pay")?;
        Ok(config)
    }

    /// The contract under which the platform has a part of that kind.
    pub(super) fn contract_of(&self, kind: PartKind) -> &Contract {
        match (kind, &self.limocb) {
            (PartKind::Complement, Some(limocb)) => limocb,
            _ => &self.contract,
        }
    }

    /// The least amount of a way to pay.
    pub(super) fn minimum(&self, way: Way) -> Option<Amount> {
        match way {
            Way::Apetiz | Way::Sodexo | Way::UpChequDej => self.conecs_minimum,
            Way::CvConnect => self.cvconnect_minimum,
            Way::Card | Way::Choice => None,
        }
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
    fn amount(&mut self, key: &str) -> Result<Option<Amount>, ConfigError> {
        let Some(cents) = self.integer(key)? else {
            return Ok(None);
        };
        let amount = u64::try_from(cents)
            .ok()
            .and_then(|cents| Amount::try_from(cents).ok());
        amount
            .map(Some)
            .ok_or_else(|| self.error(key, "must be an amount in cents, at least 1"))
    }

    /// `site`, `rang` and `hmac_key`.
    fn contract(&mut self, environment: Environment) -> Result<Contract, ConfigError> {
        let site = self.text("site")?.as_deref().and_then(Site::parse);
        let site = site.ok_or_else(|| self.error("site", "write the 7 digits in quotes"))?;
        let rang = self.text("rang")?.as_deref().and_then(Rang::parse);
        let rang = rang.ok_or_else(|| {
            self.error(
                "rang",
                "write the 2 or 3 digits in quotes, as printed on the contract",
            )
        })?;
        let text = self.text("hmac_key")?.ok_or_else(|| {
            self.error(
                "hmac_key",
                "is missing: write the key of the back office in quotes",
            )
        })?;
        let hmac_key =
            HmacKey::from_hex(&text).map_err(|e| self.error("hmac_key", e.to_string()))?;
        if environment == Environment::Production {
            if PUBLIC_TEST_SITES.contains(&site.as_str()) {
                let detail = "is a public test account: write your own contract's site";
                return Err(self.error("site", detail));
            }
            if hmac_key.is_public_test_key() {
                let detail = "is the public test key, which anybody can seal with: generate your \
                              own in the back office";
                return Err(self.error("hmac_key", detail));
            }
        }
        Ok(Contract {
            site,
            rang,
            hmac_key,
        })
    }

    fn limocb(&mut self, environment: Environment) -> Result<Option<Contract>, ConfigError> {
        let Some(table) = self.table("limocb", "limocb.")? else {
            return Ok(None);
        };
        let mut keys = Self(table);
        let contract = keys.contract(environment)?;
        keys.finish("an up2pay")?;
        Ok(Some(contract))
    }

    fn hosts(
        &mut self,
        key: &str,
        environment: Environment,
        test: [&str; 2],
        production: [&str; 2],
    ) -> Result<Vec<Origin>, ConfigError> {
        let default = |hosts: [&str; 2]| hosts.iter().map(|h| format!("https://{h}")).collect();
        let listed = self.list(key)?;
        let (allowed, listed): (&[&str], Vec<String>) = match environment {
            Environment::Sandbox => (&[], listed.unwrap_or_default()),
            Environment::Test => (&test, listed.unwrap_or_else(|| default(test))),
            Environment::Production => (&production, listed.unwrap_or_else(|| default(production))),
        };
        if listed.is_empty() {
            let detail = "is missing: write the sandbox's address, such as \
                          [\"http://127.0.0.1:8602\"]";
            return Err(self.error(key, detail));
        }
        listed
            .iter()
            .map(|text| self.origin(key, text, environment, allowed))
            .collect()
    }

    fn origin(
        &self,
        key: &str,
        text: &str,
        environment: Environment,
        allowed: &[&str],
    ) -> Result<Origin, ConfigError> {
        let url = Url::parse(text)
            .ok()
            .filter(|url| {
                let bare = url.query().is_none() && url.fragment().is_none();
                bare && url.username().is_empty() && url.password().is_none()
            })
            .ok_or_else(|| self.error(key, format!("{text:?} is not an address")))?;
        let sandbox = environment == Environment::Sandbox;
        let fits = if sandbox {
            matches!(url.scheme(), "http" | "https") && is_loopback(&url)
        } else {
            let host = url.host_str().unwrap_or_default();
            let plain = url.path() == "/" && url.port().is_none();
            url.scheme() == "https" && plain && allowed.contains(&host)
        };
        if fits {
            return Ok(Origin(url.as_str().trim_end_matches('/').to_owned()));
        }
        let detail = if sandbox {
            format!("{text:?} is not this machine: the sandbox is at a loopback address")
        } else {
            format!("{text:?} is not of this environment: write https:// and one of {allowed:?}")
        };
        Err(self.error(key, detail))
    }

    fn public_keys(&mut self, environment: Environment) -> Result<Vec<PublicKey>, ConfigError> {
        let key = "public_keys";
        let listed = self.list(key)?.filter(|list| !list.is_empty());
        let mut keys = Vec::new();
        for text in listed.unwrap_or_else(|| vec!["published".to_owned()]) {
            let read = match text.as_str() {
                "published" => PublicKey::published(),
                pem => PublicKey::from_pem(pem),
            };
            let read = read.map_err(|error| self.error(key, error.to_string()))?;
            if environment == Environment::Production && read.is_sandbox_key() {
                let detail = "holds a sandbox's key, which anybody who has that sandbox can sign \
                              with: leave it out";
                return Err(self.error(key, detail));
            }
            if environment == Environment::Production && read.is_test_key() {
                let detail = "holds the key TestK004, which anybody can sign with: leave it out";
                return Err(self.error(key, detail));
            }
            keys.push(read);
        }
        Ok(keys)
    }

    fn confirm(&mut self, environment: Environment) -> Result<Confirm, ConfigError> {
        let secret = self.text("notify_secret")?;
        match (self.text("confirm")?.as_deref(), secret) {
            (Some("secret_address"), Some(secret)) => NotifySecret::parse(secret, environment)
                .map(Confirm::SecretAddress)
                .ok_or_else(|| {
                    let detail = "must be 22 to 128 random characters of A-Z, a-z, 0-9, - and _";
                    self.error("notify_secret", detail)
                }),
            (Some("secret_address"), None) => {
                let detail = "is missing: write 22 or more random characters, and the address that \
                              ends with them in the platform's back office";
                Err(self.error("notify_secret", detail))
            }
            (_, Some(_)) => Err(self.error(
                "notify_secret",
                "stands only beside confirm = \"secret_address\"",
            )),
            (Some("query"), None) => Ok(Confirm::Query),
            (Some(_), None) => {
                Err(self.error("confirm", "must be \"query\" or \"secret_address\""))
            }
            (None, None) if environment == Environment::Production => {
                let detail = "is missing: a signature does not prove that a payment is yours. \
                              Write \"query\", or \"secret_address\" with notify_secret";
                Err(self.error("confirm", detail))
            }
            (None, None) => Ok(Confirm::Query),
        }
    }

    fn notify_by_post(&mut self) -> Result<bool, ConfigError> {
        match self.text("notify_method")?.as_deref() {
            None | Some("get") => Ok(false),
            Some("post") => Ok(true),
            Some(_) => Err(self.error("notify_method", "must be \"get\" or \"post\"")),
        }
    }

    fn refund_number(&mut self) -> Result<RefundNumber, ConfigError> {
        match self.text("refund_number")?.as_deref() {
            None | Some("payment") => Ok(RefundNumber::Payment),
            Some("capture") => Ok(RefundNumber::Capture),
            Some(_) => Err(self.error("refund_number", "must be \"payment\" or \"capture\"")),
        }
    }

    fn page_timeout(&mut self) -> Result<i64, ConfigError> {
        let key = "page_timeout_seconds";
        let seconds = self.integer(key)?.unwrap_or(900);
        if (100..=86_400).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(self.error(key, "must be 100 to 86400 seconds"))
        }
    }

    fn deadline(
        &mut self,
        page_timeout: i64,
        environment: Environment,
    ) -> Result<i64, ConfigError> {
        let key = "deadline_seconds";
        let seconds = self.integer(key)?.unwrap_or(page_timeout + 600);
        // Nobody waits a quarter of an hour to see the sandbox's deadline pass.
        let least = if environment == Environment::Sandbox {
            1
        } else {
            page_timeout
        };
        if (least..=604_800).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(self.error(
                key,
                "must be at least page_timeout_seconds and at most 604800",
            ))
        }
    }

    /// All of [`DEMANDS`] but those that the shop said it can't meet.
    fn demands(&mut self) -> Result<Vec<Demand>, ConfigError> {
        let key = "shopper_optional";
        let mut demands = DEMANDS.to_vec();
        for name in self.list(key)?.unwrap_or_default() {
            let known = DEMANDS.iter().find(|demand| demand.datum.name() == name);
            let Some(waived) = known.filter(|demand| demand.unless.is_some()) else {
                let detail = format!("{name:?} is none of \"name\", \"phone\", \"address\"");
                return Err(self.error(key, detail));
            };
            demands.retain(|demand| demand.datum != waived.datum);
        }
        Ok(demands)
    }

    fn source_rwd(&mut self) -> Result<Vec<Way>, ConfigError> {
        let key = "source_rwd";
        let Some(codes) = self.list(key)? else {
            return Ok(Way::ALL.to_vec());
        };
        let known = || Way::ALL.map(Way::code).join(", ");
        codes
            .iter()
            .map(|code| {
                let wrong = || self.error(key, format!("{code:?} is none of {}", known()));
                Way::parse(code).ok_or_else(wrong)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
