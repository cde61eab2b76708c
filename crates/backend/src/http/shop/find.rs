//! The sessions of an order.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use guichet_domain::FieldError;
use guichet_domain::field::line;
use guichet_domain::id::SessionId;
use guichet_store::Book;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock;
use crate::http::auth::AsShop;
use crate::http::problem::ApiError;
use crate::sessions::error::SessionError;
use crate::sessions::find::of_order;
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
pub(super) async fn find(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    RawQuery(query): RawQuery,
) -> Result<Json<FoundSessions>, ApiError> {
    let search = Search::parse(query.as_deref().unwrap_or_default())?;
    let Some(reference) = &search.reference else {
        return Err(ApiError::field("reference", "must be given: ?reference=…"));
    };
    let reference = line("reference", reference, usize::MAX)?;
    let limit = search.limit()?;
    let not_next = || ApiError::field("cursor", "is no `next` of an answer to this search");
    let before = search.cursor.map(SessionId::try_from).transpose();
    let before = before.map_err(|_| not_next())?;
    let found = of_order(&app, &shop, &reference, before.as_ref(), limit).await;
    let found = found.map_err(|error| match error {
        SessionError::Unknown => not_next(),
        error => error.into(),
    })?;
    let now = clock::unix_now();
    let told = |book: &Book| Folded::new(book, now).shop_session();
    let sessions: Vec<_> = found.books.iter().map(told).collect();
    let last = sessions.last().filter(|_| found.more);
    let next = last.map(|session| session.id.clone());
    Ok(Json(FoundSessions { sessions, next }))
}
