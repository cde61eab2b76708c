//! What one person asks for and another one approves: a page that tells what it is, and one effect.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use guichet_desk::pages::approval as pages;
use guichet_desk::words::{fill, said};
use guichet_desk::{Place, show};
use guichet_domain::desk::{Act, May};
use guichet_store::{Approval, Decided, Deed, Second};

use super::doing::{Doing, hidden, reason};
use super::door::{at, door};
use super::said::{Fault, Said};
use crate::clock;
use crate::desk::in_paris;
use crate::desk::money::{Confirmed, Moving, Undone, kind};
use crate::http::body::RawBody;
use crate::http::problem::ApiError;
use crate::http::request::to_the_end;
use crate::paths::DESK;
use crate::payments::operations::error::OperationError;

/// The page that lists what waits.
const LIST: &str = "/attention";

type Answered = Result<Response, ApiError>;

fn path(key: &str, act: Option<Act>) -> String {
    match act {
        Some(act) => format!("/approvals/{key}/{}", act.path()),
        None => format!("/approvals/{key}"),
    }
}

/// It waits for nobody, or there never was such a thing.
async fn gone(doing: &Doing, act: Act) -> Response {
    let why = doing.reader.lang.words().acts.second.gone;
    doing.undone(act, why, &at(&doing.app, LIST)).await
}

async fn find(doing: &Doing, key: &str) -> Result<Option<Approval>, ApiError> {
    match door(&doing.app) {
        Some((_, people)) => Ok(people.approval(key).await?),
        None => Ok(None),
    }
}

/// The page of what was asked for.
pub(super) async fn page(doing: Doing, Path(key): Path<String>) -> Answered {
    match find(&doing, &key).await? {
        Some(found) => show_it(&doing, &found).await,
        None => Ok(gone(&doing, Act::Approve).await),
    }
}

/// Draws it.
async fn show_it(doing: &Doing, found: &Approval) -> Answered {
    let (app, lang) = (&doing.app, doing.reader.lang);
    let deed = &found.asked.deed;
    let Some((id, book)) = doing.payment(&deed.subject).await? else {
        return Ok(gone(doing, deed.act).await);
    };
    let entry = book.entry(&id).ok_or(OperationError::PaymentUnknown)?;
    let (amount, currency) = deed.amount.unwrap_or((0, book.session.currency));
    let own = deed.person == doing.login.person;
    let waits = found.waits(clock::unix_now());
    let state = match (&found.asked.second, &found.asked.undone) {
        (Some(second), None) if second.approved => {
            pages::State::Approved(second.person.clone(), in_paris(second.at))
        }
        (Some(second), _) if !second.approved => {
            pages::State::Declined(second.person.clone(), in_paris(second.at))
        }
        (_, Some(why)) => pages::State::Undone(why.clone()),
        _ if !waits => pages::State::Lapsed,
        _ if own => pages::State::Own,
        _ => pages::State::Waits,
    };
    let may = |act| doing.reader.may(act) == May::Allowed;
    let address = |act| at(app, &path(&deed.key, Some(act)));
    let approve = (waits && !own && may(Act::Approve)).then(|| address(Act::Approve));
    let decline = (waits && may(Act::Decline)).then(|| address(Act::Decline));
    let model = pages::Model {
        act: deed.act,
        payment: at(app, &format!("/payments/{id}")),
        reference: book.session.reference.clone(),
        contract: format!("{} · {}", entry.payment.provider, entry.payment.account),
        means: entry.payment.method.to_string(),
        amount,
        currency,
        gives_up: found.asking.gives_up,
        asked_by: deed.person.clone(),
        asked_at: in_paris(deed.happened_at),
        until: in_paris(found.asking.expires_at),
        reason: deed.reason.clone(),
        state,
        approve,
        decline,
        hidden: hidden(&doing.login)?,
        list: at(app, LIST),
        no_reason: doing.said.fault == Fault::NoReason,
    };
    let title = lang.words().acts.second.waits;
    let body = pages::view(lang, &model);
    Ok(doing
        .draw(StatusCode::OK, Place::Attention, title, body)
        .await)
}

async fn decide(doing: Doing, act: Act, key: String, body: RawBody) -> Answered {
    let path = format!("{DESK}{}", path(&key, None));
    let sent = match doing.form(act, &path, body).await? {
        Ok(sent) => sent,
        Err(instead) => return Ok(instead),
    };
    let app = Arc::clone(&doing.app);
    to_the_end(&app, async move { confirm(&doing, act, &key, &sent).await }).await
}

async fn confirm(doing: &Doing, act: Act, key: &str, sent: &[u8]) -> Answered {
    let (app, words) = (&doing.app, doing.reader.lang.words());
    let here = at(app, &path(key, None));
    let Some(found) = find(doing, key).await? else {
        return Ok(gone(doing, act).await);
    };
    let Some(deed) = doing.deed(act, key, sent) else {
        return Ok(doing.undone(act, words.acts.stale, &here).await);
    };
    let Some(reason) = reason(act, sent) else {
        let said = Said::of(sent, Fault::NoReason);
        return Ok(doing.once_more(&path(key, None), &[], &said));
    };
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let deed = Deed { reason, ..deed };
    let approve = act == Act::Approve;
    let second = &words.acts.second;
    let why = match people.decide_approval(key, approve, &deed).await? {
        Decided::So if approve => return go(doing, &found, Some(&deed.key)).await,
        Decided::So => return Ok(Redirect::to(&here).into_response()),
        // What was approved is done once, however many approve it; where the one who did was cut
        // off before it was, the next one has it done.
        Decided::By(by) if approve && by.approved => return go(doing, &found, None).await,
        Decided::By(by) => told(doing, &by),
        Decided::Gone => second.gone.to_owned(),
        Decided::Own => second.own_refused.to_owned(),
        Decided::Undone(why) => said(doing.reader.lang, &why),
        Decided::Stale => words.acts.stale.to_owned(),
    };
    Ok(doing.undone(act, &why, &here).await)
}

fn told(doing: &Doing, by: &Second) -> String {
    let lang = doing.reader.lang;
    let words = &lang.words().acts.second;
    let text = match by.approved {
        true => words.approved,
        false => words.declined,
    };
    let at = show::moment_text(lang, in_paris(by.at));
    fill(text, &[("person", &by.person), ("moment", &at)])
}

/// Does what was approved, once; `deed` is the key of what the reader has just written down.
async fn go(doing: &Doing, found: &Approval, deed: Option<&str>) -> Answered {
    let (app, words) = (&doing.app, &doing.reader.lang.words().acts);
    let asked = &found.asked.deed;
    let back = at(app, &format!("/payments/{}", asked.subject));
    let payment = doing.payment(&asked.subject).await?;
    let Some(((id, book), kind)) = payment.zip(kind(asked.act)) else {
        return Ok(gone(doing, Act::Approve).await);
    };
    let Some((_, people)) = door(app) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let confirmed = Confirmed {
        deed: asked.clone(),
        limit: None,
        gives_up: found.asking.gives_up,
        seen: usize::try_from(found.asking.seen).unwrap_or(usize::MAX),
    };
    let moving = Moving::of(app, &book, &id, kind).await?;
    let why = match moving.approved(people, &confirmed, deed).await? {
        Ok(instruction) => {
            let told = format!("{back}/{}/{instruction}", asked.act.path());
            return Ok(Redirect::to(&told).into_response());
        }
        Err(Undone::Against(why)) => said(doing.reader.lang, &why),
        Err(_) => words.meanwhile.to_owned(),
    };
    Ok(doing.undone(asked.act, &why, &back).await)
}

pub(super) async fn approve(doing: Doing, Path(key): Path<String>, body: RawBody) -> Answered {
    decide(doing, Act::Approve, key, body).await
}

pub(super) async fn decline(doing: Doing, Path(key): Path<String>, body: RawBody) -> Answered {
    decide(doing, Act::Decline, key, body).await
}
