use proptest::prelude::*;

use super::super::super::seal::TEST_KEY_K004;
use super::super::super::testing::{pem, sign, signer_pem};
use super::*;

fn k1() -> String {
    let signature = include_str!("../../golden/k1.sig")
        .trim_end()
        .replace('+', "%2B");
    format!("{}&sign={signature}", include_str!("../../golden/k1.txt"))
}

fn k3() -> String {
    let signature = include_str!("../../golden/k3.sig").trim_end();
    format!(
        "{}&Signature={signature}",
        include_str!("../../golden/k3.txt")
    )
}

fn meaning(report: &NotificationReport, name: &str) -> String {
    report
        .fields
        .iter()
        .find(|field| field.name == name)
        .unwrap()
        .meaning
        .clone()
}

#[test]
fn the_golden_signatures_verify_whatever_the_signatures_name() {
    let report = notification(k1().as_bytes(), None).unwrap();
    assert!(report.verified);
    assert_eq!(
        (report.signature_name.as_str(), report.unsigned),
        ("sign", 0)
    );
    assert!(meaning(&report, "Auto").contains("test account"));
    let report = notification(k3().as_bytes(), Some(&pem(TEST_KEY_K004))).unwrap();
    assert!(report.verified);
    assert!(meaning(&report, "Erreur").contains("accepted"));
    assert!(meaning(&report, "Abo").contains("not one of the usual names"));
    assert!(!notification(k3().as_bytes(), None).unwrap().verified);
}

#[test]
fn a_whole_address_and_a_final_line_break_are_read() {
    for text in [
        format!("https://shop.example/ipn?{}\r\n", k1()),
        format!("?{}\n", k1()),
        format!("/ipn?{}", k1()),
    ] {
        assert!(
            notification(text.as_bytes(), None).unwrap().verified,
            "{text}"
        );
    }
}

#[test]
fn own_parameters_are_told() {
    let report = notification(format!("shop=1&x&{}", k1()).as_bytes(), None).unwrap();
    assert_eq!((report.verified, report.unsigned), (true, 2));
}

#[test]
fn an_altered_message_does_not_verify() {
    let report = notification(k1().replace("1000", "1001").as_bytes(), None).unwrap();
    assert!(!report.verified);
    let told = report.changes.join("");
    assert!(
        !told.contains("escaped") && !told.contains("sorted"),
        "{told}"
    );
    assert!(report.fields.iter().all(|field| !field.signed));
}

#[test]
fn known_changes_are_named() {
    let signed = sign("Mt=1&Carte=Visa%20Electron&Mail=a@b.fr&Heure=10:00:00");
    let key = signer_pem();
    let told = |text: String| {
        let report = notification(text.as_bytes(), Some(&key)).unwrap();
        assert!(report.verified, "{text}");
        report.changes.join("; ")
    };
    assert_eq!(told(signed.clone()), "");
    assert!(told(signed.replace("%20", "+")).contains("spaces"));
    assert!(told(signed.replace("Visa%20", "Visa ")).contains("spaces"));
    assert!(told(signed.replace('@', "%40")).contains("percent-encoded anew"));
    assert!(told(signed.replace(':', "%3a")).contains("percent-encoded anew"));
    let both = told(signed.replace('@', "%40").replace("%20", "+"));
    assert!(
        both.contains("percent-encoded anew") && both.contains("+ for a space"),
        "{both}"
    );
    assert!(told(format!(" {signed}")).contains("stray space"));
    assert!(told(format!("\u{feff}{signed}\n")).contains("byte order mark"));
    assert!(told(signed.replacen("&Carte", "&amp;Carte", 1)).contains("&amp;"));
    let mut signed = signed;
    for at in 0.. {
        if signed.contains("%2B") {
            break;
        }
        signed = sign(&format!("Mt={at}"));
    }
    assert!(told(signed.replace("%2B", " ")).contains("decoded once too often"));
}

/// What an operator reads is what was signed, and what was added is marked.
#[test]
fn what_is_not_signed_is_marked() {
    let report = notification(format!("shop=1&{}&Mail=x", k1()).as_bytes(), None).unwrap();
    assert!(report.verified);
    let signed = |name: &str| {
        let field = report.fields.iter().find(|field| field.name == name);
        field.unwrap().signed
    };
    assert_eq!((signed("shop"), signed("Mail")), (false, false));
    assert_eq!((signed("Mt"), signed("Erreur")), (true, true));
}

#[test]
fn what_is_lost_sorted_or_told_twice_is_named() {
    let key = signer_pem();
    let told = |text: String| {
        let report = notification(text.as_bytes(), Some(&key)).unwrap();
        assert!(!report.verified, "{text}");
        report.changes.join("; ")
    };
    let data = "Mt=1&Ref=A&Appel=2&Erreur=00000&Transaction=3";
    let lost = told(sign(data).replace("Erreur=00000&", ""));
    assert!(lost.contains("lost: there is no Erreur"), "{lost}");
    // Names of somebody else's: their order is not known here, that it is sorted can be seen.
    let sorted = sign("t=3&m=1&r=A&e=00000").replace("t=3&m=1&r=A&e=00000", "e=00000&m=1&r=A&t=3");
    assert!(told(sorted).contains("sorted:"));
    let twice = told(format!("Mt=2&{}", sign(data)));
    assert!(twice.contains("Mt stands there twice"), "{twice}");
    let long = format!("{}&x={}", sign(data), "a".repeat(1 << 20));
    assert_eq!(
        notification(long.as_bytes(), Some(&key)).unwrap_err(),
        Unreadable::TooLong
    );
}

#[test]
fn codes_are_explained() {
    let signed = sign("Erreur=00151&x=y");
    let report = notification(signed.as_bytes(), Some(&signer_pem())).unwrap();
    assert!(meaning(&report, "Erreur").contains("insufficient funds"));
    let signed = sign("E=54321&x=y");
    let report = notification(signed.as_bytes(), Some(&signer_pem())).unwrap();
    assert!(meaning(&report, "E").contains("unknown"));
}

#[test]
fn what_can_not_be_read_is_said() {
    let error = |raw: &str, pem| notification(raw.as_bytes(), pem).unwrap_err();
    for raw in ["", "x", "a=b", "a=b&c", "a=b&c=", "a=b&c=AAAA", "a=b&c=%%%"] {
        assert_eq!(error(raw, None), Unreadable::NoSignature, "{raw}");
    }
    assert!(matches!(error(&k1(), Some("x")), Unreadable::Key(_)));
}

proptest! {
    #[test]
    fn no_input_makes_it_panic(raw: Vec<u8>) {
        let _ = notification(&raw, None);
    }
}
