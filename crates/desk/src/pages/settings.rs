//! Settings, to be read: no value of a key is among them.

use jiff::civil::DateTime;

use super::hooks::{Endpoint, endpoints};
use super::means;
use crate::el::{El, el};
use crate::kit::{self, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Lang, fill};

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

/// A key of the configuration, without its value.
#[derive(Clone, Debug)]
pub struct Key {
    /// Where it stands.
    pub place: String,
    /// Since when it is in use, in Paris, and for how many seconds; none if nobody has seen it yet.
    pub since: Option<(DateTime, i64)>,
}

/// What was found out about the installation.
#[derive(Clone, Debug, Default)]
pub enum Health {
    /// Nobody has asked.
    #[default]
    Unknown,
    /// It is being found out.
    Checking,
    /// So many seconds ago: how it stands, and with what, in English as the command line tells it.
    Checked(i64, Vec<(Tone, String)>),
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
    /// The keys.
    pub keys: Vec<Key>,
    /// Where shops' servers are told, and how those are.
    pub endpoints: Vec<Endpoint>,
    /// Whether all is well.
    pub health: Health,
    /// Where that is asked for.
    pub check: String,
    /// What the form carries.
    pub hidden: Vec<(&'static str, String)>,
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
        .with(health(lang, model))
        .with(accounts(lang, model))
        .with(shops(lang, model))
        .with(endpoints(lang, &model.endpoints))
        .with(keys(lang, model))
}

fn health(lang: Lang, model: &Model) -> El {
    let words = &lang.words().settings;
    let hidden = model.hidden.iter();
    let hidden: Vec<_> = hidden
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let check = kit::form(&model.check, &hidden).with(kit::button(words.check, Weight::Quiet));
    let again = |text| {
        el("p")
            .text(text)
            .text(" ")
            .with(kit::link("?", words.again))
    };
    let section = kit::section(words.health).with(el("p").class("muted").text(words.health_hint));
    match &model.health {
        Health::Unknown => section.with(el("p").text(words.not_checked)).with(check),
        Health::Checking => section.with(again(words.checking)),
        Health::Checked(age, verdicts) => {
            let age = show::age(lang, *age);
            let told = el("p").text(fill(words.checked, &[("age", &age)]));
            let rows = verdicts.iter().map(|(tone, what)| {
                let how = match tone {
                    Tone::Good => words.well,
                    Tone::Bad => words.bad,
                    Tone::Warn | Tone::Wait | Tone::Plain => words.look,
                };
                vec![kit::badge(*tone, how), kit::plain(what)]
            });
            let columns = [column(words.verdict), column(words.what)];
            let table = kit::table(words.health, &columns, rows);
            section.with(told).with(table).with(check)
        }
    }
}

fn keys(lang: Lang, model: &Model) -> El {
    let words = &lang.words().settings;
    let rows = model.keys.iter().map(|key| {
        let (since, age) = match key.since {
            Some((since, age)) => (show::moment(lang, since), kit::plain(show::age(lang, age))),
            None => (kit::plain(words.unseen), kit::plain("")),
        };
        vec![kit::code(&key.place), since, age]
    });
    let columns = [column(words.key), column(words.since), column(words.age)];
    kit::section(words.keys_age)
        .with(el("p").class("muted").text(words.keys_hint))
        .with(kit::table(words.keys_age, &columns, rows))
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
