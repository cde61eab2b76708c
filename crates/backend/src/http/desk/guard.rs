//! Nobody gets past it who has not logged in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::{Person, Place};
use guichet_domain::desk::{Act, May, Role, may};
use url::form_urlencoded;

use super::cookie;
use super::door::{chosen, door, form_token, is_ours, language};
use super::reader::Reader;
use crate::app::App;
use crate::clock;
use crate::digest::{Sha256, sha256};
use crate::http::problem::ApiError;
use crate::paths::DESK;

/// The pages that there are.
const PLACES: [Place; 6] = [
    Place::Today,
    Place::Payments,
    Place::Attention,
    Place::Webhooks,
    Place::Settings,
    Place::Audit,
];

/// Seconds between two records of a login's use.
const RECORDED_EACH: i64 = 60;

/// A login that a request came with.
#[derive(Clone)]
pub(super) struct LoggedIn {
    pub(super) digest: Sha256,
    pub(super) person: String,
    /// What they may do now.
    pub(super) role: Role,
    /// What our own forms carry.
    pub(super) form_token: String,
}

/// The pages that a role may see.
fn places(role: &Role) -> Vec<Place> {
    let seen = |place: &Place| match place {
        Place::Settings => allows(role, Act::SeeSettings),
        Place::Audit => allows(role, Act::SeeAudit),
        Place::Today | Place::Payments | Place::Attention | Place::Webhooks | Place::Account => {
            true
        }
    };
    PLACES.into_iter().filter(seen).collect()
}

fn allows(role: &Role, act: Act) -> bool {
    !matches!(may(role, act), May::Refused(_))
}

/// Lets a request through that has a login, with the [`Reader`] whom the pages are drawn for.
pub(super) async fn guard(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if door(&app).is_none() {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    // The login has it too.
    if request.uri().path().strip_prefix(DESK) == Some("/desk.css") {
        return Ok(next.run(request).await);
    }
    let Some(login) = find(&app, request.headers()).await? else {
        return Ok(to_login(&request));
    };
    if !is_ours(&app, request.method(), request.headers()) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let lang = language(request.uri(), request.headers());
    let chosen = chosen(request.uri());
    request.extensions_mut().insert(Reader {
        person: Person {
            name: login.person.clone(),
            role: (lang.words().login.role)(&login.role).to_owned(),
            token: login.form_token.clone(),
        },
        places: places(&login.role),
        role: login.role.clone(),
        lang,
        acts: Vec::new(),
        replays: false,
    });
    request.extensions_mut().insert(login);
    let mut response = next.run(request).await;
    if let Some(kept) = chosen.and_then(|lang| cookie::keep_language(lang.tag())) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// The login that the request's cookie names, if its time has not passed.
async fn find(app: &App, headers: &HeaderMap) -> Result<Option<LoggedIn>, ApiError> {
    let Some((desk, people)) = door(app) else {
        return Ok(None);
    };
    let Some(token) = cookie::token(&app.config.public_url, headers) else {
        return Ok(None);
    };
    let digest = sha256(token.as_bytes());
    let Some(login) = people.login(&digest).await? else {
        return Ok(None);
    };
    let now = clock::unix_now();
    let good = 0..desk.longest();
    if !good.contains(&(now - login.began_at)) || now - login.seen_at >= desk.idle() {
        return Ok(None);
    }
    if now - login.seen_at >= RECORDED_EACH {
        people.use_login(&digest, now).await?;
    }
    Ok(Some(LoggedIn {
        digest,
        person: login.person,
        role: login.role,
        form_token: form_token(&token),
    }))
}

/// Leads to the login, and from there back to the page that was asked for.
fn to_login(request: &Request) -> Response {
    let login = format!("{DESK}/login");
    let address = request.uri().path_and_query();
    let Some(address) = address.filter(|_| request.method() == Method::GET) else {
        return Redirect::to(&login).into_response();
    };
    let next: String = form_urlencoded::byte_serialize(address.as_str().as_bytes()).collect();
    Redirect::to(&format!("{login}?next={next}")).into_response()
}
