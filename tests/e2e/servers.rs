//! The shops' servers in `examples/`, each as a real shop: an order is paid, told and delivered.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::redirect;
use tokio::process::{Child, Command};

use crate::support::{
    CARD_AT_ONCE, Checkout, DEMO_SHOP_KEY, NEXT_WEBHOOK_SECRET, Stack, StackOptions,
    WEBHOOK_SECRET, free_port, until,
};

/// A shop's server that runs, with its own folder.
struct Shop {
    origin: String,
    folder: tempfile::TempDir,
    client: reqwest::Client,
    _process: Child,
}

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(path)
}

/// What `cargo xtask test` says in this variable.
pub(crate) fn told_by_xtask(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`"))
}

/// The command that runs an example, in a folder that is its own.
fn command(language: &str, port: u16, folder: &Path) -> Command {
    match language {
        "php" => {
            let mut php = Command::new("php");
            php.args(["-S", &format!("127.0.0.1:{port}")]);
            php.arg(example("php/shop.php"));
            php
        }
        "node" => {
            // Modules are looked for beside the script and nowhere else.
            let script = folder.join("shop.mjs");
            std::fs::copy(example("node/shop.js"), &script).unwrap();
            let modules = told_by_xtask("GUICHET_NODE_MODULES");
            std::os::unix::fs::symlink(modules, folder.join("node_modules")).unwrap();
            let mut node = Command::new("node");
            node.arg(script);
            node
        }
        _ => {
            let mut python = Command::new(told_by_xtask("GUICHET_PYTHON"));
            python.arg(example("python/shop.py"));
            python
        }
    }
}

impl Shop {
    async fn start(language: &str, port: u16, guichet: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let process = command(language, port, folder.path())
            .env("GUICHET_URL", guichet)
            .env("GUICHET_KEY", DEMO_SHOP_KEY)
            // The older of the two that messages are signed with.
            .env("GUICHET_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .env("SHOP_URL", &origin)
            .env("SHOP_DATA", folder.path())
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{language}: {error}"));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .unwrap();
        until(&format!("the shop in {language}"), || async {
            client.get(&origin).send().await.ok()
        })
        .await;
        Self {
            origin,
            folder,
            client,
            _process: process,
        }
    }

    async fn page(&self, path: &str) -> String {
        let page = self
            .client
            .get(format!("{}{path}", self.origin))
            .send()
            .await;
        page.unwrap().text().await.unwrap()
    }

    /// The orders that it has delivered, each as often as it has.
    fn delivered(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.folder.path().join("delivered.log"));
        log.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Whether it takes this for a message of Guichet's.
    async fn takes(&self, id: &str, signature: &str, body: &str) -> bool {
        let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let post = self
            .client
            .post(format!("{}/webhook", self.origin))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned());
        post.send().await.unwrap().status().is_success()
    }
}

/// An order that the shop has made: the path of its page, and the session that is shown there.
async fn new_order(stack: &Stack, shop: &Shop) -> (String, Checkout) {
    let made = shop
        .client
        .post(format!("{}/order", shop.origin))
        .send()
        .await;
    let made = made.unwrap();
    assert_eq!(made.status(), 303);
    let path = made.headers()["location"].to_str().unwrap().to_owned();
    let page = shop.page(&path).await;
    assert!(page.contains("to be paid"), "{page}");
    assert!(
        page.contains(&format!("src=\"{}/guichet.js\"", stack.backend())),
        "{page}"
    );
    let secret = page
        .split("session=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let found = stack
        .find_sessions(DEMO_SHOP_KEY, &[("reference", &path["/order/".len()..])])
        .await;
    let found = found.expect(200).json();
    let checkout = Checkout {
        id: found["sessions"][0]["id"].as_str().unwrap().to_owned(),
        secret: secret.unwrap().to_owned(),
    };
    (path, checkout)
}

async fn one_payment_and_one_refund(language: &str) {
    let port = free_port();
    let hook = format!("http://127.0.0.1:{port}/webhook");
    let secrets = [NEXT_WEBHOOK_SECRET, WEBHOOK_SECRET];
    let stack = Stack::start(StackOptions {
        lines: "webhook_networks = [\"127.0.0.1\"]\n".into(),
        shop_lines: format!("webhook = {{ url = {hook:?}, secrets = {secrets:?} }}"),
        more_origins: vec![format!("http://127.0.0.1:{port}")],
        ..StackOptions::default()
    })
    .await;
    let shop = Shop::start(language, port, &stack.backend()).await;

    let (path, checkout) = new_order(&stack, &shop).await;
    let order = path.strip_prefix("/order/").unwrap();

    // Forged: nothing is delivered for it.
    let body = format!(r#"{{"type":"session.paid","data":{{"reference":"{order}"}}}}"#);
    let forged = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert!(!shop.takes("msg_1", forged, &body).await);

    let started = stack.start_payment(&checkout, "card").await;
    let platform = stack.open_page(&started).await;
    stack.type_card(&platform, CARD_AT_ONCE).await;
    // Nobody comes back, and the shop does not ask.
    until("the order to be paid", || async {
        shop.page(&path).await.contains("is paid").then_some(())
    })
    .await;
    until("the delivery", || async {
        (shop.delivered() == [order]).then_some(())
    })
    .await;
    assert!(!shop.takes("msg_1", forged, &body).await);

    // The same message again delivers nothing again.
    let digits = checkout.id.strip_prefix("cs_").unwrap();
    let waiting = || async {
        let (_, list, _) = stack.guichet(&["webhooks", "list"]).await;
        list.contains("0 waiting").then_some(())
    };
    until("its record", waiting).await;
    let replay = stack
        .guichet(&["webhooks", "replay", &format!("msg_{digits}_1")])
        .await;
    assert_eq!(replay.0, 0, "{}", replay.2);
    until("the message again", waiting).await;
    let (_, list, _) = stack.guichet(&["webhooks", "list"]).await;
    assert!(
        list.contains("delivered") && !list.contains("next try"),
        "{list}"
    );
    assert_eq!(shop.delivered(), [order]);

    // It gives the money back, and is told that this was done.
    stack.next_day(&started).await;
    let refund = shop.client.post(format!("{}{path}/refund", shop.origin));
    let refund = refund.send().await.unwrap();
    assert_eq!(refund.status(), 303);
    until("the order to be refunded", || async {
        shop.page(&path).await.contains("is refunded").then_some(())
    })
    .await;
    assert_eq!(shop.delivered(), [order]);
}

#[tokio::test]
async fn a_shop_in_php_is_paid_delivers_once_and_refunds() {
    one_payment_and_one_refund("php").await;
}

#[tokio::test]
async fn a_shop_in_node_that_verifies_with_the_library_is_paid_delivers_once_and_refunds() {
    one_payment_and_one_refund("node").await;
}

#[tokio::test]
async fn a_shop_in_python_that_verifies_with_the_library_is_paid_delivers_once_and_refunds() {
    one_payment_and_one_refund("python").await;
}

#[test]
fn what_the_page_for_shop_developers_shows_is_the_examples_own() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/webhooks.md"));
    let page = page.unwrap();
    for (path, mark) in [
        ("php/shop.php", "//"),
        ("node/shop.js", "//"),
        ("python/shop.py", "#"),
    ] {
        let code = std::fs::read_to_string(example(path)).unwrap();
        let begin = format!("{mark} docs:begin\n");
        let shown = code.split(&begin).nth(1);
        let shown = shown.and_then(|rest| rest.split(&format!("{mark} docs:end")).next());
        let shown = shown.unwrap_or_else(|| panic!("{path} marks nothing to be shown"));
        let named = format!("<!-- from examples/{path} -->\n```");
        assert!(page.contains(&named), "{path} is not named");
        assert!(
            page.contains(shown.trim_end()),
            "docs/webhooks.md shows another {path}"
        );
    }
}
