//! Charging anew what a payment was made with: a session and a payment of its own, without the
//! shopper. A rebilling that is to run on a day to come is the platform's to run; until then its
//! day is changed, and it is called off.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use guichet_domain::FieldError;
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_domain::money::Amount;
use guichet_domain::session::{Capture, Session};
use guichet_domain::stage::Stage;
use guichet_providers::contract::{Again, Exchange, Postponed, Provider, Rebilling};
use guichet_store::{Advance, Book, Entry, Idempotency, Kept, SecretDigest, Source};
use jiff::civil::Date;

use super::error::PaymentError;
use super::in_hand::begins;
use super::ingest::record_hint;
use super::start::{Asked, SCHEDULED_SECONDS, Who};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::digest::sha256;
use crate::locks::Lock;

/// The furthest day, in days from today.
const DUE_MAX_DAYS: i64 = 365;
/// How long the session of a rebilling that runs at once may be paid, in seconds.
const AT_ONCE_SECONDS: i64 = 24 * 3600;

/// How long whoever calls a rebilling off waits for the platform, and how often it is looked.
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
    /// Unix second of the last word on it.
    since: i64,
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
    let since = rebilling.at;
    Ok((waits && unknown).then_some(Scheduled { entry, since }))
}

fn too_late(field: &str) -> FieldError {
    let detail = "this rebilling has run, or is called off: there is nothing to change any more";
    FieldError::new(field, detail)
}

/// Has a rebilling that did not run yet run on another day.
pub(crate) async fn postpone(
    app: &App,
    book: &Book,
    payment: &PaymentId,
    due: Date,
) -> Result<(), PaymentError> {
    let alone = app.locks.take(Lock::GoingOn(book.session.id.clone()));
    let _alone = alone.ok_or(PaymentError::UnderWay)?;
    let field = "due_date";
    let found = scheduled(app, book, payment).await?;
    let Scheduled { entry, since } = found.ok_or_else(|| too_late(field))?;
    let account = app.accounts.of(&entry.payment)?;
    check_due(account, due)?;
    let rebilling: &dyn Rebilling = account.rebilling().ok_or(PaymentError::Unknown)?;
    let conversation = app.store.conversation(payment).await?;
    let memo = conversation.and_then(|it| it.memo);
    let step = |made: &[Exchange]| rebilling.postpone(memo.as_deref(), due, made);
    let became = app.platform.exchange(step).await?;
    let now = clock::unix_now();
    let look = match became {
        Postponed::TooLate => now,
        Postponed::Done => {
            let of = entry.state(&book.session).rebilling.map(|it| it.of);
            let told = PaymentEvent::Rebilling {
                of: of.ok_or(PaymentError::Unknown)?,
                due: Some(due),
                at: now.max(since + 1),
            };
            record_hint(app, payment, &told, Source::Shop).await?;
            tracing::info!(%payment, %due, "a rebilling runs on another day");
            begins(account, due).unwrap_or(now)
        }
    };
    look_at(app, payment, look).await?;
    match became {
        Postponed::Done => Ok(()),
        Postponed::TooLate => Err(too_late(field).into()),
    }
}

/// Calls a rebilling off that has not run: kept first, then told to the platform, whose word is
/// what counts. The same again changes nothing.
pub(crate) async fn call_off(
    app: &App,
    book: &Book,
    payment: &PaymentId,
) -> Result<(), PaymentError> {
    let entry = book.entry(payment).ok_or(PaymentError::Unknown)?;
    let state = entry.state(&book.session);
    let rebilling = state.rebilling.ok_or(PaymentError::Unknown)?;
    if rebilling.called_off {
        return Ok(());
    }
    let found = scheduled(app, book, payment).await?;
    found.ok_or_else(|| too_late("rebilling"))?;
    let now = clock::unix_now();
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
