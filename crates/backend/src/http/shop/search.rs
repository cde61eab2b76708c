//! A shop's payments and sessions: listed, searched, and as a spreadsheet.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use guichet_store::Book;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::http::answers;
use crate::http::auth::AsShop;
use crate::http::problem::ApiError;
use crate::search::{List, Wish, page};
use crate::sessions::folded::Folded;
use crate::views::shop::{self as views, ListedPayment, ShopSession};

/// What every list may be asked for; all that is given must fit. Read by [`Wish::parse`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it says in the document what is read")]
struct Searched {
    /// The order's reference, whole, as it was sent.
    reference: Option<String>,
    /// Our reference at the platform, whole: `platform_reference` of a payment.
    platform_reference: Option<String>,
    /// The platform's number of a call. With `transaction`, both of one message.
    call: Option<String>,
    /// The platform's number of a transaction.
    transaction: Option<String>,
    /// The method chosen, such as `card`.
    method: Option<String>,
    /// `true`: only what a person should look at.
    attention: Option<bool>,
    /// Made at this time or later: a Unix second, or a day such as `2026-11-27`, whose beginning in
    /// Paris is meant.
    from: Option<String>,
    /// Made before this time, which is written as `from` is.
    before: Option<String>,
}

/// Where a payment's money stands.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it says in the document what is read")]
struct WithMoney {
    /// `pending`, `expired`, `refused`, `incomplete`, `authorised` or `paid`.
    money: Option<String>,
}

/// Where a session stands.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it says in the document what is read")]
struct WithStatus {
    /// The session's `status`. A page may then have fewer than `limit`, or none, and yet a `next`.
    status: Option<guichet_wire::Status>,
}

/// One page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it says in the document what is read")]
struct Paged {
    /// `next` of the answer before this one.
    cursor: Option<String>,
    /// Most entries of the page; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Sessions that were found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundSessions {
    /// Newest first. No secrets: a page is given the one that came when its session was made.
    sessions: Vec<ShopSession>,
    /// Where there are older ones: what to send as `cursor` to be given them. Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Payments that were found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundPayments {
    /// Newest first.
    payments: Vec<ListedPayment>,
    /// Where there are older ones: what to send as `cursor` to be given them. Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

fn wish(list: List, shop: &Shop, query: Option<&str>) -> Result<Wish, ApiError> {
    let query = query.unwrap_or_default().as_bytes();
    let given = form_urlencoded::parse(query);
    let given = given.map(|(name, value)| (name.into_owned(), value.into_owned()));
    Ok(Wish::parse(list, &shop.id, given)?)
}

/// The shop's sessions, newest first. What is said of payments must fit one payment of a session.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "shop",
    params(Searched, WithStatus, Paged),
    responses(
        (status = 200, body = FoundSessions),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn find_sessions(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    RawQuery(query): RawQuery,
) -> Result<Json<FoundSessions>, ApiError> {
    let wish = wish(List::Sessions, &shop, query.as_deref())?;
    let now = clock::unix_now();
    let page = page::sessions(&*app.store, &wish, now).await?;
    let told = |book: &Book| views::session(&Folded::new(book, now));
    Ok(Json(FoundSessions {
        sessions: page.found.iter().map(told).collect(),
        next: page.next,
    }))
}

/// The shop's payments, newest first. What is added while they are read page by page moves none of
/// them.
#[utoipa::path(
    get, path = "/v1/payments", tag = "shop",
    params(Searched, WithMoney, Paged),
    responses(
        (status = 200, body = FoundPayments),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn find_payments(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    RawQuery(query): RawQuery,
) -> Result<Json<FoundPayments>, ApiError> {
    let wish = wish(List::Payments, &shop, query.as_deref())?;
    let now = clock::unix_now();
    let page = page::payments(&*app.store, &wish).await?;
    let found = page.found.iter();
    let told = found.filter_map(|found| views::listed(&Folded::new(&found.book, now), &found.id));
    Ok(Json(FoundPayments {
        payments: told.collect(),
        next: page.next,
    }))
}

/// The shop's payments as a spreadsheet (RFC 4180, UTF-8), newest first, all that fit: a line for
/// each, amounts in minor units. A cell that a spreadsheet would run as a formula begins with an
/// apostrophe. Where the connection breaks off, the end is missing: ask again.
#[utoipa::path(
    get, path = "/v1/payments.csv", tag = "shop",
    params(Searched, WithMoney),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn spreadsheet(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let wish = wish(List::Spreadsheet, &shop, query.as_deref())?;
    answers::spreadsheet(Arc::clone(&app.store), wish.search).await
}
