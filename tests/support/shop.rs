//! The shop's server: makes sessions with its secret key, and asks what is true.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::checkout::Checkout;
use super::http::{Answer, fresh_key};
use super::options::{DEMO_SHOP_KEY, OTHER_SHOP_KEY};
use super::stack::Stack;

impl Stack {
    /// A good order of that amount, in cents: what `POST /v1/sessions` takes.
    pub(crate) fn order(&self, amount: u64) -> Value {
        json!({
            "reference": format!("commande-{amount}"),
            "amount": amount,
            "currency": "EUR",
            "shopper": {
                "name": { "first": "Camille", "last": "Durand" },
                "email": "camille.durand@example.com",
                "phone": "+33612345678",
                "address": {
                    "line1": "12 rue des Lilas",
                    "postal_code": "75011",
                    "city": "Paris",
                    "country": "FR",
                },
            },
            "items": 3,
            "return_url": format!("{}/commande/1", self.shop()),
        })
    }

    /// The same with a reference of its own, since paying one order pays no other, and without a
    /// phone number: see [`phone_demanded`](super::options::StackOptions::phone_demanded).
    fn new_order(&self, amount: u64) -> Value {
        let mut order = self.order(amount);
        order["reference"] = json!(format!("commande-{}", fresh_key()));
        order["shopper"]
            .as_object_mut()
            .expect("an object")
            .remove("phone");
        order
    }

    /// `POST /v1/sessions`, with whatever headers and body.
    pub(crate) async fn post_session(&self, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.http.send(self.session_request(headers, body)).await
    }

    /// The same, not sent yet.
    pub(crate) fn session_request(
        &self,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> RequestBuilder {
        let mut request = self
            .http
            .client()
            .post(self.at_backend("/v1/sessions"))
            .header("content-type", "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    /// `POST /v1/sessions` as the demo shop.
    pub(crate) async fn create_session(&self, key: &str, body: &Value) -> Answer {
        self.http.send(self.order_request(key, body)).await
    }

    /// The same, not sent yet.
    pub(crate) fn order_request(&self, key: &str, body: &Value) -> RequestBuilder {
        let bearer = format!("Bearer {DEMO_SHOP_KEY}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        self.session_request(&headers, body.to_string().into_bytes())
    }

    /// A new session for an order of that amount.
    pub(crate) async fn session(&self, amount: u64) -> Checkout {
        self.session_with(amount, json!({})).await
    }

    /// The same with some of the order's fields changed or added.
    pub(crate) async fn session_with(&self, amount: u64, change: Value) -> Checkout {
        let mut order = self.new_order(amount);
        for (name, value) in change.as_object().expect("an object") {
            order[name] = value.clone();
        }
        let request = self.order_request(&fresh_key(), &order);
        let made = self.http.send_until_kept(request).await.expect(201).json();
        Checkout::new(&made)
    }

    /// A new session of the shopper whom the shop's server names so.
    pub(crate) async fn session_of(&self, shopper: &str, amount: u64) -> Checkout {
        self.session_of_at(DEMO_SHOP_KEY, shopper, amount).await
    }

    /// The same at the shop with that key.
    pub(crate) async fn session_of_at(
        &self,
        shop_key: &str,
        shopper: &str,
        amount: u64,
    ) -> Checkout {
        let mut order = self.new_order(amount);
        order["shopper"]["id"] = json!(shopper);
        let (bearer, key) = (format!("Bearer {shop_key}"), fresh_key());
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", &key),
        ];
        let body = order.to_string().into_bytes();
        let request = self.session_request(&headers, body);
        let made = self.http.send_until_kept(request).await.expect(201).json();
        Checkout::new(&made)
    }

    /// A new session of that shopper, made by the demo shop's own server.
    pub(crate) async fn demo_session_of(&self, shopper: &str, amount: u64) -> Checkout {
        let wish = json!({ "amount": amount, "shopper_id": shopper });
        Checkout::new(&self.demo_order(wish).await)
    }

    /// `GET /v1/sessions/{id}/cards` with a shop's key.
    pub(crate) async fn shop_cards(&self, shop_key: &str, checkout: &Checkout) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions/{}/cards", checkout.id));
        let get = self.http.client().get(address).bearer_auth(shop_key);
        self.http.send(get).await
    }

    /// `POST /v1/sessions/{id}/payments` with that bearer, `Idempotency-Key` and body.
    pub(crate) async fn shop_pays(
        &self,
        bearer: &str,
        checkout: &Checkout,
        key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.shop_pays_request(bearer, checkout, key, body);
        self.http.send(request).await
    }

    /// The same, not sent yet.
    pub(crate) fn shop_pays_request(
        &self,
        bearer: &str,
        checkout: &Checkout,
        key: &str,
        body: &Value,
    ) -> RequestBuilder {
        let address = self.at_backend(&format!("/v1/sessions/{}/payments", checkout.id));
        let post = self.http.client().post(address).bearer_auth(bearer);
        post.header("idempotency-key", key).json(body)
    }

    /// `GET /v1/sessions/{id}` with a shop's key.
    pub(crate) async fn read_session(&self, shop_key: &str, id: &str) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions/{id}"));
        self.http
            .send(self.http.client().get(address).bearer_auth(shop_key))
            .await
    }

    /// `POST /v1/sessions/{id}/expire` as the demo shop.
    pub(crate) async fn expire_session(&self, checkout: &Checkout) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions/{}/expire", checkout.id));
        let post = self.http.client().post(address).bearer_auth(DEMO_SHOP_KEY);
        self.http.send(post).await
    }

    /// A new session of the other shop.
    pub(crate) async fn other_session(&self, amount: u64) -> Checkout {
        let bearer = format!("Bearer {OTHER_SHOP_KEY}");
        let key = fresh_key();
        let headers = [
            ("authorization", bearer.as_str()),
            ("idempotency-key", &key),
        ];
        let mut order = self.new_order(amount);
        order["return_url"] = json!("http://autre.example/");
        let body = order.to_string().into_bytes();
        let request = self.session_request(&headers, body);
        let made = self.http.send_until_kept(request).await.expect(201).json();
        Checkout::new(&made)
    }

    /// `POST /v1/sessions/{id}/expire` as the other shop.
    pub(crate) async fn expire_other_session(&self, checkout: &Checkout) -> Answer {
        let address = self.at_backend(&format!("/v1/sessions/{}/expire", checkout.id));
        let post = self.http.client().post(address).bearer_auth(OTHER_SHOP_KEY);
        self.http.send(post).await
    }

    /// `GET /v1/sessions` with a shop's key and that query.
    pub(crate) async fn find_sessions(&self, shop_key: &str, query: &[(&str, &str)]) -> Answer {
        self.find("/v1/sessions", shop_key, query).await
    }

    /// `GET` of a list with that bearer and query.
    pub(crate) async fn find(&self, path: &str, shop_key: &str, query: &[(&str, &str)]) -> Answer {
        let address = reqwest::Url::parse_with_params(&self.at_backend(path), query);
        let get = self.http.client().get(address.expect("an address"));
        self.http.send(get.bearer_auth(shop_key)).await
    }

    /// Never paid so far, by anybody's account.
    pub(crate) async fn assert_unpaid(&self, checkout: &Checkout) {
        let truth = self.truth(checkout).await;
        assert_ne!(truth["status"], "paid", "{truth}");
        assert_eq!(truth["settled_by"], Value::Null, "{truth}");
        for payment in truth["payments"].as_array().unwrap() {
            assert_eq!(payment["accepted"], 0, "{truth}");
        }
    }

    /// What the demo shop is told of a session.
    pub(crate) async fn truth(&self, checkout: &Checkout) -> Value {
        self.read_session(DEMO_SHOP_KEY, &checkout.id)
            .await
            .expect(200)
            .json()
    }

    /// An order made by the demo shop's own server: `payment_path`, `order_path`, `secret`…
    pub(crate) async fn demo_order(&self, wish: Value) -> Value {
        let address = format!("{}/demo/orders", self.shop());
        let answer = self
            .http
            .send(self.http.client().post(address).json(&wish))
            .await;
        answer.expect(201).json()
    }
}
