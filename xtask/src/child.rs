//! Programs that are started beside us, and their end.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::proc;

/// How long a program may take to answer, and to end.
const START: Duration = Duration::from_secs(60);
const END: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) struct Child {
    name: &'static str,
    process: std::process::Child,
    log: PathBuf,
}

impl Child {
    /// Starts a program whose output goes to a file.
    pub(crate) fn start(name: &'static str, mut command: Command, log: PathBuf) -> Result<Self> {
        println!("    $ {}", proc::shown(&command));
        let out =
            File::create(&log).with_context(|| format!("{} cannot be written", log.display()))?;
        command
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out);
        own_group(&mut command);
        let process = command
            .spawn()
            .with_context(|| format!("the {name} cannot be started"))?;
        Ok(Self { name, process, log })
    }

    /// What happened, if it is no longer running.
    pub(crate) fn death(&mut self) -> Option<String> {
        let status = self.process.try_wait().ok()??;
        Some(format!(
            "the {} ended with {status}; its last lines, from {}:\n{}",
            self.name,
            self.log.display(),
            self.last_lines()
        ))
    }

    fn last_lines(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let from = lines.len().saturating_sub(20);
        lines
            .iter()
            .skip(from)
            .map(|line| format!("    {line}\n"))
            .collect()
    }

    /// Asks it to end, and makes it end when it does not.
    pub(crate) fn stop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        terminate(&mut self.process);
        let deadline = Instant::now() + END;
        while Instant::now() < deadline {
            if self.ended().is_some() {
                println!("{} stopped", self.name);
                return;
            }
            std::thread::sleep(PAUSE);
        }
        println!("{} does not stop by itself: it is killed", self.name);
        // Both fail only when it ended in between.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }
}

/// All of them: none outlives this value.
#[derive(Default)]
pub(crate) struct Children(Vec<Child>);

impl Children {
    pub(crate) fn add(&mut self, child: Child) {
        self.0.push(child);
    }

    pub(crate) fn first_dead(&mut self) -> Option<String> {
        self.0.iter_mut().find_map(Child::death)
    }

    /// Waits until a program answers a request.
    pub(crate) fn wait_for(
        &mut self,
        name: &str,
        port: u16,
        path: &str,
        stop: &AtomicBool,
    ) -> Result<()> {
        let deadline = Instant::now() + START;
        while Instant::now() < deadline {
            if answers(port, path) {
                return Ok(());
            }
            if let Some(story) = self.first_dead() {
                bail!(story);
            }
            if stop.load(Ordering::Relaxed) {
                bail!("stopped");
            }
            std::thread::sleep(PAUSE);
        }
        let log = self
            .0
            .iter()
            .find(|child| child.name == name)
            .map(Child::last_lines);
        bail!(
            "the {name} does not answer on http://127.0.0.1:{port}{path} after {} s:\n{}",
            START.as_secs(),
            log.unwrap_or_default()
        )
    }

    /// The last started is stopped first: it may still be using the others.
    pub(crate) fn stop(&mut self) {
        while let Some(mut child) = self.0.pop() {
            child.stop();
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether a GET of this path is answered with success.
fn answers(port: u16, path: &str) -> bool {
    let get = || -> std::io::Result<String> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        let host = format!("127.0.0.1:{port}");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(String::from_utf8_lossy(&head).into_owned())
    };
    get().is_ok_and(|head| head.starts_with("HTTP/1.1 2") || head.starts_with("HTTP/1.1 3"))
}

/// Ports that nobody listens on, held at once so that they differ.
pub(crate) fn free_ports() -> Result<[u16; 3]> {
    let held = [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)));
    let mut ports = [0; 3];
    for (port, held) in ports.iter_mut().zip(held) {
        *port = held?.local_addr()?.port();
    }
    Ok(ports)
}

/// Ctrl-C goes to the whole group that the terminal knows: in a group of its own, a program ends
/// when it is asked to, in order.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(unix)]
fn terminate(process: &mut std::process::Child) {
    let pid = i32::try_from(process.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It fails only when the process ended in between.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(process: &mut std::process::Child) {
    // There is no polite way to ask here.
    let _ = process.kill();
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Child, Children};
    use std::process::Command;

    fn shell(name: &'static str, script: &str) -> anyhow::Result<Child> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let log = std::env::temp_dir().join(format!("xtask-{name}-{}.log", std::process::id()));
        Child::start(name, command, log)
    }

    #[test]
    fn a_dead_program_is_named_with_its_last_words() -> anyhow::Result<()> {
        let mut children = Children::default();
        children.add(shell("alive", "sleep 60")?);
        children.add(shell("dead", "echo no such port; exit 3")?);
        let story = loop {
            if let Some(story) = children.first_dead() {
                break story;
            }
        };
        assert!(
            story.contains("the dead ended") && story.contains("no such port"),
            "{story}"
        );
        Ok(())
    }

    #[test]
    fn a_program_is_asked_to_end_and_does() -> anyhow::Result<()> {
        let mut children = Children::default();
        children.add(shell(
            "asked",
            "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done",
        )?);
        std::thread::sleep(std::time::Duration::from_millis(200));
        let log = children
            .0
            .first()
            .map(|child| child.log.clone())
            .unwrap_or_default();
        children.stop();
        assert_eq!(std::fs::read_to_string(log)?.trim(), "bye");
        Ok(())
    }
}
