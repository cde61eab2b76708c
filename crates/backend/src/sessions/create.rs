//! Making a session.

use guichet_domain::id::SessionId;
use guichet_domain::session::Session;
use guichet_store::{Book, Idempotency, Kept};

use super::error::SessionError;
use super::find::of_shop;
use super::folded::Folded;
use super::offers::{self, LeftOut};
use super::secret;
use crate::app::App;
use crate::clock;
use crate::config::{SecretKey, Shop};

/// A session that was made, now or by the same request before.
pub(crate) struct Made {
    pub(crate) secret: String,
    pub(crate) book: Book,
    pub(crate) left_out: Vec<LeftOut>,
}

/// The session that the same request made before; none where it made none yet, or that one has
/// expired unpaid.
pub(crate) async fn again(
    app: &App,
    shop: &Shop,
    mark: &Idempotency,
) -> Result<Option<Made>, SessionError> {
    let id = match app.store.recall(mark).await? {
        None | Some(Kept::New) => return Ok(None),
        Some(Kept::OtherBody) => return Err(SessionError::KeyReused),
        Some(Kept::Replayed(id)) => id,
    };
    let book = made_before(app, shop, id).await?;
    if Folded::new(&book, clock::unix_now()).overview.dead {
        return Ok(None);
    }
    let secret = secret::again(app, shop, &book.session.id).await?;
    Ok(Some(made(app, shop, book, secret)))
}

/// The id of a session that is to be made.
pub(crate) fn new_id() -> Result<SessionId, SessionError> {
    let random = clock::random().map_err(SessionError::failed)?;
    Ok(SessionId::from_random(random))
}

/// Makes a session. Its secret is derived from the `key` of the shop that the request came with.
pub(crate) async fn make(
    app: &App,
    shop: &Shop,
    key: &SecretKey,
    mut session: Session,
    mark: &Idempotency,
) -> Result<Made, SessionError> {
    offers::refuse_untakeable(&app.accounts, shop, &session)?;
    offers::refuse_lacking(&app.accounts, shop, &session)?;
    let (secret, secret_digest) = secret::new(key)?;
    let added = app.store.add_session(&mut session, &secret_digest, mark);
    match added.await? {
        Kept::New => Ok(made(app, shop, Book::of(session), secret)),
        Kept::OtherBody => Err(SessionError::KeyReused),
        // Its twin was faster.
        Kept::Replayed(id) => {
            let book = made_before(app, shop, id).await?;
            let secret = secret::again(app, shop, &book.session.id).await?;
            Ok(made(app, shop, book, secret))
        }
    }
}

async fn made_before(app: &App, shop: &Shop, id: String) -> Result<Book, SessionError> {
    let id = SessionId::try_from(id).map_err(SessionError::failed)?;
    of_shop(app, shop, &id).await
}

fn made(app: &App, shop: &Shop, book: Book, secret: String) -> Made {
    let left_out = offers::left_out(&app.accounts, shop, &book.session);
    for offers::LeftOut { method, .. } in &left_out {
        let session = &book.session.id;
        tracing::info!(%session, %method, "left out: the shop gave too little");
    }
    Made {
        secret,
        book,
        left_out,
    }
}
