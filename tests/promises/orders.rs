//! One order is paid once, whatever the number of its sessions: a surplus in another session,
//! finding and closing sessions, and what a repeated request for a dead one gives.

use serde_json::{Value, json};

use crate::support::{
    CARD, CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, OTHER_SHOP_KEY, SMOOTH, Stack, StackOptions,
    Started, VOUCHER, fresh_key,
};

/// Two checkouts of one order.
async fn two_of_one_order(stack: &Stack) -> [Checkout; 2] {
    let change = json!({ "reference": "commande-42" });
    [
        stack.session_with(4200, change.clone()).await,
        stack.session_with(4200, change).await,
    ]
}

/// Pays each of them by card, the pages of both being open at once.
async fn pay_both(stack: &Stack, [one, two]: &[Checkout; 2]) -> [Started; 2] {
    let first = stack.start_payment(one, "card").await;
    let second = stack.start_payment(two, "card").await;
    let pages = [
        stack.open_page(&first).await,
        stack.open_page(&second).await,
    ];
    for (checkout, page) in [(one, &pages[0]), (two, &pages[1])] {
        let back = stack.type_card(page, CARD).await;
        stack.come_back(&back).await;
        stack.wait_status(checkout, "paid").await;
    }
    [first, second]
}

#[tokio::test]
async fn two_paid_sessions_of_one_order_are_a_surplus_that_shop_shopper_and_operator_see() {
    let stack = Stack::usual().await;
    let both = two_of_one_order(&stack).await;
    let [first, second] = pay_both(&stack, &both).await;
    let [one, two] = both;

    let truth = stack.truth(&one).await;
    assert_eq!(truth["settled_by"], first.payment.as_str());
    assert_eq!(
        (&truth["paid_in"], &truth["payments"][0]["surplus"]),
        (&Value::Null, &json!(false))
    );
    let truth = stack.truth(&two).await;
    // Who paid is never called unpaid; that it was the second time is said beside it.
    assert_eq!(
        (&truth["status"], &truth["settled_by"]),
        (&json!("paid"), &Value::Null)
    );
    assert_eq!(truth["paid_in"], one.id.as_str());
    assert_eq!(truth["payments"][0]["surplus"], true);
    assert_eq!(truth["payments"][0]["attention"], json!(["surplus"]));
    let status = stack.status(&two).await;
    assert_eq!(
        (&status["status"], &status["can_pay"]),
        (&json!("paid"), &json!(false))
    );
    assert_eq!(status["payment"]["surplus"], true, "{status}");
    let list = stack.attention().await;
    assert!(
        list.contains(&second.payment) && list.contains("surplus"),
        "{list}"
    );
    assert!(!list.contains(&first.payment), "{list}");
}

#[tokio::test]
async fn an_order_that_was_paid_in_one_session_can_not_be_paid_in_another() {
    let stack = Stack::usual().await;
    let [one, two] = two_of_one_order(&stack).await;
    // Begun before: its form must not be sent once the order is paid.
    let body = json!({ "method": "card" });
    let begun = stack.post_payment(&two, "begun", &body).await;
    let begun = Started::new(&begun.expect(201));
    let (_, back) = stack.pay_by_card(&one, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&one, "paid").await;

    for key in ["begun", "new"] {
        let refused = stack.post_payment(&two, key, &body).await;
        refused.problem(409, "session_paid");
    }
    stack.pass_deadline(&begun).await;
    let status = stack.status(&two).await;
    assert_eq!(
        (&status["can_pay"], &status["paid_elsewhere"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        status["status"], "open",
        "its own shopper paid nothing here: {status}"
    );
    stack.assert_unpaid(&two).await;
    // A session that is made now says so at once.
    let order = json!({ "reference": "commande-42" });
    let late = stack.session_with(4200, order).await;
    assert_eq!(stack.truth(&late).await["paid_in"], one.id.as_str());
    stack
        .post_payment(&late, "late", &body)
        .await
        .problem(409, "session_paid");
    stack
        .expire_session(&late)
        .await
        .problem(409, "session_paid");
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn where_the_shop_says_that_references_repeat_each_session_is_an_order() {
    let stack = Stack::start(StackOptions {
        shop_lines: "references_repeat = true".into(),
        ..StackOptions::default()
    })
    .await;
    let both = two_of_one_order(&stack).await;
    let paid = pay_both(&stack, &both).await;
    for (checkout, started) in both.iter().zip(&paid) {
        let truth = stack.truth(checkout).await;
        assert_eq!(truth["settled_by"], started.payment.as_str(), "{truth}");
        assert_eq!(truth["payments"][0]["surplus"], false);
    }
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn a_voucher_part_that_is_held_in_one_session_is_told_once_the_order_is_paid_in_another() {
    let stack = Stack::usual().await;
    let [one, two] = two_of_one_order(&stack).await;
    let voucher = stack.start_payment(&two, "apetiz").await;
    let page = stack.open_page(&voucher).await;
    let next = stack.type_card(&page, "9999000000000027").await;
    assert!(next.ends_with("/complement"), "{next}");
    let holds = |truth: &Value| truth["payments"][0]["accepted"] == 1500;
    stack.wait_truth(&two, "the voucher part", holds).await;
    let (_, back) = stack.pay_by_card(&one, CARD_AT_ONCE).await;
    stack.come_back(&back).await;
    stack.wait_status(&one, "paid").await;
    let list = stack.attention().await;
    assert!(
        list.contains(&voucher.payment) && list.contains("part_held"),
        "{list}"
    );
}

#[tokio::test]
async fn a_session_is_closed_by_its_shop_and_what_was_sent_before_is_still_recorded() {
    let stack = Stack::usual().await;
    let fresh = stack.session(4200).await;
    let closed = stack.expire_session(&fresh).await.expect(200).json();
    assert_eq!(closed["status"], "expired", "{closed}");
    assert_eq!(
        stack.expire_session(&fresh).await.expect(200).json(),
        closed
    );
    let late = stack
        .post_payment(&fresh, "late", &json!({ "method": "card" }))
        .await;
    late.problem(410, "session_expired");
    assert_eq!(stack.status(&fresh).await["status"], "expired");

    // The page is open: nothing is closed, and what is in the way is named.
    let checkout = stack.session(4200).await;
    let started = stack.start_payment(&checkout, "card").await;
    let page = stack.open_page(&started).await;
    let refused = stack.expire_session(&checkout).await;
    // Until when is told: the page has timed out by then.
    let until = refused.headers["retry-after"].to_str().unwrap();
    let until: u64 = until.parse().unwrap();
    assert!((60..24 * 3600).contains(&until), "{until}");
    let problem = refused.problem(409, "payment_open");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&started.payment) && detail.contains("(card)"),
        "{detail}"
    );
    assert_eq!(stack.status(&checkout).await["can_pay"], true);
    // The shopper left it, and goes back to it after the session was closed.
    let left = stack.cancel_page(&page).await;
    stack.come_back(&left).await;
    stack.wait_status(&checkout, "cancelled").await;
    stack.expire_session(&checkout).await.expect(200);
    let notified = stack.open_page(&started).await;
    stack.type_card(&notified, CARD).await;
    let paid = |truth: &Value| truth["status"] == "paid";
    let truth = stack.wait_truth(&checkout, "the late payment", paid).await;
    assert_eq!(truth["settled_by"], started.payment.as_str(), "{truth}");
    stack
        .expire_session(&checkout)
        .await
        .problem(409, "session_paid");
}

#[tokio::test]
async fn only_the_sessions_own_shop_closes_it() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    for (key, status, code) in [
        (OTHER_SHOP_KEY, 404, "session_unknown"),
        ("sk_wrong", 401, "key_unknown"),
    ] {
        let address = stack.at_backend(&format!("/v1/sessions/{}/expire", checkout.id));
        let post = stack.http.client().post(address).bearer_auth(key);
        stack.http.send(post).await.problem(status, code);
    }
    let address = stack.at_backend("/v1/sessions/cs_00/expire");
    let post = stack.http.client().post(address).bearer_auth(DEMO_SHOP_KEY);
    stack.http.send(post).await.problem(404, "session_unknown");
    assert_eq!(stack.status(&checkout).await["can_pay"], true);
}

#[tokio::test]
async fn a_card_that_is_being_typed_pays_nothing_once_its_session_was_closed() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        ..StackOptions::default()
    })
    .await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let token = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    let before = stack.office_orders().await;
    stack.expire_session(&checkout).await.expect(200);
    let late = stack
        .post_continue(&checkout, &fields.payment, "go", &token)
        .await;
    late.problem(410, "session_expired");
    assert_eq!(stack.office_orders().await, before);
    assert_eq!(stack.status(&checkout).await["status"], "expired");
}

#[tokio::test]
async fn a_shop_finds_the_sessions_of_an_order_newest_first_and_page_by_page() {
    let stack = Stack::usual().await;
    let reference = "n° 7 & été + 1";
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(
            stack
                .session_with(4200, json!({ "reference": reference }))
                .await
                .id,
        );
    }
    stack.session(4200).await;
    made.reverse();
    let find = async |query: &[(&str, &str)]| {
        stack
            .find_sessions(DEMO_SHOP_KEY, query)
            .await
            .expect(200)
            .json()
    };
    let ids = |found: &Value| -> Vec<String> {
        let sessions = found["sessions"].as_array().unwrap();
        let id = |session: &Value| session["id"].as_str().unwrap().to_owned();
        sessions.iter().map(id).collect()
    };
    let all = find(&[("reference", reference)]).await;
    assert_eq!((ids(&all), &all["next"]), (made.clone(), &Value::Null));
    assert!(!all.to_string().contains("css_"), "{all}");
    let mut seen = Vec::new();
    let mut page = find(&[("reference", reference), ("limit", "2")]).await;
    loop {
        seen.push(ids(&page));
        let Some(next) = page["next"].as_str().map(str::to_owned) else {
            break;
        };
        page = find(&[("reference", reference), ("limit", "2"), ("cursor", &next)]).await;
    }
    let pages: Vec<_> = made.chunks(2).map(<[String]>::to_vec).collect();
    assert_eq!(seen, pages);
    assert_eq!(
        ids(&find(&[("reference", "nobody's")]).await),
        Vec::<String>::new()
    );
    let other = stack
        .find_sessions(OTHER_SHOP_KEY, &[("reference", reference)])
        .await;
    assert_eq!(ids(&other.expect(200).json()), Vec::<String>::new());

    let foreign = stack.session(100).await.id;
    for (query, field) in [
        (&[("reference", " ")][..], "reference"),
        (&[("reference", reference), ("limit", "0")], "limit"),
        (&[("reference", reference), ("limit", "101")], "limit"),
        (&[("reference", reference), ("cursor", "x")], "cursor"),
        (&[("reference", reference), ("cursor", &foreign)], "cursor"),
        (&[("reference", reference), ("reference", "b")], "reference"),
        (&[("reference", reference), ("order", "asc")], "order"),
    ] {
        let refused = stack.find_sessions(DEMO_SHOP_KEY, query).await;
        assert_eq!(
            refused.problem(422, "field_invalid")["field"],
            field,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn a_key_whose_session_expired_unpaid_makes_one_new_session_that_can_be_paid() {
    let stack = std::sync::Arc::new(Stack::usual().await);
    let order = stack.order(4200);
    let first = stack
        .create_session("order-42", &order)
        .await
        .expect(201)
        .json();
    assert_eq!(first["replaces"], Value::Null);
    // While it lives, and while something of it may take money, it is the same session.
    let checkout = Checkout::new(&first);
    let started = stack.start_payment(&checkout, "card").await;
    stack.expire(&checkout).await;
    let same = stack
        .create_session("order-42", &order)
        .await
        .expect(201)
        .json();
    assert_eq!(same["id"], first["id"]);

    stack.pass_deadline(&started).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (stack, order) = (std::sync::Arc::clone(&stack), order.clone());
        tasks.spawn(async move { stack.create_session("order-42", &order).await });
    }
    let answers = tasks
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect(201).json());
    let answers: Vec<Value> = answers.collect();
    let new = &answers[0];
    assert!(answers.iter().all(|answer| answer == new), "{answers:?}");
    assert_ne!(
        (&new["id"], &new["secret"]),
        (&first["id"], &first["secret"])
    );
    assert_eq!(
        (&new["replaces"], &new["status"]),
        (&first["id"], &json!("open"))
    );
    assert_eq!(stack.count("sessions").await, 2);

    let checkout = Checkout::new(new);
    let (_, back) = stack.pay_by_card(&checkout, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    stack.expire(&checkout).await;
    let replayed = stack
        .create_session("order-42", &order)
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&replayed["id"], &replayed["status"]),
        (&new["id"], &json!("paid"))
    );
    // The dead one was paid late all the same: one order, a surplus.
    let page = stack.open_page(&started).await;
    stack.type_card(&page, CARD).await;
    let surplus = |truth: &Value| truth["payments"][0]["surplus"] == true;
    stack
        .wait_truth(&Checkout::new(&first), "the surplus", surplus)
        .await;
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_though_it_would_be_refused_today() {
    let mut stack = Stack::usual().await;
    let mut order = stack.order(4200);
    order["methods"] = json!(["sodexo", "card"]);
    let first = stack
        .create_session("before", &order)
        .await
        .expect(201)
        .json();
    stack.kill_backend().await;
    let path = stack.folder().join("guichet.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"sodexo\", ", "")).unwrap();
    stack.start_backend().await;
    let again = stack
        .create_session("before", &order)
        .await
        .expect(201)
        .json();
    assert_eq!(again, first);
    // A new one is not made.
    let refused = stack.create_session(&fresh_key(), &order).await;
    assert_eq!(refused.problem(422, "field_invalid")["field"], "methods[0]");
}

#[tokio::test]
async fn vouchers_that_paid_more_than_they_may_reach_shop_and_operator() {
    let stack = Stack::usual().await;
    for (eligible, attention) in [(4200, json!([])), (3000, json!(["ineligible"]))] {
        let change = json!({ "voucher_eligible_amount": eligible });
        let checkout = stack.session_with(4200, change).await;
        let (started, back) = stack
            .pay_by_voucher(&checkout, "sodexo", VOUCHER, None)
            .await;
        stack.come_back(&back).await;
        stack.wait_status(&checkout, "paid").await;
        let truth = stack.truth(&checkout).await;
        assert_eq!(truth["payments"][0]["attention"], attention, "{truth}");
        let list = stack.attention().await;
        assert_eq!(list.contains(&started.payment), eligible == 3000, "{list}");
    }
}

#[tokio::test]
async fn a_currency_that_no_method_takes_is_refused_at_once() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        ..StackOptions::default()
    })
    .await;
    let refused = |change: Value| {
        let mut order = stack.order(4200);
        order
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let stack = &stack;
        async move { stack.create_session(&fresh_key(), &order).await }
    };
    let francs = refused(json!({ "currency": "CHF", "methods": ["card", "sodexo"] })).await;
    let problem = francs.problem(422, "field_invalid");
    assert_eq!(problem["field"], "currency");
    assert_eq!(
        problem["detail"],
        "is CHF; the methods of this session take EUR"
    );
    assert_eq!(stack.count("sessions").await, 0);
}
