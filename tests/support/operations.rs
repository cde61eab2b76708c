//! What a shop has done with a payment's money, and the days that pass before it.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::checkout::{Checkout, Started};
use super::http::Answer;
use super::http::fresh_key;
use super::options::DEMO_SHOP_KEY;
use super::pages::CARD;
use super::stack::Stack;
use super::wait::until;

impl Stack {
    /// `POST /v1/payments/{id}/{kind}` with a shop's key, not sent yet. `kind` may hold a query.
    pub(crate) fn operation_request(
        &self,
        shop_key: &str,
        payment: &str,
        kind: &str,
        key: &str,
        body: &Value,
    ) -> RequestBuilder {
        let address = self.at_backend(&format!("/v1/payments/{payment}/{kind}"));
        let post = self.http.client().post(address).bearer_auth(shop_key);
        post.header("idempotency-key", key).json(body)
    }

    /// The same as the demo shop, with a key that was never used.
    pub(crate) async fn operate(&self, payment: &str, kind: &str, body: Value) -> Answer {
        let key = fresh_key();
        let request = self.operation_request(DEMO_SHOP_KEY, payment, kind, &key, &body);
        self.http.send(request).await
    }

    /// The same where it is asked for: what is told of it.
    pub(crate) async fn instruct(&self, payment: &str, kind: &str, body: Value) -> Value {
        self.operate(payment, kind, body).await.expect(201).json()
    }

    /// `GET` of the payment, or of a path below it, as the demo shop.
    pub(crate) async fn read_operation(&self, payment: &str, path: &str) -> Answer {
        let address = format!("/v1/payments/{payment}/{path}");
        let address = self.at_backend(address.trim_end_matches('/'));
        let get = self.http.client().get(address).bearer_auth(DEMO_SHOP_KEY);
        self.http.send(get).await
    }

    /// What the demo shop is told of an instruction once it has this status.
    pub(crate) async fn wait_instruction(&self, told: &Value, wanted: &str) -> Value {
        let text = |name: &str| told[name].as_str().expect("a text").to_owned();
        let (payment, id) = (text("payment"), text("id"));
        let kind = match told["kind"].as_str() {
            Some("capture") => "captures",
            Some("cancel") => "cancellations",
            Some("duplicate") => "duplicates",
            _ => "refunds",
        };
        let path = format!("{kind}/{id}");
        until(&format!("the instruction to be {wanted}"), || async {
            let told = self
                .read_operation(&payment, &path)
                .await
                .expect(200)
                .json();
            (told["status"] == wanted).then_some(told)
        })
        .await
    }

    /// The acts that the platform has on a payment's transactions: TYPE and amount, in their order.
    pub(crate) async fn platform_acts(&self, reference: &str) -> Vec<(String, u64)> {
        let mut acts = Vec::new();
        for line in self.platform_books(reference).await {
            for act in line["acts"].as_array().expect("acts") {
                let kind = act["type"].as_str().expect("a type").to_owned();
                acts.push((kind, act["amount"].as_u64().expect("an amount")));
            }
        }
        acts
    }

    /// Has a day pass for a payment: at the platform, and in the backend's books.
    pub(crate) async fn next_day(&self, started: &Started) {
        for line in self.platform_books(started.reference()).await {
            self.make_older_by_a_day(&line).await;
        }
        self.make_events_older(&started.payment).await;
    }

    /// A session that is reserved by card, all through: the shop captures later.
    pub(crate) async fn reserved_session(&self, amount: u64) -> (Checkout, Started) {
        let checkout = self
            .session_with(amount, json!({ "capture": "manual" }))
            .await;
        let (started, back) = self.pay_by_card(&checkout, CARD).await;
        self.come_back(&back).await;
        self.wait_status(&checkout, "authorised").await;
        (checkout, started)
    }

    /// What the demo shop is told of a payment's money: reserved, taken, given back, cancelled.
    pub(crate) async fn balance(&self, checkout: &Checkout, started: &Started) -> [u64; 4] {
        self.balance_of(checkout, &started.payment).await
    }

    /// The same of a payment's id.
    pub(crate) async fn balance_of(&self, checkout: &Checkout, id: &str) -> [u64; 4] {
        let truth = self.truth(checkout).await;
        let mut payments = truth["payments"].as_array().expect("payments").iter();
        let payment = payments.find(|payment| payment["id"] == id);
        let payment = payment.expect("the payment");
        ["reserved", "taken", "given_back", "cancelled"].map(|name| {
            payment[name]
                .as_u64()
                .unwrap_or_else(|| panic!("{name}: {payment}"))
        })
    }
}
