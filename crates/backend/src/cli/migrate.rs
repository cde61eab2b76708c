//! `guichet migrate`: the tables of the books, made or brought up to date.

use std::path::Path;

use anyhow::Context as _;
use guichet_store::postgres::migrate;

use super::terminal::print;
use crate::books::{books, open_store};
use crate::config::Config;
use crate::database::Database;

/// Brings the tables up to date. Those in a file are by every start as well.
pub(crate) async fn run(config: &Path) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    match &config.database {
        Database::File(_) => {
            let _lock = config.database.lock().with_context(|| books(&config))?;
            open_store(&config).await?.close().await;
        }
        Database::Server(address) => migrate(address).await.with_context(|| books(&config))?,
    }
    print(format!("{}: the tables are up to date\n", config.database))
}
