//! What hangs on the hour of a look, tried with a clock that is moved and answers that are played.

use std::sync::{Arc, Mutex};

use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::{Status, testing};
use guichet_providers::contract::{CallAnswer, CallError, Given, PlatformCall};
use reqwest::StatusCode;
use serde_json::json;

use super::*;
use crate::app::App;
use crate::payments::go_on;
use crate::payments::played::{Account, mark, take_up};
use crate::seam::{self, Outside, done};

/// The deadline of a payment, in seconds from its beginning.
const DEADLINE: i64 = 1500;

const OFFICE: Account = Account {
    id: "office",
    provider: "sogenactif",
    method: "sogenactif_card",
    lines: r#"
        merchant_id = "002001000000001"
        keys = { "1" = "k3y-of-the-tests_nobody-else-has-it-00000001" }
        office_host = "http://127.0.0.1:8604"
        written_seconds = 7200
    "#,
};

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

/// The card is typed, and its order sent.
async fn order(app: Arc<App>, session: SessionId, payment: PaymentId) {
    let mark = mark("c", "1");
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

#[tokio::test]
async fn what_was_ordered_right_before_its_deadline_may_still_be_written_down_after_it() {
    let office = Office::default();
    let (app, books) = OFFICE.open(office.clone()).await;
    let (session, payment) = OFFICE.begin(&app).await;
    seam::pass(DEADLINE - 1);
    done(order(Arc::clone(&app), session, payment.clone())).await;
    let stage = async || books.conversation(&payment).await.unwrap().unwrap().stage;
    assert_eq!(stage().await, Stage::Unknown);
    // The platform knows nothing of it yet, and may for long.
    for seconds in [10, 60, 600, 3600] {
        seam::pass(seconds);
        take_up(&app).await;
        assert_eq!(stage().await, Stage::Unknown);
    }
    *office.0.lock().unwrap() = true;
    seam::pass(600);
    take_up(&app).await;
    assert_eq!(stage().await, Stage::Over);
    let (_, book) = books.payment(&payment).await.unwrap().unwrap();
    let told = Folded::new(&book, clock::unix_now()).status_of(&payment);
    assert_eq!(told, Some(Status::Paid));
}

#[tokio::test]
async fn what_the_platform_never_heard_of_is_over_once_it_can_not_be_written_down_any_more() {
    let (app, books) = OFFICE.open(Office::default()).await;
    let (session, payment) = OFFICE.begin(&app).await;
    done(order(Arc::clone(&app), session, payment.clone())).await;
    seam::pass(DEADLINE + 7201);
    take_up(&app).await;
    let conversation = books.conversation(&payment).await.unwrap().unwrap();
    assert_eq!(conversation.stage, Stage::Over);
}
