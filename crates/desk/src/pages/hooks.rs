//! What shops' servers are told, and where they take it.

use jiff::civil::DateTime;

use crate::el::{El, el};
use crate::kit::{self, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Lang, fill};

/// Something that a shop's server was told, or is to be.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it tells: `payment.paid`.
    pub kind: String,
    /// When it became true, in Paris.
    pub created: DateTime,
    /// When the server took it.
    pub delivered: Option<DateTime>,
    /// It is sent again.
    pub waits: bool,
    /// How often it was sent.
    pub tries: u32,
    /// What was answered last.
    pub answer: String,
    /// The page of the payment that it speaks of; none where this page is it.
    pub about: Option<(String, String)>,
    /// The page on which it is sent again, for who may.
    pub replay: Option<String>,
}

/// Where a shop is told.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The shop.
    pub shop: String,
    /// The address.
    pub address: String,
    /// Since when it fails.
    pub failing: Option<DateTime>,
    /// Since when nothing is sent to it, and why.
    pub disabled: Option<(DateTime, String)>,
    /// How many messages wait.
    pub waiting: u64,
    /// How many were given up.
    pub given_up: u64,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Where shops are told.
    pub endpoints: Vec<Endpoint>,
    /// What they are told.
    pub told: Vec<Told>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().hooks;
    let latest = kit::section(words.latest);
    let latest = if model.told.is_empty() {
        latest.with(el("p").class("muted").text(words.nothing))
    } else {
        latest.with(table(lang, words.latest, &model.told))
    };
    el("div")
        .class("stack")
        .with(endpoints(lang, &model.endpoints))
        .with(latest)
}

/// Where shops are told, here and among the settings.
pub(super) fn endpoints(lang: Lang, endpoints: &[Endpoint]) -> El {
    let words = &lang.words().hooks;
    let section = kit::section(words.endpoints);
    if endpoints.is_empty() {
        return section.with(el("p").class("muted").text(words.no_endpoints));
    }
    let rows = endpoints.iter().map(|endpoint| {
        let when = |at| show::moment_text(lang, at);
        let state = match (&endpoint.disabled, endpoint.failing) {
            (Some((at, why)), _) => {
                let text = fill(words.disabled, &[("when", &when(*at))]);
                let badge = kit::badge(Tone::Bad, &text);
                el("span").class("badges").with(badge).with(kit::plain(why))
            }
            (None, Some(at)) => {
                let text = fill(words.failing, &[("when", &when(at))]);
                kit::badge(Tone::Warn, &text)
            }
            (None, None) => kit::badge(Tone::Good, words.well),
        };
        vec![
            kit::plain(&endpoint.shop),
            kit::code(&endpoint.address),
            state,
            kit::plain(show::number(lang, endpoint.waiting)),
            kit::plain(show::number(lang, endpoint.given_up)),
        ]
    });
    let columns = [
        column(lang.words().payment.shop),
        column(words.address),
        column(words.state),
        figures(words.waiting),
        figures(words.given_up),
    ];
    section.with(kit::table(words.endpoints, &columns, rows))
}

/// Messages as a table, here and on a payment's page.
pub(super) fn table(lang: Lang, caption: &str, told: &[Told]) -> El {
    let words = &lang.words().hooks;
    let about = told.iter().any(|told| told.about.is_some());
    let rows = told.iter().map(|told| {
        let mut state = el("span")
            .class("badges")
            .with(match (told.delivered, told.waits) {
                (Some(_), _) => kit::badge(Tone::Good, words.delivered),
                (None, true) => kit::badge(Tone::Wait, words.waits),
                (None, false) => kit::badge(Tone::Bad, words.over),
            });
        if let Some(address) = &told.replay {
            state = state.with(kit::button_link(address, words.replay, Weight::Quiet));
        }
        let mut cells = vec![
            kit::code(&told.kind),
            state,
            show::moment(lang, told.created),
            kit::plain(told.tries.to_string()),
            kit::plain(&told.answer),
        ];
        if about {
            let link = told
                .about
                .as_ref()
                .map(|(address, name)| kit::link(address, name));
            cells.insert(1, el("span").maybe(link));
        }
        cells
    });
    let mut columns = vec![
        column(words.kind),
        column(words.state),
        column(words.created),
        figures(words.tries),
        column(words.answer),
    ];
    if about {
        columns.insert(1, column(lang.words().list.reference));
    }
    kit::table(caption, &columns, rows)
}
