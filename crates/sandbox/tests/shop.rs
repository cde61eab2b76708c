//! The demo shop against a stand-in for the backend.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic, and its functions are its documentation"
)]

mod common;

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use common::settings;
use guichet_sandbox::{Running, start};
use reqwest::Client;
use serde_json::{Value, json};

/// What the backend was asked, and what it says of a session.
#[derive(Default)]
struct Backend {
    asked: Vec<(String, String, Value)>,
    status: String,
}

type Books = Arc<Mutex<Backend>>;

async fn create(
    State(books): State<Books>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let asked = (header("authorization"), header("idempotency-key"), body);
    books.lock().unwrap().asked.push(asked);
    let session = json!({ "id": "cs_1", "secret": "css_\"<1>", "status": "open", "new": 1 });
    (StatusCode::CREATED, Json(session))
}

async fn state(State(books): State<Books>, Path(id): Path<String>) -> Json<Value> {
    assert_eq!(id, "cs_1");
    let part = json!({ "kind": "voucher", "brand": "SODEXO", "amount": 3900, "state": "accepted" });
    Json(json!({
        "status": books.lock().unwrap().status, "unknown": {},
        "payments": [{ "id": "pay_1", "method": "sodexo", "state": "paid", "parts": [part] }],
    }))
}

async fn shop() -> (Running, Books, Client, tempfile::TempDir) {
    shop_with(&[]).await
}

async fn shop_with(methods: &[&str]) -> (Running, Books, Client, tempfile::TempDir) {
    let books = Books::default();
    let router = Router::new()
        .route("/v1/sessions", post(create))
        .route("/v1/sessions/{id}", get(state))
        .with_state(Arc::clone(&books));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.backend = format!("http://{address}").parse().unwrap();
    settings.shop_secret_key = Some("sk_test".parse().unwrap());
    let secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY";
    settings.shop_webhook_secret = Some(secret.parse().unwrap());
    settings.shop_methods = methods.iter().map(|code| (*code).to_owned()).collect();
    let running = start(settings).await.unwrap();
    common::keep_key(folder.path());
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    (running, books, client, folder)
}

#[tokio::test]
async fn from_the_basket_to_the_payment_page() {
    let (running, books, client, _folder) = shop().await;
    let url = |path: &str| format!("{}{path}", running.shop_origin());
    let home = client
        .get(url("/"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(home.contains("add-plateau-fromages") && !home.contains("{{"));
    let added = client
        .post(url("/panier"))
        .form(&[("ajouter", "plateau-fromages")]);
    let answer = added.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let form = [
        ("prenom", "Zoé"),
        ("nom", "O'Neil"),
        ("email", "z@example.com"),
        ("telephone", "+33612345678"),
        ("adresse", "1 rue"),
        ("complement", ""),
        ("code_postal", "75001"),
        ("ville", "Paris"),
        ("pays", "FR"),
        ("scenario", "capture"),
        ("montant", "1"),
    ];
    let order = client
        .post(url("/commande"))
        .header("cookie", &cookie)
        .form(&form);
    let answer = order.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let path = common::location(&answer);
    let (key, idempotency, body) = books.lock().unwrap().asked[0].clone();
    assert_eq!(key, "Bearer sk_test");
    assert_eq!(path, format!("/commande/{idempotency}/paiement"));
    assert_eq!(body["amount"], 2750, "the price is the server's");
    assert_eq!(body["capture"], "manual");
    assert_eq!(body["shopper"]["address"]["line2"], Value::Null);
    assert_eq!(body["return_url"], url(&path));
    let page = client.get(url(&path)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("require-trusted-types-for 'script'"));
    assert!(policy.contains(running.backup_origin()));
    let html = page.text().await.unwrap();
    assert!(
        html.contains("<guichet-checkout session=\"css_&quot;&lt;1&gt;\">"),
        "{html}"
    );
    assert!(html.contains("/guichet.js\"></script>"));
    assert!(!html.contains("sk_test"));
}

/// The value of the cookie that an answer sets: `name=value`.
fn cookie_of(answer: &reqwest::Response) -> (String, String) {
    let whole = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let pair = whole.split(';').next().unwrap().to_owned();
    (pair, whole)
}

/// Fills a basket and places an order with that e-mail and those cookies.
async fn order_as(running: &Running, client: &Client, cookies: &str, email: &str) -> String {
    let url = |path: &str| format!("{}{path}", running.shop_origin());
    let basket = "panier=plateau-fromages:1";
    let form = [("email", email), ("prenom", "Zoé"), ("pays", "FR")];
    let order = client
        .post(url("/commande"))
        .header("cookie", format!("{basket}; {cookies}"))
        .form(&form);
    let answer = order.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    common::location(&answer)
}

#[tokio::test]
async fn a_shopper_is_named_after_a_login_and_never_by_an_email() {
    let (running, books, client, _folder) = shop().await;
    let url = |path: &str| format!("{}{path}", running.shop_origin());
    let named = |at: usize| books.lock().unwrap().asked[at].2["shopper"]["id"].clone();
    let email = "camille@example.com";
    order_as(&running, &client, "", email).await;
    order_as(&running, &client, "client=camille@example.com", email).await;
    assert_eq!((named(0), named(1)), (Value::Null, Value::Null));

    let login = client.post(url("/connexion"));
    let answer = login.form(&[("retour", "/commande")]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(common::location(&answer), "/commande");
    let (pair, whole) = cookie_of(&answer);
    assert!(
        whole.contains("HttpOnly") && whole.contains("SameSite=Lax"),
        "{whole}"
    );
    let path = order_as(&running, &client, &pair, "somebody.else@example.com").await;
    assert_eq!(named(2), "C-1042");
    let page = client.get(url(&path)).send().await.unwrap().text().await;
    assert!(page.unwrap().contains("C-1042"));

    let basket = client.get(url("/panier")).header("cookie", &pair);
    let html = basket.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("data-testid=\"log-out\"") && !html.contains("\"log-in\""));
    let logout = client.post(url("/deconnexion")).header("cookie", &pair);
    let answer = logout
        .form(&[("retour", "//elsewhere.example")])
        .send()
        .await
        .unwrap();
    assert_eq!(common::location(&answer), "/panier");
    let (pair, whole) = cookie_of(&answer);
    assert!(whole.contains("Max-Age=0"), "{whole}");
    order_as(&running, &client, &pair, email).await;
    assert_eq!(named(3), Value::Null);
    let basket = client.get(url("/panier")).header("cookie", &pair);
    let html = basket.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("sans mot de passe") && !html.contains("\"log-out\""));
}

#[tokio::test]
async fn an_ordinary_order_offers_what_the_country_pays_with() {
    let (running, books, client, _folder) = shop_with(&["card", "sogenactif_paypal"]).await;
    let url = format!("{}/commande", running.shop_origin());
    for (country, scenario, expected) in [
        ("FR", "", json!(["card", "sogenactif_paypal"])),
        (
            "BE",
            "",
            json!(["card", "sogenactif_paypal", "sogenactif_bancontact"]),
        ),
        (
            "NL",
            "capture",
            json!(["card", "sogenactif_paypal", "sogenactif_ideal"]),
        ),
        ("NL", "carte", json!(["card"])),
        ("FR", "tous", Value::Null),
    ] {
        let form = [("pays", country), ("scenario", scenario)];
        let order = client
            .post(&url)
            .header("cookie", "panier=plateau-fromages:1");
        assert_eq!(order.form(&form).send().await.unwrap().status(), 303);
        let asked = books.lock().unwrap().asked.pop().unwrap();
        assert_eq!(asked.2["methods"], expected, "{country} {scenario}");
    }
}

#[tokio::test]
async fn an_order_without_clicking_can_name_a_shopper() {
    let (running, books, client, _folder) = shop().await;
    let wish = json!({ "amount": 3900, "shopper_id": "client-7" });
    let url = format!("{}/demo/orders", running.shop_origin());
    let made = client.post(url).json(&wish).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert_eq!(
        books.lock().unwrap().asked[0].2["shopper"]["id"],
        "client-7"
    );
}

#[tokio::test]
async fn the_order_page_believes_the_backend_only() {
    let (running, books, client, _folder) = shop().await;
    let url = |path: &str| format!("{}{path}", running.shop_origin());
    let wish = json!({ "amount": 3900, "methods": ["sodexo"] });
    let made = client
        .post(url("/demo/orders"))
        .json(&wish)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), 201);
    let made: Value = made.json().await.unwrap();
    let path = made["order_path"].as_str().unwrap();
    for status in ["pending", "paid", "something-new"] {
        status.clone_into(&mut books.lock().unwrap().status);
        let address = url(&format!("{path}?status=paid&Erreur=00000"));
        let html = client
            .get(address)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(
            html.contains(&format!("data-status=\"{status}\"")),
            "{html}"
        );
        assert_eq!(html.contains("Commande payée"), status == "paid");
    }
}

#[tokio::test]
async fn an_order_is_written_in_its_own_currency_and_the_catalogue_in_euros() {
    let (running, books, client, _folder) = shop().await;
    "paid".clone_into(&mut books.lock().unwrap().status);
    for (currency, sign) in [("CAD", "$CA"), ("EUR", "€")] {
        let wish = json!({ "amount": 1110, "currency": currency });
        let order = client.post(format!("{}/demo/orders", running.shop_origin()));
        let made: Value = order
            .json(&wish)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        // The order, its one line, and on its page the part that paid it.
        for (path, amounts) in [
            ("payment_path", &["11,10"][..]),
            ("order_path", &["11,10", "39,00"]),
        ] {
            let address = format!("{}{}", running.shop_origin(), made[path].as_str().unwrap());
            let html = client
                .get(address)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            for amount in amounts {
                let text = format!("{amount}\u{a0}{sign}");
                assert!(html.contains(&text), "{text} is not in {html}");
            }
            assert_eq!(html.contains('€'), currency == "EUR", "{html}");
        }
    }
    let home = client.get(running.shop_origin()).send().await.unwrap();
    assert!(home.text().await.unwrap().contains("27,50\u{a0}€"));
}

#[tokio::test]
async fn pages_have_no_inline_script_or_style() {
    let (running, _, client, _folder) = shop().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let html = std::fs::read_to_string(&path).unwrap();
        assert!(
            !html.contains(" style=") && !html.contains("<style"),
            "{}",
            path.display()
        );
        assert!(
            !html.contains(" onclick") && !html.contains("<script>"),
            "{}",
            path.display()
        );
    }
    let missing = client
        .get(format!("{}/absent", running.shop_origin()))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
    let escape = format!("{}/fichiers/..%2findex.html", running.shop_origin());
    assert_eq!(client.get(escape).send().await.unwrap().status(), 404);
}

/// A message of the backend's, signed now with these bytes.
fn message(client: &Client, shop: &str, key: &[u8], body: &Value) -> reqwest::RequestBuilder {
    use base64::Engine as _;
    use hmac::Mac as _;
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let body = body.to_string();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("msg_1.{seconds}.{body}").as_bytes());
    let signed = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    client
        .post(format!("{shop}/webhook"))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", seconds.to_string())
        // The next secret's comes first, of which the shop knows nothing yet.
        .header("webhook-signature", format!("v1,bm90aGluZw== v1,{signed}"))
        .body(body)
}

#[tokio::test]
async fn what_the_backend_tells_by_itself_is_shown_and_a_forgery_or_an_older_word_is_not() {
    let (running, books, client, _folder) = shop().await;
    books.lock().unwrap().status = "open".to_owned();
    let shop = running.shop_origin();
    let made = client
        .post(format!("{shop}/demo/orders"))
        .json(&json!({}))
        .send();
    let made: Value = made.await.unwrap().json().await.unwrap();
    let page = format!("{shop}{}", made["order_path"].as_str().unwrap());
    let shown = async |status: &str| {
        let page = client.get(&page).send().await.unwrap().text().await;
        page.unwrap().contains(&format!("data-status=\"{status}\""))
    };
    let told = |status: &str, sequence: u32| {
        json!({
            "type": format!("session.{status}"),
            "data": { "sequence": sequence, "session": "cs_1", "status": status },
        })
    };
    let key: Vec<u8> = (1..=24).collect();
    let forged = message(&client, shop, &[7; 24], &told("paid", 1))
        .send()
        .await;
    assert_eq!(forged.unwrap().status(), StatusCode::BAD_REQUEST);
    assert!(shown("open").await);

    books.lock().unwrap().status = "paid".to_owned();
    let sent = message(&client, shop, &key, &told("paid", 2)).send().await;
    assert_eq!(sent.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(shown("paid").await);
    // Late, and about what was before.
    let late = message(&client, shop, &key, &told("incomplete", 1))
        .send()
        .await;
    assert_eq!(late.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(shown("paid").await);
}
