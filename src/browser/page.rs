//! The page around the element: what `element.js` hands over, events, focus, time, chance.

use std::time::Duration;

use js_sys::{Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, set_timeout, window};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement, VisibilityState};

use super::hosted::Fields;

#[wasm_bindgen]
extern "C" {
    /// What the element gives the module.
    #[derive(Clone)]
    pub type Page;

    /// The element itself.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn host(this: &Page) -> HtmlElement;

    /// The backend's origin.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn base(this: &Page) -> String;

    /// The session's secret.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn secret(this: &Page) -> String;

    /// The tag that decides language and amounts.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn locale(this: &Page) -> String;

    /// The texts of that language: a list of strings.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn words(this: &Page) -> JsValue;

    /// Whether the shopper came by the back button.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn back(this: &Page) -> bool;

    /// The `data-action` that was pressed before the module was there; may be empty.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn pressed(this: &Page) -> String;

    /// What stood chosen in this tab before the page was loaded: a control's value; may be empty.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn choice(this: &Page) -> String;

    /// The answer to the first question for the session.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn answer(this: &Page) -> FirstAnswer;

    /// Asks the shop's page whether the shopper may pay by this method now: a boolean, or a promise
    /// of one where the page takes its time.
    #[wasm_bindgen(method, js_name = mayPay)]
    pub(crate) fn may_pay(this: &Page, method: &str) -> JsValue;

    /// The platform's fields for a card.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn fields(this: &Page) -> Fields;

    /// The answer to a question that `element.js` asked.
    pub type FirstAnswer;

    /// Whether the backend did what was asked.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn ok(this: &FirstAnswer) -> Option<bool>;

    /// What it said, parsed; undefined if nobody knows.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn body(this: &FirstAnswer) -> JsValue;
}

impl Page {
    /// Tells the shop's page, through every shadow root; with a detail of one member, if there is
    /// one. No detail holds a secret.
    pub(crate) fn emit(&self, name: &str, detail: Option<(&str, &str)>) {
        let init = CustomEventInit::new();
        init.set_bubbles(true);
        init.set_composed(true);
        if let Some((member, value)) = detail {
            let object = Object::new();
            // A fresh object takes every member.
            let _ = Reflect::set(&object, &member.into(), &value.into());
            init.set_detail(&object);
        }
        if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
            // A listener of the page that throws is the page's affair.
            let _ = self.host().dispatch_event(&event);
        }
    }

    /// Moves the focus inside the widget, unless the shopper is busy elsewhere on the page. A frame
    /// of the platform's fields stands inside the element.
    pub(crate) fn focus(&self, selector: &str) {
        let host = self.host();
        let body = document().body();
        let elsewhere = document().active_element().is_some_and(|active| {
            body.is_none_or(|body| active != *body) && !host.contains(Some(&active))
        });
        if elsewhere {
            return;
        }
        let root = host.shadow_root();
        let found = root.and_then(|root| root.query_selector(selector).ok()?);
        if let Some(target) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            // What can't take it leaves it where it is.
            let _ = target.focus();
        }
    }
}

/// Whether the page can be seen.
pub(crate) fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// Waits for so many milliseconds.
pub(crate) async fn sleep(milliseconds: u32) {
    let time = Duration::from_millis(milliseconds.into());
    let promise = Promise::new(&mut |done, _| {
        let done = move || drop(done.call0(&JsValue::UNDEFINED));
        set_timeout(done, time);
    });
    // It never fails.
    let _ = JsFuture::from(promise).await;
}

/// A random UUID (version 4), from the browser's source of keys. Its own `randomUUID` exists on
/// secure pages only.
pub(crate) fn uuid() -> String {
    let mut bytes = [0; 16];
    let filled = Uint8Array::new_with_length(16);
    // `element.js` has made sure that there is such a source; it fails for larger arrays only.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_array_buffer_view(&filled);
    }
    filled.copy_to(&mut bytes);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}
