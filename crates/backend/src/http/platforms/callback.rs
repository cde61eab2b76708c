//! Messages that nobody signs, to a payment's own address: each has the platform asked, and says
//! nothing by itself.

use std::sync::Arc;

use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use guichet_domain::id::{PaymentId, SessionId};
use guichet_providers::contract::{Called, Headers, Incoming, Provider};
use guichet_store::Conversation;

use super::address::missed;
use super::message::{Message, PATIENCE, refuse, unstored};
use crate::app::App;
use crate::digest::same;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::payments::called::{Woken, wake};

/// Whom a callback's address names.
pub(super) struct To<'a> {
    pub(super) account: &'a dyn Provider,
    pub(super) payment: &'a str,
    /// The part that only the platform and the shopper's browser are shown.
    pub(super) ending: &'a str,
}

/// Answers by a status alone, since a platform reads no words: what is not 2xx is sent again.
pub(super) async fn receive(
    app: &Arc<App>,
    to: &To<'_>,
    method: &Method,
    uri: &Uri,
    caller: &Caller,
    body: RawBody,
) -> Response {
    let Some(callbacks) = to.account.callbacks() else {
        return missed(app, uri.path());
    };
    let Ok(payment) = PaymentId::try_from(to.payment.to_owned()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let found = match conversation(app, caller, to, &payment).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let Some(Found {
        session,
        conversation,
    }) = found
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let message = match Message::read(app, method, uri, body).await {
        Ok(message) => message,
        Err(status) => return status.into_response(),
    };
    // The shopper's browser knows this address too.
    if let Err(refused) = app.limiter.session(&session) {
        return ApiError::from(refused).into_response();
    }
    let incoming = Incoming {
        method: message.method,
        query: &message.query,
        headers: Headers::default(),
        body: &message.body,
        secret: None,
    };
    let answered = async {
        match callbacks.read(&incoming, conversation.memo.as_deref()) {
            Ok(Called::Look) => {}
            // While it looks, our own call to it is under way: nothing is waited for.
            Ok(Called::Probe) => return Ok(StatusCode::NO_CONTENT),
            Err(error) => {
                return refuse(app, to.account, caller, &error, incoming.message()).await;
            }
        }
        Ok(match wake(app, &payment).await {
            Ok(Woken::Yes) => StatusCode::NO_CONTENT,
            Ok(Woken::Later) => StatusCode::SERVICE_UNAVAILABLE,
            Err(error) => unstored(&error),
        })
    };
    tokio::time::timeout(PATIENCE, answered)
        .await
        .unwrap_or_else(|_| Ok(unstored(&"the books took too long")))
        .into_response()
}

/// The payment that is called about.
struct Found {
    session: SessionId,
    conversation: Conversation,
}

/// The payment, if the address is the one that the platform was given.
async fn conversation(
    app: &App,
    caller: &Caller,
    to: &To<'_>,
    payment: &PaymentId,
) -> Result<Option<Found>, ApiError> {
    let look = async {
        let Some((made, _)) = app.store.payment(payment).await? else {
            return Ok(None);
        };
        if made.provider != to.account.name() || made.account != *to.account.account() {
            return Ok(None);
        }
        let ending = to.ending.as_bytes();
        let own = |own: &Conversation| same(own.ending.as_bytes(), ending);
        let conversation = app.store.conversation(payment).await?;
        Ok(conversation.filter(own).map(|conversation| Found {
            session: made.session,
            conversation,
        }))
    };
    caller.look_up(app, to.ending.as_bytes(), look).await
}
