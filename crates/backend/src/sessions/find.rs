//! A shop's sessions: one by its id, or those of an order.

use guichet_domain::id::SessionId;
use guichet_store::Book;

use super::error::SessionError;
use crate::app::App;
use crate::config::Shop;

/// The session of that id, if it is the shop's.
pub(crate) async fn of_shop(app: &App, shop: &Shop, id: &SessionId) -> Result<Book, SessionError> {
    let book = app.store.book(id).await?;
    book.filter(|book| book.session.shop == shop.id)
        .ok_or(SessionError::Unknown)
}

/// Some sessions of an order, and whether there are older ones.
pub(crate) struct Page {
    /// Newest first.
    pub(crate) books: Vec<Book>,
    pub(crate) more: bool,
}

/// The shop's sessions with this reference, newest first, at most so many: those that are older
/// than `before`, if it is given, which is a session of the same order.
pub(crate) async fn of_order(
    app: &App,
    shop: &Shop,
    reference: &str,
    before: Option<&SessionId>,
    most: u32,
) -> Result<Page, SessionError> {
    if let Some(before) = before {
        let book = of_shop(app, shop, before).await?;
        if book.session.reference != reference {
            return Err(SessionError::Unknown);
        }
    }
    // One more than is answered tells whether there are more.
    let mut books = app
        .store
        .sessions_of(&shop.id, reference, before, most.saturating_add(1))
        .await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = books.len() > most;
    books.truncate(most);
    Ok(Page { books, more })
}
