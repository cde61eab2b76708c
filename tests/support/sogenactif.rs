//! Sogenactif over HTTP: the shopper who types a card into the platform's fields and goes to the
//! bank, the platform's control, and the operator who calls the connector Office by hand.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::checkout::Checkout;
use super::http::Answer;
use super::http::fresh_key;
use super::process::command;
use super::stack::Stack;
use super::wait::until;

/// CB and VISA, accepted without a page of the bank.
pub(crate) const SMOOTH: &str = "4300001000000000";
/// CB, accepted after the bank's page.
pub(crate) const CHALLENGED: &str = "4200000000000000";
/// An account that can be debited.
pub(crate) const IBAN: &str = "FR7630006000011234567890189";

/// A payment whose card is typed into the platform's fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) payment: String,
    pub(crate) session_token: String,
    pub(crate) sdk_url: String,
    /// Our reference at the platform.
    pub(crate) reference: String,
}

/// A payment that waits for the shopper's answer to a question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) payment: String,
    pub(crate) question: Value,
    /// Our reference at the platform.
    pub(crate) reference: String,
}

/// The form that takes the browser to the bank, or to the page of a transfer or a mandate.
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
    pub(crate) fn ending(&self) -> &str {
        let (_, ending) = self.address.rsplit_once('/').expect("an address");
        ending
    }

    /// The same with another last part.
    pub(crate) fn with_ending(&self, ending: &str) -> Self {
        let (start, _) = self.address.rsplit_once('/').expect("an address");
        Self {
            address: format!("{start}/{ending}"),
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
        Fields {
            session_token: text(&action["session_token"]),
            sdk_url: text(&action["sdk_url"]),
            reference: self.reference_of(checkout, &payment).await,
            payment,
        }
    }

    /// Our reference of a payment at the platform, as the shop is told.
    pub(crate) async fn reference_of(&self, checkout: &Checkout, payment: &str) -> String {
        let truth = self.truth(checkout).await;
        let mut payments = truth["payments"].as_array().expect("payments").iter();
        let made = payments.find(|made| made["id"] == payment);
        let reference = &made.expect("the payment")["platform_reference"];
        reference.as_str().expect("a text").to_owned()
    }

    /// Starts a payment by a method that asks the shopper first.
    pub(crate) async fn start_asking(&self, checkout: &Checkout, method: &str) -> Asked {
        let wish = json!({ "method": method });
        let answer = self.post_payment(checkout, &fresh_key(), &wish).await;
        let started = answer.expect(201).json();
        assert_eq!(started["next_action"]["type"], "ask", "{started}");
        let payment = started["payment"].as_str().expect("a text").to_owned();
        Asked {
            question: started["next_action"]["question"].clone(),
            reference: self.reference_of(checkout, &payment).await,
            payment,
        }
    }

    /// Answers the question; gives the form that leaves for the page.
    pub(crate) async fn answer(&self, checkout: &Checkout, asked: &Asked, body: &Value) -> Bank {
        let key = fresh_key();
        let answer = self.post_continue(checkout, &asked.payment, &key, body);
        Bank::new(&answer.await.expect(201).json())
    }

    /// iDEAL up to the page of the first bank.
    pub(crate) async fn to_ideal(&self, checkout: &Checkout) -> (Asked, Bank) {
        let asked = self.start_asking(checkout, "sogenactif_ideal").await;
        assert_eq!(asked.question["type"], "bank", "{asked:?}");
        let bank = asked.question["banks"][0]["code"].clone();
        let form = self
            .answer(checkout, &asked, &json!({ "bank": bank }))
            .await;
        (asked, form)
    }

    /// A SEPA direct debit up to the page where the mandate is signed.
    pub(crate) async fn to_mandate(&self, checkout: &Checkout) -> (Asked, Bank) {
        let asked = self.start_asking(checkout, "sogenactif_sepa").await;
        assert_eq!(asked.question, json!({ "type": "iban" }), "{asked:?}");
        let form = self
            .answer(checkout, &asked, &json!({ "iban": IBAN }))
            .await;
        (asked, form)
    }

    /// `GET /checkout/v1/cards`.
    pub(crate) async fn get_cards(&self, checkout: &Checkout) -> Answer {
        let get = self
            .http
            .client()
            .get(self.at_backend("/checkout/v1/cards"));
        self.http.send(self.as_widget(get, &checkout.secret)).await
    }

    /// The saved cards that can pay a session.
    pub(crate) async fn cards(&self, checkout: &Checkout) -> Vec<Value> {
        let listed = self.get_cards(checkout).await.expect(200).json();
        listed["cards"].as_array().expect("cards").clone()
    }

    /// `DELETE /checkout/v1/cards/sogenactif_card/{card}`; the name goes into the path as it is.
    pub(crate) async fn delete_card(&self, checkout: &Checkout, card: &str) -> Answer {
        self.delete_card_of(checkout, "sogenactif_card", card).await
    }

    /// `DELETE /checkout/v1/cards/{method}/{card}`.
    pub(crate) async fn delete_card_of(
        &self,
        checkout: &Checkout,
        method: &str,
        card: &str,
    ) -> Answer {
        let path = format!("/checkout/v1/cards/{method}/{card}");
        let delete = self.http.client().delete(self.at_backend(&path));
        self.http
            .send(self.as_widget(delete, &checkout.secret))
            .await
    }

    /// Pays with a typed card and has it saved: what `continue` answered.
    pub(crate) async fn go_on_and_save(
        &self,
        checkout: &Checkout,
        fields: &Fields,
        number: &str,
    ) -> Answer {
        let token = self.card_token(fields, number).await;
        let body = json!({ "token": token, "save": true });
        self.post_continue(checkout, &fields.payment, &fresh_key(), &body)
            .await
    }

    /// Saves a card through a payment of that shopper, up to its being paid; gives its name. The
    /// bank's page is passed where there is one.
    pub(crate) async fn save_card(&self, shopper: &str, number: &str) -> String {
        let card = self.show_saved_card(shopper, number).await;
        self.wait_first_payment(&card).await;
        card
    }

    /// The same as far as the shopper sees it, wherever the books are.
    pub(crate) async fn show_saved_card(&self, shopper: &str, number: &str) -> String {
        let checkout = self.session_of(shopper, 4200).await;
        let before = self.cards(&checkout).await;
        let fields = self.start_fields(&checkout).await;
        let answer = self.go_on_and_save(&checkout, &fields, number).await;
        let next = answer.expect(201).json();
        if next["next_action"]["type"] == "form_post" {
            let back = self.press_at_bank(&Bank::new(&next), "success").await;
            self.post_back(&back).await.location();
        }
        self.wait_status(&checkout, "paid").await;
        let fresh = self.session_of(shopper, 4200).await;
        until("the saved card", || async {
            let mut cards = self.cards(&fresh).await.into_iter();
            let new = cards.find(|card| !before.contains(card))?;
            Some(new["card"].as_str().expect("a name").to_owned())
        })
        .await
    }

    /// `POST /checkout/v1/payments` with a saved card.
    pub(crate) async fn pay_with_saved(
        &self,
        checkout: &Checkout,
        key: &str,
        card: &str,
    ) -> Answer {
        let wish = json!({ "method": "sogenactif_card", "card": card });
        self.post_payment(checkout, key, &wish).await
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

    /// Every call that Sogenactif took, in order: method, who it was about, and its code.
    pub(crate) async fn office_calls(&self) -> Vec<Value> {
        let log = self.sogenactif("calls", None).await;
        log["calls"].as_array().expect("calls").clone()
    }

    /// How often a method was called and carried out.
    pub(crate) async fn office_count(&self, method: &str) -> u64 {
        let calls = &self.office_books().await["calls"][method];
        calls.as_u64().unwrap_or(0)
    }

    /// How many transactions took money at Sogenactif.
    pub(crate) async fn office_orders(&self) -> usize {
        let books = self.office_books().await;
        let all = books["transactions"].as_array().expect("transactions");
        all.iter()
            .filter(|line| line["responseCode"] == "00")
            .count()
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
    /// Bound and never listening: while the line is cut, nobody else is given its port.
    held: TcpSocket,
    serving: Option<JoinHandle<()>>,
}

impl Line {
    /// A line that leads nowhere yet.
    pub(crate) fn new() -> Self {
        Self {
            held: bound(SocketAddr::from(([127, 0, 0, 1], 0))),
            serving: None,
        }
    }

    /// Its own end: `http://127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.held.local_addr().expect("its address"))
    }

    /// Leads to that origin from now on.
    pub(crate) async fn connect(&mut self, origin: &str) {
        self.cut().await;
        let to = origin.trim_start_matches("http://").to_owned();
        let own = self.held.local_addr().expect("its address");
        let listener = bound(own).listen(64).expect("the line's own port");
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

    /// Leads to that origin until a call to that method is answered: by then it is cut. One call at
    /// a time, each on a connection of its own.
    pub(crate) async fn connect_until(&mut self, origin: &str, method: &str) {
        self.cut().await;
        let to = origin.trim_start_matches("http://").to_owned();
        let last = format!("/{method} ");
        let own = self.held.local_addr().expect("its address");
        let listener = bound(own).listen(64).expect("the line's own port");
        self.serving = Some(tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let Some((head, body)) = read_request(&mut near).await else {
                    continue;
                };
                let line = head.lines().next().unwrap_or_default().to_owned();
                let answer = pass_on(&to, &head, &body).await;
                if line.contains(&last) {
                    drop(listener);
                    let _ = near.write_all(&answer).await;
                    return;
                }
                let _ = near.write_all(&answer).await;
            }
        }));
    }

    /// Leads to that origin, and holds every call to that method back until it is let go: the
    /// platform sees it no earlier. Each call on a connection of its own.
    pub(crate) async fn connect_and_hold(&mut self, origin: &str, method: &str) -> Held {
        self.cut().await;
        let to = origin.trim_start_matches("http://").to_owned();
        let name = format!("/{method} ");
        let own = self.held.local_addr().expect("its address");
        let listener = bound(own).listen(64).expect("the line's own port");
        let held = Held::default();
        let gate = held.clone();
        self.serving = Some(tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let (to, name, gate) = (to.clone(), name.clone(), gate.clone());
                open.spawn(async move {
                    let (head, body) = read_request(&mut near).await?;
                    if head.lines().next()?.contains(&name) {
                        gate.pass(&mut near).await?;
                    }
                    let answer = pass_on(&to, &head, &body).await;
                    near.write_all(&answer).await.ok()
                });
            }
        }));
        held
    }

    /// Leads nowhere from now on; what was open is closed.
    pub(crate) async fn cut(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }
}

/// Calls that are held back on a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    waiting: Arc<AtomicUsize>,
    open: Arc<watch::Sender<bool>>,
}

impl Held {
    /// How many calls are held now. One whose caller hung up is not.
    pub(crate) fn count(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Waits until that many calls are held.
    pub(crate) async fn wait(&self, calls: usize) {
        until("a call to be held", || async {
            (self.count() == calls).then_some(())
        })
        .await;
    }

    /// Lets them go, and every later one.
    pub(crate) fn let_go(&self) {
        self.open.send_replace(true);
    }

    /// Waits at the gate; none if the caller hangs up.
    async fn pass(&self, near: &mut TcpStream) -> Option<()> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut open = self.open.subscribe();
        let passed = tokio::select! {
            opened = open.wait_for(|open| *open) => opened.is_ok(),
            _ = near.read_u8() => false,
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        passed.then_some(())
    }
}

/// A socket of that port, which others of ours may share.
fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseport(true).expect("a shared port");
    socket.bind(address).expect("a port");
    socket
}

/// One request, its head with the empty line and its body; none if the caller went away.
async fn read_request(near: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if near.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let ours = name.eq_ignore_ascii_case("content-length");
        ours.then(|| value.trim().parse::<usize>().ok())?
    });
    while body.len() < length.unwrap_or(0) {
        if near.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}

/// The whole answer to a request, after which the connection is closed.
async fn pass_on(to: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut far = TcpStream::connect(to).await.expect("the platform");
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    far.write_all(head.as_bytes()).await.expect("the platform");
    far.write_all(body).await.expect("the platform");
    let mut answer = Vec::new();
    far.read_to_end(&mut answer).await.expect("the platform");
    answer
}
