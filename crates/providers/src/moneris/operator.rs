//! What an operator has a terminal, or the gateway, do that belongs to no payment of the books (GO,
//! the pages named like the actions).
//!
//! Longer than others: both kinds of action share one list, one ceiling and one reason.

use std::fmt::Write as _;

use guichet_domain::Refusal;
use guichet_domain::id::Slug;
use guichet_domain::money::Amount;
use guichet_domain::shopper::ShopperId;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::means;
use super::codes::Meaning;
use super::config::{Config, Gateway, Terminal};
use super::fact::is_approved;
use super::gateway::request::Address;
use super::gateway::staff::{self, CardAnswer, Deed};
use super::gateway::vault::{Proof, customer, expiring};
use super::request::{Command, call, message};
use super::talk::{Talk, talk};
use crate::contract::{ConfigError, Environment, Exchange, First, Owner, Step, VaultCard};
use crate::halt::unexpected;

/// Why a command of the cloud is not taken back.
pub(super) const CLOUD_CANCELS_NOTHING: &str =
    "the cloud has no command that cancels: press the terminal's red key";

/// Most characters that are printed at once.
const PRINTED_MAX: usize = 10_000;

/// What an action needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Needs {
    /// Nothing.
    Nothing,
    /// An order of its own.
    Order,
    /// An order of its own, an amount within the account's ceiling, and a reason.
    Refund,
    /// What is printed.
    Text,
    /// The merchant's number.
    Merchant,
    /// A terminal that is reached without the cloud.
    Direct,
}

/// The actions, what each needs, and what it does.
const ACTIONS: [(&str, Needs, &str); 8] = [
    (
        "getDeviceInfo",
        Needs::Nothing,
        "versions and settings of the terminal",
    ),
    (
        "sync",
        Needs::Merchant,
        "has the terminal fetch its settings",
    ),
    ("print", Needs::Text, "prints --text"),
    (
        "balanceInquiry",
        Needs::Nothing,
        "tells the balance of a gift card that is presented",
    ),
    (
        "cardVerification",
        Needs::Order,
        "has a card that is presented verified, for nothing",
    ),
    (
        "independentRefund",
        Needs::Refund,
        "gives --amount to the card that is presented",
    ),
    (
        "cancel",
        Needs::Direct,
        "takes back what a terminal works on, before a card is there",
    ),
    (
        "voidLast",
        Needs::Nothing,
        "voids the terminal's last sale; the books do not learn of it",
    ),
];

/// The list of the actions, a line each.
#[must_use]
pub fn actions() -> String {
    let mut list = String::new();
    for (name, _, what) in ACTIONS {
        let _ = writeln!(list, "{name:<25} {what}");
    }
    for (name, what) in CARD_ACTIONS {
        let _ = writeln!(list, "{name:<25} {what}");
    }
    list
}

/// What is to be done.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// One of [`actions`].
    pub action: String,
    /// The terminal; none where there is one.
    pub terminal: Option<String>,
    /// How much is given back.
    pub amount: Option<Amount>,
    /// Why it is given back.
    pub reason: Option<String>,
    /// What is printed.
    pub text: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answered {
    /// It is over.
    Over {
        /// What was told, as indented JSON.
        entry: String,
        /// Whether it was done.
        done: bool,
    },
    /// It still runs.
    Runs,
}

/// A command that may be sent.
#[derive(Debug)]
pub struct Prepared<'a>(Command<'a>);

/// An account, for its operator.
#[derive(Debug)]
pub struct Operator {
    config: Config,
}

impl Operator {
    /// Opens an account from its table.
    ///
    /// # Errors
    /// As [`super::open`].
    pub fn open(
        account: Slug,
        table: toml::Table,
        environment: Environment,
    ) -> Result<Self, ConfigError> {
        let config = Config::read(account, table, environment)?;
        Ok(Self { config })
    }

    /// Asks the gateway for the saved cards of all shoppers that are about to expire.
    pub fn expiring(&self, exchanges: &[Exchange]) -> Step<Vec<VaultCard>> {
        match &self.config.gateway {
            Some(gateway) => expiring(gateway, exchanges),
            None => Step::Failed(unexpected(
                "this account keeps no cards: saved_cards is not on",
            )),
        }
    }

    /// Checks what is wanted. `key` was never used before.
    ///
    /// # Errors
    /// What is missing or too much, and what to do.
    pub fn prepare<'a>(&'a self, wish: &Wish, key: &'a str) -> Result<Prepared<'a>, String> {
        let known = ACTIONS.iter().find(|(name, ..)| *name == wish.action);
        let &(action, needs, _) = known.ok_or_else(|| {
            let names = ACTIONS.iter().map(|(name, ..)| *name);
            let names = names.chain(CARD_ACTIONS.iter().map(|(name, _)| *name));
            let names = names.collect::<Vec<_>>().join(", ");
            format!("{:?} is no action; known are {names}", wish.action)
        })?;
        let given = |what, given: bool, needed: bool| match (given, needed) {
            (true, false) => Err(format!("{action} takes no --{what}")),
            (false, true) => Err(format!("{action} needs --{what}")),
            _ => Ok(()),
        };
        let refunds = needs == Needs::Refund;
        given("amount", wish.amount.is_some(), refunds)?;
        given("reason", wish.reason.is_some(), refunds)?;
        given("text", wish.text.is_some(), needs == Needs::Text)?;
        let mut fields = Vec::new();
        if matches!(needs, Needs::Order | Needs::Refund) {
            fields.push(("orderId", key.to_owned()));
        }
        if let Some(amount) = wish.amount {
            self.within_ceiling(action, amount)?;
            fields.push(("totalAmount", amount.minor().to_string()));
        }
        reason_of(wish.reason.as_deref())?;
        if let Some(text) = &wish.text {
            let latin = text.chars().all(|c| u32::from(c) < 256);
            if text.is_empty() || text.chars().count() > PRINTED_MAX || !latin {
                return Err(format!(
                    "--text must be 1 to {PRINTED_MAX} characters of ISO 8859-1"
                ));
            }
            fields.push(("printData", text.clone()));
        }
        if needs == Needs::Merchant {
            let number = self.config.merchant_id.clone();
            let number = number.ok_or("sync needs merchant_id in the account's table")?;
            fields.push(("merchantId", number));
        }
        let terminal = self.terminal(wish.terminal.as_deref())?;
        if needs == Needs::Direct && terminal.address.is_none() {
            return Err(CLOUD_CANCELS_NOTHING.to_owned());
        }
        Ok(Prepared(Command {
            action,
            terminal,
            key,
            fields,
            post_back: None,
        }))
    }

    /// No payment is behind it, so that the account's table bounds it.
    fn within_ceiling(&self, action: &str, amount: Amount) -> Result<(), String> {
        match self.config.independent_refund_max {
            None => Err(format!(
                "{action} is off: write independent_refund_max, in cents, into the account's table"
            )),
            Some(most) if amount.minor() > most => Err(format!(
                "--amount is more than independent_refund_max, {most} cents"
            )),
            Some(_) => Ok(()),
        }
    }

    fn terminal(&self, name: Option<&str>) -> Result<&Terminal, String> {
        let all = &self.config.terminals;
        match (name, all.as_slice()) {
            (Some(name), _) => {
                let found = self.config.terminal(name);
                found.ok_or_else(|| format!("--terminal {name:?} is no terminal of the account"))
            }
            (None, [one]) => Ok(one),
            (None, _) => {
                let names: Vec<_> = all.iter().map(|own| own.name.as_str()).collect();
                Err(format!(
                    "there are several terminals: --terminal {}",
                    names.join(" or ")
                ))
            }
        }
    }

    /// The message as it would be sent now, without what opens anything.
    #[must_use]
    pub fn shown(&self, command: &Prepared<'_>, now: Timestamp) -> String {
        let mut message = message(&self.config, &command.0, now);
        for secret in ["apiToken", "istConfigCode"] {
            if let Some(value) = message.get_mut(secret) {
                *value = json!("…");
            }
        }
        let pretty = serde_json::to_string_pretty(&Value::Object(message));
        let call = call(&self.config, &command.0, now);
        format!(
            "{} {}\n{}",
            call.method.as_str(),
            call.url,
            pretty.unwrap_or_default()
        )
    }

    /// Has it done.
    pub fn step(
        &self,
        command: &Prepared<'_>,
        exchanges: &[Exchange],
        now: Timestamp,
    ) -> Step<Answered> {
        match talk(&self.config, &command.0, exchanges, now) {
            Talk::Call(call) => Step::Call(*call),
            Talk::Failed(failure) => Step::Failed(failure),
            Talk::Runs => Step::Done(Answered::Runs),
            Talk::Over(told) => {
                let done = match means(&told) {
                    Ok(Meaning::Done) => true,
                    // What was asked for, of a command that cancels.
                    Ok(Meaning::Refused(Refusal::Cancelled)) => command.0.action == "cancel",
                    Ok(Meaning::Approved) => is_approved(&told) || told.response_code.is_empty(),
                    Ok(Meaning::Unknown) | Err(_) => {
                        return Step::Failed(crate::contract::Failure::Unknown);
                    }
                    Ok(_) => false,
                };
                let entry = serde_json::to_string_pretty(&told.entry).unwrap_or_default();
                Step::Done(Answered::Over { entry, done })
            }
        }
    }
}

/// What the gateway does with a saved card, or with a reservation, and what each is for.
const CARD_ACTIONS: [(&str, &str); 5] = [
    (
        "res_ind_refund_cc",
        "gives --amount to the saved --card; the books do not learn of it",
    ),
    (
        "res_card_verification_cc",
        "has the saved --card verified, for nothing, with an address or without",
    ),
    (
        "res_update_cc",
        "changes until when the saved --card pays: --expires",
    ),
    (
        "res_add_token",
        "adds a temporary --token as a card of --shop's --shopper",
    ),
    (
        "reauth",
        "reserves anew what a completion of --order left of its --transaction",
    ),
];

/// Whether an action is the gateway's.
#[must_use]
pub fn is_of_card(action: &str) -> bool {
    CARD_ACTIONS.iter().any(|(name, _)| *name == action)
}

/// What the gateway is to do.
#[derive(Clone, Debug, Default)]
pub struct CardWish {
    /// One of those that [`is_of_card`].
    pub action: String,
    /// What the books keep of the saved card, with whose it is.
    pub card: Option<First>,
    /// Whose card it is, or will be.
    pub owner: Option<(Slug, ShopperId)>,
    /// How much is given back or reserved.
    pub amount: Option<Amount>,
    /// Why.
    pub reason: Option<String>,
    /// Until when the card pays, `YYMM`.
    pub expires: Option<String>,
    /// A street's number, its name and a postal code: all or none.
    pub address: [Option<String>; 3],
    /// A temporary token.
    pub token: Option<String>,
    /// What was reserved first: its order and its transaction.
    pub original: [Option<String>; 2],
}

/// What the gateway may be asked.
#[derive(Debug)]
pub struct PreparedCard<'a> {
    gateway: &'a Gateway,
    deed: Deed,
    order: &'a str,
}

impl Operator {
    /// Checks what is wanted of the gateway. `order` was never used before.
    ///
    /// # Errors
    /// What is missing or too much, and what to do.
    pub fn prepare_card<'a>(
        &'a self,
        wish: CardWish,
        order: &'a str,
    ) -> Result<PreparedCard<'a>, String> {
        let gateway = self.config.gateway.as_ref();
        let gateway = gateway.ok_or(
            "the account has no gateway: write saved_cards = true, or gateway_captures = true, \
             into its table",
        )?;
        wish.takes_no_more()?;
        if let (Some(amount), "res_ind_refund_cc") = (wish.amount, wish.action.as_str()) {
            self.within_ceiling(&wish.action, amount)?;
        }
        let deed = wish.deed()?;
        Ok(PreparedCard {
            gateway,
            deed,
            order,
        })
    }

    /// The request as it would be sent, without what opens or pays anything.
    #[must_use]
    pub fn card_shown(&self, prepared: &PreparedCard<'_>) -> String {
        staff::shown(prepared.gateway, &prepared.deed, prepared.order)
    }

    /// Has it done.
    pub fn card_step(
        &self,
        prepared: &PreparedCard<'_>,
        exchanges: &[Exchange],
    ) -> Step<CardAnswer> {
        staff::act(prepared.gateway, &prepared.deed, prepared.order, exchanges)
    }
}

impl CardWish {
    /// What each action takes beside its name.
    fn takes_no_more(&self) -> Result<(), String> {
        let action = self.action.as_str();
        let refund = action == "res_ind_refund_cc";
        let (reauth, adds) = (action == "reauth", action == "res_add_token");
        let verifies = action == "res_card_verification_cc";
        let updates = action == "res_update_cc";
        let [order, transaction] = &self.original;
        let [number, street, code] = &self.address;
        // (option, given, needed, allowed)
        let options = [
            (
                "card",
                self.card.is_some(),
                refund || verifies || updates,
                false,
            ),
            ("amount", self.amount.is_some(), refund || reauth, false),
            ("reason", self.reason.is_some(), refund || reauth, false),
            ("expires", self.expires.is_some(), updates || adds, false),
            ("token", self.token.is_some(), adds, false),
            ("shopper", adds && self.owner.is_some(), adds, false),
            ("order", order.is_some(), reauth, false),
            ("transaction", transaction.is_some(), reauth, false),
            ("street-number", number.is_some(), false, verifies),
            ("street-name", street.is_some(), false, verifies),
            ("postal-code", code.is_some(), false, verifies),
        ];
        for (option, given, needed, allowed) in options {
            match (given, needed) {
                (true, false) if !allowed => return Err(format!("{action} takes no --{option}")),
                (false, true) => return Err(format!("{action} needs --{option}")),
                _ => {}
            }
        }
        reason_of(self.reason.as_deref())
    }

    fn deed(self) -> Result<Deed, String> {
        let customer = match &self.owner {
            Some((shop, shopper)) => customer(&Owner {
                shop,
                shopper,
                kept: &[],
            }),
            None => String::new(),
        };
        let card = self.card.as_ref().and_then(|own| Proof::read(&own.proof));
        let card = || card.ok_or("--card is none that the vault still has a key for".to_owned());
        let amount = self.amount.map(Amount::minor).unwrap_or_default();
        let expires = || month(self.expires.as_deref());
        Ok(match self.action.as_str() {
            "res_ind_refund_cc" => Deed::Refund {
                card: card()?,
                customer,
                amount,
            },
            "res_card_verification_cc" => Deed::Verify {
                card: card()?,
                address: address(&self.address)?,
            },
            "res_update_cc" => Deed::Update {
                card: card()?,
                expires: expires()?,
            },
            "res_add_token" => Deed::AddToken {
                token: staff::temporary(self.token.as_deref().unwrap_or_default())?,
                customer,
                expires: expires()?,
            },
            "reauth" => {
                let [order, transaction] = self.original.map(Option::unwrap_or_default);
                let named = |text: &str| (1..=50).contains(&text.len()) && text.is_ascii();
                if !named(&order) || !named(&transaction) {
                    let why = "--order and --transaction must be 1 to 50 characters, as the \
                               reservation has them";
                    return Err(why.to_owned());
                }
                Deed::Reauth {
                    customer: order.clone(),
                    amount,
                    order,
                    transaction,
                }
            }
            other => return Err(format!("{other:?} is no action of the gateway")),
        })
    }
}

/// Three parts or none (GUIDE, chapter 8).
fn address(parts: &[Option<String>; 3]) -> Result<Option<Address>, String> {
    match parts {
        [None, None, None] => Ok(None),
        [Some(number), Some(street), Some(code)] => {
            let address = Address::of(number, street, code);
            let why = "the address can't be compared: number and street must have at most 19 \
                       letters and digits together, the postal code 1 to 9";
            address.map(Some).ok_or_else(|| why.to_owned())
        }
        _ => Err(
            "an address is compared whole or not at all: --street-number, --street-name and \
             --postal-code"
                .to_owned(),
        ),
    }
}

/// A month, `YYMM`.
fn month(text: Option<&str>) -> Result<String, String> {
    let text = text.unwrap_or_default();
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let fits = digits
        && text
            .get(2..)
            .is_some_and(|month| ("01"..="12").contains(&month));
    fits.then(|| text.to_owned())
        .ok_or_else(|| "--expires must be a year and a month, such as 2907 for July 2029".into())
}

/// Why something is done that no payment of the books is behind.
fn reason_of(reason: Option<&str>) -> Result<(), String> {
    let short = |reason: &str| reason.trim().chars().count() < 3;
    if reason.is_some_and(short) {
        return Err("--reason must say why, in three characters or more".to_owned());
    }
    Ok(())
}

/// A question about a terminal: whether it answers. `key` was never used before.
pub(super) fn device_info<'a>(terminal: &'a Terminal, key: &'a str) -> Command<'a> {
    Command {
        action: "getDeviceInfo",
        terminal,
        key,
        fields: Vec::new(),
        post_back: None,
    }
}

#[cfg(test)]
mod tests {
    use guichet_domain::testing::amount;

    use super::super::testing::{Answer, IST, TOKEN, lines, play};
    use super::*;

    fn operator(more: &str) -> Operator {
        let table = toml::from_str(&lines(more)).unwrap();
        let account = guichet_domain::testing::slug("main");
        Operator::open(account, table, Environment::Test).unwrap()
    }

    fn wish(action: &str) -> Wish {
        Wish {
            action: action.into(),
            terminal: Some("counter".into()),
            ..Wish::default()
        }
    }

    fn refund(minor: u64, reason: &str) -> Wish {
        Wish {
            amount: Some(amount(minor)),
            reason: Some(reason.into()),
            ..wish("independentRefund")
        }
    }

    #[test]
    fn what_is_missing_or_too_much_is_said_before_anything_is_sent() {
        let off = operator("");
        let on = operator("independent_refund_max = 5000\nmerchant_id = \"0030123456789\"");
        let text = |text: &str| Wish {
            text: Some(text.into()),
            ..wish("print")
        };
        let nowhere = Wish {
            terminal: Some("nowhere".into()),
            ..wish("getDeviceInfo")
        };
        let anywhere = Wish {
            terminal: None,
            ..wish("getDeviceInfo")
        };
        let with_amount = Wish {
            amount: Some(amount(1)),
            ..wish("voidLast")
        };
        for (operator, wish, expected) in [
            (&on, wish("getDeviceInfo"), ""),
            (&on, wish("voidLast"), ""),
            (&on, wish("sync"), ""),
            (&on, refund(5000, "returned at the counter"), ""),
            (&on, text("é"), ""),
            (&on, wish("purchase"), "is no action"),
            (&on, wish("GETDEVICEINFO"), "is no action"),
            (&on, nowhere, "no terminal of the account"),
            (&on, anywhere, "counter or other"),
            (&on, with_amount, "takes no --amount"),
            (&on, wish("cancel"), "red key"),
            (&on, wish("independentRefund"), "needs --amount"),
            (&on, refund(5001, "returned"), "5000 cents"),
            (&on, refund(1, " x "), "must say why"),
            (&off, refund(1, "returned"), "is off"),
            (&off, wish("sync"), "needs merchant_id"),
            (&on, wish("print"), "needs --text"),
            (&on, text(""), "ISO 8859-1"),
            (&on, text("€"), "ISO 8859-1"),
        ] {
            match (operator.prepare(&wish, "KEY"), expected) {
                (Ok(_), "") => {}
                (Err(why), words) if !words.is_empty() => assert!(why.contains(words), "{why}"),
                (told, _) => panic!("{wish:?}: {told:?}"),
            }
        }
    }

    #[test]
    fn a_dry_run_shows_the_message_and_no_key() {
        let operator = operator("independent_refund_max = 5000");
        let prepared = operator.prepare(&refund(500, "returned"), "KEY").unwrap();
        let shown = operator.shown(&prepared, Timestamp::from_second(0).unwrap());
        assert!(!shown.contains(TOKEN) && !shown.contains(IST), "{shown}");
        for part in ["independentRefund", "\"totalAmount\": \"500\"", "A2999074"] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
    }

    #[test]
    fn a_terminal_that_answers_is_done_and_one_that_is_gone_is_not() {
        let operator = operator("");
        let prepared = operator.prepare(&wish("getDeviceInfo"), "KEY").unwrap();
        let run = |answers: &[Answer<'_>]| {
            let now = Timestamp::from_second(0).unwrap();
            play(|made| operator.step(&prepared, made, now), answers).1
        };
        let done = r#"{"receipt":{"data":{"response":[{"statusCode":"5209","completed":"true",
            "version":"1.2"}]}}}"#;
        let Ok(Answered::Over { entry, done: true }) = run(&[Ok(done)]) else {
            panic!("it answers");
        };
        assert!(entry.contains("\"version\": \"1.2\""), "{entry}");
        let gone = r#"{"receipt":{"statusCode":"5903"}}"#;
        assert!(matches!(
            run(&[Ok(gone)]),
            Ok(Answered::Over { done: false, .. })
        ));
        assert!(run(&[Ok(r#"{"receipt":{"statusCode":"5906"}}"#)]).is_err());
    }
}
