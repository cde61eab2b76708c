//! Hosted fields: the session, the library, the frames and the token.
//!
//! Sources: Sogenactif documentation, connector Office, release 24.2 (hostedFieldsInitialize,
//! paymentTokenGenerate); the library's place as a public connector shows it (ramonfnasc12/
//! secure-proxy, `payment-web…/paymentprovider/hostedfields/services/sdpx-hostedfields-sdk.js`). No
//! public source gives the library's own calls: `window.SandboxHostedFields` is the sandbox's.
//!
//! The frames are on the other host name than the pages, so they have an origin of their own, and
//! a card number goes from a frame to that origin and nowhere else.

use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};

use super::call::{Call, Fields, Outcome, invalid, put};
use super::cards::{Card, brand_table, brands_of};
use super::wallet::mean_of;
use super::world::{HostedSession, MINUTES, PaymentToken, World, opaque};
use crate::app::Shared;
use crate::clock;
use crate::web::views::page;

/// Only pages on this machine may show the frames.
pub(crate) const FRAME_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'; \
    frame-ancestors http://127.0.0.1:* http://localhost:*";

/// Where the library is, on the other host name.
pub(crate) const SDK_PATH: &str = "/paymentprovider/hostedfields/services/sdpx-hostedfields-sdk.js";

/// `hostedFieldsInitialize`.
pub(crate) fn initialize(call: &mut Call) -> Outcome {
    let brands = call
        .body
        .get("paymentMeanBrandList")
        .and_then(Value::as_array);
    let brands: Vec<String> = brands
        .map(|list| {
            list.iter()
                .filter_map(|brand| brand.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    let mut fields = Fields::new();
    put(
        &mut fields,
        "merchantSessionToken",
        open_session(call.world, call.merchant.id, brands),
    );
    put(&mut fields, "sdkUrl", format!("{}{SDK_PATH}", call.frames));
    put(
        &mut fields,
        "sdkIntegrity",
        integrity(&library(call.frames)),
    );
    Ok(fields)
}

/// The library, whose frames are at this origin.
fn library(frames: &str) -> String {
    include_str!("../../assets/sogenactif/sdk.js").replace("{{ORIGIN}}", frames)
}

/// What a browser checks the library by (Sips release notes 25.4: SHA-384; the field's name is the
/// sandbox's).
fn integrity(library: &str) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(library)))
}

/// Opens a session; gives its token, which looks like a JWT.
pub(crate) fn open_session(
    world: &mut World,
    merchant: &'static str,
    brands: Vec<String>,
) -> String {
    let opened = world.now();
    let start = opened.as_second();
    let claims = json!({
        "iss": "bac-a-sable", "sub": merchant, "jti": crate::ids::random_id(),
        "iat": start, "exp": start + MINUTES * 60,
    });
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = part("{\"typ\":\"JWT\",\"alg\":\"HS512\"}");
    let signature = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let token = format!("{head}.{}.{signature}", part(&claims.to_string()));
    let session = HostedSession {
        merchant,
        brands,
        opened,
    };
    world.sessions.insert(token.clone(), session);
    token
}

/// `paymentTokenGenerate`: for a card known by `tokenPan`, by token or by wallet. All its fields
/// are optional: without any, the token stands for no card, and paying with it answers 14.
pub(crate) fn generate(call: &mut Call) -> Outcome {
    let card = if call.text("merchantWalletId").is_some() {
        Some(
            mean_of(call)?
                .card
                .ok_or_else(|| invalid("paymentMeanId"))?,
        )
    } else if call.text("paymentToken").is_some() || call.text("cardNumber").is_some() {
        Some(call.card()?.0)
    } else {
        None
    };
    let mut fields = Fields::new();
    let (merchant, brand) = (call.merchant.id, call.owned("paymentMeanBrand"));
    put(
        &mut fields,
        "paymentToken",
        make_token(call.world, merchant, card, brand),
    );
    Ok(fields)
}

fn make_token(
    world: &mut World,
    merchant: &str,
    card: Option<Card>,
    brand: Option<String>,
) -> String {
    let name = opaque();
    let token = PaymentToken {
        merchant: merchant.to_owned(),
        card,
        brand,
        made: world.now(),
        spent: false,
    };
    world.tokens.insert(name.clone(), token);
    name
}

/// `GET …/services/sdpx-hostedfields-sdk.js`. Any page may load it, as a script or as a module.
pub(crate) async fn sdk(State(app): State<Shared>) -> Response {
    let faults = app.sogenactif().faults.clone();
    if faults.sdk_slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.sdk_slow_ms)).await;
    }
    if faults.sdk_missing {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut text = library(&app.backup_origin);
    if faults.sdk_altered {
        text += "\n";
    }
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, text).into_response()
}

/// `GET …/services/frame.js`.
pub(crate) async fn frame_script() -> impl IntoResponse {
    let text = include_str!("../../assets/sogenactif/frame.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}

/// `GET …/services/frame.css`.
pub(crate) async fn frame_style() -> impl IntoResponse {
    let text = include_str!("../../assets/sogenactif/frame.css");
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

#[derive(Template)]
#[template(path = "sogenactif/frame.html")]
struct FramePage {
    field: &'static str,
    title: &'static str,
    longest: u8,
    placeholder: &'static str,
    table: String,
}

/// `GET …/fields/{field}`: one frame.
pub(crate) async fn frame(State(app): State<Shared>, Path(field): Path<String>) -> Response {
    if app.sogenactif().faults.frames_failing {
        // A failing server says who may frame it, as it always does.
        let policy = [(CONTENT_SECURITY_POLICY, FRAME_POLICY)];
        return (StatusCode::SERVICE_UNAVAILABLE, policy).into_response();
    }
    let (field, title, longest, placeholder) = match field.as_str() {
        "number" => ("number", "Numéro de carte", 23, "1234 5678 9012 3456"),
        "expiry" => ("expiry", "Date d'expiration", 7, "MM/AA"),
        "csc" => ("csc", "Cryptogramme", 4, "123"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let template = FramePage {
        field,
        title,
        longest,
        placeholder,
        table: brand_table(),
    };
    ([(CONTENT_SECURITY_POLICY, FRAME_POLICY)], page(&template)).into_response()
}

/// The frames' own calls come from the frames.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    let from = request
        .headers()
        .get("sec-fetch-site")
        .map(|from| from.as_bytes());
    if from.is_some_and(|from| from != b"same-origin") || foreign(request.headers()) {
        return fault(StatusCode::FORBIDDEN, "forbidden");
    }
    next.run(request).await
}

/// Whether `Origin` names another host than the one asked.
fn foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin != format!("http://{host}"),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn fault(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": code }))).into_response()
}

/// A session that can be used.
fn live<'a>(world: &'a World, token: &str) -> Option<&'a HostedSession> {
    let session = world.sessions.get(token)?;
    let over = world.faults.session_expired || world.too_late(session.opened);
    (!over).then_some(session)
}

/// What the number's frame asks first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opening {
    token: String,
}

/// `POST …/services/session`: the brands that the shop takes; 401 when the session is over.
pub(crate) async fn session(State(app): State<Shared>, Json(opening): Json<Opening>) -> Response {
    let world = app.sogenactif();
    match live(&world, &opening.token) {
        Some(session) => Json(json!({ "brands": session.brands })).into_response(),
        None => fault(StatusCode::UNAUTHORIZED, "session_expired"),
    }
}

/// What the shopper typed in the frames.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    token: String,
    number: String,
    /// MM/YY, MMYY, MM/YYYY or MMYYYY.
    expiry: String,
    csc: String,
    #[serde(default)]
    brand: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Wrong {
    field: &'static str,
    error: &'static str,
}

/// `POST …/services/tokens`: a `paymentToken` for the card in the frames.
pub(crate) async fn tokens(State(app): State<Shared>, Json(typed): Json<Typed>) -> Response {
    let mut world = app.sogenactif();
    if world.faults.tokens_failing {
        return fault(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    }
    let Some(session) = live(&world, &typed.token).cloned() else {
        return fault(StatusCode::UNAUTHORIZED, "session_expired");
    };
    let today = clock::in_paris(world.now()).strftime("%Y%m").to_string();
    match read_card(&typed, &session, &today) {
        Ok(card) => {
            let brands = card.brands();
            let chosen = typed.brand.filter(|brand| brands.contains(&brand.as_str()));
            let shown = chosen.clone().or_else(|| first_taken(&session, brands));
            let name = make_token(&mut world, session.merchant, Some(card), chosen);
            Json(json!({ "paymentToken": name, "brand": shown, "brands": brands })).into_response()
        }
        Err(wrong) => {
            let answer = json!({ "error": "invalid_fields", "fields": wrong });
            (StatusCode::UNPROCESSABLE_ENTITY, Json(answer)).into_response()
        }
    }
}

fn takes(session: &HostedSession, brand: &str) -> bool {
    session.brands.is_empty() || session.brands.iter().any(|taken| taken == brand)
}

fn first_taken(session: &HostedSession, brands: &[&str]) -> Option<String> {
    brands
        .iter()
        .find(|brand| takes(session, brand))
        .map(|brand| (*brand).to_owned())
}

fn read_card(typed: &Typed, session: &HostedSession, today: &str) -> Result<Card, Vec<Wrong>> {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let number = digits(&typed.number);
    let expiry = year_month(&digits(&typed.expiry));
    let brands = brands_of(&number);
    let mut wrong = Vec::new();
    let mut say = |field, error| wrong.push(Wrong { field, error });
    match brands {
        _ if number.is_empty() => say("number", "required"),
        None => say("number", "unknown"),
        Some(_) if number.len() < 15 => say("number", "incomplete"),
        Some(_) if number.len() > 19 => say("number", "too_long"),
        Some(brands) if first_taken(session, brands).is_none() => {
            say("number", "brand_not_accepted");
        }
        Some(_) => {}
    }
    match &expiry {
        None => say("expiry", "invalid"),
        Some(expiry) if expiry.as_str() < today => say("expiry", "expired"),
        Some(_) => {}
    }
    let long = if brands == Some(&["AMEX"]) { 4 } else { 3 };
    if typed.csc.len() != long || !typed.csc.bytes().all(|byte| byte.is_ascii_digit()) {
        say("csc", "invalid");
    }
    match (
        Card::new(&number, &expiry.unwrap_or_default()),
        wrong.is_empty(),
    ) {
        (Some(card), true) => Ok(card),
        _ => Err(wrong),
    }
}

/// YYYYMM of MMYY or MMYYYY.
fn year_month(digits: &str) -> Option<String> {
    let (month, year) = (digits.get(..2)?, digits.get(2..)?);
    let known = (1..=12).contains(&month.parse::<u8>().ok()?);
    match (known, year.len()) {
        (true, 2) => Some(format!("20{year}{month}")),
        (true, 4) => Some(format!("{year}{month}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let session = HostedSession {
            merchant: "002001000000001",
            brands: vec!["CB".to_owned()],
            opened: clock::now(),
        };
        let typed = |number: &str, expiry: &str, csc: &str| Typed {
            token: String::new(),
            number: number.to_owned(),
            expiry: expiry.to_owned(),
            csc: csc.to_owned(),
            brand: None,
        };
        let wrong = |number, expiry, csc| {
            let read = read_card(&typed(number, expiry, csc), &session, "202603");
            read.err()
                .unwrap_or_default()
                .into_iter()
                .map(|w| (w.field, w.error))
                .collect()
        };
        let none: Vec<(&str, &str)> = wrong("4300 0000 0000 0000", "03/26", "123");
        assert_eq!(none, []);
        let cases: [(&str, &str, &str, (&str, &str)); 7] = [
            ("", "03/26", "123", ("number", "required")),
            ("4970101234567890", "03/26", "123", ("number", "unknown")),
            ("43000000", "03/26", "123", ("number", "incomplete")),
            (
                "4100000000000000",
                "03/26",
                "123",
                ("number", "brand_not_accepted"),
            ),
            ("4200000000000000", "02/26", "123", ("expiry", "expired")),
            ("4200000000000000", "13/26", "123", ("expiry", "invalid")),
            ("4200000000000000", "03/26", "12", ("csc", "invalid")),
        ];
        for (number, expiry, csc, expected) in cases {
            let found: Vec<(&str, &str)> = wrong(number, expiry, csc);
            assert_eq!(found, [expected]);
        }
    }
}
