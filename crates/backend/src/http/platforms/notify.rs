//! A platform's notifications.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use guichet_providers::contract::{Headers, Incoming, MessageError, Provider};

use super::address::{Address, missed};
use super::callback;
use super::headers::wanted;
use super::message::{Message, PATIENCE, refuse, unstored};
use crate::app::App;
use crate::http::body::RawBody;
use crate::http::caller::Caller;
use crate::http::problem::ApiError;
use crate::payments::notified::record;

/// Everything below the notifications' path. It is answered by a status alone, since a platform
/// reads no words.
pub(super) async fn notify(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    caller: Caller,
    body: RawBody,
) -> Response {
    let Some(address) = Address::parse(uri.path()) else {
        return missed(&app, uri.path());
    };
    let Some(account) = app.accounts.find(&address.provider, &address.account) else {
        return missed(&app, uri.path());
    };
    if let Some((payment, ending)) = &address.callback {
        let to = callback::To {
            account,
            payment,
            ending,
        };
        return callback::receive(&app, &to, &method, &uri, &caller, body).await;
    }
    let message = match Message::read(&app, &method, &uri, body).await {
        Ok(message) => message,
        Err(status) => return status.into_response(),
    };
    let taken = take(&app, account, address.secret.as_deref(), &caller, &message);
    let answer = tokio::time::timeout(PATIENCE, taken).await;
    answer
        .unwrap_or_else(|_| Ok(unstored(&"the books took too long")))
        .into_response()
}

/// Has it verified, and records what it tells; or keeps it, where it is refused.
async fn take(
    app: &App,
    account: &dyn Provider,
    secret: Option<&str>,
    caller: &Caller,
    message: &Message,
) -> Result<StatusCode, ApiError> {
    let notifications = account.notifications();
    let headers = wanted(&caller.headers, notifications);
    let incoming = Incoming {
        method: message.method,
        query: &message.query,
        headers: Headers::new(&headers),
        body: &message.body,
        secret,
    };
    let verified = match notifications {
        Some(notifications) => notifications.verify(&incoming),
        None => {
            let why = "this platform sends no notification";
            Err(MessageError::Malformed(why.to_owned()))
        }
    };
    match verified {
        Ok(told) => Ok(match record(app, account, &told).await {
            Ok(()) => StatusCode::OK,
            Err(error) => unstored(&error),
        }),
        Err(error) => refuse(app, account, caller, &error, incoming.message()).await,
    }
}
