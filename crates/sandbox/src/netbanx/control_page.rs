//! NETBANX's control page, for people.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value};

use super::faults::Faults;
use super::world::{Order, Sent};
use super::{callback, orders};
use crate::app::Shared;
use crate::web::control::{problem, same_site, switches_in};
use crate::web::views::{Switch, page};

const HOME: &str = "/sandbox/netbanx";

/// What is shown of orders and of callbacks, at most.
const SHOWN: usize = 50;

/// `/sandbox/netbanx`.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route(HOME, get(show))
        .route("/sandbox/netbanx/faults", post(apply))
        .route("/sandbox/netbanx/reset", post(reset))
        .route("/sandbox/netbanx/night", post(night))
        .layer(from_fn(same_site))
}

/// What is said of each switch that is a box or a number.
const SWITCH_TEXTS: [(&str, &str); 10] = [
    ("api_down", "API en panne"),
    ("api_slow_ms", "attente avant chaque réponse, en ms"),
    ("altered_amount", "commandes d'un autre montant"),
    ("altered_reference", "commandes d'une autre référence"),
    (
        "decline_as_402",
        "refus sans acheteur annoncés par HTTP 402",
    ),
    ("token_at_once", "une carte enregistrée paie sans page"),
    ("callback_lost", "rappels jamais envoyés"),
    ("callback_late_ms", "retard des rappels, en ms"),
    ("callback_twice", "rappels envoyés deux fois"),
    ("callback_unheard", "rappels tenus pour échoués"),
];

/// An order, as the page shows it.
struct Line {
    id: String,
    reference: String,
    amount: String,
    status: &'static str,
    due: String,
    settled: u64,
    refunded: u64,
}

impl Line {
    fn of(order: &Order) -> Self {
        let paid = order.transaction.as_ref();
        Self {
            id: order.id.clone(),
            reference: order.reference.clone(),
            amount: format!("{} {}", order.total, order.currency),
            status: paid.map_or("open", |paid| paid.status),
            due: order.due().map(|due| due.to_string()).unwrap_or_default(),
            settled: order.settled(),
            refunded: order.refunded(),
        }
    }
}

#[derive(Template)]
#[template(path = "netbanx/control.html")]
struct Control {
    switches: Vec<Switch>,
    today: String,
    lines: Vec<Line>,
    callbacks: Vec<Sent>,
}

async fn show(State(app): State<Shared>) -> Response {
    let world = app.netbanx();
    page(&Control {
        switches: Switch::all(&world.faults, SWITCH_TEXTS),
        today: world.today().to_string(),
        lines: world
            .orders
            .iter()
            .rev()
            .take(SHOWN)
            .map(Line::of)
            .collect(),
        callbacks: world.sent.iter().rev().take(SHOWN).cloned().collect(),
    })
}

async fn apply(State(app): State<Shared>, body: Bytes) -> Response {
    // A box that is not ticked is not sent.
    let mut change: Map<String, Value> = SWITCH_TEXTS
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !name.ends_with("_ms") && *name != "callback_unheard")
        .map(|name| (name.to_owned(), Value::Bool(false)))
        .collect();
    change.extend(switches_in(&body));
    let mut world = app.netbanx();
    match world.faults.changed(Value::Object(change)) {
        Ok(faults) => world.faults = faults,
        Err(reason) => return problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
    Redirect::to(HOME).into_response()
}

async fn reset(State(app): State<Shared>) -> Redirect {
    app.netbanx().faults = Faults::default();
    Redirect::to(HOME)
}

/// What was settled is batched, and what is due runs.
async fn night(State(app): State<Shared>) -> Redirect {
    let ran = {
        let mut world = app.netbanx();
        world.go_forward(1, 0);
        orders::run_due(&mut world)
    };
    for order in &ran {
        callback::dispatch(&app, order).await;
    }
    Redirect::to(HOME)
}
