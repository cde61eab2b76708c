//! The files that run Guichet elsewhere, tried with what this machine has.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{Stack, binary, free_port, skipped, until};

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

/// Runs openssl in that folder; there must be one: the set-up of the tests installs it.
async fn openssl(folder: &Path, arguments: &str) {
    let mut command = tokio::process::Command::new("openssl");
    let ran = command.args(arguments.split(' ')).current_dir(folder);
    let ran = ran.output().await.expect("openssl runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "openssl {arguments}: {said}");
}

/// A server that speaks TLS with a certificate for `localhost` that is good for so many days, and
/// answers GET with the files of its folder. It is killed when this is dropped.
async fn tls_server(folder: &Path, days: u32) -> (tokio::process::Child, u16) {
    let key = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    for arguments in [
        format!("{key} -x509 -days 60 -subj /CN=throw-away -keyout ca.key -out ca.pem"),
        format!("{key} -subj /CN=localhost -keyout own.key -out own.csr"),
        format!(
            "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days {days} \
             -extfile names -out own.pem"
        ),
    ] {
        openssl(folder, &arguments).await;
    }
    std::fs::write(folder.join("readyz"), "ready\n").unwrap();
    let port = free_port();
    let child = tokio::process::Command::new("openssl")
        .args([
            "s_server", "-WWW", "-quiet", "-cert", "own.pem", "-key", "own.key",
        ])
        .args(["-accept", &port.to_string()])
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    until("a server that speaks TLS", || async {
        tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .ok()
    })
    .await;
    (child, port)
}

/// A `public_url` of https, served with a certificate of a throw-away authority.
#[tokio::test]
async fn the_doctor_checks_the_chain_and_counts_the_days_of_a_certificate() {
    let stack = Stack::usual().await;
    let config = std::fs::read_to_string(stack.config()).unwrap();
    for (days, how) in [(40, "ok  "), (5, "look")] {
        let folder = tempfile::tempdir().unwrap();
        let (_server, port) = tls_server(folder.path(), days).await;
        let public = format!("public_url = \"https://localhost:{port}\"");
        let other = config
            .lines()
            .map(|line| match line.starts_with("public_url") {
                true => public.as_str(),
                false => line,
            });
        // Beside the stack's own, whose files it names.
        let path = stack.folder().join("https.toml");
        std::fs::write(&path, other.collect::<Vec<_>>().join("\n")).unwrap();
        let mut doctor = stack.command(&["doctor", "--config", path.to_str().unwrap()]);
        let trusting = doctor.env("SSL_CERT_FILE", folder.path().join("ca.pem"));
        let told = trusting.output().await.unwrap();
        let errors = String::from_utf8_lossy(&told.stderr);
        let told = String::from_utf8_lossy(&told.stdout);
        let verdict =
            format!("{how}  certificate of localhost:{port}: its chain holds, and it is good for ");
        let answers = format!("ok    public_url: /readyz at localhost:{port} answers 200");
        assert!(told.contains(&answers), "{told}{errors}");
        let left = told.lines().find_map(|line| line.strip_prefix(&verdict));
        let left = left.unwrap_or_else(|| panic!("no {verdict:?} in {told}"));
        // The last of them has begun, unless all of it was one second.
        let left: u32 = left.trim_end_matches(" days").parse().unwrap();
        assert!((days - 1..=days).contains(&left), "{left} of {days}");
        // Whoever does not know the authority is told that nobody vouches for it.
        let mut doctor = stack.command(&["doctor", "--config", path.to_str().unwrap()]);
        let told = doctor.env_remove("SSL_CERT_FILE").output().await.unwrap();
        let told = String::from_utf8_lossy(&told.stdout);
        let refused = format!("look  public_url: localhost:{port} does not answer from here: ");
        let line = told.lines().find(|line| line.starts_with(&refused));
        assert!(
            line.is_some_and(|line| line.contains("certificate")),
            "{told}"
        );
        assert!(!told.contains("its chain holds"), "{told}");
    }
}
