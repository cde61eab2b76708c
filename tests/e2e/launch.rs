//! How each engine's browser is asked for: in French, as wide as a desk, with nothing kept.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use thirtyfour::Capabilities;

use crate::drivers::program;
use crate::engine::Engine;

/// Names the file into which a screen reader writes what it says.
pub(crate) const LOG: &str = "GUICHET_SPOKEN";

/// Whether somebody listens: no browser is without a window then.
fn is_heard() -> bool {
    std::env::var_os(LOG).is_some()
}

const CHROMIUM_FLAGS: [&str; 12] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--lang=fr",
    "--window-size=1280,900",
];

/// What the driver is told. Chromium's scripts are turned off later.
pub(crate) fn capabilities(engine: Engine, folder: &Path, scripts: bool) -> Result<Capabilities> {
    let wanted = match engine {
        Engine::Chromium => chromium(folder),
        Engine::Firefox => firefox(scripts),
        Engine::WebKit => webkit(scripts),
    };
    let wanted = wanted.as_object().context("an object")?;
    Ok(Capabilities::from(wanted.clone()))
}

fn chromium(folder: &Path) -> Value {
    let profile = format!("--user-data-dir={}", folder.display());
    let mut flags = CHROMIUM_FLAGS.to_vec();
    flags.push(&profile);
    flags.push(if is_heard() {
        "--force-renderer-accessibility"
    } else {
        "--headless"
    });
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": program("GUICHET_CHROMIUM", "/usr/bin/chromium"),
            "args": flags,
            "perfLoggingPrefs": { "enablePage": false },
        },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

fn firefox(scripts: bool) -> Value {
    let mut args = vec!["-width", "1280", "-height", "900"];
    if !is_heard() {
        args.push("-headless");
    }
    json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": program("GUICHET_FIREFOX", "/usr/bin/firefox-esr"),
            "args": args,
            "prefs": {
                "intl.accept_languages": "fr",
                "javascript.enabled": scripts,
                "network.proxy.type": 0,
            },
        },
    })
}

fn webkit(scripts: bool) -> Value {
    let usual = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
    json!({
        "browserName": "MiniBrowser",
        "webkitgtk:browserOptions": {
            "binary": program("GUICHET_WEBKIT", usual),
            "args": [
                "--automation",
                "--private",
                format!("--enable-javascript={scripts}"),
            ],
        },
    })
}

/// Notes what Chromium's console tells by itself: scripts that end in an exception.
pub(crate) const FAILURES: &str = "
    const note = (text) => {
        try {
            const all = JSON.parse(sessionStorage.getItem('e2e-violations') || '[]');
            sessionStorage.setItem('e2e-violations', JSON.stringify([...all, 'Uncaught ' + text]));
        } catch {}
    };
    addEventListener('error', (event) => event.message && note(event.message));
    addEventListener('unhandledrejection', (event) => note(event.reason));
";

/// An add-on of Firefox that runs this script before anything else on every page, as a script of
/// the page's own. Gives its folder.
pub(crate) fn addon(folder: &Path, script: &str) -> Result<String> {
    let addon = tempfile::tempdir_in(folder)?.keep();
    let manifest = json!({
        "manifest_version": 2,
        "name": "before pages",
        "version": "1.0",
        "content_scripts": [{
            "matches": ["<all_urls>"],
            "all_frames": true,
            "run_at": "document_start",
            "world": "MAIN",
            "js": ["before.js"],
        }],
    });
    std::fs::write(addon.join("manifest.json"), manifest.to_string())?;
    std::fs::write(addon.join("before.js"), script)?;
    Ok(addon.display().to_string())
}
