//! Moneris' control API: faults, books, and what somebody does at a terminal.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::command::{Act, act};
use super::faults::Faults;
use super::post_back;
use crate::app::Shared;
use crate::web::control::{problem, reset_by, same_site, switches};

/// `/sandbox/moneris/api`, for tests and for who looks.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(
            "/sandbox/moneris/api/faults",
            get(faults).post(change_faults),
        )
        .route("/sandbox/moneris/api/reset", post(reset))
        .route("/sandbox/moneris/api/books", get(books))
        .route("/sandbox/moneris/api/terminals/{id}/act", post(at_terminal))
        .route("/sandbox/moneris/api/terminals/{id}/power", post(power))
        .route("/sandbox/moneris/api/batch", post(close_batch))
        .route("/sandbox/moneris/api/expiry", post(expire))
        .layer(from_fn(same_site))
}

async fn faults(State(app): State<Shared>) -> Json<Faults> {
    Json(app.moneris().faults.clone())
}

async fn change_faults(State(app): State<Shared>, Json(change): Json<Value>) -> Response {
    let mut world = app.moneris();
    match switches(&world.faults, change) {
        Ok(faults) => {
            world.faults = faults;
            Json(world.faults.clone()).into_response()
        }
        Err(reason) => problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

async fn reset(State(app): State<Shared>, body: Bytes) -> Response {
    reset_by(&body, |wish| {
        let mut world = app.moneris();
        if wish.books {
            world.clear();
        }
        world.faults = Faults::default();
    })
}

/// Terminals, commands, calls of the cloud in their order, and post-backs.
async fn books(State(app): State<Shared>) -> Json<Value> {
    let world = app.moneris();
    Json(json!({
        "terminals": world.terminals,
        "commands": world.commands,
        "calls": world.log,
        "post_backs": world.sent,
        "gateway": world.gateway,
    }))
}

async fn at_terminal(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(wish): Json<Act>,
) -> Response {
    let acted = act(&mut app.moneris(), &id, &wish);
    match acted {
        Ok(command) => {
            post_back::spawn(&app, &command);
            Json(command).into_response()
        }
        Err(why) => problem(StatusCode::CONFLICT, why),
    }
}

/// The evening's end: what was taken until now is settled.
async fn close_batch(State(app): State<Shared>) -> Json<Value> {
    let mut world = app.moneris();
    world.gateway.batch += 1;
    Json(json!({ "batch": world.gateway.batch }))
}

/// Until when the cards of all profiles pay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expiry {
    /// `YYMM`; this month if it is empty.
    expdate: String,
}

async fn expire(State(app): State<Shared>, Json(wish): Json<Expiry>) -> Response {
    let mut world = app.moneris();
    let expdate = match wish.expdate.as_str() {
        "" => world.now().strftime("%y%m").to_string(),
        given => given.to_owned(),
    };
    if expdate.len() != 4 || !expdate.bytes().all(|b| b.is_ascii_digit()) {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "expdate must be YYMM");
    }
    for profile in &mut world.gateway.profiles {
        profile.expires.clone_from(&expdate);
    }
    Json(json!({ "expdate": expdate })).into_response()
}

/// Whether a terminal is switched on and online.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Power {
    online: bool,
}

async fn power(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(wish): Json<Power>,
) -> Response {
    match app.moneris().terminal(&id) {
        Some(terminal) => {
            terminal.online = wish.online;
            Json(terminal.clone()).into_response()
        }
        None => problem(StatusCode::NOT_FOUND, "no such terminal"),
    }
}
