//! `guichet restore`: a backup in the place of the books, proven before it is used.

use std::path::Path;

use anyhow::{Context as _, bail};
use guichet_store::Store as _;
use guichet_store::sqlite::{FileLock, restore};

use super::terminal::{print, shown};
use crate::books::{books, open_store};
use crate::config::Config;

/// Puts the backup in place while no backend serves the books, and proves them.
pub(crate) async fn run(config: &Path, from: &Path) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let _lock = FileLock::take(&config.database).with_context(|| books(&config))?;
    let aside = restore(from, &config.database)
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
        config.database.display(),
        proven.payments,
        proven.entries
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
