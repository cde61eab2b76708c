//! Why the books could not be read or written.

use sqlx::postgres::PgDatabaseError;

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached, is locked, or refused. Trying again later makes sense.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// There is no server to keep the books, or it does not let us in.
    #[error("{server}: {why} ({cause})")]
    NoServer {
        /// The server and the database.
        server: String,
        /// What it comes down to, and what to do.
        why: &'static str,
        /// What the server, or the system, told.
        cause: String,
    },
    /// Nothing of it was written: the transaction that it was part of could not be committed.
    /// Trying again later makes sense.
    #[error("the books could not be written: {0}")]
    NotWritten(String),
    /// The file that was opened is no longer there. What is written into it is lost with it.
    #[error("the database was replaced while it was in use: {0}; put it back, or start again")]
    Replaced(String),
    /// There are no books to read, or they are another version's.
    #[error("there are no books to read: {0}")]
    Absent(String),
    /// The file is not whole.
    #[error("the database is damaged: {0}; restore the last backup, and keep this file")]
    Damaged(String),
    /// Another process serves these books.
    #[error(
        "{} serves these books already (it holds {lock}): stop it first, since two processes would \
         take money twice",
        holder.map_or_else(|| "another process".into(), |pid| format!("process {pid}"))
    )]
    InUse {
        /// The lock's file.
        lock: String,
        /// The process that holds it, as far as it told.
        holder: Option<u32>,
    },
    /// What is stored can't be read: another version's data, or damage.
    #[error("stored data can't be read: {0}")]
    Corrupt(String),
    /// The database is not set up to keep what it acknowledges.
    #[error("the database is refused: {0}")]
    Unsafe(String),
}

/// SQLite's codes for a file that is not whole, and for one that is no database. Extended codes
/// have them in their lowest byte. <https://sqlite.org/rescode.html>
const DAMAGED: [i32; 2] = [11, 26];

/// PostgreSQL's for a page and an index that are not whole.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const DAMAGED_ON_SERVER: [&str; 2] = ["XX001", "XX002"];

/// Whether the database has met damage. Some of a server's codes are numbers as well, of another
/// meaning.
fn is_damage(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else {
        return false;
    };
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        return DAMAGED_ON_SERVER.contains(&error.code());
    }
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| DAMAGED.contains(&(code & 0xff)))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_damage(&error) {
            Self::Damaged(error.to_string())
        } else {
            Self::Unavailable(error)
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
