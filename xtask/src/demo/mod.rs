//! `cargo xtask demo`: backend, sandbox and demo shop on this machine, until Ctrl-C.

pub(crate) mod config;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::child::{Child, Children};
use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::{assets, setup};
use config::Demo;

#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Port of the demo shop.
    #[arg(long, default_value_t = 8600)]
    shop_port: u16,
    /// Port of the backend.
    #[arg(long, default_value_t = 8601)]
    backend_port: u16,
    /// Port of the platforms, played by the sandbox.
    #[arg(long, default_value_t = 8602)]
    platform_port: u16,
    /// Port of the terminal that is reached on the shop's own network, played by the sandbox.
    #[arg(long, default_value_t = 8603)]
    terminal_port: u16,
    /// Forget the payments of earlier runs.
    #[arg(long)]
    fresh: bool,
}

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    // Before anything that takes time.
    ports_are_free(options)?;
    let wasm = setup::run(ctx, stages, setup::Need::Build)?;
    assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    stages.run("build backend and sandbox", || proc::run(&mut build(ctx)))?;
    let demo = Demo {
        folder: ctx.target.join("demo"),
        assets: ctx.assets(),
        shop: options.shop_port,
        backend: options.backend_port,
        platform: options.platform_port,
        terminal: options.terminal_port,
    };
    if options.fresh && demo.folder.exists() {
        std::fs::remove_dir_all(&demo.folder)?;
    }
    let config = demo.write()?;
    serve(ctx, &demo, &config)
}

/// Builds the two programs; the browser tests run the same ones.
pub(crate) fn build(ctx: &Ctx) -> std::process::Command {
    let mut cargo = ctx.command("cargo");
    cargo.args([
        "build",
        "--workspace",
        "--bin",
        "guichet",
        "--bin",
        "guichet-sandbox",
    ]);
    cargo
}

fn ports_are_free(options: &Options) -> Result<()> {
    let ports = [
        ("shop", options.shop_port, "--shop-port"),
        ("backend", options.backend_port, "--backend-port"),
        ("platform", options.platform_port, "--platform-port"),
        ("terminal", options.terminal_port, "--terminal-port"),
    ];
    let mut kept = Vec::new();
    for (what, port, flag) in ports {
        // Held until all of them are, so that the same port given twice is found as well.
        kept.push(TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!(
                "port {port} of the {what} is in use: stop what listens there, or choose another \
                 with {flag}"
            )
        })?);
    }
    Ok(())
}

fn serve(ctx: &Ctx, demo: &Demo, config: &PathBuf) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let mut children = Children::default();
    let outcome = start(ctx, demo, config, &mut children, &stop)
        .and_then(|()| watch(demo, &mut children, &stop));
    children.stop();
    match outcome {
        // Asked to stop while something was still starting: that is no failure.
        Err(_) if stop.load(Ordering::Relaxed) => Ok(()),
        other => other,
    }
}

/// The sandbox first: it writes the key that the backend reads.
fn start(
    ctx: &Ctx,
    demo: &Demo,
    config: &PathBuf,
    children: &mut Children,
    stop: &AtomicBool,
) -> Result<()> {
    let bin = ctx.target.join("debug");
    let mut sandbox = ctx.command(&bin.join("guichet-sandbox").display().to_string());
    sandbox
        .args(["--platform-listen", &format!("127.0.0.1:{}", demo.platform)])
        .args(["--shop-listen", &format!("127.0.0.1:{}", demo.shop)])
        .args(["--terminal-listen", &format!("127.0.0.1:{}", demo.terminal)])
        .args(["--backend", &demo.backend_url()])
        .args(["--shop-secret-key", config::SECRET_KEY])
        .args(["--shop-webhook-secret", config::WEBHOOK_SECRET])
        .args(["--shop-methods", config::ORDINARY])
        .arg("--data-dir")
        .arg(demo.sandbox())
        .args(["--www", "www"]);
    children.add(Child::start(
        "sandbox",
        sandbox,
        demo.folder.join("sandbox.log"),
    )?);
    children.wait_for("sandbox", demo.shop, "/", stop)?;

    let guichet = bin.join("guichet").display().to_string();
    let mut filling = ctx.command(&guichet);
    filling.args(["desk", "--config"]).arg(config).arg("demo");
    proc::run(&mut filling)?;
    let mut backend = ctx.command(&guichet);
    backend.args(["serve", "--config"]).arg(config);
    children.add(Child::start(
        "backend",
        backend,
        demo.folder.join("backend.log"),
    )?);
    children.wait_for("backend", demo.backend, "/healthz", stop)
}

fn watch(demo: &Demo, children: &mut Children, stop: &AtomicBool) -> Result<()> {
    println!();
    println!("    The demo shop:   {}", demo.shop_url());
    println!();
    println!("    The desk:        {}/desk", demo.backend_url());
    for (name, what) in config::PEOPLE {
        println!(
            "        {name:<8} {}{name:<8} {what}",
            config::PASSWORD_PREFIX
        );
    }
    println!();
    println!("    backend   {}", demo.backend_url());
    println!(
        "    platform  http://127.0.0.1:{} (the sandbox)",
        demo.platform
    );
    println!("    logs      {}", demo.folder.join("*.log").display());
    println!("    Ctrl-C stops everything.");
    println!();
    proc::flush();
    while !stop.load(Ordering::Relaxed) {
        if let Some(story) = children.first_dead() {
            bail!(story);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Options, ports_are_free};
    use std::net::TcpListener;

    #[test]
    fn a_port_in_use_is_named_with_its_flag() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).and_then(|taken| {
            let port = taken.local_addr()?.port();
            let options = Options {
                shop_port: 0,
                backend_port: port,
                platform_port: 0,
                terminal_port: 0,
                fresh: false,
            };
            let message = ports_are_free(&options)
                .err()
                .map(|error| error.to_string());
            let message = message.unwrap_or_default();
            assert!(
                message.contains(&format!("port {port} of the backend")),
                "{message}"
            );
            assert!(message.contains("--backend-port"), "{message}");
            Ok(taken)
        });
        assert!(taken.is_ok());
    }
}
