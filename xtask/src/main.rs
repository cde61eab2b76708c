//! The project's own commands: `cargo xtask setup | build | demo | test | torture | fuzz | ci | …`.
//!
//! Each command brings what it needs and does nothing where it is already there, so that every
//! one of them can be the first thing that is run after a clone.
#![expect(
    clippy::print_stdout,
    reason = "a program for the terminal: its output is its job"
)]

mod assets;
mod bench;
mod child;
mod ci;
mod ctx;
mod demo;
mod env;
mod fuzz;
mod known;
mod mutants;
mod package;
mod peers;
mod pins;
mod proc;
mod setup;
mod shops;
mod spoken;
mod tests_run;
mod tidy;
mod torture;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::ctx::Ctx;
use crate::proc::Stages;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing: compiler target, tools, browser. The other commands call it.
    Setup,
    /// Build the widget into target/assets and pkg, and print the bytes of each asset.
    Build(assets::Options),
    /// Make the npm package, look at what would be published, and build the examples with it.
    Package,
    /// Start backend, sandbox and demo shop; Ctrl-C stops them.
    Demo(demo::Options),
    /// Run every test, browser tests included, and end with one line of totals.
    Test(tests_run::Options),
    /// Make the long attacks: the backend killed under load, floods, a full disk; hours in all.
    Torture(torture::Options),
    /// Throw what the platforms and the browser may send at seals and parsers, guided by coverage.
    Fuzz(fuzz::Options),
    /// Change the code on which money hangs, a thing at a time, and tell what no test notices.
    Mutants(mutants::Options),
    /// Let public clients of the platforms, from PyPI, talk to the sandbox; print what differs.
    Peers,
    /// Install real shops in pinned versions, and buy in them with a browser; outside CI.
    Shops(shops::Options),
    /// Listen with a screen reader to one whole payment in each browser; outside CI.
    Spoken,
    /// Measure a release build: how many a second, and how long the slowest take.
    #[command(subcommand)]
    Bench(bench::Target),
    /// What .ci/run checks beside the tests: formatting, lints, dependencies, tidy, builds.
    Ci,
    /// The project's own checks on its text: line and function length, forbidden words, layering.
    Tidy,
    /// Write the texts of each language into a folder, for a development server.
    Words {
        /// The folder.
        folder: std::path::PathBuf,
    },
    /// Print the exports that `trunk serve` and `wasm-pack` need when they are run by hand.
    Env,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let printed = error.downcast_ref::<proc::AlreadyReported>().is_some();
            if !printed {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: &Task) -> anyhow::Result<()> {
    let ctx = Ctx::new()?;
    let mut stages = Stages::default();
    match task {
        Task::Setup => {
            setup::run(&ctx, &mut stages, setup::Need::Everything)?;
            stages.summary();
            Ok(())
        }
        Task::Build(options) => {
            let wasm = setup::run(&ctx, &mut stages, setup::Need::Build)?;
            assets::run(&ctx, &mut stages, &wasm, options)
        }
        Task::Package => package::run(&ctx, &mut stages),
        Task::Demo(options) => demo::run(&ctx, &mut stages, options),
        Task::Test(options) => tests_run::run(&ctx, &mut stages, options),
        Task::Torture(options) => torture::run(&ctx, &mut stages, options),
        Task::Fuzz(options) => fuzz::run(&ctx, &mut stages, options),
        Task::Mutants(options) => mutants::run(&ctx, &mut stages, options),
        Task::Peers => peers::run(&ctx, &mut stages),
        Task::Shops(options) => shops::run(&ctx, &mut stages, options),
        Task::Spoken => spoken::run(&ctx, &mut stages),
        Task::Ci => ci::run(&ctx, &mut stages),
        Task::Bench(target) => bench::run(&ctx, &mut stages, target),
        Task::Tidy => tidy::run(&ctx),
        Task::Words { folder } => assets::write_words(folder),
        Task::Env => env::run(&ctx),
    }
}
