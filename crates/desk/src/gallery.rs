//! Every page that is read, with something of everything on it: to be looked at, and for tests.
//!
//! Longer than others: it is the pages' examples, one after the other.

mod acts;
mod example;

use guichet_domain::event::{Part, PaymentEvent, ReturnOutcome, Trust};
use guichet_domain::ledger::Cause;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::operation::Balance;
use guichet_domain::payment::{Attention, PartState};
use guichet_domain::{FieldError, PartKind, PartStatus, Refusal, Status};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use self::example::{Body, Examples, at};
pub use self::example::{HOSTILE, Outside};
use crate::el::El;
use crate::kit::Tone;
use crate::pages::{
    Standing, accounting, approval, hooks, list, look, payment, rebillings, settings, terminals,
    today,
};
use crate::words::{Act, FoundAs, Lang};
use crate::{Frame, Person, Place};

/// Every page by its name, as a document.
///
/// # Errors
/// An amount of the examples is none.
pub fn documents(
    lang: Lang,
    outside: Outside,
    style: &str,
) -> Result<Vec<(&'static str, String)>, FieldError> {
    let examples = Examples(outside);
    let mut bodies = read(lang, &examples)?;
    bodies.extend(acts::outside(lang, &examples));
    bodies.extend(acts::inside(lang, &examples));
    let document = |own: Body| {
        let before = ["login", "code"].contains(&own.name);
        let person = Person {
            name: outside.says("amelie"),
            role: outside.says("Caisse"),
            token: outside.says("t0ken"),
        };
        let frame = Frame {
            lang,
            title: own.title,
            here: own.here,
            person: (!before).then_some(person),
            places: Place::NAVIGATION.to_vec(),
            waiting: 4,
            messages: match own.name {
                "payment" => vec![(Tone::Good, outside.says("12,50 € rendus"), String::new())],
                _ => Vec::new(),
            },
            base: "/desk".into(),
            style: style.to_owned(),
            in_language: "/desk/today?lang=".into(),
        };
        (own.name, frame.document(own.body))
    };
    Ok(bodies.into_iter().map(document).collect())
}

/// The pages that are read.
fn read(lang: Lang, examples: &Examples) -> Result<Vec<Body>, FieldError> {
    let own = |name: &'static str, here: Place, body: El| Body {
        name,
        here: Some(here),
        title: match name {
            "payment" => examples.0.says("Commande CMD-2026-1042"),
            "approval" => lang.words().acts.second.waits.to_owned(),
            "amend" => (lang.words().payment.act)(Act::Amend).to_owned(),
            _ => here.name(lang).to_owned(),
        },
        body,
    };
    let change = rebillings::change(lang, &examples.change());
    let rebillings = rebillings::view(lang, &examples.rebillings());
    Ok(vec![
        own("today", Place::Today, today::view(lang, &examples.today())),
        own(
            "payments",
            Place::Payments,
            list::view(lang, &examples.list()),
        ),
        own(
            "payment",
            Place::Payments,
            payment::view(lang, &examples.payment()?),
        ),
        own(
            "attention",
            Place::Attention,
            look::view(lang, &examples.look()),
        ),
        own(
            "approval",
            Place::Attention,
            approval::view(lang, &examples.approval()),
        ),
        own(
            "accounting",
            Place::Accounting,
            accounting::view(lang, &examples.accounting()),
        ),
        own("rebillings", Place::Rebillings, rebillings),
        own("amend", Place::Rebillings, change),
        own(
            "terminals",
            Place::Terminals,
            terminals::view(lang, &examples.terminals()),
        ),
        own(
            "webhooks",
            Place::Webhooks,
            hooks::view(lang, &examples.hooks()),
        ),
        own(
            "settings",
            Place::Settings,
            settings::view(lang, &examples.settings()),
        ),
    ])
}

fn standing(status: Status) -> Standing {
    Standing {
        status,
        surplus: false,
        look: status == Status::Incomplete,
        given_back: false,
    }
}

impl Examples {
    fn list(&self) -> list::Model {
        let usual = self.0 == Outside::Usual;
        let rows = [
            (Status::Paid, "CMD-2026-1042", "apetiz", 4_200),
            (Status::Refused, "CMD-2026-1041", "card", 1_890),
            (Status::Incomplete, "CMD-2026-1040", "upchequdej", 2_350),
            (Status::Pending, "CMD-2026-1039", "cvconnect", 123_400),
            (Status::Authorised, "CMD-2026-1038", "card", 8_990),
            (Status::Cancelled, "CMD-2026-1037", "sodexo", 1_200),
            (Status::Expired, "CMD-2026-1036", "card", 990),
        ];
        let row = |(status, reference, means, amount): (Status, &str, &str, u64)| list::Row {
            address: "/desk/payments/pay_1".into(),
            reference: self.0.says(reference),
            made: at(7, 5),
            means: self.0.says(means),
            account: self.0.says("principal"),
            amount,
            currency: Currency::EUR,
            standing: standing(status),
        };
        let view = |kept| (kept, "/desk/payments".into(), kept == list::Kept::All);
        list::Model {
            action: "/desk/payments".into(),
            typed: list::Typed {
                anything: self.0.says("42,00"),
                shop: self.0.says("traiteur"),
                state: self.0.says(""),
                means: self.0.says("card"),
                from: self.0.says(""),
                to: self.0.says(""),
                look: false,
            },
            faults: list::Faults {
                from: !usual,
                to: !usual,
                turned: !usual,
            },
            shops: vec![
                (
                    self.0.says("traiteur"),
                    self.0.says("Maison Amélie, traiteur"),
                ),
                ("hotel".into(), "Hôtel du Port".into()),
            ],
            means: vec!["card".into(), self.0.says("apetiz")],
            views: list::Kept::ALL.map(view).to_vec(),
            found_as: Some(FoundAs::Reference),
            also: vec![(FoundAs::Amount, "/desk/payments?as=amount".into())],
            rows: rows.map(row).to_vec(),
            newest: Some("/desk/payments".into()),
            older: Some("/desk/payments?after=x".into()),
            csv: Some("/desk/payments.csv".into()),
        }
    }

    fn part(&self, kind: PartKind, status: PartStatus, minor: u64) -> Result<Part, FieldError> {
        let refused = status == PartStatus::Refused;
        Ok(Part {
            transaction: self.0.says("593104112"),
            call: self.0.says("793216688"),
            kind,
            method: None,
            brand: self.0.says(if kind == PartKind::Voucher {
                "APETIZ"
            } else {
                "CB"
            }),
            amount: Amount::try_from(minor)?,
            status,
            code: self.0.says("00000"),
            refusal: refused.then_some(Refusal::Funds),
            parts_expected: None,
            trust: Trust::Ours,
            fingerprint: self.0.says("f"),
            at_terminal: None,
        })
    }

    fn happened(&self) -> Result<Vec<payment::Happened>, FieldError> {
        let events = [
            (
                2,
                PaymentEvent::Part(self.part(PartKind::Voucher, PartStatus::Accepted, 1_250)?),
            ),
            (
                3,
                PaymentEvent::Part(self.part(PartKind::Complement, PartStatus::Refused, 2_950)?),
            ),
            (
                4,
                PaymentEvent::Returned {
                    outcome: ReturnOutcome::Refused,
                },
            ),
            (
                5,
                PaymentEvent::Part(self.part(PartKind::Complement, PartStatus::Accepted, 2_950)?),
            ),
            (
                9,
                PaymentEvent::Held {
                    transaction: self.0.says("593104112"),
                },
            ),
            (
                20,
                PaymentEvent::Reported {
                    at: 0,
                    differs: Some(self.0.says("29.50 in the books, 29.00 in the report")),
                },
            ),
            (30, PaymentEvent::DeadlinePassed),
        ];
        let events = events.map(|(minute, event)| payment::Happened {
            at: at(7, minute),
            event,
        });
        Ok(events.to_vec())
    }

    fn parts(&self) -> Result<Vec<PartState>, FieldError> {
        let state = |part: Part, given_back| {
            let counts = part.status == PartStatus::Accepted;
            let taken = if counts { part.amount.minor() } else { 0 };
            PartState {
                counts,
                ours: true,
                disputed: false,
                balance: Balance {
                    taken,
                    given_back,
                    ..Balance::default()
                },
                part,
            }
        };
        Ok(vec![
            state(
                self.part(PartKind::Voucher, PartStatus::Accepted, 1_250)?,
                1_250,
            ),
            state(
                self.part(PartKind::Complement, PartStatus::Refused, 2_950)?,
                0,
            ),
            state(
                self.part(PartKind::Complement, PartStatus::Accepted, 2_950)?,
                0,
            ),
        ])
    }

    fn entries(&self) -> Vec<payment::Entry> {
        let entry = |minute, means: &str, minor| payment::Entry {
            at: at(7, minute),
            cause: Cause::Taking {
                part: self.0.says("593104112"),
            },
            account: self.0.says("principal"),
            means: self.0.says(means),
            minor,
        };
        vec![
            entry(2, "apetiz", 1_250),
            entry(5, "complement", 2_950),
            entry(40, "apetiz", -1_250),
        ]
    }

    fn attention(&self) -> Vec<look::Looked> {
        vec![
            look::Looked {
                why: Attention::Differs,
                hands: self.hands(true),
                done: None,
            },
            look::Looked {
                why: Attention::Overpaid,
                hands: look::Hands::default(),
                done: Some((
                    self.0.says("benoit"),
                    at(8, 30),
                    self.0.says("rendu en caisse"),
                )),
            },
        ]
    }

    fn payment(&self) -> Result<payment::Model, FieldError> {
        Ok(payment::Model {
            reference: self.0.says("CMD-2026-1042"),
            id: "pay_0123456789abcdef0123456789abcdef".into(),
            session: "cs_0123456789abcdef0123456789abcdef".into(),
            shop: self.0.says("Maison Amélie, traiteur"),
            provider: "up2pay".into(),
            account: self.0.says("principal"),
            platform_reference: self.0.says("CMD-2026-1042.7Q2M"),
            means: self.0.says("apetiz"),
            made: at(7, 0),
            total: 4_200,
            currency: Currency::EUR,
            accepted: 4_200,
            balance: Balance {
                taken: 4_200,
                given_back: 1_250,
                ..Balance::default()
            },
            standing: Standing {
                given_back: true,
                look: true,
                ..standing(Status::Paid)
            },
            refusal: None,
            attention: self.attention(),
            parts: self.parts()?,
            happened: self.happened()?,
            entries: self.entries(),
            told: vec![hooks::Told {
                about: None,
                ..self.told(true)
            }],
            raw: vec![payment::Raw {
                at: at(7, 2),
                source: self.0.says("notification"),
                fields: vec![
                    (self.0.says("Mt"), Some(self.0.says("1250"))),
                    (self.0.says("Ref"), Some(self.0.says("CMD-2026-1042.7Q2M"))),
                    (self.0.says("Signature"), None),
                ],
            }],
            others: vec![payment::Other {
                address: "/desk/payments/pay_2".into(),
                id: self.0.says("pay_ffffffffffffffffffffffffffffffff"),
                means: self.0.says("card"),
                made: at(6, 50),
                standing: standing(Status::Refused),
            }],
            acts: vec![
                (Act::Refund, Some("/desk/payments/pay_1/refund".into())),
                (Act::Cancel, Some("/desk/payments/pay_1/cancel".into())),
                (Act::Capture, None),
                (Act::Ask, None),
            ],
        })
    }

    fn told(&self, taken: bool) -> hooks::Told {
        hooks::Told {
            kind: self.0.says("session.paid"),
            created: at(7, 5),
            delivered: taken.then(|| at(7, 6)),
            waits: !taken,
            tries: if taken { 1 } else { 6 },
            answer: self.0.says(if taken {
                "200"
            } else {
                "no answer within 10 s"
            }),
            about: Some((
                "/desk/payments?q=cs_1".into(),
                self.0.says("cs_0123456789abcdef"),
            )),
            replay: Some("/desk/webhooks/x/replay".into()),
        }
    }

    fn hooks(&self) -> hooks::Model {
        let endpoint = |failing, disabled| hooks::Endpoint {
            shop: self.0.says("traiteur"),
            address: self.0.says("https://shop.example/hooks/guichet"),
            failing,
            disabled,
            waiting: 3,
            given_up: 1_000,
        };
        hooks::Model {
            endpoints: vec![
                endpoint(None, None),
                endpoint(Some(at(5, 0)), None),
                endpoint(
                    None,
                    Some((at(6, 0), self.0.says("it took nothing for three days"))),
                ),
            ],
            told: vec![self.told(false), self.told(true), self.told(true)],
        }
    }

    fn hands(&self, taken: bool) -> look::Hands {
        look::Hands {
            taken: taken.then(|| (self.0.says("benoit"), 4_000)),
            take: Some("/desk/attention/12/unmatched/take".into()),
            end: Some("/desk/attention/12/unmatched/done".into()),
        }
    }

    fn look(&self) -> look::Model {
        let row = |reference: &str, means: &str, amount, age| look::Row {
            address: "/desk/payments/pay_1".into(),
            reference: self.0.says(reference),
            means: self.0.says(means),
            amount,
            currency: Currency::EUR,
            age,
            hands: self.hands(age > 100_000),
        };
        look::Model {
            approvals: vec![approval::Waiting {
                address: "/desk/approvals/x".into(),
                act: Act::Refund,
                amount: 84_000,
                currency: Currency::EUR,
                asked_by: self.0.says("benoit"),
                age: 900,
                until: at(18, 30),
            }],
            payments: vec![
                (
                    Attention::PartHeld,
                    vec![
                        row("CMD-2026-0987", "apetiz", 2_350, 190_000),
                        row("CMD-2026-1040", "upchequdej", 1_800, 5_000),
                    ],
                ),
                (
                    Attention::Surplus,
                    vec![row("CMD-2026-1012", "card", 4_200, 90_000)],
                ),
            ],
            more: 1_200,
            unmatched: vec![look::Unmatched {
                account: self.0.says("principal"),
                reference: self.0.says("CMD-1999-0001.AAAA"),
                age: 3_700,
                hands: self.hands(false),
            }],
            unreadable: vec![look::Unreadable {
                account: self.0.says("principal"),
                why: self.0.says("the amount is none"),
                times: 2,
                age: 400,
                hands: self.hands(false),
            }],
            expiring: Vec::new(),
            expiring_untold: Vec::new(),
        }
    }

    fn approval(&self) -> approval::Model {
        approval::Model {
            act: Act::Refund,
            payment: "/desk/payments/pay_1".into(),
            reference: self.0.says("CMD-2026-1042"),
            contract: self.0.says("up2pay · principal"),
            means: self.0.says("card"),
            amount: 84_000,
            currency: Currency::EUR,
            gives_up: 0,
            asked_by: self.0.says("benoit"),
            asked_at: at(7, 30),
            until: at(18, 30),
            reason: self.0.says("séjour annulé"),
            state: approval::State::Waits,
            approve: Some("/desk/approvals/x/approve".into()),
            decline: Some("/desk/approvals/x/decline".into()),
            hidden: vec![("token", self.0.says("t0ken"))],
            list: "/desk/attention".into(),
            no_reason: self.0 == Outside::Hostile,
        }
    }

    fn accounting(&self) -> accounting::Model {
        let close = |means: &str, number: &str, label: &str, money_in, money_back| {
            let expected = (means == "card").then(|| self.0.says("REMCB 1234567"));
            accounting::Close {
                account: self.0.says("principal"),
                means: self.0.says(means),
                currency: Currency::EUR,
                number: Some((number.into(), label.into())),
                expected,
                money_in,
                money_back,
                entries: 42,
            }
        };
        accounting::Model {
            action: "/desk/accounting".into(),
            shops: vec![
                (
                    self.0.says("traiteur"),
                    self.0.says("Maison Amélie, traiteur"),
                ),
                ("hotel".into(), "Hôtel du Port".into()),
            ],
            shop: self.0.says("traiteur"),
            day: date(2026, 11, 27),
            no_day: self.0 == Outside::Hostile,
            closes: vec![
                close(
                    "apetiz",
                    "467100",
                    "Bimpli (Apetiz), titres à recevoir",
                    12_350,
                    0,
                ),
                close(
                    "card",
                    "511500",
                    "Cartes bancaires à encaisser",
                    1_234_500,
                    8_990,
                ),
                close("cvconnect", "467400", "ANCV à recevoir", 0, 4_200),
            ],
            journal: Some(accounting::Journal {
                action: "/desk/accounting/journal.txt".into(),
                description: "/desk/accounting/description.txt".into(),
                closing: "2026-12-31".into(),
                opening: String::new(),
                wrong: self.0 == Outside::Hostile,
            }),
        }
    }

    fn today(&self) -> today::Model {
        let moved = |means: &str, money_in, money_back, entries| today::Moved {
            account: self.0.says("principal"),
            means: self.0.says(means),
            currency: Currency::EUR,
            money_in,
            money_back,
            entries,
        };
        let first: Date = date(2026, 10, 30);
        let day = |place: u64| {
            let size = (place * 37 % 11 + 2) * 12_345;
            let days = i64::try_from(place).unwrap_or_default().days();
            (first.saturating_add(days), size)
        };
        let mut hours = [0; 24];
        for (hour, size) in (0_u64..).zip(&mut hours) {
            *size = match hour {
                0..8 => 0,
                8..15 => (hour - 7) * 40_000,
                _ => (24 - hour) * 25_000,
            };
        }
        let all = vec![
            moved("apetiz", 45_200, 1_250, 14),
            moved("card", 123_456, 4_200, 31),
            moved("complement", 18_300, 0, 12),
        ];
        today::Model {
            paid: 45,
            refused: 3,
            open: vec![(self.0.says("principal"), 3)],
            oldest_question: 300,
            yesterday: all.clone(),
            today: all,
            reasons: vec![(Some(Refusal::Funds), 2), (None, 1)],
            days: vec![today::Days {
                currency: Currency::EUR,
                days: (0..30).map(day).collect(),
                hours,
            }],
            csv: "/desk/payments.csv".into(),
        }
    }

    fn rebillings(&self) -> rebillings::Model {
        let row = |reference: &str, due, state| rebillings::Row {
            address: "/desk/payments/pay_1".into(),
            reference: self.0.says(reference),
            of: (
                "/desk/payments/pay_2".into(),
                self.0.says("pay_0123456789abcdef0123456789abcdef"),
            ),
            account: self.0.says("netbanx · boutique"),
            due,
            amount: 1_500,
            currency: Currency::EUR,
            state,
            change: None,
            call_off: None,
        };
        let open = |own: rebillings::Row| rebillings::Row {
            change: Some("/desk/payments/pay_1/amend".into()),
            call_off: Some("/desk/payments/pay_1/call-off".into()),
            ..own
        };
        let day = |month| Some(date(2026, month, 24));
        use rebillings::State;
        rebillings::Model {
            rows: vec![
                open(row("ABO-2026-12", day(12), State::Waits)),
                open(row("ABO-2026-12-B", day(12), State::Untold)),
                row("ABO-2026-11", day(11), State::Ran(standing(Status::Paid))),
                row("ABO-2026-10", day(10), State::CalledOff),
                row("ABO-2026-09", None, State::Ran(standing(Status::Refused))),
            ],
        }
    }

    fn change(&self) -> rebillings::Change {
        let hostile = self.0 == Outside::Hostile;
        rebillings::Change {
            here: "/desk/payments/pay_1/amend".into(),
            payment: "/desk/payments/pay_1".into(),
            reference: self.0.says("ABO-2026-12"),
            due: self.0.says("2026-12-24"),
            no_due: hostile,
            amount: self.0.says("15,00"),
            no_amount: hostile,
            example: self.0.says("15,00"),
            hidden: vec![("token", self.0.says("t0ken"))],
            reason: self.0.says("tarif changé"),
            no_reason: hostile,
        }
    }

    fn terminals(&self) -> terminals::Model {
        let terminal = |till: &str, name: &str, by_network| terminals::Terminal {
            till: self.0.says(till),
            name: self.0.says(name),
            contract: self.0.says("moneris · boutique"),
            by_network,
            work: None,
            health: None,
            ask: Some("/desk/terminals/boutique/caisse-1/check".into()),
        };
        let health = |age, told: Result<(), &str>| {
            let told = told.map_err(|why| self.0.says(why));
            Some(terminals::Health { age, told })
        };
        terminals::Model {
            terminals: vec![
                terminals::Terminal {
                    work: Some(terminals::Work {
                        address: "/desk/payments/pay_1".into(),
                        reference: self.0.says("CMD-2026-1042"),
                        amount: 4_200,
                        currency: Currency::EUR,
                        shows: self.0.says("PRÉSENTEZ LA CARTE"),
                    }),
                    health: health(4_000, Ok(())),
                    ..terminal("Comptoir", "comptoir", false)
                },
                terminals::Terminal {
                    health: health(400, Err("the terminal is out of paper")),
                    ..terminal("Terrasse", "terrasse", true)
                },
                terminals::Terminal {
                    ask: None,
                    ..terminal("Retrait des commandes", "retrait", true)
                },
            ],
            hidden: vec![("token", self.0.says("t0ken"))],
        }
    }

    fn settings(&self) -> settings::Model {
        settings::Model {
            environment: "sandbox".into(),
            public_url: self.0.says("https://pay.example"),
            version: "0.1.0".into(),
            accounts: vec![settings::Account {
                platform: "up2pay".into(),
                account: self.0.says("principal"),
                means: vec!["card".into(), "apetiz".into(), self.0.says("cvconnect")],
                terminals: vec![self.0.says("Caisse 1 (comptoir)")],
                warnings: vec![
                    self.0
                        .says("the key of the platform is one of its test keys"),
                ],
            }],
            shops: vec![settings::Shop {
                id: self.0.says("traiteur"),
                name: self.0.says("Maison Amélie, traiteur"),
                origins: vec![self.0.says("https://shop.example")],
                means: vec!["card".into(), self.0.says("apetiz")],
                endpoint: Some(self.0.says("https://shop.example/hooks/guichet")),
                keys: 2,
            }],
            keys: vec![
                settings::Key {
                    place: self.0.says("accounts.principal.hmac_key"),
                    since: Some((at(6, 0), 34_560_000)),
                },
                settings::Key {
                    place: self.0.says("shops.traiteur.secret_keys"),
                    since: Some((at(6, 0), 5_000)),
                },
                settings::Key {
                    place: self.0.says("desk.code_key"),
                    since: None,
                },
            ],
            endpoints: self.hooks().endpoints,
            health: settings::Health::Checked(
                400,
                vec![
                    (
                        Tone::Good,
                        self.0.says("configuration: 2 shops, 3 accounts"),
                    ),
                    (
                        Tone::Warn,
                        self.0.says("certificate of pay.example: good for 9 days"),
                    ),
                    (
                        Tone::Bad,
                        self.0.says("clock: 400 seconds ahead of platform.example"),
                    ),
                ],
            ),
            check: "/desk/settings/check".into(),
            hidden: vec![("token", self.0.says("t0ken"))],
        }
    }
}
