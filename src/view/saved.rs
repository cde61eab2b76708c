//! The shopper's saved cards, as choices of the list, and the question before one is removed.

use guichet_wire::{MethodKind, SavedCard};
use leptos::prelude::*;

use super::el::{El, el, icon};
use super::scene::Scene;
use super::ui::Ui;
use crate::state::action::Button;
use crate::state::saved::{Removal, RemovalStep};
use crate::state::{method, money, saved};

impl Scene<'_> {
    pub(super) fn cards(&self, code: &str) -> Option<El> {
        let mut offers = self.session()?.methods.iter();
        let offer = offers.find(|offer| offer.method == code)?;
        let mut rows = el("div").attr("class", "cards");
        for (index, card) in self.model.cards_of(offer) {
            rows = rows.with(self.saved_card(index, card));
        }
        if self.model.awaits_cards(offer) {
            let row = el("div")
                .attr("class", "method awaited")
                .attr("aria-hidden", "true");
            rows = rows.with(row.with(el("span").attr("class", "bone")));
        }
        Some(rows)
    }

    /// One saved card: its button, its names, and a way to remove it.
    pub(super) fn saved_card(&self, index: usize, card: &SavedCard) -> El {
        let words = self.words;
        let choice = saved::choice(card);
        let value = choice.value();
        let id = |name: &str| [name, &money::plain(index as u64)].concat();
        let (radio, until) = (id("saved-"), id("until-"));
        let shown = [
            method::card_brand(&card.brand),
            " ••••\u{a0}",
            &card.last_digits,
        ]
        .concat();
        let input = self
            .radio(&value, &radio, &until)
            .attr("aria-label", &saved::spoken(card, words.saved_name));
        let expires = saved::expires(card, words);
        let names = el("span")
            .attr("class", "names")
            .with(el("span").part("name").text(&shown))
            .maybe(expires.map(|text| el("small").part("beside").attr("id", &until).text(&text)));
        let label = el("label")
            .part("label")
            .attr("for", &radio)
            .with(names)
            .view(icon(method::icon(MethodKind::Card)));
        let row = el("div")
            .part("method")
            .attr("data-card", &card.card)
            .with(input)
            .with(label);
        match &self.model.saved.removal {
            Some(removal) if removal.choice == choice => row.with(self.removal(removal, card)),
            _ => row.with(
                self.button("remove", Button::Remove, words.saved_remove)
                    .attr("value", &value)
                    .attr("id", &id("remove-"))
                    .attr("aria-label", &saved::spoken(card, words.saved_remove_this)),
            ),
        }
    }

    /// The question before a card is removed, and what became of that. Its buttons keep the focus
    /// while they do nothing.
    pub(super) fn removal(&self, removal: &Removal, card: &SavedCard) -> El {
        let words = self.words;
        let still = removal.step == RemovalStep::UnderWay;
        let press = |action, label| {
            let button = self.button("quiet", action, label);
            if still {
                button.attr("aria-disabled", "true")
            } else {
                button
            }
        };
        let failed = removal.step == RemovalStep::Failed;
        let failed = failed.then(|| {
            let text = el("p").part("field-error").attr("role", "alert");
            text.text(words.saved_failed)
        });
        let label = [
            words.saved_confirm,
            " ",
            &saved::spoken(card, words.saved_name),
        ];
        el("div")
            .part("removal")
            .attr("role", "group")
            .attr("aria-label", &label.concat())
            .attr("data-removal", removal.name())
            .attr("tabindex", "-1")
            .with(el("p").text(words.saved_confirm))
            .maybe(failed)
            .with(press(Button::RemoveConfirm, words.saved_remove).attr("data-tone", "bad"))
            .with(press(Button::RemoveKeep, words.saved_keep))
    }
}

/// The saved cards of a method, or the place where they will be. Drawn anew by itself, so that the
/// rest of the list keeps focus and choice.
pub(super) fn cards(ui: Ui, code: &str) -> AnyView {
    ui.follow_detail();
    let drawn = ui.with(|model| Scene::of(ui, model).cards(code));
    drawn
        .flatten()
        .map_or_else(|| ().into_any(), |rows| rows.done())
}
