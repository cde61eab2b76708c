//! What needs a person: each kind with what it means and what to do.

use guichet_domain::money::Currency;
use guichet_domain::payment::Attention;
use jiff::civil::DateTime;

use super::approval::{self, Waiting};
use super::means;
use crate::el::{El, el};
use crate::kit::{self, Weight, column, figures};
use crate::show;
use crate::words::{Act, Lang, fill};

/// Who looks after something, and what the reader may do about it.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    /// Who looks after it, and for how many seconds.
    pub taken: Option<(String, i64)>,
    /// The page that takes it, if the reader may.
    pub take: Option<String>,
    /// The page that has it done, if the reader may.
    pub end: Option<String>,
}

impl Hands {
    /// Who it is, in a line.
    pub(super) fn told(&self, lang: Lang) -> String {
        let words = &lang.words().look;
        let Some((person, since)) = &self.taken else {
            return words.nobody.to_owned();
        };
        let places = [
            ("person", person.as_str()),
            ("age", &show::age(lang, *since)),
        ];
        fill(words.taken, &places)
    }

    /// The ways to the pages.
    pub(super) fn links(&self, lang: Lang) -> Vec<El> {
        let name = lang.words().payment.act;
        let links = [
            (&self.take, Act::TakeAttention),
            (&self.end, Act::EndAttention),
        ];
        let links = links.into_iter().filter_map(|(address, act)| {
            let address = address.as_ref()?;
            Some(kit::button_link(address, name(act), Weight::Quiet))
        });
        links.collect()
    }

    fn cell(&self, lang: Lang) -> El {
        let told = kit::plain(self.told(lang));
        el("span").class("badges").with(told).all(self.links(lang))
    }
}

/// Why a person should look, and who does.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Why.
    pub why: Attention,
    /// Who looks after it.
    pub hands: Hands,
    /// Who has, when in Paris, and what they wrote.
    pub done: Option<(String, DateTime, String)>,
}

/// A payment that a person should look at.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its page.
    pub address: String,
    /// The order's reference.
    pub reference: String,
    /// The method's code.
    pub means: String,
    /// The order's total, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// Seconds since it was made.
    pub age: i64,
    /// Who looks after it.
    pub hands: Hands,
}

/// A message that fits no payment.
#[derive(Clone, Debug)]
pub struct Unmatched {
    /// Our account that it came to.
    pub account: String,
    /// The reference that it names.
    pub reference: String,
    /// Seconds since it came.
    pub age: i64,
    /// Who looks after it.
    pub hands: Hands,
}

/// A message that can't be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Our account that it came to.
    pub account: String,
    /// What is wrong with it.
    pub why: String,
    /// How often it came.
    pub times: u32,
    /// Seconds since it came first.
    pub age: i64,
    /// Who looks after it.
    pub hands: Hands,
}

/// A saved card that pays until this month or the next, and no longer.
#[derive(Clone, Debug)]
pub struct Expiring {
    /// The shop that names the shopper.
    pub shop: String,
    /// The shop's own name of the shopper.
    pub shopper: String,
    /// Its last digits.
    pub last_digits: String,
    /// Year and month, such as `2026-12`.
    pub until: String,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What waits for a second person.
    pub approvals: Vec<Waiting>,
    /// Payments, by why.
    pub payments: Vec<(Attention, Vec<Row>)>,
    /// How many more payments there are that are not listed.
    pub more: u64,
    /// Messages that fit no payment.
    pub unmatched: Vec<Unmatched>,
    /// Messages that can't be read.
    pub unreadable: Vec<Unreadable>,
    /// Saved cards that end soon.
    pub expiring: Vec<Expiring>,
    /// Accounts whose platform did not tell which cards end soon.
    pub expiring_untold: Vec<String>,
}

impl Model {
    fn oldest(&self) -> Option<i64> {
        let payments = self.payments.iter().flat_map(|(_, rows)| rows);
        let payments = payments.map(|row| row.age);
        let unmatched = self.unmatched.iter().map(|message| message.age);
        let unreadable = self.unreadable.iter().map(|message| message.age);
        let approvals = self.approvals.iter().map(|one| one.age);
        let messages = unmatched.chain(unreadable);
        payments.chain(messages).chain(approvals).max()
    }
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().look;
    let page = el("div").class("stack");
    let Some(oldest) = model.oldest() else {
        let nothing = kit::notice(kit::Tone::Good, words.nothing, "");
        return page.with(nothing).maybe(expiring(lang, model));
    };
    let age = fill(words.oldest, &[("age", &show::age(lang, oldest))]);
    let more = (model.more > 0).then(|| {
        let count = show::number(lang, model.more);
        el("p").text(fill(words.more, &[("count", &count)]))
    });
    page.with(el("p").text(age))
        .maybe(approval::waiting(lang, &model.approvals))
        .maybe(unmatched(lang, model))
        .maybe(unreadable(lang, model))
        .all(
            model
                .payments
                .iter()
                .map(|(why, rows)| kind(lang, *why, rows)),
        )
        .maybe(more)
        .maybe(expiring(lang, model))
}

fn kind(lang: Lang, why: Attention, rows: &[Row]) -> El {
    let words = &lang.words().look;
    let told = (lang.words().states.attention)(why);
    let list = &lang.words().list;
    let cells = rows.iter().map(|row| {
        vec![
            kit::link(&row.address, &row.reference),
            kit::plain(show::sum(lang, row.amount, row.currency)),
            kit::plain(means(lang, &row.means)),
            kit::plain(show::age(lang, row.age)),
            row.hands.cell(lang),
        ]
    });
    let columns = [
        column(list.reference),
        figures(list.amount),
        column(list.means),
        column(words.since),
        column(words.who),
    ];
    let advice = el("p")
        .with(el("strong").text(words.advice))
        .text(told.advice);
    kit::section(told.title)
        .with(el("p").text(told.meaning))
        .with(advice)
        .with(kit::table(told.title, &columns, cells))
}

fn unmatched(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().look;
    if model.unmatched.is_empty() {
        return None;
    }
    let rows = model.unmatched.iter().map(|message| {
        vec![
            kit::code(&message.reference),
            kit::plain(&message.account),
            kit::plain(show::age(lang, message.age)),
            message.hands.cell(lang),
        ]
    });
    let columns = [
        column(lang.words().payment.platform_reference),
        column(lang.words().settings.account),
        column(words.since),
        column(words.who),
    ];
    let section = kit::section(words.unmatched).with(el("p").text(words.unmatched_meaning));
    Some(section.with(kit::table(words.unmatched, &columns, rows)))
}

fn unreadable(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().look;
    if model.unreadable.is_empty() {
        return None;
    }
    let rows = model.unreadable.iter().map(|message| {
        vec![
            kit::plain(&message.account),
            kit::plain(&message.why),
            kit::plain(message.times.to_string()),
            kit::plain(show::age(lang, message.age)),
            message.hands.cell(lang),
        ]
    });
    let columns = [
        column(lang.words().settings.account),
        column(words.why),
        figures(words.times),
        column(words.since),
        column(words.who),
    ];
    let section = kit::section(words.unreadable).with(el("p").text(words.unreadable_meaning));
    Some(section.with(kit::table(words.unreadable, &columns, rows)))
}

/// Nobody is behind on it: it is no matter that somebody takes, and it is last.
fn expiring(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().look;
    if model.expiring.is_empty() && model.expiring_untold.is_empty() {
        return None;
    }
    let rows = model.expiring.iter().map(|card| {
        vec![
            kit::plain(&card.shop),
            kit::code(&card.shopper),
            kit::plain(format!("•••• {}", card.last_digits)),
            kit::plain(&card.until),
        ]
    });
    let columns = [
        column(words.card_shop),
        column(words.card_shopper),
        column(words.card),
        column(words.card_until),
    ];
    let untold = model
        .expiring_untold
        .iter()
        .map(|account| el("p").text(fill(words.expiring_untold, &[("account", account)])));
    let section = kit::section(words.expiring).with(el("p").text(words.expiring_meaning));
    let table = (!model.expiring.is_empty()).then(|| kit::table(words.expiring, &columns, rows));
    Some(section.all(untold).maybe(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_that_end_soon_are_told_with_whose_they_are_and_who_was_not_heard() {
        let html = |model: &Model| view(Lang::Fr, model).html();
        let nothing = html(&Model::default());
        assert!(!nothing.contains("expirent"), "{nothing}");
        let told = html(&Model {
            expiring: vec![Expiring {
                shop: "demo".into(),
                shopper: "client-<42>".into(),
                last_digits: "4242".into(),
                until: "2026-12".into(),
            }],
            ..Model::default()
        });
        for part in ["expirent", "client-&lt;42&gt;", "•••• 4242", "2026-12"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        let untold = html(&Model {
            expiring_untold: vec!["counters".into()],
            ..Model::default()
        });
        assert!(untold.contains("counters"), "{untold}");
        assert!(!untold.contains("<table"), "{untold}");
    }
}
