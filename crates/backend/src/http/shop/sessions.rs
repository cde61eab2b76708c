//! `/v1/sessions`: the shop's server, with its secret key.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use guichet_domain::id::SessionId;
use guichet_store::{Book, Kept, SecretMark};
use guichet_wire::{ProblemCode, SavedCards, StartPayment, StartedPayment};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::checkout::cards::saved;
use super::super::problem::ApiError;
use super::super::request::{
    Caller, RawBody, enter, idempotency, json, json_with_faults, key_reused, sha256, speak,
    to_the_end,
};
use super::{authenticate, no_store, session_id, shop_book, shop_of, shop_session};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::payments::start::Starting;
use crate::sessions::offers::{self, LeftOut, refuse_untakeable};
use crate::sessions::order::{NewSession, parse};
use crate::sessions::secret::session_secret;
use crate::sessions::views::{Folded, ShopSession};

/// A session that was made. `secret` goes into the element's `session` attribute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedSession {
    /// For the page of this one order; never in an address, never in a log.
    secret: String,
    #[serde(flatten)]
    session: ShopSession,
    /// Methods that it would be offered if more were known of the shopper. Absent if there are
    /// none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut>,
}

/// Makes a session. The same request with the same key gives the same session again, whatever
/// became of it; but one that has expired unpaid gives a new session, which names the old one in
/// `replaces`.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "shop",
    params(
        ("Idempotency-Key" = String, Header, description = "One per try to pay, kept on retries"),
    ),
    request_body = NewSession,
    responses(
        (status = 201, body = CreatedSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let (shop, key) = authenticate(&app, &caller)?;
    let body = body.read(&app).await?;
    let mark = idempotency(&caller.headers, format!("shop/{}/sessions", shop.id), &body)?;
    // Before the body is read: what was taken once is not refused after a change of configuration.
    if let Some(kept) = app.store.recall(&mark).await?
        && let Some(answer) = replay(&app, shop, kept).await?
    {
        return Ok(answer);
    }
    let id = SessionId::from_random(clock::random().map_err(|e| ApiError::internal(&e))?);
    let (new, faults) = json_with_faults(&body)?;
    let mut session = parse(&app, shop, new, id, faults)?;
    refuse_untakeable(&app.config, shop, &session)?;
    offers::check(&app.config, shop, &session)?;
    let salt: [u8; 16] = clock::random().map_err(|e| ApiError::internal(&e))?;
    let secret = session_secret(key, &salt);
    let secret_mark = SecretMark {
        hash: sha256(secret.as_bytes()),
        salt: salt.to_vec(),
    };
    let kept = app.store.add_session(&mut session, &secret_mark, &mark);
    match kept.await? {
        Kept::New => Ok(created(&app, shop, &Book::of(session), secret)),
        Kept::OtherBody => Err(key_reused()),
        Kept::Replayed(id) => made_before(&app, shop, &SessionId::try_from(id)?).await,
    }
}

/// The answer to a request that was made before; none where a new session is to be made.
async fn replay(app: &App, shop: &Shop, kept: Kept) -> Result<Option<Response>, ApiError> {
    let id = match kept {
        Kept::New => return Ok(None),
        Kept::OtherBody => return Err(key_reused()),
        Kept::Replayed(id) => SessionId::try_from(id)?,
    };
    let book = shop_book(app, shop, &id).await?;
    if Folded::new(&book, clock::unix_now()).overview.dead {
        return Ok(None);
    }
    let secret = secret_again(app, shop, &id).await?;
    Ok(Some(created(app, shop, &book, secret)))
}

async fn made_before(app: &App, shop: &Shop, id: &SessionId) -> Result<Response, ApiError> {
    let secret = secret_again(app, shop, id).await?;
    Ok(created(app, shop, &shop_book(app, shop, id).await?, secret))
}

async fn secret_again(app: &App, shop: &Shop, id: &SessionId) -> Result<String, ApiError> {
    let mark = app.store.secret_mark(id).await?;
    let mark =
        mark.ok_or_else(|| ApiError::internal(&format!("{id} was made and is not there")))?;
    let secrets = shop
        .secret_keys
        .iter()
        .map(|key| session_secret(key, &mark.salt));
    secrets
        .into_iter()
        .find(|secret| sha256(secret.as_bytes()) == mark.hash)
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::CONFLICT,
                ProblemCode::KeyRotated,
                "this session was made with a key that is no longer configured; make a new session",
            )
        })
}

fn created(app: &App, shop: &Shop, book: &Book, secret: String) -> Response {
    let session = Folded::new(book, clock::unix_now()).shop_session();
    let left_out = offers::left_out(&app.config, shop, &book.session);
    let body = CreatedSession {
        secret,
        session,
        left_out,
    };
    no_store((StatusCode::CREATED, Json(body)))
}

/// Tells the shop the truth about a session: what it delivers on.
#[utoipa::path(
    get, path = "/v1/sessions/{id}", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    responses(
        (status = 200, body = ShopSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &caller)?;
    let id = session_id(id)?;
    Ok(no_store(Json(shop_session(&app, shop, &id).await?)))
}

/// The saved cards of the session's shopper, for a payment without the shopper.
#[utoipa::path(
    get, path = "/v1/sessions/{id}/cards", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    responses(
        (status = 200, body = SavedCards),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn cards(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &caller)?;
    let book = shop_book(&app, shop, &session_id(id)?).await?;
    app.limiter.session_call(&book.session.id)?;
    Ok(no_store(Json(saved(&app, shop, &book).await?)))
}

/// Pays the session with a saved card, without the shopper: by an agreement that the shop holds,
/// such as a subscription. Ask for the session afterwards: what this answers is no result. While
/// another payment of the session may still take money it is refused, with `payment_open`.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/payments", tag = "shop",
    params(
        ("id" = String, Path, description = "The session's id, cs_…"),
        ("Idempotency-Key" = String, Header, description = "One per intent, kept on retries"),
    ),
    request_body = StartPayment,
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn pay(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    body: RawBody,
) -> Result<Response, ApiError> {
    authenticate(&app, &caller)?;
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let (shop, _) = shop_of(&app, &caller.headers)?;
        let id = session_id(id)?;
        let scope = format!("shop/{}/session/{id}/payments", shop.id);
        let mark = idempotency(&caller.headers, scope, &body)?;
        // Whatever their keys, one at a time: the second sees what became of the first.
        let _in_flight = enter(&app, mark.scope.clone())?;
        let mut book = shop_book(&app, shop, &id).await?;
        // The shop's server asks: its headers say nothing of the shopper.
        speak(&mut book.session, shop, &HeaderMap::new());
        let starting = Starting {
            app: &app,
            shop,
            book: &book,
            client: None,
            mark: &mark,
        };
        starting.run(|| json(&body), true).await
    })
    .await
}
