//! What a request's headers say: bearer, idempotency key, language. And how long it is worked on.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use guichet_domain::language::Language;
use guichet_store::Idempotency;
use guichet_wire::ProblemCode;

use super::problem::ApiError;
use crate::app::App;
use crate::digest::sha256;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The token of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The first language of `Accept-Language` that is one; browsers put the dearest first.
pub(super) fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let ranges = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut tags = ranges
        .split(',')
        .filter_map(|range| range.split(';').next());
    tags.find_map(|tag| Language::parse("Accept-Language", tag).ok())
}

/// The request's idempotency mark. `scope` tells callers and paths apart.
pub(crate) fn idempotency(
    headers: &HeaderMap,
    scope: String,
    body: &[u8],
) -> Result<Idempotency, ApiError> {
    let mut values = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return no_key("send an Idempotency-Key header: one per intent, kept when you retry");
    };
    if values.next().is_some() {
        return no_key("there are two Idempotency-Key headers; send one");
    }
    marked(value.to_str().unwrap_or_default(), scope, body)
}

/// The mark of a request with this key, wherever in it the key stood.
pub(super) fn marked(key: &str, scope: String, body: &[u8]) -> Result<Idempotency, ApiError> {
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return no_key("an Idempotency-Key is 1 to 255 visible ASCII characters");
    }
    Ok(Idempotency {
        scope,
        key: key.to_owned(),
        fingerprint: sha256(body).to_vec(),
    })
}

/// Refuses a request without a key that can be one.
pub(super) fn no_key<T>(detail: &str) -> Result<T, ApiError> {
    Err(ApiError::new(
        StatusCode::BAD_REQUEST,
        ProblemCode::IdempotencyKeyInvalid,
        detail,
    ))
}

/// Works on a request to its end, even if whoever asked hangs up: what was begun at a platform is
/// neither left half-way nor forgotten.
pub(crate) async fn to_the_end(
    app: &App,
    work: impl Future<Output = Result<Response, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    let done = app.tasks.spawn(work).await;
    done.map_err(|error| ApiError::internal(&error))?
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_that_the_browser_asks_for_first_is_spoken() {
        let asked = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static(line));
            asked_for(&headers).map(String::from)
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(asked("en"), known("en"));
        assert_eq!(asked("pt-BR,pt;q=0.9,en;q=0.8"), known("pt-BR"));
        assert_eq!(asked("*, de;q=0.5"), known("de"));
        assert_eq!(asked("*"), None);
        assert_eq!(asked_for(&HeaderMap::new()), None);
    }

    #[test]
    fn a_doubled_header_is_refused() {
        let mut headers = HeaderMap::new();
        headers.append(&IDEMPOTENCY_KEY, "a".parse().unwrap());
        assert!(idempotency(&headers, String::new(), b"").is_ok());
        headers.append(&IDEMPOTENCY_KEY, "b".parse().unwrap());
        assert!(idempotency(&headers, String::new(), b"").is_err());
    }
}
