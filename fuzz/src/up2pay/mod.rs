//! Targets of Up2pay: notifications and returns, PPPS, the form and the page of health.

mod begin;
mod notification;
mod query;

pub use begin::up2pay_begin;
pub use notification::{up2pay_notification, up2pay_signed};
pub use query::up2pay_query;

/// An HMAC key of nobody's. It stands in no seed: no output may hold it.
pub(crate) const KEY: &str = "\
F0221E0A11F0221E0A11F0221E0A11F0221E0A11F0221E0A11F0221E0A11F022\
F0221E0A11F0221E0A11F0221E0A11F0221E0A11F0221E0A11F0221E0A11F022";

/// A sandbox's table, with more keys.
fn table(more: &str) -> String {
    format!(
        r#"
        site = "1999888"
        rang = "32"
        identifiant = "2"
        hmac_key = "{KEY}"
        page_hosts = ["http://127.0.0.1:8602", "http://localhost:8602"]
        ppps_hosts = ["http://127.0.0.1:8602", "http://localhost:8602"]
        {more}
        "#
    )
}

/// Pairs of `name=value&…`, with their values decoded. A notification's names are read as they
/// stand, those of PPPS decoded.
fn pairs(raw: &[u8], names_too: bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decode = |raw: &[u8]| percent_encoding::percent_decode(raw).collect::<Vec<u8>>();
    raw.split(|byte| *byte == b'&')
        .map(|piece| {
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default();
            let value = decode(halves.next().unwrap_or_default());
            let name = if names_too {
                decode(name)
            } else {
                name.to_vec()
            };
            (name, value)
        })
        .collect()
}

/// The value of the first pair of that name.
fn value<'a>(pairs: &'a [(Vec<u8>, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    let found = pairs.iter().find(|(known, _)| known == name.as_bytes());
    found.map(|(_, value)| value.as_slice())
}

/// A number of any length without its leading zeros.
fn bare(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    &digits[zeros..]
}
