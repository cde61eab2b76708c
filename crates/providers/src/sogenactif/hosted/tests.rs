use std::net::IpAddr;

use super::super::testing::{Plays, begin, json, sandbox, world};
use super::*;
use crate::contract::CallError::{NoAnswer, NotSent};
use crate::contract::{Failure, Next};

const INIT: &str = "hostedFieldsInitialize";

#[test]
fn the_fields_are_opened_and_their_library_checked() {
    let (config, world) = (sandbox(), world());
    let begin = |script: &[Plays]| begin(&config, &world, script);
    let good = r#"{"responseCode":"00","merchantSessionToken":"T",
        "sdkUrl":"https://payment-web.test.sips-services.com/sdk.js"}"#;
    let (end, sent) = begin(&[(INIT, Err(NoAnswer)), (INIT, Ok(good))]);
    let Next::Browser(NextAction::HostedFields {
        session_token,
        brands,
        ..
    }) = end.unwrap().next
    else {
        panic!()
    };
    assert_eq!((session_token.as_str(), brands.len()), ("T", 3));
    let list = json(r#"{"list":["CB","MASTERCARD","VISA"]}"#);
    assert_eq!(sent[0].get("paymentMeanBrandList"), list.get("list"));
    for bad in [
        r#"{"responseCode":"00","merchantSessionToken":"T","sdkUrl":"https://evil.example/x.js"}"#,
        r#"{"responseCode":"00","merchantSessionToken":"T"}"#,
        r#"{"responseCode":"40"}"#,
        "{}",
    ] {
        assert!(
            matches!(begin(&[(INIT, Ok(bad))]).0, Err(Failure::Unexpected(_))),
            "{bad}"
        );
    }
    let away = [(INIT, Err(NotSent)), (INIT, Err(NoAnswer))];
    assert_eq!(begin(&away).0.unwrap_err(), Failure::Unreachable);
}

#[test]
fn an_integrity_value_of_the_library_is_passed_on_and_a_senseless_one_opens_nothing() {
    let (config, world) = (sandbox(), world());
    let opened = |more: &str| {
        let answer = format!(
            r#"{{"responseCode":"00","merchantSessionToken":"T",{more}
                "sdkUrl":"https://payment-web.test.sips-services.com/sdk.js"}}"#
        );
        begin(&config, &world, &[(INIT, Ok(answer.leak()))]).0
    };
    let digest = format!("sha384-{}", "A".repeat(64));
    for (more, expected) in [
        (String::new(), None),
        (r#""integrity":"","#.to_owned(), None),
        (format!(r#""integrity":"{digest}","#), Some(digest.clone())),
        (
            format!(r#""sdkIntegrity":"{digest}","#),
            Some(digest.clone()),
        ),
    ] {
        let Next::Browser(NextAction::HostedFields { integrity, .. }) = opened(&more).unwrap().next
        else {
            panic!()
        };
        assert_eq!(integrity, expected, "{more}");
    }
    for bad in [
        "sha384",
        "sha384-",
        "md5-AAAA",
        "sha384-<script>",
        "none",
        " ",
    ] {
        let end = opened(&format!(r#""integrity":"{bad}","#));
        assert!(matches!(end, Err(Failure::Unexpected(_))), "{bad}");
    }
}

#[test]
fn the_shoppers_address_is_told_where_it_is_known() {
    let (config, mut world) = (sandbox(), world());
    let opened = r#"{"responseCode":"00","merchantSessionToken":"T",
        "sdkUrl":"https://payment-web.test.sips-services.com/sdk.js"}"#;
    for (address, told) in [
        (None, None),
        (Some("203.0.113.7"), Some("203.0.113.7")),
        (Some("2001:db8::7"), Some("2001:db8::7")),
        (Some("::ffff:203.0.113.7"), Some("203.0.113.7")),
    ] {
        world.client = address.map(|text| text.parse::<IpAddr>().unwrap());
        let (_, sent) = begin(&config, &world, &[(INIT, Ok(opened))]);
        assert_eq!(sent[0].text("customerIpAddress"), told);
    }
}
