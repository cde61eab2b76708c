//! Links to a session's page, for a shop to send.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use guichet_store::Link;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id::InPath;
use crate::app::App;
use crate::clock;
use crate::digest::sha256;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json;
use crate::http::pay::addresses::link as link_to;
use crate::http::problem::ApiError;
use crate::payments::error::PaymentError;
use crate::sessions::{find, secret};

/// Shortest and longest time for which a link may be good, in seconds.
const SECONDS: std::ops::RangeInclusive<i64> = 60..=90 * 86_400;

/// A link that is wanted.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NewLink {
    /// Seconds for which it is good, from 60 to 7776000; as long as the session takes payments,
    /// where it is left out, and never longer.
    expires_in: Option<i64>,
}

/// A link that was made. It is told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedLink {
    /// The address to send. Whoever opens it first, and presses its button, can pay the order.
    url: String,
    /// Unix second from which it opens nothing.
    expires_at: i64,
}

/// Makes a link to a page on which the session can be paid without the shop's own page: to send by
/// e-mail, say. It works once: what only opens it uses nothing. Each request makes another one.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/links", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    request_body(content = Option<NewLink>),
    responses(
        (status = 201, body = CreatedLink),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    InPath(id): InPath,
    body: RawBody,
) -> Result<(StatusCode, Json<CreatedLink>), ApiError> {
    let body = body.read(&app).await?;
    let wanted = if body.is_empty() {
        NewLink::default()
    } else {
        json::<NewLink>(&body)?
    };
    if let Some(seconds) = wanted.expires_in
        && !SECONDS.contains(&seconds)
    {
        let (least, most) = SECONDS.into_inner();
        let detail = format!("must be a number of seconds from {least} to {most}");
        return Err(ApiError::field("expires_in", detail));
    }
    let now = clock::unix_now();
    let book = find::of_shop(&app, &shop, &id).await?;
    let end = book.session.expires_at;
    if end <= now {
        return Err(PaymentError::SessionExpired.into());
    }
    // Whether its secret can still be told: later it could not.
    secret::again(&app, &shop, &id).await?;
    let random: [u8; 32] = clock::random().map_err(|error| ApiError::internal(&error))?;
    let token = BASE64_URL_SAFE_NO_PAD.encode(random);
    let expires_at = wanted
        .expires_in
        .map_or(end, |seconds| end.min(now + seconds));
    let link = Link {
        digest: &sha256(token.as_bytes()),
        session: &id,
        expires_at,
        now,
    };
    app.store.add_link(&link).await?;
    let url = link_to(&app, &id, &token);
    Ok((StatusCode::CREATED, Json(CreatedLink { url, expires_at })))
}
