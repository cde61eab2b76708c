//! `guichet inventory`: every script that a page with the widget loads, for the inventory that
//! PCI DSS 6.4.3 asks a shop for: what it is, what it is for, and how its integrity is assured.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use guichet_domain::method::MethodDescription;
use serde::Deserialize;

use super::terminal::print;
use crate::accounts::Accounts;
use crate::config::Config;

/// The list that the widget's build writes beside its files.
#[derive(Deserialize)]
struct Manifest {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    kind: String,
    name: String,
    /// As a script tag has it: `sha384-…`.
    integrity: String,
}

/// Why a file is on the page, by its kind; none for what is no script.
fn purpose(kind: &str) -> Option<(&'static str, &'static str)> {
    const CHAIN: &str = "checked by guichet.js against a digest in it, where the page's script tag \
        has the integrity above";
    Some(match kind {
        "element" => (
            "Defines <guichet-checkout>, shows the ways to pay, loads the others.",
            "the script tag's integrity attribute",
        ),
        "glue" => (
            "Takes over from the first list: starts the module, and lets it reach the page.",
            CHAIN,
        ),
        "wasm" => (
            "Does what the shopper chooses and presses: WebAssembly, run by the one above.",
            CHAIN,
        ),
        "card" => (
            "Puts the platform's fields for a card on the page; only where one is paid with.",
            CHAIN,
        ),
        "refusals" => (
            "Says to the shopper why nothing can be paid; only where that is so.",
            CHAIN,
        ),
        _ => return None,
    })
}

/// Prints the inventory of that configuration, as Markdown.
pub(crate) fn run(path: &Path) -> anyhow::Result<()> {
    let (config, accounts) = Config::read(path)?;
    let file = config.assets.join("manifest.json");
    let list = std::fs::read(&file).with_context(|| file.display().to_string())?;
    let manifest: Manifest = serde_json::from_slice(&list)
        .with_context(|| format!("{}: build the widget again", file.display()))?;
    print(inventory(&config, &accounts, &manifest))
}

fn inventory(config: &Config, accounts: &Accounts, manifest: &Manifest) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut told = format!(
        "# Scripts of the checkout (PCI DSS 6.4.3)\n\nGuichet {version} at {}. These scripts come \
         from Guichet to a page that has <guichet-checkout>; the page's\nown, and those of other \
         services on it, are for the shop to add. Who authorised each, and when, too.\n\n\
         | script | purpose | integrity | digest | authorised by, on |\n\
         | --- | --- | --- | --- | --- |\n",
        config.public_url
    );
    for file in &manifest.files {
        let Some((purpose, integrity)) = purpose(&file.kind) else {
            continue;
        };
        let File {
            name,
            integrity: digest,
            ..
        } = file;
        let _ = writeln!(
            told,
            "| {}/{name} | {purpose} | {integrity} | `{digest}` | |",
            config.public_url
        );
    }
    for account in accounts.iter() {
        let methods = account.methods();
        let embedded = methods.iter().filter(|method| method.embedded);
        let offered = |method: &MethodDescription| {
            let mut entries = config.shops.iter().flat_map(|shop| &shop.methods);
            entries.any(|entry| {
                entry.account == *account.account() && entry.methods.contains(&method.method)
            })
        };
        if embedded.filter(|method| offered(method)).count() > 0 {
            let _ = writeln!(
                told,
                "| the platform's own, of account {} ({}) | Frames the platform's fields for a \
                 card: \
                 number, date and code never reach the page. | loaded only from the account's \
                 `sdk_hosts`, with the integrity that the platform tells for each payment, where \
                 it tells one | told at each payment | |",
                account.account(),
                account.name()
            );
        }
    }
    told
}
