//! Errors to the outside: `application/problem+json` (RFC 9457) with a stable `code`.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::FieldError;
use guichet_wire::{Problem, ProblemCode};

use crate::limiter::TooMany;

/// An error as the outside sees it. `detail` never holds a secret or an internal.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    too_many: Option<TooMany>,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            too_many: None,
            retry_after: None,
        }
    }

    /// The same may succeed in so many seconds.
    pub(crate) fn retry_after(self, seconds: Option<u64>) -> Self {
        Self {
            retry_after: seconds,
            ..self
        }
    }

    /// What programs compare.
    pub(crate) fn code(&self) -> ProblemCode {
        self.code
    }

    /// Every field that is at fault, in one answer. Who reads the detail alone is told of them all.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        let (code, detail) = match errors.as_slice() {
            [only] => (only.code, only.detail.clone()),
            several => {
                let told: Vec<_> = several.iter().map(ToString::to_string).collect();
                let detail = format!("{} fields are at fault. {}", told.len(), told.join(". "));
                (ProblemCode::FieldInvalid, detail)
            }
        };
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
        }
    }

    /// One field that is at fault.
    pub(crate) fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, detail)])
    }

    /// What can't be done to parts of a payment. Who reads the detail alone is told of them all.
    pub(crate) fn not_possible(detail: String, errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(
                StatusCode::CONFLICT,
                ProblemCode::OperationNotPossible,
                detail,
            )
        }
    }

    /// Too many requests.
    pub(crate) fn too_many(refused: TooMany) -> Self {
        let detail = "too many requests; wait as many seconds as Retry-After says, then send it \
                      again";
        Self {
            too_many: Some(refused),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                ProblemCode::TooManyRequests,
                detail,
            )
        }
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
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(too_many) = self.too_many {
            // Whole seconds, and never too soon.
            let seconds = too_many.retry_after.as_secs() + 1;
            headers.insert(header::RETRY_AFTER, seconds.into());
            response.extensions_mut().insert(too_many);
        }
        response
    }
}
