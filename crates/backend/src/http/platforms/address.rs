//! The address that a notification came to.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::paths::NOTIFY;

/// Least length of the secret part of an address: what is as long is not shown in a log.
const SECRET_LENGTH: usize = 22;

/// Whose notification it is, by its address.
pub(super) struct Address {
    pub(super) provider: String,
    pub(super) account: String,
    pub(super) secret: Option<String>,
    /// The payment whose own address it is, and the ending of that.
    pub(super) callback: Option<(String, String)>,
}

impl Address {
    /// Reads a path; none where it is no account's.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let mut parts = below_notify(path)?.into_iter();
        let (provider, account) = (parts.next()?, parts.next()?);
        let (secret, callback) = match (parts.next(), parts.next()) {
            (Some(payment), Some(ending)) => (None, Some((payment, ending))),
            (secret, _) => (secret, None),
        };
        let address = Self {
            provider,
            account,
            secret,
            callback,
        };
        parts.next().is_none().then_some(address)
    }
}

/// Whether a path is one of the notifications', or is meant to be.
pub(super) fn leads_to_notify(path: &str) -> bool {
    below_notify(path).is_some()
}

/// The parts of a notification's path.
fn below_notify(path: &str) -> Option<Vec<String>> {
    let mut parts = segments(path)?.into_iter();
    let first = parts.next()?;
    (NOTIFY.strip_prefix('/') == Some(&first)).then(|| parts.collect())
}

/// The parts of a path. A slash at the end, one too many, and one that a proxy escaped (`%2f`)
/// change nothing.
fn segments(path: &str) -> Option<Vec<String>> {
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    let parts = decoded.split('/').filter(|part| !part.is_empty());
    Some(parts.map(str::to_owned).collect())
}

/// A path for the log. Whatever may be a secret address, or hold one, is not shown.
fn shown(path: &str) -> String {
    let parts = segments(path).unwrap_or_else(|| vec!["(not UTF-8)".to_owned()]);
    let mut shown = String::new();
    for (at, part) in parts.iter().enumerate() {
        let long = part.chars().count() >= SECRET_LENGTH;
        shown.push('/');
        match (at, long) {
            (3.., _) => {
                shown.push('…');
                break;
            }
            (_, true) => shown.extend(part.chars().take(3).chain(['…'])),
            (_, false) => shown.push_str(part),
        }
    }
    shown
}

/// A platform that talks to nobody: its address is misspelt, in our configuration or in the
/// platform's back office.
pub(super) fn missed(app: &App, path: &str) -> Response {
    if let Some(more) = app.quiet.permit("missed") {
        tracing::warn!(
            path = ?shown(path), more,
            "a notification misses every address: compare public_url, the account's id, the secret \
             part and the back office with this path"
        );
    }
    StatusCode::NOT_FOUND.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_whatever_a_proxy_did_to_its_slashes() {
        let read = |path| {
            let address = Address::parse(path)?;
            Some((address.provider, address.account, address.secret))
        };
        let of = |secret: Option<&str>| {
            let secret = secret.map(str::to_owned);
            Some(("up2pay".to_owned(), "main".to_owned(), secret))
        };
        for (path, address) in [
            ("/notify/up2pay/main", of(None)),
            ("//notify%2fup2pay//main/", of(None)),
            ("/notify/up2pay/main/s", of(Some("s"))),
            ("/notify/up2pay/main/s/t/u", None),
            ("/notify/up2pay", None),
            ("/notified/up2pay/main", None),
            ("/%ff", None),
        ] {
            assert_eq!(read(path), address, "{path}");
        }
        let called = Address::parse("/notify/netbanx/main/pay_1/s").unwrap();
        let expected = Some(("pay_1".to_owned(), "s".to_owned()));
        assert_eq!((called.callback, called.secret), (expected, None));
        assert!(leads_to_notify("/notify") && !leads_to_notify("/a/notify"));
    }

    #[test]
    fn a_path_is_shown_without_what_may_be_a_secret() {
        let secret = "k9cX2-vQ7_wLr4TzN8pY3bHs";
        for (path, told) in [
            ("/notify/up2pay/main/", "/notify/up2pay/main"),
            ("//notify%2fup2pay//main", "/notify/up2pay/main"),
            ("/notify/up2pay/main/short", "/notify/up2pay/main/…"),
            ("/", ""),
            ("/%ff", "/(not UTF-8)"),
        ] {
            assert_eq!(shown(path), told, "{path}");
        }
        for path in [
            "/",
            "/notify/",
            "/notify/up2pay/",
            "/notify/up2pay/main/",
            "/a/b/c/d/",
        ] {
            assert!(
                !shown(&format!("{path}{secret}")).contains(&secret[3..]),
                "{path}"
            );
        }
    }
}
