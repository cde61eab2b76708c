//! The one-time code of a login, and the phone that makes it.

use super::login::{Fault, told};
use crate::el::{El, el};
use crate::kit::{self, Field, Weight};
use crate::words::Lang;

/// Modules of white around the picture (ISO/IEC 18004, 6.3.8).
const QUIET: usize = 4;

/// What a phone is set up with. It is a secret: it stands on this page and nowhere else.
#[derive(Clone)]
pub struct SetUp {
    /// The key, to be typed in.
    pub key: String,
    /// The same as a QR code: its rows, dark or not.
    pub picture: Vec<Vec<bool>>,
}

/// Draws the page. The form leads to `action`, with the hidden fields; `set_up` is there as long as
/// no code has fitted.
#[must_use]
pub fn view(
    lang: Lang,
    action: &str,
    hidden: &[(&str, &str)],
    set_up: Option<&SetUp>,
    fault: Option<Fault>,
) -> El {
    let words = &lang.words().login;
    let code = Field {
        name: "code",
        label: words.code,
        autocomplete: "one-time-code",
        inputmode: "numeric",
        hint: words.code_hint,
        required: true,
        ..Field::default()
    };
    let form = kit::form(action, hidden)
        .with(kit::field(&code))
        .with(kit::button(words.go_on, Weight::Main));
    el("div")
        .class("stack")
        .maybe(fault.map(|fault| told(lang, fault)))
        .maybe(set_up.map(|set_up| phone(lang, set_up)))
        .with(form)
}

fn phone(lang: Lang, set_up: &SetUp) -> El {
    let words = &lang.words().login;
    let steps = words.set_up_steps.map(|step| el("li").text(step));
    kit::section(words.set_up)
        .with(el("ol").all(steps))
        .with(picture(words.picture, &set_up.picture))
        .with(
            el("p")
                .text(words.set_up_key)
                .text(" ")
                .with(kit::code(&set_up.key)),
        )
}

/// A QR code, dark on white in every theme: what reads it expects that.
fn picture(told: &str, rows: &[Vec<bool>]) -> El {
    let side = rows.len() + 2 * QUIET;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&true) {
                let (left, top, wide) = (x + QUIET, y + QUIET, run.len());
                path += &format!("M{left} {top}h{wide}v1h-{wide}z");
            }
            x += run.len();
        }
    }
    let ground = el("rect").attr("width", side.to_string());
    let ground = ground.attr("height", side.to_string()).attr("fill", "#fff");
    el("svg")
        .class("qr")
        .attr("viewBox", format!("0 0 {side} {side}"))
        .attr("shape-rendering", "crispEdges")
        .attr("role", "img")
        .attr("aria-label", told)
        .with(ground)
        .with(el("path").attr("fill", "#000").attr("d", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_dark_modules_and_white_around_them() {
        let html = picture(
            "",
            &[
                vec![true, true, false],
                vec![false; 3],
                vec![false, false, true],
            ],
        );
        let html = html.html();
        assert!(html.contains("viewBox=\"0 0 11 11\""), "{html}");
        assert!(html.contains("d=\"M4 4h2v1h-2zM6 6h1v1h-1z\""), "{html}");
        assert!(!html.contains(" style="), "{html}");
    }
}
