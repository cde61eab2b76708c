//! What is charged anew without the shopper: what is to run, and what has.

use guichet_domain::money::Currency;
use jiff::civil::Date;

use super::Standing;
use super::act::{back, reason};
use crate::el::{El, el};
use crate::kit::{self, Field, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Act, Lang, fill};

/// How a rebilling stands.
#[derive(Clone, Debug)]
pub enum State {
    /// It waits for its day.
    Waits,
    /// It does, and the platform is still to be told how it is to run.
    Untold,
    /// It is called off.
    CalledOff,
    /// It has run, or runs.
    Ran(Standing),
}

/// A rebilling.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its payment's page.
    pub address: String,
    /// Its order's reference.
    pub reference: String,
    /// The page of the payment that is charged anew, and its id.
    pub of: (String, String),
    /// The platform's account.
    pub account: String,
    /// The day on which it is to run, by the platform's days; none: at once.
    pub due: Option<Date>,
    /// What it charges, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// How it stands.
    pub state: State,
    /// Where it is changed, for who may.
    pub change: Option<String>,
    /// Where it is called off, for who may.
    pub call_off: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// All of them.
    pub rows: Vec<Row>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = lang.words();
    let own = &words.rebillings;
    let title = words.frame.rebillings;
    let page = el("div").class("stack");
    if model.rows.is_empty() {
        return page.with(kit::notice(Tone::Plain, own.nothing, ""));
    }
    let rows = model.rows.iter().map(|row| {
        let due = match row.due {
            Some(day) => el("time")
                .attr("datetime", day.to_string())
                .text(show::day(lang, day)),
            None => kit::plain(own.at_once),
        };
        vec![
            kit::link(&row.address, &row.reference),
            due,
            kit::plain(show::sum(lang, row.amount, row.currency)),
            kit::link(&row.of.0, &row.of.1),
            kit::plain(&row.account),
            state(lang, row),
        ]
    });
    let columns = [
        column(words.list.reference),
        column(own.due),
        figures(words.list.amount),
        column(own.of),
        column(words.payment.contract),
        column(words.list.state),
    ];
    page.with(el("p").class("muted").text(own.hint))
        .with(kit::section(title).with(kit::table(title, &columns, rows)))
}

fn state(lang: Lang, row: &Row) -> El {
    let words = &lang.words().rebillings;
    let badge = match &row.state {
        State::Waits => kit::badge(Tone::Wait, words.waits),
        State::Untold => kit::badge(Tone::Warn, words.untold),
        State::CalledOff => kit::badge(Tone::Plain, words.called_off),
        State::Ran(standing) => standing.badges(lang),
    };
    let links = [(&row.change, words.change), (&row.call_off, words.call_off)];
    let links = links.into_iter().filter_map(|(address, text)| {
        let link = kit::button_link(address.as_ref()?, text, Weight::Quiet);
        let what = format!("{text}: {}", row.reference);
        Some(link.attr("aria-label", what))
    });
    el("span").class("badges").with(badge).all(links)
}

/// How a rebilling is to be changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// This page.
    pub here: String,
    /// Its payment's page.
    pub payment: String,
    /// Its order's reference.
    pub reference: String,
    /// The day as it was typed.
    pub due: String,
    /// It is none.
    pub no_due: bool,
    /// The amount as it was typed.
    pub amount: String,
    /// It is none.
    pub no_amount: bool,
    /// An amount as it is written here.
    pub example: String,
    /// What the form carries.
    pub hidden: Vec<(&'static str, String)>,
    /// The reason as it was sent.
    pub reason: String,
    /// It is none.
    pub no_reason: bool,
}

/// Draws the form that changes it.
#[must_use]
pub fn change(lang: Lang, model: &Change) -> El {
    let (words, own) = (&lang.words().acts, &lang.words().rebillings);
    let act = Act::Amend;
    let hidden = model.hidden.iter();
    let hidden: Vec<_> = hidden
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let no_amount = fill(own.unknown_amount, &[("sum", &model.example)]);
    let due = Field {
        name: "due",
        label: own.new_due,
        kind: "date",
        value: &model.due,
        fault: if model.no_due { own.unknown_due } else { "" },
        required: true,
        ..Field::default()
    };
    let amount = Field {
        name: "amount",
        label: own.new_amount,
        value: &model.amount,
        fault: if model.no_amount { &no_amount } else { "" },
        autocomplete: "off",
        inputmode: "decimal",
        required: true,
        ..Field::default()
    };
    let form = kit::form(&model.here, &hidden)
        .with(kit::field(&due))
        .with(kit::field(&amount))
        .with(reason(lang, act, &model.reason, model.no_reason))
        .with(kit::button((words.confirm)(act), Weight::Main));
    let section = kit::section((lang.words().payment.act)(act))
        .with(el("p").with(kit::link(&model.payment, &model.reference)))
        .with(el("p").text((words.meaning)(act)))
        .with(form);
    el("div")
        .class("stack")
        .with(section)
        .with(back(lang, act, &model.payment))
}
