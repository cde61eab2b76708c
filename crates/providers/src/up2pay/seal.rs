//! Seals: the HMAC of our requests and the RSA signature of the platform's messages.
//!
//! A request is sealed over `NAME=value&NAME=value…` in the order in which it is posted, values raw
//! (neither URL-encoded nor HTML-escaped), bytes in UTF-8, with the key decoded from the
//! hexadecimal text of the back office (Crédit Agricole's PHP kit, README and
//! `formulaire_HMAC.php`). The digest is written in upper case, as the kit does. PPPS follows the
//! same rule with its own names (the manual, §4.3.2).
//!
//! The platform signs with RSASSA-PKCS1-v1_5, SHA-1 and a 1024-bit key (Verifone "Paybox System"
//! V8.0; the kit's `testsign.php`). Both are weak by today's standard; they are the platform's.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretSlice};

/// The published key that signs every merchant's messages, test and production alike: the base64 of
/// its SubjectPublicKeyInfo (`pubkey.pem` of Crédit Agricole's WooCommerce module 3.0.5; the same
/// in Verifone's own modules).
pub(super) const PUBLISHED_KEY: &str = "\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDe+hkicNP7ROHUssGNtHwiT2EwHFrSk/qwrcq8v5metRtTTFPE/nmzSk\
RnTs3GMpi57rBdxBBJW5W9cpNyGUh0jNXcVrOSClpD5Ri2hER/GcNrxVRP7RlWOqB1C03q4QYmwjHZ+zlM4OUhCCAtSWfl\
B4wCKa1g88CjFwRw/PB9kwIDAQAB";

/// The public half of the key pair TestK004, whose private half stands in the PHP kit for anybody
/// to sign with. Never accepted in production.
pub(super) const TEST_KEY_K004: &str = "\
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCvDYKaLH2xz4goZYXZWoHo6wyMb24A1iF7s70tB/g3XthEVS+/Wov+ZG\
qNTMLc0L+HZAJjcEc9h8Br5jPLR4VhaoKi+rezDxTQweaC24ydJWFKRhyXBhm2Wfnhppgzv9EqZKOrFaTlLQHu0F+KWEd7\
LngP4xcW9qjt19MfEmk0swIDAQAB";

/// The HMAC key of the public test accounts (the kit; the modules' demo mode), in hexadecimal.
pub(super) const PUBLIC_TEST_HMAC_KEY: &str = "\
0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\
0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

/// Why a text is no key. Holds nothing of the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum KeyError {
    /// Not hexadecimal, or an odd number of digits.
    #[error("is not hexadecimal: copy the key from the back office, 128 digits 0-9 and A-F")]
    NotHex,
    /// Too short or too long to be a key of this platform.
    #[error("has the wrong length: the back office gives 128 hexadecimal digits")]
    Length,
    /// Not a PEM public key, or not an RSA key of 1024 to 8192 bits.
    #[error("is not an RSA public key: write the PEM text, -----BEGIN PUBLIC KEY-----…")]
    NotPublicKey,
}

/// An HMAC key. `Debug` shows nothing of it; it can only be made from hexadecimal text.
pub(super) struct HmacKey(SecretSlice<u8>);

impl HmacKey {
    /// Decodes the hexadecimal text of the back office: 32 to 256 digits, either case. Space around
    /// it is dropped.
    ///
    /// # Errors
    /// [`KeyError::NotHex`] and [`KeyError::Length`].
    pub(super) fn from_hex(text: &str) -> Result<Self, KeyError> {
        let bytes = hex::decode(text.trim()).map_err(|_| KeyError::NotHex)?;
        if (16..=128).contains(&bytes.len()) {
            Ok(Self(bytes.into()))
        } else {
            Err(KeyError::Length)
        }
    }

    /// Whether it is the key of the public test accounts, which anybody can seal with.
    pub(super) fn is_public_test_key(&self) -> bool {
        hex::decode(PUBLIC_TEST_HMAC_KEY).is_ok_and(|public| public == self.0.expose_secret())
    }

    /// The message's HMAC-SHA512.
    #[must_use]
    pub(super) fn seal(&self, message: &[u8]) -> Mac {
        self.seal_with(hmac::HMAC_SHA512, message)
    }

    pub(super) fn seal_with(&self, algorithm: hmac::Algorithm, message: &[u8]) -> Mac {
        Mac(hmac::sign(
            &hmac::Key::new(algorithm, self.0.expose_secret()),
            message,
        ))
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey")
    }
}

/// A message's HMAC. There is no `PartialEq`: it is compared in constant time, or not at all.
pub(super) struct Mac(hmac::Tag);

impl Mac {
    pub(super) fn of(tag: hmac::Tag) -> Self {
        Self(tag)
    }

    /// As it is sent: hexadecimal in upper case, 128 digits for SHA-512.
    #[must_use]
    pub(super) fn to_hex(&self) -> String {
        hex::encode_upper(self.0.as_ref())
    }

    /// Whether `text` is this HMAC in hexadecimal, in either case.
    #[must_use]
    pub(super) fn matches(&self, text: &str) -> bool {
        hex::decode(text).is_ok_and(|given| same(self.0.as_ref(), &given))
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac")
    }
}

/// Compares in a time that does not depend on where the difference is.
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// The fields of a request, in the order in which they are signed and posted.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(&'static str, String)>);

impl Fields {
    pub(super) fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    /// What is signed: `NAME=value` joined by `&`, raw.
    pub(super) fn message(&self) -> String {
        let pairs: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }

    /// Seals the list; `seal` is the name of the field that holds the seal, which becomes the last.
    pub(super) fn seal(mut self, seal: &'static str, key: &HmacKey) -> Sealed {
        let mac = key.seal(self.message().as_bytes());
        self.push(seal, mac.to_hex());
        Sealed(self.0)
    }
}

/// Sealed fields. They can only be read: a field that changes after sealing breaks the seal.
#[derive(Debug)]
pub(super) struct Sealed(Vec<(&'static str, String)>);

impl Sealed {
    pub(super) fn pairs(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

/// An RSA public key that may sign the platform's messages.
#[derive(Clone)]
pub(super) struct PublicKey {
    der: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Reads a PEM text (`BEGIN PUBLIC KEY` or `BEGIN RSA PUBLIC KEY`).
    ///
    /// # Errors
    /// [`KeyError::NotPublicKey`].
    pub(super) fn from_pem(text: &str) -> Result<Self, KeyError> {
        let body = ["PUBLIC KEY", "RSA PUBLIC KEY"]
            .into_iter()
            .find_map(|label| {
                let start = text
                    .trim()
                    .strip_prefix(&format!("-----BEGIN {label}-----"))?;
                start.strip_suffix(&format!("-----END {label}-----"))
            });
        Self::from_base64(body.ok_or(KeyError::NotPublicKey)?)
    }

    /// The platform's published key.
    ///
    /// # Errors
    /// [`KeyError::NotPublicKey`] would mean that this crate was built wrong.
    pub(super) fn published() -> Result<Self, KeyError> {
        Self::from_base64(PUBLISHED_KEY)
    }

    pub(super) fn from_base64(text: &str) -> Result<Self, KeyError> {
        let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD
            .decode(compact)
            .map_err(|_| KeyError::NotPublicKey)?;
        let algorithm = &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY;
        let parsed = ParsedPublicKey::new(algorithm, &der).map_err(|_| KeyError::NotPublicKey)?;
        Ok(Self { der, parsed })
    }

    /// Whether a sandbox made it: its keys have the public exponent 257, the platform's has 65,537.
    /// In a SubjectPublicKeyInfo of DER the exponent is the last integer.
    pub(super) fn is_sandbox_key(&self) -> bool {
        self.der.ends_with(&[0x02, 0x02, 0x01, 0x01])
    }

    /// Whether it is the key pair TestK004, whose private half is public.
    pub(super) fn is_test_key(&self) -> bool {
        Self::from_base64(TEST_KEY_K004).is_ok_and(|test| test.der == self.der)
    }

    /// Whether `signature` (raw bytes) is this key's over `data`.
    #[must_use]
    pub(super) fn verifies(&self, data: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(data, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey")
    }
}

#[cfg(test)]
mod tests;
