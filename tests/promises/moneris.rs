//! Terminals on the counter, through Moneris' cloud: from the command to the money, and whatever
//! breaks between.

use serde_json::{Value, json};

use crate::support::{COUNTER, Checkout, GARDEN, Stack, StackOptions, TERRACE, fresh_key, until};

async fn stack() -> Stack {
    with("resend_seconds = 1").await
}

/// With these lines in the account's table.
async fn with(lines: &str) -> Stack {
    Stack::start(StackOptions {
        moneris: true,
        moneris_lines: lines.to_owned(),
        ..StackOptions::default()
    })
    .await
}

async fn payment(stack: &Stack, checkout: &Checkout) -> Value {
    let truth = stack.truth(checkout).await;
    let payments = truth["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "{truth}");
    payments[0].clone()
}

/// Paid once: one command at the terminal, one part that counts.
async fn assert_paid(stack: &Stack, checkout: &Checkout) -> Value {
    stack.wait_status(checkout, "paid").await;
    let payment = payment(stack, checkout).await;
    assert_eq!(payment["accepted"], 1110, "{payment}");
    assert_eq!(payment["attention"], json!([]), "{payment}");
    assert_eq!(payment["parts"].as_array().unwrap().len(), 1, "{payment}");
    let id = payment["id"].as_str().unwrap();
    stack.wait_stage(id, "over").await;
    let commands = stack.commands_at(COUNTER).await;
    assert_eq!(commands.len(), 1, "{commands:?}");
    payment
}

#[tokio::test]
async fn a_card_on_the_terminal_pays_and_the_receipt_is_kept() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    let id = stack.start_at_terminal(&checkout).await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["status"], "pending", "{status}");
    assert_eq!(
        status["payment"]["terminal"]["name"], "Caisse 1",
        "{status}"
    );
    assert_eq!(status["payment"]["terminal"]["minutes"], 7, "{status}");
    let busy = stack.terminals().await;
    assert_eq!(busy[0]["payment"], id.as_str(), "{busy}");
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    let payment = assert_paid(&stack, &checkout).await;
    let told = &payment["parts"][0]["at_terminal"];
    assert_eq!(
        (&told["terminal"], &told["tip"]),
        (&json!("counter"), &json!(0))
    );
    assert!(
        told["receipt"].as_str().unwrap().contains("APPROUVEE"),
        "{told}"
    );
    let printed = stack.receipt(&id).await.expect(200);
    assert_eq!(printed.text(), told["receipt"].as_str().unwrap());
    let other = stack.session_at("counter", 500).await;
    let without = stack.start_at_terminal(&other).await;
    stack.wait_terminal(COUNTER).await;
    stack.receipt(&without).await.expect(404);
    stack.at_terminal(COUNTER, json!({ "do": "cancel" })).await;
    stack.wait_status(&other, "refused").await;
    until("the terminal to be free", || async {
        let all = stack.terminals().await;
        all[0].get("payment").is_none().then_some(())
    })
    .await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["payment"].get("terminal"), None, "{status}");
}

#[tokio::test]
async fn a_receipt_is_read_by_asking_alone_and_never_twice_within_two_seconds() {
    let stack = stack().await;
    // Neither post-backs that are lost, nor those that come twice, nor forged ones change it.
    for faults in [
        json!({ "post_back_lost": true }),
        json!({ "post_back_twice": true }),
    ] {
        stack.break_moneris(faults).await;
        let checkout = stack.session_at("garden", 1110).await;
        stack.start_at_terminal(&checkout).await;
        stack.wait_terminal(GARDEN).await;
        until("some looks at the receipt", || async {
            let commands = stack.commands_at(GARDEN).await;
            let reads = commands.last()?["reads"].as_array()?.len();
            (reads >= 2).then_some(())
        })
        .await;
        stack.at_terminal(GARDEN, json!({ "do": "insert" })).await;
        stack.wait_status(&checkout, "paid").await;
        stack.mend_moneris().await;
    }
    for command in stack.commands_at(GARDEN).await {
        let reads = command["reads"].as_array().unwrap().iter();
        let reads: Vec<_> = reads.map(|read| read.as_i64().unwrap()).collect();
        // A call takes its time on the way: what we keep apart by 2 s may arrive a little closer.
        let gaps = reads.windows(2).map(|two| two[1] - two[0]);
        assert!(gaps.min().is_none_or(|least| least >= 1500), "{reads:?}");
    }
}

#[tokio::test]
async fn what_is_declined_cancelled_or_left_there_is_told_and_the_next_card_pays() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    for (act, refusal) in [
        ("no_funds", "funds"),
        ("decline", "issuer"),
        ("cancel", "cancelled"),
        ("timeout", "timed_out"),
    ] {
        stack.start_at_terminal(&checkout).await;
        stack.at_terminal(COUNTER, json!({ "do": act })).await;
        stack.wait_status(&checkout, "refused").await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["payment"]["refusal"], refusal, "{status}");
        assert_eq!(status["open_elsewhere"], false, "{status}");
    }
    stack.start_at_terminal(&checkout).await;
    stack.at_terminal(COUNTER, json!({ "do": "interac" })).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_terminal_takes_one_payment_at_a_time_and_two_terminals_take_two() {
    let stack = stack().await;
    let first = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&first).await;
    stack.wait_terminal(COUNTER).await;
    let second = stack.session_at("counter", 2000).await;
    let busy = stack.ask_terminal(&second).await.expect(409).json();
    assert_eq!(busy["code"], "terminal_busy", "{busy}");
    let other = stack.session_at("garden", 3000).await;
    stack.start_at_terminal(&other).await;
    stack.at_terminal(GARDEN, json!({ "do": "tap" })).await;
    stack.wait_status(&other, "paid").await;
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    assert_paid(&stack, &first).await;
    assert_eq!(stack.truth(&second).await["payments"], json!([]));
    stack.start_at_terminal(&second).await;
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    stack.wait_status(&second, "paid").await;
}

#[tokio::test]
async fn a_terminal_that_is_busy_or_gone_by_itself_starts_nothing() {
    let stack = stack().await;
    for (code, refusal) in [
        ("5904", "busy"),
        ("5903", "technical"),
        ("5905", "technical"),
    ] {
        let checkout = stack.session_at("counter", 1110).await;
        stack
            .break_moneris(json!({ "code": code, "code_times": 1 }))
            .await;
        stack.start_at_terminal(&checkout).await;
        stack.wait_status(&checkout, "refused").await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["payment"]["refusal"], refusal, "{code}: {status}");
    }
    stack.power_terminal(COUNTER, false).await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_status(&checkout, "refused").await;
    assert!(stack.commands_at(COUNTER).await.is_empty());
}

#[tokio::test]
async fn a_tip_is_booked_beside_the_order_and_shown_in_the_ledger() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack
        .at_terminal(COUNTER, json!({ "do": "tap", "tip": 278 }))
        .await;
    let payment = assert_paid(&stack, &checkout).await;
    let part = &payment["parts"][0];
    assert_eq!(
        (&part["amount"], &part["taken"]),
        (&json!(1388), &json!(1388))
    );
    assert_eq!(part["at_terminal"]["tip"], 278);
    let ledger = stack.ledger().await;
    let amounts: Vec<_> = ledger
        .iter()
        .map(|(cause, amount)| (&**cause, *amount))
        .collect();
    assert_eq!(amounts, [("taking", 1110), ("tip", 278)]);
}

#[tokio::test]
async fn an_approval_of_a_part_is_incomplete_and_waits_for_a_person() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 2000).await;
    stack.start_at_terminal(&checkout).await;
    let partial = json!({ "do": "tap", "partial": 1200 });
    stack.at_terminal(COUNTER, partial).await;
    stack.wait_status(&checkout, "incomplete").await;
    let payment = payment(&stack, &checkout).await;
    assert_eq!(payment["accepted"], 1200, "{payment}");
    assert_eq!(payment["attention"], json!(["part_held"]), "{payment}");
    let status = stack.status(&checkout).await;
    assert_eq!(status["payment"]["voucher_may_be_held"], false, "{status}");
    // A person gives the part back.
    let id = payment["id"].as_str().unwrap();
    let told = stack.instruct(id, "cancellations", json!({})).await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 0, 0, 1200]);
    assert_eq!(acts(&stack).await, [("void".to_owned(), 0)]);
}

#[tokio::test]
async fn what_is_approved_offline_is_reserved_and_a_person_is_told() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.at_terminal(COUNTER, json!({ "do": "offline" })).await;
    stack.wait_status(&checkout, "authorised").await;
    let payment = payment(&stack, &checkout).await;
    assert_eq!(payment["attention"], json!(["offline"]), "{payment}");
    assert_eq!(payment["reserved"], 1110, "{payment}");
    // Somebody has seen in the portal that it was settled; of another one that it was not.
    let id = payment["id"].as_str().unwrap();
    stack
        .operate(id, "reviews", json!({ "accept": true }))
        .await
        .expect(200);
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 1110, 0, 0]);
    stack
        .operate(id, "reviews", json!({ "accept": false }))
        .await
        .expect(422);
    let checkout = stack.session_at("counter", 1110).await;
    let id = stack.start_at_terminal(&checkout).await;
    stack.at_terminal(COUNTER, json!({ "do": "offline" })).await;
    stack.wait_status(&checkout, "authorised").await;
    stack
        .operate(&id, "reviews", json!({ "accept": false }))
        .await
        .expect(200);
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "issuer", "{status}");
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 0, 0, 0]);
}

/// An answer that is lost, a cloud or a terminal that is lost in the middle: the same key again,
/// and one command at the terminal.
#[tokio::test]
async fn whatever_answer_is_lost_it_is_paid_once() {
    for faults in [
        json!({ "answer_lost": 1 }),
        json!({ "command_lost": 1 }),
        json!({ "command_lost": 1, "answer_lost": 1 }),
        json!({ "code": "5906", "code_times": 1, "code_acts": true }),
        json!({ "code": "5908", "code_times": 2 }),
        json!({ "foreign_receipt": true }),
        json!({ "receipt_lost": 2 }),
    ] {
        let stack = stack().await;
        stack.break_moneris(faults.clone()).await;
        let checkout = stack.session_at("counter", 1110).await;
        stack.start_at_terminal(&checkout).await;
        stack.wait_terminal(COUNTER).await;
        stack
            .break_moneris(json!({ "foreign_receipt": false }))
            .await;
        stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
        assert_paid(&stack, &checkout).await;
    }
}

#[tokio::test]
async fn a_receipt_that_is_lost_in_the_middle_is_asked_for_again_and_none_of_another_order_counts()
{
    let stack = stack().await;
    stack.break_moneris(json!({ "receipt_code": "5907" })).await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    until("the same command again", || async {
        let commands = stack.commands_at(COUNTER).await;
        (commands[0]["sent"].as_u64()? >= 2).then_some(())
    })
    .await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["status"], "pending", "{status}");
    for altered in ["altered_order", "altered_amount"] {
        let mut faults = json!({ "receipt_code": "" });
        faults[altered] = json!(true);
        stack.break_moneris(faults).await;
        let before = stack.commands_at(COUNTER).await[0]["reads"]
            .as_array()
            .unwrap()
            .len();
        until("another look", || async {
            let commands = stack.commands_at(COUNTER).await;
            (commands[0]["reads"].as_array()?.len() > before).then_some(())
        })
        .await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "pending", "{altered}: {status}");
        stack.mend_moneris().await;
    }
    assert_paid(&stack, &checkout).await;
}

#[tokio::test]
async fn a_power_cut_in_the_middle_pays_once_and_the_terminal_stays_held() {
    let mut stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(COUNTER).await;
    stack.kill_backend().await;
    stack.start_backend().await;
    let second = stack.session_at("counter", 500).await;
    until("the terminal to be held again", || async {
        let terminals = stack.terminals().await;
        terminals[0].get("payment").is_some().then_some(())
    })
    .await;
    let busy = stack.ask_terminal(&second).await.expect(409).json();
    assert_eq!(busy["code"], "terminal_busy");
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    assert_paid(&stack, &checkout).await;
}

#[tokio::test]
async fn only_the_shops_server_names_a_terminal() {
    let stack = stack().await;
    for (name, wish) in [
        ("terminal", json!("nowhere")),
        ("terminal", json!("Counter 1")),
    ] {
        let mut order = stack.order(1110);
        order["currency"] = json!("CAD");
        order[name] = wish;
        let refused = stack
            .create_session(&fresh_key(), &order)
            .await
            .expect(422)
            .json();
        assert_eq!(refused["field"], "terminal", "{refused}");
        let detail = refused["detail"].to_string();
        assert!(detail.contains("counter, garden"), "{detail}");
    }
    // A session without one is offered no terminal, and a browser can't name one.
    let mut order = stack.order(1110);
    order["currency"] = json!("CAD");
    let refused = stack
        .create_session(&fresh_key(), &order)
        .await
        .expect(422)
        .json();
    assert_eq!(refused["field"], "currency", "{refused}");
    let checkout = stack.session_at("counter", 1110).await;
    let wish = json!({ "method": "moneris_terminal", "terminal": "garden" });
    stack
        .post_payment(&checkout, &fresh_key(), &wish)
        .await
        .expect(422);
    let euros = json!({ "terminal": "counter" });
    let checkout = stack.session_with(1110, euros).await;
    let wish = json!({ "method": "moneris_terminal" });
    stack
        .post_payment(&checkout, &fresh_key(), &wish)
        .await
        .expect(422);
}

#[tokio::test]
async fn the_cloud_finds_the_address_of_a_post_back_and_a_forged_one_tells_nothing() {
    let stack = stack().await;
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(COUNTER).await;
    let books = stack.moneris_books().await;
    assert_eq!(books["post_backs"][0]["status"], 204, "{books}");
    let address = books["commands"][0]["post_back"]
        .as_str()
        .unwrap()
        .to_owned();
    let key = books["commands"][0]["key"].as_str().unwrap();
    let forged = json!({ "receipt": { "data": { "response": [{
        "statusCode": "5207", "responseCode": "027", "completed": "true", "orderId": key,
        "idempotencyKey": key, "totalAmount": "1110", "approvedAmount": "1110",
        "transactionId": "1-0_1",
    }] } } });
    let client = stack.http.client();
    stack
        .http
        .send(client.post(&address).json(&forged))
        .await
        .expect(204);
    stack
        .http
        .send(client.post(&address).json(&json!({})))
        .await
        .expect(400);
    let elsewhere = format!("{address}0");
    stack
        .http
        .send(client.post(&elsewhere).json(&forged))
        .await
        .expect(404);
    let status = stack.status(&checkout).await;
    assert_eq!(status["status"], "pending", "{status}");
    stack.at_terminal(COUNTER, json!({ "do": "tap" })).await;
    assert_paid(&stack, &checkout).await;
}

/// A payment at the counter that is over; its id.
async fn paid_at_counter(stack: &Stack, change: Value, act: Value) -> (Checkout, String) {
    let mut order = json!({ "currency": "CAD", "terminal": "counter" });
    for (name, value) in change.as_object().unwrap() {
        order[name] = value.clone();
    }
    let checkout = stack.session_with(1110, order).await;
    let id = stack.start_at_terminal(&checkout).await;
    stack.at_terminal(COUNTER, act).await;
    stack.wait_stage(&id, "over").await;
    (checkout, id)
}

/// The actions that were done at the counter, with how much.
async fn acts(stack: &Stack) -> Vec<(String, u64)> {
    let commands = stack.commands_at(COUNTER).await;
    let done = commands.iter().filter(|own| own["end"]["code"] == "5207");
    let told = |own: &Value| {
        let action = own["action"].as_str().unwrap().to_owned();
        (action, own["total"].as_u64().unwrap())
    };
    done.map(told).collect()
}

#[tokio::test]
async fn what_is_reserved_at_the_counter_is_completed_and_refunded_there() {
    let stack = stack().await;
    let manual = json!({ "capture": "manual" });
    let (checkout, id) = paid_at_counter(&stack, manual, json!({ "do": "insert" })).await;
    stack.wait_status(&checkout, "authorised").await;
    let refused = stack
        .operate(&id, "cancellations", json!({}))
        .await
        .expect(409)
        .json();
    assert!(
        refused.to_string().contains("let the reservation lapse"),
        "{refused}"
    );
    let told = stack
        .instruct(&id, "captures", json!({ "amount": 1000, "give_up": true }))
        .await;
    stack.wait_instruction(&told, "done").await;
    let told = stack
        .instruct(&id, "refunds", json!({ "amount": 400 }))
        .await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 1000, 400, 110]);
    let expected = [
        ("preAuthorization", 1110),
        ("completion", 1000),
        ("refund", 400),
    ];
    let expected = expected.map(|(action, minor)| (action.to_owned(), minor));
    assert_eq!(acts(&stack).await, expected);
}

#[tokio::test]
async fn a_sale_is_voided_whole_with_its_tip_and_a_debit_card_is_not_refunded_without_it() {
    let stack = stack().await;
    let tipped = json!({ "do": "tap", "tip": 278 });
    let (checkout, id) = paid_at_counter(&stack, json!({}), tipped).await;
    let told = stack.instruct(&id, "cancellations", json!({})).await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 0, 0, 1388]);
    let (_, id) = paid_at_counter(&stack, json!({}), json!({ "do": "interac" })).await;
    let refused = stack
        .operate(&id, "refunds", json!({}))
        .await
        .expect(409)
        .json();
    assert!(
        refused.to_string().contains("credit cards alone"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_or_whose_terminal_is_busy_is_done_once() {
    for faults in [
        json!({ "answer_lost": 1 }),
        json!({ "command_lost": 1 }),
        json!({ "code": "5907", "code_times": 1, "code_acts": true }),
        json!({ "code": "5904", "code_times": 1 }),
        json!({ "receipt_lost": 2 }),
    ] {
        let stack = stack().await;
        let (checkout, id) = paid_at_counter(&stack, json!({}), json!({ "do": "tap" })).await;
        stack.break_moneris(faults.clone()).await;
        let told = stack
            .instruct(&id, "refunds", json!({ "amount": 1000 }))
            .await;
        stack.wait_instruction(&told, "done").await;
        assert_eq!(
            stack.balance_of(&checkout, &id).await,
            [0, 1110, 1000, 0],
            "{faults}"
        );
        let done = acts(&stack).await;
        let refunds = done.iter().filter(|(action, _)| action == "refund");
        assert_eq!(refunds.count(), 1, "{faults}");
    }
}

#[tokio::test]
async fn an_operator_asks_a_terminal_and_the_doctor_each_of_them() {
    let stack = with("independent_refund_max = 500").await;
    let config = stack.config();
    let config = config.to_str().unwrap();
    let moneris = async |more: &[&str]| {
        let command = ["moneris", more[0], "--config", config];
        stack.guichet(&[&command[..], &more[1..]].concat()).await
    };
    let at_counter = ["getDeviceInfo", "--terminal", "counter"];
    let (status, told, errors) = moneris(&at_counter).await;
    assert_eq!(status, 0, "{errors}");
    assert!(told.contains("\"statusCode\": \"5209\""), "{told}");
    stack.power_terminal(GARDEN, false).await;
    let (status, told, _) = moneris(&["getDeviceInfo", "--terminal", "garden"]).await;
    assert_eq!(status, 1, "{told}");
    let give = [
        "independentRefund",
        "--terminal",
        "counter",
        "--reason",
        "returned",
    ];
    let (status, shown, errors) =
        moneris(&[&give[..], &["--amount", "500", "--dry-run"]].concat()).await;
    assert_eq!(status, 0, "{errors}");
    assert!(
        shown.contains("\"totalAmount\": \"500\"") && !shown.contains("S4ndb0x"),
        "{shown}"
    );
    let (status, _, errors) = moneris(&[&give[..], &["--amount", "501"]].concat()).await;
    assert_eq!(status, 2);
    assert!(errors.contains("500 cents"), "{errors}");
    let (_, report, _) = stack.guichet(&["doctor"]).await;
    for line in [
        "terminal counter (Caisse 1): answers",
        "terminal garden (Caisse 2): 5903",
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }
    let actions: Vec<_> = stack.commands_at(COUNTER).await;
    assert!(
        actions.iter().all(|own| own["action"] == "getDeviceInfo"),
        "{actions:?}"
    );
}

/// Paid once at the terminal on the shop's own network.
async fn assert_paid_at_the_terrace(stack: &Stack, checkout: &Checkout) {
    stack.wait_status(checkout, "paid").await;
    let payment = payment(stack, checkout).await;
    assert_eq!(payment["accepted"], 1110, "{payment}");
    assert_eq!(payment["attention"], json!([]), "{payment}");
    stack
        .wait_stage(payment["id"].as_str().unwrap(), "over")
        .await;
    let commands = stack.commands_at(TERRACE).await;
    let sales = commands.iter().filter(|own| own["action"] == "purchase");
    assert_eq!(sales.count(), 1, "{commands:?}");
}

#[tokio::test]
async fn a_terminal_on_the_shops_own_network_tells_what_it_shows_and_pays() {
    let stack = stack().await;
    stack.break_moneris(json!({ "line_dribbles": true })).await;
    let checkout = stack.session_at("terrace", 1110).await;
    stack.start_at_terminal(&checkout).await;
    until("what the terminal shows", || async {
        let status = stack.status(&checkout).await;
        let says = status["payment"]["terminal"]["says"].as_str()?;
        (says == "Présentez, insérez ou glissez la carte").then_some(())
    })
    .await;
    let other = stack.session_at("terrace", 500).await;
    stack.ask_terminal(&other).await.expect(409);
    stack.at_terminal(TERRACE, json!({ "do": "tap" })).await;
    assert_paid_at_the_terrace(&stack, &checkout).await;
    let payment = payment(&stack, &checkout).await;
    let told = &payment["parts"][0]["at_terminal"];
    assert_eq!(told["terminal"], "terrace");
    assert!(told["receipt"].as_str().unwrap().contains("APPROUVEE"));
    // Nothing went through the cloud.
    let books = stack.moneris_books().await;
    assert_eq!(books["post_backs"], json!([]), "{books}");
}

/// Lines that break before the command is taken, after it, and before its end is told; a backend
/// that dies: the same key again, and one sale.
#[tokio::test]
async fn whatever_line_breaks_it_is_paid_once() {
    for faults in [
        json!({ "line_lost": 1 }),
        json!({ "line_cut": 1 }),
        json!({ "line_cut_at_end": 1 }),
        json!({ "line_lost": 1, "line_cut": 1, "line_cut_at_end": 1 }),
    ] {
        let stack = stack().await;
        stack.break_moneris(faults.clone()).await;
        let checkout = stack.session_at("terrace", 1110).await;
        stack.start_at_terminal(&checkout).await;
        stack.at_terminal(TERRACE, json!({ "do": "insert" })).await;
        assert_paid_at_the_terrace(&stack, &checkout).await;
    }
    let mut stack = stack().await;
    let checkout = stack.session_at("terrace", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(TERRACE).await;
    stack.kill_backend().await;
    stack.at_terminal(TERRACE, json!({ "do": "tap" })).await;
    stack.start_backend().await;
    assert_paid_at_the_terrace(&stack, &checkout).await;
}

#[tokio::test]
async fn a_command_on_the_shops_own_network_is_taken_back_before_a_card_is_there() {
    let stack = stack().await;
    let checkout = stack.session_at("terrace", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(TERRACE).await;
    stack.cancel_terminal("terrace").await.expect(202);
    stack.wait_status(&checkout, "refused").await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["payment"]["refusal"], "cancelled", "{status}");
    // It works on nothing now, and another try follows.
    let refused = stack.cancel_terminal("terrace").await.expect(409).json();
    assert_eq!(refused["code"], "operation_not_possible", "{refused}");
    stack.cancel_terminal("nowhere").await.expect(404);
    stack.start_at_terminal(&checkout).await;
    stack.at_terminal(TERRACE, json!({ "do": "tap" })).await;
    stack.wait_status(&checkout, "paid").await;
    // The cloud has no such command.
    let checkout = stack.session_at("counter", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(COUNTER).await;
    let refused = stack.cancel_terminal("counter").await.expect(409).json();
    assert!(
        refused["detail"].to_string().contains("red key"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_terminal_that_is_off_on_the_shops_own_network_starts_nothing_and_refunds_later() {
    let stack = stack().await;
    let checkout = stack.session_at("terrace", 1110).await;
    let id = stack.start_at_terminal(&checkout).await;
    stack.at_terminal(TERRACE, json!({ "do": "tap" })).await;
    assert_paid_at_the_terrace(&stack, &checkout).await;
    stack.break_moneris(json!({ "line_cut_at_end": 1 })).await;
    let told = stack
        .instruct(&id, "refunds", json!({ "amount": 1000 }))
        .await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(stack.balance_of(&checkout, &id).await, [0, 1110, 1000, 0]);
    let commands = stack.commands_at(TERRACE).await;
    let refunds = commands.iter().filter(|own| own["action"] == "refund");
    assert_eq!(refunds.count(), 1, "{commands:?}");
    let (_, report, _) = stack.guichet(&["doctor"]).await;
    assert!(
        report.contains("terminal terrace (Caisse 3): answers"),
        "{report}"
    );
}

/// The sandbox's terminals do all that an operator can ask for.
#[tokio::test]
async fn each_action_of_an_operator_is_done_at_the_terminal() {
    let stack = with("independent_refund_max = 500\nmerchant_id = \"0030123456789\"").await;
    let config = stack.config();
    let moneris = async |terminal: &str, more: &[&str]| {
        let at = ["--config", config.to_str().unwrap(), "--terminal", terminal];
        let command = [&["moneris"], more, &at].concat();
        stack.guichet(&command).await
    };
    for (terminal, id) in [("counter", COUNTER), ("terrace", TERRACE)] {
        for action in [
            &["getDeviceInfo"][..],
            &["sync"],
            &["print", "--text", "Merci à bientôt"],
        ] {
            let (status, told, errors) = moneris(terminal, action).await;
            assert_eq!(status, 0, "{action:?} {told} {errors}");
            assert!(told.contains("5209"), "{action:?} {told}");
        }
        for action in [
            &["balanceInquiry"][..],
            &["cardVerification"],
            &[
                "independentRefund",
                "--amount",
                "500",
                "--reason",
                "returned",
            ],
        ] {
            let act = stack.at_terminal(id, json!({ "do": "tap" }));
            let ((status, told, errors), ()) = tokio::join!(moneris(terminal, action), act);
            assert_eq!(status, 0, "{action:?} {told} {errors}");
            assert!(told.contains("5207"), "{action:?} {told}");
        }
        let checkout = stack.session_at(terminal, 1110).await;
        stack.start_at_terminal(&checkout).await;
        stack.at_terminal(id, json!({ "do": "tap" })).await;
        stack.wait_status(&checkout, "paid").await;
        // Once, and not twice in a row.
        for expected in [0, 1] {
            let (status, told, errors) = moneris(terminal, &["voidLast"]).await;
            assert_eq!(status, expected, "{told} {errors}");
        }
        let commands = stack.commands_at(id).await;
        let refunds = commands
            .iter()
            .filter(|own| own["action"] == "independentRefund");
        let refunds: Vec<_> = refunds.map(|own| &own["total"]).collect();
        assert_eq!(refunds, [500], "{commands:?}");
    }
    let checkout = stack.session_at("terrace", 1110).await;
    stack.start_at_terminal(&checkout).await;
    stack.wait_terminal(TERRACE).await;
    let (status, told, errors) = moneris("terrace", &["cancel"]).await;
    assert_eq!(status, 0, "{told} {errors}");
    stack.wait_status(&checkout, "refused").await;
}

/// Each is refused with what was wrong and what to do, and nothing reaches a terminal.
#[tokio::test]
async fn twenty_bad_inputs_each_get_a_clear_error_and_no_terminal_hears_of_them() {
    let stack = stack().await;
    let order = |change: Value| {
        let mut order = stack.order(1110);
        order["currency"] = json!("CAD");
        for (name, value) in change.as_object().unwrap() {
            order[name] = value.clone();
        }
        order
    };
    let mut answers = Vec::new();
    for (change, words) in [
        (json!({ "terminal": "nowhere" }), "counter, garden"),
        (json!({ "terminal": "Counter 1" }), "counter, garden"),
        (json!({ "terminal": "" }), "counter, garden"),
        (json!({ "terminal": "COUNTER" }), "counter, garden"),
        (json!({ "terminal": "counter\u{0}" }), "counter, garden"),
        (json!({ "terminal": "c".repeat(500) }), "counter, garden"),
        (json!({ "terminal": "A1234567" }), "counter, garden"),
        (json!({ "terminal": 1 }), "terminal"),
        (json!({ "terminal": ["counter"] }), "terminal"),
        (json!({ "terminal": { "name": "counter" } }), "terminal"),
        (json!({}), "currency"),
        (
            json!({ "terminal": "counter", "currency": "CAN" }),
            "currency",
        ),
        (json!({ "terminal": "counter", "amount": 0 }), "amount"),
        (
            json!({ "terminal": "counter", "amount": "11.10" }),
            "amount",
        ),
        (
            json!({ "terminal": "counter", "Terminal": "garden" }),
            "Terminal",
        ),
    ] {
        let told = stack
            .create_session(&fresh_key(), &order(change.clone()))
            .await;
        answers.push((format!("session {change}"), told, words));
    }
    let checkout = stack.session_at("counter", 1110).await;
    let euros = stack
        .session_with(1110, json!({ "terminal": "counter" }))
        .await;
    for (checkout, wish, words) in [
        (
            &checkout,
            json!({ "method": "moneris_terminal", "terminal": "garden" }),
            "terminal",
        ),
        (
            &checkout,
            json!({ "method": "moneris_terminal", "save": true }),
            "save",
        ),
        (
            &checkout,
            json!({ "method": "moneris_terminal", "card": "x" }),
            "card",
        ),
        (&checkout, json!({ "method": "moneris_vault" }), "method"),
        (&checkout, json!({ "method": "Moneris_Terminal" }), "method"),
        (&euros, json!({ "method": "moneris_terminal" }), "method"),
    ] {
        let told = stack.post_payment(checkout, &fresh_key(), &wish).await;
        answers.push((format!("payment {wish}"), told, words));
    }
    let gone = stack.cancel_terminal("nowhere").await;
    answers.push(("cancel at nowhere".to_owned(), gone, "counter"));
    let idle = stack.cancel_terminal("terrace").await;
    answers.push(("cancel of nothing".to_owned(), idle, "works on no payment"));
    let mut wrong = Vec::new();
    for (what, told, words) in answers {
        let body = String::from_utf8_lossy(&told.body).into_owned();
        let clear = body.to_lowercase().contains(&words.to_lowercase());
        if !(400..500).contains(&told.status) || !clear {
            wrong.push(format!("{what}: {} {body}", told.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for terminal in [COUNTER, GARDEN, TERRACE] {
        assert_eq!(stack.commands_at(terminal).await, Vec::<Value>::new());
    }
}
