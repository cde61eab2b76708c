//! A card typed into Sogenactif's fields: from the token to the money, and whatever breaks between.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Bank, CHALLENGED, Checkout, Fields, Line, SMOOTH, SOGENACTIF_KEY, Stack, StackOptions,
    fresh_key, unix_now, until,
};

const ENROL: &str = "cardCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
/// Authenticated without a page, then refused by the issuer.
const REFUSED: &str = "4200001000000005";
/// The same for want of money.
const NO_FUNDS: &str = "4200001000000051";
/// The issuer wants to see the shopper after all: acquirerResponseCode A1.
const SOFT_DECLINE: &str = "4200001300000000";
/// Accepted later.
const LATER: &str = "4200001000000060";

fn options() -> StackOptions {
    StackOptions {
        sogenactif: true,
        ..Default::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// The only payment that the shop is told of.
fn only(truth: &Value) -> &Value {
    let payments = truth["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "{truth}");
    &payments[0]
}

/// Paid once: by one order at the platform, told to shop and shopper, and nothing left to look at.
async fn assert_paid_once(stack: &Stack, checkout: &Checkout, fields: &Fields) {
    stack.wait_status(checkout, "paid").await;
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["settled_by"], fields.payment.as_str(), "{truth}");
    let payment = only(&truth);
    assert_eq!(payment["accepted"], 4200, "{truth}");
    assert_eq!(payment["attention"], json!([]), "{truth}");
    assert_eq!(payment["parts"].as_array().unwrap().len(), 1, "{truth}");
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["transactionStatus"], "TO_CAPTURE", "{book}");
    assert_eq!(book["acts"][ORDER], 1, "{book}");
    assert_eq!(orders(stack).await, 1);
}

/// How many transactions took money at the platform.
async fn orders(stack: &Stack) -> usize {
    let books = stack.office_books().await;
    let all = books["transactions"].as_array().unwrap().iter();
    all.filter(|line| line["responseCode"] == "00").count()
}

/// Waits until the platform was asked about a transaction that often in all.
async fn wait_looked_up(stack: &Stack, reference: &str, times: u64) {
    until("a question to the platform", || async {
        let book = stack.office_book(reference).await;
        let asked = book["calls"]["getTransactionData"].as_u64();
        (asked.unwrap_or(0) >= times).then_some(())
    })
    .await;
}

/// How often the platform was asked about a transaction.
async fn looked_up(stack: &Stack, reference: &str) -> u64 {
    let book = stack.office_book(reference).await;
    book["calls"]["getTransactionData"].as_u64().unwrap_or(0)
}

#[tokio::test]
async fn a_card_that_needs_no_page_of_the_bank_is_paid_at_once() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    assert!(fields.sdk_url.starts_with(&stack.platform_backup()));
    let next = stack.go_on(&checkout, &fields, SMOOTH).await;
    assert_eq!(next["next_action"]["type"], "wait", "{next}");
    // It is in the books before it is answered.
    assert_eq!(stack.status(&checkout).await["status"], "paid");
    assert_paid_once(&stack, &checkout, &fields).await;
    assert_eq!(stack.stage(&fields.payment).await, "over");
}

#[tokio::test]
async fn a_card_that_the_bank_asks_about_is_paid_after_the_return() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    let back = stack.press_at_bank(&bank, "success").await;
    let start = format!("{}/return/sogenactif/{}/", stack.backend(), fields.payment);
    assert!(back.address.starts_with(&start), "{}", back.address);
    let to = stack.post_back(&back).await.location();
    assert_eq!(to, format!("{}/commande/1", stack.shop()));
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_platform_that_speaks_an_older_interface_is_understood() {
    let stack = stack().await;
    stack
        .break_office(json!({ "office_interface_2_27": true }))
        .await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &fields).await;
    // An order whose answer is lost is looked up, in answers that know less, too.
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    stack
        .break_office(json!({ "office_answer_lost": { ORDER: 1 } }))
        .await;
    let token = stack.card_token(&fields, SMOOTH).await;
    let body = json!({ "token": token });
    stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await;
    stack.wait_status(&checkout, "paid").await;
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["acts"][ORDER], 1, "{book}");
}

#[tokio::test]
async fn what_the_bank_refuses_is_refused_and_another_method_pays() {
    let stack = stack().await;
    for (button, refusal) in [
        ("failure", "authentication"),
        ("abandon", "authentication"),
        ("timeout", "timed_out"),
    ] {
        let checkout = stack.session(4200).await;
        let (fields, bank) = stack.to_the_bank(&checkout).await;
        let back = stack.press_at_bank(&bank, button).await;
        stack.post_back(&back).await.location();
        stack.wait_stage(&fields.payment, "over").await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "refused", "{button}: {status}");
        assert_eq!(status["can_pay"], true, "{button}: {status}");
        assert_eq!(status["open_elsewhere"], false, "{button}: {status}");
        assert_eq!(status["payment"]["refusal"], refusal, "{button}: {status}");
        stack.assert_unpaid(&checkout).await;
        stack.another_method_pays(&checkout).await;
    }
    assert_eq!(orders(&stack).await, 0);
}

#[tokio::test]
async fn what_the_issuer_refuses_is_refused_for_its_reason_and_another_card_pays() {
    let stack = stack().await;
    for (number, refusal) in [(REFUSED, "issuer"), (NO_FUNDS, "funds")] {
        let checkout = stack.session(4200).await;
        let fields = stack.start_fields(&checkout).await;
        stack.go_on(&checkout, &fields, number).await;
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "refused", "{status}");
        assert_eq!(status["open_elsewhere"], false, "{status}");
        assert_eq!(status["payment"]["refusal"], refusal, "{status}");
        stack.assert_unpaid(&checkout).await;
        let second = stack.start_fields(&checkout).await;
        assert_ne!(
            second.reference, fields.reference,
            "each attempt has its own reference"
        );
        stack.go_on(&checkout, &second, SMOOTH).await;
        stack.wait_status(&checkout, "paid").await;
    }
    assert_eq!(orders(&stack).await, 2);
}

#[tokio::test]
async fn a_shop_that_captures_later_has_the_money_authorised_and_not_paid() {
    let stack = stack().await;
    for number in [SMOOTH, CHALLENGED] {
        let checkout = stack
            .session_with(4200, json!({ "capture": "manual" }))
            .await;
        let fields = stack.start_fields(&checkout).await;
        let next = stack.go_on(&checkout, &fields, number).await;
        if number == CHALLENGED {
            let back = stack.press_at_bank(&Bank::new(&next), "success").await;
            stack.post_back(&back).await.location();
        }
        stack.wait_status(&checkout, "authorised").await;
        let book = stack.office_book(&fields.reference).await;
        assert_eq!(book["transactionStatus"], "TO_VALIDATE", "{book}");
        assert_eq!(book["captureMode"], "VALIDATION", "{book}");
    }
}

#[tokio::test]
async fn an_issuer_that_wants_to_see_the_shopper_after_all_gets_the_authentication() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let next = stack.go_on(&checkout, &fields, SOFT_DECLINE).await;
    let back = stack.press_at_bank(&Bank::new(&next), "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(only(&truth)["attention"], json!([]), "{truth}");
    let first = stack.office_book(&fields.reference).await;
    assert_eq!(first["acquirerResponseCode"], "A1", "{first}");
    assert_eq!(orders(&stack).await, 1);
}

#[tokio::test]
async fn an_answer_that_the_platform_owes_is_asked_for_until_it_comes() {
    let stack = stack().await;
    for (code, status) in [("00", "paid"), ("05", "refused")] {
        let checkout = stack.session(4200).await;
        let fields = stack.start_fields(&checkout).await;
        stack.go_on(&checkout, &fields, LATER).await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        wait_looked_up(&stack, &fields.reference, 1).await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        stack.make_office_final(&fields.reference, code).await;
        stack.take_up(&fields.payment).await;
        stack.wait_status(&checkout, status).await;
    }
}

#[tokio::test]
async fn twenty_returns_at_once_make_one_order() {
    let stack = Arc::new(stack().await);
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    let mut returns = JoinSet::new();
    for turn in 0..20 {
        let (stack, back) = (Arc::clone(&stack), back.clone());
        returns.spawn(async move {
            if turn % 4 == 0 {
                // A browser that lost the form on the way comes by GET.
                stack.get(&back.address).await.location()
            } else {
                stack.post_back(&back).await.location()
            }
        });
    }
    let shop = format!("{}/commande/1", stack.shop());
    assert!(returns.join_all().await.iter().all(|to| *to == shop));
    assert_paid_once(&stack, &checkout, &fields).await;
    let before = stack.truth(&checkout).await;
    for _ in 0..3 {
        stack.post_back(&back).await.location();
    }
    assert_eq!(stack.truth(&checkout).await, before);
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(
        book["calls"][ORDER], 1,
        "the order was asked for once: {book}"
    );
}

#[tokio::test]
async fn a_return_posted_by_a_stranger_changes_nothing() {
    let stack = stack().await;
    let (checkout, other) = (stack.session(4200).await, stack.session(4200).await);
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let (_, other_bank) = stack.to_the_bank(&other).await;
    let back = stack.press_at_bank(&bank, "success").await;
    let other_back = stack.press_at_bank(&other_bank, "success").await;
    let ending = back.ending();
    let before = stack.truth(&checkout).await;
    let flipped = if ending.starts_with('0') { "1" } else { "0" };
    for wrong in [
        other_back.ending().to_owned(),
        format!("{flipped}{}", &ending[1..]),
        ending[1..].to_owned(),
        format!("{ending}0"),
        ending.to_uppercase() + "X",
        "0".repeat(32),
        "accepted".to_owned(),
        "%00".to_owned(),
    ] {
        let mut stranger = back.with_ending(&wrong);
        let to = stack.post_back(&stranger).await.location();
        assert_eq!(to, format!("{}/commande/1", stack.shop()), "{wrong}");
        stack.get(&stranger.address).await.location();
        // Nor does a lie in the form help.
        stranger.form = vec![("responseCode".to_owned(), "00".to_owned())];
        stack.post_back(&stranger).await.location();
    }
    let elsewhere = back
        .address
        .replace("/return/sogenactif/", "/return/up2pay/");
    stack.get(&elsewhere).await.expect(404);
    let unknown = back
        .address
        .replace(&fields.payment, &format!("pay_{}", "0".repeat(32)));
    stack.get(&unknown).await.expect(404);
    assert_eq!(stack.truth(&checkout).await, before);
    assert_eq!(stack.stage(&fields.payment).await, "return");
    assert_eq!(stack.office_books().await["calls"].get(ORDER), None);
    // The shopper's own return still counts, whatever its form says.
    let mut own = back.clone();
    own.form = vec![("redirectionData".to_owned(), "x".repeat(9000))];
    stack.post_back(&own).await.location();
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_return_that_never_comes_is_looked_up_after_the_deadline() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    stack.press_at_bank(&bank, "success").await;
    assert_eq!(
        looked_up(&stack, &fields.reference).await,
        0,
        "nobody asks before"
    );
    stack.pass_deadline_of(&fields.payment).await;
    wait_looked_up(&stack, &fields.reference, 1).await;
    // Without the order, which only the return leads to, the platform takes nothing.
    stack.assert_unpaid(&checkout).await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["can_pay"], true, "{status}");
    // By then it is over at the platform too.
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    stack.take_up(&fields.payment).await;
    stack.wait_stage(&fields.payment, "over").await;
    stack.assert_unpaid(&checkout).await;
    let status = stack.status(&checkout).await["status"].clone();
    assert!(status == "refused" || status == "expired", "{status}");
    stack.another_method_pays(&checkout).await;
}

#[tokio::test]
async fn a_card_that_was_never_typed_is_over_after_the_deadline() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let token = stack.card_token(&fields, SMOOTH).await;
    stack.pass_deadline_of(&fields.payment).await;
    stack.wait_stage(&fields.payment, "over").await;
    let status = stack.status(&checkout).await;
    assert_eq!(
        (&status["status"], &status["can_pay"]),
        (&json!("open"), &json!(true))
    );
    assert_eq!(
        status["open_elsewhere"], false,
        "nothing was sent: {status}"
    );
    let body = json!({ "token": token });
    let late = stack
        .post_continue(&checkout, &fields.payment, "late", &body)
        .await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert_eq!(orders(&stack).await, 0);
    stack.another_method_pays(&checkout).await;
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_looked_up_and_paid_once() {
    let stack = stack().await;
    for number in [SMOOTH, CHALLENGED] {
        stack
            .break_office(json!({ "office_answer_lost": { ORDER: 1 } }))
            .await;
        let checkout = stack.session(4200).await;
        let fields = stack.start_fields(&checkout).await;
        let next = stack.go_on(&checkout, &fields, number).await;
        if number == CHALLENGED {
            let back = stack.press_at_bank(&Bank::new(&next), "success").await;
            stack.post_back(&back).await.location();
        } else {
            assert_eq!(next["next_action"]["type"], "wait", "{next}");
        }
        stack.wait_status(&checkout, "paid").await;
        let truth = stack.truth(&checkout).await;
        assert_eq!(only(&truth)["attention"], json!([]), "{truth}");
        let book = stack.office_book(&fields.reference).await;
        assert_eq!(
            (&book["calls"][ORDER], &book["acts"][ORDER]),
            (&json!(1), &json!(1))
        );
    }
    assert_eq!(orders(&stack).await, 2);
    assert!(
        stack
            .backend_log()
            .contains("the outcome of a call is unknown")
    );
}

#[tokio::test]
async fn a_beginning_whose_answer_is_lost_takes_nothing_and_another_method_pays() {
    let stack = stack().await;
    stack
        .break_office(json!({ "office_answer_lost": { ENROL: 1 } }))
        .await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let next = stack.go_on(&checkout, &fields, SMOOTH).await;
    assert_eq!(next["next_action"]["type"], "wait", "{next}");
    wait_looked_up(&stack, &fields.reference, 1).await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["status"], "pending", "{status}");
    assert_eq!(status["can_pay"], true, "{status}");
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    stack.take_up(&fields.payment).await;
    stack.wait_stage(&fields.payment, "over").await;
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(
        book["acts"],
        json!({ ENROL: 1 }),
        "it is begun once and not ordered: {book}"
    );
    stack.assert_unpaid(&checkout).await;
    stack.another_method_pays(&checkout).await;
    assert_eq!(orders(&stack).await, 0);
}

#[tokio::test]
async fn an_answer_that_can_not_be_trusted_never_pays() {
    let stack = stack().await;
    for fault in [
        "office_wrong_seal",
        "office_tampered_amount",
        "office_altered_amount",
        "office_other_transaction",
    ] {
        for number in [SMOOTH, CHALLENGED] {
            let checkout = stack.session(4200).await;
            let fields = stack.start_fields(&checkout).await;
            let token = stack.card_token(&fields, number).await;
            let body = json!({ "token": token });
            let go_on = stack.post_continue(&checkout, &fields.payment, "go", &body);
            if number == SMOOTH {
                stack.break_office(json!({ fault: true })).await;
                go_on.await.expect(201);
            } else {
                let bank = Bank::new(&go_on.await.expect(201).json());
                let back = stack.press_at_bank(&bank, "success").await;
                stack.break_office(json!({ fault: true })).await;
                stack.post_back(&back).await.location();
            }
            // Neither by its own answer, nor by what it says when it is asked again.
            wait_looked_up(&stack, &fields.reference, 1).await;
            let before = looked_up(&stack, &fields.reference).await;
            stack.take_up(&fields.payment).await;
            wait_looked_up(&stack, &fields.reference, before + 1).await;
            stack.wait_stage(&fields.payment, "unknown").await;
            stack.assert_unpaid(&checkout).await;
            let status = stack.status(&checkout).await;
            assert_eq!(status["status"], "pending", "{fault}: {status}");
            stack.mend_office().await;
            let book = stack.office_book(&fields.reference).await;
            stack.take_up(&fields.payment).await;
            if book["responseCode"] == "00" {
                stack.wait_status(&checkout, "paid").await;
                assert_eq!(book["acts"][ORDER], 1, "{fault}: {book}");
            } else {
                stack.assert_unpaid(&checkout).await;
            }
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_seal_counts_outside_production_and_for_this_amount_only() {
    let stack = stack().await;
    stack
        .break_office(json!({ "office_missing_seal": true }))
        .await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    stack.go_on(&checkout, &fields, SMOOTH).await;
    assert_paid_once(&stack, &checkout, &fields).await;
    let other = stack.session(4200).await;
    let fields = stack.start_fields(&other).await;
    let altered = json!({ "office_missing_seal": true, "office_altered_amount": true });
    stack.break_office(altered).await;
    stack.go_on(&other, &fields, SMOOTH).await;
    wait_looked_up(&stack, &fields.reference, 1).await;
    stack.assert_unpaid(&other).await;
}

#[tokio::test]
async fn a_platform_that_is_down_starts_nothing_and_later_works() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    stack.break_office(json!({ "office_down": true })).await;
    let wish = json!({ "method": "sogenactif_card" });
    let down = stack.post_payment(&checkout, "click", &wish).await;
    down.problem(503, "platform_unreachable");
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
    let status = stack.status(&checkout).await;
    assert_eq!(
        (&status["status"], &status["can_pay"]),
        (&json!("open"), &json!(true))
    );
    stack.mend_office().await;
    stack
        .post_payment(&checkout, "click", &wish)
        .await
        .expect(201);
}

#[tokio::test]
async fn while_the_platform_can_not_be_reached_the_same_token_is_kept_for_later() {
    let mut line = Line::new();
    let options = StackOptions {
        office_host: Some(line.address()),
        ..options()
    };
    let stack = Stack::start(options).await;
    line.connect(&stack.platform()).await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    line.cut().await;
    for _ in 0..2 {
        let answer = stack
            .post_continue(&checkout, &fields.payment, "go", &body)
            .await;
        answer.problem(503, "platform_unreachable");
        assert_eq!(stack.stage(&fields.payment).await, "token");
    }
    stack.assert_unpaid(&checkout).await;
    line.connect(&stack.platform()).await;
    let answer = stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await;
    answer.expect(201);
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_return_while_the_platform_can_not_be_reached_is_taken_up_again() {
    let mut line = Line::new();
    let options = StackOptions {
        office_host: Some(line.address()),
        ..options()
    };
    let stack = Stack::start(options).await;
    line.connect(&stack.platform()).await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    line.cut().await;
    stack.post_back(&back).await.location();
    until("a try", || async {
        let log = stack.backend_log();
        log.contains("a platform did not answer").then_some(())
    })
    .await;
    stack.assert_unpaid(&checkout).await;
    line.connect(&stack.platform()).await;
    stack.take_up(&fields.payment).await;
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_return_whose_platform_stays_unreachable_is_taken_up_slower_and_slower() {
    let mut line = Line::new();
    let options = StackOptions {
        office_host: Some(line.address()),
        ..options()
    };
    let stack = Stack::start(options).await;
    line.connect(&stack.platform()).await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    line.cut().await;
    stack.post_back(&back).await.location();
    for turn in 1..=8 {
        let before = unix_now();
        stack.take_up(&fields.payment).await;
        let next = until("its turn", || async {
            let (stage, tries, next) = stack.turn(&fields.payment).await;
            // 0 is its being taken up.
            next.filter(|next| stage == "finalise" && tries >= turn && *next > 0)
        })
        .await;
        // 1, 2, 4… seconds after a moment that was later than this one.
        assert!(next >= before + (1 << (turn - 1)), "turn {turn}");
    }
    stack.assert_unpaid(&checkout).await;
    line.connect(&stack.platform()).await;
    stack.take_up(&fields.payment).await;
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_platform_that_fails_over_the_token_is_never_asked_to_pay_twice() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    stack.break_office(json!({ "office_down": true })).await;
    let first = stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await;
    // An error of its own may come from behind what has acted: nothing is sent again.
    assert_eq!(first.expect(201).json()["next_action"]["type"], "wait");
    stack.mend_office().await;
    let second = stack
        .post_continue(&checkout, &fields.payment, "again", &body)
        .await;
    assert_eq!(second.status, 409, "{}", second.text());
    stack.take_up(&fields.payment).await;
    stack.wait_stage(&fields.payment, "unknown").await;
    let status = stack.status(&checkout).await;
    assert_eq!(status["can_pay"], true, "{status}");
    stack.pass_deadline_of(&fields.payment).await;
    stack.take_up(&fields.payment).await;
    stack.wait_stage(&fields.payment, "over").await;
    assert_eq!(stack.office_book(&fields.reference).await, Value::Null);
    stack.assert_unpaid(&checkout).await;
    stack.another_method_pays(&checkout).await;
}

#[tokio::test]
async fn only_this_sessions_own_page_continues_its_payment() {
    let stack = stack().await;
    let (checkout, other) = (stack.session(4200).await, stack.session(4200).await);
    let fields = stack.start_fields(&checkout).await;
    let card = stack.start_payment(&checkout, "card").await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    let wrong = Checkout {
        id: checkout.id.clone(),
        secret: format!("{}x", checkout.secret),
    };
    let answer = stack
        .post_continue(&wrong, &fields.payment, "go", &body)
        .await;
    answer.problem(401, "session_unknown");
    let path = format!("/checkout/v1/payments/{}/continue", fields.payment);
    for origin in ["https://evil.example", "http://autre.example", "null"] {
        let post = stack.http.client().post(stack.at_backend(&path));
        let post = post.header("origin", origin).bearer_auth(&checkout.secret);
        let post = post.header("idempotency-key", "go").json(&body);
        stack.http.send(post).await.problem(403, "origin_refused");
    }
    let theirs = stack
        .post_continue(&other, &fields.payment, "go", &body)
        .await;
    theirs.problem(404, "payment_unknown");
    for unknown in [
        card.payment.as_str(),
        "pay_00000000000000000000000000000000",
        "pay_x",
        "..%2f..",
        &checkout.id,
    ] {
        let answer = stack
            .post_continue(&checkout, unknown, unknown, &body)
            .await;
        answer.problem(404, "payment_unknown");
    }
    assert_eq!(stack.office_books().await["calls"].get(ENROL), None);
    stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await
        .expect(201);
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(orders(&stack).await, 1);
}

#[tokio::test]
async fn what_is_no_token_is_refused_and_the_good_one_still_pays() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let token = stack.card_token(&fields, SMOOTH).await;
    for body in [
        json!({ "token": "" }),
        json!({ "token": "x".repeat(4097) }),
        json!({ "token": "a b\n" }),
        json!({ "token": token, "brand": "AMEX" }),
        json!({ "token": token, "brand": "" }),
    ] {
        let key = fresh_key();
        let answer = stack
            .post_continue(&checkout, &fields.payment, &key, &body)
            .await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text());
        let field = answer.json()["field"].clone();
        assert!(field == "token" || field == "brand", "{body}: {field}");
        assert_eq!(stack.stage(&fields.payment).await, "token", "{body}");
    }
    for body in [
        json!({}),
        json!({ "token": 7 }),
        json!({ "token": token, "amount": 1 }),
        json!([]),
    ] {
        let key = fresh_key();
        let answer = stack
            .post_continue(&checkout, &fields.payment, &key, &body)
            .await;
        assert!(
            (400..=422).contains(&answer.status),
            "{body}: {}",
            answer.text()
        );
    }
    assert_eq!(stack.office_books().await["calls"].get(ENROL), None);
    let body = json!({ "token": token, "brand": "VISA" });
    stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await
        .expect(201);
    assert_paid_once(&stack, &checkout, &fields).await;
    assert_eq!(
        stack.office_book(&fields.reference).await["paymentMeanBrand"],
        "VISA"
    );
}

#[tokio::test]
async fn a_token_that_the_platform_does_not_know_is_refused_clearly() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let other = stack.session(4200).await;
    let (fields, paid) = (
        stack.start_fields(&checkout).await,
        stack.start_fields(&other).await,
    );
    let spent = json!({ "token": stack.card_token(&paid, SMOOTH).await });
    stack
        .post_continue(&other, &paid.payment, "go", &spent)
        .await
        .expect(201);
    stack.wait_status(&other, "paid").await;
    let body = spent;
    stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await
        .expect(201);
    stack.wait_status(&checkout, "refused").await;
    stack.assert_unpaid(&checkout).await;
    assert_eq!(orders(&stack).await, 1, "a token pays one payment");
    stack.another_method_pays(&checkout).await;
}

#[tokio::test]
async fn a_second_token_is_refused_and_a_repeated_one_is_answered_alike() {
    let mut stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    let another = json!({ "token": stack.card_token(&fields, CHALLENGED).await });
    let go_on = async |stack: &Stack, key: &str, body: &Value| {
        stack
            .post_continue(&checkout, &fields.payment, key, body)
            .await
    };
    let first = go_on(&stack, "go", &body).await.expect(201);
    assert_eq!(
        go_on(&stack, "go", &body).await.expect(201).body,
        first.body
    );
    for (key, body) in [("second", &another), ("second-same", &body)] {
        let refused = go_on(&stack, key, body).await;
        assert_eq!(refused.status, 409, "{}", refused.text());
    }
    go_on(&stack, "go", &another)
        .await
        .problem(422, "idempotency_key_reused");
    stack.stop_backend().await;
    stack.start_backend().await;
    assert_eq!(
        go_on(&stack, "go", &body).await.expect(201).body,
        first.body
    );
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_repeated_token_leads_to_the_same_page_of_the_bank() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, CHALLENGED).await });
    let go_on = || stack.post_continue(&checkout, &fields.payment, "go", &body);
    let first = go_on().await.expect(201);
    let second = go_on().await.expect(201);
    assert_eq!(first.body, second.body);
    let back = stack
        .press_at_bank(&Bank::new(&second.json()), "success")
        .await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn twenty_tokens_at_once_make_one_order() {
    let stack = Arc::new(stack().await);
    for same_key in [false, true] {
        let checkout = stack.session(4200).await;
        let fields = stack.start_fields(&checkout).await;
        let token = stack.card_token(&fields, SMOOTH).await;
        let mut all = JoinSet::new();
        for click in 0..20 {
            let (stack, checkout) = (Arc::clone(&stack), checkout.clone());
            let (payment, body) = (fields.payment.clone(), json!({ "token": token }));
            let key = format!("go-{}", if same_key { 0 } else { click });
            all.spawn(async move {
                stack
                    .post_continue(&checkout, &payment, &key, &body)
                    .await
                    .status
            });
        }
        let statuses = all.join_all().await;
        assert!(
            statuses.iter().all(|status| [201, 409].contains(status)),
            "{statuses:?}"
        );
        let taken = statuses.iter().filter(|status| **status == 201).count();
        assert!(taken >= 1 && (same_key || taken == 1), "{statuses:?}");
        stack.wait_status(&checkout, "paid").await;
        let book = stack.office_book(&fields.reference).await;
        assert_eq!(
            (&book["calls"][ENROL], &book["calls"][ORDER]),
            (&json!(1), &json!(1))
        );
    }
    assert_eq!(orders(&stack).await, 2);
}

#[tokio::test]
async fn once_another_payment_has_settled_the_session_no_token_is_taken() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    stack.another_method_pays(&checkout).await;
    let late = stack
        .post_continue(&checkout, &fields.payment, "late", &body)
        .await;
    late.problem(409, "session_paid");
    assert_eq!(stack.office_books().await["calls"].get(ENROL), None);
    assert_eq!(stack.truth(&checkout).await["payments"][0]["accepted"], 0);
}

#[tokio::test]
async fn once_another_payment_has_settled_the_session_a_return_from_the_bank_orders_nothing() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    stack.another_method_pays(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_stage(&fields.payment, "over").await;
    let book = stack.office_book(&fields.reference).await;
    assert_ne!(book["responseCode"], "00", "{book}");
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["payments"][0]["accepted"], 0, "{truth}");
    assert_eq!(truth["payments"][0]["surplus"], false, "{truth}");
}

#[tokio::test]
async fn a_backend_killed_while_it_talks_about_a_token_looks_it_up_after_its_restart() {
    let mut stack = stack().await;
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
    stack
        .break_office(json!({ "office_slow_ms": 20_000 }))
        .await;
    {
        let cut = stack.post_continue(&checkout, &fields.payment, "go", &body);
        tokio::select! {
            answer = cut => panic!("{}", answer.text()),
            _ = stack.wait_office_act(&fields.reference, ENROL) => {}
        }
    }
    stack.kill_backend().await;
    stack.mend_office().await;
    stack.start_backend().await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    // Nobody knows what became of it: the same token is not sent again.
    let again = stack
        .post_continue(&checkout, &fields.payment, "go", &body)
        .await;
    assert_eq!(again.status, 409, "{}", again.text());
    stack.take_up(&fields.payment).await;
    wait_looked_up(&stack, &fields.reference, 1).await;
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    stack.take_up(&fields.payment).await;
    stack.wait_stage(&fields.payment, "over").await;
    stack.assert_unpaid(&checkout).await;
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["acts"], json!({ ENROL: 1 }), "{book}");
    stack.another_method_pays(&checkout).await;
}

#[tokio::test]
async fn a_backend_killed_after_the_order_finds_it_paid_after_its_restart() {
    let mut stack = stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    stack
        .break_office(json!({ "office_slow_ms": 20_000 }))
        .await;
    stack.post_back(&back).await.location();
    stack.wait_office_act(&fields.reference, ORDER).await;
    stack.kill_backend().await;
    stack.mend_office().await;
    stack.start_backend().await;
    // It is looked up at the start, long before its time.
    assert_paid_once(&stack, &checkout, &fields).await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &fields).await;
}

#[tokio::test]
async fn a_backend_killed_after_the_return_finalises_it_after_its_restart() {
    let mut stack = stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    stack.kill_backend().await;
    stack.start_backend().await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &fields).await;
}

/// Every spelling of the key that a leak could have. Its start is the shop's public number.
fn spellings() -> [String; 4] {
    let key = SOGENACTIF_KEY;
    [
        key.to_owned(),
        key.to_lowercase(),
        hex::encode(key),
        format!("{:?}", key.as_bytes())
            .trim_matches(['[', ']'])
            .to_owned(),
    ]
}

#[tokio::test]
async fn the_platforms_key_is_in_no_answer_page_log_or_book() {
    let options = StackOptions {
        log: "trace",
        ..options()
    };
    let mut stack = Stack::start(options).await;
    let checkout = stack.session(4200).await;
    let (_, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;
    let other = stack.session(4200).await;
    let fields = stack.start_fields(&other).await;
    let token = stack.card_token(&fields, SMOOTH).await;
    stack
        .break_office(json!({ "office_wrong_seal": true }))
        .await;
    let body = json!({ "token": token });
    stack
        .post_continue(&other, &fields.payment, "go", &body)
        .await
        .expect(201);
    wait_looked_up(&stack, &fields.reference, 1).await;
    stack.mend_office().await;
    let named = json!({ "transactionReference": fields.reference });
    let (_, answer, errors) = stack.office("getTransactionData", &named).await;
    let list = stack.attention().await;
    stack.stop_backend().await;
    let mut shown = vec![answer.to_string(), errors, list, stack.sandbox_log()];
    let log = stack.backend_log();
    assert!(log.contains("TRACE") && !log.contains(&token));
    shown.push(log);
    shown.extend(stack.http.seen().into_iter().map(|seen| seen.text));
    shown.push(String::from_utf8_lossy(&stack.books_on_disk()).into_owned());
    for text in shown {
        for spelling in spellings() {
            assert!(!text.contains(&spelling), "{spelling} is in {text}");
        }
    }
}
