use guichet_domain::PartStatus;
use guichet_domain::id::PaymentId;

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

#[test]
fn another_day_is_sent_again_until_it_is_answered_and_comes_too_late_for_what_ran() {
    let config = config("");
    let memo = format!(r#"{{"order":"{ID}","direct":true}}"#);
    let due = jiff::civil::date(2026, 12, 24);
    let postponed =
        |answers: &[Played<'_>]| play(|made| postpone(&config, Some(&memo), due, made), answers);
    let (waits, ran) = (order(""), paid());
    let lost = (PUT, OWN, Err(CallError::NoAnswer));
    assert_eq!(
        postponed(&[lost, (PUT, OWN, Ok((200, &waits)))]),
        Ok(Postponed::Done)
    );
    assert_eq!(postponed(&[lost, lost]), Err(Failure::Unreachable));
    assert_eq!(
        postponed(&[(PUT, OWN, Ok((200, &ran)))]),
        Ok(Postponed::TooLate)
    );
    let refused = r#"{"error":{"code":"3031"}}"#;
    let told = [(PUT, OWN, Ok((400, refused))), (GET, OWN, Ok((200, &*ran)))];
    assert_eq!(postponed(&told), Ok(Postponed::TooLate));
    let told = [
        (PUT, OWN, Ok((400, refused))),
        (GET, OWN, Ok((200, &*waits))),
    ];
    assert!(matches!(postponed(&told), Err(Failure::Unexpected(_))));
}
