//! Servers of PostgreSQL's that belong to one test: it may kill them, make a replica of one, and
//! put it in the other's place.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::process::{Child, Command};

use super::{free_port, postgres, skipped, until_within};

/// The variable that names the folder with the programs. `cargo xtask test` sets it.
const PROGRAMS: &str = "GUICHET_POSTGRES_PROGRAMS";

/// How long a server may take to start, or to go on after a crash.
const START: Duration = Duration::from_secs(60);

/// The programs, and the user that they run as: they refuse to run as root.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    user: Option<u32>,
}

impl Programs {
    /// None where they are not there.
    pub(crate) async fn find() -> Option<Self> {
        let Some(folder) = std::env::var_os(PROGRAMS) else {
            skipped("there are no programs of PostgreSQL's: see GUICHET_POSTGRES_PROGRAMS");
            return None;
        };
        let user = match number("id", &["-u"]).await {
            0 => Some(number("id", &["-u", "postgres"]).await),
            _ => None,
        };
        Some(Self {
            folder: folder.into(),
            user,
        })
    }

    /// One of them, or another one that has a place of its own.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(self.folder.join(program));
        if let Some(user) = self.user {
            command.uid(user);
        }
        command
            .current_dir("/")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Lets them write into a folder.
    pub(crate) fn own(&self, folder: &Path) {
        chown(folder, self.user, None).unwrap();
    }
}

/// What a program says, which is a number.
async fn number(program: &str, args: &[&str]) -> u32 {
    let said = Command::new(program).args(args).output().await.unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.trim().parse().unwrap()
}

/// A server. It ends with this.
pub(crate) struct OwnServer {
    programs: Programs,
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl OwnServer {
    /// An empty one.
    pub(crate) async fn start(programs: &Programs) -> Self {
        let folder = new_folder(programs);
        let mut initdb = programs.command("initdb");
        initdb.args(["-U", "guichet", "-A", "trust", "--no-sync"]);
        initdb.args(["--encoding", "UTF8", "--locale", "C.UTF-8", "-D"]);
        done(initdb.arg(folder.path().join("data"))).await;
        Self::run(programs, folder).await
    }

    /// A server that follows this one, and is known to it by that name.
    pub(crate) async fn replica(&self, name: &str) -> Self {
        let folder = new_folder(&self.programs);
        let port = self.port;
        let from = format!("host=127.0.0.1 port={port} user=guichet application_name={name}");
        let mut copy = self.programs.command("pg_basebackup");
        copy.args(["--write-recovery-conf", "--checkpoint", "fast", "--no-sync"]);
        copy.args(["--dbname", &from, "-D"]);
        done(copy.arg(folder.path().join("data"))).await;
        Self::run(&self.programs, folder).await
    }

    async fn run(programs: &Programs, folder: tempfile::TempDir) -> Self {
        let port = free_port();
        let process = serve(programs, &folder, port);
        let server = Self {
            programs: programs.clone(),
            folder,
            port,
            process,
        };
        server.wait_ready().await;
        server
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Connects to a database, with all rights.
    pub(crate) async fn connect(&self, database: &str) -> PgConnection {
        let options = self.options(database);
        options.connect().await.unwrap()
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        let options = PgConnectOptions::new().host("127.0.0.1").port(self.port);
        options.username("guichet").database(database)
    }

    /// Runs a statement as its owner.
    pub(crate) async fn sql(&self, statement: &str) {
        let mut db = self.connect("postgres").await;
        postgres::run(&mut db, statement).await;
        db.close().await.unwrap();
    }

    /// From now on nothing is acknowledged that this replica has not written as well.
    pub(crate) async fn wait_for_replica(&self, name: &str) {
        self.sql(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{name}'"
        ))
        .await;
        self.sql("SELECT pg_reload_conf()").await;
        let waited = until_within(START, || async {
            let mut db = self.connect("postgres").await;
            let following = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'",
            );
            let following: i64 = following.fetch_one(&mut db).await.unwrap();
            db.close().await.unwrap();
            (following == 1).then_some(())
        });
        assert!(waited.await.is_some(), "no replica is waited for");
    }

    /// Ends it without a word to anybody, as when its machine loses its power.
    pub(crate) async fn crash(&mut self) {
        let id = self.process.id().expect("it runs").to_string();
        // "Immediate shutdown": its processes end where they are, and nothing is written.
        let sent = Command::new("kill").args(["-s", "QUIT", &id]).status();
        assert!(sent.await.unwrap().success());
        self.process.wait().await.unwrap();
    }

    /// Starts it again where it was.
    pub(crate) async fn start_again(&mut self) {
        self.process = serve(&self.programs, &self.folder, self.port);
        self.wait_ready().await;
    }

    /// Makes a primary of a replica.
    pub(crate) async fn promote(&self) {
        self.sql("SELECT pg_promote()").await;
    }

    async fn wait_ready(&self) {
        let ready = until_within(START, || async {
            self.options("postgres").connect().await.ok()
        });
        if ready.await.is_none() {
            let log = std::fs::read_to_string(self.folder.path().join("log"));
            panic!("no server of PostgreSQL's: {}", log.unwrap_or_default());
        }
    }
}

impl Drop for OwnServer {
    /// Killed it would leave behind what of the machine's memory it shared.
    fn drop(&mut self) {
        let Some(id) = self.process.id() else { return };
        let quit = std::process::Command::new("kill")
            .args(["-s", "QUIT", &id.to_string()])
            .status();
        let ends = quit.is_ok_and(|status| status.success());
        for _ in 0..100 {
            if !ends || !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// In memory where there is enough of it: a flush costs nothing there.
fn new_folder(programs: &Programs) -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let mut made = tempfile::Builder::new();
    made.prefix("guichet-own-server-");
    let folder = match memory.is_dir() {
        true => made.tempdir_in(memory),
        false => made.tempdir(),
    };
    let folder = folder.unwrap();
    programs.own(folder.path());
    folder
}

fn serve(programs: &Programs, folder: &tempfile::TempDir, port: u16) -> Child {
    let log = folder.path().join("log");
    let log = std::fs::File::options().create(true).append(true).open(log);
    let mut server = programs.command("postgres");
    server.arg("-D").arg(folder.path().join("data"));
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=150",
        "shared_buffers=32MB",
        "max_wal_size=128MB",
    ];
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.args(["-c", &format!("port={port}")]);
    server.stdout(Stdio::null()).stderr(log.unwrap());
    server.spawn().unwrap()
}

async fn done(command: &mut Command) {
    let said = command.output().await.unwrap();
    let told = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{command:?}: {told}");
}
