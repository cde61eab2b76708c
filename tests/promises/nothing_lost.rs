//! Nothing is lost though nobody tells: of what was paid the platform is asked, whatever became of
//! its notifications.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{
    Bank, CARD, CHALLENGED, Checkout, SMOOTH, Stack, StackOptions, VOUCHER, fresh_key, until_within,
};

/// How long after its end at the platform a payment may take to be settled.
const SETTLED: Duration = Duration::from_secs(60);

/// The meal voucher that is three euros short.
const SHORT: &str = "9999000000000003";

/// Both platforms with every method, and no notification of either.
async fn stack() -> Stack {
    let stack = Stack::start(StackOptions {
        sogenactif: true,
        sogenactif_methods: vec![
            "sogenactif_card",
            "sogenactif_paypal",
            "sogenactif_bancontact",
            "sogenactif_ideal",
            "sogenactif_sepa",
        ],
        ..Default::default()
    })
    .await;
    stack.faults(json!({ "lost": true })).await;
    stack
}

/// Paid within the time that is promised, since this moment.
async fn assert_settled(stack: &Stack, checkout: &Checkout, method: &str, ended: Instant) {
    let look = || async {
        let status = stack.status(checkout).await;
        (status["status"] == "paid").then_some(())
    };
    let settled = until_within(SETTLED, look).await;
    assert!(settled.is_some(), "{method} is not settled");
    println!("{method}: settled after {} ms", ended.elapsed().as_millis());
    let truth = stack.truth(checkout).await;
    assert_eq!(
        truth["payments"][0]["attention"],
        json!([]),
        "{method}: {truth}"
    );
}

#[tokio::test]
async fn with_every_notification_dropped_each_payment_of_up2pay_settles_within_a_minute() {
    let stack = stack().await;
    for method in ["card", "apetiz", "sodexo", "upchequdej", "up2pay_choice"] {
        let checkout = stack.session(6000).await;
        let started = stack.start_payment(&checkout, method).await;
        let page = stack.open_page(&started).await;
        let back = match method {
            "card" => stack.type_card(&page, CARD).await,
            "up2pay_choice" => {
                let page = stack.choose(&page, "card").await;
                stack.type_card(&page, CARD).await
            }
            _ => stack.type_card(&page, VOUCHER).await,
        };
        let ended = Instant::now();
        stack.come_back(&back).await;
        assert_settled(&stack, &checkout, method, ended).await;
        let sent = stack.deliveries(started.reference()).await;
        assert!(
            sent.iter().all(|line| line["outcome"] != "delivered"),
            "{sent:?}"
        );
    }
}

/// An order that a voucher and a card pay is two transactions, of which the return names one: with
/// both notifications dropped, the other is known to nobody but the platform.
#[tokio::test]
async fn of_two_parts_whose_notifications_were_dropped_the_order_stands_on_the_operators_list() {
    let stack = stack().await;
    for method in ["apetiz", "cvconnect"] {
        let checkout = stack.session(10_000).await;
        let started = stack.start_payment(&checkout, method).await;
        let page = stack.open_page(&started).await;
        let next = match method {
            "cvconnect" => stack.use_cv(&page, "90000000040", "60").await,
            _ => stack.type_card(&page, SHORT).await,
        };
        let back = stack.type_card(&next, CARD).await;
        stack.come_back(&back).await;
        // The card's part is found and counted, and nothing is called paid or refused.
        let counted = |truth: &Value| truth["payments"][0]["accepted"] != 0;
        let truth = stack.wait_truth(&checkout, "the part", counted).await;
        assert_eq!(truth["status"], "pending", "{truth}");
        stack.pass_deadline(&started).await;
        let list = stack.attention().await;
        assert!(
            list.contains(&started.payment) && list.contains("part_held"),
            "{list}"
        );
        let told = "voucher_untold: the card paid the rest of a voucher that nothing was told of: \
                    look the order up by its reference";
        assert!(list.contains(told), "{list}");
        // Whenever the platform tells of the voucher, the order is paid.
        for line in stack.deliveries(started.reference()).await {
            let query = line["query"].as_str().unwrap();
            stack.notify(query).await.expect(200);
        }
        stack.wait_status(&checkout, "paid").await;
    }
}

#[tokio::test]
async fn without_any_notification_each_payment_of_sogenactif_settles_within_a_minute() {
    let stack = stack().await;
    for method in [
        "smooth",
        "challenged",
        "paypal",
        "bancontact",
        "ideal",
        "sepa",
    ] {
        let checkout = stack.session(4200).await;
        let bank = match method {
            "smooth" => {
                let fields = stack.start_fields(&checkout).await;
                stack.go_on(&checkout, &fields, SMOOTH).await;
                None
            }
            "challenged" => {
                let fields = stack.start_fields(&checkout).await;
                Some(Bank::new(
                    &stack.go_on(&checkout, &fields, CHALLENGED).await,
                ))
            }
            "ideal" => Some(stack.to_ideal(&checkout).await.1),
            "sepa" => Some(stack.to_mandate(&checkout).await.1),
            wallet => {
                let wish = json!({ "method": format!("sogenactif_{wallet}") });
                let started = stack.post_payment(&checkout, &fresh_key(), &wish).await;
                Some(Bank::new(&started.expect(201).json()))
            }
        };
        let ended = match bank {
            Some(bank) => {
                let back = stack.press_at_bank(&bank, "success").await;
                let ended = Instant::now();
                stack.post_back(&back).await.location();
                ended
            }
            None => Instant::now(),
        };
        assert_settled(&stack, &checkout, method, ended).await;
    }
}
