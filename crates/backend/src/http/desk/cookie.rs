//! The cookies of the desk: the login, the language, and by which a browser is known.

use anyhow::Context as _;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::config::Sso;
use crate::digest::{keyed, same};
use crate::http::cookies;
use crate::paths::DESK;

/// The login's name. Over TLS it has the prefix by which a browser takes it from this host's own
/// secure pages alone (RFC 6265bis, section 4.1.3.2).
fn name(public_url: &str) -> &'static str {
    match cookies::is_secure(public_url) {
        true => "__Host-guichet-desk",
        false => "guichet-desk",
    }
}

/// The cookie of the language that was chosen.
const LANGUAGE: &str = "guichet-desk-language";

/// The cookie by which a browser is known that somebody logged in with.
const KNOWN: &str = "guichet-desk-known";

/// How many people one browser is known of.
const KNOWN_MOST: usize = 5;

/// The login's token, if the browser has one.
pub(super) fn token(public_url: &str, headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, name(public_url))
}

/// The tag of the language that was chosen.
pub(super) fn language(headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, LANGUAGE)
}

/// What gives the token to the browser. Without one it is taken away.
pub(super) fn keep(public_url: &str, token: Option<&str>) -> Option<HeaderValue> {
    let (token, age) = token.map_or(("", "; Max-Age=0"), |token| (token, ""));
    let pair = format!("{}={token}", name(public_url));
    cookies::secret(public_url, &pair, "/", age)
}

/// The name of what is kept while somebody is at the provider.
fn pending_name(public_url: &str) -> &'static str {
    match cookies::is_secure(public_url) {
        true => "__Host-guichet-desk-sso",
        false => "guichet-desk-sso",
    }
}

/// What this browser keeps while its person is at the provider, sealed.
pub(super) fn pending(public_url: &str, headers: &HeaderMap) -> Option<String> {
    cookies::read(headers, pending_name(public_url))
}

/// What gives it to the browser. Without it, it is taken away.
pub(super) fn keep_pending(public_url: &str, sealed: Option<&str>) -> Option<HeaderValue> {
    let age = sealed.map_or("; Max-Age=0", |_| "; Max-Age=600");
    let pair = format!(
        "{}={}",
        pending_name(public_url),
        sealed.unwrap_or_default()
    );
    cookies::secret(public_url, &pair, "/", age)
}

/// Seals what is kept: a browser can't change when it began, or what for.
pub(super) fn seal(sso: &Sso, kept: &impl Serialize) -> anyhow::Result<String> {
    let text = serde_json::to_vec(kept).context("what is kept of a sign-on")?;
    let text = URL_SAFE_NO_PAD.encode(text);
    Ok(format!("{text}.{}", mac(sso, &text)))
}

/// What was sealed by us.
pub(super) fn unseal<T: DeserializeOwned>(sso: &Sso, sealed: &str) -> Option<T> {
    let (text, seal) = sealed.split_once('.')?;
    let ours = same(seal.as_bytes(), mac(sso, text).as_bytes());
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| ours)?;
    serde_json::from_slice(&bytes).ok()
}

fn mac(sso: &Sso, text: &str) -> String {
    let name = [b"sign-on at the desk\0", text.as_bytes()].concat();
    hex::encode(keyed(sso.client_secret.text().as_bytes(), &name))
}

/// What keeps the language.
pub(super) fn keep_language(public_url: &str, tag: &str) -> Option<HeaderValue> {
    for_a_year(public_url, LANGUAGE, tag)
}

/// The browser shows the mark of somebody who logged in with it.
pub(super) fn is_known(headers: &HeaderMap, mark: &str) -> bool {
    let marks = cookies::read(headers, KNOWN).unwrap_or_default();
    marks
        .split('.')
        .take(KNOWN_MOST)
        .any(|one| same(one.as_bytes(), mark.as_bytes()))
}

/// What gives the browser that mark, beside those that it has.
pub(super) fn keep_known(public_url: &str, headers: &HeaderMap, mark: &str) -> Option<HeaderValue> {
    let before = cookies::read(headers, KNOWN).unwrap_or_default();
    let others = before.split('.').filter(|one| {
        let written = one.len() == mark.len() && one.bytes().all(|byte| byte.is_ascii_hexdigit());
        written && *one != mark
    });
    let marks: Vec<_> = std::iter::once(mark)
        .chain(others)
        .take(KNOWN_MOST)
        .collect();
    for_a_year(public_url, KNOWN, &marks.join("."))
}

fn for_a_year(public_url: &str, name: &str, value: &str) -> Option<HeaderValue> {
    let (pair, path) = (format!("{name}={value}"), base(public_url));
    cookies::secret(public_url, &pair, &path, "; Max-Age=31536000")
}

/// Where the desk begins, as a browser asks for it.
pub(super) fn base(public_url: &str) -> String {
    let public = Url::parse(public_url).ok();
    let path = public.as_ref().map_or("", |public| public.path());
    format!("{}{DESK}", path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn over_tls_the_login_is_for_this_hosts_secure_pages_alone_and_never_for_a_script() {
        let kept = keep("https://pay.shop.example", Some("t")).unwrap();
        assert_eq!(
            kept.to_str().unwrap(),
            "__Host-guichet-desk=t; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; guichet-desk=t".parse().unwrap());
        assert_eq!(token("http://127.0.0.1", &headers).as_deref(), Some("t"));
        assert_eq!(token("https://pay.shop.example", &headers), None);
    }

    #[test]
    fn a_browser_is_known_of_the_last_who_logged_in_with_it() {
        let marks: Vec<_> = (0..7).map(|last| format!("{last:032x}")).collect();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "guichet-desk-known=<.x".parse().unwrap());
        for mark in &marks {
            let kept = keep_known("https://shop.example/pay", &headers, mark).unwrap();
            let kept = kept.to_str().unwrap();
            assert!(kept.contains("; Path=/pay/desk; HttpOnly;"), "{kept}");
            let pair = kept.split(';').next().unwrap();
            assert!(!pair.contains('<'), "{pair}");
            headers.insert(header::COOKIE, pair.parse().unwrap());
        }
        let known: Vec<_> = marks.iter().map(|mark| is_known(&headers, mark)).collect();
        assert_eq!(known, [false, false, true, true, true, true, true]);
        assert!(!is_known(&HeaderMap::new(), &marks[0]));
    }
}
