//! What a shopper can press, choose and send, by the names that stand in the page.

use super::face::Choice;

/// A button, by the name in its `data-action`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Button {
    /// Pays with what stands chosen.
    Pay,
    /// Pays although another payment may be open.
    Confirm,
    /// Starts no second payment.
    Stay,
    /// Pays with the card that was typed.
    CardPay,
    /// Sends the answer to a question.
    Answer,
    /// Asks whether to remove a saved card.
    Remove,
    /// Removes it.
    RemoveConfirm,
    /// Keeps it.
    RemoveKeep,
    /// Shows the list of methods.
    List,
    /// Tries again.
    Retry,
}

impl Button {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Pay,
        Self::Confirm,
        Self::Stay,
        Self::CardPay,
        Self::Answer,
        Self::Remove,
        Self::RemoveConfirm,
        Self::RemoveKeep,
        Self::List,
        Self::Retry,
    ];

    /// The value of `data-action`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Confirm => "confirm",
            Self::Stay => "stay",
            Self::CardPay => "card-pay",
            Self::Answer => "answer",
            Self::Remove => "remove",
            Self::RemoveConfirm => "remove-confirm",
            Self::RemoveKeep => "remove-keep",
            Self::List => "choose",
            Self::Retry => "retry",
        }
    }
}

/// A control whose value the shopper chooses, by its `name`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Control {
    /// A method, or a saved card.
    Method,
    /// A brand of a card that bears two.
    Brand,
    /// Whether to save the card that is typed.
    Save,
}

impl Control {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Method, Self::Brand, Self::Save];

    /// The control's `name`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Brand => "guichet-brand",
            Self::Save => "save",
        }
    }
}

/// What the shopper did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Chose a method or a saved card.
    Choose(Choice),
    /// Chose a brand of the card that is typed.
    ChooseBrand(String),
    /// Wants that card to be saved, or does not.
    Save(bool),
    /// Pressed the pay button; `sure` where another payment may be open.
    Pay {
        /// The question before a second payment was answered with yes.
        sure: bool,
    },
    /// Does not want a second payment.
    Stay,
    /// Pays with the card that was typed.
    CardPay,
    /// Answered a question.
    Answer(String),
    /// Wants to remove a saved card.
    AskRemoval(Choice),
    /// Removes it.
    RemoveCard,
    /// Keeps it.
    KeepCard,
    /// Wants the list of methods.
    ShowList,
    /// Tries again.
    Retry,
}

/// A name in the page that no action has: a mistake of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unknown(pub String);

impl Action {
    /// A button with this `data-action` was pressed. `value` is the button's own, or the answer in
    /// its form.
    ///
    /// # Errors
    ///
    /// There is no button of that name.
    pub fn pressed(name: &str, value: &str) -> Result<Self, Unknown> {
        let mut all = Button::ALL.into_iter();
        let button = all.find(|button| button.name() == name);
        Ok(match button.ok_or_else(|| Unknown(name.into()))? {
            Button::Pay => Self::Pay { sure: false },
            Button::Confirm => Self::Pay { sure: true },
            Button::Stay => Self::Stay,
            Button::CardPay => Self::CardPay,
            Button::Answer => Self::Answer(value.trim().into()),
            Button::Remove => Self::AskRemoval(value.into()),
            Button::RemoveConfirm => Self::RemoveCard,
            Button::RemoveKeep => Self::KeepCard,
            Button::List => Self::ShowList,
            Button::Retry => Self::Retry,
        })
    }

    /// A control of this `name` has this value now; `checked` is said of a box.
    ///
    /// # Errors
    ///
    /// There is no control of that name.
    pub fn chosen(name: &str, value: &str, checked: bool) -> Result<Self, Unknown> {
        let mut all = Control::ALL.into_iter();
        let control = all.find(|control| control.name() == name);
        Ok(match control.ok_or_else(|| Unknown(name.into()))? {
            Control::Method => Self::Choose(value.into()),
            Control::Brand => Self::ChooseBrand(value.into()),
            Control::Save => Self::Save(checked),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_page_is_an_action_and_no_other_is() {
        for button in Button::ALL {
            assert!(Action::pressed(button.name(), "x").is_ok(), "{button:?}");
        }
        for control in Control::ALL {
            assert!(Action::chosen(control.name(), "x", true).is_ok());
        }
        assert_eq!(Action::pressed("pays", ""), Err(Unknown("pays".into())));
        let other = Action::chosen("methods", "card", true);
        assert_eq!(other, Err(Unknown("methods".into())));
    }

    #[test]
    fn an_answer_has_no_blanks_around_it() {
        let answer = Action::pressed("answer", " FR76 \n");
        assert_eq!(answer, Ok(Action::Answer("FR76".into())));
    }

    #[test]
    fn a_saved_card_is_a_choice_of_its_method() {
        let chosen = Action::chosen("method", "sogenactif_card/c1", true);
        let choice = Choice {
            method: "sogenactif_card".into(),
            card: Some("c1".into()),
        };
        assert_eq!(chosen, Ok(Action::Choose(choice)));
    }
}
