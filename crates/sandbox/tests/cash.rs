//! PPPS, what moves money: TYPE 00002, 00005 and 00014, and 00017 after them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use common::{World, field, put, question, world};
use serde_json::{Value, json};

/// Asks for something to be done with a line of the books; gives the answer.
async fn ask(world: &World, kind: &str, line: &Value, amount: u64, number: u64) -> String {
    let mut pairs = question(kind, line);
    for (name, value) in &mut pairs {
        match *name {
            "MONTANT" => *value = format!("{amount:010}"),
            "NUMTRANS" => *value = number.to_string(),
            _ => {}
        }
    }
    world.ppps(&pairs).await
}

fn number(line: &Value) -> u64 {
    line["numtrans"].as_u64().unwrap()
}

/// The code of the answer.
async fn code(world: &World, kind: &str, line: &Value, amount: u64) -> String {
    let answer = ask(world, kind, line, amount, number(line)).await;
    field(&answer, "CODEREPONSE").unwrap()
}

/// What a consultation says.
async fn status(world: &World, line: &Value) -> String {
    let amount = line["amount"].as_u64().unwrap();
    let answer = ask(world, "00017", line, amount, number(line)).await;
    assert!(answer.contains("CODEREPONSE=00000"), "{answer}");
    field(&answer, "STATUS").unwrap()
}

async fn age(world: &World, line: &Value) {
    let path = format!("/sandbox/api/transactions/{}/age", number(line));
    world.post_api(&path, json!({ "days": 1 })).await;
}

/// 39 euros by voucher and 3 by card; reserved only, where the shop captures later.
async fn mixed(world: &World, reserved: bool) -> Vec<Value> {
    let mut call = world.call_for("CMD1", 4200, "APETIZ");
    if reserved {
        put(&mut call, "PBX_AUTOSEULE", "O");
    }
    world.pay_mixed(call).await
}

#[tokio::test]
async fn what_is_reserved_is_captured_once_and_the_capture_has_a_number_of_its_own() {
    let world = world().await;
    let books = mixed(&world, true).await;
    let (voucher, card) = (&books[0], &books[1]);
    assert_eq!(status(&world, card).await, "Autorisé");
    assert_eq!(code(&world, "00002", card, 301).await, "00011");
    let answer = ask(&world, "00002", card, 300, number(card)).await;
    assert!(answer.contains("CODEREPONSE=00000"), "{answer}");
    let own: u64 = field(&answer, "NUMTRANS").unwrap().parse().unwrap();
    assert_ne!(own, number(card));
    assert_eq!(status(&world, card).await, "Capturé");
    assert_eq!(code(&world, "00002", card, 300).await, "00018");
    // A voucher captured in part, found by either number and either amount.
    assert_eq!(code(&world, "00002", voucher, 1000).await, "00000");
    assert_eq!(status(&world, voucher).await, "Capturé");
    let acts = world.books().await[1]["acts"].clone();
    assert_eq!(
        (&acts[0]["numtrans"], &acts[0]["type"]),
        (&json!(own), &json!("00002"))
    );
    let by_capture = ask(&world, "00017", card, 300, own).await;
    assert_eq!(field(&by_capture, "NUMTRANS"), Some(own.to_string()));
    assert_eq!(field(&by_capture, "STATUS").as_deref(), Some("Capturé"));
}

#[tokio::test]
async fn a_card_is_cancelled_before_the_night_and_a_voucher_never() {
    let world = world().await;
    let books = mixed(&world, false).await;
    let (voucher, card) = (&books[0], &books[1]);
    assert_eq!(code(&world, "00005", voucher, 3900).await, "00009");
    assert_eq!(code(&world, "00005", card, 299).await, "00011");
    assert_eq!(code(&world, "00005", card, 300).await, "00000");
    assert_eq!(status(&world, card).await, "Annulé");
    assert_eq!(code(&world, "00005", card, 300).await, "00018");
    let late = world.open(world.call_for("CMD2", 4200, "CB")).await;
    world.card(&late, "1111222233330000").await;
    let late = world.books().await[2].clone();
    age(&world, &late).await;
    assert_eq!(code(&world, "00005", &late, 4200).await, "00018");
}

#[tokio::test]
async fn a_refund_is_possible_from_the_next_day_in_parts_and_never_above_what_was_taken() {
    let world = world().await;
    let books = mixed(&world, false).await;
    let (voucher, card) = (&books[0], &books[1]);
    assert_eq!(code(&world, "00014", card, 300).await, "00015");
    for line in [voucher, card] {
        age(&world, line).await;
    }
    assert_eq!(code(&world, "00014", card, 200).await, "00000");
    assert_eq!(status(&world, card).await, "Remboursé");
    assert_eq!(code(&world, "00014", card, 101).await, "00011");
    assert_eq!(code(&world, "00014", card, 100).await, "00000");
    assert_eq!(code(&world, "00014", card, 1).await, "00011");
    assert_eq!(code(&world, "00014", voucher, 3900).await, "00000");
    assert_eq!(code(&world, "00005", card, 300).await, "00018");
}

#[tokio::test]
async fn a_question_is_lost_before_the_act_and_an_answer_after_it() {
    let world = world().await;
    let books = mixed(&world, true).await;
    let lost = async |switch: &str, line: &Value| {
        world
            .post_api("/sandbox/api/faults", json!({ switch: true }))
            .await;
        let sent = world.try_ppps(&question("00002", line)).await;
        world
            .post_api("/sandbox/api/faults", json!({ switch: false }))
            .await;
        assert!(sent.is_none());
    };
    lost("ppps_request_lost", &books[0]).await;
    assert_eq!(status(&world, &books[0]).await, "Autorisé");
    lost("ppps_answer_lost", &books[1]).await;
    assert_eq!(status(&world, &books[1]).await, "Capturé");
}
