//! Logging in and out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::Lang;
use guichet_desk::pages::login::{Fault, view};
use guichet_domain::id::Slug;
use guichet_store::{DeskDeed, People};

use super::answers;
use super::cookie;
use super::delays::Delays;
use super::door::{act, asked, chosen, door, is_ours, language};
use super::guard::LoggedIn;
use super::reader::InLanguage;
use crate::app::App;
use crate::clock;
use crate::desk::password;
use crate::digest::{same, sha256};
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::paths::DESK;

/// The desk's own address leads to its first page.
pub(super) async fn begin() -> Redirect {
    Redirect::to(&format!("{DESK}/today"))
}

/// The form. There is none while nobody could log in.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let Some((_, people)) = door(&app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    if people.people().await?.is_empty() {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let lang = language(&uri, &caller.headers);
    let next = asked(uri.query().unwrap_or_default().as_bytes(), "next").unwrap_or_default();
    let mut response = form(lang, address, &next, "", None);
    if let Some(kept) = chosen(&uri).and_then(|lang| cookie::keep_language(lang.tag())) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

/// Draws the form, and tells what was wrong with what was sent.
fn form(lang: Lang, address: InLanguage, next: &str, name: &str, fault: Option<Fault>) -> Response {
    let frame = answers::outside(lang, address, lang.words().login.title);
    let status = match fault {
        None => StatusCode::OK,
        Some(Fault::Wrong | Fault::Foreign) => StatusCode::FORBIDDEN,
        Some(Fault::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Fault::Busy) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = view(lang, &format!("{DESK}/login"), next, name, fault);
    let mut response = answers::page(status, &frame, body);
    if let Some(Fault::Wait(seconds)) = fault {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Takes a name and a password.
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    Extension(delays): Extension<Arc<Delays>>,
    caller: Caller,
    uri: Uri,
    address: InLanguage,
    body: RawBody,
) -> Result<Response, ApiError> {
    let Some((_, people)) = door(&app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let lang = language(&uri, &caller.headers);
    if !is_ours(&app, &Method::POST, &caller.headers) {
        return Ok(form(lang, address, "", "", Some(Fault::Foreign)));
    }
    let body = body.read(&app).await?;
    let sent = |name| asked(&body, name).unwrap_or_default();
    let (name, next) = (sent("name").trim().to_owned(), sent("next"));
    let given = Given {
        name: &name,
        password: sent("password"),
    };
    match try_in(people, &delays, &caller, given).await? {
        Ok(token) => {
            let mut response = Redirect::to(inside(&next)).into_response();
            if let Some(kept) = cookie::keep(&app.config.public_url, Some(&token)) {
                response.headers_mut().append(header::SET_COOKIE, kept);
            }
            Ok(response)
        }
        Err(fault) => Ok(form(lang, address, &next, &name, Some(fault))),
    }
}

/// What was typed in.
struct Given<'a> {
    name: &'a str,
    password: String,
}

/// Begins a login and gives its token.
async fn try_in(
    people: &dyn People,
    delays: &Delays,
    caller: &Caller,
    given: Given<'_>,
) -> Result<Result<String, Fault>, ApiError> {
    let Given { name, password } = given;
    // No name of ours is another's: what can't be one is not kept either.
    let known = Slug::try_from(name.to_owned()).is_ok();
    let name = if known { name } else { "?" };
    if let Err(seconds) = delays.count(caller.bucket, name, clock::unix_now()) {
        return Ok(Err(Fault::Wait(seconds)));
    }
    let found = people.person(name).await?;
    let found = found.filter(|person| person.disabled_at.is_none());
    let kept = found.map(|person| person.password);
    let short = password.len() <= password::MOST;
    let password = if short { password } else { String::new() };
    let verified = password::verify(password, kept.clone()).await;
    let Some(fits) = verified.map_err(failed)? else {
        return Ok(Err(Fault::Busy));
    };
    if let Some(kept) = kept.filter(|_| fits) {
        let token = hex::encode(clock::random::<32>().map_err(failed)?);
        let digest = sha256(token.as_bytes());
        let act = act(caller, name, DeskDeed::LoggedIn);
        if people.begin_login(&digest, &kept, &act).await? {
            delays.forget(caller.bucket, name);
            return Ok(Ok(token));
        }
    }
    people
        .add_act(&act(caller, name, DeskDeed::Refused))
        .await?;
    Ok(Err(Fault::Wrong))
}

fn failed(cause: anyhow::Error) -> ApiError {
    ApiError::internal(&cause)
}

/// The page that was asked for, if it is one of the desk's.
fn inside(next: &str) -> &str {
    let ours = next.strip_prefix(DESK).is_some_and(|rest| {
        let printable = rest.bytes().all(|byte| byte.is_ascii_graphic());
        rest.starts_with('/') && printable
    });
    if ours { next } else { DESK }
}

/// Ends the login.
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    Extension(login): Extension<LoggedIn>,
    caller: Caller,
    body: RawBody,
) -> Result<Response, ApiError> {
    let body = body.read(&app).await?;
    let token = asked(&body, "token").unwrap_or_default();
    if !same(token.as_bytes(), login.form_token.as_bytes()) {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    if let Some((_, people)) = door(&app) {
        let act = act(&caller, &login.person, DeskDeed::LoggedOut);
        people.end_login(&login.digest, &act).await?;
    }
    let mut response = Redirect::to(&format!("{DESK}/login")).into_response();
    if let Some(kept) = cookie::keep(&app.config.public_url, None) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_a_page_of_the_desk_and_nowhere_else() {
        assert_eq!(inside("/desk/payments?q=42"), "/desk/payments?q=42");
        for outside in [
            "",
            "//evil.example",
            "/desk.evil.example",
            "/deskx",
            "/desk/\r\nx",
            "https://e",
        ] {
            assert_eq!(inside(outside), DESK, "{outside}");
        }
    }
}
