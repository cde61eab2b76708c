//! The sandbox's control: faults, books, deliveries, and notifications that no shopper caused.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::http::Answer;
use super::stack::Stack;

impl Stack {
    async fn control(&self, path: &str, body: Option<Value>) -> Value {
        let address = format!("{}/sandbox/api/{path}", self.platform());
        let client = self.http.client();
        let request = match &body {
            Some(body) => client.post(address).json(body),
            None => client.get(address),
        };
        self.http.send(request).await.expect(200).json()
    }

    /// Changes fault switches, such as `{"lost": true}`.
    pub(crate) async fn faults(&self, change: Value) {
        self.control("faults", Some(change)).await;
    }

    /// All switches off; books and pages stay.
    pub(crate) async fn no_faults(&self) {
        self.control("reset", Some(json!({}))).await;
    }

    /// Sends the notifications that were held.
    pub(crate) async fn release(&self) -> Value {
        self.control("release", Some(json!({}))).await
    }

    /// The platform's books about one of our references.
    pub(crate) async fn platform_books(&self, reference: &str) -> Vec<Value> {
        let books = self
            .control(&format!("books?reference={reference}"), None)
            .await;
        books["transactions"]
            .as_array()
            .expect("transactions")
            .clone()
    }

    /// How many questions the platform was asked, each with a number of its own.
    pub(crate) async fn platform_questions(&self) -> u64 {
        let books = self.control("books", None).await;
        books["questions"].as_u64().expect("a count")
    }

    /// The notifications about one of our references that left, or were held, or lost.
    pub(crate) async fn deliveries(&self, reference: &str) -> Vec<Value> {
        let log = self
            .control(&format!("deliveries?reference={reference}"), None)
            .await;
        log["deliveries"].as_array().expect("deliveries").clone()
    }

    /// Makes a pending transaction final.
    pub(crate) async fn make_final(&self, transaction: &Value, code: &str) {
        let number = &transaction["numtrans"];
        self.control(
            &format!("transactions/{number}/final"),
            Some(json!({ "code": code })),
        )
        .await;
    }

    /// Moves a transaction back in time by a day, with all that was done with it.
    pub(crate) async fn make_older_by_a_day(&self, transaction: &Value) {
        let number = &transaction["numtrans"];
        let path = format!("transactions/{number}/age");
        self.control(&path, Some(json!({ "days": 1 }))).await;
    }

    /// Sends one notification that no shopper caused; gives the line of the delivery log.
    pub(crate) async fn send_notification(&self, wish: Value) -> Value {
        let mut sent = self.control("notifications", Some(wish)).await;
        sent["delivery"].take()
    }

    /// The same with exactly these pairs, genuinely signed as `Signature`, to the demo account.
    pub(crate) async fn send_pairs(&self, reference: &str, pairs: &[(&str, &str)]) -> Value {
        self.send_notification(json!({
            "to": self.notify_address(),
            "reference": reference,
            "amount": 1,
            "booked": false,
            "signature_name": "Signature",
            "pairs": pairs,
        }))
        .await
    }

    /// Delivers a raw notification by our own hand, as GET.
    pub(crate) async fn notify(&self, query: &str) -> Answer {
        self.http.send(self.notify_request(query)).await
    }

    /// The same, not sent yet.
    pub(crate) fn notify_request(&self, query: &str) -> RequestBuilder {
        let address = format!("{}?{query}", self.notify_address());
        self.http.client().get(address)
    }
}
