//! `guichet audit`: whether the ledger is what the events tell.

use std::path::Path;

use anyhow::bail;
use guichet_store::Store as _;

use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::config::Config;

/// Proves the ledger, or fails with the first difference.
pub(crate) async fn audit(config: &Path) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let store = open_to_read(&config).await?;
    let audited = store.audit().await;
    store.close().await;
    let audited = audited?;
    if let Some(difference) = audited.difference {
        bail!(
            "the ledger is not what the events tell: {}. Nothing was changed; keep a copy of the \
             books, and look up this payment at the platform",
            shown(&difference)
        );
    }
    let (entries, payments) = (audited.entries, audited.payments);
    print(format!(
        "The ledger is what the events tell: {entries} entries of {payments} payments, every one \
         balanced, no number missing.\n"
    ))
}
