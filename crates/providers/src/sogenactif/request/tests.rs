use std::time::Duration;

use proptest::prelude::*;

use super::super::office::diagnostic::GetTransactionData;
use super::super::testing::{
    json, production_table, read, sandbox, sandbox_table, sealed_answer, with,
};
use super::*;

fn method(name: &str) -> &'static MethodInfo {
    MethodInfo::find(name).unwrap()
}

const CANCEL: &str =
    r#"{"operationAmount":"500","currencyCode":"978","transactionReference":"R1"}"#;

fn cancel(config: &Config) -> Prepared {
    config.prepare(method("cancel"), &json(CANCEL)).unwrap()
}

#[test]
fn a_request_is_complete_and_sealed() {
    let prepared = cancel(&sandbox());
    let body = prepared.call.body.as_ref().unwrap();
    let sent = Json::parse_object(&body.bytes).unwrap();
    assert_eq!(sent, prepared.message);
    assert_eq!(sent.text("interfaceVersion"), Some("CR_WS_2.53"));
    assert_eq!(sent.text("merchantId"), Some("002001000000001"));
    assert_eq!(sent.text("sealAlgorithm"), Some("HMAC-SHA-256"));
    assert_eq!(sent.text("seal").map(str::len), Some(64));
    assert_eq!(body.content_type, "application/json");
    assert!(prepared.call.timeout > Duration::ZERO && prepared.call.cache_for.is_none());
    assert!(!format!("{:?}", prepared.call).contains("R1"));
}

#[test]
fn each_account_names_transactions_in_its_own_way() {
    let account = |identity: &str| {
        let line = format!("transaction_identity = \"{identity}\"");
        read(with(sandbox_table(), &line), Environment::Sandbox).unwrap()
    };
    let reference = r#""transactionReference":"R1""#;
    let s10 = r#""s10TransactionReference":{"s10TransactionId":"000001"}"#;
    let dated = r#""s10TransactionReference":
        {"s10TransactionId":"000001","s10TransactionIdDate":"20260301"}"#;
    let new = r#""amount":"1","currencyCode":"978","mandateId":"M""#;
    let passes = |identity: &str, name: &str, fields: &[&str]| {
        let fields = json(&format!("{{{}}}", fields.join(",")));
        account(identity).prepare(method(name), &fields).is_ok()
    };
    for (identity, fields, passing) in [
        ("reference", vec![new, reference], true),
        ("reference", vec![new, s10], false),
        ("reference", vec![new], false),
        ("reference", vec![new, reference, s10], false),
        ("s10", vec![new, s10], true),
        ("s10", vec![new, reference], false),
        ("s10", vec![new], false),
        ("platform", vec![new], true),
        ("platform", vec![new, reference], false),
    ] {
        assert_eq!(
            passes(identity, "directDebitOrder", &fields),
            passing,
            "{identity} {fields:?}"
        );
    }
    for (identity, field, passing) in [
        ("reference", reference, true),
        ("reference", dated, false),
        ("s10", dated, true),
        ("s10", s10, false),
        ("platform", reference, true),
    ] {
        assert_eq!(
            passes(identity, "getTransactionData", &[field]),
            passing,
            "{identity} {field}"
        );
    }
    assert!(!passes("reference", "getTransactionData", &[]));
    let listed = r#""cardNumber":"TP1","panType":"TOKEN_PAN""#;
    assert!(passes("reference", "addToFraudList", &[listed]));
}

#[test]
fn an_answer_is_read_once_its_seal_is_good() {
    let config = sandbox();
    let sent = cancel(&config);
    let fields = r#"{"responseCode":"00","transactionReference":"R1","newAmount":0}"#;
    let answer = sealed_answer(&config, fields);
    let read = config
        .read_answer(sent.method, &sent.message, &answer)
        .unwrap();
    assert!(read.sealed && read.code.is_success());
}

#[test]
fn an_answer_that_was_changed_is_refused() {
    let config = sandbox();
    let sent = cancel(&config);
    let mut answer = sealed_answer(&config, r#"{"responseCode":"05"}"#);
    answer.body = String::from_utf8(answer.body)
        .unwrap()
        .replace("\"05\"", "\"00\"")
        .into();
    let error = config
        .read_answer(sent.method, &sent.message, &answer)
        .unwrap_err();
    assert_eq!(error, AnswerError::WrongSeal("00".into()));
}

#[test]
fn an_answer_without_seal_counts_outside_production_only() {
    let answer = CallAnswer {
        status: 200,
        body: br#"{"responseCode":"00"}"#.to_vec(),
    };
    for environment in [Environment::Test, Environment::Production] {
        let config = read(production_table(), environment).unwrap();
        let sent = cancel(&config);
        let read = config.read_answer(sent.method, &sent.message, &answer);
        if environment == Environment::Production {
            assert_eq!(read.unwrap_err(), AnswerError::Unsealed("00".into()));
        } else {
            assert!(!read.unwrap().sealed);
        }
    }
}

#[test]
fn an_answer_about_something_else_is_refused() {
    let config = sandbox();
    let sent = cancel(&config);
    for (field, fields) in [
        (
            "transactionReference",
            r#"{"responseCode":"00","transactionReference":"R2"}"#,
        ),
        (
            "merchantId",
            r#"{"responseCode":"00","merchantId":"002001000000002"}"#,
        ),
        (
            "currencyCode",
            r#"{"responseCode":"00","currencyCode":"840"}"#,
        ),
    ] {
        let answer = sealed_answer(&config, fields);
        let error = config
            .read_answer(sent.method, &sent.message, &answer)
            .unwrap_err();
        assert_eq!(error, AnswerError::Mismatch(field));
    }
}

#[test]
fn an_answer_without_code_is_no_success() {
    let config = sandbox();
    let sent = cancel(&config);
    let answer = sealed_answer(&config, r#"{"walletResponseCode":"00"}"#);
    let read = config
        .read_answer(sent.method, &sent.message, &answer)
        .unwrap();
    assert!(!read.code.is_success());
}

#[test]
fn the_code_of_get_transaction_data_is_not_the_payments() {
    let config = sandbox();
    let sent = config
        .prepare(
            method("getTransactionData"),
            &json(r#"{"transactionReference":"R1"}"#),
        )
        .unwrap();
    let fields = r#"{"getTransDataResponseCode":"25","responseCode":"00"}"#;
    let answer = sealed_answer(&config, fields);
    let read = config
        .read_answer(sent.method, &sent.message, &answer)
        .unwrap();
    assert_eq!(read.code.as_str(), "25");
    let typed = read.read::<GetTransactionData>().unwrap();
    assert!(typed.response_code.unwrap().is_success());
}

/// As the types of public clients have it (VTEX's connector, worldline.d.ts; the platform's own
/// sample of getVelocityData): numbers, and no leading zeros.
#[test]
fn a_number_that_was_not_padded_is_the_same_transaction() {
    let s10 = "transaction_identity = \"s10\"";
    let config = read(with(sandbox_table(), s10), Environment::Sandbox).unwrap();
    let asked = r#"{"s10TransactionReference":
        {"s10TransactionId":"000042","s10TransactionIdDate":"20260301"}}"#;
    let sent = config.prepare(method("getTransactionData"), &json(asked));
    let sent = sent.unwrap();
    let about = |number: &str, day: &str| {
        let fields = format!(
            r#"{{"getTransDataResponseCode":"00","s10TransactionReference":
                {{"s10TransactionId":{number},"s10TransactionIdDate":{day}}}}}"#
        );
        let answer = sealed_answer(&config, &fields);
        config.read_answer(sent.method, &sent.message, &answer)
    };
    for number in [r#""000042""#, r#""42""#, "42"] {
        for day in [r#""20260301""#, "20260301"] {
            assert!(about(number, day).is_ok(), "{number} {day}");
        }
    }
    let other = Err(AnswerError::Mismatch("s10TransactionReference"));
    for (number, day) in [
        (r#""43""#, "20260301"),
        (r#""420""#, "20260301"),
        (r#""000420""#, "20260301"),
        (r#""""#, "20260301"),
        (r#""4 2""#, "20260301"),
        (r#""42""#, "20260302"),
    ] {
        assert_eq!(about(number, day).map(drop), other, "{number} {day}");
    }
}

#[test]
fn amount_and_currency_are_read_as_numbers_and_as_texts() {
    let config = sandbox();
    let asked = CANCEL
        .replace("978", "036")
        .replace("operationAmount", "amount");
    let fields = json(&format!(
        r#"{{"merchantId":"{}",{}"#,
        "002001000000001",
        &asked[1..]
    ));
    for (told, same) in [
        (
            r#""amount":500,"currencyCode":36,"merchantId":2001000000001"#,
            true,
        ),
        (r#""amount":"500","currencyCode":"036""#, true),
        (r#""amount":5000"#, false),
        (r#""amount":500.0"#, false),
        (r#""currencyCode":"360""#, false),
        (r#""merchantId":"002001000000002""#, false),
        (r#""transactionReference":"0R1""#, false),
    ] {
        let answer = sealed_answer(&config, &format!(r#"{{"responseCode":"00",{told}}}"#));
        let read = config.read_answer(method("cancel"), &fields, &answer);
        assert_eq!(read.is_ok(), same, "{told}: {read:?}");
    }
}

#[test]
fn what_may_have_moved_money_is_never_sent_again() {
    use CallError::{NoAnswer, NotSent};
    for tries in 1..4 {
        for effect in [Effect::Moves, Effect::Keeps] {
            assert_eq!(after(effect, NoAnswer, tries), After::LookUp);
        }
    }
    for effect in [Effect::Reads, Effect::Opens] {
        assert_eq!(after(effect, NoAnswer, 1), After::Again);
        assert_eq!(after(effect, NoAnswer, 2), After::NothingDone);
    }
    assert_eq!(after(Effect::Moves, NotSent, 1), After::Again);
    assert_eq!(after(Effect::Moves, NotSent, 2), After::NothingDone);
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(
        status in 100_u16..600,
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let config = sandbox();
        let sent = cancel(&config);
        let _ = config.read_answer(sent.method, &sent.message, &CallAnswer { status, body });
    }
}
