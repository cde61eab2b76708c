//! What a shop has done with a payment's money: captures, cancellations, refunds, duplicates.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use guichet_domain::FieldError;
use guichet_domain::field::line;
use guichet_domain::id::{InstructionId, PaymentId};
use guichet_domain::money::Amount;
use guichet_domain::operation::OperationKind;
use guichet_store::AskedBy;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock;
use crate::http::auth::AsShop;
use crate::http::body::RawBody;
use crate::http::json::json;
use crate::http::problem::ApiError;
use crate::http::request::{idempotency, to_the_end};
use crate::payments::operations::ask::{Asked, Received};
use crate::payments::operations::error::OperationError;
use crate::payments::operations::find::{self, Whose};
use crate::payments::operations::plan::{Wanted, WantedPart};
use crate::sessions::folded::Folded;
use crate::views::operations::{InstructionView, PlanView};
use crate::views::shop::{self as views, ListedPayment};

/// Longest reason, in characters.
const REASON_MAX: usize = 200;

/// What is to be done. Nothing in it need be there: `{}` is all that can be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInstruction {
    /// How much in all, in minor units; all that can be, if absent. It is made up of the parts in
    /// the order that a preview shows. Not with `parts`.
    #[serde(default)]
    amount: Option<u64>,
    /// To which parts, and how much of each: they are done as they are named, or nothing is.
    #[serde(default)]
    parts: Vec<NamedPart>,
    /// Captures what is asked for, though the rest of a part can't be taken later.
    #[serde(default)]
    give_up: bool,
    /// Why, for whoever reads the books: one line of at most 200 characters.
    #[serde(default)]
    reason: Option<String>,
}

/// A part of the payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedPart {
    /// The platform's number of its transaction, as `parts` of the payment tell it.
    part: String,
    /// How much of it, in minor units; all that is left, if absent.
    #[serde(default)]
    amount: Option<u64>,
}

/// What was asked for of one kind, in the order of the asking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Instructions {
    instructions: Vec<InstructionView>,
}

impl NewInstruction {
    fn parse(self) -> Result<Wanted, ApiError> {
        let mut faults = Vec::new();
        let mut amount = |field: &str, minor: Option<u64>| {
            let parsed = minor.map(|minor| Amount::parse(field, minor)).transpose();
            parsed.unwrap_or_else(|fault| {
                faults.push(fault);
                None
            })
        };
        let wanted = Wanted {
            amount: amount("amount", self.amount),
            parts: (self.parts.into_iter().enumerate())
                .map(|(index, named)| WantedPart {
                    part: named.part,
                    amount: amount(&format!("parts.{index}.amount"), named.amount),
                })
                .collect(),
            give_up: self.give_up,
            reason: None,
        };
        if wanted.amount.is_some() && !wanted.parts.is_empty() {
            let detail = "goes without parts: say of each part how much";
            faults.push(FieldError::new("amount", detail));
        }
        let reason = self
            .reason
            .map(|reason| line("reason", &reason, REASON_MAX));
        let reason = reason.transpose().unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        if faults.is_empty() {
            Ok(Wanted { reason, ..wanted })
        } else {
            Err(faults.into())
        }
    }
}

/// A payment in the path.
pub(super) struct PaymentInPath(pub(super) PaymentId);

impl<S: Send + Sync> FromRequestParts<S> for PaymentInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.ok().and_then(|Path(id)| PaymentId::try_from(id).ok());
        id.map(Self)
            .ok_or_else(|| OperationError::PaymentUnknown.into())
    }
}

/// A payment in the path, and an instruction.
pub(super) struct InstructionInPath(PaymentId, InstructionId);

impl<S: Send + Sync> FromRequestParts<S> for InstructionInPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let ids = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((payment, instruction))) = ids else {
            return Err(OperationError::PaymentUnknown.into());
        };
        let payment = PaymentId::try_from(payment).map_err(|_| OperationError::PaymentUnknown)?;
        let instruction = InstructionId::try_from(instruction);
        Ok(Self(
            payment,
            instruction.map_err(|_| OperationError::Unknown)?,
        ))
    }
}

/// Whether only a preview is wanted.
fn is_preview(query: Option<&str>) -> Result<bool, FieldError> {
    let mut preview = false;
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        preview = match (&*name, &*value) {
            ("preview", "true") => true,
            ("preview", "false") => false,
            ("preview", _) => return Err(FieldError::new("preview", "must be true or false")),
            _ => return Err(FieldError::new(name, "is no parameter here; preview is")),
        };
    }
    Ok(preview)
}

/// A request to have something done, or to see what would be.
struct Request {
    app: Arc<App>,
    shop: AsShop,
    payment: PaymentId,
    kind: OperationKind,
    preview: bool,
}

/// The last segment of the paths of a kind.
fn plural(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "captures",
        OperationKind::Cancel => "cancellations",
        OperationKind::Refund => "refunds",
        OperationKind::Duplicate => "duplicates",
    }
}

impl Request {
    async fn answer(self, body: RawBody) -> Result<Response, ApiError> {
        let body = body.read(&self.app).await?;
        to_the_end(
            &Arc::clone(&self.app),
            async move { self.work(&body).await },
        )
        .await
    }

    async fn work(self, body: &[u8]) -> Result<Response, ApiError> {
        let Self {
            app,
            shop: AsShop { shop, caller, .. },
            payment,
            kind,
            preview,
        } = self;
        let book = find::book(&app, Whose::Shop(&shop.id), &payment).await?;
        // Nothing need be said.
        let read = || {
            json(if body.is_empty() {
                b"{}".as_slice()
            } else {
                body
            })
        };
        let asked = Asked {
            app: &app,
            book: &book,
            payment: &payment,
            kind,
        };
        if preview {
            let wanted = read().and_then(NewInstruction::parse)?;
            let plan = asked.preview(&wanted)?;
            let plan = PlanView::new(kind, book.session.currency, plan);
            return Ok(Json(plan).into_response());
        }
        let scope = format!("shop/{}/payment/{payment}/{}", shop.id, plural(kind));
        let mark = idempotency(&caller.headers, scope, body)?;
        let id = match asked.take(AskedBy::Shop, &mark).await? {
            Received::Before(id) => id,
            Received::New(asking) => {
                let wanted = read().and_then(NewInstruction::parse)?;
                asking.run(&wanted).await?
            }
        };
        // As it stands now.
        let book = find::book(&app, Whose::Shop(&shop.id), &payment).await?;
        let standing = find::instruction(&app, &book, &payment, kind, &id).await?;
        let view = InstructionView::from(standing);
        Ok((StatusCode::CREATED, Json(view)).into_response())
    }
}

async fn listed(
    app: &App,
    shop: &AsShop,
    payment: &PaymentId,
    kind: OperationKind,
) -> Result<Json<Instructions>, ApiError> {
    let book = find::book(app, Whose::Shop(&shop.shop.id), payment).await?;
    let instructions = find::instructions(app, &book, payment, Some(kind)).await?;
    let instructions = instructions.into_iter().map(InstructionView::from);
    Ok(Json(Instructions {
        instructions: instructions.collect(),
    }))
}

async fn found(
    app: &App,
    shop: &AsShop,
    InstructionInPath(payment, id): &InstructionInPath,
    kind: OperationKind,
) -> Result<Json<InstructionView>, ApiError> {
    let book = find::book(app, Whose::Shop(&shop.shop.id), payment).await?;
    let standing = find::instruction(app, &book, payment, kind, id).await?;
    Ok(Json(standing.into()))
}

/// A payment with all that was done with its money.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentInFull {
    #[serde(flatten)]
    payment: ListedPayment,
    /// What was asked for: captures, then cancellations, refunds and duplicates, each in the
    /// order of the asking.
    instructions: Vec<InstructionView>,
}

/// One payment, with where its money is and what was done with it.
#[utoipa::path(
    get, path = "/v1/payments/{id}", tag = "shop",
    params(("id" = String, Path, description = "The payment's id, pay_…")),
    responses(
        (status = 200, body = PaymentInFull),
        (status = "4XX", body = guichet_wire::Problem, content_type = "application/problem+json"),
    ),
    security(("shop_key" = []))
)]
pub(super) async fn read_payment(
    State(app): State<Arc<App>>,
    AsShop { shop, .. }: AsShop,
    PaymentInPath(id): PaymentInPath,
) -> Result<Json<PaymentInFull>, ApiError> {
    let book = find::book(&app, Whose::Shop(&shop.id), &id).await?;
    let payment = views::listed(&Folded::new(&book, clock::unix_now()), &id);
    let payment = payment.ok_or(OperationError::PaymentUnknown)?;
    let instructions = find::instructions(&app, &book, &id, None).await?;
    let instructions = instructions.into_iter().map(InstructionView::from);
    let instructions = instructions.collect();
    Ok(Json(PaymentInFull {
        payment,
        instructions,
    }))
}

/// What one kind of operation has: asking for it, the list of what was asked for, and one of it.
macro_rules! operation {
    (
        $kind:ident, $ask:ident, $list:ident, $read:ident, $all:tt, $one:tt,
        $(#[doc = $doc:tt])+
    ) => {
        $(#[doc = $doc])+
        #[utoipa::path(
            post, path = $all, tag = "shop",
            params(
                ("id" = String, Path, description = "The payment's id, pay_…"),
                ("preview" = Option<bool>, Query,
                    description = "`true`: nothing is done, and what would be is answered"),
                ("Idempotency-Key" = Option<String>, Header,
                    description = "One per intent, kept on retries; a preview needs none"),
            ),
            request_body = NewInstruction,
            responses(
                (status = 200, description = "With `preview`: what would be done",
                    body = PlanView),
                (status = 201, description = "It was asked for, and stands as told",
                    body = InstructionView),
                (status = "4XX", body = guichet_wire::Problem,
                    content_type = "application/problem+json"),
                (status = 503, body = guichet_wire::Problem,
                    content_type = "application/problem+json"),
            ),
            security(("shop_key" = []))
        )]
        pub(super) async fn $ask(
            State(app): State<Arc<App>>,
            shop: AsShop,
            PaymentInPath(payment): PaymentInPath,
            RawQuery(query): RawQuery,
            body: RawBody,
        ) -> Result<Response, ApiError> {
            let request = Request {
                app,
                shop,
                payment,
                kind: OperationKind::$kind,
                preview: is_preview(query.as_deref())?,
            };
            request.answer(body).await
        }

        /// All that was asked for, in the order of the asking, as it stands now.
        #[utoipa::path(
            get, path = $all, tag = "shop",
            params(("id" = String, Path, description = "The payment's id, pay_…")),
            responses(
                (status = 200, body = Instructions),
                (status = "4XX", body = guichet_wire::Problem,
                    content_type = "application/problem+json"),
            ),
            security(("shop_key" = []))
        )]
        pub(super) async fn $list(
            State(app): State<Arc<App>>,
            shop: AsShop,
            PaymentInPath(payment): PaymentInPath,
        ) -> Result<Json<Instructions>, ApiError> {
            listed(&app, &shop, &payment, OperationKind::$kind).await
        }

        /// One of them, as it stands now.
        #[utoipa::path(
            get, path = $one, tag = "shop",
            params(
                ("id" = String, Path, description = "The payment's id, pay_…"),
                ("instruction" = String, Path, description = "The instruction's id, ins_…"),
            ),
            responses(
                (status = 200, body = InstructionView),
                (status = "4XX", body = guichet_wire::Problem,
                    content_type = "application/problem+json"),
            ),
            security(("shop_key" = []))
        )]
        pub(super) async fn $read(
            State(app): State<Arc<App>>,
            shop: AsShop,
            path: InstructionInPath,
        ) -> Result<Json<InstructionView>, ApiError> {
            found(&app, &shop, &path, OperationKind::$kind).await
        }
    };
}

operation! {
    Capture, capture, captures, read_capture,
    "/v1/payments/{id}/captures", "/v1/payments/{id}/captures/{instruction}",
    /// Takes what a payment has reserved. A part is captured once: what of it is not captured can't
    /// be taken later, and of a voucher the platform lets it go. So a capture in part is refused
    /// with `operation_gives_up` unless `give_up` is sent; a preview tells how much that is.
}

operation! {
    Cancel, cancel, cancellations, read_cancellation,
    "/v1/payments/{id}/cancellations", "/v1/payments/{id}/cancellations/{instruction}",
    /// Lets go what was not remitted to the bank yet, part by part and whole. The session stays
    /// settled, and its order paid: to be paid anew, it takes a session with another reference.
}

operation! {
    Refund, refund, refunds, read_refund,
    "/v1/payments/{id}/refunds", "/v1/payments/{id}/refunds/{instruction}",
    /// Gives back what was taken, to the means that paid it and to no other. What can't go back is
    /// told in `left_out`, with the reason. The payment stays `paid`; see `given_back`.
}

operation! {
    Duplicate, duplicate, duplicates, read_duplicate,
    "/v1/payments/{id}/duplicates", "/v1/payments/{id}/duplicates/{instruction}",
    /// Reserves anew what a payment had reserved and the platform has let expire, with no shopper
    /// there: the card's issuer may refuse. What has not expired is not reserved twice. Capture it
    /// as before.
}
