//! One of our programs as a child process, with its log in a file.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

/// The built program of that name: in `GUICHET_BIN_DIR`, or where cargo puts it.
pub(crate) fn binary(name: &str) -> PathBuf {
    let folder = match std::env::var_os("GUICHET_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => {
            // target/debug/deps/promises-… lies one folder below the programs.
            let test = std::env::current_exe().expect("the test's own path");
            test.parent()
                .and_then(Path::parent)
                .expect("target/debug")
                .to_owned()
        }
    };
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{} is not there: run `cargo build --workspace --bins` first, or set GUICHET_BIN_DIR",
        path.display()
    );
    path
}

/// A command that sees nothing of this process's environment but the path to programs.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(binary(name));
    command
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts a program; what it writes is added to the file `log`.
    pub(crate) fn start<A: AsRef<OsStr>>(
        name: &str,
        args: &[A],
        env: &[(&str, &str)],
        log: &Path,
    ) -> Self {
        Self::start_with(name, args, env, log, log_file(log).into())
    }

    /// The same with another standard error than the file.
    pub(crate) fn start_with<A: AsRef<OsStr>>(
        name: &str,
        args: &[A],
        env: &[(&str, &str)],
        log: &Path,
        stderr: Stdio,
    ) -> Self {
        let mut command = command(name);
        command
            .args(args)
            .envs(env.iter().copied())
            .stdout(log_file(log))
            .stderr(stderr);
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        Self {
            child,
            log: log.to_owned(),
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("the program runs")
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL: it has no time for anything.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("the program can be killed");
    }

    /// Sends it a signal, such as `KILL`.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let done = Command::new("kill").args(["-s", name, &id]).status().await;
        assert!(
            done.is_ok_and(|status| status.success()),
            "no signal could be sent"
        );
    }

    /// SIGTERM, and waits for its end.
    pub(crate) async fn stop(&mut self) {
        self.signal("TERM").await;
        let end = tokio::time::timeout(std::time::Duration::from_secs(20), self.child.wait());
        let status = end
            .await
            .expect("it ends when asked to")
            .expect("its status");
        assert!(status.success(), "it ended with {status}:\n{}", self.log());
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        read_log(&self.log)
    }
}

fn log_file(path: &Path) -> File {
    let file = File::options().create(true).append(true).open(path);
    file.expect("a log file")
}

/// A log without the colours.
pub(crate) fn read_log(path: &Path) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            let _ = chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}
