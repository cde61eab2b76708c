//! pretix, a ticket office in Python, with `integrations/pretix`.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::run::{Offer, Run, Told};
use crate::child::{Child, Children};
use crate::demo::config;
use crate::pins;
use crate::proc::{self, Stages};
use crate::setup::python;

/// Of the person in the back office.
const PASSWORD: &str = "guichet";

pub(super) fn open(
    run: &Run<'_>,
    stages: &mut Stages,
    children: &mut Children,
    stop: &AtomicBool,
) -> Result<Told> {
    let python = python::ensure_in(&run.kept.join("venv"), stages, &pins::PRETIX)?;
    stages.run("the plugin and its own tests", || plugin(run, &python))?;
    let secret = config::WEBHOOK_SECRET;
    let given = json!({
        "guichet": run.backend_url(), "key": config::SECRET_KEY, "webhook": secret,
        "password": PASSWORD,
    });
    std::fs::create_dir_all(run.folder.join("data"))?;
    std::fs::write(run.folder.join("pretix.cfg"), settings(run))?;
    let opened = stages.run("pretix' tables and its event", || {
        let mut open = command(run, &python);
        open.arg(run.source("pretix/open_shop.py"))
            .arg(given.to_string());
        proc::read(&mut open)
    })?;
    let opened = opened.lines().last().context("pretix told nothing")?;
    let mut given: Value = serde_json::from_str(opened).context("pretix told no JSON")?;
    if let Some(given) = given.as_object_mut() {
        given.insert("password".into(), PASSWORD.into());
        let expire = [
            python.display().to_string(),
            run.source("pretix/expire_order.py").display().to_string(),
        ];
        given.insert("expire".into(), json!(expire));
        given.insert("environment".into(), environment(run));
    }
    let offer = Offer {
        name: "Les Pins",
        methods: &["card", "cvconnect"],
        webhook: "/_guichet/webhook/",
    };
    run.start_guichet(&offer, children, stop)?;
    let mut serve = command(run, &python);
    serve.args(["-m", "pretix", "runserver", "--noreload"]);
    serve.arg(format!("127.0.0.1:{}", run.shop));
    let log = run.folder.join("pretix.log");
    children.add(Child::start("pretix", serve, log)?);
    children.wait_for("pretix", run.shop, "/pins/ete/", stop)?;
    Ok(Told {
        script: "pretix/buy.mjs",
        given,
    })
}

/// Installs the plugin as it stands, and runs its tests.
fn plugin(run: &Run<'_>, python: &Path) -> Result<()> {
    let source = run.ctx.root.join("integrations/pretix");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps"]);
    pip.args(["--disable-pip-version-check", "--editable"]);
    proc::run(pip.arg(&source))?;
    let mut tests = Command::new(python);
    tests.current_dir(&source);
    proc::run(tests.args(["-m", "pytest", "-p", "no:cacheprovider"]))
}

fn command(run: &Run<'_>, python: &Path) -> Command {
    let mut command = run.ctx.command(&python.display().to_string());
    let environment = environment(run);
    for (name, value) in environment.as_object().into_iter().flatten() {
        command.env(name, value.as_str().unwrap_or_default());
    }
    command
}

/// What pretix' programs have to know.
fn environment(run: &Run<'_>) -> Value {
    json!({
        "PRETIX_CONFIG_FILE": run.folder.join("pretix.cfg"),
        "DJANGO_SETTINGS_MODULE": "shop_settings",
        "PYTHONPATH": run.source("pretix"),
    })
}

fn settings(run: &Run<'_>) -> String {
    format!(
        "[pretix]\nurl={}\ndatadir={}\n\
         # Guichet is on this machine.\nallow_http_to_private_networks=on\nplugins_default=\n\
         [database]\nbackend=sqlite3\n",
        run.shop_url(),
        run.folder.join("data").display()
    )
}
