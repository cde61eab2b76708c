//! What comes from outside: a callback in one of its four formats, and the browser's return. Nobody
//! signs either. No source shows the body of a callback; the keys that are asked for govern it, so
//! that each reading is taken that holds `id`: query, form, JSON flat or nested, XML.

use guichet_domain::event::ReturnOutcome;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use url::form_urlencoded;

use super::answer::OrderId;
use super::memo::{self, Memo};
use crate::contract::{Called, Incoming, MessageError};

/// Checks that a callback names the order of this payment. Of all that it says, nothing else is
/// read.
pub(super) fn read(incoming: &Incoming<'_>, memo: Option<&str>) -> Result<Called, MessageError> {
    let malformed = |why: &str| MessageError::Malformed(why.to_owned());
    let bound: Memo = memo::read(memo).ok_or_else(|| malformed("this payment has no order"))?;
    let named = id_in(incoming).ok_or_else(|| malformed("no order's id is in it"))?;
    if named != bound.order {
        return Err(malformed("it names another payment's order"));
    }
    Ok(Called::Look)
}

fn id_in(incoming: &Incoming<'_>) -> Option<OrderId> {
    let message = incoming.message();
    let start = message.iter().find(|b| !b.is_ascii_whitespace());
    let text = match start? {
        b'{' => id_in_json(message),
        b'<' => id_in_xml(message),
        _ => id_in_pairs(message),
    };
    OrderId::parse(text?.trim())
}

fn id_in_pairs(message: &[u8]) -> Option<String> {
    let mut ids = form_urlencoded::parse(message).filter(|(name, _)| name == "id");
    let (_, id) = ids.next()?;
    // Twice is no name: which of them is meant can't be told.
    ids.next().is_none().then(|| id.into_owned())
}

fn id_in_json(message: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(message).ok()?;
    match value.get("id").or_else(|| value.get("order")?.get("id"))? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The one `<id>` of a document, which is at the second level: transaction and profile have others
/// below.
fn id_in_xml(message: &[u8]) -> Option<String> {
    let mut reader = Reader::from_reader(message);
    let (mut depth, mut within, mut found) = (0_usize, false, None);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                within = depth == 2 && tag.name().as_ref() == b"id";
            }
            Event::Text(text) if within => {
                let id = std::str::from_utf8(&text).ok()?.to_owned();
                if found.replace(id).is_some() {
                    return None;
                }
            }
            Event::End(_) => {
                depth = depth.checked_sub(1)?;
                within = false;
            }
            Event::Eof => return (depth == 0).then_some(found).flatten(),
            _ => {}
        }
    }
}

/// What the browser's return says. Without a status, the shopper left the page by its way out.
pub(super) fn hint(posted: &[(String, String)]) -> ReturnOutcome {
    let named = |name: &str| matches!(name, "transaction.status" | "transaction_status" | "status");
    let status = posted.iter().find(|(name, _)| named(name));
    match status.map(|(_, value)| value.as_str()) {
        Some("success") => ReturnOutcome::Accepted,
        Some("held" | "pending") => ReturnOutcome::Waiting,
        Some("declined" | "errored") => ReturnOutcome::Refused,
        _ => ReturnOutcome::Cancelled,
    }
}

#[cfg(test)]
mod tests;
