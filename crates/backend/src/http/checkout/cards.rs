//! A shopper's saved cards: listed and removed while a session is open. Whose cards they are, the
//! session says, and with it the shop's server.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use guichet_domain::id::Slug;
use guichet_domain::method::Method;
use guichet_providers::contract::{Exchange, KeptCard, Owner, Vault};
use guichet_store::{Book, CardMark};
use guichet_wire::{ProblemCode, SavedCard, SavedCards};

use super::super::checkout;
use super::super::problem::ApiError;
use super::super::request::Caller;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::payments::start::{refuse_if_closed, refused_by_platform};
use crate::sessions::offers::{Offer, offers};
use crate::sessions::views::Folded;

/// The cards that can pay this session.
#[utoipa::path(
    get, path = "/checkout/v1/cards", tag = "widget",
    responses(
        (status = 200, body = SavedCards),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<SavedCards>, ApiError> {
    let (book, shop) = checkout::authenticate(&app, &caller).await?;
    app.limiter.session_call(&book.session.id)?;
    Ok(Json(saved(&app, shop, &book).await?))
}

/// Removes a card for good. One that is not there any more is removed.
#[utoipa::path(
    delete, path = "/checkout/v1/cards/{method}/{card}", tag = "widget",
    params(
        ("method" = String, Path, description = "The card's method, as it is listed"),
        ("card" = String, Path, description = "The card's name, as it is listed"),
    ),
    responses(
        (status = 204, description = "The card is gone"),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let (book, shop) = checkout::authenticate(&app, &caller).await?;
    app.limiter.session_call(&book.session.id)?;
    refuse_if_closed(&Folded::new(&book, clock::unix_now()))?;
    let unknown = || {
        let detail = "this session has no such saved card; GET /checkout/v1/cards lists them";
        ApiError::new(StatusCode::NOT_FOUND, ProblemCode::CardUnknown, detail)
    };
    let Path((method, card)) = path.map_err(|_| unknown())?;
    let owner = Owner::of(&book.session).ok_or_else(unknown)?;
    let vaults = vaults(&app, shop, &book);
    let found = vaults.into_iter().find(|(m, ..)| m.as_str() == method);
    let (_, account, vault) = found.ok_or_else(unknown)?;
    // Another card may be given its name. First, so that no failure leaves it behind.
    let mark = CardMark {
        account,
        shop: owner.shop,
        shopper: owner.shopper,
        card: &card,
    };
    app.store.forget_first_payment(&mark).await?;
    // Whatever text came, the platform is told none but its own names.
    let kept = kept(&app, vault, &owner).await?;
    if kept.iter().all(|kept| kept.id != card) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let step = |exchanges: &[Exchange]| vault.remove(&owner, &card, exchanges);
    let removed = app.platform.converse(step).await;
    removed.map_err(refused_by_platform)?;
    tracing::info!(session = %book.session.id, "a saved card was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// The vaults of the methods that a session offers with saved cards, and whose they are.
fn vaults<'a>(app: &'a App, shop: &'a Shop, book: &Book) -> Vec<(Method, &'a Slug, &'a dyn Vault)> {
    let offers = offers(&app.config, shop, &book.session);
    let with_cards = offers.into_iter().filter(|o| o.offer.saved_cards);
    let vault = |offer: Offer<'a>| {
        let entry = offer.entry;
        let account = app
            .config
            .account(&entry.provider, entry.account.as_str())?;
        Some((
            offer.description.method,
            account.account(),
            account.vault()?,
        ))
    };
    with_cards.filter_map(vault).collect()
}

/// Every card of an owner.
async fn kept(app: &App, vault: &dyn Vault, owner: &Owner<'_>) -> Result<Vec<KeptCard>, ApiError> {
    let step = |exchanges: &[Exchange]| vault.cards(owner, exchanges);
    let kept = app.platform.converse(step).await;
    kept.map_err(refused_by_platform)
}

/// The shopper's cards that have not expired.
pub(in crate::http) async fn saved(
    app: &App,
    shop: &Shop,
    book: &Book,
) -> Result<SavedCards, ApiError> {
    refuse_if_closed(&Folded::new(book, clock::unix_now()))?;
    let Some(owner) = Owner::of(&book.session) else {
        return Ok(SavedCards::default());
    };
    let mut cards = Vec::new();
    for (method, _, vault) in vaults(app, shop, book) {
        let kept = kept(app, vault, &owner).await?.into_iter();
        let now = clock::now();
        let valid = kept.filter(|card| !card.has_expired(now));
        cards.extend(valid.map(|card| {
            SavedCard {
                method: method.to_string(),
                card: card.id,
                brand: card.brand,
                last_digits: card.last_digits,
                expires: card
                    .expires
                    .map(|(year, month)| format!("{year:04}-{month:02}")),
            }
        }));
    }
    Ok(SavedCards { cards })
}
