//! Answers that never come, or speak of another transaction.

use super::*;

const FOUND: &str = r#"{"getTransDataResponseCode":"00","responseCode":"00",
    "transactionStatus":"TO_CAPTURE","originAmount":"1050","currencyCode":"978"}"#;

/// Openings of a payment by card that name no transaction of the shop's.
fn nameless(shop: &Shop) -> Vec<&'static str> {
    let s10 = |inner: &str| {
        let name = format!(r#""s10TransactionReference":{inner}"#);
        naming(&name, STRAIGHT)
    };
    if shop.identity == "s10" {
        return vec![
            STRAIGHT,
            s10("{}"),
            s10(r#"{"s10TransactionId":"000042"}"#),
            s10(r#"{"s10TransactionIdDate":"20260301"}"#),
            s10(r#"{"s10TransactionId":"000043","s10TransactionIdDate":"20260301"}"#),
            s10(r#"{"s10TransactionId":"000042","s10TransactionIdDate":"2026"}"#),
            naming(r#""transactionReference":"R1""#, STRAIGHT),
        ];
    }
    let long = format!(r#""transactionReference":"{}""#, "a".repeat(36));
    vec![
        STRAIGHT,
        naming(r#""transactionReference":"""#, STRAIGHT),
        naming(r#""transactionReference":"a-b""#, STRAIGHT),
        naming(&long, STRAIGHT),
        s10(r#"{"s10TransactionId":"000042","s10TransactionIdDate":"20260301"}"#),
    ]
}

#[test]
fn an_opening_that_names_nothing_of_ours_leads_to_no_order() {
    both(|mut shop| {
        for opening in nameless(&shop) {
            let (end, sent) = shop.pay(&[(ENROL, Ok(opening))]);
            assert_eq!(end.unwrap_err(), Failure::Unreachable, "{opening}");
            assert_eq!(sent.len(), 1);
        }
        shop.world.choose("sogenactif_paypal");
        for opening in nameless(&shop) {
            let away = naming(r#""redirectionUrl":"https://bank.example/""#, opening);
            let (end, _) = shop.begin(&[("paymentProviderInitialize", Ok(away))]);
            assert!(end.is_err(), "{away}");
        }
    });
}

#[test]
fn an_opening_whose_answer_is_lost_took_nothing_and_is_never_looked_for() {
    both(|mut shop| {
        let unsent = [(ENROL, Err(NotSent)), (ENROL, Err(NotSent))];
        for script in [&[(ENROL, Err(NoAnswer))][..], &unsent] {
            assert_eq!(shop.pay(script).0.unwrap_err(), Failure::Unreachable);
        }
        // A number that was used before has a test of its own.
        let used = |answer: &&str| answer.contains("\"94\"");
        for answer in TELL_NOTHING.into_iter().filter(|answer| !used(answer)) {
            let (end, _) = shop.pay(&[(ENROL, Ok(answer))]);
            assert_eq!(end.unwrap_err(), Failure::Unreachable, "{answer}");
        }
        let chosen = Some(r#"{"card":"1","by_shop":false}"#);
        let script = [("walletCheckEnrollment", Err(NoAnswer))];
        shop.world.is_known("customer-42");
        let (end, _) = shop.proceed(chosen, Given::Nothing, &script);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
        let offered = Some(r#"{"banks":["B1"]}"#);
        for memo in [None, chosen, offered, Some("{}")] {
            let (end, sent) = shop.look_up(memo, &[]);
            assert!(matches!(end, Ok(LookedUp::Nothing)), "{memo:?} {end:?}");
            assert!(sent.is_empty());
        }
        shop.world.choose("sogenactif_ideal");
        let script = [("creditTransferInitialize", Err(NoAnswer))];
        let (end, _) = shop.proceed(offered, Given::Bank("B1"), &script);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
        shop.world.choose("sogenactif_paypal");
        let (end, _) = shop.begin(&[("paymentProviderInitialize", Err(NoAnswer))]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    });
}

#[test]
fn an_order_whose_answer_is_lost_is_looked_up_by_its_name() {
    both(|shop| {
        let memo = shop.opened(STRAIGHT);
        let lost: [Result<&'static str, CallError>; 3] = [
            Err(NoAnswer),
            Ok(r#"{"responseCode":"94"}"#),
            Ok(r#"{"responseCode":"99"}"#),
        ];
        for answer in lost {
            let (end, _) = shop.finalise(&memo, &[(ORDER, answer)]);
            assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer:?}");
        }
        let (end, sent) = shop.look_up(Some(&memo), &[(ASK, Ok(shop.says(FOUND)))]);
        shop.is_named(&sent[0]);
        let Ok(LookedUp::Facts(facts)) = end else {
            panic!("{end:?}")
        };
        let part = part_of(&facts, shop.world.reference);
        assert_eq!(
            (part.status, part.transaction.as_str()),
            (PartStatus::Accepted, shop.text)
        );
        let none = r#"{"getTransDataResponseCode":"25"}"#;
        let (end, _) = shop.look_up(Some(&memo), &[(ASK, Ok(none))]);
        assert!(matches!(end, Ok(LookedUp::Nothing)), "{end:?}");
    });
}

#[test]
fn an_answer_about_another_transaction_tells_nothing_of_this_one() {
    let s10_others = [
        r#""s10TransactionReference":
            {"s10TransactionId":"000043","s10TransactionIdDate":"20260301"}"#,
        r#""s10TransactionReference":
            {"s10TransactionId":"000042","s10TransactionIdDate":"20260302"}"#,
    ];
    let platform_others = [r#""transactionReference":"PLATFORM2""#];
    for (shop, others) in [(s10(), &s10_others[..]), (platform(), &platform_others[..])] {
        let memo = shop.opened(AWAY);
        for other in others {
            let (end, _) = shop.finalise(&memo, &[(ORDER, Ok(naming(other, PAID)))]);
            assert_eq!(end.unwrap_err(), Failure::Unknown, "{other}");
            let (end, _) = shop.look_up(Some(&memo), &[(ASK, Ok(naming(other, FOUND)))]);
            assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
        }
        let more = PAID.replace("1050", "1051");
        let more: &'static str = Box::leak(more.into_boxed_str());
        let (end, _) = shop.finalise(&memo, &[(ORDER, Ok(more))]);
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{end:?}");
    }
}

#[test]
fn a_number_that_was_used_before_is_refused_and_never_this_payments() {
    let used = r#"{"responseCode":"94"}"#;
    let shop = s10();
    for answer in [used, shop.says(used)] {
        let (end, _) = shop.pay(&[(ENROL, Ok(answer))]);
        let proceeded = end.unwrap();
        let part = part_of(&proceeded.facts, shop.world.reference);
        assert_eq!(
            (part.status, part.refusal),
            (PartStatus::Refused, Some(Refusal::Technical))
        );
        assert!(proceeded.next_action.is_none() && proceeded.memo.is_none());
    }
    // The platform's own references are never used; where ours was, this payment used it.
    let (end, _) = platform().pay(&[(ENROL, Ok(used))]);
    assert_eq!(end.unwrap_err(), Failure::Unreachable);
    let (config, world) = (sandbox(), world());
    let (end, _) = testing::proceed(&config, &world, None, token(false), &[(ENROL, Ok(used))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
}

#[test]
fn an_opening_that_the_platform_has_not_decided_is_looked_up_by_its_name() {
    let pending = r#"{"responseCode":"60"}"#;
    both(|shop| {
        let (end, _) = shop.pay(&[(ENROL, Ok(shop.says(pending)))]);
        let proceeded = end.unwrap();
        assert_eq!(proceeded.next_action, Some(NextAction::Wait));
        let memo = proceeded.memo.unwrap();
        let (end, sent) = shop.look_up(Some(&memo), &[(ASK, Ok(FOUND))]);
        assert!(matches!(end, Ok(LookedUp::Facts(_))), "{end:?}");
        shop.is_named(&sent[0]);
        let (end, _) = shop.pay(&[(ENROL, Ok(pending))]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
    });
}
