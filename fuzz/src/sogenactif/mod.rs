//! Targets of Sogenactif: its JSON, the operator's requests, answers, seals, calls in a row.

mod oracle;
mod talk;

use std::sync::LazyLock;

use guichet_providers::contract::{CallAnswer, Environment};
use guichet_providers::sogenactif::json::{Json, JsonError};
use guichet_providers::sogenactif::office::{ENVELOPE, MethodInfo};
use guichet_providers::sogenactif::operator::Operator;
use guichet_providers::sogenactif::request::{AnswerError, Prepared};

use crate::fixture::{ok, slug};
use oracle::{KEY, OLD_KEY, Seal};

pub use talk::sogenactif_talk;

/// The account's table. The two keys and the identity are what the targets need of it.
fn table(identity: &str, host: &str, merchant: &str) -> String {
    format!(
        r#"
        merchant_id = "{merchant}"
        keys = {{ "1" = "{OLD_KEY}", "2" = "{KEY}" }}
        transaction_identity = "{identity}"
        methods = ["sogenactif_card", "sogenactif_paypal"]
        {host}
        "#
    )
}

/// A table for production.
fn production_table(identity: &str) -> String {
    table(identity, "", "201000000000001")
}

fn operator(table: &str, environment: Environment) -> Operator {
    let table = toml::from_str(table).expect("a table");
    Operator::open(slug(), table, environment).expect("an account")
}

/// Raw JSON: what is read is what another parser reads, and is written and read again alike.
pub fn sogenactif_json(data: &[u8]) {
    let other = serde_json::from_slice::<serde_json::Value>(data);
    let json = match Json::parse_object(data) {
        Ok(json) => json,
        // The other parser knows neither a name that stands twice nor this limit of depth.
        Err(JsonError::Twice | JsonError::TooDeep) => return,
        Err(JsonError::NotObject) => {
            assert!(!other.is_ok_and(|value| value.is_object()));
            return;
        }
        Err(JsonError::NotJson) => {
            assert!(other.is_err(), "another parser reads it");
            return;
        }
    };
    // A number too large for a float is text to one and an error to the other.
    if let Ok(other) = other {
        assert!(
            oracle::same(&json, &other),
            "another parser reads otherwise"
        );
    }
    let written = json.to_string();
    for text in [&written, &json.pretty()] {
        assert_eq!(Json::parse_object(text.as_bytes()).as_ref(), Ok(&json));
    }
    let again = Json::parse_object(written.as_bytes()).expect("it was just read");
    assert_eq!(again.to_string(), written);
}

/// What a test's value bears, to see whether it is shown.
const CANARY: &str = "CANARY";

/// An operator's request. What is taken is sealed rightly, is taken again alike, and holds no clear
/// card data; what is refused is refused without a value of it in the text.
pub fn sogenactif_request(data: &[u8]) {
    static OPERATORS: LazyLock<[Operator; 3]> = LazyLock::new(|| {
        ["reference", "s10", "platform"]
            .map(|identity| operator(&production_table(identity), Environment::Production))
    });
    let (name, fields) = first_line(data);
    let Some(method) = MethodInfo::find(&String::from_utf8_lossy(name)) else {
        return;
    };
    let given = Json::parse_object(fields);
    let quiet = given
        .as_ref()
        .is_ok_and(|given| oracle::no_name_holds(given, CANARY));
    for operator in OPERATORS.iter() {
        match operator.prepare(method, fields) {
            Ok(prepared) => check_prepared(operator, &prepared),
            Err(error) => assert!(!(quiet && error.to_string().contains(CANARY)), "{error}"),
        }
    }
    if let Ok(given) = given {
        let read = method.check_answer(&given);
        assert!(!(quiet && read.is_err_and(|text| text.contains(CANARY))));
    }
}

fn check_prepared(operator: &Operator, prepared: &Prepared) {
    let message = &prepared.message;
    let body = prepared.call.body.as_ref();
    assert_eq!(oracle::seal_of(message), Seal::Good);
    assert_eq!(
        Json::parse_object(&body.expect("a body").bytes).as_ref(),
        Ok(message)
    );
    assert!(!format!("{prepared:?}").contains(KEY));
    assert!(oracle::holds_no_card(message), "clear card data");
    let Json::Object(members) = message else {
        return;
    };
    let mut own = members.clone();
    own.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    let own = Json::Object(own).to_string();
    let again = operator.prepare(prepared.method, own.as_bytes());
    let again = again.expect("what was sent can be sent again");
    assert_eq!(again.message, *message);
}

/// The first line, and what follows it.
pub(crate) fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// An account with the request that all answers are read for.
struct Asked {
    operator: Operator,
    sent: Prepared,
    production: bool,
}

impl Asked {
    fn new(table: &str, environment: Environment) -> Self {
        let operator = operator(table, environment);
        let method = MethodInfo::find("getTransactionData").expect("a method");
        let sent = operator.prepare(method, br#"{"transactionReference":"T1"}"#);
        Self {
            sent: sent.expect("a request"),
            operator,
            production: environment == Environment::Production,
        }
    }

    /// Reads an answer and compares with what it must come to.
    fn read(&self, body: &[u8]) -> Seal {
        let told = self.operator.read(&self.sent, &ok(body));
        let seal = oracle::seal(body);
        let because = |error: &AnswerError| match error {
            AnswerError::Json(_) => seal == Seal::NotJson,
            AnswerError::Unsealed(_) => seal == Seal::Missing && self.production,
            AnswerError::WrongSeal(_) => seal == Seal::Wrong,
            AnswerError::Type(_) | AnswerError::Mismatch(_) => self.relies_on(seal),
            AnswerError::Status(_) => false,
        };
        match &told {
            Ok(answer) => {
                assert!(self.relies_on(seal), "taken though its seal is {seal:?}");
                assert_eq!(answer.sealed, seal == Seal::Good);
            }
            Err(error) => {
                assert!(because(error), "{error}, though its seal is {seal:?}");
                let text = format!("{error} {error:?}");
                assert!(!text.contains(KEY) && !text.contains(OLD_KEY));
            }
        }
        seal
    }

    fn relies_on(&self, seal: Seal) -> bool {
        seal == Seal::Good || (seal == Seal::Missing && !self.production)
    }
}

/// One answer: as it came; sealed by us, with either key; and sealed and then changed, in one value
/// after the other. An answer is relied on if, and only if, its seal is right.
pub fn sogenactif_answer(data: &[u8]) {
    static ASKED: LazyLock<[Asked; 2]> = LazyLock::new(|| {
        let host = "office_host = \"http://127.0.0.1:8602\"";
        let sandbox = table("reference", host, "002001000000001");
        [
            Asked::new(&sandbox, Environment::Sandbox),
            Asked::new(&production_table("reference"), Environment::Production),
        ]
    });
    for asked in ASKED.iter() {
        asked.read(data);
    }
    let Ok(message) = Json::parse_object(data) else {
        return;
    };
    for key in [KEY, OLD_KEY] {
        let sealed = oracle::sealed_with(&message, key);
        for asked in ASKED.iter() {
            assert_eq!(asked.read(sealed.to_string().as_bytes()), Seal::Good);
        }
    }
    let sealed = oracle::sealed_with(&message, KEY);
    for altered in oracle::altered(&sealed) {
        for asked in ASKED.iter() {
            asked.read(altered.to_string().as_bytes());
        }
    }
    let gone = CallAnswer {
        status: 503,
        body: data.to_vec(),
    };
    let told = ASKED[0].operator.read(&ASKED[0].sent, &gone);
    assert_eq!(told.err(), Some(AnswerError::Status(503)));
}
