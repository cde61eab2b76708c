//! `cargo xtask tidy`: what the project asks of its own text, and no other tool checks.

mod alerts;
mod circles;
mod functions;
mod invariants;
mod layers;
mod length;
mod lines;
mod providers;
mod schemas;
mod tree;
mod widget;
mod words;

use anyhow::{Result, bail};

use crate::ctx::Ctx;
use crate::proc;
use tree::{Finding, Tree};

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
        findings.extend(widget::check(path, content));
    }
    for (path, content) in tree.rust() {
        findings.extend(functions::check(path, content));
        findings.extend(length::check(path, content));
        if !layers::may_print(&packages, path) {
            findings.extend(words::printing(path, content));
        }
    }
    findings.extend(layers::check(&packages));
    findings.extend(circles::check(&packages, &tree));
    findings.extend(providers::check(&tree));
    findings.extend(invariants::check(&tree));
    findings.extend(alerts::check(&tree));
    findings.extend(schemas::check(&tree));
    findings.sort();
    for Finding { path, line, text } in &findings {
        println!("{path}:{line}: {text}");
    }
    if !findings.is_empty() {
        bail!("tidy: {} findings in {} files", findings.len(), tree.len());
    }
    println!("tidy: {} files, nothing to say", tree.len());
    Ok(())
}
