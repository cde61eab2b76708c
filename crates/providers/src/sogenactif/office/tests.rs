use std::collections::BTreeSet;

use super::super::json::Json;
use super::super::testing::json;
use super::*;

/// One request of each method.
fn samples() -> Vec<(&'static MethodInfo, Json)> {
    let Json::Object(samples) = json(include_str!("../golden/requests.json")) else {
        panic!("no object")
    };
    let find = |name: &str| MethodInfo::find(name).unwrap_or_else(|| panic!("no method {name}"));
    samples
        .into_iter()
        .map(|(name, sample)| (find(&name), sample))
        .collect()
}

fn without(fields: &Json, name: &str) -> Json {
    let Json::Object(members) = fields else {
        panic!("no object")
    };
    let mut members = members.clone();
    members.remove(name);
    Json::Object(members)
}

fn with(fields: &Json, name: &str, value: &str) -> Json {
    let Json::Object(members) = fields else {
        panic!("no object")
    };
    let mut members = members.clone();
    let value = json(&format!("{{\"v\":{value}}}"))
        .get("v")
        .unwrap()
        .clone();
    members.insert(name.to_owned(), value);
    Json::Object(members)
}

#[test]
fn each_of_the_44_methods_takes_its_sample_unchanged() {
    assert_eq!(samples().len(), METHODS.len());
    for (method, sample) in samples() {
        let known = method
            .check(&sample)
            .unwrap_or_else(|e| panic!("{}: {e}", method.name));
        assert_eq!(known, sample.normal(), "{}", method.name);
    }
}

#[test]
fn a_field_that_is_wrong_is_named() {
    for (method, sample) in samples() {
        let Json::Object(members) = &sample else {
            panic!("no object")
        };
        for (name, value) in members {
            let mut wrong = vec![with(&sample, name, "[[]]")];
            let checked = ["amount", "currencyCode", "transactionReference"];
            if checked.contains(&name.as_str()) && matches!(value, Json::Text(_)) {
                wrong.push(with(&sample, name, "\"-\""));
            }
            for fields in wrong {
                let error = method.check(&fields).unwrap_err();
                let RequestError::Field { field, .. } = &error else {
                    panic!("{}: {error}", method.name)
                };
                assert_eq!(field, name, "{}", method.name);
            }
        }
    }
}

#[test]
fn a_mandatory_field_that_is_missing_is_named() {
    for (method, sample) in samples() {
        for name in method.mandatory {
            let error = method.check(&without(&sample, name)).unwrap_err();
            assert_eq!(
                error,
                RequestError::Missing((*name).to_owned()),
                "{}",
                method.name
            );
        }
        let mut none = sample;
        for name in method.one_of {
            none = without(&none, name);
        }
        if !method.one_of.is_empty() {
            assert!(matches!(method.check(&none), Err(RequestError::Missing(_))));
        }
    }
}

#[test]
fn the_table_names_all_that_is_mandatory() {
    for (method, sample) in samples() {
        let Json::Object(members) = &sample else {
            panic!("no object")
        };
        for name in members
            .keys()
            .filter(|name| !method.mandatory.contains(&name.as_str()))
        {
            let result = method.check(&without(&sample, name));
            let by_choice = method.one_of.contains(&name.as_str()) || name == "panType";
            assert!(result.is_ok() || by_choice, "{}: {name}", method.name);
        }
    }
}

#[test]
fn no_method_takes_a_clear_card_number_or_a_security_code() {
    for (method, sample) in samples() {
        for (name, value) in [
            ("cardNumber", "\"4100000000000000\""),
            ("cardNumber", "4100000000000000"),
            ("cardNumber", "\"4100 0000 0000 0000\""),
            ("paymentToken", "\"5017679110380400\""),
            ("cardCSCValue", "\"123\""),
            ("panType", "\"PAN\""),
            ("customerData", r#"{"cardNumber":"4100000000000000"}"#),
            ("paymentMeanData", r#"{"a":[{"cardCSCValue":"123"}]}"#),
        ] {
            let fields = with(&sample, name, value);
            let error = method.check(&fields).unwrap_err();
            assert!(
                !error.to_string().contains("4100"),
                "{}: {error}",
                method.name
            );
        }
    }
}

#[test]
fn a_method_that_the_platform_gives_a_number_says_what_it_takes() {
    let listed: BTreeSet<_> = METHODS
        .iter()
        .filter(|method| method.instead_of_number.is_some())
        .map(|method| method.name)
        .collect();
    let known = [
        "addCard",
        "addToFraudList",
        "cardCheckEnrollment",
        "cardOrder",
        "creditHolder",
        "getCardData",
        "paymentTokenGenerate",
        "removeFromFraudList",
    ];
    assert_eq!(listed, known.into_iter().collect());
}

#[test]
fn a_token_in_the_numbers_place_needs_its_type() {
    let order = MethodInfo::find("cardOrder").unwrap();
    let (_, sample) = samples()
        .into_iter()
        .find(|(m, _)| m.name == "cardOrder")
        .unwrap();
    let token = with(&without(&sample, "paymentToken"), "cardNumber", "\"TP123\"");
    assert!(matches!(order.check(&token), Err(RequestError::Missing(_))));
    assert!(
        order
            .check(&with(&token, "panType", "\"TOKEN_PAN\""))
            .is_ok()
    );
}

#[test]
fn a_field_that_is_wrong_unknown_or_ours_is_named() {
    let refund = MethodInfo::find("refund").unwrap();
    let (_, sample) = samples()
        .into_iter()
        .find(|(m, _)| m.name == "refund")
        .unwrap();
    let error = |name: &str, value: &str| {
        refund
            .check(&with(&sample, name, value))
            .unwrap_err()
            .to_string()
    };
    assert!(error("operationAmount", "\"5.00\"").starts_with("operationAmount: must be 1 to 12"));
    assert!(error("currencyCode", "\"EUR\"").starts_with("currencyCode: must be 3 digits"));
    assert_eq!(
        error("currencyCode", "{}"),
        "currencyCode: has the wrong type"
    );
    assert_eq!(
        error("operationamount", "\"1\""),
        "operationamount is not a field of this method"
    );
    assert_eq!(
        error("merchantId", "\"1\""),
        "merchantId is set by us: leave it out"
    );
    assert_eq!(error("seal", "\"1\""), "seal is set by us: leave it out");
}

#[test]
fn a_number_is_taken_as_text() {
    let refund = MethodInfo::find("refund").unwrap();
    let fields =
        json(r#"{"operationAmount":500,"currencyCode":978,"transactionReference":"R1","x":null}"#);
    let known = refund.check(&fields).unwrap();
    assert_eq!(
        known.get("operationAmount"),
        Some(&Json::Text("500".into()))
    );
}

#[test]
fn an_answer_keeps_what_has_no_type() {
    let answer =
        json(r#"{"responseCode":"00","velocityTotalAmount":0,"newer":{"field":1.50},"list":[1]}"#);
    let read = read_as::<diagnostic::GetVelocityData>(&answer).unwrap();
    assert!(read.response_code.unwrap().is_success());
    assert_eq!(read.velocity_total_amount.as_deref(), Some("0"));
    assert_eq!(read.rest["newer"]["field"], "1.50");
    assert_eq!(read.rest["list"][0], "1");
}

#[test]
fn an_answer_of_any_method_may_be_almost_empty() {
    for method in &METHODS {
        let answer = json(&format!(
            r#"{{"{}":"12","errorFieldName":"x"}}"#,
            method.code_field
        ));
        method.check_answer(&answer).unwrap();
        assert_eq!(method.code(&answer).unwrap().as_str(), "12");
        method.check_answer(&json("{}")).unwrap();
        assert!(method.code(&json("{}")).is_none());
    }
}

/// Numbers where public clients type numbers (VTEX's connector, worldline.d.ts), and without what
/// interface 2.27 does not know yet.
#[test]
fn an_answer_is_read_with_numbers_or_texts_and_in_an_earlier_interface() {
    let typed = json(
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"CAPTURED",
            "originAmount":1050,"currentAmount":1050,"remainingAmount":0,"currencyCode":"978",
            "captureDay":0,"paymentAttemptNumber":1}"#,
    );
    let texts = json(
        r#"{"getTransDataResponseCode":"00","responseCode":"00","transactionStatus":"CAPTURED",
            "originAmount":"1050","currentAmount":"1050","remainingAmount":"0",
            "currencyCode":"978","captureDay":"0","paymentAttemptNumber":"1"}"#,
    );
    for answer in [&typed, &texts] {
        let read = read_as::<diagnostic::GetTransactionData>(answer).unwrap();
        assert_eq!(read.origin_amount.as_deref(), Some("1050"));
        assert_eq!(read.remaining_amount.as_deref(), Some("0"));
        assert_eq!(read.payment_attempt_number.as_deref(), Some("1"));
        assert_eq!(read.rest["captureDay"], "0");
        assert!(read.authorisation_id.is_none());
    }
    for (method, fields) in [
        (
            "cancel",
            r#"{"responseCode":"00","newAmount":550,"newStatus":"TO_CAPTURE"}"#,
        ),
        (
            "cardOrder",
            r#"{"responseCode":"00","amount":1050,"captureDay":0}"#,
        ),
        (
            "getVelocityData",
            r#"{"responseCode":"00","velocityTotalAmount":0}"#,
        ),
    ] {
        MethodInfo::find(method)
            .unwrap()
            .check_answer(&json(fields))
            .unwrap();
    }
}

#[test]
fn the_code_of_sign_off_is_read_under_both_of_its_names() {
    let code = |method: &str, fields: &str| {
        let found = MethodInfo::find(method).unwrap().code(&json(fields));
        found.map(|code| code.as_str().to_owned())
    };
    let other = r#"{"walletOrderResponseCode":"00"}"#;
    assert_eq!(code("signOff", other).as_deref(), Some("00"));
    assert_eq!(
        code("signOff", r#"{"walletResponseCode":"01"}"#).as_deref(),
        Some("01")
    );
    let both = r#"{"walletResponseCode":"01","walletOrderResponseCode":"00"}"#;
    assert_eq!(code("signOff", both).as_deref(), Some("01"));
    assert_eq!(code("addCard", other), None);
}

#[test]
fn names_and_paths_are_unique_and_sorted() {
    let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    let paths: BTreeSet<_> = METHODS.iter().map(MethodInfo::path).collect();
    assert_eq!(paths.len(), METHODS.len());
    let pdf = MethodInfo::find("getPdfMandate").unwrap();
    assert_eq!(pdf.path(), "/rs-services/v2/mandate/getPDFMandate");
    assert_eq!(pdf.interface_version(), "MR_WS_2.53");
    assert!(METHODS.iter().all(|method| !method.source.is_empty()));
}
