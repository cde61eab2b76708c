//! Amounts against what others write. The browser's own are compared in `tests/e2e/amounts.rs`.

use super::*;
use crate::words::Lang;

/// `~` is a no-break space, `_` a narrow one.
fn spaces(text: &str) -> String {
    text.replace('~', "\u{a0}").replace('_', "\u{202f}")
}

// What `new Intl.NumberFormat(tag, { style: 'currency', currency }).format(amount)` writes in
// Node.js 20.20.2 (ICU 78.2, CLDR 48.0): 1234.5 in each of the currencies, and 1234567.05 EUR. It
// was asked for `pt-PT` in place of `pt`. Thousands of `fr-CH` are those of CLDR 48.2: an
// apostrophe where 48.0 has a narrow space.
const WRITTEN: [(&str, &str); 21] = [
    (
        "fr",
        "1_234,50~€ 1_234,50~$CA 1_234,50~CHF 1_234,50~£GB 1_234,50~$US 1_235~FCFP 1_234_567,05~€",
    ),
    (
        "fr-BE",
        "1_234,50~€ 1_234,50~$CA 1_234,50~CHF 1_234,50~£GB 1_234,50~$US 1_235~FCFP 1_234_567,05~€",
    ),
    (
        "fr-CA",
        "1~234,50~€ 1~234,50~$ 1~234,50~CHF 1~234,50~£ 1~234,50~$~US 1~235~XPF 1~234~567,05~€",
    ),
    (
        "fr-CH",
        "1'234.50~€ 1'234.50~$CA 1'234.50~CHF 1'234.50~£GB 1'234.50~$US 1'235~FCFP 1'234'567.05~€",
    ),
    (
        "fr-LU",
        "1.234,50~€ 1.234,50~$CA 1.234,50~CHF 1.234,50~£GB 1.234,50~$US 1.235~FCFP 1.234.567,05~€",
    ),
    (
        "en",
        "€1,234.50 CA$1,234.50 CHF~1,234.50 £1,234.50 $1,234.50 CFPF~1,235 €1,234,567.05",
    ),
    (
        "en-GB",
        "€1,234.50 CA$1,234.50 CHF~1,234.50 £1,234.50 US$1,234.50 CFPF~1,235 €1,234,567.05",
    ),
    (
        "en-IE",
        "€1,234.50 CA$1,234.50 CHF~1,234.50 £1,234.50 US$1,234.50 CFPF~1,235 €1,234,567.05",
    ),
    (
        "en-CA",
        "€1,234.50 $1,234.50 CHF~1,234.50 £1,234.50 US$1,234.50 CFPF~1,235 €1,234,567.05",
    ),
    (
        "de",
        "1.234,50~€ 1.234,50~CA$ 1.234,50~CHF 1.234,50~£ 1.234,50~$ 1.235~CFPF 1.234.567,05~€",
    ),
    (
        "de-AT",
        "€~1.234,50 CA$~1.234,50 CHF~1.234,50 £~1.234,50 $~1.234,50 CFPF~1.235 €~1.234.567,05",
    ),
    (
        "de-CH",
        "EUR~1'234.50 CA$~1'234.50 CHF~1'234.50 £~1'234.50 $~1'234.50 CFPF~1'235 EUR~1'234'567.05",
    ),
    (
        "de-LI",
        "EUR~1'234.50 CA$~1'234.50 CHF~1'234.50 £~1'234.50 $~1'234.50 CFPF~1'235 EUR~1'234'567.05",
    ),
    (
        "es",
        "1234,50~€ 1234,50~CAD 1234,50~CHF 1234,50~GBP 1234,50~US$ 1235~CFPF 1.234.567,05~€",
    ),
    (
        "it",
        "1234,50~€ 1234,50~CA$ 1234,50~CHF 1234,50~£ 1234,50~USD 1235~CFPF 1.234.567,05~€",
    ),
    (
        "it-CH",
        "€~1234.50 CA$~1234.50 CHF~1234.50 £~1234.50 USD~1234.50 CFPF~1235 €~1'234'567.05",
    ),
    (
        "nl",
        "€~1.234,50 C$~1.234,50 CHF~1.234,50 £~1.234,50 US$~1.234,50 XPF~1.235 €~1.234.567,05",
    ),
    (
        "nl-BE",
        "€~1.234,50 C$~1.234,50 CHF~1.234,50 £~1.234,50 US$~1.234,50 XPF~1.235 €~1.234.567,05",
    ),
    (
        "pt",
        "1234,50~€ 1234,50~CA$ 1234,50~CHF 1234,50~£ 1234,50~US$ 1235~CFPF 1~234~567,05~€",
    ),
    (
        "pt-BR",
        "€~1.234,50 CA$~1.234,50 CHF~1.234,50 £~1.234,50 US$~1.234,50 CFPF~1.235 €~1.234.567,05",
    ),
    (
        "sv",
        "1~234,50~€ 1~234,50~CA$ 1~234,50~CHF 1~234,50~GBP 1~234,50~US$ 1~235~CFPF 1~234~567,05~€",
    ),
];

#[test]
fn amounts_are_written_as_the_readers_of_each_locale_do() {
    for (tag, expected) in WRITTEN {
        let notation = Notation::of(tag);
        let mut written: Vec<String> = CODES
            .into_iter()
            .map(|code| match code {
                "XPF" => notation.format(1235, code, 0),
                _ => notation.format(123_450, code, 2),
            })
            .collect();
        written.push(notation.format(123_456_705, "EUR", 2));
        assert_eq!(written.join(" "), spaces(expected), "{tag}");
    }
}

#[test]
fn four_digits_are_parted_unless_the_locale_waits_for_five() {
    let amounts = |tag| {
        let notation = Notation::of(tag);
        let of = |amount| notation.format(amount, "EUR", 2);
        [of(5), of(100_000), of(1_000_000)].join(" ")
    };
    for (tag, expected) in [
        ("fr", "0,05~€ 1_000,00~€ 10_000,00~€"),
        ("es", "0,05~€ 1000,00~€ 10.000,00~€"),
        ("it", "0,05~€ 1000,00~€ 10.000,00~€"),
        ("pt", "0,05~€ 1000,00~€ 10~000,00~€"),
        ("it-CH", "€~0.05 €~1000.00 €~10'000.00"),
        ("pt-BR", "€~0,05 €~1.000,00 €~10.000,00"),
    ] {
        assert_eq!(amounts(tag), spaces(expected), "{tag}");
    }
}

#[test]
fn a_currency_has_the_minor_units_that_it_is_given_and_its_code_where_it_has_no_sign() {
    // ISO 4217 has two digits for the forint and the rupiah, where browsers write none.
    let english = Notation::of("en");
    assert_eq!(english.format(123_456, "HUF", 2), spaces("HUF~1,234.56"));
    assert_eq!(english.format(1_234_567, "KWD", 3), spaces("KWD~1,234.567"));
    assert_eq!(english.format(1234, "JPY", 0), spaces("JPY~1,234"));
    let french = Notation::of("fr");
    assert_eq!(french.format(123_456, "IDR", 2), spaces("1_234,56~IDR"));
    assert_eq!(french.format(1234, "KWD", 3), spaces("1,234~KWD"));
}

#[test]
fn a_tag_is_read_however_shops_write_it_and_a_region_follows_its_language() {
    for (tag, row) in [
        ("fr", "fr"),
        ("FR_ca.UTF-8", "fr-CA"),
        ("fr_CH@euro", "fr-CH"),
        ("fr-Latn-LU", "fr-LU"),
        ("fr-BE", "fr"),
        (" de-AT ", "de-AT"),
        ("de-CH-1901", "de-CH"),
        ("de-DE-u-co-phonebk", "de"),
        ("en", "en"),
        ("en-US", "en"),
        ("en-GB", "en-001"),
        ("en_IE", "en-001"),
        ("en-150", "en-001"),
        ("en-CA", "en-CA"),
        ("en-u-ca-gregory", "en"),
        ("pt-PT", "pt"),
        ("pt-BR", "pt-BR"),
        ("nl-BE", "nl"),
        ("sv_FI", "sv"),
        ("", "en"),
        ("gsw", "en"),
    ] {
        assert_eq!(Notation::of(tag).tag, row, "{tag}");
    }
}

#[test]
fn every_language_has_a_row() {
    for lang in Lang::ALL {
        assert_eq!(Notation::of(lang.tag()).tag, lang.tag());
    }
}

#[test]
fn plain_numbers() {
    assert_eq!(plain(0), "0");
    assert_eq!(plain(10), "10");
    assert_eq!(plain(1_234_567), "1234567");
}

#[test]
fn the_largest_amount_is_written_in_full() {
    assert_eq!(
        Notation::of("en").format(u64::MAX, "EUR", 2),
        "€184,467,440,737,095,516.15"
    );
}
