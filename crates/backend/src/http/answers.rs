//! What results are answered: the one place where a status and words are chosen for them.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use guichet_domain::FieldError;
use guichet_domain::session::PAYMENTS_MAX;
use guichet_store::{Search, Store, StoreError};
use guichet_wire::ProblemCode;

use super::body::{JSON_MAX, Unread};
use super::problem::ApiError;
use crate::limiter::TooMany;
use crate::payments::error::PaymentError;
use crate::payments::operations::error::OperationError;
use crate::payments::operations::left_out::LeftOut;
use crate::payments::started::Started;
use crate::search::csv::Spreadsheet;
use crate::search::page::SearchError;
use crate::sessions::error::SessionError;
use crate::views::checkout as views;

/// A payment was started, or has gone on.
pub(crate) fn created(started: Started) -> Response {
    (StatusCode::CREATED, Json(views::started(started))).into_response()
}

/// There is nothing at a path.
pub(super) async fn unknown_path() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        ProblemCode::PathUnknown,
        "there is nothing at this path",
    )
}

/// A path takes another method.
pub(super) async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        ProblemCode::MethodNotAllowed,
        "this path takes another HTTP method; see /openapi.json",
    )
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unknown => session_unknown("this shop has no such session"),
            SessionError::Paid => session_paid(),
            SessionError::PaymentsOpen { payments, seconds } => Self::new(
                StatusCode::CONFLICT,
                ProblemCode::PaymentOpen,
                format!(
                    "may still take money: {}; ask for the session until the outcome is known, or \
                     send this again after as many seconds as Retry-After says, where it is there: \
                     by then nobody can pay on their pages any more",
                    payments.join(", ")
                ),
            )
            .retry_after(seconds),
            SessionError::KeyRotated => Self::new(
                StatusCode::CONFLICT,
                ProblemCode::KeyRotated,
                "this session was made with a key that is no longer configured; make a new session",
            ),
            SessionError::KeyReused => key_reused(),
            SessionError::Fields(errors) => Self::fields(errors),
            SessionError::Books(error) => error.into(),
            SessionError::Failed(cause) => Self::internal(&cause),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Field(error) => error.into(),
            SearchError::Books(error) => error.into(),
        }
    }
}

impl From<PaymentError> for ApiError {
    fn from(error: PaymentError) -> Self {
        let (status, code, detail) = match error {
            PaymentError::Session(error) => return error.into(),
            PaymentError::Field(error) => return error.into(),
            PaymentError::Failed(cause) => return Self::internal(&cause),
            PaymentError::SessionPaid => return session_paid(),
            PaymentError::KeyReused => return key_reused(),
            PaymentError::TooMany => return too_many_payments(),
            PaymentError::SessionExpired => (
                StatusCode::GONE,
                ProblemCode::SessionExpired,
                "this session has expired; the shop must make a new one",
            ),
            PaymentError::OtherOpen { seconds } => {
                let detail = "another payment of this session may still take money; ask for the \
                              session until its outcome is known, or send this again after as many \
                              seconds as Retry-After says, where it is there: by then nobody can \
                              pay on its page any more";
                return Self::new(StatusCode::CONFLICT, ProblemCode::PaymentOpen, detail)
                    .retry_after(seconds);
            }
            PaymentError::NotOffered => (
                StatusCode::UNPROCESSABLE_ENTITY,
                ProblemCode::MethodNotOffered,
                "this method is not among those that GET /checkout/v1/session offers",
            ),
            PaymentError::Unknown => (
                StatusCode::NOT_FOUND,
                ProblemCode::PaymentUnknown,
                "this session has no such payment that could be continued",
            ),
            PaymentError::CardUnknown => (
                StatusCode::NOT_FOUND,
                ProblemCode::CardUnknown,
                "this session has no such saved card; GET /checkout/v1/cards lists them",
            ),
            PaymentError::RequestInFlight => (
                StatusCode::CONFLICT,
                ProblemCode::IdempotencyInFlight,
                "such a request is being worked on; send the same again in a moment",
            ),
            PaymentError::UnderWay => (
                StatusCode::CONFLICT,
                ProblemCode::IdempotencyInFlight,
                "this payment, or another of this session, is being worked on, or it has gone on; \
                 ask for the session's status",
            ),
            PaymentError::TerminalBusy => (
                StatusCode::CONFLICT,
                ProblemCode::TerminalBusy,
                "the terminal works on another payment; nothing was started, try again once that \
                 is over",
            ),
            PaymentError::Unreachable => (
                StatusCode::SERVICE_UNAVAILABLE,
                ProblemCode::PlatformUnreachable,
                "the payment platform does not answer; nothing was started, try again in a moment",
            ),
        };
        Self::new(status, code, detail)
    }
}

impl From<OperationError> for ApiError {
    fn from(error: OperationError) -> Self {
        let detail = error.to_string();
        let (status, code) = match error {
            OperationError::Fields(errors) => return Self::fields(errors),
            OperationError::Books(error) => return error.into(),
            OperationError::Failed(cause) => return Self::internal(&cause),
            OperationError::KeyReused => return key_reused(),
            OperationError::NotPossible(left_out) => return not_possible(detail, &left_out),
            OperationError::PaymentUnknown => (StatusCode::NOT_FOUND, ProblemCode::PaymentUnknown),
            OperationError::Unknown => (StatusCode::NOT_FOUND, ProblemCode::OperationUnknown),
            OperationError::NotOffered | OperationError::NotUndecided => {
                (StatusCode::CONFLICT, ProblemCode::OperationNotPossible)
            }
            OperationError::InFlight(_) => (StatusCode::CONFLICT, ProblemCode::OperationInFlight),
            OperationError::GivesUp(_) => (StatusCode::CONFLICT, ProblemCode::OperationGivesUp),
            OperationError::RequestInFlight => {
                (StatusCode::CONFLICT, ProblemCode::IdempotencyInFlight)
            }
        };
        Self::new(status, code, detail)
    }
}

/// What of a payment can't be done, part by part.
fn not_possible(detail: String, left_out: &[LeftOut]) -> ApiError {
    let told = |one: &LeftOut| FieldError::new(format!("parts.{}", one.part), one.why.clone());
    ApiError::not_possible(detail, left_out.iter().map(told).collect())
}

/// A shop asks for a session that is not there.
pub(super) fn session_unknown(detail: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, ProblemCode::SessionUnknown, detail)
}

fn session_paid() -> ApiError {
    ApiError::new(
        StatusCode::CONFLICT,
        ProblemCode::SessionPaid,
        "this session, or another one of the same order, is paid; ask for its status",
    )
}

fn too_many_payments() -> ApiError {
    ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::TooManyPayments,
        format!("a session may have {PAYMENTS_MAX} payments; the shop must make a new one"),
    )
}

fn key_reused() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        ProblemCode::IdempotencyKeyReused,
        "this Idempotency-Key came before with another body; use a new key for a new intent",
    )
}

impl From<TooMany> for ApiError {
    fn from(refused: TooMany) -> Self {
        Self::too_many(refused)
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::fields(vec![error])
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::fields(errors)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_)
            | StoreError::NoServer { .. }
            | StoreError::NotWritten(_)
            | StoreError::Replaced(_)
            | StoreError::Damaged(_) => {
                tracing::error!(error.cause = %error, "the store is not available");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    ProblemCode::StoreUnavailable,
                    "the books can't be written now; send the same request again in a moment",
                )
            }
            StoreError::Corrupt(_)
            | StoreError::Unsafe(_)
            | StoreError::Absent(_)
            | StoreError::InUse { .. } => Self::internal(&error),
        }
    }
}

impl From<Unread> for ApiError {
    fn from(unread: Unread) -> Self {
        let (code, detail) = match unread {
            Unread::TooLarge => {
                let detail = format!("the body may have at most {JSON_MAX} bytes");
                (ProblemCode::BodyTooLarge, detail)
            }
            Unread::TooSlow => {
                let detail = "the body did not come in time; send the request again";
                (ProblemCode::BodyTimeout, detail.to_owned())
            }
            Unread::Broken => {
                let detail = "the body could not be read to its end; send the request again";
                (ProblemCode::BodyUnreadable, detail.to_owned())
            }
        };
        Self::new(unread.status(), code, detail)
    }
}

/// Never in a frame, and nobody is told the address of the page: a path of it may hold a link's
/// token. The origin alone is told, without which our own forms would not name theirs.
pub(super) fn secured(headers: &mut HeaderMap, policy: &str) {
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let referrer = HeaderValue::from_static("strict-origin");
    headers.insert(header::REFERRER_POLICY, referrer);
}

/// Payments that were found, as a spreadsheet that is sent while it is read.
pub(super) async fn spreadsheet(
    store: Arc<dyn Store>,
    search: Search,
) -> Result<Response, ApiError> {
    let mut sheet = Spreadsheet::new(store, search);
    // What can't be read at all is told as every error is.
    let first = sheet.next().await?;
    let rest = stream::try_unfold((first, sheet), async |(ready, mut sheet)| {
        let lines = match ready {
            Some(lines) => Some(lines),
            None => sheet.next().await.inspect_err(|error| {
                tracing::error!(error.cause = %error, "a spreadsheet breaks off");
            })?,
        };
        Ok::<_, guichet_store::StoreError>(lines.map(|lines| (lines, (None, sheet))))
    });
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"payments.csv\"",
        ),
    ];
    Ok((headers, Body::from_stream(rest)).into_response())
}
