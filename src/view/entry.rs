//! The frame of the faces on which something is entered. Nothing of them is drawn anew.

use leptos::prelude::*;

use super::el::{El, el, text};
use super::scene::Scene;
use super::ui::Ui;
use crate::state::action::Button;
use crate::state::entry::{Content, EntryStep, EntryTrouble};

impl Scene<'_> {
    /// What the shopper enters. Nothing of it is drawn anew.
    pub(super) fn entry(&self) -> Option<El> {
        let ui = self.ui;
        let entry = self.model.entry.as_deref()?;
        let title = el("h2").part("title").text(self.face.title(self.words));
        let story = el("div").part("story").with(self.focused(title, true));
        let form = el("form").part("form").attr("novalidate", "");
        let form = self.posting(form).live("data-step", move || {
            ui.follow_entry(|entry| entry.step.name())
        });
        let form = match &entry.content {
            Content::Card(card) => self.card(form, story, entry, card),
            Content::Ask(asked) => self.ask(form, story, asked),
        };
        Some(
            form.with(
                self.button("quiet", Button::List, self.words.choose_other)
                    .live("disabled", move || ui.busy().then_some("")),
            ),
        )
    }

    /// The button that sends what was entered, or sends it once more.
    pub(super) fn entry_button(&self, action: Button, label: String) -> El {
        let (ui, words) = (self.ui, self.words);
        let still = move || ui.follow_entry(|entry| entry.step != EntryStep::Ready) == Some(true);
        self.does(el("button").part("button"), action)
            .attr("type", "submit")
            .live("disabled", move || still().then_some(""))
            .live("aria-busy", move || still().then_some("true"))
            .dynamic(move || {
                let again = ui.follow_entry(|entry| entry.given.is_some()) == Some(true);
                let text = if again { words.retry } else { &label };
                text.to_owned().into_any()
            })
    }
}

/// What went wrong with what was entered, without taking it away. It is there before its text is.
pub(super) fn entry_trouble(ui: Ui) -> El {
    let words = ui.words();
    let trouble = move || {
        let said = |trouble: &EntryTrouble| !trouble.text(words).is_empty();
        ui.follow_entry(|entry| entry.trouble)
            .flatten()
            .filter(said)
    };
    el("div")
        .part("notice")
        .attr("data-tone", "bad")
        .attr("role", "alert")
        .attr("tabindex", "-1")
        .live("data-trouble", move || trouble().map(EntryTrouble::name))
        .dynamic(move || {
            let said = trouble().map_or("", |trouble| trouble.text(words));
            text(said)
        })
}
