//! `cargo xtask package`: the npm package as the one file that would be published, looked at, and
//! the examples built with it.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::ctx::Ctx;
use crate::proc::{self, Stages};
use crate::setup::system;
use crate::{assets, setup};

/// The examples that a bundler builds.
const BUNDLED: [&str; 3] = ["react", "svelte", "vue"];
/// The compilers of TypeScript that have to take the types: the one of today and the one before it.
const COMPILERS: [&str; 2] = ["typescript", "typescript-5"];
/// What the compilers look at.
const TYPED: [&str; 2] = ["react", "typescript"];

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    let wasm = setup::run(ctx, stages, setup::Need::Build)?;
    assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    let file = check(ctx, stages)?;
    println!("{}", ctx.shown(&file));
    Ok(())
}

/// Packs, looks at what was packed, and builds the examples with it. Gives the file.
pub(crate) fn check(ctx: &Ctx, stages: &mut Stages) -> Result<PathBuf> {
    install(ctx, stages)?;
    let file = stages.run("pack the npm package", || {
        let file = assets::pack(ctx)?;
        unpack(ctx, &file)?;
        Ok(file)
    })?;
    stages.run("check the npm package, build the examples", || {
        side_by_side(commands(ctx, &file))
    })?;
    Ok(file)
}

/// The folder of the examples.
fn examples(ctx: &Ctx) -> PathBuf {
    ctx.root.join("examples")
}

/// Where the examples find the package.
fn installed(ctx: &Ctx) -> PathBuf {
    examples(ctx).join("node_modules/guichet-checkout")
}

/// The packages that the examples stand on, in the versions of the lock file.
fn install(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    let folder = examples(ctx);
    let mark = folder.join("node_modules/.installed");
    let mut hash = DefaultHasher::new();
    for name in ["package-lock.json", ".npmrc"] {
        fs::read(folder.join(name))
            .with_context(|| name)?
            .hash(&mut hash);
    }
    let wanted = hash.finish().to_string();
    if fs::read_to_string(&mark).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    if system::find(&["npm"]).is_none() {
        bail!("npm is needed for the examples: install Node.js 20.19 or later");
    }
    stages.run("packages of the examples from npm", || {
        let mut npm = ctx.command("npm");
        npm.current_dir(&folder).args(["ci", "--loglevel=error"]);
        proc::run(&mut npm)?;
        Ok(fs::write(&mark, wanted)?)
    })
}

/// Puts the packed package in place of the one that the examples have.
fn unpack(ctx: &Ctx, file: &Path) -> Result<()> {
    let folder = installed(ctx);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut tar = ctx.command("tar");
    tar.arg("-xzf")
        .arg(file)
        .args(["--strip-components=1", "-C"])
        .arg(&folder);
    proc::read(&mut tar).map(drop)
}

/// What looks at the package and what builds with it: none waits for another.
fn commands(ctx: &Ctx, file: &Path) -> Vec<Command> {
    let node = |script: &str| {
        let mut node = ctx.command("node");
        node.current_dir(examples(ctx)).arg(script);
        node
    };
    let mut all = Vec::new();
    let mut check = node("../npm/check.mjs");
    check
        .arg(installed(ctx))
        .arg(ctx.assets())
        .arg(env!("CARGO_PKG_VERSION"));
    all.push(check);
    let mut lint = node("node_modules/publint/src/cli.js");
    lint.arg(installed(ctx)).args(["--strict", "--pack=false"]);
    all.push(lint);
    let mut types = node("node_modules/@arethetypeswrong/cli/dist/index.js");
    types
        .arg(file)
        .args(["--profile", "esm-only", "--no-color", "--quiet"]);
    all.push(types);
    for compiler in COMPILERS {
        for project in TYPED {
            let mut compile = node(&format!("node_modules/{compiler}/bin/tsc"));
            compile.args(["--project", project]);
            all.push(compile);
        }
    }
    for example in BUNDLED {
        let mut build = node("../node_modules/vite/bin/vite.js");
        build.current_dir(examples(ctx).join(example));
        build.args(["build", "--logLevel", "warn"]);
        all.push(build);
    }
    all
}

/// Runs all of them at once, and says what each of those that failed had to say.
fn side_by_side(commands: Vec<Command>) -> Result<()> {
    let outcomes: Vec<Result<String>> = std::thread::scope(|scope| {
        let running: Vec<_> = commands
            .into_iter()
            .map(|mut command| scope.spawn(move || proc::read(&mut command)))
            .collect();
        running
            .into_iter()
            .map(|one| {
                one.join()
                    .unwrap_or_else(|_| bail!("a thread has panicked"))
            })
            .collect()
    });
    let failed: Vec<String> = outcomes
        .into_iter()
        .filter_map(|outcome| outcome.err().map(|error| format!("{error:#}")))
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{}", failed.join("\n"))
}
