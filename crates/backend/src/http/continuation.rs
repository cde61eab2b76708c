//! `POST /checkout/v1/payments/{id}/continue`: what the platform's fields in the page gave.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Failure, Proceed, Proceeded};
use guichet_store::{Advance, Conversation, Idempotency, Source, Stage};
use guichet_wire::{ContinuePayment, NextAction, StartedPayment};

use super::checkout::{answer, authenticate, created, refused_by_platform, replay, settled};
use super::problem::ApiError;
use super::request::{RawBody, idempotency, json};
use crate::app::App;
use crate::clock;
use crate::conversations::{TALKING_SECONDS, Talk};

/// Longest token that is passed on.
const TOKEN_MAX: usize = 4096;

/// Goes on with a payment.
#[utoipa::path(
    post, path = "/checkout/v1/payments/{id}/continue", tag = "widget",
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
pub(crate) async fn proceed(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let (book, _) = authenticate(&app, &headers).await?;
    let unknown = || {
        let detail = "this session has no such payment that could be continued";
        ApiError::new(StatusCode::NOT_FOUND, "payment_unknown", detail)
    };
    let id = id.ok().and_then(|Path(id)| PaymentId::try_from(id).ok());
    let id = id.ok_or_else(unknown)?;
    let (payment, _) = book
        .payments
        .iter()
        .find(|(p, _)| p.id == id)
        .ok_or_else(unknown)?;
    let mark = idempotency(&headers, format!("payment/{id}/continue"), &body)?;
    let Some(_in_flight) = app.enter(format!("{}/{}", mark.scope, mark.key)) else {
        return Err(under_way());
    };
    if let Some(kept) = app.store.recall(&mark).await? {
        return replay(kept);
    }
    // What this payment took is replayed above; another one's money is not to be taken twice.
    if book.session.settled_by.is_some() {
        return Err(settled());
    }
    let request: ContinuePayment = json(&body)?;
    if !(1..=TOKEN_MAX).contains(&request.token.len()) {
        let detail = format!("must be 1 to {TOKEN_MAX} bytes long");
        return Err(ApiError::field("token", detail));
    }
    let account = app
        .config
        .account(&payment.provider, payment.account.as_str());
    let (account, continuing) = account
        .and_then(|a| Some((a, a.continuing()?)))
        .ok_or_else(unknown)?;
    let conversation = app.store.conversation(&id).await?.ok_or_else(unknown)?;
    let talking = Advance {
        next_try_at: Some(clock::unix_now() + TALKING_SECONDS),
        ..Advance::new(Stage::Token, Stage::Talking)
    };
    if !app.store.advance(&id, &talking).await? {
        return Err(under_way());
    }
    let talk = Talk {
        app: &app,
        account,
        continuing,
        book: &book,
        payment,
    };
    converse(&talk, &conversation, &request, &mark).await
}

fn under_way() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        "idempotency_in_flight",
        "this payment is being worked on, or has gone on; ask for the session's status",
    )
}

async fn converse(
    talk: &Talk<'_>,
    conversation: &Conversation,
    request: &ContinuePayment,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    let addresses = talk.addresses(&conversation.nonce);
    let mut exchanges = Vec::new();
    let end = loop {
        let proceed = Proceed {
            begin: talk.begin(&addresses),
            keep: conversation.keep.as_deref(),
            token: &request.token,
            brand: request.brand.as_deref(),
        };
        let step = talk.continuing.proceed(&proceed, &exchanges);
        if let Some(end) = talk.app.platform.step(step, &mut exchanges).await {
            break end;
        }
    };
    match end {
        Ok(proceeded) => record(talk, proceeded, mark).await,
        // Nothing was sent: the same token may be tried again.
        Err(failure @ (Failure::Unreachable | Failure::Unsuitable(_))) => {
            let again = Advance::new(Stage::Talking, Stage::Token);
            talk.app.store.advance(&talk.payment.id, &again).await?;
            Err(refused_by_platform(failure))
        }
        Err(failure) => {
            talk.unknown(&failure).await?;
            Ok(created(answer(&talk.payment.id, NextAction::Wait)?))
        }
    }
}

/// Records what the platform told, and the answer with the step, before anything is answered.
async fn record(
    talk: &Talk<'_>,
    proceeded: Proceeded,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    for fact in &proceeded.facts {
        talk.app.ingest(fact, Source::Query, None).await?;
    }
    let to = match (&proceeded.next_action, proceeded.facts.is_empty()) {
        (Some(NextAction::FormPost { .. }), _) => Stage::Return,
        (Some(NextAction::HostedFields { .. }), _) => Stage::Token,
        (Some(NextAction::Wait), _) | (None, true) => Stage::Unknown,
        (None, false) => Stage::Over,
    };
    let body = answer(
        &talk.payment.id,
        proceeded.next_action.unwrap_or(NextAction::Wait),
    )?;
    let step = Advance {
        keep: proceeded.keep.as_deref(),
        next_try_at: (to == Stage::Unknown).then(|| clock::unix_now() + 1),
        answer: Some((mark, &body)),
        ..Advance::new(Stage::Talking, to)
    };
    talk.app.store.advance(&talk.payment.id, &step).await?;
    Ok(created(body))
}
