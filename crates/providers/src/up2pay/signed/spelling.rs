//! In what ways one value can be written.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode, percent_encode};

/// From a value as it arrived to the value as it may have been signed.
pub(super) type Spelling = fn(&[u8]) -> Vec<u8>;

/// The spellings of a value that are tried.
pub(super) const SPELLINGS: [Spelling; 10] = [
    <[u8]>::to_vec,
    platforms,
    |raw| lower_hex(&platforms(raw)),
    literal,
    escaped,
    |raw| lower_hex(&escaped(raw)),
    percent_for_spaces,
    unescaped_once,
    lower_hex,
    upper_hex,
];

/// What is percent-encoded in a value that is written literally.
pub(super) const LITERAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'%')
    .add(b'&')
    .add(b'=')
    .add(b'+')
    .add(b'#');

/// What is percent-encoded in a value that is written with all escapes.
pub(super) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The value itself, however often and in what manner it was escaped.
fn plain(raw: &[u8]) -> Vec<u8> {
    let spaced = replace(raw, b"+", b" ");
    let once: Vec<u8> = percent_decode(&spaced).collect();
    if contains(raw, b"%25") {
        percent_decode(&once).collect()
    } else {
        once
    }
}

/// As the platform writes it: all literally and a space as `%20`, but a time of day with its
/// colons escaped (`10%3A25%3A00`; letter Q, as Crédit Agricole's WooCommerce module and eopayment
/// verify it).
fn platforms(raw: &[u8]) -> Vec<u8> {
    let literal = literal(raw);
    if is_time(&literal) {
        escaped(raw)
    } else {
        literal
    }
}

fn is_time(value: &[u8]) -> bool {
    value.len() == 8
        && value.iter().enumerate().all(|(at, b)| match at {
            2 | 5 => *b == b':',
            _ => b.is_ascii_digit(),
        })
}

fn literal(raw: &[u8]) -> Vec<u8> {
    percent_encode(&plain(raw), LITERAL)
        .to_string()
        .into_bytes()
}

pub(super) fn escaped(raw: &[u8]) -> Vec<u8> {
    percent_encode(&plain(raw), ESCAPED)
        .to_string()
        .into_bytes()
}

pub(super) fn percent_for_spaces(raw: &[u8]) -> Vec<u8> {
    replace(&replace(raw, b"+", b"%20"), b" ", b"%20")
}

fn unescaped_once(raw: &[u8]) -> Vec<u8> {
    replace(raw, b"%25", b"%")
}

pub(super) fn lower_hex(raw: &[u8]) -> Vec<u8> {
    with_hex(raw, |b| b.to_ascii_lowercase())
}

pub(super) fn upper_hex(raw: &[u8]) -> Vec<u8> {
    with_hex(raw, |b| b.to_ascii_uppercase())
}

/// Rewrites the two digits of each escape.
fn with_hex(raw: &[u8], rewrite: impl Fn(u8) -> u8) -> Vec<u8> {
    let mut written = raw.to_vec();
    for at in 0..raw.len().saturating_sub(2) {
        if raw[at] == b'%' && raw[at + 1..at + 3].iter().all(u8::is_ascii_hexdigit) {
            written[at + 1] = rewrite(raw[at + 1]);
            written[at + 2] = rewrite(raw[at + 2]);
        }
    }
    written
}

pub(super) fn contains(data: &[u8], part: &[u8]) -> bool {
    data.windows(part.len()).any(|window| window == part)
}

pub(super) fn replace(data: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            written.extend_from_slice(to);
            rest = after;
        } else {
            written.push(*first);
            rest = &rest[1..];
        }
    }
    written
}
