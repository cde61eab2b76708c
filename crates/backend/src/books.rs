//! The books of this configuration, opened.

use std::sync::Arc;

use anyhow::Context as _;
use guichet_store::postgres::PostgresStore;
use guichet_store::sqlite::SqliteStore;
use guichet_store::{Store, StoreError};

use crate::config::Config;
use crate::database::Database;

/// Opens the books, to serve them. Those in a file are made, and brought up to date.
pub(crate) async fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let opened = async {
        Ok::<Arc<dyn Store>, StoreError>(match &config.database {
            Database::File(path) => Arc::new(SqliteStore::open(path).await?),
            Database::Server(address) => Arc::new(PostgresStore::open(address).await?),
        })
    };
    opened.await.with_context(|| books(config))
}

/// Opens the books of a backend that has run, to read them alone.
pub(crate) async fn open_to_read(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    match &config.database {
        Database::File(path) => match SqliteStore::open_to_read(path).await {
            Ok(store) => Ok(Arc::new(store)),
            Err(error) => Err(error).with_context(|| books(config)),
        },
        Database::Server(_) => open_store(config).await,
    }
}

/// Opens the books of a backend that has run, to write a little beside it.
pub(crate) async fn open_beside(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    match &config.database {
        Database::File(path) => match SqliteStore::open_beside(path).await {
            Ok(store) => Ok(Arc::new(store)),
            Err(error) => Err(error).with_context(|| books(config)),
        },
        Database::Server(_) => open_store(config).await,
    }
}

/// What the books are called in an error.
pub(crate) fn books(config: &Config) -> String {
    format!("the books at {}", config.database)
}
