//! `cargo xtask mutants`: the code on which money hangs, with one thing in it changed at a time.
//!
//! A change that no test notices *survives*: a test is missing, or the change makes no difference
//! and stands, with the reason, in `xtask/mutants/known.txt`. Outside CI: each change is a build.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::ctx::Ctx;
use crate::known;
use crate::pins;
use crate::proc::{self, AlreadyReported, Stages};
use crate::setup;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// What is changed; all of it, one after the other, without.
    part: Option<Part>,
    /// One of so many shares, as K/N with K from 0 on: a whole run takes hours.
    #[arg(long)]
    shard: Option<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Part {
    /// How a payment's state follows from its events.
    Fold,
    /// What is written into the ledger of it, and its proof.
    Ledger,
    /// How a refund is planned, part by part.
    Plan,
    /// What the platforms' signatures vouch for, and ours to the shops.
    Signatures,
}

/// A share of the code: its part, its package, its files, and which tests see to it.
struct Code {
    part: Part,
    package: &'static str,
    files: &'static [&'static str],
    tests: &'static [&'static str],
}

const CODE: [Code; 6] = [
    Code {
        part: Part::Fold,
        package: "guichet-domain",
        files: &[
            "crates/domain/src/payment.rs",
            "crates/domain/src/operation.rs",
            "crates/domain/src/operable.rs",
        ],
        tests: &["--lib"],
    },
    Code {
        part: Part::Ledger,
        package: "guichet-domain",
        files: &["crates/domain/src/ledger.rs"],
        tests: &["--lib"],
    },
    Code {
        part: Part::Ledger,
        package: "guichet-store",
        files: &["crates/store/src/rules/ledger.rs"],
        tests: &["--test", "conformance", "ledger"],
    },
    Code {
        part: Part::Plan,
        package: "guichet-backend",
        files: &["crates/backend/src/payments/operations/plan.rs"],
        tests: &["--bins", "operations::plan"],
    },
    Code {
        part: Part::Signatures,
        package: "guichet-providers",
        files: &[
            "crates/providers/src/up2pay/signed.rs",
            "crates/providers/src/up2pay/seal.rs",
            "crates/providers/src/sogenactif/seal.rs",
        ],
        tests: &[],
    },
    Code {
        part: Part::Signatures,
        package: "guichet-backend",
        files: &["crates/backend/src/webhooks/message.rs"],
        tests: &["--bins", "webhooks"],
    },
];

/// Seconds that a test may take with a change: one that makes it turn for ever is noticed.
const SECONDS: &str = "120";

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages, options: &Options) -> Result<()> {
    let known = ctx.root.join("xtask/mutants/known.txt");
    let known = fs::read_to_string(&known).with_context(|| ctx.shown(&known))?;
    let known = known::read(&known)?;
    setup::tool(ctx, stages, &pins::CARGO_MUTANTS)?;
    let mut survived = BTreeSet::new();
    let mut counts = Vec::new();
    for (place, code) in CODE.iter().enumerate() {
        if options.part.is_some_and(|part| part != code.part) {
            continue;
        }
        let name = format!("{:?} in {}", code.part, code.package);
        let folder = ctx.target.join(format!("mutants/{place}"));
        let shard = options.shard.as_deref();
        let told = stages.run(&name, || change(ctx, code, &folder, shard))?;
        counts.push(format!("{name}: {}", told.line()));
        survived.extend(told.survived);
    }
    stages.summary();
    println!();
    for line in counts {
        println!("{line}");
    }
    let mut unknown = 0;
    for change in &survived {
        match known.get(change) {
            Some(why) => println!("known     {change}\n          {why}"),
            None => {
                unknown += 1;
                println!("SURVIVED  {change}");
            }
        }
    }
    if unknown > 0 {
        bail!(AlreadyReported);
    }
    Ok(())
}

/// Makes the changes one after the other, in a copy of the tree.
fn change(ctx: &Ctx, code: &Code, folder: &Path, shard: Option<&str>) -> Result<Told> {
    fs::create_dir_all(folder)?;
    let mut cargo = ctx.command("cargo");
    cargo.args(["mutants", "--colors", "never", "--timeout", SECONDS]);
    cargo.args(["--package", code.package]).arg("--output");
    cargo.arg(folder);
    for file in code.files {
        cargo.args(["--file", file]);
    }
    if let Some(shard) = shard {
        cargo.args(["--shard", shard]);
    }
    if !code.tests.is_empty() {
        cargo.arg("--").args(code.tests);
    }
    // It ends badly where anything survived; that it came to its end is seen below.
    let ended = proc::run(&mut cargo);
    let told = Told::of(|name| {
        let file = folder.join("mutants.out").join(name).with_extension("txt");
        fs::read_to_string(&file).with_context(|| ctx.shown(&file))
    });
    match told {
        Ok(told) if told.any() => Ok(told),
        Ok(_) => Err(ended
            .err()
            .unwrap_or_else(|| anyhow::anyhow!("nothing was changed"))),
        Err(error) => Err(ended.err().unwrap_or(error)),
    }
}

/// What became of the changes.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    noticed: usize,
    /// Those with which a test never ended: noticed as well.
    endless: usize,
    /// Those that the compiler does not take.
    refused: usize,
    survived: BTreeSet<String>,
    /// Survivors, each of them: two of one name stand at two places.
    left: usize,
}

impl Told {
    /// Of the lists that were written, a change a line.
    fn of(read: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let count = |name: &str| -> Result<usize> { Ok(read(name)?.lines().count()) };
        let list = read("missed")?;
        let missed: Vec<_> = list.lines().collect();
        let survived: Option<_> = missed.iter().map(|line| without_place(line)).collect();
        Ok(Self {
            noticed: count("caught")?,
            endless: count("timeout")?,
            refused: count("unviable")?,
            survived: survived.context("a survivor stands at no place")?,
            left: missed.len(),
        })
    }

    fn any(&self) -> bool {
        self.noticed + self.endless + self.refused + self.left > 0
    }

    fn line(&self) -> String {
        format!(
            "{} changes noticed, {} of them by a test that did not end; {} survived; {} that \
             the compiler does not take",
            self.noticed + self.endless,
            self.endless,
            self.left,
            self.refused
        )
    }
}

/// `FILE:LINE:COLUMN: WHAT` as `FILE: WHAT`: a list of them outlives a change above.
fn without_place(line: &str) -> Option<String> {
    let (place, what) = line.split_once(": ")?;
    let file = place.split(':').next()?;
    Some(format!("{file}: {what}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{CODE, Told, without_place};
    use crate::known;

    #[test]
    fn each_file_that_is_changed_and_each_reason_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = || CODE.iter().flat_map(|code| code.files);
        for file in files() {
            assert!(root.join(file).is_file(), "there is no {file}");
        }
        let known = std::fs::read_to_string(root.join("xtask/mutants/known.txt"));
        let known = known::read(&known.expect("its file")).expect("reasons");
        for change in known.keys() {
            let of = |file: &&str| change.starts_with(&format!("{file}: "));
            assert!(files().any(of), "{change} is in no file that is changed");
        }
    }

    #[test]
    fn what_survived_is_named_without_its_place_and_counted() {
        let told = Told::of(|name| {
            Ok(match name {
                "caught" => "x\ny\n".to_owned(),
                "missed" => "crates/a.rs:12:5: replace f -> bool with true\n".to_owned(),
                "timeout" => "z\n".to_owned(),
                _ => String::new(),
            })
        });
        let told = told.expect("four lists");
        assert_eq!((told.noticed, told.endless, told.left), (2, 1, 1));
        let name = "crates/a.rs: replace f -> bool with true".to_owned();
        assert_eq!(told.survived.into_iter().collect::<Vec<_>>(), [name]);
        assert_eq!(without_place("nothing"), None);
        assert!(Told::of(|_| anyhow::bail!("not written")).is_err());
    }
}
