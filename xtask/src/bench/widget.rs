//! `cargo xtask bench widget`: how soon a shopper can choose, beside Adyen Web with the same
//! methods.
//!
//! The measuring is `run.mjs`: a real browser, whose net and processor it slows down. Here is what
//! it needs: a release build with its sandbox, the peer from npm, and ports.

use std::sync::atomic::AtomicBool;

use anyhow::Result;
use serde_json::json;

use super::side::{self, Shop, Side};
use crate::child::{Children, free_ports};
use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::{pins, setup};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each kind of page is loaded on each net; the middle one is printed.
    #[arg(long, default_value_t = 9)]
    runs: u32,
    /// Measure what `target/release` and `target/assets` have, without building.
    #[arg(long)]
    pub(super) no_build: bool,
}

/// What both sides offer.
const METHODS: [&str; 5] = ["card", "apetiz", "sodexo", "upchequdej", "cvconnect"];

pub(super) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    setup::packages(ctx, stages, &[pins::ESBUILD, pins::ADYEN, pins::PUPPETEER])?;
    let browser = setup::browser(stages)?;
    let [shop, peer, _] = free_ports()?;
    let origin = format!("http://127.0.0.1:{shop}");
    let mut children = Children::default();
    let stop = AtomicBool::new(false);
    let offer = Shop {
        origin: &origin,
        methods: &METHODS,
        limits: side::NO_LIMITS,
    };
    let side = Side::start(
        ctx,
        "this build",
        side::Built::on_a_file(&side::built(ctx)),
        offer,
        &mut children,
        &stop,
    )?;
    let given = json!({
        "npm": ctx.npm(),
        "chromium": browser.chromium,
        "backend": format!("http://127.0.0.1:{}", side.backend),
        "key": side::SECRET_KEY,
        "shop": shop,
        "peer": peer,
        "runs": options.runs,
    });
    let mut node = ctx.command("node");
    node.arg("xtask/src/bench/widget/run.mjs")
        .arg(given.to_string());
    let outcome = stages.run("loads in the browser", || proc::run(&mut node));
    children.stop();
    outcome
}
