//! Charging anew what a payment was made with.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use guichet_domain::FieldError;
use guichet_domain::field::line;
use guichet_domain::id::PaymentId;
use guichet_domain::money::Amount;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::operations::PaymentInPath;
use crate::app::App;
use crate::clock;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::{idempotency, to_the_end};
use crate::payments::error::PaymentError;
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::rebill::{self, Change, Wanted};
use crate::sessions::folded::Folded;
use crate::views::shop::{self as views, ListedPayment};

/// Longest order reference of a rebilling, in characters.
const REFERENCE_MAX: usize = 200;

/// What is charged anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRebilling {
    /// The shop's order reference, of at most 200 characters: another one than that of an order
    /// that is paid.
    #[schema(min_length = 1, max_length = 200)]
    reference: String,
    /// How much, in minor units; what the payment was to pay, if absent.
    #[serde(default)]
    amount: Option<u64>,
    /// The day on which the platform is to run it, `YYYY-MM-DD`; at once, if absent.
    #[serde(default)]
    due_date: Option<String>,
    /// `order` charges the payment anew, `profile` the shopper's card in the profile that the
    /// payment was made with.
    #[serde(default)]
    by: By,
    /// Whatever the shop wants back; at most 50 entries.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// What is charged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, ToSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// The payment's own order.
    #[default]
    Order,
    /// The shopper's profile.
    Profile,
}

/// What is to be changed of a rebilling: at least one of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedRebilling {
    /// Another day on which the platform is to run it, `YYYY-MM-DD`.
    #[serde(default)]
    due_date: Option<String>,
    /// Another amount, in minor units.
    #[serde(default)]
    amount: Option<u64>,
}

/// A payment's rebillings, in no order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rebillings {
    rebillings: Vec<ListedPayment>,
}

fn day(text: &str) -> Result<Date, FieldError> {
    let read = text.parse::<Date>().ok();
    // As it is written, and in no other form.
    let read = read.filter(|day| day.to_string() == text);
    read.ok_or_else(|| FieldError::new("due_date", "must be a day such as 2026-12-24"))
}

impl NewRebilling {
    fn parse(self) -> Result<Wanted, ApiError> {
        let mut faults = Vec::new();
        let reference = line("reference", &self.reference, REFERENCE_MAX);
        let amount = self.amount.map(|minor| Amount::parse("amount", minor));
        let due = self.due_date.as_deref().map(day);
        if self.metadata.len() > 50 {
            faults.push(FieldError::new("metadata", "may have at most 50 entries"));
        }
        let amount = amount.transpose().map_err(|fault| faults.push(fault));
        let due = due.transpose().map_err(|fault| faults.push(fault));
        match (reference, amount, due) {
            (Ok(reference), Ok(amount), Ok(due)) if faults.is_empty() => Ok(Wanted {
                reference,
                amount,
                due,
                by_profile: self.by == By::Profile,
                metadata: self.metadata,
            }),
            (reference, ..) => {
                faults.extend(reference.err());
                Err(faults.into())
            }
        }
    }
}

impl ChangedRebilling {
    fn parse(self) -> Result<Change, ApiError> {
        let mut faults = Vec::new();
        let due = self.due_date.as_deref().map(day).transpose();
        let due = due.map_err(|fault| faults.push(fault));
        let amount = self.amount.map(|minor| Amount::parse("amount", minor));
        let amount = amount.transpose().map_err(|fault| faults.push(fault));
        match (due, amount) {
            (Ok(None), Ok(None)) => {
                let detail = "is missing: send another day, another amount, or both";
                Err(FieldError::new("due_date", detail).into())
            }
            (Ok(due), Ok(amount)) => Ok(Change {
                due,
                amount,
                since: None,
            }),
            _ => Err(faults.into()),
        }
    }
}

/// A payment in the path, and its rebilling.
pub(super) struct RebillingInPath(PaymentId, PaymentId);

impl<S: Send + Sync> FromRequestParts<S> for RebillingInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let ids = Path::<(String, String)>::from_request_parts(parts, state).await;
        let unknown = |_| OperationError::PaymentUnknown;
        let Path((payment, rebilling)) = ids.map_err(|_| OperationError::PaymentUnknown)?;
        let payment = PaymentId::try_from(payment).map_err(unknown)?;
        let rebilling = PaymentId::try_from(rebilling).map_err(unknown)?;
        Ok(Self(payment, rebilling))
    }
}

/// Charges anew what a payment was made with, at once or on a day to come, without the shopper: by
/// an agreement that the shop holds. What comes of it is a payment of its own, which pays an order
/// of its own: it is told of by webhooks, read and refunded as any other.
#[utoipa::path(
    post, path = "/v1/payments/{id}/rebillings", tag = "shop",
    params(
        ("id" = String, Path, description = "The payment's id, pay_…"),
        ("Idempotency-Key" = String, Header, description = "One per intent, kept on retries"),
    ),
    request_body = NewRebilling,
    responses(
        (status = 201, description = "It was made, and stands as told", body = ListedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn rebill(
    State(app): State<Arc<App>>,
    AsShop { shop, caller, .. }: AsShop,
    PaymentInPath(payment): PaymentInPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    to_the_end(&Arc::clone(&app), async move {
        let scope = format!("shop/{}/payment/{payment}/rebillings", shop.id);
        let mark = idempotency(&caller.headers, scope, &body)?;
        let wanted = json::<NewRebilling>(&body)?.parse()?;
        let book = find::book(&app, Whose::Shop(&shop.id), &payment).await?;
        let made = rebill::rebill(&app, &shop, &book, &payment, wanted, &mark).await?;
        let listed = listed(&app, Whose::Shop(&shop.id), &made).await?;
        Ok((StatusCode::CREATED, Json(listed)).into_response())
    })
    .await
}

async fn listed(
    app: &App,
    whose: Whose<'_>,
    payment: &PaymentId,
) -> Result<ListedPayment, ApiError> {
    let book = find::book(app, whose, payment).await?;
    let listed = views::listed(&Folded::new(&book, clock::unix_now()), payment);
    Ok(listed.ok_or(OperationError::PaymentUnknown)?)
}

/// A payment's rebillings, as they stand now.
#[utoipa::path(
    get, path = "/v1/payments/{id}/rebillings", tag = "shop",
    params(("id" = String, Path, description = "The payment's id, pay_…")),
    responses(
        (status = 200, body = Rebillings),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn rebillings(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    PaymentInPath(payment): PaymentInPath,
) -> Result<Json<Rebillings>, ApiError> {
    let whose = Whose::Shop(&shop.id);
    let book = find::book(&app, whose, &payment).await?;
    let entry = book.entry(&payment).ok_or(OperationError::PaymentUnknown)?;
    let mut rebillings = Vec::new();
    for rebilling in entry.state(&book.session).rebilled_by {
        rebillings.push(listed(&app, whose, &rebilling).await?);
    }
    Ok(Json(Rebillings { rebillings }))
}

/// The book of a payment's rebilling.
async fn rebilling(
    app: &App,
    whose: Whose<'_>,
    RebillingInPath(of, payment): &RebillingInPath,
) -> Result<guichet_store::Book, ApiError> {
    let book = find::book(app, whose, payment).await?;
    let entry = book.entry(payment).ok_or(OperationError::PaymentUnknown)?;
    let rebilling = entry.state(&book.session).rebilling;
    let own = rebilling.is_some_and(|rebilling| rebilling.of == *of);
    own.then_some(book)
        .ok_or_else(|| PaymentError::Unknown.into())
}

/// Has a rebilling run on another day, or charge another amount, as long as it has not run. What a
/// platform refuses changes nothing. Where it can't be reached (503) the change is kept, and it is
/// told as soon as it can be: the same request again does the same, another one takes its place.
#[utoipa::path(
    patch, path = "/v1/payments/{id}/rebillings/{rebilling}", tag = "shop",
    params(
        ("id" = String, Path, description = "The payment's id, pay_…"),
        ("rebilling" = String, Path, description = "The rebilling's own id, pay_…"),
    ),
    request_body = ChangedRebilling,
    responses(
        (status = 200, body = ListedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
        (status = 503, body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn amend(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    path: RebillingInPath,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let change = json::<ChangedRebilling>(&body)?.parse()?;
    to_the_end(&Arc::clone(&app), async move {
        let whose = Whose::Shop(&shop.id);
        let book = rebilling(&app, whose, &path).await?;
        rebill::amend(&app, &book, &path.1, change).await?;
        Ok(Json(listed(&app, whose, &path.1).await?).into_response())
    })
    .await
}

/// Calls a rebilling off that has not run. The same again changes nothing. Answers with the payment
/// as it stands then: the platform's word is what counts.
#[utoipa::path(
    delete, path = "/v1/payments/{id}/rebillings/{rebilling}", tag = "shop",
    params(
        ("id" = String, Path, description = "The payment's id, pay_…"),
        ("rebilling" = String, Path, description = "The rebilling's own id, pay_…"),
    ),
    responses(
        (status = 200, body = ListedPayment),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn call_off(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    path: RebillingInPath,
) -> Result<Response, ApiError> {
    to_the_end(&Arc::clone(&app), async move {
        let whose = Whose::Shop(&shop.id);
        let book = rebilling(&app, whose, &path).await?;
        rebill::call_off(&app, &book, &path.1).await?;
        rebill::wait(&app, &path.1).await?;
        Ok(Json(listed(&app, whose, &path.1).await?).into_response())
    })
    .await
}
