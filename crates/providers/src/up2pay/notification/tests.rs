use guichet_domain::PartKind;
use proptest::prelude::*;

use super::super::testing::*;
use super::*;
use crate::contract::Headers;

fn k3() -> String {
    let signature = include_str!("../golden/k3.sig").trim_end();
    format!("{}&Signature={signature}", include_str!("../golden/k3.txt"))
}

fn get(raw: &[u8]) -> Incoming<'_> {
    Incoming {
        method: HttpMethod::Get,
        query: raw,
        headers: Headers::default(),
        body: b"",
        secret: None,
    }
}

fn fact(config: &Config, raw: &str) -> Result<PlatformFact, MessageError> {
    verify(config, &get(raw.as_bytes())).map(|told| told.fact.into_inner())
}

fn part(config: &Config, raw: &str) -> Part {
    match fact(config, raw).unwrap().event {
        PaymentEvent::Part(part) => part,
        other => panic!("{other:?}"),
    }
}

/// A signed card notification with some values changed, and pairs taken away (`None`) or added.
fn message(changes: &[(&str, Option<&str>)]) -> String {
    let mut pairs = vec![
        ("Mt", "1500"),
        ("Ref", "7ZK2M0Q4W8E6R1T3Y5AB"),
        ("Auto", "123456"),
        ("Appel", "2310165"),
        ("ChoixPaiement", "CARTE"),
        ("ChoixCarte", "CB"),
        ("Erreur", "00000"),
        ("Transaction", "722487980"),
    ];
    for (name, value) in changes {
        let at = pairs.iter().position(|(known, _)| known == name);
        match (at, value) {
            (Some(at), Some(value)) => pairs[at].1 = value,
            (Some(at), None) => drop(pairs.remove(at)),
            (None, Some(value)) => pairs.push((name, value)),
            (None, None) => {}
        }
    }
    let written: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    sign(&written.join("&"))
}

fn ours() -> Config {
    sandbox_with("")
}

/// Its signature is good, and yet it can't be read.
fn is_unreadable(result: Result<PlatformFact, MessageError>) -> bool {
    matches!(result, Err(MessageError::Unreadable { .. }))
}

fn is_malformed(result: Result<PlatformFact, MessageError>) -> bool {
    matches!(result, Err(MessageError::Malformed(_)))
}

#[test]
fn the_golden_voucher_is_read() {
    let fact = fact(&sandbox(), &k3()).unwrap();
    assert_eq!(fact.reference, "CMD9542124-01A5G");
    assert_eq!(fact.identity, "CMD9542124-01A5G|2310165|722487980|APETIZ");
    let PaymentEvent::Part(part) = fact.event else {
        panic!()
    };
    assert_eq!(part.kind, PartKind::Voucher);
    assert_eq!(part.method, Some(method("apetiz")));
    assert_eq!((part.brand.as_str(), part.amount.minor()), ("APETIZ", 1500));
    assert_eq!(
        (part.status, part.code.as_str()),
        (PartStatus::Accepted, "00000")
    );
    assert_eq!(
        (part.call.as_str(), part.transaction.as_str()),
        ("2310165", "722487980")
    );
    assert_eq!((part.trust, part.parts_expected), (Trust::Signed, None));
}

#[test]
fn each_single_byte_of_a_golden_notification_matters() {
    let config = sandbox();
    let golden = k3().into_bytes();
    assert!(verify(&config, &get(&golden)).is_ok());
    for at in 0..golden.len() {
        for other in [1_u8, 2, 0x20, 0x80] {
            let mut changed = golden.clone();
            changed[at] ^= other;
            assert!(
                verify(&config, &get(&changed)).is_err(),
                "byte {at} xor {other}"
            );
        }
        let mut shorter = golden.clone();
        shorter.remove(at);
        assert!(
            verify(&config, &get(&shorter)).is_err(),
            "byte {at} removed"
        );
        let mut longer = golden.clone();
        longer.insert(at, b'0');
        assert!(verify(&config, &get(&longer)).is_err(), "byte {at} doubled");
    }
}

#[test]
fn only_the_accounts_keys_verify() {
    let published = read(
        with(sandbox_table(), "public_keys = []"),
        Environment::Sandbox,
    )
    .unwrap();
    assert_eq!(fact(&published, &k3()), Err(MessageError::BadSignature));
    assert!(fact(&ours(), &message(&[])).is_ok());
    assert_eq!(
        fact(&sandbox(), &message(&[])),
        Err(MessageError::BadSignature)
    );
}

#[test]
fn the_platforms_real_message_is_genuine_but_lacks_what_we_ask_for() {
    let signature = include_str!("../golden/k1.sig").trim_end();
    let raw = format!("{}&Signature={signature}", include_str!("../golden/k1.txt"));
    assert!(is_unreadable(fact(&sandbox(), &raw)));
}

#[test]
fn post_for_get_and_get_for_post_are_refused() {
    let raw = message(&[]);
    let posted = Incoming {
        method: HttpMethod::Post,
        query: b"",
        headers: Headers::default(),
        body: raw.as_bytes(),
        secret: None,
    };
    assert_eq!(
        verify(&ours(), &posted).unwrap_err(),
        MessageError::WrongMethod
    );
    let by_post = sandbox_with("notify_method = 'post'");
    assert!(verify(&by_post, &posted).is_ok());
    assert_eq!(fact(&by_post, &raw), Err(MessageError::WrongMethod));
}

#[test]
fn the_secret_address_makes_a_part_ours() {
    let raw = message(&[]);
    let secret = format!("confirm = 'secret_address'\nnotify_secret = '{SECRET}'");
    let config = sandbox_with(&secret);
    let trust = |secret| {
        let incoming = Incoming {
            secret,
            ..get(raw.as_bytes())
        };
        verify(&config, &incoming).map(|told| match told.fact.into_inner().event {
            PaymentEvent::Part(part) => part.trust,
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(trust(Some(SECRET)), Ok(Trust::Ours));
    assert_eq!(trust(None), Ok(Trust::Signed));
    assert_eq!(trust(Some("guess")), Err(MessageError::WrongSecret));
    assert_eq!(trust(Some("")), Err(MessageError::WrongSecret));
    let none = Incoming {
        secret: Some(SECRET),
        ..get(raw.as_bytes())
    };
    assert_eq!(
        verify(&ours(), &none).unwrap_err(),
        MessageError::WrongSecret
    );
}

#[test]
fn a_secret_does_not_replace_the_signature() {
    let secret = format!("confirm = 'secret_address'\nnotify_secret = '{SECRET}'");
    let forged = message(&[]).replace("Mt=1500", "Mt=1501");
    let incoming = Incoming {
        secret: Some(SECRET),
        ..get(forged.as_bytes())
    };
    assert_eq!(
        verify(&sandbox_with(&secret), &incoming).unwrap_err(),
        MessageError::BadSignature
    );
}

#[test]
fn every_required_field_is_required() {
    for name in [
        "Mt",
        "Ref",
        "Auto",
        "Appel",
        "ChoixPaiement",
        "ChoixCarte",
        "Erreur",
        "Transaction",
    ] {
        assert!(
            is_unreadable(fact(&ours(), &message(&[(name, None)]))),
            "{name}"
        );
    }
    for name in ["Mt", "Ref", "Auto", "Appel", "Erreur", "Transaction"] {
        assert!(
            is_unreadable(fact(&ours(), &message(&[(name, Some(""))]))),
            "{name} empty"
        );
    }
}

#[test]
fn a_voucher_and_what_was_not_accepted_need_no_authorisation() {
    let voucher = [
        ("Auto", None),
        ("ChoixPaiement", Some("LIMONETIK")),
        ("ChoixCarte", Some("SODEXO")),
    ];
    assert_eq!(part(&ours(), &message(&voucher)).kind, PartKind::Voucher);
    let refused = [("Auto", None), ("Erreur", Some("00105"))];
    assert_eq!(
        part(&ours(), &message(&refused)).status,
        PartStatus::Refused
    );
    let complement = [
        ("Auto", None),
        ("ChoixPaiement", Some("LIMONETIK")),
        ("ChoixCarte", Some("LIMOCB")),
    ];
    assert!(is_unreadable(fact(&ours(), &message(&complement))));
}

#[test]
fn the_complement_is_told_apart() {
    let complement = [
        ("ChoixPaiement", Some("LIMONETIK")),
        ("ChoixCarte", Some("LIMOCB")),
    ];
    let part = part(&ours(), &message(&complement));
    assert_eq!(
        (part.kind, part.method, part.brand.as_str()),
        (PartKind::Complement, None, "LIMOCB")
    );
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let data = message(&[]).split_once("&Signature=").unwrap().0.to_owned();
    // Signed so: money may have moved, and nobody knows how much.
    let doubled = fact(&ours(), &sign(&format!("{data}&Mt=1")));
    let Err(MessageError::Unreadable { why, .. }) = doubled else {
        panic!("{doubled:?}")
    };
    assert!(why.contains("Mt stands there twice"), "{why}");
    for doubled in [
        format!("Mt=1&{}", sign(&data)),
        format!("{}&Mt=1", sign(&data)),
        format!("own=1&own=2&{}", sign(&data)),
        format!("Signature=x&{}", sign(&data)),
        format!("{}&Signature=x", sign(&data)),
    ] {
        assert!(is_malformed(fact(&ours(), &doubled)), "{doubled}");
    }
}

#[test]
fn what_follows_the_signature_is_never_read() {
    let plain = fact(&ours(), &message(&[])).unwrap();
    for after in [
        "&x=1",
        "&",
        "&&",
        "&Partie=1-2",
        "&utm=a&fbclid=b",
        "&Pays=FRA&x",
    ] {
        let raw = format!("{}{after}", message(&[]));
        assert_eq!(fact(&ours(), &raw).as_ref(), Ok(&plain), "{after}");
        let back = read_return(&ours(), &get(raw.as_bytes())).unwrap();
        assert_eq!(back.reference, plain.reference);
    }
    assert!(is_malformed(fact(
        &ours(),
        &format!("{}&Signature=", message(&[]))
    )));
}

#[test]
fn what_became_of_it_on_its_way_is_told_and_changes_nothing() {
    let told = |raw: &str| {
        let told = verify(&ours(), &get(raw.as_bytes())).unwrap();
        (told.fact.into_inner(), told.changes.join("; "))
    };
    let raw = message(&[]);
    let (plain, changes) = told(&raw);
    assert_eq!(changes, "");
    let (twice, changes) = told(&format!("{raw}&{raw}"));
    assert_eq!(twice, plain);
    assert!(changes.contains("doubled: ") && changes.contains("stands there twice"));
}

#[test]
fn an_unreadable_messages_signed_pairs_are_all_that_is_kept_of_it() {
    let genuine = message(&[("Auto", None)]);
    let kept = |raw: &str| match fact(&ours(), raw) {
        Err(MessageError::Unreadable { signed, .. }) => signed,
        other => panic!("{other:?}"),
    };
    assert_eq!(kept(&genuine).as_slice(), genuine.as_bytes());
    for more in [
        format!("a=1&{genuine}"),
        format!("a={}&b&{genuine}&c=3", "x".repeat(5000)),
        format!("{genuine}&{genuine}"),
        genuine.replace("00000", "%30%30000"),
    ] {
        assert_eq!(kept(&more).as_slice(), genuine.as_bytes(), "{more}");
    }
}

#[test]
fn unknown_signed_pairs_are_kept_out_of_the_way() {
    let with_more = message(&[("Abo", Some("0")), ("Nouveau", Some("%FF"))]);
    let (more, plain) = (part(&ours(), &with_more), part(&ours(), &message(&[])));
    assert_ne!(more.fingerprint, plain.fingerprint);
    assert_eq!(
        Part {
            fingerprint: plain.fingerprint.clone(),
            ..more
        },
        plain
    );
}

#[test]
fn whatever_differs_in_what_was_signed_differs_in_the_fingerprint() {
    let plain = part(&ours(), &message(&[]));
    let other_authorisation = part(&ours(), &message(&[("Auto", Some("654321"))]));
    assert_ne!(other_authorisation.fingerprint, plain.fingerprint);
    let incoming = message(&[]);
    let back = read_return(&ours(), &get(incoming.as_bytes())).unwrap();
    match &back.part.unwrap().event {
        PaymentEvent::Part(told) => assert_eq!(told.fingerprint, plain.fingerprint),
        other => panic!("{other:?}"),
    }
}

#[test]
fn our_own_unsigned_parameters_are_dropped() {
    let raw = format!("shop=7&OK&{}", message(&[]));
    assert_eq!(part(&ours(), &raw), part(&ours(), &message(&[])));
    let foreign = message(&[]).replacen("Mt=", "own=1&Montant=", 1);
    assert_eq!(fact(&ours(), &foreign), Err(MessageError::BadSignature));
}

#[test]
fn on_a_browsers_return_everything_is_signed() {
    let raw = format!("shop=7&{}", message(&[]));
    assert!(matches!(
        read_return(&ours(), &get(raw.as_bytes())),
        Err(MessageError::BadSignature)
    ));
    let data = message(&[]).split_once("&Signature=").unwrap().0.to_owned();
    let signed = sign(&format!("shop=7&{data}"));
    assert!(read_return(&ours(), &get(signed.as_bytes())).is_ok());
}

#[test]
fn the_return_tells_its_outcome_and_its_part_never_counts() {
    let outcome = |changes: &[(&str, Option<&str>)]| {
        let raw = message(changes);
        read_return(&ours(), &get(raw.as_bytes())).unwrap()
    };
    let accepted = outcome(&[]);
    assert_eq!(accepted.outcome, ReturnOutcome::Accepted);
    assert_eq!(accepted.reference, "7ZK2M0Q4W8E6R1T3Y5AB");
    let PaymentEvent::Part(part) = accepted.part.unwrap().into_inner().event else {
        panic!()
    };
    assert_eq!(part.trust, Trust::Signed);
    let code = |code| outcome(&[("Erreur", Some(code))]).outcome;
    assert_eq!(code("99999"), ReturnOutcome::Waiting);
    assert_eq!(code("00105"), ReturnOutcome::Refused);
    assert_eq!(code("00999"), ReturnOutcome::Waiting);
    let cancelled = outcome(&[
        ("Transaction", Some("0")),
        ("Erreur", Some("00001")),
        ("ChoixPaiement", None),
        ("ChoixCarte", None),
        ("Auto", None),
    ]);
    assert_eq!(cancelled.outcome, ReturnOutcome::Cancelled);
    assert!(cancelled.part.is_none());
}

#[test]
fn the_return_by_post_is_read_from_its_body() {
    let raw = message(&[]);
    let posted = Incoming {
        method: HttpMethod::Post,
        query: b"",
        headers: Headers::default(),
        body: raw.as_bytes(),
        secret: None,
    };
    assert!(read_return(&ours(), &posted).is_ok());
}

#[test]
fn a_page_left_without_a_transaction_never_counts() {
    let left = |code| {
        part(
            &ours(),
            &message(&[
                ("Transaction", Some("0")),
                ("Erreur", Some(code)),
                ("ChoixPaiement", None),
                ("ChoixCarte", None),
                ("Auto", None),
            ]),
        )
    };
    assert_eq!(
        (left("00001").status, left("00001").refusal),
        (PartStatus::Refused, None)
    );
    assert_eq!(
        left("00030").refusal,
        Some(guichet_domain::Refusal::TimedOut)
    );
    assert_eq!(left("00000").status, PartStatus::Pending);
}

#[test]
fn only_the_exact_code_of_success_accepts() {
    let status = |code| part(&ours(), &message(&[("Erreur", Some(code))])).status;
    assert_eq!(status("00000"), PartStatus::Accepted);
    assert_eq!(status("99999"), PartStatus::Pending);
    assert_eq!(status("001A1"), PartStatus::Refused);
    for unknown in ["00100", "00200", "00300", "0000O", "12345"] {
        assert_eq!(status(unknown), PartStatus::Pending, "{unknown}");
    }
    for wrong in ["0", "000000", "0000", "00+00"] {
        assert!(
            is_unreadable(fact(&ours(), &message(&[("Erreur", Some(wrong))]))),
            "{wrong}"
        );
    }
}

#[test]
fn an_unknown_instrument_is_kept_and_counts_for_no_method() {
    use guichet_domain::payment::{Attention, Money, Terms, fold};
    use guichet_wire::MethodKind;
    for (payment, card) in [
        ("PAYPAL", "PAYPAL"),
        ("CARTE", "NEW"),
        ("LIMONETIK", "ANCV"),
    ] {
        let raw = message(&[("ChoixPaiement", Some(payment)), ("ChoixCarte", Some(card))]);
        let mut part = part(&ours(), &raw);
        assert_eq!(
            (part.method.clone(), part.brand.clone()),
            (None, format!("{payment}/{card}"))
        );
        part.trust = Trust::Ours;
        for (code, kind) in [
            ("card", MethodKind::Card),
            ("sodexo", MethodKind::MealVoucher),
            ("cvconnect", MethodKind::HolidayVoucher),
            ("up2pay_choice", MethodKind::Choice),
        ] {
            let terms = Terms {
                method: method(code),
                kind,
                total: part.amount,
                manual_capture: false,
                voucher_eligible: None,
            };
            let state = fold(&terms, [&PaymentEvent::Part(part.clone())]);
            assert_ne!(state.money, Money::Paid, "{code}");
            assert!(state.attention.contains(&Attention::Mismatch), "{code}");
        }
    }
}

#[test]
fn a_card_type_can_be_added() {
    let raw = message(&[("ChoixCarte", Some("VPAY"))]);
    let part = part(&sandbox_with("card_types = ['VPAY']"), &raw);
    assert_eq!(part.kind, PartKind::Card);
}

#[test]
fn a_space_in_a_card_type_is_read_however_it_is_written() {
    for written in ["Visa%20Electron", "Visa+Electron"] {
        let part = part(&ours(), &message(&[("ChoixCarte", Some(written))]));
        assert_eq!(
            (part.kind, part.brand.as_str()),
            (PartKind::Card, "Visa Electron")
        );
    }
}

#[test]
fn a_refused_card_without_a_type_is_a_card() {
    let refused = [
        ("Auto", None),
        ("ChoixCarte", Some("")),
        ("Erreur", Some("00004")),
    ];
    assert_eq!(part(&ours(), &message(&refused)).kind, PartKind::Card);
}

/// P=3DSECURE with C=CB: an accepted test message of February 2014 and a cancel of December 2022.
#[test]
fn a_card_paid_with_3_d_secure_is_a_card_and_pays() {
    use guichet_domain::payment::{Money, Terms, fold};
    for (payment, card) in [
        ("3DSECURE", "CB"),
        ("CARTE", "CB,VISA,EUROCARD_MASTERCARD"),
        ("CARTE", "CB%2CVISA"),
    ] {
        let raw = message(&[("ChoixPaiement", Some(payment)), ("ChoixCarte", Some(card))]);
        let mut part = part(&ours(), &raw);
        assert_eq!(
            (part.kind, part.method.clone()),
            (PartKind::Card, Some(method("card")))
        );
        part.trust = Trust::Ours;
        let terms = Terms {
            method: method("card"),
            kind: guichet_wire::MethodKind::Card,
            total: part.amount,
            manual_capture: false,
            voucher_eligible: None,
        };
        let state = fold(&terms, [&PaymentEvent::Part(part)]);
        assert_eq!(state.money, Money::Paid, "{payment} {card}");
        assert!(state.attention.is_empty(), "{payment} {card}");
    }
}

/// Shaped as a signed cancel return of December 2022 (the tests of highcanfly-club/up2pay): a P, no
/// C, an empty N, a call number, and a transaction number 0.
#[test]
fn a_cancel_with_a_payment_type_and_an_empty_card_number_is_read() {
    for payment in ["3DSECURE", "CARTE"] {
        let left = [
            ("Auto", None),
            ("ChoixPaiement", Some(payment)),
            ("ChoixCarte", None),
            ("N", Some("")),
            ("Erreur", Some("00001")),
            ("Transaction", Some("0")),
        ];
        let told = part(&ours(), &message(&left));
        assert_eq!((told.status, told.refusal), (PartStatus::Refused, None));
        assert_eq!(told.kind, PartKind::Card, "{payment}");
        let raw = message(&left);
        let back = read_return(&ours(), &get(raw.as_bytes())).unwrap();
        assert_eq!(back.outcome, ReturnOutcome::Cancelled);
        assert!(back.part.is_none());
    }
}

#[test]
fn a_test_authorisation_is_refused_in_production() {
    let raw = message(&[("Auto", Some("XXXXXX"))]);
    assert!(fact(&ours(), &raw).is_ok());
    let keys = format!("public_keys = ['''{}''']", signer_pem());
    let production = read(with(production_table(), &keys), Environment::Production).unwrap();
    assert!(is_unreadable(fact(&production, &raw)));
    assert!(read_return(&production, &get(raw.as_bytes())).is_err());
    assert!(fact(&production, &message(&[])).is_ok());
}

#[test]
fn amounts_and_numbers_must_be_such() {
    for (name, wrong) in [
        ("Mt", "0"),
        ("Mt", "-1"),
        ("Mt", "15.00"),
        ("Mt", "99999999999"),
        ("Mt", "+1500"),
        ("Appel", "x"),
        ("Transaction", "7a"),
        ("Transaction", "123456789012345678901"),
        ("Ref", "a%7Cb"),
        ("Ref", "a%0Ab"),
        ("Ref", "%FF"),
        ("ChoixCarte", "%C3"),
    ] {
        assert!(
            is_unreadable(fact(&ours(), &message(&[(name, Some(wrong))]))),
            "{name}={wrong}"
        );
    }
    let padded = message(&[
        ("Mt", Some("0000001500")),
        ("Transaction", Some("0722487980")),
    ]);
    let (padded, plain) = (part(&ours(), &padded), part(&ours(), &message(&[])));
    assert_eq!(
        Part {
            fingerprint: plain.fingerprint.clone(),
            ..padded
        },
        plain
    );
}

#[test]
fn the_place_in_a_mixed_payment_tells_how_many_parts_there_are() {
    assert_eq!(
        part(&ours(), &message(&[("Partie", Some("1-2"))])).parts_expected,
        Some(2)
    );
    for (text, count) in [
        ("2-2", Some(2)),
        ("1-1", Some(1)),
        ("3-2", None),
        ("0-2", None),
        ("1-0", None),
        ("", None),
        ("2", None),
        ("1-12", None),
        ("1-2-3", None),
    ] {
        assert_eq!(parts_of_index(text), count, "{text}");
    }
}

#[test]
fn the_identity_holds_reference_call_transaction_and_card() {
    let identity = |changes: &[_]| fact(&ours(), &message(changes)).unwrap().identity;
    let first = identity(&[]);
    assert_eq!(first, "7ZK2M0Q4W8E6R1T3Y5AB|2310165|722487980|CB");
    // Another content of the same transaction has the same identity.
    assert_eq!(identity(&[("Mt", Some("1"))]), first);
    for change in [
        ("Ref", Some("OTHER")),
        ("Appel", Some("1")),
        ("Transaction", Some("1")),
        ("ChoixCarte", Some("VISA")),
    ] {
        assert_ne!(identity(&[change]), first);
    }
}

#[test]
fn a_megabyte_is_refused() {
    let long = format!("x={}&{}", "a".repeat(1 << 20), message(&[]));
    assert!(is_malformed(fact(&ours(), &long)));
}

#[test]
fn a_signature_is_base64_and_nothing_else() {
    let data = include_str!("../golden/k3.txt");
    for wrong in ["", "x", "%", "%ZZ", "====", "%00", "é"] {
        let raw = format!("{data}&Signature={wrong}");
        assert!(fact(&sandbox(), &raw).is_err(), "{wrong}");
    }
    assert!(is_malformed(fact(&sandbox(), data)));
    assert!(is_malformed(fact(&sandbox(), "")));
    // A proxy may undo the escapes of the signature, and write them in lower case.
    let plain = percent_encoding::percent_decode_str(include_str!("../golden/k3.sig").trim_end());
    let plain = plain.decode_utf8().unwrap();
    assert!(fact(&sandbox(), &format!("{data}&Signature={plain}")).is_ok());
    let lower = k3()
        .replace("%2B", "%2b")
        .replace("%2F", "%2f")
        .replace("%3D", "%3d");
    assert!(fact(&sandbox(), &lower).is_ok());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(raw: Vec<u8>, post: bool) {
        let method = if post { HttpMethod::Post } else { HttpMethod::Get };
        let headers = Headers::default();
        let incoming = Incoming { method, query: &raw, headers, body: &raw, secret: None };
        prop_assert!(verify(&sandbox(), &incoming).is_err());
        prop_assert!(read_return(&sandbox(), &incoming).is_err());
    }

    #[test]
    fn nothing_like_a_notification_makes_it_panic(
        raw in "(Mt|Ref|Signature|x)?=?[0-9A-Za-z%&=+/]{0,60}(&Signature=[A-Za-z%0-9]{0,40})?"
    ) {
        prop_assert!(verify(&sandbox(), &get(raw.as_bytes())).is_err());
    }
}
