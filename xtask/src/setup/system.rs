//! Programs of the system, and Debian's packages where there are any.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::proc;

/// The first of these programs that is on `PATH`.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|dir| dir.join(name))
            .find(|file| file.is_file())
    })
}

/// Whether packages can be installed here without asking anybody.
pub(crate) fn has_apt() -> bool {
    find(&["apt-get"]).is_some() && (is_root() || can_sudo())
}

/// Installs those Debian packages that are missing.
pub(crate) fn apt(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|name| !installed(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !has_apt() {
        bail!(
            "these are missing and cannot be installed from here (no apt, or neither root nor \
             sudo without a password). Install: {}",
            missing.join(" ")
        );
    }
    proc::run(privileged("apt-get").args(["update", "-q"]))?;
    let mut install = privileged("apt-get");
    install
        .args(["install", "-q", "-y", "--no-install-recommends"])
        .args(&missing);
    proc::run(install.env("DEBIAN_FRONTEND", "noninteractive"))
        .with_context(|| format!("Debian's packages {} are needed", missing.join(" ")))
}

/// A command that runs as root: as it is, or through sudo.
pub(crate) fn privileged(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "DEBIAN_FRONTEND=noninteractive", program]);
    command
}

fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    proc::read(&mut query).is_ok_and(|status| status.trim() == "installed")
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn can_sudo() -> bool {
    proc::succeeds(Command::new("sudo").args(["-n", "true"]))
}
