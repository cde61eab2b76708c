//! `POST /webhook`: the backend tells the shop by itself what became of an order, though the
//! shopper's browser is closed.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

use super::backend::session_state;
use super::orders::{Order, Told};
use super::state::{PaymentState, SessionState};
use crate::app::{App, Shared};
use crate::clock;

/// How far a message's time may be from ours, in seconds, as the Standard Webhooks libraries have
/// it.
const TOLERANCE: u64 = 300;

/// What matters of a message; unknown fields are ignored.
#[derive(Deserialize)]
struct Message {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    sequence: u32,
    session: String,
    status: String,
    payment: Option<PaymentState>,
}

/// Takes what the backend signed, and nothing else.
pub(crate) async fn webhook(
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(secret) = &app.settings.shop_webhook_secret else {
        return StatusCode::NOT_FOUND;
    };
    if !is_signed(secret.expose(), &headers, &body) {
        return StatusCode::BAD_REQUEST;
    }
    let Ok(Message { data }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let (sequence, session) = (data.sequence, data.session);
    let state = SessionState {
        status: data.status,
        payments: data.payment.into_iter().collect(),
        markup: None,
    };
    app.orders().tell(&session, Told { sequence, state });
    // The parts, for the order's page: asked for once and not by whoever looks at it.
    tokio::spawn(async move {
        if let Ok(state) = session_state(&app, &session).await {
            app.orders().tell(&session, Told { sequence, state });
        }
    });
    StatusCode::NO_CONTENT
}

/// What became of an order: what the backend told, if that is final, or else what it says when it
/// is asked.
pub(crate) async fn state_of(app: &App, order: &Order) -> SessionState {
    if let Some(state) = order.settled() {
        return state.clone();
    }
    let asked = session_state(app, &order.session_id).await;
    asked.unwrap_or_else(|error| {
        tracing::warn!("order {}: {error}", order.reference);
        SessionState {
            status: "unknown".to_owned(),
            ..SessionState::default()
        }
    })
}

fn is_signed(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(time), Some(signatures)) = (
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    ) else {
        return false;
    };
    let fresh = time
        .parse::<u64>()
        .is_ok_and(|time| time.abs_diff(clock::seconds()) <= TOLERANCE);
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let Ok(key) = STANDARD.decode(key) else {
        return false;
    };
    let signed = signatures.split(' ').any(|signature| {
        let Some(signature) = signature.strip_prefix("v1,") else {
            return false;
        };
        let (Ok(signature), Ok(mut mac)) = (
            STANDARD.decode(signature),
            Hmac::<Sha256>::new_from_slice(&key),
        ) else {
            return false;
        };
        mac.update(format!("{id}.{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&signature).is_ok()
    });
    fresh && signed
}
