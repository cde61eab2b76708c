use guichet_domain::language::Language;
use guichet_domain::money::Amount;
use guichet_domain::session::Session;
use guichet_domain::shopper::{Shopper, Typed};
use proptest::prelude::*;

use super::super::testing::*;
use super::*;

fn build(config: &Config, session: &Session, code: &str) -> Result<Sealed, Failure> {
    let (method, addresses) = (method(code), addresses());
    form(config, &context(session, &method, &addresses))
}

fn fields(config: &Config, session: &Session, code: &str) -> Vec<(&'static str, String)> {
    build(config, session, code).unwrap().pairs().to_vec()
}

fn field(fields: &[(&'static str, String)], name: &str) -> Option<String> {
    fields
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.clone())
}

#[test]
fn each_methods_form_is_as_it_was() {
    for way in Way::ALL {
        let fields = fields(&sandbox(), &session(), way.code());
        let lines: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        insta::assert_snapshot!(way.code(), lines.join("\n"));
    }
}

#[test]
fn openssl_seals_the_form_alike() {
    use super::super::seal::PUBLIC_TEST_HMAC_KEY;
    let fields = fields(&sandbox(), &session(), "sodexo");
    let (seal, sealed) = fields.split_last().unwrap();
    let message: Vec<_> = sealed
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let option = format!("hexkey:{PUBLIC_TEST_HMAC_KEY}");
    let arguments = [
        "dgst", "-sha512", "-mac", "HMAC", "-macopt", &option, "-binary",
    ];
    let raw = openssl(&arguments, message.join("&").as_bytes());
    assert_eq!(seal, &("PBX_HMAC", hex::encode_upper(raw)));
}

#[test]
fn the_rank_is_sent_as_printed() {
    assert_eq!(
        field(&fields(&sandbox(), &session(), "card"), "PBX_RANG").unwrap(),
        "032"
    );
}

#[test]
fn a_total_has_three_digits_at_least() {
    let mut session = session();
    for (minor, sent) in [
        (1, "001"),
        (99, "099"),
        (1500, "1500"),
        (9_999_999_999, "9999999999"),
    ] {
        session.amount = Amount::try_from(minor).unwrap();
        assert_eq!(
            field(&fields(&sandbox(), &session, "card"), "PBX_TOTAL").unwrap(),
            sent
        );
    }
}

#[test]
fn only_euros_are_taken() {
    let mut session = session();
    session.currency = Currency::try_from("CAD".to_owned()).unwrap();
    for way in Way::ALL {
        let Err(Failure::Unsuitable(error)) = build(&sandbox(), &session, way.code()) else {
            panic!("{way:?}")
        };
        assert_eq!(error.field, "currency");
    }
}

#[test]
fn a_holiday_voucher_has_its_minimum() {
    let mut session = session();
    session.amount = Amount::try_from(1999).unwrap();
    assert!(matches!(
        build(&sandbox(), &session, "cvconnect"),
        Err(Failure::Unsuitable(_))
    ));
    session.amount = Amount::try_from(2000).unwrap();
    assert!(build(&sandbox(), &session, "cvconnect").is_ok());
}

#[test]
fn an_unknown_method_is_refused() {
    assert!(matches!(
        build(&sandbox(), &session(), "paypal"),
        Err(Failure::Unsuitable(_))
    ));
}

#[test]
fn a_reference_that_vouchers_can_not_carry_is_refused() {
    let (session, method, addresses) = (session(), method("apetiz"), addresses());
    let mut context = context(&session, &method, &addresses);
    for wrong in ["A23456789012345678901", "", "a", "CMD_1"] {
        context.reference = wrong;
        assert!(
            matches!(form(&sandbox(), &context), Err(Failure::Unexpected(_))),
            "{wrong}"
        );
    }
}

#[test]
fn no_method_asks_for_a_stored_card_or_a_later_debit() {
    for way in Way::ALL {
        let fields = fields(&sandbox(), &session(), way.code());
        let list = field(&fields, "PBX_RETOUR").unwrap();
        assert!(list.split(';').all(|item| !item.ends_with(":U")));
        for never in ["PBX_DIFF", "PBX_REFABONNE", "PBX_TOKEN"] {
            assert_eq!(field(&fields, never), None);
        }
    }
}

#[test]
fn the_page_of_choice_presets_nothing() {
    let fields = fields(&sandbox(), &session(), "up2pay_choice");
    assert_eq!(field(&fields, "PBX_TYPEPAIEMENT"), None);
    assert_eq!(field(&fields, "PBX_TYPECARTE"), None);
}

#[test]
fn the_shops_reference_is_archived_where_the_account_says_so() {
    let mut session = session();
    session.reference = "boutique-2026-00012345".into();
    assert_eq!(
        field(&fields(&sandbox(), &session, "card"), "PBX_ARCHIVAGE"),
        None
    );
    let mut config = sandbox();
    config.archive_reference = true;
    let archived = |session: &Session| field(&fields(&config, session, "card"), "PBX_ARCHIVAGE");
    assert_eq!(archived(&session).as_deref(), Some("202600012345"));
    session.reference = "---".into();
    assert_eq!(archived(&session), None);
}

#[test]
fn a_later_capture_only_authorises() {
    let mut session = session();
    assert_eq!(
        field(&fields(&sandbox(), &session, "card"), "PBX_AUTOSEULE"),
        None
    );
    session.capture = Capture::Manual;
    assert_eq!(
        field(&fields(&sandbox(), &session, "card"), "PBX_AUTOSEULE").unwrap(),
        "O"
    );
}

#[test]
fn the_page_never_outlives_the_session() {
    let mut session = session();
    for (left, sent) in [
        (3600, "900"),
        (900, "900"),
        (899, "899"),
        (60, "060"),
        (1, "001"),
    ] {
        session.expires_at = NOW + left;
        assert_eq!(
            field(&fields(&sandbox(), &session, "card"), "PBX_DISPLAY").unwrap(),
            sent
        );
    }
    for left in [0, -1] {
        session.expires_at = NOW + left;
        assert!(matches!(
            build(&sandbox(), &session, "card"),
            Err(Failure::Unsuitable(_))
        ));
    }
}

#[test]
fn a_secret_address_stands_in_no_form() {
    let query = fields(&sandbox(), &session(), "card");
    assert!(field(&query, "PBX_REPONDRE_A").is_some());
    let more = format!("confirm = 'secret_address'\nnotify_secret = '{SECRET}'");
    let config = sandbox_with(&more);
    let secret = fields(&config, &session(), "card");
    assert_eq!(field(&secret, "PBX_REPONDRE_A"), None);
    assert!(secret.iter().all(|(_, value)| !value.contains(SECRET)));
}

#[test]
fn notifications_by_post_are_asked_for() {
    assert_eq!(
        field(&fields(&sandbox(), &session(), "card"), "PBX_RUF1"),
        None
    );
    let config = sandbox_with("notify_method = 'post'");
    assert_eq!(
        field(&fields(&config, &session(), "card"), "PBX_RUF1").unwrap(),
        "POST"
    );
}

#[test]
fn the_responsive_page_is_a_switch_of_each_method() {
    let config = sandbox_with("source_rwd = ['card']");
    assert_eq!(
        field(&fields(&config, &session(), "card"), "PBX_SOURCE").unwrap(),
        "RWD"
    );
    assert_eq!(
        field(&fields(&config, &session(), "apetiz"), "PBX_SOURCE"),
        None
    );
}

#[test]
fn addresses_must_be_what_the_platform_takes() {
    let (session, method) = (session(), method("card"));
    for wrong in [
        "/return",
        "ftp://pay.example/",
        "https://pay.example/?x=1",
        "https://pay.example/#x",
        "https://pay.example/é",
        "https://pay.example/a b",
        &format!("https://pay.example/{}", "a".repeat(150)),
    ] {
        let mut addresses = addresses();
        addresses.notify = wrong.to_owned();
        let built = form(&sandbox(), &context(&session, &method, &addresses));
        assert!(matches!(built, Err(Failure::Unexpected(_))), "{wrong}");
    }
    let production = read(production_table(), Environment::Production).unwrap();
    let mut addresses = addresses();
    assert!(form(&production, &context(&session, &method, &addresses)).is_ok());
    addresses.refused = "http://pay.example/".to_owned();
    assert!(form(&production, &context(&session, &method, &addresses)).is_err());
}

#[test]
fn the_time_is_that_of_paris_in_winter_and_summer() {
    let winter: Timestamp = "2021-03-01T09:00:00Z".parse().unwrap();
    let summer: Timestamp = "2021-07-01T09:00:00Z".parse().unwrap();
    let time = |now| signing_time(now, &sandbox().time_zone);
    assert_eq!(time(winter), "2021-03-01T10:00:00+01:00");
    assert_eq!(time(summer), "2021-07-01T11:00:00+02:00");
}

#[test]
fn the_page_speaks_the_shoppers_language() {
    for (locale, sent) in [
        ("fr", "FRA"),
        ("de-AT", "DEU"),
        ("SV_se", "SWE"),
        ("frr", "GBR"),
        ("en-GB", "GBR"),
        ("pl", "GBR"),
    ] {
        let locale = Language::parse("locale", locale).ok();
        assert_eq!(language(locale.as_ref()), sent);
    }
    assert_eq!(language(None), "GBR");
}

/// Text of every kind: letters, markup, emoji, line breaks.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,60}",
        "[a-zA-Zé&<>\"'\r\n\t 😀ß]{1,200}",
        any::<String>()
    ]
}

fn element(xml: &str, tag: &str) -> Option<String> {
    let (_, after) = xml.split_once(&format!("<{tag}>"))?;
    Some(after.split_once(&format!("</{tag}>"))?.0.to_owned())
}

fn check_form(fields: &[(&'static str, String)]) -> Result<(), TestCaseError> {
    for (name, value) in fields {
        prop_assert!(value.is_ascii(), "{name}={value}");
        prop_assert!(!value.contains(['\r', '\n']), "{name}={value}");
        let splits = value.contains('&') && value.contains('=');
        prop_assert!(!splits, "{name}={value}");
    }
    let billing = field(fields, "PBX_BILLING").unwrap();
    let mut last = 0;
    for (tag, least, most) in [
        ("FirstName", 1, 22),
        ("LastName", 1, 22),
        ("Address1", 1, 40),
        ("Address2", 1, 40),
        ("ZipCode", 1, 10),
        ("City", 1, 40),
        ("CountryCode", 0, 3),
        ("CountryCodeMobilePhone", 2, 5),
        ("MobilePhone", 4, 15),
    ] {
        let Some(text) = element(&billing, tag) else {
            prop_assert_eq!(tag, "Address2");
            continue;
        };
        prop_assert!((least..=most).contains(&text.len()), "{tag}={text}");
        let plain = |c: char| c.is_ascii_alphanumeric() || " -'/+".contains(c);
        prop_assert!(text.chars().all(plain), "{tag}={text}");
        prop_assert_eq!(text.trim(), &text);
        let at = billing.find(&format!("<{tag}>")).unwrap();
        prop_assert!(at > last);
        last = at;
    }
    Ok(())
}

#[test]
fn what_an_account_demands_and_a_session_lacks_is_named() {
    let lacking = |change: fn(&mut Shopper), more: &str| {
        let mut session = session();
        change(&mut session.shopper);
        match build(&sandbox_with(more), &session, "apetiz") {
            Err(Failure::Unsuitable(error)) => error.field,
            Ok(_) => String::new(),
            Err(other) => panic!("{other:?}"),
        }
    };
    let no_phone = |shopper: &mut Shopper| shopper.phone = None;
    assert_eq!(lacking(no_phone, ""), "shopper.phone");
    assert_eq!(lacking(no_phone, "shopper_optional = [\"phone\"]"), "");
    let email_alone = |shopper: &mut Shopper| {
        *shopper = Shopper {
            email: shopper.email.clone(),
            ..Shopper::default()
        };
    };
    assert_eq!(lacking(email_alone, ""), "shopper.name");
    let optional = "shopper_optional = [\"name\", \"phone\", \"address\"]";
    assert_eq!(lacking(email_alone, optional), "");
    let nothing = |shopper: &mut Shopper| *shopper = Shopper::default();
    assert_eq!(lacking(nothing, optional), "shopper.email");
}

/// Digits behind a calling code, where they are a number there.
fn any_phone() -> impl Strategy<Value = String> {
    let digits = "\\+(33|32|1|262|377|7)[2-9][0-9]{6,9}";
    digits.prop_filter("a phone number", |phone| {
        let typed = Typed {
            phone: Some(phone),
            ..Typed::default()
        };
        Shopper::read(&typed).is_ok()
    })
}

proptest! {
    #[test]
    fn every_session_makes_a_good_form(
        first in any_text(),
        last in any_text(),
        line1 in any_text(),
        line2 in any_text(),
        code in any_text(),
        city in any_text(),
        country in prop::sample::select(vec!["FR", "BE", "US", "AF", "RE", "GB", "XK"]),
        phone in any_phone(),
        items: u32,
        way in prop::sample::select(Way::ALL.to_vec()),
        minor in 2000_u64..=9_999_999_999,
    ) {
        let mut session = session();
        let typed = Typed {
            id: None,
            first_name: Some(&first),
            last_name: Some(&last),
            email: Some("a&b@example.fr"),
            phone: Some(&phone),
            line1: Some(&line1),
            line2: Some(&line2),
            postal_code: Some(&code),
            city: Some(&city),
            country: Some(country),
        };
        session.shopper = Shopper::read(&typed).unwrap();
        session.items = items;
        session.amount = Amount::try_from(minor).unwrap();
        let account = sandbox_with("shopper_optional = [\"name\", \"address\", \"phone\"]");
        check_form(&fields(&account, &session, way.code()))?;
    }
}
