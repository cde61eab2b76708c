//! Faces as HTML, for the server.

use guichet_wire::CheckoutSession;

use self::html::{drawing, drawn_or_nothing, escaped};
use crate::state::language;
use crate::state::locale::Locale;
use crate::state::model::Model;
use crate::state::spoken;
use crate::view::el::el;
use crate::view::root;
use crate::view::ui::{Plain, Ui};

mod html;
pub mod page;

/// Where the buttons of a face lead as long as the module is not there: a face is a form too.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The address.
    pub action: &'a str,
    /// The session's secret: it goes in the form's body.
    pub secret: &'a str,
    /// How many payments the session has: of one page, one press counts.
    pub turn: usize,
}

/// The style sheet of a printed element.
#[derive(Clone, Copy, Debug)]
pub enum Style<'a> {
    /// A file, for every page: the browser waits for it, once.
    Link {
        /// Its address.
        url: &'a str,
        /// Its digest, by which the browser checks it (`sha384-…`); may be empty.
        integrity: &'a str,
    },
    /// In the page itself, whose policy has to allow it.
    Inline {
        /// Its text. Nothing in it ends a `style`.
        css: &'a str,
        /// The nonce of the page's policy; may be empty.
        nonce: &'a str,
    },
}

impl Style<'_> {
    /// A sheet of another origin is checked only where it is asked for as one that is open to all.
    fn element(self) -> String {
        let attribute = |name: &str, value: &str| match escaped(value) {
            none if none.is_empty() => none,
            value => format!(" {name}=\"{value}\""),
        };
        match self {
            Self::Link { url, integrity } => {
                let url = escaped(url);
                let open = if integrity.is_empty() {
                    ""
                } else {
                    " crossorigin=\"anonymous\""
                };
                let checked = attribute("integrity", integrity);
                format!("<link rel=\"stylesheet\" href=\"{url}\"{checked}{open}>")
            }
            Self::Inline { css, nonce } => {
                let nonce = attribute("nonce", nonce);
                format!("<style{nonce}>{css}</style>")
            }
        }
    }
}

impl Post<'_> {
    fn plain(self) -> Plain {
        Plain {
            action: self.action.into(),
            hidden: vec![
                ("session", self.secret.into()),
                ("turn", self.turn.to_string()),
            ],
        }
    }
}

/// The answer to a question for a session and its face: a document with the session as JSON in its
/// `script`, and the face as it stands in the shadow root of `<guichet-checkout>`. `own` is the
/// language that the element asks for, `page` that of the page around it; each may be empty.
///
/// Nothing where it can't be drawn: the session alone is enough for the widget.
#[must_use]
pub fn answer(session: &CheckoutSession, own: &str, page: &str, post: &Post<'_>) -> Option<String> {
    let locale = language::of(own, page, Some(session));
    // Nothing in it ends the script.
    let json = serde_json::to_string(session).ok()?.replace('<', "\\u003c");
    let face = drawn_or_nothing(|| painted(first(session.clone()), locale, Some(post.plain())))?;
    let document = [
        "<!doctype html><meta charset=utf-8><title></title><script type=application/json>",
        &json,
        "</script>",
        &face,
    ];
    Some(document.concat())
}

/// `<guichet-checkout>` with its face inside, as a shop's server prints it: the shadow root is
/// declared, so that it is there with the page's own bytes, and `guichet.js` takes it over. `page`
/// is the language of that page, and may be empty.
///
/// Where the face can't be drawn it is the element alone, which draws its face itself.
#[must_use]
pub fn markup(session: &CheckoutSession, page: &str, style: &Style<'_>, post: &Post<'_>) -> String {
    let locale = language::of("", page, Some(session));
    let face = drawn_or_nothing(|| declared(session.clone(), locale, style, post));
    let (secret, inside) = (escaped(post.secret), face.unwrap_or_default());
    format!("<guichet-checkout session=\"{secret}\">{inside}</guichet-checkout>")
}

/// The shadow root of the element: style sheet, live region, face. The region says from the
/// beginning what the module would say: who hears the page's text is not told twice.
fn declared(
    session: CheckoutSession,
    locale: Locale,
    style: &Style<'_>,
    post: &Post<'_>,
) -> String {
    let model = first(session);
    let said = spoken::of(&model, locale.words);
    let region = el("p")
        .part("spoken")
        .attr("role", "status")
        .attr("lang", locale.lang.tag())
        .text(said);
    let region = drawing(|| region.done());
    let face = painted(model, locale, Some(post.plain()));
    let style = style.element();
    format!("<template shadowrootmode=\"open\">{style}{region}{face}</template>")
}

/// What is known of a session to which nothing has happened in the page.
fn first(session: CheckoutSession) -> Model {
    let mut model = Model::default();
    model.take(session);
    model
}

/// A face as it stands until the module is there.
pub(crate) fn painted(model: Model, locale: Locale, plain: Option<Plain>) -> String {
    drawing(|| {
        let face = root(match plain {
            Some(plain) => Ui::plain(model, locale, plain),
            None => Ui::new(model, locale),
        });
        face.attr("data-painted", "").done()
    })
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
