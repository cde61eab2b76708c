//! The seal of the JSON messages, requests and answers alike.
//!
//! Sealed are the values alone, joined without anything between them: names sorted at every level,
//! each container at the place of its own name, nulls left out, and at the top everything but
//! `keyVersion`, `sealAlgorithm` and `seal`; `interfaceVersion` and `merchantId` are sealed. The
//! bytes are UTF-8; the key is used as the text it is, never decoded.
//!
//! Sources: worldline/sips-sdk-java (`SealCalculator`, `SealStringStyle`, changelog 1.4.1),
//! sips-sdk-nodejs, sips-sdk-php; warehousenantes/sips-sdk-php (`JsonSealCalculator`);
//! eopayment `sips2.py` (confidence C, and recomputed: see `golden`). They disagree on lists of
//! scalars: the Java kit sorts them before sealing, the others seal them as sent. We send them
//! sorted, and accept an answer that is sealed in either way. Names are sorted byte by byte; all
//! documented names are lower camel case, where that is the alphabet.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::{constant_time, digest, hmac};
use secrecy::{ExposeSecret as _, SecretString};

use super::json::{Json, sort_scalars};
use super::types::{KeyVersion, PUBLIC_MERCHANTS};

/// What is not sealed, at the top level.
const EXCLUDED: [&str; 3] = ["keyVersion", "sealAlgorithm", "seal"];

/// How a message is sealed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// HMAC-SHA-256 with the key: the default of the JSON messages (C).
    HmacSha256,
    /// SHA-256 of the data followed by the key: the platform's older way (A: the sample of
    /// getFraudData in the Sogenactif documentation, connector Office).
    Sha256,
    /// HMAC-SHA-512 with the key (C: warehousenantes/sips-sdk-php).
    HmacSha512,
}

impl Algorithm {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::HmacSha256, Self::Sha256, Self::HmacSha512];

    /// Its name in `sealAlgorithm`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA-256",
            Self::Sha256 => "SHA-256",
            Self::HmacSha512 => "HMAC-SHA-512",
        }
    }

    /// The algorithm of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// Why a text is no key. Holds nothing of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// Too short or too long to be a key of this platform.
    #[error("has the wrong length: copy the whole key from the merchant portal")]
    Length,
    /// A key is printable ASCII without space.
    #[error("holds a space or another character that no key has")]
    Character,
}

/// A secret key. `Debug` shows nothing of it.
pub(super) struct SecretKey(SecretString);

impl SecretKey {
    /// Takes the text of the merchant portal: 16 to 128 printable characters. Space around it is
    /// dropped.
    pub(super) fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if !(16..=128).contains(&text.len()) {
            Err(KeyError::Length)
        } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
            Err(KeyError::Character)
        } else {
            Ok(Self(text.to_owned().into()))
        }
    }

    /// A text that need not be a key, to find out what a wrong seal was made with.
    pub(super) fn raw(text: String) -> Self {
        Self(text.into())
    }

    /// Whether it is a key of the public simulation shops, which anybody can seal with: they are
    /// the shop's number followed by `_KEY` and the key's version.
    pub(super) fn is_public(&self) -> bool {
        let text = self.0.expose_secret();
        let shop = text.split_once("_KEY").map(|(shop, _)| shop);
        shop.is_some_and(|shop| PUBLIC_MERCHANTS.contains(&shop))
    }

    fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// The seal of that data.
    pub(super) fn seal(&self, algorithm: Algorithm, data: &str) -> Mac {
        let hmac = |algorithm| {
            let key = hmac::Key::new(algorithm, self.bytes());
            hmac::sign(&key, data.as_bytes()).as_ref().to_vec()
        };
        Mac(match algorithm {
            Algorithm::HmacSha256 => hmac(hmac::HMAC_SHA256),
            Algorithm::HmacSha512 => hmac(hmac::HMAC_SHA512),
            Algorithm::Sha256 => {
                let mut context = digest::Context::new(&digest::SHA256);
                context.update(data.as_bytes());
                context.update(self.bytes());
                context.finish().as_ref().to_vec()
            }
        })
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// A message's seal. There is no `PartialEq`: it is compared in constant time, or not at all.
pub(super) struct Mac(Vec<u8>);

impl Mac {
    /// As it is sent: hexadecimal in lower case.
    #[must_use]
    pub(super) fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    /// Whether `text` is this seal in hexadecimal, in either case.
    #[must_use]
    pub(super) fn matches(&self, text: &str) -> bool {
        hex::decode(text)
            .is_ok_and(|given| constant_time::verify_slices_are_equal(&self.0, &given).is_ok())
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac")
    }
}

/// What is sealed of a message, with its lists as they stand.
pub(super) fn sealed_string(message: &Json) -> String {
    collect(message, false)
}

/// What the Java kit seals: lists of scalars sorted.
pub(super) fn sealed_string_sorting_lists(message: &Json) -> String {
    collect(message, true)
}

fn collect(message: &Json, sorting: bool) -> String {
    let mut out = String::new();
    if let Json::Object(members) = message {
        let sealed = members
            .iter()
            .filter(|(name, _)| !EXCLUDED.contains(&name.as_str()));
        sealed.for_each(|(_, value)| append(value, sorting, &mut out));
    }
    out
}

fn append(value: &Json, sorting: bool, out: &mut String) {
    match value {
        Json::Object(members) => members
            .values()
            .for_each(|value| append(value, sorting, out)),
        Json::List(items) if sorting => {
            let mut items = items.clone();
            sort_scalars(&mut items);
            items.iter().for_each(|item| append(item, sorting, out));
        }
        Json::List(items) => items.iter().for_each(|item| append(item, sorting, out)),
        scalar => out.push_str(scalar.scalar().unwrap_or_default()),
    }
}

/// What the seal of an answer says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SealCheck {
    /// It is the platform's, by a key of ours.
    Good,
    /// There is none.
    Missing,
    /// There is one, and no key of ours made it.
    Wrong,
}

/// An account's keys by version. Never empty.
#[derive(Debug)]
pub(super) struct KeyRing(BTreeMap<KeyVersion, SecretKey>);

impl KeyRing {
    /// A ring of at least one key.
    pub(super) fn new(keys: BTreeMap<KeyVersion, SecretKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// The key that requests are sealed with: that of the greatest version.
    pub(super) fn newest(&self) -> Option<(KeyVersion, &SecretKey)> {
        self.0
            .last_key_value()
            .map(|(version, key)| (*version, key))
    }

    /// Whether one of them is public.
    pub(super) fn has_public_key(&self) -> bool {
        self.0.values().any(SecretKey::is_public)
    }

    /// Seals a message: sets `keyVersion`, `sealAlgorithm` and `seal`. The message is in normal
    /// form, and must not be changed afterwards.
    pub(super) fn seal(&self, algorithm: Algorithm, message: Json) -> Json {
        let mut message = message.normal();
        let Some((version, key)) = self.newest() else {
            return message;
        };
        let mac = key.seal(algorithm, &sealed_string(&message));
        message.set("keyVersion", version.to_string());
        message.set("sealAlgorithm", algorithm.name());
        message.set("seal", mac.to_hex());
        message
    }

    /// Checks an answer's seal: first with the key of the version that the request named, then with
    /// the others, so that a renewal of the key refuses nothing.
    pub(super) fn check(
        &self,
        answer: &Json,
        algorithm: Algorithm,
        version: KeyVersion,
    ) -> SealCheck {
        let given = match answer.get("seal") {
            None | Some(Json::Null) => return SealCheck::Missing,
            Some(Json::Text(seal)) if seal.is_empty() => return SealCheck::Missing,
            Some(Json::Text(seal)) => seal,
            Some(_) => return SealCheck::Wrong,
        };
        let named = self.0.get(&version).into_iter();
        let others = self
            .0
            .iter()
            .filter(|(other, _)| **other != version)
            .map(|(_, key)| key);
        let strings = [sealed_string(answer), sealed_string_sorting_lists(answer)];
        let mut keys = named.chain(others);
        if keys.any(|key| {
            strings
                .iter()
                .any(|data| key.seal(algorithm, data).matches(given))
        }) {
            SealCheck::Good
        } else {
            SealCheck::Wrong
        }
    }
}

#[cfg(test)]
mod tests;
