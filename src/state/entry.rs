//! What a payment that goes on inside the widget is made of: a card in the platform's own fields,
//! or the answer to a question.

use guichet_wire::{ContinuePayment, ProblemCode, ShopperQuestion};

use super::face::{Intent, Meaning, Trouble, meaning};
use crate::words::Words;

/// How far an entry is.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum EntryStep {
    /// The platform's script is loading, or its frames are.
    Opening,
    /// The shopper types or chooses.
    #[default]
    Ready,
    /// The platform's fields, or the backend, were asked and have not answered.
    Checking,
}

impl EntryStep {
    /// The value of `data-step`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Ready => "ready",
            Self::Checking => "checking",
        }
    }
}

/// What is said of an entry, without taking it away.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum EntryTrouble {
    /// The fields did not give a token; nothing was sent.
    Unread,
    /// The platform can't be reached; nothing was taken.
    Unreachable,
    /// No answer, or none that says what happened: the retry is the same payment.
    Unknown,
    /// The platform wants the card typed once more.
    Retype,
    /// A question was not answered.
    Empty,
    /// Its answer was not accepted; nothing was taken.
    Wrong,
    /// It holds characters that no such answer has.
    Characters,
    /// It is too short or too long.
    Length,
    /// It is right, and of a country that is not taken.
    Country,
}

impl EntryTrouble {
    /// The value of `data-trouble`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
            Self::Retype => "retype",
            Self::Empty => "empty",
            Self::Wrong => "wrong",
            Self::Characters => "characters",
            Self::Length => "length",
            Self::Country => "country",
        }
    }

    /// What the backend's code for an answer that it does not take means.
    pub(crate) fn of_answer(code: &str) -> Option<Self> {
        Some(match ProblemCode::parse(code) {
            ProblemCode::FieldInvalid => Self::Wrong,
            ProblemCode::IbanCharacters => Self::Characters,
            ProblemCode::IbanLength => Self::Length,
            ProblemCode::IbanCountry => Self::Country,
            _ => return None,
        })
    }

    /// Its text above the button; none for what is said beside the question.
    #[must_use]
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::Unread => words.card_unread,
            Self::Unreachable => words.card_unreachable,
            Self::Unknown => words.card_unknown,
            Self::Retype => words.card_retype,
            Self::Empty | Self::Wrong | Self::Characters | Self::Length | Self::Country => "",
        }
    }
}

/// What was entered, and the key under which it is sent: every retry is the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The payment that goes on.
    pub payment: String,
    /// Its method.
    pub method: String,
    /// Token, bank or IBAN. Its `Debug` shows none of them.
    pub request: ContinuePayment,
    /// The `Idempotency-Key`.
    pub key: String,
}

/// What is asked of the backend that may move money.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Start a payment.
    Start(Intent),
    /// Go on with one, with what was entered.
    Continue(Given),
}

impl Order {
    /// The method that is paid with.
    #[must_use]
    pub fn method(&self) -> &str {
        match self {
            Self::Start(intent) => &intent.choice.method,
            Self::Continue(given) => &given.method,
        }
    }

    /// Whether a refusal with this problem says that the payment, or the session, is not where
    /// the widget thought it was: the session is asked for, and taken with the refusal.
    #[must_use]
    pub fn moved_on(&self, code: &str) -> bool {
        match (self, meaning(code)) {
            (_, Meaning::Refresh) => true,
            (Self::Start(_), meaning) => meaning == Meaning::Trouble(Trouble::Method),
            (Self::Continue(_), meaning) => {
                ProblemCode::parse(code) == ProblemCode::PaymentUnknown || meaning == Meaning::Again
            }
        }
    }
}

/// What is entered.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A card, in the platform's own fields.
    Card(Card),
    /// The answer to a question.
    Ask(Asked),
}

/// A payment for which something is entered here.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The payment.
    pub payment: String,
    /// The method by which it was started.
    pub method: String,
    /// What is entered.
    pub content: Content,
    /// How far that is.
    pub step: EntryStep,
    /// What is said about it.
    pub trouble: Option<EntryTrouble>,
    /// What is sent, once it was entered.
    pub given: Option<Given>,
    /// It was sent, and nobody knows what became of it.
    pub doubt: bool,
    /// It can't be taken up again.
    pub stale: bool,
    /// Another payment was open somewhere when this one was started.
    pub elsewhere: bool,
}

impl Entry {
    /// The card that is typed.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        match &self.content {
            Content::Card(card) => Some(card),
            Content::Ask(_) => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn card_mut(&mut self) -> Option<&mut Card> {
        match &mut self.content {
            Content::Card(card) => Some(card),
            Content::Ask(_) => None,
        }
    }

    /// What was entered is being read, or is on its way: nothing about it changes any more.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.step == EntryStep::Checking || (self.given.is_some() && !self.may_change())
    }

    /// An answer may be corrected as long as nothing may have come of it. A token stands for its
    /// card from then on.
    fn may_change(&self) -> bool {
        !self.doubt && self.card().is_none()
    }
}

/// What the platform's fields are opened with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields {
    /// The platform's script.
    pub sdk_url: String,
    /// By which the browser checks it, where the platform tells it.
    pub integrity: Option<String>,
    /// Opaque, for one payment, short-lived.
    pub session_token: String,
    /// Card brands that the shop takes, in the platform's words and the shop's order.
    pub brands: Vec<String>,
}

/// A card that is typed here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// What its fields are opened with.
    pub fields: Fields,
    /// The brands of the card that is being typed, when it bears more than one.
    pub brands: Vec<String>,
    /// The one that the shopper pays with.
    pub brand: Option<String>,
    /// The shopper wants the card to be saved.
    pub save: bool,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked(pub ShopperQuestion);

impl Asked {
    /// What the control is called.
    #[must_use]
    pub fn label(&self, words: &Words) -> &'static str {
        match self.0 {
            ShopperQuestion::Bank { .. } => words.ask_bank,
            ShopperQuestion::Iban => words.ask_iban,
        }
    }

    /// What is said beside the control.
    #[must_use]
    pub fn wrong(&self, trouble: EntryTrouble, words: &Words) -> &'static str {
        match (trouble, &self.0) {
            (EntryTrouble::Empty, ShopperQuestion::Bank { .. }) => words.bank_empty,
            (EntryTrouble::Wrong, ShopperQuestion::Bank { .. }) => words.bank_wrong,
            (EntryTrouble::Empty, ShopperQuestion::Iban) => words.iban_empty,
            (EntryTrouble::Wrong, ShopperQuestion::Iban) => words.iban_wrong,
            (EntryTrouble::Characters, ShopperQuestion::Iban) => words.iban_characters,
            (EntryTrouble::Length, ShopperQuestion::Iban) => words.iban_length,
            (EntryTrouble::Country, ShopperQuestion::Iban) => words.iban_country,
            _ => "",
        }
    }
    /// The request that carries this answer.
    pub(crate) fn answered(&self, answer: &str) -> ContinuePayment {
        let mut request = ContinuePayment::default();
        let place = match self.0 {
            ShopperQuestion::Bank { .. } => &mut request.bank,
            ShopperQuestion::Iban => &mut request.iban,
        };
        *place = Some(answer.into());
        request
    }
}
