//! Which payment a terminal works on: one at a time.
//!
//! A terminal refuses a second command by itself, and loses none for it. But the second one must
//! not reach it while the first is only about to be sent, or sent again: so a terminal is held from
//! before the command until the payment's outcome is known, or its deadline has passed. The holds
//! are this process's; a payment that another process began takes its terminal anew as soon as it
//! is looked up.

use guichet_domain::MethodKind;
use guichet_domain::id::{PaymentId, Slug};
use guichet_domain::stage::Stage;
use guichet_providers::contract::{Exchange, Failure, Terminals};
use guichet_store::{Book, StoreError};
use guichet_wire::CheckoutStatus;

use super::error::PaymentError;
use super::in_hand::InHand;
use crate::app::App;
use crate::clock;
use crate::holds::{Hold, Place};
use crate::locks::{Lock, Locked};
use crate::platform::Platform;

/// The payment that a terminal works on, or may.
pub(crate) async fn works_on(
    app: &App,
    account: &Slug,
    terminal: &Slug,
) -> Result<Option<PaymentId>, StoreError> {
    let place = (account.clone(), terminal.clone());
    let Some(payment) = app.terminals.holder(&place, clock::unix_now()) else {
        return Ok(None);
    };
    let conversation = app.store.conversation(&payment).await?;
    let works = conversation.is_some_and(|own| is_at_terminal(own.stage));
    Ok(works.then_some(payment))
}

/// Asks a terminal how it is, which moves nothing: whether all is well, or why not, in words.
pub(crate) async fn how_it_is(
    platform: &Platform,
    own: &dyn Terminals,
    terminal: &Slug,
) -> Result<Result<(), String>, Failure> {
    let random = clock::random::<16>();
    let random = random.map_err(|_| Failure::Unexpected("there are no random numbers".into()))?;
    let key = hex::encode_upper(random);
    let step = |made: &[Exchange]| own.look(terminal, &key, clock::now(), made);
    platform.exchange(step).await
}

/// The terminal that a payment works at, if it works at one.
fn place(in_hand: &InHand<'_>) -> Option<Place> {
    let terminal = in_hand.book.session.terminal.clone()?;
    let at_one = in_hand.payment.kind == MethodKind::Terminal;
    at_one.then(|| (in_hand.payment.account.clone(), terminal))
}

fn hold(in_hand: &InHand<'_>) -> Hold {
    Hold {
        payment: in_hand.payment.id.clone(),
        until: in_hand.payment.deadline_at,
        says: None,
    }
}

/// Takes the payment's terminal, before anything is sent to it. What is given back is kept until
/// the payment says that it talks.
pub(super) async fn take(in_hand: &InHand<'_>) -> Result<Option<Locked>, PaymentError> {
    let Some(place) = place(in_hand) else {
        return Ok(None);
    };
    let app = in_hand.app;
    let lock = Lock::Terminal(place.0.clone(), place.1.clone());
    let locked = app.locks.take(lock).ok_or(PaymentError::TerminalBusy)?;
    let working = works_on(app, &place.0, &place.1).await?;
    if working.is_some_and(|other| other != in_hand.payment.id) {
        return Err(PaymentError::TerminalBusy);
    }
    app.terminals.hold(place, hold(in_hand));
    Ok(Some(locked))
}

/// Refuses a payment at a terminal that works on another one, before anything is stored of it.
pub(super) async fn refuse_if_busy(
    app: &App,
    account: &Slug,
    terminal: Option<&Slug>,
) -> Result<(), PaymentError> {
    let Some(terminal) = terminal else {
        return Ok(());
    };
    match works_on(app, account, terminal).await? {
        Some(_) => Err(PaymentError::TerminalBusy),
        None => Ok(()),
    }
}

/// Whether a payment at this stage is at its terminal, or may be.
fn is_at_terminal(stage: Stage) -> bool {
    stage.is_unresolved() && stage != Stage::GivenUp
}

/// Keeps what the terminal of a payment shows, for whoever follows it.
pub(super) fn shows(in_hand: &InHand<'_>, says: Option<String>) {
    if let Some(place) = place(in_hand) {
        let payment = &in_hand.payment.id;
        in_hand.app.terminals.shows(&place, payment, says);
    }
}

/// Adds what a terminal shows to where its session stands. By what this process knows: it is a word
/// for whoever stands there, and decides nothing.
pub(crate) fn add_shown(app: &App, book: &Book, status: &mut CheckoutStatus) {
    let view = status.payment.as_mut();
    let Some((id, view)) = view.and_then(|view| Some((&view.id, view.terminal.as_mut()?))) else {
        return;
    };
    let made = book
        .payments
        .iter()
        .find(|made| made.payment.id.as_str() == id);
    if let (Some(made), Some(terminal)) = (made, &book.session.terminal) {
        let place = (made.payment.account.clone(), terminal.clone());
        view.says = app.terminals.says(&place, &made.payment.id);
    }
}

/// Holds on to the terminal of a payment that is looked up, unless another one has it.
pub(super) fn hold_on(in_hand: &InHand<'_>) {
    let now = clock::unix_now();
    if let Some(place) = place(in_hand).filter(|_| now < in_hand.payment.deadline_at) {
        in_hand
            .app
            .terminals
            .hold_if_free(place, hold(in_hand), now);
    }
}
