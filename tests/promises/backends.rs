//! Three backends on one server of PostgreSQL's: whatever reaches whichever of them, and whichever
//! of them dies, each order is paid once and nothing that was acknowledged is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::own_server::{OwnServer, Programs};
use crate::support::{
    CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, NO_LIMITS, OTHER_SHOP_KEY, Program, Proxy, SMOOTH,
    Stack, StackOptions, Started, command, free_port, fresh_key, postgres, skipped, until,
    until_within,
};

const SHOPPER: &str = "client-42";
const AMOUNT: u64 = 4200;

/// How long an order may take from its first request to its last, with all that happens meanwhile.
const PATIENCE: Duration = Duration::from_secs(120);

/// Three backends behind a proxy, which is where the stack's own backend was.
struct Backends {
    stack: Arc<Stack>,
    folder: tempfile::TempDir,
    /// In front of them.
    proxy: Proxy,
    /// Between them and the database.
    line: Proxy,
    addresses: Vec<String>,
    running: Vec<Program>,
}

impl Backends {
    /// None where there is no server of PostgreSQL's.
    async fn start(options: StackOptions) -> Option<Self> {
        let Some(server) = postgres::address("postgres") else {
            skipped("there is no server of PostgreSQL's: see GUICHET_POSTGRES");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let database = postgres::database_of(folder.path(), "template0").await;
        let server = server.split_once('@').unwrap().1;
        let server = server.split_once('/').unwrap().0.to_owned();
        Some(Self::start_at(options, &server, &database, folder).await)
    }

    /// With their books in an empty database of that server.
    async fn start_at(
        options: StackOptions,
        server: &str,
        database: &str,
        folder: tempfile::TempDir,
    ) -> Self {
        let line = Proxy::start("127.0.0.1:0", &[server.to_owned()]).await;
        let books = format!("postgres://guichet@{}/{database}", line.address());
        let mut stack = Stack::start(StackOptions {
            lines: NO_LIMITS.into(),
            kept_connections: 0,
            ..options
        })
        .await;
        stack.stop_backend().await;
        let config = std::fs::read_to_string(stack.config()).unwrap();
        let config = config.replace("sqlite://books.db", &books);
        std::fs::write(stack.config(), config).unwrap();
        migrate(&stack).await;
        let proxy = Proxy::start(&stack.listen(), &[]).await;
        let mut backends = Self {
            stack: Arc::new(stack),
            folder,
            proxy,
            line,
            addresses: Vec::new(),
            running: Vec::new(),
        };
        for number in 0..3 {
            let port = free_port();
            backends.addresses.push(format!("127.0.0.1:{port}"));
            let program = backends.start_one(number).await;
            backends.running.push(program);
        }
        backends.proxy.lead_to(&backends.addresses);
        backends
    }

    /// With their books in a server of the test's own.
    async fn start_on(server: &OwnServer) -> Self {
        server.sql("CREATE DATABASE books").await;
        let folder = tempfile::tempdir().unwrap();
        Self::start_at(StackOptions::default(), &server.address(), "books", folder).await
    }

    /// Starts one, and waits until it is ready.
    async fn start_one(&self, number: usize) -> Program {
        let address = &self.addresses[number];
        let config = std::fs::read_to_string(self.stack.config()).unwrap();
        let lines = config
            .lines()
            .filter(|line| !line.starts_with("metrics_listen"));
        let lines = lines.map(|line| match line.starts_with("listen") {
            true => format!("listen = {address:?}"),
            false => line.to_owned(),
        });
        let config: Vec<String> = lines.collect();
        // Beside the other one: it names files by their place.
        let path = self.stack.folder().join(format!("{number}.toml"));
        std::fs::write(&path, config.join("\n")).unwrap();
        let log = self.folder.path().join(format!("{number}.log"));
        let args = ["serve".as_ref(), "--config".as_ref(), path.as_os_str()];
        let env = [
            ("DEMO_SHOP_KEY", DEMO_SHOP_KEY),
            ("OTHER_SHOP_KEY", OTHER_SHOP_KEY),
        ];
        let program = Program::start("guichet", &args, &env, &log);
        self.wait_ready(number).await;
        program
    }

    async fn wait_ready(&self, number: usize) {
        let client = self.stack.http.client();
        let ready = format!("http://{}/readyz", self.addresses[number]);
        let ready = until_within(PATIENCE, || async {
            let answer = client.get(&ready).send().await;
            answer.is_ok_and(|a| a.status().is_success()).then_some(())
        });
        if ready.await.is_none() {
            panic!("backend {number} is not ready:\n{}", self.log(number));
        }
    }

    fn log(&self, number: usize) -> String {
        let log = self.folder.path().join(format!("{number}.log"));
        std::fs::read_to_string(log).unwrap_or_default()
    }

    /// Hands what comes to these alone from now on, as a proxy does that asks who is ready.
    fn only(&self, numbers: &[usize]) {
        let addresses = numbers.iter().map(|number| self.addresses[*number].clone());
        self.proxy.lead_to(&addresses.collect::<Vec<_>>());
        self.proxy.cut();
    }

    /// Waits until the books on the server have what a saved card's first payment left.
    async fn wait_first_payment(&self, card: &str) {
        let name = std::fs::read_to_string(self.folder.path().join("database")).unwrap();
        let mut db = postgres::connect(&name).await;
        let begun = std::time::Instant::now();
        loop {
            let kept = sqlx::query_scalar("SELECT count(*) FROM first_payments WHERE card = $1");
            let kept: i64 = kept.bind(card).fetch_one(&mut db).await.unwrap();
            if kept > 0 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "no first payment is kept");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The ledger is what the events tell, by the command that an operator uses.
    async fn assert_audited(&self) {
        let (status, told) = run(&self.stack, "audit").await;
        assert_eq!(status, Some(0), "{told}");
    }
}

/// A command with the stack's configuration: its status, and what it says.
async fn run(stack: &Stack, what: &str) -> (Option<i32>, String) {
    let done = command("guichet")
        .args([what, "--config"])
        .arg(stack.config())
        .env("DEMO_SHOP_KEY", DEMO_SHOP_KEY)
        .env("OTHER_SHOP_KEY", OTHER_SHOP_KEY)
        .output()
        .await
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (done.status.code(), said)
}

/// Makes the tables, as an operator does: without them no backend starts.
async fn migrate(stack: &Stack) {
    let (status, said) = run(stack, "serve").await;
    assert!(
        status == Some(1) && said.contains("run guichet migrate"),
        "{said}"
    );
    let (status, said) = run(stack, "migrate").await;
    assert!(status == Some(0) && said.contains("up to date"), "{said}");
    let (_, said) = run(stack, "doctor").await;
    assert!(
        said.contains("ok    books: ") && said.contains("PostgreSQL at"),
        "{said}"
    );
}

/// What keeps two orders of one session apart is in no process.
#[tokio::test]
async fn clicks_on_a_saved_card_that_reach_three_backends_make_one_order() {
    let options = StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        ..Default::default()
    };
    let Some(backends) = Backends::start(options).await else {
        return;
    };
    let stack = &backends.stack;
    let card = stack.show_saved_card(SHOPPER, SMOOTH).await;
    backends.wait_first_payment(&card).await;
    stack.break_office(json!({ "office_slow_ms": 300 })).await;
    for (by_shop, same_key) in [(false, false), (true, false), (true, true), (false, true)] {
        for round in 0..3 {
            let checkout = stack.session_of(SHOPPER, AMOUNT).await;
            let before = stack.office_orders().await;
            let mut all = JoinSet::new();
            // Each leads to the next backend.
            for click in 0..12 {
                let (stack, checkout, card) = (Arc::clone(stack), checkout.clone(), card.clone());
                let key = format!("click-{round}-{}", if same_key { 0 } else { click });
                let body = json!({ "method": "sogenactif_card", "card": card });
                all.spawn(async move {
                    let answer = match by_shop {
                        true => stack.shop_pays(DEMO_SHOP_KEY, &checkout, &key, &body).await,
                        false => stack.post_payment(&checkout, &key, &body).await,
                    };
                    answer.status
                });
            }
            let statuses = all.join_all().await;
            assert!(
                statuses.iter().all(|s| [201, 409].contains(s)),
                "{statuses:?}"
            );
            stack.wait_status(&checkout, "paid").await;
            let truth = stack.truth(&checkout).await;
            assert_eq!(stack.office_orders().await, before + 1, "{truth}");
        }
    }
    backends.assert_audited().await;
}

/// What it was in the middle of is not sent again; what became of it is known in seconds.
#[tokio::test]
async fn what_a_killed_backend_had_ordered_is_found_paid_by_another_one_in_seconds() {
    let options = StackOptions {
        sogenactif: true,
        one_click: true,
        add_cards: true,
        ..Default::default()
    };
    let Some(mut backends) = Backends::start(options).await else {
        return;
    };
    let stack = Arc::clone(&backends.stack);
    let card = stack.show_saved_card(SHOPPER, SMOOTH).await;
    backends.wait_first_payment(&card).await;
    backends.only(&[0]);
    let checkout = stack.session_of(SHOPPER, AMOUNT).await;
    let orders = stack.office_orders().await;
    stack.break_office(json!({ "office_slow_ms": 3000 })).await;
    let body = json!({ "method": "sogenactif_card", "card": card });
    {
        let cut = stack.shop_pays(DEMO_SHOP_KEY, &checkout, "click", &body);
        tokio::select! {
            answer = cut => panic!("{}", answer.text()),
            () = until("the order", || async {
                (stack.office_orders().await > orders).then_some(())
            }) => {}
        }
    }
    backends.running[0].kill().await;
    stack.mend_office().await;
    backends.only(&[1, 2]);
    // Well before its own time, which is two minutes.
    stack.wait_status(&checkout, "paid").await;
    let truth = stack.truth(&checkout).await;
    assert_eq!(truth["payments"][0]["accepted"], AMOUNT, "{truth}");
    assert_eq!(truth["payments"].as_array().unwrap().len(), 1, "{truth}");
    assert_eq!(stack.office_orders().await, orders + 1);
    backends.assert_audited().await;
}

#[tokio::test]
async fn what_a_killed_backend_had_captured_is_found_done_by_another_one_in_seconds() {
    let Some(mut backends) = Backends::start(StackOptions::default()).await else {
        return;
    };
    let stack = Arc::clone(&backends.stack);
    let (checkout, started) = stack.reserved_session(AMOUNT).await;
    backends.only(&[0]);
    stack.faults(json!({ "ppps_answer_late_ms": 20_000 })).await;
    let (key, body) = (fresh_key(), json!({}));
    let request = stack.operation_request(DEMO_SHOP_KEY, &started.payment, "captures", &key, &body);
    let asking = tokio::spawn(request.send());
    until("the platform's act", || async {
        let acts = stack.platform_acts(started.reference()).await;
        (!acts.is_empty()).then_some(())
    })
    .await;
    backends.running[0].kill().await;
    assert!(asking.await.unwrap().is_err(), "nobody was answered");
    stack.no_faults().await;
    backends.only(&[1, 2]);
    // Well before its own time, which is five minutes.
    until("the capture", || async {
        let balance = stack.balance(&checkout, &started).await;
        (balance == [0, AMOUNT, 0, 0]).then_some(())
    })
    .await;
    let acts = stack.platform_acts(started.reference()).await;
    assert_eq!(acts, [("00002".to_owned(), AMOUNT)]);
    backends.assert_audited().await;
}

/// An order, as far as it was acknowledged. Who gets no answer, or one that says to come again,
/// does so with the same keys.
struct Order {
    key: String,
    checkout: Option<Checkout>,
    started: Option<Started>,
    /// Where the platform's page leads back to, until the browser got there.
    back: Option<String>,
}

impl Order {
    async fn pay(&mut self, stack: &Stack) -> Option<()> {
        if self.checkout.is_none() {
            let mut order = stack.order(AMOUNT);
            order["reference"] = json!(format!("commande-{}", self.key));
            let request = stack.order_request(&self.key, &order);
            let answer = stack.http.try_send(request).await.ok()?;
            if answer.status != 201 {
                return None;
            }
            self.checkout = Some(Checkout::new(&answer.json()));
        }
        let checkout = self.checkout.clone()?;
        if self.started.is_none() {
            let body = json!({ "method": "card" });
            let request = stack.payment_request(&checkout, &self.key, &body);
            let answer = stack.http.try_send(request).await.ok()?;
            if answer.status != 201 {
                return None;
            }
            let started = Started::new(&answer);
            let page = stack.open_page(&started).await;
            let back = stack.type_card(&page, CARD_AT_ONCE).await;
            self.back = Some(back);
            self.started = Some(started);
        }
        if let Some(back) = &self.back {
            // Who sees an error reloads. The platform's own message may have been lost with a
            // connection, and its next one is far off.
            let answer = stack.http.try_send(stack.http.client().get(back)).await;
            if answer.ok()?.status != 303 {
                return None;
            }
            self.back = None;
        }
        let status = stack
            .http
            .try_send(stack.status_request(&checkout))
            .await
            .ok()?;
        (status.status == 200 && status.json()["status"] == "paid").then_some(())
    }

    async fn assert_paid_once(&self, stack: &Stack) {
        let (checkout, started) = (
            self.checkout.as_ref().unwrap(),
            self.started.as_ref().unwrap(),
        );
        // A connection that the client kept may have been cut before it asks.
        let address = stack.at_backend(&format!("/v1/sessions/{}", checkout.id));
        let truth: Option<Value> = until_within(PATIENCE, || async {
            let ask = stack.http.client().get(&address);
            let answer = stack.http.try_send(ask.bearer_auth(DEMO_SHOP_KEY)).await;
            let answer = answer.ok().filter(|answer| answer.status == 200)?;
            Some(answer.json())
        })
        .await;
        let truth = truth.unwrap();
        assert_eq!(truth["status"], "paid", "{truth}");
        let payments = truth["payments"].as_array().unwrap();
        assert_eq!(payments.len(), 1, "{truth}");
        assert_eq!(payments[0]["accepted"], AMOUNT, "{truth}");
        assert_eq!(payments[0]["attention"], json!([]), "{truth}");
        assert_eq!(stack.platform_books(started.reference()).await.len(), 1);
    }
}

/// Buys once, and comes again until it is paid.
async fn buy(stack: &Stack) -> Order {
    let mut order = Order {
        key: fresh_key(),
        checkout: None,
        started: None,
        back: None,
    };
    let begun = std::time::Instant::now();
    while order.pay(stack).await.is_none() {
        if begun.elapsed() > PATIENCE {
            let checkout = order.checkout.as_ref().expect("a session");
            let status = stack.http.try_send(stack.status_request(checkout)).await;
            let status = status.map(|answer| answer.text());
            panic!("{} is not paid: {status:?}", checkout.id);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    order
}

/// Four who buy again and again, until they are told to stop.
struct Customers {
    stop: Arc<AtomicBool>,
    all: JoinSet<Vec<Order>>,
}

impl Customers {
    fn of(stack: &Arc<Stack>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut all = JoinSet::new();
        for _ in 0..4 {
            let (stack, stop) = (Arc::clone(stack), Arc::clone(&stop));
            all.spawn(async move {
                let mut orders = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    orders.push(buy(&stack).await);
                }
                orders
            });
        }
        Self { stop, all }
    }

    async fn assert_each_paid_once(mut self, backends: &Backends) {
        self.stop.store(true, Ordering::Relaxed);
        let mut count = 0;
        while let Some(orders) = self.all.join_next().await {
            for order in orders.unwrap() {
                order.assert_paid_once(&backends.stack).await;
                count += 1;
            }
        }
        assert!(count > 20, "{count}");
        backends.assert_audited().await;
    }
}

const PAUSE: Duration = Duration::from_millis(700);

/// Longer than a transaction may be idle, and than a backend may be silent.
const FROZEN: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_backend_killed_one_frozen_and_the_database_cut_off_each_order_is_paid_once() {
    let Some(mut backends) = Backends::start(StackOptions::default()).await else {
        return;
    };
    let customers = Customers::of(&backends.stack);
    tokio::time::sleep(PAUSE).await;
    backends.running[0].kill().await;
    backends.only(&[1, 2]);
    tokio::time::sleep(PAUSE).await;
    backends.line.cut();
    tokio::time::sleep(PAUSE).await;
    backends.running[1].signal("STOP").await;
    backends.only(&[2]);
    tokio::time::sleep(PAUSE).await;
    backends.line.cut();
    backends.running[0] = backends.start_one(0).await;
    backends.only(&[0, 2]);
    let frozen = tokio::time::sleep(FROZEN);
    buy(&backends.stack).await;
    frozen.await;
    backends.running[1].signal("CONT").await;
    backends.wait_ready(1).await;
    backends.only(&[0, 1, 2]);
    backends.line.cut();
    customers.assert_each_paid_once(&backends).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_postgresql_crashes_and_is_started_again_each_order_is_paid_once() {
    let Some(programs) = Programs::find().await else {
        return;
    };
    let mut server = OwnServer::start(&programs).await;
    let backends = Backends::start_on(&server).await;
    let customers = Customers::of(&backends.stack);
    for _ in 0..3 {
        tokio::time::sleep(PAUSE).await;
        server.crash().await;
        tokio::time::sleep(PAUSE).await;
        server.start_again().await;
        buy(&backends.stack).await;
    }
    customers.assert_each_paid_once(&backends).await;
}

/// What `guichet doctor` says of the server, beside what the machine is short of.
async fn doctor(backends: &Backends) -> String {
    run(&backends.stack, "doctor").await.1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_replica_takes_the_primarys_place_nothing_acknowledged_is_lost() {
    let Some(programs) = Programs::find().await else {
        return;
    };
    let mut primary = OwnServer::start(&programs).await;
    let backends = Backends::start_on(&primary).await;
    let may_lose = "what was acknowledged last may be lost; set synchronous_standby_names";
    let said = doctor(&backends).await;
    assert!(!said.contains(may_lose), "there is no replica: {said}");
    let replica = primary.replica("second").await;
    let said = doctor(&backends).await;
    assert!(said.contains(may_lose), "it follows as it likes: {said}");
    primary.wait_for_replica("second").await;
    let said = doctor(&backends).await;
    assert!(!said.contains(may_lose), "it is waited for: {said}");
    let customers = Customers::of(&backends.stack);
    for _ in 0..5 {
        buy(&backends.stack).await;
    }
    primary.crash().await;
    tokio::time::sleep(PAUSE).await;
    replica.promote().await;
    backends.line.lead_to(&[replica.address()]);
    backends.line.cut();
    for _ in 0..5 {
        buy(&backends.stack).await;
    }
    customers.assert_each_paid_once(&backends).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_pgbouncer_in_session_mode_each_order_is_paid_once_when_it_is_restarted() {
    let Some(programs) = Programs::find().await else {
        return;
    };
    let bouncer = std::path::Path::new("/usr/sbin/pgbouncer");
    if !bouncer.is_file() {
        skipped("there is no pgbouncer");
        return;
    }
    let mut server = OwnServer::start(&programs).await;
    server.sql("CREATE DATABASE books").await;
    let folder = tempfile::tempdir().unwrap();
    programs.own(folder.path());
    let (port, database) = (free_port(), server.address());
    let (_, behind) = database.split_once(':').unwrap();
    let config = folder.path().join("pgbouncer.ini");
    let text = [
        "[databases]".to_owned(),
        format!("books = host=127.0.0.1 port={behind} user=guichet"),
        "[pgbouncer]".to_owned(),
        "listen_addr = 127.0.0.1".to_owned(),
        format!("listen_port = {port}"),
        "unix_socket_dir =".to_owned(),
        "auth_type = any".to_owned(),
        "pool_mode = session".to_owned(),
        "default_pool_size = 100".to_owned(),
    ];
    std::fs::write(&config, text.join("\n") + "\n").unwrap();
    let start = || {
        let log = folder.path().join("pgbouncer.log");
        let log = std::fs::File::options().create(true).append(true).open(log);
        let mut command = programs.command(bouncer);
        command.arg(&config).stdout(std::process::Stdio::null());
        command.stderr(log.unwrap()).spawn().unwrap()
    };
    let mut process = start();
    let address = format!("127.0.0.1:{port}");
    let there = || async { tokio::net::TcpStream::connect(&address).await.ok() };
    until("pgbouncer", there).await;
    let own = tempfile::tempdir().unwrap();
    let backends = Backends::start_at(StackOptions::default(), &address, "books", own).await;
    let customers = Customers::of(&backends.stack);
    tokio::time::sleep(PAUSE).await;
    process.kill().await.unwrap();
    tokio::time::sleep(PAUSE).await;
    process = start();
    buy(&backends.stack).await;
    server.crash().await;
    server.start_again().await;
    for _ in 0..5 {
        buy(&backends.stack).await;
    }
    customers.assert_each_paid_once(&backends).await;
    process.kill().await.unwrap();
}

/// HAProxy with the configuration that is shipped. It ends with this.
struct Haproxy {
    listen: String,
    _process: tokio::process::Child,
}

impl Haproxy {
    /// In front of these. None where it is not there.
    async fn start(backends: &Backends) -> Option<Self> {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut folders = path.split(':').chain(["/usr/sbin"]);
        let program = folders.find_map(|folder| {
            let program = std::path::Path::new(folder).join("haproxy");
            program.is_file().then_some(program)
        });
        let Some(program) = program else {
            skipped("there is no haproxy");
            return None;
        };
        let listen = format!("127.0.0.1:{}", free_port());
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/haproxy.cfg");
        let shipped = std::fs::read_to_string(shipped).unwrap();
        let (mut config, mut changed) = (Vec::new(), 0);
        for line in shipped.lines() {
            if line.trim() == "bind :8601" {
                config.push(format!("    bind {listen}"));
                changed += 1;
            } else if line.trim().starts_with("server ") {
                changed += 1;
            } else {
                config.push(line.to_owned());
            }
        }
        assert_eq!(changed, 3, "{shipped}");
        let servers = backends.addresses.iter().zip(["first", "second", "third"]);
        config.extend(servers.map(|(address, name)| format!("    server {name} {address}")));
        let file = backends.folder.path().join("haproxy.cfg");
        std::fs::write(&file, config.join("\n") + "\n").unwrap();
        let log = std::fs::File::create(backends.folder.path().join("haproxy.log")).unwrap();
        let process = tokio::process::Command::new(program)
            .arg("-db")
            .arg("-f")
            .arg(file)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let there = until_within(PATIENCE, || async {
            tokio::net::TcpStream::connect(&listen).await.ok()
        });
        assert!(there.await.is_some(), "haproxy does not listen");
        Some(Self {
            listen,
            _process: process,
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_the_proxy_as_it_is_shipped_a_backend_that_dies_or_hangs_costs_no_order() {
    let Some(mut backends) = Backends::start(StackOptions::default()).await else {
        return;
    };
    let Some(haproxy) = Haproxy::start(&backends).await else {
        return;
    };
    // Who is ready it finds out by itself from here on.
    backends
        .proxy
        .lead_to(std::slice::from_ref(&haproxy.listen));
    let customers = Customers::of(&backends.stack);
    tokio::time::sleep(PAUSE).await;
    backends.running[0].kill().await;
    tokio::time::sleep(PAUSE).await;
    backends.running[1].signal("STOP").await;
    let frozen = tokio::time::sleep(FROZEN);
    // With one of three left.
    buy(&backends.stack).await;
    frozen.await;
    backends.running[0] = backends.start_one(0).await;
    backends.running[1].signal("CONT").await;
    customers.assert_each_paid_once(&backends).await;
}
