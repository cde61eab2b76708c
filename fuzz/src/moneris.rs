//! Moneris: what the cloud answers to a command and of a receipt, what comes to a post-back's
//! address, and what comes over a terminal's line.

use std::sync::LazyLock;

use guichet_domain::PartStatus;
use guichet_domain::event::{PaymentEvent, PlatformFact, Trust};
use guichet_domain::session::Session;
use guichet_domain::testing::slug;
use guichet_providers::Verified;
use guichet_providers::contract::{
    Begin, By, CallAnswer, Called, Environment, Exchange, First, Frames, Given, Headers,
    HttpMethod, Incoming, LookUp, LookedUp, Owner, Proceed, Provider, Save, frame,
};
use serde_json::Value;

use crate::fixture::{addresses, begin, context, exchange, method, ok, open, session};

const TOKEN: &str = "S3CRETTOKEN012345678";
const REFERENCE: &str = "07070707070707070707070707070707";
/// The hosts that a receipt may be read at.
const HOSTS: [&str; 2] = [
    "https://cloudreceipt.moneris.com/",
    "https://ipterm2.moneris.io/",
];
/// Most answers of one input.
const ANSWERS_MAX: usize = 4;

fn account() -> &'static dyn Provider {
    static ACCOUNT: LazyLock<Box<dyn Provider>> = LazyLock::new(|| {
        let table = format!(
            "store_id = \"mogo-1\"\napi_token = {TOKEN:?}\nist_config_code = {TOKEN:?}\n\
             [[terminals]]\nname = \"counter\"\nid = \"A1234567\"\n"
        );
        open("moneris", &table, Environment::Production)
    });
    ACCOUNT.as_ref()
}

/// Answers, one a line, to a command and to the looks after it. Only what says in full that it is
/// this payment's and was approved is accepted; a receipt is read at the cloud's hosts alone; no
/// key is kept or shown.
pub fn moneris_answer(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    let answers: Vec<CallAnswer> = lines.map(ok).collect();
    let session = Session {
        terminal: Some(slug("counter")),
        ..session()
    };
    let (method, addresses) = (method("moneris_terminal"), addresses());
    let mut context = context(&session, &method, REFERENCE, &addresses);
    let continuing = account().continuing().expect("it goes on");
    let proceed = Proceed {
        context,
        client: None,
        memo: None,
        given: &Given::Nothing,
    };
    let (end, read) = exchange(&answers, |made: &[Exchange]| {
        continuing.proceed(&proceed, made)
    });
    hides(&end);
    let mut memo = None;
    if let Ok(proceeded) = end {
        for fact in &proceeded.facts {
            check(fact, answers.get(read.wrapping_sub(1)));
        }
        memo = proceeded.memo;
    }
    for answer in answers.iter().skip(1) {
        hides(&memo);
        let later = jiff::SignedDuration::from_secs(40);
        context.now = context.now.checked_add(later).expect("a time");
        let look_up = LookUp {
            context,
            memo: memo.as_deref(),
            closing: false,
            decided: None,
        };
        let one = std::slice::from_ref(answer);
        let (end, read) = exchange(one, |made: &[Exchange]| {
            let receipts = made
                .iter()
                .filter(|made| made.call.method == HttpMethod::Get);
            for made in receipts {
                let url = made.call.url.trim().to_ascii_lowercase();
                assert!(HOSTS.iter().any(|host| url.starts_with(host)), "{url}");
            }
            continuing.look_up(&look_up, made)
        });
        hides(&end);
        match end {
            Ok(LookedUp::Facts(facts)) => {
                for fact in &facts {
                    check(fact, one.get(read.wrapping_sub(1)));
                }
            }
            Ok(LookedUp::GoesOn { memo: kept, .. }) => memo = Some(kept),
            _ => {}
        }
    }
}

fn hides(end: &impl std::fmt::Debug) {
    assert!(!format!("{end:?}").contains(TOKEN), "a key is shown");
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
    let whole: Value = serde_json::from_slice(body).expect("an answer");
    let outer = whole.get("receipt").filter(|outer| outer.is_object());
    let entry = &outer.unwrap_or(&whole)["data"]["response"][0];
    let text = |name: &str| match &entry[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    assert!(text("orderId") == REFERENCE || text("idempotencyKey") == REFERENCE);
    let offline = text("saf").eq_ignore_ascii_case("true");
    match text("responseCode").parse::<u32>() {
        Ok(code) => assert!(code < 50, "{code}"),
        Err(_) => assert!(offline),
    }
    assert_eq!(text("approvedAmount").parse(), Ok(part.amount.minor()));
    if let Some(total) = entry.get("totalAmount").filter(|total| total.is_string()) {
        let total = total.as_str().and_then(|total| total.parse::<u64>().ok());
        assert!(total.is_none_or(|total| total == 1050));
    }
}

/// What pays with a card of the vault.
const KEY: &str = "LAmXQeZwdtzUtz1QI1vF6etR2";

fn with_vault() -> &'static dyn Provider {
    static ACCOUNT: LazyLock<Box<dyn Provider>> = LazyLock::new(|| {
        let table = format!(
            "store_id = \"mogo-1\"\napi_token = {TOKEN:?}\nist_config_code = {TOKEN:?}\n\
             saved_cards = true\n[[terminals]]\nname = \"counter\"\nid = \"A1234567\"\n"
        );
        open("moneris", &table, Environment::Production)
    });
    ACCOUNT.as_ref()
}

/// A payment with a card of the vault, its look-up, and the vault itself; one answer a line. What
/// counts as paid is complete, in time, below 050, ours and of our amount, by a reading of our own.
pub fn moneris_gateway(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    let answers: Vec<CallAnswer> = lines.map(ok).collect();
    let session = session();
    let (method, addresses) = (method("moneris_vault"), addresses());
    let context = context(&session, &method, REFERENCE, &addresses);
    let proof = format!(r#"{{"key":"{KEY}"}}"#);
    let begin = Begin {
        by: By::ShopperWith { card: "1" },
        first: Some(&proof),
        ..begin(context)
    };
    let (end, _) = exchange(&[], |made| with_vault().begin(&begin, made));
    let memo = end.expect("it begins without a call").memo;
    let continuing = with_vault().continuing().expect("it goes on");
    let proceed = Proceed {
        context,
        client: None,
        memo: memo.as_deref(),
        given: &Given::Nothing,
    };
    let (end, read) = exchange(&answers, |made: &[Exchange]| {
        continuing.proceed(&proceed, made)
    });
    hides(&end);
    for fact in end.iter().flat_map(|proceeded| &proceeded.facts) {
        check_gateway(fact, answers.get(read.wrapping_sub(1)));
    }
    let look_up = LookUp {
        context,
        memo: memo.as_deref(),
        closing: false,
        decided: None,
    };
    let (end, read) = exchange(&answers, |made: &[Exchange]| {
        continuing.look_up(&look_up, made)
    });
    hides(&end);
    if let Ok(LookedUp::Facts(facts)) = end {
        for fact in &facts {
            check_gateway(fact, answers.get(read.wrapping_sub(1)));
        }
    }
    ask_vault(&answers, &session, proof);
}

fn ask_vault(answers: &[CallAnswer], session: &Session, proof: String) {
    let vault = with_vault().vault().expect("it keeps cards");
    let kept = [First {
        card: "27C4RD".to_owned(),
        proof,
    }];
    let owner = Owner {
        kept: &kept,
        ..Owner::of(session).expect("a shopper who is known")
    };
    let (end, _) = exchange(answers, |made| vault.cards(&owner, made));
    hides(&end);
    for card in end.iter().flatten() {
        assert!(
            card.id == "27C4RD" && card.last_digits.len() <= 4,
            "{card:?}"
        );
    }
    let (end, _) = exchange(answers, |made| vault.remove(&owner, "27C4RD", made));
    hides(&end);
    let save = r#"{"order":"1","transaction":"1-0_1","tender":"Credit","offline":false}"#;
    let (end, _) = exchange(answers, |made| {
        vault.add(&owner, &Save(save.to_owned()), made)
    });
    if let Ok(Some(first)) = end {
        assert!(
            first.card.bytes().all(|b| b.is_ascii_hexdigit()),
            "{first:?}"
        );
    }
}

/// By the text alone: each word must stand there.
fn check_gateway(fact: &Verified<PlatformFact>, last: Option<&CallAnswer>) {
    assert_eq!(fact.reference, REFERENCE);
    let PaymentEvent::Part(part) = &fact.event else {
        return;
    };
    assert_eq!((part.trust, part.amount.minor()), (Trust::Ours, 1050));
    if part.status != PartStatus::Accepted {
        return;
    }
    let body = String::from_utf8_lossy(&last.expect("an answer").body).into_owned();
    let bank = part.code.split('/').next().unwrap_or_default();
    assert!(bank.parse::<u32>().is_ok_and(|code| code < 50), "{body}");
    // A character may be named by its number.
    if body.contains('&') || body.contains("CDATA") || body.contains("<!--") {
        return;
    }
    let lower = body.to_ascii_lowercase();
    for words in [REFERENCE, "10.50", "true", part.transaction.as_str()] {
        assert!(
            lower.contains(&words.to_ascii_lowercase()),
            "{words}: {body}"
        );
    }
    assert!(!lower.contains("<timedout>true<"), "{body}");
}

/// A message to a post-back's address: it wakes only where it names this payment.
pub fn moneris_post_back(data: &[u8]) {
    let memo = format!(r#"{{"key":"{REFERENCE}","asked":0}}"#);
    let callbacks = account().callbacks().expect("it calls back");
    let incoming = Incoming {
        method: HttpMethod::Post,
        query: b"",
        headers: Headers::default(),
        body: data,
        secret: None,
    };
    if let Ok(called) = callbacks.read(&incoming, Some(&memo)) {
        assert_eq!(called, Called::Look);
        let text = String::from_utf8_lossy(data);
        // A JSON text may escape any of its characters.
        assert!(text.contains(REFERENCE) || text.contains("\\u"), "{text}");
    }
    assert!(callbacks.read(&incoming, None).is_err());
}

/// What comes over a line, in pieces whose lengths are the first bytes' (the byte at the beginning
/// says how many). Whatever the cut, the frames are the same, and put together again they are what
/// came.
pub fn moneris_frame(data: &[u8]) {
    let Some((&count, rest)) = data.split_first() else {
        return;
    };
    let (cuts, stream) = rest.split_at(usize::from(count).min(rest.len()));
    let mut whole = Frames::default();
    whole.push(stream);
    let expected: Vec<_> = std::iter::from_fn(|| whole.next_frame()).collect();
    let (mut frames, mut told, mut left) = (Frames::default(), Vec::new(), stream);
    for cut in cuts {
        let (now, then) = left.split_at(usize::from(*cut).min(left.len()));
        frames.push(now);
        told.extend(std::iter::from_fn(|| frames.next_frame()));
        left = then;
    }
    frames.push(left);
    told.extend(std::iter::from_fn(|| frames.next_frame()));
    assert_eq!(told, expected);
    assert_eq!(frames.is_cut(), whole.is_cut());
    let again: Vec<u8> = told.iter().filter_map(|one| frame(one)).flatten().collect();
    assert!(stream.starts_with(&again));
    assert_eq!(frames.is_cut(), again.len() < stream.len());
}
