//! Shops at Sogenactif whose transactions are not named by references of their own: by a number of
//! the day (s10), or by the platform.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    Answer, Bank, CHALLENGED, Checkout, DEMO_SHOP_KEY, Fields, SMOOTH, SOGENACTIF_KEY, Stack,
    StackOptions, fresh_key, until,
};

const ENROL: &str = "cardCheckEnrollment";
const ORDER: &str = "cardValidateAuthenticationAndOrder";
const ASK: &str = "getTransactionData";
const IDEAL: &str = "sogenactif_ideal";
/// Authenticated without a page, then refused by the issuer.
const REFUSED: &str = "4200001000000005";
/// The issuer wants to see the shopper after all: acquirerResponseCode A1.
const SOFT_DECLINE: &str = "4200001300000000";

/// A shop of the platform's, by the way it names transactions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shop {
    S10,
    Platform,
}

const BOTH: [Shop; 2] = [Shop::S10, Shop::Platform];

impl Shop {
    fn identity(self) -> &'static str {
        match self {
            Self::S10 => "s10",
            Self::Platform => "platform",
        }
    }

    fn merchant(self) -> &'static str {
        match self {
            Self::S10 => "002001000000003",
            Self::Platform => "002001000000002",
        }
    }

    /// The account of a configuration, made this shop's.
    fn account(self, configuration: &str) -> String {
        let merchant = self.merchant();
        let usual =
            format!("merchant_id = \"002001000000001\"\nkeys = {{ \"1\" = {SOGENACTIF_KEY:?} }}\n");
        assert!(configuration.contains(&usual), "{configuration}");
        let own = format!(
            "merchant_id = {merchant:?}\nkeys = {{ \"1\" = \"{merchant}_KEY1\" }}\n\
             transaction_identity = {:?}\n",
            self.identity()
        );
        configuration.replace(&usual, &own)
    }

    async fn stack(self) -> Stack {
        self.stack_with(StackOptions::default()).await
    }

    async fn stack_with(self, options: StackOptions) -> Stack {
        let options = StackOptions {
            sogenactif: true,
            sogenactif_methods: vec!["sogenactif_card", IDEAL],
            ..options
        };
        let mut stack = Stack::start(options).await;
        stack.kill_backend().await;
        let configuration = std::fs::read_to_string(stack.config()).unwrap();
        std::fs::write(stack.config(), self.account(&configuration)).unwrap();
        stack.start_backend().await;
        stack
    }
}

/// The platform's lines, in the order of their making.
async fn lines(stack: &Stack) -> Vec<Value> {
    let books = stack.office_books().await;
    books["transactions"].as_array().unwrap().clone()
}

/// The only line of the platform's books.
async fn only_line(stack: &Stack) -> Value {
    let lines = lines(stack).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.into_iter().next().unwrap()
}

async fn start(stack: &Stack) -> (Checkout, Fields) {
    let checkout = stack.session(4200).await;
    let fields = stack.start_fields(&checkout).await;
    (checkout, fields)
}

/// Paid once, with one order at the platform, and nothing left to look at.
async fn assert_paid_once(stack: &Stack, checkout: &Checkout, payment: &str) {
    stack.wait_status(checkout, "paid").await;
    stack.wait_stage(payment, "over").await;
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["settled_by"], payment, "{truth}");
    let payments = truth["payments"].as_array().unwrap();
    let paid = payments.iter().find(|made| made["id"] == payment).unwrap();
    assert_eq!(paid["accepted"], 4200, "{truth}");
    assert_eq!(paid["attention"], json!([]), "{truth}");
    assert_eq!(paid["parts"].as_array().unwrap().len(), 1, "{truth}");
    assert_eq!(stack.office_orders().await, 1);
}

async fn assert_unpaid(stack: &Stack, checkout: &Checkout) {
    stack.assert_unpaid(checkout).await;
    assert_eq!(stack.office_orders().await, 0);
}

/// Goes on with a card, whatever is answered.
async fn try_card(stack: &Stack, checkout: &Checkout, fields: &Fields, number: &str) -> Answer {
    let body = json!({ "token": stack.card_token(fields, number).await });
    stack
        .post_continue(checkout, &fields.payment, &fresh_key(), &body)
        .await
}

#[tokio::test]
async fn a_card_that_needs_no_page_of_the_bank_is_paid() {
    for shop in BOTH {
        let stack = shop.stack().await;
        let (checkout, fields) = start(&stack).await;
        let next = stack.go_on(&checkout, &fields, SMOOTH).await;
        assert_eq!(next["next_action"]["type"], "wait", "{next}");
        assert_paid_once(&stack, &checkout, &fields.payment).await;
        let line = only_line(&stack).await;
        assert_eq!(line["acts"], json!({ ENROL: 1, ORDER: 1 }), "{line}");
        let id = &line["transactionId"];
        let truth = stack.truth(&checkout).await;
        // The shop is told the name that the platform knows.
        let told = truth["payments"][0]["parts"][0]["transaction"].clone();
        if shop == Shop::S10 {
            let (day, number) = fields.reference.split_at(8);
            assert_eq!(*id, json!({ "id": number, "date": day }), "{line}");
            assert_eq!(number, "000001");
            assert_eq!(told, fields.reference.as_str(), "{truth}");
        } else {
            assert_eq!(told, *id, "{truth}");
            assert_ne!(told, fields.reference.as_str(), "{truth}");
            assert_eq!(fields.reference.len(), 32);
        }
    }
}

#[tokio::test]
async fn a_card_that_the_bank_asks_about_is_paid_once_however_often_the_browser_comes_back() {
    for shop in BOTH {
        let stack = Arc::new(shop.stack().await);
        let checkout = stack.session(4200).await;
        let (fields, bank) = stack.to_the_bank(&checkout).await;
        let back = stack.press_at_bank(&bank, "success").await;
        assert_unpaid(&stack, &checkout).await;
        let mut returns = JoinSet::new();
        for _ in 0..20 {
            let (stack, back) = (Arc::clone(&stack), back.clone());
            returns.spawn(async move { stack.post_back(&back).await.location() });
        }
        let home = format!("{}/commande/1", stack.shop());
        assert!(returns.join_all().await.iter().all(|to| *to == home));
        assert_paid_once(&stack, &checkout, &fields.payment).await;
        stack.post_back(&back).await.location();
        let line = only_line(&stack).await;
        assert_eq!(line["calls"][ORDER], 1, "{line}");
        assert_paid_once(&stack, &checkout, &fields.payment).await;
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_and_another_card_pays() {
    for shop in BOTH {
        for (number, refusal) in [(REFUSED, "issuer"), (SOFT_DECLINE, "authentication")] {
            let stack = shop.stack().await;
            let (checkout, fields) = start(&stack).await;
            stack.go_on(&checkout, &fields, number).await;
            stack.wait_stage(&fields.payment, "over").await;
            let status = stack.status(&checkout).await;
            assert_eq!(status["status"], "refused", "{status}");
            assert_eq!(status["payment"]["refusal"], refusal, "{status}");
            assert_eq!(status["open_elsewhere"], false, "{status}");
            assert_unpaid(&stack, &checkout).await;
            // The token is not kept: nobody tries a second time with it.
            assert_eq!(stack.office_count(ENROL).await, 1);
            let second = stack.start_fields(&checkout).await;
            stack.go_on(&checkout, &second, SMOOTH).await;
            assert_paid_once(&stack, &checkout, &second.payment).await;
        }
    }
}

#[tokio::test]
async fn an_opening_that_is_lost_took_nothing_and_the_shopper_tries_again() {
    for shop in BOTH {
        for fault in ["office_answer_lost", "office_wrong_seal_for"] {
            let stack = shop.stack().await;
            stack.break_office(json!({ fault: { ENROL: 1 } })).await;
            let (checkout, fields) = start(&stack).await;
            let lost = try_card(&stack, &checkout, &fields, SMOOTH).await;
            lost.problem(503, "platform_unreachable");
            assert_eq!(stack.stage(&fields.payment).await, "token");
            assert_unpaid(&stack, &checkout).await;
            let again = stack.go_on(&checkout, &fields, SMOOTH).await;
            assert_eq!(again["next_action"]["type"], "wait", "{again}");
            if shop == Shop::Platform {
                assert_paid_once(&stack, &checkout, &fields.payment).await;
                continue;
            }
            // Its number is used by what nobody knows to be this payment's: the next has another.
            stack.wait_status(&checkout, "refused").await;
            assert_eq!(stack.office_count(ASK).await, 0);
            assert_unpaid(&stack, &checkout).await;
            let second = stack.start_fields(&checkout).await;
            stack.go_on(&checkout, &second, SMOOTH).await;
            assert_paid_once(&stack, &checkout, &second.payment).await;
        }
    }
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_looked_up_by_its_name_and_paid_once() {
    for shop in BOTH {
        for (number, fault) in [
            (SMOOTH, "office_answer_lost"),
            (SMOOTH, "office_wrong_seal_for"),
            (CHALLENGED, "office_answer_lost"),
        ] {
            let stack = shop.stack().await;
            // The first question about it is lost, too.
            let lost = json!({ fault: { ORDER: 1, ASK: 1 } });
            let (checkout, fields) = start(&stack).await;
            stack.break_office(lost).await;
            let next = stack.go_on(&checkout, &fields, number).await;
            if number == CHALLENGED {
                let back = stack.press_at_bank(&Bank::new(&next), "success").await;
                stack.post_back(&back).await.location();
            }
            until("a question to the platform", || async {
                stack.take_up(&fields.payment).await;
                (stack.office_count(ASK).await >= 2).then_some(())
            })
            .await;
            assert_paid_once(&stack, &checkout, &fields.payment).await;
            let line = only_line(&stack).await;
            assert_eq!(line["calls"][ORDER], 1, "{line}");
        }
    }
}

#[tokio::test]
async fn a_beginning_whose_answer_is_lost_is_asked_for_again() {
    for shop in BOTH {
        let stack = shop.stack().await;
        let fields = "hostedFieldsInitialize";
        let lost = json!({ "office_answer_lost": { fields: 1 } });
        stack.break_office(lost).await;
        let (checkout, fields) = start(&stack).await;
        stack.go_on(&checkout, &fields, SMOOTH).await;
        assert_paid_once(&stack, &checkout, &fields.payment).await;
    }
}

#[tokio::test]
async fn an_order_that_speaks_of_another_transaction_is_not_believed() {
    // The switch knows references only.
    let stack = Shop::Platform.stack().await;
    let checkout = stack.session(4200).await;
    let (fields, bank) = stack.to_the_bank(&checkout).await;
    let back = stack.press_at_bank(&bank, "success").await;
    let other = json!({ "office_other_transaction": true });
    stack.break_office(other).await;
    stack.post_back(&back).await.location();
    until("a question to the platform", || async {
        stack.take_up(&fields.payment).await;
        (stack.office_count(ASK).await >= 2).then_some(())
    })
    .await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["settled_by"], Value::Null, "{truth}");
    stack.mend_office().await;
    stack.take_up(&fields.payment).await;
    assert_paid_once(&stack, &checkout, &fields.payment).await;
}

#[tokio::test]
async fn a_payment_that_is_opened_and_left_is_looked_up_and_takes_nothing() {
    for shop in BOTH {
        let stack = shop.stack().await;
        let checkout = stack.session(4200).await;
        let (fields, _) = stack.to_the_bank(&checkout).await;
        stack.move_office_clock(json!({ "minutes": 16 })).await;
        stack.pass_deadline_of(&fields.payment).await;
        until("its end", || async {
            stack.take_up(&fields.payment).await;
            (stack.stage(&fields.payment).await == "over").then_some(())
        })
        .await;
        assert!(stack.office_count(ASK).await >= 1);
        assert_unpaid(&stack, &checkout).await;
        assert_eq!(only_line(&stack).await["calls"].get(ORDER), None);
    }
}

#[tokio::test]
async fn payments_of_one_day_have_numbers_of_their_own_also_after_a_restart() {
    let mut stack = Shop::S10.stack().await;
    let mut references = Vec::new();
    for turn in 0..6_u8 {
        let (checkout, fields) = start(&stack).await;
        stack.go_on(&checkout, &fields, SMOOTH).await;
        stack.wait_status(&checkout, "paid").await;
        references.push(fields.reference);
        if turn == 1 {
            stack.stop_backend().await;
            stack.start_backend().await;
        }
        if turn == 3 {
            stack.kill_backend().await;
            stack.start_backend().await;
        }
    }
    let mut made: Vec<_> = references.iter().map(|r| r.split_at(8)).collect();
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 6, "{references:?}");
    // Unless the night has passed meanwhile.
    if made.iter().all(|(day, _)| *day == made[0].0) {
        let numbers: Vec<_> = made.iter().map(|(_, number)| *number).collect();
        let expected = ["000001", "000002", "000003", "000004", "000005", "000006"];
        assert_eq!(numbers, expected);
    }
    assert_eq!(stack.office_orders().await, 6);
}

#[tokio::test]
async fn a_number_that_another_program_used_is_never_this_payments() {
    let stack = Shop::S10.stack().await;
    // The same amount, accepted, by somebody else of the same shop.
    let other = json!({
        "amount": "4200", "currencyCode": "978", "orderChannel": "INTERNET",
        "paymentMeanBrand": "CB", "s10TransactionReference": { "s10TransactionId": "000001" },
    });
    let (status, answer, errors) = stack.office("paymentDataProviderCheck", &other).await;
    assert_eq!(status, 0, "{answer} {errors}");
    let (checkout, fields) = start(&stack).await;
    assert!(fields.reference.ends_with("000001"), "{fields:?}");
    let next = stack.go_on(&checkout, &fields, SMOOTH).await;
    assert_eq!(next["next_action"]["type"], "wait", "{next}");
    let status = stack.wait_status(&checkout, "refused").await;
    assert_eq!(status["payment"]["refusal"], "technical", "{status}");
    assert_eq!(status["can_pay"], true, "{status}");
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["payments"][0]["accepted"], 0, "{truth}");
    assert_eq!(stack.office_count(ASK).await, 0, "nobody looks for it");
    let second = stack.start_fields(&checkout).await;
    stack.go_on(&checkout, &second, SMOOTH).await;
    stack.wait_status(&checkout, "paid").await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["settled_by"], second.payment.as_str(), "{truth}");
}

#[tokio::test]
async fn a_payment_over_midnight_keeps_the_day_that_the_platform_gave_it() {
    let stack = Shop::S10.stack().await;
    let (checkout, fields) = start(&stack).await;
    // The platform's day is the next one by the time of the opening.
    let token = stack.card_token(&fields, SMOOTH).await;
    stack.move_office_clock(json!({ "days": 1 })).await;
    let body = json!({ "token": token });
    let late = stack
        .post_continue(&checkout, &fields.payment, &fresh_key(), &body)
        .await;
    // By then the token is over at the platform: the shopper types the card once more.
    late.expect(201);
    stack.wait_status(&checkout, "refused").await;
    let second = stack.start_fields(&checkout).await;
    let lost = json!({ "office_answer_lost": { ORDER: 1 } });
    stack.break_office(lost).await;
    stack.go_on(&checkout, &second, SMOOTH).await;
    assert_paid_once(&stack, &checkout, &second.payment).await;
    let line = lines(&stack).await.pop().unwrap();
    let (day, number) = second.reference.split_at(8);
    assert_eq!(line["transactionId"]["id"], number, "{line}");
    assert_ne!(line["transactionId"]["date"], day, "{line}");
    assert_eq!(line["calls"][ASK], 1, "{line}");
}

#[tokio::test]
async fn a_transfer_is_paid_after_the_return() {
    for shop in BOTH {
        let stack = shop.stack().await;
        let checkout = stack.session(4200).await;
        let (asked, page) = stack.to_ideal(&checkout).await;
        let back = stack.press_at_bank(&page, "success").await;
        stack.post_back(&back).await.location();
        assert_paid_once(&stack, &checkout, &asked.payment).await;
    }
}

fn one_click() -> StackOptions {
    StackOptions {
        one_click: true,
        add_cards: true,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_saved_card_pays_the_shopper_and_is_never_charged_without() {
    for shop in BOTH {
        let stack = shop.stack_with(one_click()).await;
        let card = stack.save_card("customer-1", SMOOTH).await;
        let before = stack.office_orders().await;
        let checkout = stack.session_of("customer-1", 4200).await;
        let body = json!({ "method": "sogenactif_card", "card": card });
        let refused = stack
            .shop_pays(DEMO_SHOP_KEY, &checkout, "charge", &body)
            .await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["field"], "card");
        assert_eq!(stack.office_count("walletOrder").await, 0);
        let paid = stack.pay_with_saved(&checkout, "click", &card).await;
        let next = paid.expect(201).json();
        assert_eq!(next["next_action"]["type"], "wait", "{next}");
        stack.wait_status(&checkout, "paid").await;
        assert_eq!(stack.office_orders().await, before + 1);
    }
}

#[tokio::test]
async fn a_backend_killed_between_the_opening_and_the_order_orders_once() {
    for shop in BOTH {
        let mut stack = shop.stack().await;
        let (checkout, fields) = start(&stack).await;
        let body = json!({ "token": stack.card_token(&fields, SMOOTH).await });
        let slow =
            |milliseconds: u32| stack.break_office(json!({ "office_slow_ms": milliseconds }));
        slow(2_000).await;
        // While the opening's answer is on its way, the platform gets slower: the order is carried
        // out, and its answer never comes.
        let slower = async {
            until("the opening", || async {
                (stack.office_count(ENROL).await == 1).then_some(())
            })
            .await;
            slow(20_000).await;
        };
        let go_on = stack.post_continue(&checkout, &fields.payment, "go", &body);
        let (answer, ()) = tokio::join!(go_on, slower);
        answer.expect(201);
        until("the order", || async {
            (stack.office_count(ORDER).await == 1).then_some(())
        })
        .await;
        stack.kill_backend().await;
        stack.mend_office().await;
        stack.start_backend().await;
        // It is looked up at the start, long before its time.
        assert_paid_once(&stack, &checkout, &fields.payment).await;
        let line = only_line(&stack).await;
        assert_eq!(line["calls"][ORDER], 1, "{line}");
    }
}

#[tokio::test]
async fn a_debit_that_could_not_be_found_again_stops_the_start() {
    for shop in BOTH {
        let stack = shop.stack().await;
        let configuration = std::fs::read_to_string(stack.config()).unwrap();
        let sepa = configuration.replace(IDEAL, "sogenactif_sepa");
        assert_ne!(sepa, configuration);
        let config = stack.folder().join("sepa.toml");
        std::fs::write(&config, sepa).unwrap();
        let config = config.display().to_string();
        let (status, _, errors) = stack.guichet(&["serve", "--config", &config]).await;
        assert_ne!(status, 0);
        assert!(errors.contains("transaction_identity"), "{errors}");
    }
}
