//! What a shop has done with money that Sogenactif reserved or took: captured, cancelled, given
//! back, reserved anew; once, by its state there, and looked up where an answer was lost.

use serde_json::{Value, json};

use crate::support::{Checkout, Fields, SMOOTH, Stack, StackOptions, fresh_key, until};

const LOOK: &str = "getTransactionData";

fn options() -> StackOptions {
    StackOptions {
        sogenactif: true,
        ..Default::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// A payment by card, all through.
async fn by_card(stack: &Stack, order: Value, status: &str) -> (Checkout, Fields) {
    let checkout = stack.session_with(4200, order).await;
    let fields = stack.start_fields(&checkout).await;
    stack.go_on(&checkout, &fields, SMOOTH).await;
    stack.wait_status(&checkout, status).await;
    (checkout, fields)
}

async fn reserved(stack: &Stack) -> (Checkout, Fields) {
    by_card(stack, json!({ "capture": "manual" }), "authorised").await
}

async fn paid(stack: &Stack) -> (Checkout, Fields) {
    by_card(stack, json!({}), "paid").await
}

async fn night(stack: &Stack) {
    stack.move_office_clock(json!({ "days": 1 })).await;
}

/// How often the platform did that to a transaction.
async fn acts(stack: &Stack, reference: &str, method: &str) -> u64 {
    let book = stack.office_book(reference).await;
    book["acts"][method].as_u64().unwrap_or(0)
}

/// Waits while what is due is taken up at once, however far it was put off.
async fn hastened(stack: &Stack, told: &Value, wanted: &str) -> Value {
    let payment = told["payment"].as_str().unwrap();
    let path = format!(
        "{}/{}",
        match told["kind"].as_str().unwrap() {
            "capture" => "captures",
            "cancel" => "cancellations",
            "refund" => "refunds",
            _ => "duplicates",
        },
        told["id"].as_str().unwrap()
    );
    until(&format!("the instruction to be {wanted}"), || async {
        stack.hasten_operations(payment).await;
        let now = stack.read_operation(payment, &path).await.expect(200);
        let now = now.json();
        (now["status"] == wanted).then_some(now)
    })
    .await
}

#[tokio::test]
async fn what_sogenactif_reserved_is_captured_once() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let id = &fields.payment;
    assert_eq!(stack.balance_of(&checkout, id).await, [4200, 0, 0, 0]);
    let told = stack.instruct(id, "captures", json!({})).await;
    assert_eq!(
        (&told["status"], &told["done"]),
        (&json!("done"), &json!(4200))
    );
    let own = &told["operations"][0];
    assert_eq!(own["transaction"], json!(fields.reference), "{told}");
    assert_eq!(own.get("call"), None, "the platform has none: {told}");
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["transactionStatus"], "TO_CAPTURE", "{book}");
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 4200, 0, 0]);
    assert_eq!(stack.truth(&checkout).await["status"], "paid");
    let twice = stack.operate(id, "captures", json!({})).await;
    twice.problem(409, "operation_not_possible");
    assert_eq!(acts(&stack, &fields.reference, "validate").await, 1);
}

#[tokio::test]
async fn a_capture_in_part_says_what_is_given_up_and_sogenactif_takes_so_much() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let id = &fields.payment;
    let part = json!({ "amount": 1000 });
    let refused = stack.operate(id, "captures", part).await;
    refused.problem(409, "operation_gives_up");
    let part = json!({ "amount": 1000, "give_up": true });
    let told = stack.instruct(id, "captures", part).await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 1000, 0, 3200]);
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["currentAmount"], 1000, "{book}");
}

#[tokio::test]
async fn what_was_not_remitted_is_cancelled_and_what_was_is_told_to_be_refunded() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let told = stack.instruct(&fields.payment, "cancellations", json!({}));
    assert_eq!(told.await["status"], "done");
    let balance = stack.balance_of(&checkout, &fields.payment).await;
    assert_eq!(balance, [0, 0, 0, 4200]);
    // Taken today, and remitted tonight.
    let (checkout, fields) = paid(&stack).await;
    let told = stack.instruct(&fields.payment, "cancellations", json!({}));
    assert_eq!(told.await["status"], "done");
    let balance = stack.balance_of(&checkout, &fields.payment).await;
    assert_eq!(balance, [0, 0, 0, 4200]);
    let (checkout, fields) = paid(&stack).await;
    night(&stack).await;
    let told = stack.instruct(&fields.payment, "cancellations", json!({}));
    let told = told.await;
    let operation = &told["operations"][0];
    assert_eq!(
        (&told["status"], &operation["code"]),
        (&json!("refused"), &json!("24"))
    );
    let why = operation["why"].as_str().unwrap();
    assert!(why.contains("refund it instead"), "{told}");
    let refund = stack.instruct(&fields.payment, "refunds", json!({})).await;
    assert_eq!(refund["status"], "done", "{refund}");
    let balance = stack.balance_of(&checkout, &fields.payment).await;
    assert_eq!(balance, [0, 4200, 4200, 0]);
}

#[tokio::test]
async fn a_refund_before_the_remittance_waits_for_it_and_says_so() {
    let stack = stack().await;
    let (checkout, fields) = paid(&stack).await;
    let id = &fields.payment;
    let told = stack
        .instruct(id, "refunds", json!({ "amount": 1000 }))
        .await;
    assert_eq!(told["status"], "pending", "{told}");
    let why = told["operations"][0]["why"].as_str().unwrap();
    assert!(why.contains("next remittance"), "{told}");
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
    night(&stack).await;
    stack.let_operations_go(id).await;
    stack.wait_instruction(&told, "done").await;
    let rest = stack
        .instruct(id, "refunds", json!({ "amount": 3200 }))
        .await;
    assert_eq!(rest["status"], "done", "{rest}");
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 4200, 4200, 0]);
    let more = stack.operate(id, "refunds", json!({ "amount": 1 })).await;
    more.problem(409, "operation_not_possible");
    assert_eq!(acts(&stack, &fields.reference, "refund").await, 2);
}

#[tokio::test]
async fn what_the_platform_has_not_written_yet_is_sent_again_until_it_has() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let fault = json!({ "office_code": { "validate": "25" } });
    stack.break_office(fault).await;
    let told = stack.instruct(&fields.payment, "captures", json!({})).await;
    assert_eq!(told["status"], "pending", "{told}");
    let why = told["operations"][0]["why"].as_str().unwrap();
    assert!(why.contains("not written"), "{told}");
    stack.mend_office().await;
    hastened(&stack, &told, "done").await;
    let balance = stack.balance_of(&checkout, &fields.payment).await;
    assert_eq!(balance, [0, 4200, 0, 0]);
    assert_eq!(acts(&stack, &fields.reference, "validate").await, 1);
}

#[tokio::test]
async fn an_answer_of_sogenactif_that_was_lost_is_looked_up_and_it_sees_one_of_it() {
    let stack = stack().await;
    for (kind, method, amount) in [
        ("captures", "validate", 4200),
        ("cancellations", "cancel", 4200),
        ("refunds", "refund", 1000),
    ] {
        let (checkout, fields) = match method {
            "refund" => paid(&stack).await,
            _ => reserved(&stack).await,
        };
        if method == "refund" {
            night(&stack).await;
        }
        let id = &fields.payment;
        let lost = json!({ "office_answer_lost": { method: 1 } });
        stack.break_office(lost).await;
        let told = stack.instruct(id, kind, json!({ "amount": amount })).await;
        assert_eq!(told["status"], "unknown", "{told}");
        let second = stack.operate(id, "refunds", json!({})).await;
        assert_eq!(second.status, 409, "{}", second.text());
        let done = hastened(&stack, &told, "done").await;
        assert_eq!(done["done"], amount, "{done}");
        assert_eq!(acts(&stack, &fields.reference, method).await, 1, "{kind}");
        let expected = match method {
            "validate" => [0, 4200, 0, 0],
            "cancel" => [0, 0, 0, 4200],
            _ => [0, 4200, 1000, 0],
        };
        assert_eq!(stack.balance_of(&checkout, id).await, expected, "{kind}");
    }
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
}

#[tokio::test]
async fn what_never_reached_sogenactif_is_sent_again_once_it_has_said_so_for_long() {
    let stack = stack().await;
    let (checkout, fields) = paid(&stack).await;
    night(&stack).await;
    let id = &fields.payment;
    let fault = json!({ "office_call_lost": { "refund": 1 } });
    stack.break_office(fault).await;
    let told = stack
        .instruct(id, "refunds", json!({ "amount": 700 }))
        .await;
    assert_eq!(told["status"], "unknown", "{told}");
    let before = stack.office_book(&fields.reference).await["calls"][LOOK]
        .as_u64()
        .unwrap_or(0);
    hastened(&stack, &told, "done").await;
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 4200, 700, 0]);
    let book = stack.office_book(&fields.reference).await;
    assert_eq!(book["acts"]["refund"], 1, "{book}");
    let asked = book["calls"][LOOK].as_u64().unwrap_or(0) - before;
    assert!(asked >= 8, "it is believed after nine times: {asked}");
}

#[tokio::test]
async fn an_answer_that_can_not_be_trusted_is_looked_up_and_done_once() {
    let stack = stack().await;
    for fault in [
        json!({ "office_wrong_seal_for": { "validate": 1 } }),
        json!({ "office_unavailable": { "validate": 1 } }),
        json!({ "office_code": { "validate": "99" } }),
    ] {
        let (checkout, fields) = reserved(&stack).await;
        stack.break_office(fault).await;
        let told = stack.instruct(&fields.payment, "captures", json!({})).await;
        assert_eq!(told["status"], "unknown", "{told}");
        stack.mend_office().await;
        hastened(&stack, &told, "done").await;
        assert_eq!(acts(&stack, &fields.reference, "validate").await, 1);
        let balance = stack.balance_of(&checkout, &fields.payment).await;
        assert_eq!(balance, [0, 4200, 0, 0]);
    }
}

#[tokio::test]
async fn what_the_contract_does_not_have_is_refused_in_words_and_the_part_is_free_again() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let id = &fields.payment;
    let fault = json!({ "office_code": { "cancel": "40" } });
    stack.break_office(fault).await;
    let told = stack.instruct(id, "cancellations", json!({})).await;
    assert_eq!(told["status"], "refused", "{told}");
    let operation = &told["operations"][0];
    assert_eq!(operation["code"], "40", "{told}");
    let why = operation["why"].as_str().unwrap();
    assert!(why.contains("not activated on the contract"), "{told}");
    assert_eq!(stack.balance_of(&checkout, id).await, [4200, 0, 0, 0]);
    stack.mend_office().await;
    let told = stack.instruct(id, "cancellations", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
}

#[tokio::test]
async fn an_expired_authorisation_is_duplicated_by_command_and_never_by_itself() {
    let stack = stack().await;
    let (checkout, fields) = reserved(&stack).await;
    let id = fields.payment.as_str();
    // What has not expired is not reserved twice.
    let early = stack.instruct(id, "duplicates", json!({})).await;
    assert_eq!(early["status"], "refused", "{early}");
    let why = early["operations"][0]["why"].as_str().unwrap();
    assert!(why.contains("has not expired"), "{early}");
    stack.move_office_clock(json!({ "days": 8 })).await;
    let told = stack.instruct(id, "captures", json!({})).await;
    let operation = &told["operations"][0];
    assert_eq!(
        (&told["status"], &operation["code"]),
        (&json!("refused"), &json!("24"))
    );
    let why = operation["why"].as_str().unwrap();
    assert!(why.contains("guichet payments duplicate"), "{told}");
    assert_eq!(stack.office_count("duplicate").await, 0);

    // Its answer is lost, and one is made.
    let lost = json!({ "office_answer_lost": { "duplicate": 1 } });
    stack.break_office(lost).await;
    let (status, text, errors) = stack.guichet(&["payments", "duplicate", id]).await;
    assert_eq!(status, 0, "{text}{errors}");
    assert!(
        text.contains("duplicate") && text.contains("done"),
        "{text}"
    );
    assert_eq!(stack.office_count("duplicate").await, 1);
    assert_eq!(stack.balance_of(&checkout, id).await, [4200, 0, 0, 0]);
    let list = stack.read_operation(id, "duplicates").await.expect(200);
    let list = list.json();
    let made = &list["instructions"][1]["operations"][0]["transaction"];
    let made = made.as_str().unwrap();
    assert_ne!(made, fields.reference);
    let book = stack.office_book(made).await;
    assert_eq!(
        (
            &book["transactionStatus"],
            &book["fromTransactionReference"]
        ),
        (&json!("TO_VALIDATE"), &json!(fields.reference))
    );

    // From then on it is the one that is captured, and given back.
    let told = stack.instruct(id, "captures", json!({})).await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(acts(&stack, made, "validate").await, 1);
    assert_eq!(acts(&stack, &fields.reference, "validate").await, 0);
    night(&stack).await;
    let told = stack
        .instruct(id, "refunds", json!({ "amount": 200 }))
        .await;
    assert_eq!(told["status"], "done", "{told}");
    assert_eq!(acts(&stack, made, "refund").await, 1);
    assert_eq!(stack.balance_of(&checkout, id).await, [0, 4200, 200, 0]);
    let again = stack.operate(id, "duplicates", json!({})).await;
    again.problem(409, "operation_not_possible");
}

#[tokio::test]
async fn what_is_debited_or_transferred_is_given_back_and_never_captured() {
    let stack = Stack::start(StackOptions {
        sogenactif_methods: vec!["sogenactif_ideal", "sogenactif_sepa"],
        ..options()
    })
    .await;
    for method in ["ideal", "sepa"] {
        let checkout = stack.session(4200).await;
        let (asked, page) = match method {
            "ideal" => stack.to_ideal(&checkout).await,
            _ => stack.to_mandate(&checkout).await,
        };
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        stack.wait_status(&checkout, "paid").await;
        let id = &asked.payment;
        for kind in ["captures", "duplicates"] {
            let refused = stack.operate(id, kind, json!({})).await;
            refused.problem(409, "operation_not_possible");
        }
        if method == "ideal" {
            let refused = stack.operate(id, "cancellations", json!({})).await;
            let problem = refused.problem(409, "operation_not_possible");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("immediate payment only"), "{problem}");
        }
        night(&stack).await;
        let told = stack.instruct(id, "refunds", json!({})).await;
        assert_eq!(told["status"], "done", "{method}: {told}");
        assert_eq!(stack.balance_of(&checkout, id).await, [0, 4200, 4200, 0]);
    }
}

#[tokio::test]
async fn a_double_press_with_one_key_is_one_refund_at_sogenactif() {
    let stack = stack().await;
    let (_, fields) = paid(&stack).await;
    night(&stack).await;
    stack.break_office(json!({ "office_slow_ms": 300 })).await;
    let (key, body) = (fresh_key(), json!({ "amount": 1000 }));
    let press = || {
        let shop = crate::support::DEMO_SHOP_KEY;
        let request = stack.operation_request(shop, &fields.payment, "refunds", &key, &body);
        stack.http.send(request)
    };
    let (one, two) = tokio::join!(press(), press());
    let statuses = [one.status, two.status];
    assert!(statuses.contains(&201), "{statuses:?}");
    assert!(
        statuses.iter().all(|s| [201, 409].contains(s)),
        "{statuses:?}"
    );
    press().await.expect(201);
    assert_eq!(acts(&stack, &fields.reference, "refund").await, 1);
}
