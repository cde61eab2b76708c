//! Simulations: the use cases and jobs of the backend on books in memory, with a clock that is
//! moved, platforms and a shop's server that are models, and everything going wrong that may.
//!
//! A plan follows from its seed alone: who acts when, what is lost, late, doubled, swapped or
//! altered on its way, which answer does not come though it was done, and where the process is
//! killed. At its end nothing goes wrong any more, and [`check`] looks at what must hold. What
//! fails tells its seed, and `GUICHET_SEED` runs that one again and prints what happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use guichet_store::Store;
use guichet_store::memory::Planted;
use guichet_store::sqlite::SqliteStore;

use self::run::{Books, run};

mod actors;
mod check;
mod platform;
pub(crate) mod process;
mod run;
mod sogenactif;
mod stepped;
mod tasks;
mod up2pay;
mod world;

/// Runs the plans from `first` on, so many, on two threads. The first seed by which something is
/// wrong, what that is, and what happened.
fn plans(first: u64, many: u64, planted: Option<Planted>) -> Option<(u64, String, Vec<String>)> {
    let next = AtomicU64::new(0);
    let (next, found) = (&next, &std::sync::Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_time().build().unwrap();
                loop {
                    let plan = next.fetch_add(1, Ordering::Relaxed);
                    if plan >= many || found.lock().unwrap().is_some() {
                        return;
                    }
                    let seed = first + plan;
                    let books = Books::Memory(planted);
                    if let Err((wrong, log)) = runtime.block_on(run(seed, books)) {
                        found.lock().unwrap().get_or_insert((seed, wrong, log));
                    }
                }
            });
        }
    });
    found.lock().unwrap().take()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// With `GUICHET_PLANS` so many, with `GUICHET_SEED` that one.
#[test]
fn every_plan_keeps_every_promise() {
    let (first, many) = match number("GUICHET_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("GUICHET_PLANS").unwrap_or(1000)),
    };
    if let Some((seed, wrong, log)) = plans(first, many, None) {
        panic!("GUICHET_SEED={seed}: {wrong}\n{}", log.join("\n"));
    }
}

/// What shows that the plans come to what Sogenactif does that others do not.
#[tokio::test]
async fn the_plans_play_whatever_sogenactif_answers() {
    let played = [
        ("cardCheckEnrollment", "redirectionUrl"),
        (
            "cardValidateAuthenticationAndOrder",
            r#""acquirerResponseCode":"00""#,
        ),
        (
            "cardValidateAuthenticationAndOrder",
            r#""acquirerResponseCode":"A1""#,
        ),
        ("paymentProviderFinalize", r#""responseCode":"00""#),
        ("getTransactionData", r#""getTransDataResponseCode":"25""#),
        ("validate", r#""responseCode":"00""#),
        ("validate", r#""newStatus":"EXPIRED""#),
        ("cancel", r#""responseCode":"00""#),
        ("refund", r#""newStatus":"TO_CAPTURE""#),
        ("refund", r#""responseCode":"00""#),
    ];
    let mut missing = played.to_vec();
    for seed in 1..=number("GUICHET_PLANS").unwrap_or(1000) {
        let log = run(seed, Books::Memory(None)).await;
        let log = log.unwrap_or_else(|(wrong, _)| panic!("plan {seed}: {wrong}"));
        missing.retain(|(method, words)| {
            let says = |line: &String| line.starts_with(&format!("{method} is answered"));
            !log.iter().any(|line| says(line) && line.contains(words))
        });
        if missing.is_empty() {
            return;
        }
    }
    panic!("never played: {missing:?}");
}

/// What shows that the simulation finds anything: each bug, planted alone, is found.
#[test]
fn each_planted_bug_is_found() {
    for planted in Planted::ALL {
        let most = number("GUICHET_PLANS").unwrap_or(1000);
        let found = plans(1, most, Some(planted));
        let (seed, wrong, _) = found.unwrap_or_else(|| panic!("{planted:?} is not found"));
        eprintln!("{planted:?}: found by plan {seed}: {wrong}");
    }
}

/// The same plans, a hundredth of them, on a real database.
#[tokio::test]
async fn the_real_books_keep_every_promise_too() {
    for seed in 1..=(number("GUICHET_PLANS").unwrap_or(2500) / 100).max(1) {
        let folder = tempfile::tempdir().unwrap();
        let books = SqliteStore::open(&folder.path().join("books.db")).await;
        let books = Arc::new(books.unwrap());
        let came = run(seed, Books::Real(Arc::clone(&books) as Arc<dyn Store>)).await;
        books.close().await;
        if let Err((wrong, log)) = came {
            panic!("plan {seed}: {wrong}\n{}", log.join("\n"));
        }
    }
}

/// A seed tells everything: the same plan happens again, to the letter.
#[test]
fn a_seed_replays_its_plan() {
    let planted = Some(Planted::SentTwice);
    let (seed, ..) = plans(1, 1000, planted).unwrap();
    let again = || plans(seed, 1, planted).unwrap();
    assert_eq!(again(), again());
}
