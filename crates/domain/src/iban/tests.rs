//! IBANs as people give them.
//!
//! The numbers of all countries are the examples of SWIFT's registry, which no bank holds. Those
//! with national check digits were computed from the rules of each country and agreed with
//! schwifty 2026.10.1 (`validate_bban`) and ibankit 1.6.5; 99999 is no known bank.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// One of each country of SEPA.
const EXAMPLES: [&str; 42] = [
    "AD1200012030200359100100",
    "AL47212110090000000235698741",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GI75NWBK000000007099453",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "LI21088100002324013AA",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "MC5811222000010123456789030",
    "MD24AG000225100013104168",
    "ME25505000012345678951",
    "MK07250120000058984",
    "MT84MALT011000012345MTLCAST001S",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "RO49AAAA1B31007593840000",
    "RS35260005601001611379",
    "SE4550000000058398257466",
    "SI56263300012039086",
    "SK3112000000198742637541",
    "SM86U0322509800000000270100",
    "VA59001123000012345678",
];

/// Spain writes 1 for 10, too: of an account whose digit is 1, not every change is noticed.
const SPANISH_ONE: &str = "99990001410000000002";

fn refused(iban: &str) -> FieldError {
    let error = Iban::try_from(iban).expect_err(iban);
    assert_eq!(error.field, "iban");
    error
}

/// With the check digits that make it an IBAN, whatever else is wrong with it.
fn with_check_digits(code: &str, bban: &str) -> String {
    let number = format!("{bban}{code}00").chars().fold(0, |rest, c| {
        let value = c.to_digit(36).unwrap();
        (rest * if value < 10 { 10 } else { 100 } + value) % 97
    });
    format!("{code}{:02}{bban}", 98 - number)
}

#[test]
fn an_account_of_every_sepa_country_is_taken_and_no_other() {
    let known: BTreeSet<_> = COUNTRIES.iter().map(|Country(code, ..)| *code).collect();
    let tried: BTreeSet<_> = EXAMPLES.iter().map(|iban| &iban[..2]).collect();
    assert_eq!((tried, known.len()), (known, 42));
    for example in EXAMPLES {
        let iban = Iban::try_from(example).unwrap_or_else(|error| panic!("{example}: {error}"));
        assert_eq!(iban.as_str(), example);
    }
    let beyond = COUNTRIES
        .iter()
        .filter(|country| country.2 == Scope::Beyond);
    let beyond: Vec<_> = beyond.map(|Country(code, ..)| *code).collect();
    assert_eq!(
        beyond,
        [
            "AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA"
        ],
        "without a BIC only the 30 countries of the European Economic Area are debited"
    );
}

#[test]
fn right_digits_of_a_country_outside_sepa_are_refused_for_the_country() {
    for (iban, name) in [
        ("SA0380000000608010167519", "Saudi Arabia"),
        ("TR330006100519786457841326", "T"),
        ("UA213223130000026007233566001", "Ukraine"),
        ("BA391290079401028494", "Bosnia"),
        ("FO6264600001631634", "Faroe"),
        ("XK051212012345678906", "XK"),
    ] {
        assert!(iban.parse::<iban::Iban>().is_ok(), "{iban}");
        let error = refused(iban);
        assert_eq!(error.code.as_str(), "iban_country", "{iban}");
        assert!(error.detail.contains(name), "{iban}: {error}");
        assert!(!error.detail.contains("digits"), "{iban}: {error}");
    }
    assert_eq!(
        refused("RF7630006000011234567890189").code.as_str(),
        "iban_country"
    );
}

#[test]
fn the_digits_that_a_country_computes_itself_are_checked() {
    for (code, bban) in [
        ("FR", "99999000010000000001764"),
        ("FR", "99999000011234500000A43"),
        ("FR", "20041010050500013M02606"),
        ("MC", "99999000010000000001S79"),
        ("BE", "999000012396"),
        ("BE", "999000002797"),
        ("ES", "99990001420000000123"),
        ("ES", SPANISH_ONE),
        ("IT", "O99999000010000000001AB"),
        ("SM", "U9999900001000000000123"),
        ("PT", "999900010000000012389"),
    ] {
        let iban = with_check_digits(code, bban);
        assert!(Iban::try_from(iban.as_str()).is_ok(), "{iban}");
        if bban == SPANISH_ONE {
            continue;
        }
        // The letter of Italy and San Marino stands first, the digits of the others at the end or
        // in the middle: each place that changes alone is noticed.
        for (place, old) in bban.char_indices() {
            let new = match old {
                '0'..='8' => char::from_u32(u32::from(old) + 1).unwrap(),
                '9' => '0',
                'Z' => 'A',
                // Ten letters further, or back, a French one counts the same.
                letter => char::from_u32(u32::from(letter) + 1).unwrap(),
            };
            let mut changed: Vec<_> = bban.chars().collect();
            changed[place] = new;
            let changed = with_check_digits(code, &String::from_iter(changed));
            assert!(changed.parse::<iban::Iban>().is_ok(), "{changed}");
            let error = refused(&changed);
            assert!(
                error.detail.contains("account numbers"),
                "{changed}: {error}"
            );
        }
    }
    let error = refused("FR8420041010050500013M02607");
    assert!(error.detail.contains("FR (France)"), "{error}");
}

#[test]
fn it_is_taken_as_people_write_and_copy_it_and_never_shown() {
    for written in [
        "fr14 2004 1010 0505 0001 3M02 606",
        "FR14-2004-1010-0505-0001-3M02-606",
        "FR14.2004.1010.0505.0001.3M02.606",
        "IBAN FR14 2004 1010 0505 0001 3M02 606",
        "Iban: FR1420041010050500013M02606",
        "\u{feff}FR14\u{a0}2004\u{202f}1010\u{200b}0505\u{ad}0001\u{2011}3M02\u{2013}606\u{200f}",
        "\t FR14\n2004 1010 0505 0001 3M02 606 \r\n",
        "ＦＲ１４２００４１０１００５０５０００１３Ｍ０２６０６",
    ] {
        let iban = Iban::try_from(written).unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(iban.as_str(), "FR1420041010050500013M02606");
        assert_eq!(format!("{iban:?}"), "Iban(…)");
    }
}

#[test]
fn what_is_refused_says_what_is_in_the_way() {
    for (iban, code, says) in [
        ("", "field_invalid", "is empty"),
        (" \u{200b}-", "field_invalid", "is empty"),
        ("IBAN", "field_invalid", "is empty"),
        (
            "7630006000011234567890189",
            "iban_characters",
            "two letters",
        ),
        (
            "FR76_30006000011234567890189",
            "iban_characters",
            "'_' as its character 5",
        ),
        (
            "FR763000600001123456789018é",
            "iban_characters",
            "'é' as its character 27",
        ),
        (
            "FR7630006000011234567890189\0",
            "iban_characters",
            "character 28",
        ),
        (
            "FR763000600001123456789018",
            "iban_length",
            "has 26 characters",
        ),
        (
            "FR76300060000112345678901890",
            "iban_length",
            "FR (France) has 27",
        ),
        ("FR7630006000011234567890188", "field_invalid", "mistyped"),
        ("FR7630006000011234567809189", "field_invalid", "mistyped"),
        ("FRA630006000011234567890189", "field_invalid", "letter"),
    ] {
        let error = refused(iban);
        assert_eq!(error.code.as_str(), code, "{iban}: {error}");
        assert!(error.detail.contains(says), "{iban}: {error}");
    }
    let misplaced = with_check_digits("FR", "A0006000011234567890189");
    assert!(refused(&misplaced).detail.contains("letter"), "{misplaced}");
}

proptest! {
    /// An error is shown and logged: of the number, at most one odd character.
    #[test]
    fn nothing_breaks_and_no_error_holds_the_number(
        text in "\\PC{0,60}", tail in "[A-Z0-9]{8,30}",
    ) {
        for given in [text.clone(), format!("FR{tail}"), format!("{text}{tail}")] {
            if let Err(error) = Iban::try_from(given.as_str()) {
                prop_assert!(!error.detail.contains(&tail), "{error}");
            }
        }
    }

    /// Whatever stands between its characters, it is the same account.
    #[test]
    fn filling_changes_nothing(
        example in 0..EXAMPLES.len(),
        filling in "[ .\\-\u{200b}\u{a0}\u{ad}\u{2011}]{0,3}",
    ) {
        let iban = EXAMPLES[example];
        let written: String = iban.chars().flat_map(|c| filling.chars().chain([c])).collect();
        let read = Iban::try_from(written.as_str());
        prop_assert_eq!(read.map(|it| it.as_str().to_owned()), Ok(iban.to_owned()));
    }
}
