//! Requests to a terminal: one JSON object, whose every value is text.

use std::time::Duration;

use guichet_domain::session::Capture;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::config::{Config, Terminal};
use crate::contract::{Body, Context, HttpMethod, PlatformCall};

/// How long the cloud's acknowledgement is waited for, and a receipt: what public clients wait.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(20);
const RECEIPT_WITHIN: Duration = Duration::from_secs(12);

/// The purchase of a session, or its authorisation where the shop captures later. The key makes one
/// attempt of it, however often it is sent.
pub(super) fn purchase(
    config: &Config,
    terminal: &Terminal,
    context: &Context<'_>,
) -> PlatformCall {
    let session = context.session;
    let french = session.locale.as_ref();
    let french = french.is_some_and(|language| language.as_str().starts_with("fr"));
    let fields = json!({
        "action": match session.capture {
            Capture::Automatic => "purchase",
            Capture::Manual => "preAuthorization",
        },
        "idempotencyKey": context.reference,
        "orderId": context.reference,
        "terminalId": terminal.id,
        "totalAmount": session.amount.minor().to_string(),
        "language": if french { "FR" } else { "EN" },
    });
    let now = context.now;
    let mut message = envelope(config, context.reference, now, fields);
    message.insert("polling".into(), "true".into());
    if config.post_back {
        let address = context.addresses.callback.as_str();
        message.insert("postBackUrl".into(), address.into());
    }
    PlatformCall {
        method: HttpMethod::Post,
        url: config.cloud_url.to_string(),
        headers: Vec::new(),
        body: Some(Body {
            content_type: "application/json",
            bytes: Value::Object(message).to_string().into_bytes(),
        }),
        timeout: ACKNOWLEDGED_WITHIN,
        cache_for: None,
        note: String::new(),
    }
}

/// What every message begins with. `storeId` and `apiToken` stand at the top, beside the
/// integration's code: seven public clients of eight.
fn envelope(
    config: &Config,
    reference: &str,
    now: jiff::Timestamp,
    fields: Value,
) -> Map<String, Value> {
    let mut message = Map::new();
    let mut put = |name: &str, value: String| message.insert(name.into(), value.into());
    put("apiVersion", "3.0".into());
    put(
        "istConfigCode",
        config.ist_config_code.expose_secret().into(),
    );
    // Of the message, not of the attempt: it differs each time.
    put("dataId", format!("{reference}-{}", now.as_millisecond()));
    let local = now.to_zoned(config.time_zone.clone());
    put(
        "dataTimestamp",
        local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    );
    if let Some(cloud) = &config.cloud {
        put("storeId", cloud.store_id.clone());
        put("apiToken", cloud.api_token.expose_secret().into());
    }
    message.insert("data".into(), json!({ "request": [fields] }));
    message
}

/// The receipt at that address, which [`Config::allows_receipt`].
pub(super) fn receipt(url: &str) -> PlatformCall {
    PlatformCall {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout: RECEIPT_WITHIN,
        cache_for: None,
        note: String::new(),
    }
}
