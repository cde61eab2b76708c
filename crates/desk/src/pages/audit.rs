//! Who did what.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;
use jiff::civil::DateTime;

use crate::el::{El, el};
use crate::kit::{self, column};
use crate::show;
use crate::words::{Deed, Lang, fill, said};

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// When, in Paris.
    pub at: DateTime,
    /// The name that was given.
    pub person: String,
    /// What.
    pub what: What,
    /// The address it came from; empty if there is none.
    pub origin: String,
}

/// The page: what was done, or what was refused.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What of it is on this page.
    pub done: Vec<Done>,
    /// It is what was refused.
    pub refused: bool,
    /// The address of the other one.
    pub other: String,
    /// The address of what was done with payments; none where this is it.
    pub payments: Option<String>,
    /// The address of the first page, from a later one.
    pub newest: Option<String>,
    /// The address of the page after this one.
    pub older: Option<String>,
}

/// What was done.
#[derive(Clone, Debug)]
pub enum What {
    /// At the login, or about the person.
    Login(Deed),
    /// With a payment.
    Payment(OfPayment),
}

/// What was done with a payment, or with a message to a shop's server.
#[derive(Clone, Debug)]
pub struct OfPayment {
    /// What.
    pub act: Act,
    /// The page that tells of it.
    pub address: String,
    /// Its id.
    pub subject: String,
    /// How much, in minor units.
    pub amount: Option<(u64, Currency)>,
    /// Why; may be empty.
    pub reason: String,
    /// Why nothing was done, if that is so.
    pub undone: Option<String>,
    /// Who approved or declined it, when in Paris, and whether it was approved.
    pub second: Option<(String, DateTime, bool)>,
}

fn what(lang: Lang, what: &What) -> El {
    let done = match what {
        What::Login(deed) => return kit::plain((lang.words().audit.deed)(*deed)),
        What::Payment(done) => done,
    };
    let sum = done
        .amount
        .map(|(minor, currency)| show::sum(lang, minor, currency));
    let words = &lang.words().acts;
    let sum = sum.unwrap_or_default();
    let confirmed = match done.act {
        // What the button says there is said by who presses it.
        Act::TakeAttention | Act::EndAttention => (lang.words().payment.act)(done.act).to_owned(),
        // Its amount is that of what was asked for, which is a line of its own.
        Act::Approve | Act::Decline => (lang.words().payment.act)(done.act).to_owned(),
        Act::Amend => format!("{}: {sum}", (lang.words().payment.act)(done.act)),
        act => fill((words.confirm)(act), &[("sum", &sum)]),
    };
    let reason = (!done.reason.is_empty()).then(|| format!("{}: {}", words.reason, done.reason));
    let undone = done.undone.as_ref();
    let undone = undone.map(|why| format!("{}: {}", words.undone, said(lang, why)));
    let second = done.second.as_ref().map(|(person, at, approved)| {
        let text = match approved {
            true => words.second.approved,
            false => words.second.declined,
        };
        let at = show::moment_text(lang, *at);
        fill(text, &[("person", person), ("moment", &at)])
    });
    let more = reason.into_iter().chain(second).chain(undone);
    el("div")
        .text(format!("{confirmed}, "))
        .with(kit::link(&done.address, &done.subject))
        .all(more.map(|text| el("div").class("muted").text(text)))
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().audit;
    let columns = [words.when, words.who, words.what, words.origin].map(column);
    let rows = model.done.iter().map(|done| {
        let origin = match done.origin.as_str() {
            "" => words.no_origin,
            origin => origin,
        };
        vec![
            show::moment(lang, done.at),
            kit::plain(&done.person),
            what(lang, &done.what),
            kit::plain(origin),
        ]
    });
    let table = kit::table(lang.words().frame.audit, &columns, rows);
    let (meaning, other) = match (&model.payments, model.refused) {
        (None, _) => (words.payments_meaning, words.to_done),
        (Some(_), false) => (words.meaning, words.to_refused),
        (Some(_), true) => (words.refused_meaning, words.to_done),
    };
    let payments = model.payments.as_deref();
    let payments = payments.map(|at| kit::link(at, words.to_payments));
    let list = &lang.words().list;
    let newest = model.newest.as_deref().map(|at| (at, list.newest));
    let older = model.older.as_deref().map(|at| (at, list.older));
    el("div")
        .class("stack")
        .with(el("p").text(meaning))
        .with(el("p").with(kit::link(&model.other, other)))
        .maybe(payments.map(|link| el("p").with(link)))
        .with(el("div").class("card").with(table))
        .maybe(kit::paging(list.pages, newest, older))
}
