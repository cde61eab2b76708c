//! The session, as the widget shows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use guichet_widget::render::Post;
use guichet_wire::{CheckoutSession, CheckoutStatus};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use super::markup;
use crate::app::App;
use crate::clock;
use crate::http::auth::{Opened, Surface, secret_of};
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::pay::addresses::form_action;
use crate::http::problem::ApiError;
use crate::payments::cards::leave_out_without_cards;
use crate::payments::terminals::add_shown;
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
    answer(&app, opened, wish).await
}

/// The form by which a page asks for its session.
#[derive(Serialize, ToSchema)]
pub(super) struct Asking {
    /// The session's secret.
    session: String,
}

/// The session, asked for by a form: a browser sends one to another origin at once, while a header
/// of its own costs a round trip in which it asks whether it may.
#[utoipa::path(
    post, path = "/session", tag = "widget",
    params(markup::Wish),
    request_body(content = Asking, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, content((CheckoutSession = "application/json"), (String = "text/html"))),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(super) async fn session_by_form(
    State(app): State<Arc<App>>,
    caller: Caller,
    wish: Result<Query<markup::Wish>, QueryRejection>,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let mut pairs = form_urlencoded::parse(&body);
    let given = pairs.find(|(name, _)| name == "session");
    let secret = given.as_ref().map(|(_, secret)| &**secret);
    let secret = secret_of(secret, "send the session's secret as session=css_…")?;
    let opened = Opened::by(&app, caller, secret, Surface::Widget).await?;
    answer(&app, opened, wish).await
}

async fn answer(
    app: &App,
    opened: Opened,
    wish: Result<Query<markup::Wish>, QueryRejection>,
) -> Result<Response, ApiError> {
    let shop = Arc::clone(&opened.shop);
    let book = opened.book(app).await?;
    let folded = Folded::new(&book, clock::unix_now());
    let mut session = checkout_session(&app.accounts, &shop, &folded);
    leave_out_without_cards(app, &shop, &book, &mut session).await?;
    let post = Post {
        action: &form_action(app),
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
    let mut status = checkout_status(&app.accounts, &folded);
    add_shown(&app, &book, &mut status);
    Ok(Json(status))
}
