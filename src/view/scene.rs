//! What a face is drawn from, and what every part of it uses.

use guichet_wire::CheckoutSession;

use super::el::El;
use super::ui::Ui;
use crate::state::face::{Face, PressStep};
use crate::state::model::Model;
use crate::words::{Words, fill};

/// What a face is drawn from.
pub(super) struct Scene<'a> {
    pub(super) ui: Ui,
    pub(super) words: &'static Words,
    pub(super) model: &'a Model,
    pub(super) face: Face,
}

impl<'a> Scene<'a> {
    pub(super) fn of(ui: Ui, model: &'a Model) -> Self {
        Self {
            ui,
            words: ui.words(),
            model,
            face: model.face(),
        }
    }
}

impl Scene<'_> {
    pub(super) fn session(&self) -> Option<&CheckoutSession> {
        self.model.session.as_ref()
    }

    pub(super) fn money(&self, amount: u64) -> String {
        self.session().map_or_else(String::new, |session| {
            let notation = self.ui.locale.notation;
            notation.format(amount, &session.currency, session.currency_exponent)
        })
    }

    pub(super) fn total(&self) -> String {
        self.money(self.session().map_or(0, |session| session.amount))
    }

    /// Fills a text with what every face may speak of, and the amount `accepted`.
    pub(super) fn fill(&self, text: &str, accepted: u64) -> String {
        let session = self.session();
        let total = self.total();
        fill(
            text,
            &[
                ("shop", session.map_or("", |session| &session.shop)),
                (
                    "reference",
                    session.map_or("", |session| &session.reference),
                ),
                ("amount", &total),
                ("total", &total),
                ("accepted", &self.money(accepted)),
            ],
        )
    }

    /// One element of a drawing takes the focus: the most urgent one.
    pub(super) fn focused(&self, element: El, is_title: bool) -> El {
        let urgent = self.model.trouble.is_some() || self.model.step == PressStep::Confirming;
        if is_title && urgent && self.model.can_choose() {
            return element;
        }
        element.attr("tabindex", "-1").attr("data-focus", "")
    }
}
