//! Who pays: taken as people write it, and only as far as an account demands it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Checkout, Stack, StackOptions, Started, fresh_key};

/// The order of whom is said exactly this.
fn order_of(stack: &Stack, shopper: Value) -> Value {
    let mut order = stack.order(4200);
    order["shopper"] = shopper;
    order
}

/// The order's PBX_BILLING, by element, once the platform has opened its page for it.
async fn billing(stack: &Stack, shopper: Value) -> BTreeMap<String, String> {
    let order = order_of(stack, shopper);
    let made = stack.create_session(&fresh_key(), &order).await.expect(201);
    let checkout = Checkout::new(&made.json());
    let body = json!({ "method": "card" });
    let started = stack.post_payment(&checkout, &fresh_key(), &body).await;
    let started = Started::new(&started.expect(201));
    let page = stack.open_page(&started).await;
    assert!(page.starts_with(&stack.platform()), "{page}");
    let (_, xml) = started
        .fields
        .iter()
        .find(|(name, _)| name == "PBX_BILLING")
        .unwrap();
    let elements = xml.split('<').filter_map(|part| part.split_once('>'));
    elements
        .filter(|(name, _)| !name.starts_with(['/', '?']))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}

#[tokio::test]
async fn nobody_is_turned_away_for_the_way_a_name_is_written() {
    let stack = Stack::start(StackOptions::with_phone()).await;
    let sent = billing(
        &stack,
        json!({
            "name": { "first": " Ka\u{2bb}iulani\u{ad}\r\n", "last": "-" },
            "email": " camille&marc@crème-brûlée.fr\n",
            "phone": "06\u{a0}12\u{2011}34\u{202f}56.78\u{200b}",
            "address": {
                "line1": format!("12½, avenue du Général de Gaulle\tRésidence {}", "x".repeat(200)),
                "line2": "",
                "postal_code": "75\u{a0}011",
                "city": "Saint\u{2010}Étienne\u{200d}",
                "country": "fra",
            },
        }),
    )
    .await;
    for (element, text) in [
        ("FirstName", "Ka'iulani"),
        ("LastName", "Ka'iulani"),
        ("Address1", "12 1/2 avenue du General de Gaulle"),
        ("ZipCode", "75 011"),
        ("City", "Saint-Etienne"),
        ("CountryCode", "250"),
        ("CountryCodeMobilePhone", "+33"),
        ("MobilePhone", "0612345678"),
    ] {
        assert_eq!(sent[element], text, "{element}: {sent:?}");
    }
    let kosovo = billing(
        &stack,
        json!({
            "name": { "last": "ACME & Fils" },
            "email": "acme@example.com",
            "phone": "043 201 234",
            "address": { "line1": "Rruga 1", "city": "Prishtina", "country": "XK" },
        }),
    )
    .await;
    for (element, text) in [
        ("FirstName", "ACME Fils"),
        ("LastName", "ACME Fils"),
        ("ZipCode", "-"),
        ("CountryCode", ""),
        ("CountryCodeMobilePhone", "+383"),
        ("MobilePhone", "43201234"),
    ] {
        assert_eq!(kosovo[element], text, "{element}: {kosovo:?}");
    }
}

#[tokio::test]
async fn one_answer_names_every_field_at_fault() {
    let stack = Stack::start(StackOptions::with_phone()).await;
    let order = json!({
        "amount": "42",
        "currency": "ZZZ",
        "items": 0,
        "methods": ["card", "paypal"],
        "return_url": "https://elsewhere.example/",
        "shopper": {
            "name": "Camille",
            "email": "nobody",
            "phone": "six",
            "address": { "country": "France", "city": 75 },
        },
    });
    let answer = stack.create_session(&fresh_key(), &order).await;
    let problem = answer.problem(422, "field_invalid");
    let mut fields: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap().to_owned())
        .collect();
    for field in &fields {
        assert!(
            problem["detail"].as_str().unwrap().contains(field),
            "{problem}"
        );
    }
    assert_eq!(problem["field"], fields[0].as_str(), "{problem}");
    fields.sort_unstable();
    let all = [
        "amount",
        "currency",
        "items",
        "methods[1]",
        "reference",
        "return_url",
        "shopper.address.city",
        "shopper.address.country",
        "shopper.email",
        "shopper.name",
        "shopper.phone",
    ];
    assert_eq!(fields, all, "{problem}");
    assert_eq!(stack.count("sessions").await, 0);
}

/// The fields that an answer's errors name, with those of each method that was left out.
fn named(errors: &Value) -> Vec<&str> {
    let errors = errors.as_array().unwrap().iter();
    errors
        .map(|error| error["field"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn what_no_account_can_do_without_is_named_with_the_reason_and_the_setting() {
    let stack = Stack::start(StackOptions::with_phone()).await;
    let order = order_of(&stack, json!({ "email": "a@b.fr" }));
    let answer = stack.create_session(&fresh_key(), &order).await;
    let problem = answer.problem(422, "field_invalid");
    assert_eq!(
        named(&problem["errors"]),
        [
            "shopper.name",
            "shopper.phone",
            "shopper.address.line1",
            "shopper.address.postal_code",
            "shopper.address.city",
            "shopper.address.country"
        ]
    );
    let phone = &problem["errors"][1];
    assert!(
        phone["problem"].as_str().unwrap().contains("account demo"),
        "{phone}"
    );
    assert!(
        phone["remedy"]
            .as_str()
            .unwrap()
            .contains("shopper_optional"),
        "{phone}"
    );
    assert_eq!(stack.count("sessions").await, 0);
}

#[tokio::test]
async fn a_method_that_demands_more_than_was_given_is_left_out_and_the_shop_is_told() {
    let stack = Stack::start(StackOptions {
        methods: vec!["card", "apetiz"],
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_card", "sogenactif_sepa"],
        ..StackOptions::with_phone()
    })
    .await;
    let order = order_of(&stack, json!({ "email": "a@b.fr" }));
    let key = fresh_key();
    let made = stack.create_session(&key, &order).await.expect(201).json();
    let left_out = made["left_out"].as_array().unwrap();
    let methods: Vec<_> = left_out.iter().map(|left| &left["method"]).collect();
    assert_eq!(methods, ["card", "apetiz", "sogenactif_sepa"]);
    assert_eq!(named(&left_out[2]["errors"]), ["shopper.name"]);
    let again = stack.create_session(&key, &order).await.expect(201).json();
    assert_eq!(
        again["left_out"], made["left_out"],
        "a repeated request is told the same"
    );
    let checkout = Checkout::new(&made);
    // Who prints the page again is told again, until nothing can be started any more.
    assert_eq!(stack.truth(&checkout).await["left_out"], made["left_out"]);
    let session = stack.checkout_session(&checkout).await.expect(200).json();
    let offered: Vec<_> = session["methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["method"].as_str().unwrap())
        .collect();
    assert_eq!(offered, ["sogenactif_card"]);
    let body = json!({ "method": "card" });
    let refused = stack.post_payment(&checkout, &fresh_key(), &body).await;
    refused.problem(422, "method_not_offered");
    let whole = stack.create_session(&fresh_key(), &stack.order(4200)).await;
    let whole = whole.expect(201).json();
    assert!(whole.get("left_out").is_none());
    let truth = stack.truth(&Checkout::new(&whole)).await;
    assert!(truth.get("left_out").is_none(), "{truth}");
    stack.expire_session(&checkout).await.expect(200);
    let truth = stack.truth(&checkout).await;
    assert!(truth.get("left_out").is_none(), "{truth}");
}

#[tokio::test]
async fn a_ticket_shop_that_knows_an_email_and_nothing_else_is_paid() {
    let stack = Stack::start(StackOptions {
        account_lines: "shopper_optional = [\"name\", \"phone\", \"address\"]".into(),
        ..StackOptions::with_phone()
    })
    .await;
    let sent = billing(&stack, json!({ "email": "a@b.fr" })).await;
    assert_eq!(
        (sent["FirstName"].as_str(), sent["City"].as_str()),
        ("-", "-")
    );
    assert!(!sent.contains_key("MobilePhone"), "{sent:?}");
}

#[tokio::test]
async fn the_doctor_tells_what_the_accounts_demand_before_the_first_order() {
    let stack = Stack::start(StackOptions {
        methods: vec!["card", "apetiz"],
        account_lines: "shopper_optional = [\"phone\"]".into(),
        sogenactif: true,
        sogenactif_methods: vec!["sogenactif_card", "sogenactif_sepa"],
        ..StackOptions::with_phone()
    })
    .await;
    let (status, report, errors) = stack.guichet(&["doctor"]).await;
    // 3 where a rule of vouchers ends soon.
    assert!(matches!(status, 0 | 3), "{errors}");
    let (demands, verdicts) = report.split_once("ok    configuration").unwrap();
    insta::assert_snapshot!(demands);
    for told in [
        ": 2 shops, 3 accounts\n",
        "rule: demo: meal vouchers pay for food",
        "ok    disk: ",
        "books.db is whole\n",
        "ok    load.html of demo at 127.0.0.1:",
        "ok    API of demo at localhost:",
        "ok    clock: 0 seconds ahead of 127.0.0.1:",
        "certificate: none at 127.0.0.1",
        "/readyz at 127.0.0.1:",
        "ok    notification address: /notify/up2pay/demo leads here\n",
    ] {
        assert!(verdicts.contains(told), "{told} in\n{report}");
    }
    assert!(!report.contains("bad   "), "{report}");
    stack.faults(json!({ "page_main_down": true })).await;
    let (status, report, _) = stack.guichet(&["doctor"]).await;
    assert_eq!(status, 3);
    assert!(
        report.contains("look  load.html of demo at 127.0.0.1"),
        "{report}"
    );
}
