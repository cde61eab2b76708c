//! The secret of a session: what opens it to the widget.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use guichet_domain::id::SessionId;
use guichet_store::SecretDigest;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::SessionError;
use crate::app::App;
use crate::clock;
use crate::config::{SecretKey, Shop};
use crate::digest::{keyed, sha256};

/// What every session secret begins with.
pub(crate) const SECRET_PREFIX: &str = "css_";

/// The secret of a new session, and how it is recognised from now on.
pub(crate) fn new(key: &SecretKey) -> Result<(String, SecretDigest), SessionError> {
    let salt: [u8; 16] = clock::random().map_err(SessionError::failed)?;
    let secret = derive(&key.secret, &salt);
    let mark = SecretDigest {
        hash: sha256(secret.as_bytes()).to_vec(),
        salt: salt.to_vec(),
    };
    Ok((secret, mark))
}

/// The secret that a session of the shop was given when it was made.
pub(crate) async fn again(app: &App, shop: &Shop, id: &SessionId) -> Result<String, SessionError> {
    let mark = app.store.secret_digest(id).await?;
    let mark = mark.ok_or_else(|| SessionError::failed(format!("{id} has no secret")))?;
    let mut secrets = shop
        .secret_keys
        .iter()
        .map(|key| derive(&key.secret, &mark.salt));
    secrets
        .find(|secret| sha256(secret.as_bytes())[..] == mark.hash[..])
        .ok_or(SessionError::KeyRotated)
}

/// The secret of a session. Whoever holds the shop's key can derive it again from the salt, so that
/// a repeated request is given the same secret though only its digest is stored.
fn derive(key: &SecretString, salt: &[u8]) -> String {
    let text = [b"guichet session secret ".as_slice(), salt].concat();
    let tag = keyed(key.expose_secret().as_bytes(), &text);
    format!("{SECRET_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}
