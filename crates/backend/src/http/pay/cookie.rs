//! The cookie by which a page knows its session.

use axum::http::{HeaderMap, HeaderValue, header};
use guichet_domain::id::SessionId;
use url::Url;

use crate::config::Config;

/// Its name: one for each session, so that two tabs pay two orders. Over TLS it has the prefix by
/// which a browser takes it from a secure page alone (RFC 6265bis, section 4.1.3.1).
fn name(config: &Config, session: &SessionId) -> String {
    let secure = if is_secure(config) { "__Secure-" } else { "" };
    format!("{secure}guichet-{session}")
}

fn is_secure(config: &Config) -> bool {
    config.public_url.starts_with("https:")
}

/// The session's secret, if the browser has it.
pub(super) fn read(config: &Config, headers: &HeaderMap, session: &SessionId) -> Option<String> {
    let name = name(config, session);
    let mut lines = headers.get_all(header::COOKIE).iter();
    lines.find_map(|line| {
        let mut pairs = line.to_str().ok()?.split(';');
        pairs.find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.to_owned())
        })
    })
}

/// What gives it to the browser until that is closed: sent to this session's pages alone, shown to
/// no script, and with no form of another site.
pub(super) fn write(config: &Config, session: &SessionId, secret: &str) -> Option<HeaderValue> {
    let name = name(config, session);
    let public = Url::parse(&config.public_url).ok()?;
    let path = public.path().trim_end_matches('/');
    let secure = if is_secure(config) { "; Secure" } else { "" };
    let cookie =
        format!("{name}={secret}; Path={path}/pay/{session}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}
