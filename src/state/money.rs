//! Amounts as a reader of each language expects them.

use crate::words::Lang;

/// Writes an amount of minor units: `1 234,56 €` in French, `€1,234.56` in English.
///
/// Signs and spaces are those of the Unicode CLDR, which browsers' `Intl` writes too: in French,
/// thousands are parted by a narrow no-break space, and the sign stands behind a no-break space. A
/// currency without a sign here keeps its code.
#[must_use]
pub fn format(lang: Lang, amount: u64, currency: &str, exponent: u8) -> String {
    let (group, point) = match lang {
        Lang::Fr => ('\u{202f}', ','),
        Lang::En => (',', '.'),
    };
    let number = digits(amount, usize::from(exponent), Some(group), point);
    let sign = match (currency, lang) {
        ("EUR", _) => "€",
        ("GBP", Lang::En) => "£",
        ("GBP", Lang::Fr) => "£GB",
        ("USD", Lang::En) => "$",
        ("USD", Lang::Fr) => "$US",
        ("CAD", Lang::En) => "CA$",
        ("CAD", Lang::Fr) => "$CA",
        ("XPF", Lang::En) => "CFPF",
        ("XPF", Lang::Fr) => "FCFP",
        (code, _) => code,
    };
    let mut out = String::new();
    match lang {
        Lang::Fr => {
            out.push_str(&number);
            out.push('\u{a0}');
            out.push_str(sign);
        }
        Lang::En => {
            out.push_str(sign);
            if sign.ends_with(|last: char| last.is_ascii_alphabetic()) {
                out.push('\u{a0}');
            }
            out.push_str(&number);
        }
    }
    out
}

/// Writes a whole number. Not `to_string`: the standard library's formatting would come with it.
#[must_use]
pub fn plain(number: u64) -> String {
    digits(number, 0, None, ' ')
}

fn digits(amount: u64, exponent: usize, group: Option<char>, point: char) -> String {
    // Built from the last digit to the first.
    let mut reversed = Vec::new();
    let mut rest = amount;
    let mut place = 0;
    loop {
        if place == exponent && exponent > 0 {
            reversed.push(point);
        }
        if place > exponent && (place - exponent).is_multiple_of(3) {
            reversed.extend(group);
        }
        let digit = u32::try_from(rest % 10).unwrap_or_default();
        reversed.push(char::from_digit(digit, 10).unwrap_or('0'));
        rest /= 10;
        place += 1;
        if rest == 0 && place > exponent {
            break;
        }
    }
    reversed.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // What `new Intl.NumberFormat(lang, { style: 'currency', currency }).format(amount)` writes in
    // Node.js 20.20 (ICU 78.2, CLDR 48).
    #[test]
    fn french_amounts() {
        let french = |amount, currency, exponent| format(Lang::Fr, amount, currency, exponent);
        assert_eq!(french(4200, "EUR", 2), "42,00\u{a0}€");
        assert_eq!(french(5, "EUR", 2), "0,05\u{a0}€");
        assert_eq!(french(0, "EUR", 2), "0,00\u{a0}€");
        assert_eq!(
            french(123_456_789, "EUR", 2),
            "1\u{202f}234\u{202f}567,89\u{a0}€"
        );
        assert_eq!(french(1000, "JPY", 0), "1\u{202f}000\u{a0}JPY");
        assert_eq!(french(100, "CHF", 2), "1,00\u{a0}CHF");
        assert_eq!(french(100, "GBP", 2), "1,00\u{a0}£GB");
        assert_eq!(french(100, "USD", 2), "1,00\u{a0}$US");
        assert_eq!(french(100, "CAD", 2), "1,00\u{a0}$CA");
        assert_eq!(french(1000, "XPF", 0), "1\u{202f}000\u{a0}FCFP");
        assert_eq!(french(1234, "KWD", 3), "1,234\u{a0}KWD");
    }

    #[test]
    fn english_amounts() {
        assert_eq!(format(Lang::En, 123_456, "EUR", 2), "€1,234.56");
        assert_eq!(format(Lang::En, 99, "GBP", 2), "£0.99");
        assert_eq!(format(Lang::En, 100, "USD", 2), "$1.00");
        assert_eq!(format(Lang::En, 100, "CAD", 2), "CA$1.00");
        assert_eq!(format(Lang::En, 100, "CHF", 2), "CHF\u{a0}1.00");
        assert_eq!(format(Lang::En, 1000, "XPF", 0), "CFPF\u{a0}1,000");
        assert_eq!(format(Lang::En, 1_234_567, "KWD", 3), "KWD\u{a0}1,234.567");
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
            format(Lang::En, u64::MAX, "EUR", 2),
            "€184,467,440,737,095,516.15"
        );
    }
}
