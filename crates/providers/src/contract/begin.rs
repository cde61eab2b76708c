//! *Begin*: a session and a method in, what the browser does next out.

use std::net::IpAddr;

use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_wire::NextAction;

use super::rebill::Again;

/// What is the same in every step of a payment, whoever takes it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The session to pay.
    pub session: &'a Session,
    /// The method chosen.
    pub method: &'a Method,
    /// Our reference at the platform: what `new_reference` made for this payment.
    pub reference: &'a str,
    /// Where the platform calls and sends the browser back to.
    pub addresses: &'a Addresses,
    /// The time of the step.
    pub now: jiff::Timestamp,
}

/// What *begin* needs to know.
#[derive(Debug)]
pub struct Begin<'a> {
    /// The payment.
    pub context: Context<'a>,
    /// Who starts it, and with which saved card, if one pays.
    pub by: By<'a>,
    /// The shopper wants the card to be saved that is going to be typed on the platform's page.
    /// Only where [`crate::contract::Vault::adds`], for a session with an owner, and a method that
    /// is not embedded: there [`crate::contract::Given::Token`] says so.
    pub save: bool,
    /// The address of the shopper's browser, while it is asking.
    pub client: Option<IpAddr>,
    /// For a saved card that pays: what its first payment left
    /// ([`crate::contract::First::proof`]).
    pub first: Option<&'a str>,
}

/// Who starts a payment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By<'a> {
    /// The shopper, who gives the means of payment.
    Shopper,
    /// The shopper, with a card that was saved before.
    ShopperWith {
        /// As [`crate::contract::Vault::cards`] names it.
        card: &'a str,
    },
    /// The shop's server, with a card that the shopper saved before. The shopper is not there.
    ShopWith {
        /// As [`crate::contract::Vault::cards`] names it.
        card: &'a str,
    },
    /// The shop's server, which charges anew what a payment was made with. The shopper is not
    /// there. Only where the provider has [`crate::contract::Rebilling`].
    Again(Again<'a>),
}

/// The addresses that a platform is given. All come from the configured public address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Addresses {
    /// Where notifications go. No query string.
    pub notify: String,
    /// Where [`crate::contract::Callbacks`] of this payment go. It ends in a part that nobody can
    /// guess. No query string.
    pub callback: String,
    /// The browser's return after a payment.
    pub accepted: String,
    /// The browser's return after a refusal.
    pub refused: String,
    /// The browser's return after a cancellation.
    pub cancelled: String,
    /// The browser's return while the outcome is open.
    pub waiting: String,
    /// The browser's one return of a payment that goes on by *finalise*. It ends in a part that
    /// only the platform and this browser are shown.
    pub back: String,
}

/// A payment that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What happens next.
    pub next: Next,
    /// What the provider wants to be handed when the payment goes on. The backend keeps it with the
    /// conversation, shown to nobody.
    pub memo: Option<String>,
}

/// What happens after a payment's beginning.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// The browser does this.
    Browser(NextAction),
    /// The browser goes to the page of ours where a card is typed
    /// ([`crate::contract::CardForms`]).
    CardForm,
    /// Nobody has to be asked: once the payment is stored, the backend goes on by *proceed* with
    /// [`crate::contract::Given::Nothing`], before it answers.
    Proceed,
}

impl From<NextAction> for Begun {
    fn from(next_action: NextAction) -> Self {
        Self {
            next: Next::Browser(next_action),
            memo: None,
        }
    }
}
