//! The book of a session, as one of its payments needs it.

use guichet_domain::id::SessionId;
use guichet_domain::language::Language;
use guichet_domain::session::PAYMENTS_MAX;
use guichet_store::Book;

use super::error::PaymentError;
use crate::app::App;
use crate::config::Shop;
use crate::sessions::find::of_shop;
use crate::sessions::folded::Folded;

/// Reads a session of the shop.
///
/// What the platform's page is asked to speak is settled with it: what the shop's server named for
/// the session; else the language that the browser asked for first (the widget asks for its own);
/// else the shop's.
pub(super) async fn read(
    app: &App,
    shop: &Shop,
    session: &SessionId,
    browser_asks: Option<&Language>,
) -> Result<Book, PaymentError> {
    let mut book = of_shop(app, shop, session).await?;
    let locale = &mut book.session.locale;
    if locale.is_none() {
        *locale = browser_asks.or(shop.language.as_ref()).cloned();
    }
    Ok(book)
}

/// Refuses what a session that takes no payment any more is asked for.
pub(super) fn refuse_if_closed(folded: &Folded<'_>) -> Result<(), PaymentError> {
    if folded.overview.can_pay {
        return Ok(());
    }
    Err(if folded.book.session.is_settled() {
        PaymentError::SessionPaid
    } else if folded.book.payments.len() >= PAYMENTS_MAX {
        PaymentError::TooMany
    } else {
        PaymentError::SessionExpired
    })
}
