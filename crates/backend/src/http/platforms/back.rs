//! The browsers that a platform sends back.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use guichet_domain::event::PaymentEvent;
use guichet_domain::id::PaymentId;
use guichet_providers::contract::{Incoming, Provider};
use guichet_store::{Book, Payment, Source};

use super::super::request::{Caller, RawBody};
use crate::app::App;
use crate::payments::back::came_back;
use crate::payments::ingest::{ingest, record_hint};

/// The parts of a path, or why there are none: then there is nothing at it.
type ReadPath<T> = Result<Path<T>, PathRejection>;

/// The browser coming back. Whatever it brings, it is sent on to the shop's own page at once; what
/// is signed is kept as a hint.
pub(crate) async fn come_back(
    State(app): State<Arc<App>>,
    method: Method,
    path: ReadPath<(String, String, String)>,
    RawQuery(query): RawQuery,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Ok(Path((provider, payment, last))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(id) = PaymentId::try_from(payment) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let look = app.store.payment(&id);
    let found = match caller.look_up(&app, id.as_str().as_bytes(), look).await {
        Ok(found) => found.filter(|(payment, _)| payment.provider == provider),
        Err(error) => return error.into_response(),
    };
    let Some((payment, book)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A shopper is sent on however often the page is loaded; it is not looked at each time.
    if app.limiter.session(&payment.session).is_err() {
        return see_other(&book);
    }
    let body = body.read(&app).await.unwrap_or_default();
    let query = query.unwrap_or_default();
    let post = method == Method::POST;
    let incoming = Incoming {
        post,
        query: query.as_bytes(),
        body: &body,
        secret: None,
    };
    if let Some(account) = app.config.account(&provider, payment.account.as_str()) {
        if account.continuing().is_some() {
            keep_return(&app, &payment, &last, &incoming).await;
        } else {
            keep_hint(&app, account, &payment, &incoming).await;
        }
    }
    see_other(&book)
}

/// A return that the payment goes on with: kept once, if it came to the right address, and taken up
/// by a job. What was posted is opaque.
async fn keep_return(app: &App, payment: &Payment, nonce: &str, incoming: &Incoming<'_>) {
    let fields = if incoming.post {
        incoming.body
    } else {
        incoming.query
    };
    let posted: Vec<_> = url::form_urlencoded::parse(fields).into_owned().collect();
    match came_back(app, &payment.id, nonce, &posted).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(payment = %payment.id, "a return changed nothing"),
        Err(error) => tracing::error!(error.cause = %error, "a return could not be stored"),
    }
}

async fn keep_hint(app: &App, account: &dyn Provider, payment: &Payment, incoming: &Incoming<'_>) {
    let back = match account.read_return(incoming) {
        Ok(back) if back.reference == payment.reference => back,
        Ok(_) => {
            tracing::warn!(payment = %payment.id, "a return speaks of another payment");
            return;
        }
        Err(refusal) => {
            tracing::warn!(payment = %payment.id, %refusal, "a return was not understood");
            return;
        }
    };
    let hint = PaymentEvent::Returned {
        outcome: back.outcome,
    };
    let claim = async {
        match &back.part {
            // It does not count by itself: it makes us ask the platform, should no notification
            // come.
            Some(part) => ingest(app, part, Source::Return, None).await.map(drop),
            None => Ok(()),
        }
    };
    // Together, so that they are one flush to disk.
    let (hint, claim) = tokio::join!(record_hint(app, &payment.id, &hint, Source::Return), claim);
    let stored = hint.map(drop).and(claim);
    if let Err(error) = stored {
        tracing::error!(error.cause = %error, "a return could not be stored");
    }
}

fn see_other(book: &Book) -> Response {
    let Ok(location) = HeaderValue::from_str(&book.session.return_url) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
