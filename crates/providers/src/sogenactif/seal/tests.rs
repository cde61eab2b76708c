use proptest::prelude::*;

use super::super::testing::{OWN_KEY, json, openssl, sandbox};
use super::*;

const KEY: &str = "002001000000001_KEY1";

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../golden/", $name))
    };
}

fn key() -> SecretKey {
    SecretKey::parse(KEY).unwrap()
}

fn version(text: &str) -> KeyVersion {
    KeyVersion::parse(text).unwrap()
}

/// Message, sealed string, and the seals in the order of [`Algorithm::ALL`].
fn messages() -> [(&'static str, &'static str, [&'static str; 3]); 2] {
    [
        (
            golden!("v1.json"),
            golden!("v1.txt"),
            [
                golden!("v1.hmac-sha-256"),
                golden!("v1.sha-256"),
                golden!("v1.hmac-sha-512"),
            ],
        ),
        (
            golden!("v3.json"),
            golden!("v3.txt"),
            [
                golden!("v3.hmac-sha-256"),
                golden!("v3.sha-256"),
                golden!("v3.hmac-sha-512"),
            ],
        ),
    ]
}

#[test]
fn the_golden_vectors_are_sealed() {
    for (message, sealed, seals) in messages() {
        let string = sealed_string(&json(message));
        assert_eq!(string, sealed);
        for (algorithm, seal) in Algorithm::ALL.into_iter().zip(seals) {
            let mac = key().seal(algorithm, &string);
            assert_eq!(mac.to_hex(), seal.trim_end());
            assert!(mac.matches(&seal.trim_end().to_uppercase()));
        }
    }
}

#[test]
fn the_platforms_own_test_vector_is_sealed() {
    let key = SecretKey::parse("superSafeSecretKey").unwrap();
    let mac = key.seal(Algorithm::HmacSha256, golden!("java.txt"));
    assert_eq!(mac.to_hex(), golden!("java.hmac-sha-256").trim_end());
}

#[test]
fn openssl_seals_the_golden_vectors_alike() {
    for (_, sealed, [hmac256, sha256, hmac512]) in messages() {
        let data = sealed.as_bytes();
        for (digest, seal) in [("-sha256", hmac256), ("-sha512", hmac512)] {
            let raw = openssl(&["dgst", digest, "-hmac", KEY, "-binary"], data);
            assert_eq!(hex::encode(raw), seal.trim_end());
        }
        let raw = openssl(
            &["dgst", "-sha256", "-binary"],
            &[data, KEY.as_bytes()].concat(),
        );
        assert_eq!(hex::encode(raw), sha256.trim_end());
    }
}

#[test]
fn a_container_stands_at_the_place_of_its_name() {
    let message = json(
        r#"{"c":"4","b":{"z":"3","a":{"y":"2","x":"1"}},
            "a":[{"n":"b","m":"a"},{"m":"c"}],"d":null}"#,
    );
    assert_eq!(sealed_string(&message), "abc1234");
}

#[test]
fn what_is_excluded_is_excluded_at_the_top_only() {
    let message = json(
        r#"{"keyVersion":"1","sealAlgorithm":"x","seal":"y","in":{"seal":"S","keyVersion":"K"}}"#,
    );
    assert_eq!(sealed_string(&message), "KS");
}

#[test]
fn a_number_is_sealed_as_it_was_written() {
    let message = json(r#"{"a":1.10,"b":0,"c":1E+2,"d":98765432109876543210,"e":true}"#);
    assert_eq!(sealed_string(&message), "1.1001E+298765432109876543210true");
}

#[test]
fn a_request_is_sent_with_its_lists_sorted() {
    let keys = sandbox().keys;
    let message = json(r#"{"list":["VISA","CB","MASTERCARD"],"nothing":null,"amount":1050}"#);
    let sealed = keys.seal(Algorithm::HmacSha256, message);
    let text = sealed.to_string();
    assert!(
        text.contains(r#""list":["CB","MASTERCARD","VISA"]"#),
        "{text}"
    );
    assert!(
        text.contains(r#""amount":"1050""#) && !text.contains("nothing"),
        "{text}"
    );
    assert!(text.contains(r#""keyVersion":"2""#), "{text}");
    assert_eq!(sealed_string(&sealed), sealed_string_sorting_lists(&sealed));
    assert_eq!(
        keys.check(&sealed, Algorithm::HmacSha256, version("2")),
        SealCheck::Good
    );
}

/// Sealed by the key of version 1 of the tests' ring.
fn answer(message: &str, data: &str) -> Json {
    let mut answer = json(message);
    answer.set("seal", key().seal(Algorithm::HmacSha256, data).to_hex());
    answer
}

#[test]
fn a_renewal_of_the_key_refuses_nothing() {
    let keys = sandbox().keys;
    let answer = answer(r#"{"responseCode":"00"}"#, "00");
    for named in ["1", "2", "3"] {
        let check = keys.check(&answer, Algorithm::HmacSha256, version(named));
        assert_eq!(check, SealCheck::Good);
    }
}

#[test]
fn a_list_may_have_been_sealed_in_either_order() {
    let keys = sandbox().keys;
    for data in ["VISACB", "CBVISA"] {
        let answer = answer(r#"{"list":["VISA","CB"]}"#, data);
        let check = keys.check(&answer, Algorithm::HmacSha256, version("1"));
        assert_eq!(check, SealCheck::Good);
    }
    let answer = answer(r#"{"list":["VISA","CB"]}"#, "CBVISA ");
    assert_eq!(
        keys.check(&answer, Algorithm::HmacSha256, version("1")),
        SealCheck::Wrong
    );
}

#[test]
fn a_message_does_not_choose_how_it_is_checked() {
    let keys = sandbox().keys;
    let mut answer = json(r#"{"responseCode":"00","sealAlgorithm":"SHA-256"}"#);
    answer.set("seal", key().seal(Algorithm::Sha256, "00").to_hex());
    assert_eq!(
        keys.check(&answer, Algorithm::HmacSha256, version("1")),
        SealCheck::Wrong
    );
    assert_eq!(
        keys.check(&answer, Algorithm::Sha256, version("1")),
        SealCheck::Good
    );
}

#[test]
fn a_missing_seal_is_told_from_a_wrong_one() {
    let keys = sandbox().keys;
    let check = |text| keys.check(&json(text), Algorithm::HmacSha256, version("1"));
    for missing in ["{}", r#"{"seal":null}"#, r#"{"seal":""}"#] {
        assert_eq!(check(missing), SealCheck::Missing, "{missing}");
    }
    for wrong in [
        r#"{"seal":"00"}"#,
        r#"{"seal":0}"#,
        r#"{"seal":[]}"#,
        r#"{"seal":"xyz"}"#,
    ] {
        assert_eq!(check(wrong), SealCheck::Wrong, "{wrong}");
    }
}

#[test]
fn a_key_is_text_and_shows_nothing() {
    assert_eq!(SecretKey::parse("short").unwrap_err(), KeyError::Length);
    assert_eq!(
        SecretKey::parse(&"a".repeat(129)).unwrap_err(),
        KeyError::Length
    );
    assert_eq!(
        SecretKey::parse("a key with spaces").unwrap_err(),
        KeyError::Character
    );
    assert!(SecretKey::parse(&format!(" {OWN_KEY}\n")).is_ok());
    assert_eq!(format!("{:?}", key()), "SecretKey");
    let shown = format!("{:?}", sandbox());
    assert!(!shown.contains(KEY) && !shown.contains(OWN_KEY), "{shown}");
}

#[test]
fn the_keys_of_the_simulation_are_known() {
    assert!(key().is_public());
    assert!(
        SecretKey::parse("002001000000003_KEY2")
            .unwrap()
            .is_public()
    );
    assert!(!SecretKey::parse(OWN_KEY).unwrap().is_public());
}

fn scalars() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map("[a-z]{1,8}", "[ -~é]{0,12}", 1..8)
        .prop_map(|map| map.into_iter().collect())
}

fn object(pairs: &[(String, String)]) -> String {
    let quote = |text: &str| serde_json::to_string(text).unwrap();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(n, v)| format!("{}:{}", quote(n), quote(v)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

proptest! {
    #[test]
    fn the_order_of_names_is_irrelevant(
        (pairs, shuffled) in scalars().prop_flat_map(|pairs| {
            (Just(pairs.clone()), Just(pairs).prop_shuffle())
        })
    ) {
        let (one, two) = (json(&object(&pairs)), json(&object(&shuffled)));
        prop_assert_eq!(sealed_string(&one), sealed_string(&two));
        let inner = |pairs: &[_]| json(&format!(r#"{{"in":{},"x":["1"]}}"#, object(pairs)));
        prop_assert_eq!(sealed_string(&inner(&pairs)), sealed_string(&inner(&shuffled)));
    }

    #[test]
    fn nulls_are_irrelevant(pairs in scalars(), name in "[A-Z]{1,8}") {
        let with = object(&pairs).replacen('{', &format!("{{\"{name}\":null,"), 1);
        prop_assert_eq!(sealed_string(&json(&with)), sealed_string(&json(&object(&pairs))));
    }

    #[test]
    fn any_change_of_a_value_breaks_the_seal(
        pairs in scalars(),
        index in any::<prop::sample::Index>(),
        other in "[ -~é]{0,12}",
    ) {
        let excluded = |name: &str| EXCLUDED.contains(&name);
        let mut changed = pairs.clone();
        let at = index.index(pairs.len());
        prop_assume!(pairs[at].1 != other && !excluded(&pairs[at].0));
        changed[at].1 = other;
        let seal = key().seal(Algorithm::HmacSha256, &sealed_string(&json(&object(&pairs))));
        let broken = key().seal(Algorithm::HmacSha256, &sealed_string(&json(&object(&changed))));
        prop_assert!(!seal.matches(&broken.to_hex()));
    }

    #[test]
    fn no_other_text_is_the_seal(text in "[0-9a-f]{64}") {
        prop_assert!(!key().seal(Algorithm::HmacSha256, "data").matches(&text));
    }
}
