//! The API's surface: the key, the faults, and which operation a verb and a path mean.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::callback;
use super::refusal::{Outcome, Refusal, refuse};
use super::world::{KEY, Logged, Order, World};
use super::{orders, vault};
use crate::app::{App, Shared};
use crate::web::control::strikes;
use crate::web::cut::CutBody;

/// `GET /hosted/monitor`.
pub(super) async fn monitor() -> Json<Value> {
    Json(json!({"status": "READY"}))
}

/// What a page of the report is asked for with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    num: Option<usize>,
    start: Option<usize>,
}

pub(super) async fn collection(
    State(app): State<Shared>,
    method: Method,
    headers: HeaderMap,
    Query(paging): Query<Paging>,
    body: Bytes,
) -> Response {
    let origin = app.platform_origin.clone();
    if method == Method::GET {
        return serve(&app, &headers, "report", None, |world| {
            Ok(report(world, &origin, &paging))
        })
        .await;
    }
    serve(&app, &headers, "create", None, |world| {
        let id = orders::create(world, object(&body)?)?;
        shown(world, &origin, &id)
    })
    .await
}

pub(super) async fn one(
    State(app): State<Shared>,
    method: Method,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let origin = app.platform_origin.clone();
    let named = Some(id.as_str());
    match method {
        Method::GET => {
            serve(&app, &headers, "status", named, |world| {
                shown(world, &origin, &id)
            })
            .await
        }
        Method::DELETE => {
            serve(&app, &headers, "cancel", named, |world| {
                let order = orders::cancel(world, &id)?;
                shown(world, &origin, &order)
            })
            .await
        }
        Method::PUT => {
            serve(&app, &headers, "update", named, |world| {
                let order = orders::update(world, &id, &object(&body)?)?;
                shown(world, &origin, &order)
            })
            .await
        }
        _ => {
            serve(&app, &headers, "rebill", named, |world| {
                let order = orders::rebill(world, &id, object(&body)?)?;
                shown(world, &origin, &order)
            })
            .await
        }
    }
}

pub(super) async fn act(
    State(app): State<Shared>,
    method: Method,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let named = Some(id.as_str());
    match (method, act.as_str()) {
        (Method::POST, "refund") => {
            serve(&app, &headers, "refund", named, |world| {
                orders::refund(world, &id, &object(&body)?)
            })
            .await
        }
        (Method::POST, "settlement") => {
            serve(&app, &headers, "settlement", named, |world| {
                orders::settle(world, &id, &object(&body)?)
            })
            .await
        }
        (Method::GET, "resend_callback") => {
            let order = app.netbanx().find(&id).cloned();
            let answer = serve(&app, &headers, "resend_callback", named, |world| {
                world
                    .find(&id)
                    .ok_or_else(|| refuse(404, "404", "no such order"))?;
                Ok(json!({"id": id}))
            })
            .await;
            if let (Some(order), true) = (order, answer.status().is_success()) {
                callback::spawn(&app, &order);
            }
            answer
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Which profile is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    #[serde(rename = "merchantCustomerId")]
    customer: String,
}

/// `GET /customervault/v1/profiles`.
pub(super) async fn profile(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    serve(&app, &headers, "profile", None, |world| {
        vault::find(world, &wanted.customer)
    })
    .await
}

/// `DELETE /customervault/v1/profiles/{id}/cards/{card}`.
pub(super) async fn remove_card(
    State(app): State<Shared>,
    Path((id, card)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    serve(&app, &headers, "remove_card", None, |world| {
        vault::remove(world, &id, &card)
    })
    .await
}

/// A body that is a JSON object; nothing counts as an empty one.
fn object(body: &[u8]) -> Outcome<Map<String, Value>> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(refuse(400, "5023", "the body is no JSON object")),
    }
}

fn shown(world: &mut World, origin: &str, id: &str) -> Outcome<Value> {
    let faults = world.faults.clone();
    let found = world.find(id);
    let order: &mut Order = found.ok_or_else(|| refuse(404, "404", "no such order"))?;
    Ok(order.json(origin, &faults))
}

/// The newest first.
fn report(world: &World, origin: &str, paging: &Paging) -> Value {
    let (num, start) = (paging.num.unwrap_or(10).min(100), paging.start.unwrap_or(0));
    let newest = world.orders.iter().rev().skip(start).take(num);
    let records: Vec<Value> = newest
        .map(|order| order.json(origin, &world.faults))
        .collect();
    let next = (start + num < world.orders.len())
        .then(|| format!("{origin}/hosted/v1/orders?num={num}&start={}", start + num));
    json!({
        "records": records,
        "count": world.orders.len(),
        "navigation": [{"rel": "next", "uri": next}],
    })
}

fn has_key(headers: &HeaderMap) -> bool {
    let (user, password) = KEY;
    let expected = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let given = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    given == Some(expected.as_bytes())
}

/// Answers one call, with what goes wrong on purpose.
async fn serve(
    app: &App,
    headers: &HeaderMap,
    operation: &'static str,
    order: Option<&str>,
    perform: impl FnOnce(&mut World) -> Outcome<Value>,
) -> Response {
    let (answer, slow) = {
        let mut world = app.netbanx();
        let slow = world.faults.api_slow_ms;
        (answer(&mut world, headers, operation, order, perform), slow)
    };
    if slow > 0 {
        tokio::time::sleep(Duration::from_millis(slow)).await;
    }
    answer
}

fn answer(
    world: &mut World,
    headers: &HeaderMap,
    operation: &'static str,
    order: Option<&str>,
    perform: impl FnOnce(&mut World) -> Outcome<Value>,
) -> Response {
    let mut log = Logged {
        operation,
        order: order.map(str::to_owned),
        reference: None,
        status: 503,
        code: None,
        fault: None,
    };
    if world.faults.api_down || strikes(&mut world.faults.unavailable, operation) {
        log.fault = Some("unavailable");
        world.log.push(log);
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if strikes(&mut world.faults.call_lost, operation) {
        log.fault = Some("call_lost");
        world.log.push(log);
        return Body::new(CutBody).into_response();
    }
    let outcome = match world.faults.code.get(operation) {
        _ if !has_key(headers) => Err(refuse(401, "5000", "the key is refused")),
        Some(code) => Err(refuse(400, &code.clone(), "on purpose")),
        None => perform(world),
    };
    let told = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    if let Ok(value) = &outcome {
        log.order = log.order.or_else(|| told(value, "id"));
        log.reference = told(value, "merchantRefNum");
    }
    let answer = match outcome {
        Ok(value) => Json(value).into_response(),
        Err(refusal) => {
            log.code = Some(refusal.code.clone());
            refused(&refusal)
        }
    };
    log.status = answer.status().as_u16();
    let lost = strikes(&mut world.faults.answer_lost, operation);
    log.fault = lost.then_some("answer_lost");
    world.log.push(log);
    if lost {
        return Body::new(CutBody).into_response();
    }
    answer
}

fn refused(refusal: &Refusal) -> Response {
    let body = json!({"error": {"code": refusal.code, "message": refusal.message}});
    let mut answer = (refusal.status, Json(body)).into_response();
    if let Ok(words) = refusal.message.parse() {
        answer.headers_mut().insert("x-application-error", words);
    }
    answer
}
