//! People's names and addresses in the characters that every platform takes: one rule for all of
//! them.

/// Fits a text to the platform: letters, digits, space, `-`, `'` and `/`, at most `max` of them.
/// Accents and other scripts are transliterated; what has no transliteration but its name (an
/// emoji) is used only when nothing else is left. Never empty: 3-D Secure refuses an empty element.
pub(crate) fn fit(text: &str, max: usize) -> String {
    let letters = tidy(&text.chars().map(letters_only).collect::<String>(), max);
    if !letters.is_empty() {
        return letters;
    }
    let named = tidy(&deunicode::deunicode(text), max);
    if named.is_empty() {
        "-".to_owned()
    } else {
        named
    }
}

/// The letters and digits of a text, transliterated; of a long one the last `max`, because that is
/// where one order's reference differs from the next. None if it has neither.
pub(crate) fn plain_end(text: &str, max: usize) -> Option<String> {
    let plain = fit(text, usize::MAX);
    let mut kept: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    kept.drain(..kept.len().saturating_sub(max));
    (!kept.is_empty()).then_some(kept)
}

fn letters_only(c: char) -> String {
    match c {
        '\u{2018}' | '\u{2019}' => "'".to_owned(),
        '\u{2010}'..='\u{2015}' => "-".to_owned(),
        // Combining accents go with the letter that they stand on.
        '\u{300}'..='\u{36f}' => String::new(),
        c if c.is_ascii() => c.to_string(),
        c if c.is_alphanumeric() => deunicode::deunicode_char(c).unwrap_or_default().to_owned(),
        _ => " ".to_owned(),
    }
}

/// Drops what is not allowed, joins runs of spaces and cuts.
fn tidy(text: &str, max: usize) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '\'' | '/');
    let spaced: String = text
        .chars()
        .map(|c| if allowed(c) { c } else { ' ' })
        .collect();
    let mut line = spaced
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    line.truncate(max); // All ASCII by now.
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_transliterated_and_markup_is_dropped() {
        assert_eq!(fit("Élodie-Ève", 22), "Elodie-Eve");
        assert_eq!(fit("Œuvre d’Art", 22), "OEuvre d'Art");
        assert_eq!(fit("Cafe\u{301}", 22), "Cafe");
        assert_eq!(fit("A & <B> \"C\"", 22), "A B C");
        assert_eq!(fit("12/3 rue\r\nde l'Eau", 40), "12/3 rue de l'Eau");
        assert_eq!(fit("Léa 😀", 22), "Lea");
        assert_eq!(fit("王小明", 22), "Wang Xiao Ming");
        assert_eq!(fit("&&&", 22), "-");
    }

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

    #[test]
    fn an_emoji_alone_is_named() {
        assert!(fit("😀", 40).starts_with("grinning"));
    }

    #[test]
    fn a_text_is_cut_without_a_space_at_its_end() {
        assert_eq!(fit("abcdefghijklmnopqrstu vw", 22), "abcdefghijklmnopqrstu");
    }
}
