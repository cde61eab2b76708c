//! The page around the widget, through `page.js`: calls to the backend, events, the form that
//! leaves, focus, time. A line of script is a tenth of the same line in the module.

use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::read::Json;

#[wasm_bindgen]
extern "C" {
    /// What the element gives the module. Nothing of it fails.
    #[derive(Clone)]
    pub type Page;

    /// Asks the backend for something, with GET.
    #[wasm_bindgen(method)]
    pub(crate) fn ask(this: &Page, path: &str) -> Promise;

    /// Removes a saved card.
    #[wasm_bindgen(method)]
    pub(crate) fn remove(this: &Page, method: &str, card: &str) -> Promise;

    /// Posts an object: `members` are names and values in turn, and `save` is there if it is set.
    #[wasm_bindgen(method, variadic)]
    pub(crate) fn send(this: &Page, path: &str, key: &str, save: bool, members: Array) -> Promise;

    /// Tells the shop's page; with a detail of one member, if its name is not empty.
    #[wasm_bindgen(method)]
    pub(crate) fn emit(this: &Page, event: &str, name: &str, value: &str);

    /// Sends the browser away with names and values in turn. Answers only if the page stays:
    /// whether anything may have left.
    #[wasm_bindgen(method, variadic)]
    pub(crate) fn leave(this: &Page, url: &str, fields: Array) -> Promise;

    /// Moves the focus inside the widget, unless the shopper is busy elsewhere.
    #[wasm_bindgen(method)]
    pub(crate) fn focus(this: &Page, selector: &str);

    /// Says something to the platform's fields for a card.
    #[wasm_bindgen(method, variadic)]
    pub(crate) fn fields(this: &Page, texts: Array);

    /// Whether the page can be seen.
    #[wasm_bindgen(method)]
    pub(crate) fn visible(this: &Page) -> bool;

    /// Waits for so many milliseconds.
    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &Page, milliseconds: i32) -> Promise;

    /// A random UUID.
    #[wasm_bindgen(method)]
    pub(crate) fn uuid(this: &Page) -> String;

    /// Any object of JSON.
    type Members;

    #[wasm_bindgen(method, indexing_getter)]
    fn member(this: &Members, name: &str) -> Option<JsValue>;
}

impl Json for JsValue {
    fn get(&self, name: &str) -> Option<Self> {
        self.unchecked_ref::<Members>().member(name)
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

/// Texts for the script.
pub(crate) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Array {
    let array = Array::new();
    for text in texts {
        array.push(&text.into());
    }
    array
}

/// Waits for a promise of the script, none of which fails.
pub(crate) fn wait(promise: Promise) -> Wait {
    Wait(promise.into())
}

/// See [`wait`]. Not an `async fn`: this stands in the module once, and not in every caller.
pub(crate) struct Wait(JsFuture);

impl Future for Wait {
    type Output = JsValue;

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<JsValue> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(Result::unwrap_or_default)
    }
}
