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
    let (_, id) = paid(&stack, &card).await;
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
    let name = stack.cards(&web(&stack, SHOPPER, 2500).await).await[0]["card"].clone();
    let name = name.as_str().unwrap();
    let line = format!("{month}  ••••4242  shop demo, shopper {SHOPPER}  card {name}\n");
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

/// What `guichet moneris` says of it: status, text, errors.
async fn staff(stack: &Stack, more: &[&str]) -> (i32, String, String) {
    let config = stack.config();
    let begin = ["moneris", more[0], "--config", config.to_str().unwrap()];
    stack.guichet(&[&begin[..], &more[1..]].concat()).await
}

#[tokio::test]
async fn staff_give_back_to_verify_and_change_a_saved_card_and_never_beyond_their_ceiling() {
    let stack = Stack::start(StackOptions {
        moneris_lines: "saved_cards = true\nindependent_refund_max = 5000".to_owned(),
        ..options()
    })
    .await;
    let card = stack.save_at_counter(SHOPPER).await;
    let why = "returned at the counter";
    let refund = |amount: &'static str| {
        let card = card.as_str();
        [
            "res_ind_refund_cc",
            "--card",
            card,
            "--amount",
            amount,
            "--reason",
            why,
        ]
    };
    let (status, _, errors) = staff(&stack, &refund("5001")).await;
    assert_eq!(status, 2);
    assert!(
        errors.contains("more than independent_refund_max, 5000 cents"),
        "{errors}"
    );
    let dry = [&refund("500")[..], &["--dry-run"]].concat();
    let (status, told, errors) = staff(&stack, &dry).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("<amount>5.00</amount>"), "{told}");
    for profile in stack.gateway("profiles").await {
        assert!(!told.contains(profile["key"].as_str().unwrap()), "{told}");
    }
    assert!(transactions(&stack, "res_ind_refund_cc").await.is_empty());
    let (status, told, errors) = staff(&stack, &refund("500")).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.starts_with("done\n"), "{told}");
    // Its answer is lost: it is asked about, and given once.
    stack
        .break_moneris(json!({ "gateway_answer_lost": 1 }))
        .await;
    let (status, told, errors) = staff(&stack, &refund("700")).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("7.00"), "{told}");
    stack.mend_moneris().await;
    let given = transactions(&stack, "res_ind_refund_cc").await;
    let amounts: Vec<_> = given.iter().map(|own| own["amount"].clone()).collect();
    assert_eq!(amounts, [json!(500), json!(700)]);
    // A part of an address is none that can be compared.
    let verify = ["res_card_verification_cc", "--card", &card];
    let part = [&verify[..], &["--street-number", "1200"]].concat();
    let (status, _, errors) = staff(&stack, &part).await;
    assert_eq!(status, 2);
    assert!(errors.contains("whole or not at all"), "{errors}");
    let whole = [
        "--street-number",
        "1200",
        "--street-name",
        "Sainte-Catherine",
    ];
    let whole = [&verify[..], &whole[..], &["--postal-code", "H3B 1K1"]].concat();
    let (status, told, errors) = staff(&stack, &whole).await;
    assert_eq!(status, 0, "{errors}");
    assert!(
        told.contains("street and postal code are the card's"),
        "{told}"
    );
    let verified = transactions(&stack, "res_card_verification_cc").await;
    assert_eq!(verified[0]["address"][2], json!(["avs_zipcode", "H3B1K1"]));
    let update = ["res_update_cc", "--card", &card, "--expires", "3107"];
    let (status, _, errors) = staff(&stack, &update).await;
    assert_eq!(status, 0, "{errors}");
    let checkout = web(&stack, SHOPPER, 2500).await;
    assert_eq!(stack.cards(&checkout).await[0]["expires"], "2031-07");
}

#[tokio::test]
async fn a_temporary_token_becomes_a_card_that_pays_the_next_order() {
    let stack = stack().await;
    let add = ["res_add_token", "--token", "ot-Xy12", "--expires", "3107"];
    let (status, _, errors) = staff(&stack, &add).await;
    assert_eq!(status, 2);
    assert!(errors.contains("needs --shopper"), "{errors}");
    let whose = ["--shop", "demo", "--shopper", SHOPPER];
    let (status, told, errors) = staff(&stack, &[&add[..], &whose].concat()).await;
    assert_eq!(status, 0, "{errors}");
    let checkout = web(&stack, SHOPPER, 2500).await;
    let card = stack.cards(&checkout).await[0]["card"].clone();
    let card = card.as_str().unwrap().to_owned();
    assert!(told.contains(&card), "{told}");
    stack.pay_by_vault(&checkout, &card).await.expect(201);
    stack.wait_status(&checkout, "paid").await;
}

/// Moneris Go guide, 8: the gateway takes the terminal's own order and transaction.
#[tokio::test]
async fn what_a_terminal_reserved_is_taken_or_let_go_by_the_gateway_with_the_terminal_off() {
    let stack = Stack::start(StackOptions {
        moneris_lines: "saved_cards = true\ngateway_captures = true".to_owned(),
        ..options()
    })
    .await;
    let mut reserved = Vec::new();
    for _ in 0..2 {
        let more = json!({ "terminal": "counter", "capture": "manual" });
        let checkout = stack.cad_session_of(SHOPPER, 1110, more).await;
        let payment = stack.start_at_terminal(&checkout).await;
        stack.at_terminal(COUNTER, json!({ "do": "insert" })).await;
        stack.wait_status(&checkout, "authorised").await;
        reserved.push((checkout, payment));
    }
    stack.power_terminal(COUNTER, false).await;
    let (checkout, payment) = &reserved[0];
    let part = json!({ "amount": 1000, "give_up": true });
    let told = stack.instruct(payment, "captures", part).await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(checkout, payment).await, [0, 1000, 0, 110]);
    let done = transactions(&stack, "completion").await;
    assert_eq!((done.len(), &done[0]["amount"]), (1, &json!(1000)));
    let at_terminal = &stack.commands_at(COUNTER).await[0];
    assert_eq!(done[0]["follows"], at_terminal["end"]["transaction"]);
    // What it left is reserved anew, by staff.
    let (order, number) = (&at_terminal["order"], &at_terminal["end"]["transaction"]);
    let again = |amount: &'static str| {
        let (order, number) = (order.as_str().unwrap(), number.as_str().unwrap());
        let of = [
            "reauth",
            "--order",
            order,
            "--transaction",
            number,
            "--amount",
            amount,
        ];
        [&of[..], &["--reason", "the second parcel"]].concat()
    };
    let (status, told, _) = staff(&stack, &again("111")).await;
    assert_eq!(status, 1, "more than is left: {told}");
    let (status, told, errors) = staff(&stack, &again("110")).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("1.10"), "{told}");
    // Of nothing, a completion lets go what is reserved.
    let (checkout, payment) = &reserved[1];
    let told = stack.instruct(payment, "cancellations", json!({})).await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(checkout, payment).await, [0, 0, 0, 1110]);
    let done = transactions(&stack, "completion").await;
    assert_eq!((done.len(), &done[1]["amount"]), (2, &json!(0)));
}

#[tokio::test]
async fn an_address_is_compared_where_the_account_says_so_and_decides_nothing() {
    let stack = Stack::start(StackOptions {
        moneris_lines: "saved_cards = true\ncompare_address = true".to_owned(),
        ..options()
    })
    .await;
    let card = stack.save_at_counter(SHOPPER).await;
    let home = json!({ "line1": "1200 rue Sainte-Catherine Ouest", "postal_code": "H3B 1K1",
        "city": "Montréal", "country": "CA" });
    let nowhere = json!({ "line1": "rue sans numéro", "city": "Montréal", "country": "CA" });
    for (address, sent, code) in [(&home, 3, "027/AVS N"), (&nowhere, 0, "027")] {
        let shopper = json!({ "id": SHOPPER, "address": address });
        let checkout = stack
            .cad_session_of(SHOPPER, 1017, json!({ "shopper": shopper }))
            .await;
        stack.pay_by_vault(&checkout, &card).await.expect(201);
        stack.wait_status(&checkout, "paid").await;
        let ordered = transactions(&stack, "res_purchase_cc").await;
        let address = ordered.last().unwrap()["address"].as_array().unwrap().len();
        assert_eq!(address, sent);
        let payment = only(&stack, &checkout).await;
        assert_eq!(payment["parts"][0]["code"], code, "{payment}");
    }
}

/// Cents .91 to .98: the bank takes its time.
#[tokio::test]
async fn an_order_that_the_bank_is_slow_about_is_paid_once() {
    let stack = stack().await;
    let card = stack.save_at_counter(SHOPPER).await;
    stack
        .break_moneris(json!({ "gateway_slow_ms": 1500 }))
        .await;
    let checkout = web(&stack, SHOPPER, 591).await;
    stack.pay_by_vault(&checkout, &card).await.expect(201);
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(transactions(&stack, "res_purchase_cc").await.len(), 1);
}

/// The wish outlives a lost answer: what is to be added stands in the books.
#[tokio::test]
async fn a_card_whose_answer_was_lost_is_added_when_the_shopper_comes_back() {
    let stack = stack().await;
    let lost = json!({ "gateway_answer_lost": 1 });
    stack.break_moneris(lost).await;
    stack.pay_at_counter(SHOPPER, "tap").await;
    stack.logged(&["its card is not saved"]).await;
    let next = web(&stack, SHOPPER, 2500).await;
    let card = until("the card to be added", || async {
        // The shopper's list may not be asked for as often as a test would.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let cards = stack.cards(&next).await;
        Some(cards.first()?["card"].as_str()?.to_owned())
    })
    .await;
    // One profile more than is known, which nothing pays with.
    assert_eq!(stack.gateway("profiles").await.len(), 2);
    assert_eq!(stack.cards(&next).await.len(), 1);
    stack.pay_by_vault(&next, &card).await.expect(201);
    stack.wait_status(&next, "paid").await;
    // Of another shopper's lost answer nobody has anything.
    let stranger = web(&stack, "client-43", 2500).await;
    assert_eq!(stack.cards(&stranger).await, Vec::<Value>::new());
}
