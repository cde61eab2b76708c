//! What the control pages of the platforms share.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::pairs::parse_form;

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

/// The switches that the form of a control page names. A box that is not ticked is not among them.
pub(crate) fn switches_in(form: &[u8]) -> Map<String, Value> {
    let form = parse_form(form).unwrap_or_default().into_iter();
    form.filter_map(|(name, text)| Some((name, serde_json::from_str(&text).ok()?)))
        .collect()
}

/// A platform's switches with the named ones changed.
pub(crate) fn switches<T: Serialize + DeserializeOwned>(
    now: &T,
    change: Value,
) -> Result<T, String> {
    let Value::Object(change) = change else {
        return Err("a JSON object of switches is expected".to_owned());
    };
    let mut all = serde_json::to_value(now).map_err(|error| error.to_string())?;
    if let Some(all) = all.as_object_mut() {
        all.extend(change);
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}

/// Whether a switch that counts calls is on for this one; counts down.
pub(crate) fn strikes(switch: &mut BTreeMap<String, u32>, call: &str) -> bool {
    let left = switch.remove(call).unwrap_or(0);
    if left > 1 {
        switch.insert(call.to_owned(), left - 1);
    }
    left > 0
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
