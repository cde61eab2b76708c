//! NETBANX: what the platform answers of an order, and what comes to a callback's address.

use std::sync::LazyLock;

use guichet_domain::PartStatus;
use guichet_domain::event::{PaymentEvent, PlatformFact, Trust};
use guichet_providers::Verified;
use guichet_providers::contract::{
    CallAnswer, Environment, Exchange, Finalise, Headers, HttpMethod, Incoming, LookUp, LookedUp,
    Next, Provider,
};
use guichet_wire::NextAction;
use serde_json::Value;

use crate::fixture::{addresses, begin, context, exchange, method, ok, open, session};

const PASSWORD: &str = "S3CRETPASSWORD0123456789";
const REFERENCE: &str = "07070707070707070707070707070707";
const ORDER: &str = "284BRTAQFS63EOA1LD";
const MEMO: &str = r#"{"order":"284BRTAQFS63EOA1LD"}"#;
/// Most answers of one input.
const ANSWERS_MAX: usize = 6;

fn account() -> &'static dyn Provider {
    static ACCOUNT: LazyLock<Box<dyn Provider>> = LazyLock::new(|| {
        let table = format!("key_id = \"shop\"\nkey_password = {PASSWORD:?}\n");
        open("netbanx", &table, Environment::Production)
    });
    ACCOUNT.as_ref()
}

/// Answers, one a line, to a beginning, a return and a look. Only an order that says in full that
/// it is this payment's and was paid is accepted; a browser is sent to `https:` alone; the key is
/// shown nowhere.
pub fn netbanx_order(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    let answers: Vec<CallAnswer> = lines.map(ok).collect();
    let (session, method, addresses) = (session(), method("netbanx_card"), addresses());
    let context = context(&session, &method, REFERENCE, &addresses);
    let (end, _) = exchange(&answers, |made| account().begin(&begin(context), made));
    hides(&end);
    if let Ok(begun) = end {
        let Next::Browser(NextAction::Redirect { url }) = begun.next else {
            panic!("no page");
        };
        assert!(
            url.trim_ascii_start()
                .to_ascii_lowercase()
                .starts_with("https:"),
            "{url}"
        );
    }
    let continuing = account().continuing().expect("it goes on");
    let finalise = Finalise {
        context,
        memo: Some(MEMO),
        posted: &[],
    };
    let (end, read) = exchange(&answers, |made: &[Exchange]| {
        continuing.finalise(&finalise, made)
    });
    hides(&end);
    for fact in end.iter().flat_map(|proceeded| &proceeded.facts) {
        check(fact, answers.get(read.wrapping_sub(1)));
    }
    for (memo, closing, decided) in [
        (Some(MEMO), false, None),
        (Some(MEMO), true, Some(true)),
        (None, false, Some(false)),
    ] {
        let look_up = LookUp {
            context,
            memo,
            closing,
            decided,
        };
        let (end, read) = exchange(&answers, |made: &[Exchange]| {
            continuing.look_up(&look_up, made)
        });
        hides(&end);
        if let Ok(LookedUp::Facts(facts) | LookedUp::Open(facts)) = end {
            for fact in &facts {
                check(fact, answers.get(read.wrapping_sub(1)));
            }
        }
    }
}

fn hides(end: &impl std::fmt::Debug) {
    assert!(!format!("{end:?}").contains(PASSWORD), "the key is shown");
}

/// What is accepted stands in the last answer, word by word.
fn check(fact: &Verified<PlatformFact>, last: Option<&CallAnswer>) {
    assert_eq!(fact.reference, REFERENCE);
    let PaymentEvent::Part(part) = &fact.event else {
        return;
    };
    assert_eq!(part.trust, Trust::Ours);
    if part.status != PartStatus::Accepted {
        return;
    }
    let body = &last.expect("an answer").body;
    let order: Value = serde_json::from_slice(body).expect("an order");
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    assert_eq!(order["merchantRefNum"], REFERENCE);
    assert_eq!(order["currencyCode"], "EUR");
    assert_eq!(text(&order["totalAmount"]).parse(), Ok(1050_u64));
    assert_eq!(order["transaction"]["status"], "success");
    assert_ne!(text(&order["transaction"]["reversed"]), "true");
    assert_eq!(text(&order["id"]), part.transaction);
}

/// A message to a callback's address, as a query and as a body: it is read only where it names this
/// payment's order.
pub fn netbanx_callback(data: &[u8]) {
    let callbacks = account().callbacks().expect("it calls back");
    for method in [HttpMethod::Get, HttpMethod::Post] {
        let incoming = Incoming {
            method,
            query: data,
            headers: Headers::default(),
            body: data,
            secret: None,
        };
        if callbacks.read(&incoming, Some(MEMO)).is_ok() {
            let text = percent_decoded(data);
            assert!(text.contains(ORDER), "{text}");
        }
        assert!(callbacks.read(&incoming, None).is_err());
    }
}

/// As forms and queries, and JSON's escapes, may write an id.
fn percent_decoded(data: &[u8]) -> String {
    let form: String = url::form_urlencoded::parse(data)
        .map(|(name, value)| format!("{name}={value}&"))
        .collect();
    let json: Value = serde_json::from_slice(data).unwrap_or_default();
    format!("{form} {json} {}", String::from_utf8_lossy(data))
}
