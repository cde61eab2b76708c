//! The face `ask`: a question, and the control that takes its answer.

use guichet_wire::{OTHER_BANK, ShopperQuestion};

use super::el::{El, el, icon, text};
use super::entry::entry_trouble;
use super::scene::Scene;
use crate::state::action::Button;
use crate::state::entry::{Asked, Content, Entry};

impl Scene<'_> {
    pub(super) fn ask(&self, form: El, story: El, asked: &Asked) -> El {
        let words = self.words;
        let (note, rest) = match asked.0 {
            ShopperQuestion::Bank { .. } => (words.next_transfer, None),
            ShopperQuestion::Iban => (words.mandate_next, Some(words.mandate)),
        };
        let rest = rest.map(|text| el("p").part("note").text(&self.fill(text, 0)));
        form.with(story.with(el("p").part("note").text(note)))
            .with(self.answer(asked))
            .maybe(rest)
            .with(entry_trouble(self.ui))
            .with(self.entry_button(Button::Answer, words.go_on.into()))
    }

    /// The control of a question, with its name above and what is wrong below. In the shop's page
    /// it has no `name`, so that no form could ever send it, and nothing of the answer is an
    /// attribute.
    pub(super) fn answer(&self, asked: &Asked) -> El {
        let (ui, words) = (self.ui, self.words);
        let (control, arrow) = match &asked.0 {
            ShopperQuestion::Bank { banks } => {
                let first = el("option").attr("value", "").text(words.bank_choose);
                let mut list = el("select").with(first);
                for bank in banks {
                    let option = el("option").attr("value", &bank.code);
                    list = list.with(option.text(&bank.name));
                }
                let other = el("option").attr("value", OTHER_BANK);
                let list = list.with(other.text(words.bank_other));
                (list, Some(icon("M6 9l6 6 6-6")))
            }
            ShopperQuestion::Iban => {
                let input = el("input")
                    .attr("type", "text")
                    .attr("inputmode", "text")
                    .attr("maxlength", "100")
                    .attr("autocomplete", "off")
                    .attr("autocapitalize", "characters")
                    .attr("autocorrect", "off")
                    .attr("spellcheck", "false");
                (input, None)
            }
        };
        let wrong = move || {
            let text = |entry: &Entry| match (&entry.content, entry.trouble) {
                (Content::Ask(asked), Some(trouble)) => asked.wrong(trouble, words),
                _ => "",
            };
            ui.follow_entry(text).unwrap_or_default()
        };
        let control = match &asked.0 {
            _ if !self.ui.is_plain() => control,
            ShopperQuestion::Bank { .. } => control.attr("name", "bank"),
            ShopperQuestion::Iban => control.attr("name", "iban"),
        };
        let control = control
            .part("answer")
            .attr("data-answer", "")
            .attr("aria-labelledby", "answer-label")
            .attr("aria-describedby", "answer-wrong")
            .attr("aria-required", "true")
            .live("aria-invalid", move || {
                (!wrong().is_empty()).then_some("true")
            })
            .live("disabled", move || ui.is_given().then_some(""));
        let name = el("span").part("field-label").attr("id", "answer-label");
        let mut label = el("label")
            .part("question")
            .with(name.text(asked.label(words)))
            .with(control);
        if let Some(arrow) = arrow {
            label = label.view(arrow);
        }
        let error = el("p")
            .part("field-error")
            .attr("id", "answer-wrong")
            .attr("role", "alert")
            .dynamic(move || text(wrong()));
        el("div").part("field").with(label).with(error)
    }
}
