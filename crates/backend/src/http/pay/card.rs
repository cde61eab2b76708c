//! `GET /pay/card/{payment}/{ending}`: the page where a card is typed whose form leads straight to
//! the platform (*Silent Post*).
//!
//! What is typed never comes here: no input has a name before the form leaves, and the page's
//! policy lets it call nobody and load nothing but its script and its style. Without a script, the
//! form can't be sent.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use guichet_domain::id::PaymentId;
use guichet_domain::language::Language;
use guichet_domain::session::Session;
use guichet_domain::stage::Stage;
use guichet_providers::contract::CardForm;
use guichet_store::{Book, Payment, StoreError};
use url::Url;

use super::addresses::{address, form_action};
use super::answers::see_other;
use crate::accounts::leads_to_page;
use crate::app::App;
use crate::digest::same;
use crate::http::answers::secured;
use crate::http::assets::Assets;
use crate::http::auth::own_origin;
use crate::http::caller::Caller;
use crate::http::request::asked_for;

/// The page's script, by its name below [`crate::paths::PAY`].
pub(super) const SCRIPT: &str = "card.js";

pub(super) async fn script() -> Response {
    let javascript = HeaderValue::from_static("text/javascript; charset=utf-8");
    (
        [(header::CONTENT_TYPE, javascript)],
        include_str!("card.js"),
    )
        .into_response()
}

/// The page, for the browser that was sent to it. Once the payment is over, or its page, the
/// browser is sent on to where it came from.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Extension(assets): Extension<Assets>,
    Path((payment, ending)): Path<(String, String)>,
    caller: Caller,
) -> Response {
    let Ok(id) = PaymentId::try_from(payment) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let look = app.store.payment(&id);
    let found = match caller.look_up(&app, id.as_str().as_bytes(), look).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let Some((payment, book)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match form(&app, &payment, &ending).await {
        Ok(Found::Form(form)) => draw(&app, &assets, &caller, &book, &form).await,
        Ok(Found::Over) => {
            let page = leads_to_page(&ending).then(|| address(&app, &book.session.id, &[]));
            see_other(page.as_ref().unwrap_or(&book.session.return_url))
        }
        Ok(Found::Nothing) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(error.cause = %error, "a card's page could not be shown");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// What is at the address.
enum Found {
    Form(CardForm),
    /// There was a form.
    Over,
    Nothing,
}

async fn form(app: &App, payment: &Payment, ending: &str) -> Result<Found, StoreError> {
    let account = app.accounts.of(payment).ok();
    let Some(forms) = account.and_then(|account| account.card_forms()) else {
        return Ok(Found::Nothing);
    };
    let conversation = app.store.conversation(&payment.id).await?;
    let own = |ending_of: &str| same(ending_of.as_bytes(), ending.as_bytes());
    let Some(conversation) = conversation.filter(|it| own(&it.ending)) else {
        return Ok(Found::Nothing);
    };
    Ok(match forms.form(conversation.memo.as_deref()) {
        None => Found::Nothing,
        Some(form) if conversation.stage == Stage::Return => Found::Form(form),
        Some(_) => Found::Over,
    })
}

/// A text as the content of an element, or of an attribute in double quotes.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('"', "&quot;")
}

/// What the page says.
struct Words {
    language: &'static str,
    title: &'static str,
    number: &'static str,
    month: &'static str,
    year: &'static str,
    code: &'static str,
    pay: &'static str,
    wrong: &'static str,
    script: &'static str,
}

const FRENCH: Words = Words {
    language: "fr",
    title: "Payer par carte",
    number: "Numéro de carte",
    month: "Mois d'expiration",
    year: "Année d'expiration",
    code: "Code de sécurité",
    pay: "Payer",
    wrong: "Vérifiez le numéro de carte, la date d'expiration et le code de sécurité.",
    script: "Cette page a besoin de JavaScript : revenez à la boutique et choisissez un autre \
             moyen de paiement.",
};

const ENGLISH: Words = Words {
    language: "en",
    title: "Pay by card",
    number: "Card number",
    month: "Expiry month",
    year: "Expiry year",
    code: "Security code",
    pay: "Pay",
    wrong: "Check the card number, the expiry date and the security code.",
    script: "This page needs JavaScript: go back to the shop and choose another way to pay.",
};

/// French where the session, or else the browser, wants it; otherwise English.
fn words(session: &Session, asked: Option<Language>) -> &'static Words {
    let language = session.locale.clone().or(asked).map(String::from);
    match language {
        Some(tag) if tag.starts_with("fr") => &FRENCH,
        _ => &ENGLISH,
    }
}

async fn draw(
    app: &App,
    assets: &Assets,
    caller: &Caller,
    book: &Book,
    form: &CardForm,
) -> Response {
    let Some(platform) = Url::parse(&form.action).ok().map(|url| url.origin()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let (session, own) = (&book.session, own_origin(app));
    // The browser holds each address on the way to this: the platform's, ours, and the shop's.
    let shop = Url::parse(&session.return_url).map(|url| url.origin().ascii_serialization());
    let shop = shop.unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src {own}; script-src {own}; img-src data:; form-action {} \
         https: {own} {shop}; base-uri 'none'; frame-ancestors 'none'",
        platform.ascii_serialization()
    );
    let style = assets.style().await;
    let style = style.map(|sheet| format!("{}/{}", app.config.public_url, sheet.name));
    let words = words(session, asked_for(&caller.headers));
    let html = html(
        words,
        session,
        form,
        &form_action(app),
        &style.unwrap_or_default(),
    );
    let mut response = Html(html).into_response();
    secured(response.headers_mut(), &policy);
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    response
}

fn html(words: &Words, session: &Session, form: &CardForm, own: &str, style: &str) -> String {
    let input = |is: &str, name: &str, label: &str, fill: &str, most: u8| {
        format!(
            "<p><label for=\"{is}\">{}</label><input class=\"answer\" id=\"{is}\" \
             data-is=\"{is}\" data-testid=\"card-{is}\" data-as=\"{name}\" \
             inputmode=\"numeric\" autocomplete=\"{fill}\" maxlength=\"{most}\" required></p>",
            escaped(label)
        )
    };
    let inputs = [
        input("number", form.number, words.number, "cc-number", 23),
        input("month", form.month, words.month, "cc-exp-month", 2),
        input("year", form.year, words.year, "cc-exp-year", 4),
        input("code", form.code, words.code, "cc-csc", 4),
    ];
    let (minor, digits) = (session.amount.minor(), session.currency.exponent());
    let unit = 10_u64.pow(u32::from(digits));
    let width = usize::from(digits);
    let amount = match digits {
        0 => format!("{minor} {}", session.currency.code()),
        _ => format!(
            "{}.{:0width$} {}",
            minor / unit,
            minor % unit,
            session.currency.code()
        ),
    };
    format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"{style}\">\
         <script src=\"{own}/{SCRIPT}\"></script></head>\
         <body class=\"guichet-page\"><main><h1>{title}</h1>\
         <p data-testid=\"order-amount\">{reference} – {amount}</p>\
         <noscript><p role=\"alert\">{script}</p></noscript>\
         <form method=\"post\" action=\"{action}\" autocomplete=\"on\">{inputs}\
         <p id=\"wrong\" role=\"alert\" hidden>{wrong}</p>\
         <button class=\"button\" data-testid=\"pay\" disabled>{pay} {amount}</button></form>\
         </main></body></html>",
        language = words.language,
        title = escaped(words.title),
        style = escaped(style),
        own = escaped(own),
        reference = escaped(&session.reference),
        amount = escaped(&amount),
        script = escaped(words.script),
        action = escaped(&form.action),
        inputs = inputs.concat(),
        wrong = escaped(words.wrong),
        pay = escaped(words.pay),
    )
}
