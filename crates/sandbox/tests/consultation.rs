//! PPPS, TYPE 00017.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use common::{World, field, world};
use serde_json::{Value, json};

fn frame(line: &Value, question: u64) -> Vec<(&'static str, String)> {
    with(
        &common::question("00017", line),
        "NUMQUESTION",
        &question.to_string(),
    )
}

fn with(pairs: &[(&'static str, String)], name: &str, value: &str) -> Vec<(&'static str, String)> {
    let change = |(known, old): &(&'static str, String)| {
        (
            *known,
            if *known == name {
                value.to_owned()
            } else {
                old.clone()
            },
        )
    };
    pairs.iter().map(change).collect()
}

async fn mixed_payment(world: &World) -> Vec<Value> {
    world
        .pay_mixed(world.call_for("CMD1", 4200, "APETIZ"))
        .await
}

#[tokio::test]
async fn each_part_is_found() {
    let world = world().await;
    let books = mixed_payment(&world).await;
    for (index, line) in books.iter().enumerate() {
        let answer = world.ppps(&frame(line, 100 + index as u64)).await;
        let number = line["numtrans"].to_string();
        assert!(
            answer.starts_with(&format!("NUMTRANS={number}&NUMAPPEL=")),
            "{answer}"
        );
        assert!(answer.contains("&CODEREPONSE=00000&COMMENTAIRE=Demande traitée avec succès&"));
        assert!(answer.ends_with("&STATUS=Capturé"), "{answer}");
        assert_eq!(
            field(&answer, "NUMQUESTION"),
            Some((100 + index).to_string())
        );
    }
}

#[tokio::test]
async fn what_does_not_fit_is_not_found() {
    let world = world().await;
    let books = mixed_payment(&world).await;
    let good = frame(&books[0], 1);
    let cases = [
        ("MONTANT", "4200", "00018"),
        ("REFERENCE", "CMD2", "00018"),
        ("NUMAPPEL", "1", "00018"),
        ("NUMTRANS", "1", "00018"),
        ("ACQUEREUR", "LIMOCB", "00018"),
        ("VERSION", "00100", "00013"),
        ("TYPE", "00004", "00009"),
        ("DATEQ", "2026-03-01", "00007"),
        ("NUMQUESTION", "0", "00005"),
        ("SITE", "1666666", "00006"),
        ("SITE", "1999777", "00006"),
    ];
    for (index, (name, value, code)) in cases.into_iter().enumerate() {
        let numbered = with(&good, "NUMQUESTION", &(10 + index).to_string());
        let answer = world.ppps(&with(&numbered, name, value)).await;
        assert_eq!(
            field(&answer, "CODEREPONSE").as_deref(),
            Some(code),
            "{name}: {answer}"
        );
    }
    let again = with(&good, "NUMQUESTION", "10");
    assert!(world.ppps(&again).await.contains("CODEREPONSE=00039"));
}

#[tokio::test]
async fn a_rank_padded_to_three_digits_is_the_same_contract() {
    let world = world().await;
    let books = mixed_payment(&world).await;
    let padded = with(&frame(&books[0], 1), "RANG", "032");
    let answer = world.ppps(&padded).await;
    assert!(answer.contains("CODEREPONSE=00000"), "{answer}");
    assert!(
        answer.contains("&RANG=032&"),
        "repeated as it came: {answer}"
    );
}

#[tokio::test]
async fn another_merchants_transaction_is_not_ours() {
    let world = world().await;
    world
        .post_api("/sandbox/api/faults", json!({ "other_merchant": true }))
        .await;
    let card = world.open(world.call_for("CMD1", 4200, "CB")).await;
    world.card(&card, "1111222233330000").await;
    let books = world.books().await;
    assert_eq!(books[0]["site"], "1999777");
    let answer = world.ppps(&frame(&books[0], 1)).await;
    assert!(answer.contains("CODEREPONSE=00018"), "{answer}");
    assert!(
        common::openssl_verifies(&world, &world.notified()[0]),
        "genuinely signed"
    );
}

#[tokio::test]
async fn an_answer_can_be_lost() {
    let world = world().await;
    let books = mixed_payment(&world).await;
    world
        .post_api("/sandbox/api/faults", json!({ "ppps_answer_lost": true }))
        .await;
    let request = world
        .client
        .post(world.url("/PPPS.php"))
        .form(&frame(&books[0], 1));
    assert!(
        request.send().await.is_err(),
        "the connection closes without an answer"
    );
    world
        .post_api(
            "/sandbox/api/faults",
            json!({ "ppps_answer_lost": false, "ppps_down": true }),
        )
        .await;
    let request = world
        .client
        .post(world.url("/PPPS.php"))
        .form(&frame(&books[0], 2));
    assert_eq!(request.send().await.unwrap().status(), 503);
}
