//! Moneris over HTTP: what somebody does at a terminal, and the platform's control.

use serde_json::{Value, json};

use super::checkout::Checkout;
use super::http::{Answer, fresh_key};
use super::options::DEMO_SHOP_KEY;
use super::stack::Stack;
use super::wait::until;

/// The terminal `counter`, by its TID.
pub(crate) const COUNTER: &str = "A1234567";
/// The terminal `terrace`, on the shop's own network, by its TID.
pub(crate) const TERRACE: &str = "D0501234";
/// The terminal `garden`, by its TID.
pub(crate) const GARDEN: &str = "P0401234";

impl Stack {
    /// A new session that is to be paid at that terminal.
    pub(crate) async fn session_at(&self, terminal: &str, amount: u64) -> Checkout {
        let change = json!({ "currency": "CAD", "terminal": terminal });
        self.session_with(amount, change).await
    }

    /// Asks for a payment at the session's terminal.
    pub(crate) async fn ask_terminal(&self, checkout: &Checkout) -> Answer {
        let wish = json!({ "method": "moneris_terminal" });
        self.post_payment(checkout, &fresh_key(), &wish).await
    }

    /// Starts a payment at the session's terminal; its id.
    pub(crate) async fn start_at_terminal(&self, checkout: &Checkout) -> String {
        let started = self.ask_terminal(checkout).await.expect(201).json();
        assert_eq!(started["next_action"]["type"], "wait", "{started}");
        started["payment"].as_str().expect("an id").to_owned()
    }

    /// The demo shop's terminals, with what each works on.
    pub(crate) async fn terminals(&self) -> Value {
        let address = format!("{}/v1/terminals", self.backend());
        let request = self.http.client().get(address).bearer_auth(DEMO_SHOP_KEY);
        let all = self.http.send(request).await.expect(200).json();
        all["terminals"].clone()
    }

    /// Has a terminal give up what it works on.
    pub(crate) async fn cancel_terminal(&self, name: &str) -> Answer {
        let address = format!("{}/v1/terminals/{name}/cancel", self.backend());
        let request = self.http.client().post(address).bearer_auth(DEMO_SHOP_KEY);
        self.http.send(request).await
    }

    /// The receipts of a payment, to be printed.
    pub(crate) async fn receipt(&self, payment: &str) -> Answer {
        let address = format!("{}/v1/payments/{payment}/receipt", self.backend());
        let request = self.http.client().get(address).bearer_auth(DEMO_SHOP_KEY);
        self.http.send(request).await
    }

    /// A new session in Canadian dollars of the shopper whom the shop's server names so, with these
    /// changes.
    pub(crate) async fn cad_session_of(&self, shopper: &str, amount: u64, more: Value) -> Checkout {
        let mut change = json!({ "currency": "CAD", "shopper": { "id": shopper } });
        for (name, value) in more.as_object().expect("an object") {
            change[name] = value.clone();
        }
        self.session_with(amount, change).await
    }

    /// Has a shopper pay 11.10 at the counter, with the wish that the card be saved; the payment.
    pub(crate) async fn pay_at_counter(&self, shopper: &str, act: &str) -> String {
        let at = json!({ "terminal": "counter" });
        let checkout = self.cad_session_of(shopper, 1110, at).await;
        let wish = json!({ "method": "moneris_terminal", "save": true });
        let started = self.post_payment(&checkout, &fresh_key(), &wish).await;
        let payment = started.expect(201).json()["payment"].clone();
        let payment = payment.as_str().expect("an id").to_owned();
        self.at_terminal(COUNTER, json!({ "do": act })).await;
        self.wait_stage(&payment, "over").await;
        payment
    }

    /// The name of the card that a shopper saves at the counter.
    pub(crate) async fn save_at_counter(&self, shopper: &str) -> String {
        self.pay_at_counter(shopper, "tap").await;
        let next = self.cad_session_of(shopper, 1110, json!({})).await;
        until("the card to be saved", || async {
            let cards = self.cards(&next).await;
            Some(cards.first()?["card"].as_str()?.to_owned())
        })
        .await
    }

    /// Asks for a payment with a saved card.
    pub(crate) async fn pay_by_vault(&self, checkout: &Checkout, card: &str) -> Answer {
        let wish = json!({ "method": "moneris_vault", "card": card });
        self.post_payment(checkout, &fresh_key(), &wish).await
    }

    /// The gateway's transactions, profiles and calls.
    pub(crate) async fn gateway(&self, what: &str) -> Vec<Value> {
        let books = self.moneris_books().await;
        books["gateway"][what].as_array().expect("a list").clone()
    }

    /// Ends Moneris' day: what was taken is settled.
    pub(crate) async fn close_batch(&self) {
        self.moneris("batch", Some(json!({}))).await.expect(200);
    }

    /// Has all cards of the vault end in that month, `YYMM`, or this one if it is empty. Gives it.
    pub(crate) async fn cards_expire(&self, month: &str) -> String {
        let wish = json!({ "expdate": month });
        let told = self.moneris("expiry", Some(wish)).await.expect(200).json();
        told["expdate"].as_str().expect("a month").to_owned()
    }

    async fn moneris(&self, path: &str, body: Option<Value>) -> Answer {
        let address = format!("{}/sandbox/moneris/api/{path}", self.platform());
        let client = self.http.client();
        let request = match &body {
            Some(body) => client.post(address).json(body),
            None => client.get(address),
        };
        self.http.send(request).await
    }

    /// Changes Moneris' fault switches.
    pub(crate) async fn break_moneris(&self, change: Value) {
        self.moneris("faults", Some(change)).await.expect(200);
    }

    /// All of Moneris' switches off; its books stay.
    pub(crate) async fn mend_moneris(&self) {
        self.moneris("reset", Some(json!({}))).await.expect(200);
    }

    /// Moneris' terminals, commands, calls and post-backs.
    pub(crate) async fn moneris_books(&self) -> Value {
        self.moneris("books", None).await.expect(200).json()
    }

    /// The commands that reached that terminal.
    pub(crate) async fn commands_at(&self, terminal: &str) -> Vec<Value> {
        let books = self.moneris_books().await;
        let commands = books["commands"].as_array().expect("commands").iter();
        let own = commands.filter(|command| command["terminal"] == terminal);
        own.cloned().collect()
    }

    /// Waits until that terminal asks for a card.
    pub(crate) async fn wait_terminal(&self, terminal: &str) {
        until("a terminal that asks for a card", || async {
            let commands = self.commands_at(terminal).await;
            commands
                .iter()
                .any(|own| own["end"].is_null())
                .then_some(())
        })
        .await;
    }

    /// Does something at that terminal once it asks for a card.
    pub(crate) async fn at_terminal(&self, terminal: &str, act: Value) {
        self.wait_terminal(terminal).await;
        let path = format!("terminals/{terminal}/act");
        self.moneris(&path, Some(act)).await.expect(200);
    }

    /// Switches that terminal on or off.
    pub(crate) async fn power_terminal(&self, terminal: &str, online: bool) {
        let path = format!("terminals/{terminal}/power");
        let wish = json!({ "online": online });
        self.moneris(&path, Some(wish)).await.expect(200);
    }
}
