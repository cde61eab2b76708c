//! What one click, credit transfers and direct debits need of the platform.

use serde_json::{Value, json};

use crate::client::{CHALLENGED, SMOOTH, Shop, back, extend, form, shop};

const API: &str = "/sandbox/sogenactif/api";
const VALIDATE: &str = "cardValidateAuthenticationAndOrder";

fn with(fields: &Value, more: Value) -> Value {
    let mut fields = fields.clone();
    extend(&mut fields, more);
    fields
}

/// What `addCard` takes for the card of a paid order.
fn kept(paid: &Value, wallet: &str) -> Value {
    json!({
        "merchantWalletId": wallet, "cardNumber": paid["tokenPan"], "panType": "TOKEN_PAN",
        "cardExpiryDate": "204912",
    })
}

/// A paid card, added to a wallet; gives what names it in an order of 15.00.
async fn saved_card(shop: &Shop, reference: &str, number: &str, wallet: &str) -> Value {
    let paid = shop.pay(reference, number, json!({})).await;
    let added = shop.expect("addCard", "00", kept(&paid, wallet)).await;
    json!({
        "merchantWalletId": wallet, "paymentMeanId": added["paymentMeanId"],
        "amount": "1500", "currencyCode": "978", "orderChannel": "INTERNET",
        "merchantReturnUrl": format!("{}/retour", shop.world.merchant),
    })
}

fn named(order: &Value, reference: &str) -> Value {
    with(order, json!({ "transactionReference": reference }))
}

#[tokio::test]
async fn a_card_is_added_by_the_token_of_a_paid_order() {
    let shop = shop().await;
    let paid = shop.pay("PAID1", SMOOTH, json!({})).await;
    let card = kept(&paid, "camille");
    let mut undated = card.clone();
    undated.as_object_mut().unwrap().remove("cardExpiryDate");
    let refused = shop.expect("addCard", "12", undated).await;
    assert_eq!(refused["errorFieldName"], "cardExpiryDate");
    let wrong = with(&card, json!({ "cardExpiryDate": "1249" }));
    let refused = shop.expect("addCard", "30", wrong).await;
    assert_eq!(refused["errorFieldName"], "cardExpiryDate");
    let unknown = with(&card, json!({ "cardNumber": "TP0000" }));
    shop.expect("addCard", "14", unknown).await;
    let clear = with(&card, json!({ "cardNumber": SMOOTH, "panType": "PAN" }));
    shop.expect("addCard", "40", clear).await;
    let nobody = json!({ "merchantWalletId": "camille" });
    shop.expect("getWalletData", "01", nobody.clone()).await;

    let dated = with(&card, json!({ "cardExpiryDate": "203107" }));
    let added = shop.expect("addCard", "00", dated.clone()).await;
    shop.expect("addCard", "94", dated).await;
    let wallet = shop.expect("getWalletData", "00", nobody.clone()).await;
    let mean = &wallet["walletPaymentMeanDataList"][0];
    assert_eq!(mean["paymentMeanId"], added["paymentMeanId"]);
    assert_eq!(mean["panExpiryDate"], "203107");
    assert_eq!(mean["maskedPan"], "4300##########00");
    let books = shop.world.api(&format!("{API}/books")).await;
    let told = &books["wallets"][0];
    assert_eq!(told["merchantWalletId"], "camille");
    assert_eq!(told["paymentMeans"][0], *mean);

    let mean = json!({ "merchantWalletId": "camille", "paymentMeanId": added["paymentMeanId"] });
    shop.expect("deletePaymentMean", "00", mean).await;
    let wallet = shop.expect("getWalletData", "00", nobody).await;
    assert_eq!(wallet["walletPaymentMeanDataList"], json!([]));
}

#[tokio::test]
async fn a_saved_card_is_authenticated_as_a_typed_one() {
    let shop = shop().await;
    let smooth = saved_card(&shop, "SAVE1", SMOOTH, "camille").await;
    let enrolled = shop
        .expect("walletCheckEnrollment", "00", named(&smooth, "CLICK1"))
        .await;
    assert_eq!(enrolled.get("redirectionUrl"), None);
    let paid = shop.expect(VALIDATE, "00", back(&enrolled)).await;
    assert_eq!(
        (&paid["amount"], &paid["captureDay"]),
        (&json!(1500), &json!(0))
    );
    assert_eq!(paid["holderAuthentStatus"], "SUCCESS");
    // No security code was asked for: none was processed.
    let entry = (&paid["panEntryMode"], &paid["cardCSCResultCode"]);
    assert_eq!(entry, (&json!("WALLET"), &json!("50")));

    let token = shop.token(CHALLENGED).await;
    let card = json!({ "merchantWalletId": "camille", "paymentToken": token });
    let added = shop.expect("addCard", "00", card).await;
    let asked = with(&smooth, json!({ "paymentMeanId": added["paymentMeanId"] }));
    let enrolled = shop
        .expect("walletCheckEnrollment", "00", named(&asked, "CLICK2"))
        .await;
    shop.expect(VALIDATE, "60", back(&enrolled)).await;
    shop.press(&enrolled, "failure").await;
    shop.expect(VALIDATE, "05", back(&enrolled)).await;
    assert_eq!(shop.state("CLICK2").await.0, "REFUSED");
}

#[tokio::test]
async fn an_order_from_a_wallet_names_a_card_of_that_wallet() {
    let shop = shop().await;
    let card = saved_card(&shop, "SAVE1", SMOOTH, "camille").await;
    saved_card(&shop, "SAVE2", "4200001000000001", "dominique").await;
    for method in ["walletCheckEnrollment", "walletOrder"] {
        for (change, field) in [
            (json!({ "merchantWalletId": "absent" }), "merchantWalletId"),
            (json!({ "merchantWalletId": null }), "merchantWalletId"),
            (json!({ "paymentMeanId": "77" }), "paymentMeanId"),
            (json!({ "paymentMeanId": null }), "paymentMeanId"),
            (json!({ "amount": null }), "amount"),
            (json!({ "orderChannel": null }), "orderChannel"),
        ] {
            let order = named(&with(&card, change), "WRONG");
            let refused = shop.expect(method, "12", order).await;
            assert_eq!(refused["errorFieldName"], field, "{method}");
        }
    }
    let homeless = with(&card, json!({ "merchantReturnUrl": null }));
    let refused = shop
        .expect("walletCheckEnrollment", "12", named(&homeless, "WRONG"))
        .await;
    assert_eq!(refused["errorFieldName"], "merchantReturnUrl");
    assert_eq!(shop.book("WRONG").await, Value::Null);
}

#[tokio::test]
async fn the_shops_own_orders_need_no_shopper_and_can_be_declined_softly() {
    let shop = shop().await;
    let smooth = saved_card(&shop, "SAVE1", SMOOTH, "camille").await;
    let alone = json!({ "paymentPattern": "RECURRING_N" });
    let soft = shop
        .expect("walletOrder", "05", named(&smooth, "SHOP1"))
        .await;
    assert_eq!(soft["acquirerResponseCode"], "A1");
    let order = named(&with(&smooth, alone.clone()), "SHOP2");
    shop.expect("walletOrder", "00", order.clone()).await;
    shop.expect("walletOrder", "94", order).await;
    // An issuer may want the shopper all the same.
    let card = json!({
        "merchantWalletId": "camille", "paymentToken": shop.token("4200001300000000").await,
    });
    let added = shop.expect("addCard", "00", card).await;
    let wary = with(&smooth, json!({ "paymentMeanId": added["paymentMeanId"] }));
    let order = named(&with(&wary, alone.clone()), "SHOP3");
    let soft = shop.expect("walletOrder", "05", order).await;
    assert_eq!(soft["acquirerResponseCode"], "A1");

    let paid = shop.pay("PAID1", "4200001000000001", json!({})).await;
    let old = with(
        &kept(&paid, "camille"),
        json!({ "cardExpiryDate": "202001" }),
    );
    let added = shop.expect("addCard", "00", old).await;
    let old = with(&smooth, json!({ "paymentMeanId": added["paymentMeanId"] }));
    let order = named(&with(&old, alone), "SHOP4");
    shop.expect("walletOrder", "54", order).await;
}

fn transfer(shop: &Shop, reference: &str) -> Value {
    json!({
        "transactionReference": reference, "amount": "4200", "currencyCode": "978",
        "paymentMeanBrand": "IDEAL",
        "merchantReturnUrl": format!("{}/retour", shop.world.merchant),
    })
}

#[tokio::test]
async fn a_credit_transfer_is_confirmed_at_the_chosen_bank() {
    let shop = shop().await;
    let euros = json!({ "currencyCode": "978" });
    let banks = shop.expect("creditTransferInquire", "00", euros).await;
    let bank = &banks["issuerList"][1];
    for (button, code, status) in [
        ("success", "00", "TO_CAPTURE"),
        ("pending", "60", "TO_AUTHORIZE"),
        ("failure", "05", "REFUSED"),
        ("abandon", "17", "ABORTED"),
        ("timeout", "97", "EXPIRED"),
    ] {
        let reference = format!("IDEAL{button}");
        let mut order = transfer(&shop, &reference);
        extend(&mut order, json!({ "issuerCode": bank["issuerCode"] }));
        let opened = shop.expect("creditTransferInitialize", "00", order).await;
        let finalize = "creditTransferFinalizeAndOrder";
        shop.expect(finalize, "60", back(&opened)).await;
        let url = opened["redirectionUrl"].as_str().unwrap();
        let page = shop.client.post(url).form(&form(&opened)).send().await;
        let html = page.unwrap().text().await.unwrap();
        assert!(
            html.contains("Rotterdam") && !html.contains("Utrecht"),
            "{html}"
        );
        assert!(
            html.contains("42,00") && !html.contains("<select"),
            "{html}"
        );
        shop.press(&opened, button).await;
        shop.expect(finalize, code, back(&opened)).await;
        shop.expect(finalize, "94", back(&opened)).await;
        assert_eq!(shop.state(&reference).await, (status.into(), code.into()));
        let named = json!({ "transactionReference": reference });
        let data = shop.expect("getTransactionData", "00", named).await;
        assert_eq!(data["paymentMeanBrand"], "IDEAL");
        assert_eq!(data["paymentMeanType"], "CREDIT_TRANSFER");
    }
}

#[tokio::test]
async fn a_credit_transfer_is_refused_by_the_documents_rules() {
    let shop = shop().await;
    let dollars = json!({ "currencyCode": "840" });
    shop.expect("creditTransferInquire", "03", dollars.clone())
        .await;
    shop.expect(
        "creditTransferInitialize",
        "03",
        with(&transfer(&shop, "T1"), dollars),
    )
    .await;
    for (change, field) in [
        (json!({ "issuerCode": "NOBANK" }), "issuerCode"),
        (json!({ "paymentMeanBrand": "PAYPAL" }), "paymentMeanBrand"),
        (json!({ "merchantReturnUrl": null }), "merchantReturnUrl"),
    ] {
        let order = with(&transfer(&shop, "T1"), change);
        let refused = shop.expect("creditTransferInitialize", "12", order).await;
        assert_eq!(refused["errorFieldName"], field);
    }
    // Without a bank of the shop's, the page asks; what is posted back stays the same.
    shop.break_it(json!({ "office_no_banks": true })).await;
    let none = shop
        .expect(
            "creditTransferInquire",
            "00",
            json!({ "currencyCode": "978" }),
        )
        .await;
    assert_eq!(none.get("issuerList"), None);
    let opened = shop
        .expect("creditTransferInitialize", "00", transfer(&shop, "T1"))
        .await;
    let url = opened["redirectionUrl"].as_str().unwrap();
    let page = shop.client.post(url).form(&form(&opened)).send().await;
    let html = page.unwrap().text().await.unwrap();
    assert!(html.contains("<select id=\"bank\""), "{html}");
    assert_eq!(
        html.matches(" name=\"").count(),
        2 + 2,
        "two fields and two metas: {html}"
    );
}

const IBAN: &str = "FR7630006000011234567890189";

async fn mandate(shop: &Shop, iban: &str) -> Value {
    let fields = json!({
        "iban": iban, "customerId": "camille",
        "merchantReturnUrl": format!("{}/retour", shop.world.merchant),
    });
    shop.expect("initializeMandate", "00", fields).await
}

/// What finalizeMandate needs.
fn signed(opened: &Value) -> Value {
    let mut back = back(opened);
    back.as_object_mut().unwrap().remove("transactionReference");
    back
}

fn debit(mandate: &Value, reference: &str) -> Value {
    json!({
        "transactionReference": reference, "amount": "900", "currencyCode": "978",
        "mandateId": mandate["mandateId"],
    })
}

#[tokio::test]
async fn a_mandate_is_signed_refused_left_or_forgotten() {
    let shop = shop().await;
    for (button, code, status) in [
        ("success", "00", "ACTIVE"),
        ("failure", "05", "REFUSED"),
        ("abandon", "17", "ABANDONED"),
        ("timeout", "97", "EXPIRED"),
    ] {
        let opened = mandate(&shop, IBAN).await;
        let url = opened["redirectionUrl"].as_str().unwrap();
        let page = shop.client.post(url).form(&form(&opened)).send().await;
        let html = page.unwrap().text().await.unwrap();
        assert!(html.contains("data-page=\"mandate\"") && html.contains("FR76 ••••"));
        assert!(
            !html.contains(IBAN) && html.contains("huit semaines"),
            "{html}"
        );
        shop.press(&opened, button).await;
        let done = shop.expect("finalizeMandate", code, signed(&opened)).await;
        assert_eq!(done["mandateStatus"], status);
        shop.expect("finalizeMandate", "94", signed(&opened)).await;
        if button != "success" {
            let refused = shop
                .expect("directDebitOrder", "12", debit(&done, "DD1"))
                .await;
            assert_eq!(refused["errorFieldName"], "mandateId");
        }
    }
    let opened = mandate(&shop, IBAN).await;
    shop.expect("finalizeMandate", "60", signed(&opened)).await;
    shop.world
        .post_api(&format!("{API}/clock"), json!({ "minutes": 16 }))
        .await;
    let books = shop.world.api(&format!("{API}/books")).await;
    assert_eq!(books["mandates"][4]["mandateStatus"], "EXPIRED");
    assert!(!books.to_string().contains(IBAN), "{books:#}");
    shop.expect("finalizeMandate", "97", signed(&opened)).await;
}

#[tokio::test]
async fn an_iban_is_checked_and_its_end_decides_the_debit() {
    let shop = shop().await;
    for (iban, code) in [
        ("FR7630006000011234567890188", "12"),
        ("1234567890123456", "12"),
        ("FR76 3000 6000 0112 3456 7890 189", "30"),
        ("FR76", "30"),
    ] {
        let fields = json!({ "iban": iban, "merchantReturnUrl": "https://shop.example/retour" });
        let refused = shop.expect("initializeMandate", code, fields).await;
        assert_eq!(refused["errorFieldName"], "iban", "{iban}");
    }
    for (iban, code, status) in [
        (IBAN, "00", "TO_CAPTURE"),
        ("FR7630006000011234568310005", "05", "REFUSED"),
        ("FR7630006000011234568690051", "51", "REFUSED"),
        ("FR7630006000011234568680060", "60", "TO_AUTHORIZE"),
    ] {
        let opened = mandate(&shop, iban).await;
        shop.press(&opened, "success").await;
        let done = shop.expect("finalizeMandate", "00", signed(&opened)).await;
        let reference = format!("DEBIT{code}");
        let order = debit(&done, &reference);
        let dollars = with(&order, json!({ "currencyCode": "840" }));
        shop.expect("directDebitOrder", "03", dollars).await;
        let at_once = with(&order, json!({ "captureMode": "IMMEDIATE" }));
        let refused = shop.expect("directDebitOrder", "12", at_once).await;
        assert_eq!(refused["errorFieldName"], "captureMode");
        let paid = shop.expect("directDebitOrder", code, order.clone()).await;
        assert_eq!(paid["mandateId"], done["mandateId"]);
        assert_eq!(shop.state(&reference).await.0, status);
        shop.expect("directDebitOrder", "94", order).await;
    }
}

#[tokio::test]
async fn each_method_can_fail_before_or_after_it_acts() {
    let shop = shop().await;
    let card = saved_card(&shop, "SAVE1", SMOOTH, "camille").await;
    let order = |reference: &str| {
        let alone = json!({ "paymentPattern": "RECURRING_N" });
        shop.message("walletOrder", named(&with(&card, alone), reference))
    };
    let once = json!({ "walletOrder": 1 });
    shop.break_it(json!({ "office_unavailable": once })).await;
    assert_eq!(shop.post("walletOrder", &order("F1")).await.status(), 503);
    assert_eq!(shop.book("F1").await, Value::Null);

    let url = shop.url("/rs-services/v2/checkout/walletOrder");
    let cut = async |message| shop.client.post(&url).json(&message).send().await.is_err();
    shop.break_it(json!({ "office_call_lost": once })).await;
    assert!(cut(order("F2")).await);
    assert_eq!(shop.book("F2").await, Value::Null);
    shop.break_it(json!({ "office_answer_lost": once })).await;
    assert!(cut(order("F3")).await);
    assert_eq!(shop.book("F3").await["responseCode"], "00");

    shop.break_it(json!({ "office_wrong_seal_for": once }))
        .await;
    let wrong: Value = shop
        .post("walletOrder", &order("F4"))
        .await
        .json()
        .await
        .unwrap();
    let expected = crate::client::seal(wrong.as_object().unwrap(), &shop.key);
    assert_ne!(wrong["seal"], expected);
    let whole = shop.post("walletOrder", &order("F5")).await;
    let whole: Value = whole.json().await.unwrap();
    assert_eq!(whole["responseCode"], "00", "each switch struck once");

    let told = shop.world.api(&format!("{API}/calls")).await;
    let told: Vec<(Value, Value, Value)> = told["calls"].as_array().unwrap()[4..]
        .iter()
        .map(|call| {
            (
                call["transaction"].clone(),
                call["code"].clone(),
                call["fault"].clone(),
            )
        })
        .collect();
    let expected = [
        (json!("F1"), Value::Null, json!("office_unavailable")),
        (json!("F2"), Value::Null, json!("office_call_lost")),
        (json!("F3"), json!("00"), json!("office_answer_lost")),
        (json!("F4"), json!("00"), json!("office_wrong_seal_for")),
        (json!("F5"), json!("00"), Value::Null),
    ];
    assert_eq!(told, expected);
    let unknown = json!({ "office_call_lost": { "walletOder": 1 } });
    let answer = shop.world.post_api(&format!("{API}/faults"), unknown).await;
    assert_eq!(answer, json!({ "error": "walletOder is no method" }));
}

#[tokio::test]
async fn the_calls_stand_in_their_order_with_the_shoppers_address() {
    let shop = shop().await;
    let here = json!({ "customerIpAddress": "2001:db8::7" });
    let paid = shop.pay("SEEN1", SMOOTH, here.clone()).await;
    let added = shop.expect("addCard", "00", kept(&paid, "camille")).await;
    let opened = mandate(&shop, IBAN).await;
    shop.press(&opened, "success").await;
    let signed = shop.expect("finalizeMandate", "00", signed(&opened)).await;
    shop.expect("directDebitOrder", "00", debit(&signed, "SEEN2"))
        .await;
    let bad = json!({ "customerIpAddress": "nowhere" });
    let order = with(&shop.order("SEEN3", SMOOTH).await, bad);
    let refused = shop.expect("cardCheckEnrollment", "30", order).await;
    assert_eq!(refused["errorFieldName"], "customerIpAddress");
    assert_eq!(shop.book("SEEN1").await["customerIpAddress"], "2001:db8::7");

    let all = shop.world.api(&format!("{API}/calls")).await;
    let calls = all["calls"].as_array().unwrap();
    let methods: Vec<&str> = calls
        .iter()
        .filter_map(|call| call["method"].as_str())
        .collect();
    assert_eq!(
        methods,
        [
            "hostedFieldsInitialize",
            "cardCheckEnrollment",
            VALIDATE,
            "addCard",
            "initializeMandate",
            "finalizeMandate",
            "directDebitOrder",
            "hostedFieldsInitialize",
            "cardCheckEnrollment",
        ]
    );
    assert_eq!(calls[1]["customerIpAddress"], "2001:db8::7");
    assert_eq!(calls[3]["merchantWalletId"], "camille");
    assert_eq!(calls[3]["paymentMeanId"], added["paymentMeanId"]);
    assert_eq!(
        (&calls[4]["customerId"], &calls[4]["code"]),
        (&json!("camille"), &json!("00"))
    );
    assert_eq!(calls[6]["mandateId"], signed["mandateId"]);
    for secret in [IBAN, paid["tokenPan"].as_str().unwrap()] {
        assert!(!all.to_string().contains(secret), "{all:#}");
    }
    let one = shop
        .world
        .api(&format!("{API}/calls?reference=SEEN2"))
        .await;
    assert_eq!(one["calls"].as_array().unwrap().len(), 1);
    assert_eq!(one["calls"][0]["method"], "directDebitOrder");
}
