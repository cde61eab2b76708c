//! Paying by a card that is typed into the platform's own fields, inside the widget.
//!
//! What is typed never comes near this code: the fields give a token, the backend takes it, and
//! only that may move money.

use guichet_wire::ContinuePayment;

use super::entry::{Card, Content, EntryStep, EntryTrouble, Fields, Given};
use super::face::{Face, Trouble};
use super::model::Model;

/// What to do when the card's pay button was pressed.
#[derive(Clone, Debug, PartialEq)]
pub enum CardAsk {
    /// Ask the fields for a token.
    Read,
    /// Send this to the backend.
    Send(Given),
}

impl Model {
    /// A payment was started whose card is typed here, or its card must be typed once more.
    pub fn open_card(&mut self, payment: String, method: String, fields: Fields) {
        let before = self.entry.as_deref().and_then(|entry| entry.card());
        let card = Card {
            fields,
            // The box is not drawn anew.
            save: before.is_some_and(|card| card.save),
            ..Card::default()
        };
        self.open_entry(payment, method, Content::Card(card));
        self.fields_opening();
    }

    /// The fields that must be on the page now.
    #[must_use]
    pub fn fields_wanted(&self) -> Option<&Fields> {
        let entry = self.entry.as_ref().filter(|_| self.face() == Face::Card)?;
        entry.card().map(|card| &card.fields)
    }

    /// The card that is typed.
    fn card_mut(&mut self) -> Option<&mut Card> {
        self.entry.as_deref_mut()?.card_mut()
    }

    /// The fields are being put on the page.
    pub fn fields_opening(&mut self) {
        if let Some(entry) = &mut self.entry
            && let Content::Card(card) = &mut entry.content
        {
            entry.step = EntryStep::Opening;
            card.brands.clear();
            card.brand = None;
            self.detail += 1;
        }
    }

    /// The shopper may type.
    pub fn fields_ready(&mut self) {
        if let Some(entry) = self.entry_in(EntryStep::Opening) {
            entry.step = EntryStep::Ready;
        }
    }

    /// The fields can't be shown: the other methods, at once.
    pub fn fields_failed(&mut self) {
        if self.entry.is_some() {
            self.leave_entry();
            self.trouble = Some(Trouble::Fields);
        }
    }

    /// The fields gave no token. `told` if they say by themselves what is wrong.
    pub fn fields_unread(&mut self, told: bool) {
        if let Some(entry) = self.entry_in(EntryStep::Checking) {
            entry.step = EntryStep::Ready;
            entry.trouble = (!told).then_some(EntryTrouble::Unread);
        }
    }

    /// The card that is being typed bears these brands: the shop's preference stands first, and
    /// the shopper chooses. Returns the one that stands chosen.
    pub fn card_brands(&mut self, brands: Vec<String>) -> Option<String> {
        let card = self.card_mut()?;
        let mut wished = card.brand.iter().chain(&card.fields.brands).chain(&brands);
        let brand = wished.find(|brand| brands.contains(brand)).cloned();
        card.brand = brand.filter(|_| brands.len() > 1);
        card.brands = brands;
        let brand = card.brand.clone();
        self.detail += 1;
        brand
    }

    /// Changes the card, unless a token stands for it.
    fn change_card(&mut self, change: impl FnOnce(&mut Card)) {
        if let Some(entry) = &mut self.entry
            && !entry.is_given()
            && let Some(card) = entry.card_mut()
        {
            change(card);
        }
    }

    /// The shopper chose a brand.
    pub fn choose_brand(&mut self, brand: &str) {
        self.change_card(|card| card.brand = Some(brand.into()));
    }

    /// The shopper wants the card to be saved, or does not.
    pub fn choose_save(&mut self, save: bool) {
        if self.entry.is_none() {
            self.save = save;
        }
        self.change_card(|card| card.save = save);
    }

    /// The card's pay button was pressed. Nothing is asked twice.
    pub fn press_card(&mut self) -> Option<CardAsk> {
        let entry = self.entry_on(Face::Card)?;
        if entry.step != EntryStep::Ready {
            return None;
        }
        entry.step = EntryStep::Checking;
        entry.trouble = None;
        entry.doubt |= entry.given.is_some();
        Some(entry.given.clone().map_or(CardAsk::Read, CardAsk::Send))
    }

    /// The fields gave a token, and the brand that was chosen. Returns what to send.
    pub fn card_given(&mut self, token: &str, brand: &str, key: String) -> Option<Given> {
        let entry = self.entry_in(EntryStep::Checking)?;
        if entry.given.is_some() {
            return None;
        }
        let request = ContinuePayment {
            token: Some(token.into()),
            brand: (!brand.is_empty()).then(|| brand.into()),
            save: entry.card()?.save,
            ..ContinuePayment::default()
        };
        let given = Given {
            payment: entry.payment.clone(),
            method: entry.method.clone(),
            request,
            key,
        };
        entry.doubt = true;
        entry.given = Some(given.clone());
        Some(given)
    }
}

#[cfg(test)]
#[path = "card_tests.rs"]
mod tests;
