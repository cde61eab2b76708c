//! A session's book with the states of its payments.

use guichet_domain::id::PaymentId;
use guichet_domain::payment::PaymentState;
use guichet_domain::session::{Attempt, Overview};
use guichet_domain::{PartStatus, Status};
use guichet_store::{Book, Payment};

/// A book with the states of its payments.
pub(crate) struct Folded<'a> {
    pub(crate) book: &'a Book,
    states: Vec<PaymentState>,
    pub(crate) overview: Overview,
    /// The Unix second as of which it is folded.
    pub(crate) now: i64,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(book: &'a Book, now: i64) -> Self {
        let states = book.states();
        let overview = book.overview(&states, now);
        Self {
            book,
            states,
            overview,
            now,
        }
    }

    /// Each payment with its state.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = (&Payment, Attempt<'_>)> {
        self.book.attempts(&self.states)
    }

    /// Where one payment stands.
    pub(crate) fn status_of(&self, payment: &PaymentId) -> Option<Status> {
        let (_, attempt) = self.attempts().find(|(made, _)| made.id == *payment)?;
        Some(attempt.status(&self.book.session))
    }

    /// Whether one payment has reached its total.
    pub(crate) fn is_settled(&self, payment: &PaymentId) -> bool {
        let mut attempts = self.attempts();
        let found = attempts.find(|(made, _)| made.id == *payment);
        found.is_some_and(|(_, attempt)| attempt.state.money.is_settled())
    }

    /// Whether the platform has told of one payment that its final word comes later.
    pub(crate) fn waits(&self, payment: &PaymentId) -> bool {
        let mut attempts = self.attempts();
        let found = attempts.find(|(made, _)| made.id == *payment);
        found.is_some_and(|(_, attempt)| {
            let mut parts = attempt.state.parts.iter();
            parts.any(|part| part.ours && part.part.status == PartStatus::Pending)
        })
    }
}
