//! `guichet payments --attention`: what a person should look at.

use std::io::Write as _;
use std::path::Path;

use guichet_store::{Attended, KeptMessage, Store as _, UnmatchedEvent};

use crate::config::Config;
use crate::inspect::shown;
use crate::notifications::{self, time};
use crate::serve::open_store;

const LIMIT: u32 = 500;

/// Prints the operator's list.
pub(crate) async fn attention(config: &Path) -> anyhow::Result<()> {
    let config = Config::read(config)?;
    let store = open_store(&config).await?;
    let attended = store.attention(LIMIT).await?;
    let unmatched = store.unmatched(LIMIT).await?;
    let mut unreadable = store.messages(LIMIT).await?;
    unreadable.retain(|message| message.genuine);
    store.close().await;
    std::io::stdout().write_all(list(&attended, &unmatched, &unreadable).as_bytes())?;
    Ok(())
}

fn list(attended: &[Attended], unmatched: &[UnmatchedEvent], unreadable: &[KeptMessage]) -> String {
    if attended.is_empty() && unmatched.is_empty() && unreadable.is_empty() {
        return "Nothing needs attention.\n".into();
    }
    let mut text = String::new();
    for entry in attended {
        let (payment, session) = (&entry.payment, &entry.session);
        text += &format!(
            "{}  {}  {}  {}  order {}\n    session {}, reference at the platform {}\n",
            time(payment.created_at),
            payment.id,
            payment.method,
            money(session.amount.minor(), session.currency),
            session.reference,
            session.id,
            payment.reference,
        );
        for attention in &entry.attention {
            text += &format!("    {}: {}\n", word(attention), attention.describe());
        }
    }
    for event in unmatched {
        text += &format!(
            "{}  unmatched  account {}  reference {}\n    a genuine message fits no payment of \
             ours: money may have moved\n    {}\n",
            time(event.received_at),
            event.account,
            shown(&event.reference),
            shown(&event.content),
        );
    }
    text.extend(unreadable.iter().map(notifications::entry));
    text
}

fn word(attention: &guichet_domain::payment::Attention) -> String {
    serde_json::to_value(attention)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn money(minor: u64, currency: guichet_domain::money::Currency) -> String {
    let unit = 10_u64.pow(u32::from(currency.exponent()));
    let digits = usize::from(currency.exponent());
    match digits {
        0 => format!("{minor} {}", currency.code()),
        _ => format!(
            "{}.{:0digits$} {}",
            minor / unit,
            minor % unit,
            currency.code()
        ),
    }
}
