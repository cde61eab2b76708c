//! Tools from npm, by pinned version, into the tools folder.

use anyhow::{Result, bail};

use super::system;
use crate::ctx::Ctx;
use crate::proc::{self, Stages};

pub(crate) fn ensure(ctx: &Ctx, stages: &mut Stages, packages: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<String> = packages
        .iter()
        .filter(|(name, version)| installed(ctx, name).as_deref() != Some(*version))
        .map(|(name, version)| format!("{name}@{version}"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if system::find(&["npm"]).is_none() {
        bail!(
            "npm is needed for {}: install Node.js 20 or later",
            missing.join(", ")
        );
    }
    stages.run(&format!("{} from npm", missing.join(", ")), || {
        std::fs::create_dir_all(ctx.npm())?;
        let mut npm = ctx.command("npm");
        npm.current_dir(ctx.npm())
            .args(["install", "--save-exact", "--ignore-scripts"]);
        npm.args(["--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(ctx.npm());
        proc::run(npm.args(&missing))
    })
}

fn installed(ctx: &Ctx, name: &str) -> Option<String> {
    let file = ctx
        .npm()
        .join("node_modules")
        .join(name)
        .join("package.json");
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}
