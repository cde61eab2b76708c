//! Up2pay e-Transactions, the payment platform of Crédit Agricole (Paybox System / Verifone
//! Paybox underneath), with the meal vouchers of Conecs and the holiday vouchers of CV-Connect.
//!
//! # Documents
//! - Up2pay e-Transactions, manuel d'intégration CONECS / CV-CONNECT, version of 01/03/2021: cited
//!   below as "the manual", with its sections. Its references 1 and 2 (the general integration
//!   manual and the description of the tests) are not public in full.
//! - Verifone "Paybox System", manuel d'intégration V8.0, through the digest published in
//!   dafap/SchoolBusManager (`SbmPaiement/documentation/paybox.md`): fields, letters, codes.
//! - Crédit Agricole's own modules: WooCommerce 3.0.5, PrestaShop 6.0.1; Verifone's PrestaShop
//!   3.2.0.
//! - Crédit Agricole's PHP kit as corrected in Baladins/Up2pay-e-Transactions-SDK_exemple
//!   (04/2024).
//! - Verifone "Paybox Direct" (PPPS, also called GAE), through the clients BenMorel/Paybox,
//!   nexylan/paybox-direct and juspay/hyperswitch.
//!
//! # The flow
//! 1. [`Provider::begin`] asks the main page host for `load.html` (the backup host when it is not
//!    well), builds one ordered list of fields, seals it with HMAC-SHA512 and hands it over as a
//!    form that the browser posts at top level. A page in a frame is impossible for vouchers.
//! 2. The shopper pays there. A voucher that is too small is completed by a card on the same page;
//!    nobody can ask for that complement (the manual, §3.3.6).
//! 3. The platform notifies once for each transaction, accepted or refused: a voucher and its
//!    complement are two notifications, with one call number and two transaction numbers (§3.1.10).
//!    [`Notifications::verify`] checks the RSA signature over the raw bytes.
//! 4. That signature proves the platform, not our account. [`Confirmation::query`] asks PPPS (type
//!    00017) with our own site and key, unless the notification came to the account's secret
//!    address.
//! 5. The browser comes back with a signed hint: [`Notifications::read_return`].

mod billing;
mod codes;
mod config;
mod demands;
pub mod inspect;
mod letters;
mod method;
mod notification;
mod numbers;
mod operations;
mod page;
mod ppps;
mod query;
mod request;
mod seal;
mod signed;
mod way;

use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription};
use jiff::tz::TimeZone;

use crate::contract::{
    Allowed, Answered, Begin, Begun, ConfigError, Confirmation, Consulted, DatedRule, Demand,
    Environment, Exchange, Incoming, MessageError, Notifications, Notified, Objection, Operated,
    Operation, Operations, PageSources, Probe, Provider, Query, Return, Seed, Step,
};

/// One account at Up2pay.
#[derive(Debug)]
struct Up2pay {
    config: config::Config,
}

/// Opens an account from its table of the configuration. The keys are described in the source of
/// `config.rs`, one by one.
///
/// # Errors
/// Names the first key that is missing, unknown or wrong, and says what to write. Never shows a
/// secret's value.
pub fn open(
    account: Slug,
    table: toml::Table,
    environment: Environment,
) -> Result<Box<dyn Provider>, ConfigError> {
    Ok(Box::new(Up2pay {
        config: config::Config::read(account, table, environment)?,
    }))
}

impl Provider for Up2pay {
    fn name(&self) -> &'static str {
        "up2pay"
    }

    fn account(&self) -> &Slug {
        &self.config.account
    }

    fn methods(&self) -> Vec<MethodDescription> {
        method::descriptions(&self.config)
    }

    fn demands(&self, _: &Method) -> Vec<Demand> {
        self.config.demands.clone()
    }

    fn page_sources(&self, _: &Method) -> PageSources {
        let hosts = self.config.page_hosts.iter();
        PageSources {
            forms: hosts.map(|host| host.join("")).collect(),
            ..PageSources::default()
        }
    }

    fn probes(&self) -> Vec<Probe> {
        page::probes(&self.config)
    }

    fn dated_rules(&self) -> &'static [DatedRule] {
        &demands::DATED_RULES
    }

    fn deadline_seconds(&self) -> i64 {
        self.config.deadline_seconds
    }

    fn time_zone(&self) -> &TimeZone {
        &self.config.time_zone
    }

    fn new_reference(&self, seed: &Seed) -> String {
        numbers::Reference::from_random(seed.random)
            .as_str()
            .to_owned()
    }

    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
        page::begin(&self.config, &begin.context, exchanges).map(Begun::from)
    }

    fn notifications(&self) -> Option<&dyn Notifications> {
        Some(self)
    }

    fn confirmation(&self) -> Option<&dyn Confirmation> {
        Some(self)
    }

    fn operations(&self) -> Option<&dyn Operations> {
        Some(self)
    }
}

impl Notifications for Up2pay {
    fn looks_like_one(&self, raw: &[u8]) -> bool {
        notification::looks_like_one(raw)
    }

    fn verify(&self, incoming: &Incoming<'_>) -> Result<Notified, MessageError> {
        notification::verify(&self.config, incoming)
    }

    fn read_return(&self, incoming: &Incoming<'_>) -> Result<Return, MessageError> {
        notification::read_return(&self.config, incoming)
    }
}

impl Up2pay {
    /// Numbers of questions are unique within a site and a day, whatever is asked.
    fn questions(&self) -> String {
        format!("up2pay/{}", self.config.contract.site)
    }
}

impl Confirmation for Up2pay {
    fn sequence_scope(&self) -> String {
        self.questions()
    }

    fn query(&self, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
        query::query(&self.config, query, exchanges)
    }
}

impl Operations for Up2pay {
    fn sequence_scope(&self) -> String {
        self.questions()
    }

    fn check(&self, operation: &Operation<'_>) -> Result<Allowed, Objection> {
        operations::check(&self.config, operation)
    }

    fn operate(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Operated> {
        operations::operate(&self.config, operation, exchanges)
    }

    fn consult(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Consulted> {
        operations::consult(&self.config, operation, exchanges)
    }
}

#[cfg(test)]
mod testing;
