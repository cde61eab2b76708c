//! Which headers of a message a provider is handed.

use axum::http::HeaderMap;
use guichet_providers::contract::Notifications;

/// The headers that the account's messages are read by: no others are handed over.
pub(super) fn wanted<'a>(
    headers: &'a HeaderMap,
    notifications: Option<&dyn Notifications>,
) -> Vec<(&'a str, &'a [u8])> {
    let names = notifications.map_or(&[][..], Notifications::headers);
    let is_wanted = |name: &str| names.iter().any(|own| own.eq_ignore_ascii_case(name));
    let all = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    all.filter(|(name, _)| is_wanted(name)).collect()
}

#[cfg(test)]
mod tests {
    use guichet_providers::contract::{Headers, Incoming, MessageError, Notified, Return};

    use super::*;

    /// Reads what it is told by two headers.
    struct ByHeader;

    impl Notifications for ByHeader {
        fn headers(&self) -> &'static [&'static str] {
            &["X-Signature", "Authorization"]
        }

        fn looks_like_one(&self, _: &[u8]) -> bool {
            false
        }

        fn verify(&self, _: &Incoming<'_>) -> Result<Notified, MessageError> {
            Err(MessageError::BadSignature)
        }

        fn read_return(&self, _: &Incoming<'_>) -> Result<Return, MessageError> {
            Err(MessageError::BadSignature)
        }
    }

    #[test]
    fn a_provider_is_handed_the_headers_that_it_asks_for_and_no_others() {
        let mut all = HeaderMap::new();
        for (name, value) in [
            ("cookie", "a=b"),
            ("x-signature", "one"),
            ("x-signature", "two"),
            ("authorization", "key"),
        ] {
            all.append(name, value.parse().unwrap());
        }
        let handed = wanted(&all, Some(&ByHeader));
        let expected: [(&str, &[u8]); 3] = [
            ("x-signature", b"one"),
            ("x-signature", b"two"),
            ("authorization", b"key"),
        ];
        assert_eq!(handed, expected);
        assert_eq!(
            Headers::new(&handed).one("AUTHORIZATION"),
            Some(&b"key"[..])
        );
        assert_eq!(Headers::new(&handed).one("x-signature"), None);
        assert_eq!(wanted(&all, None), []);
    }
}
