use proptest::prelude::*;

use super::super::super::seal::PUBLIC_TEST_HMAC_KEY as KEY;
use super::*;

const A: &str = include_str!("../../golden/a.txt");
const A2: &str = include_str!("../../golden/a2.txt");
const A_HMAC: &str = include_str!("../../golden/a.hmac");

fn inspect(input: &str) -> RequestReport {
    request(input.as_bytes(), KEY).unwrap()
}

fn given(message: &str, hmac: &str) -> RequestReport {
    inspect(&format!("{message}&PBX_HMAC={}", hmac.trim_end()))
}

fn mac_with(key: &[u8], message: &str) -> String {
    Mac::of(hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA512, key),
        message.as_bytes(),
    ))
    .to_hex()
}

fn mac(message: &str) -> String {
    mac_with(&hex::decode(KEY).unwrap(), message)
}

fn only_way(report: &RequestReport) -> &str {
    assert_eq!(report.verdict, Verdict::Mismatch);
    assert_eq!(report.wrong_ways.len(), 1, "{:?}", report.wrong_ways);
    &report.wrong_ways[0]
}

#[test]
fn the_golden_vectors_match() {
    for (message, hmac) in [
        (A, A_HMAC),
        (A2, include_str!("../../golden/a2.hmac")),
        (
            include_str!("../../golden/a3.txt"),
            include_str!("../../golden/a3.hmac"),
        ),
        (
            include_str!("../../golden/cv1.txt"),
            include_str!("../../golden/cv1.hmac"),
        ),
        (
            include_str!("../../golden/m.txt"),
            include_str!("../../golden/m.hmac"),
        ),
    ] {
        let report = given(message, hmac);
        assert_eq!(report.verdict, Verdict::Match, "{message}");
        assert_eq!(report.hmac, hmac.trim_end());
        assert!(report.wrong_ways.is_empty());
        assert_eq!(given(message, &hmac.to_lowercase()).verdict, Verdict::Match);
    }
}

#[test]
fn without_an_hmac_it_is_only_computed() {
    let report = inspect(A);
    assert_eq!(
        (report.verdict, report.hmac.as_str()),
        (Verdict::Absent, A_HMAC.trim_end())
    );
    assert_eq!(
        (report.bytes, report.fields, report.hash.as_str()),
        (638, 18, "SHA512")
    );
}

/// A body as "copy as cURL" and "view source" give it, after WHATWG's URL standard §5.2.
fn as_a_browser_posts_it(message: &str) -> String {
    let pairs = message.split("&PBX_").map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        let name = name.strip_prefix("PBX_").unwrap_or(name);
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("PBX_{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn a_body_copied_from_the_browsers_tools_is_recognised() {
    for (message, hmac) in [(A, A_HMAC), (A2, include_str!("../../golden/a2.hmac"))] {
        let body = as_a_browser_posts_it(&format!("{message}&PBX_HMAC={}", hmac.trim_end()));
        let report = inspect(&body);
        assert_eq!(report.verdict, Verdict::Match, "{body}");
        assert!(
            report.notes[0].contains("percent-encoded"),
            "{:?}",
            report.notes
        );
        let retour = |b: &Broken| b.field == "PBX_RETOUR" && !b.rule.contains("space");
        assert!(!report.broken.iter().any(retour), "{:?}", report.broken);
        assert!(given(message, hmac).notes.is_empty());
    }
    // What it is without an HMAC is said as well, and computed over what is sealed.
    let report = inspect(&as_a_browser_posts_it(A));
    assert_eq!(
        (report.verdict, report.hmac.as_str()),
        (Verdict::Absent, A_HMAC.trim_end())
    );
}

#[test]
fn entities_in_the_xml_are_recognised() {
    let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Billing><Address></Address></Billing>";
    let message = format!("{A}&PBX_BILLING={xml}");
    let seal = mac(&message);
    let escaped = html_escaped(xml);
    for body in [
        format!("{A}&PBX_BILLING={escaped}&PBX_HMAC={seal}"),
        as_a_browser_posts_it(&format!("{A}&PBX_BILLING={escaped}&PBX_HMAC={seal}")),
    ] {
        let report = inspect(&body);
        assert_eq!(report.verdict, Verdict::Match, "{body}");
        let notes = report.notes.join("; ");
        assert!(
            notes.contains("HTML entities") && notes.contains("PBX_BILLING"),
            "{notes}"
        );
    }
    assert!(given(&message, &seal).notes.is_empty());
    // Sealed with the entities in it: that is the mistake, and it is named.
    let wrong = mac(&format!("{A}&PBX_BILLING={escaped}"));
    let report = given(&message, &wrong);
    assert!(
        report.wrong_ways.join("").contains("HTML-escaped"),
        "{report:?}"
    );
}

#[test]
fn a_byte_order_mark_is_no_data() {
    let report = inspect(&format!("\u{feff}{A}"));
    assert_eq!(report.hmac, A_HMAC.trim_end());
    assert!(report.notes[0].contains("byte order mark"));
}

#[test]
fn one_a_line_is_the_same_and_a_final_line_break_is_no_data() {
    for ending in ["\n", "\r\n"] {
        let lines = A.replace("&PBX_", &format!("{ending}PBX_")) + ending;
        assert_eq!(inspect(&lines).hmac, A_HMAC.trim_end());
    }
    assert_eq!(inspect(&format!("{A}\n")).hmac, A_HMAC.trim_end());
    assert_ne!(inspect(&format!("{A}\n\n")).hmac, A_HMAC.trim_end());
}

#[test]
fn an_ampersand_or_an_equals_sign_within_a_value_stays_in_it() {
    let text = "PBX_SITE=1&x=2&y&PBX_CMD=a=b&PBX";
    let fields = read_fields(text.as_bytes()).unwrap();
    let expected = [("PBX_SITE", "1&x=2&y"), ("PBX_CMD", "a=b&PBX")];
    let fields: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    assert_eq!(fields, expected);
}

#[test]
fn the_two_golden_wrong_ways_are_named() {
    let as_text = mac_with(KEY.as_bytes(), A);
    assert!(as_text.starts_with("CC5B7575DB5698812C27B09B60283BE1"));
    assert!(only_way(&given(A, &as_text)).starts_with("the key was used as text"));
    let url_encoded = read_fields(A.as_bytes())
        .unwrap()
        .into_iter()
        .map(|(name, value)| {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{name}={value}")
        });
    let encoded = mac(&url_encoded.collect::<Vec<_>>().join("&"));
    assert!(encoded.starts_with("25FD440BF9E0C25905D82FE7C8D85DF0"));
    assert!(only_way(&given(A, &encoded)).contains("URL-encoded"));
}

#[test]
fn a_stray_space_is_named_whether_sent_or_sealed() {
    assert!(only_way(&given(A2, A_HMAC)).contains("stray space"));
    assert!(only_way(&given(A, include_str!("../../golden/a2.hmac"))).contains("stray space"));
    let trailing = mac(&A.replace("PBX_RANG=16", "PBX_RANG=16 "));
    assert!(only_way(&given(A, &trailing)).contains("stray space"));
}

#[test]
fn other_wrong_ways_are_named() {
    let sorted = include_str!("../../golden/a3.hmac");
    assert!(only_way(&given(A, sorted)).contains("order of their names"));
    assert!(only_way(&given(A, &mac(&format!("{A}\n")))).contains("line break"));
    let no_hash = mac(A.strip_suffix("&PBX_HASH=SHA512").unwrap());
    assert!(only_way(&given(A, &no_hash)).contains("PBX_HASH was left out"));
    let markup = format!("{A}&PBX_BILLING=<a b=\"c\">");
    let escaped = markup
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    assert!(only_way(&given(&markup, &mac(&escaped))).contains("HTML-escaped"));
    let spaced = format!("{} {}", &A_HMAC[..64], A_HMAC[64..].trim_end());
    assert!(only_way(&given(A, &spaced)).contains("PBX_HMAC itself"));
    let both = mac_with(KEY.as_bytes(), &A.replace("Appel:T;", "Appel:T; "));
    let way = given(A, &both);
    assert!(only_way(&way).contains("key was used as text") && only_way(&way).contains("space"));
    assert!(given(A, &"0".repeat(128)).wrong_ways.is_empty());
}

#[test]
fn other_digests_are_computed_and_the_rest_named() {
    for (hash, digits) in [
        ("SHA224", 56),
        ("SHA256", 64),
        ("SHA384", 96),
        ("SHA512", 128),
    ] {
        let report = inspect(&A.replace("SHA512", hash));
        assert_eq!((report.hmac.len(), report.hash.as_str()), (digits, hash));
    }
    let unknown = request(A.replace("SHA512", "MDC2").as_bytes(), KEY).unwrap_err();
    assert_eq!(unknown, Unreadable::Hash("MDC2".into()));
}

#[test]
fn what_can_not_be_read_is_said() {
    let error = |input: &[u8], key| request(input, key).unwrap_err();
    assert_eq!(error(b"", KEY), Unreadable::NoFields);
    assert_eq!(error(b"hello", KEY), Unreadable::NoFields);
    assert_eq!(error(b"PBX_SITE=\xff", KEY), Unreadable::NotText);
    assert_eq!(
        error(b"PBX_SITE&PBX_RANG=1", KEY),
        Unreadable::NoValue("PBX_SITE".into())
    );
    let wrong = error(A.as_bytes(), "secret-secret");
    assert!(matches!(wrong, Unreadable::Key(_)) && !wrong.to_string().contains("secret"));
    assert!(request(A.as_bytes(), &format!(" {KEY}\r\n")).is_ok());
}

fn broken_by(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    let broken = inspect(&GOOD.replacen(from, to, 1)).broken;
    broken
        .into_iter()
        .map(|broken| format!("{} {}", broken.field, broken.rule))
        .collect()
}

/// Keeps every rule.
const GOOD: &str = "PBX_SITE=1999888&PBX_RANG=32&PBX_IDENTIFIANT=2&PBX_TOTAL=1500&PBX_DEVISE=978\
&PBX_CMD=CMD1&PBX_PORTEUR=a@b.fr&PBX_RETOUR=Mt:M;Ref:R;Signature:K&PBX_HASH=SHA512\
&PBX_TIME=2021-03-01T10:00:00+01:00&PBX_LANGUE=FRA&PBX_SOURCE=RWD\
&PBX_EFFECTUE=https://shop.example/?ok&PBX_REPONDRE_A=https://shop.example/ipn&PBX_DISPLAY=900\
&PBX_SHOPPINGCART=<?xml version=\"1.0\" encoding=\"utf-8\"?><shoppingcart><total><totalQuantity>2\
</totalQuantity></total></shoppingcart>\
&PBX_BILLING=<?xml version=\"1.0\" encoding=\"utf-8\"?><Billing><Address><FirstName>Lea</FirstName>\
<LastName>Roux</LastName><Address1>1 rue X</Address1><ZipCode>75001</ZipCode><City>Paris</City>\
<CountryCode>250</CountryCode><CountryCodeMobilePhone>+33</CountryCodeMobilePhone>\
<MobilePhone>0612345675</MobilePhone></Address></Billing>\
&PBX_TYPEPAIEMENT=LIMONETIK&PBX_TYPECARTE=APETIZ";

#[test]
fn a_good_request_breaks_no_rule() {
    assert_eq!(inspect(GOOD).broken, []);
    let sealed = format!("{GOOD}&PBX_HMAC={}", mac(GOOD));
    assert_eq!(inspect(&sealed).broken, []);
}

/// What is replaced in a good request, by what, and the rule that is then told.
const BROKEN: &[(&str, &str, &str)] = &[
    (
        "&PBX_TIME=2021-03-01T10:00:00+01:00",
        "",
        "PBX_TIME is missing",
    ),
    (
        "2021-03-01T10:00:00+01:00",
        "2021-03-01",
        "PBX_TIME must be ISO 8601",
    ),
    (
        "PBX_SITE=1999888",
        "PBX_SITE=199988",
        "PBX_SITE must be 7 digits",
    ),
    (
        "PBX_RANG=32",
        "PBX_RANG=3",
        "PBX_RANG must be 2 to 3 digits",
    ),
    ("PBX_RANG=32", "PBX_RANG= 32", "PBX_RANG a stray space"),
    ("PBX_RANG=32", "PBX_RANG =32", "PBX_RANG  the name holds"),
    (
        "PBX_RANG=32",
        "PBX_RANG=32&PBX_RANG=32",
        "PBX_RANG stands twice",
    ),
    (
        "IDENTIFIANT=2",
        "IDENTIFIANT=1234567890",
        "PBX_IDENTIFIANT must be 1 to 9 digits",
    ),
    (
        "TOTAL=1500",
        "TOTAL=15.00",
        "PBX_TOTAL must be 3 to 10 digits",
    ),
    ("TOTAL=1500", "TOTAL=000", "PBX_TOTAL must not be zero"),
    (
        "PBX_DEVISE=978",
        "PBX_DEVISE=EUR",
        "PBX_DEVISE must be 3 digits",
    ),
    (
        "PBX_DEVISE=978",
        "PBX_DEVISE=840",
        "PBX_DEVISE must be 978 with LIMONETIK",
    ),
    (
        "PBX_CMD=CMD1",
        "PBX_CMD=A23456789012345678901",
        "PBX_CMD must be at most 20",
    ),
    ("a@b.fr", "a@b", "PBX_PORTEUR must be 6 to 120"),
    ("Ref:R;", "Ref:R; ", "PBX_RETOUR holds a stray space"),
    ("Ref:R;", "abonne:U;", "PBX_RETOUR the letter U"),
    (
        "Ref:R;",
        "Ref=R;",
        "PBX_RETOUR \"Ref=R\" is not name:letter",
    ),
    ("Signature:K", "Pays:Y", "PBX_RETOUR asks for no signature"),
    (
        "Ref:R;Signature:K",
        "Signature:K;Ref:R",
        "PBX_RETOUR K must be the last",
    ),
    (
        "PBX_HASH=SHA512",
        "PBX_HASH=SHA224&PBX_HMAC=00",
        "PBX_HMAC must be the last field",
    ),
    (
        "PBX_LANGUE=FRA",
        "PBX_LANGUE=fr",
        "PBX_LANGUE must be one of",
    ),
    (
        "PBX_SOURCE=RWD",
        "PBX_SOURCE=rwd",
        "PBX_SOURCE must be one of",
    ),
    (
        "https://shop.example/?ok",
        "/ok",
        "PBX_EFFECTUE must be an absolute",
    ),
    (
        "https://shop.example/ipn",
        "https://shop.example/?a=1",
        "PBX_REPONDRE_A should have no",
    ),
    (
        "PBX_DISPLAY=900",
        "PBX_DISPLAY=90",
        "PBX_DISPLAY must be 3 to 10 digits",
    ),
    (
        "PBX_DISPLAY=900",
        "PBX_RUF1=post",
        "PBX_RUF1 must be one of",
    ),
    (
        "PBX_DISPLAY=900",
        "PBX_AUTOSEULE=Y",
        "PBX_AUTOSEULE must be one of",
    ),
    (
        "PBX_DISPLAY=900",
        "PBX_DIFF=03",
        "PBX_DIFF must be absent with LIMONETIK",
    ),
    (
        "PBX_DISPLAY=900",
        "PBX_REFABONNE=x",
        "PBX_REFABONNE must be absent",
    ),
    (">2<", ">100<", "PBX_SHOPPINGCART totalQuantity"),
    (
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Bill",
        "<Bill",
        "PBX_BILLING must begin",
    ),
    (
        "<City>Paris",
        "\n<City>Paris",
        "PBX_BILLING must be one line",
    ),
    ("<City>Paris</City>", "", "PBX_BILLING City is missing"),
    (
        "<City>Paris",
        "<City>Orléans",
        "PBX_BILLING City holds accents",
    ),
    (
        "<FirstName>Lea",
        "<FirstName>LeaLeaLeaLeaLeaLeaLeaLea",
        "FirstName is longer",
    ),
    (
        "<CountryCode>250",
        "<CountryCode>56",
        "PBX_BILLING CountryCode must be 3 digits",
    ),
    (
        "<CountryCode>250",
        "<CountryCode>000",
        "PBX_BILLING CountryCode must be 3 digits",
    ),
    (
        "<ZipCode>75001</ZipCode><City>Paris</City>",
        "<City>P</City><ZipCode>7</ZipCode>",
        "City is out of order",
    ),
    ("</Billing>", "", "PBX_BILLING must have the root"),
    ("&PBX_TYPECARTE=APETIZ", "", "PBX_TYPEPAIEMENT goes with"),
    ("=APETIZ", "=LIMOCB", "PBX_TYPECARTE a complement"),
    ("=APETIZ", "=CB", "PBX_TYPECARTE must be one of"),
];

#[test]
fn each_rule_is_told_when_it_is_broken() {
    for (from, to, told) in BROKEN {
        let broken = broken_by(from, to);
        assert!(
            broken.iter().any(|rule| rule.contains(told)),
            "{told}: {broken:?}"
        );
    }
}

#[test]
fn on_the_page_of_choice_the_vouchers_rules_hold_too() {
    let preset = "&PBX_TYPEPAIEMENT=LIMONETIK&PBX_TYPECARTE=APETIZ";
    let choice = GOOD.replace(preset, "");
    assert_eq!(inspect(&choice).broken, []);
    let long = choice.replace("CMD1", "A23456789012345678901");
    assert!(inspect(&long).broken[0].rule.contains("may be chosen"));
    let card = GOOD.replace(preset, "&PBX_TYPEPAIEMENT=CARTE&PBX_TYPECARTE=CB");
    let long = card
        .replace("CMD1", "A23456789012345678901")
        .replace("Ref:R", "u:U");
    assert_eq!(inspect(&long).broken, []);
}

proptest! {
    #[test]
    fn no_input_makes_it_panic(
        input: Vec<u8>,
        text in "(PBX_[A-Z]{1,8}=?[<>a-zé;: &\n]{0,20}&?){0,6}",
    ) {
        let _ = request(&input, KEY);
        let _ = request(text.as_bytes(), KEY);
    }
}
