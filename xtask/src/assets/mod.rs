//! `cargo xtask build`: the widget as the backend serves it, and as a shop can embed it.
//!
//! wasm-pack compiles, wasm-opt shrinks, esbuild minifies; then every file gets a name that
//! carries its content's hash, a brotli sibling, and a line in the table against the budget.

mod names;
mod package;
mod parts;
mod publish;
mod stamp;
mod unused;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub(crate) use self::package::pack;
use self::parts::{Mode, STEM, Scripts, pkg};
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

/// The texts of each language under the names that the element's script has by itself.
pub(crate) fn write_words(folder: &Path) -> Result<()> {
    words::write(folder, &words::files()?)
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
        Mode::Plain => pack
            .args(["--profile", "widget"])
            .env("RUSTFLAGS", without_paths(ctx)),
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

/// Flags that keep this machine's paths out of the module, which is published. The lean switches
/// leave out all of them.
fn without_paths(ctx: &Ctx) -> String {
    let home = |name: &str, folder: &str| {
        let own = std::env::var_os(name).map(PathBuf::from);
        own.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(folder)))
    };
    let paths = [
        (Some(ctx.root.clone()), "guichet"),
        (home("CARGO_HOME", ".cargo"), "packages"),
        (home("RUSTUP_HOME", ".rustup"), "compiler"),
    ];
    let flags = paths.into_iter().filter_map(|(from, to)| {
        let from = from?;
        // Flags are divided at blanks.
        let from = from.to_str().filter(|from| !from.contains(' '))?;
        Some(format!("--remap-path-prefix={from}={to}"))
    });
    flags.collect::<Vec<_>>().join(" ")
}

/// Of many orders of passes, the one that was smallest after brotli: rebuilt control flow is more
/// regular, and functions of like names are alike, which compresses better side by side. A large
/// function stays one of its own although it has a single caller: in another, its locals get other
/// numbers. The first kilobyte of memory is the far end of the stack, so no address is computed
/// from one that lies there. Names that only glue and module know of get short ones.
const PASSES: [&str; 13] = [
    "-Oz",
    "--gufa",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--reorder-functions-by-name",
    "--strip-producers",
    "--strip-debug",
    "--minify-imports-and-exports-and-modules",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size",
    "25",
];

/// The features that the module uses stand in a section of it. Never `--all-features`: that
/// makes wasm-opt write an encoding which browsers refuse.
fn shrink(ctx: &Ctx) -> Result<()> {
    let module = pkg(ctx).join(format!("{STEM}_bg.wasm"));
    let small = module.with_extension("small.wasm");
    let file = pkg(ctx).join(format!("{STEM}.js"));
    let glue = unused::without_streams(&std::fs::read_to_string(&file)?);
    let graph = ctx.target.join("xtask/graph.json");
    std::fs::write(&graph, unused::graph(&glue).to_string())?;
    let mut dce = ctx.command("wasm-metadce");
    dce.arg(&module).arg("--graph-file").arg(&graph);
    proc::read(dce.arg("-o").arg(&small))?;
    let mut opt = ctx.command("wasm-opt");
    opt.args(PASSES).arg(&small).arg("-o").arg(&small);
    let table = proc::read(&mut opt)?;
    std::fs::write(file, names::apply(&table, &glue)?)?;
    Ok(std::fs::rename(small, module)?)
}

/// The syntax of the scripts: what every browser reads that can load a module by `import()`, from
/// Chrome 64, Edge 79, Firefox 67 and Safari 11.1 on. Not all of them can run the widget, but those
/// that can't must say so, and a script that they can't read says nothing.
const SYNTAX: [&str; 4] = [
    "--target=es2018",
    "--supported:dynamic-import=true",
    "--supported:import-meta=true",
    "--supported:regexp-lookbehind-assertions=false",
];
/// Something that is not of that syntax.
const TOO_NEW: &str = "a?.b;\n";

fn minify(ctx: &Ctx) -> Result<Scripts> {
    let sources = with_small_sheets(ctx)?;
    // The element imports its words and its style sheet: bundled, each script is one file.
    let bundle = |source: &str, small: &[&str]| {
        let mut command = ctx.command("esbuild");
        command
            .arg(sources.join(source))
            .args(["--bundle", "--format=esm", "--loader:.css=text"])
            .args(["--log-level=warning", "--legal-comments=none"])
            .args(small)
            .args(SYNTAX);
        proc::read(&mut command)
    };
    let element = bundle("element.js", &["--minify"])?;
    let card = bundle("card.js", &["--minify"])?;
    let refusals = bundle("words/refusals.js", &["--minify"])?;
    let made = serde_json::to_string(&pkg(ctx).join(format!("{STEM}.js")))?;
    let with = format!(
        "import init, {{ mount }} from {made};\n\
         export const glue = () => ({{ default: init, mount }});\n"
    );
    std::fs::write(sources.join("glue.js"), with)?;
    let takeover = bundle("takeover.js", &["--minify"])?;
    // Bundlers read comments in it, which go with the blanks.
    for name in ["files.js", "glue.js"] {
        std::fs::copy(ctx.root.join("npm").join(name), sources.join(name))?;
    }
    let package = bundle("element.js", &["--minify-identifiers", "--minify-syntax"])?;
    let scripts = Scripts {
        glue: glue(ctx)?,
        takeover,
        element,
        card,
        refusals,
        // No page of the backend's own has the script, whose sheet is without their rules.
        style: ["widget.css", "page.css"]
            .map(|name| std::fs::read_to_string(sources.join(name)))
            .into_iter()
            .collect::<Result<_, _>>()?,
        package,
    };
    ensure!(
        !is_old(ctx, TOO_NEW)?,
        "the check of the syntax sees nothing"
    );
    for script in [
        &scripts.glue,
        &scripts.takeover,
        &scripts.element,
        &scripts.card,
        &scripts.refusals,
        &scripts.package,
    ] {
        ensure!(
            is_old(ctx, script)?,
            "a script has syntax that old browsers can't read"
        );
    }
    Ok(scripts)
}

/// Whether a script keeps to [`SYNTAX`]: then there is nothing for esbuild to write in another way.
fn is_old(ctx: &Ctx, script: &str) -> Result<bool> {
    let file = ctx.target.join("xtask/syntax.js");
    std::fs::write(&file, script)?;
    let written = |syntax: &[&str]| {
        let mut command = ctx.command("esbuild");
        command
            .arg(&file)
            .args(["--format=esm", "--log-level=error"]);
        proc::read(command.args(syntax))
    };
    Ok(written(&SYNTAX)? == written(&["--target=esnext"])?)
}

/// The glue with what `takeover.js` calls.
fn glue(ctx: &Ctx) -> Result<String> {
    let source = pkg(ctx).join(format!("{STEM}.js"));
    let entry = ctx.target.join("xtask/glue.js");
    let from = serde_json::to_string(&source)?;
    std::fs::write(
        &entry,
        format!("export {{ default, mount }} from {from};\n"),
    )?;
    let mut command = esbuild(ctx, &entry);
    proc::read(command.args(["--bundle", "--format=esm"]))
}

fn esbuild(ctx: &Ctx, source: &Path) -> Command {
    let mut command = ctx.command("esbuild");
    command
        .arg(source)
        .args(["--minify", "--log-level=warning", "--legal-comments=none"])
        .args(SYNTAX);
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
