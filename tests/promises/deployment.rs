//! The files that run Guichet elsewhere, tried with what this machine has.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{binary, skipped};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The highest exposure that the unit may have, in tenths: systemd calls up to 4.0 "ok".
const EXPOSURE: &str = "--threshold=20";

async fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).output().await.ok()
}

/// The unit, of the program that was built, as a file of its own.
fn unit(folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(format!("{ROOT}/deploy/guichet.service")).unwrap();
    let program = binary("guichet");
    assert!(text.contains("ExecStart=/usr/local/bin/guichet serve --config "));
    let path = folder.join("guichet.service");
    std::fs::write(
        &path,
        text.replace("/usr/local/bin/guichet", program.to_str().unwrap()),
    )
    .unwrap();
    path
}

#[tokio::test]
async fn the_unit_is_one_that_systemd_takes_and_leaves_the_process_little_of_the_machine() {
    if run("systemd-analyze", &["--version"]).await.is_none() {
        skipped("there is no systemd-analyze");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path());
    let unit = unit.to_str().unwrap();
    let verified = run("systemd-analyze", &["verify", unit]).await.unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.is_empty(), "{said}");
    let arguments = ["security", "--offline=yes", "--no-pager", EXPOSURE, unit];
    let exposed = run("systemd-analyze", &arguments).await.unwrap();
    let said = String::from_utf8_lossy(&exposed.stdout);
    assert!(exposed.status.success(), "{said}");
}

/// What builds containers here, and has the image that ours begins with.
async fn builder() -> Option<&'static str> {
    for program in ["docker", "podman"] {
        let mut works = true;
        for arguments in [&["info"][..], &["pull", "debian:bookworm-slim"]] {
            let ran = run(program, arguments).await;
            works &= ran.is_some_and(|output| output.status.success());
        }
        if works {
            return Some(program);
        }
    }
    None
}

#[tokio::test]
async fn the_container_is_built_and_its_program_runs_in_it() {
    let Some(builder) = builder().await else {
        skipped("neither docker nor podman builds a container here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let context = folder.path();
    std::fs::create_dir(context.join("assets")).unwrap();
    std::fs::write(context.join("assets/manifest.json"), r#"{"files": []}"#).unwrap();
    std::fs::copy(binary("guichet"), context.join("guichet")).unwrap();
    let (file, tag) = (format!("{ROOT}/deploy/Containerfile"), "guichet-test");
    let build = [
        "build",
        "--file",
        &file,
        "--tag",
        tag,
        "--build-arg",
        "PROGRAM=guichet",
        "--build-arg",
        "ASSETS=assets",
        context.to_str().unwrap(),
    ];
    let built = run(builder, &build).await.unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    // Without a configuration it says which file is missing, as the user that it is to be.
    let runs = ["run", "--rm", "--read-only", "--cap-drop=ALL", tag];
    let ran = run(builder, &runs).await.unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(
        !ran.status.success() && said.contains("/etc/guichet/guichet.toml"),
        "{said}"
    );
}

/// What the two files are told beside each other: one place for the configuration, the books and
/// the widget, in both and in the page that says how.
#[test]
fn both_files_and_their_page_speak_of_the_same_places() {
    let read = |path: &str| std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap();
    let files = [
        "deploy/guichet.service",
        "deploy/Containerfile",
        "docs/deployment.md",
    ];
    let [unit, container, page] = files.map(read);
    for (place, both) in [
        ("/etc/guichet/guichet.toml", true),
        ("/usr/local/bin/", true),
        ("/var/lib/guichet", false),
        ("/usr/share/guichet/assets", false),
    ] {
        assert!(page.contains(place) && container.contains(place), "{place}");
        assert!(!both || unit.contains(place), "{place}");
    }
    assert!(unit.contains("StateDirectory=guichet"));
}
