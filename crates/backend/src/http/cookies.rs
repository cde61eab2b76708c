//! What the cookies of all surfaces share.

use axum::http::{HeaderMap, HeaderValue, header};

/// Whether browsers reach us over TLS.
pub(super) fn is_secure(public_url: &str) -> bool {
    public_url.starts_with("https:")
}

/// The value of the cookie with that name, if the browser has it.
pub(super) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut lines = headers.get_all(header::COOKIE).iter();
    lines.find_map(|line| {
        let mut pairs = line.to_str().ok()?.split(';');
        pairs.find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.to_owned())
        })
    })
}

/// What gives the browser a secret, `name=value`, for the pages below that path: until it is
/// closed, unless `more` says otherwise; shown to no script, and sent with no form of another site.
pub(super) fn secret(public_url: &str, pair: &str, path: &str, more: &str) -> Option<HeaderValue> {
    let secure = if is_secure(public_url) {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("{pair}; Path={path}; HttpOnly; SameSite=Lax{secure}{more}");
    let mut value = HeaderValue::from_str(&cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}
