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

/// A command for a terminal.
#[derive(Clone, Debug)]
pub(super) struct Command<'a> {
    pub(super) action: &'static str,
    pub(super) terminal: &'a Terminal,
    /// The key of the attempt.
    pub(super) key: &'a str,
    /// What else the request says.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Where the cloud tells that the receipt is there.
    pub(super) post_back: Option<&'a str>,
}

/// What a session's payment is called there.
pub(super) fn action_of(capture: Capture) -> &'static str {
    match capture {
        Capture::Automatic => "purchase",
        Capture::Manual => "preAuthorization",
    }
}

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
    let language = if french { "FR" } else { "EN" };
    let command = Command {
        action: action_of(session.capture),
        terminal,
        key: context.reference,
        fields: vec![
            ("orderId", context.reference.to_owned()),
            ("totalAmount", session.amount.minor().to_string()),
            ("language", language.to_owned()),
        ],
        post_back: config.post_back.then_some(&context.addresses.callback),
    };
    call(config, &command, context.now)
}

/// Hands a command to the cloud.
pub(super) fn call(config: &Config, command: &Command<'_>, now: jiff::Timestamp) -> PlatformCall {
    let message = message(config, command, now);
    PlatformCall {
        method: HttpMethod::Post,
        url: config.cloud_url.to_string(),
        headers: Vec::new(),
        body: Some(Body {
            content_type: "application/json",
            bytes: Value::Object(message).to_string().into_bytes(),
        }),
        timeout: ACKNOWLEDGED_WITHIN,
        after: Duration::ZERO,
        cache_for: None,
        note: String::new(),
    }
}

/// The message of a command.
pub(super) fn message(
    config: &Config,
    command: &Command<'_>,
    now: jiff::Timestamp,
) -> Map<String, Value> {
    let mut entry = Map::new();
    let mut put = |name: &str, value: &str| entry.insert(name.into(), value.into());
    put("action", command.action);
    put("idempotencyKey", command.key);
    put("terminalId", &command.terminal.id);
    for (name, value) in &command.fields {
        put(name, value);
    }
    let mut message = envelope(config, command.key, now, Value::Object(entry));
    message.insert("polling".into(), "true".into());
    if let Some(address) = command.post_back {
        message.insert("postBackUrl".into(), address.into());
    }
    message
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
    put(
        "dataId",
        format!(
            "{}-{}",
            reference.get(..36).unwrap_or(reference),
            now.as_millisecond()
        ),
    );
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

/// The receipt at that address, which [`Config::allows_receipt`]; after so long.
pub(super) fn receipt(url: &str, after: Duration) -> PlatformCall {
    PlatformCall {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout: RECEIPT_WITHIN,
        after,
        cache_for: None,
        note: String::new(),
    }
}
