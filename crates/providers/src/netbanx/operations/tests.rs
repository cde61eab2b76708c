use guichet_domain::event::Part;
use guichet_domain::testing::{self, amount};

use super::*;
use crate::contract::{CallError, Paid, Taken};
use crate::netbanx::testing::{ID, Played, config, play};

const ORDER: &str = "/orders/284BRTAQFS63EOA1LD";
const REFUND: &str = "/orders/284BRTAQFS63EOA1LD/refund";
const SETTLEMENT: &str = "/orders/284BRTAQFS63EOA1LD/settlement";
const POST: HttpMethod = HttpMethod::Post;
const GET: HttpMethod = HttpMethod::Get;
const DELETE: HttpMethod = HttpMethod::Delete;

fn part() -> Part {
    Part {
        call: "361928800".into(),
        brand: "VISA".into(),
        ..testing::part(ID, PartKind::Card, 301, PartStatus::Accepted)
    }
}

/// How the money of the part stands.
#[derive(Clone, Copy, Default)]
struct Stands {
    taken: Option<(u64, Option<&'static str>)>,
    given_back: u64,
    cancelled: bool,
}

const RESERVED: Stands = Stands {
    taken: None,
    given_back: 0,
    cancelled: false,
};
const TAKEN: Stands = Stands {
    taken: Some((301, None)),
    ..RESERVED
};
const SETTLED: Stands = Stands {
    taken: Some((301, Some("SETTLE1"))),
    ..RESERVED
};

fn with<T>(
    kind: OperationKind,
    minor: u64,
    stands: Stands,
    run: impl FnOnce(&Operation<'_>) -> T,
) -> T {
    let part = part();
    let now = jiff::Timestamp::from_second(1_772_355_600).unwrap();
    let taken = stands.taken.map(|(taken, capture)| Taken {
        amount: amount(taken),
        at: now,
        capture,
    });
    run(&Operation {
        kind,
        id: None,
        paid: Paid {
            reference: "REF-1",
            part: &part,
            taken,
            given_back: stands.given_back,
            cancelled: stands.cancelled,
            duplicate: None,
        },
        amount: amount(minor),
        sequence: 1,
        asked_at: now,
        now,
    })
}

fn operated(
    kind: OperationKind,
    minor: u64,
    stands: Stands,
    lines: &str,
    answers: &[Played<'_>],
) -> Result<Operated, Failure> {
    let config = config(lines);
    with(kind, minor, stands, |operation| {
        play(|made| operate(&config, operation, made), answers)
    })
}

fn consulted(
    kind: OperationKind,
    minor: u64,
    stands: Stands,
    answer: &str,
) -> Result<Consulted, Failure> {
    let config = config("");
    with(kind, minor, stands, |operation| {
        play(
            |made| consult(&config, operation, made),
            &[(GET, ORDER, Ok((200, answer)))],
        )
    })
}

/// An order that paid, and what was done with it.
fn order(status: &str, settled: bool, moves: &str) -> String {
    format!(
        r#"{{"id":"{ID}","merchantRefNum":"REF-1","currencyCode":"GBP","totalAmount":301,
            "transaction":{{"status":"{status}","settled":{settled},"authType":"auth",
            "amount":"301","associatedTransactions":[{moves}]}}}}"#
    )
}

fn moved(kind: &str, reference: &str, minor: u64, status: &str) -> String {
    format!(
        r#"{{"id":"M1","authType":"{kind}","merchantRefNum":"{reference}","amount":"{minor}",
            "status":"{status}"}}"#
    )
}

fn refusal(code: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#)
}

use OperationKind::{Cancel, Capture, Refund};

#[test]
fn what_is_possible_is_known_before_any_call() {
    let checked = |kind, minor, stands| with(kind, minor, stands, check);
    assert_eq!(
        checked(Capture, 200, RESERVED),
        Ok(Allowed { gives_up: 101 })
    );
    assert_eq!(
        checked(Capture, 302, RESERVED),
        Err(Objection::TooMuch { left: 301 })
    );
    assert_eq!(checked(Capture, 301, TAKEN), Err(Objection::TakenBefore));
    assert_eq!(checked(Cancel, 301, RESERVED), Ok(Allowed { gives_up: 0 }));
    assert_eq!(checked(Cancel, 300, TAKEN), Err(Objection::WholeOnly(301)));
    assert_eq!(checked(Refund, 301, RESERVED), Err(Objection::OnlyReserved));
    let duplicate = checked(OperationKind::Duplicate, 301, RESERVED);
    assert!(matches!(duplicate, Err(Objection::Never { .. })));
    let given = Stands {
        given_back: 100,
        ..TAKEN
    };
    assert_eq!(
        checked(Refund, 202, given),
        Err(Objection::TooMuch { left: 201 })
    );
    assert_eq!(checked(Cancel, 301, given), Err(Objection::GivenBackBefore));
    let cancelled = Stands {
        cancelled: true,
        ..RESERVED
    };
    assert_eq!(checked(Capture, 301, cancelled), Err(Objection::Cancelled));
}

#[test]
fn a_refund_and_a_settlement_are_done_by_their_own_answer() {
    for (kind, stands, path, word) in [
        (Refund, TAKEN, REFUND, "refund"),
        (Capture, RESERVED, SETTLEMENT, "settlement"),
        (Capture, RESERVED, SETTLEMENT, "settle"),
    ] {
        let answer = moved(word, "x", 301, "success");
        let end = operated(kind, 301, stands, "", &[(POST, path, Ok((200, &answer)))]).unwrap();
        let Operated::Done(done) = end else {
            panic!("{end:?}");
        };
        assert_eq!(
            (done.kind, done.amount, done.to.as_str()),
            (kind, amount(301), ID)
        );
        assert_eq!(done.numbers.as_ref().unwrap().transaction, "M1");
        // Of another amount, of another kind, without a name: what was done is not known.
        for wrong in [
            moved(word, "x", 300, "success"),
            moved("purchase", "x", 301, "success"),
            answer.replace("\"M1\"", "\"../1\""),
        ] {
            let end = operated(kind, 301, stands, "", &[(POST, path, Ok((200, &wrong)))]);
            assert_eq!(end.unwrap_err(), Failure::Unknown, "{wrong}");
        }
    }
}

#[test]
fn each_refund_has_a_reference_of_its_own_and_the_same_one_has_the_same() {
    let reference = |minor, given_back| {
        let stands = Stands {
            given_back,
            ..TAKEN
        };
        with(Refund, minor, stands, own_reference)
    };
    assert_eq!(reference(100, 0), "REF-1-R0");
    assert_eq!(reference(100, 100), "REF-1-R100");
    assert_eq!(reference(100, 0), reference(100, 0));
}

#[test]
fn what_is_not_batched_yet_says_to_cancel_and_is_cancelled_where_the_shop_allows() {
    let no = refusal("3406");
    let refund: Played<'_> = (POST, REFUND, Ok((400, &no)));
    let Ok(Operated::Refused { code, why }) = operated(Refund, 301, TAKEN, "", &[refund]) else {
        panic!("not refused");
    };
    assert_eq!(code, "3406");
    assert!(why.contains("cancel it instead"), "{why}");

    let allowed = "cancel_unbatched = true";
    let cancelled = order("cancelled", false, "");
    let cancel: Played<'_> = (DELETE, ORDER, Ok((200, &cancelled)));
    let end = operated(Refund, 301, TAKEN, allowed, &[refund, cancel]);
    assert!(matches!(end, Ok(Operated::Done(done)) if done.kind == Refund));
    // A part of it can't be cancelled.
    let end = operated(Refund, 100, TAKEN, allowed, &[refund]);
    assert!(matches!(end, Ok(Operated::Refused { .. })), "{end:?}");
    // What was settled first: the settlement, and then what it had settled.
    let settlement: Played<'_> = (DELETE, "/orders/SETTLE1", Ok((200, r#"{"id":"SETTLE1"}"#)));
    let end = operated(Refund, 301, SETTLED, allowed, &[refund, settlement, cancel]);
    assert!(matches!(end, Ok(Operated::Done(_))), "{end:?}");
    let lost: Played<'_> = (DELETE, ORDER, Err(CallError::NotSent));
    let end = operated(Refund, 301, SETTLED, allowed, &[refund, settlement, lost]);
    assert_eq!(
        end.unwrap_err(),
        Failure::Unknown,
        "the settlement is cancelled by now"
    );
}

#[test]
fn a_cancellation_goes_by_how_the_money_stands() {
    let cancelled = order("cancelled", false, "");
    let cancel: Played<'_> = (DELETE, ORDER, Ok((200, &cancelled)));
    for stands in [RESERVED, TAKEN] {
        let end = operated(Cancel, 301, stands, "", &[cancel]);
        assert!(matches!(end, Ok(Operated::Done(_))), "{end:?}");
    }
    let settlement: Played<'_> = (DELETE, "/orders/SETTLE1", Ok((200, r#"{"id":"SETTLE1"}"#)));
    let end = operated(Cancel, 301, SETTLED, "", &[settlement, cancel]);
    assert!(matches!(end, Ok(Operated::Done(_))), "{end:?}");
    // Cancelled by a try whose answer was lost, or settled for good: the order decides.
    let before = refusal("3203");
    let before: Played<'_> = (DELETE, "/orders/SETTLE1", Ok((409, &before)));
    let end = operated(Cancel, 301, SETTLED, "", &[before, cancel]);
    assert!(matches!(end, Ok(Operated::Done(_))), "{end:?}");
    let no = refusal("3415");
    let end = operated(
        Cancel,
        301,
        SETTLED,
        "",
        &[before, (DELETE, ORDER, Ok((409, &no)))],
    );
    assert!(matches!(end, Ok(Operated::Refused { code, .. }) if code == "3415"));
    // An answer that does not say so.
    let paid = order("success", true, "");
    let end = operated(Cancel, 301, TAKEN, "", &[(DELETE, ORDER, Ok((200, &paid)))]);
    assert_eq!(end.unwrap_err(), Failure::Unknown);
    // Or of another order.
    let other = cancelled.replacen(r#""id":""#, r#""id":"X"#, 1);
    assert_ne!(other, cancelled);
    let end = operated(
        Cancel,
        301,
        TAKEN,
        "",
        &[(DELETE, ORDER, Ok((200, &other)))],
    );
    assert_eq!(end.unwrap_err(), Failure::Unknown);
}

#[test]
fn a_code_of_an_outage_or_one_that_nobody_knows_leaves_it_open() {
    for (status, code) in [
        (400, "1000"),
        (400, "1007"),
        (400, "9999"),
        (404, ""),
        (503, "3402"),
    ] {
        let no = refusal(code);
        let end = operated(Refund, 301, TAKEN, "", &[(POST, REFUND, Ok((status, &no)))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown, "{status} {code}");
    }
    let no = refusal("3402");
    let end = operated(Refund, 301, TAKEN, "", &[(POST, REFUND, Ok((400, &no)))]);
    assert!(matches!(end, Ok(Operated::Refused { code, .. }) if code == "3402"));
}

#[test]
fn the_same_that_was_done_before_is_done_and_not_done_twice() {
    let used = refusal("400");
    let sent: Played<'_> = (POST, REFUND, Ok((400, &used)));
    let there = order(
        "success",
        true,
        &moved("refund", "REF-1-R0", 100, "success"),
    );
    let end = operated(
        Refund,
        100,
        TAKEN,
        "",
        &[sent, (GET, ORDER, Ok((200, &there)))],
    );
    let Ok(Operated::Done(done)) = end else {
        panic!("{end:?}");
    };
    assert_eq!(done.numbers.as_ref().unwrap().transaction, "M1");
    let nothing = order("success", true, "");
    let end = operated(
        Refund,
        100,
        TAKEN,
        "",
        &[sent, (GET, ORDER, Ok((200, &nothing)))],
    );
    assert!(matches!(end, Ok(Operated::Refused { .. })), "{end:?}");
}

#[test]
fn a_look_tells_what_became_of_an_operation_or_that_a_person_must_look() {
    let given = Stands {
        given_back: 100,
        ..TAKEN
    };
    let first = moved("refund", "REF-1-R0", 100, "success");
    let second = moved("refund", "REF-1-R100", 50, "success");
    let both = format!("{first},{second}");
    let foreign = format!("{first},{}", moved("refund", "back office", 50, "success"));
    let word =
        |kind, minor, stands, order: &str| match consulted(kind, minor, stands, order).unwrap() {
            Consulted::Done(_) => "done",
            Consulted::NotDone => "not done",
            Consulted::Undecided(_) => "undecided",
            Consulted::Refused { .. } | Consulted::Waits => "something else",
        };
    assert_eq!(
        word(Refund, 50, given, &order("success", true, &both)),
        "done"
    );
    assert_eq!(
        word(Refund, 50, given, &order("success", true, &first)),
        "not done"
    );
    assert_eq!(
        word(Refund, 50, given, &order("success", true, &foreign)),
        "undecided"
    );
    assert_eq!(
        word(Refund, 301, TAKEN, &order("cancelled", false, "")),
        "done"
    );
    let settled = moved("settlement", "REF-1-S", 200, "success");
    assert_eq!(
        word(Capture, 200, RESERVED, &order("success", true, &settled)),
        "done"
    );
    assert_eq!(
        word(Capture, 200, RESERVED, &order("success", false, "")),
        "not done"
    );
    let gone = moved("settlement", "REF-1-S", 200, "cancelled");
    assert_eq!(
        word(Capture, 200, RESERVED, &order("success", false, &gone)),
        "not done"
    );
    assert_eq!(
        word(Capture, 200, RESERVED, &order("success", true, "")),
        "undecided"
    );
    assert_eq!(
        word(Capture, 200, RESERVED, &order("cancelled", false, "")),
        "undecided"
    );
    assert_eq!(
        word(Cancel, 301, TAKEN, &order("cancelled", false, "")),
        "done"
    );
    assert_eq!(
        word(Cancel, 301, TAKEN, &order("success", true, "")),
        "not done"
    );
    assert_eq!(
        word(Cancel, 301, TAKEN, &order("held", true, "")),
        "undecided"
    );
}
