//! Closing a session.

use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::{Book, Closed};

use super::error::SessionError;
use super::find::of_shop;
use crate::app::App;
use crate::clock;
use crate::config::Shop;

/// Closes a session of the shop, and gives it as it is from then on. Refused while it, or another
/// session of its order, is paid, and while one of its payments may still take money.
pub(crate) async fn close(app: &App, shop: &Shop, id: &SessionId) -> Result<Book, SessionError> {
    let book = of_shop(app, shop, id).await?;
    match app.store.expire_session(id, clock::unix_now()).await? {
        Closed::Done => of_shop(app, shop, id).await,
        Closed::Settled => Err(SessionError::Paid),
        Closed::UnderWay(payments) => {
            let named = payments.iter().map(|payment| named(&book, payment));
            Err(SessionError::PaymentsOpen {
                payments: named.collect(),
                seconds: deadline(&book, &payments, clock::unix_now()),
            })
        }
    }
}

/// In how many seconds nobody pays any more on the pages of those of its payments that may be open;
/// none where one has passed its deadline, and waits for its platform's word.
pub(crate) fn until_closed(book: &Book, now: i64) -> Option<u64> {
    let states = book.states();
    let open = book
        .attempts(&states)
        .filter(|(_, attempt)| attempt.may_be_open());
    let open: Vec<_> = open.map(|(payment, _)| payment.id.clone()).collect();
    deadline(book, &open, now)
}

/// In how many seconds the deadline of all of them has passed, after which nobody pays on their
/// pages; none where one has passed it, and waits for its platform's word.
fn deadline(book: &Book, payments: &[PaymentId], now: i64) -> Option<u64> {
    let of = |id| {
        let entry = book.entry(id)?;
        u64::try_from(entry.payment.deadline_at - now)
            .ok()
            .filter(|left| *left > 0)
    };
    let left: Option<Vec<u64>> = payments.iter().map(of).collect();
    left?.into_iter().max()
}

/// A payment with its method.
fn named(book: &Book, id: &PaymentId) -> String {
    book.entry(id).map_or_else(
        || id.to_string(),
        |entry| format!("{id} ({})", entry.payment.method),
    )
}
