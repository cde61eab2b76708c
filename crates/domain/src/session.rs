//! A session: one checkout of one order, fixed once by the shop's server.

use std::collections::{BTreeMap, BTreeSet};

use guichet_wire::Status;
use serde::{Deserialize, Serialize};

use crate::id::{PaymentId, SessionId, Slug};
use crate::method::Method;
use crate::money::{Amount, Currency};
use crate::payment::{Attention, PaymentState};
use crate::shopper::Shopper;

/// Most payments that one session may have.
pub const PAYMENTS_MAX: usize = 20;

/// When the shop takes the money.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capture {
    /// With the payment.
    #[default]
    Automatic,
    /// Later, by a call of the shop. The payment is `authorised` until then.
    Manual,
}

/// One checkout of one order. Nothing in it changes after it was made, but `settled_by`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Session {
    /// Public id.
    pub id: SessionId,
    /// The shop that made it.
    pub shop: Slug,
    /// The shop's own order reference, of any length.
    pub reference: String,
    /// Total to pay.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// Who pays.
    pub shopper: Shopper,
    /// Number of items in the basket, at least 1.
    pub items: u32,
    /// BCP 47 language for the shopper.
    pub locale: String,
    /// Methods to offer, in order; none means all that the shop has.
    pub methods: Option<Vec<Method>>,
    /// Part of the amount that meal vouchers may pay.
    pub voucher_eligible_amount: Option<u64>,
    /// When the money is taken.
    pub capture: Capture,
    /// Where the browser goes after the platform's page.
    pub return_url: String,
    /// Unix second from which no new payment may be started.
    pub expires_at: i64,
    /// Unix second of its making.
    pub created_at: i64,
    /// Whatever the shop wants back: never read here.
    pub metadata: BTreeMap<String, String>,
    /// The payment that settled it: recorded once, with the fact that settled it.
    pub settled_by: Option<PaymentId>,
}

/// One payment of a session with its state, as [`overview`] takes it.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// The payment's id.
    pub id: &'a PaymentId,
    /// Its state.
    pub state: &'a PaymentState,
}

impl Attempt<'_> {
    /// Paid although another payment settled the session.
    #[must_use]
    pub fn is_surplus(&self, session: &Session) -> bool {
        self.state.money.is_settled() && session.settled_by.as_ref() != Some(self.id)
    }

    /// What an operator should look at, given what else happened in the session.
    #[must_use]
    pub fn attention(&self, session: &Session) -> BTreeSet<Attention> {
        let mut attention = self.state.attention.clone();
        if self.is_surplus(session) {
            attention.insert(Attention::Surplus);
        }
        if session.settled_by.is_some() && self.state.holds_a_part() {
            attention.insert(Attention::PartHeld);
        }
        attention
    }

    /// Where this payment stands in its session. Once another payment has settled the session, a
    /// payment that holds a part and whose shopper has left its page is incomplete.
    #[must_use]
    pub fn status(&self, session: &Session) -> Status {
        let shown = self.state.shown();
        if shown == Status::Pending && session.settled_by.is_some() && self.state.holds_a_part() {
            return Status::Incomplete;
        }
        shown
    }
}

/// A session as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Overview {
    /// The session's status.
    pub status: Status,
    /// Position, in the attempts given, of the payment that `status` speaks of.
    pub speaks_of: Option<usize>,
    /// Whether a new payment may be started.
    pub can_pay: bool,
    /// Whether a payment may still be open on a platform's page.
    pub open_elsewhere: bool,
}

/// Puts a session's payments together. `attempts` are in the order in which they were made.
#[must_use]
pub fn overview(session: &Session, attempts: &[Attempt<'_>], now: i64) -> Overview {
    let settled = session
        .settled_by
        .as_ref()
        .and_then(|id| attempts.iter().position(|attempt| attempt.id == id));
    let speaks_of = settled.or_else(|| attempts.len().checked_sub(1));
    let expired = now >= session.expires_at;
    let status = match speaks_of {
        Some(index) => match attempts[index].status(session) {
            Status::Expired if !expired => Status::Open,
            Status::Refused | Status::Cancelled if expired => Status::Expired,
            status => status,
        },
        None if expired => Status::Expired,
        None => Status::Open,
    };
    Overview {
        status,
        speaks_of,
        can_pay: settled.is_none() && !expired && attempts.len() < PAYMENTS_MAX,
        open_elsewhere: settled.is_none() && attempts.iter().any(|attempt| attempt.state.may_be_open()),
    }
}
