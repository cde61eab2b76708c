//! `cargo xtask tidy`: what the project asks of its own text, and no other tool checks.

mod functions;
mod invariants;
mod layers;
mod lines;
mod providers;
mod words;

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use crate::ctx::Ctx;
use crate::proc;

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// 0 where no single line is at fault.
    line: usize,
    text: String,
}

impl Finding {
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

/// The text files of the tree: those in git, and new ones that git does not ignore.
struct Tree(BTreeMap<String, String>);

impl Tree {
    fn read(ctx: &Ctx) -> Result<Self> {
        let mut git = ctx.command("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let mut files = BTreeMap::new();
        for path in proc::read(&mut git)?
            .split('\0')
            .filter(|path| !path.is_empty())
        {
            // A file that was removed and not yet committed is still listed; a picture is no text.
            if let Ok(content) = std::fs::read_to_string(ctx.root.join(path)) {
                files.insert(path.to_owned(), content);
            }
        }
        Ok(Self(files))
    }

    fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| path.ends_with(".rs"))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_str()))
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether a path is a file, or a folder with a file in it.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.0.contains_key(path) || self.0.keys().any(|have| have.starts_with(&folder))
    }
}

pub(crate) fn run(ctx: &Ctx) -> Result<()> {
    let tree = Tree::read(ctx)?;
    let metadata =
        proc::read(
            ctx.command("cargo")
                .args(["metadata", "--no-deps", "--format-version", "1"]),
        )?;
    let packages = layers::packages(&metadata, &ctx.root)?;
    let mut findings = Vec::new();
    for (path, content) in tree.all() {
        findings.extend(lines::check(path, content));
        findings.extend(words::check(path, content));
    }
    for (path, content) in tree.rust() {
        findings.extend(functions::check(path, content));
        if !layers::may_print(&packages, path) {
            findings.extend(words::printing(path, content));
        }
    }
    findings.extend(layers::check(&packages));
    findings.extend(providers::check(&tree));
    findings.extend(invariants::check(&tree));
    findings.sort();
    for Finding { path, line, text } in &findings {
        println!("{path}:{line}: {text}");
    }
    if !findings.is_empty() {
        bail!(
            "tidy: {} findings in {} files",
            findings.len(),
            tree.0.len()
        );
    }
    println!("tidy: {} files, nothing to say", tree.0.len());
    Ok(())
}

#[cfg(test)]
fn sample(files: &[(&str, &str)]) -> Tree {
    Tree(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
    )
}
