//! `guichet notifications`: what came from a platform, or as if from one, and could not be taken.

use std::path::Path;

use anyhow::Context as _;
use guichet_store::KeptMessage;

use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::config::Config;

/// More are never kept of ten accounts.
const LIMIT: u32 = 20_000;

/// Prints the list, or the bytes of one, exactly as they are kept: for `guichet inspect`.
pub(crate) async fn run(config: &Path, number: Option<i64>) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let store = open_to_read(&config).await?;
    let printed = match number {
        None => store
            .messages(LIMIT)
            .await
            .map(|kept| list(&kept).into_bytes())?,
        Some(number) => store.message(number).await?.with_context(|| {
            format!("no notification {number} is kept; guichet notifications lists them")
        })?,
    };
    store.close().await;
    print(&printed)
}

fn list(kept: &[KeptMessage]) -> String {
    if kept.is_empty() {
        return "No notification was refused.\n".into();
    }
    let mut text = String::new();
    for message in kept {
        text += &entry(message);
    }
    text + "guichet notifications NUMBER | guichet inspect up2pay-notification\n"
}

/// A genuine message that can't be read, or one that nobody is known to have signed.
pub(crate) fn entry(message: &KeptMessage) -> String {
    let word = if message.genuine {
        "unreadable"
    } else {
        "refused"
    };
    let what = if message.genuine {
        "the platform signed it, and it can't be read: money may have moved"
    } else {
        "forged, or spoilt on its way"
    };
    format!(
        "{}  {word}  number {}  account {}  {} times, first {}\n    {}\n    {what}\n",
        time(message.last_at),
        message.seq,
        message.account,
        message.times,
        time(message.first_at),
        shown(&message.why),
    )
}

/// A Unix second as text.
pub(crate) fn time(unix: i64) -> String {
    jiff::Timestamp::from_second(unix)
        .map(|time| time.to_string())
        .unwrap_or_default()
}
