//! What a shopper can see and do, in words of the widget's own.

use guichet_wire::{ProblemCode, Refusal};

use crate::words::Words;

/// What the shopper sees. Its name stands in the root's `data-face`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Face {
    /// Nothing is known yet. `element.js` draws it before the module is there.
    Loading,
    /// The list of methods.
    Choosing,
    /// The platform's own fields for a card, inside the widget.
    Card,
    /// A question to the shopper: which bank, which account.
    Ask,
    /// The browser is on its way to the platform's page.
    Leaving,
    /// A payment is under way and its outcome is not known.
    Waiting,
    /// Paid.
    Paid,
    /// Reserved; the shop takes it later.
    Authorised,
    /// The platform refused.
    Refused,
    /// The shopper left the platform's page without paying.
    Cancelled,
    /// A part was taken, the rest was not.
    Incomplete,
    /// Too late.
    Expired,
    /// The order was paid in another checkout: nothing is due here.
    PaidElsewhere,
    /// The backend can't be reached.
    Offline,
    /// Something is wrong that the shopper can't mend.
    Broken,
}

impl Face {
    /// The value of `data-face`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Choosing => "choosing",
            Self::Card => "card",
            Self::Ask => "ask",
            Self::Leaving => "leaving",
            Self::Waiting => "waiting",
            Self::Paid => "paid",
            Self::Authorised => "authorised",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Incomplete => "incomplete",
            Self::Expired => "expired",
            Self::PaidElsewhere => "paid-elsewhere",
            Self::Offline => "offline",
            Self::Broken => "broken",
        }
    }

    /// The face's title; the list of methods has a legend instead.
    #[must_use]
    pub fn title(self, words: &Words) -> &'static str {
        match self {
            Self::Loading | Self::Choosing => words.choose,
            Self::Card => words.card_title,
            Self::Ask => words.ask_title,
            Self::Leaving => words.leaving_title,
            Self::Waiting => words.waiting_title,
            Self::Paid => words.paid_title,
            Self::Authorised => words.authorised_title,
            Self::Refused => words.refused_title,
            Self::Cancelled => words.cancelled_title,
            Self::Incomplete => words.incomplete_title,
            Self::Expired => words.expired_title,
            Self::PaidElsewhere => words.paid_elsewhere_title,
            Self::Offline => words.offline_title,
            Self::Broken => words.broken_title,
        }
    }

    /// Whether the shopper enters something on it.
    #[must_use]
    pub fn is_entry(self) -> bool {
        matches!(self, Self::Card | Self::Ask)
    }

    /// Whether methods are listed on it, as long as the session still takes payments.
    #[must_use]
    pub fn lists_methods(self) -> bool {
        matches!(
            self,
            Self::Choosing | Self::Refused | Self::Cancelled | Self::Incomplete
        )
    }
}

/// Where the shopper is between choosing and leaving.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum PressStep {
    /// Nothing is under way.
    #[default]
    Rest,
    /// Asked whether to start a second payment while another may be open.
    Confirming,
    /// The request to start a payment is under way.
    Starting,
    /// The platform's form was submitted.
    Leaving,
}

/// What keeps the widget from showing anything else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outage {
    /// No answer from the backend.
    Offline,
    /// An answer that only the shop can do something about.
    Broken,
    /// An answer that may be better next time.
    Failing,
    /// The backend says that the session has run out of time, and nothing more.
    Late,
}

/// What is said above the pay button, without taking the choice away.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Trouble {
    /// No method was chosen.
    ChooseFirst,
    /// The platform can't be reached; nothing was started.
    Platform,
    /// The terminal works on another payment; nothing was started.
    Terminal,
    /// The method is not on offer any more.
    Method,
    /// The session has had too many payments.
    TooMany,
    /// The platform's fields for a card don't open.
    Fields,
    /// The platform takes nothing for that payment any more.
    Expired,
    /// A saved card is not there any more.
    Card,
    /// The page does not let the browser go to the platform; nothing left.
    Leave,
    /// Anything else.
    Other,
}

impl Trouble {
    /// Its text.
    #[must_use]
    pub fn text(self, words: &Words) -> &'static str {
        match self {
            Self::ChooseFirst => words.choose_first,
            Self::Platform => words.trouble_platform,
            Self::Terminal => words.refusal_busy,
            Self::Method => words.trouble_method,
            Self::TooMany => words.trouble_too_many,
            Self::Fields => words.trouble_fields,
            Self::Expired => words.trouble_expired,
            Self::Card => words.trouble_card,
            Self::Leave => words.trouble_leave,
            Self::Other => words.trouble_other,
        }
    }
}

/// What an error of the backend means for the shopper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// The widget can't go on.
    Outage(Outage),
    /// Said above the button.
    Trouble(Trouble),
    /// The session moved on: ask for it again.
    Refresh,
    /// The same request is still being answered: ask again with the same key.
    Again,
}

/// The code of the widget's own for an answer that never came.
pub const OFFLINE: &str = "offline";

/// Reads the `code` of a problem. An unknown code is a problem that may pass.
#[must_use]
pub fn meaning(code: &str) -> Meaning {
    match ProblemCode::parse(code) {
        ProblemCode::SessionUnknown | ProblemCode::OriginRefused => Meaning::Outage(Outage::Broken),
        ProblemCode::SessionPaid | ProblemCode::SessionExpired => Meaning::Refresh,
        ProblemCode::IdempotencyInFlight => Meaning::Again,
        ProblemCode::MethodNotOffered => Meaning::Trouble(Trouble::Method),
        ProblemCode::TooManyPayments => Meaning::Trouble(Trouble::TooMany),
        ProblemCode::TerminalBusy => Meaning::Trouble(Trouble::Terminal),
        ProblemCode::PlatformUnreachable => Meaning::Trouble(Trouble::Platform),
        _ => Meaning::Trouble(Trouble::Other),
    }
}

/// What can be chosen in the list: a method, or a saved card that pays by it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// The method.
    pub method: String,
    /// The saved card.
    pub card: Option<String>,
}

/// Reads the value of a radio button: a method's code, with `/` and the card's name if a saved one
/// pays.
impl From<&str> for Choice {
    fn from(value: &str) -> Self {
        let (method, card) = match value.split_once('/') {
            Some((method, card)) => (method, Some(card.into())),
            None => (value, None),
        };
        Self {
            method: method.into(),
            card,
        }
    }
}

impl Choice {
    /// The value of its radio button.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.card {
            Some(card) => [&self.method, "/", card].concat(),
            None => self.method.clone(),
        }
    }
}

/// One wish to pay: a click, and every retry of it. The backend takes it for one payment because
/// its key stays the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Intent {
    /// What pays.
    pub choice: Choice,
    /// The card that is going to be typed on the platform's page is to be saved.
    pub save: bool,
    /// The `Idempotency-Key`.
    pub key: String,
}

/// The text of a refusal.
#[must_use]
pub fn refusal(refusal: Refusal, words: &Words) -> &'static str {
    match refusal {
        Refusal::Issuer => words.refusal_issuer,
        Refusal::Funds => words.refusal_funds,
        Refusal::CardData => words.refusal_card_data,
        Refusal::Authentication => words.refusal_authentication,
        Refusal::NotAccepted => words.refusal_not_accepted,
        Refusal::TimedOut => words.refusal_timed_out,
        Refusal::Held => words.refusal_held,
        Refusal::Technical => words.refusal_technical,
        Refusal::Cancelled => words.refusal_cancelled,
        Refusal::Busy => words.refusal_busy,
    }
}

/// The name of a refusal in `data-refusal`: that of the backend's JSON.
#[must_use]
pub fn refusal_name(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Issuer => "issuer",
        Refusal::Funds => "funds",
        Refusal::CardData => "card_data",
        Refusal::Authentication => "authentication",
        Refusal::NotAccepted => "not_accepted",
        Refusal::TimedOut => "timed_out",
        Refusal::Held => "held",
        Refusal::Technical => "technical",
        Refusal::Cancelled => "cancelled",
        Refusal::Busy => "busy",
    }
}
