//! NETBANX's control API: faults, books, clock.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::callback;
use super::faults::Faults;
use super::orders;
use super::page::end_pending;
use crate::app::Shared;
use crate::web::control::{problem, reset_by, same_site};

/// `/sandbox/netbanx/api`, for tests and for who looks.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(
            "/sandbox/netbanx/api/faults",
            get(faults).post(change_faults),
        )
        .route("/sandbox/netbanx/api/reset", post(reset))
        .route("/sandbox/netbanx/api/books", get(books))
        .route("/sandbox/netbanx/api/clock", post(move_clock))
        .route("/sandbox/netbanx/api/orders/{id}/final", post(finish))
        .layer(from_fn(same_site))
}

async fn faults(State(app): State<Shared>) -> Json<Faults> {
    Json(app.netbanx().faults.clone())
}

async fn change_faults(State(app): State<Shared>, Json(change): Json<Value>) -> Response {
    let mut world = app.netbanx();
    match world.faults.changed(change) {
        Ok(faults) => {
            world.faults = faults.clone();
            Json(faults).into_response()
        }
        Err(reason) => problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

async fn reset(State(app): State<Shared>, body: Bytes) -> Response {
    reset_by(&body, |wish| {
        let mut world = app.netbanx();
        if wish.books {
            world.clear();
        }
        world.faults = Faults::default();
    })
}

/// Orders, calls of the API in their order, and callbacks.
async fn books(State(app): State<Shared>) -> Json<Value> {
    let world = app.netbanx();
    Json(json!({
        "orders": world.orders,
        "profiles": world.profiles,
        "calls": world.log,
        "callbacks": world.sent,
        "now": world.now(),
    }))
}

/// How far the platform's clock goes forward. What is due by then runs.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ClockWish {
    days: u16,
    minutes: u32,
}

async fn move_clock(State(app): State<Shared>, Json(wish): Json<ClockWish>) -> Json<Value> {
    let (now, ran) = {
        let mut world = app.netbanx();
        world.go_forward(wish.days, wish.minutes);
        (world.now(), orders::run_due(&mut world))
    };
    for order in &ran {
        callback::dispatch(&app, order).await;
    }
    Json(json!({"now": now, "ran": ran.len()}))
}

/// What a pending payment comes to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    status: String,
}

async fn finish(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(end): Json<End>,
) -> Response {
    let order = end_pending(&mut app.netbanx(), &id, &end.status);
    let Some(order) = order else {
        let why = "the order is not pending, or the status is neither success nor declined";
        return problem(StatusCode::UNPROCESSABLE_ENTITY, why);
    };
    callback::dispatch(&app, &order).await;
    Json(json!({"id": id})).into_response()
}
