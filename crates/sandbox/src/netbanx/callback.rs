//! Callbacks: one for each end of a try that the order asked to be called for.

use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::world::{Order, Sent};
use crate::app::{App, Shared};

/// Between two tries. No source tells the platform's.
const PAUSE: Duration = Duration::from_millis(300);

/// A callback, as it leaves.
struct Message {
    order: String,
    rel: String,
    uri: String,
    format: String,
    retries: u32,
    pairs: Vec<(String, String)>,
}

/// The rel of what became of an order.
pub(super) fn rel_of(order: &Order) -> Option<&'static str> {
    match order.transaction.as_ref()?.status {
        "success" => Some("on_success"),
        "declined" | "errored" | "cancelled" => Some("on_decline"),
        "held" => Some("on_hold"),
        _ => None,
    }
}

/// The keys that an entry of the request asks for, with their values.
pub(super) fn pairs(order: &Order, entry: &Value) -> Vec<(String, String)> {
    let told = order.transaction.as_ref();
    let wanted = entry["returnKeys"].as_array().into_iter().flatten();
    let wanted = wanted.filter_map(Value::as_str);
    let value = |key: &str| match key {
        "id" => Some(order.id.clone()),
        "transaction.status" => told.map(|told| told.status.to_owned()),
        "transaction.confirmationNumber" => told.map(|told| told.confirmation.clone()),
        "transaction.errorCode" => told.and_then(|told| Some(told.error?.to_string())),
        _ => None,
    };
    wanted
        .filter_map(|key| Some((key.to_owned(), value(key)?)))
        .collect()
}

fn message(app: &App, order: &Order) -> Option<Message> {
    let rel = rel_of(order)?;
    let entry = order.listed("callback", rel)?;
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let mut pairs = pairs(order, entry);
    let other = app.netbanx().faults.callback_names.clone();
    if !other.is_empty() {
        for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "id") {
            value.clone_from(&other);
        }
    }
    Some(Message {
        order: order.id.clone(),
        rel: rel.to_owned(),
        uri: text("uri"),
        format: text("format"),
        retries: entry["retries"]
            .as_u64()
            .and_then(|n| n.try_into().ok())
            .unwrap_or(0),
        pairs,
    })
}

/// Sends the callback of what became of an order, and waits for it unless it is to be late.
pub(super) async fn dispatch(app: &Shared, order: &Order) {
    let Some(message) = message(app, order) else {
        return;
    };
    let faults = app.netbanx().faults.clone();
    if faults.callback_lost {
        log(app, &message, 0, "lost", None);
        return;
    }
    let copies = if faults.callback_twice { 2 } else { 1 };
    if faults.callback_late_ms > 0 {
        let app = Shared::clone(app);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(faults.callback_late_ms)).await;
            deliver(&app, message, copies).await;
        });
        return;
    }
    deliver(app, message, copies).await;
}

/// Sends it beside what goes on.
pub(super) fn spawn(app: &Shared, order: &Order) {
    let (app, order) = (Shared::clone(app), order.clone());
    tokio::spawn(async move {
        if let Some(message) = message(&app, &order) {
            deliver(&app, message, 1).await;
        }
    });
}

/// The first try is waited for; those after it are not.
async fn deliver(app: &Shared, message: Message, copies: u32) {
    for _ in 1..copies {
        send(app, &message, 1).await;
    }
    if send(app, &message, 1).await {
        return;
    }
    let app = Shared::clone(app);
    tokio::spawn(async move {
        for attempt in 2..=message.retries.saturating_add(1) {
            tokio::time::sleep(PAUSE).await;
            if send(&app, &message, attempt).await {
                return;
            }
        }
    });
}

/// Whether it was taken.
async fn send(app: &App, message: &Message, attempt: u32) -> bool {
    if !app.settings.may_notify(&message.uri) {
        log(app, message, attempt, "refused", None);
        return true;
    }
    let post = |kind: &'static str, body: String| {
        app.http
            .post(&message.uri)
            .header(CONTENT_TYPE, kind)
            .body(body)
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&message.pairs)
        .finish();
    let request = match message.format.as_str() {
        "get" => app.http.get(format!("{}?{query}", message.uri)),
        "form-urlencoded" => post("application/x-www-form-urlencoded", query),
        "xml" => post("application/xml", xml(&message.pairs)),
        _ => {
            let pairs = message.pairs.iter();
            let all: Map<String, Value> = pairs
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            post("application/json", Value::Object(all).to_string())
        }
    };
    let answer = request.send().await.ok().map(|answer| answer.status());
    let unheard = {
        let mut world = app.netbanx();
        let unheard = world.faults.callback_unheard > 0;
        world.faults.callback_unheard = world.faults.callback_unheard.saturating_sub(1);
        unheard
    };
    let taken = answer.is_some_and(|status| status.is_success()) && !unheard;
    let outcome = if taken { "delivered" } else { "failed" };
    log(
        app,
        message,
        attempt,
        outcome,
        answer.map(|status| status.as_u16()),
    );
    taken
}

/// Flat, one element a key.
fn xml(pairs: &[(String, String)]) -> String {
    let elements = pairs
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"));
    format!(
        "<?xml version=\"1.0\"?><order>{}</order>",
        elements.collect::<String>()
    )
}

fn log(app: &App, message: &Message, attempt: u32, outcome: &'static str, status: Option<u16>) {
    app.netbanx().sent.push(Sent {
        order: message.order.clone(),
        rel: message.rel.clone(),
        attempt,
        outcome,
        status,
    });
}
