//! What the backend counts on, whatever the provider: one suite, run against each of them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "in tests, a panic is how a failure is told"
)]

use std::collections::BTreeSet;

use guichet_domain::event::{Part, Trust};
use guichet_domain::id::{SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Address, Country, Email, Phone, Shopper};
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::contract::{
    Addresses, Begin, By, CallAnswer, CallError, Environment, Exchange, Failure, Incoming, Next,
    Provider, Query, Step,
};
use guichet_providers::registry::{PROVIDERS, open};
use guichet_wire::NextAction;

const NOW: i64 = 1_772_355_600;

/// Stands in every account's table as its key; must come out nowhere.
const CANARY: &str = "\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A\
CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A21CA9A";

/// A sandbox's table of each provider, and what its page host answers when it is well.
fn fixture(provider: &str) -> (toml::Table, &'static str) {
    match provider {
        "up2pay" => (
            toml::from_str(&format!(
                r#"
                site = "1999888"
                rang = "32"
                identifiant = "2"
                hmac_key = "{CANARY}"
                page_hosts = ["http://127.0.0.1:8602"]
                ppps_hosts = ["http://127.0.0.1:8602"]
                "#
            ))
            .unwrap(),
            "<div id=\"server_status\">OK</div>",
        ),
        "sogenactif" => (
            toml::from_str(&format!(
                r#"
                merchant_id = "002001000000001"
                keys = {{ "1" = "{CANARY}" }}
                office_host = "http://127.0.0.1:8602"
                "#
            ))
            .unwrap(),
            r#"{"responseCode":"00","merchantSessionToken":"T","sdkUrl":"http://127.0.0.1/s.js"}"#,
        ),
        other => panic!("{other} has no fixture: add one"),
    }
}

fn each(check: impl Fn(&dyn Provider, &'static str)) {
    for (name, _) in PROVIDERS {
        let (table, well) = fixture(name);
        let account = Slug::try_from("main".to_owned()).unwrap();
        let provider = open(name, account, table, Environment::Sandbox).unwrap();
        assert_eq!(provider.name(), *name);
        check(provider.as_ref(), well);
    }
}

fn session() -> Session {
    Session {
        id: SessionId::from_random([1; 16]),
        shop: Slug::try_from("shop".to_owned()).unwrap(),
        reference: "1".into(),
        amount: Amount::try_from(5000).unwrap(),
        currency: Currency::EUR,
        shopper: Shopper {
            id: None,
            first_name: "Léa".into(),
            last_name: "Roux".into(),
            email: Email::try_from("lea@example.fr".to_owned()).unwrap(),
            phone: Phone::try_from("+33612345675".to_owned()).unwrap(),
            address: Address {
                line1: "1 rue X".into(),
                line2: None,
                postal_code: "75001".into(),
                city: "Paris".into(),
                country: Country::try_from("FR".to_owned()).unwrap(),
            },
        },
        items: 1,
        locale: "fr".into(),
        methods: None,
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        return_url: "https://shop.example/".into(),
        expires_at: NOW + 3600,
        created_at: NOW,
        metadata: Default::default(),
        settled_by: None,
    }
}

/// Plays the backend: makes the calls, each with this answer, until the conversation ends.
fn converse<T>(
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
    answer: &Result<CallAnswer, CallError>,
) -> Result<T, Failure> {
    let mut exchanges = Vec::new();
    for _ in 0..8 {
        match step(&exchanges) {
            Step::Done(done) => return Ok(done),
            Step::Failed(failure) => return Err(failure),
            Step::Call(call) => {
                assert!(!call.timeout.is_zero());
                assert!(!format!("{call:?}").contains(CANARY));
                exchanges.push(Exchange {
                    call,
                    answer: answer.clone(),
                });
            }
        }
    }
    panic!("no end after 8 calls");
}

fn begin(
    provider: &dyn Provider,
    method: &Method,
    answer: &Result<CallAnswer, CallError>,
) -> Result<NextAction, Failure> {
    let session = session();
    let back = |word: &str| format!("https://pay.example/return/{word}");
    let addresses = Addresses {
        notify: "https://pay.example/notify/main".into(),
        accepted: back("accepted"),
        refused: back("refused"),
        cancelled: back("cancelled"),
        waiting: back("waiting"),
        back: back("back"),
    };
    let begin = Begin {
        session: &session,
        method,
        by: By::Shopper,
        client: None,
        reference: &provider.new_reference([7; 16]),
        addresses: &addresses,
        now: jiff::Timestamp::from_second(NOW).unwrap(),
    };
    let begun = converse(|exchanges| provider.begin(&begin, exchanges), answer);
    begun.map(|begun| match begun.next {
        Next::Browser(action) => action,
        Next::Proceed => panic!("nothing was asked of the shopper"),
    })
}

#[test]
fn every_method_described_can_be_begun_and_shows_no_key() {
    each(|provider, well| {
        let well = Ok(CallAnswer {
            status: 200,
            body: well.into(),
        });
        assert!(!provider.methods().is_empty());
        for described in provider.methods() {
            assert!(!described.currencies.is_empty());
            let action = begin(provider, &described.method, &well).unwrap();
            let shown = serde_json::to_string(&action).unwrap();
            assert!(!shown.to_uppercase().contains(CANARY), "{shown}");
        }
    });
}

#[test]
fn a_platform_that_is_down_is_unreachable_and_no_panic() {
    each(|provider, _| {
        for answer in [Err(CallError::NotSent), Err(CallError::NoAnswer)] {
            for described in provider.methods() {
                let failure = begin(provider, &described.method, &answer).unwrap_err();
                assert_eq!(failure, Failure::Unreachable);
            }
        }
    });
}

#[test]
fn each_payment_has_its_own_reference() {
    each(|provider, _| {
        let made = (0..=255).map(|byte| provider.new_reference([byte; 16]));
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
    each(|provider, well| {
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
        let ok = |body: &str| {
            Ok(CallAnswer {
                status: 200,
                body: body.into(),
            })
        };
        for answer in [
            Err(CallError::NoAnswer),
            ok(""),
            ok(well),
            ok("CODEREPONSE=00000"),
        ] {
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
            assert!(converse(step, &answer).is_err());
        }
    });
}
