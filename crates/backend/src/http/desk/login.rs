//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::Lang;
use guichet_desk::pages::login::{Fault, view};
use guichet_desk::words::SsoFault;
use guichet_domain::id::Slug;
use guichet_store::{DeskDeed, DeskPerson, People};

use super::answers;
use super::cookie;
use super::delays::{Gate, Trying};
use super::door::{
    act, asked, at, door, first, inside, is_ours, keep_chosen, language, mark, sign_on,
};
use super::guard::LoggedIn;
use super::reader::InLanguage;
use crate::app::App;
use crate::clock;
use crate::desk::password;
use crate::digest::sha256;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;

/// The desk's own address leads to its first page.
pub(super) async fn begin(State(app): State<Arc<App>>) -> Redirect {
    Redirect::to(&at(&app, "/today"))
}

/// The form. There is none while nobody could log in.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let Some((desk, people)) = door(&app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    if desk.sso.is_none() && !people.has_people().await? {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let lang = language(&uri, &caller.headers);
    let next = asked(uri.query().unwrap_or_default().as_bytes(), "next").unwrap_or_default();
    let mut response = form(&app, lang, address, (&next, ""), None);
    keep_chosen(&app, &uri, &mut response);
    Ok(response)
}

/// Draws the form, and tells what was wrong with what was sent.
pub(super) fn form(
    app: &App,
    lang: Lang,
    address: InLanguage,
    (next, name): (&str, &str),
    fault: Option<Fault>,
) -> Response {
    let frame = answers::outside(app, lang, address, lang.words().login.title);
    let desk = app.config.desk.as_ref();
    let sso = desk.is_some_and(|desk| desk.sso.is_some());
    let sso = sso.then(|| sign_on(app, false, next));
    let body = view(
        lang,
        &at(app, "/login"),
        sso.as_deref(),
        (next, name),
        fault,
    );
    told(answers::page(status(fault), &frame, body), fault)
}

/// The status of a form that is shown again.
pub(super) fn status(fault: Option<Fault>) -> StatusCode {
    match fault {
        None => StatusCode::OK,
        Some(Fault::Wrong | Fault::Code | Fault::Foreign) => StatusCode::FORBIDDEN,
        Some(Fault::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Fault::Sso(SsoFault::Unreachable)) => StatusCode::BAD_GATEWAY,
        Some(Fault::Sso(_)) => StatusCode::FORBIDDEN,
        Some(Fault::Busy | Fault::NoCodes) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Tells programs too how long they have to wait.
pub(super) fn told(mut response: Response, fault: Option<Fault>) -> Response {
    if let Some(Fault::Wait(seconds)) = fault {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Takes a name and a password.
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    Extension(gate): Extension<Arc<Gate>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
    body: RawBody,
) -> Result<Response, ApiError> {
    let Some((desk, people)) = door(&app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let lang = language(&uri, &caller.headers);
    if !is_ours(&app, &Method::POST, &caller.headers) {
        return Ok(form(&app, lang, address, ("", ""), Some(Fault::Foreign)));
    }
    let body = body.read(&app).await?;
    let sent = |name| asked(&body, name).unwrap_or_default();
    let (name, next) = (sent("name").trim().to_owned(), sent("next"));
    let given = Given {
        name: &name,
        password: sent("password"),
        codes: desk.code_key.is_some(),
    };
    match try_in(people, &gate, &caller, given).await? {
        Ok(entered) => {
            let lead = match entered.mark {
                Some(_) => inside(&app, &next),
                None => first(&app, "/code", &next),
            };
            let public_url = &app.config.public_url;
            let known = entered.mark.as_deref();
            let known =
                known.and_then(|mark| cookie::keep_known(public_url, &caller.headers, mark));
            let kept = cookie::keep(public_url, Some(&entered.token));
            let mut response = lead.into_response();
            for cookie in kept.into_iter().chain(known) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(fault) => Ok(form(&app, lang, address, (&next, &name), Some(fault))),
    }
}

/// What was typed in.
struct Given<'a> {
    name: &'a str,
    password: String,
    /// There is a key for codes.
    codes: bool,
}

/// A login that began.
struct Entered {
    token: String,
    /// What the browser is known by from now on; none while a code is asked for.
    mark: Option<String>,
}

/// Begins a login.
async fn try_in(
    people: &dyn People,
    gate: &Gate,
    caller: &Caller,
    given: Given<'_>,
) -> Result<Result<Entered, Fault>, ApiError> {
    // No name of ours is another's: what can't be one is not kept either.
    let known = Slug::try_from(given.name.to_owned()).is_ok();
    let name = if known { given.name } else { "?" };
    let found = people.person(name).await?;
    let found = found.filter(|person| person.disabled_at.is_none());
    let verified = verify(gate, caller, (name, found.as_ref()), given.password).await?;
    let (fits, who) = match verified {
        Ok(verified) => verified,
        Err(fault) => return Ok(Err(fault)),
    };
    if let Some(person) = found.filter(|_| fits) {
        let half = person.role.moves_money();
        if half && !given.codes {
            return Ok(Err(Fault::NoCodes));
        }
        let token = hex::encode(clock::random::<32>().map_err(failed)?);
        let digest = sha256(token.as_bytes());
        let deed = if half {
            DeskDeed::PasswordGiven
        } else {
            DeskDeed::LoggedIn
        };
        let act = act(caller, name, deed);
        if people.begin_login(&digest, &person.password, &act).await? {
            gate.delays.forget(who);
            let mark = (!half).then(|| mark(&person.password));
            return Ok(Ok(Entered { token, mark }));
        }
    }
    let refused = act(caller, name, DeskDeed::Refused);
    people.add_act(&refused).await?;
    Ok(Err(Fault::Wrong))
}

/// Whether the password is that person's, and who tried; a try is counted once it gets its turn.
pub(super) async fn verify<'a>(
    gate: &Gate,
    caller: &Caller,
    (name, person): (&'a str, Option<&DeskPerson>),
    password: String,
) -> Result<Result<(bool, Trying<'a>), Fault>, ApiError> {
    let kept = person.map(|person| person.password.clone());
    let who = Trying {
        name,
        address: caller.bucket,
        known: kept
            .as_deref()
            .is_some_and(|kept| cookie::is_known(&caller.headers, &mark(kept))),
        code: false,
    };
    if let Err(seconds) = gate.delays.wait(who, clock::unix_now()) {
        return Ok(Err(Fault::Wait(seconds)));
    }
    let Some(turn) = gate.turns.take().await else {
        return Ok(Err(Fault::Busy));
    };
    if let Err(seconds) = gate.delays.count(who, clock::unix_now()) {
        return Ok(Err(Fault::Wait(seconds)));
    }
    let published = gate.production && password::is_published(&password);
    let short = password.len() <= password::MOST && !published;
    let password = if short { password } else { String::new() };
    let fits = turn.verify(password, kept).await.map_err(failed)?;
    Ok(Ok((fits, who)))
}

pub(super) fn failed(cause: anyhow::Error) -> ApiError {
    ApiError::internal(&cause)
}

/// Ends the login.
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    Extension(login): Extension<LoggedIn>,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    if !login.wrote(&body) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    if let Some((_, people)) = door(&app) {
        let act = act(&caller, &login.person, DeskDeed::LoggedOut);
        people.end_login(&login.digest, &act).await?;
    }
    let mut response = Redirect::to(&at(&app, "/login")).into_response();
    if let Some(kept) = cookie::keep(&app.config.public_url, None) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}
