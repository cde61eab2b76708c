//! The file itself: how it is opened, who may read it, and whether it is still the same one.

use std::fs::{OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::error::StoreError;

/// SQLite below this version can damage a WAL file when it is reset at a bad moment.
const VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

/// How a writing connection is opened.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
}

/// A file that nobody but its owner can read: names, addresses and orders are in it.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Makes the file if it is not there, and takes from others the right to read it. SQLite gives its
/// WAL the rights of the file.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| {
        StoreError::Unsafe(format!("{} can't be opened: {error}", path.display()))
    };
    // A file that is there is not opened: closing it again would give up the locks that SQLite
    // holds on it in this process.
    match private().write(true).create_new(true).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let Ok(metadata) = std::fs::metadata(&name) else {
            continue;
        };
        if metadata.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(&name, Permissions::from_mode(0o600)).map_err(|error| {
                let name = Path::new(&name).display();
                StoreError::Unsafe(format!(
                    "others may read {name}, and that can't be changed: {error}"
                ))
            })?;
            let file = Path::new(&name).display();
            tracing::warn!(%file, "others could read the books; now only their owner can");
        }
    }
    Ok(())
}

/// Which file the path led to when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let metadata = std::fs::metadata(path).map_err(|error| {
            StoreError::Unsafe(format!("{} can't be read: {error}", path.display()))
        })?;
        Ok(Self {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    /// Whether the path still leads there. What is written into a file that was moved away or
    /// deleted is lost with it.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let path = self.path.display();
        match std::fs::metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == (self.device, self.inode) => Ok(()),
            Ok(_) => Err(StoreError::Replaced(format!(
                "{path} is another file than the one that was opened"
            ))),
            Err(error) => Err(StoreError::Replaced(format!("{path} is gone: {error}"))),
        }
    }
}

/// Refuses a database that would not keep what it acknowledges.
pub(super) async fn refuse_unsafe(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let refuse = |what: String| Err(StoreError::Unsafe(what));
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *db)
        .await?;
    if mode != "wal" {
        return refuse(format!(
            "its journal mode is {mode}, not wal; is the file on a local disk?"
        ));
    }
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut *db)
        .await?;
    if synchronous != 2 {
        return refuse(format!("synchronous is {synchronous}, not 2 (FULL)"));
    }
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *db)
        .await?;
    let mut numbers = version.split('.').map(|n| u32::from_str(n).unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < VERSION_MIN {
        return refuse(format!("SQLite is {version}; at least 3.51.3 is needed"));
    }
    Ok(())
}

/// Refuses books that are not as the last migration makes them.
pub(super) async fn refuse_other_version(
    db: &mut SqliteConnection,
    last: Option<i64>,
) -> Result<(), StoreError> {
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(db)
        .await
        .map_err(|_| StoreError::Absent("the file holds no books of ours".into()))?;
    if version != last {
        let what = "another version of this program keeps them; use that one, or start the \
                    backend with this one first";
        return Err(StoreError::Absent(what.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;

    use super::*;

    #[tokio::test]
    async fn a_database_that_would_not_keep_what_it_acknowledges_is_refused() {
        for (journal, synchronous, taken) in [
            (SqliteJournalMode::Wal, SqliteSynchronous::Full, true),
            (SqliteJournalMode::Wal, SqliteSynchronous::Normal, false),
            (SqliteJournalMode::Wal, SqliteSynchronous::Off, false),
            (SqliteJournalMode::Delete, SqliteSynchronous::Full, false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let options = options(&folder.path().join("books.db"));
            let options = options.journal_mode(journal).synchronous(synchronous);
            let refused = refuse_unsafe(&mut options.connect().await.unwrap()).await;
            assert_eq!(
                refused.is_ok(),
                taken,
                "{journal:?} {synchronous:?}: {refused:?}"
            );
        }
    }
}
