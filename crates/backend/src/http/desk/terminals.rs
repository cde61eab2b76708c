//! The terminals on the counters, and asking one how it is.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::{Place, pages};
use guichet_domain::desk::{Act, May};
use guichet_store::Written;

use super::doing::{Doing, hidden};
use super::door::{at, door};
use crate::desk::terminals::{self, NotAsked};
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;

/// The page that tells of them.
const LIST: &str = "/terminals";

/// All of them.
pub(super) async fn list(doing: Doing) -> Result<Response, ApiError> {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let may_ask = doing.reader.may(Act::Check) == May::Allowed;
    let model = terminals::page(app, &at(app, ""), may_ask, hidden(&doing.login)?).await?;
    let body = pages::terminals::view(lang, &model);
    let title = Place::Terminals.name(lang);
    Ok(doing
        .draw(StatusCode::OK, Place::Terminals, title, body)
        .await)
}

/// Asks one how it is, once a form.
pub(super) async fn check(
    doing: Doing,
    Path((account, terminal)): Path<(String, String)>,
    body: RawBody,
) -> Result<Response, ApiError> {
    let path = format!("{DESK}{LIST}");
    let form = match doing.form(Act::Check, &path, body).await? {
        Ok(form) => form,
        Err(instead) => return Ok(instead),
    };
    let app = Arc::clone(&doing.app);
    to_the_end(&app, async move {
        confirm(&doing, (&account, &terminal), &form).await
    })
    .await
}

async fn confirm(
    doing: &Doing,
    (account, terminal): (&str, &str),
    form: &[u8],
) -> Result<Response, ApiError> {
    let words = doing.reader.lang.words();
    let (app, back) = (&doing.app, at(&doing.app, LIST));
    let subject = format!("{account}/{terminal}");
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let Some(deed) = doing.deed(Act::Check, &subject, form) else {
        return Ok(doing.undone(Act::Check, words.acts.stale, &back).await);
    };
    match people.write_deed(&deed, None).await? {
        Written::New => {}
        // It was asked then.
        Written::Before(_) => return Ok(Redirect::to(&back).into_response()),
        Written::Other | Written::TooMuch(_) => {
            return Ok(doing.undone(Act::Check, words.acts.stale, &back).await);
        }
    }
    let Err(why) = terminals::ask(app, account, terminal).await? else {
        return Ok(Redirect::to(&back).into_response());
    };
    let (kept, told) = match why {
        NotAsked::Unknown => ("there is no such terminal", words.terminals.unknown),
        NotAsked::Busy => ("the terminal works on a payment", words.terminals.busy),
    };
    people.undo_deed(&deed.key, kept).await?;
    Ok(doing.undone(Act::Check, told, &back).await)
}
