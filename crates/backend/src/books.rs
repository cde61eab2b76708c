//! The books of this configuration, opened.

use anyhow::Context as _;
use guichet_store::sqlite::SqliteStore;

use crate::config::Config;

/// Opens the books.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(&config.database)
        .await
        .with_context(|| books(config))
}

/// Opens the books of a backend that has run, to read them alone.
pub(crate) async fn open_to_read(config: &Config) -> anyhow::Result<SqliteStore> {
    SqliteStore::open_to_read(&config.database)
        .await
        .with_context(|| books(config))
}

/// Opens the books of a backend that has run, to write a little beside it.
pub(crate) async fn open_beside(config: &Config) -> anyhow::Result<SqliteStore> {
    SqliteStore::open_beside(&config.database)
        .await
        .with_context(|| books(config))
}

/// What the books are called in an error.
pub(crate) fn books(config: &Config) -> String {
    format!("the books at {}", config.database.display())
}
