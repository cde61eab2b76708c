//! A shop's session, by its id.

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
