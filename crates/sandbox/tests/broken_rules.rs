//! Each rule of a call, broken alone, gets the platform's error page.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use common::{Form, World, put, seal, world};

async fn refused(world: &World, form: Form, status: u16, words: &[&str]) {
    let answer = world.send(&form).await;
    assert_eq!(answer.status().as_u16(), status, "{words:?}");
    let html = answer.text().await.unwrap();
    assert!(html.contains("data-page=\"call-refused\""));
    for word in words {
        assert!(html.contains(word), "{word} is not in\n{html}");
    }
}

#[tokio::test]
async fn missing_fields_are_named() {
    let world = world().await;
    let complete = world.call("CMD1", 1000);
    for (name, _) in complete.iter().filter(|(name, _)| {
        !matches!(
            name.as_str(),
            "PBX_EFFECTUE" | "PBX_REFUSE" | "PBX_ANNULE" | "PBX_ATTENTE" | "PBX_REPONDRE_A"
        )
    }) {
        let less = complete
            .iter()
            .filter(|(known, _)| known != name)
            .cloned()
            .collect();
        refused(
            &world,
            seal(less),
            400,
            &["PAYBOX 4 : variable manquante", name],
        )
        .await;
    }
    refused(&world, complete, 400, &["PBX_HMAC"]).await;
}

#[tokio::test]
async fn access_is_refused() {
    let world = world().await;
    let mut form = world.call("CMD1", 1000);
    put(&mut form, "PBX_SITE", "1666666");
    refused(&world, seal(form), 403, &["PAYBOX 3", "aucun commerçant"]).await;
    let mut form = seal(world.call("CMD1", 1000));
    put(&mut form, "PBX_TOTAL", "1001");
    refused(&world, form, 403, &["PAYBOX 3", "PBX_HMAC"]).await;
    let mut form = seal(world.call("CMD1", 1000));
    form.swap(0, 1);
    refused(&world, form, 403, &["PAYBOX 3"]).await;
    let mut form = world.call("CMD1", 1000);
    form.push(("PBX_TOTAL".to_owned(), "1".to_owned()));
    refused(&world, seal(form), 403, &["PBX_TOTAL figure deux fois"]).await;
    let mut form = world.call("CMD1", 1000);
    put(&mut form, "PBX_HASH", "MD5");
    refused(&world, seal(form), 403, &["SHA512"]).await;
}

#[tokio::test]
async fn wrong_values_are_named() {
    let world = world().await;
    let long = format!("http://127.0.0.1/{}", "a".repeat(140));
    let cases = [
        ("PBX_TOTAL", "42", "3 à 10 chiffres"),
        ("PBX_TOTAL", "000", "supérieur à zéro"),
        ("PBX_TOTAL", "10.00", "chiffres"),
        ("PBX_DEVISE", "EUR", "chiffres"),
        ("PBX_CMD", "été", "ASCII"),
        ("PBX_PORTEUR", "a@b.c", "6 à 120"),
        ("PBX_PORTEUR", "camille.example.com", "@"),
        ("PBX_RETOUR", "Mt:M; Ref:R", "nom"),
        ("PBX_RETOUR", "sign=K", "nom:lettre"),
        ("PBX_RETOUR", "K:K;Mt:M", "dernière"),
        ("PBX_TIME", "hier", "ISO 8601"),
        ("PBX_EFFECTUE", "/retour", "absolue"),
        ("PBX_REPONDRE_A", long.as_str(), "150"),
        ("PBX_LANGUE", "FR", "FRA"),
        ("PBX_SOURCE", "IFRAME", "RWD"),
        ("PBX_DISPLAY", "5", "3 à 10"),
        ("PBX_RUF1", "PUT", "GET"),
        ("PBX_AUTOSEULE", "1", "parmi"),
        ("PBX_SHOPPINGCART", "<shoppingcart/>", "xml version"),
        ("PBX_BILLING", "<Billing/>", "xml version"),
        ("PBX_TYPECARTE", "CB", "va toujours avec"),
        ("PBX_TYPEPAIEMENT", "CARTE", "va toujours avec"),
    ];
    for (name, value, word) in cases {
        let mut form = world.call("CMD1", 1000);
        put(&mut form, name, value);
        let escaped = word.replace('<', "&#60;");
        refused(
            &world,
            seal(form),
            400,
            &["PAYBOX 4", "incorrecte", &escaped],
        )
        .await;
    }
}

#[tokio::test]
async fn what_real_clients_send_opens_a_page() {
    let world = world().await;
    let billing = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Billing><Address>\
                   <FirstName>John</FirstName><LastName>Doe</LastName>\
                   <Address1>1 AVENUE DE L'OPERA</Address1><ZipCode>75001</ZipCode>\
                   <City>PARIS</City><CountryCode>250</CountryCode></Address></Billing>";
    let spaced = billing.replacen("?>", " ?>", 1);
    let lines = billing.replace("><", ">\n  <");
    let cases = [
        // No phone: the configuration test of the platform's WooCommerce module 3.0.9.
        ("PBX_BILLING", billing),
        // pretix-paybox 0.9.9.
        ("PBX_BILLING", spaced.as_str()),
        ("PBX_TIME", "2026-11-27T11:38:22.123456"),
        ("PBX_BILLING", lines.as_str()),
        ("PBX_RANG", "032"),
        ("PBX_DIFF", "3"),
        ("PBX_RETOUR", "M:M;v:v;c:c;K:K;"),
    ];
    for (name, value) in cases {
        let mut form = world.call("CMD1", 1000);
        put(&mut form, name, value);
        assert!(world.open(form).await.ends_with("/choix"), "{name}={value}");
    }
    for path in [
        "/cgi/FramepagepaiementRWD.cgi",
        "/cgi/MYchoix_pagepaiement.cgi",
    ] {
        let form = seal(world.call("CMD1", 1000));
        let request = world.client.post(world.url(path)).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 303, "{path}");
    }
    for (name, value, word) in [
        ("PBX_RANG", "33", "aucun commerçant"),
        ("PBX_RANG", "0032", "aucun commerçant"),
        ("PBX_DIFF", "003", "1 à 2 chiffres"),
    ] {
        let mut form = world.call("CMD1", 1000);
        put(&mut form, name, value);
        let status = if name == "PBX_RANG" { 403 } else { 400 };
        refused(&world, seal(form), status, &[word]).await;
    }
}

#[tokio::test]
async fn voucher_rules_are_kept() {
    let world = world().await;
    let cases = [
        ("PBX_CMD", "CMD-2026-000000000123", "1 à 20"),
        ("PBX_DEVISE", "840", "euros"),
        ("PBX_RETOUR", "Mt:M;abonne:U;K:K", "valeur U"),
        ("PBX_DIFF", "03", "différé"),
        ("PBX_REFABONNE", "ab12", "abonnement"),
        ("PBX_TYPECARTE", "LIMOCB", "jamais"),
        ("PBX_TYPECARTE", "CB", "ne joue pas"),
    ];
    for (name, value, word) in cases {
        let mut form = world.call_for("CMD1", 1000, "APETIZ");
        put(&mut form, name, value);
        refused(&world, seal(form), 400, &[word]).await;
    }
    // The same call without a preset opens, but offers no voucher.
    let choice = world.open(world.call("CMD-2026-000000000123", 1000)).await;
    let html = world.page(&choice).await;
    assert!(html.contains("method-card") && !html.contains("method-apetiz"));
    assert!(html.contains("vouchers-barred"));
}

#[tokio::test]
async fn an_unreadable_form_is_refused() {
    let world = world().await;
    let answer = world
        .client
        .post(world.url("/php/"))
        .body("PBX_SITE=1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    let bytes = vec![b'P', b'=', 0xff];
    let request = world.client.post(world.url("/php/")).body(bytes);
    let answer = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(answer.send().await.unwrap().status(), 400);
    assert_eq!(
        world
            .client
            .get(world.url("/php/"))
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
}
