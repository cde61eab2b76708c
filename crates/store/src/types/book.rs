//! A session with all that happened to it.

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
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
}

/// What a book has of one payment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The payment.
    pub payment: Payment,
    /// Its events in the order of recording.
    pub events: Vec<PaymentEvent>,
    /// How far it has come, where it goes on after its beginning.
    pub stage: Option<Stage>,
}

impl Book {
    /// Of a session that was just made.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            session,
            payments: Vec::new(),
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
        let folded = |entry: &Entry| fold(&entry.payment.terms(&self.session), &entry.events);
        self.payments.iter().map(folded).collect()
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
