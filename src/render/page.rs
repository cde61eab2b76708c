//! Whole pages, for browsers in which nothing of the widget runs: the same view, whose buttons are
//! those of forms.

use guichet_wire::{CheckoutSession, ContinuePayment, FormField, ProblemCode, ShopperQuestion};
use leptos::prelude::*;

use super::html::{drawing, drawn_or_nothing, escaped};
use crate::state::entry::{EntryTrouble, Given, Order};
use crate::state::face::{Choice, Face, Meaning, Outage, PressStep, Trouble, meaning};
use crate::state::language;
use crate::state::locale::Locale;
use crate::state::model::Model;
use crate::view::el::{El, el};
use crate::view::root;
use crate::view::ui::{Plain, Ui};
use crate::words::fill;

/// A page to draw.
#[derive(Clone, Default)]
pub struct Page<'a> {
    /// The session, if the page speaks of one.
    pub session: Option<CheckoutSession>,
    /// The language that the browser asks for; may be empty.
    pub language: &'a str,
    /// The address of the style sheet.
    pub style: &'a str,
    /// The script that sends the form of the page that leaves, for browsers that run it. Nothing in
    /// it ends a `script`.
    pub script: &'a str,
    /// Where the forms go.
    pub action: &'a str,
    /// The session's secret: it stands in the forms.
    pub secret: &'a str,
    /// How many payments the session has.
    pub turn: usize,
    /// The shop's own page of the session.
    pub back: &'a str,
    /// What is shown.
    pub shown: Shown,
}

/// What a page shows.
#[derive(Clone, Default)]
pub enum Shown {
    /// How the session stands.
    #[default]
    Status,
    /// The list of methods, although a payment may be under way.
    List {
        /// What stands chosen; may be empty.
        method: String,
        /// `choose_first`, or the code of what was in the way; may be empty.
        said: String,
    },
    /// The question before a second payment is started.
    Sure {
        /// What would pay.
        method: String,
    },
    /// A question to the shopper.
    Ask {
        /// What is asked.
        question: ShopperQuestion,
        /// The payment's method.
        method: String,
        /// `empty`, or the code of what was wrong with the answer; may be empty.
        said: String,
        /// What goes with the answer.
        hidden: Vec<(&'static str, String)>,
    },
    /// The form that leads to the platform's page.
    Leave {
        /// Its address.
        url: String,
        /// Its fields, in their order.
        fields: Vec<FormField>,
    },
    /// The link that leads to the platform's page.
    Redirect {
        /// Its address.
        url: String,
    },
    /// A link that was sent: whose order it is, and the button that uses it up.
    Link {
        /// Where the button goes.
        url: String,
        /// What tells one press of it from another.
        once: String,
    },
    /// A link that was used, or is too old.
    LinkOver,
    /// A problem with this code.
    Problem(&'static str),
}

/// A page as it was drawn.
pub struct Drawn {
    /// The document.
    pub html: String,
    /// An outcome is waited for: the page should be asked for again.
    pub waits: bool,
}

/// Draws a page. One that can't be drawn says that something went wrong.
#[must_use]
pub fn draw(page: &Page<'_>) -> Drawn {
    drawn_or_nothing(|| document(page)).unwrap_or_else(|| {
        let words = language::of("", page.language, page.session.as_ref()).words;
        Drawn {
            html: format!("<!doctype html><title>500</title><p>{}", words.broken_body),
            waits: false,
        }
    })
}

fn document(page: &Page<'_>) -> Drawn {
    let locale = language::of("", page.language, page.session.as_ref());
    let model = model(page);
    let face = model.face();
    let waits = matches!(page.shown, Shown::Status) && face == Face::Waiting;
    let words = locale.words;
    let shop = page.session.as_ref().map_or("", |session| &session.shop);
    let title = match page.shown {
        Shown::Link { .. } | Shown::LinkOver => words.link_title,
        _ => face.title(words),
    };
    let heading = [shop, title].join(if shop.is_empty() { "" } else { " – " });
    let body = drawing(|| body(page, model, locale, &heading));
    // Before the style sheet: a script waits for those in front of it.
    let script = match &page.shown {
        Shown::Leave { .. } | Shown::Redirect { .. } => {
            format!("<script>{}</script>", page.script)
        }
        _ => String::new(),
    };
    let html = format!(
        "<!doctype html><html lang=\"{}\" dir=\"ltr\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title>\
         {script}<link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"{}\"></head>\
         <body class=\"guichet-page\">{body}</body></html>",
        locale.lang.tag(),
        escaped(&heading),
        escaped(page.style),
    );
    Drawn { html, waits }
}

fn body(page: &Page<'_>, model: Model, locale: Locale, heading: &str) -> AnyView {
    let words = locale.words;
    let secret = page.secret.to_owned();
    let mut hidden = vec![("session", secret), ("turn", page.turn.to_string())];
    if let Shown::Ask { hidden: more, .. } = &page.shown {
        hidden.extend(more.iter().cloned());
    }
    let action = page.action.to_owned();
    let settled = matches!(
        model.face(),
        Face::Paid | Face::Authorised | Face::PaidElsewhere | Face::Expired
    );
    let ui = Ui::plain(model, locale, Plain { action, hidden });
    let face = match &page.shown {
        Shown::Leave { url, fields } => card(ui, vec![leaving(ui, url, fields)]),
        Shown::Redirect { url } => card(ui, vec![redirecting(ui, url)]),
        Shown::Link { url, once } => {
            let fields = [("once", once.as_str())];
            let text = el("p").text(words.link_body);
            let button = el("button")
                .part("button")
                .attr("type", "submit")
                .text(words.go_on);
            card(ui, vec![text, form(url, &fields).with(button)])
        }
        Shown::LinkOver => card(ui, vec![el("p").text(words.link_over)]),
        _ => root(ui),
    };
    let mut main = el("main")
        .with(el("h1").attr("class", "spoken").text(heading))
        .with(face);
    if !page.back.is_empty() {
        let shop = page.session.as_ref().map_or("", |session| &session.shop);
        let text = fill(words.back_to_shop, &[("shop", shop)]);
        let class = if settled { "button" } else { "quiet" };
        let link = el("a").attr("class", class).attr("href", page.back);
        main = main.with(el("p").attr("class", "back").with(link.text(&text)));
    }
    main.done()
}

/// What the shopper is shown of a session: by the transitions that the widget goes through too.
fn model(page: &Page<'_>) -> Model {
    let mut model = Model::default();
    if let Some(session) = page.session.clone() {
        model.take(session);
    }
    match &page.shown {
        Shown::Status | Shown::Link { .. } | Shown::LinkOver => {}
        Shown::List { method, said } => {
            model.anyway = true;
            choose(&mut model, method);
            model.trouble = trouble(said);
        }
        Shown::Sure { method } => {
            model.anyway = true;
            choose(&mut model, method);
            if model.chosen.is_some() && model.warns() {
                model.step = PressStep::Confirming;
            }
        }
        Shown::Ask {
            question,
            method,
            said,
            ..
        } => ask(&mut model, question, method, said),
        Shown::Leave { .. } | Shown::Redirect { .. } => model.step = PressStep::Leaving,
        Shown::Problem(code) => {
            model.refused(code);
            // Every problem here is told by itself.
            if model.outage.is_none() {
                model.outage = Some(Outage::Failing);
            }
        }
    }
    model
}

fn choose(model: &mut Model, method: &str) {
    let choice = Choice::from(method);
    if model.offers(&choice) {
        model.choose(choice);
    }
}

fn trouble(said: &str) -> Option<Trouble> {
    match said {
        "" => None,
        "choose_first" => Some(Trouble::ChooseFirst),
        code => match meaning(code) {
            Meaning::Trouble(trouble) => Some(trouble),
            Meaning::Outage(_) | Meaning::Refresh | Meaning::Again => None,
        },
    }
}

fn ask(model: &mut Model, question: &ShopperQuestion, method: &str, said: &str) {
    model.open_ask(String::new(), method.into(), question.clone());
    if said == "empty" {
        if let Some(entry) = &mut model.entry {
            entry.trouble = Some(EntryTrouble::Empty);
        }
    } else if ProblemCode::parse(said) != ProblemCode::Unknown {
        let given = Given {
            payment: String::new(),
            method: method.into(),
            request: ContinuePayment::default(),
            key: String::new(),
        };
        model.order_failed(&Order::Continue(given), said, None);
    }
}

/// A face that no model has: the head, and these parts.
fn card(ui: Ui, parts: Vec<El>) -> El {
    let mut body = el("div").part("body");
    for part in parts {
        body = body.with(part);
    }
    let lang = ui.locale.lang.tag();
    let box_ = el("div")
        .part("checkout")
        .attr("lang", lang)
        .attr("dir", "ltr");
    box_.maybe(crate::view::summary(ui)).with(body)
}

/// The form that takes the browser to the platform: its fields in their order, unchanged.
fn leaving(ui: Ui, url: &str, fields: &[FormField]) -> El {
    let words = ui.words();
    let mut form = el("form")
        .part("form")
        .attr("action", url)
        .attr("method", "post")
        .attr("accept-charset", "UTF-8")
        .with(el("h2").part("title").text(words.leaving_title));
    for field in fields {
        form = form.with(hidden(&field.name, &field.value));
    }
    let button = el("button").part("button").attr("type", "submit");
    form.with(button.text(words.go_on))
}

/// The link that takes the browser to the platform.
fn redirecting(ui: Ui, url: &str) -> El {
    let words = ui.words();
    let link = el("a").part("button").attr("id", "leave").attr("href", url);
    el("div")
        .part("form")
        .with(el("h2").part("title").text(words.leaving_title))
        .with(link.text(words.go_on))
}

fn form(action: &str, fields: &[(&'static str, &str)]) -> El {
    let form = el("form").part("form");
    let mut form = form.attr("action", action).attr("method", "post");
    for (name, value) in fields {
        form = form.with(hidden(name, value));
    }
    form
}

fn hidden(name: &str, value: &str) -> El {
    el("input")
        .attr("type", "hidden")
        .attr("name", name)
        .attr("value", value)
}
