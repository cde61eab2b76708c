//! NETBANX over HTTP: the shopper on the hosted page, and the platform's control.

use serde_json::{Value, json};

use super::checkout::Checkout;
use super::http::Answer;
use super::http::fresh_key;
use super::stack::Stack;
use super::wait::until;

/// Accepted at once.
pub(crate) const NETBANX_CARD: &str = "4530910000012345";

/// A payment whose shopper is on the hosted page.
#[derive(Clone, Debug)]
pub(crate) struct Hosted {
    pub(crate) payment: String,
    /// The page's address.
    pub(crate) page: String,
    /// The order's id at the platform.
    pub(crate) order: String,
}

impl Stack {
    /// Starts a payment on the hosted page.
    pub(crate) async fn start_hosted(&self, checkout: &Checkout) -> Hosted {
        let wish = json!({ "method": "netbanx_card" });
        let answer = self.post_payment(checkout, &fresh_key(), &wish).await;
        self.hosted(&answer.expect(201).json()).await
    }

    /// Starts a payment that the shopper makes with a saved card of NETBANX's.
    pub(crate) async fn start_with_card(&self, checkout: &Checkout, card: &str) -> Answer {
        let wish = json!({ "method": "netbanx_card", "card": card });
        self.post_payment(checkout, &fresh_key(), &wish).await
    }

    /// Has a shopper pay 42.00 by that card, which is saved; gives its name.
    pub(crate) async fn save_at_netbanx(&self, shopper: &str, number: &str) -> String {
        let checkout = self.session_of(shopper, 4200).await;
        let wish = json!({ "method": "netbanx_card", "save": true });
        let answer = self.post_payment(&checkout, &fresh_key(), &wish).await;
        let hosted = self.hosted(&answer.expect(201).json()).await;
        let back = self.pay_hosted(&hosted, number).await;
        self.come_back(&back).await;
        self.wait_status(&checkout, "paid").await;
        let fresh = self.session_of(shopper, 4200).await;
        let digits = number.get(number.len() - 4..).expect("four digits");
        let cards = self.cards(&fresh).await;
        let mut own = cards.iter().filter(|card| card["last_digits"] == digits);
        let own = own.next().unwrap_or_else(|| panic!("not saved: {cards:?}"));
        own["card"].as_str().expect("a name").to_owned()
    }

    /// What pays with the cards that NETBANX keeps.
    pub(crate) async fn netbanx_tokens(&self) -> Vec<String> {
        let books = self.netbanx_books().await;
        let profiles = books["profiles"].as_array().expect("profiles").iter();
        let cards = profiles.flat_map(|it| it["cards"].as_array().expect("cards").clone());
        cards
            .map(|card| card["token"].as_str().expect("a token").to_owned())
            .collect()
    }

    /// Of what a start was answered.
    pub(crate) async fn hosted(&self, started: &Value) -> Hosted {
        let action = &started["next_action"];
        assert_eq!(action["type"], "redirect", "{started}");
        let page = action["url"].as_str().expect("a page").to_owned();
        let (_, token) = page.rsplit_once('/').expect("a path");
        let books = self.netbanx_books().await;
        let mut orders = books["orders"].as_array().expect("orders").iter();
        let own = orders.find(|order| order["token"] == token);
        Hosted {
            payment: started["payment"].as_str().expect("an id").to_owned(),
            order: own.expect("the order")["id"]
                .as_str()
                .expect("an id")
                .to_owned(),
            page,
        }
    }

    /// The day so many days from the platform's.
    pub(crate) async fn netbanx_day(&self, days: i64) -> String {
        let books = self.netbanx_books().await;
        let now: jiff::Timestamp = books["now"]
            .as_str()
            .expect("a time")
            .parse()
            .expect("a time");
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        (today + jiff::Span::new().days(days)).to_string()
    }

    /// Presses a button of the page.
    pub(crate) async fn press_hosted(&self, hosted: &Hosted, button: &str, card: &str) -> Answer {
        let form = [("do", button), ("cardNum", card)];
        let post = self.http.client().post(&hosted.page).form(&form);
        self.http.send(post).await
    }

    /// Pays with that card; gives the way back.
    pub(crate) async fn pay_hosted(&self, hosted: &Hosted, card: &str) -> String {
        self.press_hosted(hosted, "pay", card).await.location()
    }

    async fn netbanx(&self, path: &str, body: Option<Value>) -> Value {
        let address = format!("{}/sandbox/netbanx/api/{path}", self.platform());
        let client = self.http.client();
        let request = match &body {
            Some(body) => client.post(address).json(body),
            None => client.get(address),
        };
        self.http.send(request).await.expect(200).json()
    }

    /// Changes NETBANX's fault switches.
    pub(crate) async fn break_netbanx(&self, change: Value) {
        self.netbanx("faults", Some(change)).await;
    }

    /// All of NETBANX's switches off; its books stay.
    pub(crate) async fn mend_netbanx(&self) {
        self.netbanx("reset", Some(json!({}))).await;
    }

    /// NETBANX's orders, calls and callbacks.
    pub(crate) async fn netbanx_books(&self) -> Value {
        self.netbanx("books", None).await
    }

    /// Moves NETBANX's clock.
    pub(crate) async fn move_netbanx_clock(&self, wish: Value) {
        self.netbanx("clock", Some(wish)).await;
    }

    /// Ends a pending payment.
    pub(crate) async fn finish_netbanx(&self, order: &str, status: &str) {
        let path = format!("orders/{order}/final");
        self.netbanx(&path, Some(json!({ "status": status }))).await;
    }

    /// How often the platform was asked for an operation, about that order if one is named.
    pub(crate) async fn netbanx_calls(&self, operation: &str, order: Option<&str>) -> usize {
        let books = self.netbanx_books().await;
        let calls = books["calls"].as_array().expect("calls").iter();
        let own = |call: &&Value| {
            call["operation"] == operation && order.is_none_or(|order| call["order"] == order)
        };
        calls.filter(own).count()
    }

    /// Waits for a callback about an order that ended so.
    pub(crate) async fn wait_callback(&self, order: &str, outcome: &str) {
        until("a callback", || async {
            let books = self.netbanx_books().await;
            let mut sent = books["callbacks"].as_array().expect("callbacks").iter();
            let own = |one: &Value| one["order"] == order && one["outcome"] == outcome;
            sent.any(own).then_some(())
        })
        .await;
    }
}
