//! `cargo xtask test`: every test there is, and one line of totals at the end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::ctx::Ctx;
use crate::proc::{self, AlreadyReported, Stages};
use crate::setup::postgres::Keeps;
use crate::{assets, demo, package, setup};

/// The browser tests' target.
const E2E: &str = "e2e";
/// What a test writes that this machine can't run, and that the harness counts as passed.
const LEFT_OUT: &str = "SKIPPED: ";
/// The test harness' own setting, which wins where the caller has it.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Without the browser and the build of the widget.
    #[arg(long)]
    fast: bool,
    /// Only tests whose name contains this.
    filter: Option<String>,
}

/// What was counted.
#[derive(Default, Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Totals {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Runs the tests: times of the stages, then the totals.
pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let outcome = all(ctx, stages, options);
    stages.summary();
    finish(outcome)
}

/// Prints the line of totals, the last one of all. A failure, and no test at all, are errors.
pub(crate) fn finish(outcome: Result<Totals>) -> Result<()> {
    let totals = match outcome {
        Ok(totals) => totals,
        Err(error) => {
            eprintln!("error: {error:#}");
            Totals {
                failed: 1,
                ..Totals::default()
            }
        }
    };
    let nothing = totals.passed == 0 && totals.failed == 0;
    if nothing {
        eprintln!("error: no test ran");
    }
    println!(
        "{} passed, {} failed, {} skipped",
        totals.passed, totals.failed, totals.skipped
    );
    proc::flush();
    if nothing || totals.failed > 0 {
        bail!(AlreadyReported);
    }
    Ok(())
}

fn all(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<Totals> {
    let fast = options.fast;
    let targets = test_targets(ctx)?;
    if !fast {
        let wasm = setup::run(ctx, stages, setup::Need::Test)?;
        assets::run(ctx, stages, &wasm, &assets::Options::default())?;
    }
    let mut totals = Totals::default();
    if !fast {
        totals.add(package(ctx, stages));
    }
    // Some tests without a browser start the programs too.
    stages.run("build backend and sandbox", || {
        proc::run(&mut demo::build(ctx))
    })?;
    let filter = options.filter.as_deref();
    let server = setup::postgres::start(ctx, stages, Keeps::InMemory, !fast)?;
    let mut cargo = cargo_test(ctx);
    if let Some(server) = &server {
        cargo.env(setup::postgres::VARIABLE, server.address());
        cargo.env(setup::postgres::PROGRAMS, server.programs());
    }
    cargo.args(["--lib", "--bins"]);
    for target in targets.iter().filter(|name| *name != E2E) {
        cargo.args(["--test", target]);
    }
    built_and_on_disk(ctx, stages, &cargo)?;
    if std::env::var_os(TEST_THREADS).is_none() {
        cargo.env(TEST_THREADS, side_by_side().to_string());
    }
    totals.add(stage(stages, "unit and integration tests", cargo, filter));
    let mut cargo = cargo_test(ctx);
    cargo.arg("--doc");
    totals.add(stage(stages, "documentation tests", cargo, filter));
    if !fast && targets.iter().any(|name| name == E2E) {
        let cargo = browser_tests(ctx, stages)?;
        totals.add(stage(stages, "browser tests", cargo, filter));
    }
    Ok(totals)
}

/// Builds what the command tests, and waits until it is on disk. A backend writes each thing that
/// it acknowledges to disk at once: behind gigabytes of fresh programs it would wait for seconds,
/// and answer that its books can't be written.
fn built_and_on_disk(ctx: &Ctx, stages: &mut Stages, tests: &Command) -> Result<()> {
    let mut cargo = ctx.command("cargo");
    cargo.args(tests.get_args()).arg("--no-run");
    stages.run("build the tests", || {
        proc::run(&mut cargo)?;
        proc::run(&mut Command::new("sync"))
    })
}

/// The npm package and the examples, which count as one test: the browser tests click on them.
fn package(ctx: &Ctx, stages: &mut Stages) -> Totals {
    let outcome = package::check(ctx, stages);
    if let Err(error) = &outcome {
        eprintln!("error: {error:#}");
    }
    Totals {
        passed: outcome.is_ok().into(),
        failed: outcome.is_err().into(),
        skipped: 0,
    }
}

/// How many tests run at once. Most of what takes long waits for a backend and a sandbox rather
/// than for a processor, so that one test for each processor leaves most of it idle.
fn side_by_side() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from) * 4
}

/// One stage of tests. The next one runs whatever came out.
pub(crate) fn stage(
    stages: &mut Stages,
    name: &str,
    mut command: Command,
    filter: Option<&str>,
) -> Totals {
    let mut totals = Totals::default();
    let mut failures = Failures::default();
    let outcome = stages.run(name, || {
        totals = counted(&mut command, filter, &mut failures)?;
        ensure!(totals.failed == 0, "{} failed", totals.failed);
        Ok(())
    });
    if let Err(error) = outcome
        && totals.failed == 0
    {
        eprintln!("error: {error:#}");
        totals.failed = 1;
    }
    stages.tell_at_the_end(failures.told);
    totals
}

/// The whole workspace each time: with one selection of packages, the features of what they
/// share are the same, and nothing is compiled twice.
pub(crate) fn cargo_test(ctx: &Ctx) -> Command {
    let mut cargo = ctx.command("cargo");
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    cargo.env("GUICHET_BIN_DIR", ctx.target.join("debug"));
    if ctx.assets().is_dir() {
        cargo.env("GUICHET_ASSETS", ctx.assets());
    }
    cargo
}

/// The browser tests, with all that they are told.
pub(crate) fn browser_tests(ctx: &Ctx, stages: &mut Stages) -> Result<Command> {
    let browser = setup::browser(stages)?;
    let python = setup::python(ctx, stages)?;
    let mut cargo = cargo_test(ctx);
    cargo
        .args(["--test", E2E])
        .env("GUICHET_CHROMIUM", browser.chromium)
        .env("GUICHET_CHROMEDRIVER", browser.chromedriver)
        .env("GUICHET_AXE", setup::axe(ctx))
        .env("GUICHET_NODE_MODULES", ctx.npm().join("node_modules"))
        .env("GUICHET_PYTHON", python)
        .env("GUICHET_SENTRY", setup::sentry(ctx)?)
        .envs(setup::engines::ensure(ctx, stages)?);
    Ok(cargo)
}

/// The names of all integration tests.
fn test_targets(ctx: &Ctx) -> Result<Vec<String>> {
    let mut cargo = ctx.command("cargo");
    let metadata = proc::read(cargo.args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let list = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let mut names: Vec<String> = list(&metadata, "packages")
        .iter()
        .flat_map(|package| list(package, "targets"))
        .filter(|target| list(target, "kind").iter().any(|kind| kind == "test"))
        .filter_map(|target| Some(target.get("name")?.as_str()?.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// What the harness tells of each failed test. It stands among the lines of hundreds that passed,
/// so it is told again at the end, where it is looked for.
#[derive(Default)]
struct Failures {
    told: Vec<String>,
    inside: bool,
    lines: usize,
}

impl Failures {
    /// Most lines of one failure: what was expected and the first of the stack.
    const LINES_MAX: usize = 30;

    fn read(&mut self, line: &str) {
        if line.starts_with("---- ") && line.ends_with(" stdout ----") {
            self.inside = true;
            self.lines = 0;
        } else if line == "failures:" || result_line(line).is_some() {
            self.inside = false;
        }
        if self.inside && self.lines < Self::LINES_MAX {
            self.lines += 1;
            self.told.push(line.to_owned());
        }
    }
}

/// Runs one `cargo test`, shows its output as it comes, and counts its results.
fn counted(command: &mut Command, filter: Option<&str>, failures: &mut Failures) -> Result<Totals> {
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    println!("    $ {}", proc::shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut totals = Totals::default();
    let mut left_out = 0;
    let mut out = std::io::stdout();
    let pipe = child
        .stdout
        .take()
        .context("the tests' output cannot be read")?;
    for line in BufReader::new(pipe).split(b'\n') {
        let line = line?;
        out.write_all(&line)?;
        out.write_all(b"\n")?;
        let line = String::from_utf8_lossy(&line);
        failures.read(&line);
        left_out += u64::from(line.contains(LEFT_OUT));
        if let Some(found) = result_line(&line) {
            totals.add(found);
        }
    }
    totals.passed = totals.passed.saturating_sub(left_out);
    totals.skipped += left_out;
    let status = child.wait()?;
    if !status.success() && totals.failed == 0 {
        // It did not compile, or a test took the whole program down: never a run without failure.
        println!(
            "    `{}` ended with {status}: counted as one failed test",
            proc::shown(command)
        );
        totals.failed = 1;
    }
    Ok(totals)
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
fn result_line(line: &str) -> Option<Totals> {
    let (_, counts) = line
        .trim_start()
        .strip_prefix("test result: ")?
        .split_once(". ")?;
    let count = |word: &str| {
        counts
            .split(';')
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
    };
    Some(Totals {
        passed: count("passed")?,
        failed: count("failed")?,
        skipped: count("ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Failures, Totals, finish, result_line};

    #[test]
    fn what_failed_is_told_again_without_what_passed() {
        let output = "test a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\n\
                      thread 'b' panicked\nleft: 1\n\n\nfailures:\n    b\n\n\
                      test result: FAILED. 1 passed; 1 failed; 0 ignored";
        let mut failures = Failures::default();
        output.lines().for_each(|line| failures.read(line));
        assert_eq!(
            failures.told,
            [
                "---- b stdout ----",
                "thread 'b' panicked",
                "left: 1",
                "",
                ""
            ]
        );
        let mut long = Failures::default();
        long.read("---- c stdout ----");
        (0..1000).for_each(|_| long.read("a frame"));
        assert_eq!(long.told.len(), Failures::LINES_MAX);
    }

    #[test]
    fn results_are_read() {
        let line = "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; \
                    7 filtered out; finished in 0.01s";
        assert_eq!(
            result_line(line),
            Some(Totals {
                passed: 12,
                failed: 1,
                skipped: 2
            })
        );
        assert_eq!(result_line("test a_test ... ok"), None);
    }

    #[test]
    fn no_test_at_all_and_a_failed_test_are_failures() {
        assert!(finish(Ok(Totals::default())).is_err());
        assert!(
            finish(Ok(Totals {
                passed: 1,
                failed: 1,
                skipped: 0
            }))
            .is_err()
        );
        assert!(finish(Err(anyhow::anyhow!("no compiler"))).is_err());
        assert!(
            finish(Ok(Totals {
                passed: 1,
                failed: 0,
                skipped: 3
            }))
            .is_ok()
        );
    }
}
