//! Charging anew what a payment was made with, at NETBANX: at once or on a day to come, by order or
//! by profile, through the API and at the command line.

use serde_json::{Value, json};

use crate::support::{
    Answer, Checkout, DEMO_SHOP_KEY, Hosted, NETBANX_CARD, OTHER_SHOP_KEY, Receiver, Stack,
    StackOptions, WEBHOOK_SECRET, fresh_key, unix_now, until,
};

async fn stack() -> Stack {
    Stack::start(StackOptions {
        netbanx: true,
        netbanx_lines: "saved_cards = true\n".into(),
        one_click: true,
        ..StackOptions::default()
    })
    .await
}

#[tokio::test]
async fn a_rebilling_is_told_of_by_a_webhook_as_any_payment_once_it_ran() {
    let receiver = Receiver::start().await;
    let stack = Stack::start(StackOptions {
        netbanx: true,
        lines: "webhook_networks = [\"127.0.0.1\"]\n".into(),
        shop_lines: receiver.shop_lines(&[WEBHOOK_SECRET]),
        ..StackOptions::default()
    })
    .await;
    let first = paid(&stack).await;
    let due = stack.netbanx_day(3).await;
    let made = rebill(
        &stack,
        &first.payment,
        json!({"reference": "r", "due_date": due}),
    )
    .await;
    let session = made["session"].as_str().unwrap();
    stack
        .wait_stage(made["id"].as_str().unwrap(), "unknown")
        .await;
    assert_eq!(receiver.of(session).len(), 0);
    stack.move_netbanx_clock(json!({"days": 3})).await;
    let told = receiver.wait_for(session, 1).await[0].json();
    assert_eq!(told["type"], "session.paid", "{told}");
    assert_eq!(told["data"]["payment"]["id"], made["id"], "{told}");
    assert_eq!(told["data"]["reference"], "r", "{told}");
}

/// A payment of 42.00 that was paid on the hosted page.
async fn paid(stack: &Stack) -> Hosted {
    let checkout = stack.session(4200).await;
    let hosted = stack.start_hosted(&checkout).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    hosted
}

async fn ask(stack: &Stack, payment: &str, key: &str, wish: &Value) -> Answer {
    let path = stack.at_backend(&format!("/v1/payments/{payment}/rebillings"));
    let post = stack.http.client().post(path).bearer_auth(DEMO_SHOP_KEY);
    stack
        .http
        .send(post.header("idempotency-key", key).json(wish))
        .await
}

async fn rebill(stack: &Stack, payment: &str, wish: Value) -> Value {
    ask(stack, payment, &fresh_key(), &wish)
        .await
        .expect(201)
        .json()
}

async fn read(stack: &Stack, payment: &Value) -> Value {
    let id = payment["id"].as_str().unwrap();
    let get = stack
        .http
        .client()
        .get(stack.at_backend(&format!("/v1/payments/{id}")));
    stack
        .http
        .send(get.bearer_auth(DEMO_SHOP_KEY))
        .await
        .expect(200)
        .json()
}

/// Waits until the payment has that status.
async fn wait(stack: &Stack, payment: &Value, status: &str) -> Value {
    until(status, || async {
        let payment = read(stack, payment).await;
        (payment["status"] == status).then_some(payment)
    })
    .await
}

/// Changes a rebilling, or calls it off where nothing is said.
async fn change(stack: &Stack, of: &str, payment: &Value, wish: Option<Value>) -> Answer {
    let id = payment["id"].as_str().unwrap();
    let path = stack.at_backend(&format!("/v1/payments/{of}/rebillings/{id}"));
    let client = stack.http.client();
    let request = match wish {
        Some(wish) => client.patch(path).json(&wish),
        None => client.delete(path),
    };
    stack.http.send(request.bearer_auth(DEMO_SHOP_KEY)).await
}

async fn orders(stack: &Stack) -> Vec<Value> {
    let books = stack.netbanx_books().await;
    books["orders"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_was_paid_is_charged_again_as_a_payment_of_its_own() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let key = fresh_key();
    let wish = json!({"reference": "abo-2", "amount": 1500, "metadata": {"month": "2"}});
    let made = ask(&stack, &first.payment, &key, &wish)
        .await
        .expect(201)
        .json();
    assert_ne!(made["id"], first.payment.as_str());
    assert_eq!(made["rebilling"]["of"], first.payment.as_str(), "{made}");
    assert_eq!(made["amount"], 1500, "{made}");
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(
        (&done["accepted"], &done["reference"]),
        (&json!(1500), &json!("abo-2"))
    );
    // The same request is the same payment, and charges nothing.
    let again = ask(&stack, &first.payment, &key, &wish)
        .await
        .expect(201)
        .json();
    assert_eq!(again["id"], made["id"]);
    let other = ask(&stack, &first.payment, &key, &json!({"reference": "abo-3"})).await;
    other.problem(422, "idempotency_key_reused");
    let orders = orders(&stack).await;
    assert_eq!(orders.len(), 2, "{orders:?}");
    let request = &orders[1]["request"];
    assert!(
        request.get("redirect").is_none() && request.get("link").is_none(),
        "{request}"
    );
    assert!(
        request.to_string().contains("recurringIndicator"),
        "{request}"
    );
    assert_eq!(stack.netbanx_calls("rebill", None).await, 1);
    // It stands with the payment that it charges anew, and it is a session of its own.
    let path = format!("/v1/payments/{}/rebillings", first.payment);
    let get = stack.http.client().get(stack.at_backend(&path));
    let list = stack
        .http
        .send(get.bearer_auth(DEMO_SHOP_KEY))
        .await
        .expect(200)
        .json();
    assert_eq!(list["rebillings"][0]["id"], made["id"], "{list}");
    let session = made["session"].as_str().unwrap();
    let session = stack
        .read_session(DEMO_SHOP_KEY, session)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&session["status"], &session["metadata"]["month"]),
        (&json!("paid"), &json!("2"))
    );
    // Its money is given back as any other's.
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let id = made["id"].as_str().unwrap();
    let told = stack.instruct(id, "refunds", json!({"amount": 500})).await;
    assert_eq!(told["status"], "done", "{told}");
}

#[tokio::test]
async fn a_profile_is_charged_by_its_token_and_a_payment_without_one_is_refused() {
    let stack = stack().await;
    let plain = paid(&stack).await;
    let wish = json!({"reference": "abo-1", "by": "profile"});
    let refused = ask(&stack, &plain.payment, &fresh_key(), &wish).await;
    assert_eq!(refused.problem(422, "field_invalid")["field"], "by");
    stack.save_at_netbanx("client-42", NETBANX_CARD).await;
    let saved = orders(&stack).await.pop().unwrap();
    let payments = stack.http.client().get(stack.at_backend("/v1/payments"));
    let payments = stack
        .http
        .send(payments.bearer_auth(DEMO_SHOP_KEY))
        .await
        .expect(200)
        .json();
    let mut payments = payments["payments"].as_array().unwrap().iter();
    let own = |payment: &&Value| payment["platform_reference"] == saved["reference"];
    let with_profile = payments.find(own).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let made = rebill(&stack, &with_profile, wish).await;
    wait(&stack, &made, "paid").await;
    let last = orders(&stack).await.pop().unwrap();
    assert_eq!(
        last["request"]["profile"]["paymentToken"],
        stack.netbanx_tokens().await[0]
    );
    assert_eq!(stack.netbanx_calls("rebill", None).await, 0);
    for token in stack.netbanx_tokens().await {
        assert!(!stack.backend_log().contains(&token));
    }
}

#[tokio::test]
async fn a_decline_is_a_refused_payment_of_its_own() {
    let stack = stack().await;
    let first = paid(&stack).await;
    for as_402 in [false, true] {
        stack
            .break_netbanx(json!({ "decline_as_402": as_402 }))
            .await;
        let wish = json!({"reference": format!("abo-{as_402}"), "amount": 11});
        let made = rebill(&stack, &first.payment, wish).await;
        let done = wait(&stack, &made, "refused").await;
        assert_eq!(done["accepted"], 0, "{done}");
        assert_eq!(done["attention"], json!([]), "{done}");
        stack.wait_stage(made["id"].as_str().unwrap(), "over").await;
    }
}

#[tokio::test]
async fn a_rebilling_whose_answer_is_lost_charges_once() {
    let stack = stack().await;
    let first = paid(&stack).await;
    stack
        .break_netbanx(json!({"answer_lost": {"rebill": 2}}))
        .await;
    let made = rebill(&stack, &first.payment, json!({"reference": "abo-2"})).await;
    stack.mend_netbanx().await;
    wait(&stack, &made, "paid").await;
    assert_eq!(orders(&stack).await.len(), 2);
}

#[tokio::test]
async fn a_rebilling_that_never_arrived_charges_nothing_and_is_looked_up() {
    let stack = stack().await;
    let first = paid(&stack).await;
    stack
        .break_netbanx(json!({"call_lost": {"rebill": 9}}))
        .await;
    let (key, wish) = (fresh_key(), json!({"reference": "abo-2"}));
    // It was sent, and nobody knows what became of it: it is looked up.
    let made = ask(&stack, &first.payment, &key, &wish)
        .await
        .expect(201)
        .json();
    assert_eq!(made["status"], "pending", "{made}");
    assert_eq!(orders(&stack).await.len(), 1);
}

#[tokio::test]
async fn what_is_to_run_on_a_day_to_come_runs_then_and_not_before() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let due = stack.netbanx_day(30).await;
    let wish = json!({"reference": "abo-2", "due_date": due});
    let made = rebill(&stack, &first.payment, wish).await;
    assert_eq!(made["rebilling"]["due_date"], due, "{made}");
    assert_eq!(made["status"], "pending", "{made}");
    stack
        .wait_stage(made["id"].as_str().unwrap(), "unknown")
        .await;
    stack.move_netbanx_clock(json!({"days": 29})).await;
    let waits = read(&stack, &made).await;
    assert_eq!(
        (&waits["status"], &waits["attention"]),
        (&json!("pending"), &json!([]))
    );
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(done["accepted"], 4200, "{done}");
    // It has run: there is nothing to change.
    stack.wait_stage(made["id"].as_str().unwrap(), "over").await;
    let late = change(
        &stack,
        &first.payment,
        &made,
        Some(json!({"due_date": due})),
    )
    .await;
    assert_eq!(late.problem(422, "field_invalid")["field"], "due_date");
    let late = change(&stack, &first.payment, &made, None).await;
    late.problem(422, "field_invalid");
}

#[tokio::test]
async fn another_day_is_another_day_at_the_platform_too() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let wish = json!({"reference": "abo-2", "due_date": stack.netbanx_day(10).await});
    let made = rebill(&stack, &first.payment, wish).await;
    stack
        .wait_stage(made["id"].as_str().unwrap(), "unknown")
        .await;
    let later = json!({"due_date": stack.netbanx_day(20).await});
    // An answer that is lost is asked for again.
    stack
        .break_netbanx(json!({"answer_lost": {"update": 1}}))
        .await;
    let told = change(&stack, &first.payment, &made, Some(later.clone())).await;
    let told = told.expect(200).json();
    assert_eq!(told["rebilling"]["due_date"], later["due_date"], "{told}");
    let order = orders(&stack).await.pop().unwrap();
    assert_eq!(order["request"]["dueDate"], later["due_date"], "{order}");
    stack.move_netbanx_clock(json!({"days": 15})).await;
    assert!(orders(&stack).await.pop().unwrap()["transaction"].is_null());
    stack.move_netbanx_clock(json!({"days": 5})).await;
    wait(&stack, &made, "paid").await;
}

/// A rebilling of 42.00 that waits for its day, with that day.
async fn waiting(stack: &Stack, first: &Hosted, days: i64) -> (Value, String) {
    let due = stack.netbanx_day(days).await;
    let wish = json!({"reference": "abo-2", "due_date": due});
    let made = rebill(stack, &first.payment, wish).await;
    stack
        .wait_stage(made["id"].as_str().unwrap(), "unknown")
        .await;
    (made, due)
}

#[tokio::test]
async fn another_amount_is_what_the_platform_charges_and_the_books_say() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, due) = waiting(&stack, &first, 10).await;
    stack
        .break_netbanx(json!({"answer_lost": {"update": 1}}))
        .await;
    let told = change(&stack, &first.payment, &made, Some(json!({"amount": 9900}))).await;
    let told = told.expect(200).json();
    assert_eq!(told["amount"], 9900, "{told}");
    assert_eq!(told["rebilling"]["due_date"], due, "{told}");
    let order = orders(&stack).await.pop().unwrap();
    assert_eq!(
        (&order["total"], &order["request"]["dueDate"]),
        (&json!(9900), &json!(due))
    );
    assert_eq!(
        order["request"]["shoppingCart"][0]["amount"], 9900,
        "{order}"
    );
    // Less, and on another day, in one; the same again changes nothing.
    let both = json!({"amount": 1700, "due_date": stack.netbanx_day(12).await});
    for _ in 0..2 {
        let told = change(&stack, &first.payment, &made, Some(both.clone())).await;
        let told = told.expect(200).json();
        assert_eq!(told["amount"], 1700, "{told}");
        assert_eq!(told["rebilling"]["due_date"], both["due_date"], "{told}");
    }
    let session = made["session"].as_str().unwrap();
    let read = stack.read_session(DEMO_SHOP_KEY, session).await.expect(200);
    assert_eq!(read.json()["amount"], 1700);
    stack.move_netbanx_clock(json!({"days": 12})).await;
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(
        (&done["accepted"], &done["attention"]),
        (&json!(1700), &json!([]))
    );
    // It is given back as any payment of that much.
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let id = made["id"].as_str().unwrap();
    let told = stack.instruct(id, "refunds", json!({})).await;
    assert_eq!(
        (&told["status"], &told["amount"]),
        (&json!("done"), &json!(1700)),
        "{told}"
    );
}

#[tokio::test]
async fn a_change_that_does_not_reach_the_platform_is_kept_and_told_later() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, _) = waiting(&stack, &first, 10).await;
    let lost = json!({"call_lost": {"update": 1000}});
    stack.break_netbanx(lost).await;
    let told = change(&stack, &first.payment, &made, Some(json!({"amount": 9900}))).await;
    told.problem(503, "platform_unreachable");
    assert_eq!(read(&stack, &made).await["amount"], 9900);
    assert_eq!(orders(&stack).await.pop().unwrap()["total"], 4200);
    stack.mend_netbanx().await;
    until("the platform is told", || async {
        let order = orders(&stack).await.pop().unwrap();
        (order["total"] == 9900).then_some(())
    })
    .await;
    stack.move_netbanx_clock(json!({"days": 10})).await;
    assert_eq!(wait(&stack, &made, "paid").await["accepted"], 9900);
}

/// In how many seconds a payment is looked at again.
async fn looked_at_in(stack: &Stack, payment: &Value) -> i64 {
    let turn = stack.turn(payment["id"].as_str().unwrap()).await;
    turn.2.expect("it is looked at again") - unix_now()
}

#[tokio::test]
async fn a_rebilling_is_looked_at_from_its_day_on_and_sooner_only_to_tell_a_change() {
    const DAY: i64 = 24 * 3600;
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, _) = waiting(&stack, &first, 10).await;
    // Once it was looked at.
    until("its day", || async {
        let looked_at = looked_at_in(&stack, &made).await;
        (8 * DAY..=10 * DAY).contains(&looked_at).then_some(())
    })
    .await;
    let sooner = json!({"due_date": stack.netbanx_day(5).await});
    change(&stack, &first.payment, &made, Some(sooner))
        .await
        .expect(200);
    let looked_at = looked_at_in(&stack, &made).await;
    assert!((3 * DAY..=5 * DAY).contains(&looked_at), "{looked_at}");
    stack
        .break_netbanx(json!({"call_lost": {"update": 1_000_000}}))
        .await;
    let told = change(&stack, &first.payment, &made, Some(json!({"amount": 900}))).await;
    told.problem(503, "platform_unreachable");
    // Again and again, and not on its day alone.
    for tries in 1..3 {
        until("another try", || async {
            let turn = stack.turn(made["id"].as_str().unwrap()).await;
            (turn.1 >= tries).then_some(())
        })
        .await;
        let looked_at = looked_at_in(&stack, &made).await;
        assert!(looked_at < 3600, "{looked_at}");
    }
}

#[tokio::test]
async fn what_runs_at_once_or_is_called_off_is_not_changed() {
    let stack = stack().await;
    let first = paid(&stack).await;
    // Nobody knows whether it ran, and it waits for no day.
    stack
        .break_netbanx(json!({"call_lost": {"rebill": 9}}))
        .await;
    let at_once = rebill(&stack, &first.payment, json!({"reference": "abo-1"})).await;
    stack
        .break_netbanx(json!({"call_lost": {"cancel": 1_000_000}}))
        .await;
    let (made, due) = waiting(&stack, &first, 10).await;
    let off = change(&stack, &first.payment, &at_once, None).await;
    off.problem(422, "field_invalid");
    // It is called off, and the platform does not know yet.
    let told = change(&stack, &first.payment, &made, None)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&told["status"], &told["rebilling"]["called_off"]),
        (&json!("pending"), &json!(true)),
        "{told}"
    );
    for payment in [&at_once, &made] {
        let told = change(
            &stack,
            &first.payment,
            payment,
            Some(json!({"amount": 100})),
        )
        .await;
        let problem = told.problem(422, "field_invalid");
        assert_eq!(problem["field"], "amount", "{problem}");
        assert_eq!(read(&stack, payment).await["amount"], 4200);
    }
    assert_eq!(stack.netbanx_calls("update", None).await, 0);
    let waits = read(&stack, &made).await;
    assert_eq!(waits["rebilling"]["due_date"], due, "{waits}");
}

/// What the shop was told is kept is told to a person as long as it may be charged otherwise, and
/// stays on the list if it was.
#[tokio::test]
async fn a_change_that_never_arrives_is_on_the_operators_list_before_and_after_it_ran() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, due) = waiting(&stack, &first, 10).await;
    let lost = json!({"call_lost": {"update": 1_000_000}, "callback_lost": true});
    stack.break_netbanx(lost).await;
    let told = change(&stack, &first.payment, &made, Some(json!({"amount": 9900}))).await;
    told.problem(503, "platform_unreachable");
    let untold = read(&stack, &made).await;
    assert_eq!(untold["attention"], json!(["change_untold"]), "{untold}");
    let list = stack.attention().await;
    assert!(list.contains("it may charge as before"), "{list}");
    let alert = "alert=\"change_untold\"";
    assert_eq!(stack.backend_log().matches(alert).count(), 1);
    // Its day comes, and nobody calls back: that it ran is asked for.
    stack.move_netbanx_clock(json!({"days": 10})).await;
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(
        (&done["amount"], &done["accepted"], &done["attention"]),
        (&json!(4200), &json!(4200), &json!(["change_lost"])),
        "{done}"
    );
    assert_eq!(done["rebilling"]["due_date"], due, "{done}");
    assert_eq!(stack.backend_log().matches(alert).count(), 1);
    // Once all of it is given back nobody has to look.
    stack.mend_netbanx().await;
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let id = made["id"].as_str().unwrap();
    let told = stack.instruct(id, "refunds", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(read(&stack, &made).await["attention"], json!([]));
}

#[tokio::test]
async fn what_could_not_be_told_is_called_off_all_the_same_and_what_is_told_ends_the_alarm() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, _) = waiting(&stack, &first, 10).await;
    let lost = json!({"call_lost": {"update": 1_000_000}});
    stack.break_netbanx(lost.clone()).await;
    let wish = json!({"amount": 9900});
    let told = change(&stack, &first.payment, &made, Some(wish.clone())).await;
    told.problem(503, "platform_unreachable");
    stack.mend_netbanx().await;
    // The same once more, and it is known there.
    change(&stack, &first.payment, &made, Some(wish))
        .await
        .expect(200);
    let told = read(&stack, &made).await;
    assert_eq!(
        (&told["attention"], &told["amount"]),
        (&json!([]), &json!(9900))
    );
    stack.break_netbanx(lost).await;
    let told = change(&stack, &first.payment, &made, Some(json!({"amount": 100}))).await;
    told.problem(503, "platform_unreachable");
    // That call does not wait for the one that is never heard.
    change(&stack, &first.payment, &made, None)
        .await
        .expect(200);
    let ended = wait(&stack, &made, "refused").await;
    assert_eq!(
        (&ended["attention"], &ended["amount"]),
        (&json!([]), &json!(9900)),
        "{ended}"
    );
    let order = orders(&stack).await.pop().unwrap();
    assert_eq!(order["transaction"]["status"], "cancelled", "{order}");
}

#[tokio::test]
async fn a_change_that_the_platform_refuses_or_that_comes_too_late_changes_nothing() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, due) = waiting(&stack, &first, 10).await;
    stack
        .break_netbanx(json!({"code": {"update": "5003"}, "callback_lost": true}))
        .await;
    let both = json!({"amount": 9900, "due_date": stack.netbanx_day(20).await});
    let told = change(&stack, &first.payment, &made, Some(both.clone())).await;
    let problem = told.problem(422, "field_invalid");
    assert!(
        problem.to_string().contains("refused by the platform"),
        "{problem}"
    );
    let stands = async || {
        let payment = read(&stack, &made).await;
        assert_eq!(
            (&payment["amount"], &payment["rebilling"]["due_date"]),
            (&json!(4200), &json!(due)),
            "{payment}"
        );
    };
    stands().await;
    // It runs, and nobody has told us yet.
    stack.break_netbanx(json!({"code": {}})).await;
    stack.move_netbanx_clock(json!({"days": 10})).await;
    let told = change(&stack, &first.payment, &made, Some(both)).await;
    assert_eq!(told.problem(422, "field_invalid")["field"], "due_date");
    stands().await;
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(
        (&done["accepted"], &done["attention"]),
        (&json!(4200), &json!([]))
    );
}

#[tokio::test]
async fn a_change_of_nothing_readable_is_refused_with_what_to_send() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, _) = waiting(&stack, &first, 10).await;
    for (wish, field) in [
        (json!({}), "due_date"),
        (json!({"amount": null}), "due_date"),
        (json!({"amount": 0}), "amount"),
        (json!({"amount": -5}), "amount"),
        (json!({"amount": "12"}), "amount"),
        (json!({"amount": 10_000_000_000_000_u64}), "amount"),
        (json!({"due_date": "tomorrow", "amount": 12}), "due_date"),
        (json!({"due_date": "2020-01-01", "amount": 12}), "due_date"),
        (json!({"currency": "GBP"}), "currency"),
    ] {
        let told = change(&stack, &first.payment, &made, Some(wish.clone())).await;
        let problem = told.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{wish} {problem}");
    }
    assert_eq!(stack.netbanx_calls("update", None).await, 0);
    assert_eq!(read(&stack, &made).await["amount"], 4200);
}

#[tokio::test]
async fn what_is_called_off_never_runs() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let wish = json!({"reference": "abo-2", "due_date": stack.netbanx_day(10).await});
    let made = rebill(&stack, &first.payment, wish).await;
    stack
        .wait_stage(made["id"].as_str().unwrap(), "unknown")
        .await;
    stack
        .break_netbanx(json!({"answer_lost": {"cancel": 1}}))
        .await;
    let told = change(&stack, &first.payment, &made, None)
        .await
        .expect(200)
        .json();
    assert_eq!(told["rebilling"]["called_off"], true, "{told}");
    wait(&stack, &made, "refused").await;
    change(&stack, &first.payment, &made, None)
        .await
        .expect(200);
    stack.move_netbanx_clock(json!({"days": 20})).await;
    let order = orders(&stack).await.pop().unwrap();
    assert_eq!(order["transaction"]["status"], "cancelled", "{order}");
    assert_eq!(read(&stack, &made).await["accepted"], 0);
}

#[tokio::test]
async fn bad_wishes_are_refused_with_what_to_do_and_nothing_is_charged() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let unpaid: Checkout = stack.session(4200).await;
    let unpaid = stack.start_hosted(&unpaid).await;
    let far = stack.netbanx_day(400).await;
    let today = stack.netbanx_day(0).await;
    for (wish, field) in [
        (json!({}), "reference"),
        (json!({"reference": ""}), "reference"),
        (json!({"reference": "a\nb"}), "reference"),
        (json!({"reference": "a", "amount": 0}), "amount"),
        (json!({"reference": "a", "amount": "12"}), "amount"),
        (
            json!({"reference": "a", "due_date": "24/12/2026"}),
            "due_date",
        ),
        (
            json!({"reference": "a", "due_date": "20261224"}),
            "due_date",
        ),
        (json!({"reference": "a", "due_date": today}), "due_date"),
        (
            json!({"reference": "a", "due_date": "2020-01-01"}),
            "due_date",
        ),
        (json!({"reference": "a", "due_date": far}), "due_date"),
        (json!({"reference": "a", "by": "token"}), "by"),
        (json!({"reference": "a", "capture": "manual"}), "capture"),
    ] {
        let answer = ask(&stack, &first.payment, &fresh_key(), &wish).await;
        let problem = answer.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{wish} {problem}");
    }
    let wish = json!({"reference": "a"});
    let answer = ask(&stack, &unpaid.payment, &fresh_key(), &wish).await;
    assert_eq!(answer.problem(422, "field_invalid")["field"], "payment");
    // An order that is paid is not paid twice, and nobody else's payment is charged.
    let truth = stack.netbanx_books().await["orders"][0].clone();
    assert_eq!(truth["transaction"]["status"], "success");
    let path = stack.at_backend(&format!("/v1/payments/{}/rebillings", first.payment));
    let post = stack.http.client().post(path).bearer_auth(OTHER_SHOP_KEY);
    let post = post.header("idempotency-key", fresh_key()).json(&wish);
    assert_eq!(stack.http.send(post).await.status, 404);
    assert_eq!(stack.netbanx_calls("rebill", None).await, 0);
}

#[tokio::test]
async fn bad_wishes_at_the_command_line_are_refused_with_what_to_do() {
    let stack = stack().await;
    let first = paid(&stack).await;
    let (made, due) = waiting(&stack, &first, 10).await;
    let id = made["id"].as_str().unwrap();
    let unpaid = stack.session(4200).await;
    let unpaid = stack.start_hosted(&unpaid).await.payment;
    let (paid, nobodys) = (
        first.payment.as_str(),
        "pay_00000000000000000000000000000000",
    );
    for (args, words) in [
        (&["rebill", paid][..], "--reference"),
        (&["rebill", "pay_1", "--reference", "r"], "begins with pay_"),
        (&["rebill", nobodys, "--reference", "r"], "no such payment"),
        (&["rebill", &unpaid, "--reference", "r"], "has not paid"),
        (&["rebill", paid, "--reference", ""], "--reference"),
        (
            &["rebill", paid, "--reference", "r", "--amount", "0"],
            "--amount",
        ),
        (
            &["rebill", paid, "--reference", "r", "--amount", "1.50"],
            "--amount",
        ),
        (
            &["rebill", paid, "--reference", "r", "--due", "24/12/2026"],
            "--due",
        ),
        (
            &["rebill", paid, "--reference", "r", "--due", "2020-01-01"],
            "must be a day after today",
        ),
        (
            &["rebill", paid, "--reference", "r", "--by-profile"],
            "charge it by its order",
        ),
        (&["amend", id], "--amount"),
        (&["amend", id, "--amount", "0"], "--amount"),
        (
            &["amend", id, "--due", "2020-01-01"],
            "must be a day after today",
        ),
        (&["amend", paid, "--amount", "100"], "no such rebilling"),
        (&["call-off", paid], "no such rebilling"),
        (&["call-off", nobodys], "no such payment"),
    ] {
        let args = [&["payments"], args].concat();
        let (status, told, errors) = stack.guichet(&args).await;
        assert!(status != 0, "{args:?} {told}");
        assert!(errors.contains(words), "{args:?} {errors}");
    }
    assert_eq!(stack.netbanx_calls("rebill", None).await, 1);
    assert_eq!(stack.netbanx_calls("update", None).await, 0);
    let waits = read(&stack, &made).await;
    assert_eq!(waits["rebilling"]["due_date"], due, "{waits}");
    // The same name again does nothing twice, and another wish by it is refused.
    let charge = async |amount: &str| {
        let wish = ["--reference", "r9", "--amount", amount, "--key", "k"];
        let args = [&["payments", "rebill", paid][..], &wish].concat();
        stack.guichet(&args).await
    };
    let (status, told, errors) = charge("300").await;
    assert_eq!(status, 0, "{told}{errors}");
    let (again, same, _) = charge("300").await;
    assert_eq!((again, same.lines().next()), (0, told.lines().next()));
    let (status, _, errors) = charge("400").await;
    assert!(
        status != 0 && errors.contains("use another --key"),
        "{errors}"
    );
    assert_eq!(stack.netbanx_calls("rebill", None).await, 2);
}

#[tokio::test]
async fn a_person_charges_changes_and_calls_off_at_the_command_line() {
    let mut stack = stack().await;
    let first = paid(&stack).await;
    let run = async |stack: &Stack, args: &[&str]| {
        let (status, told, errors) = stack.guichet(args).await;
        assert_eq!(status, 0, "{args:?} {told}{errors}");
        told
    };
    let id_in = |told: &str| {
        let found = told
            .split_whitespace()
            .find(|word| word.starts_with("pay_"));
        json!({ "id": found.unwrap() })
    };
    let args = [
        "payments",
        "rebill",
        &first.payment,
        "--reference",
        "r1",
        "--amount",
        "700",
    ];
    let made = id_in(&run(&stack, &args).await);
    let done = wait(&stack, &made, "paid").await;
    assert_eq!(done["accepted"], 700, "{done}");
    let (ten, twenty) = (stack.netbanx_day(10).await, stack.netbanx_day(20).await);
    let args = [
        "payments",
        "rebill",
        &first.payment,
        "--reference",
        "r2",
        "--due",
        &ten,
    ];
    let told = run(&stack, &args).await;
    assert!(
        told.contains(&format!("charges {} anew, to run on {ten}", first.payment)),
        "{told}"
    );
    let made = id_in(&told);
    let id = made["id"].as_str().unwrap();
    stack.wait_stage(id, "unknown").await;
    // The backend is not needed for it.
    stack.stop_backend().await;
    let told = run(&stack, &["payments", "amend", id, "--due", &twenty]).await;
    assert!(told.contains(&format!("to run on {twenty}")), "{told}");
    let told = run(&stack, &["payments", "amend", id, "--amount", "1750"]).await;
    assert!(told.contains("17.50"), "{told}");
    assert!(told.contains(&format!("to run on {twenty}")), "{told}");
    assert_eq!(orders(&stack).await.pop().unwrap()["total"], 1750);
    let (status, _, errors) = stack.guichet(&["payments", "amend", id]).await;
    assert!(status != 0 && errors.contains("--amount"), "{errors}");
    let told = run(&stack, &["payments", "call-off", id]).await;
    assert!(told.contains("called off"), "{told}");
    let order = orders(&stack).await.pop().unwrap();
    assert_eq!(order["transaction"]["status"], "cancelled", "{order}");
    let (status, _, errors) = stack
        .guichet(&["payments", "amend", id, "--due", &ten])
        .await;
    assert!(status != 0 && errors.contains("called off"), "{errors}");
    stack.start_backend().await;
    wait(&stack, &made, "refused").await;
}
