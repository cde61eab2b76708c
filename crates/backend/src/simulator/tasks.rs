//! Work that goes on side by side, one step of one piece at a time.

use guichet_domain::id::PaymentId;

use super::world::{Intent, Later, Letter};
use crate::seam::{self, Work};

/// Who acts.
#[derive(Clone, Debug)]
pub(super) enum Actor {
    /// A page at which a shopper presses the button.
    Page { number: usize, method: &'static str },
    /// The page of a card that was typed into it goes on with this payment.
    Token(PaymentId),
    /// The browser comes back from a page, and goes on with this payment.
    Back(PaymentId),
    /// A message of the platform's.
    Letter(Letter),
    /// The shop's server.
    Shop(Intent),
    /// A job looks for what is due.
    Job(usize),
    /// A piece of a job's work.
    Work,
}

impl From<Later> for Actor {
    fn from(later: Later) -> Self {
        match later {
            Later::Shop(intent) => Self::Shop(intent),
            Later::Token(payment) => Self::Token(payment),
            Later::Back(payment) => Self::Back(payment),
        }
    }
}

/// A piece of work of the backend's process. Dropped, it ends where it is, as when the process is
/// killed.
pub(super) struct Task {
    pub(super) actor: Actor,
    pub(super) work: Work<()>,
}

impl Task {
    pub(super) fn new(actor: Actor, work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            actor,
            work: seam::work(work),
        }
    }

    /// Goes on to the next step. Whether that was the last one.
    pub(super) async fn step(&mut self) -> bool {
        seam::go_on(&mut self.work).await.is_some()
    }
}
