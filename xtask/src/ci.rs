//! `cargo xtask ci`: all that `.ci/run` checks beside the tests.
//!
//! A stage that fails does not keep the later ones from running: one run tells everything.

use std::net::TcpListener;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};

use crate::child::{Child, Children};
use crate::ctx::Ctx;
use crate::proc::{self, AlreadyReported, Stages};
use crate::setup::wasm::{TARGET, Wasm};
use crate::{assets, setup, tidy};

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    check(ctx, stages, "formatting", &["fmt", "--all", "--check"]);
    match setup::run(ctx, stages, setup::Need::Everything) {
        Ok(wasm) => checks(ctx, stages, &wasm),
        Err(error) => stage(stages, "set-up", || Err(error)),
    }
    stages.summary();
    for name in stages.failed() {
        println!("FAILED: {name}");
    }
    if !stages.failed().is_empty() {
        bail!(AlreadyReported);
    }
    Ok(())
}

fn checks(ctx: &Ctx, stages: &mut Stages, wasm: &Wasm) {
    let lints = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    check(ctx, stages, "clippy", &lints);
    let mut plans = ctx.command("cargo");
    plans.args(["test", "--locked", "--workspace", "--bins", "simulator"]);
    plans.env("GUICHET_PLANS", "10000");
    command(stages, "10,000 plans", plans);
    // The same for what only exists in the browser.
    let mut clippy = wasm.command(ctx, "cargo");
    clippy.args([
        "clippy",
        "--package",
        "guichet",
        "--lib",
        "--target",
        TARGET,
    ]);
    clippy.args(["--", "-D", "warnings"]);
    command(stages, "clippy for the browser", clippy);
    check(ctx, stages, "dependencies", &DENY);
    advisories(ctx, stages);
    stage(stages, "tidy", || tidy::run(ctx));
    let options = assets::Options::default();
    let mut built = Stages::default();
    stage(stages, "cargo xtask build", || {
        assets::run(ctx, &mut built, wasm, &options)
    });
    // Two more ways that are promised to work, so that they stay true. Into folders of their
    // own: their files bear the names of those that were just made.
    let mut pack = wasm.command(ctx, "wasm-pack");
    pack.args(["build", "--target", "web", "--out-dir"])
        .arg(ctx.target.join("ci/pkg"));
    command(stages, "wasm-pack build --target web", pack);
    let mut trunk = wasm.command(ctx, "trunk");
    trunk
        .args(["build", "--dist"])
        .arg(ctx.target.join("ci/dist"));
    command(stages, "trunk build", trunk);
    stage(stages, "trunk serve", || preview(ctx, wasm));
}

/// Starts the preview of the widget, asks once for its page and for the gallery, and stops it.
fn preview(ctx: &Ctx, wasm: &Wasm) -> Result<()> {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut trunk = wasm.command(ctx, "trunk");
    trunk
        .args(["serve", "--port", &port.to_string(), "--dist"])
        .arg(ctx.target.join("ci/preview"));
    let mut children = Children::default();
    let log = ctx.target.join("ci/preview.log");
    children.add(Child::start("preview", trunk, log)?);
    let stop = AtomicBool::new(false);
    children.wait_for("preview", port, "/", &stop)?;
    children.wait_for("preview", port, "/gallery.html", &stop)
}

/// `--workspace`: from the root, it would look at the widget only.
const DENY: [&str; 7] = [
    "deny",
    "--workspace",
    "--offline",
    "check",
    "bans",
    "licenses",
    "sources",
];

/// The list of advisories lives on another server than the crates do. Where that one cannot be
/// reached the check is left out, and says so.
fn advisories(ctx: &Ctx, stages: &mut Stages) {
    if proc::succeeds(ctx.command("cargo").args(["deny", "fetch", "db"])) {
        check(
            ctx,
            stages,
            "advisories",
            &["deny", "--workspace", "--offline", "check", "advisories"],
        );
    } else {
        println!("note: the list of advisories cannot be reached from here: not checked");
    }
}

fn check(ctx: &Ctx, stages: &mut Stages, name: &str, args: &[&str]) {
    let mut cargo = ctx.command("cargo");
    cargo.args(args);
    command(stages, name, cargo);
}

fn command(stages: &mut Stages, name: &str, mut command: Command) {
    stage(stages, name, || proc::run(&mut command));
}

/// A failure is kept in the table.
fn stage(stages: &mut Stages, name: &str, work: impl FnOnce() -> Result<()>) {
    if let Err(error) = stages.run(name, work) {
        eprintln!("error: {error:#}");
    }
}
