//! Cards that the platform keeps for a shopper: offered to whom the shop's server names, paid with
//! one click, or by the shop's server alone.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Answer, Bank, CHALLENGED, Checkout, DEMO_SHOP_KEY, Line, OTHER_SHOP_KEY, SMOOTH, Stack,
    StackOptions, fresh_key, until,
};

const WALLET: &str = "getWalletData";
const ENROL: &str = "walletCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
const SHOP_ORDER: &str = "walletOrder";
const ADD: &str = "addCard";
/// Authenticated without a page, then refused by the issuer.
const REFUSED: &str = "4200001000000005";
/// The issuer wants to see the shopper after all: acquirerResponseCode A1.
const SOFT_DECLINE: &str = "4200001300000000";
/// Accepted later.
const LATER: &str = "4200001000000060";
const SHOPPER: &str = "client-42";

fn options() -> StackOptions {
    StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        ..Default::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options()).await
}

/// A stack whose line to Sogenactif can be cut; it is connected.
async fn stack_on_a_line() -> (Stack, Line) {
    let mut line = Line::new();
    let options = StackOptions {
        office_host: Some(line.address()),
        ..options()
    };
    let stack = Stack::start(options).await;
    line.connect(&stack.platform()).await;
    (stack, line)
}

/// The offer of Sogenactif's card.
async fn offer(stack: &Stack, checkout: &Checkout) -> Value {
    let session = stack.checkout_session(checkout).await.expect(200).json();
    let mut methods = session["methods"].as_array().unwrap().iter();
    let found = methods.find(|offer| offer["method"] == "sogenactif_card");
    found.unwrap().clone()
}

/// The one payment of a session, as the shop is told.
async fn only(stack: &Stack, checkout: &Checkout) -> Value {
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["payments"].as_array().unwrap().len(), 1, "{truth}");
    truth["payments"][0].clone()
}

/// Paid once, by this session's one payment, and nothing left to look at.
async fn assert_paid_once(stack: &Stack, checkout: &Checkout, order: &str) {
    stack.wait_status(checkout, "paid").await;
    let payment = only(stack, checkout).await;
    assert_eq!(payment["accepted"], 4200, "{payment}");
    assert_eq!(payment["attention"], json!([]), "{payment}");
    let reference = payment["platform_reference"].as_str().unwrap();
    let calls = stack.office_calls().await;
    let asked = calls.iter().filter(|call| {
        let of_it = call["transaction"]
            .as_str()
            .is_some_and(|name| name.starts_with(reference));
        of_it && call["method"] == order && call["code"] == "00"
    });
    assert_eq!(asked.count(), 1, "{calls:#?}");
}

fn action(answer: Answer) -> Value {
    answer.expect(201).json()["next_action"].clone()
}

/// The operator adds a card to the shopper's wallet, which has one already; gives its name.
async fn add_by_hand(stack: &Stack, number: &str) -> String {
    let (_, session, _) = stack.office("hostedFieldsInitialize", &json!({})).await;
    let token = stack
        .token_of(session["merchantSessionToken"].as_str().unwrap(), number)
        .await;
    let wallet = stack.office_books().await["wallets"][0]["merchantWalletId"].clone();
    let request = json!({ "merchantWalletId": wallet, "paymentToken": token });
    let (status, added, errors) = stack.office(ADD, &request).await;
    assert_eq!(status, 0, "{errors}");
    added["paymentMeanId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn saved_cards_are_offered_where_the_shop_wants_it_to_whom_it_names_and_to_nobody_else() {
    for (one_click, add_cards, named) in [
        (true, true, true),
        (true, false, true),
        (true, true, false),
        (false, true, true),
    ] {
        let stack = Stack::start(StackOptions {
            one_click,
            add_cards,
            ..options()
        })
        .await;
        let case = format!("one_click {one_click}, add_cards {add_cards}, named {named}");
        let checkout = if named {
            stack.session_of(SHOPPER, 4200).await
        } else {
            stack.session(4200).await
        };
        let offer = offer(&stack, &checkout).await;
        let has = one_click && named;
        assert_eq!(offer["saved_cards"] == true, has, "{case}: {offer}");
        assert_eq!(
            offer["can_save"] == true,
            has && add_cards,
            "{case}: {offer}"
        );
        assert_eq!(stack.cards(&checkout).await, [] as [Value; 0], "{case}");
        assert_eq!(
            stack.office_count(WALLET).await,
            u64::from(has),
            "{case}: nobody's wallet is asked for"
        );
        let paid = stack.pay_with_saved(&checkout, &fresh_key(), "1").await;
        assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
        let fields = stack.start_fields(&checkout).await;
        let saved = stack.go_on_and_save(&checkout, &fields, SMOOTH).await;
        if has && add_cards {
            saved.expect(201);
        } else {
            assert_eq!(saved.problem(422, "field_invalid")["field"], "save");
            assert_eq!(stack.stage(&fields.payment).await, "token", "{case}");
            stack.go_on(&checkout, &fields, SMOOTH).await;
        }
        stack.wait_status(&checkout, "paid").await;
        assert_eq!(stack.office_orders().await, 1, "{case}");
    }
}

#[tokio::test]
async fn a_shop_that_wants_saved_cards_no_more_has_none() {
    let mut stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    stack.stop_backend().await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    let without = config.replacen("one_click = true", "one_click = false", 1);
    assert_ne!(without, config);
    std::fs::write(stack.config(), without).unwrap();
    stack.start_backend().await;
    let before = stack.office_calls().await.len();
    let checkout = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&checkout).await, [] as [Value; 0]);
    let paid = stack.pay_with_saved(&checkout, &fresh_key(), &card).await;
    assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
    let removed = stack.delete_card(&checkout, &card).await;
    removed.problem(404, "card_unknown");
    let listed = stack.shop_cards(DEMO_SHOP_KEY, &checkout).await.expect(200);
    assert_eq!(listed.json(), json!({ "cards": [] }));
    let body = json!({ "method": "sogenactif_card", "card": card });
    let paid = stack
        .shop_pays(DEMO_SHOP_KEY, &checkout, &fresh_key(), &body)
        .await;
    assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
    assert_eq!(stack.office_calls().await.len(), before);
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
}

#[tokio::test]
async fn a_saved_card_pays_at_once_and_is_never_ordered_as_the_shop_would() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(
        stack.cards(&checkout).await,
        [json!({
            "method": "sogenactif_card", "card": card, "brand": "CB", "last_digits": "00",
            "expires": "2049-12",
        })]
    );
    let before = stack.office_calls().await.len();
    let answer = stack.pay_with_saved(&checkout, "click", &card).await;
    assert_eq!(action(answer), json!({ "type": "wait" }));
    // It is in the books before it is answered.
    assert_eq!(stack.status(&checkout).await["status"], "paid");
    assert_paid_once(&stack, &checkout, ORDER).await;
    let calls = stack.office_calls().await.split_off(before);
    let methods: Vec<_> = calls.iter().map(|call| call["method"].as_str()).collect();
    assert_eq!(methods, [Some(WALLET), Some(ENROL), Some(ORDER)]);
    assert_eq!(calls[1]["paymentMeanId"], card.as_str());
    assert_eq!(calls[1]["paymentPattern"], Value::Null, "{calls:#?}");
    let payment = only(&stack, &checkout).await;
    assert_eq!(stack.stage(payment["id"].as_str().unwrap()).await, "over");
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
}

#[tokio::test]
async fn a_saved_card_that_the_bank_asks_about_is_paid_after_the_return() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, CHALLENGED).await;
    for (button, status) in [("success", "paid"), ("failure", "refused")] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let pay = || stack.pay_with_saved(&checkout, "click", &card);
        let first = pay().await.expect(201);
        // The same click again is shown the same page, and opens nothing.
        assert_eq!(pay().await.expect(201).body, first.body);
        assert_eq!(stack.status(&checkout).await["status"], "pending");
        let bank = Bank::new(&first.json());
        let back = stack.press_at_bank(&bank, button).await;
        for _ in 0..20 {
            stack.post_back(&back).await.location();
        }
        if status == "paid" {
            assert_paid_once(&stack, &checkout, ORDER).await;
        } else {
            stack.wait_status(&checkout, status).await;
            stack.assert_unpaid(&checkout).await;
            stack.another_method_pays(&checkout).await;
        }
        let id = only_sogenactif(&stack, &checkout).await;
        let book = stack.office_book(&id).await;
        assert_eq!(book["calls"][ENROL], 1, "{book}");
        assert_eq!(book["calls"][ORDER], 1, "{book}");
    }
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
}

/// The reference of the first payment of a session.
async fn only_sogenactif(stack: &Stack, checkout: &Checkout) -> String {
    let truth = stack.truth(checkout).await;
    let first = &truth["payments"][0];
    first["platform_reference"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_issuer_that_wants_to_see_the_owner_of_a_saved_card_gets_the_authentication() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SOFT_DECLINE).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let answer = stack.pay_with_saved(&checkout, "click", &card).await;
    let bank = Bank::new(&answer.expect(201).json());
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    assert_paid_once(&stack, &checkout, ORDER).await;
    let reference = only_sogenactif(&stack, &checkout).await;
    let first = stack.office_book(&reference).await;
    assert_eq!(first["acquirerResponseCode"], "A1", "{first}");
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
}

#[tokio::test]
async fn a_saved_card_that_the_issuer_refuses_is_refused_and_another_one_pays() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let bad = add_by_hand(&stack, REFUSED).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let answer = stack.pay_with_saved(&checkout, &fresh_key(), &bad).await;
    assert_eq!(action(answer)["type"], "wait");
    let status = stack.status(&checkout).await;
    assert_eq!(status["status"], "refused", "{status}");
    assert_eq!(status["payment"]["refusal"], "issuer", "{status}");
    stack.assert_unpaid(&checkout).await;
    let answer = stack.pay_with_saved(&checkout, &fresh_key(), &card).await;
    assert_eq!(action(answer)["type"], "wait");
    stack.wait_status(&checkout, "paid").await;
    assert_eq!(stack.office_orders().await, 2);
}

#[tokio::test]
async fn a_card_is_its_shoppers_alone_at_the_shop_that_named_them() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let own = stack.session_of(SHOPPER, 4200).await;
    for stranger in [
        stack.session_of("client-43", 4200).await,
        stack.session_of("Client-42", 4200).await,
        stack.session_of("client-4", 4200).await,
        // The same name means another shopper at another shop.
        stack.session_of_at(OTHER_SHOP_KEY, SHOPPER, 4200).await,
        stack.session(4200).await,
    ] {
        assert_eq!(stack.cards(&stranger).await, [] as [Value; 0]);
        let paid = stack.pay_with_saved(&stranger, &fresh_key(), &card).await;
        assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
        let removed = stack.delete_card(&stranger, &card).await;
        assert!([204, 404].contains(&removed.status), "{}", removed.text());
        let body = json!({ "method": "sogenactif_card", "card": card });
        let shop = stack
            .shop_pays(DEMO_SHOP_KEY, &stranger, &fresh_key(), &body)
            .await;
        assert!([404, 422].contains(&shop.status), "{}", shop.text());
    }
    assert_eq!(stack.office_count(ENROL).await, 0);
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
    assert_eq!(stack.cards(&own).await.len(), 1);
    let answer = stack.pay_with_saved(&own, &fresh_key(), &card).await;
    assert_eq!(action(answer)["type"], "wait");
    assert_paid_once(&stack, &own, ORDER).await;
}

#[tokio::test]
async fn what_names_no_card_of_the_shopper_pays_nothing_and_removes_nothing() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let spellings = [
        "",
        " ",
        " 1",
        "1 ",
        "01",
        "1\n",
        "1\0",
        "../1",
        "1/../1",
        "é",
        "１",
        "*",
        "%31",
        "{\"a\":1}",
        "client-42",
    ];
    let long = "1".repeat(101);
    for wrong in spellings.into_iter().chain([long.as_str()]) {
        let paid = stack.pay_with_saved(&checkout, &fresh_key(), wrong).await;
        let problem = paid.problem(422, "field_invalid");
        assert_eq!(problem["field"], "card", "{wrong:?}");
    }
    for card in [json!(1), json!([]), json!({}), json!(true)] {
        let wish = json!({ "method": "sogenactif_card", "card": card });
        let paid = stack.post_payment(&checkout, &fresh_key(), &wish).await;
        assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
    }
    let wish = json!({ "method": "card", "card": card });
    let paid = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
    for (wrong, status) in [
        ("2", 204),
        ("%2531", 204),
        ("%20", 204),
        ("1%20", 204),
        ("1%00", 204),
        ("%2e%2e%2f1", 204),
        ("1%2f..%2f1", 204),
        ("%C3%A9", 204),
        ("%FF", 404),
        ("", 404),
        (long.as_str(), 204),
    ] {
        let removed = stack.delete_card(&checkout, wrong).await;
        assert_eq!(removed.status, status, "{wrong:?}: {}", removed.text());
    }
    for method in ["card", "sogenactif_paypal", "nothing", "%2e%2e"] {
        let path = format!("/checkout/v1/cards/{method}/{card}");
        let delete = stack.http.client().delete(stack.at_backend(&path));
        let delete = stack.as_widget(delete, &checkout.secret);
        assert_eq!(stack.http.send(delete).await.status, 404, "{method}");
    }
    // The platform is asked about none of them.
    let calls = stack.office_calls().await;
    let deletes = |call: &&Value| call["method"] == "deletePaymentMean";
    assert_eq!(calls.iter().filter(deletes).count(), 0, "{calls:#?}");
    assert_eq!(stack.office_count(ENROL).await, 0);
    assert_eq!(stack.cards(&checkout).await.len(), 1);
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
    // Its own name may be written in any way that an address allows.
    let written: String = card.bytes().map(|byte| format!("%{byte:02x}")).collect();
    stack.delete_card(&checkout, &written).await.expect(204);
    assert_eq!(stack.cards(&checkout).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_removed_card_is_gone_for_good_and_only_the_sessions_own_page_removes_it() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let path = format!("/checkout/v1/cards/sogenactif_card/{card}");
    let delete = || stack.http.client().delete(stack.at_backend(&path));
    for origin in ["https://evil.example", "http://autre.example", "null"] {
        let request = delete()
            .header("origin", origin)
            .bearer_auth(&checkout.secret);
        let answer = stack.http.send(request).await;
        answer.problem(403, "origin_refused");
    }
    for bearer in [&checkout.id, DEMO_SHOP_KEY, "css_wrong"] {
        let request = delete().header("origin", stack.shop()).bearer_auth(bearer);
        let answer = stack.http.send(request).await;
        answer.problem(401, "session_unknown");
    }
    assert_eq!(stack.office_count("deletePaymentMean").await, 0);
    assert_eq!(stack.cards(&checkout).await.len(), 1);
    for _ in 0..2 {
        let removed = stack.delete_card(&checkout, &card).await.expect(204);
        assert_eq!(removed.header("access-control-allow-origin"), stack.shop());
        assert_eq!(removed.body, b"");
        assert_eq!(stack.cards(&checkout).await, [] as [Value; 0]);
    }
    let paid = stack.pay_with_saved(&checkout, &fresh_key(), &card).await;
    assert_eq!(paid.problem(422, "field_invalid")["field"], "card");
    // Its answer may be lost: to remove it again is to remove it once.
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let lost = json!({ "office_answer_lost": { "deletePaymentMean": 1 } });
    stack.break_office(lost).await;
    let removed = stack.delete_card(&checkout, &card).await;
    removed.problem(503, "platform_unreachable");
    stack.delete_card(&checkout, &card).await.expect(204);
    assert_eq!(stack.cards(&checkout).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_session_that_can_not_be_paid_shows_no_card_and_removes_none() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let expired = stack.session_of(SHOPPER, 4200).await;
    stack.expire(&expired).await;
    let paid = stack.session_of(SHOPPER, 4200).await;
    stack.another_method_pays(&paid).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    let before = stack.office_calls().await.len();
    for (checkout, status, code) in [
        (&expired, 410, "session_expired"),
        (&paid, 409, "session_paid"),
    ] {
        stack.get_cards(checkout).await.problem(status, code);
        let deleted = stack.delete_card(checkout, &card).await;
        deleted.problem(status, code);
        let click = stack.pay_with_saved(checkout, &fresh_key(), &card).await;
        click.problem(status, code);
        let listed = stack.shop_cards(DEMO_SHOP_KEY, checkout).await;
        listed.problem(status, code);
        let shop = stack
            .shop_pays(DEMO_SHOP_KEY, checkout, &fresh_key(), &body)
            .await;
        shop.problem(status, code);
    }
    assert_eq!(stack.office_calls().await.len(), before);
    let open = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&open).await.len(), 1);
}

#[tokio::test]
async fn a_card_is_saved_after_an_accepted_payment_that_was_asked_to_and_never_else() {
    let stack = stack().await;
    // Without the box.
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let fields = stack.start_fields(&checkout).await;
    stack.go_on(&checkout, &fields, SMOOTH).await;
    stack.wait_status(&checkout, "paid").await;
    // With it, and refused by the issuer, or at the bank's page, or not accepted yet.
    for (number, button, status) in [
        (REFUSED, None, "refused"),
        (CHALLENGED, Some("failure"), "refused"),
        (CHALLENGED, Some("abandon"), "refused"),
        (LATER, None, "pending"),
    ] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let fields = stack.start_fields(&checkout).await;
        let answer = stack.go_on_and_save(&checkout, &fields, number).await;
        let next = answer.expect(201).json();
        if let Some(button) = button {
            let back = stack.press_at_bank(&Bank::new(&next), button).await;
            stack.post_back(&back).await.location();
        }
        stack.wait_status(&checkout, status).await;
    }
    // A card that is saved is saved once, and after all of those: nothing of them is on its way.
    for _ in 0..2 {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let fields = stack.start_fields(&checkout).await;
        let answer = stack.go_on_and_save(&checkout, &fields, CHALLENGED).await;
        let bank = Bank::new(&answer.expect(201).json());
        let before = stack.office_count(ADD).await;
        let back = stack.press_at_bank(&bank, "success").await;
        stack.post_back(&back).await.location();
        stack.wait_status(&checkout, "paid").await;
        until("the card's saving", || async {
            (stack.office_count(ADD).await > before).then_some(())
        })
        .await;
    }
    assert_eq!(stack.office_count(ADD).await, 2);
    let checkout = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&checkout).await.len(), 1);
}

#[tokio::test]
async fn a_card_that_can_not_be_saved_leaves_its_payment_paid() {
    let stack = stack().await;
    for fault in [
        json!({ "office_code": { ADD: "12" } }),
        json!({ "office_answer_lost": { ADD: 1 } }),
        json!({ "office_call_lost": { ADD: 1 } }),
        json!({ "office_unavailable": { ADD: 1 } }),
        json!({ "office_wrong_seal_for": { ADD: 1 } }),
    ] {
        let shopper = fresh_key();
        let checkout = stack.session_of(&shopper, 4200).await;
        let fields = stack.start_fields(&checkout).await;
        let tried = stack.backend_log().matches("its card is not saved").count();
        stack.break_office(fault.clone()).await;
        let answer = stack.go_on_and_save(&checkout, &fields, SMOOTH).await;
        answer.expect(201);
        assert_eq!(stack.status(&checkout).await["status"], "paid", "{fault}");
        until("the log of it", || async {
            let log = stack.backend_log();
            (log.matches("its card is not saved").count() > tried).then_some(())
        })
        .await;
        assert_paid_once(&stack, &checkout, ORDER).await;
        assert_eq!(stack.stage(&fields.payment).await, "over", "{fault}");
        stack.mend_office().await;
    }
    assert_eq!(stack.office_orders().await, 5);
}

#[tokio::test]
async fn nobody_waits_for_the_saving_of_a_card() {
    let stack = Arc::new(stack().await);
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let fields = stack.start_fields(&checkout).await;
    let slow = |ms: u64| json!({ "office_slow_ms": ms, "office_code": { ADD: "12" } });
    stack.break_office(slow(1000)).await;
    let paying = {
        let (stack, checkout, fields) = (Arc::clone(&stack), checkout.clone(), fields.clone());
        let pay = async move { stack.go_on_and_save(&checkout, &fields, SMOOTH).await };
        tokio::spawn(pay)
    };
    // Once the order is made, every further call takes longer than the test's patience.
    stack.wait_office_act(&fields.reference, ORDER).await;
    stack.break_office(slow(60_000)).await;
    paying.await.unwrap().expect(201);
    assert_eq!(stack.status(&checkout).await["status"], "paid");
    until("the card's saving", || async {
        (stack.office_count(ADD).await == 1).then_some(())
    })
    .await;
    assert!(!stack.backend_log().contains("its card is not saved"));
}

#[tokio::test]
async fn the_shops_server_alone_orders_without_the_shopper_and_once_for_a_key() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, CHALLENGED).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let listed = stack.shop_cards(DEMO_SHOP_KEY, &checkout).await.expect(200);
    assert_eq!(listed.header("cache-control"), "no-store");
    assert_eq!(listed.json()["cards"][0]["card"], card.as_str());
    let body = json!({ "method": "sogenactif_card", "card": card });
    let pay = |bearer: &str, key: &str, body: &Value| {
        let (bearer, key, body) = (bearer.to_owned(), key.to_owned(), body.clone());
        let (stack, checkout) = (&stack, &checkout);
        async move { stack.shop_pays(&bearer, checkout, &key, &body).await }
    };
    for bearer in [checkout.secret.as_str(), &checkout.id, "sk_wrong"] {
        let refused = pay(bearer, "k", &body).await;
        refused.problem(401, "key_unknown");
        let refused = stack.shop_cards(bearer, &checkout).await;
        refused.problem(401, "key_unknown");
    }
    let other = pay(OTHER_SHOP_KEY, "k", &body).await;
    other.problem(404, "session_unknown");
    let other = stack.shop_cards(OTHER_SHOP_KEY, &checkout).await;
    other.problem(404, "session_unknown");
    for (wrong, field) in [
        (json!({ "method": "sogenactif_card" }), "card"),
        (json!({ "method": "card", "card": card }), "card"),
        (json!({ "card": card }), "method"),
        (
            json!({ "method": "sogenactif_card", "card": card, "amount": 1 }),
            "amount",
        ),
    ] {
        let refused = pay(DEMO_SHOP_KEY, &fresh_key(), &wrong).await;
        let problem = refused.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{wrong}");
    }
    let no_key = pay(DEMO_SHOP_KEY, "", &body).await;
    no_key.problem(400, "idempotency_key_invalid");
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
    let first = pay(DEMO_SHOP_KEY, "k", &body).await.expect(201);
    assert_eq!(first.json()["next_action"], json!({ "type": "wait" }));
    // The result is the session's, not this answer's.
    assert_eq!(stack.truth(&checkout).await["status"], "paid");
    let again = pay(DEMO_SHOP_KEY, "k", &body).await.expect(201);
    assert_eq!(again.body, first.body);
    let more = pay(DEMO_SHOP_KEY, "k2", &body).await;
    more.problem(409, "session_paid");
    let changed = pay(DEMO_SHOP_KEY, "k", &json!({ "method": "card" })).await;
    changed.problem(422, "idempotency_key_reused");
    assert_paid_once(&stack, &checkout, SHOP_ORDER).await;
    let calls = stack.office_calls().await;
    let order = calls.iter().find(|call| call["method"] == SHOP_ORDER);
    assert_eq!(order.unwrap()["paymentPattern"], "RECURRING_N");
    assert_eq!(stack.office_count(ENROL).await, 0);
}

#[tokio::test]
async fn without_the_shopper_a_refusal_stands_even_where_the_issuer_wants_to_see_them() {
    let stack = stack().await;
    stack.save_card(SHOPPER, SMOOTH).await;
    for number in [REFUSED, SOFT_DECLINE] {
        let card = add_by_hand(&stack, number).await;
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let body = json!({ "method": "sogenactif_card", "card": card });
        stack.know_first_payment(&card).await;
        for key in ["k", "k", "k2"] {
            let answer = stack.shop_pays(DEMO_SHOP_KEY, &checkout, key, &body).await;
            assert_eq!(action(answer), json!({ "type": "wait" }));
            let truth = stack.truth(&checkout).await;
            assert_eq!(truth["status"], "refused", "{truth}");
        }
        // Each of two intents is one order, and no challenge was asked for.
        let payments = stack.truth(&checkout).await["payments"].clone();
        assert_eq!(payments.as_array().unwrap().len(), 2, "{payments}");
        stack.assert_unpaid(&checkout).await;
    }
    assert_eq!(stack.office_count(SHOP_ORDER).await, 4);
    assert_eq!(stack.office_count(ENROL).await, 0);
}

#[tokio::test]
async fn without_the_shopper_a_card_pays_only_once_the_shopper_has_paid_with_it_and_3_d_secure() {
    let stack = stack().await;
    stack.save_card(SHOPPER, SMOOTH).await;
    let card = add_by_hand(&stack, CHALLENGED).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    let without = async |key: &str| {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let answer = stack.shop_pays(DEMO_SHOP_KEY, &checkout, key, &body).await;
        (checkout, answer)
    };
    let (checkout, answer) = without("before").await;
    let problem = answer.problem(422, "field_invalid");
    assert_eq!(problem["field"], "card", "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("Have the shopper pay"), "{detail}");
    assert_eq!(stack.truth(&checkout).await["payments"], json!([]));

    let shopper = stack.session_of(SHOPPER, 4200).await;
    let answer = stack.pay_with_saved(&shopper, &fresh_key(), &card).await;
    let bank = Bank::new(&answer.expect(201).json());
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&shopper, "paid").await;
    stack.wait_first_payment(&card).await;

    let (checkout, answer) = without("after").await;
    assert_eq!(action(answer), json!({ "type": "wait" }));
    assert_paid_once(&stack, &checkout, SHOP_ORDER).await;

    // A card that is gone leaves nothing for another one of its name.
    let fresh = stack.session_of(SHOPPER, 4200).await;
    stack.delete_card(&fresh, &card).await.expect(204);
    let (_, answer) = without("gone").await;
    let problem = answer.problem(422, "field_invalid");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("Have the shopper pay")
    );
}

/// For how many seconds the shop's server is told to wait.
fn told_to_wait(answer: &Answer) -> u64 {
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn the_shops_server_waits_while_another_payment_may_still_take_money() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, CHALLENGED).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    let lost = json!({ "office_answer_lost": { SHOP_ORDER: 1, "getTransactionData": 1 } });
    stack.break_office(lost).await;
    let pay = |key: &'static str| stack.shop_pays(DEMO_SHOP_KEY, &checkout, key, &body);
    assert_eq!(action(pay("k").await)["type"], "wait");
    stack.assert_unpaid(&checkout).await;
    // Whatever its key: the first one may have been paid, as it was.
    pay("k2").await.problem(409, "payment_open");
    assert_eq!(action(pay("k").await)["type"], "wait");
    assert_eq!(stack.office_count(SHOP_ORDER).await, 1);
    let payment = only(&stack, &checkout).await;
    stack.take_up(payment["id"].as_str().unwrap()).await;
    assert_paid_once(&stack, &checkout, SHOP_ORDER).await;
    pay("k2").await.problem(409, "session_paid");
    // So it is while the shopper is at the bank.
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let answer = stack.pay_with_saved(&checkout, "click", &card).await;
    let bank = Bank::new(&answer.expect(201).json());
    let shop = stack.shop_pays(DEMO_SHOP_KEY, &checkout, "k", &body).await;
    shop.problem(409, "payment_open");
    assert!(
        (60..24 * 3600).contains(&told_to_wait(&shop)),
        "{}",
        told_to_wait(&shop)
    );
    let back = stack.press_at_bank(&bank, "failure").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "refused").await;
    let shop = stack.shop_pays(DEMO_SHOP_KEY, &checkout, "k", &body).await;
    assert_eq!(action(shop)["type"], "wait");
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn twenty_clicks_on_a_saved_card_in_as_many_pages_make_one_order() {
    let stack = Arc::new(stack().await);
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    for (by_shop, same_key) in [(false, true), (false, false), (true, true), (true, false)] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let before = stack.office_orders().await;
        let mut all = JoinSet::new();
        for click in 0..20 {
            let (stack, checkout, card) = (Arc::clone(&stack), checkout.clone(), card.clone());
            let key = format!("click-{}", if same_key { 0 } else { click });
            let body = json!({ "method": "sogenactif_card", "card": card });
            all.spawn(async move {
                let answer = if by_shop {
                    stack.shop_pays(DEMO_SHOP_KEY, &checkout, &key, &body).await
                } else {
                    stack.post_payment(&checkout, &key, &body).await
                };
                answer.status
            });
        }
        let statuses = all.join_all().await;
        let known = [201, 409];
        assert!(statuses.iter().all(|s| known.contains(s)), "{statuses:?}");
        stack.wait_status(&checkout, "paid").await;
        let truth = stack.truth(&checkout).await;
        let surplus = truth["payments"].as_array().unwrap().iter();
        assert!(
            surplus.clone().all(|payment| payment["surplus"] == false),
            "{truth}"
        );
        assert_eq!(stack.office_orders().await, before + 1, "{truth}");
    }
}

#[tokio::test]
async fn intents_of_the_shops_server_that_come_together_make_one_order_even_if_its_answer_is_lost()
{
    let stack = Arc::new(stack().await);
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let lost = json!({
        "office_slow_ms": 200,
        "office_answer_lost": { SHOP_ORDER: 9, "getTransactionData": 99 },
    });
    stack.break_office(lost).await;
    let mut all = JoinSet::new();
    for intent in 0..10 {
        let (stack, checkout) = (Arc::clone(&stack), checkout.clone());
        let body = json!({ "method": "sogenactif_card", "card": card });
        all.spawn(async move {
            let key = format!("intent-{intent}");
            for _ in 0..5 {
                let answer = stack.shop_pays(DEMO_SHOP_KEY, &checkout, &key, &body).await;
                assert!([201, 409].contains(&answer.status), "{}", answer.text());
            }
        });
    }
    all.join_all().await;
    assert_eq!(stack.office_count(SHOP_ORDER).await, 1);
    stack.mend_office().await;
    let payment = only(&stack, &checkout).await;
    stack.take_up(payment["id"].as_str().unwrap()).await;
    assert_paid_once(&stack, &checkout, SHOP_ORDER).await;
}

#[tokio::test]
async fn answers_that_are_lost_on_the_way_of_a_saved_card_make_one_order_or_none() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let saved = stack.office_orders().await;
    for fault in [
        "office_answer_lost",
        "office_call_lost",
        "office_unavailable",
    ] {
        // Nothing begun: the same click begins it.
        let checkout = stack.session_of(SHOPPER, 4200).await;
        stack.break_office(json!({ fault: { WALLET: 9 } })).await;
        let pay = || stack.pay_with_saved(&checkout, "click", &card);
        pay().await.problem(503, "platform_unreachable");
        assert_eq!(stack.truth(&checkout).await["payments"], json!([]));
        stack
            .get_cards(&checkout)
            .await
            .problem(503, "platform_unreachable");
        stack.mend_office().await;
        assert_eq!(action(pay().await)["type"], "wait");
        assert_paid_once(&stack, &checkout, ORDER).await;
        for lost in [ENROL, ORDER] {
            let checkout = stack.session_of(SHOPPER, 4200).await;
            let case = format!("{fault} of {lost}");
            stack.break_office(json!({ fault: { lost: 1 } })).await;
            let before = stack.office_orders().await;
            let pay = || stack.pay_with_saved(&checkout, "click", &card);
            assert_eq!(action(pay().await)["type"], "wait", "{case}");
            assert_eq!(action(pay().await)["type"], "wait", "{case}");
            stack.mend_office().await;
            let payment = only(&stack, &checkout).await;
            let id = payment["id"].as_str().unwrap();
            if lost == ORDER && fault == "office_answer_lost" {
                stack.take_up(id).await;
                assert_paid_once(&stack, &checkout, ORDER).await;
                continue;
            }
            stack.move_office_clock(json!({ "minutes": 16 })).await;
            stack.pass_deadline_of(id).await;
            until("its end", || async {
                stack.take_up(id).await;
                (stack.stage(id).await == "over").then_some(())
            })
            .await;
            assert_eq!(stack.office_orders().await, before, "{case}");
            stack.assert_unpaid(&checkout).await;
            stack.another_method_pays(&checkout).await;
        }
    }
    let truths = 3 + 1;
    assert_eq!(stack.office_orders().await, saved + truths);
}

#[tokio::test]
async fn a_lost_order_of_the_shops_server_is_looked_up_and_never_sent_again() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    for fault in [
        "office_answer_lost",
        "office_call_lost",
        "office_unavailable",
    ] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let before = stack.office_orders().await;
        stack
            .break_office(json!({ fault: { SHOP_ORDER: 1 } }))
            .await;
        let pay = || stack.shop_pays(DEMO_SHOP_KEY, &checkout, "k", &body);
        assert_eq!(action(pay().await)["type"], "wait", "{fault}");
        assert_eq!(action(pay().await)["type"], "wait", "{fault}");
        let payment = only(&stack, &checkout).await;
        let id = payment["id"].as_str().unwrap();
        stack.take_up(id).await;
        if fault == "office_answer_lost" {
            assert_paid_once(&stack, &checkout, SHOP_ORDER).await;
        } else {
            stack.pass_deadline_of(id).await;
            until("its end", || async {
                stack.take_up(id).await;
                (stack.stage(id).await == "over").then_some(())
            })
            .await;
            assert_eq!(stack.office_orders().await, before, "{fault}");
            assert_eq!(action(pay().await)["type"], "wait", "{fault}");
            assert_eq!(stack.office_orders().await, before, "{fault}");
        }
    }
}

/// A payment with a saved card that is stored and whose first call could not be made.
async fn stalled(stack: &Stack, line: &mut Line, by_shop: bool, card: &str) -> (Checkout, String) {
    let checkout = stack.session_of(SHOPPER, 4200).await;
    line.connect_until(&stack.platform(), WALLET).await;
    let answer = click(stack, &checkout, by_shop, card).await;
    answer.problem(503, "platform_unreachable");
    let payment = only(stack, &checkout).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(stack.stage(&payment).await, "proceed");
    (checkout, payment)
}

/// One click of the shopper, or one intent of the shop's server.
async fn click(stack: &Stack, checkout: &Checkout, by_shop: bool, card: &str) -> Answer {
    let body = json!({ "method": "sogenactif_card", "card": card });
    if by_shop {
        stack
            .shop_pays(DEMO_SHOP_KEY, checkout, "click", &body)
            .await
    } else {
        stack.post_payment(checkout, "click", &body).await
    }
}

#[tokio::test]
async fn a_stored_payment_whose_platform_can_not_be_reached_goes_on_with_the_same_key() {
    let (mut stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    for (by_shop, kill) in [(false, false), (false, true), (true, false), (true, true)] {
        let (checkout, payment) = stalled(&stack, &mut line, by_shop, &card).await;
        let status = stack.status(&checkout).await;
        assert_eq!(
            (
                &status["status"],
                &status["can_pay"],
                &status["open_elsewhere"]
            ),
            (&json!("open"), &json!(true), &json!(false)),
            "nothing was sent: {status}"
        );
        if kill {
            stack.kill_backend().await;
            stack.start_backend().await;
        }
        let again = click(&stack, &checkout, by_shop, &card).await;
        again.problem(503, "platform_unreachable");
        line.connect(&stack.platform()).await;
        let other = json!({ "method": "sogenactif_card", "card": "2" });
        let changed = stack.post_payment(&checkout, "click", &other).await;
        if !by_shop {
            changed.problem(422, "idempotency_key_reused");
        }
        let answer = click(&stack, &checkout, by_shop, &card).await;
        assert_eq!(action(answer)["type"], "wait");
        assert_eq!(only(&stack, &checkout).await["id"], payment.as_str());
        let order = if by_shop { SHOP_ORDER } else { ORDER };
        assert_paid_once(&stack, &checkout, order).await;
    }
    assert_eq!(stack.office_orders().await, 5);
    assert_eq!(stack.office_count(SHOP_ORDER).await, 2);
}

#[tokio::test]
async fn a_stored_payment_that_nobody_repeats_ends_at_its_deadline() {
    let (mut stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let (checkout, payment) = stalled(&stack, &mut line, false, &card).await;
    stack.kill_backend().await;
    line.connect(&stack.platform()).await;
    stack.start_backend().await;
    stack.pass_deadline_of(&payment).await;
    stack.wait_stage(&payment, "over").await;
    // What is over is not begun again by who comes late.
    let late = click(&stack, &checkout, false, &card).await;
    assert_eq!(action(late)["type"], "wait");
    assert_eq!(stack.office_count(ENROL).await, 0);
    stack.assert_unpaid(&checkout).await;
    stack.another_method_pays(&checkout).await;
    assert_eq!(stack.office_orders().await, 1);
}

#[tokio::test]
async fn a_stored_payment_goes_on_by_its_own_request_alone_and_not_once_the_session_is_paid() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    for by_shop in [false, true] {
        let (checkout, payment) = stalled(&stack, &mut line, by_shop, &card).await;
        line.connect(&stack.platform()).await;
        let other = stack.session(4200).await;
        let fields = stack.start_fields(&other).await;
        let token = stack.card_token(&fields, SMOOTH).await;
        for body in [
            json!({ "token": token }),
            json!({ "bank": "BACNL2A1" }),
            json!({ "iban": crate::support::IBAN }),
        ] {
            let given = stack
                .post_continue(&checkout, &payment, &fresh_key(), &body)
                .await;
            assert_eq!(given.status, 409, "{}", given.text());
        }
        assert_eq!(stack.stage(&payment).await, "proceed");
        stack.another_method_pays(&checkout).await;
        let late = click(&stack, &checkout, by_shop, &card).await;
        late.problem(409, "session_paid");
        assert_eq!(stack.truth(&checkout).await["payments"][0]["accepted"], 0);
    }
    assert_eq!(stack.office_count(ENROL).await, 0);
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
}

#[tokio::test]
async fn a_stored_payment_of_the_shops_server_waits_for_a_shopper_who_pays_meanwhile() {
    let (stack, mut line) = stack_on_a_line().await;
    let card = stack.save_card(SHOPPER, CHALLENGED).await;
    let (checkout, payment) = stalled(&stack, &mut line, true, &card).await;
    line.connect(&stack.platform()).await;
    let answer = stack.pay_with_saved(&checkout, "shopper", &card).await;
    let bank = Bank::new(&answer.expect(201).json());
    let early = click(&stack, &checkout, true, &card).await;
    early.problem(409, "payment_open");
    assert!(
        (60..24 * 3600).contains(&told_to_wait(&early)),
        "{}",
        told_to_wait(&early)
    );
    assert_eq!(stack.stage(&payment).await, "proceed");
    let back = stack.press_at_bank(&bank, "success").await;
    stack.post_back(&back).await.location();
    stack.wait_status(&checkout, "paid").await;
    let late = click(&stack, &checkout, true, &card).await;
    late.problem(409, "session_paid");
    assert_eq!(stack.office_count(SHOP_ORDER).await, 0);
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["payments"][0]["accepted"], 0, "{truth}");
}

#[tokio::test]
async fn a_backend_killed_while_it_talks_about_a_saved_card_takes_nothing_twice() {
    let mut stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    for (by_shop, at) in [(false, ENROL), (false, ORDER), (true, SHOP_ORDER)] {
        let checkout = stack.session_of(SHOPPER, 4200).await;
        let (orders, calls) = (stack.office_orders().await, stack.office_count(at).await);
        // Every answer takes its time, and the backend is killed during the one that matters.
        stack.break_office(json!({ "office_slow_ms": 3000 })).await;
        {
            let cut = click(&stack, &checkout, by_shop, &card);
            tokio::select! {
                answer = cut => panic!("{}", answer.text()),
                () = until("the call", || async {
                    (stack.office_count(at).await > calls).then_some(())
                }) => {}
            }
        }
        stack.kill_backend().await;
        stack.mend_office().await;
        stack.start_backend().await;
        // It may be known to be paid by now.
        let answer = click(&stack, &checkout, by_shop, &card).await;
        match answer.status {
            409 if at != ENROL => drop(answer.problem(409, "session_paid")),
            _ => assert_eq!(action(answer)["type"], "wait", "{at}"),
        }
        let payment = only(&stack, &checkout).await["id"].clone();
        let id = payment.as_str().unwrap();
        if at == ENROL {
            // Nothing was known of it when it was looked up at the start: it may still arrive.
            assert_eq!(stack.stage(id).await, "talking", "{at}");
            stack.take_up(id).await;
            stack.move_office_clock(json!({ "minutes": 16 })).await;
            until("its end", || async {
                stack.take_up(id).await;
                (stack.stage(id).await == "over").then_some(())
            })
            .await;
            stack.assert_unpaid(&checkout).await;
            stack.another_method_pays(&checkout).await;
            assert_eq!(stack.office_orders().await, orders);
        } else {
            // It is looked up at the start, long before its time.
            assert_paid_once(&stack, &checkout, at).await;
            assert_eq!(stack.office_orders().await, orders + 1);
        }
        assert_eq!(stack.office_count(at).await, calls + 1, "{at}");
    }
}

#[tokio::test]
async fn the_demo_shop_names_its_shoppers() {
    let stack = stack().await;
    let card = stack.save_card(SHOPPER, SMOOTH).await;
    let checkout = stack.demo_session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&checkout).await[0]["card"], card.as_str());
    let answer = stack.pay_with_saved(&checkout, &fresh_key(), &card).await;
    assert_eq!(action(answer)["type"], "wait");
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn production_takes_no_cards_to_keep() {
    let stack = Stack::usual().await;
    let path = stack.folder().join("production.toml");
    let name = path.display().to_string();
    let config = |add_cards: bool| {
        format!(
            "environment = \"production\"\npublic_url = \"https://pay.shop.example\"\n\
             database_url = \"sqlite://production.db\"\nassets = \"assets\"\n\
             [[shops]]\nid = \"demo\"\nname = \"Demo\"\none_click = true\n\
             secret_keys = [\"env:DEMO_SHOP_KEY\"]\norigins = [\"https://shop.example\"]\n\
             [[shops.methods]]\nprovider = \"sogenactif\"\naccount = \"live\"\n\
             methods = [\"sogenactif_card\"]\n\
             [[accounts]]\nid = \"live\"\nprovider = \"sogenactif\"\n\
             merchant_id = \"211000021310001\"\n\
             keys = {{ \"1\" = \"canary-live-key-7Rb2Xq9Lw4\" }}\nadd_cards = {add_cards}\n"
        )
    };
    let list = ["payments", "--attention", "--config", &name];
    std::fs::write(&path, config(true)).unwrap();
    for command in [&list[..], &["serve", "--config", &name]] {
        let (status, out, errors) = stack.guichet(command).await;
        assert_eq!((status, out.as_str()), (1, ""), "{errors}");
        assert!(errors.contains("add_cards"), "{errors}");
    }
    // It is this key alone that is refused: without it, only the books are missing.
    std::fs::write(&path, config(false)).unwrap();
    let (status, _, errors) = stack.guichet(&list).await;
    assert_eq!(status, 1, "{errors}");
    assert!(
        errors.contains("no such file") && !errors.contains("add_cards"),
        "{errors}"
    );
}
