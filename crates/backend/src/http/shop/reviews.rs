//! What a shop decides about a payment that the platform holds.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use guichet_domain::FieldError;
use guichet_store::Source;
use serde::Deserialize;
use utoipa::ToSchema;

use super::operations::PaymentInPath;
use crate::app::App;
use crate::clock;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::review::{self, ReviewError};
use crate::sessions::folded::Folded;
use crate::views::shop::{self as views, ListedPayment};

/// What was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    /// `true` takes the payment, `false` lets it go.
    accept: bool,
}

/// Accepts or refuses a payment that the platform holds for the shop to look at (attention
/// `review`), or says of one that a terminal approved offline (attention `offline`) whether the
/// bank settled it. Answers with the payment as it stands then; the same decision again changes
/// nothing, another one is refused.
#[utoipa::path(
    post, path = "/v1/payments/{id}/reviews", tag = "shop",
    params(("id" = String, Path, description = "The payment's id, pay_…")),
    request_body = Decision,
    responses(
        (status = 200, body = ListedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    PaymentInPath(payment): PaymentInPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let Decision { accept } = json(&body)?;
    to_the_end(&Arc::clone(&app), async move {
        let whose = Whose::Shop(&shop.id);
        let book = find::book(&app, whose, &payment).await?;
        let decided = review::decide(&app, &book, &payment, accept, Source::Shop).await;
        decided.map_err(|error| match error {
            ReviewError::Unknown => OperationError::PaymentUnknown.into(),
            ReviewError::Store(error) => error.into(),
            error => ApiError::from(FieldError::new("accept", error.to_string())),
        })?;
        review::wait(&app, &payment).await?;
        let book = find::book(&app, Whose::Shop(&shop.id), &payment).await?;
        let listed = views::listed(&Folded::new(&book, clock::unix_now()), &payment);
        Ok(Json(listed.ok_or(OperationError::PaymentUnknown)?).into_response())
    })
    .await
}
