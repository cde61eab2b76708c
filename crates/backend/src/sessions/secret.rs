//! The secret of a session.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};

/// What every session secret begins with.
pub(crate) const SECRET_PREFIX: &str = "css_";

/// The secret of a session. Whoever holds the shop's key can derive it again from the salt, so that
/// a repeated request is given the same secret though only its digest is stored.
pub(crate) fn session_secret(key: &SecretString, salt: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret().as_bytes());
    let tag = hmac::sign(
        &key,
        &[b"guichet session secret ".as_slice(), salt].concat(),
    );
    format!("{SECRET_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}
