//! The pieces that pages are made of.

use crate::el::{El, el};

/// What a colour tells; it never tells it alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tone {
    /// All is well.
    Good,
    /// It failed.
    Bad,
    /// A person should look.
    Warn,
    /// It goes on.
    Wait,
    /// Nothing.
    Plain,
}

impl Tone {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Wait => "wait",
            Self::Plain => "plain",
        }
    }
}

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Weight {
    /// What the page is for.
    Main,
    /// One of several.
    Quiet,
    /// What can't be undone.
    Danger,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Main => "button",
            Self::Quiet => "button quiet",
            Self::Danger => "button danger",
        }
    }
}

/// A state in one or two words.
#[must_use]
pub fn badge(tone: Tone, text: &str) -> El {
    let badge = el("span").class("badge").attr("data-tone", tone.word());
    badge.text(text)
}

/// What the reader should know before all else. `role` is `status`, or `alert` for a failure.
#[must_use]
pub fn notice(tone: Tone, title: &str, text: &str) -> El {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    let notice = el("div").class("notice").attr("data-tone", tone.word());
    let body = (!text.is_empty()).then(|| el("p").text(text));
    let notice = notice.attr("role", role);
    notice.with(el("strong").text(title)).maybe(body)
}

/// A part of a page under a heading.
#[must_use]
pub fn section(heading: &str) -> El {
    el("section")
        .class("card")
        .attr("aria-label", heading)
        .with(el("h2").text(heading))
}

/// A link.
#[must_use]
pub fn link(address: &str, text: &str) -> El {
    el("a").attr("href", address).text(text)
}

/// A link that looks like a button.
#[must_use]
pub fn button_link(address: &str, text: &str, weight: Weight) -> El {
    link(address, text).class(weight.class())
}

/// A button that sends its form.
#[must_use]
pub fn button(text: &str, weight: Weight) -> El {
    el("button")
        .attr("type", "submit")
        .class(weight.class())
        .text(text)
}

/// A form that is posted, with the fields that nobody sees: the token that proves where it came
/// from belongs there.
#[must_use]
pub fn form(action: &str, hidden: &[(&str, &str)]) -> El {
    let form = el("form").class("form").attr("method", "post");
    let hidden = hidden.iter().map(|(name, value)| {
        let input = el("input").attr("type", "hidden");
        input.attr("name", name).attr("value", value)
    });
    form.attr("action", action).all(hidden)
}

/// What is typed into one place of a form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    /// Its name in the form; its `id` too.
    pub name: &'a str,
    /// What the reader calls it.
    pub label: &'a str,
    /// `text`, `password`, `email`, `date`, `search`; empty is `text`.
    pub kind: &'a str,
    /// What stands in it.
    pub value: &'a str,
    /// How it is meant; may be empty.
    pub hint: &'a str,
    /// What is wrong with what was sent; may be empty.
    pub fault: &'a str,
    /// Value of `autocomplete`; may be empty.
    pub autocomplete: &'a str,
    /// Value of `inputmode`; may be empty.
    pub inputmode: &'a str,
    /// It must not be empty.
    pub required: bool,
}

/// A field with its label, and with its hint and fault where a screen reader finds them.
#[must_use]
pub fn field(field: &Field<'_>) -> El {
    let Field { name, kind, .. } = *field;
    let kind = if kind.is_empty() { "text" } else { kind };
    let mut input = el("input")
        .attr("type", kind)
        .attr("id", name)
        .attr("name", name)
        .attr("value", field.value)
        .flag("required", field.required);
    for (attribute, value) in [
        ("autocomplete", field.autocomplete),
        ("inputmode", field.inputmode),
    ] {
        if !value.is_empty() {
            input = input.attr(attribute, value);
        }
    }
    described(name, field.label, input, field.hint, field.fault)
}

/// A choice among `options`: what is sent, and what is read.
#[must_use]
pub fn select(name: &str, label: &str, value: &str, options: &[(&str, &str)]) -> El {
    let options = options.iter().map(|(sent, read)| {
        let option = el("option").attr("value", sent);
        option.flag("selected", *sent == value).text(read)
    });
    let select = el("select").attr("id", name).attr("name", name);
    described(name, label, select.all(options), "", "")
}

fn described(name: &str, label: &str, mut control: El, hint: &str, fault: &str) -> El {
    let (hint_id, fault_id) = (format!("{name}-hint"), format!("{name}-fault"));
    let mut by = Vec::new();
    if !hint.is_empty() {
        by.push(hint_id.as_str());
    }
    if !fault.is_empty() {
        by.push(fault_id.as_str());
        control = control.attr("aria-invalid", "true");
    }
    if !by.is_empty() {
        control = control.attr("aria-describedby", by.join(" "));
    }
    let told = |class, id: &str, text: &str| {
        let told = el("p").class(class).attr("id", id).text(text);
        (!text.is_empty()).then_some(told)
    };
    el("div")
        .class("field")
        .with(el("label").attr("for", name).text(label))
        .with(control)
        .maybe(told("hint", &hint_id, hint))
        .maybe(told("fault", &fault_id, fault))
}

/// Names with what they stand for.
#[must_use]
pub fn facts(facts: impl IntoIterator<Item = (String, El)>) -> El {
    let pairs = facts.into_iter().map(|(name, value)| {
        let pair = el("div").with(el("dt").text(name));
        pair.with(el("dd").with(value))
    });
    el("dl").class("facts").all(pairs)
}

/// A text as an element, for a cell or a fact.
#[must_use]
pub fn plain(text: impl AsRef<str>) -> El {
    el("span").text(text)
}

/// A number or a code that people copy.
#[must_use]
pub fn code(text: &str) -> El {
    el("code").text(text)
}

/// A column's heading, and whether its cells are figures.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its heading.
    pub heading: &'a str,
    /// Its cells are figures, which stand one under the other.
    pub figures: bool,
}

/// A column of words.
#[must_use]
pub fn column(heading: &str) -> Column<'_> {
    let figures = false;
    Column { heading, figures }
}

/// A column of figures.
#[must_use]
pub fn figures(heading: &str) -> Column<'_> {
    let figures = true;
    Column { heading, figures }
}

/// A table. Where there is no room for its columns, each row is a card; so that it is a table to a
/// screen reader all the same, its roles are written out.
#[must_use]
pub fn table(caption: &str, columns: &[Column<'_>], rows: impl IntoIterator<Item = Vec<El>>) -> El {
    let class = |figures: bool| if figures { "figures" } else { "words" };
    let heads = columns.iter().map(|column| {
        el("th")
            .attr("scope", "col")
            .attr("role", "columnheader")
            .class(class(column.figures))
            .text(column.heading)
    });
    let rows = rows.into_iter().map(|cells| {
        let cells = cells.into_iter().zip(columns).map(|(cell, column)| {
            el("td")
                .attr("role", "cell")
                .class(class(column.figures))
                .attr("data-label", column.heading)
                .with(cell)
        });
        el("tr").attr("role", "row").all(cells)
    });
    let head = el("tr").attr("role", "row").all(heads);
    // Where there is little room, these columns do not fit beside each other.
    let class = if columns.len() > 3 { "wide" } else { "slim" };
    el("table")
        .attr("role", "table")
        .class(class)
        .with(el("caption").class("spoken").text(caption))
        .with(el("thead").attr("role", "rowgroup").with(head))
        .with(el("tbody").attr("role", "rowgroup").all(rows))
}

/// The way to what is older, and back to what is newest.
#[must_use]
pub fn paging(
    label: &str,
    newest: Option<(&str, &str)>,
    older: Option<(&str, &str)>,
) -> Option<El> {
    if newest.is_none() && older.is_none() {
        return None;
    }
    let links = [(newest, ""), (older, "next")];
    let links = links.into_iter().filter_map(|(at, rel)| {
        let (address, text) = at?;
        let link = button_link(address, text, Weight::Quiet);
        Some(if rel.is_empty() {
            link
        } else {
            link.attr("rel", rel)
        })
    });
    let nav = el("nav").class("paging").attr("aria-label", label);
    Some(nav.all(links))
}
