use guichet_domain::event::{AtTerminal, Part};
use guichet_domain::id::OperationId;
use guichet_domain::testing::{self, NOW, amount};
use jiff::Timestamp;

use super::super::testing::{Answer, ORDER, body, config, play, receipt};
use super::*;
use crate::contract::{CallError, HttpMethod, Paid, Taken};

const ACKNOWLEDGED: &str = r#"{"receipt":{"data":{"response":[{"statusCode":"5201",
    "completed":"false","receiptUrl":"https://cloudreceiptct.moneris.com/1"}]}}}"#;

fn part(tender: &str, offline: bool) -> Part {
    Part {
        at_terminal: Some(Box::new(AtTerminal {
            terminal: "counter".into(),
            tender: tender.into(),
            offline,
            ..AtTerminal::default()
        })),
        ..testing::part("6-0_1201", PartKind::Card, 1388, PartStatus::Accepted)
    }
}

/// What was taken of it: nothing, with the payment, or by a capture.
#[derive(Clone, Copy, Debug)]
enum State {
    Reserved,
    Paid,
    Captured,
}

struct Case {
    kind: OperationKind,
    minor: u64,
    part: Part,
    state: State,
    given_back: u64,
    seconds_ago: i64,
}

impl Case {
    fn new(kind: OperationKind, state: State, minor: u64) -> Self {
        Self {
            kind,
            minor,
            part: part("Credit", false),
            state,
            given_back: 0,
            seconds_ago: 10,
        }
    }

    fn with<T>(&self, run: impl FnOnce(&Operation<'_>) -> T) -> T {
        let id = OperationId::from_random([9; 16]);
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let capture = matches!(self.state, State::Captured).then_some("7-0_1202");
        let taken = Taken {
            amount: amount(1388),
            at: at(NOW),
            capture,
        };
        run(&Operation {
            id: Some(&id),
            kind: self.kind,
            paid: Paid {
                reference: ORDER,
                part: &self.part,
                taken: (!matches!(self.state, State::Reserved)).then_some(taken),
                given_back: self.given_back,
                cancelled: false,
                duplicate: None,
            },
            amount: amount(self.minor),
            sequence: 0,
            asked_at: at(NOW - self.seconds_ago),
            now: at(NOW),
        })
    }

    fn key(&self) -> String {
        OperationId::from_random([9; 16]).as_str().to_owned()
    }

    /// The receipt of this operation, with some fields changed.
    fn receipt(&self, changes: &[(&str, &str)]) -> String {
        let minor = self.minor.to_string();
        let key = self.key();
        let own = [
            ("action", action(self.kind)),
            ("idempotencyKey", &key),
            ("totalAmount", &minor),
            ("approvedAmount", &minor),
            ("transactionId", "8-0_1203"),
        ];
        receipt(&[&own[..], changes].concat())
    }
}

#[test]
fn what_a_terminal_does_with_a_payment_afterwards_is_known_before_any_call() {
    use OperationKind::{Cancel, Capture, Duplicate, Refund};
    let case = Case::new;
    let debit = |mut case: Case| {
        case.part = part("Debit", false);
        case
    };
    let offline = |mut case: Case| {
        case.part = part("Credit", true);
        case
    };
    for (case, expected) in [
        (case(Capture, State::Reserved, 1388), Ok(0)),
        (case(Capture, State::Reserved, 1000), Ok(388)),
        (case(Capture, State::Reserved, 1389), Err("at most 1388")),
        (case(Capture, State::Paid, 1388), Err("taken before")),
        (case(Cancel, State::Reserved, 1388), Err("a purchase alone")),
        (case(Cancel, State::Paid, 1388), Ok(0)),
        (case(Cancel, State::Paid, 1000), Err("only the whole")),
        (
            case(Cancel, State::Captured, 1388),
            Err("refund what was captured"),
        ),
        (case(Refund, State::Reserved, 100), Err("cancel it instead")),
        (case(Refund, State::Paid, 1388), Ok(0)),
        (case(Refund, State::Captured, 100), Ok(0)),
        (case(Refund, State::Paid, 1389), Err("at most 1388")),
        (
            debit(case(Refund, State::Paid, 100)),
            Err("credit cards alone"),
        ),
        (debit(case(Cancel, State::Paid, 1388)), Ok(0)),
        (case(Duplicate, State::Paid, 1388), Err("pay anew")),
        (
            offline(case(Refund, State::Paid, 100)),
            Err("approved offline"),
        ),
        (
            offline(case(Capture, State::Reserved, 1388)),
            Err("approved offline"),
        ),
    ] {
        let told = case.with(|operation| check(&config(), operation));
        let at = (case.kind, case.state, case.minor);
        match (&told, expected) {
            (Ok(allowed), Ok(gives_up)) => assert_eq!(allowed.gives_up, gives_up, "{at:?}"),
            (Err(why), Err(words)) => assert!(why.to_string().contains(words), "{at:?}: {why}"),
            _ => panic!("{at:?}: {told:?}"),
        }
    }
    let mut gone = case(Refund, State::Paid, 100);
    if let Some(told) = &mut gone.part.at_terminal {
        told.terminal = "gone".into();
    }
    let told = gone.with(|operation| check(&config(), operation));
    assert_eq!(told, Err(Objection::Unnamed));
    let mut before = case(Cancel, State::Paid, 1388);
    before.given_back = 1;
    let told = before.with(|operation| check(&config(), operation));
    assert_eq!(told, Err(Objection::GivenBackBefore));
}

fn operated(case: &Case, answers: &[Answer<'_>]) -> (serde_json::Value, Result<Operated, Failure>) {
    case.with(|operation| {
        let step = |exchanges: &[Exchange]| operate(&config(), operation, exchanges);
        let (calls, end) = play(step, answers);
        for (index, call) in calls.iter().enumerate().skip(1) {
            assert_eq!(call.method, HttpMethod::Get, "{index}");
            assert!(call.after >= Duration::from_secs(2), "never sooner");
        }
        (body(&calls[0])["data"]["request"][0].clone(), end)
    })
}

#[test]
fn each_operation_names_the_original_order_and_transaction_and_has_its_own_key() {
    for (kind, state, action, transaction, total) in [
        (
            OperationKind::Capture,
            State::Reserved,
            "completion",
            "6-0_1201",
            Some("1000"),
        ),
        (OperationKind::Cancel, State::Paid, "void", "6-0_1201", None),
        (
            OperationKind::Refund,
            State::Paid,
            "refund",
            "6-0_1201",
            Some("1000"),
        ),
        // What was captured has a transaction of its own, which a refund takes.
        (
            OperationKind::Refund,
            State::Captured,
            "refund",
            "7-0_1202",
            Some("1000"),
        ),
    ] {
        let minor = if total.is_some() { 1000 } else { 1388 };
        let case = Case::new(kind, state, minor);
        let done = case.receipt(&[]);
        let running = case.receipt(&[("statusCode", "5206"), ("completed", "false")]);
        let answers = [
            Ok(ACKNOWLEDGED),
            Ok(&*running),
            Err(CallError::NoAnswer),
            Ok(&*done),
        ];
        let (entry, end) = operated(&case, &answers);
        assert_eq!(entry["action"], action);
        assert_eq!(entry["orderId"], ORDER);
        assert_eq!(entry["transactionId"], transaction);
        assert_eq!(
            entry.get("totalAmount").and_then(|total| total.as_str()),
            total
        );
        assert_eq!(entry["idempotencyKey"], case.key());
        let Ok(Operated::Done(done)) = end else {
            panic!("{end:?}");
        };
        assert_eq!((done.kind, done.amount.minor()), (kind, minor));
        assert_eq!(done.to, "6-0_1201");
        assert_eq!(done.numbers.as_ref().unwrap().transaction, "8-0_1203");
    }
}

/// What an operation comes to, in a word.
fn word(end: &Result<Operated, Failure>) -> &'static str {
    match end {
        Ok(Operated::Done(_)) => "done",
        Ok(Operated::Refused { .. }) => "refused",
        Ok(Operated::Later(_)) => "later",
        Ok(Operated::Waits) => "waits",
        Ok(Operated::Objected(_)) => "objected",
        Err(Failure::Unknown) => "unknown",
        Err(Failure::Unreachable) => "unreachable",
        Err(_) => "failed",
    }
}

#[test]
fn only_what_was_told_of_this_operation_and_approved_is_done() {
    let case = Case::new(OperationKind::Refund, State::Paid, 1000);
    let told = |changes: &[(&str, &str)]| case.receipt(changes);
    let bare = |code: &str| format!(r#"{{"receipt":{{"statusCode":"{code}"}}}}"#);
    for (answer, expected) in [
        (told(&[]), "done"),
        (told(&[("responseCode", "050")]), "unknown"),
        (told(&[("responseCode", "")]), "unknown"),
        (told(&[("statusCode", "5210")]), "unknown"),
        (told(&[("idempotencyKey", ORDER)]), "unknown"),
        (told(&[("orderId", "ORDER-2")]), "unknown"),
        (told(&[("action", "purchase")]), "unknown"),
        (told(&[("totalAmount", "999")]), "unknown"),
        (
            told(&[("statusCode", "5450"), ("responseCode", "481")]),
            "refused",
        ),
        (
            told(&[("statusCode", "5454"), ("responseCode", "")]),
            "refused",
        ),
        (
            told(&[("statusCode", "5907"), ("responseCode", "")]),
            "unknown",
        ),
        (bare("5904"), "later"),
        (bare("5903"), "later"),
        (bare("5913"), "refused"),
        (bare("5908"), "unknown"),
        (bare("1"), "unknown"),
        ("<html>".into(), "unknown"),
    ] {
        let (_, end) = operated(&case, &[Ok(&answer)]);
        assert_eq!(word(&end), expected, "{answer}");
    }
    let running = told(&[("statusCode", "5206"), ("completed", "false")]);
    let looks = [&[Ok(ACKNOWLEDGED)][..], &[Ok(&*running); 6]].concat();
    assert_eq!(word(&operated(&case, &looks).1), "waits");
    assert_eq!(
        word(&operated(&case, &[Err(CallError::NotSent)]).1),
        "unreachable"
    );
    assert_eq!(
        word(&operated(&case, &[Err(CallError::NoAnswer)]).1),
        "unknown"
    );
}

#[test]
fn what_nobody_knows_is_asked_about_by_its_key_for_five_minutes_and_then_a_person_looks() {
    let consulted = |case: &Case, answers: &[Answer<'_>]| {
        case.with(|operation| {
            let step = |exchanges: &[Exchange]| consult(&config(), operation, exchanges);
            let (calls, end) = play(step, answers);
            for call in calls.iter().take(1) {
                assert_eq!(
                    body(call)["data"]["request"][0]["idempotencyKey"],
                    case.key()
                );
            }
            end
        })
    };
    let mut case = Case::new(OperationKind::Cancel, State::Paid, 1388);
    let done = case.receipt(&[("totalAmount", "")]);
    assert!(matches!(
        consulted(&case, &[Ok(&done)]),
        Ok(Consulted::Done(_))
    ));
    let refused = case.receipt(&[("statusCode", "5454"), ("responseCode", "")]);
    let end = consulted(&case, &[Ok(&refused)]);
    assert!(matches!(end, Ok(Consulted::Refused { .. })));
    for open in ["5903", "5904", "5915", "5906"] {
        let bare = format!(r#"{{"receipt":{{"statusCode":"{open}"}}}}"#);
        assert!(consulted(&case, &[Ok(&bare)]).is_err(), "{open}");
    }
    case.seconds_ago = 301;
    assert!(matches!(consulted(&case, &[]), Ok(Consulted::Undecided(_))));
}
