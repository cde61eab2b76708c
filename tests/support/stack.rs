//! The processes of a stack: started together, ended together.

use std::fs::File;
use std::io::PipeReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::http::{Answer, Http};
use super::options::{DEMO_SHOP_KEY, LogTo, OTHER_SHOP_KEY, Ports, StackOptions};
use super::process::{Program, command, read_log};
use super::receiver::WEBHOOK_SECRET;
use super::wait::{until, until_within};

/// How long a program may take to answer.
const START: Duration = Duration::from_secs(30);

/// A backend and a sandbox that run.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) http: Http,
    options: StackOptions,
    ports: Ports,
    sandbox: Program,
    backend: Option<Program>,
    log_reader: Option<PipeReader>,
    folder: TempDir,
}

impl Stack {
    /// Starts both, and waits until they answer.
    pub(crate) async fn start(options: StackOptions) -> Self {
        let mut log = String::new();
        // A port that was free may be taken by the time that it is used.
        for _ in 0..3 {
            match Self::try_start(options.clone()).await {
                Ok(stack) => return stack,
                Err(error) => log = error,
            }
        }
        panic!("the stack does not start:\n{log}");
    }

    /// With everything as usual.
    pub(crate) async fn usual() -> Self {
        Self::start(StackOptions::default()).await
    }

    async fn try_start(options: StackOptions) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let ports = Ports::free();
        let assets = options.assets.clone();
        let assets = assets.or_else(|| std::env::var_os("GUICHET_ASSETS").map(PathBuf::from));
        let assets = assets.unwrap_or_else(|| no_widget(folder.path()));
        let http = Http::new(options.kept_connections);
        let sandbox = start_sandbox(&http, &options, folder.path(), ports).await?;
        let config = options
            .configuration(ports)
            .replace("\"assets\"", &format!("{assets:?}"));
        std::fs::write(folder.path().join("guichet.toml"), config).expect("a configuration");
        let mut stack = Self {
            http,
            options,
            ports,
            sandbox,
            backend: None,
            log_reader: None,
            folder,
        };
        stack.try_start_backend().await?;
        Ok(stack)
    }

    async fn try_start_backend(&mut self) -> Result<(), String> {
        let config = self.config();
        let log = self.folder.path().join("backend.log");
        let args = ["serve".as_ref(), "--config".as_ref(), config.as_os_str()];
        let env = [
            ("DEMO_SHOP_KEY", DEMO_SHOP_KEY),
            ("OTHER_SHOP_KEY", OTHER_SHOP_KEY),
            ("GUICHET_LOG", self.options.log),
        ];
        let mut program = match self.options.log_to {
            LogTo::File => Program::start("guichet", &args, &env, &log),
            LogTo::FullDisk => {
                let full = File::options().write(true).open("/dev/full");
                let full = full.expect("the device that is always full");
                Program::start_with("guichet", &args, &env, &log, full.into())
            }
            LogTo::Pipe => {
                let (reader, writer) = std::io::pipe().expect("a pipe");
                self.log_reader = Some(reader);
                Program::start_with("guichet", &args, &env, &log, writer.into())
            }
        };
        wait_for(
            &self.http,
            &mut program,
            &format!("{}/readyz", self.backend()),
        )
        .await?;
        self.backend = Some(program);
        Ok(())
    }

    /// Starts the backend again, at the same address and with the same books.
    pub(crate) async fn start_backend(&mut self) {
        assert!(self.backend.is_none(), "the backend runs");
        let mut log = String::new();
        for _ in 0..3 {
            match self.try_start_backend().await {
                Ok(()) => return,
                Err(error) => log = error,
            }
        }
        panic!("the backend does not start again:\n{log}");
    }

    /// Ends the backend as a machine's failure would.
    pub(crate) async fn kill_backend(&mut self) {
        self.backend.take().expect("the backend runs").kill().await;
    }

    /// Sends SIGKILL, while others still talk to it. [`Self::kill_backend`] has to follow.
    pub(crate) async fn strike_backend(&self) {
        let backend = self.backend.as_ref().expect("the backend runs");
        backend.signal("KILL").await;
    }

    /// Ends the backend as an operator would.
    pub(crate) async fn stop_backend(&mut self) {
        self.backend.take().expect("the backend runs").stop().await;
    }

    /// Where the backend listens, as its configuration names it.
    pub(crate) fn listen(&self) -> String {
        format!("127.0.0.1:{}", self.ports.backend)
    }

    /// `http://127.0.0.1:PORT` of the backend.
    pub(crate) fn backend(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.backend)
    }

    /// The backend's port.
    pub(crate) fn backend_port(&self) -> u16 {
        self.ports.backend
    }

    /// The platform's main host, and its PPPS and control page.
    pub(crate) fn platform(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.platform)
    }

    /// The platform's backup host.
    pub(crate) fn platform_backup(&self) -> String {
        format!("http://localhost:{}", self.ports.platform)
    }

    /// The demo shop's origin.
    pub(crate) fn shop(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.shop)
    }

    /// Where the demo account's notifications go, its secret part included.
    pub(crate) fn notify_address(&self) -> String {
        format!("{}{}", self.backend(), self.options.notify_path())
    }

    /// The configuration file.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("guichet.toml")
    }

    /// The stack's folder: `guichet.toml`, `books.db`, `sandbox/`, and the logs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the backend has logged, over all of its lives.
    pub(crate) fn backend_log(&self) -> String {
        read_log(&self.folder.path().join("backend.log"))
    }

    /// The reading end of the backend's log, where it goes into a pipe.
    pub(crate) fn take_log_reader(&mut self) -> PipeReader {
        self.log_reader.take().expect("the log goes into a pipe")
    }

    /// The backend's process.
    pub(crate) fn backend_process(&self) -> u32 {
        self.backend.as_ref().expect("the backend runs").id()
    }

    /// One of the backend's metrics. Nothing of it is remembered as an answer to the outside.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let address = format!("http://127.0.0.1:{}/metrics", self.ports.metrics);
        let answer = self.http.client().get(address).send().await;
        let text = answer.expect("the metrics").text().await.expect("as text");
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("no {name} in:\n{text}"));
        value.parse().expect("a number")
    }

    /// Waits until the backend has logged a line that holds all these words, and gives the whole
    /// log: lines are written beside the requests that they tell of.
    pub(crate) async fn logged(&self, words: &[&str]) -> String {
        until(&format!("a line of the log with {words:?}"), || async {
            let log = self.backend_log();
            let holds = |line: &str| words.iter().all(|word| line.contains(word));
            log.lines().any(holds).then_some(log)
        })
        .await
    }

    /// What the sandbox has logged.
    pub(crate) fn sandbox_log(&self) -> String {
        self.sandbox.log()
    }

    /// GET at the backend.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.http
            .send(self.http.client().get(self.at_backend(path)))
            .await
    }

    /// An address at the backend, of a path or an address.
    pub(crate) fn at_backend(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            self.backend() + path
        }
    }

    /// A command of the backend's, about this configuration.
    pub(crate) fn command(&self, args: &[&str]) -> tokio::process::Command {
        let mut command = command("guichet");
        command
            .args(args)
            .env("DEMO_SHOP_KEY", DEMO_SHOP_KEY)
            .env("OTHER_SHOP_KEY", OTHER_SHOP_KEY)
            .env("GUICHET_CONFIG", self.config());
        command
    }

    /// Runs `guichet` with these arguments: its status, what it wrote, its errors.
    pub(crate) async fn guichet(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = self.command(args);
        let output = command.output().await.expect("guichet runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// The operator's list.
    pub(crate) async fn attention(&self) -> String {
        let (status, list, errors) = self.guichet(&["payments", "--attention"]).await;
        let nothing = list == "Nothing needs attention.\n";
        assert_eq!(status, if nothing { 0 } else { 3 }, "{errors}");
        list
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let logs = [
                ("backend", self.backend_log()),
                ("sandbox", self.sandbox_log()),
            ];
            for (name, log) in logs {
                let lines: Vec<_> = log.lines().collect();
                let tail = &lines[lines.len().saturating_sub(40)..];
                println!("--- the end of the {name}'s log\n{}", tail.join("\n"));
            }
        }
    }
}

async fn start_sandbox(
    http: &Http,
    options: &StackOptions,
    folder: &Path,
    ports: Ports,
) -> Result<Program, String> {
    let data = folder.join("sandbox");
    std::fs::create_dir(&data).expect("a folder for the sandbox");
    reuse_key(&data);
    let merchants = folder.join("merchants.toml");
    std::fs::write(&merchants, options.merchants(ports)).expect("a list of merchants");
    let (data_text, merchants) = (data.display().to_string(), merchants.display().to_string());
    let address = |port: u16| format!("127.0.0.1:{port}");
    let (platform, shop) = (address(ports.platform), address(ports.shop));
    let terminal = address(ports.terminal);
    let backend = format!("http://127.0.0.1:{}", ports.backend);
    let mut args = vec![
        "--platform-listen",
        &platform,
        "--shop-listen",
        &shop,
        "--terminal-listen",
        &terminal,
        "--backend",
        &backend,
        "--data-dir",
        &data_text,
        "--account",
        &merchants,
        "--www",
        concat!(env!("CARGO_MANIFEST_DIR"), "/www"),
    ];
    if options.shared_windows {
        args.push("--shop-shares-its-windows");
    }
    let env = [
        ("GUICHET_SHOP_SECRET_KEY", DEMO_SHOP_KEY),
        ("GUICHET_SHOP_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ];
    let log = folder.join("sandbox.log");
    let mut program = Program::start("guichet-sandbox", &args, &env, &log);
    let load = format!("http://127.0.0.1:{}/load.html", ports.platform);
    wait_for(http, &mut program, &load).await?;
    keep_key(&data);
    Ok(program)
}

/// Waits until a program answers at an address; gives its log if it does not.
async fn wait_for(http: &Http, program: &mut Program, address: &str) -> Result<(), String> {
    let ended = std::cell::Cell::new(false);
    let answered = until_within(START, || {
        ended.set(program.has_ended());
        let ended = ended.get();
        async move {
            let answer = http.client().get(address).send().await;
            (ended || answer.is_ok_and(|answer| answer.status().is_success())).then_some(())
        }
    });
    match answered.await {
        // Another program may listen where ours could not.
        Some(()) if !ended.get() && !program.has_ended() => Ok(()),
        _ => Err(program.log()),
    }
}

/// Making an RSA key takes seconds in a debug build: the first one made is kept for all.
const KEPT_KEY: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/up2pay-private.pem");

fn reuse_key(data: &Path) {
    let target = data.join("up2pay-private.pem");
    if std::fs::copy(KEPT_KEY, &target).is_err() {
        let _ = std::fs::remove_file(&target);
    }
}

fn keep_key(data: &Path) {
    if Path::new(KEPT_KEY).exists() {
        return;
    }
    // Copied beside and renamed: another test never reads half of it.
    let mine = data
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let part = format!("{KEPT_KEY}.{mine}");
    if std::fs::copy(data.join("up2pay-private.pem"), &part).is_ok() {
        let _ = std::fs::rename(&part, KEPT_KEY);
    }
}

/// A folder as the widget's build makes it, without the widget: enough for tests without a browser.
fn no_widget(folder: &Path) -> PathBuf {
    let assets = folder.join("assets");
    std::fs::create_dir_all(&assets).expect("a folder");
    std::fs::write(assets.join("manifest.json"), r#"{"files": []}"#).expect("a list of no files");
    assets
}
