//! JSON whose numbers keep the text that they arrived with.
//!
//! The seal covers the raw token of a number (`1.10` is not `1.1`), and the usual parsers lose it.
//! `arbitrary_precision` of `serde_json` would keep it, and change the numbers of every crate of
//! the workspace; so each value is cut out raw and read here, one level at a time.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Deepest nesting that is read. The deepest container of the documentation lies at level 5.
const DEPTH_MAX: usize = 16;

/// A JSON value. Names of an object are unique and sorted byte by byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// A container.
    Object(BTreeMap<String, Json>),
}

/// Why a text is not read. Holds nothing of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, or not UTF-8.
    #[error("is not JSON")]
    NotJson,
    /// JSON, but no object.
    #[error("is not a JSON object")]
    NotObject,
    /// An object has a name twice: which value is meant, and sealed, would be a guess.
    #[error("has the same name twice in one object")]
    Twice,
    /// Nested too deeply.
    #[error("is nested too deeply")]
    TooDeep,
}

impl Json {
    /// Reads an object.
    ///
    /// # Errors
    /// [`JsonError`], for anything else.
    pub fn parse_object(bytes: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonError::NotJson)?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| JsonError::NotJson)?;
        match read(raw.get(), 0)? {
            object @ Self::Object(_) => Ok(object),
            _ => Err(JsonError::NotObject),
        }
    }

    /// The object's value of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The object's value of that name as text: a text, or the raw token of a number or
    /// truth value.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.scalar()
    }

    /// A scalar as it is sealed. Nothing for `null` and containers.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Sets the object's value of that name. Does nothing to what is no object.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        if let Self::Object(members) = self {
            members.insert(name.to_owned(), Self::Text(value.into()));
        }
    }

    /// As a request is sent: without nulls, scalars as text (as in all the vendor's samples), lists
    /// of scalars sorted, so that the two readings of the seal's rule on lists agree.
    #[must_use]
    pub(super) fn normal(self) -> Self {
        match self {
            Self::Object(members) => Self::Object(
                members
                    .into_iter()
                    .filter(|(_, value)| *value != Self::Null)
                    .map(|(name, value)| (name, value.normal()))
                    .collect(),
            ),
            Self::List(items) => {
                let items = items.into_iter().filter(|item| *item != Self::Null);
                let mut items: Vec<_> = items.map(Self::normal).collect();
                sort_scalars(&mut items);
                Self::List(items)
            }
            scalar => match scalar.scalar() {
                Some(text) => Self::Text(text.to_owned()),
                None => Self::Null,
            },
        }
    }

    /// For `serde`: scalars become texts, so that no number passes through a float.
    pub(super) fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(members) => {
                let pair = |(name, value): (&String, &Self)| (name.clone(), value.to_value());
                Value::Object(members.iter().map(pair).collect())
            }
            scalar => Value::String(scalar.scalar().unwrap_or_default().to_owned()),
        }
    }

    /// On several lines, for a person.
    #[must_use]
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::Bool(_) | Self::Number(_) => out.push_str(self.scalar().unwrap_or_default()),
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                write_all(out, ['[', ']'], items, indent);
            }
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| (Some(name.as_str()), value));
                write_all(out, ['{', '}'], members, indent);
            }
        }
    }
}

/// Compact, as it is sent.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, None);
        f.write_str(&out)
    }
}

impl From<serde_json::Value> for Json {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let pair = |(name, value)| (name, Self::from(value));
                Self::Object(members.into_iter().map(pair).collect())
            }
        }
    }
}

/// Sorts a list by the bytes of its texts, if all of them are scalars.
pub(super) fn sort_scalars(items: &mut [Json]) {
    if items.iter().all(|item| item.scalar().is_some()) {
        items.sort_by(|left, right| left.scalar().cmp(&right.scalar()));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_all<'a>(
    out: &mut String,
    [open, close]: [char; 2],
    members: impl Iterator<Item = (Option<&'a str>, &'a Json)>,
    indent: Option<usize>,
) {
    out.push(open);
    let mut empty = true;
    for (name, value) in members {
        if !empty {
            out.push(',');
        }
        empty = false;
        new_line(out, indent.map(|level| level + 1));
        if let Some(name) = name {
            out.push_str(&quoted(name));
            out.push(':');
            if indent.is_some() {
                out.push(' ');
            }
        }
        value.write(out, indent.map(|level| level + 1));
    }
    if !empty {
        new_line(out, indent);
    }
    out.push(close);
}

fn new_line(out: &mut String, indent: Option<usize>) {
    if let Some(level) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

fn read(raw: &str, depth: usize) -> Result<Json, JsonError> {
    if depth > DEPTH_MAX {
        return Err(JsonError::TooDeep);
    }
    let wrong = |_| JsonError::NotJson;
    match raw.as_bytes().first() {
        Some(b'{') => {
            let Pairs(pairs) = serde_json::from_str(raw).map_err(wrong)?;
            let mut members = BTreeMap::new();
            for (name, value) in pairs {
                if members
                    .insert(name, read(value.get(), depth + 1)?)
                    .is_some()
                {
                    return Err(JsonError::Twice);
                }
            }
            Ok(Json::Object(members))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(wrong)?;
            let items = items.into_iter().map(|item| read(item.get(), depth + 1));
            items.collect::<Result<_, _>>().map(Json::List)
        }
        Some(b'"') => serde_json::from_str(raw).map(Json::Text).map_err(wrong),
        Some(b'n') => Ok(Json::Null),
        Some(b't') => Ok(Json::Bool(true)),
        Some(b'f') => Ok(Json::Bool(false)),
        Some(_) => Ok(Json::Number(raw.to_owned())),
        None => Err(JsonError::NotJson),
    }
}

/// An object's members as they stand: a map would drop the first of two equal names unseen.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Json, JsonError> {
        Json::parse_object(text.as_bytes())
    }

    #[test]
    fn a_number_keeps_its_text() {
        let text = r#"{"a":1.10,"b":-0,"c":1e2,"d":123456789012345678901234567890}"#;
        assert_eq!(parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn a_text_is_read_and_written_alike() {
        let json = parse("{ \"a\" : \"caf\\u00e9 \\\" \\n\" , \"b\" : [ ] }").unwrap();
        assert_eq!(json.text("a"), Some("café \" \n"));
        assert_eq!(parse(&json.to_string()).unwrap(), json);
        assert_eq!(parse(&json.pretty()).unwrap(), json);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for (text, error) in [
            ("", JsonError::NotJson),
            ("{", JsonError::NotJson),
            (r#"{"a":01}"#, JsonError::NotJson),
            (r#"{"a":"\ud800"}"#, JsonError::NotJson),
            (r#"{"a":1} {}"#, JsonError::NotJson),
            ("[]", JsonError::NotObject),
            ("1", JsonError::NotObject),
            (r#"{"a":1,"a":1}"#, JsonError::Twice),
            (r#"{"x":{"a":1,"\u0061":2}}"#, JsonError::Twice),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        assert_eq!(
            Json::parse_object(b"{\"a\":\"\xff\"}"),
            Err(JsonError::NotJson)
        );
    }

    #[test]
    fn deep_nesting_is_refused_without_running_out_of_stack() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested =
                |depth: usize| format!("{{\"a\":{}1{}}}", open.repeat(depth), close.repeat(depth));
            assert!(parse(&nested(DEPTH_MAX - 1)).is_ok());
            assert_eq!(parse(&nested(DEPTH_MAX)), Err(JsonError::TooDeep));
            assert_eq!(parse(&nested(100_000)), Err(JsonError::TooDeep));
            assert!(parse(&open.repeat(100_000)).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Json::parse_object(&bytes);
        }

        #[test]
        fn nothing_that_looks_like_json_makes_it_panic(text in r#"[\[\]{}",:0-9a-z.\\ -]{0,80}"#) {
            if let Ok(json) = parse(&format!("{{\"a\":{text}}}")) {
                prop_assert_eq!(parse(&json.to_string()).unwrap(), json);
            }
        }
    }
}
