//! Payments from a bank account: iDEAL, confirmed at the shopper's bank, and SEPA direct debits,
//! for which the shopper signs a mandate. And the address of whoever pays.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Asked, Bank, Checkout, IBAN, Stack, StackOptions, fresh_key, until};

const IDEAL: &str = "sogenactif_ideal";
const SEPA: &str = "sogenactif_sepa";
const INQUIRE: &str = "creditTransferInquire";
const AWAY: &str = "creditTransferInitialize";
const TRANSFER: &str = "creditTransferFinalizeAndOrder";
const MANDATE: &str = "initializeMandate";
const SIGNED: &str = "finalizeMandate";
const DEBIT: &str = "directDebitOrder";

fn options() -> StackOptions {
    StackOptions {
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_card", IDEAL, SEPA],
        ..Default::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// Up to the page of the bank, or of the mandate.
async fn to_the_page(stack: &Stack, checkout: &Checkout, method: &str) -> (Asked, Bank) {
    if method == IDEAL {
        stack.to_ideal(checkout).await
    } else {
        stack.to_mandate(checkout).await
    }
}

/// The method that takes the money.
fn order_of(method: &str) -> &'static str {
    if method == IDEAL { TRANSFER } else { DEBIT }
}

/// Paid once from an account: by one order at the platform, and nothing left to look at.
async fn assert_paid_once(stack: &Stack, checkout: &Checkout, asked: &Asked, method: &str) {
    stack.wait_status(checkout, "paid").await;
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["settled_by"], asked.payment.as_str(), "{truth}");
    let payment = &truth["payments"][0];
    assert_eq!(payment["method"], method, "{truth}");
    assert_eq!(payment["accepted"], 4200, "{truth}");
    assert_eq!(payment["attention"], json!([]), "{truth}");
    assert_eq!(payment["parts"].as_array().unwrap().len(), 1, "{truth}");
    assert_eq!(payment["parts"][0]["kind"], "account", "{truth}");
    let book = stack.office_book(&asked.reference).await;
    assert_eq!(book["responseCode"], "00", "{book}");
    assert_eq!(book["calls"][order_of(method)], 1, "{book}");
}

/// Looks it up until it is over, long after.
async fn let_it_end(stack: &Stack, payment: &str) {
    stack.move_office_clock(json!({ "minutes": 16 })).await;
    stack.pass_deadline_of(payment).await;
    until("its end", || async {
        stack.take_up(payment).await;
        (stack.stage(payment).await == "over").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_account_pays_after_the_return() {
    let stack = stack().await;
    for method in [IDEAL, SEPA] {
        let checkout = stack.session(4200).await;
        let session = stack.checkout_session(&checkout).await.expect(200).json();
        let mut offers = session["methods"].as_array().unwrap().iter();
        let offer = offers.find(|offer| offer["method"] == method).unwrap();
        let kind = if method == IDEAL {
            "credit_transfer"
        } else {
            "direct_debit"
        };
        assert_eq!(*offer, json!({ "method": method, "kind": kind }));
        let (asked, page) = to_the_page(&stack, &checkout, method).await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        let back = stack.press_at_bank(&page, "success").await;
        stack.assert_unpaid(&checkout).await;
        let to = stack.post_back(&back).await.location();
        assert_eq!(to, format!("{}/commande/1", stack.shop()));
        assert_paid_once(&stack, &checkout, &asked, method).await;
        stack.wait_stage(&asked.payment, "over").await;
    }
}

#[tokio::test]
async fn an_account_pays_for_a_shopper_whom_the_shop_names() {
    let stack = Stack::start(StackOptions {
        one_click: true,
        ..options()
    })
    .await;
    for method in [IDEAL, SEPA] {
        let checkout = stack.session_of("client-42", 4200).await;
        let (asked, page) = to_the_page(&stack, &checkout, method).await;
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        assert_paid_once(&stack, &checkout, &asked, method).await;
        // Saved cards are cards: an account is paid with none of them.
        let other = stack.session_of("client-42", 4200).await;
        let wish = json!({ "method": method, "card": "1" });
        let refused = stack.post_payment(&other, &fresh_key(), &wish).await;
        assert_eq!(refused.problem(422, "field_invalid")["field"], "card");
    }
}

#[tokio::test]
async fn what_is_asked_and_what_is_shown_is_the_agreed() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let mut shown = serde_json::Map::new();
    for method in [IDEAL, SEPA] {
        let started = stack
            .post_payment(&checkout, &fresh_key(), &json!({ "method": method }))
            .await;
        let action = started.expect(201).json()["next_action"].clone();
        shown.insert(format!("{method}: asked"), action);
        // Nothing was sent yet: it is as good as not begun.
        let status = stack.status(&checkout).await;
        assert_eq!(status["status"], "open", "{status}");
        assert_eq!(status["open_elsewhere"], false, "{status}");
    }
    let (asked, page) = stack.to_mandate(&checkout).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    let mut status = stack.wait_status(&checkout, "paid").await;
    assert_eq!(status["payment"]["id"], asked.payment.as_str());
    status["payment"]["id"] = json!("[pay]");
    shown.insert("paid".into(), status);
    insta::assert_json_snapshot!(shown);
}

#[tokio::test]
async fn what_fails_on_the_page_is_refused_and_another_method_pays() {
    let stack = stack().await;
    for method in [IDEAL, SEPA] {
        for button in ["failure", "abandon", "timeout"] {
            let checkout = stack.session(4200).await;
            let (asked, page) = to_the_page(&stack, &checkout, method).await;
            let back = stack.press_at_bank(&page, button).await;
            stack.post_back(&back).await.location();
            stack.wait_stage(&asked.payment, "over").await;
            let status = stack.status(&checkout).await;
            let case = format!("{method} {button}: {status}");
            assert_eq!(status["status"], "refused", "{case}");
            assert_eq!(status["can_pay"], true, "{case}");
            assert_eq!(status["open_elsewhere"], false, "{case}");
            stack.assert_unpaid(&checkout).await;
            stack.another_method_pays(&checkout).await;
        }
    }
    assert_eq!(stack.office_orders().await, 0);
    assert_eq!(stack.office_count(DEBIT).await, 0, "no mandate, no debit");
}

#[tokio::test]
async fn a_debit_that_the_bank_refuses_is_refused_and_one_that_it_owes_is_pending() {
    let stack = stack().await;
    for (iban, status) in [
        ("FR7630006000011234568310005", "refused"),
        ("FR7630006000011234568690051", "refused"),
        ("FR7630006000011234568680060", "pending"),
    ] {
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, SEPA).await;
        let page = stack
            .answer(&checkout, &asked, &json!({ "iban": iban }))
            .await;
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        stack.wait_office_act(&asked.reference, DEBIT).await;
        stack.wait_status(&checkout, status).await;
        stack.assert_unpaid(&checkout).await;
        if status == "pending" {
            stack.make_office_final(&asked.reference, "00").await;
            until("its final word", || async {
                stack.take_up(&asked.payment).await;
                (stack.status(&checkout).await["status"] == "paid").then_some(())
            })
            .await;
            assert_paid_once(&stack, &checkout, &asked, SEPA).await;
        }
    }
}

/// A debit that was ordered, and whose final word the bank owes.
async fn owed(stack: &Stack) -> (Checkout, Asked) {
    let checkout = stack.session(4200).await;
    let asked = stack.start_asking(&checkout, SEPA).await;
    let body = json!({ "iban": "FR7630006000011234568680060" });
    let page = stack.answer(&checkout, &asked, &body).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_office_act(&asked.reference, DEBIT).await;
    stack.wait_stage(&asked.payment, "unknown").await;
    (checkout, asked)
}

#[tokio::test]
async fn a_debit_that_the_bank_owes_is_asked_about_for_a_month_and_the_operator_is_told() {
    let stack = stack().await;
    let (checkout, asked) = owed(&stack).await;
    stack.pass_deadline_of(&asked.payment).await;
    let looked_at_again = async |what: &str| {
        let (_, before, _) = stack.turn(&asked.payment).await;
        stack.take_up(&asked.payment).await;
        until(what, || async {
            let (_, tries, next) = stack.turn(&asked.payment).await;
            (tries > before && next != Some(0)).then_some(())
        })
        .await;
    };
    // Three days are long enough for silence, and not for this.
    stack.make_older(&asked.payment, 20).await;
    looked_at_again("a look after 20 days").await;
    until("it waits again", || async {
        let (stage, _, next) = stack.turn(&asked.payment).await;
        (stage == "unknown" && next.is_some()).then_some(())
    })
    .await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    assert!(stack.attention().await.contains(&asked.payment));
    let told = stack.backend_log().matches("alert=\"waits\"").count();
    assert_eq!(told, 1, "the operator is told once");
    stack.make_office_final(&asked.reference, "00").await;
    looked_at_again("its final word").await;
    assert_paid_once(&stack, &checkout, &asked, SEPA).await;
}

#[tokio::test]
async fn what_the_bank_owes_for_longer_than_a_month_is_left_to_a_person() {
    let stack = stack().await;
    let (checkout, asked) = owed(&stack).await;
    stack.make_older(&asked.payment, 40).await;
    stack.pass_deadline_of(&asked.payment).await;
    stack.take_up(&asked.payment).await;
    stack.wait_stage(&asked.payment, "given_up").await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    assert!(stack.attention().await.contains(&asked.payment));
    assert!(stack.backend_log().contains("alert=\"given_up\""));
}

#[tokio::test]
async fn a_transfer_that_the_bank_answers_later_is_asked_about_until_it_does() {
    let stack = stack().await;
    for (code, status) in [("00", "paid"), ("05", "refused")] {
        let checkout = stack.session(4200).await;
        let (asked, page) = stack.to_ideal(&checkout).await;
        let back = stack.press_at_bank(&page, "pending").await;
        stack.post_back(&back).await.location();
        stack.wait_office_act(&asked.reference, TRANSFER).await;
        stack.wait_stage(&asked.payment, "unknown").await;
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        stack.make_office_final(&asked.reference, code).await;
        until("its final word", || async {
            stack.take_up(&asked.payment).await;
            (stack.status(&checkout).await["status"] == status).then_some(())
        })
        .await;
        let book = stack.office_book(&asked.reference).await;
        assert_eq!(book["calls"][TRANSFER], 1, "{book}");
    }
}

#[tokio::test]
async fn twenty_returns_from_a_page_make_one_order() {
    let stack = Arc::new(stack().await);
    for method in [IDEAL, SEPA] {
        let checkout = stack.session(4200).await;
        let (asked, page) = to_the_page(&stack, &checkout, method).await;
        let back = stack.press_at_bank(&page, "success").await;
        let mut returns = JoinSet::new();
        for turn in 0..20 {
            let (stack, back) = (Arc::clone(&stack), back.clone());
            returns.spawn(async move {
                if turn % 4 == 0 {
                    stack.get(&back.address).await.location()
                } else {
                    stack.post_back(&back).await.location()
                }
            });
        }
        returns.join_all().await;
        assert_paid_once(&stack, &checkout, &asked, method).await;
        for _ in 0..3 {
            stack.post_back(&back).await.location();
        }
        assert_paid_once(&stack, &checkout, &asked, method).await;
    }
    for (once, times) in [(TRANSFER, 1), (SIGNED, 1), (DEBIT, 1)] {
        assert_eq!(stack.office_count(once).await, times, "{once}");
    }
    assert_eq!(stack.office_orders().await, 2);
}

#[tokio::test]
async fn who_never_answers_or_never_returns_has_paid_nothing_and_can_pay_otherwise() {
    let stack = stack().await;
    for method in [IDEAL, SEPA] {
        // The question is never answered.
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, method).await;
        stack.pass_deadline_of(&asked.payment).await;
        stack.wait_stage(&asked.payment, "over").await;
        let body = if method == IDEAL {
            json!({ "bank": "BACNL2A1" })
        } else {
            json!({ "iban": IBAN })
        };
        let late = stack
            .post_continue(&checkout, &asked.payment, "late", &body)
            .await;
        assert_eq!(late.status, 409, "{}", late.text());
        stack.another_method_pays(&checkout).await;
        // The page is left, or done, and the browser does not come back.
        for button in [None, Some("success")] {
            let checkout = stack.session(4200).await;
            let (asked, page) = to_the_page(&stack, &checkout, method).await;
            if let Some(button) = button {
                stack.press_at_bank(&page, button).await;
            }
            let_it_end(&stack, &asked.payment).await;
            stack.assert_unpaid(&checkout).await;
            let status = stack.status(&checkout).await;
            assert_eq!(status["can_pay"], true, "{method}: {status}");
            stack.another_method_pays(&checkout).await;
        }
    }
    assert_eq!(stack.office_orders().await, 0);
}

#[tokio::test]
async fn only_a_bank_on_offer_is_taken_and_a_wrong_one_may_be_corrected() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let asked = stack.start_asking(&checkout, IDEAL).await;
    for (body, field) in [
        (json!({ "bank": "BACNL2X9" }), "bank"),
        (json!({ "bank": "" }), "bank"),
        (json!({ "bank": "bacnl2a1" }), "bank"),
        (json!({ "iban": IBAN }), "bank"),
        (json!({ "token": "x" }), "bank"),
        (json!({ "bank": "BACNL2A1", "iban": IBAN }), "token"),
        (json!({ "bank": "BACNL2A1", "brand": "CB" }), "brand"),
        (json!({ "bank": "BACNL2A1", "save": true }), "save"),
        (json!({ "bank": 1 }), "bank"),
        (json!({}), "token"),
    ] {
        let key = fresh_key();
        let answer = stack
            .post_continue(&checkout, &asked.payment, &key, &body)
            .await;
        let problem = answer.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{body}: {problem}");
        assert_eq!(stack.stage(&asked.payment).await, "token", "{body}");
    }
    assert_eq!(stack.office_count(AWAY).await, 0);
    let bank = json!({ "bank": "BACNL2U1" });
    let page = stack.answer(&checkout, &asked, &bank).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &asked, IDEAL).await;
}

#[tokio::test]
async fn no_bank_is_asked_for_unless_the_account_asks_and_another_one_can_be_chosen_elsewhere() {
    let stack = Stack::start(StackOptions {
        ask_bank: false,
        ..options()
    })
    .await;
    let checkout = stack.session(4200).await;
    let wish = json!({ "method": IDEAL });
    let started = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    let started = started.expect(201).json();
    let page = Bank::new(&started);
    assert_eq!(stack.office_count(INQUIRE).await, 0);
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;

    let stack = self::stack().await;
    let checkout = stack.session(4200).await;
    let asked = stack.start_asking(&checkout, IDEAL).await;
    let other = json!({ "bank": "other" });
    let page = stack.answer(&checkout, &asked, &other).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &asked, IDEAL).await;
}

#[tokio::test]
async fn where_the_platform_lists_no_bank_its_own_page_asks() {
    let stack = stack().await;
    stack.break_office(json!({ "office_no_banks": true })).await;
    let checkout = stack.session(4200).await;
    let wish = json!({ "method": IDEAL });
    let started = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    let started = started.expect(201).json();
    let page = Bank::new(&started);
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.office_count(TRANSFER).await, 1);
}

#[tokio::test]
async fn an_iban_is_taken_as_people_write_it_and_a_wrong_one_may_be_corrected() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let asked = stack.start_asking(&checkout, SEPA).await;
    for (wrong, code) in [
        ("", "field_invalid"),
        (" ", "field_invalid"),
        ("FR7630006000011234567890188", "field_invalid"),
        // The check digits of the IBAN are right here, and those of France are not.
        ("FR8420041010050500013M02607", "field_invalid"),
        ("FR763000600001123456789018", "iban_length"),
        ("FR76300060000112345678901890", "iban_length"),
        (&IBAN.repeat(200), "iban_length"),
        ("ZZ7630006000011234567890189", "iban_country"),
        ("SA0380000000608010167519", "iban_country"),
        ("GB29NWBK60161331926819", "iban_country"),
        ("FR7630006000011234567890189\0", "iban_characters"),
        ("４FR7630006000011234567890189", "iban_characters"),
    ] {
        let (key, body) = (fresh_key(), json!({ "iban": wrong }));
        let answer = stack
            .post_continue(&checkout, &asked.payment, &key, &body)
            .await;
        let problem = answer.problem(422, code);
        assert_eq!(problem["field"], "iban", "{wrong}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            wrong.trim().is_empty() || !detail.contains(wrong),
            "{detail}"
        );
        assert_eq!(stack.stage(&asked.payment).await, "token", "{wrong}");
    }
    for body in [json!({ "bank": "BACNL2A1" }), json!({ "token": "x" })] {
        let key = fresh_key();
        let answer = stack
            .post_continue(&checkout, &asked.payment, &key, &body)
            .await;
        assert_eq!(answer.problem(422, "field_invalid")["field"], "iban");
    }
    assert_eq!(stack.office_count(MANDATE).await, 0);
    let written = json!({ "iban": " iban: fr76-3000 6000.0112\u{200b}3456 7890 189" });
    let page = stack.answer(&checkout, &asked, &written).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, &asked, SEPA).await;
}

#[tokio::test]
async fn a_repeated_answer_leads_to_the_same_page_and_another_one_to_none() {
    let stack = stack().await;
    for (method, body, other) in [
        (
            IDEAL,
            json!({ "bank": "BACNL2A1" }),
            json!({ "bank": "BACNL2R1" }),
        ),
        (
            SEPA,
            json!({ "iban": IBAN }),
            json!({ "iban": "FR7630006000011234568310005" }),
        ),
    ] {
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, method).await;
        let go_on = |key: &'static str, body: Value| {
            let (stack, checkout, payment) = (&stack, &checkout, &asked.payment);
            async move { stack.post_continue(checkout, payment, key, &body).await }
        };
        let first = go_on("k", body.clone()).await.expect(201);
        assert_eq!(go_on("k", body.clone()).await.expect(201).body, first.body);
        let reused = go_on("k", other.clone()).await;
        reused.problem(422, "idempotency_key_reused");
        assert_eq!(go_on("k2", other).await.status, 409);
        assert_eq!(go_on("k3", body).await.status, 409);
        let page = Bank::new(&first.json());
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        assert_paid_once(&stack, &checkout, &asked, method).await;
    }
    assert_eq!(stack.office_count(AWAY).await, 1);
    assert_eq!(stack.office_count(MANDATE).await, 1);
}

#[tokio::test]
async fn calls_and_answers_that_are_lost_make_one_order_or_none() {
    let stack = stack().await;
    for fault in [
        "office_answer_lost",
        "office_call_lost",
        "office_unavailable",
    ] {
        for (method, lost) in [
            (IDEAL, AWAY),
            (IDEAL, TRANSFER),
            (SEPA, MANDATE),
            (SEPA, SIGNED),
            (SEPA, DEBIT),
        ] {
            let case = format!("{fault} of {lost}");
            let checkout = stack.session(4200).await;
            let before = stack.office_orders().await;
            let asked = stack.start_asking(&checkout, method).await;
            stack.break_office(json!({ fault: { lost: 1 } })).await;
            let body = if method == IDEAL {
                json!({ "bank": "BACNL2A1" })
            } else {
                json!({ "iban": IBAN })
            };
            let go_on = || stack.post_continue(&checkout, &asked.payment, "k", &body);
            let mut answer = go_on().await;
            if lost == MANDATE && answer.status == 503 {
                // To open a signing takes nothing: the same answer opens another one.
                assert_eq!(stack.stage(&asked.payment).await, "token", "{case}");
                answer = go_on().await;
            }
            let answer = answer.expect(201).json();
            if answer["next_action"]["type"] == "form_post" {
                let page = Bank::new(&answer);
                let back = stack.press_at_bank(&page, "success").await;
                for _ in 0..3 {
                    stack.post_back(&back).await.location();
                }
            } else {
                assert_eq!(lost, AWAY, "{case}: {answer}");
            }
            if lost == MANDATE {
                assert_paid_once(&stack, &checkout, &asked, method).await;
                continue;
            }
            stack.wait_stage(&asked.payment, "unknown").await;
            stack.mend_office().await;
            if fault == "office_answer_lost" && [TRANSFER, DEBIT].contains(&lost) {
                until("the answer", || async {
                    stack.take_up(&asked.payment).await;
                    (stack.status(&checkout).await["status"] == "paid").then_some(())
                })
                .await;
                assert_paid_once(&stack, &checkout, &asked, method).await;
            } else {
                let_it_end(&stack, &asked.payment).await;
                assert_eq!(stack.office_orders().await, before, "{case}");
                stack.assert_unpaid(&checkout).await;
                stack.another_method_pays(&checkout).await;
            }
        }
        // The banks can't be asked for: nothing is begun, and the same click begins it later.
        let checkout = stack.session(4200).await;
        stack.break_office(json!({ fault: { INQUIRE: 9 } })).await;
        let wish = json!({ "method": IDEAL });
        let down = stack.post_payment(&checkout, "click", &wish).await;
        down.problem(503, "platform_unreachable");
        stack.mend_office().await;
        let begun = stack.post_payment(&checkout, "click", &wish).await;
        begun.expect(201);
    }
    assert_eq!(stack.office_orders().await, 3 + 2);
}

#[tokio::test]
async fn once_another_payment_has_settled_the_session_no_debit_is_ordered() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let (asked, page) = stack.to_mandate(&checkout).await;
    let waiting = stack.start_asking(&checkout, SEPA).await;
    stack.another_method_pays(&checkout).await;
    let body = json!({ "iban": IBAN });
    let late = stack
        .post_continue(&checkout, &waiting.payment, "late", &body)
        .await;
    late.problem(409, "session_paid");
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_stage(&asked.payment, "over").await;
    assert_eq!(stack.office_count(DEBIT).await, 0);
    assert_eq!(stack.office_orders().await, 0);
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["payments"][0]["accepted"], 0, "{truth}");
}

#[tokio::test]
async fn a_transfer_that_was_made_beside_another_payment_is_shown_as_a_surplus() {
    let stack = stack().await;
    let checkout = stack.session(4200).await;
    let (asked, page) = stack.to_ideal(&checkout).await;
    stack.another_method_pays(&checkout).await;
    let back = stack.press_at_bank(&page, "success").await;
    stack.post_back(&back).await.location();
    let truth = stack
        .wait_truth(&checkout, "the surplus", |truth| {
            truth["payments"][0]["surplus"] == true
        })
        .await;
    assert_eq!(truth["payments"][0]["id"], asked.payment.as_str());
    assert_eq!(truth["payments"][0]["attention"], json!(["surplus"]));
}

#[tokio::test]
async fn accounts_are_for_what_is_paid_at_once() {
    let stack = stack().await;
    let checkout = stack
        .session_with(4200, json!({ "capture": "manual" }))
        .await;
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    let offers = session["methods"].to_string();
    assert!(offers.contains("sogenactif_card"), "{offers}");
    for method in [IDEAL, SEPA] {
        assert!(!offers.contains(method), "{offers}");
        let wish = json!({ "method": method });
        let refused = stack.post_payment(&checkout, &fresh_key(), &wish).await;
        refused.problem(422, "method_not_offered");
    }
}

#[tokio::test]
async fn a_method_that_the_account_does_not_list_is_refused_at_the_start() {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        ..Default::default()
    })
    .await;
    let good = std::fs::read_to_string(stack.config()).unwrap();
    let path = stack.folder().join("wrong.toml");
    let name = path.display().to_string();
    for method in [IDEAL, SEPA] {
        let offer = format!("methods = [\"sogenactif_card\", {method:?}]");
        let wrong = good.replacen("methods = [\"sogenactif_card\"]", &offer, 1);
        assert_ne!(wrong, good);
        std::fs::write(&path, wrong).unwrap();
        for command in [
            &["payments", "--attention", "--config", &name],
            &["serve", "--config", &name][..],
        ] {
            let (status, _, errors) = stack.guichet(command).await;
            assert_eq!(status, 1, "{errors}");
            assert!(errors.contains(method), "{errors}");
        }
    }
}

/// Every spelling of an IBAN that a leak could have, and what a thief of the books could try them
/// against.
fn spellings(iban: &str, bodies: &[Value]) -> Vec<Vec<u8>> {
    let groups: Vec<_> = iban.as_bytes().chunks(4).collect();
    let mut all = vec![
        iban.as_bytes().to_vec(),
        iban.to_lowercase().into_bytes(),
        groups.join(&b' '),
        groups.join(&b' ').to_ascii_lowercase(),
        hex::encode(iban).into_bytes(),
        // The account alone is a leak as well.
        iban.as_bytes()[4..].to_vec(),
        iban.as_bytes()[14..25].to_vec(),
    ];
    for body in bodies {
        let text = serde_json::to_vec(body).unwrap();
        let digest = sha256(&text);
        all.push(hex::encode(&digest).into_bytes());
        all.push(digest);
    }
    all
}

/// By the system's own tool: no crate of ours is needed to look for a digest.
fn sha256(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    hex::decode(&output.stdout[..64]).unwrap()
}

#[tokio::test]
async fn an_iban_is_in_no_answer_log_list_or_book() {
    let options = StackOptions {
        log: "trace",
        ..options()
    };
    let mut stack = Stack::start(options).await;
    let spaced = "FR76 3000 6000 0112 3456 7890 189";
    let bodies = [json!({ "iban": IBAN }), json!({ "iban": spaced })];
    for (body, button) in bodies.iter().zip(["success", "failure"]) {
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, SEPA).await;
        let page = stack.answer(&checkout, &asked, body).await;
        let back = stack.press_at_bank(&page, button).await;
        stack.post_back(&back).await.location();
        stack.wait_stage(&asked.payment, "over").await;
    }
    // And whatever can go wrong with it.
    let wrong = "FR7630006000011234567890188";
    for fault in [
        json!({}),
        json!({ "office_code": { MANDATE: "12" } }),
        json!({ "office_answer_lost": { MANDATE: 9 } }),
        json!({ "office_wrong_seal": true }),
        json!({ "office_down": true }),
    ] {
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, SEPA).await;
        let refused = stack
            .post_continue(&checkout, &asked.payment, "w", &json!({ "iban": wrong }))
            .await;
        assert!(!refused.text().contains(&wrong[4..]), "{}", refused.text());
        if fault != json!({}) {
            stack.break_office(fault).await;
            let failed = stack
                .post_continue(&checkout, &asked.payment, "k", &bodies[0])
                .await;
            assert_ne!(failed.json()["next_action"]["type"], "form_post");
            stack.mend_office().await;
        }
    }
    let list = stack.attention().await;
    stack.stop_backend().await;
    let log = stack.backend_log();
    assert!(log.contains("TRACE"));
    let mut shown = vec![list.into_bytes(), log.into_bytes()];
    shown.push(stack.sandbox_log().into_bytes());
    for seen in stack.http.seen() {
        // The platform's own pages and books know it.
        if seen.address.starts_with(&stack.backend()) {
            shown.push(seen.text.into_bytes());
        }
    }
    shown.push(stack.books_on_disk());
    for spelling in spellings(IBAN, &bodies) {
        for text in &shown {
            let found = text.windows(spelling.len()).any(|part| part == spelling);
            let (what, text) = (String::from_utf8_lossy(&spelling), text);
            assert!(!found, "{what} is in {}", String::from_utf8_lossy(text));
        }
    }
}

#[tokio::test]
async fn the_platform_is_told_the_shoppers_address_as_far_as_it_is_known() {
    for (trusted, seen) in [
        (vec!["127.0.0.1"], "198.51.100.7"),
        (vec!["127.0.0.0/8", "203.0.113.9"], "198.51.100.7"),
        (vec![], "127.0.0.1"),
        (vec!["10.0.0.0/8"], "127.0.0.1"),
    ] {
        let last = if trusted.len() == 2 {
            "198.51.100.7, 203.0.113.9"
        } else {
            "198.51.100.7"
        };
        let stack = Stack::start(StackOptions {
            trusted_proxies: trusted.clone(),
            ..options()
        })
        .await;
        let checkout = stack.session(4200).await;
        let asked = stack.start_asking(&checkout, IDEAL).await;
        let path = format!("/checkout/v1/payments/{}/continue", asked.payment);
        let post = stack.http.client().post(stack.at_backend(&path));
        let post = post
            .header("idempotency-key", "k")
            // What stands on the left is the browser's own word.
            .header("x-forwarded-for", format!("192.0.2.66, {last}"))
            .header("x-real-ip", "192.0.2.66")
            .header("forwarded", "for=192.0.2.66")
            .json(&json!({ "bank": "BACNL2A1" }));
        let post = stack.as_widget(post, &checkout.secret);
        stack.http.send(post).await.expect(201);
        let calls = stack.office_calls().await;
        let away = calls.iter().find(|call| call["method"] == AWAY).unwrap();
        assert_eq!(away["customerIpAddress"], seen, "{trusted:?}");
    }
}
