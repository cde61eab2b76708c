//! What the tests of this folder share.

use std::io::Write as _;
use std::net::IpAddr;
use std::process::{Command, Stdio};

use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_domain::shopper::ShopperId;
use guichet_domain::testing;

pub(super) use guichet_domain::testing::NOW;

use super::config::Config;
use super::flow;
use super::json::Json;
use super::query;
use crate::Verified;
use crate::contract::{
    Addresses, Begin, Begun, By, CallAnswer, CallError, ConfigError, Context, Environment,
    Exchange, Failure, Finalise, Given, LookUp, LookedUp, Proceed, Proceeded, Step,
};
use crate::testing::addresses;

/// A key of nobody's.
pub(super) const OWN_KEY: &str = "k3y-of-the-tests_nobody-else-has-it-00000001";

pub(super) fn slug() -> Slug {
    testing::slug("main")
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

/// The platform's answer with these fields, sealed with the account's newest key; one that has a
/// `seal` of its own memos it.
pub(super) fn sealed_answer(config: &Config, fields: &str) -> CallAnswer {
    let mut message = json(fields);
    if !fields.contains("\"seal\"") {
        message = config.keys.seal(config.algorithm, message);
    }
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

pub(super) const REFERENCE: &str = "00112233445566778899aabbccddeeff";
pub(super) const BACK: &str = "https://pay.example/return/sogenactif/pay_1/secret";

pub(super) fn session() -> Session {
    testing::session_of("CMD1", 1050, testing::shopper())
}

/// An opening that leads nowhere else.
pub(super) const STRAIGHT: &str =
    r#"{"responseCode":"00","redirectionData":"D","messageVersion":"2.2"}"#;
/// An opening that leads to another page.
pub(super) const AWAY: &str = r#"{"responseCode":"00","redirectionData":"D","messageVersion":"2.2",
    "redirectionUrl":"https://acs.example/challenge"}"#;
/// An order that was accepted.
pub(super) const PAID: &str = r#"{"responseCode":"00","acquirerResponseCode":"00","amount":"1050",
    "currencyCode":"978","paymentMeanBrand":"CB","merchantId":"002001000000001"}"#;

/// A session, and what goes with it, for as long as a test needs them.
pub(super) struct World {
    pub(super) session: Session,
    pub(super) by: By<'static>,
    pub(super) client: Option<IpAddr>,
    pub(super) first: Option<&'static str>,
    pub(super) reference: &'static str,
    method: Method,
    addresses: Addresses,
}

pub(super) fn world() -> World {
    World {
        session: session(),
        by: By::Shopper,
        client: None,
        first: None,
        reference: REFERENCE,
        method: testing::method("sogenactif_card"),
        addresses: Addresses {
            back: BACK.to_owned(),
            ..addresses()
        },
    }
}

impl World {
    pub(super) fn choose(&mut self, method: &str) {
        self.method = testing::method(method);
    }

    pub(super) fn is_known(&mut self, shopper: &str) {
        self.session.shopper.id = Some(ShopperId::try_from(shopper.to_owned()).unwrap());
    }

    pub(super) fn begin(&self) -> Begin<'_> {
        Begin {
            context: self.context(),
            by: self.by,
            save: false,
            client: self.client,
            first: self.first,
        }
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            session: &self.session,
            method: &self.method,
            reference: self.reference,
            addresses: &self.addresses,
            now: jiff::Timestamp::from_second(NOW).unwrap(),
        }
    }
}

/// What the platform does with one call: the fields of its answer, or why there is none.
pub(super) type Plays = (&'static str, Result<&'static str, CallError>);

/// Plays the platform: each call must be the next of the script. Returns the end and what was sent.
pub(super) fn exchange<T>(
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
                sent.push(Json::parse_object(&call.body.as_ref().unwrap().bytes).unwrap());
                let answer = answer.map(|fields| sealed_answer(config, fields));
                exchanges.push(Exchange { call, answer });
                continue;
            }
        };
        assert!(script.next().is_none(), "more calls were expected");
        return (end, sent);
    }
}

/// What the calls came to, and what was sent.
pub(super) type Ended<T> = (Result<T, Failure>, Vec<Json>);

pub(super) fn begin(config: &Config, world: &World, script: &[Plays]) -> Ended<Begun> {
    exchange(config, script, |exchanges| {
        flow::begin(config, &world.begin(), exchanges)
    })
}

pub(super) fn proceed(
    config: &Config,
    world: &World,
    memo: Option<&str>,
    given: Given<'_>,
    script: &[Plays],
) -> Ended<Proceeded> {
    exchange(config, script, |exchanges| {
        let proceed = Proceed {
            context: world.context(),
            client: world.client,
            memo,
            given: &given,
        };
        flow::proceed(config, &proceed, exchanges)
    })
}

pub(super) fn finalise(
    config: &Config,
    world: &World,
    memo: Option<&str>,
    posted: &[(&str, &str)],
    script: &[Plays],
) -> Ended<Proceeded> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let posted: Vec<_> = posted.iter().map(own).collect();
    exchange(config, script, |exchanges| {
        let back = Finalise {
            context: world.context(),
            memo,
            posted: &posted,
        };
        flow::finalise(config, &back, exchanges)
    })
}

pub(super) fn look_up(
    config: &Config,
    world: &World,
    memo: Option<&str>,
    script: &[Plays],
) -> Ended<LookedUp> {
    exchange(config, script, |exchanges| {
        let context = world.context();
        let look_up = LookUp {
            context,
            memo,
            closing: false,
            decided: None,
        };
        query::look_up(config, &look_up, exchanges)
    })
}

/// The one part that was told.
pub(super) fn the_part(proceeded: &Proceeded) -> &Part {
    part_of(&proceeded.facts, REFERENCE)
}

/// The one part of the payment of that reference.
pub(super) fn part_of<'a>(facts: &'a [Verified<PlatformFact>], reference: &str) -> &'a Part {
    let [fact] = facts else { panic!("{facts:?}") };
    assert_eq!(fact.reference, reference);
    match &fact.event {
        PaymentEvent::Part(part) => part,
        other => panic!("{other:?}"),
    }
}

/// The one field that does not suit.
pub(super) fn unsuited<T: std::fmt::Debug>(end: Result<T, Failure>) -> String {
    match end {
        Err(Failure::Unsuitable(error)) => error.field,
        other => panic!("{other:?}"),
    }
}

/// Answers that say that we asked wrongly or too late, and nothing of the money.
pub(super) const ABOUT_OUR_REQUEST: [&str; 8] = [
    r#"{"responseCode":"01"}"#,
    r#"{"responseCode":"03"}"#,
    r#"{"responseCode":"12"}"#,
    r#"{"responseCode":"30"}"#,
    r#"{"responseCode":"34"}"#,
    r#"{"responseCode":"40"}"#,
    r#"{"responseCode":"57"}"#,
    r#"{"responseCode":"97"}"#,
];

/// Answers that tell nothing of the money, or can't be trusted, whatever was asked.
pub(super) const TELL_NOTHING: [&str; 10] = [
    r#"{"responseCode":"99"}"#,
    r#"{"responseCode":"94"}"#,
    r#"{"responseCode":"25"}"#,
    r#"{"responseCode":"XX"}"#,
    r#"{"responseCode":"000"}"#,
    "{}",
    r#"{"responseCode":"00","merchantId":"002001000000002"}"#,
    r#"{"responseCode":"00","amount":{}}"#,
    r#"{"responseCode":"00","amount":"1050","seal":"00"}"#,
    r#"{"responseCode":"05","seal":"00"}"#,
];
