//! Sessions: made, read, closed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use guichet_store::Book;
use guichet_wire::FieldProblem;
use serde::Serialize;
use utoipa::ToSchema;

use super::id::InPath;
use super::markup::{Markup, Wish};
use super::order::{self, NewSession};
use crate::app::App;
use crate::clock;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json_with_faults;
use crate::http::problem::ApiError;
use crate::http::request::idempotency;
use crate::sessions::create::{Made, again, make, new_id};
use crate::sessions::folded::Folded;
use crate::sessions::{close, find, offers, secret};
use crate::views::shop::{self as views, ShopSession};

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
    left_out: Vec<LeftOutMethod>,
    /// With `markup`: the element as HTML, with its secret and its face inside. For the page of
    /// this one order.
    #[serde(skip_serializing_if = "Option::is_none")]
    markup: Option<String>,
}

/// A method that the session is not offered, because its account demands what the shop did not
/// give.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOutMethod {
    /// The method's code.
    method: String,
    /// What is missing, and what to do about it.
    errors: Vec<FieldProblem>,
}

impl From<offers::LeftOut> for LeftOutMethod {
    fn from(left_out: offers::LeftOut) -> Self {
        let errors = left_out.lacking.into_iter();
        Self {
            method: left_out.method.to_string(),
            errors: errors.map(FieldProblem::from).collect(),
        }
    }
}

/// A session as it stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadSession {
    #[serde(flatten)]
    session: ShopSession,
    /// As long as a payment may be started: methods that it would be offered if more were known
    /// of the shopper. Absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOutMethod>,
    /// With `markup`: the element as HTML, with its secret and its face inside. For the page of
    /// this one order.
    #[serde(skip_serializing_if = "Option::is_none")]
    markup: Option<String>,
}

fn told(book: &Book) -> ShopSession {
    views::session(&Folded::new(book, clock::unix_now()))
}

/// Makes a session. The same request with the same key gives the same session again, whatever
/// became of it; but one that has expired unpaid gives a new session, which names the old one in
/// `replaces`.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "shop",
    params(
        ("Idempotency-Key" = String, Header, description = "One per try to pay, kept on retries"),
        Wish,
    ),
    request_body = NewSession,
    responses(
        (status = 201, body = CreatedSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    AsShop { shop, key, caller }: AsShop,
    markup: Markup,
    body: RawBody,
) -> Result<(StatusCode, Json<CreatedSession>), ApiError> {
    let body = body.read(&app).await?;
    let mark = idempotency(&caller.headers, format!("shop/{}/sessions", shop.id), &body)?;
    let make = async || {
        let (new, faults) = json_with_faults::<NewSession>(&body)?;
        let session = order::parse(&app, &shop, new, new_id()?, faults)?;
        Ok::<_, ApiError>(make(&app, &shop, &key, session, &mark).await?)
    };
    let Made {
        secret,
        book,
        left_out,
    } = match make().await {
        Ok(made) => made,
        // What was taken once is not refused after a change of the configuration.
        Err(refused) => again(&app, &shop, &mark).await?.ok_or(refused)?,
    };
    let folded = Folded::new(&book, clock::unix_now());
    let created = CreatedSession {
        markup: markup.of(&app, &shop, &folded, &secret).await,
        secret,
        session: views::session(&folded),
        left_out: left_out.into_iter().map(LeftOutMethod::from).collect(),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// Tells the shop the truth about a session: what it delivers on.
#[utoipa::path(
    get, path = "/v1/sessions/{id}", tag = "shop",
    params(("id" = String, Path, description = "The session's id, cs_…"), Wish),
    responses(
        (status = 200, body = ReadSession),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    InPath(id): InPath,
    markup: Markup,
) -> Result<Json<ReadSession>, ApiError> {
    let book = find::of_shop(&app, &shop, &id).await?;
    let folded = Folded::new(&book, clock::unix_now());
    let session = views::session(&folded);
    let markup = if markup.is_wanted() {
        let secret = secret::again(&app, &shop, &id).await?;
        markup.of(&app, &shop, &folded, &secret).await
    } else {
        None
    };
    let left_out = if folded.overview.can_pay {
        offers::left_out(&app.accounts, &shop, &book.session)
    } else {
        Vec::new()
    };
    Ok(Json(ReadSession {
        session,
        left_out: left_out.into_iter().map(LeftOutMethod::from).collect(),
        markup,
    }))
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
pub(super) async fn expire(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    InPath(id): InPath,
) -> Result<Json<ShopSession>, ApiError> {
    let book = close::close(&app, &shop, &id).await?;
    Ok(Json(told(&book)))
}
