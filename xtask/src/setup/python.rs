//! Packages from PyPI, by pinned version, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::system;
use crate::ctx::Ctx;
use crate::proc::{self, Stages};

/// The environment's interpreter, once all of the packages (`NAME==VERSION`) are in it.
pub(crate) fn ensure(ctx: &Ctx, stages: &mut Stages, packages: &[&str]) -> Result<PathBuf> {
    ensure_in(&ctx.tools.join("python"), stages, packages)
}

/// The same of an environment in that folder.
pub(crate) fn ensure_in(folder: &Path, stages: &mut Stages, packages: &[&str]) -> Result<PathBuf> {
    let python = interpreter(folder);
    if packages.iter().all(|package| installed(&python, package)) {
        return Ok(python);
    }
    stages.run(&format!("{} from PyPI", packages.join(", ")), || {
        install(folder, packages)
    })?;
    Ok(python)
}

/// Makes an environment in that folder, with these packages.
pub(crate) fn install(folder: &Path, packages: &[&str]) -> Result<()> {
    if system::find(&["python3"]).is_none() {
        bail!("python3 is needed for {}", packages.join(", "));
    }
    let make = || {
        let mut venv = Command::new("python3");
        proc::run(venv.args(["-m", "venv", "--clear"]).arg(folder))
    };
    if make().is_err() {
        // Debian has the module in a package of its own.
        system::apt(&["python3-venv"])?;
        make()?;
    }
    let mut pip = Command::new(interpreter(folder));
    pip.args(["-m", "pip", "install", "--quiet"]);
    proc::run(pip.arg("--disable-pip-version-check").args(packages))
}

/// The interpreter of an environment.
pub(crate) fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

fn installed(python: &Path, package: &str) -> bool {
    let Some((name, version)) = package.split_once("==") else {
        return false;
    };
    let mut ask = Command::new(python);
    ask.args([
        "-c",
        "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))",
    ]);
    proc::read(ask.arg(name)).is_ok_and(|found| found.trim() == version)
}
