//! `cargo xtask bench`. `backend`: how many sessions, confirmed notifications and statuses a
//! second.
//!
//! Everything is on this machine: the backend, the sandbox that it asks, and the callers. Another
//! build can be measured in the same run, taking turns with this one, so that what the machine is
//! doing beside falls on both.

mod client;
mod figure;
mod floods;
mod side;
mod widget;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Result;

use crate::child::Children;
use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::setup::postgres::{self, Keeps};
use crate::{assets, setup};
use figure::{Figure, Work, middle};
use side::Side;

/// How many callers there are at a time.
const CALLERS: [usize; 2] = [1, 32];

#[derive(clap::Subcommand)]
pub(crate) enum Target {
    /// Sessions made and signed, notifications confirmed by a question, statuses asked for.
    Backend(Options),
    /// What a flood leaves of the service to those who order beside it.
    Floods(floods::Options),
    /// How soon a shopper can choose, beside Adyen Web with the same methods.
    Widget(widget::Options),
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Another `guichet` to measure in turn with this one, such as one built from an older commit.
    #[arg(long, value_name = "PATH")]
    beside: Option<PathBuf>,
    /// Measure this build on PostgreSQL too, whose server is started for it, on this disk.
    #[arg(long)]
    postgres: bool,
    /// How often each figure is taken; the middle one is printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long sessions and statuses are asked for, in seconds.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Measure what `target/release` has, without building.
    #[arg(long)]
    no_build: bool,
}

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, target: &Target) -> Result<()> {
    let no_build = match target {
        Target::Backend(options) => options.no_build,
        Target::Floods(options) => options.no_build,
        Target::Widget(options) => options.no_build,
    };
    if !no_build {
        build(ctx, stages)?;
    }
    match target {
        Target::Backend(options) => backend(ctx, stages, options),
        Target::Floods(options) => floods::run(ctx, options),
        Target::Widget(options) => widget::run(ctx, stages, options),
    }
}

/// The backend serves the widget, or does not start.
fn build(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    let wasm = setup::run(ctx, stages, setup::Need::Build)?;
    assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    let mut cargo = ctx.command("cargo");
    cargo.args(["build", "--release", "--workspace"]);
    cargo.args(["--bin", "guichet", "--bin", "guichet-sandbox"]);
    stages.run("release build", || proc::run(&mut cargo))
}

fn backend(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let mut programs = vec![("this build", side::built(ctx), None)];
    if let Some(beside) = &options.beside {
        programs.push(("beside", std::path::absolute(beside)?, None));
    }
    let mut server = None;
    if options.postgres {
        server = postgres::start(ctx, stages, Keeps::OnDisk, true)?;
        let books = server.as_ref().map(postgres::Server::address);
        programs.push(("PostgreSQL", side::built(ctx), books));
    }
    let mut children = Children::default();
    let stop = AtomicBool::new(false);
    let mut sides = Vec::new();
    for (name, program, books) in &programs {
        let program = side::Built {
            program,
            books: books.as_deref(),
        };
        let side = Side::start(ctx, name, program, side::CARDS, &mut children, &stop)?;
        sides.push((*name, side));
    }
    let rows = measure(options, &sides);
    children.stop();
    // After those who use it.
    drop(server);
    print(&sides, &rows?);
    Ok(())
}

type Row = (Work, usize, Vec<Figure>);

fn measure(options: &Options, sides: &[(&str, Side)]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for work in Work::ALL {
        for callers in CALLERS {
            let mut taken = vec![Vec::new(); sides.len()];
            for _ in 0..options.rounds.max(1) {
                for ((_, side), taken) in sides.iter().zip(&mut taken) {
                    taken.push(side.measure(
                        work,
                        callers,
                        Duration::from_secs(options.seconds),
                    )?);
                }
            }
            rows.push((work, callers, taken.into_iter().map(middle).collect()));
        }
    }
    Ok(rows)
}

fn print(sides: &[(&str, Side)], rows: &[Row]) {
    println!();
    let heads: Vec<_> = sides
        .iter()
        .map(|(name, _)| format!("{name:>12}/s {:>9}", "p99"))
        .collect();
    println!("{:<26}{:>8}  {}", "", "callers", heads.join("  "));
    for (work, callers, figures) in rows {
        let columns: Vec<_> = figures
            .iter()
            .map(|f| format!("{:>14.0} {:>7.1}ms", f.rate, f.p99.as_secs_f64() * 1e3))
            .collect();
        let ratio = match figures.as_slice() {
            [this, beside, ..] => format!("  {:.2} times", this.rate / beside.rate),
            _ => String::new(),
        };
        println!(
            "{:<26}{callers:>8}  {}{ratio}",
            work.name(),
            columns.join("  ")
        );
    }
    proc::flush();
}
