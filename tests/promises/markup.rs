//! The element as HTML, for a shop's server to print.

use serde_json::json;

use crate::support::{Answer, CARD, Checkout, DEMO_SHOP_KEY, OTHER_SHOP_KEY, Stack, fresh_key};

impl Stack {
    /// `POST /v1/sessions` as the demo shop, with that query.
    async fn order_with_query(&self, key: &str, query: &str) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions?{query}"));
        let post = self.http.client().post(address);
        let post = post.bearer_auth(DEMO_SHOP_KEY).json(&self.order(4200));
        self.http.send(post.header("idempotency-key", key)).await
    }

    /// `GET /v1/sessions/{id}` with a shop's key and that query.
    async fn read_with_query(&self, shop: &str, id: &str, query: &str) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions/{id}?{query}"));
        let get = self.http.client().get(address).bearer_auth(shop);
        self.http.send(get).await
    }
}

/// What stands between two texts.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).expect(before).1;
    rest.split_once(after).expect(after).0
}

#[tokio::test]
async fn a_shop_is_given_the_element_with_its_list_when_it_asks_for_it() {
    let stack = Stack::usual().await;
    let (key, query) = (fresh_key(), "markup=de&style=link");
    let made = stack.order_with_query(&key, query).await.expect(201);
    let made = made.json();
    let (markup, secret) = (made["markup"].as_str().unwrap(), made["secret"].as_str());
    let session = between(markup, "<guichet-checkout session=\"", "\"");
    assert_eq!(Some(session), secret);
    assert!(markup.contains("<template shadowrootmode=\"open\">"));
    assert!(markup.contains("data-face=\"choosing\""));
    assert!(
        markup.contains(" lang=\"de\"") && markup.contains("42,00\u{a0}€"),
        "{markup}"
    );
    let offered = stack.checkout_session(&Checkout::new(&made)).await.json();
    let methods = offered["methods"].as_array().unwrap();
    assert!(methods.len() > 2, "{offered}");
    for method in methods {
        let row = format!("data-method=\"{}\"", method["method"].as_str().unwrap());
        assert!(markup.contains(&row), "{row} in {markup}");
    }
    // The sheet that it names is there, for as long as a browser wants to keep it.
    let sheet = between(markup, "<link rel=\"stylesheet\" href=\"", "\"");
    assert!(sheet.starts_with(&stack.at_backend("/")), "{sheet}");
    let sheet = stack.http.send(stack.http.client().get(sheet)).await;
    let sheet = sheet.expect(200);
    assert!(sheet.header("content-type").starts_with("text/css"));
    assert!(sheet.header("cache-control").contains("immutable"));
    // The same request gives the same again.
    let again = stack.order_with_query(&key, query).await.expect(201);
    assert_eq!(again.json()["markup"], markup);
}

#[tokio::test]
async fn a_session_is_printed_as_it_stands_and_in_the_language_of_the_page() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let read = async |query: &str| {
        let answer = stack
            .read_with_query(DEMO_SHOP_KEY, &checkout.id, query)
            .await;
        answer.expect(200).json()["markup"]
            .as_str()
            .map(str::to_owned)
    };
    assert_eq!(read("").await, None);
    assert_eq!(read("other=1").await, None);
    let french = read("markup=fr").await.unwrap();
    assert_eq!(
        between(&french, "session=\"", "\""),
        checkout.secret,
        "the secret that the session was made with"
    );
    assert!(french.contains("data-face=\"choosing\"") && french.contains("lang=\"fr\""));
    assert!(read("markup=").await.unwrap().contains("lang=\"en\""));
    assert!(read("markup=gsw").await.unwrap().contains("lang=\"en\""));
    let (_, back) = stack.pay_by_card(&checkout, CARD).await;
    stack.come_back(&back).await;
    stack.wait_status(&checkout, "paid").await;
    let paid = read("markup=fr").await.unwrap();
    assert!(paid.contains("data-face=\"paid\"") && !paid.contains("name=\"method\""));
}

#[tokio::test]
async fn a_shop_may_have_the_style_sheet_in_the_markup_itself() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let read = async |query: &str| {
        let query = format!("markup=fr{query}");
        stack
            .read_with_query(DEMO_SHOP_KEY, &checkout.id, &query)
            .await
    };
    let markup = async |query: &str| {
        let answer = read(query).await.expect(200).json();
        answer["markup"].as_str().unwrap().to_owned()
    };
    let linked = markup("&style=link").await;
    let sheet = between(&linked, "<link rel=\"stylesheet\" href=\"", "\"");
    let sheet = stack
        .http
        .send(stack.http.client().get(sheet))
        .await
        .expect(200)
        .text();
    let inline = markup("").await;
    assert_eq!(markup("&style=inline").await, inline);
    // A policy may name it by the digest of the file: it is the same to the byte.
    assert_eq!(between(&inline, "<style>", "</style>"), sheet);
    assert!(!inline.contains("<link"), "{inline}");
    let nonce = markup("&nonce=aB3%2B/-_=").await;
    assert_eq!(
        nonce,
        inline.replace("<style>", "<style nonce=\"aB3+/-_=\">")
    );
    let made = stack.order_with_query(&fresh_key(), "markup=fr").await;
    let made = made.expect(201).json();
    assert!(
        made["markup"].as_str().unwrap().contains("<style>"),
        "{made}"
    );
    for (wrong, field) in [
        ("&style=none", "style"),
        ("&nonce=", "nonce"),
        ("&style=link&nonce=abc", "nonce"),
        ("&style=inline&nonce=", "nonce"),
        ("&style=inline&nonce=a%22b", "nonce"),
        ("&style=inline&nonce===", "nonce"),
        ("&style=inline&style=link", "markup"),
    ] {
        let problem = read(wrong).await.problem(422, "field_invalid");
        assert_eq!(problem["field"], field, "{wrong}");
    }
}

#[tokio::test]
async fn a_wish_for_markup_that_is_none_is_refused_before_anything_is_made() {
    let stack = Stack::usual().await;
    for query in ["markup=1", "markup=<script>", "markup=fr&markup=en"] {
        let answer = stack.order_with_query(&fresh_key(), query).await;
        assert_eq!(answer.problem(422, "field_invalid")["field"], "markup");
    }
    let search = [("reference", "commande-4200")];
    let found = stack.find_sessions(DEMO_SHOP_KEY, &search).await.json();
    assert_eq!(found["sessions"], json!([]));
}

#[tokio::test]
async fn a_session_is_printed_for_its_own_shop_alone() {
    let stack = Stack::usual().await;
    let checkout = stack.session(4200).await;
    let answer = stack
        .read_with_query(OTHER_SHOP_KEY, &checkout.id, "markup=fr")
        .await;
    answer.problem(404, "session_unknown");
    assert!(!answer.text().contains(&checkout.secret));
}
