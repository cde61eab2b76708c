//! `guichet ledger match`: which remittances a bank's statement has.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use guichet_domain::id::Slug;
use guichet_domain::money::Currency;
use guichet_store::{LedgerEntry, Store};

use super::ledger::journal_of;
use super::list::shop;
use super::payments::{ATTENTION, money};
use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::config::Config;
use crate::ledger::cfonb;
use crate::ledger::matching::{Found, Matched, Remittance, matched, remittances};
use crate::ledger::statement::Statement;

/// Entries that are read at a time.
const BATCH: u32 = 1000;

/// What is matched.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Whose; may be left out where one shop is configured.
    #[arg(long)]
    shop: Option<String>,
    /// How many days a remittance may take to come.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(i32).range(3..=90))]
    days: i32,
    /// The bank's statements: camt.053 or CFONB 120.
    #[arg(required = true)]
    statements: Vec<PathBuf>,
}

/// Prints what became of each remittance.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::read(config)?;
    let shop = shop(&config, arguments.shop.as_deref())?;
    let journal = journal_of(&config, &shop)?;
    let mut statement = Statement::default();
    for path in &arguments.statements {
        let read = || {
            let text = text(std::fs::read(path).context("can't be read")?);
            if cfonb::is(&text) {
                cfonb::parse(&text)
            } else {
                Statement::parse(&text)
            }
        };
        statement = statement.and(read().with_context(|| path.display().to_string())?);
    }
    let store = open_to_read(&config).await?;
    let entries = entries(&*store, &shop).await;
    store.close().await;
    let made = remittances(&entries?)?;
    let found = matched(made, &statement, &journal.remittances, arguments.days);
    let open = found
        .remittances
        .iter()
        .any(|(_, found)| needs_a_look(found));
    print(report(&found))?;
    let look = open || !found.unknown.is_empty();
    Ok(ExitCode::from(if look { ATTENTION } else { 0 }))
}

/// The text of a file. What is no UTF-8 is of a bank that writes accents in one byte.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = error.into_bytes().into_iter();
        bytes.map(char::from).collect()
    })
}

async fn entries(store: &dyn Store, shop: &Slug) -> anyhow::Result<Vec<LedgerEntry>> {
    let mut all: Vec<LedgerEntry> = Vec::new();
    loop {
        let after = all.last().map_or(0, |entry| entry.number);
        let some = store.ledger(shop, Currency::EUR, after, BATCH).await?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some);
    }
}

fn needs_a_look(found: &Found) -> bool {
    matches!(found, Found::Ambiguous | Found::Late | Found::Missing)
}

fn report(matched: &Matched) -> String {
    let mut text = String::new();
    for (remittance, found) in &matched.remittances {
        text += &line(remittance, found);
    }
    for unknown in &matched.unknown {
        let (cents, label) = (euros(unknown.cents), shown(&unknown.label));
        text += &format!("unknown    {}  {cents}  {label}\n", unknown.booked);
    }
    if text.is_empty() {
        text += "No remittance falls into the statement's days.\n";
    }
    text
}

fn line(remittance: &Remittance, found: &Found) -> String {
    let Remittance {
        day,
        transit,
        cents,
        entries,
    } = remittance;
    let what = format!("{day}  {transit}  {}, {entries} entries", euros(*cents));
    match found {
        Found::Matched(line) => {
            let came = format!("came {} as {}", line.booked, euros(line.cents));
            match cents - line.cents {
                0 => format!("matched    {what}: {came}\n"),
                kept => format!("matched    {what}: {came}, kept {}\n", euros(kept)),
            }
        }
        Found::Ambiguous => format!("ambiguous  {what}: it fits in more than one way\n"),
        Found::Waiting => format!("waiting    {what}\n"),
        Found::Late => format!("late       {what}\n"),
        Found::Missing => format!("missing    {what}\n"),
    }
}

fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}", money(cents.unsigned_abs(), Currency::EUR))
}
