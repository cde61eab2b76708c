//! A sandbox on free ports, a merchant that catches notifications, and a shopper.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "shared by tests that each use a part of it, and may panic"
)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::Method;
use guichet_sandbox::{Running, Settings, built_in_accounts, hmac_sha512_hex, start};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

pub const SITE: &str = "1999888";
pub const OTHER_SITE: &str = "1999777";
pub const RETOUR: &str = "Mt:M;Ref:R;Auto:A;Appel:T;Type:P;Carte:C;Erreur:E;Trans:S;Pays:Y;Date:W;\
                          Heure:Q;Rang:Z;Signature:K";

type Caught = Arc<Mutex<Vec<(String, String)>>>;

pub struct World {
    pub running: Running,
    pub client: Client,
    /// Notifications: HTTP method, raw query or body.
    pub caught: Caught,
    pub merchant: String,
    pub data: PathBuf,
    _folder: tempfile::TempDir,
}

async fn catch(
    State(caught): State<Caught>,
    method: Method,
    RawQuery(query): RawQuery,
    body: Bytes,
) {
    let text = query.unwrap_or_else(|| String::from_utf8(body.to_vec()).unwrap());
    caught.lock().unwrap().push((method.to_string(), text));
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub fn settings(folder: &std::path::Path) -> Settings {
    // One key for all tests: making one takes seconds in a debug build.
    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/up2pay-private.pem");
    let target = folder.join("up2pay-private.pem");
    if std::fs::copy(kept, &target).is_err() {
        let _ = std::fs::remove_file(&target);
    }
    Settings {
        platform_listen: loopback(),
        shop_listen: loopback(),
        terminal_listen: None,
        backend: "http://127.0.0.1:9".parse().unwrap(),
        shop_secret_key: None,
        shop_webhook_secret: None,
        shop_methods: Vec::new(),
        shop_shares_its_windows: false,
        data_dir: folder.to_owned(),
        www: concat!(env!("CARGO_MANIFEST_DIR"), "/../../www").into(),
        accounts: built_in_accounts(),
        notify: Vec::new(),
        hosts: Vec::new(),
        allow_remote: false,
    }
}

pub fn keep_key(folder: &std::path::Path) {
    let kept = concat!(env!("CARGO_TARGET_TMPDIR"), "/up2pay-private.pem");
    let part = format!("{kept}.{}", folder.file_name().unwrap().to_string_lossy());
    if std::fs::copy(folder.join("up2pay-private.pem"), &part).is_ok() {
        let _ = std::fs::rename(&part, kept);
    }
}

pub async fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let caught = Caught::default();
    let router = Router::new()
        .fallback(catch)
        .with_state(Arc::clone(&caught));
    let listener = tokio::net::TcpListener::bind(loopback()).await.unwrap();
    let merchant = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut settings = settings(folder.path());
    settings.notify.push(merchant.parse().unwrap());
    let running = start(settings).await.unwrap();
    keep_key(folder.path());
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let data = folder.path().to_owned();
    World {
        running,
        client,
        caught,
        merchant,
        data,
        _folder: folder,
    }
}

pub fn key() -> Vec<u8> {
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF].repeat(8)
}

pub type Form = Vec<(String, String)>;

const XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

impl World {
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            return path.to_owned();
        }
        format!("{}{path}", self.running.platform_origin())
    }

    /// A call that keeps every rule, without its HMAC.
    pub fn call(&self, reference: &str, total: u64) -> Form {
        let merchant = &self.merchant;
        let billing = format!(
            "{XML}<Billing><Address><FirstName>Camille</FirstName><LastName>Durand</LastName>\
             <Address1>12 rue des Lilas</Address1><ZipCode>75011</ZipCode><City>Paris</City>\
             <CountryCode>250</CountryCode><CountryCodeMobilePhone>+33</CountryCodeMobilePhone>\
             <MobilePhone>0612345678</MobilePhone></Address></Billing>"
        );
        let cart = format!(
            "{XML}<shoppingcart><total><totalQuantity>3</totalQuantity></total></shoppingcart>"
        );
        let pairs = [
            ("PBX_SITE", SITE.to_owned()),
            ("PBX_RANG", "32".to_owned()),
            ("PBX_IDENTIFIANT", "110647233".to_owned()),
            ("PBX_TOTAL", total.to_string()),
            ("PBX_DEVISE", "978".to_owned()),
            ("PBX_CMD", reference.to_owned()),
            ("PBX_PORTEUR", "camille@example.com".to_owned()),
            ("PBX_RETOUR", RETOUR.to_owned()),
            ("PBX_EFFECTUE", format!("{merchant}/retour?issue=ok")),
            ("PBX_REFUSE", format!("{merchant}/retour?issue=non")),
            ("PBX_ANNULE", format!("{merchant}/retour?issue=annule")),
            ("PBX_ATTENTE", format!("{merchant}/retour?issue=attente")),
            ("PBX_REPONDRE_A", format!("{merchant}/ipn")),
            ("PBX_HASH", "SHA512".to_owned()),
            ("PBX_TIME", "2026-03-01T10:00:00+01:00".to_owned()),
            ("PBX_SHOPPINGCART", cart),
            ("PBX_BILLING", billing),
        ];
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The same with a method preset.
    pub fn call_for(&self, reference: &str, total: u64, card: &str) -> Form {
        let payment = if card == "CB" { "CARTE" } else { "LIMONETIK" };
        let mut form = self.call(reference, total);
        put(&mut form, "PBX_TYPEPAIEMENT", payment);
        put(&mut form, "PBX_TYPECARTE", card);
        form
    }

    pub async fn send(&self, form: &Form) -> Response {
        self.client
            .post(self.url("/php/"))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// Opens a page; gives its first address.
    pub async fn open(&self, form: Form) -> String {
        let answer = self.send(&seal(form)).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            answer.text().await.unwrap()
        );
        location(&answer)
    }

    /// Posts a page's form; gives where it leads.
    pub async fn act(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self
            .client
            .post(self.url(path))
            .form(form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        location(&answer)
    }

    pub async fn card(&self, path: &str, number: &str) -> String {
        let form = [("number", number), ("expiry", "12/49"), ("cvv", "123")];
        self.act(path, &form).await
    }

    pub async fn confirm(&self, path: &str) -> String {
        assert!(path.ends_with("/3ds"), "{path}");
        self.act(path, &[("result", "confirm")]).await
    }

    pub async fn page(&self, path: &str) -> String {
        self.client
            .get(self.url(path))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub async fn api(&self, path: &str) -> Value {
        self.client
            .get(self.url(path))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub async fn post_api(&self, path: &str, body: Value) -> Value {
        let answer = self
            .client
            .post(self.url(path))
            .json(&body)
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// Raw queries of the notifications so far.
    pub fn notified(&self) -> Vec<String> {
        self.caught
            .lock()
            .unwrap()
            .iter()
            .map(|(_, query)| query.clone())
            .collect()
    }

    /// Pays with a voucher and a card for the rest; gives the lines of the books.
    pub async fn pay_mixed(&self, call: Form) -> Vec<Value> {
        let page = self.open(call).await;
        let complement = self.card(&page, "9999000000000003").await;
        self.card(&complement, "1111222233330000").await;
        self.books().await
    }

    pub async fn books(&self) -> Vec<Value> {
        self.api("/sandbox/api/books").await["transactions"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub async fn ppps(&self, pairs: &[(&str, String)]) -> String {
        self.try_ppps(pairs).await.expect("an answer")
    }

    /// The same where no answer may come.
    pub async fn try_ppps(&self, pairs: &[(&str, String)]) -> Option<String> {
        let mut form: Form = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect();
        put(&mut form, "HASH", "SHA512");
        let seal = hmac_sha512_hex(&key(), joined(&form).as_bytes());
        put(&mut form, "HMAC", &seal);
        let answer = self
            .client
            .post(self.url("/PPPS.php"))
            .form(&form)
            .send()
            .await
            .ok()?;
        let bytes = answer.bytes().await.ok()?;
        Some(bytes.iter().map(|byte| char::from(*byte)).collect())
    }
}

/// What a merchant's server asks about a line of the books, with a number that was not used yet.
pub fn question(kind: &str, line: &Value) -> Vec<(&'static str, String)> {
    static NUMBER: AtomicU64 = AtomicU64::new(1_000_000);
    let text = |name: &str| {
        line[name]
            .as_str()
            .map_or_else(|| line[name].to_string(), str::to_owned)
    };
    let mut pairs = vec![
        ("VERSION", "00103".to_owned()),
        ("TYPE", kind.to_owned()),
        ("SITE", "1999888".to_owned()),
        ("RANG", "32".to_owned()),
        (
            "NUMQUESTION",
            NUMBER.fetch_add(1, Ordering::Relaxed).to_string(),
        ),
        ("MONTANT", text("amount")),
        ("DEVISE", "978".to_owned()),
        ("REFERENCE", text("reference")),
        ("NUMAPPEL", text("numappel")),
        ("NUMTRANS", text("numtrans")),
        ("ACTIVITE", "024".to_owned()),
        ("DATEQ", "01032026".to_owned()),
    ];
    if text("payment") == "LIMONETIK" {
        pairs.push(("ACQUEREUR", text("card")));
    }
    pairs
}

pub fn put(form: &mut Form, name: &str, value: &str) {
    match form.iter_mut().find(|(known, _)| known == name) {
        Some(pair) => pair.1 = value.to_owned(),
        None => form.push((name.to_owned(), value.to_owned())),
    }
}

pub fn joined(form: &Form) -> String {
    form.iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect::<Vec<_>>()
        .join("&")
}

pub fn seal(mut form: Form) -> Form {
    let seal = hmac_sha512_hex(&key(), joined(&form).as_bytes());
    form.push(("PBX_HMAC".to_owned(), seal));
    form
}

pub fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// The decoded value of a name in a raw query.
pub fn field(query: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(&format!("http://x/?{query}")).unwrap();
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// What `openssl` says of the signature at the end of `text`.
pub fn openssl_verifies(world: &World, text: &str) -> bool {
    use base64::Engine;
    let (data, signature) = text.rsplit_once("&Signature=").unwrap();
    let base64 = percent_encoding::percent_decode_str(signature)
        .decode_utf8()
        .unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(base64.as_bytes())
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (data_file, signature_file) = (folder.path().join("data"), folder.path().join("sig"));
    std::fs::write(&data_file, data).unwrap();
    std::fs::write(&signature_file, bytes).unwrap();
    let status = std::process::Command::new("openssl")
        .args(["dgst", "-sha1", "-verify"])
        .arg(world.data.join("up2pay-public.pem"))
        .arg("-signature")
        .arg(signature_file)
        .arg(data_file)
        .output()
        .unwrap();
    status.status.success()
}
