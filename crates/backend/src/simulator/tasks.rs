//! Work that goes on side by side, one step of one piece at a time.

use super::world::{Intent, Letter};
use crate::seam::{self, Work};

/// Who acts.
#[derive(Clone, Debug)]
pub(super) enum Actor {
    /// A page at which a shopper presses the button.
    Page { number: usize, method: &'static str },
    /// A message of the platform's.
    Letter(Letter),
    /// The shop's server.
    Shop(Intent),
    /// A job looks for what is due.
    Job(usize),
    /// A piece of a job's work.
    Work,
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
