//! Amounts as people type them: `42`, `42,00`, `42.00 €`, `1 234,50`.

/// Most digits of an amount, cents included.
const DIGITS_MAX: usize = 10;

/// Cents of what was typed, if it can be an amount: a mark with one or two digits behind it is the
/// decimal one, every other mark stands before groups of three.
pub(crate) fn cents(typed: &str) -> Option<u64> {
    let typed = typed.trim().to_uppercase();
    let typed = typed
        .trim_start_matches(['€', '$', '£'])
        .trim_end_matches(['€', '$', '£']);
    let typed = typed.strip_suffix("EUR").unwrap_or(typed);
    minor(typed.strip_prefix("EUR").unwrap_or(typed), 2)
}

/// Minor units of a figure of a currency with so many decimals: a mark with that many digits behind
/// it, or with fewer, is the decimal one.
pub(crate) fn minor(typed: &str, decimals: usize) -> Option<u64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, cents) = match typed.rfind([',', '.']) {
        Some(mark) if (2..=decimals + 1).contains(&(typed.len() - mark)) => {
            (&typed[..mark], typed[mark + 1..].to_owned())
        }
        _ => (typed.as_str(), String::new()),
    };
    let mut groups = whole.split([',', '.']);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3);
    let led = !first.is_empty() && (rest.is_empty() || first.len() <= 3);
    let digits: String = std::iter::once(first).chain(rest).collect();
    let digits = format!("{digits}{cents:0<decimals$}");
    let fits = digits.bytes().all(|b| b.is_ascii_digit()) && digits.len() <= DIGITS_MAX;
    let minor = (grouped && led && fits).then(|| digits.parse().ok());
    minor.flatten().filter(|minor| *minor > 0)
}

#[cfg(test)]
mod tests {
    use super::{cents, minor};

    #[test]
    fn an_amount_is_understood_however_it_is_typed() {
        for (typed, told) in [
            ("42", Some(4_200)),
            ("42,00", Some(4_200)),
            ("42.00 €", Some(4_200)),
            ("€42", Some(4_200)),
            (" 42,5 ", Some(4_250)),
            ("42.00 EUR", Some(4_200)),
            ("1 234,50", Some(123_450)),
            ("1\u{202f}234,50\u{a0}€", Some(123_450)),
            ("1,234.50", Some(123_450)),
            ("1.234,50", Some(123_450)),
            ("1,234", Some(123_400)),
            ("0,01", Some(1)),
            ("0", None),
            ("", None),
            ("€", None),
            (",50", None),
            ("12,34,56", None),
            ("1234,567", None),
            ("-5", None),
            ("4e2", None),
            ("A42", None),
            ("12345678901", None),
            ("٤٢", None),
        ] {
            assert_eq!(cents(typed), told, "{typed}");
        }
    }
    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        for (typed, decimals, told) in [
            ("1 000", 0, Some(1_000)),
            ("1,000", 0, Some(1_000)),
            ("1000", 0, Some(1_000)),
            ("10,5", 0, None),
            ("10,50", 0, None),
            ("1.500", 3, Some(1_500)),
            ("12.5", 2, Some(1_250)),
        ] {
            assert_eq!(minor(typed, decimals), told, "{typed} of {decimals}");
        }
    }
}
