//! Programs of the system, and Debian's packages where there are any.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

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
    when_free(BUSY_TRIES, BUSY_WAIT, || run_apt(&["update", "-q"]))?;
    let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
    install.extend(&missing);
    when_free(BUSY_TRIES, BUSY_WAIT, || run_apt(&install))
        .with_context(|| format!("Debian's packages {} are needed", missing.join(" ")))
}

/// How often the package manager is tried while another one holds its locks.
const BUSY_TRIES: u32 = 60;
/// How long it is waited for between two tries.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Why apt did not do it.
enum AptError {
    /// Another one is at work, on a new machine often the daily upgrade.
    Busy,
    Failed(anyhow::Error),
}

/// apt waits for dpkg's lock when it is told to, but never for the one on its lists: what is said
/// about a lock is therefore read, and shown as well.
fn run_apt(args: &[&str]) -> Result<(), AptError> {
    let mut apt = privileged("apt-get");
    apt.args(["-o", "DPkg::Lock::Timeout=600"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C");
    let errors = proc::run_and_read_errors(&mut apt).map_err(AptError::Failed)?;
    match errors {
        None => Ok(()),
        Some(errors) if is_about_a_lock(&errors) => Err(AptError::Busy),
        Some(_) => Err(AptError::Failed(anyhow::anyhow!(
            "`{}` failed",
            proc::shown(&apt)
        ))),
    }
}

fn is_about_a_lock(errors: &str) -> bool {
    [
        "Could not get lock",
        "Unable to lock",
        "Unable to acquire the dpkg frontend lock",
    ]
    .iter()
    .any(|words| errors.contains(words))
}

/// Tries again while it is busy.
fn when_free(
    tries: u32,
    wait: Duration,
    mut work: impl FnMut() -> Result<(), AptError>,
) -> Result<()> {
    for left in (0..tries).rev() {
        match work() {
            Ok(()) => return Ok(()),
            Err(AptError::Failed(error)) => return Err(error),
            Err(AptError::Busy) if left > 0 => {
                println!("    another package manager is at work: waiting for it");
                std::thread::sleep(wait);
            }
            Err(AptError::Busy) => {}
        }
    }
    bail!(
        "another package manager held its lock for {} s",
        (wait * tries).as_secs()
    )
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
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

fn can_sudo() -> bool {
    proc::succeeds(Command::new("sudo").args(["-n", "true"]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AptError, is_about_a_lock, when_free};

    /// What apt 2.6 says of a list that another one is fetching, and of dpkg at work.
    #[test]
    fn a_lock_that_another_holds_is_recognised() {
        let lists = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 \
                     (apt-get)\nE: Unable to lock directory /var/lib/apt/lists/\n";
        assert!(is_about_a_lock(lists));
        assert!(!is_about_a_lock("E: Unable to locate package chromiun\n"));
    }

    #[test]
    fn a_busy_package_manager_is_waited_for_and_a_failure_is_not() {
        let mut calls = 0;
        let outcome = when_free(3, Duration::ZERO, || {
            calls += 1;
            if calls < 3 {
                Err(AptError::Busy)
            } else {
                Ok(())
            }
        });
        assert!(outcome.is_ok() && calls == 3);
        let mut calls = 0;
        let outcome = when_free(3, Duration::ZERO, || {
            calls += 1;
            Err(AptError::Failed(anyhow::anyhow!("no such package")))
        });
        assert!(outcome.is_err() && calls == 1);
        assert!(when_free(2, Duration::ZERO, || Err(AptError::Busy)).is_err());
    }
}
