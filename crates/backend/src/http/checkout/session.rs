//! The session, as the widget shows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use guichet_widget::render::Post;
use guichet_wire::{CheckoutSession, CheckoutStatus};

use super::markup;
use crate::app::App;
use crate::clock;
use crate::http::auth::Opened;
use crate::http::pay::addresses::form_action;
use crate::http::problem::ApiError;
use crate::sessions::folded::Folded;
use crate::views::checkout::{checkout_session, checkout_status};

/// All that the widget needs for its first face; with `markup`, an HTML document with the session
/// as JSON in its `script`, and that face.
#[utoipa::path(
    get, path = "/session", tag = "widget",
    params(markup::Wish),
    responses(
        (status = 200, content((CheckoutSession = "application/json"), (String = "text/html"))),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn session(
    State(app): State<Arc<App>>,
    opened: Opened,
    wish: Result<Query<markup::Wish>, QueryRejection>,
) -> Result<Response, ApiError> {
    let shop = Arc::clone(&opened.shop);
    let book = opened.book(&app).await?;
    let folded = Folded::new(&book, clock::unix_now());
    let session = checkout_session(&app.accounts, &shop, &folded);
    let post = Post {
        action: &form_action(&app),
        // Whoever asks has it, and puts it where it belongs.
        secret: "",
        turn: book.payments.len(),
    };
    let document = markup::document(&session, &post, wish);
    Ok(document.unwrap_or_else(|| Json(session).into_response()))
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
    Ok(Json(checkout_status(&folded)))
}
