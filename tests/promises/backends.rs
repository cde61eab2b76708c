//! Three backends on one server of PostgreSQL's: whatever reaches whichever of them, each order is
//! paid once.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{
    DEMO_SHOP_KEY, NO_LIMITS, OTHER_SHOP_KEY, Program, Proxy, SMOOTH, Stack, StackOptions, command,
    free_port, postgres, skipped, until_within,
};

const SHOPPER: &str = "client-42";
const AMOUNT: u64 = 4200;

/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Three backends behind a proxy, which is where the stack's own backend was.
struct Backends {
    stack: Arc<Stack>,
    folder: tempfile::TempDir,
    /// In front of them.
    proxy: Proxy,
    addresses: Vec<String>,
    running: Vec<Program>,
}

impl Backends {
    /// None where there is no server of PostgreSQL's.
    async fn start(options: StackOptions) -> Option<Self> {
        if postgres::address("postgres").is_none() {
            skipped("there is no server of PostgreSQL's: see GUICHET_POSTGRES");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let database = postgres::database_of(folder.path(), "template0").await;
        let books = postgres::address(&database).unwrap();
        let mut stack = Stack::start(StackOptions {
            lines: NO_LIMITS.into(),
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
        Some(backends)
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
            // Each connection leads to the next backend, and as many are open as there are clicks.
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
