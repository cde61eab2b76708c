//! Payments without the shopper.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use guichet_wire::{StartPayment, StartedPayment};

use super::id::InPath;
use crate::app::App;
use crate::http::answers::created;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::{idempotency, to_the_end};
use crate::payments::start::{Asked, Choice, Who};

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
pub(super) async fn pay(
    State(app): State<Arc<App>>,
    AsShop { shop, caller, .. }: AsShop,
    InPath(id): InPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let scope = format!("shop/{}/session/{id}/payments", shop.id);
        let mark = idempotency(&caller.headers, scope, &body)?;
        let asked = Asked {
            app: &app,
            shop: &shop,
            session: &id,
            who: Who::Shop,
            back_to_page: false,
            // The shop's server asks: its headers and address say nothing of the shopper.
            language: None,
            client: None,
            mark: &mark,
        };
        let starting = asked.take().await?;
        let request: StartPayment = json(&body)?;
        let choice = Choice {
            method: &request.method,
            card: request.card.as_deref(),
            save: request.save,
        };
        Ok(created(starting.run(choice).await?))
    })
    .await
}
