//! What several targets share: a session, its addresses, exchanges.

use std::collections::BTreeMap;

use guichet_domain::id::{SessionId, Slug};
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::{Capture, Session};
use guichet_domain::shopper::{Address, Country, Email, Phone, Shopper, ShopperId};
use guichet_providers::contract::{
    Addresses, Begin, By, CallAnswer, CallError, Context, Environment, Exchange, Failure, Provider,
    Step,
};
use guichet_providers::registry;

/// 2026-03-01T09:00:00Z.
pub(crate) const NOW: i64 = 1_772_355_600;

/// Most calls of one step: the longest has six, each of them tried twice.
const CALLS_MAX: usize = 16;

pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW).expect("a time")
}

pub(crate) fn slug() -> Slug {
    Slug::try_from("main".to_owned()).expect("a name")
}

pub(crate) fn amount(minor: u64) -> Amount {
    Amount::try_from(minor).expect("an amount")
}

pub(crate) fn method(code: &str) -> Method {
    Method::try_from(code.to_owned()).expect("a method's code")
}

/// Opens an account from the text of its table.
pub(crate) fn open(provider: &str, table: &str, environment: Environment) -> Box<dyn Provider> {
    let table = toml::from_str(table).expect("a table");
    registry::open(provider, slug(), table, environment).expect("an account")
}

pub(crate) fn session() -> Session {
    let text = str::to_owned;
    Session {
        id: SessionId::from_random([1; 16]),
        shop: slug(),
        reference: text("CMD1"),
        amount: amount(1050),
        currency: Currency::EUR,
        shopper: Shopper {
            id: ShopperId::try_from(text("customer-42")).ok(),
            first_name: Some(text("Léa")),
            last_name: Some(text("Roux")),
            email: Email::try_from(text("lea@example.fr")).ok(),
            phone: Phone::try_from(text("+33612345675")).ok(),
            address: Address {
                line1: Some(text("1 rue X")),
                line2: None,
                postal_code: Some(text("75001")),
                city: Some(text("Paris")),
                country: Country::try_from(text("FR")).ok(),
            },
        },
        items: 1,
        locale: text("fr-FR").try_into().ok(),
        methods: None,
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        return_url: text("https://shop.example/"),
        expires_at: NOW + 3600,
        created_at: NOW,
        metadata: BTreeMap::new(),
        references_repeat: false,
        replaces: None,
        settled_by: None,
        paid_in: None,
    }
}

pub(crate) fn addresses() -> Addresses {
    let at = |word: &str| format!("https://pay.example/return/{word}");
    Addresses {
        notify: at("notify"),
        accepted: at("accepted"),
        refused: at("refused"),
        cancelled: at("cancelled"),
        waiting: at("waiting"),
        back: at("back"),
    }
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
