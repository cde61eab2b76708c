//! The pages that are read, thin: what stands on them is found in `desk`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use guichet_desk::kit::{self, Tone};
use guichet_desk::pages;
use guichet_desk::words::{Act, fill};
use guichet_desk::{Place, el};
use guichet_domain::desk::May;
use guichet_domain::id::PaymentId;

use super::answers::{frame, page, refused};
use super::door::at;
use super::reader::{InLanguage, Reader};
use crate::app::App;
use crate::clock;
use crate::desk;
use crate::desk::list::Asked;
use crate::http::answers;
use crate::http::problem::ApiError;

/// Draws a page of the navigation.
async fn place(
    app: &App,
    reader: &Reader,
    address: InLanguage,
    here: Place,
    body: el::El,
) -> Response {
    let title = here.name(reader.lang);
    let frame = frame(app, reader, address, Some(here), title).await;
    page(StatusCode::OK, &frame, body)
}

pub(super) async fn today(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let model = desk::today::page(&app, &at(&app, ""), clock::unix_now()).await?;
    let body = pages::today::view(reader.lang, &model);
    Ok(place(&app, &reader, address, Place::Today, body).await)
}

pub(super) async fn payments(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    let model = desk::list::page(&app, &at(&app, ""), &asked, clock::unix_now()).await?;
    let body = pages::list::view(reader.lang, &model);
    Ok(place(&app, &reader, address, Place::Payments, body).await)
}

pub(super) async fn spreadsheet(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    if let May::Refused(why) = reader.may(Act::Export) {
        return Ok(refused(&app, &reader, address, Act::Export, why).await);
    }
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    match desk::list::spreadsheet(&app, &asked).await? {
        Some(search) => answers::spreadsheet(Arc::clone(&app.store), search).await,
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}

pub(super) async fn payment(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let who = desk::payment::Reader {
        base: &at(&app, ""),
        may: &|act| reader.acts.contains(&act),
        replays: reader.replays,
        looks_after: reader.looks_after(),
    };
    let model = match PaymentId::try_from(id) {
        Ok(id) => desk::payment::page(&app, &who, &id, clock::unix_now()).await?,
        Err(_) => None,
    };
    let words = &reader.lang.words().payment;
    let Some(model) = model else {
        let frame = frame(&app, &reader, address, Some(Place::Payments), words.unknown).await;
        let body = kit::notice(Tone::Plain, words.unknown, words.unknown_advice);
        return Ok(page(StatusCode::NOT_FOUND, &frame, body));
    };
    let title = fill(words.title, &[("reference", &model.reference)]);
    let frame = frame(&app, &reader, address, Some(Place::Payments), &title).await;
    let body = pages::payment::view(reader.lang, &model);
    Ok(page(StatusCode::OK, &frame, body))
}

pub(super) async fn attention(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let looking = desk::look::Looking {
        base: &at(&app, ""),
        may: reader.looks_after(),
        now: clock::unix_now(),
    };
    let mut model = desk::look::page(&*app.store, &looking).await?;
    (model.expiring, model.expiring_untold) = desk::look::expiring(&app).await?;
    let body = pages::look::view(reader.lang, &model);
    Ok(place(&app, &reader, address, Place::Attention, body).await)
}

pub(super) async fn webhooks(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
) -> Result<Response, ApiError> {
    let model = desk::hooks::page(&*app.store, &at(&app, ""), reader.replays).await?;
    let body = pages::hooks::view(reader.lang, &model);
    Ok(place(&app, &reader, address, Place::Webhooks, body).await)
}

pub(super) async fn audit(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    if let May::Refused(why) = reader.may(Act::SeeAudit) {
        return Ok(refused(&app, &reader, address, Act::SeeAudit, why).await);
    }
    let asked = desk::acts::Asked::of(query.as_deref().unwrap_or_default());
    let model = desk::acts::page(&*app.store, &at(&app, ""), asked).await?;
    let body = pages::audit::view(reader.lang, &model);
    Ok(place(&app, &reader, address, Place::Audit, body).await)
}
