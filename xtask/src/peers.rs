//! `cargo xtask peers`: public clients of the platforms against the sandbox, outside CI.
//!
//! They were written by others, from the platform's papers and its real answers: where one of them
//! and the sandbox differ, one is wrong, or it is known and stands in `xtask/peers/known.txt`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result, bail};

use crate::child::{Child, Children, free_ports};
use crate::ctx::Ctx;
use crate::known;
use crate::pins::PEERS;
use crate::proc::{self, AlreadyReported, Stages};
use crate::setup::python;

pub(crate) fn run(ctx: &Ctx, stages: &mut Stages) -> Result<()> {
    let known = std::fs::read_to_string(ctx.root.join("xtask/peers/known.txt"))
        .context("xtask/peers/known.txt cannot be read")?;
    let known = known::read(&known)?;
    let folder = Folder::new()?;
    stages.run(&format!("{} from PyPI", PEERS.join(", ")), || {
        python::install(&folder.0.join("venv"), &PEERS)
    })?;
    stages.run("build the sandbox", || {
        proc::run(
            ctx.command("cargo")
                .args(["build", "--quiet", "-p", "guichet-sandbox"]),
        )
    })?;
    let printed = stages.run("clients against the sandbox", || talk(ctx, &folder.0))?;
    let verdict = judge(&printed, &known);
    println!();
    for line in &verdict.lines {
        println!("{line}");
    }
    if verdict.faults > 0 {
        bail!(AlreadyReported);
    }
    Ok(())
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("guichet-peers-{}", std::process::id()));
        std::fs::create_dir(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left lies in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts a sandbox of its own, lets the clients talk to it, and gives what they print.
fn talk(ctx: &Ctx, folder: &Path) -> Result<String> {
    let [platform, shop, merchant] = free_ports()?;
    let mut sandbox = Command::new(ctx.target.join("debug/guichet-sandbox"));
    sandbox
        .args(["--platform-listen", &format!("127.0.0.1:{platform}")])
        .args(["--shop-listen", &format!("127.0.0.1:{shop}")])
        .args(["--notify", &format!("http://127.0.0.1:{merchant}")])
        .arg("--www")
        .arg(ctx.root.join("www"))
        .arg("--data-dir")
        .arg(folder);
    let mut children = Children::default();
    children.add(Child::start(
        "sandbox",
        sandbox,
        folder.join("sandbox.log"),
    )?);
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    children.wait_for("sandbox", platform, "/load.html", &stop)?;
    let mut clients = Command::new(python::interpreter(&folder.join("venv")));
    clients
        .arg(ctx.root.join("xtask/peers/peers.py"))
        .args(["--platform", &format!("http://127.0.0.1:{platform}")])
        .args(["--port", &merchant.to_string()])
        .arg("--key")
        .arg(folder.join("up2pay-public.pem"));
    // What was printed counts even when they broke off: why they did goes to our own errors.
    let output = clients
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let output = output.context("the clients cannot be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What is told of a run.
struct Verdict {
    lines: Vec<String>,
    faults: usize,
}

/// Compares what differs with what is known to; what is known and no longer differs is a fault too.
fn judge(printed: &str, known: &BTreeMap<String, String>) -> Verdict {
    let mut lines = Vec::new();
    let (mut same, mut differs, mut faults) = (0_usize, 0_usize, 0_usize);
    let mut left = known.clone();
    let mut ended = false;
    for line in printed.lines() {
        if let Some(difference) = line.strip_prefix("differs ") {
            differs += 1;
            let found = known
                .iter()
                .find(|(name, _)| difference.starts_with(&format!("{name}: ")));
            if let Some((name, why)) = found {
                left.remove(name);
                lines.push(format!("known    {difference}\n         {why}"));
            } else {
                faults += 1;
                lines.push(format!("DIFFERS  {difference}"));
            }
        } else if let Some(name) = line.strip_prefix("same ") {
            same += 1;
            lines.push(format!("same     {name}"));
        } else if line == "end" {
            ended = true;
        }
    }
    for name in left.keys() {
        faults += 1;
        lines.push(format!(
            "GONE     {name}: listed as known, and no longer differs"
        ));
    }
    if !ended || same == 0 {
        faults += 1;
        lines.push("the clients did not get to their end".to_owned());
    }
    lines.push(format!(
        "{same} checks the same, {differs} different, {faults} of all not as listed"
    ));
    Verdict { lines, faults }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::known;

    #[test]
    fn only_a_listed_difference_passes() -> anyhow::Result<()> {
        let known = known::read("# names\na: form | an accent is refused\n")?;
        let faults = |printed: &str| judge(printed, &known).faults;
        assert_eq!(faults("same b: form\ndiffers a: form: 400\nend\n"), 0);
        assert_eq!(faults("same b: form\ndiffers a: form: 400\n"), 1, "cut off");
        assert_eq!(faults("same a: form\nend\n"), 1, "no longer there");
        let more = "same b: form\ndiffers a: form: 400\ndiffers a: formal: 400\nend\n";
        assert_eq!(faults(more), 1, "another one");
        assert_eq!(faults("differs a: form: 400\nend\n"), 1, "nothing the same");
        Ok(())
    }

    #[test]
    fn the_list_can_be_read() -> anyhow::Result<()> {
        let known = known::read(include_str!("../peers/known.txt"))?;
        assert!(known.values().all(|why| why.len() > 10));
        Ok(())
    }
}
