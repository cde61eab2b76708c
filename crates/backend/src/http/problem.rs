//! Errors to the outside: `application/problem+json` (RFC 9457) with a stable `code`.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::FieldError;
use guichet_store::StoreError;
use guichet_wire::{Problem, ProblemCode};

use crate::limiter::TooMany;

/// An error as the outside sees it. `detail` never holds a secret or an internal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
}

/// Marks an answer that has no line of its own in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quiet;

impl From<TooMany> for ApiError {
    fn from(refused: TooMany) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ProblemCode::TooManyRequests,
            "too many requests; wait as many seconds as Retry-After says, then send it again",
        );
        error.retry_after = Some(refused.retry_after);
        error
    }
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        FieldError::new(field, detail).into()
    }

    /// Something of ours failed. The cause goes to the log and nowhere else.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error.cause = %cause, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ProblemCode::Internal,
            "something failed on our side; the same request may be sent again",
        )
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        vec![error].into()
    }
}

/// Every field that is at fault, in one answer. Who reads the detail alone is told of them all.
impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        let (code, detail) = match errors.as_slice() {
            [only] => (only.code, only.detail.clone()),
            several => {
                let told: Vec<_> = several.iter().map(ToString::to_string).collect();
                let detail = format!("{} fields are at fault. {}", told.len(), told.join(". "));
                (ProblemCode::FieldInvalid, detail)
            }
        };
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code,
            detail,
            errors,
            retry_after: None,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_)
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

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = Problem {
            type_: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail,
            field: self.errors.first().map(|error| error.field.clone()),
            errors: self.errors.into_iter().map(Into::into).collect(),
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(retry_after) = self.retry_after {
            // Whole seconds, and never too soon.
            headers.insert(header::RETRY_AFTER, (retry_after.as_secs() + 1).into());
            response.extensions_mut().insert(Quiet);
        }
        response
    }
}
