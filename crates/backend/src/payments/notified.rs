//! A platform's notifications: recorded if they verify, and otherwise kept for a person to look at.

use guichet_providers::contract::{MessageError, Notified, Provider};
use guichet_store::{Message, Source, StoreError};

use super::ingest::ingest;
use crate::app::App;
use crate::clock;

/// Records what a notification tells.
pub(crate) async fn record(
    app: &App,
    account: &dyn Provider,
    told: &Notified,
) -> Result<(), StoreError> {
    for change in &told.changes {
        tracing::warn!(
            account = %account.account(), change,
            "a genuine notification was altered on its way: see the chapter on proxies"
        );
    }
    let raw = Some(told.signed.as_slice());
    ingest(app, &told.fact, Source::Notification, raw)
        .await
        .map(drop)
}

/// Keeps and tells of a notification that is refused, as far as that is due. `raw` is all that
/// arrived.
pub(crate) async fn keep_refused(
    app: &App,
    account: &dyn Provider,
    error: &MessageError,
    raw: &[u8],
) -> Result<(), StoreError> {
    match error {
        MessageError::Unreadable { why, signed } => {
            unreadable(app, account, why, signed.as_slice()).await
        }
        // What it is of nobody is told who guesses, and what was guessed is kept nowhere.
        MessageError::WrongSecret => {
            if let Some(more) = app.quiet.permit(&format!("secret {}", account.account())) {
                tracing::warn!(
                    account = %account.account(), more,
                    "a notification came to a secret address that is not the account's"
                );
            }
            Ok(())
        }
        _ => unproven(app, account, error, raw).await,
    }
}

/// The platform signed it: it is kept before it is answered, and told of again once a minute at
/// most.
async fn unreadable(
    app: &App,
    account: &dyn Provider,
    why: &str,
    signed: &[u8],
) -> Result<(), StoreError> {
    let account = account.account();
    let message = Message {
        account,
        genuine: true,
        why,
        content: signed,
    };
    let times = app.store.keep_message(&message, clock::unix_now()).await?;
    if let Some(more) = app.quiet.permit(&format!("unreadable {account}")) {
        tracing::error!(
            alert = "unreadable", %account, why, times, more,
            "a genuine message can't be read: money may have moved; see guichet notifications"
        );
    }
    Ok(())
}

/// Nobody is known to have signed it: anybody may have sent it, and a genuine one may look so that
/// something on the way has spoilt. Of many in a minute some are kept.
async fn unproven(
    app: &App,
    account: &dyn Provider,
    error: &MessageError,
    raw: &[u8],
) -> Result<(), StoreError> {
    let account = account.account();
    let why = error.to_string();
    if app.quiet.may_keep(account) {
        let message = Message {
            account,
            genuine: false,
            why: &why,
            content: raw,
        };
        app.store.keep_message(&message, clock::unix_now()).await?;
    }
    if let Some(more) = app.quiet.permit(&format!("refused {account}")) {
        tracing::error!(
            alert = "notification_refused", %account, why, more,
            "a notification was refused: forged, or spoilt on its way; guichet notifications shows \
             it, guichet inspect finds out why"
        );
    }
    Ok(())
}
