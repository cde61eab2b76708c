//! Moneris, Canada: payments on a Moneris Go terminal that stands on the shop's counter.
//!
//! # Documents
//! - *Moneris Go – Guide d'intégration* (French). Below: GUIDE.
//! - developer.moneris.com/moneris-go/docs: *cloud-integration*, *core-payment-transactions*,
//!   *pre-authorization-api*, *idempotent-request*, *transaction-response-codes*,
//!   *error-response-codes*, *offline-payments*, *merchantintegration*, *direct-integration*,
//!   *cancel-api*, the field data page. GO.
//! - A recorded answer of the cloud, in a public module for Odoo, and public clients of the cloud
//!   that agree with each other. SEEN.
//!
//! # The flow
//! 1. *Begin* makes nothing: the payment is stored first, with the key of the attempt, which is our
//!    reference. A key is of one attempt (GO, *idempotent-request*).
//! 2. *Proceed* hands the purchase to the cloud, which hands it to the terminal, and answers with
//!    the address of a receipt.
//! 3. *Look up* reads that receipt until it is complete, never sooner than 2 s after the last time
//!    (GO, *cloud-integration*). The cloud's post-back is not signed: it says that it is time to
//!    look, and nothing else.
//! 4. Where the terminal or the cloud was lost in the middle (5906 to 5909), or no answer came, the
//!    same request goes out again with the same key: the terminal remembers its last 100 commands
//!    and tells what became of the first (GO). Only for five minutes, and only as long as the
//!    session takes a payment: what never arrived would begin then, with nobody at the counter.
//!
//! # On the shop's own network
//! A terminal whose table has an `address` is called there, without the cloud, over a line that
//! stays open until the terminal has said the last (GO, *direct-integration*). Instead of a
//! receipt's address there is the line; what the terminal says of its progress is shown. A line
//! that broke, or that another process held, is a command whose outcome nobody knows: it is taken
//! up with the same key, as in 4. Once nobody is waited for, the command is called off (GO,
//! *cancel-api*).
//!
//! # Traps
//! - The entry's own code decides, with the bank's below 050. `Error` was seen to be `"true"`
//!   beside an approved sale, and `Completed` and the HTTP status tell nothing of it (SEEN).
//! - `approvedAmount` holds tip and cash-back; `totalAmount` is what was asked for (SEEN).
//! - Nobody can stop a command in the cloud: the terminal's own red key does (GO, *cancel-api*).
//! - A direct terminal has no wrapper `receipt` around its answer, and no credentials but the
//!   integration's code (GO, *direct-integration*).
//! - A receipt is told once: there is no reprint.

mod answer;
mod callback;
pub mod codes;
mod config;
mod fact;
mod flow;
mod gateway;
mod operations;
pub mod operator;
mod request;
mod talk;

use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription, SavedCards};
use guichet_domain::money::Currency;
use guichet_domain::operation::OperationKind;
use guichet_domain::{MethodKind, Refusal};
use jiff::tz::TimeZone;

use crate::contract::{
    Allowed, Begin, Begun, By, CallError, Callbacks, Called, ConfigError, Consulted, Context,
    Continuing, Demand, Environment, Exchange, Failure, Finalise, First, Incoming, LookUp,
    LookedUp, MessageError, Objection, Operated, Operation, Operations, Owner, Proceed, Proceeded,
    Provider, Reached, Save, Seed, Step, StillToAdd, Terminal, Terminals, Vault, VaultCard,
};
use crate::halt::unexpected;

pub use gateway::staff::CardAnswer;

/// A card on the terminal.
const TERMINAL: &str = "moneris_terminal";
/// A card that was saved from a payment on the terminal.
const VAULT: &str = "moneris_vault";

/// One account at Moneris.
#[derive(Debug)]
struct Moneris {
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
    Ok(Box::new(Moneris { config }))
}

impl Provider for Moneris {
    fn name(&self) -> &'static str {
        "moneris"
    }

    fn account(&self) -> &Slug {
        &self.config.account
    }

    fn methods(&self) -> Vec<MethodDescription> {
        let keeps = self.config.saved_cards;
        let come = if keeps {
            SavedCards::Come
        } else {
            SavedCards::None
        };
        let terminal = (TERMINAL, MethodKind::Terminal, come);
        let vault = (VAULT, MethodKind::Card, SavedCards::PayAlone);
        let all = [Some(terminal), keeps.then_some(vault)]
            .into_iter()
            .flatten();
        let described = all.filter_map(|(code, kind, saved_cards)| {
            Some(MethodDescription {
                method: Method::try_from(code.to_owned()).ok()?,
                kind,
                currencies: vec![Currency::try_from("CAD".to_owned()).ok()?],
                minimum: None,
                maximum: None,
                manual_capture: true,
                embedded: false,
                saved_cards,
            })
        });
        described.collect()
    }

    fn demands(&self, _: &Method) -> Vec<Demand> {
        Vec::new()
    }

    fn deadline_seconds(&self) -> i64 {
        self.config.deadline_seconds
    }

    fn time_zone(&self) -> &TimeZone {
        &self.config.time_zone
    }

    /// Order id and key of the attempt in one: at most 50 characters, never used before (GO).
    fn new_reference(&self, seed: &Seed) -> String {
        hex::encode_upper(seed.random)
    }

    fn begin(&self, begin: &Begin<'_>, _: &[Exchange]) -> Step<Begun> {
        match begin.by {
            By::ShopperWith { card } => gateway::charge::begin(begin, (card, false)),
            By::ShopWith { card } => gateway::charge::begin(begin, (card, true)),
            By::Shopper | By::Again(_) if is_vaults(&begin.context) => {
                gateway::charge::without_card()
            }
            By::Shopper | By::Again(_) => flow::begin(&self.config, begin),
        }
    }

    fn continuing(&self) -> Option<&dyn Continuing> {
        Some(self)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }

    fn operations(&self) -> Option<&dyn Operations> {
        Some(self)
    }

    fn terminals(&self) -> Option<&dyn Terminals> {
        Some(self)
    }

    fn vault(&self) -> Option<&dyn Vault> {
        let keeps = self.config.saved_cards;
        keeps.then_some(self as &dyn Vault)
    }
}

/// Whether a card of the vault pays, and nobody is at a terminal.
fn is_vaults(context: &Context<'_>) -> bool {
    context.method.as_str() == VAULT
}

impl Vault for Moneris {
    /// On the terminal, where the shopper said so.
    fn adds(&self) -> bool {
        true
    }

    fn is_by_books(&self) -> bool {
        true
    }

    fn cards(&self, owner: &Owner<'_>, exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        self.at_gateway(|gateway| gateway::vault::cards(gateway, owner, exchanges))
    }

    fn remove(&self, owner: &Owner<'_>, card: &str, exchanges: &[Exchange]) -> Step<()> {
        self.at_gateway(|gateway| gateway::vault::remove(gateway, owner, card, exchanges))
    }

    fn add(&self, owner: &Owner<'_>, save: &Save, exchanges: &[Exchange]) -> Step<Option<First>> {
        self.at_gateway(|gateway| gateway::vault::add(gateway, owner, save, exchanges))
    }

    fn before_added(&self, save: &Save, now: i64) -> Option<First> {
        gateway::vault::before_added(save, now)
    }

    fn still_to_add(&self, kept: &First, now: i64) -> StillToAdd {
        gateway::vault::still_to_add(kept, self.config.resend_seconds, now)
    }

    fn expiring(&self, exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        self.at_gateway(|gateway| gateway::vault::expiring(gateway, exchanges))
    }
}

impl Moneris {
    fn at_gateway<T>(&self, step: impl FnOnce(&config::Gateway) -> Step<T>) -> Step<T> {
        let none = || Step::Failed(unexpected("the gateway is not in the account any more"));
        self.config.gateway.as_ref().map_or_else(none, step)
    }

    /// Whether it goes by the gateway: what a card of the vault paid, and what a terminal reserved
    /// where the account says so. The gateway takes the terminal's own order and transaction
    /// (GUIDE, chapter 8).
    fn by_gateway(&self, operation: &Operation<'_>) -> bool {
        let paid = &operation.paid;
        let method = paid.part.method.as_ref();
        if method.is_some_and(|method| method.as_str() == VAULT) {
            return true;
        }
        let was_reserved = match (operation.kind, &paid.taken) {
            (OperationKind::Capture, _) | (OperationKind::Cancel, None) => true,
            (_, Some(taken)) => taken.capture.is_some(),
            (_, None) => false,
        };
        // An offline approval is objected to by the terminal's own rules.
        self.config.gateway_captures && was_reserved && !paid.part.is_offline()
    }
}

impl Operations for Moneris {
    /// The platform numbers nothing; what is drawn is not sent.
    fn sequence_scope(&self) -> String {
        format!("moneris/{}", self.config.account)
    }

    fn check(&self, operation: &Operation<'_>) -> Result<Allowed, Objection> {
        match self.by_gateway(operation) {
            true => gateway::follow::check(operation),
            false => operations::check(&self.config, operation),
        }
    }

    fn operate(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Operated> {
        if self.by_gateway(operation) {
            return self
                .at_gateway(|gateway| gateway::follow::operate(gateway, operation, exchanges));
        }
        operations::operate(&self.config, operation, exchanges)
    }

    fn consult(&self, operation: &Operation<'_>, exchanges: &[Exchange]) -> Step<Consulted> {
        if self.by_gateway(operation) {
            return self
                .at_gateway(|gateway| gateway::follow::consult(gateway, operation, exchanges));
        }
        operations::consult(&self.config, operation, exchanges)
    }
}

impl Terminals for Moneris {
    fn terminals(&self) -> Vec<Terminal> {
        let told = |terminal: &config::Terminal| Terminal {
            name: terminal.name.clone(),
            till: terminal.till.clone(),
            reached: match terminal.address {
                Some(_) => Reached::Network,
                None => Reached::Cloud,
            },
        };
        self.config.terminals.iter().map(told).collect()
    }

    fn look(
        &self,
        terminal: &Slug,
        key: &str,
        now: jiff::Timestamp,
        exchanges: &[Exchange],
    ) -> Step<Result<(), String>> {
        let Some(own) = self.config.terminal(terminal.as_str()) else {
            return Step::Done(Err("is not configured".to_owned()));
        };
        let command = operator::device_info(own, key);
        match talk::talk(&self.config, &command, exchanges, now) {
            talk::Talk::Call(call) => Step::Call(*call),
            talk::Talk::Failed(failure) => Step::Failed(failure),
            talk::Talk::Runs => Step::Done(Err("takes too long to answer".to_owned())),
            talk::Talk::Over(told) => Step::Done(match codes::meaning(&told.code) {
                Some((codes::Meaning::Done | codes::Meaning::Approved, _)) => Ok(()),
                Some((_, words)) => Err(format!("{}: {words}", told.code)),
                None => Err("answers with a code that nobody knows".to_owned()),
            }),
        }
    }

    /// Over the payment's own line, and over one of its own where another process has that. Whether
    /// a terminal takes it there is not documented; the page shows it in direct mode only (GO,
    /// *cancel-api*).
    fn call_off(
        &self,
        terminal: &Slug,
        reference: &str,
        now: jiff::Timestamp,
        exchanges: &[Exchange],
    ) -> Step<Result<(), String>> {
        let Some(own) = self.config.terminal(terminal.as_str()) else {
            return Step::Done(Err("is not configured".to_owned()));
        };
        let Some(to) = own.address else {
            return Step::Done(Err(operator::CLOUD_CANCELS_NOTHING.to_owned()));
        };
        let key = request::cancel_key(reference);
        let command = request::cancel(own, &key);
        match exchanges {
            [] => Step::Call(request::add(&self.config, &command, to, reference, now)),
            [
                Exchange {
                    answer: Err(CallError::NotSent),
                    ..
                },
                alone @ ..,
            ] => match talk::talk(&self.config, &command, alone, now) {
                talk::Talk::Call(call) => Step::Call(*call),
                talk::Talk::Failed(failure) => Step::Failed(failure),
                talk::Talk::Runs => Step::Done(Ok(())),
                talk::Talk::Over(told) => Step::Done(match answer::means(&told) {
                    Ok(codes::Meaning::Done | codes::Meaning::Refused(Refusal::Cancelled)) => {
                        Ok(())
                    }
                    _ => Err("is not taken back any more: follow the terminal".to_owned()),
                }),
            },
            [Exchange { answer: Ok(_), .. }, ..] => Step::Done(Ok(())),
            [_, ..] => Step::Failed(Failure::Unknown),
        }
    }
}

impl Continuing for Moneris {
    fn proceed(&self, proceed: &Proceed<'_>, exchanges: &[Exchange]) -> Step<Proceeded> {
        match is_vaults(&proceed.context) {
            true => gateway::charge::proceed(&self.config, proceed, exchanges),
            false => flow::proceed(&self.config, proceed, exchanges),
        }
    }

    fn finalise(&self, _: &Finalise<'_>, _: &[Exchange]) -> Step<Proceeded> {
        let what = "nobody comes back from a terminal";
        Step::Failed(Failure::Unexpected(what.to_owned()))
    }

    fn look_up(&self, look_up: &LookUp<'_>, exchanges: &[Exchange]) -> Step<LookedUp> {
        match is_vaults(&look_up.context) {
            true => gateway::charge::look_up(&self.config, look_up, exchanges),
            false => flow::look_up(&self.config, look_up, exchanges),
        }
    }

    fn is_ordered_last(&self, _: MethodKind) -> bool {
        false
    }
}

impl Callbacks for Moneris {
    fn read(&self, incoming: &Incoming<'_>, memo: Option<&str>) -> Result<Called, MessageError> {
        callback::read(incoming, memo)
    }

    /// The cloud has no such call.
    fn resend(&self, _: Option<&str>, _: &[Exchange]) -> Step<()> {
        Step::Done(())
    }
}

#[cfg(test)]
mod testing;
