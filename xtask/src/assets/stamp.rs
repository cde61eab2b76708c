//! Whether the widget has to be built again: a hash over everything that goes into it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::parts::Mode;
use crate::ctx::Ctx;
use crate::pins;
use crate::setup::wasm::{LEAN_RUSTFLAGS, Wasm};

/// What the widget is made of. It depends on no other crate of the workspace than `wire`, which
/// the tidy check guards; what builds it counts as well.
const INPUTS: [&str; 11] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "src",
    "crates/wire/Cargo.toml",
    "crates/wire/src",
    "npm",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "xtask/src/assets",
    "xtask/src/pins.rs",
];

pub(super) fn of(ctx: &Ctx, wasm: &Wasm, mode: Mode) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{mode:?}\n{}\n{LEAN_RUSTFLAGS}\n", wasm.version));
    hash.update(format!("{}\n{}\n", pins::BINARYEN.1, pins::ESBUILD.1));
    for input in INPUTS {
        for file in files(&ctx.root.join(input))? {
            let content = std::fs::read(&file)
                .with_context(|| format!("{} cannot be read", ctx.shown(&file)))?;
            hash.update(format!("{} {}\n", ctx.shown(&file), content.len()));
            hash.update(content);
        }
    }
    Ok(hex::encode(hash.finalize()))
}

/// Whether the last build was made of the same, and is still there.
pub(super) fn is_current(ctx: &Ctx, stamp: &str) -> bool {
    let same = std::fs::read_to_string(file(ctx)).is_ok_and(|old| old == stamp);
    same && super::publish::is_complete(ctx)
}

pub(super) fn write(ctx: &Ctx, stamp: &str) -> Result<()> {
    Ok(std::fs::write(file(ctx), stamp)?)
}

/// Beside the assets, not among them: that folder is served.
fn file(ctx: &Ctx) -> PathBuf {
    ctx.target.join("assets.stamp")
}

/// A file, or all files below a folder, in an order that does not depend on the file system.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = Vec::new();
    let folder =
        std::fs::read_dir(path).with_context(|| format!("{} cannot be read", path.display()))?;
    for entry in folder {
        entries.push(entry?.path());
    }
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}
