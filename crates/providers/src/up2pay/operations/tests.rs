use proptest::prelude::*;

use super::super::testing::*;
use super::*;
use crate::contract::{CallAnswer, Paid, PlatformCall};

/// Every means of payment, with its ACQUEREUR.
fn all_means() -> [(Part, Option<&'static str>); 6] {
    let voucher = |brand| (part(PartKind::Voucher, brand), Some(brand));
    [
        (part(PartKind::Card, "CB"), None),
        (part(PartKind::Complement, "LIMOCB"), Some("LIMOCB")),
        voucher("APETIZ"),
        voucher("SODEXO"),
        voucher("UPCHEQUDEJ"),
        voucher("CVCONNECT"),
    ]
}

/// 2026-03-01T09:00:00Z.
fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW).unwrap()
}

fn hours(later: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(NOW + later * 3600).unwrap()
}

/// Of a reserved part: its capture, its cancellation. Of a part that was taken two days ago: its
/// refund.
fn operation(kind: OperationKind, part: &Part) -> Operation<'_> {
    let taken = Taken {
        amount: part.amount,
        at: hours(-48),
        capture: Some("722487999"),
    };
    Operation {
        id: None,
        kind,
        paid: Paid {
            reference: REFERENCE,
            part,
            taken: (kind == REFUND).then_some(taken),
            given_back: 0,
            cancelled: false,
            duplicate: None,
        },
        amount: part.amount,
        sequence: 7,
        asked_at: now(),
        now: now(),
    }
}

/// An account that refunds whatever any source allows.
fn bold() -> Config {
    sandbox_with("conecs_refunds = true")
}

fn unanswered(call: PlatformCall, error: CallError) -> Exchange {
    let answer = Err(error);
    Exchange { call, answer }
}

const DONE: &str = "NUMTRANS=0722488000&NUMAPPEL=0002310165&NUMQUESTION=0000000007&SITE=1999888\
                    &RANG=032&AUTORISATION=XXXXXX&CODEREPONSE=00000\
                    &COMMENTAIRE=Demande traitée avec succès";

/// What comes of a card's refund when it is answered so.
fn refund_after(text: &str) -> Step<Operated> {
    let card = part(PartKind::Card, "CB");
    let operation = operation(REFUND, &card);
    let asked = call(operate(&sandbox(), &operation, &[]));
    operate(&sandbox(), &operation, &[answered(asked, text)])
}

fn is_unknown<T>(step: &Step<T>) -> bool {
    matches!(step, Step::Failed(Failure::Unknown))
}

#[test]
fn each_operation_is_put_as_its_document_says() {
    for (kind, name) in [(CAPTURE, "capture"), (CANCEL, "cancel"), (REFUND, "refund")] {
        let complement = part(PartKind::Complement, "LIMOCB");
        let call = call(operate(&sandbox(), &operation(kind, &complement), &[]));
        assert_eq!(call.url, "http://127.0.0.1:8602/PPPS.php");
        insta::assert_snapshot!(name, body(&call).replace('&', "\n"));
    }
}

/// The golden vector `g1` is the refund that the manual shows in §4.3.2.
#[test]
fn a_refund_has_the_fields_of_the_manuals_example_in_their_order() {
    let voucher = part(PartKind::Voucher, "APETIZ");
    let mut operation = operation(REFUND, &voucher);
    operation.paid.reference = "Teste-transactions";
    operation.sequence = 102_451_803;
    let ours = body(&call(operate(&bold(), &operation, &[])));
    let manual = include_str!("../golden/g1.txt");
    // Each with a form of its own, by newer documents; whose account it is.
    let another_form = ["VERSION", "DATEQ", "SITE", "RANG"];
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    let fields = |text: &str| -> Vec<(String, String)> {
        let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap());
        pairs
            .filter(|(name, _)| *name != "HMAC")
            .map(|(name, value)| match another_form.contains(&name) {
                true => (name.to_owned(), String::new()),
                false => (
                    name.to_owned(),
                    if name == "TYPE" {
                        value.into()
                    } else {
                        bare(value)
                    },
                ),
            })
            .collect()
    };
    assert_eq!(fields(&ours), fields(manual));
}

#[test]
fn an_operation_is_sealed_over_what_is_sent() {
    let card = part(PartKind::Card, "CB");
    let body = body(&call(operate(&sandbox(), &operation(CAPTURE, &card), &[])));
    let (message, seal) = body.split_once("&HMAC=").unwrap();
    let key = format!("hexkey:{}", super::super::seal::PUBLIC_TEST_HMAC_KEY);
    let arguments = ["dgst", "-sha512", "-mac", "HMAC", "-macopt", &key];
    let said = String::from_utf8(openssl(&arguments, message.as_bytes())).unwrap();
    let expected = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(seal.to_lowercase(), expected);
}

#[test]
fn each_part_bears_its_own_acquirer_and_numbers() {
    for (part, acquirer) in all_means() {
        let body = body(&call(operate(&sandbox(), &operation(CAPTURE, &part), &[])));
        let told = body
            .split('&')
            .find_map(|pair| pair.strip_prefix("ACQUEREUR="));
        assert_eq!(told, acquirer);
        assert!(
            body.contains("&NUMAPPEL=2310165&NUMTRANS=722487980&"),
            "{body}"
        );
    }
}

#[test]
fn a_complement_is_operated_on_under_its_own_contract_where_there_is_one() {
    let limocb = format!("[limocb]\nsite = '7654322'\nrang = '02'\nhmac_key = '{OWN_KEY}'");
    let config = read(
        with(sandbox_table(), &limocb),
        crate::contract::Environment::Sandbox,
    );
    let config = config.unwrap();
    let site = |part: &Part| {
        let body = body(&call(operate(&config, &operation(CAPTURE, part), &[])));
        body.contains("&SITE=7654322&RANG=02&")
    };
    assert!(site(&part(PartKind::Complement, "LIMOCB")));
    assert!(!site(&part(PartKind::Card, "CB")));
}

/// The manual of 01/03/2021, by its sections: what it grants, and nothing else.
#[test]
fn what_may_be_done_with_what_is_as_the_manual_says() {
    for (part, _) in all_means() {
        for kind in [CAPTURE, CANCEL, REFUND] {
            let is_voucher = part.kind == PartKind::Voucher;
            let is_meal = is_voucher && part.brand != "CVCONNECT";
            let by_default = !is_voucher || kind == CAPTURE;
            let when_bold = by_default || (is_meal && kind == REFUND);
            let at = format!("{} {kind}", part.brand);
            for (config, expected) in [(sandbox(), by_default), (bold(), when_bold)] {
                let checked = check(&config, &operation(kind, &part));
                assert_eq!(checked.is_ok(), expected, "{at} {checked:?}");
                // What is objected to is never sent.
                let step = operate(&config, &operation(kind, &part), &[]);
                assert_eq!(matches!(step, Step::Call(_)), expected, "{at}");
            }
        }
    }
}

#[test]
fn nothing_is_reserved_anew_and_it_is_said_what_to_do_instead() {
    for (part, _) in all_means() {
        let own = operation(OperationKind::Duplicate, &part);
        let objection = check(&bold(), &own).unwrap_err();
        assert_eq!(objection, NO_DUPLICATE);
        assert!(objection.to_string().contains("pay anew"), "{objection}");
        let step = operate(&bold(), &own, &[]);
        assert!(
            matches!(step, Step::Done(Operated::Objected(_))),
            "{step:?}"
        );
    }
}

#[test]
fn each_means_and_operation_has_one_rule_with_its_place() {
    for means in [
        Means::Card,
        Means::Complement,
        Means::Conecs,
        Means::CvConnect,
    ] {
        for kind in [CAPTURE, CANCEL, REFUND] {
            let rules = RULES
                .iter()
                .filter(|(of, does, ..)| (*of, *does) == (means, kind));
            let places: Vec<_> = rules.map(|(.., place)| *place).collect();
            assert!(matches!(places[..], [place] if place.contains("01/03/2021, §")));
        }
    }
}

/// A setting that changes an operation's part, before it is checked.
type Change = fn(&mut Operation<'_>);

#[test]
fn what_can_not_be_done_is_known_before_any_call() {
    let card = part(PartKind::Card, "CB");
    let cases: [(OperationKind, Change, Objection); 9] = [
        (
            CAPTURE,
            |own| own.amount = cents(1501),
            Objection::TooMuch { left: 1500 },
        ),
        (
            CAPTURE,
            |own| {
                let (amount, at) = (cents(1000), hours(-48));
                let capture = None;
                own.paid.taken = Some(Taken {
                    amount,
                    at,
                    capture,
                });
            },
            Objection::TakenBefore,
        ),
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
    ];
    for (kind, change, expected) in cases {
        let mut own = operation(kind, &card);
        change(&mut own);
        assert_eq!(check(&sandbox(), &own), Err(expected.clone()));
        match operate(&sandbox(), &own, &[]) {
            Step::Done(Operated::Objected(objection)) => assert_eq!(objection, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_did_not_pay_or_has_no_number_is_not_operated_on() {
    for status in [PartStatus::Refused, PartStatus::Pending] {
        let unpaid = Part {
            status,
            ..part(PartKind::Card, "CB")
        };
        let checked = check(&sandbox(), &operation(CAPTURE, &unpaid));
        assert_eq!(checked, Err(Objection::NotPaid(CAPTURE)));
    }
    for transaction in ["", "0", "x"] {
        let unnamed = Part {
            transaction: transaction.into(),
            ..part(PartKind::Card, "CB")
        };
        let checked = check(&sandbox(), &operation(CAPTURE, &unnamed));
        assert_eq!(checked, Err(Objection::Unnamed), "{transaction}");
    }
    // Neither a voucher nor a card that we know.
    let stranger = part(PartKind::Voucher, "LIMONETIK/NEW");
    let checked = check(&bold(), &operation(CAPTURE, &stranger));
    assert!(
        matches!(checked, Err(Objection::Never { .. })),
        "{checked:?}"
    );
}

#[test]
fn a_capture_in_part_says_what_is_given_up() {
    for (part, _) in all_means() {
        let mut own = operation(CAPTURE, &part);
        assert_eq!(check(&sandbox(), &own), Ok(Allowed { gives_up: 0 }));
        own.amount = cents(1000);
        assert_eq!(check(&sandbox(), &own), Ok(Allowed { gives_up: 500 }));
    }
}

#[test]
fn a_refund_waits_for_the_next_day_in_paris_and_may_be_in_parts() {
    let card = part(PartKind::Card, "CB");
    let mut own = operation(REFUND, &card);
    let mut sent_from = |at: &str, now: &str| {
        own.paid.taken = Some(Taken {
            amount: card.amount,
            at: at.parse().unwrap(),
            capture: None,
        });
        own.now = now.parse().unwrap();
        assert!(check(&sandbox(), &own).is_ok());
        match operate(&sandbox(), &own, &[]) {
            Step::Done(Operated::Later(later)) => {
                assert!(later.why.contains("next day"), "{}", later.why);
                // A night and a day are no reason to give up.
                assert!(later.patience > std::time::Duration::from_secs(2 * 86_400));
                Some(later.from.unwrap().to_string())
            }
            Step::Call(_) => None,
            other => panic!("{other:?}"),
        }
    };
    // In summer midnight in Paris is 22:00 UTC.
    let taken = "2026-07-14T21:59:59Z";
    let midnight = || Some("2026-07-14T22:00:00Z".to_owned());
    assert_eq!(sent_from(taken, "2026-07-14T21:59:59Z"), midnight());
    assert_eq!(sent_from(taken, "2026-07-14T22:00:00Z"), None);
    let taken = "2026-07-14T22:00:00Z";
    let midnight = || Some("2026-07-15T22:00:00Z".to_owned());
    assert_eq!(sent_from(taken, "2026-07-15T21:59:59Z"), midnight());
    assert_eq!(sent_from(taken, "2026-07-15T22:00:00Z"), None);
    let mut own = operation(REFUND, &card);
    for (given_back, amount) in [(0, 500), (500, 500), (1000, 500)] {
        own.paid.given_back = given_back;
        own.amount = cents(amount);
        assert!(check(&sandbox(), &own).is_ok(), "{given_back}");
    }
}

#[test]
fn a_refund_names_the_payments_transaction_or_the_captures_as_it_is_set_up() {
    let card = part(PartKind::Card, "CB");
    let own = operation(REFUND, &card);
    for (setting, number) in [("payment", "722487980"), ("capture", "722487999")] {
        let config = sandbox_with(&format!("refund_number = '{setting}'"));
        let asked = call(operate(&config, &own, &[]));
        assert!(body(&asked).contains(&format!("&NUMTRANS={number}&")));
        match operate(&config, &own, &[answered(asked, DONE)]) {
            Step::Done(Operated::Done(done)) => assert_eq!(done.to, number),
            other => panic!("{other:?}"),
        }
        // What was taken at once has one number.
        let mut at_once = own;
        at_once.paid.taken = at_once.paid.taken.map(|taken| Taken {
            capture: None,
            ..taken
        });
        let body = body(&call(operate(&config, &at_once, &[])));
        assert!(body.contains("&NUMTRANS=722487980&"));
    }
}

#[test]
fn what_was_done_bears_the_platforms_new_numbers() {
    match refund_after(DONE) {
        Step::Done(Operated::Done(done)) => assert_eq!(
            *done,
            OperationDone {
                kind: REFUND,
                amount: cents(1500),
                to: "722487980".into(),
                numbers: Some(PlatformNumbers {
                    transaction: "722488000".into(),
                    call: "2310165".into(),
                    authorisation: Some("XXXXXX".into()),
                }),
            }
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_the_exact_code_of_success_is_done_and_an_unknown_one_is_unknown() {
    for (code, why) in [
        ("00011", "amount wrong"),
        ("00018", "transaction not found"),
        ("00015", "earlier data not accessible"),
        ("00006", "access refused: site, rank or key"),
        ("00009", "operation type invalid"),
        ("00151", "insufficient funds"),
    ] {
        match refund_after(&DONE.replace("00000&", &format!("{code}&"))) {
            Step::Done(Operated::Refused {
                code: told,
                why: meaning,
            }) => {
                assert_eq!((told.as_str(), meaning), (code, why));
            }
            other => panic!("{code} {other:?}"),
        }
    }
    // The platform is not well, or nobody knows the code: it may have been done.
    for code in [
        "00001", "00003", "00097", "00098", "00099", "00100", "00108", "00168", "00197", "00050",
        "99999", "ABCDE",
    ] {
        let step = refund_after(&DONE.replace("00000&", &format!("{code}&")));
        assert!(is_unknown(&step), "{code} {step:?}");
    }
}

#[test]
fn an_answer_that_is_not_to_our_question_may_have_been_to_it() {
    for wrong in [
        DONE.replace("0000000007", "0000000008"),
        DONE.replace("1999888", "1999887"),
        DONE.replace("NUMQUESTION=0000000007&", ""),
        DONE.replace("SITE=1999888&", ""),
        DONE.replace("NUMTRANS=0722488000", "NUMTRANS=???"),
        DONE.replace("NUMTRANS=0722488000", "NUMTRANS=0"),
        DONE.replace("NUMAPPEL=0002310165", "NUMAPPEL="),
        DONE.replace("CODEREPONSE=00000", "CODEREPONSE=0"),
        DONE.replace("&CODEREPONSE=00000", ""),
        format!("{DONE}&CODEREPONSE=00000"),
        String::new(),
        "<html>".into(),
    ] {
        let step = refund_after(&wrong);
        assert!(is_unknown(&step), "{wrong} {step:?}");
    }
}

#[test]
fn what_was_sent_and_not_answered_is_unknown_and_never_sent_again() {
    let card = part(PartKind::Card, "CB");
    let own = operation(REFUND, &card);
    let first = call(operate(&sandbox(), &own, &[]));
    let lost = [unanswered(first.clone(), CallError::NoAnswer)];
    assert!(is_unknown(&operate(&sandbox(), &own, &lost)));
    for status in [302, 404, 500, 503] {
        let body = latin1(DONE);
        let answer = Ok(CallAnswer { status, body });
        let call = first.clone();
        let made = [Exchange { call, answer }];
        assert!(is_unknown(&operate(&sandbox(), &own, &made)), "{status}");
    }
    // Also at the second host.
    let unsent = unanswered(first, CallError::NotSent);
    let second = call(operate(&sandbox(), &own, std::slice::from_ref(&unsent)));
    assert!(
        second.url.starts_with("http://localhost:8602/"),
        "{}",
        second.url
    );
    let lost = [unsent, unanswered(second, CallError::NoAnswer)];
    assert!(is_unknown(&operate(&sandbox(), &own, &lost)));
}

#[test]
fn what_never_arrived_is_sent_to_the_other_host_and_then_nothing_was_done() {
    let card = part(PartKind::Card, "CB");
    let own = operation(REFUND, &card);
    let mut made = Vec::new();
    for _ in 0..2 {
        let asked = call(operate(&sandbox(), &own, &made));
        made.push(unanswered(asked, CallError::NotSent));
    }
    let end = operate(&sandbox(), &own, &made);
    assert!(matches!(end, Step::Failed(Failure::Unreachable)), "{end:?}");
}

#[test]
fn a_number_that_was_not_taken_is_replaced_by_another() {
    let card = part(PartKind::Card, "CB");
    let mut own = operation(REFUND, &card);
    let mut made = Vec::new();
    for sequence in 7..=10 {
        own.sequence = sequence;
        let asked = call(operate(&sandbox(), &own, &made));
        assert!(body(&asked).contains(&format!("&NUMQUESTION={sequence:010}&")));
        made.push(answered(asked, &DONE.replace("00000&", "00039&")));
    }
    let end = operate(&sandbox(), &own, &made);
    assert!(
        matches!(end, Step::Failed(Failure::Unexpected(_))),
        "{end:?}"
    );
}

/// What a consultation with that STATUS says of an operation: that it was done, that it was not, or
/// nothing.
fn consulted(own: &Operation<'_>, status: &str) -> Option<bool> {
    let asked = call(consult(&sandbox(), own, &[]));
    assert!(body(&asked).contains("&TYPE=00017&"));
    // The transaction is asked about, of which something may have been done with a part.
    assert!(
        body(&asked).contains("&MONTANT=0000001500&"),
        "{}",
        body(&asked)
    );
    let said = "NUMTRANS=722487980&NUMAPPEL=2310165&NUMQUESTION=0000000007&SITE=1999888\
                &CODEREPONSE=00000";
    let said = format!("{said}&STATUS={status}");
    match consult(&sandbox(), own, &[answered(asked, &said)]) {
        Step::Done(Consulted::Done(done)) => {
            assert_eq!(
                (done.kind, done.amount, &done.numbers),
                (own.kind, own.amount, &None)
            );
            Some(true)
        }
        Step::Done(Consulted::NotDone) => Some(false),
        Step::Done(Consulted::Undecided(_)) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_consultation_tells_what_became_of_an_operation_where_it_can() {
    let card = part(PartKind::Card, "CB");
    for (kind, status, expected) in [
        (CAPTURE, "Capturé", true),
        (CAPTURE, "Autorisé", false),
        (CANCEL, "Annulé", true),
        (CANCEL, "Autorisé", false),
        (CANCEL, "Capturé", false),
        (REFUND, "Remboursé", true),
        (REFUND, "Capturé", false),
    ] {
        assert_eq!(
            consulted(&operation(kind, &card), status),
            Some(expected),
            "{kind} {status}"
        );
    }
    for (kind, status) in [
        (CAPTURE, "Remboursé"),
        (CAPTURE, "Annulé"),
        (CANCEL, "Remboursé"),
        (REFUND, "Autorisé"),
        (REFUND, "Rejet support"),
        (REFUND, ""),
        (REFUND, "Rembourse"),
        (REFUND, "NEW"),
    ] {
        let said = consulted(&operation(kind, &card), status);
        assert_eq!(said, None, "{kind} {status}");
    }
}

#[test]
fn a_refund_in_part_or_after_another_is_decided_by_no_consultation() {
    let card = part(PartKind::Card, "CB");
    let mut partly = operation(REFUND, &card);
    partly.amount = cents(500);
    let mut second = operation(REFUND, &card);
    second.amount = cents(1000);
    second.paid.given_back = 500;
    for own in [partly, second] {
        for status in ["Remboursé", "Capturé"] {
            assert_eq!(consulted(&own, status), None, "{status}");
        }
    }
}

#[test]
fn a_consultation_without_a_usable_answer_decides_nothing() {
    let card = part(PartKind::Card, "CB");
    let own = operation(REFUND, &card);
    let first = call(consult(&sandbox(), &own, &[]));
    // It moves nothing, and may be asked again.
    for error in [CallError::NotSent, CallError::NoAnswer] {
        let made = [unanswered(first.clone(), error)];
        assert!(matches!(consult(&sandbox(), &own, &made), Step::Call(_)));
    }
    let of_another = DONE.replace("0722488000", "0722488001");
    let made = [answered(first.clone(), &of_another)];
    assert!(matches!(
        consult(&sandbox(), &own, &made),
        Step::Failed(Failure::Unexpected(_))
    ));
    let not_found = DONE.replace("00000&", "00018&");
    let made = [answered(first, &not_found)];
    let said = consult(&sandbox(), &own, &made);
    assert!(
        matches!(said, Step::Done(Consulted::Undecided(_))),
        "{said:?}"
    );
}

proptest! {
    #[test]
    fn no_operation_takes_or_gives_more_than_there_is(
        amount in 1_u64..4000,
        taken in proptest::option::of(1_u64..2000),
        given_back in 0_u64..2500,
        kind in prop::sample::select(vec![CAPTURE, CANCEL, REFUND]),
    ) {
        let card = part(PartKind::Card, "CB");
        let mut own = operation(kind, &card);
        own.amount = cents(amount);
        own.paid.given_back = given_back;
        own.paid.taken = taken.map(|taken| Taken {
            amount: cents(taken),
            at: hours(-48),
            capture: None,
        });
        if let Ok(allowed) = check(&sandbox(), &own) {
            match kind {
                CAPTURE => prop_assert!(taken.is_none() && amount + allowed.gives_up == 1500),
                CANCEL => prop_assert_eq!(amount, taken.unwrap_or(1500)),
                OperationKind::Duplicate => prop_assert!(false, "never allowed"),
                REFUND => prop_assert!(taken.is_some_and(|taken| amount + given_back <= taken)),
            }
        }
    }

    #[test]
    fn no_answer_makes_it_panic_or_is_believed(body: Vec<u8>, status: u16) {
        let card = part(PartKind::Card, "CB");
        let own = operation(REFUND, &card);
        let call = call(operate(&sandbox(), &own, &[]));
        let made = [Exchange { call, answer: Ok(CallAnswer { status, body }) }];
        prop_assert!(!matches!(operate(&sandbox(), &own, &made), Step::Done(Operated::Done(_))));
        let _ = consult(&sandbox(), &own, &made);
    }
}
