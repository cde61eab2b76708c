//! What the login and every page behind it share.

use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{Redirect, Response};
use guichet_desk::Lang;
use guichet_store::{DeskAct, DeskDeed, People};
use url::{Url, form_urlencoded};

use super::cookie;
use crate::app::App;
use crate::clock;
use crate::config::Desk;
use crate::digest::keyed;
use crate::http::caller::Caller;
use crate::paths::DESK;

/// The desk's settings and people, where it is on.
pub(super) fn door(app: &App) -> Option<(&Desk, &dyn People)> {
    Some((app.config.desk.as_ref()?, app.store.desk_people()?))
}

/// An address of the desk, as a browser asks for it.
pub(super) fn at(app: &App, path: &str) -> String {
    format!("{}{path}", cookie::base(&app.config.public_url))
}

/// Leads to the page of the desk that was asked for, which begins with [`DESK`]; to its first one
/// if what was asked for is none.
pub(super) fn inside(app: &App, next: &str) -> Redirect {
    let path = next.strip_prefix(DESK).filter(|rest| {
        let printable = rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        rest.starts_with('/') && printable
    });
    Redirect::to(&at(app, path.unwrap_or_default()))
}

/// Where signing on at the provider begins, which then leads back to `next`.
pub(super) fn sign_on(app: &App, again: bool, next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if again {
        query.append_pair("again", "1");
    }
    query.append_pair("next", next);
    at(app, &format!("/sso?{}", query.finish()))
}

/// Leads to a page that asks for something first, and from there back to `next`.
pub(super) fn first(app: &App, path: &str, next: &str) -> Redirect {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&at(app, &format!("{path}?next={next}")))
}

/// What the browser of that person is known by: it changes with their password.
pub(super) fn mark(password: &str) -> String {
    let mut mark = hex::encode(keyed(password.as_bytes(), b"known browser of the desk"));
    mark.truncate(32);
    mark
}

/// The language: the one that was just chosen, the one that was chosen before, the browser's.
pub(super) fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let before = || cookie::language(headers).and_then(|tag| Lang::of(&tag));
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?;
        Lang::accepted(header.to_str().ok()?)
    };
    chosen(uri)
        .or_else(before)
        .or_else(accepted)
        .unwrap_or(Lang::En)
}

/// The language that the address names.
fn chosen(uri: &Uri) -> Option<Lang> {
    Lang::of(&asked(uri.query().unwrap_or_default().as_bytes(), "lang")?)
}

/// Has the browser keep the language that the address names, if it names one.
pub(super) fn keep_chosen(app: &App, uri: &Uri, response: &mut Response) {
    let kept =
        chosen(uri).and_then(|lang| cookie::keep_language(&app.config.public_url, lang.tag()));
    if let Some(kept) = kept {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
}

/// A value of a form or a query.
pub(super) fn asked(form: &[u8], name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(form);
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    Some(value.into_owned())
}

/// The token that our own forms carry, of a login.
pub(super) fn form_token(token: &str) -> String {
    hex::encode(keyed(token.as_bytes(), b"forms of the desk"))
}

/// Whether a request that changes something was sent by a page of ours, as the browser tells: what
/// tells nothing of it is not.
pub(super) fn is_ours(app: &App, method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let Ok(public) = Url::parse(&app.config.public_url) else {
        return false;
    };
    let origin = headers.get(header::ORIGIN);
    origin.is_some_and(|origin| *origin == *public.origin().ascii_serialization())
}

/// An act of somebody's, now.
pub(super) fn act(caller: &Caller, person: &str, act: DeskDeed) -> DeskAct {
    DeskAct {
        happened_at: clock::unix_now(),
        person: person.to_owned(),
        act,
        origin: origin(caller),
    }
}

/// Where a caller is, as the books keep it: empty where nobody knows.
pub(super) fn origin(caller: &Caller) -> String {
    let address = caller.client.map(|address| address.to_string());
    address.unwrap_or_default()
}
