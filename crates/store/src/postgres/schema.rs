//! The tables: what makes them, and what a server must be like to hold them.

use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions as _, Row as _};

use super::address::Address;
use super::faults::explained;
use crate::error::StoreError;

/// The tables, migration by migration. The first one makes all that SQLite's migrations up to its
/// number make; from the next on each has its pair there.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// The first of PostgreSQL's majors that is known to do: the oldest that is run here.
const VERSION_MIN: i32 = 15;

/// How long a server may take to answer at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What is known of a server, for whoever looks after it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    /// Its version.
    pub version: String,
    /// What would lose what was acknowledged, or keep us from writing: it must be mended.
    pub bad: Vec<String>,
    /// What should be known.
    pub look: Vec<String>,
}

/// Looks at a server and the books there.
///
/// # Errors
///
/// [`StoreError::NoServer`] if there is none, or it does not let us in.
pub async fn look(address: &Address) -> Result<Server, StoreError> {
    let mut db = connect(address).await?;
    let mut server = server(&mut db).await?;
    if let Err(error) = refuse_other_version(&mut db).await {
        server.bad.push(error.to_string());
    }
    Ok(server)
}

/// Brings the tables up to date, or makes them. Others who do so meanwhile are waited for.
///
/// # Errors
///
/// [`StoreError::NoServer`] if there is none; [`StoreError::Unsafe`] if it would not keep what it
/// acknowledges; [`StoreError::Absent`] if a newer version keeps these books.
pub async fn migrate(address: &Address) -> Result<(), StoreError> {
    let mut db = connect(address).await?;
    refuse_unsafe(&mut db).await?;
    MIGRATIONS.run(&mut db).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => newer(),
        error => StoreError::Unavailable(error.into()),
    })
}

pub(super) async fn connect(address: &Address) -> Result<PgConnection, StoreError> {
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, address.options.connect()).await;
    let late = || Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    connected
        .unwrap_or_else(|_| late())
        .map_err(|error| explained(error, address))
}

async fn server(db: &mut PgConnection) -> Result<Server, StoreError> {
    let row = sqlx::query(
        "SELECT current_setting('server_version') AS version,
            current_setting('server_version_num')::INTEGER / 10000 AS major,
            pg_is_in_recovery() AS replica,
            current_setting('server_encoding') AS encoding,
            current_setting('fsync') AS fsync,
            current_setting('full_page_writes') AS pages,
            current_setting('synchronous_commit') AS commits,
            current_setting('synchronous_standby_names') AS standbys,
            (SELECT count(*) FROM pg_stat_replication) AS replicas",
    )
    .fetch_one(db)
    .await?;
    let text = |column: &str| row.try_get::<String, _>(column);
    let (major, replica): (i32, bool) = (row.try_get("major")?, row.try_get("replica")?);
    let replicas: i64 = row.try_get("replicas")?;
    let mut server = Server {
        version: text("version")?,
        bad: Vec::new(),
        look: Vec::new(),
    };
    if major < VERSION_MIN {
        let version = &server.version;
        let old = format!("PostgreSQL is {version}; at least {VERSION_MIN} is needed");
        server.bad.push(old);
    }
    if replica {
        let what = "it is a replica, which can't be written: database_url must lead to the primary";
        server.bad.push(what.into());
    }
    if text("encoding")? != "UTF8" {
        let what = "the database is not in UTF-8: make it with createdb --encoding UTF8";
        server.bad.push(what.into());
    }
    for (setting, is) in [
        ("fsync", text("fsync")?),
        ("full_page_writes", text("pages")?),
    ] {
        if is == "off" {
            let what = format!("{setting} is off: a crash may lose the books; turn it on");
            server.bad.push(what);
        }
    }
    if replicas > 0 && text("standbys")?.is_empty() {
        let what = "its replicas follow asynchronously: when one takes its place, what was \
                    acknowledged last may be lost; set synchronous_standby_names to keep it";
        server.look.push(what.into());
    }
    if replicas > 0 && text("commits")? == "local" {
        let what = "synchronous_commit is local: no replica is waited for, and what was \
                    acknowledged last may be lost with the primary";
        server.look.push(what.into());
    }
    Ok(server)
}

/// Refuses a server that would not keep what it acknowledges, or can't be written.
pub(super) async fn refuse_unsafe(db: &mut PgConnection) -> Result<(), StoreError> {
    match server(db).await?.bad.first() {
        Some(what) => Err(StoreError::Unsafe(what.clone())),
        None => Ok(()),
    }
}

/// Refuses books that are not as the last migration makes them.
pub(super) async fn refuse_other_version(db: &mut PgConnection) -> Result<(), StoreError> {
    let absent = |what: &str| StoreError::Absent(what.into());
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *db)
        .await?;
    if !there {
        return Err(absent(
            "the database holds none of ours: run guichet migrate",
        ));
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(db)
        .await?;
    let last = MIGRATIONS.iter().map(|migration| migration.version).max();
    if version < last {
        return Err(absent(
            "they are an older version's: stop every backend, then run guichet migrate",
        ));
    }
    if version > last {
        return Err(newer());
    }
    Ok(())
}

fn newer() -> StoreError {
    StoreError::Absent("a newer version of this program keeps them: use that one".into())
}

/// A connection by which the whole books are written.
pub(crate) async fn connect_to_copy(address: &Address) -> Result<PgConnection, StoreError> {
    let mut db = connect(address).await?;
    refuse_unsafe(&mut db).await?;
    refuse_other_version(&mut db).await?;
    Ok(db)
}

/// From now on a backend serves these books, if all of them are there.
pub(super) async fn begin_serving(db: &mut PgConnection) -> Result<(), StoreError> {
    let copy: Option<String> = sqlx::query_scalar("DELETE FROM copies RETURNING state")
        .fetch_optional(db)
        .await?;
    match copy.as_deref() {
        None | Some("proven") => Ok(()),
        Some(_) => Err(StoreError::Absent(
            "a copy of them was begun and is not whole: run guichet store copy again".into(),
        )),
    }
}
