//! The pages over real books, as a browser asks for them.

use std::path::Path;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::{Extension, Router};
use guichet_desk::words::Act;
use guichet_desk::{Lang, Person, Place};
use guichet_domain::desk::Role;
use guichet_domain::event::{Part, PaymentEvent, PlatformFact};
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::Session;
use guichet_domain::testing::{self, amount, method, slug};
use guichet_domain::{MethodKind, PartKind, PartStatus, Refusal};
use guichet_store::sqlite::SqliteStore;
use guichet_store::{Idempotency, Payment, Recorded, SecretDigest, Source, Store};
use tower::ServiceExt as _;

use super::reader::Reader;
use super::*;
use crate::clock;
use crate::config::Config;
use crate::platform::Platform;
use crate::webhooks::sender::Sender;

const CONFIG: &str = r#"
    environment = "sandbox"
    public_url = "http://127.0.0.1:8601"
    database_url = "sqlite://books.db"
    assets = "assets"

    [[shops]]
    id = "demo"
    name = "Maison <Demo>"
    secret_keys = ["sk_9f3b5d7c1e8a4620b4d6f8091a2c3e5f"]
    origins = ["https://shop.example"]
"#;

/// Every page.
const PATHS: [&str; 8] = [
    "/desk/today",
    "/desk/payments",
    "/desk/payments.csv",
    "/desk/payments/pay_1",
    "/desk/attention",
    "/desk/accounting",
    "/desk/webhooks",
    "/desk/settings",
];

struct Desk {
    store: Arc<SqliteStore>,
    router: Router,
    _folder: tempfile::TempDir,
}

fn reader(lang: Lang) -> Reader {
    Reader {
        person: Person {
            name: "amelie".into(),
            role: "all".into(),
            token: "t".into(),
        },
        role: Role::All,
        lang,
        places: vec![Place::Today, Place::Payments],
        acts: Act::OF_PAYMENT.to_vec(),
        replays: true,
    }
}

/// New books, and a backend that has them; with that at the end of its configuration.
pub(super) async fn app(table: &str) -> (tempfile::TempDir, Arc<SqliteStore>, Arc<App>) {
    app_at("http://127.0.0.1:8601", table).await
}

/// The same at that public address.
pub(super) async fn app_at(
    public_url: &str,
    table: &str,
) -> (tempfile::TempDir, Arc<SqliteStore>, Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("books.db")).await;
    let store = Arc::new(store.unwrap());
    let text = format!("{CONFIG}{table}").replace("http://127.0.0.1:8601", public_url);
    let (config, accounts) = Config::parse(&text, Path::new("/none"), &|_| None).unwrap();
    let platform = Platform::new(1).unwrap();
    let sender = Sender::new(&[]).unwrap();
    let metrics = Arc::default();
    let (app, _) = App::new(config, accounts, store.clone(), platform, sender, metrics);
    (folder, store, app)
}

impl Desk {
    /// New books; who reads them, if anybody has logged in.
    async fn open(reader: Option<Reader>) -> Self {
        let (folder, store, app) = app("").await;
        let mut router = routes().with_state(app);
        if let Some(reader) = reader {
            router = router.layer(Extension(reader));
        }
        Self {
            store,
            router,
            _folder: folder,
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, String, axum::http::HeaderMap) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap(), headers)
    }

    /// A page that is there.
    async fn page(&self, path: &str) -> String {
        let (status, body, _) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    /// Stores an order of so much with one payment, and what a platform told of that.
    async fn order(&self, seed: u8, reference: &str, minor: u64, told: PartStatus) -> PaymentId {
        order(&self.store, seed, reference, minor, told).await
    }
}

/// Stores an order of so much with one payment, and what a platform told of that.
pub(super) async fn order(
    store: &SqliteStore,
    seed: u8,
    reference: &str,
    minor: u64,
    told: PartStatus,
) -> PaymentId {
    let now = clock::unix_now();
    let mut session = Session {
        id: SessionId::from_random([seed; 16]),
        reference: reference.to_owned(),
        amount: amount(minor),
        shopper: testing::shopper(),
        created_at: now,
        expires_at: now + 900,
        ..testing::session()
    };
    let mark = |key: String| Idempotency {
        scope: "test".into(),
        key,
        fingerprint: vec![seed],
    };
    let secret = SecretDigest {
        hash: vec![seed; 32],
        salt: vec![seed; 16],
    };
    let key = mark(format!("s{seed}"));
    let kept = store.add_session(&mut session, &secret, &key);
    kept.await.unwrap();
    let payment = Payment {
        id: PaymentId::from_random([seed; 16]),
        session: session.id.clone(),
        provider: "up2pay".into(),
        account: slug("main"),
        method: method("card"),
        kind: MethodKind::Card,
        reference: format!("REF{seed}"),
        created_at: now,
        deadline_at: now + 900,
    };
    let mark = mark(format!("p{seed}"));
    let added = store.add_payment(&payment, None, &mark, "{}");
    added.await.unwrap();
    let part = Part {
        call: format!("77{seed}"),
        method: None,
        brand: "<b>CB</b>".into(),
        refusal: (told == PartStatus::Refused).then_some(Refusal::Funds),
        ..testing::part(&format!("99{seed}"), PartKind::Card, minor, told)
    };
    let fact = PlatformFact {
        account: slug("main"),
        reference: payment.reference.clone(),
        identity: format!("i{seed}"),
        event: PaymentEvent::Part(part),
    };
    let raw = b"Mt=4200&Porteur=canary-of-the-shopper";
    let told = store.record_fact(&fact, Source::Notification, Some(raw), now);
    assert_eq!(told.await.unwrap(), Recorded::New(payment.id.clone()));
    payment.id
}

/// Has the platform tell the transaction of that order again, with another amount.
pub(super) async fn tell_again(store: &SqliteStore, seed: u8, minor: u64) {
    let part = Part {
        call: format!("77{seed}"),
        method: None,
        brand: "CB".into(),
        ..testing::part(
            &format!("99{seed}"),
            PartKind::Card,
            minor,
            PartStatus::Accepted,
        )
    };
    let fact = PlatformFact {
        account: slug("main"),
        reference: format!("REF{seed}"),
        identity: format!("i{seed}"),
        event: PaymentEvent::Part(part),
    };
    let told = store.record_fact(&fact, Source::Query, None, clock::unix_now());
    assert!(matches!(told.await.unwrap(), Recorded::Conflict(_)));
}

#[tokio::test]
async fn who_has_not_logged_in_is_shown_no_page() {
    let desk = Desk::open(None).await;
    for path in PATHS {
        let (status, body, _) = desk.get(path).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::NOT_FOUND, ""),
            "{path}"
        );
    }
}

/// A page, and the policy that it was sent with.
pub(super) fn lets_nothing_else_in(path: &str, policy: &str, body: &str) {
    let begins = "default-src 'none'; style-src 'self'";
    assert!(policy.starts_with(begins), "{path}: {policy}");
    for word in ["script-src", "unsafe"] {
        assert!(!policy.contains(word), "{path}: {policy}");
    }
    for text in ["<script", " style="] {
        assert!(!body.contains(text), "{path}: {text}");
    }
}

#[tokio::test]
async fn each_page_is_sent_with_a_policy_that_lets_nothing_else_in() {
    let desk = Desk::open(Some(reader(Lang::En))).await;
    for path in PATHS {
        // The settings have a form, which is of a login: `settings_tests` asks for them with one.
        if path.ends_with(".csv") || path.ends_with("/settings") {
            continue;
        }
        let (_, body, headers) = desk.get(path).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        lets_nothing_else_in(path, policy, &body);
    }
    let style = desk.page("/desk/payments").await;
    let (_, address) = style.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let address = address.split('"').next().unwrap();
    assert!(address.starts_with("/desk/desk.css?v="), "{address}");
    // It is there for who has not logged in too.
    let answer = answers::style().await;
    let kept = answer.headers()[header::CACHE_CONTROL].to_str().unwrap();
    assert!(kept.contains("immutable"), "{kept}");
}

#[tokio::test]
async fn a_payment_is_found_by_whatever_is_known_of_it() {
    let desk = Desk::open(Some(reader(Lang::Fr))).await;
    let id = desk.order(1, "CMD-1", 4_200, PartStatus::Accepted).await;
    let other = desk.order(2, "CMD-2", 4_300, PartStatus::Refused).await;
    let session = SessionId::from_random([1; 16]);
    for typed in [
        "CMD-1",
        "REF1",
        "991",
        "771",
        "42",
        "42%2C00",
        "42.00+%E2%82%AC",
        id.as_str(),
        session.as_str(),
    ] {
        let page = desk.page(&format!("/desk/payments?q={typed}")).await;
        let link = |id: &PaymentId| page.contains(&format!("href=\"/desk/payments/{id}\""));
        assert!(link(&id) && !link(&other), "{typed}: {page}");
    }
    let both = desk.page("/desk/payments?q=LEA%40example.fr").await;
    assert!(both.contains("CMD-1") && both.contains("CMD-2"), "{both}");
    for (query, found) in [
        ("state=paid", "CMD-1"),
        ("state=refused", "CMD-2"),
        ("q=42&state=refused", ""),
        ("from=2020-01-01&to=2020-01-02", ""),
    ] {
        let page = desk.page(&format!("/desk/payments?{query}")).await;
        for reference in ["CMD-1", "CMD-2"] {
            assert_eq!(
                page.contains(reference),
                found == reference,
                "{query}: {page}"
            );
        }
    }
    let turned = desk
        .page("/desk/payments?from=2026-01-02&to=2026-01-01")
        .await;
    assert!(
        turned.contains(Lang::Fr.words().list.days_turned),
        "{turned}"
    );
    let (_, csv, _) = desk.get("/desk/payments.csv?q=42").await;
    assert!(csv.contains("CMD-1") && !csv.contains("CMD-2"), "{csv}");
}

#[tokio::test]
async fn a_payment_tells_all_that_is_known_of_it_but_what_names_the_shopper() {
    let desk = Desk::open(Some(reader(Lang::En))).await;
    let id = desk.order(1, "CMD-1", 4_200, PartStatus::Accepted).await;
    let page = desk.page(&format!("/desk/payments/{id}")).await;
    for told in [
        "CMD-1",
        "REF1",
        "991",
        "771",
        "€42.00",
        "Maison &lt;Demo",
        "Mt=4200",
        "Porteur",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for never in ["canary", "<b>CB", "lea@example.fr", "Roux"] {
        assert!(!page.contains(never), "{never}: {page}");
    }
    let refund = format!("href=\"/desk/payments/{id}/refund\"");
    assert!(page.contains(&refund), "{page}");
    assert!(!page.contains("/capture\""), "nothing is reserved: {page}");
    let (status, body, _) = desk.get("/desk/payments/pay_0").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains(Lang::En.words().payment.unknown), "{body}");
}

#[tokio::test]
async fn today_tells_what_came_in_and_why_what_was_refused_was() {
    let desk = Desk::open(Some(reader(Lang::En))).await;
    desk.order(1, "CMD-1", 4_200, PartStatus::Accepted).await;
    desk.order(2, "CMD-2", 4_300, PartStatus::Accepted).await;
    desk.order(3, "CMD-3", 999, PartStatus::Refused).await;
    let page = desk.page("/desk/today").await;
    let reason = (Lang::En.words().states.refusal)(Refusal::Funds);
    for told in ["€85.00", "main", "<svg", reason] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("€9.99"), "{page}");
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_none_is_left_out() {
    let desk = Desk::open(Some(reader(Lang::En))).await;
    for seed in 1..=120 {
        desk.order(seed, &format!("CMD-{seed:03}"), 4_200, PartStatus::Accepted)
            .await;
    }
    let mut address = "/desk/payments?q=42".to_owned();
    let mut seen = Vec::new();
    for _ in 0..10 {
        let page = desk.page(&address).await;
        let rows = page.split("href=\"/desk/payments/pay_").skip(1);
        seen.extend(
            rows.filter_map(|row| row.split('"').next())
                .map(str::to_owned),
        );
        let Some((before, _)) = page.split_once("\" class=\"button quiet\" rel=\"next\"") else {
            break;
        };
        let (_, next) = before.rsplit_once("href=\"").unwrap();
        address = next.replace("&amp;", "&");
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (120, 120));
}

#[tokio::test]
async fn a_page_leads_to_itself_in_the_other_language() {
    let desk = Desk::open(Some(reader(Lang::Fr))).await;
    let page = desk.page("/desk/payments?q=42&lang=fr&state=paid").await;
    let link = "href=\"?q=42&amp;state=paid&amp;lang=en\"";
    assert!(page.contains(link), "{page}");
}
