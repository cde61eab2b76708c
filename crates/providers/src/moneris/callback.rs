//! The cloud's post-back: a receipt that nobody signed. It says that it is time to look.

use super::{answer, flow};
use crate::contract::{Called, HttpMethod, Incoming, MessageError};

/// Checks that a message is about the payment with this memo. Before each command the cloud asks
/// for the address with GET, to see whether it is there (5905 follows where it is not).
pub(super) fn read(incoming: &Incoming<'_>, memo: Option<&str>) -> Result<Called, MessageError> {
    if incoming.method != HttpMethod::Post {
        return Ok(Called::Probe);
    }
    let malformed = |what: &str| MessageError::Malformed(what.to_owned());
    let told = answer::read(incoming.body).ok_or_else(|| malformed("no receipt"))?;
    let memo = flow::read_memo(memo).ok_or_else(|| malformed("no payment at a terminal"))?;
    let named = [told.order_id, told.key];
    let mut named = named.into_iter().flatten().peekable();
    if named.peek().is_none() {
        return Err(malformed("a receipt that names no payment"));
    }
    if named.any(|name| name != memo.key) {
        return Err(malformed("a receipt of another payment"));
    }
    Ok(Called::Look)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{G1, ORDER};
    use super::*;
    use crate::contract::Headers;

    fn called(method: HttpMethod, body: &str) -> Result<Called, MessageError> {
        let memo = format!(r#"{{"key":"{ORDER}","asked":0}}"#);
        let incoming = Incoming {
            method,
            query: b"",
            headers: Headers::default(),
            body: body.as_bytes(),
            secret: None,
        };
        read(&incoming, Some(&memo))
    }

    #[test]
    fn a_look_at_the_address_is_answered_and_a_receipt_of_this_payment_wakes() {
        assert_eq!(called(HttpMethod::Get, ""), Ok(Called::Probe));
        assert_eq!(called(HttpMethod::Post, G1), Ok(Called::Look));
        for foreign in [
            G1.replace(ORDER, "ORDER-2"),
            "{}".into(),
            r#"{"receipt":{"statusCode":"5207"}}"#.into(),
            String::new(),
        ] {
            assert!(called(HttpMethod::Post, &foreign).is_err(), "{foreign}");
        }
    }
}
