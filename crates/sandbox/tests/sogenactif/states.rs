//! What a call may do, and when.

use serde_json::{Value, json};

use crate::client::{CHALLENGED, SMOOTH, Shop, back, extend, shop};

fn operation(reference: &str, amount: &str) -> Value {
    json!({
        "transactionReference": reference, "operationAmount": amount, "currencyCode": "978",
    })
}

#[tokio::test]
async fn mandatory_fields_and_formats() {
    let shop = shop().await;
    let complete = shop.order("FIELDS1", SMOOTH).await;
    for name in [
        "amount",
        "currencyCode",
        "orderChannel",
        "merchantReturnUrl",
        "paymentToken",
    ] {
        let mut less = complete.clone();
        less.as_object_mut().unwrap().remove(name);
        let answer = shop.expect("cardCheckEnrollment", "12", less).await;
        assert_eq!(answer["errorFieldName"], name);
    }
    for (name, value, code) in [
        ("amount", "10.50", "30"),
        ("amount", "0", "12"),
        ("captureMode", "LATER", "30"),
        ("transactionReference", "A-1", "30"),
        ("merchantReturnUrl", "/retour", "30"),
        ("returnContext", "a|b", "30"),
        ("interfaceVersion", "CR_WS_2.53", "30"),
        ("paymentMeanBrand", "AMEX", "12"),
        ("paymentToken", "unknown", "12"),
    ] {
        let mut wrong = complete.clone();
        extend(&mut wrong, json!({ name: value }));
        let answer = shop.expect("cardCheckEnrollment", code, wrong).await;
        assert_eq!(answer["errorFieldName"], name);
    }
    let mut currency = complete.clone();
    extend(&mut currency, json!({ "currencyCode": "999" }));
    shop.expect("cardCheckEnrollment", "03", currency).await;
    let mut clear = complete.clone();
    clear.as_object_mut().unwrap().remove("paymentToken");
    extend(
        &mut clear,
        json!({ "cardNumber": SMOOTH, "cardExpiryDate": "204912" }),
    );
    shop.expect("cardCheckEnrollment", "40", clear).await;
    // Nothing of all that used the reference.
    shop.expect("cardCheckEnrollment", "00", complete.clone())
        .await;
    shop.expect("cardCheckEnrollment", "94", complete).await;
}

#[tokio::test]
async fn envelopes_and_transport() {
    let shop = shop().await;
    let good = shop.message("hostedFieldsInitialize", json!({}));
    for (name, code) in [
        ("interfaceVersion", "12"),
        ("keyVersion", "12"),
        ("merchantId", "12"),
        ("seal", "12"),
    ] {
        let mut less = good.clone();
        less.remove(name);
        let answer: Value = shop
            .post("hostedFieldsInitialize", &less)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(
            answer,
            json!({ "responseCode": code, "errorFieldName": name })
        );
    }
    let mut stranger = good.clone();
    stranger.insert("merchantId".to_owned(), json!("002001000000009"));
    let answer: Value = shop
        .post("hostedFieldsInitialize", &stranger)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer, json!({ "responseCode": "03" }));
    let url = shop.url("/rs-services/v2/mandate/getPdfMandate");
    assert_eq!(
        shop.client
            .post(&url)
            .json(&good)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let url = shop.url("/rs-services/v2/checkout/cardOrder");
    assert_eq!(
        shop.client
            .post(&url)
            .body("{}")
            .send()
            .await
            .unwrap()
            .status(),
        415
    );
    for body in ["", "[]", "{\"a\":", "\u{feff}{}"] {
        let request = shop
            .client
            .post(&url)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({ "responseCode": "30" })
        );
    }
    assert_eq!(shop.client.get(&url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn the_three_ways_to_name_a_transaction() {
    let mut shop = shop().await;
    let s10 = json!({ "s10TransactionReference": { "s10TransactionId": "000123" } });
    let mut wrong = shop.order("X", SMOOTH).await;
    wrong
        .as_object_mut()
        .unwrap()
        .remove("transactionReference");
    let none = wrong.clone();
    extend(&mut wrong, s10.clone());
    let answer = shop.expect("cardCheckEnrollment", "12", wrong).await;
    assert_eq!(answer["errorFieldName"], "s10TransactionReference");
    let answer = shop.expect("cardCheckEnrollment", "12", none).await;
    assert_eq!(answer["errorFieldName"], "transactionReference");

    shop.become_shop("002001000000002");
    let named = shop.order("X", SMOOTH).await;
    let answer = shop
        .expect("cardCheckEnrollment", "12", named.clone())
        .await;
    assert_eq!(answer["errorFieldName"], "transactionReference");
    let mut unnamed = named;
    unnamed
        .as_object_mut()
        .unwrap()
        .remove("transactionReference");
    let opened = shop.expect("cardCheckEnrollment", "00", unnamed).await;
    shop.expect("cardValidateAuthenticationAndOrder", "00", back(&opened))
        .await;

    shop.become_shop("002001000000003");
    let mut order = shop.order("X", SMOOTH).await;
    let answer = shop
        .expect("cardCheckEnrollment", "12", order.clone())
        .await;
    assert_eq!(answer["errorFieldName"], "s10TransactionReference");
    order
        .as_object_mut()
        .unwrap()
        .remove("transactionReference");
    extend(&mut order, s10.clone());
    let opened = shop
        .expect("cardCheckEnrollment", "00", order.clone())
        .await;
    let id = opened["s10TransactionReference"].clone();
    assert_eq!(id["s10TransactionIdDate"].as_str().unwrap().len(), 8);
    shop.expect("cardCheckEnrollment", "94", order).await;
    // An operation needs the date too.
    shop.expect("getTransactionData", "12", s10).await;
    let named = json!({ "s10TransactionReference": id });
    assert_eq!(
        shop.call("getTransactionData", named).await["transactionStatus"],
        "TO_AUTHORIZE"
    );
}

#[tokio::test]
async fn an_unknown_transaction_is_25() {
    let shop = shop().await;
    for method in ["cancel", "validate", "refund"] {
        shop.expect(method, "25", operation("ABSENT", "100")).await;
    }
    let named = json!({ "transactionReference": "ABSENT" });
    for method in [
        "getTransactionData",
        "getFraudData",
        "acceptChallenge",
        "refuseChallenge",
    ] {
        shop.expect(method, "25", named.clone()).await;
    }
    let from = json!({
        "transactionReference": "NEW", "fromTransactionReference": "ABSENT", "amount": "100",
        "currencyCode": "978",
    });
    shop.expect("duplicate", "25", from).await;
}

#[tokio::test]
async fn capture_cancel_and_refund_follow_the_state() {
    let shop = shop().await;
    assert_eq!(
        shop.pay("PAID1", SMOOTH, json!({})).await["responseCode"],
        "00"
    );
    assert_eq!(
        shop.state("PAID1").await,
        ("TO_CAPTURE".into(), "00".into())
    );
    shop.expect("refund", "24", operation("PAID1", "100")).await;
    shop.expect("validate", "24", operation("PAID1", "100"))
        .await;
    shop.expect("cancel", "51", operation("PAID1", "4201"))
        .await;
    shop.night().await;
    assert_eq!(shop.state("PAID1").await.0, "CAPTURED");
    shop.expect("cancel", "24", operation("PAID1", "100")).await;
    shop.expect("refund", "00", operation("PAID1", "4000"))
        .await;
    shop.expect("refund", "51", operation("PAID1", "201")).await;
    let last = shop.expect("refund", "00", operation("PAID1", "200")).await;
    assert_eq!(
        (&last["newAmount"], &last["newStatus"]),
        (&json!(0), &json!("TO_CREDIT"))
    );
    shop.night().await;
    assert_eq!(shop.state("PAID1").await.0, "CREDITED");

    shop.pay("PAID2", SMOOTH, json!({})).await;
    let all = shop
        .expect("cancel", "00", operation("PAID2", "4200"))
        .await;
    assert_eq!(all["newStatus"], "CANCELLED");
    shop.expect("cancel", "24", operation("PAID2", "1")).await;
    let mut pounds = operation("PAID2", "1");
    extend(&mut pounds, json!({ "currencyCode": "826" }));
    shop.expect("cancel", "12", pounds).await;
}

#[tokio::test]
async fn authorised_then_validated_or_expired() {
    let shop = shop().await;
    let later = json!({ "captureMode": "VALIDATION", "captureDay": "3" });
    shop.pay("LATER1", SMOOTH, later.clone()).await;
    assert_eq!(shop.state("LATER1").await.0, "TO_VALIDATE");
    shop.expect("refund", "24", operation("LATER1", "100"))
        .await;
    shop.expect("validate", "51", operation("LATER1", "4201"))
        .await;
    shop.night().await;
    let part = shop
        .expect("validate", "00", operation("LATER1", "1200"))
        .await;
    assert_eq!(
        (&part["newAmount"], &part["newStatus"]),
        (&json!(1200), &json!("TO_CAPTURE"))
    );
    shop.expect("validate", "24", operation("LATER1", "1200"))
        .await;
    shop.pay("LATER2", SMOOTH, later).await;
    shop.world
        .post_api("/sandbox/sogenactif/api/clock", json!({ "days": 4 }))
        .await;
    assert_eq!(shop.state("LATER1").await.0, "CAPTURED");
    shop.expect("refund", "51", operation("LATER1", "1201"))
        .await;
    assert_eq!(shop.state("LATER2").await, ("EXPIRED".into(), "00".into()));
    let expired = shop
        .expect("validate", "24", operation("LATER2", "100"))
        .await;
    assert_eq!(expired["newStatus"], "EXPIRED");
    let again = json!({
        "transactionReference": "LATER3", "fromTransactionReference": "LATER2",
        "amount": "4200", "currencyCode": "978",
    });
    shop.expect("duplicate", "00", again).await;
    let now = json!({ "captureMode": "IMMEDIATE" });
    shop.pay("NOW1", SMOOTH, now).await;
    assert_eq!(shop.state("NOW1").await.0, "CAPTURED");
}

#[tokio::test]
async fn the_number_decides_the_code() {
    let shop = shop().await;
    for (index, (last, code, acquirer, status)) in [
        ("05", "05", Some("05"), "REFUSED"),
        ("51", "51", Some("51"), "REFUSED"),
        ("54", "54", Some("54"), "REFUSED"),
        ("75", "75", Some("75"), "REFUSED"),
        ("01", "00", Some("00"), "TO_CAPTURE"),
        ("60", "60", Some("60"), "TO_AUTHORIZE"),
        ("62", "62", Some("62"), "TO_CONFIRM_AUTHOR"),
        ("11", "11", None, "REFUSED"),
    ]
    .into_iter()
    .enumerate()
    {
        let reference = format!("CODE{index}");
        let paid = shop
            .pay(&reference, &format!("42000010000000{last}"), json!({}))
            .await;
        assert_eq!(paid["responseCode"], code);
        assert_eq!(
            paid.get("acquirerResponseCode").and_then(Value::as_str),
            acquirer
        );
        assert_eq!(shop.state(&reference).await.0, status);
    }
    let url = |id: &str| format!("/sandbox/sogenactif/api/transactions/{id}/final");
    let made = shop
        .world
        .post_api(&url("CODE5"), json!({ "code": "00" }))
        .await;
    assert_eq!(made["transaction"]["transactionStatus"], "TO_CAPTURE");
    let again = shop
        .world
        .post_api(&url("CODE5"), json!({ "code": "05" }))
        .await;
    assert!(again["error"].is_string());
}

async fn enrol(shop: &Shop, reference: &str, number: &str, more: Value) -> Value {
    let mut fields = shop.order(reference, number).await;
    extend(&mut fields, more);
    shop.expect("cardCheckEnrollment", "00", fields).await
}

#[tokio::test]
async fn what_the_bank_says_decides() {
    let shop = shop().await;
    for (button, code, status, authent) in [
        ("success", "00", "TO_CAPTURE", "SUCCESS"),
        ("failure", "05", "REFUSED", "FAILURE"),
        ("abandon", "17", "ABORTED", "CANCEL"),
        ("timeout", "97", "EXPIRED", "ERROR"),
    ] {
        let reference = format!("BANK{button}");
        let enrolled = enrol(&shop, &reference, CHALLENGED, json!({})).await;
        shop.expect("cardValidateAuthenticationAndOrder", "60", back(&enrolled))
            .await;
        assert_eq!(
            shop.state(&reference).await,
            ("TO_AUTHORIZE".into(), "60".into())
        );
        let (status_code, to) = shop.press(&enrolled, button).await;
        assert_eq!(
            (status_code, to),
            (307, format!("{}/retour", shop.world.merchant))
        );
        let order = shop
            .expect("cardValidateAuthenticationAndOrder", code, back(&enrolled))
            .await;
        assert_eq!(order["holderAuthentStatus"], authent);
        assert_eq!(shop.state(&reference).await, (status.into(), code.into()));
        shop.expect("cardValidateAuthenticationAndOrder", "94", back(&enrolled))
            .await;
        let acts = &shop.book(&reference).await["acts"];
        assert_eq!(acts["cardValidateAuthenticationAndOrder"], 1);
    }
}

#[tokio::test]
async fn without_a_page() {
    let shop = shop().await;
    for (middle, code, acquirer, authent) in [
        ("10", "00", Some("00"), "SUCCESS"),
        ("11", "00", Some("00"), "ATTEMPT"),
        ("12", "00", Some("00"), "NOT_ENROLLED"),
        ("13", "05", Some("A1"), "BYPASS"),
        ("20", "05", None, "FAILURE"),
    ] {
        let number = format!("420000{middle}00000000");
        let order = shop
            .pay(&format!("MIDDLE{middle}"), &number, json!({}))
            .await;
        assert_eq!(order["responseCode"], code, "{order:#}");
        assert_eq!(
            order.get("acquirerResponseCode").and_then(Value::as_str),
            acquirer
        );
        assert_eq!(order["holderAuthentStatus"], authent);
    }
    let wish = json!({ "fraudData": { "challengeMode3DS": "CHALLENGE_MANDATE" } });
    let asked = enrol(&shop, "ASKED", "4200001300000000", wish).await;
    shop.press(&asked, "success").await;
    shop.expect("cardValidateAuthenticationAndOrder", "00", back(&asked))
        .await;
    for (middle, code) in [("30", "17"), ("40", "97")] {
        let number = format!("420000{middle}00000000");
        let enrolled = enrol(&shop, &format!("AUTO{middle}"), &number, json!({})).await;
        let url = enrolled["redirectionUrl"].as_str().unwrap();
        let form = crate::client::form(&enrolled);
        let answer = shop.client.post(url).form(&form).send().await.unwrap();
        let html = answer.text().await.unwrap();
        assert!(html.contains("data-page=\"redirection-return\""), "{html}");
        assert!(html.contains(&format!("action=\"{}/retour\"", shop.world.merchant)));
        shop.expect("cardValidateAuthenticationAndOrder", code, back(&enrolled))
            .await;
    }
}

#[tokio::test]
async fn a_shopper_who_never_comes_back() {
    let shop = shop().await;
    let enrolled = enrol(&shop, "LOST1", CHALLENGED, json!({})).await;
    shop.world
        .post_api("/sandbox/sogenactif/api/clock", json!({ "minutes": 16 }))
        .await;
    assert_eq!(shop.state("LOST1").await, ("EXPIRED".into(), "97".into()));
    shop.expect("cardValidateAuthenticationAndOrder", "97", back(&enrolled))
        .await;
    shop.expect("cancel", "24", operation("LOST1", "100")).await;
}

#[tokio::test]
async fn a_token_pays_once_and_only_its_shop() {
    let mut shop = shop().await;
    let token = shop.token(SMOOTH).await;
    let order = |reference: &str, pattern: &str| {
        json!({
            "amount": "100", "currencyCode": "978", "orderChannel": "INTERNET",
            "transactionReference": reference, "paymentToken": token, "paymentPattern": pattern,
        })
    };
    shop.expect("cardOrder", "05", order("ONCE1", "ONE_SHOT"))
        .await;
    let paid = shop
        .expect("cardOrder", "00", order("ONCE2", "RECURRING_N"))
        .await;
    assert_eq!(paid["paymentMeanBrandSelectionStatus"], "APPLIED_DEFAULT");
    let refused = shop
        .expect("cardOrder", "12", order("ONCE3", "RECURRING_N"))
        .await;
    assert_eq!(refused["errorFieldName"], "paymentToken");
    let foreign = shop.token(SMOOTH).await;
    shop.become_shop("002001000000002");
    let mut stolen = order("X", "RECURRING_N");
    stolen
        .as_object_mut()
        .unwrap()
        .remove("transactionReference");
    extend(&mut stolen, json!({ "paymentToken": foreign }));
    shop.expect("cardOrder", "12", stolen).await;
}

#[tokio::test]
async fn a_redirection_belongs_to_its_transaction() {
    let shop = shop().await;
    let one = enrol(&shop, "ONE", CHALLENGED, json!({})).await;
    let two = enrol(&shop, "TWO", SMOOTH, json!({})).await;
    let mut crossed = back(&one);
    extend(
        &mut crossed,
        json!({ "redirectionData": two["redirectionData"] }),
    );
    let answer = shop
        .expect("cardValidateAuthenticationAndOrder", "12", crossed)
        .await;
    assert_eq!(answer["errorFieldName"], "redirectionData");
    let mut old = back(&two);
    extend(&mut old, json!({ "messageVersion": "1.0" }));
    let answer = shop
        .expect("cardValidateAuthenticationAndOrder", "12", old)
        .await;
    assert_eq!(answer["errorFieldName"], "messageVersion");
}
