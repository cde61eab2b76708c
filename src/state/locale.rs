//! How a shopper is spoken to: in which language, and in which notation of amounts.

use super::money::Notation;
use crate::words::{Lang, Words};

/// A language, its texts, and how amounts are written where it is spoken.
#[derive(Clone, Copy, Debug)]
pub struct Locale {
    /// The language.
    pub lang: Lang,
    /// Its texts.
    pub words: &'static Words,
    /// How amounts are written.
    pub notation: &'static Notation,
}

impl Locale {
    /// The first of these tags whose language the widget speaks, else English. One tag decides
    /// both: words in Portuguese with amounts as in France would be nobody's. In a browser,
    /// `spoken` in `words/loading.js` chooses by the same rule, because it loads the texts.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn choose(tags: &[&str]) -> Self {
        tags.iter()
            .find_map(|tag| Self::of(tag))
            .unwrap_or_else(|| Self::from(Lang::En))
    }

    /// The locale of a tag, if the widget speaks its language. Shops write it as BCP 47, `pt-BR`,
    /// or as their server does, `fr_FR.UTF-8`.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let lang = Lang::of(tag)?;
        Some(Self {
            lang,
            words: lang.words(),
            notation: Notation::of(tag),
        })
    }
}

/// The language as it is written where no region is named.
#[cfg(not(target_arch = "wasm32"))]
impl From<Lang> for Locale {
    fn from(lang: Lang) -> Self {
        Self {
            lang,
            words: lang.words(),
            notation: Notation::of(lang.tag()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tag_that_is_spoken_decides_words_and_amounts() {
        let chosen = |tags: &[&str]| {
            let locale = Locale::choose(tags);
            (locale.lang, locale.notation.format(123_450, "EUR", 2))
        };
        let written = |amount: &str| amount.replace(' ', "\u{a0}");
        assert_eq!(chosen(&[]), (Lang::En, "€1,234.50".into()));
        assert_eq!(chosen(&["ca-ES"]), (Lang::En, "€1,234.50".into()));
        let french = "1\u{202f}234,50\u{a0}€";
        assert_eq!(chosen(&["ca", "FR_fr", "de"]), (Lang::Fr, french.into()));
        let brazilian = written("€ 1.234,50");
        assert_eq!(chosen(&["gsw", "pt-BR", "", "fr"]), (Lang::Pt, brazilian));
        let swiss = "EUR\u{a0}1'234.50";
        assert_eq!(chosen(&["", "de_CH.UTF-8"]), (Lang::De, swiss.into()));
    }
}
