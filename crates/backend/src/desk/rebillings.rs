//! What is charged anew without the shopper.

use guichet_desk::pages::rebillings::{Model, Row, State};
use guichet_domain::id::PaymentId;
use guichet_domain::payment::{Money, PaymentState, Rebilling};
use guichet_domain::session::Session;
use guichet_store::{FoundPayment, StoreError};

use super::standing;
use crate::app::App;
use crate::sessions::folded::Folded;

/// Most rebillings of a shop that are to run, and most of those that are over.
const MOST: u32 = 200;

/// Whether any account charges anew.
pub(crate) fn are_there(app: &App) -> bool {
    app.accounts.iter().any(|own| own.rebilling().is_some())
}

/// The rebilling that a payment is, as long as it has not run and is not called off. The platform
/// has the last word on that.
pub(crate) fn waits(state: &PaymentState) -> Option<&Rebilling> {
    let rebilling = state.rebilling.as_ref()?;
    let open = state.money == Money::Pending && state.parts.is_empty();
    (open && rebilling.due.is_some() && !rebilling.called_off).then_some(rebilling)
}

/// The page: those that are to run, by their day, and those that are over, newest first. `may`: the
/// reader may change them and call them off.
pub(crate) async fn page(app: &App, base: &str, may: bool, now: i64) -> Result<Model, StoreError> {
    let mut rows = Vec::new();
    for shop in &app.config.shops {
        let found = app.store.rebillings(&shop.id, MOST).await?;
        rows.extend(found.iter().filter_map(|found| row(found, base, may, now)));
    }
    rows.sort_by_key(|row| match row.state {
        State::Waits | State::Untold => (0, row.due),
        State::CalledOff | State::Ran(_) => (1, None),
    });
    Ok(Model { rows })
}

fn row(FoundPayment { id, book }: &FoundPayment, base: &str, may: bool, now: i64) -> Option<Row> {
    let folded = Folded::new(book, now);
    let (made, attempt) = folded.attempts().find(|(made, _)| made.id == *id)?;
    let state = attempt.state;
    let rebilling = state.rebilling.as_ref()?;
    let open = waits(state).is_some();
    let session: &Session = &book.session;
    let address = |payment: &PaymentId| format!("{base}/payments/{payment}");
    let act = |path: &str| (may && open).then(|| format!("{}/{path}", address(id)));
    Some(Row {
        address: address(id),
        reference: session.reference.clone(),
        of: (address(&rebilling.of), rebilling.of.to_string()),
        account: format!("{} · {}", made.provider, made.account),
        due: rebilling.due,
        amount: session.amount.minor(),
        currency: session.currency,
        state: match (open, rebilling.called_off) {
            (true, _) if rebilling.untold_since.is_some() => State::Untold,
            (true, _) => State::Waits,
            // The platform's word counts: it may have run all the same.
            (false, true) if state.parts.is_empty() => State::CalledOff,
            (false, _) => State::Ran(standing(book, &attempt)),
        },
        change: act("amend"),
        call_off: act("call-off"),
    })
}
