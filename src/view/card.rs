//! The face `card`: the places of the platform's fields, the brands, the box that saves the card.

use leptos::prelude::*;

use super::el::{El, el};
use super::entry::entry_trouble;
use super::scene::Scene;
use super::ui::Ui;
use crate::state::action::{Button, Control};
use crate::state::entry::{Card, Entry};
use crate::state::method;
use crate::words::fill;

impl Scene<'_> {
    /// The places of the platform's fields. Their labels, containers and errors are children of
    /// the element itself: `card.js` makes them.
    pub(super) fn card(&self, form: El, story: El, entry: &Entry, card: &Card) -> El {
        let (ui, words) = (self.ui, self.words);
        let place = |name| el("div").part("field").with(el("slot").attr("name", name));
        let pair = el("div")
            .attr("class", "pair")
            .with(place("guichet-expiry"))
            .with(place("guichet-code"));
        let offers = self.session().map_or(&[][..], |session| &session.methods);
        let mut offers = offers.iter().filter(|o| o.method == entry.method);
        let label = fill(words.pay, &[("amount", &self.total())]);
        form.with(story.with(el("p").part("note").text(&self.fill(words.card_body, 0))))
            .with(place("guichet-number"))
            .with(
                el("div")
                    .attr("class", "brands")
                    .dynamic(move || brands(ui)),
            )
            .with(pair)
            .maybe(
                offers
                    .any(|offer| offer.can_save)
                    .then(|| self.save_box(card.save)),
            )
            .with(entry_trouble(ui))
            .with(self.entry_button(Button::CardPay, label))
    }

    /// Saving is for the shopper to ask for.
    pub(super) fn save_box(&self, save: bool) -> El {
        let ui = self.ui;
        let input = el("input")
            .part("box")
            .attr("type", "checkbox")
            .attr("name", Control::Save.name())
            .flag("checked", save)
            .live("disabled", move || ui.is_given().then_some(""));
        el("label")
            .part("save")
            .with(input)
            .with(el("span").text(self.words.save_card))
    }
}

/// The brands of a card that bears more than one: the shopper chooses. Drawn anew for another card
/// only, so that the choice keeps the focus.
pub(super) fn brands(ui: Ui) -> AnyView {
    ui.follow_detail();
    let drawn = ui.with(|model| {
        let card = model.entry.as_deref()?.card()?;
        Some(brand_choice(ui, card, card.brand.as_ref()?))
    });
    drawn.flatten().unwrap_or_else(|| ().into_any())
}

pub(super) fn brand_choice(ui: Ui, card: &Card, chosen: &String) -> AnyView {
    let legend = el("legend").part("caption").text(ui.words().card_brand);
    let mut list = el("fieldset")
        .part("brands")
        .live("disabled", move || ui.is_given().then_some(""))
        .with(legend);
    for brand in &card.brands {
        let input = el("input")
            .part("radio")
            .attr("type", "radio")
            .attr("name", Control::Brand.name())
            .attr("value", brand)
            .flag("checked", chosen == brand);
        let label = el("label").part("brand").with(input);
        list = list.with(label.with(el("span").text(method::card_brand(brand))));
    }
    list.done()
}
