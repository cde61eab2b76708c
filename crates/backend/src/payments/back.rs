//! The browser coming back from a platform's page.

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::stage::Stage;
use guichet_providers::contract::{Continuing, Incoming, Notifications};
use guichet_store::{Advance, Payment, Source, StoreError};

use super::ingest::{ingest, record_hint};
use crate::app::App;
use crate::clock;
use crate::digest::same;

/// Keeps what the browser brought back for a payment, to the address with this ending. It moves no
/// money: what fails, or can't be understood, is told of in the log alone.
pub(crate) async fn keep(app: &App, payment: &Payment, ending: &str, incoming: &Incoming<'_>) {
    // Told of at the start; nobody can read it.
    let Ok(account) = app.accounts.of(payment) else {
        return;
    };
    let kept = if let Some(continuing) = account.continuing() {
        keep_return(app, continuing, &payment.id, ending, incoming).await
    } else if let Some(notifications) = account.notifications() {
        keep_hint(app, notifications, payment, incoming).await
    } else {
        Ok(())
    };
    if let Err(error) = kept {
        tracing::error!(error.cause = %error, "a return could not be stored");
    }
}

/// A return that the payment goes on with: kept once, if it came to the right address, and taken up
/// by a job. What was posted is opaque.
async fn keep_return(
    app: &App,
    continuing: &dyn Continuing,
    payment: &PaymentId,
    ending: &str,
    incoming: &Incoming<'_>,
) -> Result<(), StoreError> {
    let fields = url::form_urlencoded::parse(incoming.message());
    let posted: Vec<_> = fields.into_owned().collect();
    if !go_on_after_return(app, payment, ending, &posted).await? {
        tracing::warn!(%payment, "a return changed nothing");
        return Ok(());
    }
    match continuing.hint(&posted) {
        Some(outcome) => {
            let hint = PaymentEvent::Returned { outcome };
            record_hint(app, payment, &hint, Source::Return)
                .await
                .map(drop)
        }
        None => Ok(()),
    }
}

/// `false`: it came to the wrong address, or too often, or too early.
async fn go_on_after_return(
    app: &App,
    payment: &PaymentId,
    ending: &str,
    posted: &[(String, String)],
) -> Result<bool, StoreError> {
    let Some(conversation) = app.store.conversation(payment).await? else {
        return Ok(false);
    };
    if !same(conversation.ending.as_bytes(), ending.as_bytes()) {
        return Ok(false);
    }
    let advance = Advance {
        posted: Some(posted),
        next_try_at: Some(clock::unix_now()),
        ..Advance::new(Stage::Return, Stage::Finalise)
    };
    let kept = app
        .store
        .advance(payment, &advance, clock::unix_now())
        .await?;
    if kept {
        app.queues.conversations.wake();
    }
    Ok(kept)
}

/// A return that tells something and goes on with nothing: what is signed is kept as a hint, and
/// the transaction that it names is asked about.
async fn keep_hint(
    app: &App,
    notifications: &dyn Notifications,
    payment: &Payment,
    incoming: &Incoming<'_>,
) -> Result<(), StoreError> {
    let back = match notifications.read_return(incoming) {
        Ok(back) if back.reference == payment.reference => back,
        Ok(_) => {
            tracing::warn!(payment = %payment.id, "a return speaks of another payment");
            return Ok(());
        }
        Err(error) => {
            tracing::warn!(payment = %payment.id, %error, "a return was not understood");
            return Ok(());
        }
    };
    let hint = PaymentEvent::Returned {
        outcome: back.outcome,
    };
    let claim = async {
        match &back.part {
            // It does not count by itself: where no notification comes, it makes us ask the
            // platform.
            Some(part) => ingest(app, part, Source::Return, None).await.map(drop),
            None => Ok(()),
        }
    };
    // Together, so that they are one flush to disk.
    let (hint, claim) = tokio::join!(record_hint(app, &payment.id, &hint, Source::Return), claim);
    hint.map(drop).and(claim)
}
