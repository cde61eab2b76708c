//! Sogenactif, the payment platform of Société Générale: a white label of Worldline Sips 2.0. Here
//! by its connector Office with Hosted Fields.
//!
//! # Documents
//! - Sogenactif documentation, connector Office, release 24.2: the list of methods, and the pages
//!   of the data dictionary as far as they are public.
//! - Sips documentation (docs.sips.worldline-solutions.com), and those of the sister platforms
//!   Mercanet and Sherlock's: operations, options, migration.
//! - worldline/sips-sdk-java, -nodejs, -php; warehousenantes/sips-sdk-php and sips-office-sdk-php;
//!   eopayment `sips2.py`; VTEX's connector (ramonfnasc12/secure-proxy): the seal, fields, codes.
//!
//! What no public source gives (the library's own calls in the browser) is not here: the widget
//! hides it in one file.
//!
//! There is no notification: no public source shows a server notification in the messages of the
//! connector Office (warehousenantes/sips-office-sdk-php, VTEX's connector; confidence C). The
//! sealed answers to our own calls are the facts, and what the browser brings back is opaque text
//! for *finalise*.
//!
//! # The flows
//! What a typed card takes:
//! 1. *Begin* calls `hostedFieldsInitialize`; the browser gets a session token and the address of
//!    the platform's library, which must stand on the account's list of hosts.
//! 2. The library's frames take the card and give a `paymentToken`. Card data never reaches us.
//! 3. *Proceed* calls `cardCheckEnrollment` with that token. With a `redirectionUrl` the browser
//!    leaves for it by a form; without one, step 5 follows at once.
//! 4. The browser comes back. What it posts proves nothing.
//! 5. *Finalise* calls `cardValidateAuthenticationAndOrder`. Its sealed answer is the fact. It may
//!    also say what stands for the card: the vault's `addCard` saves that, if the shopper asked.
//!
//! The others, of which `flow.rs` says which takes which calls:
//! - a saved card: *begin* finds it by `getWalletData`; *proceed*, which waits for nobody, calls
//!   `walletCheckEnrollment` in step 3;
//! - a saved card that the shop's server charges without the shopper: `walletOrder`, and no
//!   authentication;
//! - wallets with a page of their own (PayPal, Bancontact): *begin* calls
//!   `paymentProviderInitialize`, *finalise* `paymentProviderFinalize`;
//! - iDEAL: *begin* calls `creditTransferInitialize`, *finalise*
//!   `creditTransferFinalizeAndOrder`. Where the account asks for the bank, *begin* lists them by
//!   `creditTransferInquire`, and *proceed* calls `creditTransferInitialize` for the one chosen;
//! - SEPA direct debit: *begin* asks for an IBAN, *proceed* calls `initializeMandate`, *finalise*
//!   `finalizeMandate`, and `directDebitOrder` if the mandate is signed.
//!
//! What a shop has done with the money afterwards (`validate`, `cancel`, `refund`, `duplicate`) is
//! in `operations.rs`.
//!
//! Where an answer never came, `getTransactionData` tells what became of the payment. How it is
//! named there stands in `naming.rs`. Where that name is not our own from the start, step 5 is
//! *finalise*'s without a redirection too, after the backend has written the name down.

mod calls;
mod card;
pub mod codes;
mod config;
mod debit;
mod derived;
mod external;
mod fact;
mod flow;
mod hosted;
pub mod inspect;
pub mod json;
mod method;
mod naming;
pub mod office;
mod operations;
pub mod operator;
mod payment;
mod query;
pub mod request;
pub mod seal;
mod shopper;
mod transfer;
pub mod types;
mod vault;
mod way;

use calls::{Calls, step};
use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription};
use jiff::tz::TimeZone;

use crate::contract::{
    Allowed, Answered, Begin, Begun, ConfigError, Confirmation, Consulted, Continuing, Demand,
    Environment, Exchange, Finalise, First, LookUp, LookedUp, Objection, Operated, Operation,
    Operations, Owner, PageSources, Probe, Proceed, Proceeded, Provider, Query, Save, Seed, Step,
    Vault, VaultCard,
};

/// One account at Sogenactif.
#[derive(Debug)]
struct Sogenactif {
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
    let config = config::Config::read(account, table, environment)?;
    Ok(Box::new(Sogenactif { config }))
}

impl Provider for Sogenactif {
    fn name(&self) -> &'static str {
        "sogenactif"
    }

    fn account(&self) -> &Slug {
        &self.config.account
    }

    fn methods(&self) -> Vec<MethodDescription> {
        method::descriptions(&self.config)
    }

    fn warnings(&self) -> Vec<String> {
        self.config.warnings()
    }

    fn demands(&self, method: &Method) -> Vec<Demand> {
        method::demands(method)
    }

    fn page_sources(&self, method: &Method) -> PageSources {
        let methods = self.methods();
        let mut methods = methods.iter().filter(|known| known.method == *method);
        let embedded = methods.any(|known| known.embedded);
        PageSources {
            fields: if embedded {
                self.config.sdk_sources()
            } else {
                Vec::new()
            },
            forms: self.config.page_sources(),
        }
    }

    fn probes(&self) -> Vec<Probe> {
        let url = self.config.office();
        vec![Probe::get("connector Office", url, |answer| {
            answer.status < 500
        })]
    }

    fn deadline_seconds(&self) -> i64 {
        self.config.deadline_seconds
    }

    fn time_zone(&self) -> &TimeZone {
        &self.config.time_zone
    }

    fn reference_scope(&self) -> Option<String> {
        let numbered = self.config.identity == config::Identity::S10;
        numbered.then(|| format!("{}/s10", Confirmation::sequence_scope(self)))
    }

    fn new_reference(&self, seed: &Seed) -> String {
        naming::new_reference(self.config.identity, seed)
    }

    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
        flow::begin(&self.config, begin, exchanges)
    }

    fn confirmation(&self) -> Option<&dyn Confirmation> {
        Some(self)
    }

    fn continuing(&self) -> Option<&dyn Continuing> {
        Some(self)
    }

    fn operations(&self) -> Option<&dyn Operations> {
        Some(self)
    }

    fn vault(&self) -> Option<&dyn Vault> {
        self.config
            .ways
            .contains(&way::Way::Card)
            .then_some(self as &dyn Vault)
    }
}

impl Confirmation for Sogenactif {
    fn sequence_scope(&self) -> String {
        format!("sogenactif/{}", self.config.merchant.as_str())
    }

    fn query(&self, query: &Query<'_>, exchanges: &[Exchange]) -> Step<Answered> {
        query::query(&self.config, query, exchanges)
    }
}

impl Operations for Sogenactif {
    fn sequence_scope(&self) -> String {
        Confirmation::sequence_scope(self)
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

    fn not_done_times(&self) -> u32 {
        operations::NOT_DONE_TIMES
    }
}

impl Continuing for Sogenactif {
    fn proceed(&self, proceed: &Proceed<'_>, exchanges: &[Exchange]) -> Step<Proceeded> {
        flow::proceed(&self.config, proceed, exchanges)
    }

    fn finalise(&self, finalise: &Finalise<'_>, exchanges: &[Exchange]) -> Step<Proceeded> {
        flow::finalise(&self.config, finalise, exchanges)
    }

    fn look_up(&self, look_up: &LookUp<'_>, exchanges: &[Exchange]) -> Step<LookedUp> {
        query::look_up(&self.config, look_up, exchanges)
    }

    fn written_within(&self) -> i64 {
        self.config.written_seconds
    }
}

impl Vault for Sogenactif {
    fn adds(&self) -> bool {
        self.config.add_cards
    }

    fn cards(&self, owner: &Owner<'_>, exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        step(vault::cards(
            &mut Calls::new(&self.config, exchanges),
            owner,
        ))
    }

    fn remove(&self, owner: &Owner<'_>, card: &str, exchanges: &[Exchange]) -> Step<()> {
        let calls = &mut Calls::new(&self.config, exchanges);
        step(vault::remove(calls, owner, card))
    }

    fn add(&self, owner: &Owner<'_>, save: &Save, exchanges: &[Exchange]) -> Step<Option<First>> {
        let calls = &mut Calls::new(&self.config, exchanges);
        step(vault::add(calls, owner, save))
    }
}

#[cfg(test)]
mod testing;
