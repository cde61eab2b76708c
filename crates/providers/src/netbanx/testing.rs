//! What the tests of this provider share.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::method::Method;
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Shopper, ShopperId};
use guichet_domain::testing;

use super::CARD;
use super::config::Config;
use crate::contract::{
    Addresses, CallAnswer, CallError, ConfigError, Context, Environment, Exchange, Failure,
    HttpMethod, Owner, Step,
};
use crate::testing::addresses;

/// The password of the key, and the key as it is sent: must come out nowhere.
pub(super) const PASSWORD: &str = "S3CRETPASSWORD";

/// An order's id (OMNI).
pub(super) const ID: &str = "284BRTAQFS63EOA1LD";

/// How a profile is asked for: the end of its address.
pub(super) const PROFILE: &str = "&fields=cards";
/// What pays with the card of [`profile_of`]: must come out nowhere but in calls.
pub(super) const TOKEN: &str = "CIgbMO3P1j7HUiy";

/// A profile of this shopper of the shop `demo`'s, as test samples of an integration have it, with
/// one card that can pay.
pub(super) fn profile_of(shopper: &str) -> String {
    let world = World::new(1, "EUR", "R").of_shopper(shopper);
    let owner = Owner::of(&world.session).unwrap();
    let name = owner.pseudonym("guichet/netbanx/profile/1");
    format!(
        r#"{{"id":"19390257-a494-464e-95e6-6a24f1053289","status":"ACTIVE",
            "merchantCustomerId":{name:?},"paymentToken":"P63dhGFvywNxhWd","cards":[
            {{"status":"ACTIVE","id":"456","cardBin":"453091","lastDigits":"2345",
              "cardExpiry":{{"year":2030,"month":12}},"holderName":"John Smith",
              "cardType":"VI","paymentToken":{TOKEN:?},"defaultCardIndicator":true}},
            {{"status":"INACTIVE","id":"457","lastDigits":"1111","cardType":"MC",
              "cardExpiry":{{"year":2030,"month":12}},"paymentToken":"T457"}},
            {{"status":"ACTIVE","id":"458","lastDigits":"2222","cardType":"MC"}},
            {{"status":"ACTIVE","id":"459","lastDigits":"3333","cardType":"MC",
              "cardExpiry":{{"year":2020,"month":1}},"paymentToken":"T459"}}]}}"#
    )
}

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

    /// Of a shopper whom the shop knows.
    pub(super) fn of_shopper(mut self, id: &str) -> Self {
        self.session.shopper.id = ShopperId::try_from(id.to_owned()).ok();
        self
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
