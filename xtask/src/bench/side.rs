//! One build that is measured, with a sandbox of its own.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::client::{Client, Request};
use super::figure::{Figure, Work};
use crate::child::{Child, Children, free_ports};
use crate::ctx::Ctx;
use crate::demo::config;
use crate::proc;

pub(super) const SECRET_KEY: &str = "sk_sandbox_bench_8d2f5a7c1e904b6395d8a2f4c7e1b603";

/// How many notifications each caller sends.
const NOTIFICATIONS: usize = 40;

/// How long a notification may take to be confirmed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is configured for the shop whose orders are measured.
#[derive(Clone, Copy)]
pub(super) struct Shop<'a> {
    /// Of its page.
    pub(super) origin: &'a str,
    /// Of the account at Up2pay, in the order of the list.
    pub(super) methods: &'a [&'a str],
    /// A table of the configuration; left out where the program is too old to know it.
    pub(super) limits: &'a str,
}

/// A shop that takes cards: all that is asked of the backend without a browser.
pub(super) const CARDS: Shop<'static> = Shop {
    origin: "http://localhost:8080",
    methods: &["card"],
    limits: NO_LIMITS,
};

pub(super) struct Side {
    pub(super) backend: u16,
    platform: u16,
    /// Numbers the orders, so that each is one of its own.
    orders: AtomicUsize,
}

/// A program, and where its books are.
#[derive(Clone, Copy)]
pub(super) struct Built<'a> {
    pub(super) program: &'a Path,
    /// The address of a database without tables; a file where there is none.
    pub(super) books: Option<&'a str>,
}

impl<'a> Built<'a> {
    /// With its books in a file.
    pub(super) fn on_a_file(program: &'a Path) -> Self {
        Self {
            program,
            books: None,
        }
    }
}

/// A payment whose notification is there and has not been sent.
struct Held {
    secret: String,
    query: String,
}

/// The program that is built from this tree.
pub(super) fn built(ctx: &Ctx) -> PathBuf {
    ctx.target.join("release/guichet")
}

impl Side {
    /// Starts a backend of that program on fresh books, and a sandbox.
    pub(super) fn start(
        ctx: &Ctx,
        name: &'static str,
        Built { program, books }: Built<'_>,
        offer: Shop<'_>,
        children: &mut Children,
        stop: &AtomicBool,
    ) -> Result<Self> {
        let [listens, backend, platform] = free_ports()?;
        let folder = ctx.target.join("bench").join(name.replace(' ', "-"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let data = folder.join("sandbox");
        std::fs::create_dir_all(&data)?;
        let config = folder.join("guichet.toml");
        let mut text = text(&ctx.assets(), &folder, backend, platform, offer);
        if knows_limits(program)? {
            text.push_str(offer.limits);
        }
        std::fs::write(&config, text)?;
        let sandbox = ctx.target.join("release/guichet-sandbox");
        let mut sandbox = ctx.command(&sandbox.display().to_string());
        sandbox
            .args(["--platform-listen", &format!("127.0.0.1:{platform}")])
            .args(["--shop-listen", &format!("127.0.0.1:{listens}")])
            .args(["--backend", &format!("http://127.0.0.1:{backend}")])
            .args(["--shop-secret-key", SECRET_KEY])
            .arg("--data-dir")
            .arg(data)
            .args(["--www", "www"])
            .env("RUST_LOG", "warn");
        let log = folder.join("sandbox.log");
        children.add(Child::start("sandbox", sandbox, log)?);
        children.wait_for("sandbox", listens, "/", stop)?;
        let guichet = |what: &str| {
            let mut command = ctx.command(&program.display().to_string());
            command.args([what, "--config"]).arg(&config);
            if let Some(books) = books {
                command.env("GUICHET_DATABASE_URL", books);
            }
            command
        };
        if books.is_some() {
            proc::run(&mut guichet("migrate"))?;
        }
        let serve = guichet("serve");
        let log = folder.join("backend.log");
        children.add(Child::start(name, serve, log)?);
        children.wait_for(name, backend, "/readyz", stop)?;
        Ok(Self {
            backend,
            platform,
            orders: AtomicUsize::new(0),
        })
    }

    pub(super) fn measure(&self, work: Work, callers: usize, time: Duration) -> Result<Figure> {
        match work {
            Work::Sessions => {
                self.for_a_while(callers, time, |side, client| side.session(client).map(drop))
            }
            Work::Statuses => {
                let (_, secret) = self.session(&mut Client::new(self.backend)?)?;
                self.for_a_while(callers, time, |_, client| status(client, &secret).map(drop))
            }
            Work::Notifications => self.notifications(callers),
        }
    }

    /// Has as many callers do it as often as they can.
    fn for_a_while(
        &self,
        callers: usize,
        time: Duration,
        call: impl Fn(&Self, &mut Client) -> Result<()> + Sync,
    ) -> Result<Figure> {
        let start = Instant::now();
        let took = Mutex::new(Vec::new());
        side_by_side(callers, || {
            let mut client = Client::new(self.backend)?;
            let mut own = Vec::new();
            while start.elapsed() < time {
                let before = Instant::now();
                call(self, &mut client)?;
                own.push(before.elapsed());
            }
            add(&took, own);
            Ok(())
        })?;
        Ok(figure(took, start.elapsed()))
    }

    /// Sends notifications that were held, and waits until the last is confirmed.
    fn notifications(&self, callers: usize) -> Result<Figure> {
        let held = Mutex::new(Vec::new());
        side_by_side(callers, || {
            let (mut client, mut platform) =
                (Client::new(self.backend)?, Client::new(self.platform)?);
            for _ in 0..NOTIFICATIONS {
                let own = self.hold(&mut client, &mut platform)?;
                add(&held, vec![own]);
            }
            Ok(())
        })?;
        let held = held.into_inner().unwrap_or_default();
        let (next, took) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let start = Instant::now();
        side_by_side(callers, || {
            let mut client = Client::new(self.backend)?;
            let mut own = Vec::new();
            while let Some(held) = held.get(next.fetch_add(1, Ordering::Relaxed)) {
                let path = format!("/notify/up2pay/demo?{}", held.query);
                let before = Instant::now();
                client.send(&get(&path, ""), 200)?;
                own.push(before.elapsed());
            }
            add(&took, own);
            Ok(())
        })?;
        let mut end = start.elapsed();
        let mut client = Client::new(self.backend)?;
        for held in held.iter().rev() {
            while status(&mut client, &held.secret)? != "paid" {
                ensure!(
                    start.elapsed() < PATIENCE,
                    "a notification is not confirmed"
                );
                std::thread::sleep(Duration::from_millis(1));
                end = start.elapsed();
            }
        }
        Ok(figure(took, end))
    }

    /// Makes a session; gives its id and its secret.
    pub(super) fn session(&self, client: &mut Client) -> Result<(String, String)> {
        let number = self.orders.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "reference": format!("commande-{number}"),
            "amount": 4200,
            "currency": "EUR",
            "shopper": {
                "name": { "first": "Camille", "last": "Durand" },
                "email": "camille.durand@example.com",
                "phone": "+33612345678",
                "address": {
                    "line1": "12 rue des Lilas",
                    "postal_code": "75011",
                    "city": "Paris",
                    "country": "FR",
                },
            },
            "return_url": "http://localhost:8080/commande",
        });
        let headers = format!(
            "Authorization: Bearer {SECRET_KEY}\r\nIdempotency-Key: order-{number}\r\n\
             Content-Type: application/json\r\n"
        );
        let made = client.json(&post("/v1/sessions", &headers, &body.to_string()), 201)?;
        let text = |name: &str| made[name].as_str().context("no session").map(str::to_owned);
        Ok((text("id")?, text("secret")?))
    }

    /// A payment that is in the platform's books, with its notification.
    fn hold(&self, client: &mut Client, platform: &mut Client) -> Result<Held> {
        let (id, secret) = self.session(client)?;
        let headers = format!(
            "{}Idempotency-Key: {id}\r\nContent-Type: application/json\r\n",
            widget(&secret)
        );
        let start = post("/checkout/v1/payments", &headers, r#"{"method":"card"}"#);
        let started = client.json(&start, 201)?;
        let fields = started["next_action"]["fields"].as_array();
        let reference = fields
            .into_iter()
            .flatten()
            .find(|field| field["name"] == "PBX_CMD")
            .context("no reference")?;
        let wish = json!({
            // The platform sends to nobody else; here is nobody who listens to it.
            "to": format!("http://127.0.0.1:{}/healthz", self.backend),
            "site": "1999888",
            "reference": reference["value"],
            "amount": 4200,
        });
        let headers = "Content-Type: application/json\r\n";
        let path = "/sandbox/api/notifications";
        let sent = platform.json(&post(path, headers, &wish.to_string()), 200)?;
        let query = sent["delivery"]["query"].as_str();
        Ok(Held {
            secret,
            query: query.context("no notification")?.to_owned(),
        })
    }
}

/// Everything here is asked for by one shop from one address: what is measured is the work, not
/// where its limits are.
pub(super) const NO_LIMITS: &str = "
[limits]
caller = { per_second = 1_000_000, burst = 1_000_000 }
session = { per_second = 1_000_000, burst = 1_000_000 }
session_calls = { per_second = 1_000_000, burst = 1_000_000 }
shop = { per_second = 1_000_000, burst = 1_000_000 }
";

/// An older build has no limits, and does not start with a key that it does not know.
fn knows_limits(program: &Path) -> Result<bool> {
    let name = b"session_calls";
    let program = std::fs::read(program)?;
    Ok(program.windows(name.len()).any(|bytes| bytes == name))
}

/// A configuration that older builds understand too.
fn text(assets: &Path, folder: &Path, backend: u16, platform: u16, offer: Shop<'_>) -> String {
    let Shop {
        origin, methods, ..
    } = offer;
    format!(
        r#"{}[[shops]]
id = "demo"
name = "La Halle du Tilleul"
secret_keys = ["{SECRET_KEY}"]
origins = ["{origin}"]
tourism = true

[[shops.methods]]
provider = "up2pay"
account = "demo"
methods = {methods:?}

{}"#,
        config::beginning(folder, assets, backend),
        config::up2pay(
            &folder.join("sandbox"),
            &format!("\"http://127.0.0.1:{platform}\"")
        )
    )
}

pub(super) fn status(client: &mut Client, secret: &str) -> Result<String> {
    let headers = widget(secret);
    let status = client.json(&get("/checkout/v1/status", &headers), 200)?;
    Ok(status["status"].as_str().unwrap_or_default().to_owned())
}

pub(super) fn widget(secret: &str) -> String {
    format!("Authorization: Bearer {secret}\r\nOrigin: http://localhost:8080\r\n")
}

pub(super) fn get<'a>(path: &'a str, headers: &'a str) -> Request<'a> {
    let (method, body) = ("GET", "");
    Request {
        method,
        path,
        headers,
        body,
    }
}

pub(super) fn post<'a>(path: &'a str, headers: &'a str, body: &'a str) -> Request<'a> {
    let method = "POST";
    Request {
        method,
        path,
        headers,
        body,
    }
}

fn side_by_side(callers: usize, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    std::thread::scope(|scope| {
        let work = &work;
        let started: Vec<_> = (0..callers).map(|_| scope.spawn(work)).collect();
        for caller in started {
            caller.join().ok().context("a caller panicked")??;
        }
        Ok(())
    })
}

fn add<T>(all: &Mutex<Vec<T>>, own: Vec<T>) {
    if let Ok(mut all) = all.lock() {
        all.extend(own);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate to print")]
fn figure(took: Mutex<Vec<Duration>>, time: Duration) -> Figure {
    let mut took = took.into_inner().unwrap_or_default();
    took.sort_unstable();
    let slow = took.len().saturating_sub(1) * 99 / 100;
    Figure {
        rate: took.len() as f64 / time.as_secs_f64(),
        p99: took.get(slow).copied().unwrap_or_default(),
    }
}
