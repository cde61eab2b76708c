//! The cards that the platform keeps for the shopper: each is one more choice of the list, and can
//! be removed there.

use guichet_wire::{MethodOffer, SavedCard};

use super::face::{Choice, PressStep, Trouble};
use super::model::Model;
use super::saved::{List, Removal, RemovalStep, choice};

fn keeps(offer: &MethodOffer) -> bool {
    offer.saved_cards && offer.unavailable.is_none()
}

/// Whether the box that saves a card stands in the list: the card is typed on the platform's page.
#[must_use]
pub fn saves_there(offer: &MethodOffer) -> bool {
    offer.can_save && !offer.embedded
}

impl Model {
    /// Whether the box that saves a card belongs to this choice.
    pub(crate) fn asks_to_save(&self, choice: &Choice) -> bool {
        let mut offers = self.session.iter().flat_map(|session| &session.methods);
        choice.card.is_none()
            && offers.any(|offer| offer.method == choice.method && saves_there(offer))
    }

    /// Whether the saved cards should be asked for now.
    #[must_use]
    pub fn wants_cards(&self) -> bool {
        self.saved.list == List::Unknown && self.can_choose() && self.keeps_cards()
    }

    fn keeps_cards(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| session.methods.iter().any(keeps))
    }

    /// They are being asked for.
    pub fn cards_asked(&mut self) {
        self.saved.list = List::Asking;
    }

    /// They are these, as far as anybody knows.
    pub fn take_cards(&mut self, cards: Vec<SavedCard>) {
        self.saved.list = List::Known;
        self.saved.cards = cards;
        self.detail += 1;
        self.settle_choice();
    }

    /// The cards of an offer, with their places in the list of all.
    pub fn cards_of<'a>(
        &'a self,
        offer: &'a MethodOffer,
    ) -> impl Iterator<Item = (usize, &'a SavedCard)> {
        let all = self.saved.cards.iter().enumerate();
        all.filter(move |(_, card)| keeps(offer) && card.method == offer.method)
    }

    /// Whether a row stands where the cards of this offer may come.
    #[must_use]
    pub fn awaits_cards(&self, offer: &MethodOffer) -> bool {
        keeps(offer) && self.saved.list != List::Known && self.saved.cards.is_empty()
    }

    /// Whether this saved card can be chosen.
    pub(crate) fn has_card(&self, wanted: &Choice) -> bool {
        self.saved.cards.iter().any(|card| choice(card) == *wanted)
    }

    /// A choice that is still offered is kept. What stands chosen otherwise is the first saved
    /// card, if the shopper has not chosen yet, or a method that is alone on offer.
    pub(crate) fn settle_choice(&mut self) {
        let kept = self.chosen.take().filter(|choice| self.offers(choice));
        self.chosen = kept.or_else(|| self.first_choice());
    }

    fn first_choice(&self) -> Option<Choice> {
        let first = self.saved.cards.iter().map(choice).next();
        let first = first.filter(|choice| !self.picked && self.offers(choice));
        if first.is_some() {
            return first;
        }
        let offers = &self.session.as_ref()?.methods;
        let [only] = offers.as_slice() else {
            return None;
        };
        let alone = self.saved.cards.is_empty() && !self.awaits_cards(only);
        let method = Choice::from(only.method.as_str());
        (alone && only.unavailable.is_none() && !only.saved_only).then_some(method)
    }

    /// A card was to pay, and is not there any more. Which of the others pays is for the shopper to
    /// say.
    pub(crate) fn card_gone(&mut self, gone: &Choice) {
        self.step = PressStep::Rest;
        self.intent = None;
        self.trouble = Some(Trouble::Card);
        self.picked = true;
        self.saved.list = List::Unknown;
        self.drop_card(gone);
    }

    fn drop_card(&mut self, gone: &Choice) {
        self.saved.cards.retain(|card| choice(card) != *gone);
        self.detail += 1;
        self.settle_choice();
    }

    /// A card's removal is under way.
    #[must_use]
    pub fn is_removing(&self) -> bool {
        let mut removal = self.saved.removal.iter();
        removal.any(|removal| removal.step == RemovalStep::UnderWay)
    }

    /// The shopper wants to remove this card, and is asked.
    pub fn ask_removal(&mut self, choice: Choice) {
        if self.is_removing() || matches!(self.step, PressStep::Starting | PressStep::Leaving) {
            return;
        }
        let step = RemovalStep::Asked;
        self.saved.removal = Some(Removal { choice, step });
        self.saved.removed = false;
        self.detail += 1;
    }

    /// The shopper keeps it. Returns its place in the list of all.
    pub fn keep_card(&mut self) -> Option<usize> {
        if self.is_removing() {
            return None;
        }
        let kept = self.saved.removal.take()?;
        self.detail += 1;
        let mut cards = self.saved.cards.iter();
        cards.position(|card| choice(card) == kept.choice)
    }

    /// The shopper has confirmed. Returns what to ask of the backend: never twice.
    pub fn remove_card(&mut self) -> Option<Choice> {
        if self.is_removing() || matches!(self.step, PressStep::Starting | PressStep::Leaving) {
            return None;
        }
        let removal = self.saved.removal.as_mut()?;
        removal.step = RemovalStep::UnderWay;
        self.detail += 1;
        Some(removal.choice.clone())
    }

    /// The backend has answered: the card is gone, or nobody knows.
    pub fn card_removed(&mut self, gone: bool) {
        let Some(removal) = &mut self.saved.removal else {
            return;
        };
        if !gone {
            removal.step = RemovalStep::Failed;
            self.detail += 1;
            return;
        }
        let gone = removal.choice.clone();
        self.saved.removal = None;
        self.saved.removed = true;
        // What stands chosen in its place is what would have stood chosen without it.
        self.picked &= self.chosen.as_ref() != Some(&gone);
        self.drop_card(&gone);
    }
}

#[cfg(test)]
#[path = "cards_tests.rs"]
mod tests;
