//! What staff have the gateway do: known before any call, asked about before another try.

use guichet_domain::testing::{amount, slug};

use super::*;
use crate::contract::{Environment, Step};
use crate::moneris::operator::{CardWish, Operator};
use crate::moneris::testing::{Answer, TOKEN, lines, play};

const KEY: &str = "LAmXQeZwdtzUtz1QI1vF6etR2";
const ORDER: &str = "O-7";

fn operator(more: &str) -> Operator {
    let table = toml::from_str(&lines(more)).unwrap();
    Operator::open(slug("main"), table, Environment::Test).unwrap()
}

fn saved() -> First {
    First {
        card: "a1b2".into(),
        proof: format!("{{\"key\":{KEY:?}}}"),
    }
}

fn owner() -> Option<(guichet_domain::id::Slug, guichet_domain::shopper::ShopperId)> {
    Some((slug("demo"), "C-1042".to_owned().try_into().unwrap()))
}

fn wish(action: &str) -> CardWish {
    let mut wish = CardWish {
        action: action.into(),
        ..CardWish::default()
    };
    if matches!(action, "res_ind_refund_cc" | "reauth") {
        wish.amount = Some(amount(500));
        wish.reason = Some("returned at the counter".into());
    }
    if matches!(action, "res_update_cc" | "res_add_token") {
        wish.expires = Some("2907".into());
    }
    match action {
        "reauth" => wish.original = [Some("O-1".into()), Some("58-0_3".into())],
        "res_add_token" => {
            wish.token = Some("ot-Xy12".into());
            wish.owner = owner();
        }
        _ => {
            wish.card = Some(saved());
            wish.owner = owner();
        }
    }
    wish
}

const ALL: [&str; 5] = [
    "res_ind_refund_cc",
    "res_card_verification_cc",
    "res_update_cc",
    "res_add_token",
    "reauth",
];

/// A change that makes a wish wrong.
type Change = fn(&mut CardWish);

#[test]
fn what_staff_want_of_the_gateway_is_wrong_before_anything_is_sent() {
    let on = operator("saved_cards = true\nindependent_refund_max = 500");
    for action in ALL {
        assert!(on.prepare_card(wish(action), ORDER).is_ok(), "{action}");
    }
    let text = |text: &str| Some(text.to_owned());
    let wrong: [(&str, Change, &str); 22] = [
        ("res_ind_refund_cc", |own| own.card = None, "needs --card"),
        (
            "res_ind_refund_cc",
            |own| own.amount = None,
            "needs --amount",
        ),
        (
            "res_ind_refund_cc",
            |own| own.reason = None,
            "needs --reason",
        ),
        (
            "res_ind_refund_cc",
            |own| own.amount = Some(amount(501)),
            "500 cents",
        ),
        (
            "res_ind_refund_cc",
            |own| own.reason = Some(" x ".into()),
            "must say why",
        ),
        (
            "res_ind_refund_cc",
            |own| own.expires = Some("2907".into()),
            "takes no --expires",
        ),
        (
            "res_ind_refund_cc",
            |own| own.card.as_mut().unwrap().proof.clear(),
            "a key for",
        ),
        (
            "res_card_verification_cc",
            |own| own.amount = Some(amount(1)),
            "takes no --amount",
        ),
        (
            "res_card_verification_cc",
            |own| own.address[0] = Some("1".into()),
            "or not at all",
        ),
        (
            "res_card_verification_cc",
            |own| own.card = None,
            "needs --card",
        ),
        ("res_update_cc", |own| own.expires = None, "needs --expires"),
        (
            "res_update_cc",
            |own| own.expires = Some("0729".into()),
            "such as 2907",
        ),
        (
            "res_update_cc",
            |own| own.expires = Some("29é".into()),
            "such as 2907",
        ),
        (
            "res_update_cc",
            |own| own.token = Some("ot-X".into()),
            "takes no --token",
        ),
        ("res_add_token", |own| own.token = None, "needs --token"),
        (
            "res_add_token",
            |own| own.token = Some("4242424242424242".into()),
            "begins with ot-",
        ),
        (
            "res_add_token",
            |own| own.token = Some("ot-<x>".into()),
            "begins with ot-",
        ),
        ("res_add_token", |own| own.owner = None, "needs --shopper"),
        (
            "res_add_token",
            |own| own.card = Some(saved()),
            "takes no --card",
        ),
        ("reauth", |own| own.original[0] = None, "needs --order"),
        (
            "reauth",
            |own| own.original[1] = None,
            "needs --transaction",
        ),
        (
            "reauth",
            |own| own.original[0] = Some(String::new()),
            "1 to 50 characters",
        ),
    ];
    for (action, change, expected) in wrong {
        let mut wish = wish(action);
        change(&mut wish);
        let why = on.prepare_card(wish, ORDER).unwrap_err();
        assert!(why.contains(expected), "{action}: {why}");
    }
    let mut long = wish("res_card_verification_cc");
    long.address = [text("1"), text("Main"), text("12345678901")];
    assert!(
        on.prepare_card(long, ORDER)
            .unwrap_err()
            .contains("postal code")
    );
    let off = operator("saved_cards = true");
    let why = off
        .prepare_card(wish("res_ind_refund_cc"), ORDER)
        .unwrap_err();
    assert!(why.contains("is off"), "{why}");
    let none = operator("");
    let why = none.prepare_card(wish("reauth"), ORDER).unwrap_err();
    assert!(why.contains("no gateway"), "{why}");
}

#[test]
fn a_dry_run_shows_the_elements_and_nothing_that_opens_or_pays() {
    let operator = operator("saved_cards = true\nindependent_refund_max = 500");
    for action in ALL {
        let prepared = operator.prepare_card(wish(action), ORDER).unwrap();
        let shown = operator.card_shown(&prepared);
        assert!(shown.contains(&format!("<{action}>")), "{shown}");
        for secret in [TOKEN, KEY, "ot-Xy12"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(!format!("{prepared:?}").contains(KEY));
    }
}

/// What the gateway tells of a refund of 5.00.
fn answer(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("ReceiptId", ORDER),
        ("ResponseCode", "027"),
        ("TransType", "04"),
        ("Complete", "true"),
        ("TransAmount", "5.00"),
        ("TransID", "58-0_3"),
        ("TimedOut", "false"),
    ];
    for (name, value) in changes {
        fields.retain(|(own, _)| own != name);
        fields.push((name, value));
    }
    let fields: String = fields
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect();
    format!("<response><receipt>{fields}</receipt></response>")
}

#[test]
fn a_refund_to_a_card_is_done_by_the_gateways_word_and_never_sent_twice() {
    let operator = operator("saved_cards = true\nindependent_refund_max = 500");
    let prepared = operator
        .prepare_card(wish("res_ind_refund_cc"), ORDER)
        .unwrap();
    let nothing = [
        ("ReceiptId", "null"),
        ("ResponseCode", "null"),
        ("TransID", "null"),
        ("Complete", "false"),
    ];
    let refused = answer(&nothing);
    let found = [("StatusCode", "961"), ("StatusMessage", "Not Found")];
    let not_found = answer(&[&nothing[..], &found].concat());
    let (approved, declined) = (answer(&[]), answer(&[("ResponseCode", "481")]));
    let late = answer(&[("TimedOut", "true")]);
    let other = answer(&[("ReceiptId", "O-8")]);
    let less = answer(&[("TransAmount", "0.05")]);
    let payment = answer(&[("TransType", "00")]);
    let lost: Answer<'_> = Err(CallError::NoAnswer);
    let cases: [(&[Answer<'_>], Result<bool, Failure>); 11] = [
        (&[Ok(&approved)], Ok(true)),
        (&[Ok(&declined)], Ok(false)),
        (&[Err(CallError::NotSent)], Err(Failure::Unreachable)),
        (&[lost, Ok(&approved)], Ok(true)),
        (&[Ok(&late), Ok(&approved)], Ok(true)),
        (&[lost, Ok(&not_found)], Ok(false)),
        (&[Ok(&refused), Ok(&not_found)], Ok(false)),
        (&[lost, lost], Err(Failure::Unknown)),
        (&[Ok(&other)], Err(Failure::Unknown)),
        (&[Ok(&less)], Err(Failure::Unknown)),
        (&[Ok(&payment)], Err(Failure::Unknown)),
    ];
    for (answers, expected) in cases {
        let step = |made: &[Exchange]| -> Step<CardAnswer> { operator.card_step(&prepared, made) };
        let (calls, end) = play(step, answers);
        assert_eq!(end.map(|answer| answer.done), expected, "{answers:?}");
        let sent = calls.iter().map(|call| {
            let body = call.body.as_ref().unwrap();
            String::from_utf8(body.bytes.clone()).unwrap()
        });
        let moved = sent.filter(|xml| xml.contains("<status_check>false</status_check>"));
        assert_eq!(moved.count(), 1, "{answers:?}");
    }
}

#[test]
fn a_token_that_was_added_is_named_by_a_digest_and_keeps_its_issuer() {
    let operator = operator("saved_cards = true");
    let prepared = operator.prepare_card(wish("res_add_token"), ORDER).unwrap();
    let step = |made: &[Exchange]| operator.card_step(&prepared, made);
    let key = format!("<DataKey>{KEY}</DataKey>");
    let done = format!(
        "<response><receipt>{key}<ResSuccess>true</ResSuccess><Complete>true</Complete>\
         <IssuerId>355</IssuerId></receipt></response>"
    );
    let (calls, end) = play(step, &[Ok(&done)]);
    let added = end.unwrap().added.unwrap();
    assert!(
        !added.card.contains(KEY) && added.proof.contains("355"),
        "{added:?}"
    );
    let sent = String::from_utf8(calls[0].body.as_ref().unwrap().bytes.clone()).unwrap();
    assert!(
        !sent.contains("status_check"),
        "an act of the vault has no order"
    );
    // Without a key nothing was added, whatever the rest says.
    let without = done.replace(&key, "");
    assert!(!play(step, &[Ok(&without)]).1.unwrap().done);
    let refused = done.replace("<ResSuccess>true", "<ResSuccess>false");
    assert!(!play(step, &[Ok(&refused)]).1.unwrap().done);
    assert_eq!(
        play(step, &[Err(CallError::NoAnswer)]).1,
        Err(Failure::Unknown)
    );
}

#[test]
fn an_address_is_compared_by_three_parts_or_none() {
    use guichet_domain::shopper::Address as Billing;
    let of = |line: &str, code: Option<&str>| {
        Address::of_shopper(&Billing {
            line1: Some(line.to_owned()),
            postal_code: code.map(str::to_owned),
            ..Billing::default()
        })
    };
    let expected = Address::of("1200-55", "rue des Érables", "h3b1k1");
    assert!(expected.is_some());
    assert_eq!(of("1200-55, rue des Érables", Some("H3B 1K1")), expected);
    for (line, code) in [
        ("1200 rue des Érables", None),
        ("rue des Érables", Some("H3B 1K1")),
        ("1200", Some("H3B 1K1")),
        ("1200 !", Some("H3B 1K1")),
        ("1200 Main", Some("-")),
        ("12345678901234567890 Main", Some("H3B 1K1")),
    ] {
        assert_eq!(of(line, code), None, "{line} {code:?}");
    }
}
