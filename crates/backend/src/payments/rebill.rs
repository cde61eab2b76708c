//! Charging anew what a payment was made with: a session and a payment of its own, without the
//! shopper. A rebilling that is to run on a day to come is the platform's to run; until then its
//! day and its amount are changed, and it is called off.
//!
//! What is to be changed is kept first, and the platform is told of it as often as it takes: its
//! order and the books never say two amounts for long. What it refuses is taken back. A person is
//! told as soon as it could not be told once, until it was; and of what was kept and taken back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use guichet_domain::FieldError;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::money::Amount;
use guichet_domain::payment::{Rebilling as Rebilled, Run};
use guichet_domain::session::{Capture, Session};
use guichet_domain::stage::Stage;
use guichet_providers::contract::{Again, Amended, Amendment, Exchange, Failure, Provider};
use guichet_store::{Advance, Book, Entry, Idempotency, Kept, Recorded, SecretDigest, Source};
use jiff::civil::Date;

use super::error::PaymentError;
use super::in_hand::begins;
use super::ingest::record_hint;
use super::start::{Asked, SCHEDULED_SECONDS, Who};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::digest::sha256;
use crate::locks::{Lock, Locked};

/// The furthest day, in days from today.
const DUE_MAX_DAYS: i64 = 365;
/// How long the session of a rebilling that runs at once may be paid, in seconds.
const AT_ONCE_SECONDS: i64 = 24 * 3600;

/// How long whoever changes a rebilling waits for a job that is at it, or for the platform once it
/// is called off, and how often it is looked.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// What is to be charged.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The shop's order reference: another one than that of an order that is paid.
    pub(crate) reference: String,
    /// How much; what the payment paid, if absent.
    pub(crate) amount: Option<Amount>,
    /// On which day; none: at once.
    pub(crate) due: Option<Date>,
    /// By the shopper's profile, and not by the payment's own order.
    pub(crate) by_profile: bool,
    /// Whatever the shop wants back.
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A payment that may be charged again.
struct Paid<'a> {
    entry: &'a Entry,
    /// The platform's number of the transaction that paid it.
    transaction: String,
}

/// Makes the rebilling, or goes on with the one that the same request made before. Gives its
/// payment.
pub(crate) async fn rebill(
    app: &Arc<App>,
    shop: &Shop,
    book: &Book,
    of: &PaymentId,
    wanted: Wanted,
    mark: &Idempotency,
) -> Result<PaymentId, PaymentError> {
    let entry = book.entry(of).ok_or(PaymentError::Unknown)?;
    let account = app.accounts.of(&entry.payment)?;
    let paid = paid(book, entry, account)?;
    // What was taken once is not refused because of what has changed since.
    let session = match app.store.recall(mark).await? {
        Some(Kept::OtherBody) => return Err(PaymentError::KeyReused),
        Some(Kept::Replayed(id)) => SessionId::try_from(id).map_err(PaymentError::failed)?,
        Some(Kept::New) | None => {
            if let Some(due) = wanted.due {
                check_due(account, due)?;
            }
            make_session(app, book, entry, &wanted, mark).await?
        }
    };
    let mark = Idempotency {
        scope: format!("{}/session/{session}", mark.scope),
        ..mark.clone()
    };
    let asked = Asked {
        app,
        shop,
        session: &session,
        who: Who::Shop,
        back_to_page: false,
        language: None,
        client: None,
        mark: &mark,
    };
    let again = Again {
        of,
        transaction: &paid.transaction,
        by_profile: wanted.by_profile,
        due: wanted.due,
    };
    let method = paid.entry.payment.method.as_str();
    let started = asked.take().await?.rebill(again, method).await?;
    let told = PaymentEvent::RebilledBy {
        payment: started.payment.clone(),
    };
    record_hint(app, of, &told, Source::Shop).await?;
    Ok(started.payment)
}

/// Only what was paid can be charged again, where the platform does so.
fn paid<'a>(book: &Book, entry: &'a Entry, account: &dyn Provider) -> Result<Paid<'a>, FieldError> {
    let refuse = |detail: &str| FieldError::new("payment", detail);
    let detail = "is of a platform that charges nothing again: make a session, or charge a saved \
                  card";
    account.rebilling().ok_or_else(|| refuse(detail))?;
    let state = entry.state(&book.session);
    let mut parts = state.parts.iter().filter(|part| part.counts);
    match (parts.next(), parts.next()) {
        (Some(one), None) => Ok(Paid {
            entry,
            transaction: one.part.transaction.clone(),
        }),
        (None, _) => Err(refuse(
            "has not paid: only what was paid can be charged again",
        )),
        (Some(_), Some(_)) => Err(refuse("was paid by several means: none is charged again")),
    }
}

/// A day to come, by the platform's own days.
fn check_due(account: &dyn Provider, due: Date) -> Result<(), FieldError> {
    let today = account.day(clock::now());
    let days = (due - today).get_days();
    if (1..=DUE_MAX_DAYS).contains(&i64::from(days)) {
        return Ok(());
    }
    let detail = format!(
        "is {due}; must be a day after today, {today}, and at most {DUE_MAX_DAYS} days later. \
         Leave it out to charge at once"
    );
    Err(FieldError::new("due_date", detail))
}

/// Makes the session that the rebilling pays. Nobody is given a secret that would open it.
async fn make_session(
    app: &App,
    book: &Book,
    entry: &Entry,
    wanted: &Wanted,
    mark: &Idempotency,
) -> Result<SessionId, PaymentError> {
    let random = || clock::random::<16>().map_err(PaymentError::failed);
    let (now, origin) = (clock::unix_now(), &book.session);
    let lives = if wanted.due.is_some() {
        SCHEDULED_SECONDS
    } else {
        AT_ONCE_SECONDS
    };
    let mut session = Session {
        id: SessionId::from_random(random()?),
        reference: wanted.reference.clone(),
        amount: wanted.amount.unwrap_or(origin.amount),
        items: 1,
        methods: Some(vec![entry.payment.method.clone()]),
        voucher_eligible_amount: None,
        capture: Capture::Automatic,
        expires_at: now + lives,
        created_at: now,
        metadata: wanted.metadata.clone(),
        replaces: None,
        settled_by: None,
        paid_in: None,
        ..origin.clone()
    };
    let secret = SecretDigest {
        hash: sha256(&clock::random::<32>().map_err(PaymentError::failed)?).to_vec(),
        salt: random()?.to_vec(),
    };
    match app.store.add_session(&mut session, &secret, mark).await? {
        Kept::New => Ok(session.id),
        Kept::Replayed(id) => SessionId::try_from(id).map_err(PaymentError::failed),
        Kept::OtherBody => Err(PaymentError::KeyReused),
    }
}

/// What is known of a rebilling that has not run.
struct Scheduled<'a> {
    entry: &'a Entry,
    rebilling: Rebilled,
}

/// The rebilling, if it waits for its day.
async fn scheduled<'a>(
    app: &App,
    book: &'a Book,
    payment: &PaymentId,
) -> Result<Option<Scheduled<'a>>, PaymentError> {
    let entry = book.entry(payment).ok_or(PaymentError::Unknown)?;
    let state = entry.state(&book.session);
    let rebilling = state.rebilling.ok_or(PaymentError::Unknown)?;
    let waits = rebilling.due.is_some() && !rebilling.called_off && state.parts.is_empty();
    let conversation = app.store.conversation(payment).await?;
    let unknown = conversation.is_some_and(|it| it.stage == Stage::Unknown);
    Ok((waits && unknown).then_some(Scheduled { entry, rebilling }))
}

fn too_late(field: &str) -> FieldError {
    let detail = "this rebilling has run, or is called off: there is nothing to change any more";
    FieldError::new(field, detail)
}

/// What is to be changed of a rebilling.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    /// Another day.
    pub(crate) due: Option<Date>,
    /// Another amount.
    pub(crate) amount: Option<Amount>,
    /// Unix second of the last word on it that whoever asks has seen; none: whichever.
    pub(crate) since: Option<i64>,
}

/// Waits a while for a job that is at the same session, and gives what is known of it then.
async fn alone(
    app: &App,
    book: &Book,
    payment: &PaymentId,
) -> Result<(Locked, Book), PaymentError> {
    for _ in 0..LOOKS {
        if let Some(alone) = app.locks.take(Lock::GoingOn(book.session.id.clone())) {
            let found = app.store.payment(payment).await?;
            let (_, book) = found.ok_or(PaymentError::Unknown)?;
            return Ok((alone, book));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(PaymentError::UnderWay)
}

/// Has a rebilling that did not run yet run otherwise.
pub(crate) async fn amend(
    app: &Arc<App>,
    book: &Book,
    payment: &PaymentId,
    change: Change,
) -> Result<(), PaymentError> {
    let (_alone, book) = alone(app, book, payment).await?;
    let book = &book;
    let field = match change.due {
        Some(_) => "due_date",
        None => "amount",
    };
    let found = scheduled(app, book, payment).await?;
    let Scheduled { entry, rebilling } = found.ok_or_else(|| too_late(field))?;
    if change.since.is_some_and(|since| since != rebilling.at) {
        return Err(PaymentError::UnderWay);
    }
    let account = app.accounts.of(&entry.payment)?;
    if let Some(due) = change.due {
        check_due(account, due)?;
    }
    let since = keep(app, book, payment, &rebilling, change).await?;
    tracing::info!(%payment, ?change, since, "a rebilling is to run otherwise");
    let found = app.store.payment(payment).await?;
    let (_, book) = found.ok_or(PaymentError::Unknown)?;
    let came = tell(app, &book, payment).await;
    let due = change.due.or(rebilling.due);
    let then = match came {
        Ok(Amended::Done) => due.and_then(|due| begins(account, due)),
        Ok(Amended::TooLate) => None,
        Err(_) => Some(clock::ask_again_at(0)),
    };
    look_at(app, payment, then.unwrap_or_else(clock::unix_now)).await?;
    match came? {
        Amended::Done => Ok(()),
        Amended::TooLate => Err(too_late(field).into()),
    }
}

/// Keeps what is to be changed, with what it was before. Gives the Unix second from which it holds.
async fn keep(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    rebilling: &Rebilled,
    change: Change,
) -> Result<i64, PaymentError> {
    let told = async |run: Run, at: i64, untold: bool| {
        let told = PaymentEvent::Rebilling {
            of: rebilling.of.clone(),
            due: run.due,
            at,
            amount: run.amount,
            untold,
        };
        record_hint(app, payment, &told, Source::Shop).await
    };
    let before = Run {
        due: rebilling.due,
        amount: rebilling.amount.or(Some(book.session.amount)),
    };
    // What is taken back must be known, and books of an earlier version don't say the amount.
    if rebilling.amount.is_none() {
        told(before, rebilling.at + 1, false).await?;
    }
    let since = clock::unix_now().max(rebilling.at + 2);
    let run = Run {
        due: change.due.or(before.due),
        amount: change.amount.or(before.amount),
    };
    told(run, since, true).await?;
    Ok(since)
}

/// Tells the platform how a rebilling is to run, if it was not told yet. What it refuses, or what
/// comes too late, is taken back; what is not answered is told again later.
pub(crate) async fn tell(
    app: &App,
    book: &Book,
    payment: &PaymentId,
) -> Result<Amended, PaymentError> {
    let entry = book.entry(payment).ok_or(PaymentError::Unknown)?;
    let state = entry.state(&book.session);
    let rebilling = state.rebilling.ok_or(PaymentError::Unknown)?;
    let Some(before) = rebilling.untold_since else {
        return Ok(Amended::Done);
    };
    let account = app.accounts.of(&entry.payment)?;
    let rebillings = account.rebilling().ok_or(PaymentError::Unknown)?;
    let conversation = app.store.conversation(payment).await?;
    let memo = conversation.and_then(|it| it.memo);
    let amendment = Amendment {
        due: rebilling.due.ok_or(PaymentError::Unknown)?,
        amount: book.session.amount,
        reference: &book.session.reference,
    };
    let step = |made: &[Exchange]| rebillings.amend(memo.as_deref(), &amendment, made);
    let came = app.platform.exchange(step).await;
    let run = match &came {
        Ok(Amended::Done) => Run {
            due: rebilling.due,
            amount: rebilling.amount,
        },
        Ok(Amended::TooLate) | Err(Failure::Unsuitable(_)) => before,
        Err(Failure::Unreachable | Failure::Unknown | Failure::Unexpected(_)) => {
            could_not_tell(app, payment, rebilling.at).await?;
            return Ok(came?);
        }
    };
    runs(app, payment, rebilling, run).await?;
    tracing::info!(%payment, due = ?run.due, amount = ?run.amount, ?came, "how a rebilling runs");
    Ok(came?)
}

/// Keeps that the platform runs it so.
async fn runs(
    app: &App,
    payment: &PaymentId,
    rebilling: Rebilled,
    run: Run,
) -> Result<(), PaymentError> {
    let told = PaymentEvent::Rebilling {
        of: rebilling.of,
        due: run.due,
        at: rebilling.at + 1,
        amount: run.amount,
        untold: false,
    };
    record_hint(app, payment, &told, Source::Shop).await?;
    Ok(())
}

/// Has a person look as long as the platform may charge as before, and says so once.
async fn could_not_tell(app: &App, payment: &PaymentId, since: i64) -> Result<(), PaymentError> {
    let told = PaymentEvent::RebillingUntold { since };
    if let Recorded::New(_) = record_hint(app, payment, &told, Source::Shop).await? {
        tracing::error!(
            alert = "change_untold", %payment,
            "the platform could not be told how a rebilling is to run: until it is, it may charge \
             as before"
        );
    }
    Ok(())
}

/// Calls a rebilling off that has not run: kept first, then told to the platform, whose word is
/// what counts. The same again changes nothing.
pub(crate) async fn call_off(
    app: &App,
    book: &Book,
    payment: &PaymentId,
) -> Result<(), PaymentError> {
    let (_alone, book) = alone(app, book, payment).await?;
    let entry = book.entry(payment).ok_or(PaymentError::Unknown)?;
    let state = entry.state(&book.session);
    let rebilling = state.rebilling.ok_or(PaymentError::Unknown)?;
    if rebilling.called_off {
        return Ok(());
    }
    let found = scheduled(app, &book, payment).await?;
    found.ok_or_else(|| too_late("rebilling"))?;
    let now = clock::unix_now();
    // It need not be told any more how to run, and must be told that it does not.
    if let Some(before) = rebilling.untold_since {
        runs(app, payment, rebilling, before).await?;
    }
    let told = PaymentEvent::CalledOff;
    record_hint(app, payment, &told, Source::Shop).await?;
    tracing::info!(%payment, "a rebilling is called off");
    look_at(app, payment, now).await
}

/// Has a payment whose outcome is not known looked up then.
async fn look_at(app: &App, payment: &PaymentId, then: i64) -> Result<(), PaymentError> {
    let advance = Advance {
        next_try_at: Some(then),
        ..Advance::new(Stage::Unknown, Stage::Unknown)
    };
    app.store
        .advance(payment, &advance, clock::unix_now())
        .await?;
    app.queues.conversations.wake();
    Ok(())
}

/// Waits a while until nothing more is to be asked of the platform.
pub(crate) async fn wait(app: &App, payment: &PaymentId) -> Result<(), PaymentError> {
    for _ in 0..LOOKS {
        let conversation = app.store.conversation(payment).await?;
        if conversation.is_none_or(|it| it.stage == Stage::Over) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
