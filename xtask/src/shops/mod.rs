//! `cargo xtask shops`: real shops take money with Guichet, outside CI.
//!
//! Each is installed as its makers publish it, in a pinned version, into a folder that is kept;
//! its books, Guichet's and the sandbox's are fresh. What buys is a real browser (`buy.mjs`).

mod pretix;
mod run;
mod vendure;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use self::run::{Browsing, Run};
use crate::child::Children;
use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::{assets, demo, pins, setup};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this shop.
    #[arg(long, value_enum)]
    shop: Option<Name>,
    /// Only the cases whose name contains this.
    case: Option<String>,
    /// Use the widget that is built already.
    #[arg(long)]
    no_build: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum Name {
    Pretix,
    Vendure,
}

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let wasm = setup::run(ctx, stages, setup::Need::Build)?;
    setup::packages(ctx, stages, &[pins::PUPPETEER])?;
    let browser = setup::browser(stages)?;
    if !options.no_build {
        assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    }
    stages.run("build backend and sandbox", || {
        proc::run(&mut demo::build(ctx))
    })?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    for (name, folder) in [(Name::Pretix, "pretix"), (Name::Vendure, "vendure")] {
        if options.shop.is_some_and(|shop| shop != name) {
            continue;
        }
        let run = Run::new(ctx, folder)?;
        let mut children = Children::default();
        let open = match name {
            Name::Pretix => pretix::open,
            Name::Vendure => vendure::open,
        };
        let outcome = open(&run, stages, &mut children, &stop).and_then(|told| {
            let browsing = Browsing {
                chromium: &browser.chromium,
                case: options.case.as_deref(),
            };
            run.buy(stages, &browsing, told)
        });
        children.stop();
        outcome?;
    }
    stages.summary();
    Ok(())
}
