//! Paying by what the widget itself asks the shopper: a bank, or the IBAN of the account that is
//! debited.
//!
//! What is answered stands in its control, and in the request as long as that is under way or
//! nobody knows what became of it: nowhere else.

use guichet_wire::{ContinuePayment, Question};

use crate::entry::{Content, EntryStep, EntryTrouble, Given};
use crate::face::{Face, Model};
use crate::i18n::Words;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked(pub Question);

impl Asked {
    /// What the control is called.
    #[must_use]
    pub fn label(&self, words: &Words) -> &'static str {
        match self.0 {
            Question::Bank { .. } => words.ask_bank,
            Question::Iban => words.ask_iban,
        }
    }

    /// What is said beside the control.
    #[must_use]
    pub fn wrong(&self, trouble: EntryTrouble, words: &Words) -> &'static str {
        match (trouble, &self.0) {
            (EntryTrouble::Empty, Question::Bank { .. }) => words.bank_empty,
            (EntryTrouble::Wrong, Question::Bank { .. }) => words.bank_wrong,
            (EntryTrouble::Empty, Question::Iban) => words.iban_empty,
            (EntryTrouble::Wrong, Question::Iban) => words.iban_wrong,
            (EntryTrouble::Characters, Question::Iban) => words.iban_characters,
            (EntryTrouble::Length, Question::Iban) => words.iban_length,
            (EntryTrouble::Country, Question::Iban) => words.iban_country,
            _ => "",
        }
    }
    fn answered(&self, answer: &str) -> ContinuePayment {
        let mut request = ContinuePayment::default();
        let place = match self.0 {
            Question::Bank { .. } => &mut request.bank,
            Question::Iban => &mut request.iban,
        };
        *place = Some(answer.into());
        request
    }
}

impl Model {
    /// A payment was started that asks this, or asks once more.
    pub fn open_ask(&mut self, payment: String, method: String, question: Question) {
        self.open_entry(payment, method, Content::Ask(Asked(question)));
    }

    /// The question was answered, with nothing around the answer. Returns what to send: the same
    /// as before, under the same key, as long as nobody knows what became of it. Nothing is sent
    /// twice.
    pub fn press_ask(&mut self, answer: &str, fresh_key: impl FnOnce() -> String) -> Option<Given> {
        let entry = self.entry_on(Face::Ask)?;
        let Content::Ask(asked) = &entry.content else {
            return None;
        };
        if entry.step != EntryStep::Ready {
            return None;
        }
        let request = asked.answered(answer);
        let doubt = entry.doubt;
        let kept = entry.given.take();
        let given = match kept.filter(|given| doubt || given.request == request) {
            Some(given) => given,
            None if answer.is_empty() => {
                entry.trouble = Some(EntryTrouble::Empty);
                return None;
            }
            None => Given {
                payment: entry.payment.clone(),
                method: entry.method.clone(),
                request,
                key: fresh_key(),
            },
        };
        entry.step = EntryStep::Checking;
        entry.trouble = None;
        entry.doubt = true;
        entry.given = Some(given.clone());
        Some(given)
    }
}

#[cfg(test)]
mod tests;
