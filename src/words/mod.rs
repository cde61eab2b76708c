//! Every word that the widget shows, and the choice of language.
//!
//! A language is one value of [`Words`] in a file of its own: a text that is missing does not
//! compile. Texts hold places such as `{amount}`, which [`fill`] replaces; a test checks that every
//! language uses the same places. What `element.js` says before the module has arrived stands in
//! `loading.js` beside these files.

mod en;
mod fr;
mod texts;

#[cfg(test)]
mod tests;

pub use texts::{Words, fill};

/// A language that the widget speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

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

    /// The first of these tags that the widget speaks, else English.
    #[must_use]
    pub fn choose(tags: &[&str]) -> Self {
        tags.iter()
            .find_map(|tag| Self::of(tag))
            .unwrap_or(Self::En)
    }

    /// Its own tag, as the `lang` attribute takes it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// Its texts.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::Fr => &fr::WORDS,
            Self::En => &en::WORDS,
        }
    }
}
