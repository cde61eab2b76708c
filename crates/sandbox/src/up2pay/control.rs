//! The control page and its HTTP API: faults, books, deliveries, extra notifications.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::books::{Part, Transaction};
use super::call::{Addresses, Call};
use super::delivery::{Unsigned, extra_message, message_for, send, send_all, wanted_pairs};
use super::faults::Faults;
use super::letters::{Subject, parse_wanted};
use super::message::{Delivery, Message};
use super::method::{LIMOCB, LIMONETIK};
use super::numbers::test_numbers;
use super::views::Control;
use crate::app::{App, Shared};
use crate::pairs::platform_value;
use crate::web::control::{ResetWish, problem, reset_by, same_site, switches_in};
use crate::web::views::{Switch, page};

/// `/sandbox`, for people, and `/sandbox/api`, for tests.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/sandbox", get(control_page))
        .route("/sandbox/faults", post(apply_form))
        .route("/sandbox/reset", post(reset_form))
        .route("/sandbox/release", post(release_form))
        .route("/sandbox/api/faults", get(faults).post(change_faults))
        .route("/sandbox/api/reset", post(reset))
        .route("/sandbox/api/release", post(release))
        .route("/sandbox/api/books", get(books))
        .route("/sandbox/api/deliveries", get(deliveries))
        .route("/sandbox/api/deliveries/{id}/replay", post(replay))
        .route("/sandbox/api/transactions/{number}/final", post(make_final))
        .route("/sandbox/api/transactions/{number}/age", post(age))
        .route("/sandbox/api/notifications", post(extra))
        .route("/sandbox/api/numbers", get(numbers))
        .layer(from_fn(same_site))
}

async fn faults(State(app): State<Shared>) -> Json<Faults> {
    Json(app.world().faults.clone())
}

async fn change_faults(State(app): State<Shared>, Json(change): Json<Value>) -> Response {
    let mut world = app.world();
    match world.faults.changed(change) {
        Ok(faults) => {
            world.faults = faults.clone();
            Json(faults).into_response()
        }
        Err(reason) => problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

fn do_reset(app: &App, wish: &ResetWish) {
    let mut world = app.world();
    world.faults = Faults::default();
    world.held.clear();
    world.deliveries.clear();
    if wish.books {
        world.books.transactions.clear();
        world.sessions.clear();
        world.questions.clear();
    }
}

async fn reset(State(app): State<Shared>, body: Bytes) -> Response {
    reset_by(&body, |wish| do_reset(&app, wish))
}

async fn do_release(app: &Shared) -> Vec<Delivery> {
    let (held, mut faults) = {
        let mut world = app.world();
        (std::mem::take(&mut world.held), world.faults.clone())
    };
    faults.hold = false;
    send_all(app, held, &faults).await
}

async fn release(State(app): State<Shared>) -> Response {
    let sent = do_release(&app).await;
    Json(json!({ "released": sent.len(), "deliveries": sent })).into_response()
}

/// Narrows a list to one reference.
#[derive(Deserialize)]
struct Narrow {
    reference: Option<String>,
}

impl Narrow {
    fn keeps(&self, reference: &str) -> bool {
        self.reference
            .as_ref()
            .is_none_or(|wanted| wanted == reference)
    }
}

async fn books(State(app): State<Shared>, Query(narrow): Query<Narrow>) -> Response {
    let world = app.world();
    let kept: Vec<&Transaction> = world
        .books
        .transactions
        .iter()
        .filter(|line| narrow.keeps(&line.reference))
        .collect();
    Json(json!({ "transactions": kept, "questions": world.questions.len() })).into_response()
}

async fn deliveries(State(app): State<Shared>, Query(narrow): Query<Narrow>) -> Response {
    let world = app.world();
    let kept: Vec<_> = world
        .deliveries
        .iter()
        .filter(|line| narrow.keeps(&line.reference))
        .collect();
    Json(json!({ "deliveries": kept, "held": world.held.len() })).into_response()
}

async fn replay(State(app): State<Shared>, Path(id): Path<usize>) -> Response {
    let message = app
        .world()
        .deliveries
        .iter()
        .find(|line| line.id == id)
        .map(|d| d.message());
    match message {
        Some(message) => Json(send(&app, message).await).into_response(),
        None => problem(StatusCode::NOT_FOUND, "no such delivery"),
    }
}

/// The final answer of a pending transaction.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinalWish {
    code: String,
}

async fn make_final(
    State(app): State<Shared>,
    Path(number): Path<u64>,
    Json(wish): Json<FinalWish>,
) -> Response {
    let (transaction, message) = {
        let mut world = app.world();
        let Some(transaction) = world.books.find_mut(number) else {
            return problem(StatusCode::NOT_FOUND, "no such transaction");
        };
        if transaction.code != "99999" {
            return problem(
                StatusCode::CONFLICT,
                "only a pending transaction becomes final",
            );
        }
        transaction.decide(&wish.code);
        let transaction = transaction.clone();
        (transaction, message_for(&app, &world, number))
    };
    let faults = app.world().faults.clone();
    let sent = send_all(&app, message.into_iter().collect(), &faults).await;
    Json(json!({ "transaction": transaction, "deliveries": sent })).into_response()
}

/// By how many days a transaction, and all that was done with it, becomes older.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeWish {
    days: u16,
}

/// Moves a transaction back in time: a refund is possible from the next day, a cancellation is not.
async fn age(
    State(app): State<Shared>,
    Path(number): Path<u64>,
    Json(wish): Json<AgeWish>,
) -> Response {
    let mut world = app.world();
    let Some(transaction) = world.books.find_mut(number) else {
        return problem(StatusCode::NOT_FOUND, "no such transaction");
    };
    let back = jiff::SignedDuration::from_hours(24 * i64::from(wish.days));
    transaction.at -= back;
    for act in &mut transaction.acts {
        act.at -= back;
    }
    Json(json!({ "transaction": transaction })).into_response()
}

async fn numbers() -> Response {
    Json(json!({ "numbers": test_numbers() })).into_response()
}

/// One notification that no shopper caused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraWish {
    /// Where to; an address that the configuration names.
    to: String,
    /// The merchant in whose books the transaction is written.
    #[serde(default)]
    site: Option<String>,
    #[serde(default)]
    method: Option<String>,
    reference: String,
    amount: u64,
    #[serde(default)]
    payment: Option<String>,
    #[serde(default)]
    card: Option<String>,
    #[serde(default)]
    code: Option<String>,
    /// NUMAPPEL; a new one when absent.
    #[serde(default)]
    numappel: Option<u64>,
    /// NUMTRANS; a new one when absent.
    #[serde(default)]
    numtrans: Option<u64>,
    /// `PBX_RETOUR` of that merchant's call.
    #[serde(default)]
    retour: Option<String>,
    /// The pairs themselves instead: each name and value, in order.
    #[serde(default)]
    pairs: Option<Vec<(String, String)>>,
    #[serde(default)]
    signature_name: Option<String>,
    /// Whether the transaction is written into the books; true when absent.
    #[serde(default)]
    booked: Option<bool>,
    #[serde(default)]
    forged: bool,
    #[serde(default)]
    altered: bool,
}

const USUAL_RETOUR: &str = "Mt:M;Ref:R;Auto:A;Appel:T;Erreur:E;Transaction:S;ChoixPaiement:P;\
                            ChoixCarte:C;Pays:Y;Signature:K";

async fn extra(State(app): State<Shared>, Json(wish): Json<ExtraWish>) -> Response {
    let (transaction, message) = match build_extra(&app, &wish) {
        Ok(built) => built,
        Err(reason) => return problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    };
    let delivery = send(&app, message).await;
    Json(json!({ "transaction": transaction, "delivery": delivery })).into_response()
}

fn build_extra(app: &App, wish: &ExtraWish) -> Result<(Transaction, Message), String> {
    let mut world = app.world();
    let mut accounts = app.settings.accounts.iter();
    let account = match &wish.site {
        None => accounts.next(),
        Some(site) => accounts.find(|account| account.site == *site),
    };
    let account = account.ok_or("no merchant has this site")?;
    let call_number = wish
        .numappel
        .unwrap_or_else(|| world.books.draw_call_number());
    let number = wish
        .numtrans
        .unwrap_or_else(|| world.books.draw_transaction_number());
    let payment = wish.payment.clone().unwrap_or_else(|| "CARTE".to_owned());
    let card = wish.card.clone().unwrap_or_else(|| "CB".to_owned());
    let part = match (payment.as_str(), card.as_str()) {
        (LIMONETIK, LIMOCB) => Part::Complement,
        (LIMONETIK, _) => Part::Voucher,
        _ => Part::Card,
    };
    let mut transaction = Transaction {
        number,
        call_number,
        site: account.site.clone(),
        rang: account.rang.clone(),
        reference: wish.reference.clone(),
        amount: wish.amount,
        currency: "978".to_owned(),
        part,
        payment,
        card,
        code: String::new(),
        authorisation: None,
        status: "",
        mixed: None,
        at: crate::clock::now(),
        acts: Vec::new(),
        session: None,
        facts: None,
        authorise_only: false,
    };
    transaction.decide(wish.code.as_deref().unwrap_or("00000"));
    if wish.booked.unwrap_or(true) {
        world.books.transactions.push(transaction.clone());
    }
    drop(world);
    let unsigned = extra_pairs(wish, &transaction)?;
    let faults = Faults {
        forged: wish.forged,
        altered: wish.altered,
        ..Faults::default()
    };
    let post = wish.method.as_deref() == Some("POST");
    let message = extra_message(app, &transaction, wish.to.clone(), post, unsigned, &faults);
    Ok((transaction, message.ok_or("no signature could be made")?))
}

fn extra_pairs(wish: &ExtraWish, transaction: &Transaction) -> Result<Unsigned, String> {
    if let Some(pairs) = &wish.pairs {
        let signature_name = Some(
            wish.signature_name
                .clone()
                .unwrap_or_else(|| "K".to_owned()),
        );
        return Ok(Unsigned {
            pairs: pairs
                .iter()
                .map(|(name, value)| (name.clone(), platform_value(value)))
                .collect(),
            signature_name,
        });
    }
    let wanted = parse_wanted(wish.retour.as_deref().unwrap_or(USUAL_RETOUR))?;
    let call = Call {
        total: transaction.amount,
        currency: transaction.currency.clone(),
        reference: transaction.reference.clone(),
        wanted,
        addresses: Addresses::default(),
        notify_by_post: false,
        display: 900,
        authorise_only: false,
        preset: None,
        forced_code: None,
        vouchers_barred: None,
    };
    let subject = Subject {
        call: &call,
        call_number: transaction.call_number,
        transaction: Some(transaction),
        bare_code: "",
        bare_payment: "",
    };
    Ok(wanted_pairs(&call.wanted, &subject))
}

/// What the control page says of each switch.
const SWITCH_TEXTS: [(&str, &str); 19] = [
    ("late_ms", "notifications en retard, en ms"),
    ("lost", "notifications perdues"),
    ("hold", "notifications retenues"),
    ("twice", "chaque notification deux fois"),
    ("swapped", "complément notifié avant le titre"),
    ("parallel", "les deux parts en même temps"),
    ("forged", "signées d'une autre clé"),
    ("altered", "montant changé après signature"),
    ("other_merchant", "transaction d'un autre commerçant"),
    (
        "other_merchant_renamed",
        "… avec les noms de l'autre commerçant",
    ),
    ("page_main_down", "serveur principal en panne"),
    ("page_backup_down", "serveur de secours en panne"),
    ("slow_ms", "attente avant chaque réponse, en ms"),
    ("ppps_down", "PPPS en panne"),
    ("ppps_request_lost", "demande à PPPS perdue avant l'acte"),
    ("ppps_answer_lost", "réponse de PPPS perdue après l'acte"),
    (
        "ppps_answer_late_ms",
        "réponse de PPPS en retard après l'acte, en ms",
    ),
    ("ppps_padded", "PPPS complète les numéros à 10 chiffres"),
    ("no_ticket", "pas de page de ticket"),
];

async fn control_page(State(app): State<Shared>) -> Response {
    let world = app.world();
    let switches = Switch::all(&world.faults, SWITCH_TEXTS);
    page(&Control {
        switches,
        held: world.held.len(),
        books: world
            .books
            .transactions
            .iter()
            .rev()
            .take(50)
            .cloned()
            .collect(),
        deliveries: world.deliveries.iter().rev().take(50).cloned().collect(),
    })
}

async fn apply_form(State(app): State<Shared>, body: Bytes) -> Response {
    let change = switches_in(&body);
    match Faults::default().changed(Value::Object(change)) {
        Ok(faults) => app.world().faults = faults,
        Err(reason) => return problem(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
    Redirect::to("/sandbox").into_response()
}

async fn reset_form(State(app): State<Shared>) -> Redirect {
    do_reset(&app, &ResetWish::default());
    Redirect::to("/sandbox")
}

async fn release_form(State(app): State<Shared>) -> Redirect {
    do_release(&app).await;
    Redirect::to("/sandbox")
}
