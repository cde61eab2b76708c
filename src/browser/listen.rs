//! What the shopper does to the page, as actions. The root listens for all of it.

use leptos::attr::any_attribute::IntoAnyAttribute;
use leptos::ev::{self, on};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, Event, HtmlButtonElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement,
    SubmitEvent,
};

use super::app::App;
use crate::state::action::{Action, Button, Unknown};
use crate::view::el::El;

/// The root with its listeners. A submit button is pressed by its click, which Enter in a field
/// makes too: in a sandbox without forms there is no `submit`.
pub(super) fn listening(root: El, app: &App) -> El {
    let (clicked, changed, submitted) = (app.clone(), app.clone(), app.clone());
    root.attribute(on(ev::click, move |event| clicked.clicked(&event)).into_any_attr())
        .attribute(on(ev::change, move |event| changed.changed(&event)).into_any_attr())
        .attribute(on(ev::submit, move |event| submitted.submitted(&event)).into_any_attr())
}

fn target<T: JsCast>(event: &Event) -> Option<T> {
    event.target()?.dyn_into().ok()
}

/// What stands in the control of the form's question, if it has one.
fn answer(form: &HtmlFormElement) -> Option<String> {
    let control = form.query_selector("[data-answer]").ok()??;
    match control.dyn_into::<HtmlInputElement>() {
        Ok(input) => Some(input.value()),
        Err(other) => Some(other.dyn_into::<HtmlSelectElement>().ok()?.value()),
    }
}

impl App {
    fn clicked(&self, event: &Event) {
        let closest = |element: Element| element.closest("button[data-action]").ok()?;
        let button = target(event).and_then(closest);
        let Some(button) = button.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok())
        else {
            return;
        };
        let name = button.get_attribute("data-action").unwrap_or_default();
        let mut value = button.value();
        if button.type_() == "submit" {
            event.prevent_default();
            value = button.form().as_ref().and_then(answer).unwrap_or_default();
        }
        self.do_or_tell(Action::pressed(&name, &value));
    }

    fn submitted(&self, event: &SubmitEvent) {
        event.prevent_default();
        let name = event
            .submitter()
            .and_then(|by| by.get_attribute("data-action"));
        let name = name.unwrap_or_else(|| Button::Pay.name().into());
        let form = target::<HtmlFormElement>(event);
        let value = form.as_ref().and_then(answer).unwrap_or_default();
        self.do_or_tell(Action::pressed(&name, &value));
    }

    fn changed(&self, event: &Event) {
        // The answer to a question has no name: it is read when the form is sent, and never before.
        let input = target::<HtmlInputElement>(event);
        let Some(input) = input.filter(|input| !input.name().is_empty()) else {
            return;
        };
        let action = Action::chosen(&input.name(), &input.value(), input.checked());
        self.do_or_tell(action);
    }

    pub(super) fn do_or_tell(&self, action: Result<Action, Unknown>) {
        match action {
            Ok(action) => self.act(action),
            Err(Unknown(name)) => {
                let text = ["guichet: there is no action called ", &name].concat();
                web_sys::console::error_1(&JsValue::from(text));
            }
        }
    }
}
