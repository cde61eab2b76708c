//! What makes a face work without a script: its buttons are those of forms, which post to the
//! backend. The module's faces have none of it.

use super::el::{El, el};
use super::scene::Scene;
use crate::state::action::Button;

impl Scene<'_> {
    /// A button that does this.
    pub(super) fn button(&self, part: &str, action: Button, label: &str) -> El {
        let plain = self.ui.is_plain();
        let kind = if plain { "submit" } else { "button" };
        self.does(el("button").part(part).attr("type", kind), action)
            .text(label)
    }

    /// Says which button it is: to the module, and in a form.
    pub(super) fn does(&self, button: El, action: Button) -> El {
        let button = button.attr("data-action", action.name());
        if self.ui.is_plain() {
            button.attr("name", "do").attr("value", action.name())
        } else {
            button
        }
    }

    /// Lets a form post to the backend.
    pub(super) fn posting(&self, form: El) -> El {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(plain) = self.ui.plain {
            use leptos::prelude::WithValue as _;
            return plain.with_value(|plain| {
                let form = form.attr("action", &plain.action).attr("method", "post");
                let hidden = plain.hidden.iter();
                hidden.fold(form, |form, (name, value)| {
                    let input = el("input").attr("type", "hidden");
                    form.with(input.attr("name", name).attr("value", value))
                })
            });
        }
        form
    }

    /// A button that stands in no form has one of its own.
    pub(super) fn alone(&self, button: El) -> El {
        if self.ui.is_plain() {
            self.posting(el("form").part("form")).with(button)
        } else {
            button
        }
    }
}
