//! Payments that go on inside the widget, with something that the shopper enters there: a card in
//! the platform's own fields ([`crate::card`]), or the answer to a question ([`crate::ask`]).
//!
//! Such a payment is started first and then waits. Until something was sent for it, it can be left
//! without a word of warning, and taken up again; from then on, it is one that may go through, and
//! a retry is the same request under the same key.

use guichet_wire::ContinuePayment;

use crate::ask::Asked;
use crate::card::Card;
use crate::face::{Choice, Face, Intent, Meaning, Model, Step, Trouble, meaning};
use crate::i18n::Words;

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
    fn of_answer(code: &str) -> Option<Self> {
        Some(match code {
            "field_invalid" => Self::Wrong,
            "iban_characters" => Self::Characters,
            "iban_length" => Self::Length,
            "iban_country" => Self::Country,
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
            (Self::Continue(_), meaning) => code == "payment_unknown" || meaning == Meaning::Again,
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

impl Model {
    /// A payment was started for which something is entered here, or it must be entered once more.
    pub(crate) fn open_entry(&mut self, payment: String, method: String, content: Content) {
        let again = self.entry.take();
        let elsewhere = again
            .as_ref()
            .map_or_else(|| self.is_open_elsewhere(), |entry| entry.elsewhere);
        let trouble = again.map(|_| match content {
            Content::Card(_) => EntryTrouble::Retype,
            Content::Ask(_) => EntryTrouble::Wrong,
        });
        self.step = Step::Rest;
        self.intent = None;
        self.trouble = None;
        self.aside.retain(|left| left.payment != payment);
        self.entry = Some(Box::new(Entry {
            payment,
            method,
            content,
            step: EntryStep::Ready,
            trouble,
            given: None,
            doubt: false,
            stale: false,
            elsewhere,
        }));
    }

    /// The entry, where it is in this step.
    pub(crate) fn entry_in(&mut self, step: EntryStep) -> Option<&mut Entry> {
        self.entry.as_deref_mut().filter(|entry| entry.step == step)
    }

    fn entry_troubled(&mut self, trouble: EntryTrouble) -> Option<&mut Entry> {
        let entry = self.entry.as_deref_mut()?;
        entry.step = EntryStep::Ready;
        entry.trouble = Some(trouble);
        Some(entry)
    }

    /// The order came to nothing, or to no answer (`offline`), or to one that can't be read.
    /// `field` is what the backend found fault with, if it said so.
    pub fn order_failed(&mut self, order: &Order, code: &str, field: Option<&str>) {
        match (order, code) {
            (Order::Start(_), "offline") => self.start_lost(),
            (Order::Start(intent), "field_invalid")
                if intent.choice.card.is_some() && field == Some("card") =>
            {
                self.card_gone(&intent.choice);
            }
            (Order::Start(_), _) => self.start_refused(code),
            (Order::Continue(_), _) => self.entry_refused(code),
        }
    }

    fn entry_refused(&mut self, code: &str) {
        if let Some(trouble) = EntryTrouble::of_answer(code) {
            let asks = self.entry.as_ref().is_some_and(|e| e.card().is_none());
            let trouble = if asks { trouble } else { EntryTrouble::Retype };
            if let Some(entry) = self.entry_troubled(trouble) {
                entry.doubt = false;
                entry.given = None;
            }
            return;
        }
        match (code, meaning(code)) {
            // The backend says so only where nothing was sent: neither now nor before.
            ("platform_unreachable", _) => {
                if let Some(entry) = self.entry_troubled(EntryTrouble::Unreachable) {
                    entry.doubt = false;
                }
            }
            ("payment_unknown", _) => self.entry_expired(),
            // The payment is worked on, or has gone on without this answer.
            (_, Meaning::Again | Meaning::Refresh) => {
                self.leave_entry();
                self.anyway = false;
                self.trouble = Some(Trouble::Expired);
            }
            (_, Meaning::Outage(outage)) => self.outage = Some(outage),
            (_, Meaning::Trouble(_)) => drop(self.entry_troubled(EntryTrouble::Unknown)),
        }
    }

    /// The platform takes nothing for this payment any more: the list, where the pay button starts
    /// anew.
    pub fn entry_expired(&mut self) {
        if let Some(entry) = &mut self.entry {
            entry.stale = true;
            self.leave_entry();
            self.trouble = Some(Trouble::Expired);
        }
    }

    /// The shopper wants the list instead of what is entered. A payment for which nothing was sent
    /// is kept: it is taken up again without another one.
    pub fn leave_entry(&mut self) {
        self.step = Step::Rest;
        self.trouble = None;
        self.anyway = true;
        if let Some(mut entry) = self.entry.take() {
            self.doubt |= entry.doubt;
            if !entry.doubt {
                // What was entered is not kept longer than it is needed.
                entry.given = None;
                self.aside.push(*entry);
            }
        }
    }

    /// Opens a payment again that was left, where one of this choice can be taken up.
    pub fn take_up(&mut self, choice: &Choice) -> bool {
        let fits = |left: &Entry| left.method == choice.method && !left.stale;
        let found = self.aside.iter().rposition(fits);
        // A saved card is another payment than one that is typed.
        let Some(index) = found.filter(|_| choice.card.is_none()) else {
            return false;
        };
        let mut entry = self.aside.swap_remove(index);
        entry.trouble = None;
        entry.given = None;
        entry.step = EntryStep::Ready;
        self.step = Step::Rest;
        self.entry = Some(Box::new(entry));
        self.fields_opening();
        true
    }

    /// Whether a payment may be open on a platform's page. One that was left before anything was
    /// sent for it, or whose form never left, is pending for the backend, and can take no money.
    pub(crate) fn is_open_elsewhere(&self) -> bool {
        let harmless = |id: &str| {
            let mut left = self.aside.iter();
            left.any(|entry| entry.payment == id && !entry.elsewhere)
                || self.never_left.iter().any(|payment| payment == id)
        };
        let open = self.status().is_some_and(|status| {
            let spoken_of = status.payment.as_ref();
            status.open_elsewhere && !spoken_of.is_some_and(|payment| harmless(&payment.id))
        });
        open || self.doubt
    }

    /// Whether the answer to what was entered is waited for.
    #[must_use]
    pub fn is_checking(&self) -> bool {
        let mut entry = self.entry.iter();
        self.face().is_entry() && entry.any(|entry| entry.step == EntryStep::Checking)
    }

    /// Whether a request to start a payment, or to go on with one, is still wanted.
    #[must_use]
    pub fn awaits(&self) -> bool {
        self.is_checking() || (self.step == Step::Starting && self.can_choose())
    }

    /// The entry of this face, if it is shown.
    pub(crate) fn entry_on(&mut self, face: Face) -> Option<&mut Entry> {
        let shown = self.face() == face;
        self.entry.as_deref_mut().filter(|_| shown)
    }
}
