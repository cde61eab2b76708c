//! `/v1/sessions` again: finding the sessions of an order, and closing one.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use guichet_domain::FieldError;
use guichet_domain::field::line;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::{Book, Closed};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use guichet_wire::ProblemCode;

use super::super::problem::ApiError;
use super::super::request::Caller;
use super::{authenticate, no_store, session_id, shop_book, shop_session};
use crate::app::App;
use crate::clock;
use crate::payments::start::settled;
use crate::sessions::views::{Folded, ShopSession};

/// Sessions in one answer where the request does not say.
const LIMIT_DEFAULT: u32 = 20;

/// Most sessions in one answer.
const LIMIT_MAX: u32 = 100;

/// Sessions that were found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundSessions {
    /// Newest first. No secrets: a page is given the one that came when its session was made.
    sessions: Vec<ShopSession>,
    /// Where there are older ones: what to send as `cursor` to be given them. Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What is looked for.
#[derive(Debug, Default)]
struct Search {
    reference: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

impl Search {
    fn parse(query: &str) -> Result<Self, FieldError> {
        let mut search = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let field = match &*name {
                "reference" => &mut search.reference,
                "cursor" => &mut search.cursor,
                "limit" => &mut search.limit,
                _ => {
                    let known = "is no parameter here; these are: reference, cursor, limit";
                    return Err(FieldError::new(name, known));
                }
            };
            if field.replace(value.into_owned()).is_some() {
                return Err(FieldError::new(name, "is there twice"));
            }
        }
        Ok(search)
    }

    fn limit(&self) -> Result<u32, FieldError> {
        let Some(text) = &self.limit else {
            return Ok(LIMIT_DEFAULT);
        };
        let limit = text
            .parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or_else(|| {
            FieldError::new("limit", format!("must be a number from 1 to {LIMIT_MAX}"))
        })
    }
}

/// The shop's sessions of one order, newest first.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "shop",
    params(
        ("reference" = String, Query, description = "The order's reference, as it was sent"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before this one"),
        ("limit" = Option<u32>, Query, description = "Most sessions, 1 to 100; 20 if absent"),
    ),
    responses(
        (status = 200, body = FoundSessions),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn find(
    State(app): State<Arc<App>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &caller)?;
    let search = Search::parse(query.as_deref().unwrap_or_default())?;
    let Some(reference) = &search.reference else {
        return Err(ApiError::field("reference", "must be given: ?reference=…"));
    };
    let reference = line("reference", reference, usize::MAX)?;
    let limit = search.limit()?;
    let before = match search.cursor.clone() {
        Some(cursor) => {
            let unknown = || ApiError::field("cursor", "is no `next` of an answer to this search");
            let id = SessionId::try_from(cursor).map_err(|_| unknown())?;
            let book = app.store.book(&id).await?.ok_or_else(unknown)?;
            let fits = book.session.shop == shop.id && book.session.reference == reference;
            Some(fits.then_some(id).ok_or_else(unknown)?)
        }
        None => None,
    };
    // One more than is answered tells whether there are more.
    let found = app
        .store
        .sessions_of(&shop.id, &reference, before.as_ref(), limit + 1)
        .await?;
    let now = clock::unix_now();
    let told = |book: &Book| Folded::new(book, now).shop_session();
    let answered = usize::try_from(limit).unwrap_or(usize::MAX);
    let sessions: Vec<_> = found.iter().take(answered).map(told).collect();
    let more = found.len() > sessions.len();
    let next = sessions
        .last()
        .filter(|_| more)
        .map(|session| session.id.clone());
    Ok(no_store(Json(FoundSessions { sessions, next })))
}

/// Closes a session that is not paid: no payment can be started any more. While one of its
/// payments may still take money it is refused, with `payment_open`. What a platform tells later of
/// a payment that was sent before is still recorded.
#[utoipa::path(
    post, path = "/v1/sessions/{id}/expire", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…")),
    responses(
        (status = 200, body = ShopSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(crate) async fn expire(
    State(app): State<Arc<App>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let (shop, _) = authenticate(&app, &caller)?;
    let id = session_id(id)?;
    let book = shop_book(&app, shop, &id).await?;
    match app.store.expire_session(&id, clock::unix_now()).await? {
        Closed::Done => Ok(no_store(Json(shop_session(&app, shop, &id).await?))),
        Closed::Settled => Err(settled()),
        Closed::UnderWay(payments) => Err(under_way(&book, &payments)),
    }
}

fn under_way(book: &Book, payments: &[PaymentId]) -> ApiError {
    let method = |id: &PaymentId| {
        let payment = book.payments.iter().find(|(payment, _)| payment.id == *id);
        payment.map_or_else(
            || id.to_string(),
            |(payment, _)| format!("{id} ({})", payment.method),
        )
    };
    let open: Vec<_> = payments.iter().map(method).collect();
    let detail = format!(
        "may still take money: {}; ask for the session until the outcome is known",
        open.join(", ")
    );
    ApiError::new(StatusCode::CONFLICT, ProblemCode::PaymentOpen, detail)
}
