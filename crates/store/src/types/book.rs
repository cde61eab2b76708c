//! A session with all that happened to it.

use std::collections::BTreeSet;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::payment::{PaymentState, fold};
use guichet_domain::session::{Attempt, Overview, Session, overview};

use super::payment::Payment;

/// A session with all its payments and their events.
#[derive(Clone, Debug)]
pub struct Book {
    /// The session.
    pub session: Session,
    /// Its payments in the order of their making, each with its events in the order of recording.
    pub payments: Vec<(Payment, Vec<PaymentEvent>)>,
    /// Payments that wait for what the shopper gives, or for their own request: nothing was sent
    /// yet that could take money.
    pub dormant: BTreeSet<PaymentId>,
    /// Payments that are one try at their platform: what it refuses, it refuses for good.
    pub single: BTreeSet<PaymentId>,
    /// Payments of which something was sent that may have taken money, with an unknown outcome.
    pub unresolved: BTreeSet<PaymentId>,
}

impl Book {
    /// Of a session that was just made.
    #[must_use]
    pub fn of(session: Session) -> Self {
        Self {
            session,
            payments: Vec::new(),
            dormant: BTreeSet::new(),
            single: BTreeSet::new(),
            unresolved: BTreeSet::new(),
        }
    }

    /// The state of each payment, in their order.
    #[must_use]
    pub fn states(&self) -> Vec<PaymentState> {
        let folded =
            |(payment, events): &(Payment, Vec<_>)| fold(&payment.terms(&self.session), events);
        self.payments.iter().map(folded).collect()
    }

    /// Each payment with its state, one of [`Book::states`].
    pub fn attempts<'a>(
        &'a self,
        states: &'a [PaymentState],
    ) -> impl Iterator<Item = (&'a Payment, Attempt<'a>)> {
        self.payments
            .iter()
            .zip(states)
            .map(|((payment, _), state)| {
                let attempt = Attempt {
                    id: &payment.id,
                    state,
                    dormant: self.dormant.contains(&payment.id),
                    single: self.single.contains(&payment.id),
                    unresolved: self.unresolved.contains(&payment.id),
                };
                (payment, attempt)
            })
    }

    /// The session as a whole.
    #[must_use]
    pub fn overview(&self, states: &[PaymentState], now: i64) -> Overview {
        let attempts: Vec<_> = self.attempts(states).map(|(_, attempt)| attempt).collect();
        overview(&self.session, &attempts, now)
    }
}
