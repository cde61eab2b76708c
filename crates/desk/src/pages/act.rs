//! What is done with a payment: what will be, one confirmation, and what became of it.

use guichet_domain::desk::Act;
use guichet_domain::money::Currency;
use jiff::civil::DateTime;

use super::means;
use crate::el::{El, el};
use crate::kit::{self, Field, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Lang, Outcome, fill, said};

/// What is done to one part, or is not.
#[derive(Clone, Debug)]
pub struct Line {
    /// The platform's number of its transaction.
    pub part: String,
    /// Its brand.
    pub brand: String,
    /// How much of it, in minor units.
    pub amount: u64,
    /// Why it is not done, or what the platform said; may be empty.
    pub why: String,
}

/// Money that is about to move.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What is done.
    pub act: Act,
    /// This page.
    pub here: String,
    /// The payment's page.
    pub payment: String,
    /// The order's reference.
    pub reference: String,
    /// Platform and account.
    pub contract: String,
    /// The method's code.
    pub means: String,
    /// The currency.
    pub currency: Currency,
    /// How much can be done at most, where another amount can be chosen.
    pub most: Option<u64>,
    /// What was typed as the amount.
    pub typed: String,
    /// It is another one than what was about to be done.
    pub changed: bool,
    /// That can't be done: it is no amount, or `impossible` says why.
    pub no_amount: bool,
    /// How much is done, in minor units.
    pub amount: u64,
    /// To which parts.
    pub lines: Vec<Line>,
    /// What can't be taken later, in minor units.
    pub gives_up: u64,
    /// What is not done, and why.
    pub left_out: Vec<Line>,
    /// Why none of it can be done, in the words of the platform's rules.
    pub impossible: Option<String>,
    /// One person alone may not do it.
    pub second: bool,
    /// What the form carries.
    pub hidden: Vec<(&'static str, String)>,
    /// The reason as it was sent.
    pub reason: String,
    /// It is none.
    pub no_reason: bool,
}

/// Draws what will be done, and the form that does it.
#[must_use]
pub fn preview(lang: Lang, model: &Preview) -> El {
    let words = &lang.words().acts;
    let sum = |minor| show::sum(lang, minor, model.currency);
    let facts = [
        (
            lang.words().list.reference,
            kit::link(&model.payment, &model.reference),
        ),
        (lang.words().payment.contract, kit::plain(&model.contract)),
        (
            lang.words().list.means,
            kit::plain(means(lang, &model.means)),
        ),
    ];
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    let about = kit::section((lang.words().payment.act)(model.act))
        .with(el("p").text((words.meaning)(model.act)))
        .with(kit::facts(facts))
        .maybe(amount(lang, model));
    let changed = model
        .changed
        .then(|| kit::notice(Tone::Warn, words.changed, ""));
    // One form: whoever writes another amount and confirms what stood there before is not taken at
    // his last word.
    let page = form(model).maybe(changed).with(about);
    if let Some(why) = &model.impossible {
        return page
            .with(kit::notice(Tone::Warn, words.impossible, &said(lang, why)))
            .maybe(left_out(lang, model))
            .with(back(lang, model.act, &model.payment));
    }
    if model.lines.is_empty() {
        return page.with(back(lang, model.act, &model.payment));
    }
    let gives_up = (model.gives_up > 0).then(|| {
        let text = fill(words.gives_up, &[("sum", &sum(model.gives_up))]);
        kit::notice(Tone::Warn, &text, "")
    });
    let label = match model.second {
        true => words.second.ask,
        false => (words.confirm)(model.act),
    };
    let second = model
        .second
        .then(|| kit::notice(Tone::Wait, words.second.needed, ""));
    let confirm = fill(label, &[("sum", &sum(model.amount))]);
    let weight = match model.act {
        _ if model.second => Weight::Main,
        Act::Capture => Weight::Main,
        _ => Weight::Danger,
    };
    let confirm = kit::button(&confirm, weight)
        .attr("name", "confirm")
        .attr("value", "1");
    let will = kit::section(words.will)
        .with(table(lang, words.will, model.currency, &model.lines))
        .maybe(gives_up)
        .maybe(second)
        .with(reason(lang, model.act, &model.reason, model.no_reason))
        .with(el("p").with(confirm));
    page.with(will)
        .maybe(left_out(lang, model))
        .with(back(lang, model.act, &model.payment))
}

fn form(model: &Preview) -> El {
    let hidden: Vec<_> = model
        .hidden
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    kit::form(&model.here, &hidden)
}

/// Where another amount is chosen: the page is drawn again for it, and nothing is done.
fn amount(lang: Lang, model: &Preview) -> Option<El> {
    let words = &lang.words().acts;
    let most = fill(
        words.most,
        &[("sum", &show::sum(lang, model.most?, model.currency))],
    );
    let field = Field {
        name: "typed",
        label: words.amount,
        value: &model.typed,
        hint: &most,
        fault: if model.no_amount { words.no_amount } else { "" },
        autocomplete: "off",
        inputmode: "decimal",
        required: true,
        ..Field::default()
    };
    // The first button of the form: it is what the Enter key presses.
    let show = kit::button(words.show, Weight::Quiet).flag("formnovalidate", true);
    Some(
        el("div")
            .class("form")
            .with(kit::field(&field))
            .with(el("p").with(show)),
    )
}

/// Whether an act is not done without a reason.
#[must_use]
pub fn needs_reason(act: Act) -> bool {
    matches!(act, Act::Refund | Act::EndAttention | Act::Decline)
}

pub(super) fn reason(lang: Lang, act: Act, value: &str, wrong: bool) -> El {
    let words = &lang.words().acts;
    let required = needs_reason(act);
    kit::field(&Field {
        name: "reason",
        label: match act {
            Act::EndAttention => words.note,
            _ => words.reason,
        },
        value,
        hint: if required {
            words.reason_hint
        } else {
            words.reason_free
        },
        fault: if wrong { words.no_reason } else { "" },
        autocomplete: "off",
        required,
        ..Field::default()
    })
}

fn left_out(lang: Lang, model: &Preview) -> Option<El> {
    let words = &lang.words().acts;
    let table = || table(lang, words.left_out, model.currency, &model.left_out);
    (!model.left_out.is_empty()).then(|| kit::section(words.left_out).with(table()))
}

fn table(lang: Lang, caption: &str, currency: Currency, lines: &[Line]) -> El {
    let (words, list) = (&lang.words().payment, &lang.words().list);
    let told = lines.iter().any(|line| !line.why.is_empty());
    let rows = lines.iter().map(|line| {
        let mut cells = vec![
            kit::plain(&line.brand),
            kit::code(&line.part),
            kit::plain(show::sum(lang, line.amount, currency)),
        ];
        if told {
            cells.push(kit::plain(said(lang, &line.why)));
        }
        cells
    });
    let mut columns = vec![
        column(words.brand),
        column(words.transaction),
        figures(list.amount),
    ];
    if told {
        columns.push(column(lang.words().acts.why));
    }
    kit::table(caption, &columns, rows)
}

pub(super) fn back(lang: Lang, act: Act, address: &str) -> El {
    let link = kit::link(address, (lang.words().acts.back)(act));
    el("p").with(link)
}

/// Something that moves no amount of the reader's choice.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is done.
    pub act: Act,
    /// This page.
    pub here: String,
    /// The payment's page, or that of the messages.
    pub back: String,
    /// What it is about: an order's reference, a message's id.
    pub about: String,
    /// What should be known before it is done; may be empty.
    pub known: String,
    /// What the form carries.
    pub hidden: Vec<(&'static str, String)>,
    /// The reason as it was sent.
    pub reason: String,
    /// It is none.
    pub no_reason: bool,
}

/// Draws what it is, and the form that does it.
#[must_use]
pub fn decision(lang: Lang, model: &Decision) -> El {
    let words = &lang.words().acts;
    let hidden: Vec<_> = model
        .hidden
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let weight = match model.act {
        Act::Refuse | Act::Expire | Act::CallOff => Weight::Danger,
        _ => Weight::Main,
    };
    let form = kit::form(&model.here, &hidden)
        .with(reason(lang, model.act, &model.reason, model.no_reason))
        .with(kit::button((words.confirm)(model.act), weight));
    let section = kit::section((lang.words().payment.act)(model.act))
        .with(el("p").with(kit::link(&model.back, &model.about)))
        .with(el("p").text((words.meaning)(model.act)))
        .with(form);
    let known = (!model.known.is_empty()).then(|| kit::notice(Tone::Wait, &model.known, ""));
    el("div").class("stack").maybe(known).with(section)
}

/// Draws that nothing was done, and why.
#[must_use]
pub fn undone(lang: Lang, act: Act, why: &str, to: &str) -> El {
    let notice = kit::notice(Tone::Bad, lang.words().acts.undone, why);
    el("div")
        .class("stack")
        .with(notice)
        .with(back(lang, act, to))
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Done => Tone::Good,
        Outcome::PartlyDone | Outcome::Undecided => Tone::Warn,
        Outcome::Pending | Outcome::Unknown => Tone::Wait,
        Outcome::Refused => Tone::Bad,
    }
}

/// What became of money that was asked to move.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was asked for.
    pub act: Act,
    /// This page.
    pub here: String,
    /// The payment's page.
    pub payment: String,
    /// When it was asked for, in Paris.
    pub at: DateTime,
    /// The currency.
    pub currency: Currency,
    /// How much was asked for, in minor units.
    pub amount: u64,
    /// Where it stands.
    pub outcome: Outcome,
    /// Why; may be empty.
    pub reason: String,
    /// Part by part.
    pub lines: Vec<(Outcome, Line)>,
}

/// Draws what became of it.
#[must_use]
pub fn told(lang: Lang, model: &Told) -> El {
    let words = &lang.words().acts;
    let sum = show::sum(lang, model.amount, model.currency);
    let name = (lang.words().payment.act)(model.act);
    let title = format!("{name}, {sum}: {}", (words.outcome)(model.outcome));
    let notice = kit::notice(
        tone(model.outcome),
        &title,
        (words.outcome_meaning)(model.outcome),
    );
    let mut facts = vec![(
        lang.words().audit.when.to_owned(),
        show::moment(lang, model.at),
    )];
    if !model.reason.is_empty() {
        facts.push((words.reason.to_owned(), kit::plain(&model.reason)));
    }
    let rows = model.lines.iter().map(|(outcome, line)| {
        let badge = kit::badge(tone(*outcome), (words.outcome)(*outcome));
        let state = el("span")
            .class("badges")
            .with(badge)
            .with(kit::plain(&line.why));
        vec![
            kit::plain(&line.brand),
            kit::code(&line.part),
            kit::plain(show::sum(lang, line.amount, model.currency)),
            state,
        ]
    });
    let columns = [
        column(lang.words().payment.brand),
        column(lang.words().payment.transaction),
        figures(lang.words().list.amount),
        column(lang.words().payment.outcome),
    ];
    let parts = kit::section(words.parts)
        .with(kit::facts(facts))
        .with(kit::table(words.parts, &columns, rows));
    let open = matches!(model.outcome, Outcome::Pending | Outcome::Unknown);
    let again = open.then(|| kit::button_link(&model.here, words.again, Weight::Quiet));
    let links = el("div").class("actions").maybe(again);
    let links = links.with(kit::link(&model.payment, (words.back)(model.act)));
    el("div")
        .class("stack")
        .with(notice)
        .with(parts)
        .with(links)
}
