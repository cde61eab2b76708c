//! Payments, started and gone on with by the shopper.
//!
//! The secret is proven before the body comes. The session's book is read after it: a body may take
//! its time, and meanwhile another payment may have settled the session.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use guichet_domain::id::PaymentId;
use guichet_wire::{ContinuePayment, StartPayment, StartedPayment};

use crate::app::App;
use crate::http::answers::created;
use crate::http::auth::OpenedForCall;
use crate::http::body::RawBody;
use crate::http::given::given;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::{asked_for, hidden_fingerprint, idempotency, to_the_end};
use crate::payments::error::PaymentError;
use crate::payments::go_on::Received;
use crate::payments::start::{Choice, Who};
use crate::payments::{go_on, start};

/// Starts a payment with one of the methods on offer.
#[utoipa::path(
    post, path = "/payments", tag = "widget",
    params(("Idempotency-Key" = String, Header, description = "One per click, kept on retries")),
    request_body = StartPayment,
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    OpenedForCall(opened): OpenedForCall,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let headers = &opened.caller.headers;
        let mark = idempotency(
            headers,
            format!("session/{}/payments", opened.session),
            &body,
        )?;
        let asked = start::Asked {
            app: &app,
            shop: &opened.shop,
            session: &opened.session,
            who: Who::Shopper,
            back_to_page: false,
            language: asked_for(headers),
            client: opened.caller.client,
            mark: &mark,
        };
        let starting = asked.take().await?;
        let request: StartPayment = json(&body)?;
        let choice = Choice {
            method: &request.method,
            card: request.card.as_deref(),
        };
        Ok(created(starting.run(choice).await?))
    })
    .await
}

/// Goes on with a payment.
#[utoipa::path(
    post, path = "/payments/{id}/continue", tag = "widget",
    params(
        ("id" = String, Path, description = "The payment's id, pay_…"),
        ("Idempotency-Key" = String, Header, description = "One per intent, kept on retries"),
    ),
    request_body = ContinuePayment,
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(super) async fn proceed(
    State(app): State<Arc<App>>,
    OpenedForCall(opened): OpenedForCall,
    InPath(id): InPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let headers = &opened.caller.headers;
        let mut mark = idempotency(headers, format!("payment/{id}/continue"), &body)?;
        mark.fingerprint = hidden_fingerprint(headers, &body);
        let asked = go_on::Asked {
            app: &app,
            shop: &opened.shop,
            session: &opened.session,
            payment: &id,
            language: asked_for(headers),
            client: opened.caller.client,
            mark: &mark,
        };
        let going_on = match asked.take().await? {
            Received::New(going_on) => going_on,
            Received::Before(started) => return Ok(created(started)),
        };
        let request: ContinuePayment = json(&body)?;
        Ok(created(going_on.run(&given(&request)?).await?))
    })
    .await
}

/// A payment's id in the path.
pub(super) struct InPath(PaymentId);

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.ok().and_then(|Path(id)| PaymentId::try_from(id).ok());
        id.map(Self).ok_or_else(|| PaymentError::Unknown.into())
    }
}
