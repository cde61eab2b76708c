//! What hangs on the hour of a look, tried with a clock that is moved and answers that are played.

use std::sync::{Arc, Mutex};

use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::session::{Capture, Session};
use guichet_domain::{Status, testing};
use guichet_providers::contract::{CallAnswer, CallError, Given, PlatformCall};
use guichet_store::memory::MemoryStore;
use guichet_store::{Idempotency, Store};
use reqwest::StatusCode;
use serde_json::json;

use super::*;
use crate::app::App;
use crate::jobs::conversations::Conversations;
use crate::jobs::due::Job;
use crate::payments::go_on;
use crate::payments::start::{self, Choice, Who};
use crate::seam::{self, Outside, done};
use crate::sessions::create;
use crate::simulator::process;

/// 2026-03-02T08:00:00Z, and the deadline of a payment that was begun then.
const BEGINNING: i64 = 1_772_438_400;
const DEADLINE: i64 = 1500;

const CONFIG: &str = r#"
environment = "sandbox"
public_url = "http://127.0.0.1:8601"
database_url = "sqlite://books.db"
assets = "assets"

[[accounts]]
id = "office"
provider = "sogenactif"
merchant_id = "002001000000001"
keys = { "1" = "k3y-of-the-tests_nobody-else-has-it-00000001" }
office_host = "http://127.0.0.1:8604"
written_seconds = 7200

[[shops]]
id = "demo"
name = "Demo"
secret_keys = ["sk_9f3b5d7c1e8a4620b4d6f8091a2c3e5f"]
origins = ["https://shop.example"]

[[shops.methods]]
provider = "sogenactif"
account = "office"
methods = ["sogenactif_card"]
"#;

/// Sogenactif, of which the order's answer is lost, and which writes it down when it is told to.
#[derive(Clone, Default)]
struct Office(Arc<Mutex<bool>>);

impl Outside for Office {
    fn call(&mut self, _: i64, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        let written = *self.0.lock().unwrap();
        let answer = match call.note.as_str() {
            "hostedFieldsInitialize" => json!({"responseCode": "00",
                "merchantSessionToken": "T", "sdkUrl": "https://sdk.sogenactif.com/a.js"}),
            "cardCheckEnrollment" => json!({"responseCode": "00", "redirectionData": "D",
                "messageVersion": "2.2"}),
            "cardValidateAuthenticationAndOrder" => return Err(CallError::NoAnswer),
            "getTransactionData" if !written => json!({"getTransDataResponseCode": "25"}),
            "getTransactionData" => json!({"getTransDataResponseCode": "00",
                "responseCode": "00", "transactionStatus": "TO_CAPTURE",
                "originAmount": "4200", "currencyCode": "978"}),
            other => panic!("{other}"),
        };
        let body = answer.to_string().into_bytes();
        Ok(CallAnswer { status: 200, body })
    }

    fn tell(&mut self, _: &[u8]) -> Result<StatusCode, &'static str> {
        Ok(StatusCode::OK)
    }
}

fn mark(key: &str) -> Idempotency {
    Idempotency {
        scope: "s".into(),
        key: key.into(),
        fingerprint: vec![0],
    }
}

/// A shopper is at the platform's fields.
async fn begin(app: Arc<App>) -> (SessionId, PaymentId) {
    let shop = app.config.shop(&testing::slug("demo")).unwrap();
    let order = Session {
        id: create::new_id().unwrap(),
        shop: testing::slug("demo"),
        capture: Capture::Automatic,
        created_at: BEGINNING,
        expires_at: BEGINNING + 3600,
        ..testing::session_of("CMD1", 4200, testing::shopper())
    };
    let (first, second) = (mark("1"), mark("2"));
    let made = create::make(&app, shop, &shop.secret_keys[0], order, &first);
    let session = made.await.map_err(drop).unwrap().book.session.id;
    let asked = start::Asked {
        app: &app,
        shop,
        session: &session,
        who: Who::Shopper,
        back_to_page: false,
        language: None,
        client: None,
        mark: &second,
    };
    let choice = Choice {
        method: "sogenactif_card",
        card: None,
        save: false,
    };
    let started = asked.take().await.unwrap().run(choice).await.unwrap();
    (session, started.payment)
}

/// The card is typed, and its order sent.
async fn order(app: Arc<App>, session: SessionId, payment: PaymentId) {
    let mark = mark("3");
    let asked = go_on::Asked {
        app: &app,
        shop: app.config.shop(&testing::slug("demo")).unwrap(),
        session: &session,
        payment: &payment,
        language: None,
        client: None,
        mark: &mark,
    };
    let given = Given::Token {
        token: "a-token-of-the-card",
        brand: None,
        save: false,
    };
    match asked.take().await.map_err(drop).unwrap() {
        go_on::Received::New(going) => drop(going.run(&given).await.unwrap()),
        go_on::Received::Before(_) => panic!("it did not come before"),
    }
}

/// Does what is due.
async fn look(app: &Arc<App>) {
    let app = Arc::clone(app);
    done(async move {
        for work in Conversations::take(&app, 20).await.unwrap() {
            Conversations::perform(&app, &work).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_ordered_right_before_its_deadline_may_still_be_written_down_after_it() {
    let office = Office::default();
    seam::enter(BEGINNING, Box::new(office.clone()));
    let books: Arc<dyn Store> = Arc::new(MemoryStore::with(None));
    let (app, _) = process::start(CONFIG, &books, Arc::clone(&books)).await;
    let (session, payment) = done(begin(Arc::clone(&app))).await;
    seam::pass(DEADLINE - 1);
    done(order(Arc::clone(&app), session, payment.clone())).await;
    let stage = async || books.conversation(&payment).await.unwrap().unwrap().stage;
    assert_eq!(stage().await, Stage::Unknown);
    // The platform knows nothing of it yet, and may for long.
    for seconds in [10, 60, 600, 3600] {
        seam::pass(seconds);
        look(&app).await;
        assert_eq!(stage().await, Stage::Unknown);
    }
    *office.0.lock().unwrap() = true;
    seam::pass(600);
    look(&app).await;
    assert_eq!(stage().await, Stage::Over);
    let (_, book) = books.payment(&payment).await.unwrap().unwrap();
    let told = Folded::new(&book, clock::unix_now()).status_of(&payment);
    assert_eq!(told, Some(Status::Paid));
}

#[tokio::test]
async fn what_the_platform_never_heard_of_is_over_once_it_can_not_be_written_down_any_more() {
    seam::enter(BEGINNING, Box::new(Office::default()));
    let books: Arc<dyn Store> = Arc::new(MemoryStore::with(None));
    let (app, _) = process::start(CONFIG, &books, Arc::clone(&books)).await;
    let (session, payment) = done(begin(Arc::clone(&app))).await;
    done(order(Arc::clone(&app), session, payment.clone())).await;
    seam::pass(DEADLINE + 7201);
    look(&app).await;
    let conversation = books.conversation(&payment).await.unwrap().unwrap();
    assert_eq!(conversation.stage, Stage::Over);
}
