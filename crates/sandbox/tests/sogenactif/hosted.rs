//! Hosted fields and the shopper's pages, without a browser.

use serde_json::{Value, json};

use crate::client::{CHALLENGED, SMOOTH, form, shop};

#[tokio::test]
async fn the_session_names_the_library_on_its_own_origin() {
    let shop = shop().await;
    let session = shop
        .expect(
            "hostedFieldsInitialize",
            "00",
            json!({ "customerIpAddress": "127.0.0.1" }),
        )
        .await;
    let token = session["merchantSessionToken"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert!(token.starts_with("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9."));
    let url = session["sdkUrl"].as_str().unwrap();
    let backup = shop.world.running.backup_origin();
    assert_eq!(
        url,
        format!("{backup}/paymentprovider/hostedfields/services/sdpx-hostedfields-sdk.js")
    );
    let library = shop.client.get(url).send().await.unwrap();
    assert_eq!(library.headers()["access-control-allow-origin"], "*");
    let text = library.text().await.unwrap();
    assert!(text.contains(&format!("const ORIGIN = \"{backup}\"")));
    assert!(!text.contains("{{"));
    for word in [
        "innerHTML",
        "eval(",
        "document.write",
        "srcdoc",
        "insertAdjacentHTML",
    ] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn frames_are_strict() {
    let shop = shop().await;
    for field in ["number", "expiry", "csc"] {
        let url = shop.url(&format!("/paymentprovider/hostedfields/fields/{field}"));
        let page = shop.client.get(url).send().await.unwrap();
        let policy = page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        for part in [
            "connect-src 'self'",
            "require-trusted-types-for 'script'",
            "frame-ancestors",
        ] {
            assert!(policy.contains(part), "{part}");
        }
        let html = page.text().await.unwrap();
        assert!(html.contains("autocomplete=\"off\"") && html.contains("aria-label="));
        assert!(!html.contains("style=") && !html.contains("<script>"));
    }
    let url = shop.url("/paymentprovider/hostedfields/fields/pin");
    assert_eq!(shop.client.get(url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn tokens_are_for_the_frames() {
    let shop = shop().await;
    let brands = json!({ "paymentMeanBrandList": ["MASTERCARD", "VISA"] });
    let session = shop.expect("hostedFieldsInitialize", "00", brands).await;
    let typed = |number: &str, brand: Option<&str>| {
        json!({
            "token": session["merchantSessionToken"], "number": number, "expiry": "12/49",
            "csc": "123", "brand": brand,
        })
    };
    let (status, made) = shop.tokenize(&typed(SMOOTH, None)).await;
    assert_eq!((status, &made["brand"]), (200, &json!("VISA")));
    let (_, chosen) = shop.tokenize(&typed(SMOOTH, Some("VISA"))).await;
    let order = json!({
        "amount": "100", "currencyCode": "978", "orderChannel": "MOTO",
        "transactionReference": "BRAND1", "paymentToken": chosen["paymentToken"],
    });
    let paid = shop.expect("cardOrder", "00", order).await;
    assert_eq!(paid["paymentMeanBrand"], "VISA");
    assert_eq!(paid["paymentMeanBrandSelectionStatus"], "APPLIED_HOLDER");
    let (status, wrong) = shop.tokenize(&typed(CHALLENGED, None)).await;
    let line = json!([{ "field": "number", "error": "brand_not_accepted" }]);
    assert_eq!((status, &wrong["fields"]), (422, &line));
    let (status, wrong) = shop.tokenize(&typed("4970101234567890", None)).await;
    let line = json!([{ "field": "number", "error": "unknown" }]);
    assert_eq!((status, &wrong["fields"]), (422, &line));
    let url = shop.url("/paymentprovider/hostedfields/services/tokens");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1:1"),
        ("origin", "null"),
    ] {
        let request = shop.client.post(&url).header(name, value);
        let answer = request.json(&typed(SMOOTH, None)).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name} {value}");
    }
    let clock = "/sandbox/sogenactif/api/clock";
    shop.world.post_api(clock, json!({ "minutes": 15 })).await;
    let (status, over) = shop.tokenize(&typed(SMOOTH, None)).await;
    assert_eq!((status, over), (401, json!({ "error": "session_expired" })));
}

#[tokio::test]
async fn a_shopper_arrives_by_a_form_and_leaves_with_it() {
    let shop = shop().await;
    let order = shop.order("PAGE1", CHALLENGED).await;
    let enrolled = shop.expect("cardCheckEnrollment", "00", order).await;
    let url = enrolled["redirectionUrl"].as_str().unwrap();
    assert!(
        url.starts_with(shop.world.running.platform_origin()),
        "{url}"
    );
    assert_eq!(shop.client.get(url).send().await.unwrap().status(), 405);
    let bad = [("redirectionData", "x"), ("messageVersion", "2.2")];
    assert_eq!(
        shop.client
            .post(url)
            .form(&bad)
            .send()
            .await
            .unwrap()
            .status(),
        400
    );
    let page = shop
        .client
        .post(url)
        .form(&form(&enrolled))
        .send()
        .await
        .unwrap();
    let html = page.text().await.unwrap();
    for name in ["acs-success", "acs-failure", "acs-abandon", "acs-timeout"] {
        assert!(html.contains(&format!("data-testid=\"{name}\"")), "{name}");
    }
    assert!(html.contains("data-page=\"acs\"") && html.contains("42,00"));
    shop.press(&enrolled, "failure").await;
    // The first choice stays: the Back button changes nothing.
    let again = format!("{url}/success");
    let answer = shop
        .client
        .post(again)
        .form(&form(&enrolled))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 307);
    let validated = crate::client::back(&enrolled);
    shop.expect("cardValidateAuthenticationAndOrder", "05", validated)
        .await;
    let unknown = url.replace("/acs/", "/acs/0");
    let answer = shop
        .client
        .post(unknown)
        .form(&form(&enrolled))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn the_trial_page_is_what_a_strict_shop_serves() {
    let shop = shop().await;
    let url = shop.url("/sandbox/sogenactif/essai");
    let page = shop.client.get(url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    let backup = shop.world.running.backup_origin();
    assert!(policy.contains(&format!("script-src 'self' {backup}")));
    assert!(policy.contains(&format!("frame-src {backup}")));
    assert!(!policy.contains("unsafe") && !policy.contains("connect-src"));
    let html = page.text().await.unwrap();
    assert!(!html.contains(" style=") && !html.contains("<script>") && html.contains("4300001"));
    let shown: Value = shop.world.api("/sandbox/sogenactif/api/cards").await;
    assert_eq!(
        shown["cards"].as_array().unwrap().len(),
        guichet_sandbox::test_card_rules().len()
    );
}
