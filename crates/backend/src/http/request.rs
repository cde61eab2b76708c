//! What every POST of the JSON interfaces has in common: bearer, idempotency mark, JSON body.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use guichet_domain::language::Language;
use guichet_domain::session::Session;
use guichet_store::Idempotency;
use ipnet::IpNet;
use serde::de::DeserializeOwned;

use super::problem::ApiError;
use crate::app::{App, InFlight};
use crate::config::Shop;

/// Most bytes that a JSON request may have.
pub(crate) const JSON_MAX: usize = 64 * 1024;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A body of at most as many bytes as the route allows, whatever its type.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    let detail = format!("the body may have at most {JSON_MAX} bytes");
                    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
                } else {
                    let detail = "the body could not be read to its end; send the request again";
                    ApiError::new(StatusCode::BAD_REQUEST, "body_unreadable", detail)
                }
            })
    }
}

/// The address of whoever asks. A proxy's word on it counts only where the proxy is trusted.
pub(crate) struct Client(pub(crate) Option<IpAddr>);

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let trusted = &app.config.trusted_proxies;
        Ok(Self(peer.and_then(|peer| {
            client(peer.ip(), &parts.headers, trusted)
        })))
    }
}

/// The last address on the way here that is none of our own proxies. Unknown if what a trusted
/// proxy says of it can't be read.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_ours = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut last = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for").iter();
    let lines: Vec<_> = forwarded.map(|value| value.to_str().ok()).collect();
    let hops = lines.into_iter().rev().flat_map(|line| {
        let hops = line.unwrap_or("?").rsplit(',');
        hops.map(|hop| hop.trim().parse::<IpAddr>())
    });
    for hop in hops {
        if !is_ours(last) {
            break;
        }
        last = hop.ok()?.to_canonical();
    }
    // A proxy of ours is no shopper.
    Some(last).filter(|last| !is_ours(*last))
}

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

/// What the platform's page is asked to speak where the shop's server named no language: the first
/// that the browser asks for (the widget asks for its own), else the shop's.
pub(crate) fn speak(session: &mut Session, shop: &Shop, headers: &HeaderMap) {
    if session.locale.is_none() {
        session.locale = asked_for(headers).or_else(|| shop.language.clone());
    }
}

/// The first language of `Accept-Language` that is one; browsers put the dearest first.
fn asked_for(headers: &HeaderMap) -> Option<Language> {
    let ranges = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut tags = ranges
        .split(',')
        .filter_map(|range| range.split(';').next());
    tags.find_map(|tag| Language::parse("Accept-Language", tag).ok())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

/// The request's idempotency mark. `scope` tells callers and paths apart.
pub(crate) fn idempotency(
    headers: &HeaderMap,
    scope: String,
    body: &[u8],
) -> Result<Idempotency, ApiError> {
    let refuse = |detail: &str| {
        Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_invalid",
            detail,
        ))
    };
    let mut values = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return refuse("send an Idempotency-Key header: one per intent, kept when you retry");
    };
    if values.next().is_some() {
        return refuse("there are two Idempotency-Key headers; send one");
    }
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
            Ok(Idempotency {
                scope,
                key: key.to_owned(),
                fingerprint: sha256(body),
            })
        }
        _ => refuse("an Idempotency-Key is 1 to 255 visible ASCII characters"),
    }
}

/// A digest of a body that may hold an IBAN. It is keyed with the caller's bearer, of which the
/// books have only a digest: whoever reads the books can't find an IBAN by trying.
pub(crate) fn hidden_fingerprint(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        bearer(headers).unwrap_or_default().as_bytes(),
    );
    hmac::sign(&key, body).as_ref().to_vec()
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

/// Marks what a request works on; refused while another works on the same.
pub(crate) fn enter(app: &Arc<App>, work: String) -> Result<InFlight, ApiError> {
    app.enter(work).ok_or_else(|| {
        ApiError::new(
            StatusCode::CONFLICT,
            "idempotency_in_flight",
            "such a request is being worked on; send the same again in a moment",
        )
    })
}

/// What a repeated key with another body is answered.
pub(crate) fn key_reused() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "this Idempotency-Key came before with another body; use a new key for a new intent",
    )
}

/// Reads a JSON object; the error names the field.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // A list would do for serde: it takes the fields by their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        let detail = "the body must be a JSON object";
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "json_invalid",
            detail,
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if inner.is_data() {
                return unfit(&path, &inner.to_string());
            }
            let place = format!("line {}, column {}", inner.line(), inner.column());
            let detail = format!("the body is not JSON ({place})");
            ApiError::new(StatusCode::BAD_REQUEST, "json_invalid", detail)
        })
        .and_then(|value| match reader.end() {
            Ok(()) => Ok(value),
            Err(_) => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "json_invalid",
                "there is something after the JSON value",
            )),
        })
}

/// Turns serde's words into a field and a detail. They quote the value: it came from the caller.
fn unfit(path: &str, message: &str) -> ApiError {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(text, _)| text);
    let named = |start: &str| message.strip_prefix(start)?.split('`').next();
    let within = |name: &str| {
        if path == "." {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    if let Some(name) = named("missing field `") {
        return ApiError::field(within(name), "must be given");
    }
    if let Some(name) = named("duplicate field `") {
        return ApiError::field(within(name), "is there twice");
    }
    let message = message.replace("expected u64", "expected a whole number");
    ApiError::field(
        path,
        message.replace("expected u32", "expected a whole number"),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Outer {
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        amount: u64,
    }

    fn field_of(body: &str) -> String {
        format!("{:?}", json::<Outer>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert!(field_of(r#"{"inner":{}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1.5}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":-1}}"#).contains("inner.amount"));
        assert!(field_of(r#"{"inner":{"amount":1,"x":2}}"#).contains("inner.x"));
        assert!(field_of(r#"{"inner":"#).contains("json_invalid"));
        assert!(field_of(r#"{"inner":{"amount":1}} x"#).contains("json_invalid"));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_on_the_clients_address() {
        let nets = ["10.0.0.0/8", "::1/128"].map(|net| net.parse().unwrap());
        let seen = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", line.parse().unwrap());
            }
            client(peer.parse().unwrap(), &headers, &nets).map(|address| address.to_string())
        };
        let known = |text: &str| Some(text.to_owned());
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), known("203.0.113.9"));
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), known("198.51.100.1"));
        assert_eq!(
            seen("::ffff:10.0.0.1", &["::ffff:198.51.100.1"]),
            known("198.51.100.1")
        );
        // What the client itself wrote stands on the left.
        let forged = ["203.0.113.7, 198.51.100.1", "10.0.0.2"];
        assert_eq!(seen("10.0.0.1", &forged), known("198.51.100.1"));
        assert_eq!(
            seen("::1", &["198.51.100.1, 10.9.9.9"]),
            known("198.51.100.1")
        );
        assert_eq!(seen("10.0.0.1", &["unknown"]), None);
        assert_eq!(seen("10.0.0.1", &[]), None);
    }

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
