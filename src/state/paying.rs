//! From the list to the platform's page: what a press, an answer and a return do.

use super::action::Action;
use super::face::{Choice, Intent, Meaning, Outage, PressStep, Trouble, meaning};
use super::model::Model;

impl Model {
    /// The method by which this action may pay, if it is one that may.
    #[must_use]
    pub fn pays_by(&self, action: &Action) -> Option<&str> {
        match action {
            _ if self.is_busy() => None,
            // The question before a second payment comes first.
            Action::Pay { sure } if !sure && self.warns() && self.intent.is_none() => None,
            Action::Pay { .. } if self.can_choose() => Some(&self.chosen.as_ref()?.method),
            Action::CardPay | Action::Answer(_) => Some(&self.entry.as_ref()?.method),
            _ => None,
        }
    }

    /// The pay button was pressed, or the question before a second payment was answered with yes
    /// (`sure`). Returns what to ask of the backend, if anything: never twice for one wish.
    pub fn press(&mut self, sure: bool, fresh_key: impl FnOnce() -> String) -> Option<Intent> {
        if self.is_busy() || self.step == PressStep::Leaving || !self.can_choose() {
            return None;
        }
        let Some(choice) = self.chosen.clone() else {
            self.trouble = Some(Trouble::ChooseFirst);
            return None;
        };
        self.trouble = None;
        self.saved.removed = false;
        let save = self.save && self.asks_to_save(&choice);
        let kept = self.intent.take();
        let kept = kept.filter(|intent| intent.choice == choice && intent.save == save);
        if self.warns() && !sure && kept.is_none() {
            self.step = PressStep::Confirming;
            return None;
        }
        if kept.is_none() && self.take_up(&choice) {
            return None;
        }
        self.step = PressStep::Starting;
        let intent = kept.unwrap_or_else(|| Intent {
            choice,
            save,
            key: fresh_key(),
        });
        self.intent = Some(intent.clone());
        Some(intent)
    }

    /// The request to start a payment was refused with this problem.
    pub fn start_refused(&mut self, code: &str) {
        self.step = PressStep::Rest;
        let meaning = meaning(code);
        match meaning {
            Meaning::Outage(outage) => self.outage = Some(outage),
            Meaning::Trouble(trouble) => self.trouble = Some(trouble),
            Meaning::Again => self.trouble = Some(Trouble::Other),
            Meaning::Refresh => {}
        }
        // Where nobody knows what became of the wish, it is kept: its retry must be the same one.
        if !matches!(meaning, Meaning::Again | Meaning::Trouble(Trouble::Other)) {
            self.intent = None;
        }
    }

    /// No answer came to the request to start a payment. It may have been started.
    pub fn start_lost(&mut self) {
        self.step = PressStep::Rest;
        self.outage = Some(Outage::Offline);
    }

    /// The payment was started, and the shopper waits here.
    pub fn started(&mut self) {
        self.step = PressStep::Rest;
        self.intent = None;
        self.entry = None;
        self.anyway = false;
    }

    /// This payment was started, and the shopper leaves for the platform.
    pub fn leaves(&mut self, payment: String) {
        let alone = self
            .entry
            .as_ref()
            .map_or_else(|| !self.is_open_elsewhere(), |entry| !entry.elsewhere);
        self.started();
        self.step = PressStep::Leaving;
        self.leaving = alone.then_some(payment);
    }

    /// The shopper is back on a page that had let them go: the list, with its warning.
    pub fn came_back(&mut self) {
        self.leave_entry();
        self.leaving = None;
    }

    /// The page is still here although a form was to leave it; `left` if it may have.
    pub fn stayed(&mut self, left: bool) {
        let leaving = self.leaving.take();
        self.leave_entry();
        if !left {
            self.never_left.extend(leaving);
            self.trouble = Some(Trouble::Leave);
        }
    }

    /// The shopper chose.
    pub fn choose(&mut self, choice: Choice) {
        self.chosen = Some(choice);
        self.picked = true;
        self.saved.removed = false;
        self.trouble = None;
        if self.step == PressStep::Confirming {
            self.step = PressStep::Rest;
        }
    }
}
