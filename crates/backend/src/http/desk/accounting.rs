//! The close of a day, and the journal that is taken away while it is read.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use guichet_desk::{Place, pages};
use guichet_domain::desk::{Act, May};

use super::answers::{frame, page, refused};
use super::door::at;
use super::reader::{InLanguage, Reader};
use crate::app::App;
use crate::clock;
use crate::desk::accounting::{self, Asked, Wanted};
use crate::http::problem::ApiError;
use crate::ledger::export::Pieces;

type Answered = Result<Response, ApiError>;

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Answered {
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    draw(&app, &reader, address, &asked, StatusCode::OK).await
}

async fn draw(
    app: &App,
    reader: &Reader,
    address: InLanguage,
    asked: &Asked,
    status: StatusCode,
) -> Answered {
    let when = (clock::unix_now(), status != StatusCode::OK);
    let Some(model) = accounting::page(app, &at(app, ""), asked, when).await? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let title = Place::Accounting.name(reader.lang);
    let frame = frame(app, reader, address, Some(Place::Accounting), title).await;
    let body = pages::accounting::view(reader.lang, &model);
    Ok(page(status, &frame, body))
}

/// What is taken away, or what is answered instead.
async fn pieces(
    app: &App,
    reader: &Reader,
    address: InLanguage,
    query: Option<String>,
) -> Result<Result<(Pieces, String), Response>, ApiError> {
    if let May::Refused(why) = reader.may(Act::ExportJournal) {
        let answer = refused(app, reader, address, Act::ExportJournal, why).await;
        return Ok(Err(answer));
    }
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    match accounting::export(app, &asked) {
        Wanted::Export(export) => {
            let name = export.name();
            Ok(Ok((Pieces::of(*export), name)))
        }
        Wanted::Nothing => Ok(Err(StatusCode::NOT_FOUND.into_response())),
        Wanted::WrongDays => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(Err(draw(app, reader, address, &asked, status).await?))
        }
    }
}

fn attached(name: &str, body: Body) -> Response {
    let name = format!("attachment; filename=\"{name}.txt\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, body).into_response()
}

/// The journal, sent while it is read and proven: where it turns out to be none, it breaks off.
pub(super) async fn journal(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Answered {
    let (mut pieces, name) = match pieces(&app, &reader, address, query).await? {
        Ok(pieces) => pieces,
        Err(instead) => return Ok(instead),
    };
    // What can't be read at all is told as every error is.
    let first = pieces.next(&*app.store).await;
    let first = first.map_err(|error| ApiError::internal(&error))?;
    let begun = (first, Some(pieces), Arc::clone(&app));
    let lines = stream::try_unfold(begun, async |(ready, pieces, app)| {
        let Some(mut pieces) = pieces else {
            return Ok(None);
        };
        let next = match ready {
            Some(lines) => Ok(Some(lines)),
            None => pieces.next(&*app.store).await,
        };
        let told = match next {
            Ok(Some(lines)) => Ok(Some((lines, (None, Some(pieces), app)))),
            Ok(None) => pieces.finish().map(|_| None),
            Err(error) => Err(error),
        };
        told.inspect_err(|error| {
            tracing::error!(error.cause = %error, "a journal breaks off");
        })
    });
    Ok(attached(&name, Body::from_stream(lines)))
}

/// What is in it.
pub(super) async fn description(
    State(app): State<Arc<App>>,
    reader: Reader,
    address: InLanguage,
    RawQuery(query): RawQuery,
) -> Answered {
    let (mut pieces, name) = match pieces(&app, &reader, address, query).await? {
        Ok(pieces) => pieces,
        Err(instead) => return Ok(instead),
    };
    let described = async {
        while pieces.next(&*app.store).await?.is_some() {}
        anyhow::Ok(pieces.finish()?.1)
    };
    let described = described.await;
    let described = described.map_err(|error| ApiError::internal(&error))?;
    Ok(attached(
        &format!("{name}-description"),
        Body::from(described),
    ))
}
