//! Paying by what the widget itself asks the shopper: a bank, or the IBAN of the account that is
//! debited.
//!
//! What is answered stands in its control, and in the request as long as that is under way or
//! nobody knows what became of it: nowhere else.

use guichet_wire::ShopperQuestion;

use super::entry::{Asked, Content, EntryStep, EntryTrouble, Given};
use super::face::Face;
use super::model::Model;

impl Model {
    /// A payment was started that asks this, or asks once more.
    pub fn open_ask(&mut self, payment: String, method: String, question: ShopperQuestion) {
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
#[path = "ask_tests.rs"]
mod tests;
