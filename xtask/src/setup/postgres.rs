//! A server of PostgreSQL's for the tests, in a folder and at a port of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::system;
use crate::child::Child;
use crate::ctx::Ctx;
use crate::proc::{self, Stages};

/// The variable by which the tests know the server; see `tests/support/postgres.rs`.
pub(crate) const VARIABLE: &str = "GUICHET_POSTGRES";

/// The variable by which they know the folder with its programs, to start servers of their own.
pub(crate) const PROGRAMS: &str = "GUICHET_POSTGRES_PROGRAMS";

/// Where Debian keeps the programs, by major.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Memory that looks like a disk, and how much of it there must be, in KiB. A flush costs nothing
/// there, so that all settings can be those that are demanded.
const MEMORY: &str = "/dev/shm";
const MEMORY_MIN: u64 = 2 * 1024 * 1024;

/// How long the server may take to start.
const START: Duration = Duration::from_secs(60);

/// The server, for as long as this lives.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
}

impl Server {
    /// What [`PROGRAMS`] says.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }

    /// What [`VARIABLE`] says.
    pub(crate) fn address(&self) -> String {
        format!("postgres://guichet@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.stop();
        // What is left there is in nobody's way.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where a server keeps what it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// In memory, where there is enough of it: for tests.
    InMemory,
    /// On the disk, with what a flush costs: for figures.
    OnDisk,
}

/// What is installed where it is needed: the server, the pool that may stand in front of it, and
/// the proxy that is shipped in front of several backends.
const PACKAGES: [&str; 3] = ["postgresql", "pgbouncer", "haproxy"];

/// Brings PostgreSQL and starts a server. None where it is not there and need not be.
pub(crate) fn start(
    ctx: &Ctx,
    stages: &mut Stages,
    keeps: Keeps,
    needed: bool,
) -> Result<Option<Server>> {
    if needed && system::has_apt() {
        stages.run("PostgreSQL, PgBouncer and HAProxy", || {
            system::apt(&PACKAGES)
        })?;
    }
    let Some(programs) = programs() else {
        if needed {
            bail!("PostgreSQL is needed: initdb and postgres are not on PATH, nor in {DEBIAN}");
        }
        return Ok(None);
    };
    stages
        .run("start PostgreSQL", || {
            run(&folder(ctx, keeps), ctx, &programs)
        })
        .map(Some)
}

/// The folder with the programs.
fn programs() -> Option<PathBuf> {
    // What is on the path may be a link, beside which the others are not.
    let initdb = system::find(&["initdb"]).and_then(|initdb| initdb.canonicalize().ok());
    if let Some(bin) = initdb.as_deref().and_then(Path::parent) {
        return Some(bin.to_owned());
    }
    let majors = std::fs::read_dir(DEBIAN).ok()?;
    let majors = majors.filter_map(|major| Some(major.ok()?.path().join("bin")));
    let mut majors: Vec<_> = majors.filter(|bin| bin.join("initdb").is_file()).collect();
    majors.sort();
    majors.pop()
}

fn run(folder: &Path, ctx: &Ctx, programs: &Path) -> Result<Server> {
    std::fs::create_dir_all(folder)?;
    let user = another_user()?;
    if let Some(user) = user {
        std::os::unix::fs::chown(folder, Some(user), None)
            .with_context(|| format!("{} can't be given away", folder.display()))?;
    }
    let program_at = |path: PathBuf| {
        let mut command = Command::new(path);
        command.current_dir(folder);
        if let Some(user) = user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        command
    };
    let program = |name: &str| program_at(programs.join(name));
    let data = folder.join("data");
    make(program("initdb"), &data)?;
    // One that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    // It ends with us, also where we are killed.
    let mut server = match system::find(&["setpriv"]) {
        Some(setpriv) => {
            let mut command = program_at(setpriv);
            command
                .args(["--pdeathsig", "INT", "--"])
                .arg(programs.join("postgres"));
            command
        }
        None => program_at(programs.join("postgres")),
    };
    server.arg("-D").arg(&data);
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=400",
        "shared_buffers=64MB",
        "max_wal_size=256MB",
    ];
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.args(["-c", &format!("port={port}")]);
    let log = ctx.target.join("postgres.log");
    let mut process = Child::start("server of PostgreSQL", server, log)?;
    let begun = Instant::now();
    loop {
        let mut ready = program("pg_isready");
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if proc::succeeds(&mut ready) {
            break;
        }
        if let Some(death) = process.death() {
            bail!(death);
        }
        if begun.elapsed() > START {
            process.stop();
            bail!("the server of PostgreSQL did not start");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(Server {
        process,
        folder: folder.to_owned(),
        port,
        programs: programs.to_owned(),
    })
}

/// Makes the files of a new server.
fn make(mut initdb: Command, data: &Path) -> Result<()> {
    initdb
        .arg("-D")
        .arg(data)
        .args(["-U", "guichet", "-A", "trust", "--no-sync"]);
    initdb.args(["--encoding", "UTF8", "--locale", "C.UTF-8"]);
    proc::read(&mut initdb)?;
    // The owner comes as he likes; whoever else a test makes needs a password.
    let rules = "host all guichet 127.0.0.1/32 trust\n\
                 host replication guichet 127.0.0.1/32 trust\n\
                 host all all 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(data.join("pg_hba.conf"), rules)?;
    Ok(())
}

/// What the folders' names begin with; what follows is the process whose it is.
const FOLDER: &str = "guichet-postgres-";

/// Removes the folders of processes that are no more.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER));
        let owner = owner.and_then(|owner| owner.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new(&format!("/proc/{owner}")).exists()) {
            // What can't be removed is in nobody's way.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A new folder.
fn folder(ctx: &Ctx, keeps: Keeps) -> PathBuf {
    sweep(Path::new(MEMORY));
    sweep(&ctx.target);
    let name = format!("{FOLDER}{}", std::process::id());
    let free = proc::read(Command::new("df").args(["-Pk", MEMORY])).ok();
    let free = free.and_then(|told| {
        let line = told.lines().nth(1)?;
        line.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    if keeps == Keeps::InMemory && free.is_some_and(|free| free >= MEMORY_MIN) {
        return Path::new(MEMORY).join(name);
    }
    ctx.target.join(name)
}

/// The user that the server runs as, where it must not run as the one who starts it.
fn another_user() -> Result<Option<u32>> {
    if !system::is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let Ok(number) = proc::read(Command::new("id").args(["-u", name])) {
            return Ok(Some(number.trim().parse()?));
        }
    }
    bail!("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}
