//! Payments whose outcome nobody knows yet: the platform is silent or slow, the shopper hangs up or
//! never returns, or time runs out in the middle. Never two orders, and never "not paid" before the
//! platform said so.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{
    Answer, Bank, CARD_AT_ONCE, CHALLENGED, Checkout, DEMO_SHOP_KEY, Held, IBAN, Line, SMOOTH,
    Stack, StackOptions, WayBack, fresh_key, until,
};

const WALLET: &str = "getWalletData";
const SAVED_ENROL: &str = "walletCheckEnrollment";
const ENROL: &str = "cardCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
const SHOP_ORDER: &str = "walletOrder";
const AWAY: &str = "creditTransferInitialize";
const MANDATE: &str = "initializeMandate";
const DEBIT: &str = "directDebitOrder";
const LOOK: &str = "getTransactionData";
const SHOPPER: &str = "client-42";

fn options() -> StackOptions {
    StackOptions {
        sogenactif: true,
        sogenactif_methods: vec![
            "sogenactif_card",
            "sogenactif_paypal",
            "sogenactif_ideal",
            "sogenactif_sepa",
        ],
        one_click: true,
        add_cards: true,
        ..Default::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// A stack whose line to Sogenactif can hold calls back; it is connected.
async fn stack_on_a_line() -> (Arc<Stack>, Line) {
    let mut line = Line::new();
    let options = StackOptions {
        office_host: Some(line.address()),
        ..options()
    };
    let stack = Stack::start(options).await;
    line.connect(&stack.platform()).await;
    (Arc::new(stack), line)
}

/// A request that somebody else makes meanwhile.
fn meanwhile<F>(stack: &Arc<Stack>, ask: impl FnOnce(Arc<Stack>) -> F) -> JoinHandle<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    tokio::spawn(ask(Arc::clone(stack)))
}

/// `continue` with a typed card, under way; its call is held.
async fn typing(
    stack: &Arc<Stack>,
    checkout: &Checkout,
    number: &str,
    held: &Held,
) -> (String, JoinHandle<Answer>) {
    let fields = stack.start_fields(checkout).await;
    let body = json!({ "token": stack.card_token(&fields, number).await });
    let (checkout, payment) = (checkout.clone(), fields.payment.clone());
    let asked = meanwhile(stack, async move |stack| {
        stack.post_continue(&checkout, &payment, "go", &body).await
    });
    held.wait(1).await;
    (fields.payment, asked)
}

/// One click on a saved card, or one intent of the shop's server.
async fn click(stack: &Stack, checkout: &Checkout, by_shop: bool, key: &str, card: &str) -> Answer {
    let body = json!({ "method": "sogenactif_card", "card": card });
    if by_shop {
        stack.shop_pays(DEMO_SHOP_KEY, checkout, key, &body).await
    } else {
        stack.post_payment(checkout, key, &body).await
    }
}

/// The shopper is back from the bank, as far as the browser's last step.
async fn from_the_bank(stack: &Stack, checkout: &Checkout) -> (String, WayBack) {
    let (fields, bank) = stack.to_the_bank(checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    (fields.payment, back)
}

/// The payments of a session, as the shop is told.
async fn payments(stack: &Stack, checkout: &Checkout) -> Vec<Value> {
    let truth = stack.truth(checkout).await;
    truth["payments"].as_array().unwrap().clone()
}

/// The id of the one payment of a session.
async fn only(stack: &Stack, checkout: &Checkout) -> String {
    let payments = payments(stack, checkout).await;
    assert_eq!(payments.len(), 1, "{payments:?}");
    payments[0]["id"].as_str().unwrap().to_owned()
}

/// Paid by that payment, and once: nothing is left to look at.
async fn assert_paid_once(stack: &Stack, checkout: &Checkout, payment: &str) {
    stack.wait_status(checkout, "paid").await;
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["settled_by"], payment, "{truth}");
    for made in truth["payments"].as_array().unwrap() {
        let amount = if made["id"] == payment { 4200 } else { 0 };
        assert_eq!(made["accepted"], amount, "{truth}");
        assert_eq!(made["attention"], json!([]), "{truth}");
    }
    assert!(!stack.attention().await.contains(payment));
}

/// Nobody knows what became of it: shopper, shop and operator are told so.
async fn assert_unknown(stack: &Stack, checkout: &Checkout, payment: &str) {
    let status = stack.status(checkout).await;
    assert_eq!(status["status"], "pending", "{status}");
    assert_eq!(status["open_elsewhere"], true, "{status}");
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["status"], "pending", "{truth}");
    let mut made = truth["payments"].as_array().unwrap().iter();
    let made = made.find(|made| made["id"] == payment).unwrap();
    assert_eq!(made["status"], "pending", "{truth}");
    assert_eq!(made["attention"], json!(["still_pending"]), "{truth}");
    let list = stack.attention().await;
    let told = list.split("\n\n").find(|told| told.contains(payment));
    let told = told.is_some_and(|told| told.contains("still_pending: "));
    assert!(told, "{list}");
}

/// Nobody waits for it: as if it had not been begun.
async fn assert_left(stack: &Stack, checkout: &Checkout, payment: &str) {
    let status = stack.status(checkout).await;
    assert_eq!(status["status"], "open", "{status}");
    assert_eq!(status["can_pay"], true, "{status}");
    assert_eq!(status["open_elsewhere"], false, "{status}");
    assert_eq!(stack.stage(payment).await, "overdue");
    let made = &payments(stack, checkout).await[0];
    assert_eq!(made["status"], "expired", "{made}");
    assert_eq!(made["attention"], json!([]), "{made}");
    assert!(!stack.attention().await.contains(payment));
}

/// Waits until the platform was asked about a payment at least that often.
async fn wait_looked_up(stack: &Stack, reference: &str, times: u64) {
    until("a question to the platform", || async {
        let book = stack.office_book(reference).await;
        let asked = book["calls"][LOOK].as_u64().unwrap_or(0);
        (asked >= times).then_some(())
    })
    .await;
}

/// Takes it up, again and again, until it is over.
async fn let_it_end(stack: &Stack, payment: &str) {
    until("its end", || async {
        stack.take_up(payment).await;
        (stack.stage(payment).await == "over").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_order_that_the_platform_is_silent_about_is_pending_past_its_deadline() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let before = stack.office_orders().await;
    let silent = json!({ "office_answer_lost": { ORDER: 9, SHOP_ORDER: 9, LOOK: 9999 } });
    stack.break_office(silent).await;
    let mut unknown = Vec::new();
    for way in ["typed", "returned", "click", "shop"] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        match way {
            "typed" => {
                let fields = stack.start_fields(&checkout).await;
                stack.go_on(&checkout, &fields, SMOOTH).await;
            }
            "returned" => {
                let (_, back) = from_the_bank(&stack, &checkout).await;
                stack.post_back(&back).await.location();
            }
            _ => {
                let by_shop = way == "shop";
                let clicked = click(&stack, &checkout, by_shop, "first", &card).await;
                clicked.expect(201);
            }
        }
        let payment = only(&stack, &checkout).await;
        unknown.push((checkout, payment));
    }
    until("the orders", || async {
        (stack.office_orders().await == before + 4).then_some(())
    })
    .await;
    for (checkout, payment) in &unknown {
        stack.pass_deadline_of(payment).await;
        assert_unknown(&stack, checkout, payment).await;
        let reference = stack.reference_of(checkout, payment).await;
        let asked = stack.office_book(&reference).await["calls"][LOOK].as_u64();
        stack.take_up(payment).await;
        wait_looked_up(&stack, &reference, asked.unwrap_or(0) + 1).await;
        assert_unknown(&stack, checkout, payment).await;
        let second = click(&stack, checkout, true, "second", &card).await;
        second.problem(409, "payment_open");
        // Past its deadline nobody can say until when.
        assert!(!second.headers.contains_key("retry-after"));
    }
    stack.mend_office().await;
    for (checkout, payment) in &unknown {
        let_it_end(&stack, payment).await;
        assert_paid_once(&stack, checkout, payment).await;
    }
    assert_eq!(stack.office_orders().await, before + 4);
}

#[tokio::test]
async fn a_card_whose_owner_never_returned_is_left_at_its_deadline_and_not_ordered_after() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let (payment, back) = from_the_bank(&stack, &checkout).await;
    let before = stack.office_orders().await;
    let early = click(&stack, &checkout, true, "early", &card).await;
    early.problem(409, "payment_open");
    let held = line.connect_and_hold(&stack.platform(), LOOK).await;
    stack.pass_deadline_of(&payment).await;
    // Nor does it change while the platform is being asked, however long it takes.
    held.wait(1).await;
    assert_left(&stack, &checkout, &payment).await;
    stack.post_back(&back).await.location();
    held.let_go();
    let reference = stack.reference_of(&checkout, &payment).await;
    wait_looked_up(&stack, &reference, 1).await;
    assert_left(&stack, &checkout, &payment).await;
    assert_eq!(stack.office_orders().await, before);
    let clicked = click(&stack, &checkout, true, "first", &card).await;
    clicked.expect(201);
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.office_orders().await, before + 1);
}

#[tokio::test]
async fn what_is_paid_elsewhere_is_pending_past_its_deadline_until_the_platform_tells() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let lost = json!({ "office_answer_lost": { LOOK: 9999 } });
    stack.break_office(lost).await;
    let mut unknown = Vec::new();
    for method in ["sogenactif_paypal", "sogenactif_ideal"] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        if method == "sogenactif_ideal" {
            stack.to_ideal(&checkout).await;
        } else {
            let wish = json!({ "method": method });
            let started = stack.post_payment(&checkout, &fresh_key(), &wish).await;
            Bank::new(&started.expect(201).json());
        }
        let payment = only(&stack, &checkout).await;
        stack.pass_deadline_of(&payment).await;
        assert_unknown(&stack, &checkout, &payment).await;
        let beside = click(&stack, &checkout, true, "beside", &card).await;
        beside.problem(409, "payment_open");
        unknown.push((checkout, payment));
    }
    stack.mend_office().await;
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    for (checkout, payment) in unknown {
        let_it_end(&stack, &payment).await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["can_pay"], true, "{status}");
        assert_eq!(status["open_elsewhere"], false, "{status}");
        assert_ne!(status["status"], "pending", "{status}");
        assert!(!stack.attention().await.contains(&payment));
        let clicked = click(&stack, &checkout, true, "then", &card).await;
        clicked.expect(201);
        stack.wait_status(&checkout, "paid").await;
    }
}

/// Whoever asked hangs up. The backend has noticed it by the end.
async fn hang_up(stack: &Stack, checkout: &Checkout, asked: JoinHandle<Answer>) {
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    for _ in 0..10 {
        stack.status(checkout).await;
    }
}

#[tokio::test]
async fn who_hangs_up_in_the_middle_of_an_order_has_it_finished_and_none_is_made_beside_it() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    for (way, method) in [
        ("typed", ENROL),
        ("click", SAVED_ENROL),
        ("click", ORDER),
        ("shop", SHOP_ORDER),
    ] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let before = stack.office_orders().await;
        let held = line.connect_and_hold(&stack.platform(), method).await;
        let asked = if way == "typed" {
            typing(&stack, &checkout, SMOOTH, &held).await.1
        } else {
            let (card, checkout) = (card.clone(), checkout.clone());
            let first = meanwhile(&stack, async move |stack| {
                click(&stack, &checkout, way == "shop", "first", &card).await
            });
            held.wait(1).await;
            first
        };
        let payment = only(&stack, &checkout).await;
        hang_up(&stack, &checkout, asked).await;
        assert_eq!(held.count(), 1, "{way}: it is worked on all the same");
        let second = click(&stack, &checkout, way == "shop", "second", &card).await;
        second.problem(409, "idempotency_in_flight");
        held.let_go();
        assert_paid_once(&stack, &checkout, &payment).await;
        // Its notification may have paid it before the answer to the order was taken up.
        stack.wait_stage(&payment, "over").await;
        for by_shop in [false, true] {
            let key = format!("third-{by_shop}");
            let third = click(&stack, &checkout, by_shop, &key, &card).await;
            third.problem(409, "session_paid");
        }
        assert_eq!(stack.office_orders().await, before + 1, "{way} {method}");
    }
}

#[tokio::test]
async fn a_backend_that_is_stopped_finishes_first_what_nobody_waits_for_any_more() {
    let (stack, mut line) = stack_on_a_line().await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let held = line.connect_and_hold(&stack.platform(), ENROL).await;
    let (payment, asked) = typing(&stack, &checkout, SMOOTH, &held).await;
    hang_up(&stack, &checkout, asked).await;
    let address = stack.backend().replace("http://", "");
    let mut stack = Arc::into_inner(stack).expect("nobody else has it");
    let answers_nobody = until("the backend to take no more requests", || async {
        let connection = tokio::net::TcpStream::connect(&address).await;
        connection.is_err().then_some(())
    });
    let going_on = async {
        answers_nobody.await;
        held.let_go();
    };
    tokio::join!(stack.stop_backend(), going_on);
    stack.start_backend().await;
    assert_eq!(stack.stage(&payment).await, "over");
    assert_paid_once(&stack, &checkout, &payment).await;
    assert_eq!(stack.office_orders().await, 1);
}

#[tokio::test]
async fn who_asked_before_another_order_became_unknown_is_not_taken_at_his_word() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let lost = json!({ "office_answer_lost": { ORDER: 1, LOOK: 9999 } });
    for by_shop in [false, true] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let before = stack.office_orders().await;
        let fields = stack.start_fields(&checkout).await;
        let held = line.connect_and_hold(&stack.platform(), WALLET).await;
        let second = {
            let (card, checkout) = (card.clone(), checkout.clone());
            meanwhile(&stack, async move |stack| {
                click(&stack, &checkout, by_shop, "second", &card).await
            })
        };
        held.wait(1).await;
        stack.break_office(lost.clone()).await;
        stack.go_on(&checkout, &fields, SMOOTH).await;
        held.let_go();
        let code = if by_shop {
            "payment_open"
        } else {
            "idempotency_in_flight"
        };
        second.await.unwrap().problem(409, code);
        stack.mend_office().await;
        stack.take_up(&fields.payment).await;
        assert_paid_once(&stack, &checkout, &fields.payment).await;
        assert_eq!(stack.office_orders().await, before + 1);
    }
}

#[tokio::test]
async fn what_the_return_orders_and_what_another_tab_orders_is_one_order() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    // The return is being finalised, and other tabs come.
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let before = stack.office_orders().await;
    let other = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&other, SMOOTH).await });
    let (payment, back) = from_the_bank(&stack, &checkout).await;
    let held = line.connect_and_hold(&stack.platform(), ORDER).await;
    stack.post_back(&back).await.location();
    held.wait(1).await;
    let typed = stack.post_continue(&checkout, &other.payment, "go", &body);
    typed.await.problem(409, "idempotency_in_flight");
    let clicked = click(&stack, &checkout, false, "click", &card).await;
    clicked.problem(409, "idempotency_in_flight");
    assert_eq!(held.count(), 1);
    held.let_go();
    assert_paid_once(&stack, &checkout, &payment).await;
    let typed = stack.post_continue(&checkout, &other.payment, "go", &body);
    typed.await.problem(409, "session_paid");
    assert_eq!(stack.office_orders().await, before + 1);
    // Another tab is being worked on, and the return comes.
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let (returned, back) = from_the_bank(&stack, &checkout).await;
    let held = line.connect_and_hold(&stack.platform(), ENROL).await;
    let (payment, asked) = typing(&stack, &checkout, SMOOTH, &held).await;
    stack.post_back(&back).await.location();
    // It is due, and has had its turn, once the next one after it is done.
    let last = stack.session_of(SHOPPER, 4200).await;
    let clicked = click(&stack, &last, false, "click", &card).await;
    clicked.expect(201);
    stack.wait_status(&last, "paid").await;
    assert_eq!(stack.stage(&returned).await, "finalise");
    held.let_go();
    asked.await.unwrap().expect(201);
    stack.wait_stage(&returned, "over").await;
    assert_paid_once(&stack, &checkout, &payment).await;
    assert_eq!(stack.office_orders().await, before + 3);
}

#[tokio::test]
async fn what_was_begun_before_its_session_expired_orders_nothing_after() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let typed = stack.session_of(SHOPPER, 4200).await;
    let fields = stack.start_fields(&typed).await;
    let token = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    let ideal = stack.session_of(SHOPPER, 4200).await;
    let asked = stack.start_asking(&ideal, "sogenactif_ideal").await;
    let bank = json!({ "bank": asked.question["banks"][0]["code"] });
    // Stored, and not gone on with: the platform could not be reached.
    let mut stored = Vec::new();
    for by_shop in [false, true] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        line.connect_until(&stack.platform(), WALLET).await;
        let first = click(&stack, &checkout, by_shop, "click", &card).await;
        first.problem(503, "platform_unreachable");
        stored.push((checkout, by_shop));
    }
    line.connect(&stack.platform()).await;
    let before = stack.office_calls().await.len();
    for (checkout, payment, body) in [
        (&typed, &fields.payment, &token),
        (&ideal, &asked.payment, &bank),
    ] {
        stack.expire(checkout).await;
        let late = stack.post_continue(checkout, payment, "go", body).await;
        late.problem(410, "session_expired");
        assert_eq!(stack.stage(payment).await, "token");
        let status = stack.status(checkout).await;
        assert_eq!(status["status"], "expired", "{status}");
    }
    for (checkout, by_shop) in &stored {
        stack.expire(checkout).await;
        let late = click(&stack, checkout, *by_shop, "click", &card).await;
        late.problem(410, "session_expired");
        let payment = only(&stack, checkout).await;
        assert_eq!(stack.stage(&payment).await, "proceed");
    }
    assert_eq!(stack.office_calls().await.len(), before);
    assert_eq!(stack.office_orders().await, 1);
}

/// `continue` with that body, whose call is held until the deadline has passed: what it answered.
async fn across_the_deadline(
    stack: &Arc<Stack>,
    checkout: &Checkout,
    payment: &str,
    body: Value,
    held: &Held,
) -> Answer {
    stack.set_deadline_soon(payment).await;
    let (own, id) = (checkout.clone(), payment.to_owned());
    let asked = meanwhile(stack, async move |stack| {
        stack.post_continue(&own, &id, "go", &body).await
    });
    held.wait(1).await;
    stack.wait_deadline(payment).await;
    assert_eq!(stack.stage(payment).await, "talking");
    assert_eq!(stack.status(checkout).await["status"], "pending");
    held.let_go();
    asked.await.unwrap()
}

#[tokio::test]
async fn a_transfer_whose_deadline_passes_while_its_page_is_made_is_looked_up() {
    let (stack, mut line) = stack_on_a_line().await;
    let checkout = stack.session(4200).await;
    let asked = stack.start_asking(&checkout, "sogenactif_ideal").await;
    let body = json!({ "bank": asked.question["banks"][0]["code"] });
    let held = line.connect_and_hold(&stack.platform(), AWAY).await;
    let answer = across_the_deadline(&stack, &checkout, &asked.payment, body, &held).await;
    let page = Bank::new(&answer.expect(201).json());
    wait_looked_up(&stack, &asked.reference, 1).await;
    stack.press_at_bank(&page, "success").await;
    let (stage, _, next) = stack.turn(&asked.payment).await;
    assert!(["unknown", "talking"].contains(&stage.as_str()), "{stage}");
    assert!(next.is_some(), "nobody would take it up");
    assert_unknown(&stack, &checkout, &asked.payment).await;
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    let_it_end(&stack, &asked.payment).await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["open_elsewhere"], false, "{status}");
}

#[tokio::test]
async fn what_is_ordered_last_is_not_ordered_where_its_deadline_passed_before_the_return() {
    let (stack, mut line) = stack_on_a_line().await;
    for method in ["sogenactif_card", "sogenactif_sepa"] {
        let checkout = stack.session(4200).await;
        let (payment, body, call) = if method == "sogenactif_card" {
            let fields = stack.start_fields(&checkout).await;
            let token = stack.card_token(&fields, CHALLENGED).await;
            (fields.payment, json!({ "token": token }), ENROL)
        } else {
            let asked = stack.start_asking(&checkout, method).await;
            (asked.payment, json!({ "iban": IBAN }), MANDATE)
        };
        let held = line.connect_and_hold(&stack.platform(), call).await;
        let answer = across_the_deadline(&stack, &checkout, &payment, body, &held).await;
        let page = Bank::new(&answer.expect(201).json());
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        assert_left(&stack, &checkout, &payment).await;
        stack.move_office_clock(json!({ "minutes": 16 })).await;
        let_it_end(&stack, &payment).await;
        assert_eq!(stack.truth(&checkout).await["settled_by"], Value::Null);
        let (started, back) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
        stack.come_back(&back).await;
        assert_paid_once(&stack, &checkout, &started.payment).await;
    }
    assert_eq!(stack.office_orders().await, 0);
    assert_eq!(stack.office_count(DEBIT).await, 0);
}

#[tokio::test]
async fn payments_that_the_platform_is_slow_about_hold_up_no_other_shoppers_return() {
    let (stack, mut line) = stack_on_a_line().await;
    let checkout = stack.session(4200).await;
    let (payment, back) = from_the_bank(&stack, &checkout).await;
    let held = line.connect_and_hold(&stack.platform(), LOOK).await;
    let lost = json!({ "office_answer_lost": { ORDER: 5 } });
    stack.break_office(lost).await;
    let mut slow = JoinSet::new();
    for _ in 0..5 {
        let stack = Arc::clone(&stack);
        slow.spawn(async move {
            let checkout = stack.session(4200).await;
            let fields = stack.start_fields(&checkout).await;
            stack.go_on(&checkout, &fields, SMOOTH).await;
            (checkout, fields.payment)
        });
    }
    let slow = slow.join_all().await;
    // They are asked about side by side, too.
    held.wait(5).await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &payment).await;
    held.let_go();
    for (checkout, payment) in &slow {
        let_it_end(&stack, payment).await;
        assert_paid_once(&stack, checkout, payment).await;
    }
    let calls = stack.office_calls().await;
    let reference = stack.reference_of(&checkout, &payment).await;
    let ordered = calls
        .iter()
        .position(|call| call["method"] == ORDER && call["transaction"] == reference.as_str());
    let looked = calls.iter().position(|call| call["method"] == LOOK);
    assert!(ordered.unwrap() < looked.unwrap(), "{calls:#?}");
    assert_eq!(stack.office_orders().await, 6);
}
