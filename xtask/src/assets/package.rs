//! `pkg/`: the same files under plain names, as an npm package.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};

use super::parts::{CARD_MARK, ELEMENT, STEM, Scripts, pkg};
use super::words::{self, File};
use crate::ctx::Ctx;

/// What the package has beside the widget's files, as it stands in `npm`.
const TEXTS: [&str; 9] = [
    "README.md",
    "custom-elements.json",
    "index.d.ts",
    "load.d.ts",
    "load.js",
    "react.d.ts",
    "svelte.d.ts",
    "vue.d.ts",
    // Last: without it there is no package.
    PACKAGE,
];
const PACKAGE: &str = "package.json";
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
const INTEGRITY: &str = "integrity.json";
/// What the build puts the version in place of.
const VERSION_MARK: &str = "__GUICHET_VERSION__";

/// Makes it, of the scripts and of what wasm-pack put there. `element` is the script as the backend
/// serves it.
pub(super) fn write(ctx: &Ctx, scripts: &Scripts, texts: &[File], element: &[u8]) -> Result<()> {
    let folder = pkg(ctx);
    let version = env!("CARGO_PKG_VERSION");
    ensure!(
        scripts.package.contains(VERSION_MARK),
        "npm/files.js does not have {VERSION_MARK}"
    );
    let script = scripts.package.replace(VERSION_MARK, version);
    words::write(&folder, texts)?;
    fs::write(folder.join(format!("{STEM}.js")), &scripts.glue)?;
    fs::write(folder.join(CARD_MARK), &scripts.card)?;
    fs::write(folder.join(ELEMENT), script)?;
    let integrity = json!({ ELEMENT: integrity(element) });
    fs::write(folder.join(INTEGRITY), format!("{integrity:#}\n"))?;
    for name in LICENCES {
        fs::copy(ctx.root.join(name), folder.join(name))?;
    }
    for name in TEXTS {
        let source = ctx.root.join("npm").join(name);
        let mut content = fs::read_to_string(&source).with_context(|| ctx.shown(&source))?;
        if name == PACKAGE {
            content = versioned(&content, version)?;
        }
        fs::write(folder.join(name), content)?;
    }
    Ok(())
}

/// Whether nothing of it is missing.
pub(super) fn is_complete(ctx: &Ctx) -> bool {
    let mut names = TEXTS.iter().chain(&LICENCES).chain([&INTEGRITY]);
    names.all(|name| pkg(ctx).join(name).is_file())
}

/// What a page writes into the script tag's `integrity`.
pub(super) fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

/// The package's description, in the workspace's version.
fn versioned(description: &str, version: &str) -> Result<String> {
    let read: Value = serde_json::from_str(description).context(PACKAGE)?;
    let old = read["version"]
        .as_str()
        .context("npm/package.json has no version")?;
    let line = |version: &str| format!("\"version\": \"{version}\"");
    ensure!(
        description.contains(&line(old)),
        "the version stands on no line of its own"
    );
    Ok(description.replace(&line(old), &line(version)))
}

/// The package as one file, and the file's path: what `npm publish` would send.
pub(crate) fn pack(ctx: &Ctx) -> Result<PathBuf> {
    let folder = ctx.target.join("npm");
    fs::create_dir_all(&folder)?;
    let mut npm = ctx.command("npm");
    npm.args(["pack", "--silent", "--pack-destination"])
        .arg(&folder)
        .arg(pkg(ctx));
    let name = crate::proc::read(&mut npm)?;
    Ok(folder.join(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::{integrity, versioned};

    /// The value for no bytes at all, as OpenSSL gives it too.
    #[test]
    fn integrity_is_the_browsers_form_of_sha384() {
        let empty = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), empty);
    }

    #[test]
    fn the_package_bears_the_workspaces_version() -> anyhow::Result<()> {
        let made = versioned("{\n  \"version\": \"0.0.0\",\n  \"b\": 1\n}\n", "1.2.3")?;
        assert_eq!(made, "{\n  \"version\": \"1.2.3\",\n  \"b\": 1\n}\n");
        assert!(versioned("{}", "1.2.3").is_err());
        Ok(())
    }
}
