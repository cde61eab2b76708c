//! The cookies of the desk: the login, and the language.

use axum::http::{HeaderMap, HeaderValue};

use crate::http::cookies;

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

/// What keeps the language.
pub(super) fn keep_language(tag: &str) -> Option<HeaderValue> {
    let cookie = format!("{LANGUAGE}={tag}; Path=/desk; HttpOnly; SameSite=Lax; Max-Age=31536000");
    HeaderValue::from_str(&cookie).ok()
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
}
