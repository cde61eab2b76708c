//! The cards that the platform keeps for the shopper, and how far the questions about them are.

use guichet_wire::SavedCard;

use super::face::Choice;
use super::method;
use crate::words::{Words, fill};

/// What is known of the shopper's cards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// How far the question for them is.
    pub list: List,
    /// Those that are known.
    pub cards: Vec<SavedCard>,
    /// The one that is being removed.
    pub removal: Option<Removal>,
    /// One was removed, and nothing has happened since.
    pub removed: bool,
}

/// How far the question for the cards is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum List {
    /// To be asked.
    #[default]
    Unknown,
    /// Asked.
    Asking,
    /// Answered, or never will be: the method pays without it.
    Known,
}

/// A card's removal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removal {
    /// The card.
    pub choice: Choice,
    /// How far it is.
    pub step: RemovalStep,
}

/// How far a card's removal is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RemovalStep {
    /// The shopper is asked.
    Asked,
    /// The backend is.
    UnderWay,
    /// It came to nothing; the shopper may try again.
    Failed,
}

impl Removal {
    /// The value of `data-removal`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.step {
            RemovalStep::Asked => "asked",
            RemovalStep::UnderWay => "removing",
            RemovalStep::Failed => "failed",
        }
    }
}

/// The choice of a saved card.
#[must_use]
pub fn choice(card: &SavedCard) -> Choice {
    Choice {
        method: card.method.clone(),
        card: Some(card.card.clone()),
    }
}

/// Fills a text about a card with its `{brand}` and its last `{digits}`.
#[must_use]
pub fn spoken(card: &SavedCard, text: &str) -> String {
    let brand = method::card_brand(&card.brand);
    fill(text, &[("brand", brand), ("digits", &card.last_digits)])
}

/// The last month in which a card pays, as it stands on the card.
#[must_use]
pub fn expires(card: &SavedCard, words: &Words) -> Option<String> {
    let (year, month) = card.expires.as_deref()?.split_once('-')?;
    let date = [month, "/", year.get(2..)?].concat();
    Some(fill(words.saved_expires, &[("date", &date)]))
}
