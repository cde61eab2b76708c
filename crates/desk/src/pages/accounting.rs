//! The close of a day as the bank pays it, and the journal for the accountant.

use guichet_domain::money::Currency;
use jiff::civil::Date;

use super::means;
use crate::el::{El, el};
use crate::kit::{self, Field, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Lang, fill};

/// What moved on a day at one contract.
#[derive(Clone, Debug)]
pub struct Close {
    /// Our account at the platform.
    pub account: String,
    /// The means, as far as the bank tells them apart.
    pub means: String,
    /// The currency.
    pub currency: Currency,
    /// The journal's account, and its name; none where the shop has no journal.
    pub number: Option<(String, String)>,
    /// What stands in the bank's line, if the shop says.
    pub expected: Option<String>,
    /// What came in, in minor units.
    pub money_in: u64,
    /// What was given back, in minor units.
    pub money_back: u64,
    /// How many entries.
    pub entries: u64,
}

/// The journal's form.
#[derive(Clone, Debug)]
pub struct Journal {
    /// Where it is taken away.
    pub action: String,
    /// Where its description is.
    pub description: String,
    /// The last day of its year, as it stands in the field.
    pub closing: String,
    /// The first one; may be empty.
    pub opening: String,
    /// What was sent are no days of a year.
    pub wrong: bool,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Model {
    /// This page.
    pub action: String,
    /// The shops: id and name.
    pub shops: Vec<(String, String)>,
    /// Which of them.
    pub shop: String,
    /// The day.
    pub day: Date,
    /// What was sent is no day.
    pub no_day: bool,
    /// What moved on it.
    pub closes: Vec<Close>,
    /// The journal, if the shop has one.
    pub journal: Option<Journal>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    el("div")
        .class("stack")
        .with(choose(lang, model))
        .with(close(lang, model))
        .with(journal(lang, model))
}

fn shop(lang: Lang, model: &Model) -> Option<El> {
    let shops = model.shops.iter().map(|(id, name)| (&**id, &**name));
    let shops: Vec<(&str, &str)> = shops.collect();
    let label = lang.words().list.shop;
    (shops.len() > 1).then(|| kit::select("shop", label, &model.shop, &shops))
}

fn form(action: &str) -> El {
    let form = el("form").class("card search").attr("method", "get");
    form.attr("action", action)
}

fn choose(lang: Lang, model: &Model) -> El {
    let words = &lang.words().accounting;
    let day = model.day.to_string();
    let field = Field {
        name: "day",
        label: words.day,
        kind: "date",
        value: &day,
        fault: if model.no_day {
            lang.words().list.no_day
        } else {
            ""
        },
        ..Field::default()
    };
    form(&model.action)
        .attr("aria-label", words.day)
        .maybe(shop(lang, model))
        .with(kit::field(&field))
        .with(kit::button(words.show, Weight::Main))
}

fn close(lang: Lang, model: &Model) -> El {
    let words = &lang.words().accounting;
    let title = fill(words.close, &[("day", &show::day(lang, model.day))]);
    let section = kit::section(&title).with(el("p").text(words.close_hint));
    if model.closes.is_empty() {
        return section.with(el("p").text(words.nothing));
    }
    let rows = model.closes.iter().map(|close| {
        let signed = |minor| i64::try_from(minor).unwrap_or(i64::MAX);
        let net = signed(close.money_in) - signed(close.money_back);
        let number = match &close.number {
            Some((number, label)) => kit::plain(format!("{number} {label}")),
            None => kit::plain("–"),
        };
        vec![
            kit::plain(format!("{} · {}", close.account, means(lang, &close.means))),
            number,
            match &close.expected {
                Some(text) => kit::code(text),
                None => kit::plain("–"),
            },
            kit::plain(show::sum(lang, close.money_in, close.currency)),
            kit::plain(show::sum(lang, close.money_back, close.currency)),
            kit::plain(show::amount(lang, net, close.currency)),
            kit::plain(show::number(lang, close.entries)),
        ]
    });
    let today = &lang.words().today;
    let columns = [
        column(lang.words().payment.contract),
        column(words.number),
        column(words.expected),
        figures(today.money_in),
        figures(today.money_back),
        figures(today.net),
        figures(today.entries),
    ];
    section.with(kit::table(&title, &columns, rows))
}

fn journal(lang: Lang, model: &Model) -> El {
    let words = &lang.words().accounting;
    let section = kit::section(words.journal);
    let Some(journal) = &model.journal else {
        return section.with(kit::notice(Tone::Plain, words.none, words.none_advice));
    };
    let day = |name, label, value, hint, fault, required| {
        kit::field(&Field {
            name,
            label,
            kind: "date",
            value,
            hint,
            fault,
            required,
            ..Field::default()
        })
    };
    let fault = if journal.wrong {
        lang.words().list.days_turned
    } else {
        ""
    };
    let separators = [("tab", words.tab), ("pipe", words.pipe)];
    let hidden = el("input").attr("type", "hidden");
    let hidden = hidden.attr("name", "shop").attr("value", &model.shop);
    let describe = kit::button(words.describe, Weight::Quiet);
    let form = form(&journal.action)
        .attr("aria-label", words.journal)
        .with(hidden)
        .with(day(
            "opening",
            words.opening,
            &journal.opening,
            words.opening_hint,
            "",
            false,
        ))
        .with(day(
            "closing",
            words.closing,
            &journal.closing,
            "",
            fault,
            true,
        ))
        .with(kit::select(
            "separator",
            words.separator,
            "tab",
            &separators,
        ))
        .with(kit::button(words.take, Weight::Main))
        .with(describe.attr("formaction", &journal.description));
    section.with(el("p").text(words.journal_hint)).with(form)
}
