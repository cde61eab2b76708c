//! `/checkout/v1`: the widget, with the session's secret, from an origin of the session's shop.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, Method as HttpMethod, StatusCode, header};
use axum::response::Response;
use guichet_store::Book;
use guichet_wire::{CheckoutSession, CheckoutStatus, ProblemCode, StartPayment, StartedPayment};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

pub(super) mod cards;

use super::problem::ApiError;
use super::request::{
    Caller, RawBody, bearer, enter, idempotency, json, sha256, speak, to_the_end,
};
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::payments::start::{Starting, settled};
use crate::sessions::secret::SECRET_PREFIX;
use crate::sessions::views::{Folded, checkout_session};

/// Lets the browser of any origin read the answer; whether there is one to read is decided by
/// [`authenticate`], which refuses by status and not by the lack of a header.
pub(crate) fn cors() -> CorsLayer {
    preflights()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([HttpMethod::GET, HttpMethod::POST, HttpMethod::DELETE])
}

/// Preflights are answered for the headers that the page asks for: its own scripts add some to
/// every `fetch` (`traceparent`, `baggage`). Nobody reads them, and there are no cookies.
pub(in crate::http) fn preflights() -> CorsLayer {
    CorsLayer::new()
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(Duration::from_secs(600))
}

/// The book and the shop that the request's secret and origin open, for a caller and a session that
/// have not had too much.
pub(crate) async fn authenticate<'a>(
    app: &'a App,
    caller: &Caller,
) -> Result<(Book, &'a Shop), ApiError> {
    let (book, shop) = open(app, caller).await?;
    app.limiter.session(&book.session.id)?;
    Ok((book, shop))
}

/// The book and the shop that the request's secret and origin open.
pub(crate) async fn open<'a>(app: &'a App, caller: &Caller) -> Result<(Book, &'a Shop), ApiError> {
    let headers = &caller.headers;
    let unknown = |detail: &str| {
        Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            ProblemCode::SessionUnknown,
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
    let digest = sha256(secret.as_bytes());
    let look = app.store.book_by_secret(&digest);
    let Some(book) = caller.look_up(app, &digest, look).await? else {
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
            ProblemCode::OriginRefused,
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
    caller: Caller,
) -> Result<Json<CheckoutSession>, ApiError> {
    let (book, shop) = authenticate(&app, &caller).await?;
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
    caller: Caller,
) -> Result<Json<CheckoutStatus>, ApiError> {
    let (book, _) = authenticate(&app, &caller).await?;
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
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let (book, _) = authenticate(&app, &caller).await?;
    app.limiter.session_call(&book.session.id)?;
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let (mut book, shop) = open(&app, &caller).await?;
        speak(&mut book.session, shop, &caller.headers);
        let scope = format!("session/{}/payments", book.session.id);
        let mark = idempotency(&caller.headers, scope, &body)?;
        let _in_flight = enter(&app, format!("{}/{}", mark.scope, mark.key))?;
        // Even an intent that began before: its form must not be sent once another payment settled.
        if book.session.is_settled() {
            return Err(settled());
        }
        let starting = Starting {
            app: &app,
            shop,
            book: &book,
            client: caller.client,
            mark: &mark,
        };
        starting.run(|| json(&body), false).await
    })
    .await
}
