//! The shopper's saved cards: listed and removed while a session is open.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use guichet_wire::SavedCards;

use crate::app::App;
use crate::http::auth::OpenedForCall;
use crate::http::problem::ApiError;
use crate::payments::cards;
use crate::payments::error::PaymentError;
use crate::views::checkout::saved_cards;

/// The cards that can pay this session.
#[utoipa::path(
    get, path = "/cards", tag = "widget",
    responses(
        (status = 200, body = SavedCards),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    OpenedForCall(opened): OpenedForCall,
) -> Result<Json<SavedCards>, ApiError> {
    let shop = Arc::clone(&opened.shop);
    let book = opened.book(&app).await?;
    Ok(Json(saved_cards(cards::list(&app, &shop, &book).await?)))
}

/// Removes a card for good. One that is not there any more is removed.
#[utoipa::path(
    delete, path = "/cards/{method}/{card}", tag = "widget",
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
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    OpenedForCall(opened): OpenedForCall,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let shop = Arc::clone(&opened.shop);
    let book = opened.book(&app).await?;
    let Path((method, card)) = path.map_err(|_| PaymentError::CardUnknown)?;
    cards::remove(&app, &shop, &book, &method, &card).await?;
    Ok(StatusCode::NO_CONTENT)
}
