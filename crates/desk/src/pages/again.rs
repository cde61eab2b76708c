//! The password once more, before money moves.

use super::login::{Fault, told};
use crate::el::{El, el};
use crate::kit::{self, Field, Weight};
use crate::words::Lang;

/// Draws the page for who signs on at their own provider, where `sso` leads to.
#[must_use]
pub fn sign_on(lang: Lang, sso: &str) -> El {
    let words = &lang.words().login;
    let link = kit::button_link(sso, words.sso, Weight::Main);
    el("div")
        .class("stack")
        .with(el("p").text(words.sso_again))
        .with(el("p").with(link))
}

/// Draws the page. The form leads to `action`, with the hidden fields; `name` is whose password it
/// is.
#[must_use]
pub fn view(
    lang: Lang,
    action: &str,
    hidden: &[(&str, &str)],
    name: &str,
    fault: Option<Fault>,
) -> El {
    let words = &lang.words().login;
    // Not sent: a password store finds by it which password is meant.
    let whose = el("input")
        .attr("type", "text")
        .attr("autocomplete", "username");
    let whose = whose.attr("value", name).flag("hidden", true);
    let password = Field {
        name: "password",
        label: words.password,
        kind: "password",
        autocomplete: "current-password",
        required: true,
        ..Field::default()
    };
    let form = kit::form(action, hidden)
        .with(whose)
        .with(kit::field(&password))
        .with(kit::button(words.go_on, Weight::Main));
    el("div")
        .class("stack")
        .maybe(fault.map(|fault| told(lang, fault)))
        .with(el("p").text(words.again_why))
        .with(form)
}
