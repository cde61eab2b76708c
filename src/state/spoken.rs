//! What is said to who can't see the face.

use super::entry::EntryStep;
use super::face::Face;
use super::model::Model;
use crate::words::Words;

/// The text of the live region, which stands outside of every face and outlives it.
#[must_use]
pub fn of(model: &Model, words: &Words) -> &'static str {
    match model.face() {
        // The platform's fields answer at once, and say by themselves what is wrong.
        _ if model.is_reading() => "",
        _ if model.is_busy() => words.pay_busy,
        face if face.is_entry() => match &model.entry {
            Some(entry) if entry.step == EntryStep::Opening => words.card_opening,
            _ => "",
        },
        _ if model.saved.removed && model.can_choose() => words.saved_removed,
        Face::Loading | Face::Choosing => "",
        face => face.title(words),
    }
}

#[cfg(test)]
mod tests {
    use guichet_wire::{MethodKind, Status};

    use super::*;
    use crate::state::face::PressStep;
    use crate::state::testing::{offer, session};
    use crate::words::Lang;

    #[test]
    fn an_outcome_is_said_and_a_list_is_not() {
        let words = Lang::En.words();
        let mut model = Model::default();
        assert_eq!(of(&model, words), "");
        let mut open = session([offer("card", MethodKind::Card)]);
        model.take(open.clone());
        assert_eq!(of(&model, words), "");
        model.step = PressStep::Starting;
        assert_eq!(of(&model, words), words.pay_busy);
        model.step = PressStep::Rest;
        open.status.status = Status::Paid;
        model.take(open);
        assert_eq!(of(&model, words), words.paid_title);
    }
}
