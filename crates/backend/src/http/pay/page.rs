//! `GET /pay/{session}`: how the session stands, and what a press has led to. It changes nothing:
//! whoever loads it, and however often.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::{Book, Idempotency};
use guichet_widget::render::page::{Page, Shown};
use guichet_wire::{CheckoutSession, NextAction, Status};
use url::form_urlencoded;

use super::addresses::address;
use super::answers::{page as answer, problem, see_other};
use super::cookie;
use crate::app::App;
use crate::clock;
use crate::config::Shop;
use crate::http::answers::session_unknown;
use crate::http::assets::Assets;
use crate::http::auth::{Opened, Surface};
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::http::request::asked_for;
use crate::payments::started::Earlier;
use crate::sessions::folded::Folded;
use crate::views::checkout::checkout_session;

/// What the address asks for.
#[derive(Default)]
pub(super) struct Wish {
    /// The list although a payment is under way (`choose`), or the question before a second one
    /// (`confirm`).
    button: String,
    method: String,
    /// The code of what was in the way.
    said: String,
    /// The mark of a request whose answer is shown.
    go: String,
    fingerprint: String,
    payment: String,
}

impl Wish {
    fn parse(query: &str) -> Self {
        let mut wish = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let field = match &*name {
                "do" => &mut wish.button,
                "method" => &mut wish.method,
                "said" => &mut wish.said,
                "go" => &mut wish.go,
                "as" => &mut wish.fingerprint,
                "payment" => &mut wish.payment,
                _ => continue,
            };
            *field = value.into_owned();
        }
        wish
    }
}

/// The page of a session, for the browser that has its cookie; any other is sent to the shop's own.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    Extension(assets): Extension<Assets>,
    Path(session): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Response {
    let headers = caller.headers.clone();
    let wish = Wish::parse(query.as_deref().unwrap_or_default());
    match shown(&app, &assets, &session, &wish, caller).await {
        Ok(response) => response,
        Err(error) => problem(&app, &assets, &headers, error).await,
    }
}

async fn shown(
    app: &Arc<App>,
    assets: &Assets,
    session: &str,
    wish: &Wish,
    caller: Caller,
) -> Result<Response, ApiError> {
    let none = || session_unknown("there is no such session");
    let id = SessionId::try_from(session.to_owned()).map_err(|_| none())?;
    let Some(secret) = cookie::read(&app.config.public_url, &caller.headers, &id) else {
        return to_the_shop(app, &caller, &id).await;
    };
    let language = asked_for(&caller.headers)
        .map(String::from)
        .unwrap_or_default();
    let opened = match Opened::by(app, caller.clone(), &secret, Surface::Page).await {
        Ok(opened) if opened.session == id => opened,
        Ok(_) => return to_the_shop(app, &caller, &id).await,
        Err(error) => return Err(error),
    };
    let seen = Seen {
        app,
        assets,
        shop: Arc::clone(&opened.shop),
        language: &language,
        secret: &secret,
    };
    let book = opened.book(app).await?;
    let folded = Folded::new(&book, clock::unix_now());
    let Some(shown) = what(app, &folded, wish).await? else {
        return Ok(see_other(&address(app, &id, &[])));
    };
    Ok(seen.page(&folded, shown).await)
}

/// A session as the pages show it to a browser that has its secret.
pub(super) struct Seen<'a> {
    pub(super) app: &'a App,
    pub(super) assets: &'a Assets,
    pub(super) shop: Arc<Shop>,
    /// What the browser asks for; may be empty.
    pub(super) language: &'a str,
    pub(super) secret: &'a str,
}

impl Seen<'_> {
    /// A page of it.
    pub(super) async fn page(&self, folded: &Folded<'_>, shown: Shown) -> Response {
        let session = checkout_session(&self.app.accounts, &self.shop, folded);
        let page = Page {
            session: Some(without_script(session)),
            language: self.language,
            secret: self.secret,
            turn: folded.book.payments.len(),
            back: &folded.book.session.return_url,
            shown,
            ..Page::default()
        };
        answer(self.app, self.assets, StatusCode::OK, page).await
    }
}

/// The page that leads to the platform; nothing where what is next is not there.
pub(super) fn leading(next: &NextAction) -> Option<Shown> {
    match next.clone() {
        NextAction::FormPost { url, fields } => Some(Shown::Leave { url, fields }),
        NextAction::Redirect { url } => Some(Shown::Redirect { url }),
        NextAction::Ask { .. } | NextAction::HostedFields { .. } | NextAction::Wait => None,
    }
}

/// What can't work without a script is not offered.
fn without_script(mut session: CheckoutSession) -> CheckoutSession {
    session
        .methods
        .retain(|offer| !offer.embedded && !offer.saved_only);
    for offer in &mut session.methods {
        offer.saved_cards = false;
        offer.can_save = false;
    }
    session
}

/// The shop's own page of a session that this browser does not have.
async fn to_the_shop(app: &App, caller: &Caller, id: &SessionId) -> Result<Response, ApiError> {
    let look = app.store.book(id);
    let book = caller.look_up(app, id.as_str().as_bytes(), look).await?;
    let book = book.ok_or_else(|| session_unknown("there is no such session"))?;
    Ok(see_other(&book.session.return_url))
}

/// What to show; nothing where the address speaks of what is over.
async fn what(app: &App, folded: &Folded<'_>, wish: &Wish) -> Result<Option<Shown>, ApiError> {
    if !wish.go.is_empty() {
        return led_to(app, folded, wish).await;
    }
    let method = wish.method.clone();
    let said = wish.said.clone();
    Ok(Some(match wish.button.as_str() {
        "confirm" => Shown::Sure { method },
        "choose" => Shown::List { method, said },
        _ => Shown::Status,
    }))
}

/// What a request led to, as long as its payment is under way.
async fn led_to(app: &App, folded: &Folded<'_>, wish: &Wish) -> Result<Option<Shown>, ApiError> {
    let Some(mark) = mark(folded.book, wish) else {
        return Ok(None);
    };
    let Some(started) = Earlier::of(app, &mark).await?.same() else {
        return Ok(None);
    };
    if !is_under_way(folded, &started.payment) {
        return Ok(None);
    }
    // Fields in frames can't be shown here; waiting shows as the session's status.
    let NextAction::Ask { question } = started.next_action else {
        return Ok(leading(&started.next_action));
    };
    let random: [u8; 16] = clock::random().map_err(|error| ApiError::internal(&error))?;
    Ok(Some(Shown::Ask {
        question,
        method: method_of(folded.book, &started.payment),
        said: wish.said.clone(),
        hidden: vec![
            ("payment", started.payment.to_string()),
            ("key", hex::encode(random)),
            ("go", wish.go.clone()),
            ("as", wish.fingerprint.clone()),
        ],
    }))
}

/// Whether a payment is still to be paid, and its session too.
pub(super) fn is_under_way(folded: &Folded<'_>, payment: &PaymentId) -> bool {
    let status = folded.status_of(payment);
    status == Some(Status::Pending) && !folded.book.session.is_settled()
}

fn method_of(book: &Book, payment: &PaymentId) -> String {
    let found = book.entry(payment);
    found
        .map(|entry| entry.payment.method.to_string())
        .unwrap_or_default()
}

/// The mark that the address speaks of: of a start, or of an answer to one of the session's
/// payments.
fn mark(book: &Book, wish: &Wish) -> Option<Idempotency> {
    let session = &book.session.id;
    let scope = if wish.payment.is_empty() {
        format!("session/{session}/payments")
    } else {
        let id = PaymentId::try_from(wish.payment.clone()).ok()?;
        book.entry(&id)?;
        format!("payment/{id}/continue")
    };
    Some(Idempotency {
        scope,
        key: wish.go.clone(),
        fingerprint: hex::decode(&wish.fingerprint).ok()?,
    })
}
