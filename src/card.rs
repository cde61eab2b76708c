//! Paying by a card that is typed into the platform's own fields, inside the widget.
//!
//! A payment is started first; its fields then open in the face `card`. What is typed never comes
//! near this code: the fields give a token, the backend takes it, and only that may move money.
//! Until a token was sent, the payment can be left without a word of warning; from then on, it is
//! one that may go through, and a retry is the same token under the same key.

use guichet_wire::ContinuePayment;

use crate::face::{Face, Intent, Meaning, Model, Step, Trouble, meaning};
use crate::i18n::Words;

/// What the platform's fields are opened with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields {
    /// The platform's script.
    pub sdk_url: String,
    /// Opaque, for one payment, short-lived.
    pub session_token: String,
    /// Card brands that the shop takes, in the platform's words and the shop's order.
    pub brands: Vec<String>,
}

/// How far the fields are.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum CardStep {
    /// The platform's script is loading, or its frames are.
    #[default]
    Opening,
    /// The shopper types.
    Ready,
    /// The fields, or the backend, were asked and have not answered.
    Checking,
}

impl CardStep {
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

/// What is said above the card's pay button.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CardTrouble {
    /// The fields did not give a token; nothing was sent.
    Unread,
    /// The platform can't be reached; nothing was taken.
    Unreachable,
    /// No answer, or none that says what happened: the retry is the same payment.
    Unknown,
    /// The platform wants the card typed once more.
    Retype,
}

impl CardTrouble {
    /// The value of `data-trouble`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
            Self::Retype => "retype",
        }
    }

    /// Its text.
    #[must_use]
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::Unread => words.card_unread,
            Self::Unreachable => words.card_unreachable,
            Self::Unknown => words.card_unknown,
            Self::Retype => words.card_retype,
        }
    }
}

/// What the fields gave, and the key under which it is sent: every retry is the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The payment that goes on.
    pub payment: String,
    /// Its method.
    pub method: String,
    /// Token and brand.
    pub request: ContinuePayment,
    /// The `Idempotency-Key`.
    pub key: String,
}

/// What is asked of the backend that may move money.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Start a payment.
    Start(Intent),
    /// Go on with one, with what its fields gave.
    Continue(Given),
}

impl Order {
    /// The method that is paid with.
    #[must_use]
    pub fn method(&self) -> &str {
        match self {
            Self::Start(intent) => &intent.method,
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
            (Self::Continue(_), meaning) => code == "payment_unknown" || meaning == Meaning::Again,
        }
    }
}

/// What to do when the card's pay button was pressed.
#[derive(Clone, Debug, PartialEq)]
pub enum CardAsk {
    /// Ask the fields for a token.
    Read,
    /// Send this to the backend.
    Send(Given),
}

/// A payment whose card is typed here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// The payment.
    pub payment: String,
    /// The method by which it was started.
    pub method: String,
    /// What its fields are opened with.
    pub fields: Fields,
    /// How far they are.
    pub step: CardStep,
    /// What is said above the button.
    pub trouble: Option<CardTrouble>,
    /// The brands of the card that is being typed, when it bears more than one.
    pub brands: Vec<String>,
    /// The one that the shopper pays with.
    pub brand: Option<String>,
    /// What the fields gave, once they did.
    pub given: Option<Given>,
    /// A token was sent, and nobody knows what became of it.
    pub doubt: bool,
    /// Its fields can't be opened again.
    pub stale: bool,
    /// Another payment was open somewhere when this one was started.
    pub elsewhere: bool,
}

impl Card {
    /// What was typed is being read, or stands as a token: nothing about it changes any more.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.given.is_some() || self.step == CardStep::Checking
    }
}

impl Model {
    /// A payment was started whose card is typed here, or its card must be typed once more.
    pub fn open_card(&mut self, payment: String, method: String, fields: Fields) {
        let again = self.card.take();
        let elsewhere = again
            .as_ref()
            .map_or_else(|| self.is_open_elsewhere(), |card| card.elsewhere);
        self.step = Step::Rest;
        self.intent = None;
        self.aside = None;
        self.trouble = None;
        self.card = Some(Box::new(Card {
            payment,
            method,
            fields,
            trouble: again.map(|_| CardTrouble::Retype),
            elsewhere,
            ..Card::default()
        }));
    }

    /// The fields that must be on the page now.
    #[must_use]
    pub fn fields_wanted(&self) -> Option<&Fields> {
        let card = self.card.as_ref().filter(|_| self.face() == Face::Card)?;
        Some(&card.fields)
    }

    /// The card, where it is in this step.
    fn card_in(&mut self, step: CardStep) -> Option<&mut Card> {
        self.card.as_deref_mut().filter(|card| card.step == step)
    }

    /// The fields are being put on the page.
    pub fn fields_opening(&mut self) {
        if let Some(card) = &mut self.card {
            card.step = CardStep::Opening;
            card.brands.clear();
            card.brand = None;
            self.borne += 1;
        }
    }

    /// The shopper may type.
    pub fn fields_ready(&mut self) {
        if let Some(card) = self.card_in(CardStep::Opening) {
            card.step = CardStep::Ready;
        }
    }

    /// The fields can't be shown: the other methods, at once.
    pub fn fields_failed(&mut self) {
        if self.card.is_some() {
            self.leave_card();
            self.trouble = Some(Trouble::Fields);
        }
    }

    /// The fields' session has run out: the list, where the pay button starts anew.
    pub fn fields_expired(&mut self) {
        if self.card.is_some() {
            self.leave_card();
            self.trouble = Some(Trouble::FieldsExpired);
            if let Some(card) = &mut self.aside {
                card.stale = true;
            }
        }
    }

    /// The fields gave no token. `told` if they say by themselves what is wrong.
    pub fn fields_unread(&mut self, told: bool) {
        if let Some(card) = self.card_in(CardStep::Checking) {
            card.step = CardStep::Ready;
            card.trouble = (!told).then_some(CardTrouble::Unread);
        }
    }

    /// The card that is being typed bears these brands: the shop's preference stands first, and
    /// the shopper chooses. Returns the one that stands chosen.
    pub fn card_brands(&mut self, brands: Vec<String>) -> Option<String> {
        let card = self.card.as_mut()?;
        let mut wished = card.brand.iter().chain(&card.fields.brands).chain(&brands);
        let brand = wished.find(|brand| brands.contains(brand)).cloned();
        card.brand = brand.filter(|_| brands.len() > 1);
        card.brands = brands;
        self.borne += 1;
        card.brand.clone()
    }

    /// The shopper chose a brand.
    pub fn choose_brand(&mut self, brand: &str) {
        if let Some(card) = &mut self.card
            && card.given.is_none()
        {
            card.brand = Some(brand.into());
        }
    }

    /// The card's pay button was pressed. Nothing is asked twice.
    pub fn press_card(&mut self) -> Option<CardAsk> {
        if self.face() != Face::Card {
            return None;
        }
        let card = self.card_in(CardStep::Ready)?;
        card.step = CardStep::Checking;
        card.trouble = None;
        card.doubt |= card.given.is_some();
        Some(card.given.clone().map_or(CardAsk::Read, CardAsk::Send))
    }

    /// The fields gave a token. Returns what to send.
    pub fn card_given(&mut self, request: ContinuePayment, key: String) -> Option<Given> {
        let card = self.card_in(CardStep::Checking)?;
        if card.given.is_some() {
            return None;
        }
        card.given = Some(Given {
            payment: card.payment.clone(),
            method: card.method.clone(),
            request,
            key,
        });
        card.doubt = true;
        card.given.clone()
    }

    fn card_troubled(&mut self, trouble: CardTrouble) {
        if let Some(card) = &mut self.card {
            card.step = CardStep::Ready;
            card.trouble = Some(trouble);
        }
    }

    /// The order came to nothing, or to no answer (`offline`), or to one that can't be read.
    pub fn order_failed(&mut self, order: &Order, code: &str) {
        match (order, code) {
            (Order::Start(_), "offline") => self.start_lost(),
            (Order::Start(_), _) => self.start_refused(code),
            (Order::Continue(_), _) => self.card_refused(code),
        }
    }

    fn card_refused(&mut self, code: &str) {
        match (code, meaning(code)) {
            // The backend says so only where nothing was sent: neither now nor before.
            ("platform_unreachable", _) => {
                self.card_troubled(CardTrouble::Unreachable);
                if let Some(card) = &mut self.card {
                    card.doubt = false;
                }
            }
            ("payment_unknown", _) => self.fields_expired(),
            // The payment is worked on, or has gone on without this answer.
            (_, Meaning::Again | Meaning::Refresh) => {
                self.leave_card();
                self.anyway = false;
                self.trouble = Some(Trouble::FieldsExpired);
            }
            (_, Meaning::Outage(outage)) => self.outage = Some(outage),
            (_, Meaning::Trouble(_)) => self.card_troubled(CardTrouble::Unknown),
        }
    }

    /// The shopper wants the list instead of the card's fields. A card of which no token was sent
    /// is kept: its fields open again without another payment.
    pub fn leave_card(&mut self) {
        self.step = Step::Rest;
        self.trouble = None;
        self.anyway = true;
        if let Some(card) = self.card.take() {
            self.doubt |= card.doubt;
            self.aside = Some(card).filter(|card| !card.doubt);
        }
    }

    /// Opens the fields of a payment that was left, where one of this method can be taken up.
    pub fn take_up(&mut self, method: &str) -> bool {
        let left = self
            .aside
            .take_if(|card| card.method == method && !card.stale);
        let Some(mut card) = left else { return false };
        card.trouble = None;
        card.given = None;
        self.step = Step::Rest;
        self.card = Some(card);
        self.fields_opening();
        true
    }

    /// Whether a payment may be open on a platform's page. A card payment that was left before a
    /// token was sent is pending for the backend, and can take no money.
    pub(crate) fn is_open_elsewhere(&self) -> bool {
        let harmless = |id: &str| {
            let mut left = self.aside.iter();
            left.any(|card| card.payment == id && !card.elsewhere)
        };
        let open = self.status().is_some_and(|status| {
            let spoken_of = status.payment.as_ref();
            status.open_elsewhere && !spoken_of.is_some_and(|payment| harmless(&payment.id))
        });
        open || self.doubt
    }

    /// Whether the card's answer is waited for.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        let mut card = self.card.iter();
        self.face() == Face::Card && card.any(|card| card.step == CardStep::Checking)
    }

    /// Whether a request to start a payment, or to go on with one, is still wanted.
    #[must_use]
    pub fn awaits(&self) -> bool {
        self.is_checking() || (self.step == Step::Starting && self.can_choose())
    }
}

#[cfg(test)]
mod tests;
