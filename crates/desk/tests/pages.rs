//! Every page, drawn from a model in which each text from outside is hostile, in each language.
#![expect(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::collections::BTreeSet;

use guichet_desk::el::El;
use guichet_desk::kit::Tone;
use guichet_desk::pages::{Standing, hooks, list, look, payment, settings, today};
use guichet_desk::words::{Act, FoundAs};
use guichet_desk::{Frame, Lang, Person, Place};
use guichet_domain::event::{Part, PaymentEvent, ReturnOutcome, Trust};
use guichet_domain::ledger::Cause;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::Balance;
use guichet_domain::payment::{Attention, PartState};
use guichet_domain::{PartKind, PartStatus, Refusal, Status};
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

/// What an attacker writes wherever a text can be sent from outside.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> style=\"";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn at() -> DateTime {
    "2026-11-28T07:05:00".parse().unwrap()
}

fn standing(status: Status) -> Standing {
    Standing {
        status,
        surplus: true,
        look: true,
        given_back: true,
    }
}

fn part(kind: PartKind, status: PartStatus) -> Part {
    Part {
        transaction: hostile(),
        call: hostile(),
        kind,
        method: None,
        brand: hostile(),
        amount: Amount::try_from(1_250).unwrap(),
        status,
        code: hostile(),
        refusal: Some(Refusal::Funds),
        parts_expected: None,
        trust: Trust::Ours,
        fingerprint: hostile(),
        at_terminal: None,
    }
}

fn list_model() -> list::Model {
    let row = |status| list::Row {
        address: "/desk/payments/pay_1".into(),
        reference: hostile(),
        made: at(),
        means: hostile(),
        account: hostile(),
        amount: 4_200,
        currency: Currency::EUR,
        standing: standing(status),
    };
    list::Model {
        action: "/desk/payments".into(),
        typed: list::Typed {
            anything: hostile(),
            shop: hostile(),
            state: hostile(),
            means: "card".into(),
            from: hostile(),
            to: hostile(),
            look: true,
        },
        faults: list::Faults {
            from: true,
            to: true,
            turned: true,
        },
        shops: vec![(hostile(), hostile()), ("b".into(), "B".into())],
        means: vec!["card".into(), hostile()],
        views: list::Kept::ALL
            .map(|kept| (kept, "/desk/payments?".into(), false))
            .to_vec(),
        found_as: Some(FoundAs::Amount),
        also: vec![(FoundAs::Email, "/desk/payments?as=email".into())],
        rows: [Status::Paid, Status::Refused, Status::Open]
            .map(row)
            .to_vec(),
        newest: Some("/desk/payments".into()),
        older: Some("/desk/payments?after=x".into()),
        csv: Some("/desk/payments.csv".into()),
    }
}

fn happened() -> Vec<payment::Happened> {
    let events = vec![
        PaymentEvent::Part(part(PartKind::Voucher, PartStatus::Accepted)),
        PaymentEvent::Part(part(PartKind::Complement, PartStatus::Refused)),
        PaymentEvent::Returned {
            outcome: ReturnOutcome::Refused,
        },
        PaymentEvent::Held {
            transaction: hostile(),
        },
        PaymentEvent::Reported {
            at: 0,
            differs: Some(hostile()),
        },
        PaymentEvent::DeadlinePassed,
    ];
    let events = events.into_iter();
    events
        .map(|event| payment::Happened { at: at(), event })
        .collect()
}

fn payment_model() -> payment::Model {
    let state = |kind, status| PartState {
        part: part(kind, status),
        counts: false,
        ours: true,
        disputed: false,
        balance: Balance {
            given_back: 5,
            ..Balance::default()
        },
    };
    payment::Model {
        reference: hostile(),
        id: "pay_1".into(),
        session: "cs_1".into(),
        shop: hostile(),
        provider: "up2pay".into(),
        account: hostile(),
        platform_reference: hostile(),
        means: hostile(),
        made: at(),
        total: 2_000,
        currency: Currency::EUR,
        accepted: 1_250,
        balance: Balance {
            taken: 1_250,
            given_back: 5,
            reserved: 1,
            cancelled: 0,
        },
        standing: standing(Status::Incomplete),
        refusal: Some(Refusal::Issuer),
        attention: vec![Attention::PartHeld, Attention::Surplus],
        parts: vec![
            state(PartKind::Voucher, PartStatus::Accepted),
            state(PartKind::Complement, PartStatus::Refused),
        ],
        happened: happened(),
        entries: vec![payment::Entry {
            at: at(),
            cause: Cause::Taking { part: hostile() },
            account: hostile(),
            means: hostile(),
            minor: -1_250,
        }],
        told: vec![told()],
        raw: vec![payment::Raw {
            at: at(),
            source: hostile(),
            fields: vec![(hostile(), Some(hostile())), (hostile(), None)],
        }],
        others: vec![payment::Other {
            address: "/desk/payments/pay_2".into(),
            id: hostile(),
            means: hostile(),
            made: at(),
            standing: standing(Status::Expired),
        }],
        acts: vec![
            (Act::Refund, Some("/desk/payments/pay_1/refund".into())),
            (Act::Capture, None),
        ],
    }
}

fn told() -> hooks::Told {
    hooks::Told {
        kind: hostile(),
        created: at(),
        delivered: None,
        waits: false,
        tries: 3,
        answer: hostile(),
        about: Some(("/desk/payments?q=cs_1".into(), hostile())),
        replay: Some("/desk/webhooks/x/replay".into()),
    }
}

fn hooks_model() -> hooks::Model {
    hooks::Model {
        endpoints: vec![hooks::Endpoint {
            shop: hostile(),
            address: hostile(),
            failing: Some(at()),
            disabled: Some((at(), hostile())),
            waiting: 3,
            given_up: 1_000,
        }],
        told: vec![told()],
    }
}

fn look_model() -> look::Model {
    look::Model {
        payments: vec![(
            Attention::Differs,
            vec![look::Row {
                address: "/desk/payments/pay_1".into(),
                reference: hostile(),
                means: hostile(),
                amount: 1,
                currency: Currency::EUR,
                age: 90_000,
            }],
        )],
        more: 1_200,
        unmatched: vec![look::Unmatched {
            account: hostile(),
            reference: hostile(),
            age: 1,
        }],
        unreadable: vec![look::Unreadable {
            account: hostile(),
            why: hostile(),
            times: 2,
            age: 1,
        }],
    }
}

fn today_model() -> today::Model {
    let moved = today::Moved {
        account: hostile(),
        means: hostile(),
        currency: Currency::EUR,
        money_in: 123_456,
        money_back: 4_200,
        entries: 31,
    };
    let first: Date = "2026-10-30".parse().unwrap();
    let day = |place: i64| {
        let size = u64::try_from(place * 37 % 11).unwrap() * 12_345;
        (first.checked_add(place.days()).unwrap(), size)
    };
    let mut hours = [0; 24];
    for (hour, size) in (0_u64..).zip(&mut hours) {
        *size = hour * (24 - hour) * 1_000;
    }
    today::Model {
        paid: 31,
        refused: 2,
        open: vec![(hostile(), 3)],
        oldest_question: 300,
        today: vec![moved.clone()],
        yesterday: vec![moved],
        reasons: vec![(Some(Refusal::Funds), 2), (None, 1)],
        days: vec![today::Days {
            currency: Currency::EUR,
            days: (0..30).map(day).collect(),
            hours,
        }],
        csv: "/desk/payments.csv".into(),
    }
}

fn settings_model() -> settings::Model {
    settings::Model {
        environment: "sandbox".into(),
        public_url: hostile(),
        version: "0".into(),
        accounts: vec![settings::Account {
            platform: "up2pay".into(),
            account: hostile(),
            means: vec!["card".into(), hostile()],
            terminals: vec![hostile()],
            warnings: vec![hostile()],
        }],
        shops: vec![settings::Shop {
            id: hostile(),
            name: hostile(),
            origins: vec![hostile()],
            means: vec![hostile()],
            endpoint: Some(hostile()),
            keys: 2,
        }],
    }
}

fn bodies(lang: Lang) -> Vec<(Place, &'static str, El)> {
    vec![
        (Place::Payments, "list", list::view(lang, &list_model())),
        (
            Place::Payments,
            "payment",
            payment::view(lang, &payment_model()),
        ),
        (Place::Attention, "look", look::view(lang, &look_model())),
        (Place::Today, "today", today::view(lang, &today_model())),
        (Place::Webhooks, "hooks", hooks::view(lang, &hooks_model())),
        (
            Place::Settings,
            "settings",
            settings::view(lang, &settings_model()),
        ),
    ]
}

fn empty(lang: Lang) -> Vec<El> {
    vec![
        list::view(lang, &list::Model::default()),
        look::view(lang, &look::Model::default()),
        today::view(lang, &today::Model::default()),
        hooks::view(lang, &hooks::Model::default()),
        settings::view(lang, &settings::Model::default()),
    ]
}

fn document(lang: Lang, place: Place, body: El) -> String {
    let frame = Frame {
        lang,
        title: HOSTILE.into(),
        here: Some(place),
        person: Some(Person {
            name: hostile(),
            role: hostile(),
            token: hostile(),
        }),
        places: vec![
            Place::Today,
            Place::Payments,
            Place::Attention,
            Place::Webhooks,
            Place::Settings,
        ],
        waiting: 3,
        messages: vec![(Tone::Good, hostile(), hostile())],
        base: "/desk".into(),
        style: "/desk/desk.css".into(),
        in_language: "/desk/payments?lang=".into(),
    };
    frame.document(body)
}

/// The tags of a document with their attributes, outside of texts.
fn tags(html: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        // A mark in a value is written as an entity, so that the first one ends the tag; `>` alone
        // may stand in a value.
        let mut quoted = false;
        let end = after.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        });
        let end = end.map_or(after.len(), |(end, _)| end);
        tags.push(&after[..end]);
        rest = &after[end..];
    }
    tags
}

#[test]
fn hostile_text_is_text_in_every_field_of_every_page() {
    for lang in Lang::ALL {
        for (place, name, body) in bodies(lang) {
            let html = document(lang, place, body);
            for tag in tags(&html) {
                let tag_name = tag.split_ascii_whitespace().next().unwrap_or_default();
                assert!(
                    !matches!(tag_name, "script" | "img" | "style"),
                    "{name}: {tag}"
                );
                let outside: String = tag.split('"').step_by(2).collect();
                for never in [" onerror", " onclick", " style="] {
                    assert!(!outside.contains(never), "{name}: {tag}");
                }
            }
            assert!(html.contains("alert(1)"), "{name} shows nothing of it");
        }
    }
}

#[test]
fn no_page_has_an_empty_table_or_a_picture_of_nothing() {
    for lang in Lang::ALL {
        for body in empty(lang) {
            let html = body.html();
            assert!(!html.contains("<tbody role=\"rowgroup\"></tbody>") || html.contains("<h2>"));
            assert!(!html.contains("<svg"), "{html}");
        }
    }
}

#[test]
fn no_id_stands_twice_on_a_page() {
    for (place, name, body) in bodies(Lang::En) {
        let html = document(Lang::En, place, body);
        let mut seen = BTreeSet::new();
        for tag in tags(&html) {
            let Some((_, rest)) = tag.split_once(" id=\"") else {
                continue;
            };
            let id = rest.split('"').next().unwrap_or_default();
            assert!(seen.insert(id.to_owned()), "{name}: {id} is there twice");
        }
    }
}

#[test]
fn each_place_of_a_text_is_filled() {
    for lang in Lang::ALL {
        for (place, name, body) in bodies(lang) {
            let html = document(lang, place, body);
            assert!(!html.contains('{'), "{name} has a place that is not filled");
        }
    }
}
