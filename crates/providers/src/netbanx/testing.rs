//! What the tests of this provider share.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::method::Method;
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::Shopper;
use guichet_domain::testing;

use super::CARD;
use super::config::Config;
use crate::contract::{
    Addresses, CallAnswer, CallError, ConfigError, Context, Environment, Exchange, Failure,
    HttpMethod, Step,
};
use crate::testing::addresses;

/// The password of the key, and the key as it is sent: must come out nowhere.
pub(super) const PASSWORD: &str = "S3CRETPASSWORD";

/// An order's id (OMNI).
pub(super) const ID: &str = "284BRTAQFS63EOA1LD";

/// A recorded answer.
pub(super) fn golden(name: &str) -> &'static str {
    match name {
        "n1" => include_str!("golden/n1.json"),
        "n1b" => include_str!("golden/n1b.json"),
        "n2" => include_str!("golden/n2.json"),
        "n3" => include_str!("golden/n3.json"),
        "n4" => include_str!("golden/n4.json"),
        "n5" => include_str!("golden/n5.json"),
        other => panic!("{other}"),
    }
}

pub(super) fn read(environment: Environment, lines: &str) -> Result<Config, ConfigError> {
    Config::read(
        testing::slug("main"),
        toml::from_str(lines).unwrap(),
        environment,
    )
}

/// An account at the sandbox, with these lines.
pub(super) fn config(more: &str) -> Config {
    let lines = format!(
        "key_id = \"test_user\"\nkey_password = {PASSWORD:?}\n\
         api_base = \"http://127.0.0.1:8602/hosted/v1\"\ncurrencies = [\"GBP\", \"CAD\", \"EUR\"]\n\
         {more}"
    );
    read(Environment::Sandbox, &lines).unwrap()
}

/// A payment and where it comes from.
pub(super) struct World {
    pub(super) session: Session,
    pub(super) method: Method,
    pub(super) reference: String,
    pub(super) addresses: Addresses,
}

impl World {
    /// A payment of so much, with this reference.
    pub(super) fn new(amount: u64, currency: &str, reference: &str) -> Self {
        Self {
            session: Session {
                currency: currency.to_owned().try_into().unwrap(),
                ..testing::session_of("2026-1042/B", amount, Shopper::default())
            },
            method: testing::method(CARD),
            reference: reference.into(),
            addresses: addresses(),
        }
    }

    pub(super) fn manual(mut self) -> Self {
        self.session.capture = Capture::Manual;
        self
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            session: &self.session,
            method: &self.method,
            reference: &self.reference,
            addresses: &self.addresses,
            now: jiff::Timestamp::from_second(testing::NOW).unwrap(),
        }
    }
}

/// An answer to one call: what is asked and how, and what came of it.
pub(super) type Played<'a> = (HttpMethod, &'a str, Result<(u16, &'a str), CallError>);

/// Plays the platform: each call must be the next of these, with the end of its address.
pub(super) fn play<T>(
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
    answers: &[Played<'_>],
) -> Result<T, Failure> {
    let mut exchanges = Vec::new();
    let mut answers = answers.iter();
    loop {
        match step(&exchanges) {
            Step::Done(done) => {
                assert_eq!(answers.next(), None, "a call that was not made");
                return Ok(done);
            }
            Step::Failed(failure) => {
                assert_eq!(
                    answers.next(),
                    None,
                    "a call that was not made: {failure:?}"
                );
                assert!(!format!("{failure:?}").contains(PASSWORD));
                return Err(failure);
            }
            Step::Call(call) => {
                let Some((method, end, answer)) = answers.next() else {
                    panic!("a call more: {call:?}");
                };
                assert_eq!(call.method, *method, "{call:?}");
                assert!(call.url.ends_with(end), "{} {end}", call.url);
                assert!(!format!("{call:?}").contains(PASSWORD));
                let answer = answer.map(|(status, body)| CallAnswer {
                    status,
                    body: body.into(),
                });
                exchanges.push(Exchange { call, answer });
            }
        }
    }
}

pub(super) fn part_of(fact: &PlatformFact) -> &Part {
    match &fact.event {
        PaymentEvent::Part(part) => part,
        other => panic!("{other:?}"),
    }
}
