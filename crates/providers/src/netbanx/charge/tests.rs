use guichet_domain::event::PaymentEvent;
use guichet_domain::{PartStatus, Refusal};

use super::*;
use crate::contract::{CallError, Given, PlatformCall, Step};
use crate::netbanx::testing::{
    ID, PROFILE, Played, TOKEN, World, config, part_of, play, profile_of,
};

const GET: HttpMethod = HttpMethod::Get;
const POST: HttpMethod = HttpMethod::Post;
const PAGE: &str = "https://pay.test.netbanx.com/hosted/v1/payment/1";

fn world() -> World {
    World::new(301, "GBP", "REF-1").of_shopper("C-1042")
}

fn order(more: &str) -> String {
    format!(
        r#"{{"id":"{ID}","merchantRefNum":"REF-1","currencyCode":"GBP","totalAmount":301,
            "profile":{{"id":"1","paymentToken":"{TOKEN}"}}{more}}}"#
    )
}

fn paid() -> String {
    order(r#","transaction":{"status":"success","authType":"purchase","amount":"301"}"#)
}

fn declined() -> String {
    order(r#","transaction":{"status":"declined","errorCode":"3022","confirmationNumber":"7"}"#)
}

fn with_page() -> String {
    order(&format!(
        r#","link":[{{"rel":"hosted_payment","uri":"{PAGE}"}}]"#
    ))
}

/// Goes on with the card, with the answers to what follows the question for the profile. Nothing
/// that comes of it shows the token.
fn went_on(by_shop: bool, answers: &[Played<'_>]) -> Result<Proceeded, Failure> {
    let (world, config) = (world(), config("saved_cards = true"));
    let memo = format!(r#"{{"card":"456","by_shop":{by_shop}}}"#);
    let proceed = Proceed {
        context: world.context(),
        client: None,
        memo: Some(&memo),
        given: &Given::Nothing,
    };
    let profile = profile_of("C-1042");
    let mut all: Vec<Played<'_>> = vec![(GET, PROFILE, Ok((200, &profile)))];
    all.extend_from_slice(answers);
    let mut bodies = Vec::new();
    let end = play(
        |made| {
            let step =
                super::super::calls::step(super::proceed(&mut Calls::new(&config, made), &proceed));
            if let Step::Call(PlatformCall {
                body: Some(body), ..
            }) = &step
            {
                bodies.push(String::from_utf8(body.bytes.clone()).unwrap());
            }
            step
        },
        &all,
    );
    assert!(!format!("{end:?}").contains(TOKEN), "{end:?}");
    for body in bodies {
        assert!(
            body.contains(&format!("\"paymentToken\":\"{TOKEN}\"")),
            "{body}"
        );
        // Nowhere but in the profile: a redirect stands in an address.
        assert_eq!(body.matches(TOKEN).count(), 1);
        assert!(!body.contains("profile.paymentToken"), "{body}");
        assert_eq!(body.contains("recurringIndicator"), by_shop, "{body}");
        assert_eq!(body.contains("redirect"), !by_shop, "{body}");
    }
    end
}

#[test]
fn a_saved_card_that_pays_begins_with_the_question_whose_it_is() {
    let (world, config) = (world(), config("saved_cards = true"));
    let begun = |card: &str, answer: (u16, &str)| {
        let begin = |made: &[_]| {
            let calls = &mut Calls::new(&config, made);
            super::super::calls::step(super::begin(calls, &world.context(), (card, false)))
        };
        play(begin, &[(GET, PROFILE, Ok(answer))])
    };
    let profile = profile_of("C-1042");
    let started = begun("456", (200, &profile)).unwrap();
    assert_eq!(started.next, Next::Proceed);
    assert_eq!(
        started.memo.as_deref(),
        Some(r#"{"card":"456","by_shop":false}"#)
    );
    let unknown = r#"{"error":{"code":"5269"}}"#;
    for (card, answer) in [
        ("1", (200, &*profile)),
        ("457", (200, &profile)),
        ("458", (200, &profile)),
        ("459", (200, &profile)),
        ("456", (404, unknown)),
    ] {
        let end = begun(card, answer);
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{card} {end:?}");
        };
        assert_eq!(error.field, "card");
    }
}

#[test]
fn with_the_shopper_the_browser_is_sent_to_the_page_where_the_card_stands() {
    let end = went_on(false, &[(POST, "/orders", Ok((200, &with_page())))]).unwrap();
    assert_eq!(
        end.next_action,
        Some(NextAction::Redirect { url: PAGE.into() })
    );
    assert!(end.facts.is_empty());
    assert_eq!(end.memo, Some(format!(r#"{{"order":"{ID}"}}"#)));
}

#[test]
fn an_order_that_comes_back_paid_or_refused_is_over_at_once() {
    for by_shop in [false, true] {
        let end = went_on(by_shop, &[(POST, "/orders", Ok((200, &paid())))]).unwrap();
        assert_eq!(part_of(&end.facts[0]).status, PartStatus::Accepted);
        assert!(end.next_action.is_none() && !end.open);
        let end = went_on(by_shop, &[(POST, "/orders", Ok((200, &declined())))]).unwrap();
        let part = part_of(&end.facts[0]);
        assert_eq!(
            (part.status, part.refusal),
            (PartStatus::Refused, Some(Refusal::Funds))
        );
        assert!(!end.open);
    }
}

#[test]
fn a_decline_as_http_402_is_a_refusal_and_other_refusals_of_an_order_take_nothing_either() {
    let error = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#);
    for (status, body, refusal) in [
        (402, error("3022"), Refusal::Funds),
        (402, error("3009"), Refusal::Issuer),
        (402, error("9999"), Refusal::Issuer),
        (402, String::new(), Refusal::Issuer),
        (400, error("2525"), Refusal::Technical),
    ] {
        let end = went_on(true, &[(POST, "/orders", Ok((status, &body)))]).unwrap();
        let [fact] = &end.facts[..] else {
            panic!("{end:?}");
        };
        let PaymentEvent::Part(part) = &fact.event else {
            panic!("{fact:?}");
        };
        assert_eq!(
            (part.status, part.refusal),
            (PartStatus::Refused, Some(refusal)),
            "{body}"
        );
        assert_eq!(fact.reference, "REF-1");
    }
    // What is no code is not kept.
    let markup = error("<b>9</b>");
    let end = went_on(true, &[(POST, "/orders", Ok((402, &markup)))]).unwrap();
    assert!(
        matches!(&end.facts[0].event, PaymentEvent::Part(part) if part.code == "402"),
        "{end:?}"
    );
    // A code that nobody knows may be of an act that was done.
    for (status, body) in [
        (400, error("9999")),
        (400, error("1007")),
        (409, String::new()),
    ] {
        let end = went_on(true, &[(POST, "/orders", Ok((status, &body)))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{body}");
    }
}

#[test]
fn an_order_whose_answer_is_lost_is_sent_again_and_never_taken_for_unsent() {
    let lost = (POST, "/orders", Err(CallError::NoAnswer));
    let before = r#"{"error":{"code":"400","message":"Duplicate merchant reference"}}"#;
    let (paid, reported) = (paid(), format!(r#"{{"records":[{}]}}"#, paid()));
    let found: [Played<'_>; 4] = [
        lost,
        (POST, "/orders", Ok((400, before))),
        (GET, "/orders?num=50", Ok((200, &reported))),
        (GET, "/orders/284BRTAQFS63EOA1LD", Ok((200, &paid))),
    ];
    let end = went_on(true, &found).unwrap();
    assert_eq!(part_of(&end.facts[0]).status, PartStatus::Accepted);
    let unsent = (POST, "/orders", Err(CallError::NotSent));
    for calls in [vec![lost, lost], vec![lost, unsent]] {
        assert_eq!(went_on(true, &calls).unwrap_err(), Failure::Unknown);
    }
    assert_eq!(went_on(true, &[unsent]).unwrap_err(), Failure::Unreachable);
    let nothing: [Played<'_>; 2] = [
        (POST, "/orders", Ok((400, before))),
        (GET, "/orders?num=50", Ok((200, r#"{"records":[]}"#))),
    ];
    assert_eq!(went_on(true, &nothing).unwrap_err(), Failure::Unknown);
}
