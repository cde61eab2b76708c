//! Payments, started and gone on with by the shopper.
//!
//! The session's book is read after the body: that may take its time, and meanwhile another payment
//! may have settled the session.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use guichet_domain::id::PaymentId;
use guichet_wire::{ContinuePayment, StartPayment, StartedPayment};

use super::call::{Call, CallForm};
use crate::app::App;
use crate::http::answers::created;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::given::given;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::{asked_for, to_the_end};
use crate::payments::error::PaymentError;
use crate::payments::go_on::Received;
use crate::payments::start::{Choice, Who};
use crate::payments::{go_on, start};

/// Starts a payment with one of the methods on offer.
#[utoipa::path(
    post, path = "/payments", tag = "widget",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "One per click, kept on retries; in a form, a field of it"
    )),
    request_body(content(
        (StartPayment = "application/json"),
        (CallForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []), ())
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let call = Call::read(&app, caller, body).await?;
    to_the_end(&Arc::clone(&app), async move {
        let opened = &call.opened;
        let mark = call.mark(format!("session/{}/payments", opened.session))?;
        let asked = start::Asked {
            app: &app,
            shop: &opened.shop,
            session: &opened.session,
            who: Who::Shopper,
            back_to_page: false,
            language: asked_for(&opened.caller.headers),
            client: opened.caller.client,
            mark: &mark,
        };
        let starting = asked.take().await?;
        let request: StartPayment = json(&call.body)?;
        let choice = Choice {
            method: &request.method,
            card: request.card.as_deref(),
            save: request.save,
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
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "One per intent, kept on retries; in a form, a field of it"
        ),
    ),
    request_body(content(
        (ContinuePayment = "application/json"),
        (CallForm = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []), ())
)]
pub(super) async fn proceed(
    State(app): State<Arc<App>>,
    caller: Caller,
    InPath(id): InPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let call = Call::read(&app, caller, body).await?;
    let id = id.ok_or(PaymentError::Unknown)?;
    to_the_end(&Arc::clone(&app), async move {
        let opened = &call.opened;
        let mark = call.hidden_mark(format!("payment/{id}/continue"))?;
        let asked = go_on::Asked {
            app: &app,
            shop: &opened.shop,
            session: &opened.session,
            payment: &id,
            language: asked_for(&opened.caller.headers),
            client: opened.caller.client,
            mark: &mark,
        };
        let going_on = match asked.take().await? {
            Received::New(going_on) => going_on,
            Received::Before(started) => return Ok(created(started)),
        };
        let request: ContinuePayment = json(&call.body)?;
        Ok(created(going_on.run(&given(&request)?).await?))
    })
    .await
}

/// A payment's id in the path, if it is one. Who asks is proven before that is told.
pub(super) struct InPath(Option<PaymentId>);

impl<S: Send + Sync> FromRequestParts<S> for InPath {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(id.ok().and_then(|Path(id)| id.try_into().ok())))
    }
}
