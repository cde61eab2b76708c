//! Payments that go on inside the widget, with something that the shopper enters there: a card in
//! the platform's own fields ([`super::card`]), or the answer to a question ([`super::ask`]).
//!
//! Such a payment is started first and then waits. Until something was sent for it, it can be left
//! without a word of warning, and taken up again; from then on, it is one that may go through, and
//! a retry is the same request under the same key.

use guichet_wire::ProblemCode;

use super::entry::{Content, Entry, EntryStep, EntryTrouble, Order};
use super::face::{Choice, Face, Meaning, OFFLINE, PressStep, Trouble, meaning};
use super::model::Model;

impl Model {
    /// A payment was started for which something is entered here, or it must be entered once more.
    pub(crate) fn open_entry(&mut self, payment: String, method: String, content: Content) {
        let again = self.entry.take();
        let elsewhere = again
            .as_ref()
            .map_or_else(|| self.is_open_elsewhere(), |entry| entry.elsewhere);
        let trouble = again.map(|_| match content {
            Content::Card(_) => EntryTrouble::Retype,
            Content::Ask(_) => EntryTrouble::Wrong,
        });
        self.step = PressStep::Rest;
        self.intent = None;
        self.trouble = None;
        self.aside.retain(|left| left.payment != payment);
        self.entry = Some(Box::new(Entry {
            payment,
            method,
            content,
            step: EntryStep::Ready,
            trouble,
            given: None,
            doubt: false,
            stale: false,
            elsewhere,
        }));
    }

    /// The entry, where it is in this step.
    pub(crate) fn entry_in(&mut self, step: EntryStep) -> Option<&mut Entry> {
        self.entry.as_deref_mut().filter(|entry| entry.step == step)
    }

    fn entry_troubled(&mut self, trouble: EntryTrouble) -> Option<&mut Entry> {
        let entry = self.entry.as_deref_mut()?;
        entry.step = EntryStep::Ready;
        entry.trouble = Some(trouble);
        Some(entry)
    }

    /// The order came to nothing, or to no answer ([`OFFLINE`]), or to one that can't be read.
    /// `field` is what the backend found fault with, if it said so.
    pub fn order_failed(&mut self, order: &Order, code: &str, field: Option<&str>) {
        match (order, ProblemCode::parse(code)) {
            (Order::Start(_), _) if code == OFFLINE => self.start_lost(),
            (Order::Start(intent), ProblemCode::FieldInvalid)
                if intent.choice.card.is_some() && field == Some("card") =>
            {
                self.card_gone(&intent.choice);
            }
            (Order::Start(_), _) => self.start_refused(code),
            (Order::Continue(_), _) => self.entry_refused(code),
        }
    }

    fn entry_refused(&mut self, code: &str) {
        if let Some(trouble) = EntryTrouble::of_answer(code) {
            let asks = self.entry.as_ref().is_some_and(|e| e.card().is_none());
            let trouble = if asks { trouble } else { EntryTrouble::Retype };
            if let Some(entry) = self.entry_troubled(trouble) {
                entry.doubt = false;
                entry.given = None;
            }
            return;
        }
        match (ProblemCode::parse(code), meaning(code)) {
            // The backend says so only where nothing was sent: neither now nor before.
            (ProblemCode::PlatformUnreachable, _) => {
                if let Some(entry) = self.entry_troubled(EntryTrouble::Unreachable) {
                    entry.doubt = false;
                }
            }
            (ProblemCode::PaymentUnknown, _) => self.entry_expired(),
            // The payment is worked on, or has gone on without this answer.
            (_, Meaning::Again | Meaning::Refresh) => {
                self.leave_entry();
                self.anyway = false;
                self.trouble = Some(Trouble::Expired);
            }
            (_, Meaning::Outage(outage)) => self.outage = Some(outage),
            (_, Meaning::Trouble(_)) => drop(self.entry_troubled(EntryTrouble::Unknown)),
        }
    }

    /// The platform takes nothing for this payment any more: the list, where the pay button starts
    /// anew.
    pub fn entry_expired(&mut self) {
        if let Some(entry) = &mut self.entry {
            entry.stale = true;
            self.leave_entry();
            self.trouble = Some(Trouble::Expired);
        }
    }

    /// The shopper wants the list instead of what is entered. A payment for which nothing was sent
    /// is kept: it is taken up again without another one.
    pub fn leave_entry(&mut self) {
        self.step = PressStep::Rest;
        self.trouble = None;
        self.anyway = true;
        if let Some(mut entry) = self.entry.take() {
            self.doubt |= entry.doubt;
            if !entry.doubt {
                // What was entered is not kept longer than it is needed.
                entry.given = None;
                self.aside.push(*entry);
            }
        }
    }

    /// Opens a payment again that was left, where one of this choice can be taken up.
    pub fn take_up(&mut self, choice: &Choice) -> bool {
        let fits = |left: &Entry| left.method == choice.method && !left.stale;
        let found = self.aside.iter().rposition(fits);
        // A saved card is another payment than one that is typed.
        let Some(index) = found.filter(|_| choice.card.is_none()) else {
            return false;
        };
        let mut entry = self.aside.swap_remove(index);
        entry.trouble = None;
        entry.given = None;
        entry.step = EntryStep::Ready;
        self.step = PressStep::Rest;
        self.entry = Some(Box::new(entry));
        self.fields_opening();
        true
    }

    /// The entry of this face, if it is shown and can be sent: not while the shop's page is asked.
    pub(crate) fn entry_on(&mut self, face: Face) -> Option<&mut Entry> {
        let shown = self.face() == face && !self.asking;
        self.entry.as_deref_mut().filter(|_| shown)
    }
}
