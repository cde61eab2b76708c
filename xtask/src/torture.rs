//! `cargo xtask torture`: the tests that are attacks, for as long as is wanted.
//!
//! Each of them runs with all other tests too, for a moment. Here they are given more rounds or
//! more time, and run one after the other.

use std::fmt;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::ctx::Ctx;
use crate::demo;
use crate::proc::{self, Stages};
use crate::tests_run::{self, Totals};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One attack; all of them, one after the other, without.
    attack: Option<Attack>,
    /// How often the backend is killed, and how often the disk fills up.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
    /// How many sessions are in the books that old ones are erased from: each has two events.
    #[arg(
        long,
        default_value_t = 500_000,
        value_parser = clap::value_parser!(u32).range(1..=10_000_000)
    )]
    sessions: u32,
    /// How long the floods last.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Attack {
    /// kill -9 while customers order.
    Kills,
    /// Everything that a stranger can send, while customers order.
    Floods,
    /// No space at any write, and any statement that fails.
    Disk,
    /// Books of a million events, of which what is known of shoppers is erased.
    Erasing,
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kills => "kills",
            Self::Floods => "floods",
            Self::Disk => "disk",
            Self::Erasing => "erasing",
        })
    }
}

/// A test: the attack, the target and the module in which it is, its name.
type Test = (Attack, &'static str, &'static str, &'static str);

const TESTS: [Test; 8] = [
    (
        Attack::Kills,
        "promises",
        "torture",
        "kill_after_kill_each_acknowledged_payment_is_there",
    ),
    (
        Attack::Kills,
        "promises",
        "torture",
        "kill_after_kill_what_is_captured_or_refunded_is_done_once_and_its_shop_is_told",
    ),
    (
        Attack::Kills,
        "promises",
        "torture",
        "kill_after_kill_in_the_middle_of_orders_none_is_made_twice",
    ),
    (
        Attack::Floods,
        "promises",
        "torture",
        "customers_order_as_ever_beside_a_flood_of_everything",
    ),
    (
        Attack::Disk,
        "promises",
        "books",
        "a_disk_that_was_full_for_a_moment_stops_nothing_once_there_is_space_again",
    ),
    (
        Attack::Disk,
        "conformance",
        "faults",
        "a_disk_that_fills_up_at_any_page_stops_no_write_once_there_is_space_again",
    ),
    (
        Attack::Disk,
        "conformance",
        "faults",
        "after_a_failure_of_any_statement_or_commit_the_next_write_works_and_nothing_is_half_done",
    ),
    (
        Attack::Erasing,
        "conformance",
        "erasing_many",
        "of_many_sessions_all_that_are_old_are_erased_in_short_transactions",
    ),
];

/// Runs the attacks: the time of each, then the totals.
pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let outcome = chosen(ctx, stages, options);
    stages.summary();
    tests_run::finish(outcome)
}

fn chosen(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<Totals> {
    stages.run("build backend, sandbox and tests", || {
        proc::run(&mut demo::build(ctx))?;
        let mut cargo = tests_run::cargo_test(ctx);
        proc::run(cargo.args(["--no-run", "--test", "promises", "--test", "conformance"]))
    })?;
    let mut totals = Totals::default();
    let wanted = |attack| options.attack.is_none_or(|wanted| wanted == attack);
    for (attack, target, module, name) in TESTS {
        if !wanted(attack) {
            continue;
        }
        let mut cargo = tests_run::cargo_test(ctx);
        cargo
            .env("GUICHET_TORTURE_ROUNDS", options.rounds.to_string())
            .env("GUICHET_TORTURE_SECONDS", options.seconds.to_string())
            .env("GUICHET_SESSIONS", options.sessions.to_string())
            .args(["--test", target, "--", "--exact", "--nocapture"])
            .arg(format!("{module}::{name}"));
        let ran = tests_run::stage(stages, &format!("{attack}: {name}"), cargo, None);
        ensure!(
            ran.passed + ran.failed == 1,
            "{target} has no test {module}::{name}"
        );
        totals.add(ran);
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TESTS;

    #[test]
    fn every_test_that_is_named_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for (_, target, module, name) in TESTS {
            let folder = match target {
                "promises" => "tests/promises",
                _ => "crates/store/tests/conformance",
            };
            let file = root.join(folder).join(module).with_extension("rs");
            let text = std::fs::read_to_string(&file).expect("its file");
            let named = text.contains(&format!("async fn {name}()"));
            assert!(named, "{} has no {name}", file.display());
        }
    }
}
