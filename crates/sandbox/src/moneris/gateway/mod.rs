//! The Unified Gateway: one address, one XML request, one receipt.

mod act;
mod read;
mod vault;
pub(crate) mod world;

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use self::read::Asked;
use self::world::{Called, Receipt};
use super::faults::strikes;
use super::penny;
use super::world::World;
use crate::app::Shared;
use crate::web::cut::CutBody;

pub(super) async fn take(State(app): State<Shared>, body: Bytes) -> Response {
    let slow = match read::read(&body) {
        Ok(asked) if !asked.asks => asked.amount("amount").is_some_and(penny::is_slow),
        _ => false,
    };
    let milliseconds = match app.moneris().faults.gateway_slow_ms {
        0 => SLOW_MS,
        own => own,
    };
    // What is slow is done first, and told late.
    let answer = done(&app, &body);
    if slow {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    answer
}

/// How long a slow bank takes.
const SLOW_MS: u64 = 5_000;

fn done(app: &Shared, body: &[u8]) -> Response {
    let mut world = app.moneris();
    if world.faults.gateway_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let asked = match read::read(body) {
        Ok(asked) => asked,
        Err(why) => return xml(&Receipt::refused(why)),
    };
    let mut fault = None;
    let mut strike = |left: &mut u32, name| {
        let on = fault.is_none() && strikes(left);
        fault = fault.or(on.then_some(name));
        on
    };
    let faults = &mut world.faults;
    let lost = strike(&mut faults.gateway_lost, "gateway_lost");
    let acts = !asked.asks;
    let unanswered = acts && strike(&mut faults.gateway_answer_lost, "gateway_answer_lost");
    let timed_out = acts && strike(&mut faults.gateway_timed_out, "gateway_timed_out");
    world.gateway.calls.push(Called {
        name: asked.name.clone(),
        order: asked.text("order_id").unwrap_or_default().to_owned(),
        asks: asked.asks,
        fault,
    });
    if lost {
        return Body::new(CutBody).into_response();
    }
    let mut receipt = answer(&mut world, &asked);
    if unanswered {
        return Body::new(CutBody).into_response();
    }
    if timed_out {
        receipt = Receipt::refused("Timed out").with("TimedOut", "true");
    }
    if world.faults.gateway_altered_order && receipt.is("Complete", "true") {
        receipt = receipt.with("ReceiptId", "SOMEBODY-ELSES");
    }
    if world.faults.gateway_altered_amount && receipt.is("Complete", "true") {
        receipt = receipt.with("TransAmount", "0.01");
    }
    xml(&receipt)
}

fn answer(world: &mut World, asked: &Asked) -> Receipt {
    if asked.asks {
        return act::found(world, asked);
    }
    match asked.name.as_str() {
        name if name.starts_with("res_") && !act::CHARGES.contains(&name) => {
            vault::answer(world, asked)
        }
        _ => act::answer(world, asked),
    }
}

/// XML, under the header that was recorded.
fn xml(receipt: &Receipt) -> Response {
    ([(header::CONTENT_TYPE, "text/html")], receipt.xml()).into_response()
}
