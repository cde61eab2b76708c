//! A shop's payments: listed, searched and as a spreadsheet, by its server and by its operator.

use serde_json::{Value, json};

use crate::support::{CARD, Checkout, DEMO_SHOP_KEY, OTHER_SHOP_KEY, Stack, Started, VOUCHER};

const PAYMENTS: &str = "/v1/payments";

async fn found(stack: &Stack, query: &[(&str, &str)]) -> Value {
    let answer = stack.find(PAYMENTS, DEMO_SHOP_KEY, query).await;
    answer.expect(200).json()
}

fn ids(found: &Value) -> Vec<&str> {
    let payments = found["payments"].as_array().unwrap().iter();
    payments
        .map(|payment| payment["id"].as_str().unwrap())
        .collect()
}

/// A session that is paid by a voucher and a card, and one whose page is still open.
async fn paid_and_open(stack: &Stack) -> (Checkout, Started, Checkout, Started) {
    let paid = json!({ "reference": "=1+1;\"@x\", é" });
    let paid = stack.session_with(4200, paid).await;
    let started = stack.start_payment(&paid, "apetiz").await;
    let page = stack.open_page(&started).await;
    let next = stack.type_card(&page, "9999000000000027").await;
    let back = stack.type_card(&next, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&paid, "paid").await;
    let open = stack.session(100).await;
    let pending = stack.start_payment(&open, "card").await;
    (paid, started, open, pending)
}

#[tokio::test]
async fn a_shop_finds_a_payment_by_all_that_it_or_its_bank_knows_of_it() {
    let stack = Stack::usual().await;
    let (session, paid, _, pending) = paid_and_open(&stack).await;
    let all = found(&stack, &[]).await;
    assert_eq!(ids(&all), [&pending.payment, &paid.payment]);
    let told = &all["payments"][1];
    assert_eq!(told["session"], session.id.as_str());
    assert_eq!(
        (
            &told["amount"],
            &told["accepted"],
            &told["currency"],
            &told["currency_decimals"]
        ),
        (&json!(4200), &json!(4200), &json!("EUR"), &json!(2))
    );
    assert_eq!(told["money"], "paid");
    let parts = told["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2, "{told}");
    let platform_reference = told["platform_reference"].as_str().unwrap();
    let mut queries = vec![
        ("reference", "=1+1;\"@x\", é"),
        ("platform_reference", platform_reference),
        ("method", "apetiz"),
        ("money", "paid"),
    ];
    for part in parts {
        queries.push(("transaction", part["transaction"].as_str().unwrap()));
        queries.push(("call", part["call"].as_str().unwrap()));
    }
    for query in queries {
        let found = found(&stack, &[query]).await;
        assert_eq!(ids(&found), [&paid.payment], "{query:?}");
        let other = stack.find(PAYMENTS, OTHER_SHOP_KEY, &[query]).await;
        let other = other.expect(200).json();
        assert_eq!(ids(&other), Vec::<&str>::new(), "{query:?}");
        if query.0 != "money" {
            let sessions = stack.find_sessions(DEMO_SHOP_KEY, &[query]).await;
            let sessions = sessions.expect(200).json();
            assert_eq!(
                sessions["sessions"][0]["id"],
                session.id.as_str(),
                "{query:?}"
            );
            assert_eq!(sessions["sessions"][1], Value::Null, "{query:?}");
        }
    }
    let from = [("from", "2001-09-10"), ("before", "2020-01-01")];
    assert_eq!(ids(&found(&stack, &from).await), Vec::<&str>::new());
    assert_eq!(
        ids(&found(&stack, &[("attention", "true")]).await),
        Vec::<&str>::new()
    );
    // A session's status is told, and found by.
    let unpaid = stack
        .find_sessions(DEMO_SHOP_KEY, &[("status", "pending")])
        .await;
    let unpaid = unpaid.expect(200).json();
    assert_eq!(unpaid["sessions"].as_array().unwrap().len(), 1, "{unpaid}");
    assert_eq!(
        unpaid["sessions"][0]["payments"][0]["id"],
        pending.payment.as_str()
    );
}

#[tokio::test]
async fn a_list_goes_on_page_by_page_and_says_which_parameter_is_at_fault() {
    let stack = Stack::usual().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        let checkout = stack.session(4200).await;
        made.insert(0, stack.start_payment(&checkout, "card").await.payment);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut query = vec![("limit", "2"), ("money", "pending")];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = found(&stack, &query).await;
        seen.extend(ids(&page).iter().map(|id| (*id).to_owned()));
        // One more comes while the list is read.
        let checkout = stack.session(4200).await;
        stack.start_payment(&checkout, "card").await;
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, made);

    let foreign = stack
        .find(PAYMENTS, OTHER_SHOP_KEY, &[("cursor", &made[0])])
        .await;
    assert_eq!(foreign.problem(422, "field_invalid")["field"], "cursor");
    for (query, field) in [
        (("cursor", "x"), "cursor"),
        (("limit", "101"), "limit"),
        (("money", "gone"), "money"),
        (("method", "A CARD"), "method"),
        (("from", "20261127"), "from"),
        (("attention", "1"), "attention"),
        (("status", "paid"), "status"),
    ] {
        let refused = stack.find(PAYMENTS, DEMO_SHOP_KEY, &[query]).await;
        let problem = refused.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let refused = stack
        .find("/v1/payments.csv", DEMO_SHOP_KEY, &[("limit", "5")])
        .await;
    assert_eq!(refused.problem(422, "field_invalid")["field"], "limit");
}

#[tokio::test]
async fn a_spreadsheet_has_every_payment_once_and_runs_no_formula() {
    let stack = Stack::usual().await;
    let (session, paid, open, pending) = paid_and_open(&stack).await;
    let answer = stack
        .find("/v1/payments.csv", DEMO_SHOP_KEY, &[])
        .await
        .expect(200);
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let sheet = answer.text();
    assert_eq!(sheet.matches("\r\n").count(), 3, "{sheet}");
    assert_eq!(sheet.matches('\n').count(), 3, "{sheet}");
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let lines: Vec<std::collections::BTreeMap<String, String>> =
        reader.deserialize().map(Result::unwrap).collect();
    let cell = |line: usize, name: &str| lines[line][name].as_str();
    assert_eq!(cell(0, "payment"), pending.payment);
    assert_eq!(cell(0, "session"), open.id);
    assert_eq!((cell(0, "money"), cell(0, "transactions")), ("pending", ""));
    assert_eq!(cell(1, "payment"), paid.payment);
    assert_eq!(cell(1, "session"), session.id);
    assert_eq!(cell(1, "reference"), "'=1+1;\"'@x\", é");
    assert!(sheet.contains(",\"'=1+1;\"\"'@x\"\", é\","), "{sheet}");
    let money = [
        "amount_minor_units",
        "accepted_minor_units",
        "currency",
        "currency_decimals",
    ];
    assert_eq!(
        money.map(|name| cell(1, name)),
        ["4200", "4200", "EUR", "2"]
    );
    assert_eq!(cell(1, "transactions").split(' ').count(), 2);
    assert!(cell(1, "created_at").ends_with('Z'), "{sheet}");

    let other = stack
        .find("/v1/payments.csv", OTHER_SHOP_KEY, &[])
        .await
        .expect(200);
    assert_eq!(other.text().lines().count(), 1, "the columns' names alone");
    // The operator is given the same.
    let command = [
        "payments", "list", "--shop", "demo", "--csv", "--method", "apetiz",
    ];
    let (status, printed, errors) = stack.guichet(&command).await;
    assert_eq!((status, errors.as_str()), (0, ""));
    let expected: Vec<_> = sheet.lines().enumerate().filter(|(n, _)| *n != 1).collect();
    let expected: Vec<_> = expected.into_iter().map(|(_, line)| line).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn the_operator_lists_what_a_shop_would() {
    let stack = Stack::usual().await;
    let checkout = stack
        .session_with(4200, json!({ "reference": "commande-42" }))
        .await;
    let started = stack.start_payment(&checkout, "apetiz").await;
    let page = stack.open_page(&started).await;
    stack.type_card(&page, VOUCHER).await;
    stack.wait_status(&checkout, "paid").await;
    let list = async |more: &[&str]| {
        let command = [&["payments", "list", "--shop", "demo"], more].concat();
        stack.guichet(&command).await
    };
    let (status, printed, _) = list(&["--reference", "commande-42"]).await;
    assert_eq!(status, 0);
    for told in [
        &*started.payment,
        "42.00 EUR  order commande-42",
        "paid, accepted 42.00 EUR",
    ] {
        assert!(printed.contains(told), "{told}: {printed}");
    }
    let (_, nothing, _) = list(&["--reference", "another"]).await;
    assert_eq!(nothing, "No payment fits.\n");
    let (status, _, errors) = list(&["--platform-reference", " ", "--money", "gone"]).await;
    assert_eq!(status, 1);
    assert!(
        errors.contains("--platform-reference must not be empty"),
        "{errors}"
    );
    assert!(
        errors.contains("--money must be one of these: pending, "),
        "{errors}"
    );
    let (status, _, errors) = stack.guichet(&["payments", "list"]).await;
    assert_eq!(status, 1);
    assert!(
        errors.contains("--shop must be given; the configuration has these: demo"),
        "{errors}"
    );
    let (status, _, _) = stack.guichet(&["payments"]).await;
    assert_eq!(status, 2, "--attention, or a command, is asked for");
}
