use guichet_domain::event::PaymentEvent;
use guichet_domain::{PartStatus, Refusal};
use guichet_wire::NextAction;

use super::*;
use crate::contract::{By, CallError};
use crate::netbanx::testing::{ID, PASSWORD, Played, World, config, golden, part_of, play};

const POST: HttpMethod = HttpMethod::Post;
const GET: HttpMethod = HttpMethod::Get;
const DELETE: HttpMethod = HttpMethod::Delete;
const PAGE_LINK: &str = "https://pay.test.netbanx.com/hosted/v1/payment/\
                         53616c7465645f5f0123456789abcdef";
const MEMO: &str = r#"{"order":"284BRTAQFS63EOA1LD"}"#;
const ORDER: &str = "/orders/284BRTAQFS63EOA1LD";

fn begun(world: &World, lines: &str, answers: &[Played<'_>]) -> Result<Begun, Failure> {
    let config = config(lines);
    let begin = Begin {
        context: world.context(),
        by: By::Shopper,
        save: false,
        client: None,
        first: None,
    };
    play(|made| super::begin(&config, &begin, made), answers)
}

fn finalised(world: &World, answer: Result<(u16, &str), CallError>) -> Result<Proceeded, Failure> {
    let config = config("");
    let posted = [("id".to_owned(), "SOMEBODYELSES".to_owned())];
    let finalise = Finalise {
        context: world.context(),
        memo: Some(MEMO),
        posted: &posted,
    };
    play(
        |made| super::finalise(&config, &finalise, made),
        &[(GET, ORDER, answer)],
    )
}

fn looked_up(
    world: &World,
    memo: Option<&str>,
    closing: bool,
    answers: &[Played<'_>],
) -> Result<LookedUp, Failure> {
    let config = config("");
    let look_up = LookUp {
        context: world.context(),
        memo,
        closing,
        decided: None,
    };
    play(|made| super::look_up(&config, &look_up, made), answers)
}

fn gbp(amount: u64) -> World {
    World::new(amount, "GBP", "REF-1")
}

/// The order of the golden answer with another transaction.
fn with(transaction: &str) -> String {
    format!(
        r#"{{"id":"{ID}","merchantRefNum":"REF-1","currencyCode":"GBP","totalAmount":301,
            "transaction":{transaction}}}"#
    )
}

#[test]
fn golden_the_browser_is_sent_to_the_link_of_a_new_order_and_the_key_goes_nowhere() {
    for (world, name, link) in [
        (gbp(1000), "n1", PAGE_LINK),
        (World::new(100, "CAD", "REF-1"), "n1b", PAGE_LINK),
        (
            gbp(1000),
            "n5",
            "https://api.test.netbanx.com/hosted/v1/payment/53616c7465645f5f0123456789abcdef",
        ),
    ] {
        let begun = begun(&world, "", &[(POST, "/orders", Ok((200, golden(name))))]).unwrap();
        let Next::Browser(NextAction::Redirect { url }) = &begun.next else {
            panic!("{begun:?}");
        };
        assert_eq!(url, link);
        assert_eq!(begun.memo.as_deref(), Some(MEMO));
        assert!(!format!("{begun:?}").contains(PASSWORD));
    }
}

#[test]
fn a_link_with_the_key_in_it_is_scrubbed_and_one_that_is_not_https_is_not_followed() {
    let order = |link: &str| {
        let links = format!(r#"[{{"rel":"hosted_payment","uri":"{link}"}}]"#);
        format!(
            r#"{{"id":"{ID}","merchantRefNum":"REF-1","currencyCode":"GBP","totalAmount":301,
                "link":{links}}}"#
        )
    };
    let link = |link: &str| {
        let made = order(link);
        let begun = begun(&gbp(301), "", &[(POST, "/orders", Ok((200, &made)))]);
        match begun?.next {
            Next::Browser(NextAction::Redirect { url }) => Ok(url),
            other => panic!("{other:?}"),
        }
    };
    let keyed = format!("https://test_user:{PASSWORD}@pay.test.netbanx.com/p/1");
    assert_eq!(link(&keyed).unwrap(), "https://pay.test.netbanx.com/p/1");
    // Wherever else it stands, and however it is written.
    let escaped: String = PASSWORD
        .bytes()
        .map(|byte| format!("%{byte:02x}"))
        .collect();
    let [path, query] = [
        format!("https://pay.netbanx.com/test_user:{PASSWORD}@api/p"),
        format!("https://pay.netbanx.com/p?key={escaped}"),
    ];
    for wrong in [
        &*path,
        &*query,
        "http://pay.netbanx.com/p",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        "/p",
    ] {
        let end = link(wrong);
        assert!(
            matches!(end, Err(Failure::Unexpected(_))),
            "{wrong} {end:?}"
        );
    }
}

#[test]
fn the_link_is_found_by_the_rel_that_is_configured() {
    let made = golden("n1").replace("hosted_payment", "page");
    let answers: [Played<'_>; 1] = [(POST, "/orders", Ok((200, &made)))];
    assert!(begun(&gbp(1000), "hosted_rel = \"page\"", &answers).is_ok());
    let Err(Failure::Unexpected(why)) = begun(&gbp(1000), "", &answers) else {
        panic!("a link was found");
    };
    assert!(why.contains("hosted_rel"), "{why}");
}

#[test]
fn an_order_whose_answer_was_lost_is_sent_again_with_its_reference_and_never_with_another() {
    let lost: Played<'_> = (POST, "/orders", Err(CallError::NoAnswer));
    let made: Played<'_> = (POST, "/orders", Ok((200, golden("n1"))));
    assert!(begun(&gbp(1000), "", &[lost, made]).is_ok());
    assert!(begun(&gbp(1000), "", &[(POST, "/orders", Ok((503, ""))), made]).is_ok());
    assert_eq!(
        begun(&gbp(1000), "", &[lost, lost]).unwrap_err(),
        Failure::Unreachable
    );
    let never = begun(
        &gbp(1000),
        "",
        &[(POST, "/orders", Err(CallError::NotSent))],
    );
    assert_eq!(never.unwrap_err(), Failure::Unreachable);
}

#[test]
fn a_decline_as_http_402_before_there_is_a_page_makes_nothing_and_says_which_way_to_pay() {
    for (body, why) in [
        (r#"{"error":{"code":"4001","message":"x"}}"#, "list"),
        (r#"{"error":{"code":"3022"}}"#, "not enough money"),
        ("", "declined"),
    ] {
        let end = begun(&gbp(1000), "", &[(POST, "/orders", Ok((402, body)))]);
        let Err(Failure::Unsuitable(error)) = end else {
            panic!("{end:?}");
        };
        assert_eq!(error.field, "method");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn golden_a_reference_that_was_used_is_looked_up_by_the_report_and_no_second_order_is_made() {
    let lost: Played<'_> = (POST, "/orders", Err(CallError::NoAnswer));
    let used: Played<'_> = (POST, "/orders", Ok((400, golden("n2"))));
    let other = golden("n1").replace("REF-1", "REF-2").replace(ID, "OTHER");
    let report = format!(r#"{{"records":[{other},{}],"count":2}}"#, golden("n1"));
    let found = [
        lost,
        used,
        (GET, "/orders?num=50", Ok((200, report.as_str()))),
        (GET, ORDER, Ok((200, golden("n1")))),
    ];
    let begun_again = begun(&gbp(1000), "", &found).unwrap();
    assert_eq!(begun_again.memo.as_deref(), Some(MEMO));

    // The reference is there, and not with this amount: nobody is sent to that page.
    let another = begun(&gbp(1001), "", &found);
    assert!(
        matches!(another, Err(Failure::Unexpected(_))),
        "{another:?}"
    );

    let nothing = [
        lost,
        used,
        (GET, "/orders?num=50", Ok((200, r#"{"records":[]}"#))),
    ];
    let end = begun(&gbp(1000), "", &nothing);
    assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
}

#[test]
fn a_report_of_many_pages_is_read_as_far_as_a_new_order_can_stand() {
    let page = (0..50).map(|n| format!(r#"{{"id":"A{n}","merchantRefNum":"R{n}"}}"#));
    let page = format!(r#"{{"records":[{}]}}"#, page.collect::<Vec<_>>().join(","));
    let paid = golden("n3");
    let last = format!(r#"{{"records":[{paid}]}}"#);
    let answers: [Played<'_>; 3] = [
        (GET, "/orders?num=50", Ok((200, &page))),
        (GET, "/orders?num=50&start=50", Ok((200, &last))),
        (GET, ORDER, Ok((200, paid))),
    ];
    let end = looked_up(&gbp(301), None, false, &answers).unwrap();
    assert!(matches!(end, LookedUp::Facts(_)), "{end:?}");
    let end: [Played<'_>; 1] = [(GET, "/orders?num=50", Ok((200, r#"{"records":[]}"#)))];
    let end = looked_up(&gbp(301), None, false, &end).unwrap();
    assert!(matches!(end, LookedUp::Nothing), "{end:?}");
}

#[test]
fn golden_what_was_paid_is_accepted_and_named_by_its_order() {
    for (world, name, call) in [
        (gbp(301), "n3", "361928800"),
        (gbp(301).manual(), "n4", "361928801"),
    ] {
        let end = finalised(&world, Ok((200, golden(name)))).unwrap();
        assert!(!end.open && end.next_action.is_none());
        assert!(!format!("{end:?}").contains(PASSWORD));
        let part = part_of(&end.facts[0]);
        let told = (
            part.transaction.as_str(),
            part.call.as_str(),
            part.brand.as_str(),
        );
        assert_eq!(told, (ID, call, "VISA"));
        assert_eq!(
            (part.status, part.amount.minor()),
            (PartStatus::Accepted, 301)
        );
    }
}

#[test]
fn what_only_reserved_the_money_does_not_pay_a_session_that_takes_it() {
    let end = finalised(&gbp(301), Ok((200, golden("n4"))));
    assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
}

#[test]
fn an_order_that_is_not_this_payments_is_believed_nothing() {
    for (world, why) in [
        (World::new(301, "GBP", "REF-2"), "another reference"),
        (World::new(301, "EUR", "REF-1"), "another currency"),
        (World::new(302, "GBP", "REF-1"), "another amount"),
    ] {
        let end = finalised(&world, Ok((200, golden("n3"))));
        let Err(Failure::Unexpected(told)) = &end else {
            panic!("{end:?}");
        };
        assert!(told.contains("order"), "{why}: {told}");
    }
    let other = golden("n3").replace(ID, "284BRTAQFS63EOA1LE");
    let end = finalised(&gbp(301), Ok((200, &other)));
    assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
}

#[test]
fn mode_decides_nothing_and_amounts_are_text_or_number() {
    for (from, to) in [
        ("\"totalAmount\":301", "\"totalAmount\":\"301\""),
        ("\"amount\":\"301\"", "\"amount\":301"),
        (
            "\"totalAmount\":301",
            "\"mode\":\"test\",\"totalAmount\":301",
        ),
        (
            "\"totalAmount\":301",
            "\"mode\":\"live\",\"totalAmount\":301",
        ),
    ] {
        let answer = golden("n3").replacen(from, to, 1);
        assert_ne!(answer, golden("n3"));
        let end = finalised(&gbp(301), Ok((200, &answer))).unwrap();
        assert_eq!(part_of(&end.facts[0]).status, PartStatus::Accepted);
    }
    for wrong in ["301.0", "\"301.00\"", "-301", "\"\"", "null", "\"3e2\""] {
        let answer = golden("n3").replacen(
            "\"totalAmount\":301",
            &format!("\"totalAmount\":{wrong}"),
            1,
        );
        assert!(finalised(&gbp(301), Ok((200, &answer))).is_err(), "{wrong}");
    }
}

#[test]
fn a_refusal_leaves_the_page_open_and_tells_what_the_shopper_can_do() {
    for (transaction, refusal, code) in [
        (
            r#"{"status":"declined","errorCode":"3022"}"#,
            Refusal::Funds,
            "3022",
        ),
        (
            r#"{"status":"declined","errorCode":3009}"#,
            Refusal::Issuer,
            "3009",
        ),
        (
            r#"{"status":"declined","errorCode":"3007"}"#,
            Refusal::Held,
            "3007",
        ),
        (
            r#"{"status":"declined","errorCode":"3019"}"#,
            Refusal::Held,
            "3019",
        ),
        (r#"{"status":"declined"}"#, Refusal::Issuer, "declined"),
        (
            r#"{"status":"errored","errorCode":"9999"}"#,
            Refusal::Technical,
            "9999",
        ),
    ] {
        let answer = with(transaction);
        let end = finalised(&gbp(301), Ok((200, &answer))).unwrap();
        assert!(end.open, "{transaction}");
        let part = part_of(&end.facts[0]);
        assert_eq!(
            (part.status, part.refusal),
            (PartStatus::Refused, Some(refusal))
        );
        assert_eq!(part.code, code);
        assert_ne!(
            part.transaction, ID,
            "a later try pays under the order's own name"
        );
        let looked = looked_up(
            &gbp(301),
            Some(MEMO),
            false,
            &[(GET, ORDER, Ok((200, &answer)))],
        );
        assert!(matches!(looked, Ok(LookedUp::Open(facts)) if facts.len() == 1));
    }
}

#[test]
fn what_is_held_or_pending_is_pending_and_an_unknown_status_is_no_success() {
    for status in ["held", "pending"] {
        let answer = with(&format!(r#"{{"status":"{status}"}}"#));
        let end = finalised(&gbp(301), Ok((200, &answer))).unwrap();
        let part = part_of(&end.facts[0]);
        assert_eq!(
            (part.status, part.code.as_str()),
            (PartStatus::Pending, status)
        );
        assert!(!end.open);
    }
    // What waits for another's word is over under the same name, if it is refused in the end.
    let named = |transaction: &str| {
        let end = finalised(&gbp(301), Ok((200, &with(transaction)))).unwrap();
        part_of(&end.facts[0]).transaction.clone()
    };
    let [waits, refused] = ["pending", "declined"].map(|status| {
        named(&format!(
            r#"{{"status":"{status}","confirmationNumber":7}}"#
        ))
    });
    assert_eq!(waits, refused);
    let [held, let_go] =
        ["held", "cancelled"].map(|status| named(&format!(r#"{{"status":"{status}"}}"#)));
    assert_eq!(held, let_go);
    // What was taken and given back at once did not pay.
    let reversed = with(r#"{"status":"success","reversed":true}"#);
    let end = finalised(&gbp(301), Ok((200, &reversed))).unwrap();
    assert_eq!(part_of(&end.facts[0]).status, PartStatus::Refused);
    let elsewhere = with(r#"{"status":"success","currencyCode":"USD"}"#);
    assert!(finalised(&gbp(301), Ok((200, &elsewhere))).is_err());
    for status in ["", "SUCCESS", "success ", "approved", "settled"] {
        let answer = with(&format!(r#"{{"status":"{status}"}}"#));
        let end = finalised(&gbp(301), Ok((200, &answer)));
        assert!(
            matches!(end, Err(Failure::Unexpected(_))),
            "{status} {end:?}"
        );
    }
}

#[test]
fn what_is_held_waits_for_a_person_whose_decision_the_platform_is_told() {
    let held = with(r#"{"status":"held"}"#);
    let end = finalised(&gbp(301), Ok((200, &held))).unwrap();
    assert!(matches!(&end.facts[1].event, PaymentEvent::Held { transaction } if transaction == ID));
    for (accept, status, became) in [
        (true, "success", PartStatus::Accepted),
        (false, "cancelled", PartStatus::Refused),
    ] {
        let config = config("");
        let world = gbp(301);
        let look_up = LookUp {
            context: world.context(),
            memo: Some(MEMO),
            closing: false,
            decided: Some(accept),
        };
        let step = |made: &[Exchange]| super::look_up(&config, &look_up, made);
        let read: Played<'_> = (GET, ORDER, Ok((200, &held)));
        let answer = with(&format!(r#"{{"status":"{status}"}}"#));
        let told = [read, (HttpMethod::Put, ORDER, Ok((200, answer.as_str())))];
        let Ok(LookedUp::Facts(facts)) = play(step, &told) else {
            panic!("{status}");
        };
        assert_eq!((facts.len(), part_of(&facts[0]).status), (1, became));
        // Decided in the back office before.
        let before = [
            read,
            (
                HttpMethod::Put,
                ORDER,
                Ok((400, r#"{"error":{"code":"3031"}}"#)),
            ),
            (GET, ORDER, Ok((200, answer.as_str()))),
        ];
        let Ok(LookedUp::Facts(facts)) = play(step, &before) else {
            panic!("{status}");
        };
        assert_eq!(part_of(&facts[0]).status, became);
        // Not answered: it is looked at again, and told again if it is still held.
        let lost = [read, (HttpMethod::Put, ORDER, Err(CallError::NoAnswer))];
        assert_eq!(play(step, &lost).unwrap_err(), Failure::Unknown);
        // What is not held is not decided about.
        let paid: Played<'_> = (GET, ORDER, Ok((200, golden("n3"))));
        assert!(matches!(play(step, &[paid]), Ok(LookedUp::Facts(_))));
    }
}

#[test]
fn a_callback_is_asked_for_again_by_the_order() {
    let config = config("");
    let step = |made: &[Exchange]| super::resend(&config, Some(MEMO), made);
    let path = "/orders/284BRTAQFS63EOA1LD/resend_callback";
    assert!(play(step, &[(GET, path, Ok((200, "{}")))]).is_ok());
    assert!(play(step, &[(GET, path, Ok((404, "")))]).is_err());
    let none = |made: &[Exchange]| super::resend(&config, None, made);
    assert!(play(none, &[]).is_err());
}

#[test]
fn an_order_that_nobody_paid_is_open_and_called_off_once_nobody_is_waited_for() {
    let made = golden("n1");
    let open = finalised(&gbp(1000), Ok((200, made))).unwrap();
    assert!(open.open && open.facts.is_empty());
    let read: Played<'_> = (GET, ORDER, Ok((200, made)));
    let end = looked_up(&gbp(1000), Some(MEMO), false, &[read]);
    assert!(matches!(end, Ok(LookedUp::Open(facts)) if facts.is_empty()));

    let cancelled = golden("n1").replacen(
        "\"totalAmount\"",
        "\"transaction\":{\"status\":\"cancelled\"},\"totalAmount\"",
        1,
    );
    let end = looked_up(
        &gbp(1000),
        Some(MEMO),
        true,
        &[read, (DELETE, ORDER, Ok((200, &cancelled)))],
    );
    let Ok(LookedUp::Facts(facts)) = end else {
        panic!("{end:?}");
    };
    assert_eq!(part_of(&facts[0]).status, PartStatus::Refused);

    // Something is under way there: what was read stays as it was.
    let refused = r#"{"error":{"code":"3415"}}"#;
    let end = looked_up(
        &gbp(1000),
        Some(MEMO),
        true,
        &[read, (DELETE, ORDER, Ok((409, refused)))],
    );
    assert!(matches!(end, Ok(LookedUp::Open(_))), "{end:?}");
    let end = looked_up(
        &gbp(1000),
        Some(MEMO),
        true,
        &[read, (DELETE, ORDER, Err(CallError::NoAnswer))],
    );
    assert_eq!(end.unwrap_err(), Failure::Unreachable);
}

#[test]
fn an_order_that_the_platform_has_lost_is_asked_for_again() {
    let gone = r#"{"error":{"code":"404"}}"#;
    let end = looked_up(
        &gbp(1000),
        Some(MEMO),
        true,
        &[(GET, ORDER, Ok((404, gone)))],
    );
    assert!(matches!(end, Ok(LookedUp::NotYet)), "{end:?}");
}

#[test]
fn a_refused_order_says_why_and_repeats_nothing_of_what_was_sent() {
    for (status, code, why) in [
        (400, "2505", "no merchant account for this currency"),
        (400, "2527", "locales"),
        (401, "", "the key is refused"),
        (400, "2520", "cart and fees"),
        (403, "", "may not"),
        (418, "zzz\\nalert", "without a known meaning"),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"{PASSWORD}"}}}}"#);
        let end = begun(&gbp(1000), "", &[(POST, "/orders", Ok((status, &body)))]);
        let Err(Failure::Unexpected(told)) = end else {
            panic!("{end:?}");
        };
        assert!(told.contains(why) && !told.contains('\n'), "{told}");
    }
}

#[test]
fn a_reference_is_taken_from_all_that_was_drawn() {
    let provider = crate::netbanx::Netbanx { config: config("") };
    let seed = crate::contract::Seed {
        random: [0xAB; 16],
        day: jiff::civil::date(2026, 3, 1),
        number: 0,
    };
    let reference = crate::contract::Provider::new_reference(&provider, &seed);
    assert_eq!(reference, "AB".repeat(16));
}
