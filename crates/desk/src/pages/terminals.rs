//! The terminals on the shop's counters: what each works on, and how it is.

use guichet_domain::money::Currency;

use crate::el::{El, el};
use crate::kit::{self, Tone, Weight, column};
use crate::show;
use crate::words::{Act, Lang, fill, said};

/// The payment that a terminal works on.
#[derive(Clone, Debug)]
pub struct Work {
    /// The payment's page.
    pub address: String,
    /// The order's reference.
    pub reference: String,
    /// The order's total, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// What the terminal shows meanwhile; may be empty.
    pub shows: String,
}

/// How a terminal was when it was asked last.
#[derive(Clone, Debug)]
pub struct Health {
    /// How many seconds ago.
    pub age: i64,
    /// It answered that all is well; or why not. Empty: it did not answer.
    pub told: Result<(), String>,
}

/// A terminal.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// The till that it belongs to.
    pub till: String,
    /// The name by which a session names it.
    pub name: String,
    /// Platform and account.
    pub contract: String,
    /// It is reached by the shop's own network, and not by the platform.
    pub by_network: bool,
    /// What it works on.
    pub work: Option<Work>,
    /// How it was.
    pub health: Option<Health>,
    /// Where it is asked, for who may.
    pub ask: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// All of them.
    pub terminals: Vec<Terminal>,
    /// What each form carries.
    pub hidden: Vec<(&'static str, String)>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().terminals;
    let rows = model.terminals.iter().map(|terminal| {
        let reached = match terminal.by_network {
            true => words.by_network,
            false => words.by_cloud,
        };
        // Where a till has no name of its own it is called as its terminal.
        let own = terminal.name != terminal.till;
        let name = if own { terminal.name.as_str() } else { "" };
        vec![
            two_lines(kit::plain(&terminal.till), name),
            kit::plain(&terminal.contract),
            kit::plain(reached),
            work(lang, terminal),
            health(lang, model, terminal),
        ]
    });
    let columns = [
        column(words.terminal),
        column(lang.words().payment.contract),
        column(words.reached),
        column(words.work),
        column(words.health),
    ];
    let title = lang.words().frame.terminals;
    el("div")
        .class("stack")
        .with(el("p").class("muted").text(words.hint))
        .with(kit::section(title).with(kit::table(title, &columns, rows)))
}

fn two_lines(first: El, second: &str) -> El {
    let second = (!second.is_empty()).then(|| el("div").class("muted").text(second));
    el("div").with(first).maybe(second)
}

fn work(lang: Lang, terminal: &Terminal) -> El {
    let words = &lang.words().terminals;
    let Some(work) = &terminal.work else {
        return kit::plain(words.free);
    };
    let shows = match work.shows.as_str() {
        "" => String::new(),
        text => fill(words.shows, &[("text", text)]),
    };
    let sum = show::sum(lang, work.amount, work.currency);
    let payment = kit::link(&work.address, &work.reference);
    two_lines(el("span").with(payment).text(format!(", {sum}")), &shows)
}

fn health(lang: Lang, model: &Model, terminal: &Terminal) -> El {
    let words = &lang.words().terminals;
    let told = match &terminal.health {
        None => kit::plain(words.not_asked),
        Some(health) => {
            let age = show::age(lang, health.age);
            let ago = fill(words.ago, &[("age", &age)]);
            let (badge, why) = match &health.told {
                Ok(()) => (kit::badge(Tone::Good, words.well), ago),
                Err(why) => {
                    let why = match why.as_str() {
                        "" => words.no_answer.to_owned(),
                        why => said(lang, why),
                    };
                    (
                        kit::badge(Tone::Warn, words.unwell),
                        format!("{why}, {ago}"),
                    )
                }
            };
            two_lines(badge, &why)
        }
    };
    let ask = terminal.ask.as_ref().map(|address| {
        let hidden = model.hidden.iter();
        let hidden: Vec<_> = hidden
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let text = (lang.words().payment.act)(Act::Check);
        let what = format!("{text}: {}", terminal.till);
        let button = kit::button(text, Weight::Quiet).attr("aria-label", what);
        kit::form(address, &hidden).with(button)
    });
    el("div").class("stack").with(told).maybe(ask)
}
