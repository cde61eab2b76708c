//! A shop's reference in the characters that every platform takes. Names and addresses are made
//! plain by `guichet_domain::gate`.

use guichet_domain::gate::plain;

/// The letters and digits of a text, transliterated; of a long one the last `max`, because that is
/// where one order's reference differs from the next. None if it has neither.
pub(crate) fn plain_end(text: &str, max: usize) -> Option<String> {
    let plain = plain(text, usize::MAX)?;
    let mut kept: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    kept.drain(..kept.len().saturating_sub(max));
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_keeps_its_end() {
        for (text, kept) in [
            ("2026-1042/B", Some("20261042B")),
            ("boutique-2026-00012345", Some("202600012345")),
            ("Été_7", Some("Ete7")),
            ("---", None),
            ("", None),
        ] {
            assert_eq!(plain_end(text, 12).as_deref(), kept, "{text}");
        }
    }
}
