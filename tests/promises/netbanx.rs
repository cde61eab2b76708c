//! NETBANX's hosted page: from the order to the money, with the return, the callback or neither,
//! and whatever breaks between.

use serde_json::{Value, json};

use crate::support::{
    Checkout, DEMO_SHOP_KEY, Hosted, NETBANX_CARD, NETBANX_PASSWORD, Seen, Stack, StackOptions,
    fresh_key, until,
};

const THREEDS: &str = "4444333322221111";
const DECLINED: &str = "4000000000003009";
const NO_FUNDS: &str = "4000000000003022";
const ADDRESS: &str = "4000000000003007";
/// Refused for the security code, after which the bank may hold the amount too.
const CODE: &str = "4000000000003019";
const HELD: &str = "4000000000000010";
const PENDING: &str = "4000000000000028";
const ERROR: &str = "4000000000000036";

async fn stack() -> Stack {
    with("").await
}

/// With these lines in the account's table.
async fn with(lines: &str) -> Stack {
    Stack::start(StackOptions {
        netbanx: true,
        netbanx_lines: lines.to_owned(),
        ..StackOptions::default()
    })
    .await
}

/// A new session and the page of its payment.
async fn on_the_page(stack: &Stack) -> (Checkout, Hosted) {
    let checkout = stack.session(4200).await;
    let hosted = stack.start_hosted(&checkout).await;
    (checkout, hosted)
}

async fn payment(stack: &Stack, checkout: &Checkout) -> Value {
    let truth = stack.truth(checkout).await;
    let payments = truth["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "{truth}");
    payments[0].clone()
}

/// Paid once, by this order, with nothing left to look at.
async fn assert_paid(stack: &Stack, checkout: &Checkout, hosted: &Hosted) {
    stack.wait_status(checkout, "paid").await;
    let payment = payment(stack, checkout).await;
    assert_eq!(payment["accepted"], 4200, "{payment}");
    assert_eq!(payment["attention"], json!([]), "{payment}");
    let counted = payment["parts"].as_array().unwrap().iter();
    let counted: Vec<_> = counted.filter(|part| part["counts"] == true).collect();
    assert_eq!(counted.len(), 1, "{payment}");
    assert_eq!(counted[0]["transaction"], hosted.order.as_str());
    stack.wait_stage(&hosted.payment, "over").await;
    assert_eq!(stack.netbanx_calls("create", None).await, 1);
}

/// The callback's address, as the platform was given it.
async fn callback_of(stack: &Stack, hosted: &Hosted) -> String {
    let books = stack.netbanx_books().await;
    let mut orders = books["orders"].as_array().unwrap().iter();
    let own = orders
        .find(|order| order["id"] == hosted.order.as_str())
        .unwrap();
    own["request"]["callback"][0]["uri"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_card_on_the_hosted_page_is_paid_by_the_callback_before_the_browser_is_back() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    // The browser has not moved yet.
    assert_paid(&stack, &checkout, &hosted).await;
    let to = stack.come_back(&back).await;
    assert_eq!(to, format!("{}/commande/1", stack.shop()));
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn the_return_alone_and_the_callback_after_it_pay_once_too() {
    let stack = stack().await;
    for faults in [
        json!({"callback_lost": true}),
        json!({"callback_late_ms": 1500}),
    ] {
        stack.break_netbanx(faults).await;
        let checkout = stack.session(4200).await;
        let hosted = stack.start_hosted(&checkout).await;
        let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
        stack.come_back(&back).await;
        stack.wait_status(&checkout, "paid").await;
        let payment = payment(&stack, &checkout).await;
        assert_eq!(payment["accepted"], 4200, "{payment}");
        stack.mend_netbanx().await;
    }
}

#[tokio::test]
async fn with_neither_return_nor_callback_the_deadline_has_it_looked_up() {
    let stack = with("deadline_seconds = 2\n").await;
    stack.break_netbanx(json!({"callback_lost": true})).await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn each_format_of_a_callback_is_understood() {
    for format in ["json", "get", "form-urlencoded", "xml"] {
        let stack = with(&format!("callback_format = {format:?}\n")).await;
        let (checkout, hosted) = on_the_page(&stack).await;
        stack.pay_hosted(&hosted, NETBANX_CARD).await;
        stack.wait_callback(&hosted.order, "delivered").await;
        assert_paid(&stack, &checkout, &hosted).await;
    }
}

#[tokio::test]
async fn a_card_that_the_bank_asks_about_is_paid_or_refused_there() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack
        .press_hosted(&hosted, "pay", THREEDS)
        .await
        .expect(200);
    let back = stack.press_hosted(&hosted, "confirm", "").await.location();
    stack.come_back(&back).await;
    assert_paid(&stack, &checkout, &hosted).await;

    let (checkout, hosted) = on_the_page(&stack).await;
    stack
        .press_hosted(&hosted, "pay", THREEDS)
        .await
        .expect(200);
    stack.press_hosted(&hosted, "fail", "").await.expect(200);
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "authentication", "{status}");
}

#[tokio::test]
async fn a_declined_card_leaves_the_page_open_and_the_next_one_pays() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack
        .press_hosted(&hosted, "pay", NO_FUNDS)
        .await
        .expect(200);
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "funds", "{status}");
    // Whoever starts another payment is warned: this one may still be paid.
    until("the page to be open again", || async {
        (stack.status(&checkout).await["open_elsewhere"] == true).then_some(())
    })
    .await;
    stack
        .press_hosted(&hosted, "pay", DECLINED)
        .await
        .expect(200);
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn who_comes_back_declined_and_pays_on_the_page_later_has_paid() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack
        .press_hosted(&hosted, "pay", DECLINED)
        .await
        .expect(200);
    let back = stack.press_hosted(&hosted, "leave", "").await.location();
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "refused").await;
    // By the browser's own way back to the platform's page.
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn who_leaves_the_page_unpaid_has_cancelled_and_can_pay_anew() {
    let stack = stack().await;
    for button in ["cancel", "timeout"] {
        let (checkout, hosted) = on_the_page(&stack).await;
        let back = stack.press_hosted(&hosted, button, "").await.location();
        stack.come_back(&back).await;
        let status = stack.wait_status(&checkout, "cancelled").await;
        assert_eq!(status["can_pay"], true, "{status}");
        assert_eq!(status["open_elsewhere"], false, "{status}");
    }
}

#[tokio::test]
async fn a_page_that_nobody_came_back_from_is_called_off_and_takes_no_money_later() {
    let stack = with("deadline_seconds = 2\n").await;
    let (checkout, hosted) = on_the_page(&stack).await;
    until("the page to be called off", || async {
        (stack.netbanx_calls("cancel", Some(&hosted.order)).await > 0).then_some(())
    })
    .await;
    stack.wait_stage(&hosted.payment, "over").await;
    stack.press_hosted(&hosted, "pay", NETBANX_CARD).await;
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["orders"][0]["transaction"]["status"], "cancelled",
        "{books}"
    );
    let status = stack.status(&checkout).await;
    assert_ne!(status["status"], "paid", "{status}");
}

#[tokio::test]
async fn what_a_wrong_address_or_code_holds_for_days_is_told_to_shopper_and_operator() {
    for card in [ADDRESS, CODE] {
        let stack = stack().await;
        let (checkout, hosted) = on_the_page(&stack).await;
        stack.press_hosted(&hosted, "pay", card).await.expect(200);
        let status = stack.wait_status(&checkout, "refused").await;
        assert_eq!(status["payment"]["refusal"], "held", "{status}");
        stack
            .logged(&["alert=\"held\"", "the shopper's bank may hold"])
            .await;
    }
}

#[tokio::test]
async fn what_is_held_or_pending_waits_and_a_late_word_pays() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let back = stack.pay_hosted(&hosted, PENDING).await;
    stack.come_back(&back).await;
    let part = until("the pending part", || async {
        let payment = payment(&stack, &checkout).await;
        payment["parts"].get(0).cloned()
    })
    .await;
    assert_eq!(part["code"], "pending", "{part}");
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    stack.finish_netbanx(&hosted.order, "success").await;
    assert_paid(&stack, &checkout, &hosted).await;

    let held = stack.session(4200).await;
    let page = stack.start_hosted(&held).await;
    let back = stack.pay_hosted(&page, HELD).await;
    stack.come_back(&back).await;
    until("the held part", || async {
        let payment = payment(&stack, &held).await;
        (payment["parts"][0]["code"] == "held").then_some(())
    })
    .await;
    assert_eq!(stack.status(&held).await["status"], "pending");
}

#[tokio::test]
async fn a_processing_error_is_technical() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let back = stack.pay_hosted(&hosted, ERROR).await;
    stack.come_back(&back).await;
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "technical", "{status}");
}

#[tokio::test]
async fn amounts_of_the_simulation_decide_whatever_the_card() {
    let stack = stack().await;
    for (amount, refusal) in [
        (11, "funds"),
        (25, "not_accepted"),
        (24, "held"),
        (5, "issuer"),
    ] {
        let checkout = stack.session(amount).await;
        let hosted = stack.start_hosted(&checkout).await;
        stack
            .press_hosted(&hosted, "pay", NETBANX_CARD)
            .await
            .expect(200);
        let status = stack.wait_status(&checkout, "refused").await;
        assert_eq!(status["payment"]["refusal"], refusal, "{status}");
    }
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_by_its_reference_and_made_once() {
    let stack = stack().await;
    stack
        .break_netbanx(json!({"answer_lost": {"create": 1}}))
        .await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let books = stack.netbanx_books().await;
    assert_eq!(books["orders"].as_array().unwrap().len(), 1, "{books}");
    assert_eq!(stack.netbanx_calls("create", None).await, 2);
    assert_eq!(stack.netbanx_calls("report", None).await, 1);
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_platform_that_is_down_starts_nothing_and_the_same_wish_pays_later() {
    let stack = stack().await;
    stack.break_netbanx(json!({"api_down": true})).await;
    let checkout = stack.session(4200).await;
    let (key, wish) = (fresh_key(), json!({"method": "netbanx_card"}));
    let refused = stack.post_payment(&checkout, &key, &wish).await;
    assert_eq!(refused.status, 503, "{refused:?}");
    stack.mend_netbanx().await;
    let answer = stack.post_payment(&checkout, &key, &wish).await.expect(201);
    let hosted = stack.hosted(&answer.json()).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_callback_that_comes_while_the_platform_is_down_leads_to_a_read_later() {
    let stack = stack().await;
    stack
        .break_netbanx(json!({"unavailable": {"status": 2}}))
        .await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn an_order_that_tells_another_amount_or_reference_pays_nothing() {
    let stack = stack().await;
    for faults in [
        json!({"altered_amount": true}),
        json!({"altered_reference": true}),
    ] {
        let checkout = stack.session(4200).await;
        let hosted = stack.start_hosted(&checkout).await;
        stack.break_netbanx(faults).await;
        let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
        stack.come_back(&back).await;
        until("a read", || async {
            (stack.netbanx_calls("status", Some(&hosted.order)).await >= 2).then_some(())
        })
        .await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "pending", "{status}");
        // What the platform tells right in the end counts.
        stack.mend_netbanx().await;
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn a_return_and_a_callback_that_lie_are_read_as_the_order_is() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let to = callback_of(&stack, &hosted).await;
    let client = stack.http.client();
    let said = |body: String| {
        client
            .post(&to)
            .header("content-type", "application/json")
            .body(body)
    };
    // Another order's id, at this payment's address.
    let wrong = said(json!({"id": "27AAAAAAAAAAAAAAAA"}).to_string());
    assert_eq!(stack.http.send(wrong).await.status, 400);
    assert_eq!(stack.netbanx_calls("status", None).await, 0);
    // This order, which nobody paid.
    let lie = json!({"id": hosted.order, "transaction.status": "success"}).to_string();
    assert_eq!(stack.http.send(said(lie)).await.status, 204);
    until("a read", || async {
        (stack.netbanx_calls("status", Some(&hosted.order)).await == 1).then_some(())
    })
    .await;
    assert_eq!(payment(&stack, &checkout).await["accepted"], 0);
    // The address without its last part's being right is none.
    let (start, _) = to.rsplit_once('/').unwrap();
    for address in [
        format!("{start}/0123456789abcdef0123456789abcdef"),
        start.to_owned(),
    ] {
        let post = client
            .post(address)
            .body(json!({"id": hosted.order}).to_string());
        let status = stack.http.send(post).await.status;
        assert!((400..500).contains(&status), "{status}");
    }
    // A return that says success, to no address of this payment's: nothing is read for it.
    let back = stack.press_hosted(&hosted, "cancel", "").await.location();
    let reads = stack.netbanx_calls("status", Some(&hosted.order)).await;
    let (path, query) = back.split_once('?').unwrap();
    let (start, _) = path.rsplit_once('/').unwrap();
    let elsewhere = format!("{start}/0123456789abcdef0123456789abcdef?{query}");
    stack.come_back(&elsewhere).await;
    assert_eq!(stack.stage(&hosted.payment).await, "return");
    assert_eq!(
        stack.netbanx_calls("status", Some(&hosted.order)).await,
        reads
    );
    let forged = back.replace(&hosted.order, "27AAAAAAAAAAAAAAAA") + "&transaction.status=success";
    stack.come_back(&forged).await;
    assert_eq!(payment(&stack, &checkout).await["accepted"], 0);
    let paid = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&paid).await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn a_callback_that_is_not_heard_is_sent_again_and_pays_once() {
    let stack = stack().await;
    stack
        .break_netbanx(json!({"callback_unheard": 2, "callback_twice": true}))
        .await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.wait_callback(&hosted.order, "delivered").await;
    assert_paid(&stack, &checkout, &hosted).await;
}

#[tokio::test]
async fn two_pages_of_one_session_that_are_both_paid_are_a_surplus_that_is_told() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let first = stack.start_hosted(&checkout).await;
    let second = stack.start_hosted(&checkout).await;
    stack.pay_hosted(&second, NETBANX_CARD).await;
    stack.wait_status(&checkout, "paid").await;
    stack.pay_hosted(&first, NETBANX_CARD).await;
    let surplus = until("the surplus", || async {
        let truth = stack.truth(&checkout).await;
        let mut payments = truth["payments"].as_array().unwrap().iter();
        payments.find(|payment| payment["surplus"] == true).cloned()
    })
    .await;
    assert_eq!(surplus["id"], first.payment.as_str());
    assert_eq!(surplus["attention"], json!(["surplus"]), "{surplus}");
}

#[tokio::test]
async fn the_key_is_in_no_answer_log_or_book_and_the_raw_order_stays_in_the_backend() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    assert_paid(&stack, &checkout, &hosted).await;
    let (declined, hosted) = on_the_page(&stack).await;
    stack.press_hosted(&hosted, "pay", DECLINED).await;
    stack.wait_status(&declined, "refused").await;
    stack.truth(&declined).await;
    // Refused: it was not batched yet.
    let paid = payment(&stack, &checkout).await;
    let paid = paid["id"].as_str().unwrap();
    stack.operate(paid, "refunds", json!({})).await;
    // Both hands of the browser: what our backend answered, and the pages that the platform drew.
    let (backend, pages) = (stack.backend(), format!("{}/hosted/", stack.platform()));
    let seen = stack.http.seen();
    let shown =
        |seen: &&Seen| seen.address.starts_with(&backend) || seen.address.starts_with(&pages);
    let shown: Vec<Seen> = seen.iter().filter(shown).cloned().collect();
    let of = |start: &str| {
        shown
            .iter()
            .filter(|seen| seen.address.starts_with(start))
            .count()
    };
    assert!(
        of(&backend) > 8 && of(&pages) > 1,
        "{} answers",
        shown.len()
    );
    let link = format!("{pages}v1/payment/");
    assert!(
        shown.iter().any(|seen| seen.text.contains(&link)),
        "no link was handed out"
    );
    let (log, books) = (stack.backend_log(), stack.books_on_disk());
    for secret in [NETBANX_PASSWORD, "guichet-sandbox:", "resend_callback"] {
        assert!(!log.contains(secret), "{secret} is in the log");
        let bytes = secret.as_bytes();
        assert!(
            !books.windows(bytes.len()).any(|part| part == bytes),
            "{secret} is in the books"
        );
        for Seen { address, text } in &shown {
            assert!(
                !text.contains(secret),
                "{secret} is in what {address} answers"
            );
        }
    }
}

/// A payment that the platform holds, with the shopper back at the shop.
async fn held(stack: &Stack) -> (Checkout, Hosted) {
    let (checkout, hosted) = on_the_page(stack).await;
    let back = stack.pay_hosted(&hosted, HELD).await;
    stack.come_back(&back).await;
    until("the attention", || async {
        let payment = payment(stack, &checkout).await;
        (payment["attention"] == json!(["review"])).then_some(())
    })
    .await;
    (checkout, hosted)
}

#[tokio::test]
async fn a_held_payment_is_accepted_or_refused_by_the_shop_and_the_first_decision_holds() {
    let stack = stack().await;
    for (accept, shown, other) in [(true, "paid", "accepted"), (false, "refused", "refused")] {
        let (checkout, hosted) = held(&stack).await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        let decide = async |accept: bool| {
            let path = format!("/v1/payments/{}/reviews", hosted.payment);
            let post = stack.http.client().post(stack.at_backend(&path));
            let post = post
                .bearer_auth(DEMO_SHOP_KEY)
                .json(&json!({ "accept": accept }));
            stack.http.send(post).await
        };
        let told = decide(accept).await.expect(200).json();
        assert_eq!(told["status"], shown, "{told}");
        assert_eq!(told["attention"], json!([]), "{told}");
        // The same again changes nothing, another one is told what was decided.
        decide(accept).await.expect(200);
        let problem = decide(!accept).await.problem(422, "field_invalid");
        assert!(problem.to_string().contains(other), "{problem}");
        assert_eq!(stack.netbanx_calls("update", Some(&hosted.order)).await, 1);
        stack.wait_status(&checkout, shown).await;
    }
}

#[tokio::test]
async fn what_is_not_held_can_not_be_decided_about() {
    let stack = stack().await;
    let (_, hosted) = on_the_page(&stack).await;
    let path = format!("/v1/payments/{}/reviews", hosted.payment);
    for (body, status) in [
        (json!({ "accept": true }), 422),
        (json!({}), 422),
        (json!({ "accept": "yes" }), 422),
        (json!({ "accept": true, "amount": 1 }), 422),
    ] {
        let post = stack.http.client().post(stack.at_backend(&path));
        let answer = stack
            .http
            .send(post.bearer_auth(DEMO_SHOP_KEY).json(&body))
            .await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
    assert_eq!(stack.netbanx_calls("update", None).await, 0);
}

#[tokio::test]
async fn a_decision_whose_answer_is_lost_is_told_again_and_takes_once() {
    let stack = stack().await;
    let (checkout, hosted) = held(&stack).await;
    stack
        .break_netbanx(json!({"answer_lost": {"update": 1}}))
        .await;
    let done = run(&stack, &["payments", "accept", &hosted.payment]).await;
    assert!(done.contains("taken 42.00"), "{done}");
    stack.wait_status(&checkout, "paid").await;
    let books = stack.netbanx_books().await;
    let orders = books["orders"].as_array().unwrap();
    assert_eq!(orders[0]["transaction"]["status"], "success", "{books}");
}

#[tokio::test]
async fn a_person_refuses_a_held_payment_at_the_command_line_and_has_a_callback_sent_again() {
    let mut stack = stack().await;
    let (checkout, hosted) = held(&stack).await;
    run(&stack, &["payments", "resend-callback", &hosted.payment]).await;
    assert_eq!(
        stack
            .netbanx_calls("resend_callback", Some(&hosted.order))
            .await,
        1
    );
    stack.stop_backend().await;
    // Without a backend, the command tells the platform itself.
    run(&stack, &["payments", "refuse", &hosted.payment]).await;
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["orders"][0]["transaction"]["status"], "cancelled",
        "{books}"
    );
    stack.start_backend().await;
    stack.wait_status(&checkout, "refused").await;
}

/// Runs a command that succeeds; gives what it wrote.
async fn run(stack: &Stack, args: &[&str]) -> String {
    let (status, told, errors) = stack.guichet(args).await;
    assert_eq!(status, 0, "{told}{errors}");
    told
}

async fn paid_hosted(stack: &Stack, change: Value) -> (Checkout, Hosted) {
    let checkout = stack.session_with(4200, change.clone()).await;
    let hosted = stack.start_hosted(&checkout).await;
    let back = stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.come_back(&back).await;
    let shown = if change.get("capture").is_some() {
        "authorised"
    } else {
        "paid"
    };
    stack.wait_status(&checkout, shown).await;
    (checkout, hosted)
}

#[tokio::test]
async fn what_was_batched_is_refunded_in_parts_and_never_more_than_was_taken() {
    let stack = stack().await;
    let (checkout, hosted) = paid_hosted(&stack, json!({})).await;
    let told = stack.instruct(&hosted.payment, "refunds", json!({})).await;
    assert_eq!(told["status"], "refused", "{told}");
    assert_eq!(told["operations"][0]["code"], "3406", "{told}");
    let why = told["operations"][0]["why"].as_str().unwrap();
    assert!(why.contains("cancel it instead"), "{told}");
    stack.move_netbanx_clock(json!({"days": 1})).await;
    for amount in [1200, 3000] {
        let told = stack
            .instruct(&hosted.payment, "refunds", json!({ "amount": amount }))
            .await;
        assert_eq!(told["status"], "done", "{told}");
    }
    let payment = payment(&stack, &checkout).await;
    assert_eq!(
        (&payment["taken"], &payment["given_back"]),
        (&json!(4200), &json!(4200))
    );
    let books = stack.netbanx_books().await;
    let refunds = books["orders"][0]["refunds"].as_array().unwrap();
    assert_eq!(refunds.len(), 2, "{books}");
}

#[tokio::test]
async fn what_is_not_batched_yet_is_cancelled_by_its_shop_or_in_place_of_a_refund() {
    let stack = with("cancel_unbatched = true\n").await;
    let (checkout, hosted) = paid_hosted(&stack, json!({})).await;
    let told = stack.instruct(&hosted.payment, "refunds", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(payment(&stack, &checkout).await["given_back"], 4200);
    assert_eq!(stack.netbanx_calls("cancel", Some(&hosted.order)).await, 1);

    let (checkout, hosted) = paid_hosted(&stack, json!({})).await;
    let told = stack
        .instruct(&hosted.payment, "cancellations", json!({}))
        .await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(payment(&stack, &checkout).await["cancelled"], 4200);
}

#[tokio::test]
async fn what_was_reserved_is_settled_and_a_settlement_is_cancelled_before_the_night() {
    let stack = stack().await;
    let manual = json!({ "capture": "manual" });
    let (checkout, hosted) = paid_hosted(&stack, manual.clone()).await;
    let told = stack.instruct(&hosted.payment, "captures", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
    stack.wait_status(&checkout, "paid").await;
    let told = stack
        .instruct(&hosted.payment, "cancellations", json!({}))
        .await;
    assert_eq!(told["status"], "done", "{told}");
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["orders"][0]["settlements"][0]["cancelled"], true,
        "{books}"
    );
    assert_eq!(
        books["orders"][0]["transaction"]["reversed"], true,
        "{books}"
    );

    // Settled, and batched: too late to cancel, and to be refunded.
    let (_, hosted) = paid_hosted(&stack, manual).await;
    stack.instruct(&hosted.payment, "captures", json!({})).await;
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let told = stack
        .instruct(&hosted.payment, "cancellations", json!({}))
        .await;
    assert_eq!(told["status"], "refused", "{told}");
    let told = stack.instruct(&hosted.payment, "refunds", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
}

#[tokio::test]
async fn an_operation_whose_answer_was_lost_is_looked_up_and_done_once() {
    let stack = stack().await;
    let (checkout, hosted) = paid_hosted(&stack, json!({})).await;
    stack.move_netbanx_clock(json!({"days": 1})).await;
    stack
        .break_netbanx(json!({"answer_lost": {"refund": 1}}))
        .await;
    let told = stack
        .instruct(&hosted.payment, "refunds", json!({ "amount": 1000 }))
        .await;
    stack.wait_instruction(&told, "done").await;
    // One that never arrived is sent again once the platform has said that it was not done.
    stack
        .break_netbanx(json!({"call_lost": {"refund": 1}}))
        .await;
    let told = stack
        .instruct(&hosted.payment, "refunds", json!({ "amount": 500 }))
        .await;
    stack.wait_instruction(&told, "done").await;
    assert_eq!(payment(&stack, &checkout).await["given_back"], 1500);
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["orders"][0]["refunds"].as_array().unwrap().len(),
        2,
        "{books}"
    );
}

#[tokio::test]
async fn the_report_is_compared_with_the_books_and_what_differs_is_on_the_operators_list() {
    let stack = stack().await;
    let (checkout, hosted) = paid_hosted(&stack, json!({})).await;
    let (status, told, errors) = stack.guichet(&["payments", "compare"]).await;
    assert_eq!(
        (status, told.as_str()),
        (0, "account netbanx: 1 lines, 0 differ\n"),
        "{errors}"
    );

    // Given back at the platform by somebody else.
    stack.move_netbanx_clock(json!({"days": 1})).await;
    let order = format!(
        "{}/hosted/v1/orders/{}/refund",
        stack.platform(),
        hosted.order
    );
    let back = stack
        .http
        .client()
        .post(order)
        .json(&json!({"amount": 700}));
    let back = back.basic_auth("guichet-sandbox", Some(NETBANX_PASSWORD));
    stack.http.send(back).await.expect(200);
    // An order that no payment of ours has made.
    let foreign = json!({"merchantRefNum": "FOREIGN-1", "currencyCode": "EUR", "totalAmount": 990});
    let orders = format!("{}/hosted/v1/orders", stack.platform());
    let made = stack.http.client().post(orders).json(&foreign);
    let made = made.basic_auth("guichet-sandbox", Some(NETBANX_PASSWORD));
    let made = stack.http.send(made).await.expect(200).json();
    let links = made["link"].as_array().unwrap().iter();
    let page = links
        .clone()
        .find(|link| link["rel"] == "hosted_payment")
        .unwrap();
    let form = [("do", "pay"), ("cardNum", NETBANX_CARD)];
    let pay = stack
        .http
        .client()
        .post(page["uri"].as_str().unwrap())
        .form(&form);
    stack.http.send(pay).await;
    // One whose callback and return never came.
    stack.break_netbanx(json!({"callback_lost": true})).await;
    let lost = stack.session(4200).await;
    let lost_page = stack.start_hosted(&lost).await;
    stack.pay_hosted(&lost_page, NETBANX_CARD).await;

    let (status, told, errors) = stack.guichet(&["payments", "compare"]).await;
    assert_eq!(status, 3, "{told}{errors}");
    assert!(
        told.contains("700 minor units were given back there, 0 here"),
        "{told}"
    );
    assert!(
        told.contains("FOREIGN-1  990 minor units were paid there"),
        "{told}"
    );
    assert!(told.contains("3 lines, 2 differ"), "{told}");
    stack.wait_status(&lost, "paid").await;
    assert_eq!(
        payment(&stack, &checkout).await["attention"],
        json!(["differs"])
    );
    let list = stack.attention().await;
    assert!(
        list.contains("FOREIGN-1") && list.contains("guichet payments compare"),
        "{list}"
    );
}

/// The configuration's line for a comparison that begins so many seconds from now.
async fn compared_in(stack: &Stack, seconds: i64) -> String {
    let now = stack.netbanx_books().await["now"].clone();
    let now: jiff::Timestamp = now.as_str().unwrap().parse().unwrap();
    let now = now.to_zoned(jiff::tz::TimeZone::UTC);
    let at = (now + jiff::SignedDuration::from_secs(seconds)).time();
    format!("reports_at = \"{}\"\n", at.strftime("%H:%M:%S"))
}

#[tokio::test]
async fn each_night_the_backend_compares_the_report_by_itself() {
    let mut stack = stack().await;
    stack.break_netbanx(json!({"callback_lost": true})).await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.stop_backend().await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    // However slow this machine is: a start that comes too late for its night has another one.
    let mut compared = false;
    for seconds in [5, 15, 45] {
        let soon = compared_in(&stack, seconds).await + &config;
        std::fs::write(stack.config(), soon).unwrap();
        let calls = stack.netbanx_calls("report", None).await;
        stack.start_backend().await;
        for _ in 0..(seconds + 5) * 5 {
            compared = compared || stack.netbanx_calls("report", None).await > calls;
            if compared {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        if compared {
            break;
        }
        stack.stop_backend().await;
    }
    assert!(compared, "no night came");
    // Nobody came back, and the platform did not call: the report tells that it was paid.
    assert_paid(&stack, &checkout, &hosted).await;
    stack.logged(&["the report was compared"]).await;
}

#[tokio::test]
async fn the_platforms_control_page_shows_orders_and_callbacks_and_breaks_things() {
    let stack = stack().await;
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.wait_status(&checkout, "paid").await;
    let client = stack.http.client();
    let home = format!("{}/sandbox/netbanx", stack.platform());
    let page = stack.http.send(client.get(&home)).await.expect(200).text();
    for shown in [
        &*hosted.order,
        "success",
        "on_success",
        "delivered",
        "callback_lost",
    ] {
        assert!(page.contains(shown), "{shown} {page}");
    }
    let form = [("callback_lost", "true"), ("api_slow_ms", "7")];
    let apply = client.post(format!("{home}/faults")).form(&form);
    assert_eq!(stack.http.send(apply).await.status, 303);
    let page = stack.http.send(client.get(&home)).await.expect(200).text();
    assert!(
        page.contains("value=\"7\"") && page.contains(" checked"),
        "{page}"
    );
    let (checkout, hosted) = on_the_page(&stack).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.wait_callback(&hosted.order, "lost").await;
    let apply = client
        .post(format!("{home}/faults"))
        .form(&[("api_slow_ms", "0")]);
    stack.http.send(apply).await;
    let page = stack.http.send(client.get(&home)).await.expect(200).text();
    assert!(!page.contains(" checked"), "{page}");
    let night = client.post(format!("{home}/night"));
    assert_eq!(stack.http.send(night).await.status, 303);
    assert_eq!(stack.status(&checkout).await["status"], "pending");
}

/// The address of the card's page, of what a start was answered.
async fn start_silent(stack: &Stack, checkout: &Checkout) -> Hosted {
    let wish = json!({"method": "netbanx_silent"});
    let started = stack.post_payment(checkout, &fresh_key(), &wish).await;
    let started = started.expect(201).json();
    let page = started["next_action"]["url"].as_str().unwrap().to_owned();
    assert!(
        page.starts_with(&stack.at_backend("/pay/card/pay_")),
        "{started}"
    );
    let books = stack.netbanx_books().await;
    let order = books["orders"].as_array().unwrap().last().unwrap();
    assert!(
        order["request"]["extendedOptions"]
            .to_string()
            .contains("silentPost")
    );
    let token = order["token"].as_str().unwrap();
    Hosted {
        payment: started["payment"].as_str().unwrap().to_owned(),
        order: order["id"].as_str().unwrap().to_owned(),
        page: format!("{}\n{}/hosted/v1/payment/{token}", page, stack.platform()),
    }
}

#[tokio::test]
async fn a_card_is_posted_straight_to_the_platform_from_a_page_that_names_no_input() {
    let stack = with("silent_post = true\n").await;
    stack.logged(&["silent_post = true", "SAQ A-EP"]).await;
    for (card, status) in [(NETBANX_CARD, "paid"), (NO_FUNDS, "refused")] {
        let checkout = stack.session(4200).await;
        let silent = start_silent(&stack, &checkout).await;
        let (page, action) = silent.page.split_once('\n').unwrap();
        let shown = stack
            .http
            .send(stack.http.client().get(page))
            .await
            .expect(200);
        let html = shown.text();
        assert!(html.contains(&format!("action=\"{action}\"")), "{html}");
        assert!(
            !html.contains(" name=\"card") && !html.contains("name=\"cvd"),
            "{html}"
        );
        assert!(
            html.contains("data-as=\"cardNum\"") && html.contains(" disabled"),
            "{html}"
        );
        let policy = shown.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(
            !policy.contains("connect-src") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(shown.header("cache-control"), "no-store");
        let form = [
            ("cardNum", card),
            ("cvdNumber", "123"),
            ("cardExpiryMonth", "12"),
            ("cardExpiryYear", "2030"),
        ];
        let post = stack.http.client().post(action).form(&form);
        let back = stack.http.send(post).await.location();
        stack.come_back(&back).await;
        let told = stack.wait_status(&checkout, status).await;
        if status == "refused" {
            assert_eq!(told["payment"]["refusal"], "funds", "{told}");
            assert_eq!(told["can_pay"], true, "{told}");
        } else {
            // What is over leads on, and shows no form.
            stack.wait_stage(&silent.payment, "over").await;
            let over = stack.http.send(stack.http.client().get(page)).await;
            assert_eq!(over.status, 303);
        }
        // The address is the browser's alone.
        let (start, ending) = page.rsplit_once('/').unwrap();
        let wrong = format!(
            "{start}/{}",
            ending.replace(|c: char| c.is_ascii_digit(), "0")
        );
        let wrong = stack.http.send(stack.http.client().get(wrong)).await;
        assert_eq!(wrong.status, 404);
    }
    assert!(!stack.backend_log().contains(NETBANX_CARD));
}

#[tokio::test]
async fn a_card_is_typed_here_only_where_the_account_says_so() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let wish = json!({"method": "netbanx_silent"});
    let refused = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    refused.problem(422, "method_not_offered");
    let hosted = stack.start_hosted(&checkout).await;
    let page = stack.at_backend(&format!("/pay/card/{}/0123", hosted.payment));
    assert_eq!(
        stack.http.send(stack.http.client().get(page)).await.status,
        404
    );
}
