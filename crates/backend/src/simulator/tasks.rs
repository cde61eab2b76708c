//! Work that goes on side by side, one step of one piece at a time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use super::world::{Intent, Letter};
use crate::seam;

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
    pub(super) work: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Task {
    pub(super) fn new(actor: Actor, work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            actor,
            // The runtime must stop nothing that is not at a step: it may hold the books.
            work: Box::pin(tokio::task::unconstrained(work)),
        }
    }

    /// Goes on to the next step. Whether that was the last one.
    pub(super) async fn step(&mut self) -> bool {
        seam::has_stopped();
        poll_fn(|context| match self.work.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(true),
            Poll::Pending if seam::has_stopped() => Poll::Ready(false),
            // It waits for the books.
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}
