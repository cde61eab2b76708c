//! The shopper's saved cards, as the shop's server sees them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guichet_wire::SavedCards;

use super::id::InPath;
use crate::app::App;
use crate::http::auth::AsShop;
use crate::http::problem::ApiError;
use crate::payments::cards::list;
use crate::sessions::find::of_shop;
use crate::views::checkout::saved_cards;

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
pub(super) async fn cards(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    InPath(id): InPath,
) -> Result<Json<SavedCards>, ApiError> {
    let book = of_shop(&app, &shop, &id).await?;
    app.limiter.session_call(&id)?;
    Ok(Json(saved_cards(list(&app, &shop, &book).await?)))
}
