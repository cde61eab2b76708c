//! One view of every face, for the server and for the browser: a file for each face and part.

mod ask;
mod card;
pub(crate) mod el;
mod entry;
mod list;
mod outcome;
mod parts;
mod plain;
mod saved;
mod scene;
mod summary;
pub(crate) mod ui;

use leptos::prelude::*;

use self::el::{El, el};
use self::scene::Scene;
use self::ui::Ui;
use crate::state::face::Face;
use crate::state::model::Model;

/// The widget's root, which listens to nothing yet.
pub(crate) fn root(ui: Ui) -> El {
    el("div")
        .part("checkout")
        .attr("lang", ui.locale.lang.tag())
        // Whichever way the page is written: every language here goes from left to right.
        .attr("dir", "ltr")
        .live("data-face", move || ui.follow(|model| model.face().name()))
        .live("aria-busy", move || ui.busy().then_some("true"))
        .dynamic(move || {
            ui.follow_drawing();
            ui.with(|model| draw(ui, model))
                .unwrap_or_else(|| ().into_any())
        })
}

fn draw(ui: Ui, model: &Model) -> AnyView {
    let scene = Scene::of(ui, model);
    let mut body = el("div").part("body");
    if scene.face != Face::Choosing && !scene.face.is_entry() {
        body = body.with(scene.outcome());
    }
    for notice in scene.notices() {
        body = body.with(notice);
    }
    body = body.maybe(scene.parts());
    if scene.face.is_entry() {
        body = body.maybe(scene.entry());
    } else if model.can_choose() {
        body = body.with(scene.form());
    } else {
        body = body.maybe(scene.action());
    }
    el("div")
        .attr("class", "face")
        .maybe(scene.summary())
        .with(body)
        .done()
}

/// The head of every face.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn summary(ui: Ui) -> Option<El> {
    ui.with(|model| Scene::of(ui, model).summary()).flatten()
}
