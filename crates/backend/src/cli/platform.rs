//! `guichet payments accept | refuse | resend-callback | compare`: what a person has a platform do
//! that is not a capture, a cancellation or a refund.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::Exchange;
use guichet_store::Source;

use super::opened::{Opened, payment_id};
use super::payments::ATTENTION;
use super::terminal::{print, shown};
use crate::app::App;
use crate::payments::compare::compare;
use crate::payments::due::take_up;
use crate::payments::operations::find::{self, Whose};
use crate::payments::review;

/// Decides about a payment that the platform holds.
pub(super) async fn review(config: &Path, payment: &str, accept: bool) -> anyhow::Result<()> {
    let id = payment_id(payment)?;
    let opened = Opened::to_write(config).await?;
    let decided = decide(&opened, &id, accept).await;
    opened.store.close().await;
    decided
}

async fn decide(opened: &Opened, id: &PaymentId, accept: bool) -> anyhow::Result<()> {
    let app = &opened.app;
    let book = find::book(app, Whose::Anybodys, id).await?;
    review::decide(app, &book, id, accept, Source::Operator).await?;
    if opened.alone.is_some() {
        take_up(app, id).await?;
    }
    Ok(review::wait(app, id).await?)
}

/// Compares all accounts that have a report, and tells what differs.
pub(super) async fn compare_all(config: &Path) -> anyhow::Result<ExitCode> {
    let opened = Opened::to_write(config).await?;
    let told = compared(&opened.app).await;
    opened.store.close().await;
    let (text, differs) = told?;
    print(text)?;
    Ok(ExitCode::from(if differs { ATTENTION } else { 0 }))
}

async fn compared(app: &Arc<App>) -> anyhow::Result<(String, bool)> {
    let (mut text, mut differs) = (String::new(), false);
    for account in app.accounts.iter() {
        let Some(report) = account.report() else {
            continue;
        };
        let told = compare(app, account, report).await?;
        differs |= !told.differences.is_empty();
        let (name, lines) = (account.account(), told.lines);
        let _ = writeln!(
            text,
            "account {name}: {lines} lines, {} differ",
            told.differences.len()
        );
        for difference in &told.differences {
            let _ = writeln!(text, "    {}", shown(difference));
        }
    }
    if text.is_empty() {
        text += "No account has a report to compare.\n";
    }
    Ok((text, differs))
}

pub(super) async fn resend_callback(config: &Path, payment: &str) -> anyhow::Result<ExitCode> {
    let id = payment_id(payment)?;
    let opened = Opened::to_read(config).await?;
    let sent = ask_for_callback(&opened, &id).await;
    opened.store.close().await;
    sent?;
    print("the platform calls back again\n")?;
    Ok(ExitCode::SUCCESS)
}

async fn ask_for_callback(opened: &Opened, id: &PaymentId) -> anyhow::Result<()> {
    let app = &opened.app;
    let found = app.store.payment(id).await?;
    let (payment, _) = found.context("there is no such payment")?;
    let account = app.accounts.of(&payment).ok();
    let callbacks = account.and_then(|account| account.callbacks());
    let callbacks = callbacks.context("the platform of this payment calls nobody back")?;
    let conversation = app.store.conversation(id).await?;
    let memo = conversation.and_then(|conversation| conversation.memo);
    let step = |exchanges: &[Exchange]| callbacks.resend(memo.as_deref(), exchanges);
    let sent = app.platform.exchange(step).await;
    sent.map_err(|failure| anyhow::anyhow!("the platform does not do it: {failure:?}"))
}
