//! `cargo xtask bench floods`: what is left of the service while somebody floods it.
//!
//! Those who order, and those who flood, share one address: the worst that can be. Each flood takes
//! turns with calm, so that what the machine is doing beside falls on both. What the flood itself
//! costs on this machine is part of the figure.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::client::{Client, Request};
use super::side::{self, Shop, Side};
use crate::child::Children;
use crate::ctx::Ctx;
use crate::proc;

/// Those who order at the same time.
const CUSTOMERS: u32 = 8;

/// Those of a flood who send at the same time.
const FLOODERS: u32 = 40;

/// Starts each second that hang up, where they are counted.
const HANG_UPS: u32 = 600;

/// Connections that never say a word.
const SILENT: usize = 200;

/// The shop's own server may ask for as much as it can: what is measured is what the flood takes
/// from it, not its limit. All others are as usual.
const LIMITS: &str = "
[limits]
shop = { per_second = 1_000_000, burst = 1_000_000 }
";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often calm and flood take turns, for each flood.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// How long each turn is, in seconds.
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Measure what `target/release` has, without building.
    #[arg(long)]
    pub(super) no_build: bool,
}

/// What somebody sends without end.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Flood {
    Secrets,
    Keys,
    Notifications,
    /// With a secret that is right.
    Statuses,
    /// Starts of payments whose answers nobody waits for, [`HANG_UPS`] each second.
    HangingUp,
    /// The same, as fast as this machine can.
    HangingUpWithoutPause,
    Silence,
}

impl Flood {
    const ALL: [Self; 7] = [
        Self::Secrets,
        Self::Keys,
        Self::Notifications,
        Self::Statuses,
        Self::HangingUp,
        Self::HangingUpWithoutPause,
        Self::Silence,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Secrets => "wrong secrets",
            Self::Keys => "wrong keys",
            Self::Notifications => "bad notifications",
            Self::Statuses => "one session's statuses",
            Self::HangingUp => "600 starts that hang up",
            Self::HangingUpWithoutPause => "starts without pause",
            Self::Silence => "silent connections",
        }
    }
}

/// How many did what, in how much time.
#[derive(Default)]
struct Sum {
    count: u64,
    seconds: f64,
}

impl Sum {
    fn add(&mut self, count: u64, time: Duration) {
        self.count += count;
        self.seconds += time.as_secs_f64();
    }

    #[expect(clippy::cast_precision_loss, reason = "a rate to print")]
    fn rate(&self) -> f64 {
        self.count as f64 / self.seconds
    }
}

pub(super) fn run(ctx: &Ctx, options: &Options) -> Result<()> {
    let mut children = Children::default();
    let stop = AtomicBool::new(false);
    let program = side::built(ctx);
    let offer = Shop {
        limits: LIMITS,
        ..side::CARDS
    };
    let built = side::Built::on_a_file(&program);
    let side = Side::start(ctx, "this build", built, offer, &mut children, &stop)?;
    let heads = ("orders alone", "beside it", "kept", "the flood");
    println!(
        "\n{:<26}{:>14}{:>14}{:>8}{:>16}",
        "", heads.0, heads.1, heads.2, heads.3
    );
    let mut worst = Flood::ALL.to_vec();
    worst.retain(|flood| *flood != Flood::HangingUp);
    let each = Flood::ALL.map(|flood| vec![flood]);
    for flood in each.into_iter().chain([worst]) {
        measure(&side, options, &flood)?;
        proc::flush();
    }
    children.stop();
    Ok(())
}

fn measure(side: &Side, options: &Options, flood: &[Flood]) -> Result<()> {
    let time = Duration::from_secs(options.seconds);
    let (mut calm, mut beside, mut sent) = (Sum::default(), Sum::default(), Sum::default());
    for _ in 0..options.rounds.max(1) {
        turn(side, time, &[], &mut calm, &mut Sum::default())?;
        turn(side, time, flood, &mut beside, &mut sent)?;
    }
    let name = match flood {
        [one] => one.name(),
        _ => "all of them at once",
    };
    println!(
        "{name:<26}{:>12.0}/s{:>12.0}/s{:>8.2}{:>14.0}/s",
        calm.rate(),
        beside.rate(),
        beside.rate() / calm.rate(),
        sent.rate()
    );
    Ok(())
}

/// Orders are made for a while, with a flood beside them.
fn turn(
    side: &Side,
    time: Duration,
    flood: &[Flood],
    orders: &mut Sum,
    sent: &mut Sum,
) -> Result<()> {
    let (_, secret) = side.session(&mut Client::new(side.backend)?)?;
    let silent = if flood.contains(&Flood::Silence) {
        SILENT
    } else {
        0
    };
    let address = ("127.0.0.1", side.backend);
    let silent: Vec<_> = (0..silent).map(|_| TcpStream::connect(address)).collect();
    let (made, flooded) = (AtomicU64::new(0), AtomicU64::new(0));
    let start = Instant::now();
    let over = || start.elapsed() >= time;
    let outcome = std::thread::scope(|scope| {
        for flood in flood.iter().filter(|flood| **flood != Flood::Silence) {
            for _ in 0..FLOODERS {
                scope.spawn(|| {
                    while !over() {
                        // Whom the backend hangs up on tries again.
                        flooded.fetch_add(requests(side, *flood, &secret, over), Ordering::Relaxed);
                    }
                });
            }
        }
        let customers: Vec<_> = (0..CUSTOMERS)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let mut client = Client::new(side.backend)?;
                    while !over() {
                        order(side, &mut client)?;
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        customers.into_iter().try_for_each(|customer| {
            let end = customer.join();
            end.unwrap_or_else(|_| anyhow::bail!("a customer panicked"))
        })
    });
    drop(silent);
    orders.add(made.into_inner(), start.elapsed());
    sent.add(flooded.into_inner(), start.elapsed());
    outcome
}

/// A session, the start of its payment, and how it stands: none of it may be refused.
fn order(side: &Side, client: &mut Client) -> Result<()> {
    let (id, secret) = side.session(client)?;
    client.json(&start(&head(&id, &secret)), 201)?;
    side::status(client, &secret)?;
    Ok(())
}

fn head(key: &str, secret: &str) -> String {
    format!(
        "{}Idempotency-Key: {key}\r\nContent-Type: application/json\r\n",
        side::widget(secret)
    )
}

fn start(headers: &str) -> Request<'_> {
    side::post("/checkout/v1/payments", headers, r#"{"method":"card"}"#)
}

/// Sends over one connection until it is time, or the connection ends. How many were sent.
fn requests(side: &Side, flood: Flood, secret: &str, over: impl Fn() -> bool) -> u64 {
    let mut sent = 0;
    let Ok(mut client) = Client::new(side.backend) else {
        return sent;
    };
    let (wrong, right) = (side::widget("css_wrong"), side::widget(secret));
    let stranger = "Authorization: Bearer wrong\r\n";
    let bad = "/notify/up2pay/demo?Mt=4200&Ref=x&Auto=1&Erreur=00000&K=AA";
    let request = match flood {
        Flood::Secrets => side::get("/checkout/v1/session", &wrong),
        Flood::Keys => side::get("/v1/sessions/cs_x", stranger),
        Flood::Notifications => side::get(bad, stranger),
        Flood::Statuses => side::get("/checkout/v1/status", &right),
        Flood::HangingUp | Flood::HangingUpWithoutPause => {
            let key = format!("{:?}", Instant::now()).replace(|c: char| !c.is_ascii_digit(), "");
            let head = head(&key, secret);
            let sent = client.hang_up(&start(&head)).is_ok();
            if flood == Flood::HangingUp {
                std::thread::sleep(Duration::from_secs(1) * FLOODERS / HANG_UPS);
            }
            return u64::from(sent);
        }
        Flood::Silence => return sent,
    };
    while !over() && client.exchange(&request).is_ok() {
        sent += 1;
    }
    sent
}
