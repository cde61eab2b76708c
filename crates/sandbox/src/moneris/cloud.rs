//! The cloud: takes commands, answers at once, and keeps their receipts.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::command::{self, told};
use super::faults::strikes;
use super::post_back;
use super::world::{Command, End, INTEGRATION, Logged, STORE, TOKEN, World};
use crate::app::{App, Shared};
use crate::ids::random_id;
use crate::web::cut::CutBody;

/// What the cloud can be asked for: the action, whether it names an order, whether an amount.
const ACTIONS: [(&str, bool, bool); 6] = [
    ("purchase", true, true),
    ("preAuthorization", true, true),
    ("completion", true, true),
    ("void", true, false),
    ("refund", true, true),
    ("getDeviceInfo", false, false),
];

/// A command as it was sent.
struct Asked {
    action: String,
    key: String,
    order: String,
    terminal: String,
    total: u64,
    /// The transaction that it follows.
    follows: Option<String>,
    post_back: Option<String>,
}

pub(super) async fn take(State(app): State<Shared>, body: Bytes) -> Response {
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
    let known = ACTIONS.iter().find(|(own, ..)| *own == action);
    let (_, ordered, valued) = *known.ok_or("5901")?;
    let total = match valued {
        true => {
            let total = need("totalAmount", 9)?;
            let digits = total.bytes().all(|b| b.is_ascii_digit());
            let total = total.parse().ok().filter(|total| digits && *total > 0);
            total.ok_or("5912")?
        }
        false => 0,
    };
    let follows = match action.as_str() {
        "completion" | "void" | "refund" => Some(need("transactionId", 50)?),
        _ => None,
    };
    Ok(Asked {
        key: need("idempotencyKey", 50)?,
        order: if ordered {
            need("orderId", 50)?
        } else {
            String::new()
        },
        terminal: need("terminalId", 8)?,
        total,
        follows,
        post_back: text(&whole, "postBackUrl"),
        action,
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
    let pays = matches!(asked.action.as_str(), "purchase" | "preAuthorization");
    if pays && world.commands.iter().any(|own| own.order == asked.order) {
        return Err("5915");
    }
    let ticket = random_id();
    let end = (!pays).then(|| follow(world, asked));
    world.commands.push(Command {
        key: asked.key.clone(),
        action: asked.action.clone(),
        order: asked.order.clone(),
        terminal: asked.terminal.clone(),
        total: asked.total,
        ticket: ticket.clone(),
        follows: asked.follows.clone(),
        post_back: asked.post_back.clone(),
        end,
        sent: 1,
        reads: Vec::new(),
    });
    Ok(ticket)
}

/// What nobody has to present a card for is over at once: by what became of the payment that it
/// follows.
fn follow(world: &mut World, asked: &Asked) -> End {
    if asked.action == "getDeviceInfo" {
        return command::ended(world, "5209", 0);
    }
    let own = |command: &&Command| {
        let end = command.end.as_ref().filter(|end| end.is_approved());
        let transaction = end.and_then(|end| end.transaction.as_ref());
        command.order == asked.order
            && transaction.is_some()
            && transaction == asked.follows.as_ref()
    };
    let first = world.commands.iter().find(own).cloned();
    let Some((first, end)) = first.and_then(|own| own.end.clone().map(|end| (own, end))) else {
        return command::ended(world, "5454", 0);
    };
    let done = |action: &str| {
        let all = world.commands.iter().filter(|own| {
            let approved = own.end.as_ref().is_some_and(End::is_approved);
            own.action == action && own.follows == asked.follows && approved
        });
        all.map(|own| own.total.max(1)).sum::<u64>()
    };
    let (voided, refunded, completed) = (done("void"), done("refund"), done("completion"));
    let fits = match asked.action.as_str() {
        "completion" => {
            first.action == "preAuthorization" && completed == 0 && asked.total <= end.approved
        }
        "void" => first.action == "purchase" && voided == 0 && refunded == 0,
        // Credit cards alone: others are given back with the card.
        _ => {
            let paid = matches!(first.action.as_str(), "purchase" | "completion");
            paid && end.tender == "Credit" && voided == 0 && refunded + asked.total <= end.approved
        }
    };
    let approved = match asked.action.as_str() {
        "void" => end.approved,
        _ => asked.total,
    };
    let code = if fits { "5207" } else { "5454" };
    command::ended(world, code, approved)
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
