//! The cookie by which a page knows its session.

use axum::http::{HeaderMap, HeaderValue};
use guichet_domain::id::SessionId;
use url::Url;

use crate::http::cookies;
use crate::paths::PAY;

/// Its name: one for each session, so that two tabs pay two orders. Over TLS it has the prefix by
/// which a browser takes it from a secure page alone (RFC 6265bis, section 4.1.3.1).
fn name(public_url: &str, session: &SessionId) -> String {
    let secure = if cookies::is_secure(public_url) {
        "__Secure-"
    } else {
        ""
    };
    format!("{secure}guichet-{session}")
}

/// The session's secret, if the browser has it.
pub(super) fn read(public_url: &str, headers: &HeaderMap, session: &SessionId) -> Option<String> {
    cookies::read(headers, &name(public_url, session))
}

/// What gives it to the browser: sent to this session's pages alone.
pub(super) fn write(public_url: &str, session: &SessionId, secret: &str) -> Option<HeaderValue> {
    let public = Url::parse(public_url).ok()?;
    let path = public.path().trim_end_matches('/');
    let pair = format!("{}={secret}", name(public_url, session));
    cookies::secret(public_url, &pair, &format!("{path}{PAY}/{session}"), "")
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn over_tls_the_cookie_is_for_secure_pages_of_its_session_alone() {
        let session = SessionId::from_random([7; 16]);
        let cookie = |public_url: &str| {
            let value = write(public_url, &session, "css_1").unwrap();
            value.to_str().unwrap().to_owned()
        };
        let expected = format!(
            "__Secure-guichet-{session}=css_1; Path=/shop/pay/{session}; HttpOnly; SameSite=Lax; \
             Secure"
        );
        assert_eq!(cookie("https://pay.example/shop"), expected);
        let expected =
            format!("guichet-{session}=css_1; Path=/pay/{session}; HttpOnly; SameSite=Lax");
        assert_eq!(cookie("http://127.0.0.1:8601"), expected);
    }

    #[test]
    fn a_cookie_is_read_by_its_own_name_among_others() {
        let [one, two] = [1, 2].map(|seed| SessionId::from_random([seed; 16]));
        let mut headers = HeaderMap::new();
        let line = format!("a=b; __Secure-guichet-{one}=css_1; c");
        headers.append(header::COOKIE, line.parse().unwrap());
        let secure = "https://pay.example";
        assert_eq!(read(secure, &headers, &one).as_deref(), Some("css_1"));
        assert_eq!(read(secure, &headers, &two), None);
        assert_eq!(read("http://127.0.0.1", &headers, &one), None);
    }
}
