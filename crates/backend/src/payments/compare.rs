//! The platform's own report beside the books: what differs is on the operator's list, and goes
//! from it once it agrees again.

use std::sync::Arc;
use std::time::Duration;

use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_domain::payment::PaymentState;
use guichet_providers::contract::{
    Exchange, Failure, Provider, Report, ReportLine, ReportPage, Standing,
};
use guichet_store::{Book, Source, StoreError};

use super::called::wake;
use super::ingest::{ingest, record_hint};
use crate::app::App;
use crate::clock;

/// Pages that are looked through: what is older was compared on other nights.
const PAGES_MAX: usize = 40;

/// How long a payment is waited for that the platform calls paid and the books don't.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// What a comparison came to.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Lines of the report.
    pub(crate) lines: usize,
    /// What differs, in words.
    pub(crate) differences: Vec<String>,
}

/// Why it could not be done to the end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompareError {
    #[error("the platform's report can't be had: {0:?}")]
    Platform(Failure),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Compares the report of an account with the books.
pub(crate) async fn compare(
    app: &Arc<App>,
    account: &dyn Provider,
    report: &dyn Report,
) -> Result<Compared, CompareError> {
    let mut compared = Compared::default();
    for page in 0..PAGES_MAX {
        let step = |exchanges: &[Exchange]| report.page(page, exchanges);
        let told = app.platform.exchange(step).await;
        let ReportPage { lines, last } = told.map_err(CompareError::Platform)?;
        for line in &lines {
            compared.lines += 1;
            if let Some(difference) = one(app, account, line).await? {
                compared.differences.push(difference);
            }
        }
        if last {
            break;
        }
    }
    Ok(compared)
}

/// Compares one line; says what differs.
async fn one(
    app: &Arc<App>,
    account: &dyn Provider,
    line: &ReportLine,
) -> Result<Option<String>, StoreError> {
    let own = app
        .store
        .payment_named(account.account(), &line.reference)
        .await?;
    let Some(id) = own else {
        return unknown(app, line).await;
    };
    let Some((book, mut state)) = read(app, &id).await? else {
        return Ok(None);
    };
    let missing = |state: &PaymentState| {
        line.standing == Standing::Paid && here(state, line).is_none_or(|part| !part.counts)
    };
    if missing(&state) {
        // It is not believed by its line: the payment itself is looked at.
        wake(app, &id).await?;
        for _ in 0..LOOKS {
            match read(app, &id).await? {
                Some((_, now)) if missing(&now) => state = now,
                Some((_, now)) => {
                    state = now;
                    break;
                }
                None => return Ok(None),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    let differs = differs(&book, &state, line);
    if state.differs != differs {
        let told = PaymentEvent::Reported {
            at: clock::unix_now(),
            differs: differs.clone(),
        };
        record_hint(app, &id, &told, Source::Query).await?;
    }
    if let Some(why) = &differs {
        tracing::error!(alert = "differs", payment = %id, why, "the platform's report differs");
    }
    Ok(differs.map(|why| format!("{id}  {}  {why}", line.reference)))
}

async fn read(app: &App, id: &PaymentId) -> Result<Option<(Book, PaymentState)>, StoreError> {
    let found = app.store.payment(id).await?;
    Ok(found.and_then(|(_, book)| {
        let state = book.entry(id)?.state(&book.session);
        Some((book, state))
    }))
}

fn here<'a>(
    state: &'a PaymentState,
    line: &ReportLine,
) -> Option<&'a guichet_domain::payment::PartState> {
    let mut parts = state.parts.iter();
    parts.find(|part| part.part.transaction == line.transaction)
}

/// What of a line the books have otherwise. While an operation is under way nothing is compared.
fn differs(book: &Book, state: &PaymentState, line: &ReportLine) -> Option<String> {
    let mut operations = state.operations.iter();
    if operations.any(|operation| !operation.event.progress.is_over()) {
        return state.differs.clone();
    }
    let session = &book.session;
    let balance = here(state, line)
        .filter(|part| part.counts)
        .map(|part| part.balance);
    let held = balance
        .map(|balance| balance.reserved + balance.taken)
        .unwrap_or_default();
    let given_back = balance
        .map(|balance| balance.given_back)
        .unwrap_or_default();
    match line.standing {
        Standing::Paid if line.currency != session.currency.code() => {
            Some(format!("paid there in {}", line.currency))
        }
        Standing::Paid if line.amount != session.amount.minor() => {
            Some(format!("paid there with {} minor units", line.amount))
        }
        Standing::Paid if held == 0 => Some("paid there, and not here".to_owned()),
        Standing::Paid if line.given_back != given_back => Some(format!(
            "{} minor units were given back there, {given_back} here",
            line.given_back
        )),
        // A refund of what was not batched yet is a cancellation there.
        Standing::Nothing | Standing::Waits if held > given_back => {
            Some("paid here, and not there".to_owned())
        }
        Standing::Paid | Standing::Nothing | Standing::Waits => None,
    }
}

/// An order that no payment of ours has made. One that paid is kept with what fits no payment.
async fn unknown(app: &Arc<App>, line: &ReportLine) -> Result<Option<String>, StoreError> {
    let Some(fact) = &line.fact else {
        return Ok(None);
    };
    ingest(app, fact, Source::Query, None).await?;
    let (reference, amount) = (&line.reference, line.amount);
    Ok(Some(format!(
        "{reference}  {amount} minor units were paid there, for no payment of these books"
    )))
}
