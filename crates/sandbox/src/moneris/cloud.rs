//! The cloud: takes commands, answers at once, and keeps their receipts.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::command::told;
use super::faults::strikes;
use super::post_back;
use super::world::{Command, INTEGRATION, Logged, STORE, TOKEN, World};
use crate::app::{App, Shared};
use crate::ids::random_id;
use crate::web::cut::CutBody;

/// What the cloud can be asked for so far, with money.
const ACTIONS: [&str; 2] = ["purchase", "preAuthorization"];

/// A command as it was sent.
struct Asked {
    action: String,
    key: String,
    order: String,
    terminal: String,
    total: u64,
    post_back: Option<String>,
}

pub(super) async fn command(State(app): State<Shared>, body: Bytes) -> Response {
    if app.moneris().faults.cloud_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if strikes(&mut app.moneris().faults.command_lost) {
        log(&app, "?", "?", "", Some("command_lost"));
        return Body::new(CutBody).into_response();
    }
    let asked = match read(&body) {
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

/// Reads a command, or says by which code it is refused.
fn read(body: &[u8]) -> Result<Asked, &'static str> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| "5900")?;
    let text = |of: &Value, name: &str| of[name].as_str().map(str::to_owned);
    let known = whole["apiVersion"] == "3.0"
        && whole["istConfigCode"] == INTEGRATION
        && whole["storeId"] == STORE
        && whole["apiToken"] == TOKEN;
    if !known {
        return Err("5902");
    }
    if text(&whole, "dataId").is_none_or(|id| id.is_empty() || id.len() > 50)
        || text(&whole, "dataTimestamp").is_none_or(|time| time.len() != 19)
    {
        return Err("5911");
    }
    let entry = whole.pointer("/data/request/0").ok_or("5913")?;
    let need = |name: &str, most: usize| {
        let given = text(entry, name).ok_or("5913")?;
        (1..=most)
            .contains(&given.len())
            .then_some(given)
            .ok_or("5911")
    };
    let action = need("action", 40)?;
    if !ACTIONS.contains(&action.as_str()) {
        return Err("5901");
    }
    let total = need("totalAmount", 9)?;
    let total = total
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| total.parse().ok());
    Ok(Asked {
        action,
        key: need("idempotencyKey", 50)?,
        order: need("orderId", 50)?,
        terminal: need("terminalId", 8)?,
        total: total.flatten().filter(|total| *total > 0).ok_or("5912")?,
        post_back: text(&whole, "postBackUrl"),
    })
}

/// Passes a command on to its terminal: the ticket, or why not. The same key comes to the same
/// command.
fn pass_on(world: &mut World, asked: &Asked) -> Result<String, &'static str> {
    let terminal = world.terminal(&asked.terminal).filter(|own| own.online);
    if terminal.is_none() {
        return Err("5903");
    }
    if let Some(known) = world.remembered(&asked.terminal, &asked.key) {
        known.sent += 1;
        return Ok(known.ticket.clone());
    }
    if world.running(&asked.terminal).is_some() {
        return Err("5904");
    }
    if world.commands.iter().any(|own| own.order == asked.order) {
        return Err("5915");
    }
    let ticket = random_id();
    world.commands.push(Command {
        key: asked.key.clone(),
        action: asked.action.clone(),
        order: asked.order.clone(),
        terminal: asked.terminal.clone(),
        total: asked.total,
        ticket: ticket.clone(),
        post_back: asked.post_back.clone(),
        end: None,
        sent: 1,
        reads: Vec::new(),
    });
    Ok(ticket)
}

/// A refusal has no entry.
fn refused(app: &App, action: &str, key: &str, code: &str) -> Response {
    log(app, action, key, code, None);
    Json(json!({ "receipt": { "apiVersion": "3.0", "statusCode": code, "status": "refused" } }))
        .into_response()
}

fn log(app: &App, action: &str, key: &str, code: &str, fault: Option<&'static str>) {
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
