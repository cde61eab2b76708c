//! Cards that were presented on the counter's terminal and pay on the web: saved where the shopper
//! said so, listed, paid with by the shopper and by the shop's server, removed.

use serde_json::{Value, json};

use crate::support::{
    COUNTER, Checkout, DEMO_SHOP_KEY, OTHER_SHOP_KEY, Stack, StackOptions, fresh_key, until,
};

const SHOPPER: &str = "canary-client-7Hd2Pq9";

fn options() -> StackOptions {
    StackOptions {
        moneris: true,
        moneris_lines: "saved_cards = true\nresend_seconds = 1".to_owned(),
        one_click: true,
        log: "trace",
        ..StackOptions::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// The web shop's session of a shopper.
async fn web(stack: &Stack, shopper: &str, amount: u64) -> Checkout {
    stack.cad_session_of(shopper, amount, json!({})).await
}

async fn offered(stack: &Stack, checkout: &Checkout) -> Vec<Value> {
    let session = stack.checkout_session(checkout).await.expect(200).json();
    session["methods"].as_array().unwrap().clone()
}

async fn only(stack: &Stack, checkout: &Checkout) -> Value {
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["payments"].as_array().unwrap().len(), 1, "{truth}");
    truth["payments"][0].clone()
}

/// An order of 25.00 that the card has paid on the web, and its payment.
async fn paid(stack: &Stack, card: &str) -> (Checkout, String) {
    let checkout = web(stack, SHOPPER, 2500).await;
    stack.pay_by_vault(&checkout, card).await.expect(201);
    stack.wait_status(&checkout, "paid").await;
    let payment = only(stack, &checkout).await;
    (checkout, payment["id"].as_str().unwrap().to_owned())
}

/// The gateway's transactions of that element.
async fn transactions(stack: &Stack, name: &str) -> Vec<Value> {
    let all = stack.gateway("transactions").await.into_iter();
    all.filter(|own| own["name"] == name).collect()
}

#[tokio::test]
async fn the_card_of_the_counter_pays_the_next_order_on_the_web_and_is_removed() {
    let stack = stack().await;
    // Nobody has one yet: nothing that only a saved card pays is on offer.
    let before = web(&stack, SHOPPER, 2500).await;
    assert_eq!(offered(&stack, &before).await, Vec::<Value>::new());
    let card = stack.save_at_counter(SHOPPER).await;
    let checkout = web(&stack, SHOPPER, 2500).await;
    let methods = offered(&stack, &checkout).await;
    assert_eq!(methods.len(), 1, "{methods:?}");
    assert_eq!(methods[0]["method"], "moneris_vault");
    assert_eq!(
        (
            &methods[0]["saved_cards"],
            &methods[0]["saved_only"],
            methods[0].get("can_save")
        ),
        (&json!(true), &json!(true), None)
    );
    let cards = stack.cards(&checkout).await;
    assert_eq!(cards.len(), 1, "{cards:?}");
    assert_eq!(
        (
            &cards[0]["brand"],
            &cards[0]["last_digits"],
            &cards[0]["expires"]
        ),
        (&json!("VISA"), &json!("4242"), &json!("2030-12"))
    );
    let started = stack.pay_by_vault(&checkout, &card).await.expect(201);
    assert_eq!(started.json()["next_action"]["type"], "wait");
    stack.wait_status(&checkout, "paid").await;
    let payment = only(&stack, &checkout).await;
    assert_eq!(
        (&payment["accepted"], &payment["attention"]),
        (&json!(2500), &json!([]))
    );
    // The shopper is there; the issuer's name of the first payment goes along.
    let ordered = transactions(&stack, "res_purchase_cc").await;
    assert_eq!(ordered.len(), 1, "{ordered:?}");
    let expected = json!([
        ["payment_indicator", "Z"],
        ["payment_information", "2"],
        ["issuer_id", "355689484440192"],
    ]);
    assert_eq!(ordered[0]["on_file"], expected);
    // Once more tapped and saved, it is there once.
    stack.pay_at_counter(SHOPPER, "tap").await;
    let next = web(&stack, SHOPPER, 2500).await;
    let deleted = until("the second profile to be gone", || async {
        let calls = stack.gateway("calls").await;
        calls
            .iter()
            .any(|call| call["name"] == "res_delete")
            .then_some(())
    });
    deleted.await;
    assert_eq!(stack.cards(&next).await.len(), 1);
    let removed = stack.delete_card_of(&next, "moneris_vault", &card).await;
    removed.expect(204);
    assert_eq!(stack.cards(&next).await, Vec::<Value>::new());
    assert_eq!(stack.gateway("profiles").await, Vec::<Value>::new());
    assert_eq!(
        offered(&stack, &web(&stack, SHOPPER, 2500).await).await,
        Vec::<Value>::new()
    );
    let gone = stack.pay_by_vault(&next, &card).await.expect(422).json();
    assert_eq!(gone["errors"][0]["field"], "card", "{gone}");
}

#[tokio::test]
async fn the_shops_server_pays_with_it_while_the_shopper_is_not_there() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    let checkout = web(&stack, SHOPPER, 2500).await;
    let body = json!({ "method": "moneris_vault", "card": card });
    let paid = stack
        .shop_pays(DEMO_SHOP_KEY, &checkout, &fresh_key(), &body)
        .await;
    paid.expect(201);
    stack.wait_status(&checkout, "paid").await;
    let ordered = transactions(&stack, "res_purchase_cc").await;
    assert_eq!(ordered[0]["on_file"][0], json!(["payment_indicator", "U"]));
}

#[tokio::test]
async fn a_card_is_saved_where_the_shopper_says_so_and_no_debit_card_or_offline_approval_is() {
    let stack = stack().await;
    let at = json!({ "terminal": "counter" });
    let counter = stack.cad_session_of(SHOPPER, 1110, at.clone()).await;
    let methods = offered(&stack, &counter).await;
    assert_eq!(methods[0]["can_save"], true, "{methods:?}");
    let unknown = stack.session_at("counter", 1110).await;
    assert_eq!(offered(&stack, &unknown).await[0].get("can_save"), None);
    // Nobody asked for it.
    stack.start_at_terminal(&counter).await;
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    stack.wait_status(&counter, "paid").await;
    for (act, why) in [
        (
            "interac",
            "no document of the platform tells of a token of a debit card",
        ),
        ("offline", "approved offline"),
    ] {
        stack.pay_at_counter(SHOPPER, act).await;
        stack.logged(&[why]).await;
    }
    let calls = stack.gateway("calls").await;
    assert!(calls.is_empty(), "{calls:?}");
    // What is refused saves nothing, and is told as any other refusal.
    stack.pay_at_counter(SHOPPER, "decline").await;
    assert!(stack.gateway("calls").await.is_empty());
}

#[tokio::test]
async fn a_card_of_the_counter_is_its_shoppers_alone() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    for shopper in ["client-43", "canary-client-7hd2pq9"] {
        let stranger = web(&stack, shopper, 2500).await;
        assert_eq!(stack.cards(&stranger).await, Vec::<Value>::new());
        // Nothing is on offer that it could pay by.
        assert!(stack.pay_by_vault(&stranger, &card).await.status >= 400);
        stack
            .delete_card_of(&stranger, "moneris_vault", &card)
            .await;
    }
    let elsewhere = stack.session_of_at(OTHER_SHOP_KEY, SHOPPER, 4200).await;
    let cards = stack.shop_cards(OTHER_SHOP_KEY, &elsewhere).await;
    assert_eq!(cards.expect(200).json()["cards"], json!([]));
    let own = web(&stack, SHOPPER, 2500).await;
    assert_eq!(stack.cards(&own).await.len(), 1);
    // Without a card nothing can be begun.
    let wish = json!({ "method": "moneris_vault" });
    let refused = stack.post_payment(&own, &fresh_key(), &wish).await;
    let refused = refused.expect(422).json();
    assert_eq!(refused["errors"][0]["field"], "card", "{refused}");
    assert!(transactions(&stack, "res_purchase_cc").await.is_empty());
}

#[tokio::test]
async fn what_the_bank_declines_is_refused_and_another_try_may_follow() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    for (amount, refusal) in [(551, "funds"), (954, "card_data"), (506, "issuer")] {
        let checkout = web(&stack, SHOPPER, amount).await;
        stack.pay_by_vault(&checkout, &card).await.expect(201);
        let status = stack.wait_status(&checkout, "refused").await;
        assert_eq!(status["payment"]["refusal"], refusal, "{amount} {status}");
        assert_eq!(status["can_pay"], true, "{status}");
    }
    // ISO says 08 beside an approval.
    let checkout = web(&stack, SHOPPER, 508).await;
    stack.pay_by_vault(&checkout, &card).await.expect(201);
    stack.wait_status(&checkout, "paid").await;
}

/// Whatever is lost: the order is looked up, and the gateway has it once.
#[tokio::test]
async fn an_order_whose_answer_is_lost_is_looked_up_and_never_sent_twice() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    for faults in [
        json!({ "gateway_answer_lost": 1 }),
        json!({ "gateway_timed_out": 1 }),
    ] {
        let before = transactions(&stack, "res_purchase_cc").await.len();
        stack.break_moneris(faults.clone()).await;
        let checkout = web(&stack, SHOPPER, 2500).await;
        stack.pay_by_vault(&checkout, &card).await.expect(201);
        stack.wait_status(&checkout, "paid").await;
        stack.mend_moneris().await;
        let payment = only(&stack, &checkout).await;
        assert_eq!(payment["accepted"], 2500, "{payment}");
        let ordered = transactions(&stack, "res_purchase_cc").await;
        assert_eq!(ordered.len(), before + 1, "{faults}");
        let calls = stack.gateway("calls").await.into_iter();
        let order = ordered.last().unwrap()["order"].clone();
        let sent = calls.filter(|call| call["order"] == order && call["asks"] == false);
        assert_eq!(sent.count(), 1, "{faults}");
    }
}

#[tokio::test]
async fn an_order_that_never_arrived_is_pending_and_not_sent_again() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    stack.break_moneris(json!({ "gateway_lost": 1 })).await;
    let checkout = web(&stack, SHOPPER, 2500).await;
    stack.pay_by_vault(&checkout, &card).await.expect(201);
    until("two questions", || async {
        let calls = stack.gateway("calls").await.into_iter();
        (calls.filter(|call| call["asks"] == true).count() >= 2).then_some(())
    })
    .await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    assert!(transactions(&stack, "res_purchase_cc").await.is_empty());
}

#[tokio::test]
async fn the_answer_to_another_order_or_amount_pays_nothing() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    for fault in ["gateway_altered_order", "gateway_altered_amount"] {
        stack.break_moneris(json!({ fault: true })).await;
        let checkout = web(&stack, SHOPPER, 2500).await;
        stack.pay_by_vault(&checkout, &card).await.expect(201);
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "pending", "{fault} {status}");
        // Once it tells the truth, it is paid.
        stack.mend_moneris().await;
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn what_was_paid_is_captured_cancelled_and_given_back_through_the_gateway() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    // Given back in two parts.
    let (checkout, id) = paid(&stack, &card).await;
    for amount in [1000, 1500] {
        let told = stack
            .instruct(&id, "refunds", json!({ "amount": amount }))
            .await;
        stack.wait_instruction(&told, "done").await;
    }
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 2500, 2500, 0]);
    // Cancelled the same day; later it can only be given back.
    let (checkout, id) = paid(&stack, &card).await;
    let told = stack.instruct(&id, "cancellations", json!({})).await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 0, 0, 2500]);
    let late = web(&stack, SHOPPER, 2500).await;
    stack.pay_by_vault(&late, &card).await.expect(201);
    stack.wait_status(&late, "paid").await;
    stack.close_batch().await;
    let id = only(&stack, &late).await["id"].as_str().unwrap().to_owned();
    let told = stack.instruct(&id, "cancellations", json!({})).await;
    stack.wait_instruction(&told, "refused").await;
    assert_eq!(stack.balance_of(&late, &id).await, [0, 2500, 0, 0]);
    // Reserved first: captured in part, or let go.
    for (kind, body, balance) in [
        (
            "captures",
            json!({ "amount": 2000, "give_up": true }),
            [0, 2000, 0, 500],
        ),
        ("cancellations", json!({}), [0, 0, 0, 2500]),
    ] {
        let manual = json!({ "capture": "manual" });
        let checkout = stack.cad_session_of(SHOPPER, 2500, manual).await;
        stack.pay_by_vault(&checkout, &card).await.expect(201);
        stack.wait_status(&checkout, "authorised").await;
        let id = only(&stack, &checkout).await["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let told = stack.instruct(&id, kind, body).await;
        stack.wait_instruction(&told, "done").await;
        assert_eq!(stack.balance_of(&checkout, &id).await, balance, "{kind}");
        if kind == "captures" {
            let told = stack
                .instruct(&id, "refunds", json!({ "amount": 500 }))
                .await;
            stack.wait_instruction(&told, "done").await;
        }
    }
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_found_and_given_once() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    let (checkout, id) = paid(&stack, &card).await;
    stack
        .break_moneris(json!({ "gateway_answer_lost": 1 }))
        .await;
    let told = stack
        .instruct(&id, "refunds", json!({ "amount": 1000 }))
        .await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(transactions(&stack, "refund").await.len(), 1);
}

#[tokio::test]
async fn the_operator_lists_the_cards_that_expire_and_whose_they_are() {
    let stack = stack().await;
    stack.save_at_counter(SHOPPER).await;
    let config = stack.config();
    let expiring = ["moneris", "expiring", "--config", config.to_str().unwrap()];
    let (status, told, errors) = stack.guichet(&expiring).await;
    assert_eq!(
        (status, told.as_str()),
        (0, "no saved card expires this month or the next\n"),
        "{errors}"
    );
    let month = stack.cards_expire("").await;
    let (status, told, errors) = stack.guichet(&expiring).await;
    assert_eq!(status, 0, "{errors}");
    let month = format!("20{}-{}", &month[..2], &month[2..]);
    let line = format!("{month}  ••••4242  shop demo, shopper {SHOPPER}\n");
    assert_eq!(told, line);
    let (status, _, errors) = stack
        .guichet(&[&expiring[..], &["--amount", "5"]].concat())
        .await;
    assert_eq!(status, 2);
    assert!(errors.contains("takes no --amount"), "{errors}");
    // One that has expired is not offered.
    stack.cards_expire("2601").await;
    let checkout = web(&stack, SHOPPER, 2500).await;
    assert_eq!(stack.cards(&checkout).await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_pays_with_a_card_of_the_counter_is_told_to_nobody() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    let checkout = web(&stack, SHOPPER, 2500).await;
    let cards = stack.get_cards(&checkout).await.expect(200).text();
    let started = stack
        .pay_by_vault(&checkout, &card)
        .await
        .expect(201)
        .text();
    stack.wait_status(&checkout, "paid").await;
    let profiles = stack.gateway("profiles").await;
    let key = profiles[0]["key"].as_str().unwrap();
    let session = stack.checkout_session(&checkout).await.expect(200).text();
    let truth = stack.truth(&checkout).await.to_string();
    for told in [&started, &session, &cards, &truth, &stack.backend_log()] {
        assert!(!told.contains(key), "{told}");
    }
    // The shop's own name of the shopper stays here, and the card's number never came.
    let books = stack.moneris_books().await;
    assert!(!books["gateway"].to_string().contains(SHOPPER), "{books}");
}

#[tokio::test]
async fn without_saved_cards_in_the_accounts_table_nothing_of_it_is_there() {
    let stack = Stack::start(StackOptions {
        moneris: true,
        one_click: true,
        ..StackOptions::default()
    })
    .await;
    let at = json!({ "terminal": "counter" });
    let checkout = stack.cad_session_of(SHOPPER, 1110, at).await;
    let methods = offered(&stack, &checkout).await;
    assert_eq!(
        (methods.len(), methods[0].get("can_save")),
        (1, None),
        "{methods:?}"
    );
    let wish = json!({ "method": "moneris_terminal", "save": true });
    let refused = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    refused.expect(422);
}
