//! `guichet payments --attention`: what a person should look at.

use std::path::Path;
use std::process::ExitCode;

use guichet_domain::session::Session;
use guichet_store::{Attended, AttentionCounts, KeptMessage, Operation, Payment, UnmatchedEvent};

use super::notifications::{self, time};
use super::terminal::{print, shown};
use crate::books::open_to_read;
use crate::config::Config;
use crate::search::csv::word;

/// Most entries of each kind that are printed; how many more there are is said.
const LIMIT: u32 = 500;

/// The exit status where a person should look at something: neither well nor failed, so that a
/// scheduled run can tell all three apart.
pub(super) const ATTENTION: u8 = 3;

/// Prints the operator's list. Nothing is made or written: a wrong path is an error.
pub(crate) async fn attention(config: &Path) -> anyhow::Result<ExitCode> {
    let (config, _) = Config::read(config)?;
    let store = open_to_read(&config).await?;
    let counts = store.attention_counts().await?;
    let found = Found {
        attended: store.attention(LIMIT).await?,
        unmatched: store.unmatched(LIMIT).await?,
        unreadable: store.messages(LIMIT).await?,
        undecided: store.undecided_operations(LIMIT).await?,
    };
    store.close().await;
    print(list(found, &counts))?;
    let nothing = counts == AttentionCounts::default();
    Ok(ExitCode::from(if nothing { 0 } else { ATTENTION }))
}

struct Found {
    attended: Vec<Attended>,
    unmatched: Vec<UnmatchedEvent>,
    unreadable: Vec<KeptMessage>,
    undecided: Vec<Operation>,
}

/// What no payment of ours accounts for comes first, and the oldest of it: it may be money that
/// nobody has noticed.
fn list(mut found: Found, counts: &AttentionCounts) -> String {
    found.unreadable.retain(|message| message.genuine);
    if *counts == AttentionCounts::default() {
        return "Nothing needs attention.\n".into();
    }
    let mut text = String::new();
    for event in &found.unmatched {
        text += &format!(
            "{}  unmatched  account {}  reference {}\n    a genuine message fits no payment of \
             ours: money may have moved\n    {}\n",
            time(event.received_at),
            event.account,
            shown(&event.reference),
            shown(&event.content),
        );
    }
    text += &more(
        counts.unmatched,
        found.unmatched.len(),
        "unmatched messages",
    );
    text.extend(found.unreadable.iter().map(notifications::entry));
    text += &more(
        counts.unreadable,
        found.unreadable.len(),
        "unreadable messages; guichet notifications lists them",
    );
    for entry in &found.attended {
        text += &attended(entry);
        let of_it = |operation: &&Operation| operation.payment == entry.payment.id;
        text.extend(found.undecided.iter().filter(of_it).map(undecided));
    }
    text + &more(counts.payments, found.attended.len(), "payments")
}

fn attended(entry: &Attended) -> String {
    let mut text = head(&entry.payment, &entry.session);
    for attention in &entry.attention {
        text += &format!("    {}: {}\n", word(attention), attention.describe());
    }
    text
}

/// What a person is to look for, and what to say of it then.
fn undecided(operation: &Operation) -> String {
    let (id, kind, part) = (&operation.id, operation.kind, shown(&operation.part));
    format!(
        "    {id}  {kind} of {} of part {part}, asked for {}: {}\n    look for it in the back \
         office, then: guichet payments settle {id} --done, or --not-done\n",
        money(operation.amount.minor(), operation.currency),
        time(operation.created_at),
        shown(operation.last_answer.as_deref().unwrap_or("no word")),
    )
}

/// Which payment it is.
pub(super) fn head(payment: &Payment, session: &Session) -> String {
    format!(
        "{}  {}  {}  {}  order {}\n    session {}, reference at the platform {}\n",
        time(payment.created_at),
        payment.id,
        payment.method,
        money(session.amount.minor(), session.currency),
        session.reference,
        session.id,
        payment.reference,
    )
}

/// Says how many there are beside those that are shown.
fn more(all: u64, shown: usize, what: &str) -> String {
    let left = all.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    match left {
        0 => String::new(),
        left => format!("and {left} more {what}\n"),
    }
}

/// An amount as people write it.
pub(super) fn money(minor: u64, currency: guichet_domain::money::Currency) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printed_is_counted_and_what_fits_no_payment_comes_first() {
        let unmatched = |reference: &str| UnmatchedEvent {
            seq: 1,
            account: "demo".into(),
            reference: reference.into(),
            content: "{}".into(),
            received_at: 0,
        };
        let found = Found {
            attended: Vec::new(),
            unmatched: vec![unmatched("older"), unmatched("younger")],
            unreadable: Vec::new(),
            undecided: Vec::new(),
        };
        let counts = AttentionCounts {
            payments: 7,
            unmatched: 1_502,
            unreadable: 1,
        };
        let list = list(found, &counts);
        let at = |text: &str| list.find(text).unwrap_or_else(|| panic!("{text}: {list}"));
        assert!(at("reference older") < at("reference younger"));
        assert!(at("reference younger") < at("and 1500 more unmatched messages\n"));
        assert!(at("unmatched messages") < at("and 1 more unreadable messages;"));
        assert!(list.ends_with("and 7 more payments\n"), "{list}");
    }

    #[test]
    fn of_what_is_printed_nothing_more_is_said() {
        assert_eq!(more(500, 500, "payments"), "");
        assert_eq!(more(501, 500, "payments"), "and 1 more payments\n");
    }
}
