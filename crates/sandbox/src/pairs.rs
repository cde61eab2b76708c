//! `name=value` pairs: reading a form's raw body in order, writing values as the platform does.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Pairs in the order of the wire.
pub(crate) type Pairs = Vec<(String, String)>;

/// What the platform leaves literal in a returned value: seen on real signed strings, `@ / : ,`
/// arrive as they are and a space arrives as `%20`.
const PLATFORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'@')
    .remove(b'/')
    .remove(b':')
    .remove(b',');

/// Where everything but letters and digits is encoded: the signature, and letter Q.
const STRICT: &AsciiSet = NON_ALPHANUMERIC;

/// Reads an `application/x-www-form-urlencoded` body; `None` when it is not UTF-8.
pub(crate) fn parse_form(body: &[u8]) -> Option<Pairs> {
    let text = std::str::from_utf8(body).ok()?;
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let bytes: Vec<u8> = percent_decode(spaced.as_bytes()).collect();
    String::from_utf8(bytes).ok()
}

/// The first value of a name.
pub(crate) fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(pair, _)| pair == name)
        .map(|(_, value)| value.as_str())
}

/// `NAME=value` joined by `&`, raw values, without the pair named `except`: what an HMAC covers.
pub(crate) fn sealed_message(pairs: &Pairs, except: &str) -> String {
    let parts: Vec<String> = pairs
        .iter()
        .filter(|(name, _)| name != except)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

/// A returned value on the wire, as the platform writes most of them.
pub(crate) fn platform_value(value: &str) -> String {
    utf8_percent_encode(value, PLATFORM).to_string()
}

/// A value on the wire with everything encoded but letters and digits.
pub(crate) fn strict_value(value: &str) -> String {
    utf8_percent_encode(value, STRICT).to_string()
}

/// `NAME=value` joined by `&`; the values are encoded already.
pub(crate) fn joined(pairs: &Pairs) -> String {
    sealed_message(pairs, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_its_order_and_decodes() {
        let pairs = parse_form(b"b=1+2&a=%C3%A9%26&c").unwrap();
        let expected = [("b", "1 2"), ("a", "é&"), ("c", "")];
        assert_eq!(pairs.len(), expected.len());
        for (pair, (name, value)) in pairs.iter().zip(expected) {
            assert_eq!((pair.0.as_str(), pair.1.as_str()), (name, value));
        }
    }

    #[test]
    fn values_are_encoded_as_the_platform_does() {
        assert_eq!(platform_value("a b@c/d:e,f+g&h"), "a%20b@c/d:e,f%2Bg%26h");
        assert_eq!(strict_value("10:25:00"), "10%3A25%3A00");
    }
}
