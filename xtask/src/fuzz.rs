//! `cargo xtask fuzz`: the targets under libFuzzer, guided by coverage.
//!
//! The stable compiler instruments; nothing here needs nightly. What that one would add is
//! AddressSanitizer, and all code under test is safe Rust but for the C library of digests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::ctx::Ctx;
use crate::proc::{self, AlreadyReported, Stages};
use crate::setup;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One target, such as `up2pay_notification`; all of them, one after the other, without.
    target: Option<String>,
    /// How long each target runs.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

const PACKAGE: &str = "guichet-fuzz";

/// What `cargo fuzz` gives the compiler without a sanitizer: edges are counted and comparisons
/// reported to the fuzzer. `debug-assertions` brings checks of overflow.
const FLAGS: [&str; 9] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=1",
    "-Cdebug-assertions",
];

/// Longest input, in bytes: above what the limits of the parsers are worth, below what is slow.
const LENGTH_MAX: usize = 4096;

/// Lines of a log that are shown when something was found.
const TAIL: usize = 25;

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let known = targets(ctx)?;
    let chosen: Vec<&String> = match &options.target {
        Some(name) => known.iter().filter(|known| *known == name).collect(),
        None => known.iter().collect(),
    };
    if chosen.is_empty() {
        bail!("there is no such target; there are {}", known.join(", "));
    }
    setup::cpp(stages)?;
    let host = host(ctx)?;
    stages.run("build the targets", || build(ctx, &host, &chosen))?;
    let mut lines = Vec::new();
    for name in chosen {
        let outcome = stages.run(name, || fuzz(ctx, &host, name, options.seconds));
        lines.push(match outcome {
            Ok(line) => format!("{name}: {line}"),
            Err(error) => format!("{name}: {:#}", error.root_cause()),
        });
    }
    println!();
    for line in lines {
        println!("{line}");
    }
    if !stages.failed().is_empty() {
        bail!(AlreadyReported);
    }
    Ok(())
}

/// Every target has its folder of seeds; the package's own test sees to it.
fn targets(ctx: &Ctx) -> Result<Vec<String>> {
    let folder = ctx.root.join("fuzz/corpus");
    let files = fs::read_dir(&folder).with_context(|| ctx.shown(&folder))?;
    let name = |file: std::io::Result<fs::DirEntry>| file.ok()?.file_name().into_string().ok();
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.sort();
    Ok(names)
}

/// The compiler's own machine. With a target named, the flags reach neither build scripts nor
/// macros.
fn host(ctx: &Ctx) -> Result<String> {
    let told = proc::read(ctx.command("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say its host")?.to_owned())
}

fn folder(ctx: &Ctx) -> PathBuf {
    ctx.target.join("fuzz")
}

fn build(ctx: &Ctx, host: &str, names: &[&String]) -> Result<()> {
    let mut cargo = ctx.command("cargo");
    cargo.args(["build", "--locked", "--release", "--package", PACKAGE]);
    cargo
        .args(["--target", host, "--target-dir"])
        .arg(folder(ctx));
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.env("RUSTFLAGS", FLAGS.join(" "));
    for name in names {
        cargo.args(["--bin", name]);
    }
    proc::run(&mut cargo)
}

/// Runs one target for its time, and gives a line that says what was done.
fn fuzz(ctx: &Ctx, host: &str, name: &str, seconds: u64) -> Result<String> {
    let here = folder(ctx);
    let program = here.join(host).join("release").join(name);
    // What is found goes into the first folder, and the seeds of the tree stay as they are.
    let corpus = here.join("corpus").join(name);
    let artifacts = ctx.root.join("fuzz/artifacts").join(name);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let log = here.join(format!("{name}.log"));
    let mut command = Command::new(program);
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LENGTH_MAX}"))
        .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        .arg(format!(
            "-dict={}",
            ctx.root.join("fuzz/words.dict").display()
        ))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args([&corpus, &ctx.root.join("fuzz/corpus").join(name)]);
    println!("    $ {}", proc::shown(&command));
    proc::flush();
    let output = File::create(&log).with_context(|| ctx.shown(&log))?;
    let status = command
        .current_dir(&ctx.root)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        return Err(found(ctx, name, &text, &log));
    }
    let ran = Ran::read(&text).with_context(|| format!("{} tells no end", ctx.shown(&log)))?;
    ensure!(ran.edges > 0, "the program is not instrumented");
    Ok(ran.line(seconds))
}

/// Shows what was found, and says how to see it again.
fn found(ctx: &Ctx, name: &str, text: &str, log: &Path) -> anyhow::Error {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines
        .iter()
        .position(|line| line.contains("panicked at") || line.contains("ERROR: libFuzzer"))
        .unwrap_or(lines.len().saturating_sub(TAIL));
    for line in lines.iter().skip(from).take(TAIL) {
        println!("    {line}");
    }
    println!("    all of it: {}", ctx.shown(log));
    let Some(file) = text.lines().find_map(artifact) else {
        return anyhow::anyhow!("the fuzzer ended badly and kept no input");
    };
    let file = ctx.shown(Path::new(file));
    println!(
        "    again:     cargo run --package {PACKAGE} --bin {name} -- {file}\n    \
         for ever:  copy it to fuzz/corpus/{name} under a name that says what it is"
    );
    anyhow::anyhow!("FOUND {file}")
}

/// The file of `…; Test unit written to FILE`.
fn artifact(line: &str) -> Option<&str> {
    line.split_once("Test unit written to ")
        .map(|(_, file)| file.trim())
}

/// What libFuzzer tells at its end.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    runs: u64,
    seconds: u64,
    /// Edges of the program that were reached, of how many; and how often each, in classes.
    covered: u64,
    edges: u64,
    features: u64,
    inputs: u64,
}

impl Ran {
    fn read(text: &str) -> Option<Self> {
        let done = text.lines().rev().find(|line| line.contains("DONE "))?;
        let number = |line: &str, mark: &str| -> Option<u64> {
            let rest = line.split_once(mark)?.1.trim_start();
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest.get(..end)?.parse().ok()
        };
        let ran = text.lines().rev().find(|line| line.starts_with("Done "))?;
        let loaded = text
            .lines()
            .find(|line| line.contains("inline 8-bit counters"))?;
        Some(Self {
            runs: number(ran, "Done ")?,
            seconds: number(ran, " in ")?,
            covered: number(done, " cov:")?,
            edges: number(loaded, "(")?,
            features: number(done, " ft:")?,
            inputs: number(done, " corp:")?,
        })
    }

    fn line(&self, asked: u64) -> String {
        let seconds = Duration::from_secs(self.seconds.max(1)).as_secs();
        format!(
            "nothing found in {} runs, {} s of {asked} ({} a second); {} of {} edges reached, \
             {} features, {} inputs kept",
            self.runs,
            self.seconds,
            self.runs / seconds,
            self.covered,
            self.edges,
            self.features,
            self.inputs
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Ran, artifact};

    const LOG: &str = "\
INFO: Loaded 1 modules   (21055 inline 8-bit counters): 21055 [0x1, 0x2),
#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 30Mb
#524288\tDONE   cov: 812 ft: 1913 corp: 120/3456b lim: 4096 exec/s: 8594 rss: 60Mb
Done 524288 runs in 61 second(s)
stat::number_of_executed_units: 524288
";

    #[test]
    fn the_fuzzers_last_words_are_read() {
        let ran = Ran::read(LOG);
        let told = Ran {
            runs: 524_288,
            seconds: 61,
            covered: 812,
            edges: 21_055,
            features: 1913,
            inputs: 120,
        };
        assert_eq!(ran, Some(told));
        assert_eq!(Ran::read("INFO: Loaded 1 modules"), None);
    }

    #[test]
    fn the_file_that_broke_a_promise_is_named() {
        let line = "artifact_prefix='a/'; Test unit written to a/crash-00";
        assert_eq!(artifact(line), Some("a/crash-00"));
        assert_eq!(artifact("Base64: YQ=="), None);
    }
}
