//! A shopper's saved cards: listed and removed while a session is open. Whose cards they are, the
//! session says, and with it the shop's server.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use guichet_domain::method::Method;
use guichet_providers::contract::{KeptCard, Owner, Vault};
use guichet_store::Book;
use guichet_wire::{SavedCard, SavedCards};

use super::checkout;
use super::problem::ApiError;
use super::starting::{refuse_if_closed, refused_by_platform};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::views::{Folded, offers};

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
    headers: HeaderMap,
) -> Result<Json<SavedCards>, ApiError> {
    let (book, shop) = checkout::authenticate(&app, &headers).await?;
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
    headers: HeaderMap,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let (book, shop) = checkout::authenticate(&app, &headers).await?;
    refuse_if_closed(&Folded::new(&book, clock::unix_now()))?;
    let unknown = || {
        let detail = "this session has no such saved card; GET /checkout/v1/cards lists them";
        ApiError::new(StatusCode::NOT_FOUND, "card_unknown", detail)
    };
    let Path((method, card)) = path.map_err(|_| unknown())?;
    let owner = Owner::of(&book.session).ok_or_else(unknown)?;
    let vaults = vaults(&app, shop, &book);
    let found = vaults.into_iter().find(|(m, _)| m.as_str() == method);
    let (_, vault) = found.ok_or_else(unknown)?;
    // Whatever text came, the platform is told none but its own names.
    let kept = kept(&app, vault, &owner).await?;
    if kept.iter().all(|kept| kept.id != card) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let mut exchanges = Vec::new();
    loop {
        let step = vault.remove(&owner, &card, &exchanges);
        if let Some(end) = app.platform.step(step, &mut exchanges).await {
            end.map_err(refused_by_platform)?;
            tracing::info!(session = %book.session.id, "a saved card was removed");
            return Ok(StatusCode::NO_CONTENT);
        }
    }
}

/// The vaults of the methods that a session offers with saved cards.
fn vaults<'a>(app: &'a App, shop: &'a Shop, book: &Book) -> Vec<(Method, &'a dyn Vault)> {
    let offers = offers(&app.config, shop, &book.session);
    let with_cards = offers.into_iter().filter(|o| o.offer.saved_cards);
    let vault = |offer: crate::views::Offer<'a>| {
        let entry = offer.entry;
        let account = app
            .config
            .account(&entry.provider, entry.account.as_str())?;
        Some((offer.description.method, account.vault()?))
    };
    with_cards.filter_map(vault).collect()
}

/// Every card of an owner.
async fn kept(app: &App, vault: &dyn Vault, owner: &Owner<'_>) -> Result<Vec<KeptCard>, ApiError> {
    let mut exchanges = Vec::new();
    loop {
        let step = vault.cards(owner, &exchanges);
        if let Some(end) = app.platform.step(step, &mut exchanges).await {
            return end.map_err(refused_by_platform);
        }
    }
}

/// The shopper's cards that have not expired.
pub(super) async fn saved(app: &App, shop: &Shop, book: &Book) -> Result<SavedCards, ApiError> {
    refuse_if_closed(&Folded::new(book, clock::unix_now()))?;
    let Some(owner) = Owner::of(&book.session) else {
        return Ok(SavedCards::default());
    };
    let mut cards = Vec::new();
    for (method, vault) in vaults(app, shop, book) {
        let kept = kept(app, vault, &owner).await?.into_iter();
        let now = clock::now();
        let valid = kept.filter(|card| !has_expired(card, now));
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

/// A card pays until the end of its month.
fn has_expired(card: &KeptCard, now: jiff::Timestamp) -> bool {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC);
    let this_month = (today.year(), today.month());
    card.expires.is_some_and(|expires| expires < this_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_pays_until_the_end_of_its_month() {
        let has_expired = |expires, now: &str| {
            let card = KeptCard {
                id: "1".into(),
                brand: "CB".into(),
                last_digits: "00".into(),
                expires,
            };
            has_expired(&card, now.parse().unwrap())
        };
        assert!(!has_expired(Some((2026, 11)), "2026-11-30T23:59:59Z"));
        assert!(has_expired(Some((2026, 11)), "2026-12-01T00:00:00Z"));
        assert!(!has_expired(Some((2027, 1)), "2026-12-31T12:00:00Z"));
        assert!(has_expired(Some((2025, 12)), "2026-01-01T12:00:00Z"));
        assert!(!has_expired(None, "2026-01-01T12:00:00Z"));
    }
}
