//! What the backend counts on, whatever the provider: one suite, run against each of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in tests, a panic is how a failure is told"
)]

use std::cell::Cell;
use std::collections::BTreeSet;

use guichet_domain::event::{Part, Trust};
use guichet_domain::money::Amount;
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::contract::{
    By, CallError, Exchange, Failure, Incoming, Next, Provider, Query,
};

use samples::Sample;
use world::{Answer, NOW, World, converse, each, hides_what_is_secret, nonsense};

#[path = "conformance/continuing.rs"]
mod continuing;
#[path = "conformance/samples.rs"]
mod samples;
#[path = "conformance/vault.rs"]
mod vault;
#[path = "conformance/world.rs"]
mod world;

#[test]
fn every_method_described_can_be_begun_and_shows_no_key() {
    each(|provider, sample| {
        assert!(!provider.methods().is_empty());
        for described in provider.methods() {
            assert!(!described.currencies.is_empty());
            let world = World::new(provider, described.method.as_str(), By::Shopper);
            let begun = world.begin(provider, |_, call| sample.well(call)).unwrap();
            let Next::Browser(action) = begun.next else {
                panic!("nothing was asked of the shopper")
            };
            hides_what_is_secret(&serde_json::to_string(&action).unwrap());
            hides_what_is_secret(begun.keep.as_deref().unwrap_or_default());
        }
    });
}

/// Every beginning, by a shopper with and without a saved card and by the shop.
fn each_beginning(check: impl Fn(&dyn Provider, &Sample, &World)) {
    each(|provider, sample| {
        for described in provider.methods() {
            let world = World::new(provider, described.method.as_str(), By::Shopper);
            check(provider, sample, &world);
        }
        for payment in sample.payments {
            check(provider, sample, &World::of(provider, payment));
        }
    });
}

#[test]
fn a_platform_that_is_down_is_unreachable_and_no_panic() {
    each_beginning(|provider, _, world| {
        for error in [CallError::NotSent, CallError::NoAnswer] {
            let asked = Cell::new(false);
            let end = world.begin(provider, |_, _| {
                asked.set(true);
                Err(error)
            });
            // A beginning that asks the platform nothing can't notice.
            if asked.get() {
                assert_eq!(end.unwrap_err(), Failure::Unreachable);
            }
        }
    });
}

#[test]
fn a_beginning_that_gets_nonsense_has_not_begun() {
    each_beginning(|provider, _, world| {
        for answer in nonsense() {
            let asked = Cell::new(false);
            let end = world.begin(provider, |_, _| {
                asked.set(true);
                answer.clone()
            });
            assert!(end.is_err() || !asked.get(), "{answer:?} {end:?}");
        }
    });
}

#[test]
fn each_payment_has_its_own_reference() {
    each(|provider, _| {
        let made = (0..=255).map(|byte| provider.new_reference(&world::seed(byte)));
        assert_eq!(made.collect::<BTreeSet<_>>().len(), 256);
    });
}

#[test]
fn what_is_not_signed_is_refused() {
    each(|provider, _| {
        for raw in [
            &b""[..],
            b"a=b",
            b"&&&",
            b"\xff\x00",
            b"Signature=",
            &[b'a'; 1 << 20],
        ] {
            for post in [false, true] {
                for secret in [None, Some("guess")] {
                    let incoming = Incoming {
                        post,
                        query: raw,
                        body: raw,
                        secret,
                    };
                    assert!(provider.verify(&incoming).is_err());
                    assert!(provider.read_return(&incoming).is_err());
                }
            }
        }
    });
}

#[test]
fn a_query_without_a_usable_answer_agrees_to_nothing() {
    each(|provider, _| {
        let claim = Part {
            transaction: "1".into(),
            call: "2".into(),
            kind: PartKind::Card,
            method: None,
            brand: "CB".into(),
            amount: Amount::try_from(5000).unwrap(),
            status: PartStatus::Accepted,
            code: "00000".into(),
            refusal: None,
            parts_expected: None,
            fingerprint: String::new(),
            trust: Trust::Signed,
        };
        let lost: [Answer; 1] = [Err(CallError::NoAnswer)];
        for answer in nonsense().into_iter().chain(lost) {
            let mut sequence = 0;
            let step = |exchanges: &[Exchange]| {
                sequence += 1;
                let query = Query {
                    reference: "R",
                    claim: &claim,
                    total: claim.amount,
                    sequence,
                    now: jiff::Timestamp::from_second(NOW).unwrap(),
                };
                provider.query(&query, exchanges)
            };
            assert!(converse(step, |_, _| answer.clone()).is_err());
        }
    });
}
