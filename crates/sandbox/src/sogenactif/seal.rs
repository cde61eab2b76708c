//! The sandbox's own JSON seal.
//!
//! Sources: Sogenactif documentation, connector Office, release 24.2, and the public SDKs of the
//! same platform (worldline/sips-sdk-java and -nodejs, warehousenantes/sips-sdk-php): names sorted
//! at each level, values only, no separator, nulls left out, numbers as they are written.
//!
//! The SDKs disagree on lists of scalars: the Java one sorts them before sealing, the others keep
//! the order sent. Here a list has to fit both readings, so it has to arrive sorted.

use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};

/// What a seal never covers.
const NOT_SEALED: [&str; 3] = ["keyVersion", "sealAlgorithm", "seal"];

/// `sealAlgorithm`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// `HMAC-SHA-256`, also when none is named.
    #[default]
    HmacSha256,
    /// `SHA-256`: the key's text after the data.
    Sha256,
    /// `HMAC-SHA-512`.
    HmacSha512,
}

impl Algorithm {
    /// The algorithm of a request.
    pub(crate) fn named(name: Option<&str>) -> Option<Self> {
        match name {
            None | Some("HMAC-SHA-256") => Some(Self::HmacSha256),
            Some("SHA-256") => Some(Self::Sha256),
            Some("HMAC-SHA-512") => Some(Self::HmacSha512),
            Some(_) => None,
        }
    }
}

/// How a list of scalars is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    AsSent,
    Sorted,
}

/// Lower-case hexadecimal seal of a message that is about to be sent.
pub(crate) fn seal(message: &Map<String, Value>, algorithm: Algorithm, key: &str) -> String {
    digest(&covered(message, Lists::Sorted), algorithm, key)
}

/// Whether `given` seals the message, whichever way its lists are read.
pub(crate) fn verifies(
    message: &Map<String, Value>,
    algorithm: Algorithm,
    key: &str,
    given: &str,
) -> bool {
    [Lists::AsSent, Lists::Sorted]
        .into_iter()
        .all(|lists| digest(&covered(message, lists), algorithm, key) == given)
}

fn digest(data: &str, algorithm: Algorithm, key: &str) -> String {
    match algorithm {
        Algorithm::HmacSha256 => match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
            Ok(mac) => hex::encode(mac.chain_update(data).finalize().into_bytes()),
            Err(_) => String::new(),
        },
        Algorithm::HmacSha512 => match Hmac::<Sha512>::new_from_slice(key.as_bytes()) {
            Ok(mac) => hex::encode(mac.chain_update(data).finalize().into_bytes()),
            Err(_) => String::new(),
        },
        Algorithm::Sha256 => hex::encode(
            Sha256::new()
                .chain_update(data)
                .chain_update(key)
                .finalize(),
        ),
    }
}

/// The text that the seal covers.
fn covered(message: &Map<String, Value>, lists: Lists) -> String {
    let mut out = String::new();
    let mut names: Vec<&String> = message.keys().collect();
    names.retain(|name| !NOT_SEALED.contains(&name.as_str()));
    names.sort_unstable();
    for name in names {
        if let Some(value) = message.get(name) {
            write(value, lists, &mut out);
        }
    }
    out
}

fn write(value: &Value, lists: Lists, out: &mut String) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(text),
        Value::Number(_) | Value::Bool(_) => out.push_str(&value.to_string()),
        Value::Array(items) => write_list(items, lists, out),
        Value::Object(inner) => {
            let mut names: Vec<&String> = inner.keys().collect();
            names.sort_unstable();
            for name in names {
                if let Some(value) = inner.get(name) {
                    write(value, lists, out);
                }
            }
        }
    }
}

fn write_list(items: &[Value], lists: Lists, out: &mut String) {
    let scalars = items
        .iter()
        .all(|item| !item.is_object() && !item.is_array());
    let mut texts: Vec<String> = Vec::new();
    for item in items {
        let mut text = String::new();
        write(item, lists, &mut text);
        texts.push(text);
    }
    if scalars && lists == Lists::Sorted {
        texts.sort_unstable();
    }
    out.push_str(&texts.concat());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: &str = "002001000000001_KEY1";

    fn message(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn initialise(brands: &[&str]) -> Map<String, Value> {
        message(&json!({
            "merchantId": "002001000000001", "keyVersion": "1", "seal": "anything",
            "interfaceVersion": "AUT_WS_2.53", "customerIpAddress": "127.0.0.1",
            "returnContext": null, "paymentMeanBrandList": brands,
        }))
    }

    #[test]
    fn lists_of_scalars_arrive_sorted() {
        let text = "127.0.0.1AUT_WS_2.53002001000000001CBMASTERCARDVISA";
        let sorted = initialise(&["CB", "MASTERCARD", "VISA"]);
        assert_eq!(covered(&sorted, Lists::AsSent), text);
        let given = "984be028a401728f4d77101c8e6e5febe4efb34ca55676f8abf675e0d0a96d40";
        assert!(verifies(&sorted, Algorithm::HmacSha256, KEY, given));
        let sha = "35ad163bb457407bba939b0e796635a68d2b06764869324a9a8122ef8e00d73d";
        assert!(verifies(&sorted, Algorithm::Sha256, KEY, sha));
        let mixed = initialise(&["VISA", "CB", "MASTERCARD"]);
        assert_eq!(covered(&mixed, Lists::Sorted), text);
        assert!(!verifies(&mixed, Algorithm::HmacSha256, KEY, given));
        assert!(!verifies(&sorted, Algorithm::HmacSha256, KEY, sha));
    }

    #[test]
    fn containers_stand_at_the_place_of_their_name() {
        let nested = message(&json!({
            "c": "4", "b": { "z": "3", "a": { "y": "1", "x": null }, "m": [{ "k": "2" }] },
            "a": 0, "d": true,
        }));
        assert_eq!(covered(&nested, Lists::AsSent), "01234true");
    }
}
