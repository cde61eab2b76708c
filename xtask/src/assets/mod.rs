//! `cargo xtask build`: the widget as the backend serves it, and as a shop can embed it.
//!
//! wasm-pack compiles, wasm-opt shrinks, esbuild minifies; then every file gets a name that
//! carries its content's hash, a brotli sibling, and a line in the table against the budget.

mod publish;
mod stamp;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::setup::wasm::{LEAN_RUSTFLAGS, Wasm};

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Quick build for trying things out: not optimised, and far over the budget.
    #[arg(long)]
    dev: bool,
    /// Without rebuilding the standard library for size, as on a compiler that cannot do it.
    #[arg(long)]
    plain: bool,
    /// Build although nothing changed.
    #[arg(long)]
    force: bool,
}

/// How the module is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Dev,
    Plain,
    Lean,
}

/// The stem of the module's and its glue's file names.
const STEM: &str = "guichet_widget";
/// The script tag's file: its name never changes.
const ELEMENT: &str = "guichet.js";

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, wasm: &Wasm, options: &Options) -> Result<()> {
    let mode = match (options.dev, options.plain || !wasm.lean) {
        (true, _) => Mode::Dev,
        (false, true) => Mode::Plain,
        (false, false) => Mode::Lean,
    };
    if mode == Mode::Plain && !options.plain {
        println!(
            "note: without the sources of its standard library this compiler builds a larger \
             module (`rustup component add rust-src` brings them)"
        );
    }
    let stamp = stamp::of(ctx, wasm, mode)?;
    if !options.force && stamp::is_current(ctx, &stamp) {
        println!("widget: nothing changed since the last build");
        return publish::show(ctx);
    }
    stages.run("compile the widget", || compile(ctx, wasm, mode))?;
    if mode != Mode::Dev {
        stages.run("shrink the module", || shrink(ctx))?;
    }
    stages.run("minify, hash and compress the assets", || {
        let scripts = minify(ctx)?;
        publish::run(ctx, &scripts, mode)
    })?;
    stamp::write(ctx, &stamp)?;
    publish::show(ctx)
}

fn compile(ctx: &Ctx, wasm: &Wasm, mode: Mode) -> Result<()> {
    let mut pack = wasm.command(ctx, "wasm-pack");
    pack.args([
        "build",
        ".",
        "--target",
        "web",
        "--out-name",
        STEM,
        "--no-opt",
        "--no-pack",
    ]);
    match mode {
        Mode::Dev => pack.arg("--dev"),
        Mode::Plain => pack.args(["--profile", "widget"]),
        Mode::Lean => pack
            .args(["--profile", "widget", "--", "-Zbuild-std=std,panic_abort"])
            .arg("-Zbuild-std-features=optimize_for_size")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", LEAN_RUSTFLAGS),
    };
    proc::run(&mut pack).context(match mode {
        Mode::Lean => "the widget does not compile (`--plain` builds without the lean switches)",
        _ => "the widget does not compile",
    })
}

/// Of many orders of passes, the one that was smallest after brotli: rebuilt control flow is more
/// regular, and functions of like names are alike, which compresses better side by side.
const PASSES: [&str; 9] = [
    "-Oz",
    "--gufa",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--reorder-functions-by-name",
    "--strip-producers",
    "--strip-debug",
];

/// The features that the module uses stand in a section of it. Never `--all-features`: that
/// makes wasm-opt write an encoding which browsers refuse.
fn shrink(ctx: &Ctx) -> Result<()> {
    let module = pkg(ctx).join(format!("{STEM}_bg.wasm"));
    let small = module.with_extension("small.wasm");
    let mut opt = ctx.command("wasm-opt");
    opt.args(PASSES).arg(&module).arg("-o").arg(&small);
    proc::run(&mut opt)?;
    Ok(std::fs::rename(small, module)?)
}

/// The two scripts, minified.
struct Scripts {
    glue: String,
    element: String,
}

fn minify(ctx: &Ctx) -> Result<Scripts> {
    // The glue may import snippets of crates, the element its words and its style sheet: bundled,
    // each is one file.
    let bundle = |source: &Path| {
        let mut command = esbuild(ctx, source);
        command.args(["--bundle", "--format=esm", "--loader:.css=text"]);
        proc::read(&mut command)
    };
    let glue = bundle(&pkg(ctx).join(format!("{STEM}.js")))?;
    let sources = with_small_sheets(ctx)?;
    let element = bundle(&sources.join("element.js"))?;
    Ok(Scripts { glue, element })
}

fn esbuild(ctx: &Ctx, source: &Path) -> Command {
    let mut command = ctx.command("esbuild");
    command
        .arg(source)
        .args(["--minify", "--target=es2022", "--log-level=warning"]);
    command.arg("--legal-comments=none");
    command
}

/// A copy of the scripts in src, with their style sheets minified: a sheet that is imported as
/// text is taken as it is.
fn with_small_sheets(ctx: &Ctx) -> Result<PathBuf> {
    let (from, to) = (ctx.root.join("src"), ctx.target.join("xtask/element"));
    if to.exists() {
        std::fs::remove_dir_all(&to)?;
    }
    for file in stamp::files(&from)? {
        let copy = to.join(file.strip_prefix(&from)?);
        let extension = file.extension().and_then(|extension| extension.to_str());
        let content = match extension {
            Some("js") => std::fs::read_to_string(&file)?,
            Some("css") => proc::read(&mut esbuild(ctx, &file))?,
            _ => continue,
        };
        std::fs::create_dir_all(copy.parent().unwrap_or(&to))?;
        std::fs::write(copy, content.trim_end())?;
    }
    Ok(to)
}

fn pkg(ctx: &Ctx) -> PathBuf {
    ctx.root.join("pkg")
}
