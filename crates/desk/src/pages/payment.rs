//! One payment: where it stands, what happened, what can be done.

use guichet_domain::event::{PaymentEvent, ReturnOutcome};
use guichet_domain::ledger::Cause;
use guichet_domain::money::Currency;
use guichet_domain::operation::{Balance, OperationEvent, Progress};
use guichet_domain::payment::PartState;
use guichet_domain::{PartStatus, Refusal};
use jiff::civil::DateTime;

use super::hooks::{self, Told};
use super::look::Looked;
use super::{Standing, means};
use crate::el::{El, el};
use crate::kit::{self, Tone, Weight, column, figures};
use crate::show;
use crate::words::{Act, Lang, fill};

/// Something that happened, and when, in Paris.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When it was recorded.
    pub at: DateTime,
    /// What it was.
    pub event: PaymentEvent,
}

/// An entry of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it was known, in Paris.
    pub at: DateTime,
    /// What it is for.
    pub cause: Cause,
    /// Our account, where the money waits.
    pub account: String,
    /// The means, as far as the bank tells them apart.
    pub means: String,
    /// Minor units; below zero what was given back.
    pub minor: i64,
}

/// A message of a platform: names and values, where a value may be shown.
#[derive(Clone, Debug)]
pub struct Raw {
    /// When it came, in Paris.
    pub at: DateTime,
    /// How: a word such as `notification`.
    pub source: String,
    /// Its fields; a value that may not be shown is absent.
    pub fields: Vec<(String, Option<String>)>,
}

/// Another payment of the same order.
#[derive(Clone, Debug)]
pub struct Other {
    /// Its page.
    pub address: String,
    /// Its id.
    pub id: String,
    /// The method's code.
    pub means: String,
    /// When it was made, in Paris.
    pub made: DateTime,
    /// Where it stands.
    pub standing: Standing,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Model {
    /// The order's reference.
    pub reference: String,
    /// The payment's id.
    pub id: String,
    /// The session's id.
    pub session: String,
    /// The shop's name.
    pub shop: String,
    /// The provider's name.
    pub provider: String,
    /// Our account there.
    pub account: String,
    /// Our reference there.
    pub platform_reference: String,
    /// The method's code.
    pub means: String,
    /// When it was made, in Paris.
    pub made: DateTime,
    /// The order's total, in minor units.
    pub total: u64,
    /// Its currency.
    pub currency: Currency,
    /// Sum of the parts that count.
    pub accepted: u64,
    /// What became of the money.
    pub balance: Balance,
    /// Where it stands.
    pub standing: Standing,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// Why a person should look.
    pub attention: Vec<Looked>,
    /// The transactions.
    pub parts: Vec<PartState>,
    /// What happened, in its order.
    pub happened: Vec<Happened>,
    /// The ledger's entries.
    pub entries: Vec<Entry>,
    /// What the shop's server was told.
    pub told: Vec<Told>,
    /// What the platforms sent.
    pub raw: Vec<Raw>,
    /// The other payments of the order.
    pub others: Vec<Other>,
    /// What can be done, with the address of its page; without, it can't be done now.
    pub acts: Vec<(Act, Option<String>)>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    el("div")
        .class("stack")
        .all(model.attention.iter().map(|why| look(lang, why)))
        .with(
            el("div")
                .class("columns")
                .with(summary(lang, model))
                .with(acts(lang, model)),
        )
        .with(parts(lang, model))
        .with(
            el("div").class("columns").with(timeline(lang, model)).with(
                el("div")
                    .class("stack")
                    .with(ledger(lang, model))
                    .with(told(lang, model)),
            ),
        )
        .maybe(others(lang, model))
        .with(raw(lang, model))
}

fn look(lang: Lang, why: &Looked) -> El {
    let (words, told) = (&lang.words().look, (lang.words().states.attention)(why.why));
    if let Some((person, at, note)) = &why.done {
        let places = [
            ("person", person.as_str()),
            ("moment", &show::moment_text(lang, *at)),
            ("note", note),
        ];
        return kit::notice(Tone::Plain, told.title, &fill(words.done, &places));
    }
    let text = format!("{} {}", told.meaning, told.advice);
    let who = why.hands.told(lang);
    let hands = el("span")
        .class("badges")
        .with(kit::plain(fill(words.who_is, &[("who", &who)])))
        .all(why.hands.links(lang));
    kit::notice(Tone::Warn, told.title, &text).with(hands)
}

fn summary(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let sum = |minor| kit::plain(show::sum(lang, minor, model.currency));
    let list = &lang.words().list;
    let mut state = el("span").class("badges").with(model.standing.badges(lang));
    if let Some(refusal) = model.refusal {
        state = state.with(kit::plain((lang.words().states.refusal)(refusal)));
    }
    let mut facts = vec![
        (list.state, state),
        (words.total, sum(model.total)),
        (words.accepted, sum(model.accepted)),
    ];
    let missing = model.total.saturating_sub(model.accepted);
    for (name, minor) in [
        (words.missing, if model.accepted > 0 { missing } else { 0 }),
        (words.reserved, model.balance.reserved),
        (words.taken, model.balance.taken),
        (words.given_back, model.balance.given_back),
    ] {
        if minor > 0 {
            facts.push((name, sum(minor)));
        }
    }
    let contract = format!("{} · {}", model.provider, model.account);
    facts.extend([
        (list.means, kit::plain(means(lang, &model.means))),
        (words.contract, kit::plain(contract)),
        (
            words.platform_reference,
            kit::code(&model.platform_reference),
        ),
        (list.made, show::moment(lang, model.made)),
        (words.shop, kit::plain(&model.shop)),
        (words.payment, kit::code(&model.id)),
        (words.session, kit::code(&model.session)),
    ]);
    let facts = facts
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    kit::section(words.summary).with(kit::facts(facts))
}

fn acts(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let mut links = Vec::new();
    let mut not_now = Vec::new();
    for (act, address) in &model.acts {
        let name = (words.act)(*act);
        match address {
            Some(address) => {
                let weight = if links.is_empty() {
                    Weight::Main
                } else {
                    Weight::Quiet
                };
                links.push(kit::button_link(address, name, weight));
            }
            None => {
                let why = (words.not_now)(*act);
                let text = fill(words.because, &[("act", name), ("why", why)]);
                not_now.push(el("li").text(text));
            }
        }
    }
    let nothing = links.is_empty().then(|| el("p").text(words.no_acts));
    let links = (!links.is_empty()).then(|| el("div").class("actions").all(links));
    let list = (!not_now.is_empty()).then(|| el("ul").class("muted").all(not_now));
    kit::section(words.acts)
        .maybe(nothing)
        .maybe(links)
        .maybe(list)
}

fn parts(lang: Lang, model: &Model) -> El {
    let (words, states) = (&lang.words().payment, &lang.words().states);
    let section = kit::section(words.parts);
    if model.parts.is_empty() {
        return section.with(el("p").class("muted").text(words.no_parts));
    }
    let rows = model.parts.iter().map(|state| {
        let part = &state.part;
        let tone = match part.status {
            PartStatus::Accepted => Tone::Good,
            PartStatus::Refused => Tone::Bad,
            PartStatus::Pending => Tone::Wait,
        };
        let mut outcome = el("span").class("badges");
        outcome = outcome.with(kit::badge(tone, (states.part_status)(part.status)));
        let taken = part.status == PartStatus::Accepted;
        for (is, text) in [
            (taken && !state.ours, words.not_confirmed),
            (taken && state.ours && !state.counts, words.not_counted),
        ] {
            if is {
                outcome = outcome.with(kit::badge(Tone::Warn, text));
            }
        }
        if let Some(refusal) = part.refusal {
            outcome = outcome.with(kit::plain((states.refusal)(refusal)));
        }
        let balance = &state.balance;
        let back = (balance.given_back > 0).then(|| {
            let sum = show::sum(lang, balance.given_back, model.currency);
            kit::badge(Tone::Plain, &format!("{} {sum}", words.given_back))
        });
        vec![
            kit::plain((states.part)(part.kind)),
            kit::plain(&part.brand),
            kit::plain(show::sum(lang, part.amount.minor(), model.currency)),
            outcome.maybe(back),
            kit::code(&part.transaction),
            kit::code(&part.call),
        ]
    });
    let columns = [
        column(words.kind),
        column(words.brand),
        figures(lang.words().list.amount),
        column(words.outcome),
        column(words.transaction),
        column(words.call),
    ];
    let (sum, total) = (
        show::sum(lang, model.accepted, model.currency),
        show::sum(lang, model.total, model.currency),
    );
    let text = fill(words.sum, &[("sum", &sum), ("total", &total)]);
    let fits = if model.accepted == model.total {
        words.sum_fits
    } else {
        words.sum_differs
    };
    section
        .with(kit::table(words.parts, &columns, rows))
        .with(el("p").text(format!("{text} {fits}")))
}

fn timeline(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let entry = |at: DateTime, tone: Tone, text: &str, more: &str| {
        let more = (!more.is_empty()).then(|| el("span").class("by").text(more));
        el("li")
            .attr("data-tone", tone.word())
            .with(show::moment(lang, at))
            .with(kit::plain(text))
            .maybe(more)
    };
    let made = fill(
        words.happened.made,
        &[("means", &means(lang, &model.means))],
    );
    let happened = model.happened.iter().map(|happened| {
        let (tone, text, more) = told_of(lang, model, &happened.event);
        entry(happened.at, tone, &text, &more)
    });
    let list = el("ol").class("timeline");
    let list = list
        .with(entry(model.made, Tone::Plain, &made, ""))
        .all(happened);
    kit::section(words.timeline).with(list)
}

/// An event in words: its tone, what it was, and what more is known.
fn told_of(lang: Lang, model: &Model, event: &PaymentEvent) -> (Tone, String, String) {
    let (words, states) = (&lang.words().payment.happened, &lang.words().states);
    let sum = |minor| show::sum(lang, minor, model.currency);
    let none = String::new;
    match event {
        PaymentEvent::Part(part) => {
            let (tone, text) = match part.status {
                PartStatus::Accepted => (Tone::Good, words.accepted),
                PartStatus::Refused => (Tone::Bad, words.refused),
                PartStatus::Pending => (Tone::Wait, words.waits),
            };
            let (kind, amount) = ((states.part)(part.kind), sum(part.amount.minor()));
            let text = fill(text, &[("part", kind), ("amount", &amount)]);
            let refusal = part.refusal.map(|why| (states.refusal)(why));
            let more = [part.brand.as_str(), part.transaction.as_str()];
            let more = more
                .into_iter()
                .chain(refusal)
                .filter(|text| !text.is_empty());
            (tone, text, more.collect::<Vec<_>>().join(" · "))
        }
        PaymentEvent::Confirmed(confirmed) => {
            let text = fill(words.confirmed, &[("transaction", &confirmed.transaction)]);
            (Tone::Good, text, sum(confirmed.amount.minor()))
        }
        PaymentEvent::Operation(operation) => told_of_operation(lang, model, operation),
        PaymentEvent::Held { transaction } => {
            let text = fill(words.held, &[("transaction", transaction)]);
            (Tone::Warn, text, none())
        }
        PaymentEvent::Decided { accept: true, .. } => {
            (Tone::Good, words.decided_yes.into(), none())
        }
        PaymentEvent::Decided { .. } => (Tone::Bad, words.decided_no.into(), none()),
        PaymentEvent::Reported { differs: None, .. } => (Tone::Good, words.reported.into(), none()),
        PaymentEvent::Reported {
            differs: Some(how), ..
        } => (Tone::Warn, words.differs.into(), how.clone()),
        PaymentEvent::Rebilling {
            of, due, amount, ..
        } => {
            let text = fill(words.rebilling, &[("payment", of.as_str())]);
            let due = due.map(|day| show::day(lang, day));
            let amount = amount.map(|amount| sum(amount.minor()));
            let how: Vec<_> = due.into_iter().chain(amount).collect();
            (Tone::Plain, text, how.join(", "))
        }
        PaymentEvent::RebillingUntold { .. } => (Tone::Warn, words.untold.into(), none()),
        PaymentEvent::CalledOff => (Tone::Plain, words.called_off.into(), none()),
        PaymentEvent::RebilledBy { payment } => {
            let text = fill(words.rebilled, &[("payment", payment.as_str())]);
            (Tone::Plain, text, none())
        }
        PaymentEvent::Returned { outcome } => {
            let tone = match outcome {
                ReturnOutcome::Refused => Tone::Bad,
                _ => Tone::Plain,
            };
            let text = fill(words.returned, &[("outcome", (words.outcome)(*outcome))]);
            (tone, text, none())
        }
        PaymentEvent::DeadlinePassed => (Tone::Plain, words.deadline.into(), none()),
    }
}

fn told_of_operation(
    lang: Lang,
    model: &Model,
    operation: &OperationEvent,
) -> (Tone, String, String) {
    let words = &lang.words().payment.happened;
    let (tone, more) = match &operation.progress {
        Progress::Done { .. } => (Tone::Good, ""),
        Progress::Refused { why, .. } => (Tone::Bad, why.as_str()),
        Progress::Undecided { word } => (Tone::Warn, word.as_str()),
        Progress::Asked | Progress::Unknown => (Tone::Wait, ""),
    };
    let places = [
        ("what", (words.kind)(operation.kind)),
        (
            "amount",
            &show::sum(lang, operation.amount.minor(), model.currency),
        ),
        ("progress", (words.progress)(&operation.progress)),
    ];
    (tone, fill(words.operation, &places), more.to_owned())
}

fn ledger(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let section = kit::section(words.ledger);
    if model.entries.is_empty() {
        return section.with(el("p").class("muted").text(words.no_ledger));
    }
    let rows = model.entries.iter().map(|entry| {
        let waits = format!("{} · {}", entry.account, means(lang, &entry.means));
        vec![
            kit::plain((words.happened.cause)(&entry.cause)),
            kit::plain(show::amount(lang, entry.minor, model.currency)),
            kit::plain(waits),
            show::moment(lang, entry.at),
        ]
    });
    let columns = [
        column(words.cause),
        figures(lang.words().list.amount),
        column(words.transit),
        column(lang.words().today.day),
    ];
    section.with(kit::table(words.ledger, &columns, rows))
}

fn told(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let section = kit::section(words.notices);
    if model.told.is_empty() {
        return section.with(el("p").class("muted").text(words.no_notices));
    }
    section.with(hooks::table(lang, words.notices, &model.told))
}

fn others(lang: Lang, model: &Model) -> Option<El> {
    let words = &lang.words().payment;
    if model.others.is_empty() {
        return None;
    }
    let list = &lang.words().list;
    let rows = model.others.iter().map(|other| {
        vec![
            kit::link(&other.address, &other.id),
            kit::plain(means(lang, &other.means)),
            other.standing.badges(lang),
            show::moment(lang, other.made),
        ]
    });
    let columns = [
        column(words.payment),
        column(list.means),
        column(list.state),
        column(list.made),
    ];
    Some(kit::section(words.others).with(kit::table(words.others, &columns, rows)))
}

fn raw(lang: Lang, model: &Model) -> El {
    let words = &lang.words().payment;
    let section = kit::section(words.raw);
    if model.raw.is_empty() {
        return section.with(el("p").class("muted").text(words.no_raw));
    }
    let messages = model.raw.iter().map(|message| {
        let at = show::moment_text(lang, message.at);
        let title = format!("{at} · {}", (words.source)(&message.source));
        let lines = message.fields.iter().map(|(name, value)| {
            let value = value.as_deref().unwrap_or(words.hidden);
            format!("{name}={value}\n")
        });
        el("details")
            .with(el("summary").text(title))
            .with(el("pre").text(lines.collect::<String>()))
    });
    section
        .with(el("p").class("muted").text(words.raw_hint))
        .all(messages)
}
