//! Every word that the widget shows, and the choice of language.
//!
//! A language is one value of [`Words`] in a file of its own: a text that is missing does not
//! compile. Texts hold places such as `{amount}`, which [`fill`] replaces; a test checks that every
//! language uses the same places. The server has all languages; a browser loads a file with the
//! texts of one, which `cargo xtask build` makes of these. What `element.js` says before it has
//! that file stands in `loading.js` beside these files.

#[cfg(not(target_arch = "wasm32"))]
use std::collections::BTreeMap;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::{Mutex, PoisonError};

#[cfg(not(target_arch = "wasm32"))]
mod de;
#[cfg(not(target_arch = "wasm32"))]
mod en;
#[cfg(not(target_arch = "wasm32"))]
mod es;
#[cfg(not(target_arch = "wasm32"))]
mod fr;
#[cfg(not(target_arch = "wasm32"))]
mod it;
#[cfg(not(target_arch = "wasm32"))]
mod nl;
#[cfg(not(target_arch = "wasm32"))]
mod pt;
#[cfg(not(target_arch = "wasm32"))]
mod sv;
mod texts;

#[cfg(test)]
mod tests;

pub use texts::{Words, fill};

/// Texts of a language with a shop's own in place of some.
#[cfg(not(target_arch = "wasm32"))]
type Made = (Lang, BTreeMap<u16, String>, &'static Words);

/// A language that the widget speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// German.
    De,
    /// English.
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Portuguese.
    Pt,
    /// Swedish.
    Sv,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::De,
        Self::En,
        Self::Es,
        Self::Fr,
        Self::It,
        Self::Nl,
        Self::Pt,
        Self::Sv,
    ];

    /// The language of a tag, if the widget speaks it. Shops write it as BCP 47, `pt-BR`, or as
    /// their server does, `fr_FR.UTF-8`; the letters in front are the language.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let mut parts = tag.trim().split(|c: char| !c.is_ascii_alphabetic());
        let primary = parts.next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }

    /// Its own tag, as the `lang` attribute takes it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Nl => "nl",
            Self::Pt => "pt",
            Self::Sv => "sv",
        }
    }

    /// Its texts.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::De => &de::WORDS,
            Self::En => &en::WORDS,
            Self::Es => &es::WORDS,
            Self::Fr => &fr::WORDS,
            Self::It => &it::WORDS,
            Self::Nl => &nl::WORDS,
            Self::Pt => &pt::WORDS,
            Self::Sv => &sv::WORDS,
        }
    }

    /// Its texts with a shop's own in place of some, by their numbers in [`Words::all`]. They stand
    /// in a configuration, so that there are few: each is made once, and kept.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn words_with(self, own: &BTreeMap<u16, String>) -> &'static Words {
        static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|(lang, of, _)| *lang == self && of == own);
        if let Some((.., words)) = known {
            return words;
        }
        let Some(words) = self.words().with(own) else {
            return self.words();
        };
        let words: &'static Words = Box::leak(Box::new(words));
        made.push((self, own.clone(), words));
        words
    }
}
