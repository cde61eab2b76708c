use guichet_domain::Refusal;
use guichet_domain::event::Part;

use super::super::testing::{Plays, REFERENCE, exchange, sandbox, world};
use super::*;
use crate::contract::{CallError, Failure};

const ASK: &str = "getTransactionData";

fn find(script: &[Plays]) -> Result<LookedUp, Failure> {
    let (config, world) = (sandbox(), world());
    let (end, sent) = exchange(&config, script, |exchanges| {
        look_up(
            &config,
            &LookUp {
                context: world.context(),
                memo: None,
                closing: false,
                decided: None,
            },
            exchanges,
        )
    });
    assert_eq!(sent[0].text("transactionReference"), Some(REFERENCE));
    end
}

fn found(fields: &'static str) -> Part {
    match find(&[(ASK, Ok(fields))]).unwrap() {
        LookedUp::Facts(facts) => match &facts[0].event {
            PaymentEvent::Part(part) => part.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{fields}: {other:?}"),
    }
}

#[test]
fn money_that_was_taken_or_reserved_is_found() {
    for fields in [
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"TO_CAPTURE",
            "originAmount":"1050","currencyCode":"978","paymentMeanBrand":"CB"}"#,
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"CAPTURED"}"#,
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"TO_VALIDATE",
            "originAmount":1050}"#,
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"CREDITED"}"#,
    ] {
        let part = found(fields);
        assert_eq!(
            (part.status, part.amount.minor()),
            (PartStatus::Accepted, 1050)
        );
    }
}

#[test]
fn a_refusal_is_found() {
    let part = found(
        r#"{"getTransDataResponseCode":"00","responseCode":"05","acquirerResponseCode":"51",
            "transactionStatus":"REFUSED"}"#,
    );
    assert_eq!(
        (part.status, part.refusal),
        (PartStatus::Refused, Some(Refusal::Funds))
    );
    let part = found(
        r#"{"getTransDataResponseCode":"00","responseCode":"99","transactionStatus":"REFUSED"}"#,
    );
    assert_eq!(part.refusal, Some(Refusal::Technical));
    let part = found(r#"{"getTransDataResponseCode":"00","transactionStatus":"EXPIRED"}"#);
    assert_eq!(
        (part.status, part.refusal),
        (PartStatus::Refused, Some(Refusal::TimedOut))
    );
}

#[test]
fn what_waits_for_anothers_word_is_pending_and_its_final_word_is_another_fact() {
    for status in [
        "TO_CONFIRM_AUTHOR",
        "TO_CONFIRM_CAPTURE",
        "TO_CONFIRM_CREDIT",
        "PENDING",
    ] {
        for code in ["00", "60"] {
            let fields = format!(
                r#"{{"getTransDataResponseCode":"00","responseCode":"{code}",
                    "transactionStatus":"{status}","originAmount":1050}}"#
            );
            let waits = found(fields.leak());
            assert_eq!(
                (waits.status, waits.code.as_str()),
                (PartStatus::Pending, status)
            );
        }
    }
    let identity = |fields: &'static str| match find(&[(ASK, Ok(fields))]).unwrap() {
        LookedUp::Facts(facts) => facts[0].identity.clone(),
        other => panic!("{other:?}"),
    };
    let waits = identity(
        r#"{"getTransDataResponseCode":"00","responseCode":"00",
            "transactionStatus":"TO_CONFIRM_CAPTURE"}"#,
    );
    let taken = identity(
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"CAPTURED"}"#,
    );
    assert_ne!(waits, taken, "the second would be taken for a repetition");
}

#[test]
fn what_is_not_over_or_not_understood_is_asked_again() {
    for fields in [
        r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_AUTHORIZE"}"#,
        r#"{"getTransDataResponseCode":"00","transactionStatus":"NEW_WORD","responseCode":"00"}"#,
        r#"{"getTransDataResponseCode":"00","responseCode":"00"}"#,
        r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CAPTURE","responseCode":"05"}"#,
    ] {
        assert!(
            matches!(find(&[(ASK, Ok(fields))]), Ok(LookedUp::NotYet)),
            "{fields}"
        );
    }
}

#[test]
fn what_the_platform_never_heard_of_took_nothing() {
    let unknown = r#"{"getTransDataResponseCode":"25","responseCode":"00"}"#;
    assert!(matches!(find(&[(ASK, Ok(unknown))]), Ok(LookedUp::Nothing)));
}

#[test]
fn the_second_try_of_a_soft_decline_is_looked_for() {
    let soft = r#"{"getTransDataResponseCode":"00","responseCode":"05",
        "acquirerResponseCode":"A1","transactionStatus":"REFUSED"}"#;
    let paid = r#"{"getTransDataResponseCode":"00","responseCode":"00",
        "transactionStatus":"TO_CAPTURE"}"#;
    let none = r#"{"getTransDataResponseCode":"25"}"#;
    let Ok(LookedUp::Facts(facts)) = find(&[(ASK, Ok(soft)), (ASK, Ok(paid))]) else {
        panic!()
    };
    let PaymentEvent::Part(part) = &facts[0].event else {
        panic!()
    };
    assert_eq!(part.transaction, format!("{REFERENCE}A1"));
    assert_eq!(part.status, PartStatus::Accepted);
    let Ok(LookedUp::Facts(facts)) = find(&[(ASK, Ok(soft)), (ASK, Ok(none))]) else {
        panic!()
    };
    let PaymentEvent::Part(part) = &facts[0].event else {
        panic!()
    };
    assert_eq!(part.refusal, Some(Refusal::Authentication));
}

#[test]
fn another_amount_is_no_payment_of_ours() {
    let other = r#"{"getTransDataResponseCode":"00","responseCode":"00",
        "transactionStatus":"CAPTURED","originAmount":"1"}"#;
    assert!(matches!(
        find(&[(ASK, Ok(other))]),
        Err(Failure::Unexpected(_))
    ));
}

#[test]
fn a_question_may_be_asked_again_and_a_silence_tells_nothing() {
    let paid = r#"{"getTransDataResponseCode":"00","responseCode":"00",
        "transactionStatus":"CAPTURED"}"#;
    assert!(find(&[(ASK, Err(CallError::NoAnswer)), (ASK, Ok(paid))]).is_ok());
    let silent = [
        (ASK, Err(CallError::NoAnswer)),
        (ASK, Err(CallError::NoAnswer)),
    ];
    assert_eq!(find(&silent).unwrap_err(), Failure::Unreachable);
    let down = r#"{"getTransDataResponseCode":"99"}"#;
    assert!(matches!(
        find(&[(ASK, Ok(down))]),
        Err(Failure::Unexpected(_))
    ));
}
