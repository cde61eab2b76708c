//! What several targets share: a session, its addresses, exchanges.

use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_domain::session::Session;
use guichet_domain::shopper::{Shopper, ShopperId};
use guichet_domain::testing;
use guichet_providers::contract::{
    Addresses, Begin, By, CallAnswer, CallError, Context, Environment, Exchange, Failure, Provider,
    Step,
};
use guichet_providers::registry;

pub(crate) use guichet_domain::testing::{NOW, amount, method};
pub(crate) use guichet_providers::testing::addresses;

/// Most calls of one step: the longest has six, each of them tried twice.
const CALLS_MAX: usize = 16;

pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW).expect("a time")
}

pub(crate) fn slug() -> Slug {
    testing::slug("main")
}

/// Opens an account from the text of its table.
pub(crate) fn open(provider: &str, table: &str, environment: Environment) -> Box<dyn Provider> {
    let table = toml::from_str(table).expect("a table");
    registry::open(provider, slug(), table, environment).expect("an account")
}

pub(crate) fn session() -> Session {
    let shopper = Shopper {
        id: ShopperId::try_from("customer-42".to_owned()).ok(),
        ..testing::shopper()
    };
    testing::session_of("CMD1", 1050, shopper)
}

pub(crate) fn context<'a>(
    session: &'a Session,
    method: &'a Method,
    reference: &'a str,
    addresses: &'a Addresses,
) -> Context<'a> {
    Context {
        session,
        method,
        reference,
        addresses,
        now: now(),
    }
}

/// A shopper begins it.
pub(crate) fn begin(context: Context<'_>) -> Begin<'_> {
    Begin {
        context,
        by: By::Shopper,
        save: false,
        client: None,
        first: None,
    }
}

/// Plays the backend: the n-th call gets the n-th answer, and any further one none. Gives the end
/// and how many answers were read.
pub(crate) fn exchange<T>(
    answers: &[CallAnswer],
    mut step: impl FnMut(&[Exchange]) -> Step<T>,
) -> (Result<T, Failure>, usize) {
    let mut exchanges = Vec::new();
    loop {
        assert!(exchanges.len() <= CALLS_MAX, "calls without end");
        match step(&exchanges) {
            Step::Done(done) => return (Ok(done), exchanges.len().min(answers.len())),
            Step::Failed(failure) => return (Err(failure), exchanges.len().min(answers.len())),
            Step::Call(call) => {
                let answer = answers.get(exchanges.len()).cloned();
                exchanges.push(Exchange {
                    call,
                    answer: answer.ok_or(CallError::NoAnswer),
                });
            }
        }
    }
}

/// A body with the status 200.
pub(crate) fn ok(body: &[u8]) -> CallAnswer {
    CallAnswer {
        status: 200,
        body: body.to_vec(),
    }
}

/// Shortest word of a secret that is looked for. The fuzzer makes up secrets out of the words of
/// our own explanations, and none of those is as long and holds a digit.
const WORD_MIN: usize = 20;

/// The words of a secret by which it would be known.
pub(crate) fn telling_words(secret: &str) -> impl Iterator<Item = &str> {
    secret
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .filter(|word| word.len() >= WORD_MIN && word.bytes().any(|b| b.is_ascii_digit()))
}
