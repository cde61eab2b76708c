//! The widget without a face: its three calls.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::http::Answer;
use super::http::fresh_key;
use super::stack::Stack;
use super::wait::until;

/// A session, as the page that shows the widget has it.
#[derive(Clone, Debug)]
pub(crate) struct Checkout {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Checkout {
    /// Of what `POST /v1/sessions`, or the demo shop, answered.
    pub(crate) fn new(made: &Value) -> Self {
        let id = made["id"].as_str().or(made["session_id"].as_str());
        let secret = made["secret"].as_str().expect("a secret").to_owned();
        Self {
            id: id.expect("an id").to_owned(),
            secret,
        }
    }
}

/// A payment that was started: a form for the platform.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) payment: String,
    pub(crate) url: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Started {
    /// Of what `POST /checkout/v1/payments` answered.
    pub(crate) fn new(answer: &Answer) -> Self {
        let started = answer.json();
        let action = &started["next_action"];
        assert_eq!(action["type"], "form_post", "{started}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let fields = action["fields"].as_array().expect("fields").iter();
        Self {
            payment: text(&started["payment"]),
            url: text(&action["url"]),
            fields: fields
                .map(|f| (text(&f["name"]), text(&f["value"])))
                .collect(),
        }
    }

    /// A field's value; empty when it is not there.
    pub(crate) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Our reference at the platform.
    pub(crate) fn reference(&self) -> &str {
        self.field("PBX_CMD")
    }
}

impl Stack {
    /// A request as a page of the demo shop makes it.
    pub(crate) fn as_widget(&self, request: RequestBuilder, secret: &str) -> RequestBuilder {
        request.header("origin", self.shop()).bearer_auth(secret)
    }

    /// `GET /checkout/v1/session`.
    pub(crate) async fn checkout_session(&self, checkout: &Checkout) -> Answer {
        let get = self
            .http
            .client()
            .get(self.at_backend("/checkout/v1/session"));
        self.http.send(self.as_widget(get, &checkout.secret)).await
    }

    /// `GET /checkout/v1/status`.
    pub(crate) async fn checkout_status(&self, checkout: &Checkout) -> Answer {
        self.http.send(self.status_request(checkout)).await
    }

    /// The same, not sent yet.
    pub(crate) fn status_request(&self, checkout: &Checkout) -> RequestBuilder {
        let get = self
            .http
            .client()
            .get(self.at_backend("/checkout/v1/status"));
        self.as_widget(get, &checkout.secret)
    }

    /// `POST /checkout/v1/payments` with that key and body.
    pub(crate) async fn post_payment(
        &self,
        checkout: &Checkout,
        key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.payment_request(checkout, key, body);
        self.http.send(request).await
    }

    /// The same, not sent yet.
    pub(crate) fn payment_request(
        &self,
        checkout: &Checkout,
        key: &str,
        body: &Value,
    ) -> RequestBuilder {
        let post = self
            .http
            .client()
            .post(self.at_backend("/checkout/v1/payments"));
        let post = post.header("idempotency-key", key).json(body);
        self.as_widget(post, &checkout.secret)
    }

    /// Starts a payment with a method.
    pub(crate) async fn start_payment(&self, checkout: &Checkout, method: &str) -> Started {
        let body = json!({ "method": method });
        let request = self.payment_request(checkout, &fresh_key(), &body);
        let answer = self.http.send_until_kept(request).await;
        Started::new(&answer.expect(201))
    }

    /// What the shopper is told now.
    pub(crate) async fn status(&self, checkout: &Checkout) -> Value {
        self.checkout_status(checkout).await.expect(200).json()
    }

    /// What the shopper is told once it is this.
    pub(crate) async fn wait_status(&self, checkout: &Checkout, wanted: &str) -> Value {
        let what = format!("the status {wanted}");
        until(&what, || async {
            Some(self.status(checkout).await).filter(|status| status["status"] == wanted)
        })
        .await
    }

    /// What the shop is told once this holds of it.
    pub(crate) async fn wait_truth(
        &self,
        checkout: &Checkout,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        until(what, || async {
            Some(self.truth(checkout).await).filter(&holds)
        })
        .await
    }
}
