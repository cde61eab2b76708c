//! `guichet audit`: whether the ledger is what the events tell. `guichet ledger export`: the
//! journal for the accountant.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use guichet_domain::id::Slug;
use guichet_domain::money::Currency;
use guichet_store::Store;
use jiff::civil::Date;

use super::list::shop;
use super::payments::money;
use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::config::Config;
use crate::ledger::chart::Journal;
use crate::ledger::export::{Export, opening_of};
use crate::ledger::fec::Separator;

/// What is exported.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Whose; may be left out where one shop is configured.
    #[arg(long)]
    shop: Option<String>,
    /// The last day of the year, such as 2026-12-31. The file is called by it.
    #[arg(long)]
    closing: Date,
    /// The first day of the year; twelve months before its end if absent.
    #[arg(long)]
    opening: Option<Date>,
    /// The folder that the files are put into.
    #[arg(long)]
    to: PathBuf,
    /// What divides the columns.
    #[arg(long, value_enum, default_value_t)]
    separator: Separator,
}

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

/// How a shop's journal is written.
pub(super) fn journal_of<'a>(config: &'a Config, shop: &Slug) -> anyhow::Result<&'a Journal> {
    let journal = config.shop(shop).and_then(|shop| shop.ledger.as_ref());
    journal.with_context(|| {
        format!(
            "shop {shop}: ledger: is not configured: write ledger = {{ siren = \"…\" }} into the \
             shop's table"
        )
    })
}

/// Writes the journal and its description.
pub(crate) async fn export(config: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let shop = shop(&config, arguments.shop.as_deref())?;
    let journal = journal_of(&config, &shop)?;
    let opening = match arguments.opening {
        Some(opening) => opening,
        None => opening_of(arguments.closing)?,
    };
    let export = Export {
        shop: shop.clone(),
        journal: journal.clone(),
        closing: arguments.closing,
        opening,
        separator: arguments.separator,
    };
    let store = open_to_read(&config).await?;
    let exported = export.write(&*store, &arguments.to).await;
    let others = in_other_currencies(&*store, &shop).await;
    store.close().await;
    let exported = exported?;
    let cents = exported.totals.cents.unsigned_abs();
    let mut told = format!(
        "{}: {} entries, {}, proven\n{}: its description\n",
        exported.file.display(),
        exported.totals.entries,
        money(cents, Currency::EUR),
        exported.description.display(),
    );
    for currency in others? {
        told += &format!(
            "Entries in {} are in no such file: it is in euros. Book them by hand.\n",
            currency.code()
        );
    }
    print(told)
}

/// The currencies beside the euro in which a shop has entries.
async fn in_other_currencies(store: &dyn Store, shop: &Slug) -> anyhow::Result<Vec<Currency>> {
    let mut others = Vec::new();
    for currency in Currency::all().filter(|currency| *currency != Currency::EUR) {
        if !store.ledger(shop, currency, 0, 1).await?.is_empty() {
            others.push(currency);
        }
    }
    Ok(others)
}
