//! `POST /php/`: the signed form arrives.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::call::Call;
use super::delivery::{return_address, wanted_pairs};
use super::flow;
use super::letters::Subject;
use super::rules::{self, Refusal};
use crate::app::{App, Shared};
use crate::pairs::parse_form;
use crate::web::views::{Notice, page};

/// Opens a page session, or shows the platform's error page.
///
/// Error pages have status 403 for PAYBOX 3 (access refused), 400 otherwise, so that a program
/// sees them too; the platform's own status is not documented.
pub(crate) async fn open(State(app): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let form = headers
        .get(axum::http::header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let Some(pairs) = parse_form(&body).filter(|_| form) else {
        return refusal(Refusal {
            status: StatusCode::BAD_REQUEST,
            platform: "PAYBOX 4 : variables illisibles".to_owned(),
            rules: vec!["un formulaire application/x-www-form-urlencoded, en UTF-8".to_owned()],
        });
    };
    match rules::check(&pairs, &app.settings.accounts) {
        Err(broken) => refusal(broken),
        Ok((account, call)) => start(&app, account, call),
    }
}

fn start(app: &App, account: usize, call: Call) -> Response {
    let site = app
        .settings
        .accounts
        .get(account)
        .map(|account| account.site.clone());
    let site = site.unwrap_or_default();
    let mut world = app.world();
    if world.books.is_paid(&site, &call.reference, call.total) {
        return already_paid(app, world.books.draw_call_number(), &call);
    }
    let id = world.open(account, call);
    let step = world.sessions.get(&id).map(|session| session.step);
    drop(world);
    step.map_or_else(
        || StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |step| Redirect::to(&flow::page(&id, step)).into_response(),
    )
}

/// The reference was paid before: error 00015 and a way back.
fn already_paid(app: &App, call_number: u64, call: &Call) -> Response {
    let subject = Subject {
        call,
        call_number,
        transaction: None,
        bare_code: "00015",
        bare_payment: call.payment_type(None),
    };
    let unsigned = wanted_pairs(&call.wanted, &subject);
    let link = call
        .addresses
        .refused
        .as_ref()
        .map(|address| return_address(&app.signer, address, &unsigned));
    let notice = Notice {
        page: "already-paid",
        title: "Commande déjà payée".to_owned(),
        text: format!(
            "PAYBOX 00015 : la référence {} est déjà payée.",
            call.reference
        ),
        rules: vec!["PBX_CMD doit être unique pour chaque appel".to_owned()],
        link,
        link_text: "Retour à la boutique",
    };
    (StatusCode::CONFLICT, page(&notice)).into_response()
}

fn refusal(broken: Refusal) -> Response {
    let notice = Notice {
        page: "call-refused",
        title: "Appel refusé".to_owned(),
        text: broken.platform,
        rules: broken.rules,
        link: None,
        link_text: "",
    };
    (broken.status, page(&notice)).into_response()
}

/// `GET /php/`: a payment page is opened by a form.
pub(crate) async fn not_a_form() -> Response {
    refusal(Refusal {
        status: StatusCode::METHOD_NOT_ALLOWED,
        platform: "PAYBOX 4 : variable manquante (PBX_SITE)".to_owned(),
        rules: vec!["l'appel est un formulaire envoyé en POST".to_owned()],
    })
}
