//! The long attacks, with customers beside them. Here each is made for a moment;
//! `cargo xtask torture` makes them for hours.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{
    CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, Receiver, SMOOTH, Stack, StackOptions, Started,
    WEBHOOK_SECRET, fresh_key, rounds, seconds, until,
};

const AMOUNT: u64 = 4200;

/// Those who order at the same time.
const CUSTOMERS: u32 = 6;

/// An order, as far as it was acknowledged. Who is cut off in the middle goes on with the same
/// keys.
#[derive(Debug)]
struct Order {
    key: String,
    checkout: Option<Checkout>,
    started: Option<Started>,
    typed: bool,
}

impl Order {
    fn new() -> Self {
        Self {
            key: fresh_key(),
            checkout: None,
            started: None,
            typed: false,
        }
    }

    /// How many answers it was given so far that must not be lost.
    fn acknowledged(&self) -> u32 {
        u32::from(self.checkout.is_some()) + u32::from(self.started.is_some())
    }

    /// Goes on until it is paid. An error where the backend gives no answer.
    async fn go_on(&mut self, stack: &Stack) -> reqwest::Result<()> {
        if self.checkout.is_none() {
            self.checkout = Some(self.make(stack).await?);
        }
        let checkout = self.checkout.clone().unwrap();
        if self.started.is_none() {
            self.started = Some(self.start(stack, &checkout).await?);
        }
        if !self.typed {
            let page = stack.open_page(self.started.as_ref().unwrap()).await;
            stack.type_card(&page, CARD_AT_ONCE).await;
            self.typed = true;
        }
        let checkout = &checkout;
        until("an order to be paid", || async {
            // No session is asked about more often than it may.
            tokio::time::sleep(Duration::from_millis(100)).await;
            match stack.http.try_send(stack.status_request(checkout)).await {
                Ok(answer) => (answer.expect(200).json()["status"] == "paid").then_some(Ok(())),
                Err(error) => Some(Err(error)),
            }
        })
        .await
    }

    async fn make(&self, stack: &Stack) -> reqwest::Result<Checkout> {
        let mut order = stack.order(AMOUNT);
        order["reference"] = json!(format!("commande-{}", self.key));
        let request = stack.order_request(&self.key, &order);
        let answer = stack.http.try_send_until_kept(request).await?;
        Ok(Checkout::new(&answer.expect(201).json()))
    }

    async fn start(&self, stack: &Stack, checkout: &Checkout) -> reqwest::Result<Started> {
        let body = json!({ "method": "card" });
        let request = stack.payment_request(checkout, &self.key, &body);
        let answer = stack.http.try_send_until_kept(request).await?;
        Ok(Started::new(&answer.expect(201)))
    }

    /// Goes on once the backend is there again: all is repeated that it did not acknowledge, and of
    /// the notifications nothing else. What it has to ask is asked now. Gives how many
    /// notifications of this order it had acknowledged.
    async fn recover(&mut self, stack: &Stack) -> u32 {
        let mut acknowledged = 0;
        if let (Some(started), true) = (&self.started, self.typed) {
            for line in stack.deliveries(started.reference()).await {
                if line["outcome"] == "delivered" {
                    acknowledged += 1;
                } else {
                    let query = line["query"].as_str().unwrap();
                    stack
                        .http
                        .send_until_kept(stack.notify_request(query))
                        .await
                        .expect(200);
                }
            }
            stack.ask_again(started).await;
        }
        self.go_on(stack).await.unwrap();
        acknowledged
    }

    /// Paid, by its only payment, and once; the same requests again change nothing.
    async fn assert_paid_once(&self, stack: &Stack) {
        let (checkout, started) = (
            self.checkout.as_ref().unwrap(),
            self.started.as_ref().unwrap(),
        );
        assert_eq!(self.make(stack).await.unwrap().id, checkout.id);
        let body = json!({ "method": "card" });
        let again = stack.post_payment(checkout, &self.key, &body).await;
        again.problem(409, "session_paid");
        let truth = stack.truth(checkout).await;
        assert_eq!(truth["status"], "paid", "{truth}");
        let payments = truth["payments"].as_array().unwrap();
        assert_eq!(payments.len(), 1, "{truth}");
        assert_eq!(payments[0]["id"], started.payment, "{truth}");
        assert_eq!(payments[0]["accepted"], AMOUNT, "{truth}");
        assert_eq!(payments[0]["attention"], json!([]), "{truth}");
        let books = stack.platform_books(started.reference()).await;
        assert_eq!(books.len(), 1, "{books:?}");
    }
}

/// Orders, one after the other, until the backend gives no answer. The last one is cut off.
async fn order_until_it_dies(stack: Arc<Stack>) -> Vec<Order> {
    let mut orders = Vec::new();
    loop {
        let mut order = Order::new();
        let answered = order.go_on(&stack).await;
        orders.push(order);
        if answered.is_err() {
            return orders;
        }
    }
}

/// Another moment in each round, so that the backend dies at everything that it does.
fn moment(round: u32, longest: u32) -> Duration {
    Duration::from_millis((round * 97 % longest).into())
}

/// Kills the backend after a while, in the middle of whatever these do; gives what came of them,
/// and how long the backend took from its start to its first answer.
async fn kill_among<T: Send + 'static>(
    stack: &mut Arc<Stack>,
    after: Duration,
    tasks: JoinSet<T>,
) -> (Vec<T>, Duration) {
    tokio::time::sleep(after).await;
    stack.strike_backend().await;
    let outcomes = tasks.join_all().await;
    let alone = Arc::get_mut(stack).expect("everybody has ended");
    alone.kill_backend().await;
    let start = Instant::now();
    alone.start_backend().await;
    (outcomes, start.elapsed())
}

/// What is told of a number of restarts.
fn told(mut restarts: Vec<Duration>) -> String {
    restarts.sort();
    let (median, last) = (restarts[restarts.len() / 2], restarts[restarts.len() - 1]);
    format!(
        "first answer after the start: {} ms in the middle, {} ms at most",
        median.as_millis(),
        last.as_millis()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_after_kill_each_acknowledged_payment_is_there() {
    let mut stack = Arc::new(Stack::usual().await);
    let (mut paid, mut acknowledged, mut cut) = (Vec::new(), 0, 0);
    let mut restarts = Vec::new();
    let rounds = rounds(3);
    for round in 0..rounds {
        let mut customers = JoinSet::new();
        for _ in 0..CUSTOMERS {
            customers.spawn(order_until_it_dies(Arc::clone(&stack)));
        }
        let after = Duration::from_millis(150) + moment(round, 500);
        let (orders, restart) = kill_among(&mut stack, after, customers).await;
        restarts.push(restart);
        for mut order in orders.into_iter().flatten() {
            acknowledged += order.acknowledged();
            cut += u32::from(order.acknowledged() < 2);
            acknowledged += order.recover(&stack).await;
            order.assert_paid_once(&stack).await;
            paid.push(order);
        }
        stack.http.forget();
    }
    // What was there after one kill is there after all of them.
    for order in &paid {
        order.assert_paid_once(&stack).await;
    }
    let orders = i64::try_from(paid.len()).unwrap();
    assert!(orders >= i64::from(rounds * CUSTOMERS), "{orders} orders");
    assert_eq!(stack.count("sessions").await, orders);
    assert_eq!(stack.count("payments").await, orders);
    println!(
        "{rounds} kills, {orders} orders, {acknowledged} things acknowledged before a kill: none \
         lost, none doubled; {cut} orders cut off before their payment had started; {}",
        told(restarts)
    );
}

/// What is done with money, each with what the platform calls it.
const DONE_WITH_MONEY: [(&str, &str, &str, &str); 4] = [
    ("captures", "payment.captured", "up2pay", "00002"),
    ("refunds", "payment.refunded", "up2pay", "00014"),
    ("captures", "payment.captured", "sogenactif", "validate"),
    ("refunds", "payment.refunded", "sogenactif", "refund"),
];

/// Something that is done with a payment's money once, however often it is asked for.
struct Deed {
    checkout: Checkout,
    payment: String,
    reference: String,
    key: String,
    what: (&'static str, &'static str, &'static str, &'static str),
}

impl Deed {
    /// A payment that it can be done to.
    async fn new(
        stack: &Stack,
        what: (&'static str, &'static str, &'static str, &'static str),
    ) -> Self {
        let (path, _, platform, _) = what;
        let manual = path == "captures";
        let capture = if manual { "manual" } else { "automatic" };
        let checkout = stack
            .session_with(AMOUNT, json!({ "capture": capture }))
            .await;
        let status = if manual { "authorised" } else { "paid" };
        let (payment, reference) = if platform == "up2pay" {
            let (started, back) = stack.pay_by_card(&checkout, CARD_AT_ONCE).await;
            stack.come_back(&back).await;
            stack.wait_status(&checkout, status).await;
            if !manual {
                stack.next_day(&started).await;
            }
            (started.payment.clone(), started.reference().to_owned())
        } else {
            let fields = stack.start_fields(&checkout).await;
            stack.go_on(&checkout, &fields, SMOOTH).await;
            stack.wait_status(&checkout, status).await;
            (fields.payment, fields.reference)
        };
        Self {
            checkout,
            payment,
            reference,
            key: fresh_key(),
            what,
        }
    }

    /// Asks for it. An error where the backend gives no answer.
    async fn ask(&self, stack: &Stack) -> reqwest::Result<Value> {
        let (path, ..) = self.what;
        let body = json!({});
        let ask = stack.operation_request(DEMO_SHOP_KEY, &self.payment, path, &self.key, &body);
        Ok(stack
            .http
            .try_send_until_kept(ask)
            .await?
            .expect(201)
            .json())
    }

    /// How often the platform did it.
    async fn times(&self, stack: &Stack) -> u64 {
        let (_, _, platform, act) = self.what;
        if platform == "up2pay" {
            let acts = stack.platform_acts(&self.reference).await;
            acts.iter().filter(|(kind, _)| kind == act).count() as u64
        } else {
            let book = stack.office_book(&self.reference).await;
            book["acts"][act].as_u64().unwrap_or(0)
        }
    }

    /// Done once at the platform, in the books, and told to the shop under one id.
    async fn assert_done_once(&self, stack: &Stack, receiver: &Receiver) {
        let (path, kind, ..) = self.what;
        let told = self.ask(stack).await.unwrap();
        let id = told["id"].as_str().unwrap();
        until("it to be done", || async {
            stack.hasten_operations(&self.payment).await;
            let one = format!("{path}/{id}");
            let now = stack.read_operation(&self.payment, &one).await;
            let now = now.expect(200).json();
            assert_ne!(now["status"], "refused", "{now}");
            (now["status"] == "done").then_some(())
        })
        .await;
        assert_eq!(self.times(stack).await, 1, "{:?}", self.what);
        let balance = stack.balance_of(&self.checkout, &self.payment).await;
        let given_back = if path == "refunds" { AMOUNT } else { 0 };
        assert_eq!(balance, [0, AMOUNT, given_back, 0]);
        until("the shop to be told", || async {
            let of_it = receiver.of(&self.checkout.id);
            let mut ids: Vec<_> = of_it
                .iter()
                .filter(|message| message.kind() == kind)
                .map(|message| message.id().to_owned())
                .collect();
            ids.dedup();
            assert!(ids.len() <= 1, "told once: {ids:?}");
            (ids.len() == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_after_kill_what_is_captured_or_refunded_is_done_once_and_its_shop_is_told() {
    let receiver = Receiver::start().await;
    let options = StackOptions {
        sogenactif: true,
        shop_lines: receiver.shop_lines(&[WEBHOOK_SECRET]),
        lines: "webhook_networks = [\"127.0.0.1\"]\n".into(),
        ..StackOptions::default()
    };
    let mut stack = Arc::new(Stack::start(options).await);
    let (mut done, mut unanswered) = (0, 0);
    let mut restarts = Vec::new();
    let rounds = rounds(2);
    for round in 0..rounds {
        let mut deeds = Vec::new();
        for what in DONE_WITH_MONEY {
            deeds.push(Deed::new(&stack, what).await);
        }
        // A refund takes what was remitted.
        stack.move_office_clock(json!({ "days": 1 })).await;
        // Long enough that most are under way when the backend dies.
        stack.break_office(json!({ "office_slow_ms": 100 })).await;
        stack.faults(json!({ "ppps_answer_late_ms": 100 })).await;
        let mut shop = JoinSet::new();
        for deed in deeds {
            let stack = Arc::clone(&stack);
            shop.spawn(async move {
                let answered = deed.ask(&stack).await.is_ok();
                (deed, answered)
            });
        }
        let (outcomes, restart) = kill_among(&mut stack, moment(round, 300), shop).await;
        restarts.push(restart);
        stack.mend_office().await;
        stack.no_faults().await;
        for (deed, answered) in outcomes {
            unanswered += usize::from(!answered);
            deed.assert_done_once(&stack, &receiver).await;
            done += 1;
        }
        stack.http.forget();
    }
    println!(
        "{rounds} kills, {done} captures and refunds, {unanswered} cut off: each done once at the \
         platform and told to its shop under one id; {}",
        told(restarts)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_after_kill_in_the_middle_of_orders_none_is_made_twice() {
    let options = StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        ..StackOptions::default()
    };
    let mut stack = Arc::new(Stack::start(options).await);
    let card = stack.save_card("client-42", SMOOTH).await;
    let before = stack.office_orders().await;
    let (mut orders, mut unanswered, mut taken) = (0, 0, 0);
    let mut restarts = Vec::new();
    let rounds = rounds(3);
    for round in 0..rounds {
        let mut intents = Vec::new();
        for _ in 0..CUSTOMERS {
            let checkout = stack.session_of("client-42", AMOUNT).await;
            intents.push((checkout, fresh_key()));
        }
        // Long enough that most orders are under way when the backend dies.
        let slow = json!({ "office_slow_ms": 100 });
        stack.break_office(slow).await;
        let body = json!({ "method": "sogenactif_card", "card": card });
        let mut shop = JoinSet::new();
        for (checkout, key) in intents {
            let (stack, body) = (Arc::clone(&stack), body.clone());
            shop.spawn(async move {
                let pay = stack.shop_pays_request(DEMO_SHOP_KEY, &checkout, &key, &body);
                let answer = stack.http.try_send_until_kept(pay).await.ok();
                (checkout, key, answer.map(|answer| answer.expect(201)))
            });
        }
        let (outcomes, restart) = kill_among(&mut stack, moment(round, 400), shop).await;
        restarts.push(restart);
        stack.mend_office().await;
        for (checkout, key, answer) in outcomes {
            orders += 1;
            unanswered += usize::from(answer.is_none());
            let again = stack.shop_pays(DEMO_SHOP_KEY, &checkout, &key, &body).await;
            again.expect(201);
            let paid = ended(&stack, &checkout).await;
            assert!(paid || answer.is_none(), "an order that was acknowledged");
            taken += usize::from(paid);
        }
        assert_eq!(stack.office_orders().await, before + taken);
        stack.http.forget();
    }
    println!(
        "{rounds} kills, {orders} orders, {unanswered} of them killed in the middle: {taken} taken \
         once, {} not at all, none twice; {}",
        orders - taken,
        told(restarts)
    );
}

/// Whether a session is paid, once its only payment is over. It is if the platform took the order.
async fn ended(stack: &Stack, checkout: &Checkout) -> bool {
    let truth = stack.truth(checkout).await;
    let payments = truth["payments"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "{truth}");
    let payment = payments[0]["id"].as_str().unwrap();
    let reference = payments[0]["platform_reference"].as_str().unwrap();
    let book = stack.office_book(reference).await;
    if book == Value::Null {
        // What the platform does not know may still be on its way to it, up to the deadline.
        stack.pass_deadline_of(payment).await;
    }
    until("its end", || async {
        stack.take_up(payment).await;
        (stack.stage(payment).await == "over").then_some(())
    })
    .await;
    let truth = stack.truth(checkout).await;
    let paid = truth["status"] == "paid";
    assert_eq!(paid, book["responseCode"] == "00", "{truth}\n{book}");
    let accepted = if paid { AMOUNT } else { 0 };
    assert_eq!(truth["payments"][0]["accepted"], accepted, "{truth}");
    paid
}

/// Those of a flood who send at the same time, for each kind of request.
const FLOODERS: u32 = 40;

/// Connections that never say a word.
const SILENT: u32 = 200;

const SECRETS: &str = "wrong secrets";
const KEYS: &str = "wrong keys";
const NOTIFICATIONS: &str = "bad notifications";
const LISTS: &str = "lists of cards";
/// Nobody waits for their answers.
const HANGING_UP: &str = "starts that hang up";

/// What came of a kind of request: how often each status; 0 where there was no answer.
type Answers = BTreeMap<u16, u64>;

/// Sends one request after the other until it is time.
async fn flood(end: Instant, request: impl Fn() -> reqwest::RequestBuilder) -> Answers {
    let mut answers = Answers::new();
    while Instant::now() < end {
        let answer = request().send().await;
        let status = answer.map_or(0, |answer| answer.status().as_u16());
        *answers.entry(status).or_default() += 1;
    }
    answers
}

/// What strangers, and a customer who means ill, can send: a name, and requests of that kind.
async fn kinds(stack: &Arc<Stack>) -> Vec<(&'static str, Arc<Attack>)> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let stranger = |path: &'static str| {
        let (client, address) = (client.clone(), stack.at_backend(path));
        Arc::new(move || client.get(&address).bearer_auth("wrong")) as Arc<Attack>
    };
    let customer = stack.session_of("client-42", AMOUNT).await;
    let (cards, cards_of) = (
        stack.at_backend("/checkout/v1/cards"),
        customer.secret.clone(),
    );
    let lists = client.clone();
    let (body, ill) = (json!({ "method": "sogenactif_card" }), Arc::clone(stack));
    let customer = stack.session(AMOUNT).await;
    vec![
        (SECRETS, stranger("/checkout/v1/session")),
        (KEYS, stranger("/v1/sessions/cs_x")),
        (
            NOTIFICATIONS,
            stranger("/notify/up2pay/demo?Mt=4200&Ref=x&Auto=1&Erreur=00000&K=AA"),
        ),
        (
            LISTS,
            Arc::new(move || lists.get(&cards).bearer_auth(&cards_of)),
        ),
        (
            HANGING_UP,
            Arc::new(move || {
                let start = ill.payment_request(&customer, &fresh_key(), &body);
                start.timeout(Duration::from_millis(200))
            }),
        ),
    ]
}

type Attack = dyn Fn() -> reqwest::RequestBuilder + Send + Sync;

/// Customers who order, one order after the other, until it is time: how many were paid, each once.
async fn customers(stack: &Arc<Stack>, end: Instant) -> u32 {
    let mut all = JoinSet::new();
    for _ in 0..CUSTOMERS {
        let stack = Arc::clone(stack);
        all.spawn(async move {
            let mut paid = 0;
            while Instant::now() < end {
                let mut order = Order::new();
                order.go_on(&stack).await.unwrap();
                order.assert_paid_once(&stack).await;
                stack.http.forget();
                paid += 1;
            }
            paid
        });
    }
    all.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_order_as_ever_beside_a_flood_of_everything() {
    let options = StackOptions {
        sogenactif: true,
        one_click: true,
        ..StackOptions::default()
    };
    let begun = Instant::now();
    let stack = Arc::new(Stack::start(options).await);
    stack.break_office(json!({ "office_slow_ms": 500 })).await;
    let kinds = kinds(&stack).await;
    let (mut calm, mut beside) = ((0, 0.0), (0, 0.0));
    let mut answers: BTreeMap<&str, Answers> = BTreeMap::new();
    let all = seconds(3);
    // Calm and flood take turns, so that what else the machine does falls on both.
    for _ in 0..3 {
        let start = Instant::now();
        calm.0 += customers(&stack, start + all / 9).await;
        calm.1 += start.elapsed().as_secs_f64();
        let mut silent = Vec::new();
        for _ in 0..SILENT {
            let address = stack.backend().replace("http://", "");
            silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
        }
        let (start, mut flooders) = (Instant::now(), JoinSet::new());
        let end = start + all / 3;
        for (name, request) in &kinds {
            for _ in 0..FLOODERS {
                let (name, request) = (*name, Arc::clone(request));
                flooders.spawn(async move { (name, flood(end, &*request).await) });
            }
        }
        beside.0 += customers(&stack, end).await;
        beside.1 += start.elapsed().as_secs_f64();
        for (name, more) in flooders.join_all().await {
            for (status, count) in more {
                *answers.entry(name).or_default().entry(status).or_default() += count;
            }
        }
    }
    for (name, answers) in &answers {
        let failed = answers.keys().any(|status| *status >= 500);
        assert!(!failed, "{name}: {answers:?}");
        println!("{name}: {answers:?}");
    }
    // The limits that are usual: for each address, and what may call a platform for each session.
    let seconds = begun.elapsed().as_secs() + 1;
    let heard = |name, status| answers[name].get(&status).copied().unwrap_or(0);
    let strangers = heard(SECRETS, 401) + heard(KEYS, 401) + heard(NOTIFICATIONS, 400);
    assert!(
        strangers <= 400 + 20 * seconds,
        "{strangers} in {seconds} s"
    );
    let lists = heard(LISTS, 200);
    assert!(lists <= 40 + seconds, "{lists} lists in {seconds} s");
    let log = stack.backend_log();
    let told = log.matches("alert=\"flood\"").count();
    let minutes = usize::try_from(seconds / 60).unwrap();
    // One line a minute for each of the four buckets, and no line for a request.
    assert!(told <= 4 * (minutes + 1), "{told} lines");
    assert_eq!(stack.attention().await, "Nothing needs attention.\n");
    let rate = |(orders, seconds): (u32, f64)| f64::from(orders) / seconds;
    println!(
        "{} s of flood, {SILENT} silent connections beside it: {} orders, each paid once and none \
         refused, {:.1} a second; without it {:.1} a second; {:.2} of it kept",
        all.as_secs(),
        beside.0,
        rate(beside),
        rate(calm),
        rate(beside) / rate(calm)
    );
}
