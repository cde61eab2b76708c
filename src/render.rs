//! A face as HTML, for the server.

use guichet_wire::CheckoutSession;
use leptos::prelude::*;

use crate::state::model::Model;
use crate::view::root;
use crate::view::ui::Ui;
use crate::words::Lang;

/// The face of a session to which nothing has happened in the page, as it stands in the shadow root
/// of `<guichet-checkout>`.
#[must_use]
pub fn face(session: CheckoutSession, lang: Lang) -> String {
    let mut model = Model::default();
    model.take(session);
    drawn(model, lang)
}

/// The face of any state.
fn drawn(model: Model, lang: Lang) -> String {
    // Whatever is made while it draws belongs to it, and is gone with it.
    let owner = Owner::new();
    owner.with(|| root(Ui::new(model, lang)).done().to_html())
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
