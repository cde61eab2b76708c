//! What the requests of the shop's server have in common: its key, and its own sessions.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::id::SessionId;
use guichet_store::Book;
use secrecy::{ExposeSecret as _, SecretString};

pub(super) mod sessions;
pub(super) mod upkeep;

use guichet_wire::ProblemCode;

use super::problem::ApiError;
use super::request::{Caller, bearer, sha256};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::sessions::views::{Folded, ShopSession};

/// The shop whose secret key the request carries, unless it has had too much.
pub(super) fn authenticate<'a>(
    app: &'a App,
    caller: &Caller,
) -> Result<(&'a Shop, &'a SecretString), ApiError> {
    let (shop, key) = shop_of(app, &caller.headers)?;
    caller.counted.set();
    app.limiter.shop(&shop.id)?;
    Ok((shop, key))
}

pub(super) fn shop_of<'a>(
    app: &'a App,
    headers: &HeaderMap,
) -> Result<(&'a Shop, &'a SecretString), ApiError> {
    let unknown = || {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            ProblemCode::KeyUnknown,
            "send the shop's secret key: Authorization: Bearer sk_…",
        )
    };
    let token = bearer(headers).ok_or_else(unknown)?;
    // Digests are compared, so that the time taken tells nothing of the keys.
    let digest = sha256(token.as_bytes());
    let known = app
        .config
        .shops
        .iter()
        .flat_map(|shop| shop.secret_keys.iter().map(move |key| (shop, key)));
    let fits = |(_, key): &(&Shop, &SecretString)| {
        let known = sha256(key.expose_secret().as_bytes());
        aws_lc_rs::constant_time::verify_slices_are_equal(&known, &digest).is_ok()
    };
    known.into_iter().find(fits).ok_or_else(unknown)
}

pub(super) async fn shop_session(
    app: &App,
    shop: &Shop,
    id: &SessionId,
) -> Result<ShopSession, ApiError> {
    let book = shop_book(app, shop, id).await?;
    Ok(Folded::new(&book, clock::unix_now()).shop_session())
}

pub(super) async fn shop_book(app: &App, shop: &Shop, id: &SessionId) -> Result<Book, ApiError> {
    let book = app
        .store
        .book(id)
        .await?
        .filter(|book| book.session.shop == shop.id);
    book.ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            ProblemCode::SessionUnknown,
            "this shop has no such session",
        )
    })
}

pub(super) fn no_store(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn session_id(id: Result<Path<String>, PathRejection>) -> Result<SessionId, ApiError> {
    let id = id.ok().and_then(|Path(id)| SessionId::try_from(id).ok());
    id.ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            ProblemCode::SessionUnknown,
            "a session's id begins with cs_",
        )
    })
}
