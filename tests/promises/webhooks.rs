//! What a shop's server is told by itself.

use serde_json::json;

use crate::support::{
    Answering, CARD_AT_ONCE, Checkout, NEXT_WEBHOOK_SECRET, Received, Receiver, Stack,
    StackOptions, Started, VOUCHER, WEBHOOK_SECRET, until,
};

/// Lets messages go to this machine.
const HERE: &str = "webhook_networks = [\"127.0.0.1\"]\n";

/// The meal voucher that is three euros short.
const SHORT: &str = "9999000000000003";

fn options(receiver: &Receiver, secrets: &[&str]) -> StackOptions {
    StackOptions {
        lines: HERE.into(),
        shop_lines: receiver.shop_lines(secrets),
        ..StackOptions::default()
    }
}

async fn with_webhook() -> (Receiver, Stack) {
    let receiver = Receiver::start().await;
    let stack = Stack::start(options(&receiver, &[WEBHOOK_SECRET])).await;
    (receiver, stack)
}

/// A session that is paid by card; nobody comes back from the platform's page.
async fn paid(stack: &Stack) -> (Checkout, Started) {
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, CARD_AT_ONCE).await;
    (checkout, started)
}

/// The crate that shops in Rust verify with, as the specification's authors publish it.
fn verifies(message: &Received, secret: &str) -> bool {
    let webhook = standardwebhooks::Webhook::new(secret).unwrap();
    webhook.verify(&message.body, &message.headers).is_ok()
}

#[tokio::test]
async fn a_paid_session_is_told_once_though_nobody_comes_back_and_nobody_asks() {
    let (receiver, stack) = with_webhook().await;
    let (checkout, started) = paid(&stack).await;
    let told = receiver.wait_for(&checkout.id, 1).await;
    let message = &told[0];
    assert!(verifies(message, WEBHOOK_SECRET));
    assert!(!verifies(message, NEXT_WEBHOOK_SECRET));
    assert_eq!(message.header("content-type"), "application/json");
    let seconds: i64 = message.header("webhook-timestamp").parse().unwrap();
    assert!(seconds > 1_700_000_000, "{seconds}");
    let digits = checkout.id.strip_prefix("cs_").unwrap();
    assert_eq!(message.id(), format!("msg_{digits}_1"));
    let body = message.json();
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        body,
        json!({
            "type": "session.paid",
            "timestamp": body["timestamp"],
            "data": {
                "sequence": 1,
                "session": checkout.id,
                "reference": truth["reference"],
                "status": "paid",
                "amount": 4200,
                "currency": "EUR",
                "payment": {
                    "id": started.payment,
                    "method": "card",
                    "status": "paid",
                    "accepted": 4200,
                },
            },
        })
    );
    // The same notification again, the deadline, and a start anew tell it no more.
    for line in stack.deliveries(started.reference()).await {
        stack
            .notify(line["query"].as_str().unwrap())
            .await
            .expect(200);
    }
    stack.pass_deadline(&started).await;
    let mut stack = stack;
    stack.stop_backend().await;
    stack.start_backend().await;
    let (other, _) = paid(&stack).await;
    receiver.wait_for(&other.id, 1).await;
    assert_eq!(receiver.of(&checkout.id).len(), 1);
}

#[tokio::test]
async fn what_is_done_with_the_money_is_told() {
    let (receiver, stack) = with_webhook().await;
    let (checkout, started) = stack.reserved_session(4200).await;
    let captured = stack
        .instruct(&started.payment, "captures", json!({}))
        .await;
    receiver.wait_for(&checkout.id, 3).await;
    stack.next_day(&started).await;
    let wish = json!({ "amount": 1000 });
    let refunded = stack.instruct(&started.payment, "refunds", wish).await;
    let told = receiver.wait_for(&checkout.id, 4).await;
    let mut kinds: Vec<_> = told.iter().map(Received::kind).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            "payment.captured",
            "payment.refunded",
            "session.authorised",
            "session.paid"
        ]
    );
    for (kind, instruction, amount) in [
        ("payment.captured", &captured, 4200),
        ("payment.refunded", &refunded, 1000),
    ] {
        let mut of_kind = told.iter().filter(|message| message.kind() == kind);
        let body = of_kind.next().unwrap().json();
        let id = &instruction["operations"][0]["id"];
        let expected = json!({ "id": id, "amount": amount });
        assert_eq!(body["data"]["operation"], expected, "{body}");
        assert_eq!(body["data"]["status"], "paid", "{body}");
    }
}

#[tokio::test]
async fn nothing_of_the_shopper_is_in_a_message() {
    let (receiver, stack) = with_webhook().await;
    let order = stack.order(4200);
    let mut shopper = order["shopper"].clone();
    shopper["id"] = json!("client-canary");
    let checkout = stack
        .session_with(4200, json!({ "shopper": shopper }))
        .await;
    let started = stack.start_payment(&checkout, "sodexo").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, SHORT).await;
    stack
        .wait_truth(&checkout, "the voucher part", |truth| {
            truth["payments"][0]["accepted"] == 3900
        })
        .await;
    stack.pass_deadline(&started).await;
    let told = receiver.wait_for(&checkout.id, 1).await;
    assert_eq!(told[0].kind(), "session.incomplete");
    let text = String::from_utf8(told[0].body.clone()).unwrap();
    let shopper = &order["shopper"];
    let mut personal = vec!["client-canary".to_owned(), checkout.secret.clone()];
    for value in [
        &shopper["name"]["first"],
        &shopper["name"]["last"],
        &shopper["email"],
        &shopper["phone"],
        &shopper["address"]["line1"],
        &shopper["address"]["postal_code"],
        &shopper["address"]["city"],
        &order["return_url"],
    ] {
        personal.push(value.as_str().unwrap().to_owned());
    }
    for value in personal {
        assert!(!text.contains(&value), "{value} in {text}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_down_is_told_when_it_is_back_with_the_same_id_and_a_new_time() {
    let (mut receiver, stack) = with_webhook().await;
    receiver.answer(Answering::Status(503));
    let (checkout, _) = paid(&stack).await;
    let first = receiver.wait_for(&checkout.id, 1).await[0].clone();
    // Now nobody listens at all.
    receiver.stop();
    let (unheard, _) = paid(&stack).await;
    stack
        .logged(&["can't be reached", "did not take a notice"])
        .await;
    receiver.answer(Answering::Status(200));
    receiver.listen_again().await;
    let told = receiver.wait_for(&checkout.id, 2).await;
    let last = told.last().unwrap();
    assert_eq!((last.id(), &last.body), (first.id(), &first.body));
    assert!(verifies(last, WEBHOOK_SECRET), "signed for its own moment");
    let seconds = |message: &Received| message.header("webhook-timestamp").parse::<i64>().unwrap();
    assert!(
        seconds(last) >= seconds(&first) + 4,
        "the first pause is five seconds"
    );
    let told = receiver.wait_for(&unheard.id, 1).await;
    assert_eq!(told[0].kind(), "session.paid");
    let (status, list, _) = stack.guichet(&["webhooks", "list"]).await;
    assert_eq!(status, 0);
    assert!(list.contains("0 waiting, 0 given up"), "{list}");
    // What it answers beside the status is read by nobody and kept nowhere.
    assert!(!list.contains("canary") && !stack.backend_log().contains("canary"));
}

#[tokio::test]
async fn a_kill_between_the_event_and_its_sending_loses_nothing() {
    let (receiver, mut stack) = with_webhook().await;
    for _ in 0..3 {
        // It never answers, so that the kill comes before what came of it can be recorded.
        receiver.answer(Answering::Never);
        let (checkout, _) = paid(&stack).await;
        receiver.wait_for(&checkout.id, 1).await;
        stack.kill_backend().await;
        receiver.answer(Answering::Status(200));
        stack.start_backend().await;
        let told = receiver.wait_for(&checkout.id, 2).await;
        assert_eq!(told[0].id(), told[1].id());
        assert_eq!((told[0].kind(), told.len()), ("session.paid".to_owned(), 2));
    }
}

#[tokio::test]
async fn while_the_secret_is_changed_both_verify_and_afterwards_the_new_one_alone() {
    let receiver = Receiver::start().await;
    for (secrets, valid) in [
        (vec![WEBHOOK_SECRET], [true, false]),
        (vec![NEXT_WEBHOOK_SECRET, WEBHOOK_SECRET], [true, true]),
        (vec![NEXT_WEBHOOK_SECRET], [false, true]),
    ] {
        let stack = Stack::start(options(&receiver, &secrets)).await;
        let (checkout, _) = paid(&stack).await;
        let told = receiver.wait_for(&checkout.id, 1).await;
        let both = [WEBHOOK_SECRET, NEXT_WEBHOOK_SECRET].map(|s| verifies(&told[0], s));
        assert_eq!(both, valid);
        let signature = told[0].header("webhook-signature");
        assert_eq!(signature.split(' ').count(), secrets.len(), "{signature}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (receiver, stack) = with_webhook().await;
    let elsewhere = Receiver::start().await;
    receiver.answer(Answering::Redirect(elsewhere.url()));
    let (checkout, _) = paid(&stack).await;
    stack.logged(&["307 (redirects are not followed)"]).await;
    assert!(!receiver.of(&checkout.id).is_empty());
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn of_one_session_the_earlier_notice_comes_first_though_it_failed_at_first() {
    let (receiver, stack) = with_webhook().await;
    receiver.answer(Answering::Status(500));
    let checkout = stack.session(4200).await;
    let mut started = Vec::new();
    for _ in 0..2 {
        started.push(stack.start_payment(&checkout, "sodexo").await);
    }
    for one in &started {
        let page = stack.open_page(one).await;
        stack.type_card(&page, VOUCHER).await;
    }
    stack
        .wait_truth(&checkout, "two paid payments", |truth| {
            truth["payments"]
                .as_array()
                .unwrap()
                .iter()
                .all(|p| p["money"] == "paid")
        })
        .await;
    receiver.wait_for(&checkout.id, 1).await;
    receiver.answer(Answering::Status(200));
    let told = until("both notices", || async {
        let told = receiver.of(&checkout.id);
        let last = told
            .last()
            .is_some_and(|last| last.kind() == "session.surplus");
        last.then_some(told)
    })
    .await;
    let (last, before) = told.split_last().unwrap();
    assert_eq!(last.json()["data"]["sequence"], 2);
    // It failed once at least, and was taken before the later one was sent.
    assert!(before.len() >= 2, "{}", before.len());
    for message in before {
        assert_eq!(message.kind(), "session.paid");
        assert_eq!(message.json()["data"]["sequence"], 1);
    }
}

#[tokio::test]
async fn an_expired_session_is_told_when_its_time_has_passed_and_one_that_is_closed_at_once() {
    let (receiver, stack) = with_webhook().await;
    let (late, closed) = (stack.session(4200).await, stack.session(4200).await);
    stack.expire(&late).await;
    stack.expire_session(&closed).await.expect(200);
    for checkout in [&late, &closed] {
        let told = receiver.wait_for(&checkout.id, 1).await;
        assert_eq!(told[0].kind(), "session.expired");
        assert_eq!(told[0].json()["data"]["status"], "expired");
        assert!(told[0].json()["data"]["payment"].is_null());
    }
}

#[tokio::test]
async fn an_endpoint_that_says_it_is_gone_is_disabled_and_told_all_once_it_is_enabled() {
    let (receiver, stack) = with_webhook().await;
    receiver.answer(Answering::Status(410));
    let (checkout, _) = paid(&stack).await;
    stack.logged(&["alert=\"webhook\"", "410"]).await;
    let (status, list, errors) = stack.guichet(&["webhooks", "list"]).await;
    assert_eq!(status, 3, "{errors}");
    assert!(
        list.contains("disabled since") && list.contains("it answered 410"),
        "{list}"
    );
    assert!(list.contains("1 waiting"), "{list}");
    receiver.answer(Answering::Status(200));
    let enabled = stack.guichet(&["webhooks", "enable", "demo"]).await;
    assert_eq!(
        (enabled.0, enabled.1.as_str()),
        (0, "demo is enabled\n"),
        "{}",
        enabled.2
    );
    let told = receiver.wait_for(&checkout.id, 2).await;
    assert_eq!(told[0].id(), told[1].id());

    // Disabled by command, nothing is sent, and nothing is lost.
    let disabled = stack.guichet(&["webhooks", "disable", "demo"]).await;
    assert_eq!(disabled.0, 0, "{}", disabled.2);
    let (quiet, _) = paid(&stack).await;
    stack.wait_status(&quiet, "paid").await;
    let (status, list, _) = stack.guichet(&["webhooks", "list", "--shop", "demo"]).await;
    assert!(status == 3 && list.contains("by command"), "{list}");
    assert!(receiver.of(&quiet.id).is_empty());
    stack.guichet(&["webhooks", "enable", "demo"]).await;
    receiver.wait_for(&quiet.id, 1).await;
}

#[tokio::test]
async fn what_was_told_is_told_again_by_command() {
    let (receiver, stack) = with_webhook().await;
    let (checkout, _) = paid(&stack).await;
    let first = receiver.wait_for(&checkout.id, 1).await[0].clone();
    until("the delivery's record", || async {
        let (_, list, _) = stack.guichet(&["webhooks", "list"]).await;
        list.contains("delivered").then_some(())
    })
    .await;
    let (status, said, errors) = stack.guichet(&["webhooks", "replay", first.id()]).await;
    assert_eq!(
        (status, said.as_str()),
        (0, "1 to be sent again\n"),
        "{errors}"
    );
    let told = receiver.wait_for(&checkout.id, 2).await;
    assert_eq!((told[1].id(), &told[1].body), (first.id(), &first.body));
    let since = [
        "webhooks",
        "replay",
        "--shop",
        "demo",
        "--since",
        "2020-01-01T00:00:00Z",
    ];
    let (status, _, errors) = stack.guichet(&since).await;
    assert_eq!(status, 0, "{errors}");
    receiver.wait_for(&checkout.id, 3).await;
    let (status, _, errors) = stack.guichet(&["webhooks", "replay", "msg_none"]).await;
    assert!(
        status == 1 && errors.contains("no notice msg_none"),
        "{errors}"
    );
}

#[tokio::test]
async fn a_shops_slow_server_holds_up_no_other_shop() {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.answer(Answering::Never);
    let mut options = options(&slow, &[WEBHOOK_SECRET]);
    options.other_shop_lines = quick.shop_lines(&[NEXT_WEBHOOK_SECRET]);
    let stack = Stack::start(options).await;
    for _ in 0..12 {
        let checkout = stack.session(4200).await;
        stack.expire_session(&checkout).await.expect(200);
    }
    until("as many as may be under way", || async {
        (slow.received().len() == 8).then_some(())
    })
    .await;
    let other = stack.other_session(4200).await;
    stack.expire_other_session(&other).await.expect(200);
    let told = quick.wait_for(&other.id, 1).await;
    assert!(verifies(&told[0], NEXT_WEBHOOK_SECRET));
    assert_eq!(slow.received().len(), 8, "its own wait for room");
}

#[tokio::test]
async fn a_secret_is_made_by_command_and_every_library_takes_it() {
    let stack = Stack::usual().await;
    let (status, secret, _) = stack.guichet(&["webhooks", "secret"]).await;
    let secret = secret.trim_end();
    assert_eq!((status, secret.len()), (0, "whsec_".len() + 44));
    assert!(standardwebhooks::Webhook::new(secret).is_ok());
    let (_, another, _) = stack.guichet(&["webhooks", "secret"]).await;
    assert_ne!(secret, another.trim_end());
}

#[tokio::test]
async fn an_order_whose_browser_was_closed_is_paid_on_the_shops_page_without_asking() {
    let mut stack = Stack::start(StackOptions {
        lines: HERE.into(),
        told: true,
        ..StackOptions::default()
    })
    .await;
    let order = stack.demo_order(json!({ "amount": 4200 })).await;
    let started = stack.start_payment(&Checkout::new(&order), "card").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, CARD_AT_ONCE).await;
    until("the delivery's record", || async {
        let (_, list, _) = stack.guichet(&["webhooks", "list"]).await;
        list.contains("delivered").then_some(())
    })
    .await;
    // Nobody could ask any more.
    stack.stop_backend().await;
    let path = order["order_path"].as_str().unwrap();
    let get = stack.http.client().get(format!("{}{path}", stack.shop()));
    let page = stack.http.send(get).await.expect(200).text();
    assert!(page.contains("data-status=\"paid\""), "{page}");
}

#[tokio::test]
async fn what_the_shop_had_done_with_money_is_told_with_its_amount() {
    let (receiver, stack) = with_webhook().await;
    let (checkout, started) = paid(&stack).await;
    receiver.wait_for(&checkout.id, 1).await;
    stack.next_day(&started).await;
    let wish = json!({ "amount": 1000, "reason": "retour, canari" });
    let done = stack.instruct(&started.payment, "refunds", wish).await;
    let told = receiver.wait_for(&checkout.id, 2).await;
    let body = told[1].json();
    assert_eq!(body["type"], "payment.refunded", "{body}");
    assert_eq!(body["data"]["sequence"], 2);
    assert_eq!(body["data"]["payment"]["id"], started.payment);
    let operation = &body["data"]["operation"];
    assert_eq!(operation["amount"], 1000);
    assert_eq!(operation["id"], done["operations"][0]["id"]);
    assert!(!body.to_string().contains("canari"), "{body}");

    for (kind, expected) in [
        (
            "captures",
            vec!["session.authorised", "payment.captured", "session.paid"],
        ),
        (
            "cancellations",
            vec!["session.authorised", "payment.cancelled"],
        ),
    ] {
        let (checkout, started) = stack.reserved_session(4200).await;
        stack.instruct(&started.payment, kind, json!({})).await;
        let told = receiver.wait_for(&checkout.id, expected.len()).await;
        let kinds: Vec<_> = told.iter().map(Received::kind).collect();
        assert_eq!(kinds, expected);
        assert_eq!(told[1].json()["data"]["operation"]["amount"], 4200);
    }
}
