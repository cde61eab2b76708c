//! `/checkout/v1`: the widget, with the session's secret, from an origin of the session's shop.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method as HttpMethod, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use guichet_domain::id::PaymentId;
use guichet_domain::method::Method;
use guichet_domain::session::PAYMENTS_MAX;
use guichet_providers::contract::{Begin, Begun, Failure, Provider};
use guichet_store::{AddedPayment, Book, Conversation, Idempotency, Kept, Payment, Stage};
use guichet_wire::{CheckoutSession, CheckoutStatus, NextAction, StartPayment, StartedPayment};

use super::problem::ApiError;
use super::request::{RawBody, bearer, idempotency, json, key_reused, sha256};
use super::sessions::SECRET_PREFIX;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::views::{Folded, Offer, checkout_session, offers};

/// Lets the browser of any origin read the answer; whether there is one to read is decided by
/// [`authenticate`], which refuses by status and not by the lack of a header.
pub(crate) async fn cors(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = if request.method() == HttpMethod::OPTIONS {
        preflight()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, idempotency-key",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The book and the shop that the request's secret and origin open.
pub(super) async fn authenticate<'a>(
    app: &'a App,
    headers: &HeaderMap,
) -> Result<(Book, &'a Shop), ApiError> {
    let unknown = |detail: &str| {
        Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "session_unknown",
            detail,
        ))
    };
    let secret = match bearer(headers) {
        Some(secret) if secret.starts_with(SECRET_PREFIX) => secret,
        Some(id) if id.starts_with("cs_") => {
            return unknown("this is the session's id; the session attribute takes its secret");
        }
        _ => return unknown("send the session's secret: Authorization: Bearer css_…"),
    };
    let Some(book) = app.store.book_by_secret(&sha256(secret.as_bytes())).await? else {
        return unknown("there is no session with this secret");
    };
    let Some(shop) = app.config.shop(&book.session.shop) else {
        return unknown("the shop of this session is no longer configured");
    };
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let allowed = |origin: &HeaderValue| shop.origins.iter().any(|known| origin == known.as_str());
    if !origins.all(allowed) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "origin_refused",
            "this page's origin is not among the origins configured for the shop",
        ));
    }
    Ok((book, shop))
}

/// All that the widget needs for its first face.
#[utoipa::path(
    get, path = "/checkout/v1/session", tag = "widget",
    responses(
        (status = 200, body = CheckoutSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<CheckoutSession>, ApiError> {
    let (book, shop) = authenticate(&app, &headers).await?;
    let folded = Folded::new(&book, clock::unix_now());
    Ok(Json(checkout_session(&app.config, shop, &folded)))
}

/// Where the session stands.
#[utoipa::path(
    get, path = "/checkout/v1/status", tag = "widget",
    responses(
        (status = 200, body = CheckoutStatus),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn status(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<CheckoutStatus>, ApiError> {
    let (book, _) = authenticate(&app, &headers).await?;
    Ok(Json(
        Folded::new(&book, clock::unix_now()).checkout_status(),
    ))
}

/// Starts a payment with one of the methods on offer.
#[utoipa::path(
    post, path = "/checkout/v1/payments", tag = "widget",
    params(("Idempotency-Key" = String, Header, description = "One per click, kept on retries")),
    request_body = StartPayment,
    responses(
        (status = 201, body = StartedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("session_secret" = []))
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let (book, shop) = authenticate(&app, &headers).await?;
    let mark = idempotency(
        &headers,
        format!("session/{}/payments", book.session.id),
        &body,
    )?;
    let Some(_in_flight) = app.enter(format!("{}/{}", mark.scope, mark.key)) else {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "idempotency_in_flight",
            "a request with this Idempotency-Key is being worked on; send it again in a moment",
        ));
    };
    // Even an intent that began before: its form must not be sent once another payment settled.
    if book.session.settled_by.is_some() {
        return Err(settled());
    }
    if let Some(kept) = app.store.recall(&mark).await? {
        return replay(kept);
    }
    let request: StartPayment = json(&body)?;
    let folded = Folded::new(&book, clock::unix_now());
    refuse_if_closed(&folded)?;
    let offer = choose(&app, shop, &book, &request)?;
    let account = app
        .config
        .account(&offer.entry.provider, offer.entry.account.as_str())
        .ok_or_else(|| ApiError::internal(&"an offer without its account"))?;
    begin(&app, &book, account, &offer, &mark).await
}

pub(super) fn replay(kept: Kept) -> Result<Response, ApiError> {
    match kept {
        Kept::Replayed(body) => Ok(created(body)),
        Kept::OtherBody => Err(key_reused()),
        Kept::New => Err(ApiError::internal(&"a recalled request is new")),
    }
}

pub(super) fn created(body: String) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, json, body).into_response()
}

fn refuse_if_closed(folded: &Folded<'_>) -> Result<(), ApiError> {
    if folded.overview.can_pay {
        return Ok(());
    }
    let session = &folded.book.session;
    Err(if session.settled_by.is_some() {
        settled()
    } else if folded.book.payments.len() >= PAYMENTS_MAX {
        too_many()
    } else {
        ApiError::new(
            StatusCode::GONE,
            "session_expired",
            "this session has expired; the shop must make a new one",
        )
    })
}

pub(super) fn settled() -> ApiError {
    let detail = "this session is paid; ask for its status";
    ApiError::new(StatusCode::CONFLICT, "session_paid", detail)
}

fn too_many() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_payments",
        format!("a session may have {PAYMENTS_MAX} payments; the shop must make a new one"),
    )
}

fn choose<'a>(
    app: &App,
    shop: &'a Shop,
    book: &Book,
    request: &StartPayment,
) -> Result<Offer<'a>, ApiError> {
    let not_offered = || {
        ApiError::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "method_not_offered",
            "this method is not among those that GET /checkout/v1/session offers",
        )
    };
    let method = Method::try_from(request.method.clone()).map_err(|_| not_offered())?;
    offers(&app.config, shop, &book.session)
        .into_iter()
        .find(|o| o.description.method == method && o.offer.unavailable.is_none())
        .ok_or_else(not_offered)
}

async fn begin(
    app: &App,
    book: &Book,
    account: &dyn Provider,
    offer: &Offer<'_>,
    mark: &Idempotency,
) -> Result<Response, ApiError> {
    let session = &book.session;
    let random = || clock::random::<16>().map_err(|e| ApiError::internal(&e));
    let id = PaymentId::from_random(random()?);
    let reference = account.new_reference(random()?);
    let nonce = hex::encode(random()?);
    let addresses = app.config.addresses(account, &id, &nonce);
    let method = &offer.description.method;
    let mut exchanges = Vec::new();
    let begun = loop {
        let (reference, addresses, now) = (reference.as_str(), &addresses, clock::now());
        let step = account.begin(
            &Begin {
                session,
                method,
                reference,
                addresses,
                now,
            },
            &exchanges,
        );
        if let Some(end) = app.platform.step(step, &mut exchanges).await {
            break end.map_err(refused_by_platform)?;
        }
    };
    let now = clock::unix_now();
    let payment = Payment {
        id,
        session: session.id.clone(),
        provider: account.name().into(),
        account: account.account().clone(),
        method: method.clone(),
        kind: offer.description.kind,
        reference,
        created_at: now,
        deadline_at: now + account.deadline_seconds(),
    };
    let conversation = account.continuing().map(|_| conversation(nonce, &begun));
    let body = answer(&payment.id, begun.next_action)?;
    let store = &app.store;
    match store
        .add_payment(&payment, conversation.as_ref(), mark, &body)
        .await?
    {
        AddedPayment::Kept(Kept::New) => {
            tracing::info!(payment = %payment.id, session = %session.id, %method, "started");
            Ok(created(body))
        }
        AddedPayment::Kept(kept) => replay(kept),
        AddedPayment::Settled => Err(settled()),
        AddedPayment::TooMany => Err(too_many()),
    }
}

/// The rest of a payment that has begun.
fn conversation(nonce: String, begun: &Begun) -> Conversation {
    let stage = match begun.next_action {
        NextAction::HostedFields { .. } => Stage::Token,
        NextAction::FormPost { .. } | NextAction::Wait => Stage::Return,
    };
    let keep = begun.keep.clone();
    Conversation {
        nonce,
        stage,
        keep,
        posted: Vec::new(),
        tries: 0,
    }
}

/// The body of an answer that tells the browser what to do next.
pub(super) fn answer(payment: &PaymentId, next_action: NextAction) -> Result<String, ApiError> {
    let started = StartedPayment {
        payment: payment.to_string(),
        next_action,
    };
    serde_json::to_string(&started).map_err(|e| ApiError::internal(&e))
}

pub(super) fn refused_by_platform(failure: Failure) -> ApiError {
    match failure {
        Failure::Unreachable => ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "platform_unreachable",
            "the payment platform does not answer; nothing was started, try again in a moment",
        ),
        Failure::Unsuitable(field) => field.into(),
        Failure::Unexpected(what) => ApiError::internal(&what),
        Failure::Unknown => ApiError::internal(&"the outcome of a call is unknown"),
    }
}
