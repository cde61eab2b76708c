//! `POST /rs-services/v2/GROUP/METHOD`: reading a call, sealing its answer.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2. What it leaves open is chosen
//! here and written in the sandbox's documentation: a mandatory field that is missing answers 12, a
//! wrong format 30, and an answer that no key can seal (unknown shop or key version) has no seal.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::books::TxId;
use super::call::{
    Call, Fields, Outcome, Refusal, invalid, malformed, named_id, put, put_some, text,
};
use super::faults::Faults;
use super::formats;
use super::interface::{both_names, only_2_27};
use super::merchants::{IdMode, Merchant, merchant};
use super::methods::{self, Identity, Method};
use super::seal::{Algorithm, seal, verifies};
use super::world::{Logged, World};
use crate::app::{App, Shared};
use crate::web::control::strikes;
use crate::web::cut::CutBody;

/// Answers one call.
pub(crate) async fn office(
    State(app): State<Shared>,
    Path((group, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if app.sogenactif().faults.office_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(method) = methods::at(&format!("{group}/{name}")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !is_json(&headers) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(Value::Object(request)) = serde_json::from_slice(&body) else {
        let fields = json!({ method.code_field: "30" });
        return (StatusCode::BAD_REQUEST, Json(fields)).into_response();
    };
    let (answer, slow_ms) = {
        let mut world = app.sogenactif();
        let answer = answer_or_fail(&app, &mut world, method, &request);
        (answer, world.faults.office_slow_ms)
    };
    if slow_ms > 0 {
        tokio::time::sleep(Duration::from_millis(slow_ms)).await;
    }
    answer
}

/// The answer, unless a switch of this method keeps it from being made or from arriving.
fn answer_or_fail(
    app: &App,
    world: &mut World,
    method: &'static Method,
    request: &Fields,
) -> Response {
    let cut = || Response::new(Body::new(CutBody));
    if strikes(&mut world.faults.office_unavailable, method.name) {
        log(world, method, request, None, Some("office_unavailable"));
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if strikes(&mut world.faults.office_call_lost, method.name) {
        log(world, method, request, None, Some("office_call_lost"));
        return cut();
    }
    let answer = answer(app, world, method, request);
    if strikes(&mut world.faults.office_answer_lost, method.name) {
        if let Some(line) = world.log.last_mut() {
            line.fault = Some("office_answer_lost");
        }
        return cut();
    }
    Json(answer).into_response()
}

/// Writes a call down.
fn log(
    world: &mut World,
    method: &'static Method,
    request: &Fields,
    answer: Option<&Fields>,
    fault: Option<&'static str>,
) {
    let of = |fields: &Fields, name: &str| text(fields, name).map(str::to_owned);
    let field = |name| of(request, name);
    let answered = |name| answer.and_then(|answer| of(answer, name));
    let transaction = answered("transactionReference").or(field("transactionReference"));
    world.log.push(Logged {
        method: method.name,
        transaction,
        merchant_wallet_id: field("merchantWalletId"),
        payment_mean_id: field("paymentMeanId").or(answered("paymentMeanId")),
        mandate_id: field("mandateId").or(answered("mandateId")),
        customer_id: field("customerId"),
        customer_ip_address: field("customerIpAddress"),
        order_channel: field("orderChannel"),
        payment_pattern: field("paymentPattern"),
        code: answered(method.code_field),
        fault,
    });
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.split(';').next().map(str::trim) == Some("application/json"))
}

/// Who signed a call, and how.
struct Signer {
    merchant: &'static Merchant,
    algorithm: Algorithm,
    key: &'static str,
}

fn answer(app: &App, world: &mut World, method: &'static Method, request: &Fields) -> Fields {
    world.settle();
    let signer = match signer(request) {
        Ok(signer) => signer,
        Err(refusal) => return refused(method, &refusal),
    };
    let mut faults = world.faults.clone();
    let given = text(request, "seal").unwrap_or_default();
    let sealed_well = verifies(request, signer.algorithm, signer.key, given);
    let (id, outcome) = if sealed_well {
        carry_out(app, world, &signer, method, request)
    } else {
        (None, Err("34".into()))
    };
    let mut fields = match outcome {
        Ok(fields) => fields,
        Err(refusal) => refused(method, &refusal),
    };
    if !fields.contains_key(method.code_field) {
        put(&mut fields, method.code_field, "00");
    }
    put(&mut fields, "merchantId", signer.merchant.id);
    if let Some(id) = &id {
        put_id(&mut fields, id);
    }
    if sealed_well {
        let struck = strikes(&mut world.faults.office_wrong_seal_for, method.name);
        faults.office_wrong_seal |= struck;
        let fault = struck.then_some("office_wrong_seal_for");
        log(world, method, &as_texts(request), Some(&fields), fault);
    }
    both_names(method.name, &mut fields);
    if faults.office_interface_2_27 {
        only_2_27(method.name, &mut fields);
    }
    sealed(fields, &signer, &faults)
}

fn refused(method: &Method, refusal: &Refusal) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, method.code_field, refusal.code);
    if let Some(field) = &refusal.field {
        put(&mut fields, "errorFieldName", field.as_str());
    }
    put_some(&mut fields, "newStatus", refusal.status);
    fields
}

/// Writes a transaction's identity into an answer.
fn put_id(fields: &mut Fields, id: &TxId) {
    match id {
        TxId::Reference(reference) => put(fields, "transactionReference", reference.as_str()),
        TxId::S10 { id, date } => {
            let container = json!({ "s10TransactionId": id, "s10TransactionIdDate": date });
            put(fields, "s10TransactionReference", container);
        }
    }
}

/// Finds the shop and the key that a call names.
fn signer(request: &Fields) -> Result<Signer, Refusal> {
    for name in ["interfaceVersion", "keyVersion", "merchantId", "seal"] {
        let present = match request.get(name) {
            Some(Value::String(text)) => !text.is_empty(),
            Some(Value::Number(_)) => true,
            _ => false,
        };
        if !present {
            return Err(invalid(name));
        }
    }
    if request.values().any(has_fraction) {
        return Err("30".into());
    }
    let texts = as_texts(request);
    let merchant = text(&texts, "merchantId").and_then(merchant).ok_or("03")?;
    let algorithm = Algorithm::named(text(&texts, "sealAlgorithm"));
    let key = text(&texts, "keyVersion").and_then(|version| merchant.key(version));
    Ok(Signer {
        merchant,
        algorithm: algorithm.ok_or_else(|| invalid("sealAlgorithm"))?,
        key: key.ok_or("34")?,
    })
}

/// A number that is not an integer: how it was written is lost, and so its seal.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_u64() && !number.is_i64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(inner) => inner.values().any(has_fraction),
        _ => false,
    }
}

/// The same without null values, numbers as text.
fn as_texts(fields: &Fields) -> Map<String, Value> {
    fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let value = match value {
                Value::Number(number) => Value::String(number.to_string()),
                Value::Object(inner) => Value::Object(as_texts(inner)),
                other => other.clone(),
            };
            (name.clone(), value)
        })
        .collect()
}

/// Does what a well-sealed call asks.
fn carry_out(
    app: &App,
    world: &mut World,
    signer: &Signer,
    method: &'static Method,
    request: &Fields,
) -> (Option<TxId>, Outcome) {
    *world.calls.entry(method.name).or_default() += 1;
    let body = as_texts(request);
    if let Some(code) = world.faults.office_code.get(method.name) {
        let mut fields = Fields::new();
        put(&mut fields, method.code_field, code.as_str());
        let makes = method.identity == Identity::Makes;
        let named = method.identity != Identity::No;
        let id = named.then(|| identity(&body, signer.merchant, makes, &world.day(0)).ok());
        return (id.flatten(), Ok(fields));
    }
    let id = match admit(world, signer.merchant, method, &body) {
        Ok(id) => id,
        Err((id, refusal)) => return (id, Err(refusal)),
    };
    let mut call = Call {
        world,
        merchant: signer.merchant,
        method: method.name,
        body: &body,
        pages: &app.platform_origin,
        frames: &app.backup_origin,
        id: id.clone(),
    };
    let outcome = (method.run)(&mut call);
    (id, outcome)
}

type Admitted = Result<Option<TxId>, (Option<TxId>, Refusal)>;

/// Checks versions, fields and identity.
fn admit(world: &mut World, shop: &Merchant, method: &Method, body: &Fields) -> Admitted {
    let alone = |refusal: Refusal| (None, refusal);
    if !version_fits(
        text(body, "interfaceVersion").unwrap_or_default(),
        method.prefix,
    ) {
        return Err(alone(malformed("interfaceVersion")));
    }
    for name in method.mandatory {
        if text(body, name).is_none() {
            return Err(alone(invalid(name)));
        }
    }
    formats::check(body).map_err(alone)?;
    if method.identity == Identity::No {
        return Ok(None);
    }
    let makes = method.identity == Identity::Makes;
    let id = identity(body, shop, makes, &world.day(0)).map_err(alone)?;
    match world.find_mut(shop.id, &id) {
        Some(known) => {
            *known.calls.entry(method.name).or_default() += 1;
            if makes {
                return Err((Some(id), "94".into()));
            }
        }
        None if makes => {}
        None => return Err((Some(id), "25".into())),
    }
    Ok(Some(id))
}

/// `IR_WS_2.53`: the right prefix, and any version 2 or 3.
fn version_fits(version: &str, prefix: &str) -> bool {
    let number = version
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix("_WS_"));
    let parts = number.and_then(|number| number.split_once('.'));
    parts.is_some_and(|(major, minor)| {
        ["2", "3"].contains(&major)
            && (1..=2).contains(&minor.len())
            && minor.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn identity(body: &Fields, shop: &Merchant, makes: bool, today: &str) -> Result<TxId, Refusal> {
    let names = ("transactionReference", "s10TransactionReference");
    let given = named_id(body, names.0, names.1, shop.mode, today, !makes)?;
    match (shop.mode, given) {
        (IdMode::Automatic, Some(_)) if makes => Err(invalid(names.0)),
        (IdMode::Automatic, None) if makes => {
            let made = crate::ids::random_id();
            Ok(TxId::Reference(
                made.get(..20).unwrap_or_default().to_uppercase(),
            ))
        }
        (_, Some(id)) => Ok(id),
        (_, None) => Err(invalid(names.0)),
    }
}

const AMOUNTS: [&str; 6] = [
    "amount",
    "newAmount",
    "operationAmount",
    "originAmount",
    "currentAmount",
    "remainingAmount",
];

fn alter_amounts(fields: &mut Fields) {
    for name in AMOUNTS {
        if let Some(amount) = fields.get(name).and_then(Value::as_u64) {
            put(fields, name, amount + 100);
        }
    }
}

/// Seals an answer, as the faults want it.
fn sealed(mut fields: Fields, signer: &Signer, faults: &Faults) -> Fields {
    if faults.office_altered_amount {
        alter_amounts(&mut fields);
    }
    if faults.office_other_transaction && fields.contains_key("transactionReference") {
        put(&mut fields, "transactionReference", "AUTRETRANSACTION");
    }
    if !faults.office_missing_seal {
        let key = if faults.office_wrong_seal {
            "another key"
        } else {
            signer.key
        };
        let seal = seal(&fields, signer.algorithm, key);
        put(&mut fields, "seal", seal);
    }
    if faults.office_tampered_amount {
        alter_amounts(&mut fields);
    }
    fields
}
