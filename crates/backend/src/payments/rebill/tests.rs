//! Rules of a change that hang on the hour, tried with a clock that is moved and a NETBANX that is
//! a model: orders as it keeps them, and calls that are lost.

use std::sync::{Arc, Mutex, MutexGuard};

use guichet_domain::testing;
use guichet_providers::contract::{CallAnswer, CallError, HttpMethod, PlatformCall};
use guichet_store::Store;
use jiff::ToSpan as _;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::*;
use crate::payments::played::{Account, mark, take_up};
use crate::seam::{self, Outside, done};

const DAY: i64 = 24 * 3600;

const NETBANX: Account = Account {
    id: "nbx",
    provider: "netbanx",
    method: "netbanx_card",
    lines: r#"
        key_id = "guichet-sandbox"
        key_password = "the-password-of-the-tests-alone"
        api_base = "http://127.0.0.1:8602/hosted/v1"
    "#,
};

/// The platform's books, and what goes wrong there.
#[derive(Default)]
struct Platform {
    orders: Vec<Value>,
    /// How often it was told how an order is to run.
    updates: u32,
    /// What comes of such a call, where it is not done.
    update: Option<Result<&'static str, CallError>>,
}

#[derive(Clone, Default)]
struct Netbanx(Arc<Mutex<Platform>>);

impl Netbanx {
    fn lock(&self) -> MutexGuard<'_, Platform> {
        self.0.lock().unwrap()
    }

    fn last(&self) -> Value {
        self.lock().orders.last().unwrap().clone()
    }
}

impl Platform {
    fn make(&mut self, body: &Value) -> (u16, Value) {
        let id = format!("NBX{:04}", self.orders.len());
        let mut order = body.clone();
        let page = format!("http://127.0.0.1:8602/pay/{id}");
        order["id"] = json!(id);
        order["link"] = json!([{"rel": "hosted_payment", "uri": page}]);
        self.orders.push(order.clone());
        (200, order)
    }

    fn answer(&mut self, call: &PlatformCall) -> Result<(u16, Value), CallError> {
        let body = call.body.as_ref().map(|body| &body.bytes[..]);
        let body = body.map_or(Value::Null, |body| serde_json::from_slice(body).unwrap());
        let (_, path) = call.url.split_once("/hosted/v1/orders").unwrap();
        let id = path.trim_start_matches('/');
        match call.method {
            HttpMethod::Post => return Ok(self.make(&body)),
            HttpMethod::Put => {
                self.updates += 1;
                match self.update {
                    Some(Err(lost)) => return Err(lost),
                    Some(Ok(code)) => return Ok((400, json!({"error": {"code": code}}))),
                    None => {}
                }
            }
            HttpMethod::Get | HttpMethod::Delete => {}
        }
        let found = self.orders.iter_mut().find(|order| order["id"] == id);
        let Some(order) = found else {
            return Ok((404, json!({"error": {"code": "5269"}})));
        };
        for (name, value) in body.as_object().into_iter().flatten() {
            order[name] = value.clone();
        }
        Ok((200, order.clone()))
    }
}

impl Outside for Netbanx {
    fn call(&mut self, _: i64, call: &PlatformCall) -> Result<CallAnswer, CallError> {
        let (status, body) = self.lock().answer(call)?;
        let body = body.to_string().into_bytes();
        Ok(CallAnswer { status, body })
    }

    fn tell(&mut self, _: &[u8]) -> Result<StatusCode, &'static str> {
        Ok(StatusCode::OK)
    }
}

/// A backend, and a payment of 42.00 that was paid on the platform's page.
struct World {
    app: Arc<App>,
    books: Arc<dyn Store>,
    netbanx: Netbanx,
    first: PaymentId,
}

impl World {
    async fn new() -> Self {
        let netbanx = Netbanx::default();
        let (app, books) = NETBANX.open(netbanx.clone()).await;
        let (_, first) = NETBANX.begin(&app).await;
        netbanx.lock().orders[0]["transaction"] = json!({"status": "success", "amount": 4200});
        let world = Self {
            app,
            books,
            netbanx,
            first,
        };
        world.pass(3600).await;
        assert_eq!(
            world.book(&world.first).await.session.settled_by.as_ref(),
            Some(&world.first)
        );
        world
    }

    async fn book(&self, payment: &PaymentId) -> Book {
        self.books.payment(payment).await.unwrap().unwrap().1
    }

    /// So much time passes, and what is due then is done.
    async fn pass(&self, seconds: i64) {
        seam::pass(seconds);
        for _ in 0..4 {
            take_up(&self.app).await;
        }
    }

    fn tomorrow() -> Date {
        let today = clock::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        today.checked_add(1.day()).unwrap()
    }

    /// Has the payment charged anew on that day, by the shop's request of this name.
    fn rebill(
        &self,
        due: Date,
        key: &'static str,
    ) -> impl Future<Output = Result<PaymentId, PaymentError>> + Send + 'static {
        let (app, first) = (Arc::clone(&self.app), self.first.clone());
        async move {
            let shop = app.config.shop(&testing::slug("demo")).unwrap();
            let (_, book) = app.store.payment(&first).await?.unwrap();
            let wanted = Wanted {
                reference: format!("abo {key}"),
                amount: None,
                due: Some(due),
                by_profile: false,
                metadata: BTreeMap::new(),
            };
            rebill(&app, shop, &book, &first, wanted, &mark("r", key)).await
        }
    }

    /// The same, once the platform has said that it waits for its day.
    async fn waiting(&self, due: Date) -> PaymentId {
        let made = done(self.rebill(due, "1")).await.unwrap();
        self.pass(1).await;
        let conversation = self.books.conversation(&made).await.unwrap();
        assert_eq!(conversation.unwrap().stage, Stage::Unknown);
        made
    }

    async fn amend(&self, payment: &PaymentId, change: Change) -> Result<(), PaymentError> {
        let (app, payment) = (Arc::clone(&self.app), payment.clone());
        let book = self.book(&payment).await;
        done(async move { amend(&app, &book, &payment, change).await }).await
    }

    /// What the books say of it: its day, its amount, and whether the platform is still to be told.
    async fn says(&self, payment: &PaymentId) -> (Date, u64, bool) {
        let book = self.book(payment).await;
        let state = book.entry(payment).unwrap().state(&book.session);
        let rebilling = state.rebilling.unwrap();
        let untold = rebilling.untold_since.is_some();
        (rebilling.due.unwrap(), book.session.amount.minor(), untold)
    }
}

fn to_amount(minor: u64) -> Change {
    Change {
        due: None,
        amount: Some(minor.try_into().unwrap()),
        since: None,
    }
}

#[tokio::test]
async fn the_same_request_is_answered_again_after_its_day_and_charges_nothing_more() {
    let world = World::new().await;
    let due = World::tomorrow();
    let made = done(world.rebill(due, "1")).await.unwrap();
    // Its day is over: nobody could ask for it any more, and who asked gets the same answer.
    seam::pass(2 * DAY);
    let late = done(world.rebill(due, "2")).await;
    assert!(matches!(late, Err(PaymentError::Field(error)) if error.field == "due_date"));
    assert_eq!(done(world.rebill(due, "1")).await.unwrap(), made);
    assert_eq!(world.netbanx.lock().orders.len(), 2);
}

#[tokio::test]
async fn what_was_not_heard_of_after_it_was_sent_is_not_changed() {
    let world = World::new().await;
    // The process ends once the call is sent and before its answer is read.
    let mut work = seam::work(world.rebill(World::tomorrow(), "1"));
    while world.netbanx.lock().orders.len() < 2 {
        assert!(seam::go_on(&mut work).await.is_none());
    }
    drop(work);
    let reference = world.netbanx.last()["merchantRefNum"].clone();
    let account = testing::slug("nbx");
    let named = world
        .books
        .payment_named(&account, reference.as_str().unwrap());
    let payment = named.await.unwrap().unwrap();
    let before = world.books.conversation(&payment).await.unwrap();
    assert_eq!(before.unwrap().stage, Stage::Talking);
    let says = world.says(&payment).await;
    let change = world.amend(&payment, to_amount(9900)).await;
    assert!(matches!(change, Err(PaymentError::Field(_))), "{change:?}");
    assert_eq!(world.says(&payment).await, says);
    assert_eq!(world.netbanx.lock().updates, 0);
}

#[tokio::test]
async fn what_is_refused_leaves_what_the_platform_knows_and_not_what_it_never_heard() {
    let world = World::new().await;
    let due = World::tomorrow();
    let made = world.waiting(due).await;
    // Another day that never arrives, and then an amount that is refused with that day.
    world.netbanx.lock().update = Some(Err(CallError::NoAnswer));
    let later = Change {
        due: due.checked_add(5.days()).ok(),
        amount: None,
        since: None,
    };
    let change = world.amend(&made, later).await;
    assert!(
        matches!(change, Err(PaymentError::Unreachable)),
        "{change:?}"
    );
    world.netbanx.lock().update = Some(Ok("5003"));
    let change = world.amend(&made, to_amount(9900)).await;
    assert!(matches!(change, Err(PaymentError::Field(_))), "{change:?}");
    assert_eq!(world.says(&made).await, (due, 4200, false));
    assert_eq!(world.netbanx.last()["dueDate"], json!(due));
}

#[tokio::test]
async fn what_books_of_an_earlier_version_say_of_the_amount_is_known_once_a_change_is_refused() {
    let world = World::new().await;
    let due = World::tomorrow();
    let made = world.waiting(due).await;
    let book = world.book(&made).await;
    let state = book.entry(&made).unwrap().state(&book.session);
    // The last word of such a book: the day, and no amount.
    let told = PaymentEvent::Rebilling {
        of: world.first.clone(),
        due: Some(due),
        at: state.rebilling.unwrap().at + 1,
        amount: None,
        untold: false,
    };
    record_hint(&world.app, &made, &told, Source::Shop)
        .await
        .unwrap();
    world.netbanx.lock().update = Some(Ok("5003"));
    let change = world.amend(&made, to_amount(9900)).await;
    assert!(matches!(change, Err(PaymentError::Field(_))), "{change:?}");
    assert_eq!(world.says(&made).await, (due, 4200, false));
}

#[tokio::test]
async fn what_could_not_be_told_is_told_again_within_seconds_and_not_on_its_day() {
    let world = World::new().await;
    let due = World::tomorrow().checked_add(30.days()).unwrap();
    let made = world.waiting(due).await;
    world.netbanx.lock().update = Some(Err(CallError::NoAnswer));
    let change = world.amend(&made, to_amount(9900)).await;
    assert!(
        matches!(change, Err(PaymentError::Unreachable)),
        "{change:?}"
    );
    let tries = world.netbanx.lock().updates;
    // Nor is it heard when it is told again: so it is once more, and then.
    for _ in 0..5 {
        world.pass(20).await;
    }
    assert!(world.netbanx.lock().updates > tries + 2);
    assert_eq!(world.says(&made).await, (due, 9900, true));
    world.netbanx.lock().update = None;
    world.pass(120).await;
    assert_eq!(world.says(&made).await, (due, 9900, false));
    assert_eq!(world.netbanx.last()["totalAmount"], 9900);
}
