//! What the control pages of both platforms share.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

/// A page of another site can't throw the switches.
pub(crate) async fn same_site(request: Request, next: Next) -> Response {
    let from = request
        .headers()
        .get("sec-fetch-site")
        .map(axum::http::HeaderValue::as_bytes);
    if request.method() == axum::http::Method::POST && from == Some(b"cross-site") {
        return problem(StatusCode::FORBIDDEN, "not from another site");
    }
    next.run(request).await
}

pub(crate) fn problem(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "error": detail }))).into_response()
}

/// What `reset` does beyond the switches.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ResetWish {
    /// Forget the transactions too.
    pub(crate) books: bool,
}

/// Reads what a platform's `reset` is asked for, does it and says what was done.
pub(crate) fn reset_by(body: &[u8], reset: impl FnOnce(&ResetWish)) -> Response {
    let wish = if body.is_empty() {
        Ok(ResetWish::default())
    } else {
        serde_json::from_slice(body)
    };
    match wish {
        Ok(wish) => {
            reset(&wish);
            Json(json!({ "reset": true, "books": wish.books })).into_response()
        }
        Err(error) => problem(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}
