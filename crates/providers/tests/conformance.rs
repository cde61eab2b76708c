//! What the backend counts on, whatever the provider: one suite, run against each of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in tests, a panic is how a failure is told"
)]

use std::cell::Cell;
use std::collections::BTreeSet;

use guichet_domain::MethodKind;
use guichet_domain::method::SavedCards;
use guichet_providers::contract::{By, CallError, Failure, Next, Provider};

use samples::Sample;
use world::{World, each, hides_what_is_secret, nonsense};

#[path = "conformance/confirmation.rs"]
mod confirmation;
#[path = "conformance/continuing.rs"]
mod continuing;
#[path = "conformance/notifications.rs"]
mod notifications;
#[path = "conformance/operations.rs"]
mod operations;
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
            let by = match described.saved_cards {
                SavedCards::PayAlone => By::ShopperWith { card: "1" },
                _ => By::Shopper,
            };
            let world = World::new(provider, described.method.as_str(), by);
            let begun = world.begin(provider, |_, call| sample.well(call)).unwrap();
            match begun.next {
                Next::Browser(action) => {
                    hides_what_is_secret(&serde_json::to_string(&action).unwrap());
                }
                // Nothing is asked of the shopper but by a terminal, or where a saved card pays.
                Next::CardForm => assert_eq!(described.kind, MethodKind::Card),
                Next::Proceed => {
                    assert!(described.kind == MethodKind::Terminal || by != By::Shopper);
                }
            }
            hides_what_is_secret(begun.memo.as_deref().unwrap_or_default());
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
fn a_payment_can_come_to_an_end() {
    each(|provider, _| {
        // Without either of them, nothing would ever tell that it was paid.
        assert!(provider.notifications().is_some() || provider.continuing().is_some());
    });
}

#[test]
fn a_platforms_day_lasts_24_hours() {
    each(|provider, _| {
        let at = |hour: i64| jiff::Timestamp::from_second(world::NOW + hour * 3600).unwrap();
        let hours = |day| {
            (-48..96)
                .filter(|hour| provider.day(at(*hour)) == day)
                .count()
        };
        assert_eq!(hours(provider.day(at(0))), 24);
    });
}
