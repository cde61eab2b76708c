//! What one person asks for and another one approves.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;
use jiff::civil::DateTime;

use super::act::back;
use super::means;
use crate::el::{El, el};
use crate::kit::{self, Field, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Lang, fill, said};

/// Where it stands.
#[derive(Clone, Debug)]
pub enum State {
    /// It waits for another person than the reader.
    Own,
    /// It waits.
    Waits,
    /// Somebody approved it, at a moment of Paris.
    Approved(String, DateTime),
    /// Somebody declined it.
    Declined(String, DateTime),
    /// Nobody approved it in time.
    Lapsed,
    /// Nothing came of it, and why.
    Undone(String),
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Model {
    /// What is to be done.
    pub act: Act,
    /// The payment's page.
    pub payment: String,
    /// The order's reference.
    pub reference: String,
    /// Platform and account.
    pub contract: String,
    /// The method's code.
    pub means: String,
    /// How much, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// What can't be taken later, in minor units.
    pub gives_up: u64,
    /// Who asked.
    pub asked_by: String,
    /// When, in Paris.
    pub asked_at: DateTime,
    /// Until when it may be approved, in Paris.
    pub until: DateTime,
    /// Why; may be empty.
    pub reason: String,
    /// Where it stands.
    pub state: State,
    /// Where it is approved, if the reader may.
    pub approve: Option<String>,
    /// Where it is declined, if the reader may.
    pub decline: Option<String>,
    /// What the forms carry.
    pub hidden: Vec<(&'static str, String)>,
    /// The list of what waits.
    pub list: String,
    /// The reason for declining is none.
    pub no_reason: bool,
}

/// Draws what was asked for, and the forms that decide about it.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let (words, second) = (&lang.words().acts, &lang.words().acts.second);
    let sum = |minor| show::sum(lang, minor, model.currency);
    let about = (words.meaning)(model.act);
    let facts = [
        (
            lang.words().list.reference,
            kit::link(&model.payment, &model.reference),
        ),
        (lang.words().list.amount, kit::plain(sum(model.amount))),
        (lang.words().payment.contract, kit::plain(&model.contract)),
        (
            lang.words().list.means,
            kit::plain(means(lang, &model.means)),
        ),
        (second.asked_by, kit::plain(&model.asked_by)),
        (second.asked_at, show::moment(lang, model.asked_at)),
        (words.reason, kit::plain(&model.reason)),
        (second.until, show::moment(lang, model.until)),
    ];
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    let gives_up = (model.gives_up > 0).then(|| {
        let text = fill(words.gives_up, &[("sum", &sum(model.gives_up))]);
        kit::notice(Tone::Warn, &text, "")
    });
    let asked = kit::section((lang.words().payment.act)(model.act))
        .with(el("p").text(about))
        .with(kit::facts(facts))
        .maybe(gives_up);
    el("div")
        .class("stack")
        .with(state(lang, model))
        .with(asked)
        .maybe(approve(lang, model))
        .maybe(decline(lang, model))
        .with(back(lang, Act::Approve, &model.list))
}

fn state(lang: Lang, model: &Model) -> El {
    let words = &lang.words().acts;
    let second = &words.second;
    let decided = |text, person: &str, at| {
        let at = show::moment_text(lang, at);
        fill(text, &[("person", person), ("moment", &at)])
    };
    match &model.state {
        State::Own => kit::notice(Tone::Wait, second.waits, second.own),
        State::Waits => kit::notice(Tone::Wait, second.waits, second.waits_meaning),
        State::Approved(person, at) => {
            kit::notice(Tone::Good, &decided(second.approved, person, *at), "")
        }
        State::Declined(person, at) => {
            kit::notice(Tone::Bad, &decided(second.declined, person, *at), "")
        }
        State::Lapsed => kit::notice(Tone::Bad, second.lapsed, ""),
        State::Undone(why) => kit::notice(Tone::Bad, words.undone, &said(lang, why)),
    }
}

fn form(model: &Model, address: &str) -> El {
    let hidden = model.hidden.iter();
    let hidden: Vec<_> = hidden
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    kit::form(address, &hidden)
}

fn approve(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().acts;
    let address = model.approve.as_ref()?;
    let sum = show::sum(lang, model.amount, model.currency);
    let label = fill((words.confirm)(Act::Approve), &[("sum", &sum)]);
    let form = form(model, address).with(kit::button(&label, Weight::Danger));
    let section = kit::section((lang.words().payment.act)(Act::Approve));
    let meaning = el("p").text((words.meaning)(Act::Approve));
    Some(section.with(meaning).with(form))
}

fn decline(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().acts;
    let address = model.decline.as_ref()?;
    let field = Field {
        name: "reason",
        label: words.reason,
        hint: words.reason_hint,
        fault: if model.no_reason { words.no_reason } else { "" },
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    let button = kit::button((words.confirm)(Act::Decline), Weight::Quiet);
    let form = form(model, address).with(kit::field(&field)).with(button);
    let section = kit::section((lang.words().payment.act)(Act::Decline));
    let meaning = el("p").text((words.meaning)(Act::Decline));
    Some(section.with(meaning).with(form))
}

/// Something that waits for a second person, in a list.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its page.
    pub address: String,
    /// What is to be done.
    pub act: Act,
    /// How much, in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: Currency,
    /// Who asked.
    pub asked_by: String,
    /// Seconds since they did.
    pub age: i64,
    /// Until when it may be approved, in Paris.
    pub until: DateTime,
}

/// Draws those that wait; none where none does.
pub(super) fn waiting(lang: Lang, waiting: &[Waiting]) -> Option<El> {
    let words = &lang.words().acts.second;
    if waiting.is_empty() {
        return None;
    }
    let rows = waiting.iter().map(|one| {
        let act = (lang.words().payment.act)(one.act);
        vec![
            kit::link(&one.address, act),
            kit::plain(show::sum(lang, one.amount, one.currency)),
            kit::plain(&one.asked_by),
            kit::plain(show::age(lang, one.age)),
            show::moment(lang, one.until),
        ]
    });
    let columns = [
        column(lang.words().audit.what),
        figures(lang.words().list.amount),
        column(words.asked_by),
        column(lang.words().look.since),
        column(words.until),
    ];
    let section = kit::section(words.waits).with(el("p").text(words.waits_meaning));
    Some(section.with(kit::table(words.waits, &columns, rows)))
}
