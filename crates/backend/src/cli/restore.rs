//! `guichet restore`: a backup in the place of the books, proven before it is used.

use std::path::Path;

use anyhow::{Context as _, bail};
use guichet_store::sqlite::restore;

use super::backup::ELSEWHERE;
use super::terminal::{print, shown};
use crate::books::{books, open_store};
use crate::config::Config;
use crate::database::Database;

/// Puts the backup in place while no backend serves the books, and proves them.
pub(crate) async fn run(config: &Path, from: &Path) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let Database::File(path) = &config.database else {
        bail!("{}: {ELSEWHERE}", config.database);
    };
    let _lock = config.database.lock().with_context(|| books(&config))?;
    let aside = restore(from, path)
        .await
        .with_context(|| format!("the backup {}", from.display()))?;
    // Brings an older backup's tables up to date.
    let store = open_store(&config).await?;
    let proven = async {
        store.check().await?;
        store.audit().await
    };
    let proven = proven.await;
    store.close().await;
    let proven = proven?;
    let mut told = match aside {
        Some(aside) => format!("What was there is kept as {}.\n", aside.display()),
        None => String::new(),
    };
    told += &format!(
        "{} is restored: {} payments, {} entries of the ledger, whole.\n",
        config.database, proven.payments, proven.entries
    );
    told += "What was paid after the backup is not in it. Start the backend, then look for it with \
             guichet payments --attention and in the platforms' back offices.\n";
    print(told)?;
    match proven.difference {
        None => Ok(()),
        Some(difference) => bail!(
            "the restored ledger is not what its events tell: {}; take another backup",
            shown(&difference)
        ),
    }
}
