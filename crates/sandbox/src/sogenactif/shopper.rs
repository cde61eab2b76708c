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
use super::cards::{Behaviour, Card, mask};
use super::external::ISSUERS;
use super::merchants::merchant;
use super::world::{Choice, Journey, Kind, World};
use crate::app::Shared;
use crate::pairs::{Pairs, parse_form, value};
use crate::web::policy::PAGE_POLICY;
use crate::web::views::{Notice, money, page};

#[derive(Template)]
#[template(path = "sogenactif/shopper.html")]
struct Page {
    page: &'static str,
    title: String,
    question: String,
    /// What the law wants to be read; empty when nothing.
    law: &'static str,
    merchant: &'static str,
    amount: Option<String>,
    details: Vec<Detail>,
    /// Banks to choose from, when none was chosen in the shop.
    banks: Vec<&'static str>,
    action: String,
    data: String,
    version: &'static str,
    buttons: Vec<Button>,
}

/// A line about what is paid or signed.
struct Detail {
    name: &'static str,
    text: String,
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
        Kind::Transfer => "Confirmer le virement",
        Kind::Provider | Kind::IssuerWallet => "Payer",
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

/// A brand's name as people write it.
fn brand_name(brand: &str) -> &str {
    match brand {
        "PAYPAL" => "PayPal",
        "PAYLIB" => "Paylib",
        "BCMC" => "Bancontact",
        "MASTERPASS" => "Masterpass",
        "IDEAL" => "iDEAL",
        "SOFORTUBERWEISUNG" => "Sofort",
        other => other,
    }
}

/// What each kind of page says.
fn words(journey: &Journey, brand: &str) -> (&'static str, String, String, &'static str) {
    match journey.kind {
        Kind::Acs => (
            "acs",
            "Votre banque".to_owned(),
            "Confirmez-vous cet achat par carte\u{a0}?".to_owned(),
            "",
        ),
        Kind::Mandate => (
            "mandate",
            "Mandat de prélèvement SEPA".to_owned(),
            "Relisez le mandat, puis signez-le.".to_owned(),
            "En signant ce mandat, vous autorisez le créancier à envoyer à votre banque l'ordre de \
             débiter votre compte, et votre banque à le débiter. Vous pouvez demander à être \
             remboursé dans les huit semaines qui suivent un débit.",
        ),
        Kind::Transfer => (
            "external",
            journey.bank.unwrap_or("Votre banque en ligne").to_owned(),
            format!("Confirmez-vous ce virement {brand}\u{a0}?"),
            "",
        ),
        Kind::Provider | Kind::IssuerWallet => (
            "external",
            brand.to_owned(),
            format!("Payez-vous cet achat avec {brand}\u{a0}?"),
            "",
        ),
    }
}

fn show(world: &World, id: &str, journey: &Journey) -> Response {
    let transaction = journey.transaction.as_ref();
    let transaction = transaction.and_then(|id| world.find(journey.merchant, id));
    let mandate = journey.mandate.as_ref();
    let mut mandates = world.mandates.iter();
    let mandate = mandate.and_then(|id| mandates.find(|known| known.id == *id));
    let brand = transaction.map_or("", |line| brand_name(&line.brand));
    let (name, title, question, law) = words(journey, brand);
    let merchant = merchant(journey.merchant).map_or("", |shop| shop.name);
    let mut details = Vec::new();
    let mut detail = |name, text: String| details.push(Detail { name, text });
    if let Some(line) = transaction {
        detail("Référence", line.id.to_string());
    }
    if let Some(mandate) = mandate {
        detail("Créancier", merchant.to_owned());
        detail("Compte débité", grouped(&mask(&mandate.iban)));
        detail("Référence du mandat", mandate.id.clone());
    }
    if let Some(card) = transaction.and_then(|line| line.card()) {
        detail("Carte", grouped(&card.masked()));
    }
    let folder = if journey.kind == Kind::Acs {
        "acs"
    } else {
        "externe"
    };
    page(&Page {
        page: name,
        title,
        question,
        law,
        merchant,
        amount: transaction.map(|line| money(line.amount, &line.currency)),
        details,
        banks: if journey.kind == Kind::Transfer && journey.bank.is_none() {
            ISSUERS.iter().map(|(_, name)| *name).collect()
        } else {
            Vec::new()
        },
        action: format!("/sogenactif/{folder}/{id}"),
        data: journey.data.clone(),
        version: version(journey.kind),
        buttons: buttons(journey.kind),
    })
}

/// A masked number in groups of four, as it is printed.
fn grouped(masked: &str) -> String {
    let shown: Vec<char> = masked.replace('#', "•").chars().collect();
    let groups = shown.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}
