//! Every tool that is brought from outside, and its version, in one place.

use anyhow::{Context as _, Result};

use crate::ctx::Ctx;

/// A tool that is built from its crate.
pub(crate) struct CargoTool {
    /// Name of the crate.
    pub(crate) package: &'static str,
    /// Name of the program.
    pub(crate) program: &'static str,
    /// Version, or `None` for the version that Cargo.lock gives the crate of the same family.
    version: Option<&'static str>,
    /// Whether the crate's own lock file is used.
    pub(crate) locked: bool,
}

/// Without its lock file: that one names a crate version which has been withdrawn.
pub(crate) const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: None,
    locked: false,
};

pub(crate) const WASM_PACK: CargoTool = CargoTool {
    package: "wasm-pack",
    program: "wasm-pack",
    version: Some("0.15.1"),
    locked: true,
};

/// 0.22 asks for a newer compiler than the oldest one that this project supports.
pub(crate) const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    program: "trunk",
    version: Some("0.21.14"),
    locked: true,
};

pub(crate) const CARGO_DENY: CargoTool = CargoTool {
    package: "cargo-deny",
    program: "cargo-deny",
    version: Some("0.20.2"),
    locked: true,
};

/// What `cargo xtask mutants` changes the code with.
pub(crate) const CARGO_MUTANTS: CargoTool = CargoTool {
    package: "cargo-mutants",
    program: "cargo-mutants",
    version: Some("27.1.0"),
    locked: true,
};

/// What drives Firefox in browser tests.
pub(crate) const GECKODRIVER: CargoTool = CargoTool {
    package: "geckodriver",
    program: "geckodriver",
    version: Some("0.37.1"),
    locked: true,
};

/// Packages from npm: name and version.
pub(crate) const BINARYEN: (&str, &str) = ("binaryen", "132.0.0");
pub(crate) const ESBUILD: (&str, &str) = ("esbuild", "0.28.2");
pub(crate) const AXE: (&str, &str) = ("axe-core", "4.14.1");
/// A script of the kind that shops have on every page: it adds headers to what the page asks for.
pub(crate) const SENTRY: (&str, &str) = ("@sentry/browser", "11.12.0");

/// What `cargo xtask bench widget` measures us beside, and what it drives the browser with.
pub(crate) const ADYEN: (&str, &str) = ("@adyen/adyen-web", "6.45.2");
pub(crate) const PUPPETEER: (&str, &str) = ("puppeteer-core", "25.16.0");

/// What shops verify webhooks with, from npm and from PyPI. The crate of that name is pinned in
/// `Cargo.toml`.
pub(crate) const WEBHOOKS: (&str, &str) = ("standardwebhooks", "1.1.1");
pub(crate) const WEBHOOKS_PYTHON: [&str; 1] = ["standardwebhooks==1.1.0"];

/// Packages from PyPI that tests need: those, and the provider that people sign on at.
pub(crate) const TEST_PYTHON: [&str; 2] = [WEBHOOKS_PYTHON[0], "oidc-provider-mock==0.3.4"];

/// Packages from PyPI, only for `cargo xtask peers`.
pub(crate) const PEERS: [&str; 2] = ["eopayment==3.15", "pretix-paybox==0.9.9"];

/// Shops that `cargo xtask shops` buys in, with what their integrations need.
pub(crate) const PRETIX: [&str; 4] = [
    "pretix==2026.8.0",
    WEBHOOKS_PYTHON[0],
    "pytest==9.2.0",
    "pytest-django==4.14.0",
];

/// The same from npm.
pub(crate) const VENDURE: [(&str, &str); 6] = [
    ("@vendure/core", "3.7.3"),
    ("sql.js", "1.14.1"),
    ("typescript", "5.9.3"),
    ("@types/node", "20.19.43"),
    ("@types/express", "5.0.6"),
    WEBHOOKS,
];

impl CargoTool {
    /// The version that has to be there.
    pub(crate) fn version(&self, ctx: &Ctx) -> Result<String> {
        match self.version {
            Some(version) => Ok(version.to_owned()),
            // Crate and tool must be the same version to understand each other's format.
            None => {
                let lock = std::fs::read_to_string(ctx.root.join("Cargo.lock"))
                    .context("Cargo.lock cannot be read")?;
                locked_version(&lock, "wasm-bindgen")
                    .context("Cargo.lock names no version of wasm-bindgen")
            }
        }
    }
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let wanted = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == wanted)?;
    let version = lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            locked_version(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(locked_version(lock, "absent"), None);
    }
}
