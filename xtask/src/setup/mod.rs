//! Brings what is missing, and does nothing where it is there.

pub(crate) mod engines;
mod npm;
pub(crate) mod postgres;
pub(crate) mod python;
pub(crate) mod system;
mod tools;
pub(crate) mod wasm;

use std::path::PathBuf;

use anyhow::Result;

use crate::ctx::Ctx;
use crate::pins;
use crate::proc::{self, Stages};
use wasm::Wasm;

/// How much of it a command needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The widget's build: all that the demo needs.
    Build,
    /// That, and what browser tests run with.
    Test,
    /// That, and lints, the dependency check and Trunk.
    Everything,
}

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, need: Need) -> Result<Wasm> {
    let wasm = wasm::ensure(ctx, stages)?;
    let mut cargo_tools = vec![&pins::WASM_BINDGEN, &pins::WASM_PACK];
    let mut npm_packages = vec![pins::BINARYEN, pins::ESBUILD];
    if need != Need::Build {
        npm_packages.extend([pins::AXE, pins::SENTRY, pins::WEBHOOKS]);
    }
    if need == Need::Everything {
        cargo_tools.extend([&pins::TRUNK, &pins::CARGO_DENY]);
    }
    for tool in cargo_tools {
        tools::ensure(ctx, stages, tool)?;
    }
    npm::ensure(ctx, stages, &npm_packages)?;
    if need != Need::Build {
        browser(stages)?;
        engines::ensure(ctx, stages)?;
        python::ensure(ctx, stages, &pins::TEST_PYTHON)?;
        if system::find(&["php"]).is_none() {
            stages.run("PHP", || system::apt(&["php-cli"]))?;
        }
        if system::find(&["openssl"]).is_none() {
            stages.run("openssl", || system::apt(&["openssl"]))?;
        }
    }
    if need == Need::Everything {
        wasm::ensure_clippy(ctx, stages, &wasm)?;
    }
    Ok(wasm)
}

/// What the browser tests drive.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

/// A C++ compiler, which libFuzzer is built with.
pub(crate) fn cpp(stages: &mut Stages) -> Result<()> {
    let there = system::find(&["c++", "g++", "clang++"]).is_some();
    if there || std::env::var_os("CXX").is_some() {
        return Ok(());
    }
    stages.run("C++ compiler", || system::apt(&["g++"]))
}

const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

pub(crate) fn browser(stages: &mut Stages) -> Result<Browser> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    stages.run("Chromium and its driver", || {
        system::apt(&["chromium", "chromium-driver"])
    })?;
    find_browser().ok_or_else(|| {
        anyhow::anyhow!(
            "Chromium and chromedriver are needed for the browser tests: install them, or name \
             them in GUICHET_CHROMIUM and GUICHET_CHROMEDRIVER"
        )
    })
}

fn find_browser() -> Option<Browser> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    Some(Browser {
        chromium: named("GUICHET_CHROMIUM").or_else(|| system::find(&BROWSERS))?,
        chromedriver: named("GUICHET_CHROMEDRIVER").or_else(|| system::find(&["chromedriver"]))?,
    })
}

/// A tool that one command alone needs.
pub(crate) fn tool(ctx: &Ctx, stages: &mut Stages, tool: &pins::CargoTool) -> Result<()> {
    tools::ensure(ctx, stages, tool)
}

/// Packages from npm that one command alone needs.
pub(crate) fn packages(ctx: &Ctx, stages: &mut Stages, names: &[(&str, &str)]) -> Result<()> {
    npm::ensure(ctx, stages, names)
}

/// The interpreter with the packages that [`run`] brought.
pub(crate) fn python(ctx: &Ctx, stages: &mut Stages) -> Result<PathBuf> {
    python::ensure(ctx, stages, &pins::TEST_PYTHON)
}

/// Sentry's script as one file, of what [`run`] brought.
pub(crate) fn sentry(ctx: &Ctx) -> Result<PathBuf> {
    let file = ctx.target.join("xtask/sentry.js");
    let mut bundle = ctx.command("esbuild");
    bundle.current_dir(ctx.npm()).arg(pins::SENTRY.0);
    bundle.args(["--bundle", "--format=iife", "--global-name=Sentry"]);
    proc::read(
        bundle
            .arg("--log-level=error")
            .arg(format!("--outfile={}", file.display())),
    )?;
    Ok(file)
}

/// The script of axe-core, once [`run`] brought it.
pub(crate) fn axe(ctx: &Ctx) -> PathBuf {
    ctx.npm().join("node_modules/axe-core/axe.min.js")
}
