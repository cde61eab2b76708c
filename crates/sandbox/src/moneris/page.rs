//! The terminals as pages: a picture of each, whose keys and card can be used.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};

use super::command::{self, ACTS, Act};
use super::post_back;
use super::world::World;
use crate::app::Shared;
use crate::pairs::{parse_form, value};
use crate::web::views::page;

/// A terminal.
#[derive(Template)]
#[template(path = "moneris/terminal.html")]
struct View {
    id: String,
    label: String,
    online: bool,
    /// What it asks for.
    asks: Option<String>,
    /// What it says when it asks for nothing.
    says: &'static str,
    printed: Option<String>,
    error: Option<&'static str>,
    acts: &'static [(&'static str, &'static str)],
}

/// All terminals.
#[derive(Template)]
#[template(path = "moneris/terminals.html")]
struct All {
    terminals: Vec<(String, String)>,
}

pub(super) async fn all(State(app): State<Shared>) -> Response {
    let world = app.moneris();
    let all = world.terminals.iter();
    page(&All {
        terminals: all
            .map(|own| (own.id.to_owned(), own.label.to_owned()))
            .collect(),
    })
}

pub(super) async fn show(State(app): State<Shared>, Path(id): Path<String>) -> Response {
    draw(&mut app.moneris(), &id, None)
}

fn draw(world: &mut World, id: &str, error: Option<&'static str>) -> Response {
    let running = world.running(id).map(|own| own.total);
    let last = world.commands.iter().rev().find(|own| own.terminal == id);
    let says = match last.and_then(|own| own.end.as_ref()).map(|end| end.code) {
        None => "PRÊT",
        Some("5207") => "APPROUVÉE",
        Some("5210") => "APPROUVÉE EN PARTIE",
        Some("5451") => "ANNULÉE",
        Some("5452") => "TEMPS ÉCOULÉ",
        Some(_) => "REFUSÉE",
    };
    let money = |minor: u64| format!("{},{:02} $", minor / 100, minor % 100);
    let Some(own) = world.terminal(id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    page(&View {
        id: own.id.to_owned(),
        label: own.label.to_owned(),
        online: own.online,
        asks: running.filter(|_| own.online).map(money),
        says: if own.online { says } else { "HORS LIGNE" },
        printed: own.printed.clone(),
        error,
        acts: &ACTS,
    })
}

/// An amount as a person types it: dollars, with a comma or a point.
fn cents(typed: &str) -> Option<u64> {
    let typed = typed.trim().replace(',', ".");
    let (dollars, cents) = typed.split_once('.').unwrap_or((&typed, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if typed.is_empty() || !digits(dollars) || !digits(cents) || cents.len() > 2 {
        return None;
    }
    let cents: u64 = format!("{cents:0<2}").parse().ok()?;
    let dollars: u64 = if dollars.is_empty() {
        0
    } else {
        dollars.parse().ok()?
    };
    dollars.checked_mul(100)?.checked_add(cents)
}

/// What was pressed, done.
fn press(app: &Shared, id: &str, body: &[u8]) -> Result<(), &'static str> {
    let form = parse_form(body).unwrap_or_default();
    let typed = |name: &str| value(&form, name).unwrap_or_default().to_owned();
    let mut world = app.moneris();
    if typed("do") == "power" {
        let own = world.terminal(id).ok_or("no such terminal")?;
        own.online = !own.online;
        return Ok(());
    }
    let wish = Act {
        what: typed("do"),
        tip: cents(&typed("tip")).unwrap_or(0),
        cash_back: 0,
        partial: cents(&typed("partial")).filter(|partial| *partial > 0),
    };
    let command = command::act(&mut world, id, &wish)?;
    drop(world);
    post_back::spawn(app, &command);
    Ok(())
}

pub(super) async fn act(
    State(app): State<Shared>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    if let Err(why) = press(&app, &id, &body) {
        return draw(&mut app.moneris(), &id, Some(why));
    }
    let there = format!("/moneris/terminals/{id}");
    (StatusCode::SEE_OTHER, [(LOCATION, there)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn amounts_are_typed_as_people_do() {
        for (typed, expected) in [
            ("2,78", Some(278)),
            ("2.7", Some(270)),
            ("12", Some(1200)),
            (",50", Some(50)),
            ("", None),
            ("-1", None),
            ("1,234", None),
        ] {
            assert_eq!(cents(typed), expected, "{typed}");
        }
    }
}
