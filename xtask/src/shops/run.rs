//! One shop's run: its folders and ports, the Guichet that serves it, and the browser that buys.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::child::{Child, Children, free_ports};
use crate::ctx::Ctx;
use crate::demo::config;
use crate::proc::{self, Stages};

/// Where a run's things are.
pub(super) struct Run<'a> {
    pub(super) ctx: &'a Ctx,
    /// What a run leaves: books and logs.
    pub(super) folder: PathBuf,
    /// What is installed, and kept.
    pub(super) kept: PathBuf,
    pub(super) shop: u16,
    pub(super) backend: u16,
    pub(super) platform: u16,
}

/// What Guichet has to know of a shop.
pub(super) struct Offer<'a> {
    pub(super) name: &'a str,
    pub(super) methods: &'a [&'a str],
    pub(super) webhook: &'a str,
}

/// How the browser buys.
pub(super) struct Browsing<'a> {
    pub(super) chromium: &'a Path,
    /// Only the cases whose name contains this.
    pub(super) case: Option<&'a str>,
}

impl<'a> Run<'a> {
    pub(super) fn new(ctx: &'a Ctx, name: &str) -> Result<Self> {
        let folder = ctx.target.join("shops").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(folder.join("sandbox"))?;
        let [shop, backend, platform] = free_ports()?;
        let kept = ctx.tools.join("shops").join(name);
        std::fs::create_dir_all(&kept)?;
        Ok(Self {
            ctx,
            folder,
            kept,
            shop,
            backend,
            platform,
        })
    }

    pub(super) fn shop_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.shop)
    }

    pub(super) fn backend_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.backend)
    }

    pub(super) fn source(&self, path: &str) -> PathBuf {
        self.ctx.root.join("xtask/src/shops").join(path)
    }

    /// Starts the sandbox, and a backend that serves this shop.
    pub(super) fn start_guichet(
        &self,
        offer: &Offer<'_>,
        children: &mut Children,
        stop: &AtomicBool,
    ) -> Result<()> {
        let bin = self.ctx.target.join("debug");
        let program = |name: &str| self.ctx.command(&bin.join(name).display().to_string());
        let config = self.folder.join("guichet.toml");
        std::fs::write(&config, self.config(offer))?;
        // Nobody visits the demo's own shop.
        let [unused, ..] = free_ports()?;
        let mut sandbox = program("guichet-sandbox");
        sandbox
            .args(["--platform-listen", &format!("127.0.0.1:{}", self.platform)])
            .args(["--shop-listen", &format!("127.0.0.1:{unused}")])
            .args(["--backend", &self.backend_url()])
            .arg("--data-dir")
            .arg(self.folder.join("sandbox"))
            .args(["--www", "www"]);
        let log = self.folder.join("sandbox.log");
        children.add(Child::start("sandbox", sandbox, log)?);
        children.wait_for("sandbox", self.platform, "/load.html", stop)?;
        let mut backend = program("guichet");
        backend.args(["serve", "--config"]).arg(config);
        let log = self.folder.join("backend.log");
        children.add(Child::start("backend", backend, log)?);
        children.wait_for("backend", self.backend, "/readyz", stop)
    }

    fn config(&self, offer: &Offer<'_>) -> String {
        let (key, secret) = (config::SECRET_KEY, config::WEBHOOK_SECRET);
        let host = format!("\"http://127.0.0.1:{}\"", self.platform);
        let Offer {
            name,
            methods,
            webhook,
        } = offer;
        let shop = self.shop_url();
        format!(
            "{}webhook_networks = [\"127.0.0.1\"]\n\n\
             [[shops]]\nid = \"demo\"\nname = {name:?}\nsecret_keys = [{key:?}]\n\
             origins = [{shop:?}]\nlanguage = \"fr\"\ntourism = true\n\
             webhook = {{ url = \"{shop}{webhook}\", secrets = [{secret:?}] }}\n\n\
             [[shops.methods]]\nprovider = \"up2pay\"\naccount = \"demo\"\n\
             methods = {methods:?}\n\n{}",
            config::beginning(&self.folder, &self.ctx.assets(), self.backend),
            config::up2pay(&self.folder.join("sandbox"), &host),
        )
    }

    /// Has the browser buy. `told` is what the shop's own script needs to know.
    pub(super) fn buy(
        &self,
        stages: &mut Stages,
        browsing: &Browsing<'_>,
        told: Told,
    ) -> Result<()> {
        let Told { script, mut given } = told;
        let pictures = self.folder.join("pictures");
        std::fs::create_dir_all(&pictures)?;
        let common = json!({
            "npm": self.ctx.npm(),
            "chromium": browsing.chromium,
            "shop": self.shop_url(),
            "backend": self.backend_url(),
            "platform": format!("http://127.0.0.1:{}", self.platform),
            "key": config::SECRET_KEY,
            "python": "python3",
            "older": self.source("older.py"),
            "books": self.folder.join("guichet.db"),
            "pictures": pictures,
        });
        let given = given.as_object_mut().context("no object")?;
        given.extend(common.as_object().cloned().unwrap_or_default());
        let mut node = self.ctx.command("node");
        node.arg(self.source(script))
            .arg(Value::Object(given.clone()).to_string())
            .args(browsing.case);
        stages.run(&format!("{script} in the browser"), || proc::run(&mut node))
    }
}

/// What an open shop's script is told.
pub(super) struct Told {
    pub(super) script: &'static str,
    pub(super) given: Value,
}
