//! The pages where a shopper is sent: the bank's (ACS), the external wallet's, the bank
//! transfer's and the mandate's.
//!
//! Source: Sogenactif documentation, connector Office, release 24.2: the shopper arrives by a
//! form POST, and leaves by a form POST to `merchantReturnUrl`. Which hidden fields the real form
//! has is not in what could be read: here `redirectionData` and `messageVersion`, both ways. A
//! page is left by status 307, so that the browser posts the same two fields again, whatever the
//! choice. Who is sent back at once gets a page that posts them: a redirect would still be under
//! the `form-action` of the page that sent the shopper.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};

use super::call::version;
use super::cards::{Behaviour, Card};
use super::merchants::merchant;
use super::world::{Choice, Journey, Kind, World};
use crate::app::Shared;
use crate::pairs::{Pairs, parse_form, value};
use crate::up2pay::PAGE_POLICY;
use crate::up2pay::views::{Notice, money, page};

#[derive(Template)]
#[template(path = "sogenactif/shopper.html")]
struct Page {
    page: &'static str,
    title: &'static str,
    question: &'static str,
    merchant: &'static str,
    amount: Option<String>,
    reference: String,
    action: String,
    data: String,
    version: &'static str,
    buttons: Vec<Button>,
}

/// A button's path, text and class.
struct Button {
    path: &'static str,
    text: &'static str,
    class: &'static str,
}

/// `POST /sogenactif/acs/ID` or `/sogenactif/externe/ID`.
pub(crate) async fn arrive(
    State(app): State<Shared>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let mut world = app.sogenactif();
    match find(&world, &id, &body) {
        Err((status, text)) => refused(status, text),
        Ok(journey) => match at_once(&world, &journey) {
            Some(choice) => send_back(&mut world, &id, &journey, choice),
            None => show(&world, &id, &journey),
        },
    }
}

/// `POST …/ID/{choice}`: what the shopper did. The first choice stays.
pub(crate) async fn choose(
    State(app): State<Shared>,
    Path((id, choice)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let mut world = app.sogenactif();
    match (find(&world, &id, &body), Choice::from_path(&choice)) {
        (Ok(_), Some(choice)) => leave(&mut world, &id, choice),
        (Err((status, text)), _) => refused(status, text),
        (Ok(_), None) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET`: the platform asks for a form POST.
pub(crate) async fn not_a_form() -> Response {
    let text = "On arrive sur cette page par un formulaire, jamais par un lien.";
    refused(StatusCode::METHOD_NOT_ALLOWED, text)
}

fn refused(status: StatusCode, text: &str) -> Response {
    let notice = Notice {
        page: "redirection-refused",
        title: "Redirection refusée".to_owned(),
        text: text.to_owned(),
        rules: Vec::new(),
        link: None,
        link_text: "",
    };
    (status, page(&notice)).into_response()
}

/// The journey of an address, if the form has its two fields.
fn find(world: &World, id: &str, body: &[u8]) -> Result<Journey, (StatusCode, &'static str)> {
    let form: Pairs = parse_form(body).unwrap_or_default();
    let Some(journey) = world.journeys.get(id) else {
        return Err((StatusCode::NOT_FOUND, "Cette redirection n'existe pas."));
    };
    let wrong = |text| Err((StatusCode::BAD_REQUEST, text));
    if value(&form, "redirectionData") != Some(journey.data.as_str()) {
        return wrong("redirectionData ne convient pas.");
    }
    if value(&form, "messageVersion") != Some(version(journey.kind)) {
        return wrong("messageVersion ne convient pas.");
    }
    Ok(journey.clone())
}

/// The choice that needs no page: made before, or by the card, or by the time.
fn at_once(world: &World, journey: &Journey) -> Option<Choice> {
    if journey.choice.is_some() {
        return journey.choice;
    }
    if world.too_late(journey.opened) {
        return Some(Choice::TimeOut);
    }
    let transaction = journey.transaction.as_ref();
    let transaction = transaction.and_then(|id| world.find(journey.merchant, id))?;
    match transaction.card().map(Card::behaviour)? {
        Behaviour::Abandoned => Some(Choice::Abandon),
        Behaviour::TimedOut => Some(Choice::TimeOut),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "sogenactif/return.html")]
struct ReturnPage {
    action: String,
    data: String,
    version: &'static str,
}

/// `GET /sogenactif/return.js`.
pub(crate) async fn return_script() -> impl IntoResponse {
    let text = include_str!("../../assets/sogenactif/return.js");
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}

/// A page that posts the browser back by itself.
fn send_back(world: &mut World, id: &str, journey: &Journey, choice: Choice) -> Response {
    let kept = world.journeys.get_mut(id);
    kept.map(|journey| journey.choice.get_or_insert(choice));
    let template = ReturnPage {
        action: journey.return_url.clone(),
        data: journey.data.clone(),
        version: version(journey.kind),
    };
    let policy = format!("{PAGE_POLICY}; script-src 'self'");
    ([(CONTENT_SECURITY_POLICY, policy)], page(&template)).into_response()
}

/// Sends the browser back; the form goes along.
fn leave(world: &mut World, id: &str, choice: Choice) -> Response {
    let Some(journey) = world.journeys.get_mut(id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    journey.choice.get_or_insert(choice);
    // Written again by the parser, the address is plain ASCII.
    match url::Url::parse(&journey.return_url) {
        Ok(url) => (
            StatusCode::TEMPORARY_REDIRECT,
            [(LOCATION, url.to_string())],
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const fn button(path: &'static str, text: &'static str, class: &'static str) -> Button {
    Button { path, text, class }
}

fn buttons(kind: Kind) -> Vec<Button> {
    let success = match kind {
        Kind::Acs => "Confirmer l'achat",
        Kind::Mandate => "Signer le mandat",
        _ => "Payer",
    };
    let mut all = vec![
        button("success", success, "first"),
        button("failure", "Échouer", "second"),
        button("abandon", "Abandonner", "second"),
        button("timeout", "Laisser passer le délai", "second"),
    ];
    if matches!(kind, Kind::Provider | Kind::IssuerWallet | Kind::Transfer) {
        all.insert(1, button("pending", "Payer, réponse plus tard", "second"));
    }
    all
}

fn show(world: &World, id: &str, journey: &Journey) -> Response {
    let transaction = journey.transaction.as_ref();
    let transaction = transaction.and_then(|id| world.find(journey.merchant, id));
    let (name, title, question) = match journey.kind {
        Kind::Acs => (
            "acs",
            "Votre banque",
            "Confirmez-vous cet achat par carte ?",
        ),
        Kind::Mandate => (
            "mandate",
            "Mandat de prélèvement",
            "Signez-vous ce mandat SEPA ?",
        ),
        Kind::Transfer => (
            "external",
            "Votre banque en ligne",
            "Faites-vous ce virement ?",
        ),
        Kind::Provider | Kind::IssuerWallet => (
            "external",
            "Votre portefeuille",
            "Payez-vous avec votre portefeuille ?",
        ),
    };
    let folder = if journey.kind == Kind::Acs {
        "acs"
    } else {
        "externe"
    };
    page(&Page {
        page: name,
        title,
        question,
        merchant: merchant(journey.merchant).map_or("", |shop| shop.name),
        amount: transaction.map(|line| money(line.amount, &line.currency)),
        reference: transaction
            .map(|line| line.id.to_string())
            .unwrap_or_default(),
        action: format!("/sogenactif/{folder}/{id}"),
        data: journey.data.clone(),
        version: version(journey.kind),
        buttons: buttons(journey.kind),
    })
}
