//! Vendure, a store in TypeScript, with `integrations/vendure`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::run::{Offer, Run, Told};
use crate::child::{Child, Children};
use crate::demo::config;
use crate::pins;
use crate::proc::{self, Stages};

/// Of the person in the back office.
const PASSWORD: &str = "guichet";

pub(super) fn open(
    run: &Run<'_>,
    stages: &mut Stages,
    children: &mut Children,
    stop: &AtomicBool,
) -> Result<Told> {
    if !run.kept.join("installed").exists() {
        stages.run("Vendure from npm", || install(run))?;
    }
    let plugin = run.kept.join("plugin");
    stages.run("the plugin and its own tests", || build(run, &plugin))?;
    let given = json!({
        "modules": run.kept, "plugin": plugin.join("dist/src/index.js"), "folder": run.folder,
        "port": run.shop, "shop": run.shop_url(), "guichet": run.backend_url(),
        "key": config::SECRET_KEY, "webhook": config::WEBHOOK_SECRET, "password": PASSWORD,
    });
    let mut serve = run.ctx.command("node");
    serve
        .arg(run.source("vendure/open_shop.cjs"))
        .arg(given.to_string())
        .env("VENDURE_DISABLE_TELEMETRY", "true");
    let offer = Offer {
        name: "La Halle du Tilleul",
        methods: &["card", "apetiz"],
        webhook: "/guichet/webhook",
    };
    run.start_guichet(&offer, children, stop)?;
    let log = run.folder.join("vendure.log");
    children.add(Child::start("Vendure", serve, log)?);
    children.wait_for("Vendure", run.shop, "/health", stop)?;
    // It listens before its shelves are full.
    wait_for(&run.folder.join("open"))?;
    Ok(Told {
        script: "vendure/buy.mjs",
        given: json!({ "password": PASSWORD }),
    })
}

fn wait_for(file: &Path) -> Result<()> {
    let start = std::time::Instant::now();
    while !file.exists() {
        ensure!(
            start.elapsed() < std::time::Duration::from_secs(60),
            "the store has not opened: see vendure.log"
        );
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Ok(())
}

fn install(run: &Run<'_>) -> Result<()> {
    std::fs::write(run.kept.join("package.json"), "{ \"private\": true }\n")?;
    let mut npm = run.ctx.command("npm");
    npm.current_dir(&run.kept)
        .args(["install", "--save-exact", "--ignore-scripts"])
        .args(["--no-audit", "--no-fund", "--loglevel=error"]);
    let named = |(name, version): &(&str, &str)| format!("{name}@{version}");
    proc::run(npm.args(pins::VENDURE.iter().map(named)))?;
    std::fs::write(run.kept.join("installed"), "").context("cannot be written")
}

/// Compiles the plugin beside what it needs, as it stands, and runs its tests.
fn build(run: &Run<'_>, plugin: &Path) -> Result<()> {
    let source = run.ctx.root.join("integrations/vendure");
    if plugin.exists() {
        std::fs::remove_dir_all(plugin)?;
    }
    for folder in ["", "src", "test"] {
        std::fs::create_dir_all(plugin.join(folder))?;
        for entry in std::fs::read_dir(source.join(folder))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), plugin.join(folder).join(entry.file_name()))?;
            }
        }
    }
    let mut test = run.ctx.command("npm");
    test.current_dir(plugin).args(["test", "--silent"]);
    proc::run(test.env("VENDURE_DISABLE_TELEMETRY", "true"))
}
