//! What a person does about something that needs one: takes it, or has it done.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::pages::act as pages;
use guichet_desk::words::{fill, said};
use guichet_domain::attention::Matter;
use guichet_domain::desk::Act;
use guichet_store::{Deed, Handled};

use super::doing::{Doing, hidden, place, reason};
use super::door::{asked, at, door};
use super::said::{Fault, Said};
use crate::desk::look;
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;

/// The page that it stands on.
const LIST: &str = "/attention";

type Answered = Result<Response, ApiError>;

/// The address of an act's page, below the desk's.
fn path(act: Act, subject: &str, cause: &str) -> String {
    format!("{LIST}/{subject}/{cause}/{}", act.path())
}

/// It needs nobody, or there never was such a thing.
async fn gone(doing: &Doing, act: Act) -> Response {
    let why = doing.reader.lang.words().look.gone;
    doing.undone(act, why, &at(&doing.app, LIST)).await
}

async fn look_at(
    doing: Doing,
    act: Act,
    (subject, cause): (String, String),
) -> Result<Response, ApiError> {
    let path = format!("{DESK}{}", path(act, &subject, &cause));
    if let Some(hindered) = doing.hindered(act, &path).await {
        return Ok(hindered);
    }
    match Matter::parse(&subject, &cause) {
        Some(matter) => form(&doing, act, &matter).await,
        None => Ok(gone(&doing, act).await),
    }
}

/// The form; with the note that was sent just now, if that was none.
async fn form(doing: &Doing, act: Act, matter: &Matter) -> Result<Response, ApiError> {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let standing = look::standing(&*app.store, people, matter, lang).await?;
    let Some(standing) = standing else {
        return Ok(gone(doing, act).await);
    };
    let held_by = standing.taken.map(|taken| taken.person);
    let other = held_by.as_ref().filter(|held| **held != doing.login.person);
    let known = other.map(|person| fill(lang.words().look.meanwhile, &[("person", person)]));
    let mut hidden = hidden(&doing.login)?;
    hidden.push(("told", standing.told.to_string()));
    hidden.push(("held_by", held_by.unwrap_or_default()));
    let back = match matter {
        Matter::Payment(payment, _) => format!("/payments/{payment}"),
        Matter::Unmatched(_) | Matter::Unreadable(_) => LIST.to_owned(),
    };
    let model = pages::Decision {
        act,
        here: at(app, &path(act, &matter.subject(), matter.cause())),
        back: at(app, &back),
        about: standing.about,
        known: known.unwrap_or_default(),
        hidden,
        reason: doing.said.reason.clone(),
        no_reason: doing.said.fault == Fault::NoReason,
    };
    let title = (lang.words().payment.act)(act);
    let body = pages::decision(lang, &model);
    Ok(doing.draw(StatusCode::OK, place(act), title, body).await)
}

async fn go(
    doing: Doing,
    act: Act,
    (subject, cause): (String, String),
    body: RawBody,
) -> Result<Response, ApiError> {
    let path = format!("{DESK}{}", path(act, &subject, &cause));
    let sent = match doing.form(act, &path, body).await? {
        Ok(sent) => sent,
        Err(instead) => return Ok(instead),
    };
    let Some(matter) = Matter::parse(&subject, &cause) else {
        return Ok(gone(&doing, act).await);
    };
    let app = Arc::clone(&doing.app);
    to_the_end(
        &app,
        async move { confirm(&doing, act, &matter, &sent).await },
    )
    .await
}

async fn confirm(
    doing: &Doing,
    act: Act,
    matter: &Matter,
    sent: &[u8],
) -> Result<Response, ApiError> {
    let words = doing.reader.lang.words();
    let list = at(&doing.app, LIST);
    let told = asked(sent, "told").and_then(|told| told.parse().ok());
    let deed = doing.deed(act, &matter.to_string(), sent);
    let (Some(told), Some(deed)) = (told, deed) else {
        return Ok(doing.undone(act, words.acts.stale, &list).await);
    };
    let Some(reason) = reason(act, sent) else {
        let path = path(act, &matter.subject(), matter.cause());
        return Ok(doing.once_more(&path, &[], &Said::of(sent, Fault::NoReason)));
    };
    let deed = Deed { reason, ..deed };
    let held_by = asked(sent, "held_by").filter(|person| !person.is_empty());
    let held_by = held_by.as_deref();
    let Some((_, people)) = door(&doing.app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let handled = match act {
        Act::TakeAttention => people.take_matter(matter, held_by, &deed).await?,
        _ => people.end_matter(matter, told, held_by, &deed).await?,
    };
    let why = match handled {
        Handled::Yes => return Ok(Redirect::to(&list).into_response()),
        Handled::Gone => words.look.gone.to_owned(),
        Handled::By(Some(person)) => fill(words.look.meanwhile, &[("person", &person)]),
        Handled::By(None) => words.look.let_go.to_owned(),
        Handled::Anew => words.look.anew.to_owned(),
        Handled::Undone(why) => said(doing.reader.lang, &why),
        Handled::Stale => words.acts.stale.to_owned(),
    };
    Ok(doing.undone(act, &why, &list).await)
}

pub(super) async fn take(doing: Doing, Path(of): Path<(String, String)>) -> Answered {
    look_at(doing, Act::TakeAttention, of).await
}

pub(super) async fn do_take(
    doing: Doing,
    Path(of): Path<(String, String)>,
    body: RawBody,
) -> Answered {
    go(doing, Act::TakeAttention, of, body).await
}

pub(super) async fn end(doing: Doing, Path(of): Path<(String, String)>) -> Answered {
    look_at(doing, Act::EndAttention, of).await
}

pub(super) async fn do_end(
    doing: Doing,
    Path(of): Path<(String, String)>,
    body: RawBody,
) -> Answered {
    go(doing, Act::EndAttention, of, body).await
}
