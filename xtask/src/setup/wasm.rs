//! A compiler that can build for the browser.
//!
//! In this order: the one that is there; the same after `rustup target add`; Debian's own, whose
//! standard library is built here once; else one message that says what to install.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::system;
use crate::ctx::{self, Ctx};
use crate::proc::{self, Stages};

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows Debian's compiler.
const DEBIAN: &str = "debian-web";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LLD: &str = "/usr/bin/rust-lld";

/// Drops what a shop never sees: panic messages, their places in the source, `Debug` output. The
/// early inlining is what every build for speed has; it also makes less code of small functions.
pub(crate) const LEAN_RUSTFLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort \
    -Zlocation-detail=none -Zfmt-debug=none -Zinline-mir=yes";

/// The compiler for the browser.
pub(crate) struct Wasm {
    /// rustup's name for it, when it is not the default one.
    pub(crate) toolchain: Option<&'static str>,
    /// What `rustc -vV` says.
    pub(crate) version: String,
    /// Whether it can rebuild the standard library with the lean switches.
    pub(crate) lean: bool,
}

impl Wasm {
    /// A command that uses this compiler.
    pub(crate) fn command(&self, ctx: &Ctx, program: &str) -> Command {
        let mut command = ctx.command(program);
        if let Some(toolchain) = self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        command.env("CARGO_TARGET_DIR", ctx.wasm_target());
        command
    }
}

/// Finds a compiler that works, and installs nothing.
pub(crate) fn find(ctx: &Ctx) -> Option<Wasm> {
    [None, Some(DEBIAN)]
        .into_iter()
        .find_map(|toolchain| probe(ctx, toolchain))
}

pub(crate) fn ensure(ctx: &Ctx, stages: &mut Stages) -> Result<Wasm> {
    let found = match find(ctx) {
        Some(found) => found,
        None => bring(ctx, stages)?,
    };
    if found.lean {
        return Ok(found);
    }
    // Everybody gets the small build where the sources can be had; without them it is larger.
    stages.run("sources of the standard library", || {
        let added = found.toolchain.is_none()
            && system::find(&["rustup"]).is_some()
            && proc::succeeds(ctx.command("rustup").args(["component", "add", "rust-src"]));
        if added && let Some(lean) = probe(ctx, None) {
            return Ok(lean);
        }
        println!("    rustup cannot bring them here: the widget is built without");
        Ok(found)
    })
}

/// Installs a compiler that works.
fn bring(ctx: &Ctx, stages: &mut Stages) -> Result<Wasm> {
    stages.run(&format!("standard library for {TARGET}"), || {
        if system::find(&["rustup"]).is_some() {
            let added = proc::succeeds(ctx.command("rustup").args(["target", "add", TARGET]));
            if added && let Some(found) = probe(ctx, None) {
                return Ok(found);
            }
            println!("    rustup cannot bring it here; trying Debian's compiler");
            if system::has_apt() {
                debian(ctx).context("Debian's compiler could not be set up")?;
                if let Some(found) = probe(ctx, Some(DEBIAN)) {
                    return Ok(found);
                }
            }
        }
        bail!(
            "no compiler for {TARGET}. Run `rustup target add {TARGET}`, or on Debian install \
             rustc-web, cargo-web, rust-web-src and rust-web-llvm as root and run this again"
        )
    })
}

/// Compiles an empty library: a folder with the right name may still be another version's.
fn probe(ctx: &Ctx, toolchain: Option<&'static str>) -> Option<Wasm> {
    let command = || {
        let mut rustc = ctx.command("rustc");
        if let Some(toolchain) = toolchain {
            rustc.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        rustc
    };
    let libdir =
        proc::read(command().args(["--print", "target-libdir", "--target", TARGET])).ok()?;
    if !Path::new(libdir.trim()).is_dir() {
        return None;
    }
    let dir = ctx.target.join("xtask");
    std::fs::create_dir_all(&dir).ok()?;
    let source = dir.join("probe.rs");
    std::fs::write(
        &source,
        "pub fn probe() -> String {\n    String::new()\n}\n",
    )
    .ok()?;
    let mut compile = command();
    compile.args(["--target", TARGET, "--crate-type", "cdylib", "-o"]);
    if !proc::succeeds(compile.arg(dir.join("probe.wasm")).arg(&source)) {
        return None;
    }
    let version = proc::read(command().arg("-vV")).ok()?;
    let sysroot = proc::read(command().args(["--print", "sysroot"])).ok()?;
    let sources = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    let mut flags = command();
    flags
        .env("RUSTC_BOOTSTRAP", "1")
        .args(LEAN_RUSTFLAGS.split(' '))
        .args(["--print", "sysroot"]);
    let lean = sources.is_file() && proc::succeeds(&mut flags);
    Some(Wasm {
        toolchain,
        version,
        lean,
    })
}

/// Debian's compiler: install it, build its standard library for the browser, tell rustup.
fn debian(ctx: &Ctx) -> Result<()> {
    system::apt(&["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"])?;
    // `rust-lld` is a link into the package that has the linker: its name is the package's.
    let lld = std::fs::read_link(DEBIAN_LLD).context("rust-web-llvm brought no rust-lld")?;
    let lld = lld
        .file_name()
        .and_then(|name| name.to_str())
        .context("rust-lld links nowhere")?;
    system::apt(&[lld])?;
    let built = build_std(ctx)?;
    install_std(&built)?;
    // What was compiled against an earlier build of it no longer fits, and cargo cannot know.
    if ctx.wasm_target().exists() {
        std::fs::remove_dir_all(ctx.wasm_target())?;
    }
    proc::run(
        ctx.command("rustup")
            .args(["toolchain", "link", DEBIAN, "/usr"]),
    )
}

fn debian_command(program: &str) -> Command {
    let mut command = Command::new(program);
    ctx::clean(&mut command);
    command
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER");
    command
}

/// Builds the standard library, by way of an empty crate, and names the folder it is in.
fn build_std(ctx: &Ctx) -> Result<PathBuf> {
    let dir = ctx.target.join("xtask/std");
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(dir.join("src"))?;
    std::fs::write(dir.join("src/lib.rs"), "")?;
    std::fs::write(
        dir.join("Cargo.toml"),
        "[workspace]\n[package]\nname = \"std-for-the-browser\"\nedition = \"2024\"\n\
         [lib]\ncrate-type = [\"cdylib\"]\n",
    )?;
    let mut cargo = debian_command(DEBIAN_CARGO);
    cargo
        .current_dir(&dir)
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .args([
            "build",
            "--quiet",
            "-Zbuild-std=std,panic_abort",
            "--target",
            TARGET,
            "--release",
        ]);
    proc::run(&mut cargo)?;
    Ok(dir.join("target").join(TARGET).join("release/deps"))
}

/// Puts the built libraries where the compiler looks for them.
fn install_std(built: &Path) -> Result<()> {
    let sysroot = proc::read(debian_command(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
    let lib = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    // What is left of an older version of the compiler would be found too.
    if lib.exists() {
        proc::run(system::privileged("rm").arg("-r").arg(&lib))?;
    }
    let mut libraries = Vec::new();
    for entry in std::fs::read_dir(built)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "rlib")
        {
            libraries.push(path);
        }
    }
    proc::run(system::privileged("mkdir").arg("-p").arg(&lib))?;
    let status = system::privileged("install")
        .args(["-m", "644"])
        .args(libraries)
        .arg(&lib)
        .status()?;
    if !status.success() {
        bail!(
            "the standard library could not be copied to {}",
            lib.display()
        );
    }
    Ok(())
}

/// Clippy for code that only exists in the browser has to fit that compiler.
pub(crate) fn ensure_clippy(ctx: &Ctx, stages: &mut Stages, wasm: &Wasm) -> Result<()> {
    let works = |wasm: &Wasm| proc::succeeds(wasm.command(ctx, "cargo").args(["clippy", "-V"]));
    if works(wasm) {
        return Ok(());
    }
    stages.run("clippy for the browser's compiler", || {
        match wasm.toolchain {
            Some(DEBIAN) => system::apt(&["rust-web-clippy"]),
            _ => proc::run(ctx.command("rustup").args(["component", "add", "clippy"])),
        }
    })
}
