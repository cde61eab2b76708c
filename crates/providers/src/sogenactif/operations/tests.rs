use guichet_domain::event::{Part, Trust};
use guichet_domain::id::OperationId;
use guichet_domain::method::Method;
use guichet_domain::{PartKind, PartStatus};

use super::super::json::Json;
use super::super::seal::sealed_string;
use super::super::testing::{
    NOW, OWN_KEY, Plays, exchange, production_table, read, sandbox, sandbox_table, with,
};
use super::rules::{May, Means, RULES};
use super::*;
use crate::contract::{CallError, Environment, Paid, Taken};

const CAPTURE: OperationKind = OperationKind::Capture;
const CANCEL: OperationKind = OperationKind::Cancel;
const REFUND: OperationKind = OperationKind::Refund;
const DUPLICATE: OperationKind = OperationKind::Duplicate;

const LOOK: &str = "getTransactionData";

/// What an operation calls.
fn method(kind: OperationKind) -> &'static str {
    match kind {
        CAPTURE => "validate",
        CANCEL => "cancel",
        REFUND => "refund",
        DUPLICATE => "duplicate",
    }
}

fn cents(minor: u64) -> Amount {
    Amount::try_from(minor).unwrap()
}

fn part(method: &str) -> Part {
    let way = Method::try_from(format!("sogenactif_{method}")).unwrap();
    Part {
        transaction: "TREF0001".into(),
        call: String::new(),
        kind: match method {
            "ideal" | "sepa" => PartKind::Account,
            _ => PartKind::Card,
        },
        method: Some(way),
        brand: "CB".into(),
        amount: cents(1500),
        status: PartStatus::Accepted,
        code: "00".into(),
        refusal: None,
        parts_expected: None,
        fingerprint: String::new(),
        at_terminal: None,
        trust: Trust::Ours,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// Of a reserved part: its capture, cancellation, duplicate. Of one that was taken two days ago:
/// its refund.
fn operation<'a>(kind: OperationKind, part: &'a Part, id: &'a OperationId) -> Operation<'a> {
    let taken = Taken {
        amount: part.amount,
        at: at(NOW - 2 * 86_400),
        capture: None,
    };
    Operation {
        id: Some(id),
        kind,
        paid: Paid {
            reference: "00112233445566778899aabbccddeeff",
            part,
            taken: (kind == REFUND).then_some(taken),
            given_back: 0,
            cancelled: false,
            duplicate: None,
        },
        amount: part.amount,
        sequence: 1,
        asked_at: at(NOW),
        now: at(NOW),
    }
}

fn id() -> OperationId {
    OperationId::from_random([0xab; 16])
}

/// Plays the platform while an operation is done.
fn done_by(
    config: &Config,
    operation: &Operation<'_>,
    script: &[Plays],
) -> (Result<Operated, Failure>, Vec<Json>) {
    exchange(config, script, |exchanges| {
        operate(config, operation, exchanges)
    })
}

fn consulted(operation: &Operation<'_>, found: &'static str) -> Consulted {
    let config = sandbox();
    let script = [(LOOK, Ok(found))];
    let (end, _) = exchange(&config, &script, |exchanges| {
        consult(&config, operation, exchanges)
    });
    end.unwrap()
}

/// What comes of an operation on a card that is answered so.
fn card_after(kind: OperationKind, script: &[Plays]) -> Result<Operated, Failure> {
    let (card, id) = (part("card"), id());
    done_by(&sandbox(), &operation(kind, &card, &id), script).0
}

fn reason(end: Result<Operated, Failure>) -> (String, String) {
    match end {
        Ok(Operated::Refused { code, why }) => (code, why.to_owned()),
        other => panic!("{other:?}"),
    }
}

/// The golden vector `v3` is a refund that an independent tool has sealed: ours differs from it by
/// nothing but the text that makes it one of other than ASCII letters.
#[test]
fn a_refund_is_the_message_of_the_golden_vector() {
    let line = "keys = { \"1\" = \"002001000000001_KEY1\" }";
    let config = read(with(sandbox_table(), line), Environment::Sandbox).unwrap();
    let (card, id) = (part("card"), id());
    let mut own = operation(REFUND, &card, &id);
    own.amount = cents(500);
    let answer = r#"{"responseCode":"00","newStatus":"TO_CREDIT"}"#;
    let (end, sent) = done_by(&config, &own, &[("refund", Ok(answer))]);
    assert!(matches!(end, Ok(Operated::Done(_))), "{end:?}");
    let mut message = sent[0].clone();
    message.set("operationOrigin", "café");
    assert_eq!(sealed_string(&message), include_str!("../golden/v3.txt"));
}

#[test]
fn each_operation_is_put_as_its_document_says() {
    let (card, id) = (part("card"), id());
    for kind in OperationKind::ALL {
        let name = method(kind);
        let answer = r#"{"responseCode":"00"}"#;
        let script = match kind {
            DUPLICATE => vec![(LOOK, Ok(EXPIRED)), (name, Ok(answer))],
            _ => vec![(name, Ok(answer))],
        };
        let (_, sent) = done_by(&sandbox(), &operation(kind, &card, &id), &script);
        let sent = sent.last().unwrap().to_string();
        insta::assert_snapshot!(name, sent.replace(",\"", ",\n\""));
    }
}

#[test]
fn each_operation_names_the_parts_transaction_and_how_much_of_it() {
    let (card, id) = (part("card"), id());
    for kind in [CAPTURE, CANCEL, REFUND] {
        let answer = r#"{"responseCode":"00","authorisationId":"123456"}"#;
        let own = operation(kind, &card, &id);
        let (end, sent) = done_by(&sandbox(), &own, &[(method(kind), Ok(answer))]);
        assert_eq!(sent[0].text("transactionReference"), Some("TREF0001"));
        assert_eq!(sent[0].text("operationAmount"), Some("1500"));
        assert_eq!(sent[0].text("currencyCode"), Some("978"));
        match end {
            Ok(Operated::Done(done)) => {
                assert_eq!((done.kind, done.amount), (kind, cents(1500)));
                let numbers = done.numbers.clone().unwrap();
                assert_eq!(numbers.transaction, "TREF0001");
                assert_eq!(numbers.authorisation.as_deref(), Some("123456"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_number_names_its_day_and_its_transaction_only() {
    let line = "transaction_identity = \"s10\"";
    let config = read(with(sandbox_table(), line), Environment::Sandbox).unwrap();
    let (mut card, id) = (part("card"), id());
    card.transaction = "20260301000042".into();
    let answer = r#"{"responseCode":"00"}"#;
    let own = operation(REFUND, &card, &id);
    let (_, sent) = done_by(&config, &own, &[("refund", Ok(answer))]);
    let s10 = sent[0].get("s10TransactionReference").unwrap();
    assert_eq!(s10.text("s10TransactionId"), Some("000042"));
    assert_eq!(s10.text("s10TransactionIdDate"), Some("20260301"));
    // What a duplicate makes would be found again by no number.
    let objection = check(&config, &operation(DUPLICATE, &card, &id));
    assert!(
        matches!(objection, Err(Objection::Never { .. })),
        "{objection:?}"
    );
    card.transaction = "42".into();
    let own = operation(REFUND, &card, &id);
    assert_eq!(check(&config, &own), Err(Objection::Unnamed));
}

#[test]
fn what_may_be_done_with_what_is_as_the_sources_say() {
    use Means::{Card, Debit, Transfer, Wallet};
    let id = id();
    for (name, means) in [
        ("card", Card),
        ("paypal", Wallet),
        ("bancontact", Wallet),
        ("paylib", Wallet),
        ("ideal", Transfer),
        ("sepa", Debit),
    ] {
        let paid = part(name);
        assert_eq!(Means::of(&paid), Some(means), "{name}");
        for kind in OperationKind::ALL {
            let expected = match (means, kind) {
                (Card, _) | (_, REFUND) => true,
                (Wallet, CAPTURE | CANCEL) | (Debit, CANCEL) => true,
                (Wallet, DUPLICATE) | (Transfer, _) | (Debit, CAPTURE | DUPLICATE) => false,
            };
            let checked = check(&sandbox(), &operation(kind, &paid, &id));
            assert_eq!(checked.is_ok(), expected, "{name} {kind} {checked:?}");
            // What is objected to is never sent.
            let step = operate(&sandbox(), &operation(kind, &paid, &id), &[]);
            assert_eq!(matches!(step, Step::Call(_)), expected, "{name} {kind}");
        }
    }
}

#[test]
fn each_means_and_operation_has_one_rule_with_its_source() {
    for means in Means::ALL {
        for kind in OperationKind::ALL {
            let rules = RULES
                .iter()
                .filter(|(of, does, ..)| (*of, *does) == (means, kind));
            let rules: Vec<_> = rules.collect();
            let [(.., may, source)] = rules[..] else {
                panic!("{means:?} {kind} {rules:?}")
            };
            assert!(!source.is_empty());
            if let May::No(remedy) = may {
                assert!(!remedy.is_empty());
            }
        }
    }
}

/// A setting that changes an operation, before it is checked.
type Change = fn(&mut Operation<'_>);

#[test]
fn what_can_not_be_done_is_known_before_any_call() {
    let (card, id) = (part("card"), id());
    let taken: Change = |own| {
        own.paid.taken = Some(Taken {
            amount: cents(1500),
            at: at(NOW),
            capture: None,
        });
    };
    let cases: [(OperationKind, Change, Objection); 13] = [
        (
            CAPTURE,
            |own| own.amount = cents(1501),
            Objection::TooMuch { left: 1500 },
        ),
        (CAPTURE, taken, Objection::TakenBefore),
        (
            CAPTURE,
            |own| own.paid.cancelled = true,
            Objection::Cancelled,
        ),
        (
            CANCEL,
            |own| own.amount = cents(1499),
            Objection::WholeOnly(1500),
        ),
        (
            CANCEL,
            |own| own.paid.given_back = 1,
            Objection::GivenBackBefore,
        ),
        (
            CANCEL,
            |own| own.paid.cancelled = true,
            Objection::Cancelled,
        ),
        (REFUND, |own| own.paid.taken = None, Objection::OnlyReserved),
        (
            REFUND,
            |own| own.paid.given_back = 1,
            Objection::TooMuch { left: 1499 },
        ),
        (
            REFUND,
            |own| own.paid.given_back = 9999,
            Objection::TooMuch { left: 0 },
        ),
        (
            REFUND,
            |own| own.paid.cancelled = true,
            Objection::Cancelled,
        ),
        (DUPLICATE, taken, Objection::TakenBefore),
        (
            DUPLICATE,
            |own| own.amount = cents(1000),
            Objection::WholeOnly(1500),
        ),
        (
            DUPLICATE,
            |own| own.paid.cancelled = true,
            Objection::Cancelled,
        ),
    ];
    for (kind, change, expected) in cases {
        let mut own = operation(kind, &card, &id);
        change(&mut own);
        assert_eq!(check(&sandbox(), &own), Err(expected.clone()));
        match operate(&sandbox(), &own, &[]) {
            Step::Done(Operated::Objected(objection)) => assert_eq!(objection, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_did_not_pay_or_has_no_name_or_nobody_knows_is_not_operated_on() {
    let id = id();
    for status in [PartStatus::Refused, PartStatus::Pending] {
        let unpaid = Part {
            status,
            ..part("card")
        };
        let checked = check(&sandbox(), &operation(REFUND, &unpaid, &id));
        assert_eq!(checked, Err(Objection::NotPaid(REFUND)));
    }
    for transaction in ["", "A-1", "é"] {
        let unnamed = Part {
            transaction: transaction.into(),
            ..part("card")
        };
        let checked = check(&sandbox(), &operation(REFUND, &unnamed, &id));
        assert_eq!(checked, Err(Objection::Unnamed), "{transaction}");
    }
    for (method, kind) in [
        (None, PartKind::Account),
        (None, PartKind::Voucher),
        (Some("sogenactif_card"), PartKind::Complement),
        (Some("sogenactif_new"), PartKind::Card),
    ] {
        let method = method.map(|name| Method::try_from(name.to_owned()).unwrap());
        let stranger = Part {
            method,
            kind,
            ..part("card")
        };
        let checked = check(&sandbox(), &operation(REFUND, &stranger, &id));
        assert!(
            matches!(checked, Err(Objection::Never { .. })),
            "{checked:?}"
        );
    }
}

#[test]
fn a_capture_in_part_says_what_is_given_up() {
    let (card, id) = (part("card"), id());
    let mut own = operation(CAPTURE, &card, &id);
    assert_eq!(check(&sandbox(), &own), Ok(Allowed { gives_up: 0 }));
    own.amount = cents(1000);
    assert_eq!(check(&sandbox(), &own), Ok(Allowed { gives_up: 500 }));
}

#[test]
fn in_the_hour_of_the_remittance_nothing_is_sent_and_it_is_said_until_when() {
    let production = read(production_table(), Environment::Production).unwrap();
    let never = with(production_table(), "remittance_pause = false");
    let never = read(never, Environment::Production).unwrap();
    let (card, id) = (part("card"), id());
    // In winter Paris is an hour before UTC, in summer two.
    for (now, over) in [
        ("2026-03-01T20:59:59Z", None),
        ("2026-03-01T21:00:00Z", Some("2026-03-01T22:00:00Z")),
        ("2026-03-01T21:59:59Z", Some("2026-03-01T22:00:00Z")),
        ("2026-03-01T22:00:00Z", None),
        ("2026-07-01T20:30:00Z", Some("2026-07-01T21:00:00Z")),
        ("2026-07-01T21:00:00Z", None),
    ] {
        for kind in OperationKind::ALL {
            let mut own = operation(kind, &card, &id);
            own.now = now.parse().unwrap();
            match (operate(&production, &own, &[]), over) {
                (Step::Done(Operated::Later(later)), Some(over)) => {
                    assert_eq!(later.from, Some(over.parse().unwrap()), "{now}");
                    assert!(later.why.contains("22:00"), "{later:?}");
                }
                (Step::Call(_), None) => {}
                (other, _) => panic!("{now} {kind} {other:?}"),
            }
            assert!(matches!(operate(&never, &own, &[]), Step::Call(_)));
        }
    }
}

#[test]
fn what_is_not_written_yet_is_sent_again_for_a_while() {
    for kind in [CAPTURE, CANCEL, REFUND] {
        let answer = r#"{"responseCode":"25"}"#;
        match card_after(kind, &[(method(kind), Ok(answer))]) {
            Ok(Operated::Later(later)) => {
                assert_eq!((later.code.as_str(), later.from), ("25", None));
                assert_eq!(later.patience, UNTIL_WRITTEN);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Each is answered 24; what the transaction says, and what is then told.
#[test]
fn a_state_that_forbids_it_is_explained() {
    for (kind, found, told) in [
        (
            CAPTURE,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"EXPIRED"}"#,
            "duplicate it",
        ),
        (
            CAPTURE,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"CANCELLED"}"#,
            "was cancelled",
        ),
        (
            CAPTURE,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CHALLENGE"}"#,
            "fraud score",
        ),
        (
            CAPTURE,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_VALIDATE"}"#,
            "back office",
        ),
        (
            CANCEL,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"CAPTURED"}"#,
            "refund it",
        ),
        (
            CANCEL,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"EXPIRED"}"#,
            "nothing is reserved",
        ),
        (
            REFUND,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_VALIDATE"}"#,
            "cancel it",
        ),
        (
            REFUND,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"CAPTURED",
                "remainingAmount":"1500"}"#,
            "back office",
        ),
        (
            REFUND,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"REFUSED"}"#,
            "was refused",
        ),
    ] {
        let script = [
            (method(kind), Ok(r#"{"responseCode":"24"}"#)),
            (LOOK, Ok(found)),
        ];
        let (code, why) = reason(card_after(kind, &script));
        assert_eq!(code, "24");
        assert!(why.contains(told), "{kind} {found} {why}");
    }
}

#[test]
fn the_state_in_the_refusal_counts_where_the_transaction_tells_none() {
    let refusal = r#"{"responseCode":"24","newStatus":"EXPIRED"}"#;
    let silent = r#"{"getTransDataResponseCode":"00"}"#;
    let script = [("validate", Ok(refusal)), (LOOK, Ok(silent))];
    let (code, why) = reason(card_after(CAPTURE, &script));
    assert_eq!(code, "24");
    assert!(why.contains("duplicate it"), "{why}");
}

#[test]
fn a_refund_before_the_remittance_is_sent_again_after_it() {
    let found = r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CAPTURE",
        "currentAmount":"1500","remainingAmount":"1500"}"#;
    let script = [
        ("refund", Ok(r#"{"responseCode":"24"}"#)),
        (LOOK, Ok(found)),
    ];
    match card_after(REFUND, &script) {
        Ok(Operated::Later(later)) => {
            // 23:00 in Paris, of the same day.
            let over = "2026-03-01T22:00:00Z".parse().unwrap();
            assert_eq!((later.code.as_str(), later.from), ("24", Some(over)));
            assert_eq!(later.patience, UNTIL_REMITTED);
        }
        other => panic!("{other:?}"),
    }
}

/// 24 is also the answer to what was done before.
#[test]
fn what_was_done_before_is_done() {
    for (kind, found) in [
        (
            CAPTURE,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CAPTURE",
                "currentAmount":"1500"}"#,
        ),
        (
            CANCEL,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"CANCELLED"}"#,
        ),
        (
            REFUND,
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CREDIT",
                "remainingAmount":"0"}"#,
        ),
    ] {
        let script = [
            (method(kind), Ok(r#"{"responseCode":"24"}"#)),
            (LOOK, Ok(found)),
        ];
        let end = card_after(kind, &script);
        assert!(matches!(end, Ok(Operated::Done(_))), "{kind} {end:?}");
    }
    // Somebody captured another amount: a person must look.
    let found = r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CAPTURE",
                "currentAmount":"900"}"#;
    let script = [
        ("validate", Ok(r#"{"responseCode":"24"}"#)),
        (LOOK, Ok(found)),
    ];
    assert_eq!(card_after(CAPTURE, &script).unwrap_err(), Failure::Unknown);
}

#[test]
fn only_the_exact_code_of_success_is_done_and_an_unknown_one_is_unknown() {
    for (answer, code, why) in [
        (r#"{"responseCode":"51"}"#, "51", "the amount is too high"),
        (
            r#"{"responseCode":"40"}"#,
            "40",
            "this function is not activated on the contract",
        ),
        (
            r#"{"responseCode":"57"}"#,
            "57",
            "the refund is refused: the original was not paid",
        ),
        (
            r#"{"responseCode":"34"}"#,
            "34",
            "the seal or keyVersion is wrong, or fraud is suspected",
        ),
        (r#"{"responseCode":"05"}"#, "05", "refused"),
    ] {
        let told = reason(card_after(REFUND, &[("refund", Ok(answer))]));
        assert_eq!((told.0.as_str(), told.1.as_str()), (code, why));
    }
    for answer in [
        r#"{"responseCode":"99"}"#,
        r#"{"responseCode":"90"}"#,
        r#"{"responseCode":"94"}"#,
        r#"{"responseCode":"000"}"#,
        r#"{"responseCode":"XX"}"#,
        "{}",
        r#"{"responseCode":"00","merchantId":"002001000000002"}"#,
        r#"{"responseCode":"00","transactionReference":"ANOTHER"}"#,
        r#"{"responseCode":"00","currencyCode":"826"}"#,
        r#"{"responseCode":"00","newAmount":{}}"#,
        r#"{"responseCode":"00","seal":"00"}"#,
        r#"{"responseCode":"05","seal":"00"}"#,
    ] {
        for kind in [CAPTURE, CANCEL, REFUND] {
            let end = card_after(kind, &[(method(kind), Ok(answer))]);
            assert_eq!(end.unwrap_err(), Failure::Unknown, "{answer}");
        }
    }
    let pending = r#"{"responseCode":"60"}"#;
    let end = card_after(REFUND, &[("refund", Ok(pending))]);
    assert!(matches!(end, Ok(Operated::Waits)), "{end:?}");
}

#[test]
fn what_was_sent_and_not_answered_is_unknown_and_never_sent_again() {
    for kind in [CAPTURE, CANCEL, REFUND] {
        let name = method(kind);
        let end = card_after(kind, &[(name, Err(CallError::NoAnswer))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown);
        let unsent = (name, Err(CallError::NotSent));
        let end = card_after(kind, &[unsent, unsent]);
        assert_eq!(end.unwrap_err(), Failure::Unreachable);
        let end = card_after(kind, &[unsent, (name, Err(CallError::NoAnswer))]);
        assert_eq!(end.unwrap_err(), Failure::Unknown);
    }
}

#[test]
fn a_transaction_tells_what_became_of_an_operation() {
    let (card, id) = (part("card"), id());
    let said = |kind, found| match consulted(&operation(kind, &card, &id), found) {
        Consulted::Done(_) => "done",
        Consulted::NotDone => "not done",
        Consulted::Waits => "waits",
        Consulted::Refused { .. } => "refused",
        Consulted::Undecided(_) => "undecided",
    };
    for (kind, found, expected) in [
        (
            CAPTURE,
            r#"{"transactionStatus":"TO_CAPTURE","currentAmount":"1500"}"#,
            "done",
        ),
        (CAPTURE, r#"{"transactionStatus":"CAPTURED"}"#, "done"),
        (
            CAPTURE,
            r#"{"transactionStatus":"TO_VALIDATE"}"#,
            "not done",
        ),
        (CAPTURE, r#"{"transactionStatus":"EXPIRED"}"#, "not done"),
        (
            CAPTURE,
            r#"{"transactionStatus":"TO_CAPTURE","currentAmount":"1499"}"#,
            "undecided",
        ),
        (
            CAPTURE,
            r#"{"transactionStatus":"TO_CONFIRM_CAPTURE"}"#,
            "waits",
        ),
        (CAPTURE, r#"{"transactionStatus":"NEW_WORD"}"#, "undecided"),
        (CAPTURE, "{}", "undecided"),
        (CANCEL, r#"{"transactionStatus":"CANCELLED"}"#, "done"),
        (CANCEL, r#"{"transactionStatus":"TO_CAPTURE"}"#, "not done"),
        (CANCEL, r#"{"transactionStatus":"CAPTURED"}"#, "not done"),
        (CANCEL, r#"{"transactionStatus":"UNPAID"}"#, "undecided"),
        (
            REFUND,
            r#"{"transactionStatus":"TO_CREDIT","remainingAmount":"0"}"#,
            "done",
        ),
        (
            REFUND,
            r#"{"transactionStatus":"CREDITED","remainingAmount":0}"#,
            "done",
        ),
        (
            REFUND,
            r#"{"transactionStatus":"CAPTURED","remainingAmount":"1500"}"#,
            "not done",
        ),
        // The platform names a refund that its amounts do not hold yet.
        (
            REFUND,
            r#"{"transactionStatus":"CAPTURED","remainingAmount":"1500",
                "lastOperationName":"refund"}"#,
            "undecided",
        ),
        (
            REFUND,
            r#"{"transactionStatus":"CAPTURED","remainingAmount":"1400"}"#,
            "undecided",
        ),
        (REFUND, r#"{"transactionStatus":"CAPTURED"}"#, "undecided"),
        (
            REFUND,
            r#"{"transactionStatus":"TO_CONFIRM_CREDIT"}"#,
            "waits",
        ),
        (
            REFUND,
            r#"{"transactionStatus":"TO_CREDIT","remainingAmount":"0","currencyCode":"826"}"#,
            "undecided",
        ),
    ] {
        let found: &'static str = format!(r#"{{"getTransDataResponseCode":"00",{}"#, &found[1..])
            .replace(",}", "}")
            .leak();
        assert_eq!(said(kind, found), expected, "{kind} {found}");
    }
}

/// Which of several refunds in part was done is told by what is left.
#[test]
fn a_refund_in_part_is_decided_by_what_is_left() {
    let (card, id) = (part("card"), id());
    let mut own = operation(REFUND, &card, &id);
    own.paid.given_back = 300;
    own.amount = cents(200);
    for (found, expected) in [
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CREDIT",
                "remainingAmount":"1000","lastOperationName":"refund"}"#,
            Some(true),
        ),
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CREDIT",
                "remainingAmount":"1200","lastOperationName":"refund"}"#,
            Some(false),
        ),
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CREDIT",
                "remainingAmount":"1500"}"#,
            None,
        ),
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CREDIT",
                "remainingAmount":"x"}"#,
            None,
        ),
    ] {
        let said = match consulted(&own, found) {
            Consulted::Done(done) => {
                assert_eq!(done.amount, cents(200));
                Some(true)
            }
            Consulted::NotDone => Some(false),
            Consulted::Undecided(word) => {
                assert!(word.contains("TO_CREDIT"), "{word}");
                None
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(said, expected, "{found}");
    }
}

const EXPIRED: &str =
    r#"{"getTransDataResponseCode":"00","transactionStatus":"EXPIRED","responseCode":"00"}"#;

#[test]
fn a_duplicate_is_made_of_what_has_expired_under_a_reference_of_its_own() {
    let (card, id) = (part("card"), id());
    let own = operation(DUPLICATE, &card, &id);
    let answer = r#"{"responseCode":"00","amount":"1500","authorisationId":"654321"}"#;
    let script = [(LOOK, Ok(EXPIRED)), ("duplicate", Ok(answer))];
    let (end, sent) = done_by(&sandbox(), &own, &script);
    let reference = "ab".repeat(16);
    assert_eq!(sent[1].text("fromTransactionReference"), Some("TREF0001"));
    assert_eq!(sent[1].text("transactionReference"), Some(&*reference));
    assert_eq!(sent[1].text("amount"), Some("1500"));
    assert_eq!(sent[1].text("captureMode"), Some("VALIDATION"));
    match end {
        Ok(Operated::Done(done)) => {
            assert_eq!(done.numbers.clone().unwrap().transaction, reference);
        }
        other => panic!("{other:?}"),
    }
    // From then on the duplicate is what is captured, and duplicated again.
    let mut capture = operation(CAPTURE, &card, &id);
    capture.paid.duplicate = Some(&reference);
    let script = [("validate", Ok(r#"{"responseCode":"00"}"#))];
    let (_, sent) = done_by(&sandbox(), &capture, &script);
    assert_eq!(sent[0].text("transactionReference"), Some(&*reference));
}

#[test]
fn what_has_not_expired_is_reserved_once() {
    for (found, told) in [
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_VALIDATE"}"#,
            "has not expired",
        ),
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"TO_CAPTURE"}"#,
            "was captured",
        ),
        (
            r#"{"getTransDataResponseCode":"00","transactionStatus":"CANCELLED"}"#,
            "was cancelled",
        ),
        (r#"{"getTransDataResponseCode":"00"}"#, "back office"),
    ] {
        let (_, why) = reason(card_after(DUPLICATE, &[(LOOK, Ok(found))]));
        assert!(why.contains(told), "{found} {why}");
    }
}

#[test]
fn a_duplicate_that_is_refused_or_lost_is_not_made_twice() {
    let after = |answer| card_after(DUPLICATE, &[(LOOK, Ok(EXPIRED)), ("duplicate", answer)]);
    let (code, why) = reason(after(Ok(
        r#"{"responseCode":"05","acquirerResponseCode":"A1"}"#,
    )));
    assert_eq!(code, "A1");
    assert!(why.contains("pay anew"), "{why}");
    assert_eq!(reason(after(Ok(r#"{"responseCode":"24"}"#))).0, "24");
    assert_eq!(reason(after(Ok(r#"{"responseCode":"54"}"#))).0, "54");
    // Ours was there before: it is looked for.
    for answer in [
        Ok(r#"{"responseCode":"94"}"#),
        Ok("{}"),
        Err(CallError::NoAnswer),
    ] {
        assert_eq!(after(answer).unwrap_err(), Failure::Unknown, "{answer:?}");
    }
    let (card, id) = (part("card"), id());
    let own = operation(DUPLICATE, &card, &id);
    for (found, expected) in [
        (r#"{"getTransDataResponseCode":"25"}"#, "not done"),
        (
            r#"{"getTransDataResponseCode":"00","responseCode":"00",
                "transactionStatus":"TO_VALIDATE","originAmount":"1500"}"#,
            "done",
        ),
        (
            r#"{"getTransDataResponseCode":"00","responseCode":"54",
                "transactionStatus":"REFUSED","originAmount":"1500"}"#,
            "refused",
        ),
        (
            r#"{"getTransDataResponseCode":"00","responseCode":"00",
                "transactionStatus":"TO_VALIDATE","originAmount":"1"}"#,
            "undecided",
        ),
        (
            r#"{"getTransDataResponseCode":"00","responseCode":"60",
                "transactionStatus":"TO_CONFIRM_AUTHOR","originAmount":"1500"}"#,
            "waits",
        ),
    ] {
        let said = match consulted(&own, found) {
            Consulted::Done(done) => {
                assert_eq!(done.numbers.clone().unwrap().transaction, "ab".repeat(16));
                "done"
            }
            Consulted::NotDone => "not done",
            Consulted::Refused { .. } => "refused",
            Consulted::Waits => "waits",
            Consulted::Undecided(_) => "undecided",
        };
        assert_eq!(said, expected, "{found}");
    }
}

#[test]
fn no_message_of_an_operation_shows_a_key() {
    let (card, id) = (part("card"), id());
    for kind in OperationKind::ALL {
        let step = operate(&sandbox(), &operation(kind, &card, &id), &[]);
        let Step::Call(call) = step else { panic!() };
        let body = String::from_utf8(call.body.unwrap().bytes).unwrap();
        assert!(!body.contains(OWN_KEY) && !body.contains("_KEY1"), "{body}");
    }
}
