//! NETBANX: what the platform answers of an order, of saved cards and of a rebilling, and what
//! comes to a callback's address.

use std::sync::LazyLock;

use guichet_domain::PartStatus;
use guichet_domain::event::{PaymentEvent, PlatformFact, Trust};
use guichet_domain::id::PaymentId;
use guichet_providers::Verified;
use guichet_providers::contract::{
    Again, Amended, Amendment, Begin, By, CallAnswer, Environment, Exchange, Finalise, Given,
    Headers, HttpMethod, Incoming, LookUp, LookedUp, Next, Owner, Proceed, Provider,
};
use guichet_wire::NextAction;
use jiff::civil::date;
use serde_json::Value;

use crate::fixture::{addresses, amount, begin, context, exchange, method, ok, open, session};

const PASSWORD: &str = "S3CRETPASSWORD0123456789";
/// As the seeds have it, of a profile's card.
const TOKEN: &str = "T0KEN0F4C4RD0123456789";
const REFERENCE: &str = "07070707070707070707070707070707";
const ORDER: &str = "284BRTAQFS63EOA1LD";
const MEMO: &str = r#"{"order":"284BRTAQFS63EOA1LD"}"#;
/// Most answers of one input.
const ANSWERS_MAX: usize = 6;

fn account() -> &'static dyn Provider {
    static ACCOUNT: LazyLock<Box<dyn Provider>> = LazyLock::new(|| {
        let table = format!("key_id = \"shop\"\nkey_password = {PASSWORD:?}\nsaved_cards = true\n");
        open("netbanx", &table, Environment::Production)
    });
    ACCOUNT.as_ref()
}

/// Answers, one a line, to a beginning, a return and a look. Only an order that says in full that
/// it is this payment's and was paid is accepted; a browser is sent to `https:` alone; the key is
/// shown nowhere.
pub fn netbanx_order(data: &[u8]) {
    let answers = lines(data);
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
    let shown = format!("{end:?}");
    assert!(!shown.contains(PASSWORD), "the key is shown");
    assert!(!shown.contains(TOKEN), "what pays is shown: {shown}");
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
    let order = order_in(last.expect("an answer"));
    assert_eq!(order["merchantRefNum"], REFERENCE);
    assert_eq!(order["currencyCode"], "EUR");
    assert_eq!(text(&order["totalAmount"]).parse(), Ok(1050_u64));
    assert_eq!(order["transaction"]["status"], "success");
    assert_ne!(text(&order["transaction"]["reversed"]), "true");
    assert_eq!(text(&order["id"]), part.transaction);
}

/// Answers, one a line, to what is asked of saved cards and of a shopper's profile. Only a profile
/// that names the shopper is read; what pays and the key are shown nowhere; a card is named in
/// plain characters and by four digits at most.
pub fn netbanx_vault(data: &[u8]) {
    let answers = lines(data);
    let vault = account().vault().expect("it keeps cards");
    let (session, method, addresses) = (session(), method("netbanx_card"), addresses());
    let owner = Owner::of(&session).expect("a shopper who is known");
    let name = owner.pseudonym("guichet/netbanx/profile/1");
    let names_us = |read: usize| {
        let answers = answers.get(..read).unwrap_or_default();
        let text =
            |answer: &CallAnswer| String::from_utf8_lossy(&unescaped(&answer.body)).into_owned();
        answers.iter().map(text).any(|body| body.contains(&name))
    };
    let (end, read) = exchange(&answers, |made| vault.cards(&owner, made));
    hides(&end);
    for card in end.iter().flatten() {
        assert!(names_us(read), "somebody else's card: {card:?}");
        assert!(
            card.id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{card:?}"
        );
        assert!(card.last_digits.len() <= 4, "{card:?}");
    }
    let (end, _) = exchange(&answers, |made| vault.remove(&owner, "27C4RD", made));
    hides(&end);
    let context = context(&session, &method, REFERENCE, &addresses);
    for by in [
        By::ShopperWith { card: "27C4RD" },
        By::ShopWith { card: "27C4RD" },
    ] {
        let begin = Begin {
            by,
            ..begin(context)
        };
        let (end, read) = exchange(&answers, |made| account().begin(&begin, made));
        hides(&end);
        assert!(end.is_err() || names_us(read), "{end:?}");
    }
    let save = Begin {
        save: true,
        ..begin(context)
    };
    let (end, _) = exchange(&answers, |made| account().begin(&save, made));
    hides(&end);
}

/// Answers, one a line, to a rebilling: to its beginning, to what charges, to what changes it.
/// It is charged only where an order says in full that it is this payment's; it is changed only
/// where the order itself says the amount that was asked for.
pub fn netbanx_rebilling(data: &[u8]) {
    let answers = lines(data);
    let (session, method, addresses) = (session(), method("netbanx_card"), addresses());
    let context = context(&session, &method, REFERENCE, &addresses);
    let of = PaymentId::from_random([7; 16]);
    for (by_profile, due) in [
        (false, None),
        (true, None),
        (true, Some(date(2026, 12, 24))),
    ] {
        let again = Again {
            of: &of,
            transaction: ORDER,
            by_profile,
            due,
        };
        let begin = Begin {
            by: By::Again(again),
            ..begin(context)
        };
        let (end, read) = exchange(&answers, |made| account().begin(&begin, made));
        hides(&end);
        let Ok(begun) = end else { continue };
        assert_eq!(begun.next, Next::Proceed);
        let proceed = Proceed {
            context,
            client: None,
            memo: begun.memo.as_deref(),
            given: &Given::Nothing,
        };
        let answers = answers.get(read..).unwrap_or_default();
        let continuing = account().continuing().expect("it goes on");
        let (end, read) = exchange(answers, |made| continuing.proceed(&proceed, made));
        hides(&end);
        let Ok(proceeded) = end else { continue };
        assert_eq!(proceeded.next_action, None, "nobody is there");
        for fact in &proceeded.facts {
            check(fact, answers.get(read.wrapping_sub(1)));
        }
    }
    let amendment = Amendment {
        due: date(2026, 12, 24),
        amount: amount(1050),
        reference: "CMD1",
    };
    let rebilling = account().rebilling().expect("it charges again");
    let (end, read) = exchange(&answers, |made| {
        rebilling.amend(Some(MEMO), &amendment, made)
    });
    hides(&end);
    if end == Ok(Amended::Done) {
        let last = answers.get(read.wrapping_sub(1)).expect("an answer");
        let order = order_in(last);
        assert_eq!(text(&order["totalAmount"]).parse(), Ok(1050_u64));
        assert_eq!(text(&order["id"]), ORDER);
        assert!(order["transaction"].is_null());
    }
    let (end, _) = exchange(&answers, |made| rebilling.amend(None, &amendment, made));
    assert!(end.is_err());
}

fn lines(data: &[u8]) -> Vec<CallAnswer> {
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    lines.map(ok).collect()
}

/// An order, read by another way than the provider's. A text that is no UTF-8, or has half of a
/// pair of UTF-16, in a member that is not read is no fault of an order: it is replaced.
fn order_in(answer: &CallAnswer) -> Value {
    let mut body = String::from_utf8_lossy(&answer.body)
        .into_owned()
        .into_bytes();
    for at in 0..body.len() {
        if let Some(
            [
                b'\\',
                b'u',
                b'd' | b'D',
                b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                _,
                _,
            ],
        ) = body.get(at..at + 6)
        {
            body[at + 2..at + 6].copy_from_slice(b"003f");
        }
    }
    serde_json::from_slice(&body).expect("an order")
}

/// A text or a number, as a text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// With JSON's escapes resolved, where it is JSON.
fn unescaped(body: &[u8]) -> Vec<u8> {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    value.map_or_else(|| body.to_vec(), |value| value.to_string().into_bytes())
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
