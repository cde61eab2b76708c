//! A link that a shop sends, by e-mail say. Opening it shows whose order it is and one button; the
//! button uses it up. So what opens links for a shopper (a scanner, a preview) uses none, and takes
//! nobody to a payment.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use guichet_domain::id::SessionId;
use guichet_domain::language::Language;
use guichet_store::LinkState;
use guichet_widget::render::page::{Page, Shown};
use url::form_urlencoded;

use super::addresses::{address, link};
use super::answers::{page, problem, see_other};
use super::cookie;
use crate::app::App;
use crate::clock;
use crate::digest::sha256;
use crate::http::answers::session_unknown;
use crate::http::assets::Assets;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::http::request::asked_for;
use crate::sessions::folded::Folded;
use crate::sessions::secret;
use crate::views::checkout::checkout_session;

/// The session and the token of a link.
type InPath = Path<(String, String)>;

/// Shows the page with the one button.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Extension(assets): Extension<Assets>,
    Path((session, token)): InPath,
    caller: Caller,
) -> Response {
    match shown(&app, &assets, &session, &token, &caller).await {
        Ok(response) => response,
        Err(error) => problem(&app, &assets, &caller.headers, error).await,
    }
}

async fn shown(
    app: &App,
    assets: &Assets,
    session: &str,
    token: &str,
    caller: &Caller,
) -> Result<Response, ApiError> {
    let id = session_id(session)?;
    // Who opened it before, in this browser, goes on.
    if cookie::read(&app.config.public_url, &caller.headers, &id).is_some() {
        return Ok(see_other(&address(app, &id, &[])));
    }
    let digest = sha256(token.as_bytes());
    let look = app.store.link(&digest, &id, clock::unix_now());
    let found = caller.look_up(app, &digest, look).await?;
    let asked = asked_for(&caller.headers);
    let over = async |language: Option<Language>| {
        let over = Page {
            language: language.as_ref().map_or("", Language::as_str),
            shown: Shown::LinkOver,
            ..Page::default()
        };
        Ok(page(app, assets, StatusCode::GONE, over).await)
    };
    // Nothing of a session is told to who never had a link to it, not even its language.
    let Some(state) = found else {
        return over(asked).await;
    };
    let book = app.store.book(&id).await?.ok_or_else(unknown)?;
    let shop = app.config.shop(&book.session.shop).ok_or_else(unknown)?;
    if state == LinkState::Over {
        let spoken = book.session.locale.or(asked);
        return over(spoken.or_else(|| shop.language.clone())).await;
    }
    let language = asked.map(String::from).unwrap_or_default();
    let folded = Folded::new(&book, clock::unix_now());
    let random: [u8; 16] = clock::random().map_err(|error| ApiError::internal(&error))?;
    let page_of = Page {
        session: Some(checkout_session(&app.accounts, shop, &folded)),
        language: &language,
        shown: Shown::Link {
            url: link(app, &id, token),
            once: hex::encode(random),
        },
        ..Page::default()
    };
    Ok(page(app, assets, StatusCode::OK, page_of).await)
}

/// The button was pressed: the link is used up, and the browser has the session's cookie.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    Extension(assets): Extension<Assets>,
    Path((session, token)): InPath,
    caller: Caller,
    body: RawBody,
) -> Response {
    match opened(&app, &assets, &session, &token, &caller, body).await {
        Ok(response) => response,
        Err(error) => problem(&app, &assets, &caller.headers, error).await,
    }
}

async fn opened(
    app: &App,
    assets: &Assets,
    session: &str,
    token: &str,
    caller: &Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let id = session_id(session)?;
    let body = body.read(app).await?;
    let mut pairs = form_urlencoded::parse(&body);
    let once = pairs.find(|(name, _)| name == "once");
    let once = once
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let digest = sha256(token.as_bytes());
    let by = sha256(once.as_bytes());
    let using = async {
        let used = app.store.use_link(&digest, &id, &by, clock::unix_now());
        Ok(used.await?.then_some(()))
    };
    if caller.look_up(app, &digest, using).await?.is_none() {
        // The page says that it is over, or goes on where the browser has the cookie.
        return shown(app, assets, session, token, caller).await;
    }
    let book = app.store.book(&id).await?.ok_or_else(unknown)?;
    let shop = app.config.shop(&book.session.shop).ok_or_else(unknown)?;
    let secret = secret::again(app, shop, &id).await?;
    let mut response = see_other(&address(app, &id, &[]));
    if let Some(cookie) = cookie::write(&app.config.public_url, &id, &secret) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn session_id(session: &str) -> Result<SessionId, ApiError> {
    SessionId::try_from(session.to_owned()).map_err(|_| unknown())
}

fn unknown() -> ApiError {
    session_unknown("there is no such session")
}
