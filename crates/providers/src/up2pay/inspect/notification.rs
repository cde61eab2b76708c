//! A notification, or a browser's return: is it signed, and what does it say?

use super::super::codes;
use super::super::letters::Letter;
use super::super::notification::{decode_signature, split_pairs};
use super::super::seal::PublicKey;
use super::Unreadable;

/// What was found out about a notification.
#[derive(Clone, Debug)]
pub struct NotificationReport {
    /// Whether the signature verifies, over all of it or with the first pairs left out.
    pub verified: bool,
    /// Name of the pair that holds the signature.
    pub signature_name: String,
    /// Leading pairs that are not signed: the merchant's own parameters.
    pub unsigned: usize,
    /// When it does not verify: known wrong ways that explain it.
    pub wrong_ways: Vec<String>,
    /// The pairs, without the signature.
    pub fields: Vec<Explained>,
}

/// One pair, explained.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// Its value, percent-decoded.
    pub value: String,
    /// What it means, as far as name and value tell.
    pub meaning: String,
}

/// Names that merchants give the letters, beside ours. In lower case.
const ALIASES: [(&str, Letter); 27] = [
    ("m", Letter::Amount),
    ("montant", Letter::Amount),
    ("amount", Letter::Amount),
    ("r", Letter::Reference),
    ("reference", Letter::Reference),
    ("maref", Letter::Reference),
    ("cmd", Letter::Reference),
    ("a", Letter::Authorisation),
    ("autorisation", Letter::Authorisation),
    ("authorization", Letter::Authorisation),
    ("t", Letter::Call),
    ("call", Letter::Call),
    ("numappel", Letter::Call),
    ("p", Letter::Payment),
    ("paiement", Letter::Payment),
    ("typepaiement", Letter::Payment),
    ("c", Letter::Card),
    ("carte", Letter::Card),
    ("typecarte", Letter::Card),
    ("e", Letter::Code),
    ("error", Letter::Code),
    ("s", Letter::Transaction),
    ("trans", Letter::Transaction),
    ("idtrans", Letter::Transaction),
    ("numtrans", Letter::Transaction),
    ("y", Letter::Country),
    ("z", Letter::Index),
];

/// Inspects a notification. `raw`: its query string or body, or a whole address; `pem`: the text of
/// the public key file, or nothing for the platform's published key.
///
/// # Errors
/// [`Unreadable`], when there is nothing to verify.
pub fn notification(raw: &[u8], pem: Option<&str>) -> Result<NotificationReport, Unreadable> {
    let key = pem.map_or_else(PublicKey::published, PublicKey::from_pem);
    let key = key.map_err(|error| Unreadable::Key(error.to_string()))?;
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let raw = after_address(raw);
    let at = raw
        .iter()
        .rposition(|b| *b == b'&')
        .ok_or(Unreadable::NoSignature)?;
    let (signed, last) = (&raw[..at], &raw[at + 1..]);
    let equals = last
        .iter()
        .position(|b| *b == b'=')
        .ok_or(Unreadable::NoSignature)?;
    let (name, written) = (&last[..equals], &last[equals + 1..]);
    let spaced = written.contains(&b' ');
    let restored: Vec<u8> = written
        .trim_ascii()
        .iter()
        .map(|b| if *b == b' ' { b'+' } else { *b })
        .collect();
    let signature = decode_signature(&restored)
        .filter(|bytes| bytes.len() >= 128)
        .ok_or(Unreadable::NoSignature)?;
    let pairs = split_pairs(signed).unwrap_or_default();
    let unsigned = (!spaced)
        .then(|| unsigned_pairs(&key, signed, &signature))
        .flatten();
    let wrong_ways = match unsigned {
        Some(_) => Vec::new(),
        None => wrong_ways(&key, signed, &signature, spaced),
    };
    Ok(NotificationReport {
        verified: unsigned.is_some(),
        signature_name: text(name),
        unsigned: unsigned.unwrap_or_default(),
        wrong_ways,
        fields: pairs
            .iter()
            .map(|(name, value)| explain(&text(name), &text(value)))
            .collect(),
    })
}

/// What follows the `?` where a whole address, a path or a leading `?` was given.
fn after_address(raw: &[u8]) -> &[u8] {
    let Some(at) = raw.iter().position(|b| *b == b'?') else {
        return raw;
    };
    let before = &raw[..at];
    let address = before.is_empty() || before[0] == b'/' || before.windows(3).any(|w| w == b"://");
    if address { &raw[at + 1..] } else { raw }
}

fn text(raw: &[u8]) -> String {
    percent_encoding::percent_decode(raw)
        .decode_utf8_lossy()
        .into_owned()
}

/// With how many leading pairs left out the signature verifies.
fn unsigned_pairs(key: &PublicKey, signed: &[u8], signature: &[u8]) -> Option<usize> {
    let mut rest = signed;
    for left_out in 0..64 {
        if key.verifies(rest, signature) {
            return Some(left_out);
        }
        let at = rest.iter().position(|b| *b == b'&')?;
        rest = &rest[at + 1..];
    }
    None
}

/// What a framework, a proxy or a copy by hand may have done to the text.
fn wrong_ways(key: &PublicKey, signed: &[u8], signature: &[u8], spaced: bool) -> Vec<String> {
    let written = String::from_utf8_lossy(signed).into_owned();
    let literal = |text: &str| {
        ["%40 @", "%2F /", "%3A :", "%2C ,", "%3B ;"]
            .iter()
            .fold(text.to_owned(), |text, pair| {
                let (escape, character) = pair.split_once(' ').unwrap_or_default();
                text.replace(escape, character)
                    .replace(&escape.to_ascii_lowercase(), character)
            })
    };
    let ways = [
        (
            "the signature was decoded once too often: its + became spaces",
            written.clone(),
        ),
        (
            "spaces are written as + or as themselves: the platform signs %20",
            { written.replace(['+', ' '], "%20") },
        ),
        (
            "characters were percent-encoded anew: verify the text as it arrived",
            literal(&written),
        ),
        (
            "it was encoded anew with +: verify the text as it arrived",
            { literal(&written).replace(['+', ' '], "%20") },
        ),
        (
            "a stray space or line break stands around it",
            written.trim().to_owned(),
        ),
        ("& was HTML-escaped as &amp;", written.replace("&amp;", "&")),
    ];
    let mut found: Vec<String> = ways
        .into_iter()
        .filter(|(_, text)| spaced || text.as_bytes() != signed)
        .filter(|(_, text)| unsigned_pairs(key, text.as_bytes(), signature).is_some())
        .map(|(way, _)| way.to_owned())
        .collect();
    found.truncate(1);
    found
}

fn letter_of(name: &str) -> Option<Letter> {
    let lower = name.to_ascii_lowercase();
    let ours = Letter::ALL
        .into_iter()
        .find(|l| l.name().eq_ignore_ascii_case(name));
    ours.or_else(|| {
        ALIASES
            .iter()
            .find(|(alias, _)| *alias == lower)
            .map(|(_, letter)| *letter)
    })
}

fn explain(name: &str, value: &str) -> Explained {
    let meaning = match letter_of(name) {
        None => "not one of the usual names; signed pairs of other names are ignored".to_owned(),
        Some(Letter::Code) => {
            let known = codes::explain(value).map(|(text, _)| text);
            let known = known.unwrap_or("unknown code: an unknown outcome, not a success");
            format!("{}: {known}", Letter::Code.meaning())
        }
        Some(Letter::Authorisation) if value == "XXXXXX" => {
            format!(
                "{}; XXXXXX is a test account's",
                Letter::Authorisation.meaning()
            )
        }
        Some(letter) => letter.meaning().to_owned(),
    };
    Explained {
        name: name.to_owned(),
        value: value.to_owned(),
        meaning,
    }
}

#[cfg(test)]
mod tests;
