//! Settings, to be read: no value of a key is among them.

use super::means;
use crate::el::{El, el};
use crate::kit::{self, column, figures};
use crate::words::Lang;

/// An account at a platform.
#[derive(Clone, Debug)]
pub struct Account {
    /// The provider's name.
    pub platform: String,
    /// The account's.
    pub account: String,
    /// The codes of its methods.
    pub means: Vec<String>,
    /// Its terminals, as people call them.
    pub terminals: Vec<String>,
    /// What should be looked at, in English as the command line tells it.
    pub warnings: Vec<String>,
}

/// A shop.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The pages on which its checkout may be.
    pub origins: Vec<String>,
    /// The codes of the methods that it offers.
    pub means: Vec<String>,
    /// Where its server is told.
    pub endpoint: Option<String>,
    /// How many secret keys are good.
    pub keys: usize,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// `sandbox`, `test` or `production`.
    pub environment: String,
    /// The public address.
    pub public_url: String,
    /// The version.
    pub version: String,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The shops.
    pub shops: Vec<Shop>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().settings;
    let facts = [
        (words.environment, kit::code(&model.environment)),
        (words.public_url, kit::code(&model.public_url)),
        (words.version, kit::plain(&model.version)),
    ];
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    el("div")
        .class("stack")
        .with(el("p").class("muted").text(words.hint))
        .with(kit::section(words.installation).with(kit::facts(facts)))
        .with(accounts(lang, model))
        .with(shops(lang, model))
}

fn named(lang: Lang, codes: &[String]) -> String {
    let named: Vec<_> = codes.iter().map(|code| means(lang, code)).collect();
    named.join(", ")
}

fn accounts(lang: Lang, model: &Model) -> El {
    let words = &lang.words().settings;
    let warnings = model.accounts.iter().flat_map(|account| {
        let warnings = account.warnings.iter();
        warnings.map(|text| kit::notice(kit::Tone::Warn, &account.account, text))
    });
    let warnings: Vec<_> = warnings.collect();
    let rows = model.accounts.iter().map(|account| {
        vec![
            kit::plain(&account.platform),
            kit::plain(&account.account),
            kit::plain(named(lang, &account.means)),
            kit::plain(account.terminals.join(", ")),
        ]
    });
    let columns = [
        column(words.platform),
        column(words.account),
        column(words.means),
        column(words.terminals),
    ];
    kit::section(words.accounts)
        .all(warnings)
        .with(kit::table(words.accounts, &columns, rows))
}

fn shops(lang: Lang, model: &Model) -> El {
    let words = &lang.words().settings;
    let rows = model.shops.iter().map(|shop| {
        let endpoint = match &shop.endpoint {
            Some(address) => kit::code(address),
            None => kit::plain(words.none),
        };
        vec![
            kit::plain(format!("{} ({})", shop.name, shop.id)),
            kit::plain(named(lang, &shop.means)),
            kit::plain(shop.origins.join(", ")),
            endpoint,
            kit::plain(shop.keys.to_string()),
        ]
    });
    let columns = [
        column(words.shops),
        column(words.means),
        column(words.origins),
        column(words.endpoint),
        figures(words.keys),
    ];
    kit::section(words.shops).with(kit::table(words.shops, &columns, rows))
}
