//! `guichet erase`: what is known of one shopper, on their request.

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;

use super::list::shop;
use super::payments::ATTENTION;
use super::terminal::print;
use crate::books::open_beside;
use crate::clock;
use crate::config::Config;

/// Whose data is erased.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shop's own name of the shopper, or their e-mail address.
    #[arg(long)]
    shopper: String,
    /// At this shop alone; at every one if absent.
    #[arg(long)]
    shop: Option<String>,
}

/// Erases it where no money may move any more, and tells what is left. The status is 3 if anything
/// is.
pub(crate) async fn run(config: &Path, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::read(config)?;
    let whose = arguments.shopper.trim();
    ensure!(
        !whose.is_empty(),
        "--shopper: write the shop's own name of the shopper, or their e-mail address"
    );
    let own = arguments.shop.as_deref();
    let own = own.map(|name| shop(&config, Some(name))).transpose()?;
    let store = open_beside(&config).await?;
    let erased =
        guichet_store::Erasing::erase_shopper(&*store, own.as_ref(), whose, clock::unix_now());
    let erased = erased.await;
    store.close().await;
    let erased = erased?;
    let mut text = format!(
        "Erased of {} sessions and {} saved cards. What moved stays in the ledger. Saved cards \
         themselves are at the platform: have them deleted there. Backups keep what they hold \
         until you delete them.\n",
        erased.sessions, erased.cards
    );
    for session in &erased.left {
        text += &format!("Left, since money may still move: {session}. Ask again later.\n");
    }
    print(text)?;
    Ok(if erased.left.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ATTENTION)
    })
}
