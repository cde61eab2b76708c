//! The session, as the widget shows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use guichet_wire::{CheckoutSession, CheckoutStatus};

use crate::app::App;
use crate::clock;
use crate::http::auth::Opened;
use crate::http::problem::ApiError;
use crate::sessions::views::{Folded, checkout_session};

/// All that the widget needs for its first face.
#[utoipa::path(
    get, path = "/session", tag = "widget",
    responses(
        (status = 200, body = CheckoutSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn session(
    State(app): State<Arc<App>>,
    opened: Opened,
) -> Result<Json<CheckoutSession>, ApiError> {
    let shop = Arc::clone(&opened.shop);
    let book = opened.book(&app).await?;
    let folded = Folded::new(&book, clock::unix_now());
    Ok(Json(checkout_session(&app.accounts, &shop, &folded)))
}

/// Where the session stands.
#[utoipa::path(
    get, path = "/status", tag = "widget",
    responses(
        (status = 200, body = CheckoutStatus),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn status(
    State(app): State<Arc<App>>,
    opened: Opened,
) -> Result<Json<CheckoutStatus>, ApiError> {
    let book = opened.book(&app).await?;
    let folded = Folded::new(&book, clock::unix_now());
    Ok(Json(folded.checkout_status()))
}
