//! Faces as HTML, for the server.

use std::panic::{AssertUnwindSafe, catch_unwind};

use guichet_wire::CheckoutSession;
use leptos::prelude::*;

use crate::state::language;
use crate::state::locale::Locale;
use crate::state::model::Model;
use crate::view::root;
use crate::view::ui::Ui;

/// The answer to a question for a session and its face: a document with the session as JSON in its
/// `script`, and the face as it stands in the shadow root of `<guichet-checkout>`. `own` is the
/// language that the element asks for, `page` that of the page around it; each may be empty.
///
/// Nothing where it can't be drawn: the session alone is enough for the widget.
#[must_use]
pub fn answer(session: &CheckoutSession, own: &str, page: &str) -> Option<String> {
    let locale = language::of(own, page, Some(session));
    // Nothing in it ends the script.
    let json = serde_json::to_string(session).ok()?.replace('<', "\\u003c");
    let face = drawn_or_nothing(|| face(session.clone(), locale))?;
    let document = [
        "<!doctype html><meta charset=utf-8><title></title><script type=application/json>",
        &json,
        "</script>",
        &face,
    ];
    Some(document.concat())
}

/// What went wrong while a face was drawn never keeps a shopper from paying.
fn drawn_or_nothing(draw: impl FnOnce() -> String) -> Option<String> {
    catch_unwind(AssertUnwindSafe(draw)).ok()
}

/// The face of a session to which nothing has happened in the page.
fn face(session: CheckoutSession, locale: Locale) -> String {
    let mut model = Model::default();
    model.take(session);
    drawn(model, locale)
}

/// The face of any state.
fn drawn(model: Model, locale: Locale) -> String {
    // Whatever is made while it draws belongs to it, and is gone with it.
    let owner = Owner::new();
    owner.with(|| root(Ui::new(model, locale)).done().to_html())
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
