//! NETBANX, the hosted payment API of Paysafe, formerly Optimal Payments: a card on the platform's
//! own page. A legacy platform that still runs: hosts, paths and rel names are configuration.
//!
//! # Documents
//! - Paysafe developer centre, hosted-payments-api: *API endpoints*, *Scenarios*, *Process an order
//!   using a hosted page*, *Process an order with settlement*, *Cancel a pending order*, *Traiter
//!   une commande à l'aide de Silent Post*; Cards API, *Simulating card payments*. Below: DOC.
//! - OptimalPayments/PHP_SDK, Java_SDK, node-js_SDK, Python_SDK, c-sharp_SDK: paths, fields. SDK.
//! - tomigun-ua/omnipay-netbanx `tests/Mock`: recorded answers. OMNI.
//! - OpenMageModuleFostering/666999, vphat28/paysafe-collinsharper-magento2, the WooCommerce
//!   plugin of Paysafe: modules of shops, error codes. MAG, WC.
//!
//! # The flow
//! 1. *Begin* makes an order (`POST /orders`) with a reference of its own. A reference is taken
//!    once: an order whose answer was lost is made again with the same one, and what is told to be
//!    there is looked up in the report. The browser is sent to the order's `hosted_payment` link
//!    and nowhere else.
//! 2. The shopper pays on that page, which takes the money by itself, and may try again after a
//!    refusal.
//! 3. A card that the shopper saved before pays by its token (`charge.rs`). Cards are kept by the
//!    platform, in the shopper's profile, and added to it by the page if the shopper said so
//!    (`vault.rs`).
//! 4. What was paid is charged anew, at once or on a day to come (`rebill.rs`).
//! 5. The browser's return, and each callback, lead to a read of the order with our own key.
//!    Nothing that comes from outside is signed (WC, MAG, OMNI: every module reads the order), so
//!    nothing of it is believed but that it is time to look; the order that is read is the one that
//!    *begin* made, whatever the message names.
//!
//! # Traps
//! - The links `self` and `resend_callback` carry the key in their address (DOC, OMNI). No answer
//!   is stored, logged or shown: a payment keeps the order's id.
//! - `mode` is `live` on the test host too, and decides nothing. Amounts come as text or number.
//! - A reference that was used is HTTP 400 with code `"400"`, not the documented 2540 (OMNI).
//! - Empty members are refused (WC): they are left out.
//! - A refusal comes as HTTP 402 or within a 200.

mod answer;
mod callback;
mod calls;
mod charge;
pub mod codes;
mod config;
mod fact;
mod flow;
mod memo;
mod operations;
mod rebill;
mod report;
mod request;
mod vault;

use guichet_domain::MethodKind;
use guichet_domain::event::ReturnOutcome;
use guichet_domain::id::Slug;
use guichet_domain::method::{Method, MethodDescription, SavedCards};
use jiff::tz::TimeZone;

use crate::contract::{
    Allowed, Amended, Amendment, Begin, Begun, By, Callbacks, Called, CardForm, CardForms,
    ConfigError, Consulted, Continuing, Demand, Environment, Exchange, Failure, Finalise, Given,
    Incoming, LookUp, LookedUp, MessageError, Objection, Operated, Operation, Operations, Owner,
    Proceed, Proceeded, Provider, Rebilling, Report, ReportPage, Seed, Step, Vault, VaultCard,
};

/// A card on the hosted page.
const CARD: &str = "netbanx_card";

/// One account at NETBANX.
#[derive(Debug)]
struct Netbanx {
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
    Ok(Box::new(Netbanx { config }))
}

impl Provider for Netbanx {
    fn name(&self) -> &'static str {
        "netbanx"
    }

    fn account(&self) -> &Slug {
        &self.config.account
    }

    fn methods(&self) -> Vec<MethodDescription> {
        let silent = self.config.silent_post.then_some(request::SILENT);
        let codes = [CARD].into_iter().chain(silent);
        let methods = codes.filter_map(|code| Method::try_from(code.to_owned()).ok());
        let card = methods.map(|method| MethodDescription {
            saved_cards: match self.config.saved_cards && method.as_str() == CARD {
                true => SavedCards::Pay,
                false => SavedCards::None,
            },
            method,
            kind: MethodKind::Card,
            currencies: self.config.currencies.clone(),
            minimum: None,
            maximum: None,
            manual_capture: true,
            embedded: false,
        });
        card.collect()
    }

    fn warnings(&self) -> Vec<String> {
        let silent = "silent_post = true: with netbanx_silent the card is typed on a page of this \
                      backend's. The shop's own assessment is SAQ A-EP then, and no longer SAQ A; \
                      and no document tells that 3-D Secure is asked for. netbanx_card has neither";
        let on = self.config.silent_post.then(|| silent.to_owned());
        on.into_iter().collect()
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

    /// The platform takes each reference once (MAG: code 2540; OMNI), whoever makes the order.
    fn new_reference(&self, seed: &Seed) -> String {
        hex::encode_upper(seed.random)
    }

    fn begin(&self, begin: &Begin<'_>, exchanges: &[Exchange]) -> Step<Begun> {
        let saved = match begin.by {
            By::Shopper => return flow::begin(&self.config, begin, exchanges),
            By::ShopperWith { card } => (card, false),
            By::ShopWith { card } => (card, true),
            By::Again(again) => {
                let calls = &mut calls::Calls::new(&self.config, exchanges);
                return calls::step(rebill::begin(calls, &again));
            }
        };
        let calls = &mut calls::Calls::new(&self.config, exchanges);
        calls::step(charge::begin(calls, &begin.context, saved))
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

    fn rebilling(&self) -> Option<&dyn Rebilling> {
        Some(self)
    }

    fn report(&self) -> Option<&dyn Report> {
        Some(self)
    }

    fn card_forms(&self) -> Option<&dyn CardForms> {
        self.config.silent_post.then_some(self as &dyn CardForms)
    }

    fn vault(&self) -> Option<&dyn Vault> {
        self.config.saved_cards.then_some(self as &dyn Vault)
    }
}

impl Continuing for Netbanx {
    fn proceed(&self, proceed: &Proceed<'_>, exchanges: &[Exchange]) -> Step<Proceeded> {
        if *proceed.given == Given::Nothing {
            let calls = &mut calls::Calls::new(&self.config, exchanges);
            return calls::step(match memo::read(proceed.memo) {
                Some(anew) => rebill::proceed(calls, proceed, &anew),
                None => charge::proceed(calls, proceed),
            });
        }
        let what = "nothing is asked of the shopper before the platform's page";
        Step::Failed(Failure::Unexpected(what.to_owned()))
    }

    fn finalise(&self, finalise: &Finalise<'_>, exchanges: &[Exchange]) -> Step<Proceeded> {
        flow::finalise(&self.config, finalise, exchanges)
    }

    fn look_up(&self, look_up: &LookUp<'_>, exchanges: &[Exchange]) -> Step<LookedUp> {
        flow::look_up(&self.config, look_up, exchanges)
    }

    /// The hosted page takes the money.
    fn is_ordered_last(&self, _: MethodKind) -> bool {
        false
    }

    fn hint(&self, posted: &[(String, String)]) -> Option<ReturnOutcome> {
        Some(callback::hint(posted))
    }
}

impl Callbacks for Netbanx {
    fn read(&self, incoming: &Incoming<'_>, memo: Option<&str>) -> Result<Called, MessageError> {
        callback::read(incoming, memo)
    }

    fn resend(&self, memo: Option<&str>, exchanges: &[Exchange]) -> Step<()> {
        flow::resend(&self.config, memo, exchanges)
    }
}

impl CardForms for Netbanx {
    /// The fields' names: SDK (PHP, `hosted-payment-silent.php`), MAG.
    fn form(&self, memo: Option<&str>) -> Option<CardForm> {
        let memo: memo::Memo = memo::read(memo)?;
        Some(CardForm {
            action: memo.form?,
            number: "cardNum",
            code: "cvdNumber",
            month: "cardExpiryMonth",
            year: "cardExpiryYear",
        })
    }
}

impl Vault for Netbanx {
    /// By the platform's page, while the shopper pays there.
    fn adds(&self) -> bool {
        true
    }

    fn cards(&self, owner: &Owner<'_>, exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        let calls = &mut calls::Calls::new(&self.config, exchanges);
        let profile = vault::profile(calls, owner);
        calls::step(profile.map(|profile| profile.map(|it| it.cards()).unwrap_or_default()))
    }

    fn remove(&self, owner: &Owner<'_>, card: &str, exchanges: &[Exchange]) -> Step<()> {
        let calls = &mut calls::Calls::new(&self.config, exchanges);
        calls::step(vault::remove(calls, owner, card))
    }
}

impl Rebilling for Netbanx {
    fn amend(
        &self,
        memo: Option<&str>,
        amendment: &Amendment<'_>,
        exchanges: &[Exchange],
    ) -> Step<Amended> {
        rebill::amend(&self.config, memo, amendment, exchanges)
    }
}

impl Report for Netbanx {
    fn page(&self, page: usize, exchanges: &[Exchange]) -> Step<ReportPage> {
        report::page(&self.config, page, exchanges)
    }
}

impl Operations for Netbanx {
    /// The platform numbers nothing; what is drawn is not sent.
    fn sequence_scope(&self) -> String {
        format!("netbanx/{}", self.config.account)
    }

    fn check(&self, operation: &Operation<'_>) -> Result<Allowed, Objection> {
        operations::check(operation)
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
