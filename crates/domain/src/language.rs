//! Languages, as shops and browsers name them.

use icu_locale_core::subtags::{self, Region, Script, Variant};
use serde::{Deserialize, Deserializer, Serialize};

use crate::FieldError;

/// Longest name of a language that is read.
const LENGTH_MAX: usize = 100;

/// A language by its BCP 47 tag, in its usual form: `fr`, `pt-BR`, `zh-Hans`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// Reads a tag, or a POSIX name of a locale (`fr_FR.UTF-8`), naming the field in the error.
    /// Upper and lower case, spaces around it and extensions of the tag change nothing.
    pub fn parse(field: &str, text: &str) -> Result<Self, FieldError> {
        let name = text.trim();
        let tag = name.split(['.', '@']).next().unwrap_or_default();
        let tag = Some(tag.replace('_', "-")).filter(|tag| tag.len() <= LENGTH_MAX);
        tag.and_then(|tag| usual(&tag)).map(Self).ok_or_else(|| {
            let detail = "is no language tag; send one such as fr, en-GB or pt_BR, or leave it out";
            FieldError::new(field, detail)
        })
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, two or three lower-case letters: `pt` of `pt-BR`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl TryFrom<String> for Language {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Self, FieldError> {
        Self::parse("language", &text)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

/// A tag in its usual form, without extensions and variants: who chooses a language needs neither.
fn usual(tag: &str) -> Option<String> {
    let mut parts = tag
        .split('-')
        .take_while(|subtag| subtag.len() != 1)
        .peekable();
    let language: subtags::Language = parts.next()?.parse().ok()?;
    let script: Option<Script> = parts.peek().and_then(|subtag| subtag.parse().ok());
    parts.next_if(|_| script.is_some());
    let region: Option<Region> = parts.peek().and_then(|subtag| subtag.parse().ok());
    parts.next_if(|_| region.is_some());
    let variants = parts.all(|subtag| subtag.parse::<Variant>().is_ok());
    let mut usual = language.as_str().to_owned();
    let more = [
        script.as_ref().map(Script::as_str),
        region.as_ref().map(Region::as_str),
    ];
    for subtag in more.into_iter().flatten() {
        usual.push('-');
        usual.push_str(subtag);
    }
    (variants && !language.is_unknown()).then_some(usual)
}

/// Reads a language from the books. What is no tag counts as none: earlier versions looked less
/// closely, and no session is lost for that.
pub(crate) fn stored<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Language>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| Language::try_from(text).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Language::parse("locale", text).ok().map(String::from)
    }

    #[test]
    fn a_language_is_read_however_shops_write_it() {
        for (text, tag, primary) in [
            ("fr", "fr", "fr"),
            ("EN", "en", "en"),
            ("fr_FR", "fr-FR", "fr"),
            ("fr_FR.UTF-8", "fr-FR", "fr"),
            ("ca_ES@valencia", "ca-ES", "ca"),
            ("pt-br", "pt-BR", "pt"),
            ("gsw", "gsw", "gsw"),
            ("zh-hans-CN", "zh-Hans-CN", "zh"),
            ("es-419", "es-419", "es"),
            ("de-DE-u-co-phonebk", "de-DE", "de"),
            (" en-GB ", "en-GB", "en"),
        ] {
            let language = Language::parse("locale", text).unwrap();
            assert_eq!((language.as_str(), language.primary()), (tag, primary));
            // What is written is read again as it was.
            assert_eq!(read(tag).as_deref(), Some(tag));
        }
    }

    #[test]
    fn what_names_no_language_is_refused_with_the_field() {
        let long = "x-".repeat(LENGTH_MAX);
        for text in [
            "",
            " ",
            "f",
            "français",
            "fr-../../x",
            "fr FR",
            "fr\nFR",
            "f\tr",
            "und",
            "12",
            &long,
        ] {
            let error = Language::parse("locale", text).unwrap_err();
            assert_eq!(error.field, "locale", "{text:?}");
        }
    }
}
