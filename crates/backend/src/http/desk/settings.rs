//! The settings, to be read, and having the installation looked at.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::{Place, pages};
use guichet_domain::desk::Act;
use guichet_store::Written;

use super::doing::{Doing, hidden};
use super::door::{at, door};
use crate::desk::settings;
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::paths::DESK;

/// The page.
const HERE: &str = "/settings";

/// What it is about in the list of what was done.
const SUBJECT: &str = "installation";

pub(super) async fn show(doing: Doing) -> Result<Response, ApiError> {
    if let Some(hindered) = doing.hindered(Act::SeeSettings, HERE).await {
        return Ok(hindered);
    }
    let (app, lang) = (&doing.app, doing.reader.lang);
    let model = settings::page(app, &at(app, ""), hidden(&doing.login)?).await?;
    let body = pages::settings::view(lang, &model);
    let title = Place::Settings.name(lang);
    Ok(doing
        .draw(StatusCode::OK, Place::Settings, title, body)
        .await)
}

/// Has it looked at, once a form.
pub(super) async fn check(doing: Doing, body: RawBody) -> Result<Response, ApiError> {
    let path = format!("{DESK}{HERE}");
    if let Some(hindered) = doing.hindered(Act::SeeSettings, &path).await {
        return Ok(hindered);
    }
    let form = match doing.form(Act::Check, &path, body).await? {
        Ok(form) => form,
        Err(instead) => return Ok(instead),
    };
    let (app, back) = (&doing.app, at(&doing.app, HERE));
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let stale = doing.reader.lang.words().acts.stale;
    let Some(deed) = doing.deed(Act::Check, SUBJECT, &form) else {
        return Ok(doing.undone(Act::Check, stale, &back).await);
    };
    match people.write_deed(&deed, None).await? {
        Written::New => settings::check(app),
        Written::Before(_) => {}
        Written::Other | Written::TooMuch(_) => {
            return Ok(doing.undone(Act::Check, stale, &back).await);
        }
    }
    Ok(Redirect::to(&back).into_response())
}
