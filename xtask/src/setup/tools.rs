//! Tools that are built from their crates, by pinned version, into the tools folder.

use std::process::Command;

use anyhow::Result;

use crate::ctx::{self, Ctx};
use crate::pins::CargoTool;
use crate::proc::{self, Stages};

pub(crate) fn ensure(ctx: &Ctx, stages: &mut Stages, tool: &CargoTool) -> Result<()> {
    let version = tool.version(ctx)?;
    let program = ctx.tools.join("bin").join(tool.program);
    let there = proc::read(Command::new(&program).arg("--version")).unwrap_or_default();
    if is_version(&there, &version) {
        return Ok(());
    }
    let name = format!("{} {version} (built once, some minutes)", tool.program);
    stages.run(&name, || install(ctx, tool, &version))
}

fn install(ctx: &Ctx, tool: &CargoTool, version: &str) -> Result<()> {
    std::fs::create_dir_all(&ctx.tools)?;
    let mut cargo = Command::new("cargo");
    ctx::clean(&mut cargo);
    // Started outside the workspace, whose settings are not meant for a tool. Unoptimised: to
    // build them costs more than they are ever run.
    cargo
        .current_dir(&ctx.tools)
        .env("CARGO_TARGET_DIR", ctx.tools.with_file_name("build"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .args(["install", "--quiet", "--force", "--root"])
        .arg(&ctx.tools)
        .args([tool.package, "--version", version]);
    if tool.locked {
        cargo.arg("--locked");
    }
    proc::run(&mut cargo)
}

fn is_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn only_the_pinned_version_counts() {
        assert!(is_version("wasm-bindgen 0.2.130\n", "0.2.130"));
        assert!(!is_version("wasm-bindgen 0.2.13\n", "0.2.130"));
        assert!(!is_version("", "0.2.130"));
    }
}
