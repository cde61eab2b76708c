//! The hosted page: a card, perhaps the bank's page, and the way back.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use url::Url;

use super::simulation::{Effect, NUMBERS, Number, by_amount, find};
use super::world::{Kept, Order, Transaction, Waiting, World};
use super::{callback, vault};
use crate::app::Shared;
use crate::ids::random_id;
use crate::pairs::{Pairs, parse_form, value};
use crate::web::views::{money, page};

/// The page, in whichever state.
#[derive(Template)]
#[template(path = "netbanx/page.html")]
struct View {
    page: &'static str,
    total: String,
    reference: String,
    action: String,
    error: Option<String>,
    declined: bool,
    /// The card that pays, as it is shown.
    saved: Option<String>,
    /// The cards of the profile that the order names, of which the shopper may pick one.
    offered: Vec<Offered>,
    /// The card that is typed is kept.
    keeps: bool,
    numbers: &'static [Number],
}

/// A card of a profile, on the page.
struct Offered {
    id: String,
    shown: String,
}

/// The last digits of a card.
fn shown(card: &Kept) -> String {
    let shown = card.digits.len().saturating_sub(4);
    format!("•••• {}", card.digits.get(shown..).unwrap_or_default())
}

/// What a try comes to.
pub(super) fn transaction(
    order: &Order,
    status: &'static str,
    error: Option<u16>,
    digits: &str,
    at: Timestamp,
) -> Transaction {
    let last_digits = digits
        .get(digits.len().saturating_sub(4)..)
        .unwrap_or_default();
    Transaction {
        status,
        auth_type: if order.authorises() {
            "auth"
        } else {
            "purchase"
        },
        amount: order.total,
        confirmation: u32::from_str_radix(random_id().get(..7).unwrap_or("1"), 16)
            .unwrap_or(1)
            .to_string(),
        error,
        last_digits: last_digits.to_owned(),
        reversed: false,
        at,
    }
}

pub(super) async fn show(State(app): State<Shared>, Path(token): Path<String>) -> Response {
    let mut world = app.netbanx();
    match world.by_token(&token) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(order) if order.is_silent() => (
            StatusCode::BAD_REQUEST,
            "This order takes a form of the shop's.",
        )
            .into_response(),
        Some(order) => {
            let order = order.clone();
            draw(&order, vault::offered(&world, &order), None)
        }
    }
}

fn draw(order: &Order, offered: &[Kept], error: Option<String>) -> Response {
    let declined = order.transaction.is_some();
    let name = match (order.takes_payment(), order.waiting) {
        (false, _) => "netbanx-over",
        (true, Some(_)) => "netbanx-3ds",
        (true, None) => "netbanx",
    };
    page(&View {
        page: name,
        total: money(order.total, &order.currency),
        reference: order.reference.clone(),
        action: format!("/hosted/v1/payment/{}", order.token),
        error,
        declined,
        saved: order.saved().map(shown),
        offered: offered
            .iter()
            .map(|card| Offered {
                id: card.id.clone(),
                shown: shown(card),
            })
            .collect(),
        keeps: order.profile.is_some() && order.saved().is_none(),
        numbers: NUMBERS,
    })
}

/// What was pressed leads to.
enum Turn {
    /// The page again, with what is wrong.
    Again(Option<String>),
    /// Something became of the order; the browser stays for another try, or leaves.
    Became { leaves: bool },
    /// The shopper leaves, and nothing became of it.
    Leaves(&'static str, &'static str),
}

pub(super) async fn act(
    State(app): State<Shared>,
    Path(token): Path<String>,
    body: Bytes,
) -> Response {
    let form = parse_form(&body).unwrap_or_default();
    let pressed = value(&form, "do").unwrap_or_default().to_owned();
    let typed_here = value(&form, "cardNum").unwrap_or_default().to_owned();
    let picked = value(&form, "card").unwrap_or_default();
    let (turn, order, offered) = {
        let mut world = app.netbanx();
        let now = world.now();
        let Some(order) = world.by_token(&token).map(|order| order.clone()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let offered = vault::offered(&world, &order).to_vec();
        let picked = offered.iter().find(|card| card.id == picked);
        let typed = order.saved().or(picked);
        let typed = typed.map_or(typed_here, |card| card.digits.to_owned());
        let Some(order) = world.by_token(&token) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let turn = match order.is_silent() {
            true => posted(order, &form, now),
            false => decide(order, &pressed, &typed, now),
        };
        let order = order.clone();
        vault::keep(&mut world, &order);
        (turn, order, offered)
    };
    match turn {
        Turn::Again(error) => draw(&order, &offered, error),
        Turn::Leaves(list, rel) => see_other(&order, list, rel),
        Turn::Became { leaves } => {
            callback::dispatch(&app, &order).await;
            if leaves {
                let rel = rel_of(&order);
                see_other(&order, "redirect", rel)
            } else {
                draw(&order, &offered, Some("Paiement refusé.".to_owned()))
            }
        }
    }
}

fn rel_of(order: &Order) -> &'static str {
    match order
        .transaction
        .as_ref()
        .map(|transaction| transaction.status)
    {
        Some("success") => "on_success",
        Some("held" | "pending") => "on_hold",
        Some("errored") => "on_error",
        _ => "on_decline",
    }
}

/// A form of the shop's (*Silent Post*): there is no page to come back to, whatever becomes of it.
fn posted(order: &mut Order, form: &Pairs, now: Timestamp) -> Turn {
    if !order.takes_payment() {
        return Turn::Leaves("redirect", rel_of(order));
    }
    let field = |name: &str| value(form, name).unwrap_or_default();
    let whole = |name: &str, range: std::ops::RangeInclusive<u16>| {
        field(name)
            .parse()
            .is_ok_and(|number| range.contains(&number))
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let code = field("cvdNumber");
    let well = whole("cardExpiryMonth", 1..=12)
        && whole("cardExpiryYear", 2026..=2099)
        && digits(code)
        && (3..=4).contains(&code.len());
    let card = find(field("cardNum")).filter(|card| card.digits == field("cardNum"));
    let effect = match card.filter(|_| well) {
        Some(card) => by_amount(order.total).unwrap_or(card.effect),
        None => Effect::Declined(3002),
    };
    became(order, effect, card.map_or("", |card| card.digits), now);
    Turn::Became { leaves: true }
}

fn decide(order: &mut Order, pressed: &str, typed: &str, now: Timestamp) -> Turn {
    if !order.takes_payment() {
        return Turn::Leaves("redirect", rel_of(order));
    }
    match (pressed, order.waiting) {
        ("cancel", _) => Turn::Leaves("link", "cancel_url"),
        ("timeout", _) => Turn::Leaves("redirect", "on_timeout"),
        ("leave", _) if order.transaction.is_some() => Turn::Leaves("redirect", rel_of(order)),
        ("confirm", Some(card)) => {
            order.waiting = None;
            tried(order, card.digits, now)
        }
        ("fail", Some(card)) => {
            order.waiting = None;
            became(order, Effect::Declined(3601), card.digits, now)
        }
        ("pay", _) => match find(typed) {
            None => Turn::Again(Some(
                "Ce numéro n'est pas dans la liste de test.".to_owned(),
            )),
            Some(card) if card.threeds => {
                order.waiting = Some(Waiting {
                    digits: card.digits,
                });
                Turn::Again(None)
            }
            Some(card) => tried(order, card.digits, now),
        },
        _ => Turn::Again(None),
    }
}

/// Has a card pay an order for which nobody is on its page.
pub(super) fn charge(order: &mut Order, digits: &'static str, now: Timestamp) {
    tried(order, digits, now);
}

fn tried(order: &mut Order, digits: &'static str, now: Timestamp) -> Turn {
    let by_card = find(digits).map_or(Effect::Declined(3002), |card| card.effect);
    let effect = by_amount(order.total).unwrap_or(by_card);
    became(order, effect, digits, now)
}

fn became(order: &mut Order, effect: Effect, digits: &str, now: Timestamp) -> Turn {
    let (status, error, leaves) = match effect {
        Effect::Success => ("success", None, true),
        Effect::Held => ("held", None, true),
        Effect::Pending => ("pending", None, true),
        Effect::Errored(code) => ("errored", Some(code), true),
        // The shopper may try another card.
        Effect::Declined(code) => ("declined", Some(code), false),
    };
    order.transaction = Some(transaction(order, status, error, digits, now));
    order.paid_with = find(digits).map(|number| number.digits);
    Turn::Became { leaves }
}

/// The way back that the order names, with the keys that it asks for.
fn see_other(order: &Order, list: &str, rel: &str) -> Response {
    let entry = order.listed(list, rel);
    let uri = entry
        .and_then(|entry| entry["uri"].as_str())
        .map(Url::parse);
    let (Some(Ok(mut uri)), Some(entry)) = (uri, entry) else {
        return (StatusCode::OK, "The order names no way back.").into_response();
    };
    for (name, value) in callback::pairs(order, entry) {
        uri.query_pairs_mut().append_pair(&name, &value);
    }
    match HeaderValue::from_str(uri.as_str()) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The end of a means that takes its time: the platform tells it by itself.
pub(super) fn end_pending(world: &mut World, id: &str, status: &str) -> Option<Order> {
    let now = world.now();
    let order = world.find(id)?;
    let paid = order.transaction.as_mut()?;
    if paid.status != "pending" {
        return None;
    }
    paid.status = match status {
        "success" => "success",
        "declined" => "declined",
        _ => return None,
    };
    paid.error = (paid.status == "declined").then_some(3009);
    paid.at = now;
    Some(order.clone())
}
