//! A stack, a browser, and one shopper: what every test starts with.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use crate::browser::{Browser, eventually};
use crate::drivers::Place;
use crate::engine::Engine;
use crate::support::{DEMO_SHOP_KEY, Stack, StackOptions};

/// How long a test may take in all.
const LONGEST: Duration = Duration::from_secs(100);
/// How long a browser may take to say where it stands, and to end.
const SHORT: Duration = Duration::from_secs(15);

/// Everything that a test plays with.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) browser: Browser,
}

/// The stack that every test starts, where it asks for no other.
pub(crate) fn usual() -> StackOptions {
    StackOptions {
        assets: Some(assets()),
        ..StackOptions::default()
    }
}

/// The widget's files.
pub(crate) fn assets() -> PathBuf {
    let usual = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/assets"));
    let folder = std::env::var_os("GUICHET_ASSETS").map_or_else(usual, PathBuf::from);
    assert!(
        folder.join("guichet.js").is_file(),
        "there is no widget in {}: run `cargo xtask build`, or name its folder in GUICHET_ASSETS",
        folder.display()
    );
    folder
}

/// A folder of the build's own.
pub(crate) fn target(name: &str) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    target
        .parent()
        .map_or(target.clone(), ToOwned::to_owned)
        .join(name)
}

/// Plays a test, and ends by asserting that no page broke its own rules.
pub(crate) fn play(test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    play_in(usual(), test);
}

/// The same on another stack.
pub(crate) fn play_in(options: StackOptions, test: impl AsyncFnOnce(&mut World) -> Result<()>) {
    play_with(options, true, test);
}

/// The same with the scripts of all pages off.
pub(crate) fn play_without_scripts(
    options: StackOptions,
    test: impl AsyncFnOnce(&mut World) -> Result<()>,
) {
    play_with(options, false, test);
}

fn play_with(
    mut options: StackOptions,
    scripts: bool,
    test: impl AsyncFnOnce(&mut World) -> Result<()>,
) {
    options.shared_windows |= !Engine::current().finds_lone_pages_again();
    let place = Place::take();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut world = runtime.block_on(async {
        let stack = Stack::start(options).await;
        let browser = Browser::start(&stack.shop(), place, scripts).await;
        World {
            stack,
            browser: browser.expect("a browser"),
        }
    });
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            let whole = async {
                test(&mut world).await?;
                world.browser.assert_clean().await
            };
            match tokio::time::timeout(LONGEST, whole).await {
                Ok(outcome) => outcome,
                Err(_) => bail!("the test takes longer than {} s", LONGEST.as_secs()),
            }
        })
    }));
    if !matches!(outcome, Ok(Ok(()))) {
        // A browser that hangs can't say where it stands.
        let told = async { tokio::time::timeout(SHORT, world.tell_where_it_stands()).await };
        if runtime.block_on(told).is_err() {
            println!("--- the browser does not answer");
        }
    }
    runtime.block_on(async {
        let World { stack, browser } = world;
        // It fails only for a browser that hangs: its driver ends it.
        let _ = tokio::time::timeout(SHORT, browser.quit()).await;
        drop(stack);
    });
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("{}", story(&error)),
        Err(panic) => resume_unwind(panic),
    }
}

/// An error with its causes, and the lines of these tests that it came through.
fn story(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    let trace = error.backtrace().to_string();
    let ours = trace
        .lines()
        .filter_map(|line| line.trim().strip_prefix("at ./tests/e2e/"));
    let places: Vec<&str> = ours.collect();
    format!("{}\nat {}", causes.join("\nbecause "), places.join("\nat "))
}

impl World {
    /// What helps to understand a failure.
    async fn tell_where_it_stands(&self) {
        let name = std::thread::current()
            .name()
            .unwrap_or("test")
            .replace("::", "-");
        let file = target("e2e-failures").join(format!("{name}.png"));
        let browser = &self.browser;
        self.show_logs();
        println!(
            "--- page {:?}, face {:?}",
            browser.url().await,
            browser.face().await
        );
        println!("--- the widget says {:?}", browser.widget_text().await);
        println!(
            "--- picture {}: {:?}",
            file.display(),
            browser.shoot(&file).await
        );
        println!("--- console {:#?}", browser.console().await);
    }

    fn show_logs(&self) {
        let logs = [
            ("backend", self.stack.backend_log()),
            ("sandbox", self.stack.sandbox_log()),
        ];
        for (name, log) in logs {
            let lines: Vec<_> = log.lines().collect();
            let tail = &lines[lines.len().saturating_sub(25)..];
            println!("--- the end of the {name}'s log\n{}", tail.join("\n"));
        }
    }

    /// A call to the sandbox's control interface.
    pub(crate) async fn sandbox(&self, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}/sandbox/api/{path}", self.stack.platform());
        let answer = self
            .stack
            .http
            .client()
            .post(url)
            .json(&body)
            .send()
            .await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        ensure!(status.is_success(), "{path}: {status} {body}");
        Ok(body)
    }

    /// Changes the fault switches.
    pub(crate) async fn faults(&self, switches: Value) -> Result<()> {
        self.sandbox("faults", switches).await.map(drop)
    }

    /// What the sandbox sent to the backend, in order.
    pub(crate) async fn deliveries(&self) -> Result<Vec<Value>> {
        let url = format!("{}/sandbox/api/deliveries", self.stack.platform());
        let answer: Value = self
            .stack
            .http
            .client()
            .get(url)
            .send()
            .await?
            .json()
            .await?;
        Ok(answer["deliveries"].as_array().cloned().unwrap_or_default())
    }

    /// The session as the shop's server sees it.
    pub(crate) async fn session(&self, id: &str) -> Result<Value> {
        let url = format!("{}/v1/sessions/{id}", self.stack.backend());
        let request = self.stack.http.client().get(url).bearer_auth(DEMO_SHOP_KEY);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Waits until the shop's server would see this status.
    pub(crate) async fn wait_for_status(&self, id: &str, status: &str) -> Result<Value> {
        let mut seen = Value::Null;
        let waited = eventually(&format!("the status {status}"), async || {
            seen = self.session(id).await?;
            Ok((seen["status"] == status).then_some(()))
        })
        .await;
        waited.with_context(|| format!("the session is {seen:#}"))?;
        Ok(seen)
    }

    /// The accepted parts of a session's payments, as the shop's server sees them.
    pub(crate) async fn money_taken(&self, id: &str) -> Result<Vec<u64>> {
        let session = self.session(id).await?;
        let payments = session["payments"].as_array().cloned().unwrap_or_default();
        Ok(payments
            .iter()
            .map(|payment| payment["accepted"].as_u64().unwrap_or(0))
            .collect())
    }

    /// Asserts that the session is as the backend keeps it, whatever else is shown.
    pub(crate) async fn assert_unpaid(&self, id: &str) -> Result<()> {
        let session = self.session(id).await?;
        ensure!(session["status"] != "paid", "it is paid: {session:#}");
        ensure!(
            session["settled_by"].is_null(),
            "it is settled: {session:#}"
        );
        ensure!(
            self.money_taken(id).await?.iter().all(|taken| *taken == 0),
            "{session:#}"
        );
        Ok(())
    }
}

/// An order for the usual amount with these wishes.
pub(crate) fn wish(amount: u64) -> Value {
    json!({ "amount": amount })
}
