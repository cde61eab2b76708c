//! Messages that a platform signs.

use guichet_providers::contract::{Headers, HttpMethod, Incoming, Notifications};

use crate::world::each;

/// Runs a check against every provider whose platform signs messages.
fn each_with(check: impl Fn(&dyn Notifications)) {
    each(|provider, _| {
        if let Some(notifications) = provider.notifications() {
            check(notifications);
        }
    });
}

#[test]
fn what_is_claimed_by_a_signature_can_be_asked_about() {
    each(|provider, _| {
        assert!(provider.notifications().is_none() || provider.confirmation().is_some());
    });
}

#[test]
fn what_is_not_signed_is_refused() {
    each_with(|notifications| {
        for raw in [
            &b""[..],
            b"a=b",
            b"&&&",
            b"\xff\x00",
            b"Signature=",
            &[b'a'; 1 << 20],
        ] {
            let headers: Vec<_> = notifications
                .headers()
                .iter()
                .map(|name| (*name, raw))
                .collect();
            for method in [HttpMethod::Get, HttpMethod::Post] {
                for secret in [None, Some("guess")] {
                    let incoming = Incoming {
                        method,
                        query: raw,
                        headers: Headers::new(&headers),
                        body: raw,
                        secret,
                    };
                    assert!(notifications.verify(&incoming).is_err());
                    assert!(notifications.read_return(&incoming).is_err());
                }
            }
        }
    });
}
