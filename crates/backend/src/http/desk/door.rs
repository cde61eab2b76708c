//! What the login and every page behind it share.

use axum::http::{HeaderMap, Method, Uri, header};
use guichet_desk::Lang;
use guichet_store::{DeskAct, DeskDeed, People};
use url::{Url, form_urlencoded};

use super::cookie;
use crate::app::App;
use crate::clock;
use crate::config::Desk;
use crate::digest::keyed;
use crate::http::caller::Caller;

/// The desk's settings and people, where it is on.
pub(super) fn door(app: &App) -> Option<(Desk, &dyn People)> {
    Some((app.config.desk?, app.store.desk_people()?))
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
pub(super) fn chosen(uri: &Uri) -> Option<Lang> {
    Lang::of(&asked(uri.query().unwrap_or_default().as_bytes(), "lang")?)
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
    let origin = caller.client.map(|address| address.to_string());
    DeskAct {
        happened_at: clock::unix_now(),
        person: person.to_owned(),
        act,
        origin: origin.unwrap_or_default(),
    }
}
