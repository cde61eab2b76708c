//! Seals: the published way to compute them, by `openssl`, and what a wrong one gets.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{DEMO, SMOOTH, covered, seal, shop};

/// HMAC-SHA-256 as `openssl` computes it.
fn openssl(data: &str, key: &str) -> String {
    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", key, "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(data.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn openssl_agrees_on_known_messages() {
    let shop = shop().await;
    let initialise = json!({
        "customerIpAddress": "127.0.0.1",
        "paymentMeanBrandList": ["CB", "MASTERCARD", "VISA"],
    });
    let refund = json!({
        "currencyCode": "978", "operationAmount": "500", "operationOrigin": "café",
        "transactionReference": "TREF0001",
    });
    for (method, fields, text, known) in [
        (
            "hostedFieldsInitialize",
            initialise,
            "127.0.0.1AUT_WS_2.53002001000000001CBMASTERCARDVISA",
            "984be028a401728f4d77101c8e6e5febe4efb34ca55676f8abf675e0d0a96d40",
        ),
        (
            "refund",
            refund,
            "978CR_WS_2.53002001000000001500caféTREF0001",
            "a35589ac053e16447fa723db03795f21795179348ccb112cf6af8d98abeb8cc8",
        ),
    ] {
        let message = shop.message(method, fields);
        assert_eq!(covered(&message), text);
        assert_eq!(message["seal"], known);
        assert_eq!(openssl(text, &shop.key), known);
        let answer: Value = shop.post(method, &message).await.json().await.unwrap();
        // The refund's transaction is unknown, but its seal is right.
        let code = if method == "refund" { "25" } else { "00" };
        assert_eq!(answer["responseCode"], code, "{answer:#}");
        let answered = covered(answer.as_object().unwrap());
        assert_eq!(answer["seal"], openssl(&answered, &shop.key));
    }
}

#[tokio::test]
async fn the_three_algorithms_and_both_key_versions() {
    let mut shop = shop().await;
    let mut message = shop.message("hostedFieldsInitialize", json!({}));
    message.insert("sealAlgorithm".to_owned(), json!("SHA-256"));
    let sha = |text: &str| hex::encode(Sha256::digest(text));
    let text = format!("{}{}", covered(&message), shop.key);
    message.insert("seal".to_owned(), json!(sha(&text)));
    let answer: Value = shop
        .post("hostedFieldsInitialize", &message)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["responseCode"], "00");
    let text = format!("{}{}", covered(answer.as_object().unwrap()), shop.key);
    assert_eq!(answer["seal"], sha(&text), "answered the same way");
    message.insert("sealAlgorithm".to_owned(), json!("HMAC-SHA-512"));
    let answer: Value = shop
        .post("hostedFieldsInitialize", &message)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["responseCode"], "34");
    assert_eq!(answer["seal"].as_str().unwrap().len(), 128);
    shop.key_version = "2";
    "bac-a-sable-cle-de-version-2".clone_into(&mut shop.key);
    shop.expect("hostedFieldsInitialize", "00", json!({})).await;
}

#[tokio::test]
async fn a_wrong_seal_is_34() {
    let shop = shop().await;
    let order = shop.order("SEAL1", SMOOTH).await;
    let good = shop.message("cardCheckEnrollment", order);
    let change = |name: &str, value: Value| {
        let mut message = good.clone();
        message.insert(name.to_owned(), value);
        message
    };
    let other_key = {
        let mut message = good.clone();
        message.insert("seal".to_owned(), json!(seal(&good, "another key")));
        message
    };
    let upper = good["seal"].as_str().unwrap().to_uppercase();
    for message in [
        change("amount", json!("1")),
        change("seal", json!("00")),
        change("seal", json!(upper)),
        change("unknownField", json!("x")),
        change("keyVersion", json!("2")),
        change("keyVersion", json!("9")),
        other_key,
    ] {
        let answer: Value = shop
            .post("cardCheckEnrollment", &message)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(answer["responseCode"], "34", "{answer:#}");
    }
    let mixed = json!({ "paymentMeanBrandList": ["VISA", "CB"] });
    shop.expect("hostedFieldsInitialize", "34", mixed).await;
    let books = shop.world.api("/sandbox/sogenactif/api/books").await;
    assert_eq!(books["transactions"], json!([]));
    assert_eq!(books["calls"], json!({ "hostedFieldsInitialize": 1 }));
    // Null values are outside the seal.
    let answer: Value = shop
        .post("cardCheckEnrollment", &change("orderId", Value::Null))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&answer["responseCode"], &answer["merchantId"]),
        (&json!("00"), &json!(DEMO))
    );
}
