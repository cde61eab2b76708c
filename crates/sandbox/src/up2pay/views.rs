//! The pages' templates.

use askama::Template;

use super::books::Transaction;
use super::message::Delivery;
use super::method::Method;
use super::numbers::TestNumber;
use crate::web::views::Switch;

/// What every payment page shows.
pub(crate) struct Frame {
    pub(crate) page: &'static str,
    pub(crate) title: String,
    pub(crate) merchant: String,
    pub(crate) total: String,
    pub(crate) reference: String,
    pub(crate) host: &'static str,
    pub(crate) error: Option<String>,
    pub(crate) refused_before: bool,
    pub(crate) cancellable: bool,
    /// `/php/p/ID`.
    pub(crate) base: String,
    pub(crate) action: String,
    pub(crate) numbers: Vec<TestNumber>,
}

#[derive(Template)]
#[template(path = "choice.html")]
pub(crate) struct Choice {
    pub(crate) frame: Frame,
    pub(crate) methods: Vec<Method>,
    pub(crate) barred: Option<String>,
}

#[derive(Template)]
#[template(path = "card.html")]
pub(crate) struct Card {
    pub(crate) frame: Frame,
    pub(crate) voucher_paid: Option<String>,
    pub(crate) remaining: String,
}

#[derive(Template)]
#[template(path = "threeds.html")]
pub(crate) struct ThreeDs {
    pub(crate) frame: Frame,
    pub(crate) remaining: String,
    pub(crate) last2: String,
}

#[derive(Template)]
#[template(path = "voucher.html")]
pub(crate) struct Voucher {
    pub(crate) frame: Frame,
    pub(crate) label: &'static str,
    pub(crate) remaining: String,
}

#[derive(Template)]
#[template(path = "cv_login.html")]
pub(crate) struct CvLogin {
    pub(crate) frame: Frame,
}

#[derive(Template)]
#[template(path = "cv_challenge.html")]
pub(crate) struct CvChallenge {
    pub(crate) frame: Frame,
    pub(crate) challenge: &'static str,
}

#[derive(Template)]
#[template(path = "cv_amount.html")]
pub(crate) struct CvAmount {
    pub(crate) frame: Frame,
    pub(crate) balance: String,
    pub(crate) usable: String,
}

/// One line of a ticket.
pub(crate) struct TicketLine {
    pub(crate) label: &'static str,
    pub(crate) number: u64,
    pub(crate) amount: String,
}

#[derive(Template)]
#[template(path = "ticket.html")]
pub(crate) struct Ticket {
    pub(crate) frame: Frame,
    pub(crate) lines: Vec<TicketLine>,
}

#[derive(Template)]
#[template(path = "control.html")]
pub(crate) struct Control {
    pub(crate) switches: Vec<Switch>,
    pub(crate) held: usize,
    pub(crate) books: Vec<Transaction>,
    pub(crate) deliveries: Vec<Delivery>,
}
