use guichet_domain::PartKind;
use guichet_domain::event::Part;
use guichet_domain::money::Amount;
use proptest::prelude::*;

use super::super::ppps::QUESTION_MAX;
use super::super::testing::*;
use super::*;
use crate::contract::{CallAnswer, CallError, HttpMethod, PlatformCall};

fn step_with(config: &Config, claim: &Part, sequence: u32, made: &[Exchange]) -> Step<Answered> {
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    let total = Amount::try_from(2500).unwrap();
    query(
        config,
        &Query {
            reference: REFERENCE,
            claim,
            total,
            sequence,
            now,
        },
        made,
    )
}

fn step(sequence: u32, made: &[Exchange]) -> Step<Answered> {
    step_with(
        &sandbox(),
        &part(PartKind::Voucher, "APETIZ"),
        sequence,
        made,
    )
}

const GOOD: &str = "NUMTRANS=0722487980&NUMAPPEL=0002310165&NUMQUESTION=0000000007&SITE=1999888\
                    &RANG=032&AUTORISATION=&CODEREPONSE=00000&COMMENTAIRE=Demande traitée\
                    &STATUS=Capturé";

/// What comes of this answer to question 7.
fn after(text: &str) -> Step<Answered> {
    step(8, &[answered(call(step(7, &[])), text)])
}

fn is_unexpected(step: Step<Answered>) -> bool {
    matches!(step, Step::Failed(Failure::Unexpected(_)))
}

fn is_disagreed(step: Step<Answered>) -> bool {
    matches!(step, Step::Done(Answered::Disagreed(_)))
}

#[test]
fn the_question_is_as_it_was() {
    let call = call(step(7, &[]));
    assert_eq!(call.url, "http://127.0.0.1:8602/PPPS.php");
    assert_eq!(call.method, HttpMethod::Post);
    insta::assert_snapshot!(body(&call).replace('&', "\n"));
}

#[test]
fn openssl_seals_the_question_alike() {
    use super::super::seal::PUBLIC_TEST_HMAC_KEY;
    let body = body(&call(step(7, &[])));
    let (message, seal) = body.split_once("&HMAC=").unwrap();
    let option = format!("hexkey:{PUBLIC_TEST_HMAC_KEY}");
    let arguments = [
        "dgst", "-sha512", "-mac", "HMAC", "-macopt", &option, "-binary",
    ];
    assert_eq!(
        seal,
        hex::encode_upper(openssl(&arguments, message.as_bytes()))
    );
}

#[test]
fn the_acquirer_follows_the_part() {
    let acquirer = |kind, brand| {
        let call = call(step_with(&sandbox(), &part(kind, brand), 1, &[]));
        let body = body(&call);
        let (_, after) = body.split_once("&ACQUEREUR=")?;
        Some(after.split_once('&').unwrap().0.to_owned())
    };
    for brand in ["APETIZ", "SODEXO", "UPCHEQUDEJ", "CVCONNECT"] {
        assert_eq!(acquirer(PartKind::Voucher, brand).as_deref(), Some(brand));
    }
    assert_eq!(
        acquirer(PartKind::Complement, "LIMOCB").as_deref(),
        Some("LIMOCB")
    );
    assert_eq!(acquirer(PartKind::Card, "CB"), None);
    assert_eq!(acquirer(PartKind::Voucher, "PAYPAL/PAYPAL"), None);
}

#[test]
fn a_complement_is_asked_about_under_its_own_contract() {
    let limocb = format!("limocb = {{ site = '7654322', rang = '02', hmac_key = '{OWN_KEY}' }}");
    let config = sandbox_with(&limocb);
    let site = |kind, brand| {
        let call = call(step_with(&config, &part(kind, brand), 1, &[]));
        body(&call).contains("&SITE=7654322&RANG=02&")
    };
    assert!(site(PartKind::Complement, "LIMOCB"));
    assert!(!site(PartKind::Voucher, "APETIZ"));
}

#[test]
fn an_answer_that_agrees_confirms() {
    let Step::Done(Answered::Agreed(fact)) = after(GOOD) else {
        panic!("{:?}", after(GOOD))
    };
    assert_eq!(fact.reference, REFERENCE);
    assert_eq!(fact.identity, "confirmed|2310165|722487980|1500|accepted");
    let PaymentEvent::Confirmed(confirmation) = &fact.event else {
        panic!()
    };
    assert_eq!(confirmation.transaction, "722487980");
    assert_eq!(confirmation.call, "2310165");
    assert_eq!(confirmation.amount.minor(), 1500);
    assert_eq!(confirmation.status, PartStatus::Accepted);
}

#[test]
fn the_status_decides() {
    let status = |text: &str| match after(&GOOD.replace("Capturé", text)) {
        Step::Done(Answered::Agreed(fact)) => match &fact.event {
            PaymentEvent::Confirmed(confirmation) => Some(confirmation.status),
            other => panic!("{other:?}"),
        },
        _ => None,
    };
    assert_eq!(status("Autorisé"), Some(PartStatus::Accepted));
    assert_eq!(status("Refusé"), Some(PartStatus::Refused));
    for text in [
        "Annulé",
        "Remboursé",
        "Crédit",
        "",
        "???",
        "Autorise",
        "Inconnu",
    ] {
        assert_eq!(status(text), None, "{text}");
    }
    assert!(is_disagreed(after(&GOOD.replace("Capturé", "Annulé"))));
    assert!(is_unexpected(after(&GOOD.replace("Capturé", "Inconnu"))));
    assert!(is_unexpected(after(GOOD.split_once("&STATUS").unwrap().0)));
}

#[test]
fn an_answer_in_utf_8_is_not_taken_for_what_it_is_not() {
    let call = call(step(7, &[]));
    let answer = Ok(CallAnswer {
        status: 200,
        body: GOOD.as_bytes().to_vec(),
    });
    assert!(is_unexpected(step(8, &[Exchange { call, answer }])));
}

#[test]
fn an_answer_to_another_question_is_none() {
    for (ours, theirs) in [
        ("NUMQUESTION=0000000007", "NUMQUESTION=0000000008"),
        ("NUMQUESTION=0000000007", "NUMQUESTION="),
        ("NUMQUESTION=0000000007&", ""),
        ("SITE=1999888", "SITE=1999887"),
        ("NUMTRANS=0722487980", "NUMTRANS=722487981"),
        ("NUMAPPEL=0002310165", "NUMAPPEL=2310166"),
        ("NUMAPPEL=0002310165", "NUMAPPEL=???"),
    ] {
        let text = GOOD.replacen(ours, theirs, 1);
        assert_ne!(text, GOOD);
        assert!(is_unexpected(after(&text)), "{theirs}");
    }
    // The two numbers exchanged.
    let swapped = GOOD
        .replace("0722487980", "x")
        .replace("0002310165", "722487980");
    assert!(is_unexpected(after(&swapped.replace("x&", "2310165&"))));
}

#[test]
fn amount_and_reference_are_compared_where_they_are_told() {
    assert!(is_disagreed(after(&format!("{GOOD}&MONTANT=1501"))));
    assert!(is_disagreed(after(&format!("{GOOD}&REFERENCE=OTHER"))));
    let same = format!("{GOOD}&MONTANT=0000001500&REFERENCE={REFERENCE}");
    assert!(matches!(after(&same), Step::Done(Answered::Agreed(_))));
    let unset = format!("{GOOD}&MONTANT=???&REFERENCE=");
    assert!(matches!(after(&unset), Step::Done(Answered::Agreed(_))));
}

#[test]
fn a_transaction_that_is_not_ours_is_disagreed_on() {
    for code in ["00018", "00015", "00011", "00012"] {
        let text = GOOD
            .replace("0722487980", "0000000000")
            .replace("CODEREPONSE=00000", code);
        let text = text.replace(code, &format!("CODEREPONSE={code}"));
        assert!(is_disagreed(after(&text)), "{code}");
    }
}

#[test]
fn our_own_mistake_and_an_unknown_code_tell_nothing_of_the_transaction() {
    for code in ["00006", "00037", "00014", "00777", "xx<script>"] {
        let text = GOOD.replace("CODEREPONSE=00000", &format!("CODEREPONSE={code}"));
        assert!(is_unexpected(after(&text)), "{code}");
    }
    assert!(!format!("{:?}", after(&GOOD.replace("00000", "xx<script>"))).contains("script"));
}

#[test]
fn a_bad_question_number_is_replaced_three_times() {
    for code in ["00005", "00039", "00099"] {
        let text = GOOD.replace("CODEREPONSE=00000", &format!("CODEREPONSE={code}"));
        let mut made = Vec::new();
        for sequence in 7..=10 {
            let call = call(step(sequence, &made));
            assert!(body(&call).contains(&format!("&NUMQUESTION={sequence:010}&")));
            assert_eq!(call.url, "http://127.0.0.1:8602/PPPS.php");
            made.push(answered(call, &text));
        }
        assert!(is_unexpected(step(11, &made)), "{code}");
        // The second question's answer is compared with the second question.
        let good = GOOD.replace("0000000007", "0000000008");
        let second = answered(super::tests::call(step(8, &made[..1])), &good);
        let done = step(9, &[made[0].clone(), second]);
        assert!(matches!(done, Step::Done(Answered::Agreed(_))));
    }
}

#[test]
fn the_backup_host_is_asked_when_the_main_one_does_not_answer() {
    let main = call(step(7, &[]));
    let down = |call: &PlatformCall, answer| Exchange {
        call: call.clone(),
        answer,
    };
    let fault = GOOD.replace("CODEREPONSE=00000", "CODEREPONSE=00003");
    for answer in [
        Err(CallError::NotSent),
        Err(CallError::NoAnswer),
        Ok(CallAnswer {
            status: 503,
            body: Vec::new(),
        }),
        Ok(CallAnswer {
            status: 302,
            body: latin1(GOOD),
        }),
        Ok(CallAnswer {
            status: 200,
            body: b"<html>".to_vec(),
        }),
        Ok(CallAnswer {
            status: 200,
            body: latin1(&fault),
        }),
    ] {
        let first = down(&main, answer.clone());
        let backup = call(step(8, std::slice::from_ref(&first)));
        assert_eq!(backup.url, "http://localhost:8602/PPPS.php");
        let second = down(&backup, answer);
        let failed = step(9, &[first.clone(), second]);
        assert!(matches!(failed, Step::Failed(Failure::Unreachable)));
        let good = GOOD.replace("0000000007", "0000000008");
        let done = step(9, &[first, answered(backup, &good)]);
        assert!(matches!(done, Step::Done(Answered::Agreed(_))));
    }
}

#[test]
fn a_claim_without_a_transaction_is_not_asked_about() {
    for transaction in ["0", "", "x"] {
        let mut claim = part(PartKind::Card, "CB");
        claim.transaction = transaction.into();
        assert!(is_disagreed(step_with(&sandbox(), &claim, 1, &[])));
    }
}

#[test]
fn a_question_number_has_its_bounds() {
    for sequence in [0, QUESTION_MAX + 1, u32::MAX] {
        assert!(is_unexpected(step(sequence, &[])));
    }
    assert!(body(&call(step(QUESTION_MAX, &[]))).contains("NUMQUESTION=2147483647"));
}

#[test]
fn a_doubled_name_makes_no_answer() {
    let doubled = format!("{GOOD}&STATUS=Capturé");
    assert!(matches!(after(&doubled), Step::Call(_)));
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(body: Vec<u8>, status: u16) {
        let call = call(step(7, &[]));
        let made = [Exchange { call, answer: Ok(CallAnswer { status, body }) }];
        let agreed = matches!(step(8, &made), Step::Done(Answered::Agreed(_)));
        prop_assert!(!agreed);
    }
}
