//! Calls in a row: what is believed of what the platform answers.

use std::sync::LazyLock;

use guichet_domain::event::{Confirmed, Part, PaymentEvent, PlatformFact, Trust};
use guichet_domain::{PartKind, PartStatus};
use guichet_providers::Verified;
use guichet_providers::contract::{
    Answered, Begun, CallAnswer, Environment, Exchange, Failure, Finalise, Given, LookUp, LookedUp,
    Next, Owner, Proceed, Proceeded, Provider, Query, Step, VaultCard,
};
use guichet_providers::sogenactif::json::Json;
use guichet_wire::NextAction;

use super::oracle::{self, Seal};
use super::oracle::{KEY, OLD_KEY};
use super::production_table;
use crate::fixture::{addresses, amount, begin, context, exchange, method, now, ok, open, session};

/// One account for each way of naming transactions.
struct Account {
    identity: &'static str,
    /// Our reference of the payment.
    reference: &'static str,
    /// What is kept of its transaction.
    memo: &'static str,
    /// The same in the books.
    transaction: &'static str,
}

const ACCOUNTS: [Account; 3] = [
    Account {
        identity: "reference",
        reference: "00112233445566778899aabbccddeeff",
        memo: r#"{"reference":"00112233445566778899aabbccddeeff","redirection_data":"D",
            "message_version":"2.2"}"#,
        transaction: "00112233445566778899aabbccddeeff",
    },
    Account {
        identity: "s10",
        reference: "20260301000042",
        memo: r#"{"s10":{"number":"000042","day":"20260302"},"redirection_data":"D",
            "message_version":"2.2"}"#,
        transaction: "20260302000042",
    },
    Account {
        identity: "platform",
        reference: "00112233445566778899aabbccddeeff",
        memo: r#"{"reference":"PLATFORM1","redirection_data":"D","message_version":"2.2"}"#,
        transaction: "PLATFORM1",
    },
];

/// Most answers of one input.
const ANSWERS_MAX: usize = 8;

static PRODUCTION: LazyLock<[Box<dyn Provider>; 3]> = LazyLock::new(|| {
    ACCOUNTS.map(|account| {
        let table = production_table(account.identity);
        open("sogenactif", &table, Environment::Production)
    })
});

/// What the calls came to.
#[derive(Debug)]
enum Gave {
    Begun(Begun),
    Proceeded(Proceeded),
    LookedUp(LookedUp),
    Answered(Answered),
    Cards(Vec<VaultCard>),
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
            for (account, provider) in ACCOUNTS.iter().zip(PRODUCTION.iter()) {
                talk(account, provider.as_ref(), code, answers, &posted);
            }
        }
    }
}

fn talk(
    account: &Account,
    provider: &dyn Provider,
    code: &str,
    answers: &[CallAnswer],
    posted: &str,
) {
    let (session, method, addresses) = (session(), method(code), addresses());
    let context = context(&session, &method, account.reference, &addresses);
    let play = |step: &mut dyn FnMut(&[Exchange]) -> Step<Gave>| play(account, answers, step);
    let continuing = provider.continuing().expect("it goes on");
    let opened = begin(context);
    play(&mut |made| provider.begin(&opened, made).map(Gave::Begun));
    let proceed = Proceed {
        context,
        client: None,
        memo: None,
        given: &Given::Token {
            token: "tok_1",
            brand: None,
            save: true,
        },
    };
    play(&mut |made| continuing.proceed(&proceed, made).map(Gave::Proceeded));
    let posted = [("PaRes".to_owned(), posted.to_owned())];
    for memo in [account.memo, &posted[0].1] {
        let finalise = Finalise {
            context,
            memo: Some(memo),
            posted: &posted,
        };
        play(&mut |made| continuing.finalise(&finalise, made).map(Gave::Proceeded));
    }
    let look_up = LookUp {
        context,
        memo: Some(account.memo),
        closing: false,
        decided: None,
    };
    play(&mut |made| continuing.look_up(&look_up, made).map(Gave::LookedUp));
    if let Some((vault, owner)) = provider.vault().zip(Owner::of(&session)) {
        play(&mut |made| vault.cards(&owner, made).map(Gave::Cards));
    }
    let confirmation = provider.confirmation().expect("it can be asked");
    let claim = claim(account);
    let query = Query {
        reference: account.reference,
        claim: &claim,
        total: claim.amount,
        sequence: 1,
        now: now(),
    };
    play(&mut |made| confirmation.query(&query, made).map(Gave::Answered));
}

fn claim(account: &Account) -> Part {
    Part {
        transaction: account.transaction.to_owned(),
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
        at_terminal: None,
    }
}

fn play(account: &Account, answers: &[CallAnswer], step: impl FnMut(&[Exchange]) -> Step<Gave>) {
    let (end, read) = exchange(answers, step);
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
            check(account, &gave, read.last());
        }
        Err(failure) => assert!(failure != Failure::Unexpected(String::new())),
    }
}

fn check(account: &Account, gave: &Gave, last: Option<&CallAnswer>) {
    let check_fact = |fact| check_fact(account, fact, last);
    match gave {
        Gave::Begun(begun) => match &begun.next {
            Next::Browser(action) => check_action(Some(action)),
            Next::Proceed => {}
            Next::CardForm => panic!("no card is typed on a page of ours here"),
        },
        Gave::Proceeded(proceeded) => {
            check_action(proceeded.next_action.as_ref());
            let tells = !proceeded.facts.is_empty() || proceeded.next_action.is_some();
            let written_down = account.identity != "reference" && proceeded.memo.is_some();
            assert!(tells || written_down);
            proceeded.facts.iter().for_each(check_fact);
        }
        Gave::LookedUp(LookedUp::Facts(facts)) => {
            facts.iter().for_each(check_fact);
        }
        Gave::Answered(Answered::Agreed(fact)) => check_fact(fact),
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
        Some(NextAction::FormPost { url, .. } | NextAction::Redirect { url }) => url,
        Some(NextAction::HostedFields { sdk_url, .. }) => sdk_url,
        Some(NextAction::Ask { .. } | NextAction::Wait) | None => return,
    };
    let plain: String = address.chars().filter(|c| *c > ' ').collect();
    assert!(
        plain.to_ascii_lowercase().starts_with("https:"),
        "{address:?}"
    );
}

fn check_fact(account: &Account, fact: &Verified<PlatformFact>, last: Option<&CallAnswer>) {
    let (told, status) = match &fact.event {
        PaymentEvent::Part(part) => {
            assert_eq!(part.trust, Trust::Ours);
            (part.amount, part.status)
        }
        PaymentEvent::Confirmed(Confirmed { amount, status, .. }) => (*amount, *status),
        PaymentEvent::Operation(_)
        | PaymentEvent::Held { .. }
        | PaymentEvent::Decided { .. }
        | PaymentEvent::Reported { .. }
        | PaymentEvent::Rebilling { .. }
        | PaymentEvent::RebillingUntold { .. }
        | PaymentEvent::CalledOff
        | PaymentEvent::RebilledBy { .. }
        | PaymentEvent::Returned { .. }
        | PaymentEvent::DeadlinePassed => {
            panic!("no fact of a platform's")
        }
    };
    let expected = (account.reference, amount(1050));
    assert_eq!((fact.reference.as_str(), told), expected);
    if status == PartStatus::Accepted {
        let message = last.and_then(|answer| Json::parse_object(&answer.body).ok());
        let message = message.expect("a fact comes from an answer");
        assert_eq!(message.text("responseCode"), Some("00"));
    }
}
