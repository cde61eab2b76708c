//! `guichet payments list`: a shop's payments, as `GET /v1/payments` and `GET /v1/payments.csv`
//! find them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use guichet_domain::id::Slug;
use guichet_store::{FoundPayment, Store};

use super::payments::{head, money};
use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::clock;
use crate::config::Config;
use crate::search::csv::{Spreadsheet, word};
use crate::search::page::{self, SearchError};
use crate::search::{LIMIT_MAX, List, Wish};
use crate::sessions::folded::Folded;
use crate::views::shop::listed;

/// What is searched.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Whose; may be left out where one shop is configured.
    #[arg(long)]
    shop: Option<String>,
    /// The order's reference, whole.
    #[arg(long)]
    reference: Option<String>,
    /// Our reference at the platform, whole: PBX_CMD at Up2pay.
    #[arg(long)]
    platform_reference: Option<String>,
    /// The platform's number of a call: NUMAPPEL at Up2pay.
    #[arg(long)]
    call: Option<String>,
    /// The platform's number of a transaction: NUMTRANS at Up2pay.
    #[arg(long)]
    transaction: Option<String>,
    /// The method chosen, such as card.
    #[arg(long)]
    method: Option<String>,
    /// Where the money stands: pending, expired, refused, incomplete, authorised, paid.
    #[arg(long)]
    money: Option<String>,
    /// Only what a person should look at.
    #[arg(long)]
    attention: bool,
    /// Made then or later: a Unix second, or a day such as 2026-11-27, which begins in Paris.
    #[arg(long)]
    from: Option<String>,
    /// Made before then.
    #[arg(long)]
    before: Option<String>,
    /// Most payments that are listed; a spreadsheet has all.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// As a spreadsheet, in minor units.
    #[arg(long, conflicts_with = "limit")]
    csv: bool,
}

impl Arguments {
    fn wish(&self, shop: &Slug) -> anyhow::Result<Wish> {
        let texts = [
            ("reference", &self.reference),
            ("platform_reference", &self.platform_reference),
            ("call", &self.call),
            ("transaction", &self.transaction),
            ("method", &self.method),
            ("money", &self.money),
            ("from", &self.from),
            ("before", &self.before),
        ];
        let given = texts.into_iter().filter_map(|(name, text)| {
            let text = text.as_ref()?;
            Some((name.to_owned(), text.clone()))
        });
        let attention = self.attention.then(|| ("attention".into(), "true".into()));
        let wish = Wish::parse(List::Payments, shop, given.chain(attention));
        wish.map_err(|faults| {
            let told = faults.iter().map(|fault| {
                let option = fault.field.replace('_', "-");
                format!("--{option} {}", fault.detail)
            });
            anyhow!("{}", told.collect::<Vec<_>>().join("\n"))
        })
    }
}

/// Prints what is found.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let wish = arguments.wish(&shop(&config, arguments.shop.as_deref())?)?;
    let store = open_to_read(&config).await?;
    let printed = if arguments.csv {
        let mut sheet = Spreadsheet::new(Arc::clone(&store), wish.search);
        async {
            while let Some(lines) = sheet.next().await? {
                print(lines)?;
            }
            Ok(())
        }
        .await
    } else {
        list(&*store, wish, arguments.limit).await
    };
    store.close().await;
    printed
}

/// The shop that is meant.
pub(super) fn shop(config: &Config, named: Option<&str>) -> anyhow::Result<Slug> {
    let shops: Vec<_> = config.shops.iter().map(|shop| shop.id.as_str()).collect();
    let known = shops.join(", ");
    let named = match (named, shops.as_slice()) {
        (Some(named), _) => named,
        (None, [only]) => only,
        (None, _) => bail!("--shop must be given; the configuration has these: {known}"),
    };
    let found = config.shops.iter().find(|shop| shop.id.as_str() == named);
    let found = found.with_context(|| {
        let named = shown(named);
        format!("--shop {named} is not configured; the configuration has these: {known}")
    })?;
    Ok(found.id.clone())
}

async fn list(store: &dyn Store, mut wish: Wish, limit: u32) -> anyhow::Result<()> {
    let mut left = limit;
    let mut nothing = true;
    let more = loop {
        wish.limit = left.min(LIMIT_MAX);
        let page = page::payments(store, &wish).await;
        let page = page.map_err(|error| match error {
            SearchError::Field(error) => error.into(),
            SearchError::Books(error) => anyhow::Error::from(error),
        })?;
        nothing &= page.found.is_empty();
        print(page.found.iter().map(entry).collect::<String>())?;
        left = left.saturating_sub(wish.limit);
        if page.next.is_none() || left == 0 {
            break page.next.is_some();
        }
        wish.cursor = page.next;
    };
    if nothing {
        print("No payment fits.\n")?;
    }
    if more {
        print(format!(
            "and there are older ones: see beyond {limit} with --limit\n"
        ))?;
    }
    Ok(())
}

fn entry(found: &FoundPayment) -> String {
    let (book, session) = (&found.book, &found.book.session);
    let folded = Folded::new(book, clock::unix_now());
    let (Some(entry), Some(listed)) = (book.entry(&found.id), listed(&folded, &found.id)) else {
        return String::new();
    };
    let payment = listed.payment;
    let mut text = head(&entry.payment, session);
    let money = |minor| money(minor, session.currency);
    text += &format!(
        "    {}, accepted {}, taken {}, given back {}\n",
        word(&payment.money),
        money(payment.accepted),
        money(payment.balance.taken),
        money(payment.balance.given_back),
    );
    for part in &payment.parts {
        text += &format!(
            "    {} {} {}, call {}, transaction {}{}\n",
            word(&part.status),
            shown(&part.brand),
            money(part.amount),
            shown(&part.call),
            shown(&part.transaction),
            if part.counts { "" } else { ", does not count" },
        );
    }
    for attention in &payment.attention {
        text += &format!("    {}: {}\n", word(attention), attention.describe());
    }
    text
}
