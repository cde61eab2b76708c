use proptest::prelude::*;

use super::super::testing::{sign, signer_pem};
use super::spelling::{LITERAL, escaped, lower_hex};
use super::*;

/// What the platform signs, with our names; letter Q escaped, a card type with a space.
const DATA: &str = "Mt=1500&Ref=7ZK2M0Q4W8E6R1T3Y5AB&Auto=XXXXXX&Appel=2310165&ChoixPaiement=CARTE&\
                    ChoixCarte=Visa%20Electron&Erreur=00000&Transaction=722487980&Pays=FRA&\
                    Date=27112026&Heure=10%3A25%3A00";

fn find_in(raw: &str, whole: bool) -> Result<Signed, NotFound> {
    let key = PublicKey::from_pem(&signer_pem()).unwrap();
    let search = Search {
        keys: &[key],
        signature_name: Some("Signature"),
        whole,
    };
    search.find(raw.as_bytes())
}

fn find(raw: &str) -> Result<Signed, NotFound> {
    find_in(raw, false)
}

/// What became of it, and that what was found is what was signed.
fn changes(data: &str, raw: &str) -> Vec<Change> {
    for whole in [false, true] {
        let signed = find_in(raw, whole).unwrap_or_else(|why| panic!("{why:?}: {raw}"));
        assert_eq!(text_of(&signed), data, "{raw}");
    }
    find(raw).unwrap().changes.into_iter().collect()
}

fn text_of(signed: &Signed) -> &str {
    std::str::from_utf8(&signed.text).unwrap()
}

fn sorted(raw: &str) -> String {
    let mut pairs: Vec<&str> = raw.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

#[test]
fn as_it_was_sent_nothing_became_of_it() {
    assert_eq!(changes(DATA, &sign(DATA)), []);
}

/// One line for each thing that proxies were seen to do with a query.
#[test]
fn what_proxies_make_of_a_query_is_recognised_and_named() {
    let raw = sign(DATA);
    for (made, change) in [
        (sorted(&raw), Change::Sorted),
        (format!("{raw}&{raw}"), Change::Doubled),
        (raw.replace('%', "%25"), Change::EscapedTwice),
        (raw.replace("%3A", ":"), Change::Decoded),
        (raw.replace("%3A", "%3a"), Change::LowerHex),
        (raw.replace("%20", "+"), Change::Spaces),
        (raw.replace("%20", " "), Change::Spaces),
        (raw.replace("FRA", "F%52A"), Change::Escaped),
        (format!("{raw}&utm_source=x"), Change::Appended),
        (format!("{raw}&"), Change::Ampersand),
        (format!("&{raw}"), Change::Ampersand),
        (raw.replacen('&', "&&", 1), Change::Ampersand),
        (raw.replacen('&', "&amp;", 3), Change::HtmlEscaped),
    ] {
        assert_eq!(changes(DATA, &made), [change], "{made}");
    }
}

/// Crédit Agricole's older shape: letter Q literally; and escapes in lower case.
#[test]
fn the_spelling_that_was_signed_is_found_whatever_it_was() {
    let literal = DATA.replace("%3A", ":");
    let raw = sign(&literal);
    assert_eq!(changes(&literal, &raw), []);
    let escaped = raw.replace(':', "%3A");
    assert_eq!(changes(&literal, &escaped), [Change::Escaped]);
    assert_eq!(
        changes(&literal, &raw.replace(':', "%253A")),
        [Change::EscapedTwice]
    );
    let lower = DATA.replace("%3A", "%3a");
    let raw = sign(&lower);
    assert_eq!(
        changes(&lower, &raw.replace("%3a", "%3A")),
        [Change::UpperHex]
    );
    assert_eq!(changes(&lower, &raw.replace("%3a", ":")), [Change::Decoded]);
    let list = "Mt=1&Ref=a/b:c@d&ChoixCarte=CB,VISA";
    let raw = sign(list);
    let escaped = raw.replace("a/b:c@d", "a%2Fb%3Ac%40d").replace(',', "%2C");
    assert_eq!(changes(list, &escaped), [Change::Escaped]);
}

#[test]
fn several_things_at_once_are_all_named() {
    let raw = sign(DATA);
    let made = format!("{}&", sorted(&raw.replace("%3A", ":").replace("%20", "+")));
    assert_eq!(
        changes(DATA, &made),
        [
            Change::Sorted,
            Change::Decoded,
            Change::Spaces,
            Change::Ampersand
        ]
    );
}

/// Apache's `[B]` can escape the separators too.
#[test]
fn a_query_that_was_escaped_as_one_word_is_read() {
    let raw = sign(DATA);
    let word = percent_encode(raw.as_bytes(), ESCAPED).to_string();
    assert_eq!(changes(DATA, &word), [Change::EscapedTwice]);
}

#[test]
fn the_signature_is_read_however_it_was_escaped() {
    let mut data = DATA.to_owned();
    while !sign(&data).contains("%2B") {
        data.push('0');
    }
    let raw = sign(&data);
    let (before, signature) = raw.rsplit_once('=').unwrap();
    for (written, expected) in [
        (
            signature
                .replace("%2B", "+")
                .replace("%2F", "/")
                .replace("%3D", "="),
            None,
        ),
        (
            signature.replace("%2B", "%20"),
            Some(Change::SignatureSpaces),
        ),
        (signature.replace('%', "%25"), Some(Change::EscapedTwice)),
        (signature.to_lowercase_escapes(), None),
    ] {
        let raw = format!("{before}={written}");
        let expected: Vec<Change> = expected.into_iter().collect();
        assert_eq!(changes(&data, &raw), expected, "{written}");
    }
}

trait LowercaseEscapes {
    fn to_lowercase_escapes(&self) -> String;
}

impl LowercaseEscapes for str {
    fn to_lowercase_escapes(&self) -> String {
        String::from_utf8(lower_hex(self.as_bytes())).unwrap()
    }
}

#[test]
fn what_stands_beside_the_signed_pairs_is_kept_apart() {
    let raw = format!("shop=7&OK&{}&Partie=1-2", sign(DATA));
    let signed = find(&raw).unwrap();
    assert_eq!(text_of(&signed), DATA);
    let names: Vec<_> = signed.unsigned.iter().map(|(name, _)| text(name)).collect();
    assert_eq!(names, ["shop", "OK", "Partie"]);
    assert_eq!(signed.message(), sign(DATA).into_bytes());
    // On a browser's return all that stands before the signature is signed, or nothing is.
    assert_eq!(find_in(&raw, true).unwrap_err(), NotFound::Mismatch);
    let own = format!("shop=7&OK&{DATA}");
    let signed = find_in(&format!("{}&x", sign(&own)), true).unwrap();
    assert_eq!(text_of(&signed), own);
}

/// On LIMONETIK notifications names that nobody asked for can be signed; own ones stand in front.
#[test]
fn own_pairs_in_front_of_signed_pairs_that_nobody_asked_for_are_left_out() {
    let data = "Mt=1&Abo=0&Ref=A";
    let signed = find(&format!("shop=7&y=8&{}", sign(data))).unwrap();
    assert_eq!(text_of(&signed), data);
}

#[test]
fn nothing_but_a_change_of_spelling_is_forgiven() {
    let raw = sign(DATA);
    for altered in [
        raw.replace("Mt=1500", "Mt=1501"),
        raw.replace("Mt=1500", "Mt=01500"),
        raw.replace("Mt=1500", "mt=1500"),
        raw.replace("Mt=1500&", ""),
        raw.replace(
            "Mt=1500&Ref=7ZK2M0Q4W8E6R1T3Y5AB",
            "Ref=1500&Mt=7ZK2M0Q4W8E6R1T3Y5AB",
        ),
        raw.replace("XXXXXX", "xxxxxx"),
        raw.replace("Visa%20Electron", "VisaElectron"),
    ] {
        assert_eq!(find(&altered).unwrap_err(), NotFound::Mismatch, "{altered}");
    }
    for twice in [
        format!("Mt=1&{raw}"),
        format!("{raw}&Mt=1"),
        format!("{raw}&Mt"),
        format!("{raw}&Signature=x"),
    ] {
        assert!(matches!(find(&twice), Err(NotFound::Twice(_))), "{twice}");
    }
    assert_eq!(find("").unwrap_err(), NotFound::Nothing);
    assert_eq!(find("&&").unwrap_err(), NotFound::Nothing);
    assert_eq!(find(DATA).unwrap_err(), NotFound::NoSignature);
    assert_eq!(find(&format!("{raw}&=1")).unwrap_err(), NotFound::Nameless);
    let long = format!("x={}&{raw}", "a".repeat(LENGTH_MAX));
    assert_eq!(find(&long).unwrap_err(), NotFound::TooLong);
}

/// However it is made, a message costs no more than this.
#[test]
fn the_number_of_tries_is_bounded() {
    let key = PublicKey::from_pem(&signer_pem()).unwrap();
    let search = Search {
        keys: &[key],
        signature_name: Some("Signature"),
        whole: false,
    };
    let own: Vec<String> = (0..100).map(|n| format!("own{n}=%253a+%41%2f")).collect();
    let raw = format!("{}&{}", own.join("&"), sign(DATA).replace("1500", "1501"));
    let arrived = Arrived::read(raw.as_bytes(), Some("Signature")).unwrap();
    let tries: usize = search
        .lists(&arrived)
        .iter()
        .map(|list| list.spellings)
        .sum();
    assert!(tries < TRIES_MAX, "{tries}");
    assert_eq!(find(&raw).unwrap_err(), NotFound::Mismatch);
}

fn value() -> impl Strategy<Value = String> {
    "[A-Za-z0-9 @/:,_.+-]{0,12}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever the values, and whatever of what is known becomes of them, what is found is what
    /// was signed.
    #[test]
    fn whatever_becomes_of_it_what_is_found_is_what_was_signed(
        reference in value(), card in value(), how in 0..6_usize, more in "(&x=1|&|)"
    ) {
        let written = |text: &str| percent_encode(text.as_bytes(), LITERAL).to_string();
        let data = format!("Mt=1&Ref={}&ChoixCarte={}", written(&reference), written(&card));
        let raw = sign(&data);
        let (head, signature) = raw.rsplit_once("&Signature=").unwrap();
        let each = |spell: fn(&[u8]) -> Vec<u8>| {
            let pairs = head.split('&').map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                format!("{name}={}", String::from_utf8(spell(value.as_bytes())).unwrap())
            });
            pairs.collect::<Vec<_>>().join("&")
        };
        let head = match how {
            0 => each(escaped),
            1 => each(|value| lower_hex(&escaped(value))),
            2 => head.replace('%', "%25"),
            3 => format!("{head}&{head}"),
            4 => sorted(head),
            _ => head.to_owned(),
        };
        let signed = find(&format!("{head}&Signature={signature}{more}"));
        let signed = signed.map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
        prop_assert_eq!(text_of(&signed), data);
    }

    #[test]
    fn no_bytes_make_it_panic(raw: Vec<u8>) {
        let key = PublicKey::published().unwrap();
        for signature_name in [Some("Signature"), None] {
            let search = Search { keys: std::slice::from_ref(&key), signature_name, whole: false };
            prop_assert!(search.find(&raw).is_err());
        }
    }
}
