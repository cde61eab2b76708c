//! What the widget does to the page around it: events, the form that leaves, focus, time.

use guichet_wire::FormField;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CustomEvent, CustomEventInit, Document, HtmlElement, HtmlFormElement, HtmlInputElement,
    ShadowRoot, Window,
};

use crate::read::Json;

impl Json for JsValue {
    fn get(&self, name: &str) -> Option<Self> {
        let found = Reflect::get(self, &name.into()).ok()?;
        (!found.is_null() && !found.is_undefined()).then_some(found)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let array = self.dyn_ref::<Array>()?;
        Some((0..array.length()).map(|index| array.get(index)).collect())
    }
}

fn window() -> Option<Window> {
    js_sys::global().dyn_into().ok()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// An object with these members.
#[inline(never)]
pub(crate) fn object(members: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &(*value).into());
    }
    object
}

/// Sets a member of a new plain object.
#[inline(never)]
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    // That can't fail.
    Reflect::set(object, &name.into(), value).unwrap_or_default();
}

/// Calls a function of `element.js` with texts.
#[inline(never)]
pub(crate) fn call(function: &JsValue, texts: &[&str]) {
    if let Some(function) = function.dyn_ref::<Function>() {
        let texts: Array = texts.iter().map(|text| JsValue::from_str(text)).collect();
        // What goes wrong there is told by an action.
        drop(function.apply(&JsValue::UNDEFINED, &texts));
    }
}

/// Tells the page, through every shadow root. No detail holds a secret.
pub(crate) fn emit(host: &HtmlElement, event: &str, detail: Option<(&str, &str)>) {
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    if let Some(detail) = detail {
        init.set_detail(&object(&[detail]));
    }
    if let Ok(event) = CustomEvent::new_with_event_init_dict(event, &init) {
        // `false` only says that a listener called `preventDefault`.
        host.dispatch_event(&event).unwrap_or_default();
    }
}

/// Sends the browser to the platform with these fields, in their order, unchanged.
pub(crate) fn leave(url: &str, fields: &[FormField]) -> Option<()> {
    let document = document()?;
    let form: HtmlFormElement = document.create_element("form").ok()?.unchecked_into();
    form.set_method("post");
    form.set_action(url);
    form.set_accept_charset("UTF-8");
    form.set_target("_top");
    form.set_hidden(true);
    for field in fields {
        let input: HtmlInputElement = document.create_element("input").ok()?.unchecked_into();
        input.set_type("hidden");
        input.set_name(&field.name);
        input.set_value(&field.value);
        form.append_child(&input).ok()?;
    }
    document.body()?.append_child(&form).ok()?;
    // The prototype's own `submit`: a field of that name would hide it.
    let submit: Function = Reflect::get(&Object::get_prototype_of(&form), &"submit".into())
        .ok()?
        .dyn_into()
        .ok()?;
    submit.call0(&form).map(drop).ok()
}

/// Moves the focus inside the widget, unless the shopper is busy elsewhere on the page. A frame of
/// the platform's fields stands inside the element.
#[inline(never)]
pub(crate) fn focus(root: &ShadowRoot, selector: &str) {
    let elsewhere = document().is_some_and(|document| {
        let active = document.active_element();
        let body = document.body().map(Into::into);
        active.is_some_and(|active| {
            Some(&active) != body.as_ref() && !root.host().contains(Some(&active))
        })
    });
    if let (false, Ok(Some(target))) = (elsewhere, root.query_selector(selector)) {
        target
            .unchecked_into::<HtmlElement>()
            .focus()
            .unwrap_or_default();
    }
}

/// Whether the page can be seen.
pub(crate) fn visible() -> bool {
    document().is_none_or(|page| page.visibility_state() == web_sys::VisibilityState::Visible)
}

/// Waits.
pub(crate) async fn sleep(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = window() {
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
                .unwrap_or_default();
        }
    });
    JsFuture::from(promise).await.unwrap_or_default();
}

/// A random UUID (version 4), from the browser's source of keys. `randomUUID` exists on secure
/// pages only.
#[inline(never)]
pub(crate) fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        crypto
            .get_random_values_with_u8_array(&mut bytes)
            .map(drop)
            .unwrap_or_default();
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}
