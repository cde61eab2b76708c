//! Every word that the desk shows, and the choice of language.
//!
//! A language is one value of [`Words`] in a folder of its own: a text that is missing does not
//! compile. Texts hold places such as `{count}`, which [`fill`] replaces.

mod acts;
mod en;
mod fr;
mod login;
mod pages;
mod reasons;
mod texts;

pub use self::reasons::said;
pub use acts::{ActWords, Outcome, SecondWords};
pub use login::{AuditWords, Deed, LoginWords, SsoFault};
pub use pages::{
    AccountingWords, Act, FoundAs, HappenedWords, HookWords, ListWords, LookWords, PaymentWords,
    RebillingWords, SettingWords, TerminalWords, TodayWords,
};
pub use texts::{AttentionText, FrameWords, ShowWords, StateWords, Words};

/// A language that the desk speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lang {
    /// English.
    En,
    /// French.
    Fr,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Fr];

    /// The language of a tag such as `fr` or `fr-CA`, if the desk speaks it.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let mut parts = tag.trim().split(|c: char| !c.is_ascii_alphabetic());
        let primary = parts.next().unwrap_or_default();
        let mut all = Self::ALL.into_iter();
        all.find(|lang| primary.eq_ignore_ascii_case(lang.tag()))
    }

    /// The first language of a browser's `Accept-Language` that the desk speaks.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(Self::of)
    }

    /// Its own tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
        }
    }

    /// Its texts.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Fr => &fr::WORDS,
        }
    }
}

/// A text with its places filled. What is put in is not looked at again.
#[must_use]
pub fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let value = places.iter().find(|(place, _)| *place == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_leads_to_its_language_and_a_browser_to_the_first_that_is_spoken() {
        assert_eq!(Lang::of("fr-CA"), Some(Lang::Fr));
        assert_eq!(Lang::of("de"), None);
        assert_eq!(Lang::accepted("de-DE,fr;q=0.8,en;q=0.5"), Some(Lang::Fr));
        assert_eq!(Lang::accepted(""), None);
    }

    #[test]
    fn what_is_put_into_a_text_is_not_looked_at_again() {
        assert_eq!(
            fill("{a} and {b}", &[("a", "{b}"), ("b", "c")]),
            "{b} and c"
        );
        assert_eq!(fill("{a", &[("a", "1")]), "{a");
    }
}
