//! Where the books are: a file, or a server.

use std::fmt;
use std::path::PathBuf;

use guichet_store::StoreError;
use guichet_store::postgres::Address;
use guichet_store::sqlite::FileLock;

/// Where the books are.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// In a file of SQLite's, which one backend serves.
    File(PathBuf),
    /// On a server of PostgreSQL's, which several may share.
    Server(Box<Address>),
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(address) => write!(f, "{address}"),
        }
    }
}

impl Database {
    /// The lock of books that one backend serves.
    pub(crate) fn lock(&self) -> Result<Option<FileLock>, StoreError> {
        match self {
            Self::File(path) => FileLock::take(path).map(Some),
            Self::Server(_) => Ok(None),
        }
    }
}
