//! What a shop has done with money: captured, cancelled, given back; once, and what is known not to
//! be possible before any call.

use serde_json::{Value, json};

use crate::support::{
    CARD, CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, OTHER_SHOP_KEY, Stack, StackOptions, Started,
    fresh_key, until,
};

/// The meal voucher that is three euros short.
const SHORT: &str = "9999000000000003";

/// 39 euros by voucher and 3 by card.
async fn mixed(stack: &Stack, order: Value) -> (Checkout, Started) {
    let checkout = stack.session_with(4200, order).await;
    let (started, back) = stack
        .pay_by_voucher(&checkout, "apetiz", SHORT, Some(CARD))
        .await;
    stack.come_back(&back).await;
    let settled = |truth: &Value| truth["settled_by"] == started.payment;
    stack.wait_truth(&checkout, "the payment", settled).await;
    (checkout, started)
}

/// The number of the part of that kind.
async fn part(stack: &Stack, checkout: &Checkout, kind: &str) -> String {
    let truth = stack.truth(checkout).await;
    let mut parts = truth["payments"][0]["parts"].as_array().unwrap().iter();
    let part = parts.find(|part| part["kind"] == kind).unwrap();
    part["transaction"].as_str().unwrap().to_owned()
}

/// Parts and amounts of what is done, or would be.
fn lines(told: &Value) -> Vec<(&str, u64)> {
    let operations = told["operations"].as_array().unwrap().iter();
    let line = |one: &'_ Value| one["amount"].as_u64().unwrap();
    operations
        .map(|one| (one["kind"].as_str().unwrap(), line(one)))
        .collect()
}

/// A capture while the platform is like this: nobody knows what became of it.
async fn capture_amid(stack: &Stack, started: &Started, faults: Value) -> Value {
    stack.faults(faults).await;
    let told = stack
        .instruct(&started.payment, "captures", json!({}))
        .await;
    assert_eq!(told["status"], "unknown", "{told}");
    told
}

#[tokio::test]
async fn what_is_reserved_is_captured_and_then_paid() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    assert_eq!(stack.balance(&checkout, &started).await, [4200, 0, 0, 0]);
    let body = json!({ "reason": "expédiée le 3" });
    let told = stack.instruct(&started.payment, "captures", body).await;
    assert_eq!(
        (
            &told["status"],
            &told["amount"],
            &told["done"],
            &told["reason"],
            &told["by"]
        ),
        (
            &json!("done"),
            &json!(4200),
            &json!(4200),
            &json!("expédiée le 3"),
            &json!("shop")
        )
    );
    // The platform gave it a number of its own.
    let own = &told["operations"][0];
    let line = &stack.platform_books(started.reference()).await[0];
    assert_eq!(own["transaction"], line["acts"][0]["numtrans"].to_string());
    assert_eq!(own["part"], line["numtrans"].to_string());
    assert_eq!(line["status"], "Capturé");
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        (&truth["status"], &truth["payments"][0]["money"]),
        (&json!("paid"), &json!("paid"))
    );
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    // Told again, alone and in the list.
    let path = format!("captures/{}", told["id"].as_str().unwrap());
    let again = stack.read_operation(&started.payment, &path).await;
    assert_eq!(again.expect(200).json(), told);
    let list = stack.read_operation(&started.payment, "captures").await;
    assert_eq!(list.expect(200).json(), json!({ "instructions": [told] }));
    let refunds = stack.read_operation(&started.payment, "refunds").await;
    assert_eq!(refunds.expect(200).json(), json!({ "instructions": [] }));
    // Once.
    let twice = stack.operate(&started.payment, "captures", json!({})).await;
    let problem = twice.problem(409, "operation_not_possible");
    assert!(
        problem["detail"].as_str().unwrap().contains("taken before"),
        "{problem}"
    );
    assert_eq!(stack.platform_acts(started.reference()).await.len(), 1);
}

#[tokio::test]
async fn a_capture_in_part_says_beforehand_what_of_a_voucher_is_given_up() {
    let stack = Stack::usual().await;
    let (checkout, started) = mixed(&stack, json!({ "capture": "manual" })).await;
    let wish = json!({ "amount": 1000 });
    let preview = stack
        .operate(&started.payment, "captures?preview=true", wish.clone())
        .await;
    let preview = preview.expect(200).json();
    assert_eq!(lines(&preview), [("voucher", 1000)]);
    assert_eq!(
        (&preview["gives_up"], &preview["amount"]),
        (&json!(2900), &json!(1000))
    );
    let refused = stack.operate(&started.payment, "captures", wish).await;
    let problem = refused.problem(409, "operation_gives_up");
    assert!(
        problem["detail"].as_str().unwrap().contains("2900 cents"),
        "{problem}"
    );
    assert!(stack.platform_acts(started.reference()).await.is_empty());
    let wish = json!({ "amount": 1000, "give_up": true });
    let told = stack.instruct(&started.payment, "captures", wish).await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(
        stack.balance(&checkout, &started).await,
        [300, 1000, 0, 2900]
    );
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(acts, [("00002".to_owned(), 1000)]);
    assert_eq!(stack.truth(&checkout).await["status"], "authorised");
}

#[tokio::test]
async fn what_is_cancelled_is_let_go_and_its_session_is_not_freed() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    let half = stack
        .operate(&started.payment, "cancellations", json!({ "amount": 2000 }))
        .await;
    half.problem(409, "operation_not_possible");
    let told = stack
        .instruct(&started.payment, "cancellations", json!({}))
        .await;
    assert_eq!(told["status"], "done");
    assert_eq!(
        stack.platform_books(started.reference()).await[0]["status"],
        "Annulé"
    );
    assert_eq!(stack.balance(&checkout, &started).await, [0, 0, 0, 4200]);
    let capture = stack.operate(&started.payment, "captures", json!({})).await;
    capture.problem(409, "operation_not_possible");
    // The order was settled once, and is not paid a second time by the same session.
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["settled_by"], started.payment);
    assert_eq!(truth["status"], "authorised");
    let body = json!({ "method": "card" });
    let again = stack.post_payment(&checkout, &fresh_key(), &body).await;
    again.problem(409, "session_paid");
}

#[tokio::test]
async fn a_refund_waits_for_the_next_day_and_goes_back_in_parts() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.paid_session(4200).await;
    let early = stack
        .instruct(&started.payment, "refunds", json!({ "amount": 1000 }))
        .await;
    assert_eq!(early["status"], "pending", "{early}");
    let why = early["operations"][0]["why"].as_str().unwrap();
    assert!(why.contains("next day"), "{early}");
    assert!(stack.platform_acts(started.reference()).await.is_empty());
    // Not before tomorrow: nobody waits for that at the command line.
    let again = early["operations"][0]["again_at"].as_i64().unwrap();
    assert!(again > early["created_at"].as_i64().unwrap(), "{early}");
    stack.next_day(&started).await;
    stack.let_operations_go(&started.payment).await;
    let one = format!("refunds/{}", early["id"].as_str().unwrap());
    until("the refund of the day before", || async {
        let stands = stack.read_operation(&started.payment, &one).await;
        (stands.expect(200).json()["status"] == "done").then_some(())
    })
    .await;
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 1000, 0]);
    for (minor, given_back) in [(1200, 2200), (2000, 4200)] {
        let told = stack
            .instruct(&started.payment, "refunds", json!({ "amount": minor }))
            .await;
        assert_eq!(told["status"], "done");
        assert_eq!(
            stack.balance(&checkout, &started).await,
            [0, 4200, given_back, 0]
        );
    }
    let more = stack
        .operate(&started.payment, "refunds", json!({ "amount": 1 }))
        .await;
    more.problem(409, "operation_not_possible");
    assert_eq!(stack.truth(&checkout).await["status"], "paid");
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(
        acts,
        [1000, 1200, 2000].map(|minor| ("00014".to_owned(), minor))
    );
}

#[tokio::test]
async fn nobody_waits_at_the_command_line_for_a_refund_of_the_next_day() {
    let stack = Stack::usual().await;
    let (_, started) = stack.paid_session(4200).await;
    let begun = std::time::Instant::now();
    let args = ["payments", "refund", &started.payment, "--amount", "100"];
    let (status, told, errors) = stack.guichet(&args).await;
    // What may still be done soon is waited for a minute.
    assert!(begun.elapsed().as_secs() < 50, "{:?}", begun.elapsed());
    assert_eq!(status, 3, "{told}{errors}");
    assert!(told.contains("next day"), "{told}");
}

#[tokio::test]
async fn a_mixed_orders_refund_is_planned_by_part_and_no_voucher_goes_onto_the_card() {
    let stack = Stack::usual().await;
    let (checkout, started) = mixed(&stack, json!({})).await;
    stack.next_day(&started).await;
    let preview = stack
        .operate(&started.payment, "refunds?preview=true", json!({}))
        .await;
    let preview = preview.expect(200).json();
    assert_eq!(lines(&preview), [("complement", 300)]);
    let left_out = &preview["left_out"][0];
    assert_eq!(
        (&left_out["kind"], &left_out["brand"], &left_out["amount"]),
        (&json!("voucher"), &json!("APETIZ"), &json!(3900))
    );
    assert!(
        left_out["why"].as_str().unwrap().contains("conecs_refunds"),
        "{preview}"
    );
    let too_much = stack
        .operate(&started.payment, "refunds", json!({ "amount": 301 }))
        .await;
    let problem = too_much.problem(409, "operation_not_possible");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
    let complement = part(&stack, &checkout, "complement").await;
    let named = json!({ "parts": [{ "part": complement, "amount": 301 }] });
    let too_much = stack.operate(&started.payment, "refunds", named).await;
    too_much.problem(409, "operation_not_possible");
    assert!(stack.platform_acts(started.reference()).await.is_empty());
    let told = stack.instruct(&started.payment, "refunds", json!({})).await;
    assert_eq!(
        (&told["status"], &told["done"]),
        (&json!("done"), &json!(300))
    );
    assert_eq!(told["left_out"], preview["left_out"]);
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 300, 0]);
}

#[tokio::test]
async fn where_the_account_allows_it_a_meal_voucher_is_given_back_to_itself() {
    let stack = Stack::start(StackOptions {
        account_lines: "conecs_refunds = true".into(),
        ..Default::default()
    })
    .await;
    let (checkout, started) = mixed(&stack, json!({})).await;
    stack.next_day(&started).await;
    let told = stack
        .instruct(&started.payment, "refunds", json!({ "amount": 1000 }))
        .await;
    assert_eq!(lines(&told), [("complement", 300), ("voucher", 700)]);
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 1000, 0]);
    let mut acts = stack.platform_acts(started.reference()).await;
    acts.sort_unstable();
    assert_eq!(acts, [("00014".to_owned(), 300), ("00014".to_owned(), 700)]);
}

#[tokio::test]
async fn a_double_press_with_one_key_is_one_refund() {
    let stack = Stack::usual().await;
    let (_, started) = stack.paid_session(4200).await;
    stack.next_day(&started).await;
    stack.faults(json!({ "slow_ms": 300 })).await;
    let (key, body) = (fresh_key(), json!({ "amount": 1000 }));
    let press = || {
        let request =
            stack.operation_request(DEMO_SHOP_KEY, &started.payment, "refunds", &key, &body);
        stack.http.send(request)
    };
    let (one, two) = tokio::join!(press(), press());
    let (done, other) = if one.status == 201 {
        (one, two)
    } else {
        (two, one)
    };
    let told = done.expect(201).json();
    assert!(
        other.status == 201 || other.status == 409,
        "{}",
        other.text()
    );
    let again = press().await.expect(201).json();
    assert_eq!(again, told);
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(acts, [("00014".to_owned(), 1000)]);
    let other = json!({ "amount": 1001 });
    let request = stack.operation_request(DEMO_SHOP_KEY, &started.payment, "refunds", &key, &other);
    stack
        .http
        .send(request)
        .await
        .problem(422, "idempotency_key_reused");
    // Another key on the same part while the first is not over.
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (key, body) = (fresh_key(), json!({ "amount": 3200 }));
        let request =
            stack.operation_request(DEMO_SHOP_KEY, &started.payment, "refunds", &key, &body);
        presses.spawn(request.send());
    }
    let answers = presses.join_all().await.into_iter();
    let mut statuses: Vec<_> = answers
        .map(|answer| answer.unwrap().status().as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    assert_eq!(stack.platform_acts(started.reference()).await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_up_and_the_platform_sees_one_of_it() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    // Done, and the answer lost.
    let told = capture_amid(&stack, &started, json!({ "ppps_answer_lost": true })).await;
    let second = stack
        .operate(&started.payment, "cancellations", json!({}))
        .await;
    second.problem(409, "operation_in_flight");
    stack.no_faults().await;
    let done = stack.wait_instruction(&told, "done").await;
    // It was only asked about: its own numbers are not known.
    assert_eq!(done["operations"][0]["transaction"], Value::Null);
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    assert_eq!(stack.platform_acts(started.reference()).await.len(), 1);

    // Lost on its way there: asked about, and then sent again.
    let (_, started) = stack.reserved_session(2000).await;
    let told = capture_amid(&stack, &started, json!({ "ppps_request_lost": true })).await;
    stack.no_faults().await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(
        stack.platform_acts(started.reference()).await,
        [("00002".to_owned(), 2000)]
    );
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn a_backend_killed_in_the_middle_takes_it_up_after_its_restart() {
    let mut stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    stack.faults(json!({ "ppps_answer_late_ms": 20_000 })).await;
    let (key, body) = (fresh_key(), json!({}));
    let request = stack.operation_request(DEMO_SHOP_KEY, &started.payment, "captures", &key, &body);
    let asking = tokio::spawn(request.send());
    until("the platform's act", || async {
        let acts = stack.platform_acts(started.reference()).await;
        (!acts.is_empty()).then_some(())
    })
    .await;
    stack.kill_backend().await;
    assert!(asking.await.unwrap().is_err(), "nobody was answered");
    stack.no_faults().await;
    stack.start_backend().await;
    // The same request finds it, and nothing is sent a second time.
    let request = stack.operation_request(DEMO_SHOP_KEY, &started.payment, "captures", &key, &body);
    let told = stack.http.send(request).await.expect(201).json();
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(acts, [("00002".to_owned(), 4200)]);
}

#[tokio::test]
async fn a_platform_that_is_not_well_is_asked_before_anything_is_sent_again() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    // A platform that is not well may have done it: it is asked first.
    let told = capture_amid(&stack, &started, json!({ "ppps_down": true })).await;
    stack.no_faults().await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    assert_eq!(stack.platform_acts(started.reference()).await.len(), 1);
}

#[tokio::test]
async fn what_could_not_be_sent_is_sent_once_the_platform_is_reached() {
    let mut stack = Stack::start(StackOptions {
        secret_address: true,
        ..Default::default()
    })
    .await;
    let (checkout, started) = stack.reserved_session(4200).await;
    let reached = std::fs::read_to_string(stack.config()).unwrap();
    let lines = reached
        .lines()
        .map(|line| match line.starts_with("ppps_hosts") {
            // The port of "discard", where nobody listens.
            true => "ppps_hosts = [\"http://127.0.0.1:9\"]",
            false => line,
        });
    let unreached = lines.collect::<Vec<_>>().join("\n");
    stack.stop_backend().await;
    std::fs::write(stack.config(), unreached).unwrap();
    stack.start_backend().await;
    let told = stack
        .instruct(&started.payment, "captures", json!({}))
        .await;
    assert_eq!(
        (&told["status"], &told["done"]),
        (&json!("pending"), &json!(0))
    );
    stack.stop_backend().await;
    std::fs::write(stack.config(), reached).unwrap();
    stack.start_backend().await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(acts, [("00002".to_owned(), 4200)]);
}

#[tokio::test]
async fn what_the_platform_refuses_is_told_and_the_part_is_free_again() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.paid_session(4200).await;
    // Remitted to the bank last night, which the books do not know.
    let line = &stack.platform_books(started.reference()).await[0];
    stack.make_older_by_a_day(line).await;
    let told = stack
        .instruct(&started.payment, "cancellations", json!({}))
        .await;
    assert_eq!(
        (&told["status"], &told["done"]),
        (&json!("refused"), &json!(0))
    );
    let operation = &told["operations"][0];
    assert_eq!(
        (&operation["code"], &operation["why"]),
        (&json!("00018"), &json!("transaction not found"))
    );
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    stack.next_day(&started).await;
    let refund = stack.operate(&started.payment, "refunds", json!({})).await;
    assert_eq!(refund.expect(201).json()["status"], "done");
}

#[tokio::test]
async fn a_surplus_that_was_given_back_is_off_the_operators_list() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let one = stack.start_payment(&checkout, "card").await;
    let one_page = stack.open_page(&one).await;
    let two = stack.start_payment(&checkout, "card").await;
    let two_page = stack.open_page(&two).await;
    stack.type_card(&two_page, CARD_AT_ONCE).await;
    stack.wait_status(&checkout, "paid").await;
    stack.type_card(&one_page, CARD_AT_ONCE).await;
    let list = until("the surplus on the list", || async {
        let list = stack.attention().await;
        list.contains(&one.payment).then_some(list)
    })
    .await;
    assert!(list.contains("surplus"), "{list}");
    stack.next_day(&one).await;
    let told = stack.instruct(&one.payment, "refunds", json!({})).await;
    assert_eq!(told["status"], "done");
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn what_the_platforms_word_does_not_decide_a_person_settles() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.paid_session(4200).await;
    stack.next_day(&started).await;
    stack.faults(json!({ "ppps_answer_lost": true })).await;
    let told = stack
        .instruct(&started.payment, "refunds", json!({ "amount": 1000 }))
        .await;
    assert_eq!(told["status"], "unknown", "{told}");
    stack.no_faults().await;
    // No consultation tells whether a refund in part was done: it is never sent again.
    let list = until("the operator's list", || async {
        stack.hasten_operations(&started.payment).await;
        let list = stack.attention().await;
        list.contains("operation_undecided").then_some(list)
    })
    .await;
    assert!(list.contains(&started.payment), "{list}");
    let id = told["operations"][0]["id"].as_str().unwrap();
    let what = format!("guichet payments settle {id} --done");
    assert!(
        list.contains(&what) && list.contains("refund of 10.00 EUR"),
        "{list}"
    );
    stack.wait_instruction(&told, "undecided").await;
    let second = stack
        .operate(&started.payment, "refunds", json!({ "amount": 1000 }))
        .await;
    second.problem(409, "operation_in_flight");
    assert_eq!(stack.platform_acts(started.reference()).await.len(), 1);
    let (status, _, errors) = stack.guichet(&["payments", "settle", id, "--done"]).await;
    assert_eq!(status, 0, "{errors}");
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 1000, 0]);
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
    // Once.
    let (status, _, errors) = stack
        .guichet(&["payments", "settle", id, "--not-done"])
        .await;
    assert_eq!(status, 1, "{errors}");
    let third = stack
        .operate(&started.payment, "refunds", json!({ "amount": 3201 }))
        .await;
    third.problem(409, "operation_not_possible");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_of_each_field() {
    let stack = Stack::usual().await;
    let (checkout, started) = stack.paid_session(4200).await;
    stack.next_day(&started).await;
    let id = &started.payment;
    let number = part(&stack, &checkout, "card").await;
    for (body, field) in [
        (json!({ "amount": 0 }), "amount"),
        (json!({ "amount": "12" }), "amount"),
        (
            json!({ "amount": 1, "parts": [{ "part": number }] }),
            "amount",
        ),
        (json!({ "parts": [{ "part": "1" }] }), "parts.0.part"),
        (
            json!({ "parts": [{ "part": number, "amount": 0 }] }),
            "parts.0.amount",
        ),
        (json!({ "reason": "a\nb" }), "reason"),
        (json!({ "currency": "EUR" }), "currency"),
    ] {
        let problem = stack.operate(id, "refunds", body.clone()).await;
        let problem = problem.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{body} {problem}");
    }
    stack
        .operate(id, "refunds?previw=true", json!({}))
        .await
        .problem(422, "field_invalid");
    let keyless = stack.at_backend(&format!("/v1/payments/{id}/refunds"));
    let keyless = stack
        .http
        .client()
        .post(keyless)
        .bearer_auth(DEMO_SHOP_KEY)
        .json(&json!({}));
    stack
        .http
        .send(keyless)
        .await
        .problem(400, "idempotency_key_invalid");
    stack
        .operate("pay_1", "refunds", json!({}))
        .await
        .problem(404, "payment_unknown");
    let unknown = format!("refunds/ins_{}", "0".repeat(32));
    stack
        .read_operation(id, &unknown)
        .await
        .problem(404, "operation_unknown");
    // Another shop's payment is not there, whoever asks.
    let body = json!({});
    let request = stack.operation_request(OTHER_SHOP_KEY, id, "refunds", "k", &body);
    stack
        .http
        .send(request)
        .await
        .problem(404, "payment_unknown");
    assert!(stack.platform_acts(started.reference()).await.is_empty());
}

#[tokio::test]
async fn the_command_line_does_the_same_beside_a_running_backend_and_without_one() {
    let mut stack = Stack::usual().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    let id = started.payment.as_str();
    let command = ["payments", "capture", id, "--amount", "1000"];
    let (status, _, errors) = stack.guichet(&command).await;
    assert_eq!(status, 1, "{errors}");
    assert!(
        errors.contains("3200 cents") && errors.contains("--give-up"),
        "{errors}"
    );
    let (status, text, errors) = stack
        .guichet(&["payments", "capture", id, "--preview"])
        .await;
    assert_eq!(status, 0, "{errors}");
    assert!(text.contains("42.00 EUR"), "{text}");
    assert!(stack.platform_acts(started.reference()).await.is_empty());
    let command = ["payments", "capture", id, "--reason", "au comptoir"];
    let (status, text, errors) = stack.guichet(&command).await;
    assert_eq!(status, 0, "{errors}");
    assert!(
        text.contains("done") && text.contains("42.00 EUR"),
        "{text}"
    );
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 0, 0]);
    let list = stack
        .read_operation(id, "captures")
        .await
        .expect(200)
        .json();
    let told = &list["instructions"][0];
    assert_eq!(
        (&told["by"], &told["reason"]),
        (&json!("operator"), &json!("au comptoir"))
    );
    // What is known not to be possible is said before any call.
    let (status, _, errors) = stack.guichet(&["payments", "capture", id]).await;
    assert_eq!(status, 1, "{errors}");
    assert!(errors.contains("taken before"), "{errors}");

    stack.next_day(&started).await;
    stack.stop_backend().await;
    let (status, text, errors) = stack
        .guichet(&["payments", "refund", id, "--amount", "200"])
        .await;
    assert_eq!(status, 0, "{errors}");
    assert!(text.contains("done"), "{text}");
    let (status, text, errors) = stack.guichet(&["payments", "show", id]).await;
    assert_eq!(status, 0, "{errors}");
    for words in [
        "taken 42.00 EUR",
        "given back 2.00 EUR",
        "au comptoir",
        "capture",
        "refund",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    stack.start_backend().await;
    assert_eq!(stack.balance(&checkout, &started).await, [0, 4200, 200, 0]);
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(
        acts,
        [("00002".to_owned(), 4200), ("00014".to_owned(), 200)]
    );
}
