//! What the tests of this folder share.

use std::io::Write as _;
use std::process::{Command, Stdio};

use guichet_domain::id::{SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Address, Country, Email, Phone, Shopper};

use super::config::Config;
use super::json::Json;
use crate::contract::ConfigError;
use crate::contract::{
    Addresses, Begin, By, CallAnswer, CallError, Environment, Exchange, Failure, Step,
};

/// A key of nobody's.
pub(super) const OWN_KEY: &str = "k3y-of-the-tests_nobody-else-has-it-00000001";

pub(super) fn slug() -> Slug {
    Slug::try_from("main".to_owned()).unwrap()
}

/// A sandbox's table with two keys.
pub(super) fn sandbox_table() -> toml::Table {
    toml::from_str(&format!(
        r#"
        merchant_id = "002001000000001"
        keys = {{ "1" = "002001000000001_KEY1", "2" = "{OWN_KEY}" }}
        office_host = "http://127.0.0.1:8602"
        "#
    ))
    .unwrap()
}

/// A table that production takes.
pub(super) fn production_table() -> toml::Table {
    toml::from_str(&format!(
        r#"
        merchant_id = "201000000000001"
        keys = {{ "1" = "{OWN_KEY}" }}
        "#
    ))
    .unwrap()
}

pub(super) fn with(mut table: toml::Table, line: &str) -> toml::Table {
    table.extend(toml::from_str::<toml::Table>(line).unwrap());
    table
}

pub(super) fn read(table: toml::Table, environment: Environment) -> Result<Config, ConfigError> {
    Config::read(slug(), table, environment)
}

pub(super) fn sandbox() -> Config {
    read(sandbox_table(), Environment::Sandbox).unwrap()
}

pub(super) fn json(text: &str) -> Json {
    Json::parse_object(text.as_bytes()).unwrap()
}

/// The platform's answer with these fields, sealed with the account's newest key.
pub(super) fn sealed_answer(config: &Config, fields: &str) -> CallAnswer {
    let message = config.keys.seal(config.algorithm, json(fields));
    CallAnswer {
        status: 200,
        body: message.to_string().into_bytes(),
    }
}

/// Runs openssl, and returns what it prints.
pub(super) fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}

/// 2026-03-01T09:00:00Z.
pub(super) const NOW: i64 = 1_772_355_600;
pub(super) const REFERENCE: &str = "00112233445566778899aabbccddeeff";
pub(super) const BACK: &str = "https://pay.example/return/sogenactif/pay_1/secret";

pub(super) fn session() -> Session {
    Session {
        id: SessionId::from_random([1; 16]),
        shop: slug(),
        reference: "CMD1".into(),
        amount: Amount::try_from(1050).unwrap(),
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
        locale: "fr-FR".into(),
        methods: None,
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        return_url: "https://shop.example/".into(),
        expires_at: NOW + 3600,
        created_at: NOW,
        metadata: std::collections::BTreeMap::default(),
        settled_by: None,
    }
}

/// A session, and what goes with it, for as long as a test needs them.
pub(super) struct World {
    pub(super) session: Session,
    method: Method,
    addresses: Addresses,
}

pub(super) fn world() -> World {
    let at = |word: &str| format!("https://pay.example/return/{word}");
    World {
        session: session(),
        method: Method::try_from("sogenactif_card".to_owned()).unwrap(),
        addresses: Addresses {
            notify: at("notify"),
            accepted: at("accepted"),
            refused: at("refused"),
            cancelled: at("cancelled"),
            waiting: at("waiting"),
            back: BACK.to_owned(),
        },
    }
}

impl World {
    pub(super) fn choose(&mut self, method: &str) {
        self.method = Method::try_from(method.to_owned()).unwrap();
    }

    pub(super) fn begin(&self) -> Begin<'_> {
        Begin {
            session: &self.session,
            method: &self.method,
            by: By::Shopper,
            client: None,
            reference: REFERENCE,
            addresses: &self.addresses,
            now: jiff::Timestamp::from_second(NOW).unwrap(),
        }
    }
}

/// What the platform does with one call: the fields of its answer, or why there is none.
pub(super) type Plays = (&'static str, Result<&'static str, CallError>);

/// Plays the platform: each call must be the next of the script. Returns the end and what was sent.
pub(super) fn converse<T>(
    config: &Config,
    script: &[Plays],
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
) -> (Result<T, Failure>, Vec<Json>) {
    let mut exchanges = Vec::new();
    let mut sent = Vec::new();
    let mut script = script.iter();
    loop {
        let end = match step(&exchanges) {
            Step::Done(done) => Ok(done),
            Step::Failed(failure) => Err(failure),
            Step::Call(call) => {
                let (method, answer) = script.next().unwrap();
                assert_eq!(call.note, *method);
                assert!(call.url.ends_with(&format!("/{method}")), "{}", call.url);
                sent.push(Json::parse_object(&call.body).unwrap());
                let answer = answer.map(|fields| sealed_answer(config, fields));
                exchanges.push(Exchange { call, answer });
                continue;
            }
        };
        assert!(script.next().is_none(), "more calls were expected");
        return (end, sent);
    }
}
