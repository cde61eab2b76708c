//! The right answers, by code that shares nothing with the provider's but the type of its JSON.

use guichet_providers::sogenactif::json::Json;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// A key of nobody's, and an older one. They stand in no seed: no output may hold them.
pub(crate) const KEY: &str = "k3y-of-the-fuzzer_nobody-else-has-it-0000001";
pub(crate) const OLD_KEY: &str = "k3y-of-the-fuzzer_of-last-year-it-was-000002";

/// Most values of one message that are changed in turn.
const ALTERED_MAX: usize = 12;

/// What is right to say of an answer's seal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Seal {
    NotJson,
    Missing,
    Wrong,
    Good,
}

pub(super) fn seal(body: &[u8]) -> Seal {
    Json::parse_object(body).map_or(Seal::NotJson, |message| seal_of(&message))
}

pub(super) fn seal_of(message: &Json) -> Seal {
    let given = match message.get("seal") {
        None | Some(Json::Null) => return Seal::Missing,
        Some(Json::Text(text)) if text.is_empty() => return Seal::Missing,
        Some(Json::Text(text)) => text.to_ascii_lowercase(),
        Some(_) => return Seal::Wrong,
    };
    let texts = [sealed_text(message, false), sealed_text(message, true)];
    let right = |key: &str| texts.iter().any(|text| mac(key, text) == given);
    if right(KEY) || right(OLD_KEY) {
        Seal::Good
    } else {
        Seal::Wrong
    }
}

/// HMAC-SHA-256 in hexadecimal.
fn mac(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// What is sealed of a message. `sorting`: whether lists of scalars are sorted first.
fn sealed_text(message: &Json, sorting: bool) -> String {
    let Json::Object(members) = message else {
        return String::new();
    };
    let mut texts = Vec::new();
    for (name, value) in members {
        if !["keyVersion", "sealAlgorithm", "seal"].contains(&name.as_str()) {
            leaves(value, sorting, &mut texts);
        }
    }
    texts.concat()
}

fn leaves(value: &Json, sorting: bool, out: &mut Vec<String>) {
    match value {
        Json::Null => {}
        Json::Bool(truth) => out.push(truth.to_string()),
        Json::Number(text) | Json::Text(text) => out.push(text.clone()),
        Json::Object(members) => members.values().for_each(|v| leaves(v, sorting, out)),
        Json::List(items) => {
            let scalar =
                |item: &Json| matches!(item, Json::Bool(_) | Json::Number(_) | Json::Text(_));
            let from = out.len();
            items.iter().for_each(|item| leaves(item, sorting, out));
            if sorting && items.iter().all(scalar) {
                out[from..].sort();
            }
        }
    }
}

/// The message with the seal that this key makes.
pub(super) fn sealed_with(message: &Json, key: &str) -> Json {
    let seal = mac(key, &sealed_text(message, false));
    match message {
        Json::Object(members) => {
            let mut members = members.clone();
            members.insert("seal".to_owned(), Json::Text(seal));
            Json::Object(members)
        }
        other => other.clone(),
    }
}

/// The message with one value changed: one copy for each of its first values.
pub(super) fn altered(message: &Json) -> Vec<Json> {
    let copies = (0..ALTERED_MAX).map(|nth| {
        let mut left = nth;
        let copy = with_change(message, &mut left);
        (copy != *message).then_some(copy)
    });
    copies.map_while(|copy| copy).collect()
}

/// Changes the value that `left` counts down to.
fn with_change(value: &Json, left: &mut usize) -> Json {
    match value {
        Json::Object(members) => {
            let change = |(name, value): (&String, &Json)| (name.clone(), with_change(value, left));
            Json::Object(members.iter().map(change).collect())
        }
        Json::List(items) => Json::List(items.iter().map(|item| with_change(item, left)).collect()),
        scalar => {
            let here = *left == 0;
            *left = left.wrapping_sub(1);
            match scalar {
                Json::Text(text) if here => Json::Text(flipped(text)),
                Json::Number(_) if here => Json::Text("1".to_owned()),
                Json::Bool(truth) if here => Json::Bool(!truth),
                Json::Null if here => Json::Text("x".to_owned()),
                same => same.clone(),
            }
        }
    }
}

/// One bit of the last character changed, or a character more.
fn flipped(text: &str) -> String {
    let mut text = text.to_owned();
    match text.pop() {
        Some(last) if last.is_ascii() => {
            let code = u32::from(last) ^ 1;
            text.push(char::from_u32(code).unwrap_or('x'));
        }
        Some(last) => text.extend([last, 'x']),
        None => text.push('x'),
    }
    text
}

/// Whether another parser's value is the same. Its numbers have lost their text.
pub(super) fn same(json: &Json, other: &Value) -> bool {
    match (json, other) {
        (Json::Null, Value::Null) | (Json::Number(_), Value::Number(_)) => true,
        (Json::Bool(one), Value::Bool(other)) => one == other,
        (Json::Text(one), Value::String(other)) => one == other,
        (Json::List(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), Value::Object(other)) => {
            let found = |(name, value)| other.get(name).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(found)
        }
        _ => false,
    }
}

pub(super) fn no_name_holds(json: &Json, word: &str) -> bool {
    match json {
        Json::Object(members) => members
            .iter()
            .all(|(name, value)| !name.contains(word) && no_name_holds(value, word)),
        Json::List(items) => items.iter().all(|item| no_name_holds(item, word)),
        _ => true,
    }
}

/// Whether there is no name of clear card data; `cardNumber` may hold a token at the top.
pub(super) fn holds_no_card(message: &Json) -> bool {
    fn clean(json: &Json, top: bool) -> bool {
        match json {
            Json::Object(members) => members.iter().all(|(name, value)| {
                let card = match name.as_str() {
                    "cardNumber" => !top,
                    "cardCSCValue" | "cscType" | "pan" => true,
                    _ => false,
                };
                !card && clean(value, false)
            }),
            Json::List(items) => items.iter().all(|item| clean(item, false)),
            _ => true,
        }
    }
    clean(message, true)
}
