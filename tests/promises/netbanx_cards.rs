//! Cards that NETBANX keeps for a shopper: saved where the shopper said so, listed, paid with on
//! the platform's page or by the shop's server, removed. The token is in nobody's hands.

use serde_json::{Value, json};

use crate::support::{
    Checkout, DEMO_SHOP_KEY, NETBANX_CARD, OTHER_SHOP_KEY, Stack, StackOptions, fresh_key,
};

const DECLINED: &str = "4000000000003009";
const NO_FUNDS: &str = "4000000000003022";
/// Another one that is accepted at once.
const SECOND: &str = "4000000000000002";
const SHOPPER: &str = "canary-client-7Hd2Pq9";

fn options(lines: &str) -> StackOptions {
    StackOptions {
        netbanx: true,
        netbanx_lines: format!("saved_cards = true\n{lines}"),
        one_click: true,
        log: "trace",
        ..StackOptions::default()
    }
}

async fn stack() -> Stack {
    Stack::start(options("")).await
}

async fn offer(stack: &Stack, checkout: &Checkout) -> Value {
    let session = stack.checkout_session(checkout).await.expect(200).json();
    let mut methods = session["methods"].as_array().unwrap().iter();
    let found = methods.find(|offer| offer["method"] == "netbanx_card");
    found.unwrap().clone()
}

async fn only(stack: &Stack, checkout: &Checkout) -> Value {
    let truth = stack.truth(checkout).await;
    assert_eq!(truth["payments"].as_array().unwrap().len(), 1, "{truth}");
    truth["payments"][0].clone()
}

/// What the shop's server is answered that pays with a card.
async fn shop_pays(stack: &Stack, checkout: &Checkout, card: &str) -> Value {
    let body = json!({ "method": "netbanx_card", "card": card });
    let key = fresh_key();
    let paid = stack.shop_pays(DEMO_SHOP_KEY, checkout, &key, &body).await;
    paid.expect(201).json()
}

async fn last_order(stack: &Stack) -> Value {
    let books = stack.netbanx_books().await;
    books["orders"].as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn a_card_is_saved_only_where_the_shopper_says_so_and_is_there_for_the_next_order() {
    let stack = stack().await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let offered = offer(&stack, &checkout).await;
    assert_eq!(offered["saved_cards"], true, "{offered}");
    assert_eq!(offered["can_save"], true, "{offered}");
    // Nobody asked for it.
    let hosted = stack.start_hosted(&checkout).await;
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.wait_status(&checkout, "paid").await;
    assert!(last_order(&stack).await["request"].get("profile").is_none());
    let next = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&next).await, Vec::<Value>::new());

    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let listed = stack.cards(&next).await;
    assert_eq!(listed[0]["brand"], "VISA", "{listed:?}");
    assert_eq!(listed[0]["expires"], "2030-12", "{listed:?}");
    // A second one goes into the same profile.
    let other = stack.save_at_netbanx(SHOPPER, SECOND).await;
    assert_ne!(card, other);
    let books = stack.netbanx_books().await;
    assert_eq!(books["profiles"].as_array().unwrap().len(), 1, "{books}");
    // Another shopper, another shop, and a shopper whom the shop does not name have none.
    let stranger = stack.session_of("client-43", 4200).await;
    assert_eq!(stack.cards(&stranger).await, Vec::<Value>::new());
    let elsewhere = stack.session_of_at(OTHER_SHOP_KEY, SHOPPER, 4200).await;
    let cards = stack.shop_cards(OTHER_SHOP_KEY, &elsewhere).await;
    assert_eq!(cards.expect(200).json()["cards"], json!([]));
    let unknown = stack.session(4200).await;
    assert_eq!(offer(&stack, &unknown).await.get("can_save"), None);
}

#[tokio::test]
async fn a_saved_card_pays_on_the_platforms_page_where_it_stands() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let started = stack.start_with_card(&checkout, &card).await;
    let hosted = stack.hosted(&started.expect(201).json()).await;
    assert_eq!(stack.status(&checkout).await["status"], "pending");
    let page = stack.http.client().get(&hosted.page);
    let page = stack.http.send(page).await.expect(200).text();
    assert!(
        page.contains("•••• 2345") && !page.contains("cardNum"),
        "{page}"
    );
    let back = stack.pay_hosted(&hosted, "").await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let payment = only(&stack, &checkout).await;
    assert_eq!(payment["accepted"], 4200, "{payment}");
    assert_eq!(payment["parts"][0]["transaction"], hosted.order.as_str());
    // Nothing is added by it.
    let fresh = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.cards(&fresh).await.len(), 1);
}

#[tokio::test]
async fn a_platform_that_takes_the_token_at_once_has_paid_or_refused() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    stack.break_netbanx(json!({"token_at_once": true})).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let started = stack.start_with_card(&checkout, &card).await.expect(201);
    assert_eq!(started.json()["next_action"]["type"], "wait");
    stack.wait_status(&checkout, "paid").await;
    // 11: not enough money, whatever the card.
    let refused = stack.session_of(SHOPPER, 11).await;
    stack.start_with_card(&refused, &card).await.expect(201);
    let status = stack.wait_status(&refused, "refused").await;
    assert_eq!(status["payment"]["refusal"], "funds", "{status}");
}

#[tokio::test]
async fn the_shops_server_pays_with_a_saved_card_and_a_decline_is_told_as_a_200_or_a_402() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    shop_pays(&stack, &checkout, &card).await;
    stack.wait_status(&checkout, "paid").await;
    let order = last_order(&stack).await;
    assert!(order["request"].get("redirect").is_none(), "{order}");
    let options = order["request"]["extendedOptions"].to_string();
    assert!(options.contains("recurringIndicator"), "{order}");
    for as_402 in [false, true] {
        stack
            .break_netbanx(json!({ "decline_as_402": as_402 }))
            .await;
        let refused = stack.session_of(SHOPPER, 11).await;
        shop_pays(&stack, &refused, &card).await;
        let status = stack.wait_status(&refused, "refused").await;
        assert_eq!(status["payment"]["refusal"], "funds", "{as_402} {status}");
        assert_eq!(status["open_elsewhere"], false, "{as_402} {status}");
        let payment = only(&stack, &refused).await;
        assert_eq!(payment["attention"], json!([]), "{payment}");
        stack
            .wait_stage(payment["id"].as_str().unwrap(), "over")
            .await;
    }
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_charges_the_card_once() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let before = stack.netbanx_books().await["orders"]
        .as_array()
        .unwrap()
        .len();
    for lost in [1, 2] {
        stack
            .break_netbanx(json!({"answer_lost": {"create": lost}}))
            .await;
        let checkout = stack.session_of(SHOPPER, 4200).await;
        shop_pays(&stack, &checkout, &card).await;
        stack.wait_status(&checkout, "paid").await;
        assert_eq!(only(&stack, &checkout).await["accepted"], 4200);
        stack.mend_netbanx().await;
    }
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["orders"].as_array().unwrap().len(),
        before + 2,
        "{books}"
    );
}

#[tokio::test]
async fn a_removed_card_is_gone_and_pays_no_more() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    // Nobody else removes it.
    let stranger = stack.session_of("client-43", 4200).await;
    let remove = async |of: &Checkout| stack.delete_card_of(of, "netbanx_card", &card).await;
    remove(&stranger).await.expect(204);
    assert_eq!(stack.cards(&checkout).await.len(), 1);
    stack
        .break_netbanx(json!({"answer_lost": {"remove_card": 1}}))
        .await;
    assert_eq!(remove(&checkout).await.status, 503);
    remove(&checkout).await.expect(204);
    assert_eq!(stack.cards(&checkout).await, Vec::<Value>::new());
    let started = stack.start_with_card(&checkout, &card).await;
    assert_eq!(started.problem(422, "field_invalid")["field"], "card");
}

#[tokio::test]
async fn a_wish_to_save_is_refused_where_no_card_can_be_saved() {
    let stack = stack().await;
    let unknown = stack.session(4200).await;
    let known = stack.session_of(SHOPPER, 4200).await;
    for (checkout, method) in [(&unknown, "netbanx_card"), (&known, "card")] {
        let wish = json!({ "method": method, "save": true });
        let answer = stack.post_payment(checkout, &fresh_key(), &wish).await;
        assert_eq!(answer.problem(422, "field_invalid")["field"], "save");
    }
    assert_eq!(stack.netbanx_calls("create", None).await, 0);
    // Without the flag of the account there is no vault.
    let without = Stack::start(StackOptions {
        netbanx_lines: String::new(),
        ..options("")
    })
    .await;
    let checkout = without.session_of(SHOPPER, 4200).await;
    assert_eq!(offer(&without, &checkout).await.get("saved_cards"), None);
}

#[tokio::test]
async fn the_vault_down_hides_the_cards_and_no_payment() {
    let stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    stack
        .break_netbanx(json!({"unavailable": {"profile": 9}}))
        .await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    assert_eq!(stack.get_cards(&checkout).await.status, 503);
    assert_eq!(stack.start_with_card(&checkout, &card).await.status, 503);
    let hosted = stack.start_hosted(&checkout).await;
    stack
        .press_hosted(&hosted, "pay", NO_FUNDS)
        .await
        .expect(200);
    stack
        .press_hosted(&hosted, "pay", DECLINED)
        .await
        .expect(200);
    stack.pay_hosted(&hosted, NETBANX_CARD).await;
    stack.wait_status(&checkout, "paid").await;
}

#[tokio::test]
async fn a_token_is_in_no_answer_address_log_or_book() {
    let mut stack = stack().await;
    let card = stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let started = stack
        .start_with_card(&checkout, &card)
        .await
        .expect(201)
        .json();
    let hosted = stack.hosted(&started).await;
    let back = stack.pay_hosted(&hosted, "").await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let other = stack.session_of(SHOPPER, 4200).await;
    shop_pays(&stack, &other, &card).await;
    stack.wait_status(&other, "paid").await;
    let tokens = stack.netbanx_tokens().await;
    let books = stack.netbanx_books().await;
    let profile = books["profiles"][0].clone();
    let name = |key: &str| profile[key].as_str().unwrap().to_owned();
    assert!(!tokens.is_empty());
    // What the platform is asked to send back names no token.
    for order in books["orders"].as_array().unwrap() {
        for list in ["redirect", "callback", "link"] {
            let asked = order["request"][list].to_string();
            assert!(!asked.contains("oken"), "{asked}");
            assert!(tokens.iter().all(|token| !asked.contains(token)), "{asked}");
        }
    }
    stack.stop_backend().await;
    let log = stack.backend_log();
    let hidden = [tokens, vec![name("id"), name("customer")]].concat();
    for hidden in &hidden {
        assert!(!log.contains(hidden), "{hidden} is in the log");
    }
    assert!(!log.contains(SHOPPER));
    let own = format!("{}/sandbox/", stack.platform());
    for seen in stack.http.seen() {
        assert!(
            hidden.iter().all(|hidden| !seen.address.contains(hidden)),
            "{}",
            seen.address
        );
        let told = !seen.address.starts_with(&own);
        assert!(
            !told || hidden.iter().all(|hidden| !seen.text.contains(hidden)),
            "{}",
            seen.text
        );
    }
    for file in std::fs::read_dir(stack.folder()).unwrap() {
        let file = file.unwrap().path();
        if file.to_string_lossy().contains("books.db") {
            let content = std::fs::read(&file).unwrap();
            for hidden in &hidden {
                let found = content
                    .windows(hidden.len())
                    .any(|part| part == hidden.as_bytes());
                assert!(!found, "{hidden} is in {}", file.display());
            }
        }
    }
}

#[tokio::test]
async fn the_platforms_page_offers_the_cards_of_the_profile_to_which_one_is_to_be_added() {
    let stack = stack().await;
    stack.save_at_netbanx(SHOPPER, NETBANX_CARD).await;
    let checkout = stack.session_of(SHOPPER, 4200).await;
    let wish = json!({ "method": "netbanx_card", "save": true });
    let answer = stack.post_payment(&checkout, &fresh_key(), &wish).await;
    let hosted = stack.hosted(&answer.expect(201).json()).await;
    // The order names the profile, and no token: the shopper picks.
    let profile = &last_order(&stack).await["request"]["profile"];
    assert_eq!(
        profile.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id"]
    );
    let page = stack.http.send(stack.http.client().get(&hosted.page)).await;
    let page = page.expect(200).text();
    assert!(
        page.contains("profile-cards") && page.contains("•••• 2345"),
        "{page}"
    );
    for token in stack.netbanx_tokens().await {
        assert!(!page.contains(&token), "{page}");
    }
    let books = stack.netbanx_books().await;
    let card = books["profiles"][0]["cards"][0]["id"].as_str().unwrap();
    let form = [("do", "pay"), ("card", card)];
    let post = stack.http.client().post(&hosted.page).form(&form);
    let back = stack.http.send(post).await.location();
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let books = stack.netbanx_books().await;
    assert_eq!(
        books["profiles"][0]["cards"].as_array().unwrap().len(),
        1,
        "{books}"
    );
}
