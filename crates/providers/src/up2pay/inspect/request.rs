//! A request of a payment page: its HMAC, and what may have gone wrong with it.

use aws_lc_rs::hmac;

use super::super::seal::{HmacKey, Mac};
use super::field::{Field, join, value};
use super::rules::{Broken, broken};
use super::unreadable::{BOM, Unreadable};

/// What was found out about a request.
#[derive(Clone, Debug)]
pub struct RequestReport {
    /// Number of fields without PBX_HMAC.
    pub fields: usize,
    /// Bytes of what is sealed.
    pub bytes: usize,
    /// Name of the digest, such as `SHA512`.
    pub hash: String,
    /// The HMAC computed, hexadecimal in upper case.
    pub hmac: String,
    /// Whether the request's own HMAC is that one.
    pub verdict: Verdict,
    /// How the input was read, where it is not the fields as they are posted.
    pub notes: Vec<String>,
    /// On a mismatch: known wrong ways that give the request's own HMAC.
    pub wrong_ways: Vec<String>,
    /// Every rule that the fields break.
    pub broken: Vec<Broken>,
}

/// How the request's HMAC compares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is the one computed.
    Match,
    /// It is another.
    Mismatch,
    /// The request has no PBX_HMAC.
    Absent,
}

/// Inspects a request. `input`: the fields, joined by `&` or one a line; `key`: the text of the key
/// file, hexadecimal.
///
/// # Errors
/// [`Unreadable`], when there is nothing to compute.
pub fn request(input: &[u8], key: &str) -> Result<RequestReport, Unreadable> {
    let decoded = HmacKey::from_hex(key).map_err(|error| Unreadable::Key(error.to_string()))?;
    let (input, mut notes) = match input.strip_prefix(BOM) {
        Some(rest) => (rest, vec![NOTE_BOM.to_owned()]),
        None => (input, Vec::new()),
    };
    let readings = readings(read_fields(input)?);
    let mut checked = Vec::with_capacity(readings.len());
    for (fields, how) in readings {
        checked.push((Check::new(fields, &decoded)?, how));
    }
    // The reading that matches, or the last, which undoes all that was recognised.
    let matches = |(check, _): &(Check, Vec<&str>)| check.verdict == Verdict::Match;
    let best = checked
        .iter()
        .position(matches)
        .unwrap_or(checked.len() - 1);
    let (check, how) = checked.swap_remove(best);
    notes.extend(how.into_iter().map(str::to_owned));
    let wrong_ways = match value(&check.fields, "PBX_HMAC") {
        Some(given) if check.verdict == Verdict::Mismatch => {
            wrong_ways(&check.sealed, given, key.trim(), &decoded, check.algorithm)
        }
        _ => Vec::new(),
    };
    Ok(RequestReport {
        fields: check.sealed.len(),
        bytes: check.message.len(),
        hash: check.hash,
        hmac: check.mac.to_hex(),
        verdict: check.verdict,
        notes,
        wrong_ways,
        broken: broken(&check.fields),
    })
}

/// Fields, and the seal that belongs to them.
struct Check {
    fields: Vec<Field>,
    /// Without PBX_HMAC.
    sealed: Vec<Field>,
    message: String,
    hash: String,
    algorithm: hmac::Algorithm,
    mac: Mac,
    verdict: Verdict,
}

impl Check {
    fn new(fields: Vec<Field>, key: &HmacKey) -> Result<Self, Unreadable> {
        let hash = value(&fields, "PBX_HASH")
            .unwrap_or("SHA512")
            .trim()
            .to_owned();
        let algorithm = match hash.to_ascii_uppercase().as_str() {
            "SHA512" => hmac::HMAC_SHA512,
            "SHA384" => hmac::HMAC_SHA384,
            "SHA256" => hmac::HMAC_SHA256,
            "SHA224" => hmac::HMAC_SHA224,
            _ => return Err(Unreadable::Hash(hash)),
        };
        let sealed: Vec<Field> = fields
            .iter()
            .filter(|(name, _)| name != "PBX_HMAC")
            .cloned()
            .collect();
        let message = join(&sealed);
        let mac = key.seal_with(algorithm, message.as_bytes());
        let verdict = match value(&fields, "PBX_HMAC") {
            None => Verdict::Absent,
            Some(given) if mac.matches(given) => Verdict::Match,
            Some(_) => Verdict::Mismatch,
        };
        Ok(Self {
            fields,
            sealed,
            message,
            hash,
            algorithm,
            mac,
            verdict,
        })
    }
}

const NOTE_BOM: &str = "a byte order mark stood in front of it";
const NOTE_ENCODED: &str = "the input is percent-encoded, as the browser's tools copy a body: it \
                            was decoded; what is sealed is not encoded";
const NOTE_ENTITIES: &str = "there are HTML entities in the XML of PBX_BILLING or \
                             PBX_SHOPPINGCART, as in a page's source: they were \
                             undone; what is sealed has none";

/// The fields as they stand, then with what was recognised undone, and how each was read.
fn readings(fields: Vec<Field>) -> Vec<(Vec<Field>, Vec<&'static str>)> {
    let mut readings = vec![(fields, Vec::new())];
    if is_percent_encoded(&readings[0].0) {
        let decoded = readings[0].0.iter().map(|(name, value)| {
            let spaced = value.replace('+', " ");
            let value = percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy();
            (name.clone(), value.into_owned())
        });
        let decoded = decoded.collect();
        readings.push((decoded, vec![NOTE_ENCODED]));
    }
    let last = readings.len() - 1;
    let (fields, how) = &readings[last];
    if fields.iter().any(has_entities) {
        let undone = |field: &Field| {
            let value = if has_entities(field) {
                without_entities(&field.1)
            } else {
                field.1.clone()
            };
            (field.0.clone(), value)
        };
        let undone = fields.iter().map(undone).collect();
        let how = [how.as_slice(), &[NOTE_ENTITIES]].concat();
        readings.push((undone, how));
    }
    readings
}

/// Whether the values are what a form's body is made of, with an escape among them. Fields as they
/// are sealed hold other characters: the colons of PBX_RETOUR.
fn is_percent_encoded(fields: &[Field]) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.*~!'()+%".contains(&b);
    let escape = |window: &[u8]| window[0] == b'%' && window[1..].iter().all(u8::is_ascii_hexdigit);
    fields.iter().all(|(_, value)| value.bytes().all(plain))
        && fields
            .iter()
            .any(|(_, value)| value.as_bytes().windows(3).any(escape))
}

fn has_entities((name, value): &Field) -> bool {
    let xml = name == "PBX_BILLING" || name == "PBX_SHOPPINGCART";
    xml && (value.trim_start().starts_with("&lt;") || value.contains("=&quot;"))
}

fn without_entities(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x22;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

/// Splits before `&PBX_`, or before `PBX_` at the beginning of a line, and nowhere else; so an `&`
/// or a line break within a value stays in it. One line break at the very end is not data.
fn read_fields(input: &[u8]) -> Result<Vec<Field>, Unreadable> {
    let text = std::str::from_utf8(input).map_err(|_| Unreadable::NotText)?;
    let text = text
        .strip_suffix('\n')
        .map_or(text, |t| t.strip_suffix('\r').unwrap_or(t));
    let text = text.replace("\r\nPBX_", "\nPBX_");
    if !text.starts_with("PBX_") {
        return Err(Unreadable::NoFields);
    }
    let mut pieces = Vec::new();
    let mut rest = text.as_str();
    loop {
        let ends = ["&PBX_", "\nPBX_"]
            .iter()
            .filter_map(|mark| rest.find(mark))
            .min();
        let Some(end) = ends else {
            pieces.push(rest);
            break;
        };
        pieces.push(&rest[..end]);
        rest = &rest[end + 1..];
    }
    pieces
        .into_iter()
        .map(|piece| match piece.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
            None => Err(Unreadable::NoValue(piece.chars().take(40).collect())),
        })
        .collect()
}

/// Tries the known wrong ways, each with the key as it should be and with its text as the key.
fn wrong_ways(
    fields: &[Field],
    given: &str,
    key_text: &str,
    key: &HmacKey,
    algorithm: hmac::Algorithm,
) -> Vec<String> {
    let as_text = |text: &str| hmac::Key::new(algorithm, text.as_bytes());
    let texts = [
        key_text,
        &key_text.to_ascii_lowercase(),
        &key_text.to_ascii_uppercase(),
    ]
    .map(as_text);
    let mut found = Vec::new();
    let text_key = "the key was used as text: decode the hexadecimal to bytes first";
    for (way, message) in variants(fields) {
        if key.seal_with(algorithm, message.as_bytes()).matches(given) {
            found.extend(way.clone());
        }
        let by_text = |key| Mac::of(hmac::sign(key, message.as_bytes())).matches(given);
        if texts.iter().any(by_text) {
            let also = way.map(|way| format!("; and {way}")).unwrap_or_default();
            found.push(format!("{text_key}{also}"));
        }
    }
    if given.trim() != given || given.contains(char::is_whitespace) {
        let bare: String = given.split_whitespace().collect();
        if key
            .seal_with(algorithm, join(fields).as_bytes())
            .matches(&bare)
        {
            found.push("PBX_HMAC itself holds a stray space".into());
        }
    }
    found.sort();
    found.dedup();
    found
}

const ENCODED: &str = "the values were URL-encoded before sealing: seal them raw";
const ESCAPED: &str =
    "the values were HTML-escaped before sealing: escape only when the page is made";
const SPACE: &str =
    "a stray space was sealed or sent: remove the spaces around values and in PBX_RETOUR";

/// What may have been sealed instead of the right message; the first is the right one.
fn variants(fields: &[Field]) -> Vec<(Option<String>, String)> {
    let changed = |change: &dyn Fn(&Field) -> String| {
        let change = |field: &Field| (field.0.clone(), change(field));
        join(&fields.iter().map(change).collect::<Vec<Field>>())
    };
    let mut sorted = fields.to_vec();
    sorted.sort();
    let mut without_hash = fields.to_vec();
    without_hash.retain(|(name, _)| name != "PBX_HASH");
    let right = join(fields);
    let ways = [
        (ENCODED, changed(&|(_, value)| url_encoded(value))),
        (
            ENCODED,
            changed(&|(_, value)| url_encoded(value).replace("%20", "+")),
        ),
        (
            ENCODED,
            changed(&|(_, value)| url_encoded(value).replace("%2F", "/")),
        ),
        (ESCAPED, changed(&|(_, value)| html_escaped(value))),
        (
            ESCAPED,
            changed(&|(_, value)| html_escaped(value).replace('\'', "&#039;")),
        ),
        (SPACE, changed(&without_stray_space)),
        (
            "the fields were sealed in the order of their names",
            join(&sorted),
        ),
        (
            "PBX_HASH was left out of what is sealed",
            join(&without_hash),
        ),
        (
            "a line break after the last value was sealed",
            format!("{right}\n"),
        ),
    ];
    let spaces = with_a_space_more(fields).map(|message| (SPACE, message));
    let ways = ways.into_iter().chain(spaces);
    // A way that changes nothing of this request explains nothing.
    let ways = ways.filter(|(_, message)| *message != right);
    let ways = ways.map(|(way, message)| (Some(way.to_owned()), message));
    [(None, right.clone())].into_iter().chain(ways).collect()
}

fn url_encoded(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

fn html_escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn without_stray_space((name, value): &Field) -> String {
    if name == "PBX_RETOUR" {
        value.split_whitespace().collect()
    } else {
        value.trim().to_owned()
    }
}

/// The message with one space more: before or after one value, or after one `;` of PBX_RETOUR.
fn with_a_space_more(fields: &[Field]) -> impl Iterator<Item = String> + '_ {
    let at = |index: usize, value: String| {
        let mut changed = fields.to_vec();
        changed[index].1 = value;
        join(&changed)
    };
    fields
        .iter()
        .enumerate()
        .flat_map(move |(index, (name, value))| {
            let mut values = vec![format!(" {value}"), format!("{value} ")];
            if name == "PBX_RETOUR" {
                let ends = value.match_indices(';').map(|(end, _)| end + 1);
                values.extend(ends.map(|end| format!("{} {}", &value[..end], &value[end..])));
            }
            values.into_iter().map(move |value| at(index, value))
        })
}

#[cfg(test)]
mod tests;
