//! Requests to a terminal: one JSON object, whose every value is text.

use std::time::Duration;

use guichet_domain::session::Capture;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::answer::{self, means};
use super::codes::Meaning;
use super::config::{Cloud, Config, Terminal};
use crate::contract::{Body, Context, Heard, How, HttpMethod, Line, PlatformCall, PrivateAddress};

/// How long the cloud's acknowledgement is waited for, and a receipt: what public clients wait.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(20);
const RECEIPT_WITHIN: Duration = Duration::from_secs(12);
/// How long somebody who waits listens to a line. A terminal that says nothing of its progress says
/// nothing before the end.
pub(super) const LISTENS: Duration = Duration::from_secs(3);

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
    let mut fields = vec![
        ("orderId", context.reference.to_owned()),
        ("totalAmount", session.amount.minor().to_string()),
        ("language", language.to_owned()),
    ];
    if terminal.address.is_some() {
        fields.push(("progressStatus", "true".to_owned()));
    }
    let command = Command {
        action: action_of(session.capture),
        terminal,
        key: context.reference,
        fields,
        post_back: config.post_back.then_some(&context.addresses.callback),
    };
    call(config, &command, context.now)
}

/// Takes back what a terminal works on, before a card was presented. Only on the shop's own
/// network: the cloud has no such command (GO, *cancel-api*).
pub(super) fn cancel<'a>(terminal: &'a Terminal, key: &'a str) -> Command<'a> {
    Command {
        action: "cancel",
        terminal,
        key,
        fields: Vec::new(),
        post_back: None,
    }
}

/// The key of a command that takes back the one of this key.
pub(super) fn cancel_key(key: &str) -> String {
    format!("{key}-X")
}

/// Hands a command to the cloud, or to the terminal itself.
pub(super) fn call(config: &Config, command: &Command<'_>, now: jiff::Timestamp) -> PlatformCall {
    let message = message(config, command, now);
    let body = Body {
        content_type: "application/json",
        bytes: Value::Object(message).to_string().into_bytes(),
    };
    if let Some(to) = command.terminal.address {
        return on_line(to, command.key, How::Open, Some(body));
    }
    let cloud = config.cloud.as_ref();
    PlatformCall {
        method: HttpMethod::Post,
        // Each terminal without an address has a cloud: the configuration sees to it.
        url: cloud.map_or_else(String::new, |cloud| cloud.url.to_string()),
        headers: Vec::new(),
        body: Some(body),
        timeout: ACKNOWLEDGED_WITHIN,
        after: Duration::ZERO,
        cache_for: None,
        line: None,
        note: String::new(),
    }
}

/// Says a command on the line that another one of this key opened.
pub(super) fn add(
    config: &Config,
    command: &Command<'_>,
    to: PrivateAddress,
    key: &str,
    now: jiff::Timestamp,
) -> PlatformCall {
    let call = call(config, command, now);
    on_line(to, key, How::Add, call.body)
}

/// Listens to a line for so long.
pub(super) fn listen(to: PrivateAddress, key: &str, listens: Duration) -> PlatformCall {
    PlatformCall {
        timeout: listens,
        ..on_line(to, key, How::Listen, None)
    }
}

fn on_line(to: PrivateAddress, key: &str, how: How, body: Option<Body>) -> PlatformCall {
    PlatformCall {
        method: HttpMethod::Post,
        url: format!("tcp://{to}"),
        headers: Vec::new(),
        body,
        timeout: LISTENS,
        after: Duration::ZERO,
        cache_for: None,
        line: Some(Line {
            to,
            key: key.to_owned(),
            how,
            hears,
        }),
        note: String::new(),
    }
}

/// Whether a frame is the last of a command (GO, *direct-integration*: frames until `completed` is
/// true). A refusal may have no entry, and then says nothing of it. After nonsense nothing on the
/// line is believed.
fn hears(frame: &[u8], key: &str) -> Heard {
    let Some(told) = answer::read(frame) else {
        return Heard::Last;
    };
    if told.key.as_deref().is_some_and(|own| own != key) {
        return Heard::Beside;
    }
    match (told.completed, means(&told)) {
        (Some(false), _) | (None, Ok(Meaning::GoesOn)) => Heard::GoesOn,
        (Some(true) | None, _) => Heard::Last,
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
    let direct = command.terminal.address.is_some();
    let cloud = config.cloud.as_ref().filter(|_| !direct);
    let entry = Value::Object(entry);
    let mut message = envelope(config, cloud, command.key, now, entry);
    if cloud.is_none() {
        return message;
    }
    message.insert("polling".into(), "true".into());
    if let Some(address) = command.post_back {
        message.insert("postBackUrl".into(), address.into());
    }
    message
}

/// What every message begins with. What opens the cloud stands at the top, beside the
/// integration's code: seven public clients of eight.
fn envelope(
    config: &Config,
    cloud: Option<&Cloud>,
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
    if let Some(cloud) = cloud {
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
        line: None,
        note: String::new(),
    }
}
