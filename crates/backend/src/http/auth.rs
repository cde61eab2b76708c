//! Who asks, proven: a shop by its secret key, a page by the secret of a session and its origin.
//! Whoever proves it has a bucket of his own.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use guichet_domain::id::SessionId;
use guichet_store::Book;
use guichet_wire::ProblemCode;

use super::caller::Caller;
use super::problem::ApiError;
use super::request::bearer;
use crate::app::App;
use crate::config::{Config, SecretKey, Shop};
use crate::digest::{same, sha256};
use crate::limiter::Known;
use crate::sessions::secret::SECRET_PREFIX;

/// A shop's server: the shop whose secret key the request carries, unless it has had too much.
pub(super) struct AsShop {
    pub(super) shop: Arc<Shop>,
    pub(super) key: Arc<SecretKey>,
    pub(super) caller: Caller,
}

impl FromRequestParts<Arc<App>> for AsShop {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        let (shop, key) = shop_of(&app.config, &caller.headers).ok_or_else(|| {
            ApiError::new(
                StatusCode::UNAUTHORIZED,
                ProblemCode::KeyUnknown,
                "send the shop's secret key: Authorization: Bearer sk_…",
            )
        })?;
        caller.counted.set();
        app.limiter.shop(&shop.id)?;
        Ok(Self { shop, key, caller })
    }
}

fn shop_of(config: &Config, headers: &HeaderMap) -> Option<(Arc<Shop>, Arc<SecretKey>)> {
    // Digests are compared, so that the time taken tells nothing of the keys.
    let digest = sha256(bearer(headers)?.as_bytes());
    for shop in &config.shops {
        let mut keys = shop.secret_keys.iter();
        if let Some(key) = keys.find(|key| same(&key.digest, &digest)) {
            return Some((Arc::clone(shop), Arc::clone(key)));
        }
    }
    None
}

/// A page that shows a session: it has the session's secret, and an origin of the session's shop.
/// Neither it nor the session has had too much.
pub(super) struct Opened {
    pub(super) session: SessionId,
    /// The session's.
    pub(super) shop: Arc<Shop>,
    pub(super) caller: Caller,
    /// What was read to prove the secret.
    just_read: Option<Book>,
}

impl Opened {
    /// The session's book, as it was when the request came.
    pub(super) async fn book(self, app: &App) -> Result<Book, ApiError> {
        let book = match self.just_read {
            Some(book) => Some(book),
            None => app.store.book(&self.session).await?,
        };
        book.ok_or_else(|| unknown(NO_SESSION))
    }
}

/// The same, for what may call a platform: of that a session may have less.
pub(super) struct OpenedForCall(pub(super) Opened);

const NO_SESSION: &str = "there is no session with this secret";

impl FromRequestParts<Arc<App>> for Opened {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        let secret = widgets_secret(&caller.headers)?.to_owned();
        Self::by(app, caller, &secret, Surface::Widget).await
    }
}

/// Where a session is shown, which tells the origins that may ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Surface {
    /// The widget, in a page of the shop.
    Widget,
    /// A form, in a page of the shop or of ours. A page that names itself to nobody sends `null`.
    Page,
}

impl Opened {
    /// What this secret opens.
    ///
    /// A secret that has opened a session lately opens it again without the books: a flood with a
    /// right secret is refused before anything is read for it.
    pub(super) async fn by(
        app: &Arc<App>,
        caller: Caller,
        secret: &str,
        surface: Surface,
    ) -> Result<Self, ApiError> {
        if !secret.starts_with(SECRET_PREFIX) {
            return Err(unknown(NO_SESSION));
        }
        let digest = sha256(secret.as_bytes());
        let (known, just_read) = match app.limiter.known(&digest) {
            Some(known) => {
                caller.counted.set();
                (known, None)
            }
            None => {
                let look = app.store.book_by_secret(&digest);
                let book = caller.look_up(app, &digest, look).await?;
                let book = book.ok_or_else(|| unknown(NO_SESSION))?;
                let known = Known {
                    session: book.session.id.clone(),
                    shop: book.session.shop.clone(),
                };
                app.limiter.remember(digest, known.clone());
                (known, Some(book))
            }
        };
        let shop = app.config.shop(&known.shop);
        let shop =
            shop.ok_or_else(|| unknown("the shop of this session is no longer configured"))?;
        if !is_of(app, shop, surface, &caller.headers) {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                ProblemCode::OriginRefused,
                "this page's origin is not among the origins configured for the shop",
            ));
        }
        app.limiter.session(&known.session)?;
        Ok(Self {
            session: known.session,
            shop: Arc::clone(shop),
            caller,
            just_read,
        })
    }
}

impl FromRequestParts<Arc<App>> for OpenedForCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Self::counted(app, Opened::from_request_parts(parts, app).await?)
    }
}

impl OpenedForCall {
    /// What this secret opens to a page with the widget.
    pub(super) async fn by(app: &Arc<App>, caller: Caller, secret: &str) -> Result<Self, ApiError> {
        Self::counted(app, Opened::by(app, caller, secret, Surface::Widget).await?)
    }

    fn counted(app: &App, opened: Opened) -> Result<Self, ApiError> {
        app.limiter.session_call(&opened.session)?;
        Ok(Self(opened))
    }
}

/// What the widget's header says, if it may be the secret of a session.
pub(super) fn widgets_secret(headers: &HeaderMap) -> Result<&str, ApiError> {
    let wanted = "send the session's secret: Authorization: Bearer css_…";
    secret_of(bearer(headers), wanted)
}

/// What was given, if it may be the secret of a session; refused with what is `wanted`.
pub(super) fn secret_of<'a>(given: Option<&'a str>, wanted: &str) -> Result<&'a str, ApiError> {
    match given {
        Some(secret) if secret.starts_with(SECRET_PREFIX) => Ok(secret),
        Some(id) if id.starts_with("cs_") => Err(unknown(
            "this is the session's id; the session attribute takes its secret",
        )),
        _ => Err(unknown(wanted)),
    }
}

/// Whether a page of the shop asks, or no page: only browsers send an origin.
fn is_of(app: &App, shop: &Shop, surface: Surface, headers: &HeaderMap) -> bool {
    let own = || own_origin(app);
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.all(|origin: &HeaderValue| {
        let of_shop = shop.origins.iter().any(|known| origin == known.as_str());
        of_shop || (surface == Surface::Page && (origin == "null" || *origin == own()))
    })
}

/// Our own origin, as browsers send it and as a policy names it.
pub(super) fn own_origin(app: &App) -> String {
    let url = url::Url::parse(&app.config.public_url);
    url.map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

fn unknown(detail: &str) -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        ProblemCode::SessionUnknown,
        detail,
    )
}
