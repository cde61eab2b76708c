use guichet_domain::PartStatus;
use guichet_domain::id::PaymentId;
use guichet_domain::money::Amount;

use super::*;
use crate::contract::{CallError, Given};
use crate::netbanx::testing::{ID, Played, TOKEN, World, config, part_of, play};

const GET: HttpMethod = HttpMethod::Get;
const POST: HttpMethod = HttpMethod::Post;
const PUT: HttpMethod = HttpMethod::Put;
const FIRST: &str = "/orders/27FIRST";
const OWN: &str = "/orders/284BRTAQFS63EOA1LD";

fn order(more: &str) -> String {
    format!(
        r#"{{"id":"{ID}","merchantRefNum":"REF-1","currencyCode":"GBP","totalAmount":301{more}}}"#
    )
}

fn paid() -> String {
    order(r#","transaction":{"status":"success","authType":"purchase","amount":"301"}"#)
}

fn first(profile: &str) -> String {
    format!(r#"{{"id":"27FIRST","merchantRefNum":"OLD"{profile}}}"#)
}

fn went_on(memo: &str, answers: &[Played<'_>]) -> (Result<Proceeded, Failure>, Vec<Value>) {
    let (world, config) = (World::new(301, "GBP", "REF-1"), config(""));
    let given = Given::Nothing;
    let proceed = Proceed {
        context: world.context(),
        client: None,
        memo: Some(memo),
        given: &given,
    };
    let anew: Anew = memo::read(Some(memo)).unwrap();
    let mut bodies = Vec::new();
    let end = play(
        |made| {
            let end = super::proceed(&mut Calls::new(&config, made), &proceed, &anew);
            let step = step(end);
            if let Step::Call(call) = &step
                && let Some(body) = &call.body
            {
                bodies.push(serde_json::from_slice(&body.bytes).unwrap());
            }
            step
        },
        answers,
    );
    assert!(!format!("{end:?}").contains(TOKEN));
    (end, bodies)
}

#[test]
fn an_order_is_charged_anew_by_its_id_and_has_no_way_back_to_a_browser() {
    let (end, bodies) = went_on(
        r#"{"again":"27FIRST"}"#,
        &[(POST, FIRST, Ok((200, &paid())))],
    );
    let end = end.unwrap();
    assert_eq!(part_of(&end.facts[0]).status, PartStatus::Accepted);
    assert_eq!(
        end.memo,
        Some(format!(r#"{{"order":"{ID}","direct":true}}"#))
    );
    let body = &bodies[0];
    assert_eq!(body["merchantRefNum"], "REF-1");
    for no in ["redirect", "link", "dueDate", "profile"] {
        assert!(body.get(no).is_none(), "{no} {body}");
    }
    assert!(body.to_string().contains("recurringIndicator"), "{body}");
}

#[test]
fn a_day_to_come_is_told_to_the_platform_and_nothing_is_taken_then() {
    let memo = r#"{"again":"27FIRST","due":"2026-12-24"}"#;
    let (end, bodies) = went_on(memo, &[(POST, FIRST, Ok((200, &order(""))))]);
    let end = end.unwrap();
    assert!(end.facts.is_empty() && end.next_action.is_none() && !end.open);
    assert_eq!(bodies[0]["dueDate"], "2026-12-24");
}

#[test]
fn a_profile_is_charged_by_the_token_of_the_order_that_it_paid() {
    let told = first(&format!(
        r#","profile":{{"id":"p1","paymentToken":"{TOKEN}"}}"#
    ));
    let paid = paid();
    let calls = [
        (GET, FIRST, Ok((200, &*told))),
        (POST, "/orders", Ok((200, &*paid))),
    ];
    let (end, bodies) = went_on(r#"{"again":"27FIRST","by_profile":true}"#, &calls);
    assert_eq!(part_of(&end.unwrap().facts[0]).status, PartStatus::Accepted);
    assert_eq!(
        bodies[0]["profile"],
        json!({"id": "p1", "paymentToken": TOKEN})
    );
}

#[test]
fn what_was_paid_without_a_profile_is_not_charged_by_one() {
    let config = config("");
    let of = PaymentId::from_random([1; 16]);
    let again = Again {
        of: &of,
        transaction: "27FIRST",
        by_profile: true,
        due: None,
    };
    for profile in ["", r#","profile":{"id":"p1"}"#] {
        let told = first(profile);
        let begin = |made: &[Exchange]| step(begin(&mut Calls::new(&config, made), &again));
        let end = play(begin, &[(GET, FIRST, Ok((200, &told)))]);
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{end:?}");
        };
        assert_eq!(error.field, "by");
    }
    let by_order = Again {
        by_profile: false,
        ..again
    };
    let begin = |made: &[Exchange]| step(begin(&mut Calls::new(&config, made), &by_order));
    let begun = play(begin, &[]).unwrap();
    assert_eq!(begun.memo.as_deref(), Some(r#"{"again":"27FIRST"}"#));
    assert_eq!(begun.next, Next::Proceed);
}

const MEMO: &str = r#"{"order":"284BRTAQFS63EOA1LD","direct":true}"#;

/// What becomes of another day and 3.01, and what was sent.
fn amended(answers: &[Played<'_>]) -> (Result<Amended, Failure>, Option<Value>) {
    let config = config("");
    let amendment = Amendment {
        due: jiff::civil::date(2026, 12, 24),
        amount: Amount::try_from(301).unwrap(),
        reference: "abo/7 \u{2603}",
    };
    let mut sent = None;
    let end = play(
        |made| {
            let step = amend(&config, Some(MEMO), &amendment, made);
            if let Step::Call(call) = &step
                && let Some(body) = &call.body
            {
                sent = Some(serde_json::from_slice(&body.bytes).unwrap());
            }
            step
        },
        answers,
    );
    (end, sent)
}

#[test]
fn a_changed_rebilling_is_sent_whole_until_it_is_answered() {
    let waits = order("");
    let lost = (PUT, OWN, Err(CallError::NoAnswer));
    let (end, sent) = amended(&[lost, (PUT, OWN, Ok((200, &waits)))]);
    assert_eq!(end, Ok(Amended::Done));
    let sent = sent.unwrap();
    assert_eq!(sent["dueDate"], "2026-12-24");
    assert_eq!(sent["totalAmount"], 301);
    assert_eq!(sent["shoppingCart"][0]["amount"], 301, "{sent}");
    assert_eq!(sent.as_object().unwrap().len(), 3, "{sent}");
    // It did not run: it is told again later.
    for told in [
        (GET, OWN, Ok((200, &*waits))),
        (GET, OWN, Err(CallError::NoAnswer)),
        (GET, OWN, Ok((404, "{}"))),
    ] {
        assert_eq!(amended(&[lost, lost, told]).0, Err(Failure::Unreachable));
    }
}

#[test]
fn a_change_comes_too_late_for_what_ran() {
    let ran = paid();
    assert_eq!(
        amended(&[(PUT, OWN, Ok((200, &ran)))]).0,
        Ok(Amended::TooLate)
    );
    let refused = r#"{"error":{"code":"3031"}}"#;
    let told = [(PUT, OWN, Ok((400, refused))), (GET, OWN, Ok((200, &*ran)))];
    assert_eq!(amended(&told).0, Ok(Amended::TooLate));
    // Whatever keeps the change from being told, that it ran is asked for.
    let lost = (PUT, OWN, Err(CallError::NoAnswer));
    let told = [lost, lost, (GET, OWN, Ok((200, &*ran)))];
    assert_eq!(amended(&told).0, Ok(Amended::TooLate));
    for refused in [(403, ""), (400, r#"{"error":{"code":"1007"}}"#), (200, "[")] {
        let told = [(PUT, OWN, Ok(refused)), (GET, OWN, Ok((200, &*ran)))];
        assert_eq!(amended(&told).0, Ok(Amended::TooLate), "{refused:?}");
    }
}

#[test]
fn a_change_that_the_platform_refuses_or_does_not_take_over_is_told() {
    let waits = order("");
    for (code, field) in [("3031", "rebilling"), ("5003", "rebilling")] {
        let refused = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
        let told = [
            (PUT, OWN, Ok((400, &*refused))),
            (GET, OWN, Ok((200, &*waits))),
        ];
        let (end, _) = amended(&told);
        assert!(
            matches!(&end, Err(Failure::Unsuitable(error)) if error.field == field),
            "{end:?}"
        );
    }
    // It kept the amount that it had.
    let other = waits.replace("301", "\"4200\"");
    let (end, _) = amended(&[(PUT, OWN, Ok((200, &other)))]);
    assert!(
        matches!(&end, Err(Failure::Unsuitable(error)) if error.field == "amount"),
        "{end:?}"
    );
    // What is not understood is asked for again later, and believed neither way.
    let silent = format!(r#"{{"id":"{ID}"}}"#);
    let passing = r#"{"error":{"code":"1007"}}"#;
    let another = waits.replacen(ID, "27ANOTHERORDER0001", 1);
    assert_ne!(another, waits);
    for told in [(200, &*silent), (200, &*another)] {
        let (end, _) = amended(&[(PUT, OWN, Ok(told))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
    }
    for told in [(200, "["), (400, passing), (401, "")] {
        let (end, _) = amended(&[(PUT, OWN, Ok(told)), (GET, OWN, Ok((200, &*waits)))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
    }
}
