//! What becomes of money: parts, orders of arrival, faults, restarts.

use serde_json::{Value, json};

use crate::support::{CARD, CARD_AT_ONCE, NO_LIMITS, Stack, StackOptions, Started, VOUCHER, until};

/// The meal voucher that is three euros short.
const SHORT: &str = "9999000000000003";
/// The one whose complement is always refused.
const SHORT_THEN_REFUSED: &str = "9999000000001003";

/// The only payment that the shop is told of.
fn only(truth: &Value) -> &Value {
    let payments = truth["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "{truth}");
    &payments[0]
}

/// What the shop is told of a payment.
fn told<'a>(truth: &'a Value, started: &Started) -> &'a Value {
    let payments = truth["payments"].as_array().unwrap();
    payments
        .iter()
        .find(|payment| payment["id"] == started.payment)
        .unwrap()
}

#[tokio::test]
async fn voucher_and_complement_pay_together_in_whatever_order_they_are_told() {
    let stack = Stack::usual().await;
    let faults = [
        json!({}),
        json!({ "twice": true }),
        json!({ "swapped": true }),
        json!({ "swapped": true, "twice": true }),
        json!({ "parallel": true }),
        json!({ "parallel": true, "twice": true }),
    ];
    let vouchers = ["apetiz", "sodexo", "upchequdej"];
    for (fault, method) in faults.iter().zip(vouchers.iter().cycle()) {
        stack.no_faults().await;
        stack.faults(fault.clone()).await;
        let checkout = stack.session(4200).await;
        let (started, back) = stack
            .pay_by_voucher(&checkout, method, SHORT, Some(CARD))
            .await;
        stack.come_back(&back).await;
        let status = stack.wait_status(&checkout, "paid").await;
        let parts = status["payment"]["parts"].as_array().unwrap();
        let mut paid: Vec<_> = parts.iter().map(|p| (&p["kind"], &p["amount"])).collect();
        paid.sort_by_key(|(_, amount)| amount.as_u64());
        let expected = [
            (json!("complement"), json!(300)),
            (json!("voucher"), json!(3900)),
        ];
        assert_eq!(
            paid,
            expected.iter().map(|(k, a)| (k, a)).collect::<Vec<_>>(),
            "{fault}"
        );
        assert_eq!(status["payment"]["accepted"], 4200);
        let truth = stack.truth(&checkout).await;
        assert_eq!(only(&truth)["attention"], json!([]), "{fault}: {truth}");
        assert_eq!(truth["settled_by"], started.payment);
    }
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn a_voucher_part_alone_is_pending_until_its_complement_comes() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "sodexo").await;
    let page = stack.open_page(&started).await;
    let complement = stack.type_card(&page, SHORT).await;
    let truth = stack
        .wait_truth(&checkout, "the voucher part", |truth| {
            only(truth)["accepted"] == 3900
        })
        .await;
    assert_eq!(
        (&truth["status"], &truth["settled_by"]),
        (&json!("pending"), &Value::Null)
    );
    assert_eq!(stack.status(&checkout).await["open_elsewhere"], true);
    stack.type_card(&complement, CARD).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_holiday_voucher_is_completed_by_a_card() {
    let stack = Stack::start(StackOptions {
        ticket: true,
        ..Default::default()
    })
    .await;
    let checkout = stack.session(10_000).await;
    let started = stack.start_payment(&checkout, "cvconnect").await;
    let page = stack.open_page(&started).await;
    let complement = stack.use_cv(&page, "90000000040", "60").await;
    let ticket = stack.type_card(&complement, CARD).await;
    let back = stack.act(&ticket, &[]).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let truth = stack.truth(&checkout).await;
    let parts = only(&truth)["parts"].as_array().unwrap();
    let brands: Vec<_> = parts
        .iter()
        .map(|part| (&part["brand"], &part["amount"]))
        .collect();
    assert_eq!(
        brands,
        [
            (&json!("CVCONNECT"), &json!(6000)),
            (&json!("LIMOCB"), &json!(4000))
        ]
    );
}

#[tokio::test]
async fn on_the_platforms_page_of_choice_whatever_was_chosen_pays() {
    let stack = Stack::usual().await;
    for (method, number) in [("card", CARD), ("apetiz", VOUCHER)] {
        let checkout = stack.session(4200).await;
        let started = stack.start_payment(&checkout, "up2pay_choice").await;
        assert_eq!(started.field("PBX_TYPECARTE"), "");
        let choice = stack.open_page(&started).await;
        let page = stack.choose(&choice, method).await;
        let back = stack.type_card(&page, number).await;
        stack.come_back(&back).await;
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn after_a_refused_complement_a_card_pays_the_full_total_and_the_held_part_is_listed() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "upchequdej").await;
    let page = stack.open_page(&started).await;
    let complement = stack.type_card(&page, SHORT_THEN_REFUSED).await;
    let again = stack.type_card(&complement, CARD).await;
    assert_eq!(again, complement, "refused, and asked for again");
    let back = stack
        .act(&complement.replace("complement", "abandonner"), &[])
        .await;
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "incomplete").await;
    assert_eq!(status["payment"]["voucher_may_be_held"], true, "{status}");
    assert_eq!(
        (&status["can_pay"], &status["payment"]["accepted"]),
        (&json!(true), &json!(3900))
    );

    let (card, back) = stack.pay_by_card(&checkout, CARD).await;
    assert_eq!(
        card.field("PBX_TOTAL"),
        "4200",
        "the card pays the full total"
    );
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "paid").await;
    assert_eq!(
        (&status["payment"]["id"], &status["payment"]["accepted"]),
        (&json!(card.payment), &json!(4200))
    );
    assert_eq!(status["others"][0]["status"], "incomplete", "{status}");
    assert_eq!(status["others"][0]["voucher_may_be_held"], true, "{status}");
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        (&truth["status"], &truth["settled_by"]),
        (&json!("paid"), &json!(card.payment))
    );
    assert_eq!(told(&truth, &started)["attention"], json!(["part_held"]));
    let list = stack.attention().await;
    assert!(
        list.contains(&started.payment) && list.contains("part_held"),
        "{list}"
    );
    assert!(!list.contains(&card.payment), "{list}");
}

#[tokio::test]
async fn of_two_paid_payments_the_second_is_a_surplus_that_shop_shopper_and_operator_see() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let one = stack.start_payment(&checkout, "card").await;
    let one_page = stack.open_page(&one).await;
    let two = stack.start_payment(&checkout, "apetiz").await;
    let two_page = stack.open_page(&two).await;
    stack.type_card(&two_page, VOUCHER).await;
    stack.wait_status(&checkout, "paid").await;
    stack.type_card(&one_page, CARD).await;
    let truth = stack
        .wait_truth(&checkout, "the surplus", |truth| {
            told(truth, &one)["surplus"] == true
        })
        .await;
    assert_eq!(
        (&truth["status"], &truth["settled_by"]),
        (&json!("paid"), &json!(two.payment))
    );
    assert_eq!(told(&truth, &one)["attention"], json!(["surplus"]));
    assert_eq!(told(&truth, &two)["attention"], json!([]));
    let status = stack.status(&checkout).await;
    assert_eq!(status["payment"]["id"], two.payment);
    let others = status["others"].as_array().unwrap();
    assert_eq!(
        (others.len(), &others[0]["surplus"]),
        (1, &json!(true)),
        "{status}"
    );
    let list = stack.attention().await;
    assert!(
        list.contains(&one.payment) && list.contains("surplus"),
        "{list}"
    );
    assert!(!list.contains(&two.payment), "{list}");
}

#[tokio::test]
async fn with_capture_by_hand_the_full_amount_is_authorised_and_not_paid() {
    let stack = Stack::usual().await;
    let checkout = stack
        .session_with(4200, json!({ "capture": "manual" }))
        .await;
    let (started, back) = stack.pay_by_card(&checkout, CARD).await;
    assert_eq!(started.field("PBX_AUTOSEULE"), "O");
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "authorised").await;
    assert_eq!(status["can_pay"], false, "{status}");
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        (&truth["status"], &truth["capture"]),
        (&json!("authorised"), &json!("manual"))
    );
    assert_eq!(only(&truth)["money"], "authorised");
}

#[tokio::test]
async fn when_the_notification_is_lost_the_signed_return_makes_us_ask_and_it_is_paid() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "lost": true })).await;
    let checkout = stack.session(4200).await;
    let (started, back) = stack.pay_by_card(&checkout, CARD).await;
    assert_eq!(
        stack.deliveries(started.reference()).await[0]["outcome"],
        "lost"
    );
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_return_moves_no_money_whatever_it_says() {
    let stack = Stack::usual().await;
    stack
        .faults(json!({ "lost": true, "ppps_down": true }))
        .await;
    let checkout = stack.session(4200).await;
    let (started, back) = stack.pay_by_card(&checkout, CARD).await;
    let home = format!("{}/commande/1", stack.shop());
    let (address, query) = back.split_once('?').unwrap();
    let altered = [
        format!("{address}?{}", query.replace("Mt=4200", "Mt=1")),
        address.to_owned(),
        address.replace("accepted", "cancelled"),
        address.replace("accepted", "anything"),
        format!("{address}?{}", "x".repeat(5000)),
    ];
    for address in &altered {
        assert_eq!(stack.come_back(address).await, home, "{address}");
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "pending", "{address}: {status}");
    }
    assert_eq!(stack.count("events").await, 0, "nothing unsigned is kept");
    // What stands after the signature is not read: it is the signed return, and no refusal.
    let appended = format!("{address}?{query}&Erreur=00105");
    assert_eq!(stack.come_back(&appended).await, home);
    for _ in 0..20 {
        assert_eq!(stack.come_back(&back).await, home);
    }
    stack.wait_asked(&started, 1).await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        (&truth["status"], &only(&truth)["money"]),
        (&json!("pending"), &json!("pending"))
    );
    assert_eq!(
        only(&truth)["accepted"],
        0,
        "a signed return alone counts for nothing"
    );
    assert_eq!(
        stack.questions(&started).await.len(),
        1,
        "twenty returns ask once"
    );
    stack.no_faults().await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(
        stack
            .come_back(&address.replace("accepted", "cancelled"))
            .await,
        home
    );
    assert_eq!(stack.status(&checkout).await["status"], "paid");
}

#[tokio::test]
async fn a_return_to_another_payments_address_says_nothing_of_that_payment() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "lost": true })).await;
    let victim = stack.session(4200).await;
    let other = stack.start_payment(&victim, "card").await;
    let checkout = stack.session(4200).await;
    let (mine, back) = stack.pay_by_card(&checkout, CARD).await;
    let moved = back.replace(&mine.payment, &other.payment);
    stack.come_back(&moved).await;
    assert_eq!(stack.count("events").await, 0);
    assert_eq!(stack.status(&victim).await["status"], "pending");
    let unknown = back.replace(&mine.payment, "pay_00000000000000000000000000000000");
    assert_eq!(stack.get(&unknown).await.status, 404);
    assert_eq!(
        stack
            .get(&back.replace("/up2pay/", "/paypal/"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_cancelled_page_is_shown_as_cancelled_and_another_method_pays() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "sodexo").await;
    let page = stack.open_page(&started).await;
    let back = stack.cancel_page(&page).await;
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "cancelled").await;
    assert_eq!(
        (&status["can_pay"], &status["open_elsewhere"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        only(&stack.truth(&checkout).await)["money"],
        "pending",
        "only a hint"
    );
    let (_, back) = stack.pay_by_card(&checkout, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_refused_card_may_be_followed_by_an_accepted_one_on_the_same_page() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    assert_eq!(stack.type_card(&page, "1111222233330151").await, page);
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "funds", "{status}");
    let back = stack.type_card(&page, CARD).await;
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "paid").await;
    assert_eq!(
        status["payment"]["parts"].as_array().unwrap().len(),
        2,
        "{status}"
    );
}

#[tokio::test]
async fn who_was_refused_and_then_paid_is_told_to_wait_until_the_platform_confirms() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, "1111222233330151").await;
    stack.wait_status(&checkout, "refused").await;
    stack.faults(json!({ "ppps_down": true })).await;
    let back = stack.type_card(&page, CARD).await;
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "pending").await;
    assert_eq!(status["open_elsewhere"], true, "{status}");
    // Nor does the deadline make it "refused" or "open": the money may have moved.
    stack.pass_deadline(&started).await;
    let status = stack.status(&checkout).await;
    assert_eq!(
        (&status["status"], &status["open_elsewhere"]),
        (&json!("pending"), &json!(true)),
        "{status}"
    );
    stack.faults(json!({ "ppps_down": false })).await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_code_that_nobody_knows_is_no_success() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, "1111222233330777").await;
    stack.wait_asked(&started, 1).await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(only(&truth)["parts"][0]["code"], "00777");
    assert_eq!(
        (&only(&truth)["accepted"], &truth["settled_by"]),
        (&json!(0), &Value::Null)
    );
    assert_ne!(truth["status"], "paid");
}

#[tokio::test]
async fn while_the_platform_can_not_be_asked_a_payment_stays_pending_and_is_paid_afterwards() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "ppps_down": true })).await;
    let checkout = stack.session(4200).await;
    let (started, back) = stack.pay_by_card(&checkout, CARD).await;
    stack.come_back(&back).await;
    for tries in 1..=3 {
        stack.ask_again(&started).await;
        stack.wait_asked(&started, tries).await;
    }
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    stack.faults(json!({ "ppps_down": false })).await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again_with_a_new_number() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "ppps_answer_lost": true })).await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD).await;
    stack.wait_asked(&started, 1).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    stack
        .faults(json!({ "ppps_answer_lost": false, "ppps_padded": true }))
        .await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(only(&stack.truth(&checkout).await)["attention"], json!([]));
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_killed_backend() {
    let mut stack = Stack::usual().await;
    stack
        .faults(json!({ "hold": true, "ppps_down": true }))
        .await;
    let checkout = stack.session(4200).await;
    let (started, _) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
    let held = stack.deliveries(started.reference()).await;
    let answer = stack.notify(held[0]["query"].as_str().unwrap()).await;
    assert_eq!(answer.status, 200);
    // The platform has been told that we have it. Nothing else may be needed from now on.
    stack.kill_backend().await;
    stack.no_faults().await;
    stack.start_backend().await;
    stack.ask_again(&started).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_backend_killed_between_redirect_and_notification_loses_nothing() {
    let mut stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "sodexo").await;
    let before = stack.truth(&checkout).await;
    stack.kill_backend().await;
    let page = stack.open_page(&started).await;
    let complement = stack.type_card(&page, SHORT).await;
    stack.type_card(&complement, CARD).await;
    let lost = stack.deliveries(started.reference()).await;
    assert!(
        lost.iter().all(|line| line["outcome"] == "failed"),
        "{lost:?}"
    );
    stack.start_backend().await;
    assert_eq!(stack.truth(&checkout).await, before);
    // The platform repeats what was not acknowledged.
    for line in &lost {
        assert_eq!(
            stack.notify(line["query"].as_str().unwrap()).await.status,
            200
        );
    }
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn after_its_deadline_a_payment_is_expired_and_a_late_part_still_pays_it() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    stack.pass_deadline(&started).await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(
        (&truth["status"], &only(&truth)["money"]),
        (&json!("open"), &json!("expired"))
    );
    stack.type_card(&page, CARD).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn after_its_deadline_a_part_alone_is_incomplete_and_listed_and_a_late_part_still_pays_it() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "apetiz").await;
    let page = stack.open_page(&started).await;
    let complement = stack.type_card(&page, SHORT).await;
    stack
        .wait_truth(&checkout, "the voucher part", |truth| {
            only(truth)["accepted"] == 3900
        })
        .await;
    stack.pass_deadline(&started).await;
    let status = stack.wait_status(&checkout, "incomplete").await;
    assert_eq!(status["payment"]["voucher_may_be_held"], true);
    let list = stack.attention().await;
    assert!(
        list.contains(&started.payment) && list.contains("part_held"),
        "{list}"
    );
    stack.type_card(&complement, CARD).await;
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn a_pending_answer_waits_for_the_final_one_even_beyond_the_deadline() {
    let stack = Stack::usual().await;
    for (code, wanted) in [("00000", "paid"), ("00105", "refused")] {
        let checkout = stack.session(4200).await;
        let (started, back) = stack.pay_by_card(&checkout, "1111222233339999").await;
        stack.come_back(&back).await;
        stack.wait_asked(&started, 1).await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        stack.pass_deadline(&started).await;
        assert_eq!(stack.truth(&checkout).await["settled_by"], Value::Null);
        let books = stack.platform_books(started.reference()).await;
        stack.make_final(&books[0], code).await;
        stack.ask_again(&started).await;
        stack.wait_status(&checkout, wanted).await;
        let truth = stack.truth(&checkout).await;
        assert_eq!(only(&truth)["attention"], json!([]), "{code}: {truth}");
    }
}

#[tokio::test]
async fn when_the_main_page_host_is_down_the_form_goes_to_the_backup() {
    let stack = Stack::usual().await;
    stack.faults(json!({ "page_main_down": true })).await;
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    assert_eq!(started.url, format!("{}/php/", stack.platform_backup()));
    let answer = stack.submit(&started).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

#[tokio::test]
async fn when_both_page_hosts_are_down_nothing_is_started_and_the_same_click_works_later() {
    let stack = Stack::start(StackOptions {
        lines: NO_LIMITS.into(),
        ..Default::default()
    })
    .await;
    stack
        .faults(json!({ "page_main_down": true, "page_backup_down": true }))
        .await;
    let checkout = stack.session(4200).await;
    let card = json!({ "method": "card" });
    let answer = stack.post_payment(&checkout, "click", &card).await;
    answer.problem(503, "platform_unreachable");
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
    assert_eq!(stack.status(&checkout).await["status"], "open");
    stack.no_faults().await;
    // A host's word is kept for some seconds.
    let started = until("a host that is well again", || async {
        let answer = stack.post_payment(&checkout, "click", &card).await;
        if answer.status == 201 {
            return Some(Started::new(&answer));
        }
        answer.problem(503, "platform_unreachable");
        None
    })
    .await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, CARD_AT_ONCE).await;
    stack.wait_status(&checkout, "paid").await;
}
