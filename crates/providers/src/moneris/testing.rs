//! What the tests of this platform begin with.

use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::method::Method;
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::Shopper;
use guichet_domain::testing;

use super::TERMINAL;
use super::config::Config;
use crate::contract::{
    Addresses, CallAnswer, CallError, ConfigError, Context, Environment, Exchange, Failure,
    HttpMethod, PlatformCall, Step,
};
use crate::testing::addresses;

/// What must never be shown.
pub(super) const TOKEN: &str = "S3CRETtoken";
pub(super) const IST: &str = "S3CRET-ist-code";
/// The reference of the recorded answer.
pub(super) const ORDER: &str = "ORDER-1";

pub(super) const G1: &str = include_str!("golden/g1.json");
pub(super) const G2: &str = include_str!("golden/g2.json");

/// An account of the test platform, with these lines before its terminals.
pub(super) fn lines(more: &str) -> String {
    format!(
        "store_id = \"mogo-1\"\napi_token = {TOKEN:?}\nist_config_code = {IST:?}\n{more}\n\
         [[terminals]]\nname = \"counter\"\nid = \"A2999074\"\ntill = \"Caisse 1\"\n\
         [[terminals]]\nname = \"other\"\nid = \"P0401234\"\n"
    )
}

pub(super) fn read(environment: Environment, lines: &str) -> Result<Config, ConfigError> {
    let table = toml::from_str(lines).unwrap();
    Config::read(testing::slug("main"), table, environment)
}

pub(super) fn config() -> Config {
    read(Environment::Test, &lines("")).unwrap()
}

/// A payment and where it comes from.
pub(super) struct World {
    pub(super) session: Session,
    method: Method,
    addresses: Addresses,
    /// Milliseconds since [`testing::NOW`].
    pub(super) passed: i64,
}

impl World {
    /// 11.10 CAD at the terminal of the recorded answer.
    pub(super) fn new() -> Self {
        Self {
            session: Session {
                currency: "CAD".to_owned().try_into().unwrap(),
                terminal: Some(testing::slug("counter")),
                locale: "fr-CA".to_owned().try_into().ok(),
                ..testing::session_of("1042", 1110, Shopper::default())
            },
            method: testing::method(TERMINAL),
            addresses: addresses(),
            passed: 0,
        }
    }

    pub(super) fn manual(mut self) -> Self {
        self.session.capture = Capture::Manual;
        self
    }

    pub(super) fn by(mut self, method: &str) -> Self {
        self.method = testing::method(method);
        self
    }

    pub(super) fn context(&self) -> Context<'_> {
        let now = testing::NOW * 1000 + self.passed;
        Context {
            session: &self.session,
            method: &self.method,
            reference: ORDER,
            addresses: &self.addresses,
            now: jiff::Timestamp::from_millisecond(now).unwrap(),
        }
    }
}

/// What comes of a call.
pub(super) type Answer<'a> = Result<&'a str, CallError>;

/// Plays the cloud: each call is answered by the next of these. The calls, and what they led to.
pub(super) fn play<T>(
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
    answers: &[Answer<'_>],
) -> (Vec<PlatformCall>, Result<T, Failure>) {
    let (mut exchanges, mut answers) = (Vec::<Exchange>::new(), answers.iter());
    let end = loop {
        match step(&exchanges) {
            Step::Done(done) => break Ok(done),
            Step::Failed(failure) => break Err(failure),
            Step::Call(call) => {
                assert!(!format!("{call:?}").contains("S3CRET"));
                let answer = answers.next().expect("a call more than was expected");
                let answer = answer.map(|body| CallAnswer {
                    status: 200,
                    body: body.into(),
                });
                exchanges.push(Exchange { call, answer });
            }
        }
    };
    assert_eq!(answers.next(), None, "a call that was not made");
    if let Err(failure) = &end {
        assert!(!format!("{failure:?}").contains("S3CRET"));
    }
    (exchanges.into_iter().map(|made| made.call).collect(), end)
}

/// The recorded answer with some of its entry's fields changed; an empty value leaves one out.
pub(super) fn receipt(changes: &[(&str, &str)]) -> String {
    let mut whole: serde_json::Value = serde_json::from_str(G1).unwrap();
    let entry = whole.pointer_mut("/receipt/data/response/0").unwrap();
    let entry = entry.as_object_mut().unwrap();
    for (name, value) in changes {
        if value.is_empty() {
            entry.remove(*name);
        } else {
            entry.insert((*name).into(), (*value).into());
        }
    }
    whole.to_string()
}

/// The body of a call, as JSON.
pub(super) fn body(call: &PlatformCall) -> serde_json::Value {
    assert_eq!(call.method, HttpMethod::Post);
    serde_json::from_slice(&call.body.as_ref().unwrap().bytes).unwrap()
}

pub(super) fn part_of(fact: &PlatformFact) -> &Part {
    match &fact.event {
        PaymentEvent::Part(part) => part,
        other => panic!("{other:?}"),
    }
}
