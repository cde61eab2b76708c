//! Sogenactif over HTTP: the shopper who types a card into the platform's fields and goes to the
//! bank, the platform's control, and the operator who calls the connector Office by hand.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::checkout::Checkout;
use super::http::Answer;
use super::process::command;
use super::shop::fresh_key;
use super::stack::Stack;
use super::wait::until;

/// CB and VISA, accepted without a page of the bank.
pub(crate) const SMOOTH: &str = "4300001000000000";
/// CB, accepted after the bank's page.
pub(crate) const CHALLENGED: &str = "4200000000000000";

/// A payment whose card is typed into the platform's fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) payment: String,
    pub(crate) session_token: String,
    pub(crate) sdk_url: String,
    /// Our reference at the platform.
    pub(crate) reference: String,
}

/// The form that takes the browser to the bank.
#[derive(Clone, Debug)]
pub(crate) struct Bank {
    url: String,
    form: Vec<(String, String)>,
}

impl Bank {
    /// Of what `continue` answered.
    #[track_caller]
    pub(crate) fn new(started: &Value) -> Self {
        let action = &started["next_action"];
        assert_eq!(action["type"], "form_post", "{started}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let fields = action["fields"].as_array().expect("fields").iter();
        Self {
            url: text(&action["url"]),
            form: fields
                .map(|field| (text(&field["name"]), text(&field["value"])))
                .collect(),
        }
    }
}

/// The way back from the bank: the address and what the browser posts there.
#[derive(Clone, Debug)]
pub(crate) struct WayBack {
    pub(crate) address: String,
    pub(crate) form: Vec<(String, String)>,
}

impl WayBack {
    /// The part of the address that only the platform and this browser are shown.
    pub(crate) fn nonce(&self) -> &str {
        let (_, nonce) = self.address.rsplit_once('/').expect("an address");
        nonce
    }

    /// The same with another last part.
    pub(crate) fn with_nonce(&self, nonce: &str) -> Self {
        let (start, _) = self.address.rsplit_once('/').expect("an address");
        Self {
            address: format!("{start}/{nonce}"),
            form: self.form.clone(),
        }
    }
}

impl Stack {
    /// Starts a payment by Sogenactif's card.
    pub(crate) async fn start_fields(&self, checkout: &Checkout) -> Fields {
        let wish = json!({ "method": "sogenactif_card" });
        let answer = self.post_payment(checkout, &fresh_key(), &wish).await;
        let started = answer.expect(201).json();
        let action = &started["next_action"];
        assert_eq!(action["type"], "hosted_fields", "{started}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let payment = text(&started["payment"]);
        let truth = self.truth(checkout).await;
        let mut payments = truth["payments"].as_array().expect("payments").iter();
        let made = payments.find(|made| made["id"] == payment.as_str());
        Fields {
            session_token: text(&action["session_token"]),
            sdk_url: text(&action["sdk_url"]),
            reference: text(&made.expect("the payment")["platform_reference"]),
            payment,
        }
    }

    /// What the platform's frames do: a token for a card.
    pub(crate) async fn card_token(&self, fields: &Fields, number: &str) -> String {
        self.token_of(&fields.session_token, number).await
    }

    /// The same for any session of the fields.
    pub(crate) async fn token_of(&self, session: &str, number: &str) -> String {
        let path = "/paymentprovider/hostedfields/services/tokens";
        let address = self.platform_backup() + path;
        let typed = json!({
            "token": session, "number": number, "expiry": "12/49", "csc": "123", "brand": null,
        });
        let post = self.http.client().post(address).json(&typed);
        let made = self.http.send(post).await.expect(200).json();
        made["paymentToken"].as_str().expect("a token").to_owned()
    }

    /// `POST /checkout/v1/payments/{id}/continue` with that key and body.
    pub(crate) async fn post_continue(
        &self,
        checkout: &Checkout,
        payment: &str,
        key: &str,
        body: &Value,
    ) -> Answer {
        let path = format!("/checkout/v1/payments/{payment}/continue");
        let post = self.http.client().post(self.at_backend(&path));
        let post = post.header("idempotency-key", key).json(body);
        self.http.send(self.as_widget(post, &checkout.secret)).await
    }

    /// Types a card and goes on with it: what `continue` answered.
    pub(crate) async fn go_on(&self, checkout: &Checkout, fields: &Fields, number: &str) -> Value {
        let body = json!({ "token": self.card_token(fields, number).await });
        let answer = self
            .post_continue(checkout, &fields.payment, &fresh_key(), &body)
            .await;
        answer.expect(201).json()
    }

    /// The whole up to the bank's page.
    pub(crate) async fn to_the_bank(&self, checkout: &Checkout) -> (Fields, Bank) {
        let fields = self.start_fields(checkout).await;
        let bank = Bank::new(&self.go_on(checkout, &fields, CHALLENGED).await);
        (fields, bank)
    }

    /// Presses a button of the bank's page; gives the way back.
    pub(crate) async fn press_at_bank(&self, bank: &Bank, button: &str) -> WayBack {
        let client = self.http.client();
        let page = self
            .http
            .send(client.post(&bank.url).form(&bank.form))
            .await;
        page.expect(200);
        let press = client
            .post(format!("{}/{button}", bank.url))
            .form(&bank.form);
        let pressed = self.http.send(press).await.expect(307);
        WayBack {
            address: pressed.header("location").to_owned(),
            form: bank.form.clone(),
        }
    }

    /// The browser comes back from the bank; gives where it is sent.
    pub(crate) async fn post_back(&self, back: &WayBack) -> Answer {
        let post = self.http.client().post(&back.address).form(&back.form);
        self.http.send(post).await
    }

    async fn sogenactif(&self, path: &str, body: Option<Value>) -> Value {
        let address = format!("{}/sandbox/sogenactif/api/{path}", self.platform());
        let client = self.http.client();
        let request = match &body {
            Some(body) => client.post(address).json(body),
            None => client.get(address),
        };
        self.http.send(request).await.expect(200).json()
    }

    /// Changes Sogenactif's fault switches.
    pub(crate) async fn break_office(&self, change: Value) {
        self.sogenactif("faults", Some(change)).await;
    }

    /// All of Sogenactif's switches off; its books stay.
    pub(crate) async fn mend_office(&self) {
        self.sogenactif("reset", Some(json!({}))).await;
    }

    /// Moves Sogenactif's clock.
    pub(crate) async fn move_office_clock(&self, wish: Value) {
        self.sogenactif("clock", Some(wish)).await;
    }

    /// Sogenactif's books: every transaction, and how often each method was called.
    pub(crate) async fn office_books(&self) -> Value {
        self.sogenactif("books", None).await
    }

    /// Sogenactif's line about one transaction; null when there is none.
    pub(crate) async fn office_book(&self, reference: &str) -> Value {
        let books = self
            .sogenactif(&format!("books?reference={reference}"), None)
            .await;
        books["transactions"][0].clone()
    }

    /// The same once it was acted upon by that method.
    pub(crate) async fn wait_office_act(&self, reference: &str, method: &str) -> Value {
        until(&format!("{method} at the platform"), || async {
            let book = self.office_book(reference).await;
            book["acts"][method].is_u64().then_some(book)
        })
        .await
    }

    /// Makes a pending transaction of Sogenactif final.
    pub(crate) async fn make_office_final(&self, reference: &str, code: &str) {
        let path = format!("transactions/{reference}/final");
        self.sogenactif(&path, Some(json!({ "code": code }))).await;
    }

    /// Runs `guichet sogenactif METHOD` with these fields: exit status, answer, errors.
    pub(crate) async fn office(&self, method: &str, fields: &Value) -> (i32, Value, String) {
        self.office_as(&self.config(), method, fields).await
    }

    /// The same with another configuration.
    pub(crate) async fn office_as(
        &self,
        config: &Path,
        method: &str,
        fields: &Value,
    ) -> (i32, Value, String) {
        let mut command = command("guichet");
        command
            .args(["sogenactif", method, "--config"])
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("guichet runs");
        let mut input = child.stdin.take().expect("its standard input");
        // A command that refuses its arguments does not read.
        let _ = input.write_all(fields.to_string().as_bytes()).await;
        drop(input);
        let output = child.wait_with_output().await.expect("guichet ends");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap_or(-1), answer, errors)
    }
}

/// A line to the platform that can be cut: while it is, connections are refused.
#[derive(Debug)]
pub(crate) struct Line {
    port: u16,
    serving: Option<JoinHandle<()>>,
}

impl Line {
    /// A line that leads nowhere yet.
    pub(crate) fn new() -> Self {
        let held = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = held.local_addr().expect("its address").port();
        Self {
            port,
            serving: None,
        }
    }

    /// Its own end: `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Leads to that origin from now on.
    pub(crate) async fn connect(&mut self, origin: &str) {
        self.cut().await;
        let to = origin.trim_start_matches("http://").to_owned();
        let own = ("127.0.0.1", self.port);
        let listener = TcpListener::bind(own).await.expect("the line's own port");
        self.serving = Some(tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let to = to.clone();
                open.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(to).await {
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        }));
    }

    /// Leads nowhere from now on; what was open is closed.
    pub(crate) async fn cut(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }
}
