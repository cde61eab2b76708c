//! The cloud: takes commands, answers at once, and keeps their receipts.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::asked::{Door, pass_on, read};
use super::command::told;
use super::faults::strikes;
use super::post_back;
use super::world::Logged;
use crate::app::{App, Shared};
use crate::web::cut::CutBody;

pub(super) async fn take(State(app): State<Shared>, body: Bytes) -> Response {
    if app.moneris().faults.cloud_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if strikes(&mut app.moneris().faults.command_lost) {
        log(&app, "?", "?", "", Some("command_lost"));
        return Body::new(CutBody).into_response();
    }
    let asked = match read(Door::Cloud, &body) {
        Ok(asked) => asked,
        Err(code) => return refused(&app, "?", "?", code),
    };
    // Before it passes a command on, the cloud looks whether the address is there.
    if let Some(address) = &asked.post_back
        && !post_back::probe(&app, &asked.order, address).await
    {
        return refused(&app, &asked.action, &asked.key, "5905");
    }
    let forced = {
        let mut world = app.moneris();
        let strikes = strikes(&mut world.faults.code_times);
        strikes.then(|| (world.faults.code.clone(), world.faults.code_acts))
    };
    if let Some((code, acts)) = forced {
        if acts {
            let _ = pass_on(&mut app.moneris(), &asked);
        }
        return refused(&app, &asked.action, &asked.key, &code);
    }
    let passed_on = pass_on(&mut app.moneris(), &asked);
    let ticket = match passed_on {
        Ok(ticket) => ticket,
        Err(code) => return refused(&app, &asked.action, &asked.key, code),
    };
    let origin = match app.moneris().faults.foreign_receipt {
        true => "http://203.0.113.1".to_owned(),
        false => app.platform_origin.clone(),
    };
    let url = format!("{origin}/moneris/receipt/{ticket}");
    let mut world = app.moneris();
    let answer = {
        let found = world.by_ticket(&ticket).map(|own| own.clone());
        found
            .map(|own| told(&world, &own, Some(&url)))
            .unwrap_or_default()
    };
    let lost = strikes(&mut world.faults.answer_lost);
    drop(world);
    log(
        &app,
        &asked.action,
        &asked.key,
        "5201",
        lost.then_some("answer_lost"),
    );
    if lost {
        return Body::new(CutBody).into_response();
    }
    Json(answer).into_response()
}

/// A refusal has no entry.
fn refused(app: &App, action: &str, key: &str, code: &str) -> Response {
    log(app, action, key, code, None);
    Json(json!({ "receipt": { "apiVersion": "3.0", "statusCode": code, "status": "refused" } }))
        .into_response()
}

pub(super) fn log(app: &App, action: &str, key: &str, code: &str, fault: Option<&'static str>) {
    app.moneris().log.push(Logged {
        action: action.to_owned(),
        key: key.to_owned(),
        code: code.to_owned(),
        fault,
    });
}

/// `GET` of a receipt, without credentials.
pub(super) async fn receipt(State(app): State<Shared>, Path(ticket): Path<String>) -> Response {
    let mut world = app.moneris();
    if world.faults.cloud_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if strikes(&mut world.faults.receipt_lost) {
        return Body::new(CutBody).into_response();
    }
    let now = world.now().as_millisecond();
    let Some(own) = world.by_ticket(&ticket) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    own.reads.push(now);
    let own = own.clone();
    Json(told(&world, &own, None)).into_response()
}
