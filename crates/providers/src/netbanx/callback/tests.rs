use proptest::prelude::*;

use super::*;
use crate::contract::{Headers, HttpMethod};

const MEMO: &str = r#"{"order":"284BRTAQFS63EOA1LD"}"#;

fn told(method: HttpMethod, text: &[u8]) -> Result<Called, MessageError> {
    let (query, body) = match method {
        HttpMethod::Post => (&b""[..], text),
        _ => (text, &b""[..]),
    };
    let incoming = Incoming {
        method,
        query,
        headers: Headers::default(),
        body,
        secret: None,
    };
    read(&incoming, Some(MEMO))
}

#[test]
fn a_callback_is_read_in_each_of_its_formats() {
    for (method, text) in [
        (
            HttpMethod::Get,
            "id=284BRTAQFS63EOA1LD&transaction.status=success",
        ),
        (
            HttpMethod::Post,
            "transaction_status=success&id=284BRTAQFS63EOA1LD",
        ),
        (
            HttpMethod::Post,
            r#"{"id":"284BRTAQFS63EOA1LD","transaction.status":"success"}"#,
        ),
        (
            HttpMethod::Post,
            r#" {"transaction":{"status":"x","id":1},"id":"284BRTAQFS63EOA1LD"}"#,
        ),
        (HttpMethod::Post, r#"{"order":{"id":"284BRTAQFS63EOA1LD"}}"#),
        (
            HttpMethod::Post,
            "<order><id>284BRTAQFS63EOA1LD</id></order>",
        ),
        (
            HttpMethod::Post,
            "<?xml version=\"1.0\"?>\n<order xmlns=\"x\">\n <transaction><id>1</id></transaction>\n\
             <id>284BRTAQFS63EOA1LD</id><empty/></order>",
        ),
    ] {
        assert_eq!(told(method, text.as_bytes()), Ok(Called::Look), "{text}");
    }
}

#[test]
fn what_names_another_order_or_none_is_refused_and_says_which() {
    for (text, why) in [
        ("", "no order's id"),
        ("id=", "no order's id"),
        ("ID=284BRTAQFS63EOA1LD", "no order's id"),
        (
            "id=284BRTAQFS63EOA1LD&id=284BRTAQFS63EOA1LD",
            "no order's id",
        ),
        ("id=../284BRTAQFS63EOA1LD", "no order's id"),
        ("id=284BRTAQFS63EOA1LE", "another payment's order"),
        ("{}", "no order's id"),
        ("{\"id\":", "no order's id"),
        ("{\"id\":null}", "no order's id"),
        ("{\"id\":[\"284BRTAQFS63EOA1LD\"]}", "no order's id"),
        ("{\"id\":1}", "another payment's order"),
        (
            "{\"transaction\":{\"id\":\"284BRTAQFS63EOA1LD\"}}",
            "no order's id",
        ),
        ("<id>284BRTAQFS63EOA1LD</id>", "no order's id"),
        ("<order><id>284BRTAQFS63EOA1LD</id>", "no order's id"),
        ("<order><id>284BRTAQFS63EOA1LD</order>", "no order's id"),
        (
            "<o><id>284BRTAQFS63EOA1LD</id><id>284BRTAQFS63EOA1LD</id></o>",
            "no order's id",
        ),
        (
            "<!DOCTYPE o [<!ENTITY e \"284BRTAQFS63EOA1LD\">]><o><id>&e;</id></o>",
            "no order's id",
        ),
        ("\u{0}", "no order's id"),
    ] {
        let Err(MessageError::Malformed(told)) = told(HttpMethod::Post, text.as_bytes()) else {
            panic!("{text}");
        };
        assert!(told.contains(why), "{text}: {told}");
    }
}

#[test]
fn without_an_order_nothing_is_named() {
    let incoming = Incoming {
        method: HttpMethod::Get,
        query: b"id=284BRTAQFS63EOA1LD",
        headers: Headers::default(),
        body: b"",
        secret: None,
    };
    assert!(read(&incoming, None).is_err());
    assert!(read(&incoming, Some("{}")).is_err());
}

#[test]
fn the_browsers_return_is_a_hint() {
    let hinted = |pairs: &[(&str, &str)]| {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        hint(&pairs.iter().map(owned).collect::<Vec<_>>())
    };
    for (status, outcome) in [
        ("success", ReturnOutcome::Accepted),
        ("held", ReturnOutcome::Waiting),
        ("pending", ReturnOutcome::Waiting),
        ("declined", ReturnOutcome::Refused),
        ("errored", ReturnOutcome::Refused),
        ("cancelled", ReturnOutcome::Cancelled),
    ] {
        for name in ["transaction.status", "transaction_status"] {
            assert_eq!(hinted(&[("id", "1"), (name, status)]), outcome, "{status}");
        }
    }
    assert_eq!(hinted(&[("id", "1")]), ReturnOutcome::Cancelled);
    assert_eq!(hinted(&[]), ReturnOutcome::Cancelled);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = told(HttpMethod::Post, &bytes);
        let _ = told(HttpMethod::Get, &bytes);
    }

    #[test]
    fn nothing_that_looks_like_xml_makes_it_panic(text in r"[<>/id! ?&;a\-\[\]]{0,80}") {
        let _ = told(HttpMethod::Post, format!("<{text}").as_bytes());
    }
}
