//! Running programs, and the time that each stage takes.

use std::fmt;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// An error whose explanation has been printed already, above a last line that must stay last.
#[derive(Debug)]
pub(crate) struct AlreadyReported;

impl fmt::Display for AlreadyReported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("see above")
    }
}

impl std::error::Error for AlreadyReported {}

/// The stages of one command, with their times.
#[derive(Default)]
pub(crate) struct Stages {
    rows: Vec<(String, Duration, bool)>,
    at_the_end: Vec<String>,
}

impl Stages {
    /// Runs one stage between two lines that say what it is and how long it took.
    pub(crate) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        flush();
        let start = Instant::now();
        let outcome = work();
        let time = start.elapsed();
        let word = if outcome.is_ok() { "done" } else { "FAILED" };
        println!("<== {name}: {word} in {:.1} s", time.as_secs_f64());
        flush();
        self.rows.push((name.to_owned(), time, outcome.is_ok()));
        outcome.with_context(|| name.to_owned())
    }

    /// The names of those that failed.
    pub(crate) fn failed(&self) -> Vec<&str> {
        self.rows
            .iter()
            .filter(|row| !row.2)
            .map(|row| row.0.as_str())
            .collect()
    }

    /// Lines to print above the table.
    pub(crate) fn tell_at_the_end(&mut self, lines: Vec<String>) {
        self.at_the_end.extend(lines);
    }

    /// The table of all stages.
    pub(crate) fn summary(&self) {
        if self.rows.is_empty() {
            return;
        }
        for line in &self.at_the_end {
            println!("{line}");
        }
        println!();
        for (name, time, ok) in &self.rows {
            let word = if *ok { "" } else { "  FAILED" };
            println!("{:>8.1} s  {name}{word}", time.as_secs_f64());
        }
        let all: Duration = self.rows.iter().map(|row| row.1).sum();
        println!("{:>8.1} s  in all", all.as_secs_f64());
        flush();
    }
}

pub(crate) fn flush() {
    // A closed terminal is no reason to stop.
    let _ = std::io::stdout().flush();
}

/// Shows the command, runs it with our own output, and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("    $ {}", shown(command));
    flush();
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{}` cannot be started", program(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", shown(command));
    }
    Ok(())
}

/// As [`run`], for a program whose errors are read as well as shown: none if it ended well.
pub(crate) fn run_and_read_errors(command: &mut Command) -> Result<Option<String>> {
    println!("    $ {}", shown(command));
    flush();
    let child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` cannot be started", program(command)))?;
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    eprint!("{errors}");
    Ok((!output.status.success()).then_some(errors))
}

/// Runs a command quietly and gives its standard output; its errors go into ours.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` cannot be started", program(command)))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        // Some programs tell their errors on standard output.
        let told = if errors.trim().is_empty() {
            String::from_utf8_lossy(&output.stdout)
        } else {
            errors
        };
        bail!(
            "`{}` ended with {}: {}",
            shown(command),
            output.status,
            told.trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command runs and ends well; nothing is shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub(crate) fn shown(command: &Command) -> String {
    let mut text = program(command);
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

fn program(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
