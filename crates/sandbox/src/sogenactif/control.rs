//! Sogenactif's control page and its HTTP API: faults, books, clock, and a page to try the fields.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::Transaction;
use super::cards::{TEST_ACCOUNTS, TestCardRule, test_card_rules};
use super::faults::Faults;
use super::hosted::{SDK_PATH, open_session};
use super::merchants::DEMO;
use super::methods::is_name;
use super::world::{Logged, Wallet, World};
use super::{mandate, wallet};
use crate::app::Shared;
use crate::web::control::{problem, reset_by, same_site, switches_in};
use crate::web::views::{Switch, page};

const HOME: &str = "/sandbox/sogenactif";

/// `/sandbox/sogenactif`, for people, and its `/api`, for tests.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route(HOME, get(control_page))
        .route("/sandbox/sogenactif/faults", post(apply_form))
        .route("/sandbox/sogenactif/reset", post(reset_form))
        .route("/sandbox/sogenactif/night", post(night_form))
        .route("/sandbox/sogenactif/essai", get(trial))
        .route("/sandbox/sogenactif/essai.js", get(trial_script))
        .route(
            "/sandbox/sogenactif/api/faults",
            get(faults).post(change_faults),
        )
        .route("/sandbox/sogenactif/api/reset", post(reset))
        .route("/sandbox/sogenactif/api/books", get(books))
        .route("/sandbox/sogenactif/api/calls", get(calls))
        .route("/sandbox/sogenactif/api/clock", post(move_clock))
        .route(
            "/sandbox/sogenactif/api/transactions/{id}/final",
            post(make_final),
        )
        .route("/sandbox/sogenactif/api/cards", get(cards))
        .layer(from_fn(same_site))
}

async fn faults(State(app): State<Shared>) -> Json<Faults> {
    Json(app.sogenactif().faults.clone())
}

async fn change_faults(State(app): State<Shared>, Json(change): Json<Value>) -> Response {
    let mut world = app.sogenactif();
    match world.faults.changed(change, is_name) {
        Ok(faults) => {
            world.faults = faults.clone();
            Json(faults).into_response()
        }
        Err(reason) => problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

async fn reset(State(app): State<Shared>, body: Bytes) -> Response {
    reset_by(&body, |wish| {
        let mut world = app.sogenactif();
        if wish.books {
            world.clear_books();
        }
        world.faults = Faults::default();
    })
}

/// Keeps the lines of one transaction.
#[derive(Deserialize)]
struct Narrow {
    reference: Option<String>,
}

async fn books(State(app): State<Shared>, Query(narrow): Query<Narrow>) -> Json<Value> {
    let mut world = app.sogenactif();
    world.settle();
    let wanted = narrow.reference;
    let keeps = |line: &&Transaction| {
        wanted
            .as_ref()
            .is_none_or(|wanted| line.id.to_string() == *wanted)
    };
    let kept: Vec<&Transaction> = world.transactions.iter().filter(keeps).collect();
    let wallets: Vec<Value> = world.wallets.iter().map(told_wallet).collect();
    let mandates: Vec<_> = world.mandates.iter().map(mandate::shown).collect();
    Json(json!({
        "transactions": kept,
        "wallets": wallets,
        "mandates": mandates,
        "calls": world.calls,
        "day": world.day(0),
    }))
}

fn told_wallet(((merchant, id), wallet): (&(String, String), &Wallet)) -> Value {
    let means: Vec<Value> = wallet.means.iter().map(wallet::shown).collect();
    json!({ "merchantId": merchant, "merchantWalletId": id, "paymentMeans": means })
}

/// `GET …/api/calls`: every call in order, or those about one transaction.
async fn calls(State(app): State<Shared>, Query(narrow): Query<Narrow>) -> Json<Value> {
    let world = app.sogenactif();
    let wanted = narrow.reference;
    let keeps = |line: &&Logged| wanted.is_none() || line.transaction == wanted;
    let kept: Vec<&Logged> = world.log.iter().filter(keeps).collect();
    Json(json!({ "calls": kept }))
}

/// How far the platform's clock goes forward.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ClockWish {
    days: u16,
    minutes: u32,
}

fn forward(world: &mut World, wish: &ClockWish) {
    let days = SignedDuration::from_hours(i64::from(wish.days) * 24);
    let minutes = SignedDuration::from_mins(i64::from(wish.minutes));
    world.moved = world.moved.saturating_add(days).saturating_add(minutes);
    world.settle();
}

async fn move_clock(State(app): State<Shared>, Json(wish): Json<ClockWish>) -> Json<Value> {
    let mut world = app.sogenactif();
    forward(&mut world, &wish);
    Json(json!({ "now": world.now(), "day": world.day(0) }))
}

/// The final answer of a pending transaction.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinalWish {
    code: String,
}

async fn make_final(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(wish): Json<FinalWish>,
) -> Response {
    let mut world = app.sogenactif();
    let now = world.now();
    let mut all = world.transactions.iter_mut();
    match all.find(|line| line.id.to_string() == id) {
        None => problem(StatusCode::NOT_FOUND, "no such transaction"),
        Some(line) if !line.is_pending() || line.acquirer.is_none() => problem(
            StatusCode::CONFLICT,
            "only a pending transaction becomes final",
        ),
        Some(line) => {
            line.decide(&wish.code);
            line.last_operation_date_time = now;
            Json(json!({ "transaction": line })).into_response()
        }
    }
}

async fn cards() -> Json<Value> {
    Json(json!({ "cards": test_card_rules() }))
}

/// What the control page says of each switch that is a box or a number.
const SWITCH_TEXTS: [(&str, &str); 15] = [
    ("office_down", "Office en panne"),
    (
        "office_slow_ms",
        "attente avant chaque réponse d'Office, en ms",
    ),
    ("office_wrong_seal", "réponses scellées d'une autre clé"),
    ("office_missing_seal", "réponses sans sceau"),
    (
        "office_altered_amount",
        "montant changé, réponse bien scellée",
    ),
    ("office_tampered_amount", "montant changé après le sceau"),
    (
        "office_other_transaction",
        "réponse sur une autre transaction",
    ),
    (
        "office_interface_2_27",
        "réponses sans ce que l'interface 2.27 ne connaît pas",
    ),
    ("office_no_banks", "iDEAL n'annonce aucune banque"),
    ("sdk_missing", "bibliothèque des champs introuvable"),
    ("sdk_altered", "bibliothèque des champs modifiée"),
    ("sdk_slow_ms", "attente avant la bibliothèque, en ms"),
    ("frames_failing", "cadres des champs en panne"),
    ("session_expired", "sessions de champs expirées"),
    ("tokens_failing", "pas de jeton de paiement"),
];

#[derive(Template)]
#[template(path = "sogenactif/control.html")]
struct Control {
    switches: Vec<Switch>,
    today: String,
    lines: Vec<Transaction>,
    cards: &'static [TestCardRule],
    accounts: &'static [(&'static str, &'static str)],
}

async fn control_page(State(app): State<Shared>) -> Response {
    let mut world = app.sogenactif();
    world.settle();
    let switches = Switch::all(&world.faults, SWITCH_TEXTS);
    page(&Control {
        switches,
        today: world.day(0),
        lines: world.transactions.iter().rev().take(50).cloned().collect(),
        cards: test_card_rules(),
        accounts: &TEST_ACCOUNTS,
    })
}

async fn apply_form(State(app): State<Shared>, body: Bytes) -> Response {
    let change = switches_in(&body);
    let mut world = app.sogenactif();
    // What the form can't show is kept.
    match world
        .faults
        .by_method()
        .changed(Value::Object(change), is_name)
    {
        Ok(faults) => world.faults = faults,
        Err(reason) => return problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
    Redirect::to(HOME).into_response()
}

async fn reset_form(State(app): State<Shared>) -> Redirect {
    app.sogenactif().faults = Faults::default();
    Redirect::to(HOME)
}

async fn night_form(State(app): State<Shared>) -> Redirect {
    let wish = ClockWish {
        days: 1,
        minutes: 0,
    };
    forward(&mut app.sogenactif(), &wish);
    Redirect::to(HOME)
}

#[derive(Template)]
#[template(path = "sogenactif/essai.html")]
struct Trial {
    sdk: String,
    token: String,
    cards: &'static [TestCardRule],
}

/// `GET /sandbox/sogenactif/essai`: the three fields, under the policy of a strict shop.
async fn trial(State(app): State<Shared>) -> Response {
    let origin = &app.backup_origin;
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self' {origin}; frame-src {origin}; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let token = open_session(&mut app.sogenactif(), DEMO, Vec::new());
    let template = Trial {
        sdk: format!("{origin}{SDK_PATH}"),
        token,
        cards: test_card_rules(),
    };
    ([(CONTENT_SECURITY_POLICY, policy)], page(&template)).into_response()
}

async fn trial_script() -> impl IntoResponse {
    let text = include_str!("../../assets/sogenactif/essai.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}
