//! A session with all that happened to it.

use std::collections::BTreeSet;

use guichet_domain::attention::Attention;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::ledger::{Movement, movements};
use guichet_domain::payment::{PaymentState, fold};
use guichet_domain::session::{Attempt, Overview, Session, overview};
use guichet_domain::stage::Stage;

use super::payment::Payment;

/// A session with all its payments and their events.
#[derive(Clone, Debug)]
pub struct Book {
    /// The session.
    pub session: Session,
    /// Its payments in the order of their making.
    pub payments: Vec<Entry>,
    /// It is recorded that its time has passed.
    pub expired: bool,
}

/// An event with its time.
#[derive(Clone, Debug)]
pub struct Dated {
    /// Unix second at which it was recorded.
    pub at: i64,
    /// What happened.
    pub event: PaymentEvent,
}

/// What a book has of one payment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The payment.
    pub payment: Payment,
    /// Its events in the order of recording.
    pub events: Vec<Dated>,
    /// How far it has come, where it goes on after its beginning.
    pub stage: Option<Stage>,
    /// What of its attention somebody has looked after.
    pub handled: BTreeSet<Attention>,
}

impl Entry {
    /// Its state in its session.
    #[must_use]
    pub fn state(&self, session: &Session) -> PaymentState {
        let events = self.events.iter().map(|dated| &dated.event);
        fold(&self.payment.terms(session), events)
    }

    /// How many different things were told that may be why a person should look at it.
    #[must_use]
    pub fn told(&self, why: Attention) -> u32 {
        why.told(self.events.iter().map(|dated| &dated.event))
    }
}

impl Entry {
    /// What moved by all its events: what the ledger must have.
    #[must_use]
    pub fn movements(&self, session: &Session) -> Vec<Movement> {
        self.movements_of(session, self.events.len())
    }

    /// What moved by the first so many of its events.
    pub(crate) fn movements_of(&self, session: &Session, events: usize) -> Vec<Movement> {
        let events = self.events.iter().take(events);
        let events: Vec<_> = events.map(|dated| (dated.at, &dated.event)).collect();
        movements(&self.payment.account, &self.payment.terms(session), &events)
    }
}

impl Book {
    /// Of a session that was just made.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            session,
            payments: Vec::new(),
            expired: false,
        }
    }

    /// What it has of this payment.
    #[must_use]
    pub fn entry(&self, payment: &PaymentId) -> Option<&Entry> {
        let mut entries = self.payments.iter();
        entries.find(|entry| entry.payment.id == *payment)
    }

    /// The state of each payment, in their order.
    #[must_use]
    pub fn states(&self) -> Vec<PaymentState> {
        let states = self.payments.iter().map(|entry| entry.state(&self.session));
        states.collect()
    }

    /// Each payment with its state, one of [`Book::states`].
    pub fn attempts<'a>(
        &'a self,
        states: &'a [PaymentState],
    ) -> impl Iterator<Item = (&'a Payment, Attempt<'a>)> {
        self.payments.iter().zip(states).map(|(entry, state)| {
            let attempt = Attempt {
                id: &entry.payment.id,
                state,
                stage: entry.stage,
            };
            (&entry.payment, attempt)
        })
    }

    /// The session as a whole.
    #[must_use]
    pub fn overview(&self, states: &[PaymentState], now: i64) -> Overview {
        let attempts: Vec<_> = self.attempts(states).map(|(_, attempt)| attempt).collect();
        overview(&self.session, &attempts, now)
    }
}
