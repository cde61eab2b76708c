//! Each of the 44 methods, there and back.

use serde_json::{Value, json};

use crate::client::{CHALLENGED, METHODS, SMOOTH, Shop, back, extend, shop};

const IBAN: &str = "FR7630006000011234567890189";

#[tokio::test]
async fn all_44_methods_answer() {
    let shop = shop().await;
    cards_and_cash(&shop).await;
    challenge_and_fraud(&shop).await;
    let mandate = mandates(&shop).await;
    wallets(&shop, &mandate).await;
    external(&shop).await;
    let books = shop.world.api("/sandbox/sogenactif/api/books").await;
    let called = books["calls"].as_object().unwrap();
    for (name, _, _) in METHODS {
        assert!(called.contains_key(name), "{name} was not called");
    }
}

fn operation(reference: &str, amount: &str) -> Value {
    json!({
        "transactionReference": reference, "operationAmount": amount, "currencyCode": "978",
    })
}

async fn cards_and_cash(shop: &Shop) {
    let fields = shop.order("CARD1", CHALLENGED).await;
    let enrolled = shop.expect("cardCheckEnrollment", "00", fields).await;
    assert_eq!(enrolled["messageVersion"], "2.2");
    assert_eq!(enrolled["maskedPan"], "4200##########00");
    shop.press(&enrolled, "success").await;
    let seen = shop
        .expect("cardValidateAuthentication", "00", back(&enrolled))
        .await;
    assert_eq!(seen["holderAuthentStatus"], "SUCCESS");
    assert!(seen["threeDV2"]["cavv"].is_string());
    let paid = shop
        .expect("cardValidateAuthenticationAndOrder", "00", back(&enrolled))
        .await;
    assert_eq!(paid["acquirerResponseCode"], "00");
    assert_eq!(
        (&paid["amount"], &paid["currencyCode"]),
        (&json!(4200), &json!("978"))
    );
    assert_eq!(paid["guaranteeIndicator"], "Y");
    let part = shop.expect("cancel", "00", operation("CARD1", "200")).await;
    assert_eq!(
        (&part["newAmount"], &part["newStatus"]),
        (&json!(4000), &json!("TO_CAPTURE"))
    );
    shop.night().await;
    let refunded = shop.expect("refund", "00", operation("CARD1", "500")).await;
    assert_eq!(refunded["newStatus"], "TO_CREDIT");

    let soft = shop
        .expect("cardOrder", "05", shop.order("CARD2", SMOOTH).await)
        .await;
    assert_eq!(soft["acquirerResponseCode"], "A1");
    shop.pay("CARD3", SMOOTH, json!({ "captureMode": "VALIDATION" }))
        .await;
    let validated = shop
        .expect("validate", "00", operation("CARD3", "4000"))
        .await;
    assert_eq!(validated["newStatus"], "TO_CAPTURE");
    let again = json!({
        "transactionReference": "CARD4", "fromTransactionReference": "CARD3",
        "amount": "1000", "currencyCode": "978",
    });
    let copy = shop.expect("duplicate", "00", again).await;
    assert_eq!(copy["fromTransactionReference"], "CARD3");
    let credit = json!({
        "transactionReference": "CARD5", "amount": "700", "currencyCode": "978",
        "cardNumber": copy["tokenPan"], "panType": "TOKEN_PAN",
    });
    assert_eq!(
        shop.expect("creditHolder", "00", credit).await["newStatus"],
        "TO_CREDIT"
    );
    let card = json!({ "paymentToken": shop.token(SMOOTH).await });
    let data = shop.expect("getCardData", "00", card).await;
    assert_eq!(data["cardBrandList"], json!(["CB", "VISA"]));
    let made = json!({ "cardNumber": copy["tokenPan"], "panType": "TOKEN_PAN" });
    let token = shop.expect("paymentTokenGenerate", "00", made).await;
    assert!(token["paymentToken"].is_string());
}

async fn challenge_and_fraud(shop: &Shop) {
    for (reference, method, status) in [
        ("ORANGE1", "acceptChallenge", "TO_CAPTURE"),
        ("ORANGE2", "refuseChallenge", "REFUSED"),
    ] {
        let paid = shop.pay(reference, "4200006000000000", json!({})).await;
        assert_eq!(
            (&paid["responseCode"], &paid["scoreColor"]),
            (&json!("00"), &json!("ORANGE"))
        );
        let named = json!({ "transactionReference": reference });
        let fraud = shop.expect("getFraudData", "00", named.clone()).await;
        assert_eq!(fraud["scoreColor"], "ORANGE");
        assert_eq!(shop.state(reference).await.0, "TO_CHALLENGE");
        let answer = shop.expect(method, "00", named.clone()).await;
        assert_eq!(answer["newStatus"], status);
        shop.expect(method, "24", named).await;
    }
    let black = json!({ "transactionReference": "ORANGE1", "fraudListType": "BLACK" });
    shop.expect("addToFraudList", "00", black.clone()).await;
    shop.expect("addToFraudList", "94", black.clone()).await;
    let refused = shop.pay("BLACK1", "4200006000000000", json!({})).await;
    assert_eq!(
        (&refused["responseCode"], &refused["scoreColor"]),
        (&json!("05"), &json!("BLACK"))
    );
    shop.expect("removeFromFraudList", "00", black.clone())
        .await;
    shop.expect("removeFromFraudList", "25", black).await;
    let asked = json!({
        "velocityElementType": "customerId", "velocityElementValue": "camille",
        "velocityPeriod": "7",
    });
    let velocity = shop.expect("getVelocityData", "00", asked).await;
    assert!(velocity["velocityTotalAmount"].is_number(), "{velocity}");
    assert!(velocity["velocityNbTransaction"].as_u64().unwrap() >= 3);
}

async fn mandates(shop: &Shop) -> String {
    let fields = json!({
        "iban": IBAN, "customerId": "camille",
        "merchantReturnUrl": format!("{}/retour", shop.world.merchant),
    });
    let opened = shop.expect("initializeMandate", "00", fields).await;
    let mut finish = back(&opened);
    finish
        .as_object_mut()
        .unwrap()
        .remove("transactionReference");
    shop.expect("finalizeMandate", "60", finish.clone()).await;
    shop.press(&opened, "success").await;
    let signed = shop.expect("finalizeMandate", "00", finish.clone()).await;
    assert_eq!(signed["mandateStatus"], "ACTIVE");
    shop.expect("finalizeMandate", "94", finish).await;
    let id = signed["mandateId"].as_str().unwrap().to_owned();
    let debit = json!({
        "transactionReference": "DEBIT1", "amount": "900", "currencyCode": "978", "mandateId": id,
    });
    shop.expect("directDebitOrder", "00", debit).await;
    let found = shop
        .expect("searchMandate", "00", json!({ "customerId": "camille" }))
        .await;
    assert_eq!(found["mandateList"][0]["mandateId"], id);
    let data = shop
        .expect("getMandateData", "00", json!({ "mandateId": id }))
        .await;
    assert_eq!(data["transactionList"][0]["transactionReference"], "DEBIT1");
    assert_eq!(data["maskedIban"], "FR76#####################89");
    let pdf = shop
        .expect("getPdfMandate", "00", json!({ "mandateId": id }))
        .await;
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD
        .decode(pdf["mandatePdf"].as_str().unwrap())
        .unwrap();
    assert!(text.starts_with(b"%PDF-1.4") && text.ends_with(b"%%EOF\n"));
    shop.expect("getPdfMandate", "25", json!({ "mandateId": "ABSENT" }))
        .await;
    id
}

async fn wallets(shop: &Shop, mandate: &str) {
    let named = json!({ "merchantWalletId": "camille" });
    shop.expect("getWalletData", "01", named.clone()).await;
    let card = json!({
        "merchantWalletId": "camille", "paymentToken": shop.token(SMOOTH).await,
        "paymentMeanAlias": "la bleue",
    });
    let added = shop.expect("addCard", "00", card.clone()).await;
    assert_eq!(added["maskedPan"], "4300##########00");
    shop.expect("addCard", "94", card).await;
    let debit = json!({ "merchantWalletId": "camille", "mandateId": mandate });
    shop.expect("addDirectDebit", "00", debit.clone()).await;
    shop.expect("addDirectDebit", "94", debit).await;
    let wallet = shop.expect("getWalletData", "00", named.clone()).await;
    let list = wallet["walletPaymentMeanDataList"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    let mean = json!({ "merchantWalletId": "camille", "paymentMeanId": added["paymentMeanId"] });
    let alias = with(&mean, json!({ "paymentMeanAlias": "la rouge" }));
    shop.expect("updatePaymentMean", "00", alias).await;
    let data = shop.expect("getPaymentMeanData", "00", mean.clone()).await;
    let alias = &data["walletPaymentMeanData"]["paymentMeanAlias"];
    assert_eq!(alias, "la rouge");
    wallet_payments(shop, &mean).await;
    shop.expect("deletePaymentMean", "00", mean.clone()).await;
    shop.expect("deletePaymentMean", "01", mean.clone()).await;
    shop.expect("getPaymentMeanData", "01", mean).await;
    for code in ["00", "01"] {
        let answer = shop.expect("signOff", code, named.clone()).await;
        assert_eq!(answer["walletOrderResponseCode"], code, "its other name");
    }
}

fn with(fields: &Value, more: Value) -> Value {
    let mut fields = fields.clone();
    extend(&mut fields, more);
    fields
}

async fn wallet_payments(shop: &Shop, mean: &Value) {
    let pay = |reference: &str, more: Value| {
        let order = json!({
            "transactionReference": reference, "amount": "1500", "currencyCode": "978",
            "orderChannel": "INTERNET", "merchantReturnUrl": "https://shop.example/retour",
        });
        with(&with(mean, order), more)
    };
    let none = || json!({});
    let order = pay("WALLET1", none());
    let enrolled = shop.expect("walletCheckEnrollment", "00", order).await;
    let validate = "cardValidateAuthenticationAndOrder";
    shop.expect(validate, "00", back(&enrolled)).await;
    let soft = shop
        .expect("walletOrder", "05", pay("WALLET2", none()))
        .await;
    assert_eq!(soft["acquirerResponseCode"], "A1");
    let later = pay("WALLET3", json!({ "paymentPattern": "RECURRING_N" }));
    let paid = shop.expect("walletOrder", "00", later).await;
    assert_eq!(paid["panEntryMode"], "WALLET");
    let credit = pay("WALLET4", none());
    shop.expect("walletCreditHolder", "00", credit).await;
    let paylib = pay("WALLET5", json!({ "paymentMeanBrand": "PAYLIB" }));
    let method = "walletIssuerWalletInitialize";
    let opened = shop.expect(method, "00", paylib).await;
    shop.press(&opened, "success").await;
    let method = "walletIssuerWalletFinalize";
    shop.expect(method, "00", back(&opened)).await;
}

async fn external(shop: &Shop) {
    let fields = |reference: &str, brand: &str| {
        json!({
            "transactionReference": reference, "amount": "3000", "currencyCode": "978",
            "orderChannel": "INTERNET", "paymentMeanBrand": brand,
            "merchantReturnUrl": format!("{}/retour", shop.world.merchant),
        })
    };
    let opened = shop
        .expect(
            "paymentProviderInitialize",
            "00",
            fields("PAYPAL1", "PAYPAL"),
        )
        .await;
    shop.expect("paymentProviderFinalize", "60", back(&opened))
        .await;
    shop.expect("paymentProviderGetContext", "60", back(&opened))
        .await;
    shop.press(&opened, "success").await;
    let context = shop
        .expect("paymentProviderGetContext", "00", back(&opened))
        .await;
    assert_eq!(context["customerContact"]["firstname"], "Camille");
    let paid = shop
        .expect("paymentProviderFinalize", "00", back(&opened))
        .await;
    assert_eq!(paid["transactionStatus"], "TO_CAPTURE");
    shop.expect("paymentProviderFinalize", "94", back(&opened))
        .await;
    let banks = json!({ "currencyCode": "978", "paymentMeanBrand": "IDEAL" });
    let banks = shop.expect("creditTransferInquire", "00", banks).await;
    let mut transfer = fields("IDEAL1", "IDEAL");
    let bank = json!({ "issuerCode": banks["issuerList"][0]["issuerCode"] });
    extend(&mut transfer, bank);
    let opened = shop
        .expect("creditTransferInitialize", "00", transfer)
        .await;
    shop.press(&opened, "abandon").await;
    let left = shop
        .expect("creditTransferFinalizeAndOrder", "17", back(&opened))
        .await;
    assert_eq!(left["transactionStatus"], "ABORTED");
    let oem = shop
        .expect("paymentDataProviderCheck", "00", fields("OEM1", "CB"))
        .await;
    assert_eq!(oem["panEntryMode"], "OEMPAY");
}
