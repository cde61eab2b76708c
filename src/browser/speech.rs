//! The texts that the element loaded, read once.

use std::cell::RefCell;

use wasm_bindgen::{JsError, JsValue};

use super::page::Page;
use crate::state::locale::Locale;
use crate::state::money::Notation;
use crate::words::{Lang, Words};

thread_local! {
    /// Texts are kept as long as the page lives, so those of a language are read once.
    /// The element gives the same list for the same texts.
    static KNOWN: RefCell<Vec<(JsValue, &'static Words)>> = const { RefCell::new(Vec::new()) };
}

/// How the shopper is spoken to.
pub(super) fn of(page: &Page) -> Result<Locale, JsError> {
    let tag = page.locale();
    let lang = Lang::of(&tag).unwrap_or(Lang::En);
    let list = page.words();
    let known = KNOWN.with_borrow(|known| {
        let found = known.iter().find(|(of, _)| *of == list);
        found.map(|(_, words)| *words)
    });
    let words = match known {
        Some(words) => words,
        None => {
            let texts = serde_wasm_bindgen::from_value(list.clone())?;
            let words = Words::read(texts);
            let words = words.ok_or_else(|| JsError::new("The words are of another version."))?;
            let words: &'static Words = Box::leak(Box::new(words));
            KNOWN.with_borrow_mut(|known| known.push((list, words)));
            words
        }
    };
    Ok(Locale {
        lang,
        words,
        notation: Notation::of(&tag),
    })
}
