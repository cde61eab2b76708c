//! Whole conversations: what is believed of what the platform answers.

use std::sync::LazyLock;

use guichet_domain::event::{Confirmation, Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::Verified;
use guichet_providers::contract::{
    Answered, Begun, CallAnswer, Environment, Exchange, Failure, Finalise, Given, KeptCard, LookUp,
    LookedUp, Next, Owner, Proceed, Proceeded, Provider, Query, Step,
};
use guichet_providers::sogenactif::json::Json;
use guichet_wire::NextAction;

use super::oracle::{self, Seal};
use super::{KEY, OLD_KEY, production_table};
use crate::fixture::{addresses, amount, begin, converse, method, now, ok, open, session};

const REFERENCE: &str = "00112233445566778899aabbccddeeff";
const KEEP: &str = r#"{"reference":"00112233445566778899aabbccddeeff","redirection_data":"D",
"message_version":"2.2"}"#;

/// Most answers of one input.
const ANSWERS_MAX: usize = 8;

static PRODUCTION: LazyLock<Box<dyn Provider>> = LazyLock::new(|| {
    let table = production_table("reference");
    open("sogenactif", &table, Environment::Production)
});

/// What a conversation gave.
#[derive(Debug)]
enum Gave {
    Begun(Begun),
    Proceeded(Proceeded),
    LookedUp(LookedUp),
    Answered(Answered),
    Cards(Vec<KeptCard>),
}

/// Answers, one a line: as they stand, and each sealed. In production nothing is done by an answer
/// that is not sealed; a fact speaks of the session's amount, and of a success only after 00.
pub fn sogenactif_talk(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').take(ANSWERS_MAX);
    let raw: Vec<CallAnswer> = lines.map(ok).collect();
    let seal = |answer: &CallAnswer| match Json::parse_object(&answer.body) {
        Ok(message) => ok(oracle::sealed_with(&message, KEY).to_string().as_bytes()),
        Err(_) => answer.clone(),
    };
    let sealed: Vec<CallAnswer> = raw.iter().map(seal).collect();
    let posted = String::from_utf8_lossy(data.rsplit(|byte| *byte == b'\n').next().unwrap_or(data));
    for answers in [&raw, &sealed] {
        for code in ["sogenactif_card", "sogenactif_paypal"] {
            talk(code, answers, &posted);
        }
    }
}

fn talk(code: &str, answers: &[CallAnswer], posted: &str) {
    let (session, method, addresses) = (session(), method(code), addresses());
    let begin = || begin(&session, &method, REFERENCE, &addresses);
    let provider = &PRODUCTION;
    let go_on = provider.continuing().expect("it goes on");
    let opened = begin();
    play(answers, |made| {
        provider.begin(&opened, made).map(Gave::Begun)
    });
    let proceed = Proceed {
        begin: begin(),
        keep: None,
        given: Given::Token {
            token: "tok_1",
            brand: None,
            save: true,
        },
    };
    play(answers, |made| {
        go_on.proceed(&proceed, made).map(Gave::Proceeded)
    });
    let posted = [("PaRes".to_owned(), posted.to_owned())];
    for keep in [KEEP, &posted[0].1] {
        let finalise = Finalise {
            begin: begin(),
            keep: Some(keep),
            posted: &posted,
        };
        play(answers, |made| {
            go_on.finalise(&finalise, made).map(Gave::Proceeded)
        });
    }
    let look_up = LookUp {
        begin: begin(),
        keep: Some(KEEP),
    };
    play(answers, |made| {
        go_on.look_up(&look_up, made).map(Gave::LookedUp)
    });
    if let Some((vault, owner)) = provider.vault().zip(Owner::of(&session)) {
        play(answers, |made| vault.cards(&owner, made).map(Gave::Cards));
    }
    let claim = claim();
    let query = Query {
        reference: REFERENCE,
        claim: &claim,
        total: claim.amount,
        sequence: 1,
        now: now(),
    };
    play(answers, |made| {
        provider.query(&query, made).map(Gave::Answered)
    });
}

fn claim() -> Part {
    Part {
        transaction: REFERENCE.to_owned(),
        call: String::new(),
        kind: PartKind::Card,
        method: None,
        brand: "CB".to_owned(),
        amount: amount(1050),
        status: PartStatus::Accepted,
        code: "00".to_owned(),
        refusal: None,
        parts_expected: None,
        trust: Trust::Signed,
        fingerprint: String::new(),
    }
}

fn play(answers: &[CallAnswer], step: impl FnMut(&[Exchange]) -> Step<Gave>) {
    let (end, read) = converse(answers, step);
    let shown = format!("{end:?}");
    assert!(
        !shown.contains(KEY) && !shown.contains(OLD_KEY),
        "a key is shown"
    );
    let read = &answers[..read];
    match end {
        Ok(gave) => {
            let good = |answer: &CallAnswer| oracle::seal(&answer.body) == Seal::Good;
            assert!(read.iter().all(good), "unsealed, and done: {gave:?}");
            check(&gave, read.last());
        }
        Err(failure) => assert!(failure != Failure::Unexpected(String::new())),
    }
}

fn check(gave: &Gave, last: Option<&CallAnswer>) {
    match gave {
        Gave::Begun(begun) => match &begun.next {
            Next::Browser(action) => check_action(Some(action)),
            Next::Proceed => {}
        },
        Gave::Proceeded(proceeded) => {
            check_action(proceeded.next_action.as_ref());
            assert!(!proceeded.facts.is_empty() || proceeded.next_action.is_some());
            proceeded
                .facts
                .iter()
                .for_each(|fact| check_fact(fact, last));
        }
        Gave::LookedUp(LookedUp::Facts(facts)) => {
            facts.iter().for_each(|fact| check_fact(fact, last));
        }
        Gave::Answered(Answered::Agreed(fact)) => check_fact(fact, last),
        Gave::Cards(cards) => {
            assert!(
                cards
                    .iter()
                    .all(|card| card.last_digits.chars().count() <= 4)
            );
        }
        Gave::LookedUp(_) | Gave::Answered(_) => {}
    }
}

/// The browser is sent to `https:` only. White space and control characters, which browsers pass
/// over in an address, are passed over here too.
fn check_action(action: Option<&NextAction>) {
    let address = match action {
        Some(NextAction::FormPost { url, .. }) => url,
        Some(NextAction::HostedFields { sdk_url, .. }) => sdk_url,
        Some(NextAction::Ask { .. } | NextAction::Wait) | None => return,
    };
    let plain: String = address.chars().filter(|c| *c > ' ').collect();
    assert!(
        plain.to_ascii_lowercase().starts_with("https:"),
        "{address:?}"
    );
}

fn check_fact(fact: &Verified<PlatformFact>, last: Option<&CallAnswer>) {
    let (told, status) = match &fact.event {
        PaymentEvent::Part(part) => {
            assert_eq!(part.trust, Trust::Ours);
            (part.amount, part.status)
        }
        PaymentEvent::Confirmed(Confirmation { amount, status, .. }) => (*amount, *status),
        PaymentEvent::Returned { .. } | PaymentEvent::DeadlinePassed => {
            panic!("no fact of a platform's")
        }
    };
    assert_eq!((fact.reference.as_str(), told), (REFERENCE, amount(1050)));
    if status == PartStatus::Accepted {
        let message = last.and_then(|answer| Json::parse_object(&answer.body).ok());
        let message = message.expect("a fact comes from an answer");
        assert_eq!(message.text("responseCode"), Some("00"));
    }
}
