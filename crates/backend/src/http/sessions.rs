//! `/v1/sessions`: the shop's server, with its secret key.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use guichet_domain::field::Faults;
use guichet_domain::id::SessionId;
use guichet_domain::language::Language;
use guichet_domain::method::Method;
use guichet_domain::money::{Amount, Currency};
use guichet_domain::session::Session;
use guichet_domain::{FieldError, field};
use guichet_providers::contract::Environment;
use guichet_store::{Book, Kept, SecretMark};
use guichet_wire::{SavedCards, StartPayment, StartedPayment};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::cards::saved;
use super::new_shopper::NewShopper;
use super::problem::ApiError;
use super::request::{
    RawBody, bearer, enter, idempotency, json, json_with_faults, key_reused, sha256, speak,
    to_the_end,
};
use super::starting::Starting;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::demands::{self, LeftOut};
use crate::views::{CaptureMode, Folded, ShopSession};

/// How long a session lives when the shop does not say, in seconds.
const EXPIRES_IN_DEFAULT: u32 = 3600;

/// The longest that a session may live, in seconds: a week.
const EXPIRES_IN_MAX: u32 = 7 * 24 * 3600;

/// What every session secret begins with.
pub(crate) const SECRET_PREFIX: &str = "css_";

/// A checkout to make, as the shop's server sends it.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// The shop's own order reference, of any length.
    reference: String,
    /// Total to pay, an integer of minor units (cents for EUR), 1 to 9,999,999,999.
    amount: u64,
    /// ISO 4217 code, such as `EUR`.
    currency: String,
    /// Who pays, as far as the shop knows it.
    shopper: Option<NewShopper>,
    /// Number of items in the basket, at least 1.
    #[serde(default = "one")]
    items: u32,
    /// Language for the shopper, such as `fr`, `en-GB` or `pt_BR`. If it is absent, the page's own
    /// decides, then the shop's, then English.
    locale: Option<String>,
    /// Methods to offer, in order; all that the shop has if absent.
    methods: Option<Vec<String>>,
    /// Part of the amount that meal vouchers may pay, in minor units; all of it if absent.
    voucher_eligible_amount: Option<u64>,
    /// When the money is taken.
    #[serde(default)]
    capture: CaptureMode,
    /// Where the browser goes after the platform's page: an address of the shop's own origins.
    return_url: String,
    /// Seconds that the session lives, 1 to 604,800; an hour if absent.
    expires_in: Option<u32>,
    /// Whatever the shop wants back, at most 50 entries.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// A session that was made. `secret` goes into the element's `session` attribute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedSession {
    /// For the page of this one order; never in an address, never in a log.
    secret: String,
    #[serde(flatten)]
    session: ShopSession,
    /// Methods that it would be offered if more were known of the shopper. Absent if there are
    /// none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut>,
}

fn one() -> u32 {
    1
}

/// The shop whose secret key the request carries.
fn authenticate<'a>(
    app: &'a App,
    headers: &'a HeaderMap,
) -> Result<(&'a Shop, &'a SecretString), ApiError> {
    let unknown = || {
        ApiError::new(
            StatusCode::UNAUTHORIZED,
            "key_unknown",
            "send the shop's secret key: Authorization: Bearer sk_…",
        )
    };
    let token = bearer(headers).ok_or_else(unknown)?;
    // Digests are compared, so that the time taken tells nothing of the keys.
    let digest = sha256(token.as_bytes());
    let known = app
        .config
        .shops
        .iter()
        .flat_map(|shop| shop.secret_keys.iter().map(move |key| (shop, key)));
    let fits = |(_, key): &(&Shop, &SecretString)| {
        let known = sha256(key.expose_secret().as_bytes());
        aws_lc_rs::constant_time::verify_slices_are_equal(&known, &digest).is_ok()
    };
    known.into_iter().find(fits).ok_or_else(unknown)
}

/// The secret of a session. Whoever holds the shop's key can derive it again from the salt, so that
/// a repeated request is given the same secret though only its digest is stored.
fn session_secret(key: &SecretString, salt: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret().as_bytes());
    let tag = hmac::sign(
        &key,
        &[b"guichet session secret ".as_slice(), salt].concat(),
    );
    format!("{SECRET_PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}

/// Makes a session.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "shop",
    params(("Idempotency-Key" = String, Header, description = "One per order, kept on retries")),
    request_body = NewSession,
    responses(
        (status = 201, body = CreatedSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    let (shop, key) = authenticate(&app, &headers)?;
    let mark = idempotency(&headers, format!("shop/{}/sessions", shop.id), &body)?;
    let id = SessionId::from_random(clock::random().map_err(|e| ApiError::internal(&e))?);
    let (new, faults) = json_with_faults(&body)?;
    let session = parse(&app, shop, new, id, faults)?;
    demands::check(&app.config, shop, &session)?;
    let salt: [u8; 16] = clock::random().map_err(|e| ApiError::internal(&e))?;
    let secret = session_secret(key, &salt);
    let secret_mark = SecretMark {
        hash: sha256(secret.as_bytes()),
        salt: salt.to_vec(),
    };
    let id = session.id.to_string();
    match app
        .store
        .add_session(&session, &secret_mark, &mark, &id)
        .await?
    {
        Kept::New => Ok(created(&app, shop, &Book::of(session), secret)),
        Kept::OtherBody => Err(key_reused()),
        Kept::Replayed(id) => {
            let id = SessionId::try_from(id)?;
            let secret = secret_again(&app, shop, &id).await?;
            Ok(created(
                &app,
                shop,
                &shop_book(&app, shop, &id).await?,
                secret,
            ))
        }
    }
}

async fn secret_again(app: &App, shop: &Shop, id: &SessionId) -> Result<String, ApiError> {
    let mark = app.store.secret_mark(id).await?;
    let mark =
        mark.ok_or_else(|| ApiError::internal(&format!("{id} was made and is not there")))?;
    let secrets = shop
        .secret_keys
        .iter()
        .map(|key| session_secret(key, &mark.salt));
    secrets
        .into_iter()
        .find(|secret| sha256(secret.as_bytes()) == mark.hash)
        .ok_or_else(|| {
            ApiError::new(
                StatusCode::CONFLICT,
                "key_rotated",
                "this session was made with a key that is no longer configured; make a new session",
            )
        })
}

fn created(app: &App, shop: &Shop, book: &Book, secret: String) -> Response {
    let session = Folded::new(book, clock::unix_now()).shop_session();
    let left_out = demands::left_out(&app.config, shop, &book.session);
    let body = CreatedSession {
        secret,
        session,
        left_out,
    };
    no_store((StatusCode::CREATED, Json(body)))
}

async fn shop_session(app: &App, shop: &Shop, id: &SessionId) -> Result<ShopSession, ApiError> {
    let book = shop_book(app, shop, id).await?;
    Ok(Folded::new(&book, clock::unix_now()).shop_session())
}

async fn shop_book(app: &App, shop: &Shop, id: &SessionId) -> Result<Book, ApiError> {
    let book = app
        .store
        .book(id)
        .await?
        .filter(|book| book.session.shop == shop.id);
    book.ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "session_unknown",
            "this shop has no such session",
        )
    })
}

fn no_store(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Tells the shop the truth about a session: what it delivers on.
#[utoipa::path(
    get, path = "/v1/sessions/{id}", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    responses(
        (status = 200, body = ShopSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &headers)?;
    let id = session_id(id)?;
    Ok(no_store(Json(shop_session(&app, shop, &id).await?)))
}

fn session_id(id: Result<Path<String>, PathRejection>) -> Result<SessionId, ApiError> {
    let id = id.ok().and_then(|Path(id)| SessionId::try_from(id).ok());
    id.ok_or_else(|| {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "session_unknown",
            "a session's id begins with cs_",
        )
    })
}

/// The saved cards of the session's shopper, for a payment without the shopper.
#[utoipa::path(
    get, path = "/v1/sessions/{id}/cards", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    responses(
        (status = 200, body = SavedCards),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn cards(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &headers)?;
    let book = shop_book(&app, shop, &session_id(id)?).await?;
    Ok(no_store(Json(saved(&app, shop, &book).await?)))
}

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
pub(crate) async fn pay(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    id: Result<Path<String>, PathRejection>,
    RawBody(body): RawBody,
) -> Result<Response, ApiError> {
    to_the_end(&Arc::clone(&app), async move {
        let (shop, _) = authenticate(&app, &headers)?;
        let id = session_id(id)?;
        let scope = format!("shop/{}/session/{id}/payments", shop.id);
        let mark = idempotency(&headers, scope, &body)?;
        // Whatever their keys, one at a time: the second sees what became of the first.
        let _in_flight = enter(&app, mark.scope.clone())?;
        let mut book = shop_book(&app, shop, &id).await?;
        // The shop's server asks: its headers say nothing of the shopper.
        speak(&mut book.session, shop, &HeaderMap::new());
        let starting = Starting {
            app: &app,
            shop,
            book: &book,
            client: None,
            mark: &mark,
        };
        starting.run(|| json(&body), true).await
    })
    .await
}

/// Reads a new session. One answer names every field that is at fault.
fn parse(
    app: &App,
    shop: &Shop,
    new: Option<NewSession>,
    id: SessionId,
    mut faults: Faults,
) -> Result<Session, Vec<FieldError>> {
    let Some(new) = new else {
        return faults.finish(None);
    };
    let now = clock::unix_now();
    let amount = faults.keep(Amount::parse("amount", new.amount));
    faults.keep(check_counts(&new));
    faults.keep(check_eligible(&new));
    let reference = faults.keep(field::line("reference", &new.reference, usize::MAX));
    let expires_in = faults.keep(parse_expires_in(new.expires_in));
    let currency = faults.keep(Currency::try_from(new.currency));
    let shopper = faults.keep_all(new.shopper.unwrap_or_default().read());
    let locale = new.locale.map(|text| Language::parse("locale", &text));
    let locale = faults.keep_given(locale);
    let methods = new.methods.map(|methods| parse_methods(shop, methods));
    let methods = faults.keep_given(methods);
    let return_url = faults.keep(parse_return_url(app, shop, &new.return_url));
    let whole = (|| {
        Some(Session {
            id,
            shop: shop.id.clone(),
            reference: reference?,
            amount: amount?,
            currency: currency?,
            shopper: shopper?,
            items: new.items,
            locale,
            methods,
            voucher_eligible_amount: new.voucher_eligible_amount,
            capture: new.capture.into(),
            return_url: return_url?,
            expires_at: now + i64::from(expires_in?),
            created_at: now,
            metadata: new.metadata,
            settled_by: None,
        })
    })();
    faults.finish(whole)
}

fn parse_expires_in(seconds: Option<u32>) -> Result<u32, FieldError> {
    let seconds = seconds.unwrap_or(EXPIRES_IN_DEFAULT);
    if (1..=EXPIRES_IN_MAX).contains(&seconds) {
        return Ok(seconds);
    }
    let detail = format!("is {seconds}; must be 1 to {EXPIRES_IN_MAX} seconds");
    Err(FieldError::new("expires_in", detail))
}

fn check_eligible(new: &NewSession) -> Result<(), FieldError> {
    match new
        .voucher_eligible_amount
        .filter(|eligible| *eligible > new.amount)
    {
        None => Ok(()),
        Some(eligible) => {
            let detail = format!("is {eligible}, above the amount, {}", new.amount);
            Err(FieldError::new("voucher_eligible_amount", detail))
        }
    }
}

fn check_counts(new: &NewSession) -> Result<(), FieldError> {
    if new.items == 0 {
        return Err(FieldError::new("items", "must be at least 1"));
    }
    if new.metadata.len() > 50 {
        return Err(FieldError::new("metadata", "may have at most 50 entries"));
    }
    Ok(())
}

fn parse_methods(shop: &Shop, methods: Vec<String>) -> Result<Vec<Method>, FieldError> {
    if methods.is_empty() {
        return Err(FieldError::new(
            "methods",
            "must name a method; leave it out to offer all",
        ));
    }
    let has = |method: &Method| {
        shop.methods
            .iter()
            .any(|entry| entry.methods.contains(method))
    };
    let mut parsed = Vec::new();
    for (index, code) in methods.into_iter().enumerate() {
        let field = format!("methods[{index}]");
        match Method::try_from(code) {
            Ok(method) if has(&method) => parsed.push(method),
            Ok(method) => {
                let detail = format!("{method} is not configured for this shop");
                return Err(FieldError::new(field, detail));
            }
            Err(error) => return Err(FieldError::new(field, error.detail)),
        }
    }
    Ok(parsed)
}

fn parse_return_url(app: &App, shop: &Shop, text: &str) -> Result<String, FieldError> {
    let refuse = |detail: &str| Err(FieldError::new("return_url", detail));
    if text.len() > 2000 {
        return refuse("must be at most 2000 characters long");
    }
    // The parser would drop line breaks and tabs without a word.
    if text.chars().any(char::is_control) {
        return refuse("must be one line without line breaks, tabs or other control characters");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("must be an absolute address, such as https://shop.example/order/1");
    };
    match url.scheme() {
        "https" => {}
        "http" if app.config.environment != Environment::Production => {}
        _ => return refuse("must be an https address"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must hold no user and no password");
    }
    if !shop.origins.contains(&url.origin().ascii_serialization()) {
        return refuse("must be on one of the shop's configured origins");
    }
    Ok(url.into())
}
