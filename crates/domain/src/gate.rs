//! The one gate for text that a shop passes on: what people typed becomes what platforms take.
//!
//! [`text`] is applied once, when the shop's server hands a value over; [`plain`] and [`two_lines`]
//! by whichever provider fits it to its platform. Nothing is refused here: a name is cut or loses a
//! sign, and its owner pays all the same. Each of them applied twice is applied once.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// One line of at most `max` characters: line breaks, tabs and spaces of every kind become one
/// space, what is invisible (soft hyphens, joiners, marks of direction) vanishes, and the rest is
/// cut. None when nothing is left.
#[must_use]
pub fn text(value: &str, max: usize) -> Option<String> {
    let is_space = |c: char| c.is_whitespace() || c.is_control();
    let visible: String = value.chars().filter(|c| !is_invisible(*c)).collect();
    let words = visible.split(is_space).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(max).collect();
    Some(cut.trim_end().to_owned()).filter(|cut| !cut.is_empty())
}

/// Shown by nobody (Unicode's `Default_Ignorable_Code_Point`): U+00AD, U+200D, U+FEFF, …
fn is_invisible(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The text in the signs that payment platforms take: ASCII letters and digits, single spaces, `-`,
/// `'` and `/`, at most `max` of them, none of them a space at an end. Accents and other scripts
/// are transliterated; an emoji is named when nothing else is left. None when nothing is.
///
/// Every provider that passes on a name or an address uses this function and no other.
#[must_use]
pub fn plain(value: &str, max: usize) -> Option<String> {
    let mut line = transliterate(value);
    line.truncate(max); // All ASCII.
    line.truncate(line.trim_end().len());
    Some(line).filter(|line| !line.is_empty())
}

/// An address in two lines of at most `max` signs each, in the signs of [`plain`]. A first line
/// that is longer flows into the second at a word's end. What fits into neither is cut from the
/// end; number and street go first then, wherever they stood.
#[must_use]
pub fn two_lines(
    first: &str,
    second: Option<&str>,
    max: usize,
) -> (Option<String>, Option<String>) {
    let (street, rest) = (
        transliterate(first),
        transliterate(second.unwrap_or_default()),
    );
    let cut = |line: &str| plain(break_at(line, max).0, max);
    if street.len() <= max {
        return (plain(&street, max), cut(&rest));
    }
    let (head, tail) = break_at(&street, max);
    if tail.len() <= max {
        return (plain(head, max), cut(&format!("{tail} {rest}")));
    }
    let street = street_first(&street);
    let (head, tail) = break_at(&street, max);
    (plain(head, max), cut(tail))
}

/// At the last word's end within `max` bytes of ASCII, or within a word that is longer than that.
fn break_at(line: &str, max: usize) -> (&str, &str) {
    let Some(at) = line.get(..=max).and_then(|start| start.rfind(' ')) else {
        return line.split_at(max.min(line.len()));
    };
    (&line[..at], &line[at + 1..])
}

/// Words that a French street's name begins with, in lower case.
const WAYS: [&str; 26] = [
    "allee",
    "av",
    "ave",
    "avenue",
    "bd",
    "boulevard",
    "bvd",
    "chemin",
    "cours",
    "esplanade",
    "faubourg",
    "fbg",
    "impasse",
    "imp",
    "lotissement",
    "passage",
    "place",
    "pl",
    "promenade",
    "quai",
    "route",
    "rte",
    "rue",
    "sentier",
    "square",
    "voie",
];

/// What stands between a house's number and its street: `12 bis rue`, `12 B rue`.
fn belongs_to_number(word: &str) -> bool {
    word.len() == 1 || ["bis", "ter", "quater"].contains(&word)
}

/// The line with number and street at its beginning, if it holds them.
fn street_first(line: &str) -> String {
    let words: Vec<_> = line.split(' ').collect();
    let lower = |at: usize| words.get(at).map(|word| word.to_ascii_lowercase());
    let begins = |at: usize| {
        let after = lower(at + 1).filter(|word| belongs_to_number(word));
        let way = lower(at + 1 + usize::from(after.is_some()));
        words[at].starts_with(|c: char| c.is_ascii_digit())
            && way.is_some_and(|way| WAYS.contains(&way.as_str()))
    };
    let start = (0..words.len()).find(|at| begins(*at)).unwrap_or(0);
    // 12 1/2 is one number.
    let start = start.saturating_sub(usize::from(words[start].contains('/')));
    [&words[start..], &words[..start]].concat().join(" ")
}

/// Whatever length it has.
fn transliterate(value: &str) -> String {
    let mut letters = String::new();
    for c in value.chars().filter(|c| !is_invisible(*c)) {
        push_letters(&mut letters, c);
    }
    let letters = allowed(&letters);
    if letters.is_empty() {
        return allowed(&deunicode::deunicode(value));
    }
    letters
}

fn push_letters(letters: &mut String, c: char) {
    match c {
        // Apostrophes, primes and the signs that stand for them; `ʻokina and ʿayn among them.
        '`'
        | '\u{b4}'
        | '\u{2b9}'..='\u{2bf}'
        | '\u{2c8}'
        | '\u{2ca}'
        | '\u{2cb}'
        | '\u{374}'
        | '\u{55a}'
        | '\u{5f3}'
        | '\u{7f4}'
        | '\u{7f5}'
        | '\u{1fef}'
        | '\u{1ffd}'
        | '\u{2018}'..='\u{201b}'
        | '\u{2032}'
        | '\u{2035}'
        | '\u{a78b}'
        | '\u{a78c}'
        | '\u{ff07}'
        | '\u{ff40}' => letters.push('\''),
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2e3a}'
        | '\u{2e3b}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => letters.push('-'),
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => letters.push('/'),
        // Combining accents go with the letter that they stand on.
        '\u{300}'..='\u{36f}' => {}
        '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{215e}' | '\u{2189}' => {
            // A fraction after a number is one: 12½ is 12 1/2 and not 121/2.
            letters.push(' ');
            letters.push_str(deunicode::deunicode_char(c).unwrap_or_default().trim());
        }
        c if c.is_ascii() => letters.push(c),
        c if c.is_alphanumeric() => {
            letters.push_str(deunicode::deunicode_char(c).unwrap_or_default());
        }
        _ => letters.push(' '),
    }
}

/// Only the signs that are allowed, other signs being spaces, and single spaces.
fn allowed(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '\'' | '/');
    let apostrophes = text.replace('`', "'");
    let words = apostrophes.split(|c: char| !allowed(c));
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(value: &str) -> String {
        text(value, 40).unwrap_or_default()
    }

    fn signs(value: &str) -> String {
        plain(value, 40).unwrap_or_default()
    }

    #[test]
    fn line_breaks_tabs_and_odd_spaces_become_one_space() {
        for odd in [
            "a\r\nb",
            "a\tb",
            "a\u{a0}b",
            "a\u{202f}\u{3000}b",
            " a \u{2028} b\u{0} ",
        ] {
            assert_eq!(line(odd), "a b", "{odd:?}");
        }
        for nothing in ["", " \u{a0}", "\u{200b}\u{feff}", "\r\n"] {
            assert_eq!(text(nothing, 40), None, "{nothing:?}");
        }
    }

    #[test]
    fn what_is_invisible_vanishes() {
        assert_eq!(
            line("Du\u{ad}pont\u{200d}\u{200b}\u{202e}\u{2069}"),
            "Dupont"
        );
        assert_eq!(signs("Du\u{ad}pont\u{200d}"), "Dupont");
    }

    #[test]
    fn a_long_text_is_cut_and_not_refused() {
        assert_eq!(text(&"é".repeat(201), 200).unwrap().chars().count(), 200);
        assert_eq!(text("abcd efgh", 5).unwrap(), "abcd");
        assert_eq!(
            plain("abcdefghijklmnopqrstu vw", 22).unwrap(),
            "abcdefghijklmnopqrstu"
        );
    }

    #[test]
    fn apostrophes_in_all_their_forms_stay_apostrophes() {
        for sign in [
            '\'', '\u{2bb}', '\u{b4}', '`', '\u{2032}', '\u{2019}', '\u{2bc}', '\u{ff07}',
        ] {
            assert_eq!(signs(&format!("Ka{sign}iulani")), "Ka'iulani", "{sign:?}");
        }
    }

    #[test]
    fn a_fraction_stands_apart_from_the_number_before_it() {
        assert_eq!(signs("12½ rue Haute"), "12 1/2 rue Haute");
        assert_eq!(signs("12¾, rue Haute"), "12 3/4 rue Haute");
        assert_eq!(signs("12\u{2044}3 rue Haute"), "12/3 rue Haute");
        assert_eq!(signs("rue du m²"), "rue du m2");
    }

    #[test]
    fn accents_are_transliterated_and_markup_is_dropped() {
        for (written, sent) in [
            ("Élodie-Ève", "Elodie-Eve"),
            ("Œuvre d’Art", "OEuvre d'Art"),
            ("Cafe\u{301}", "Cafe"),
            ("A & <B> \"C\"", "A B C"),
            ("12/3 rue\r\nde l'Eau", "12/3 rue de l'Eau"),
            ("Léa 😀", "Lea"),
            ("王小明", "Wang Xiao Ming"),
            ("Jean–Luc", "Jean-Luc"),
        ] {
            assert_eq!(signs(written), sent);
        }
        assert_eq!(plain("&&&", 22), None);
        assert!(signs("😀").starts_with("grinning"));
    }

    fn lines(first: &str, second: Option<&str>) -> (String, String) {
        let (first, second) = two_lines(first, second, 40);
        (first.unwrap_or_default(), second.unwrap_or_default())
    }

    #[test]
    fn a_long_address_flows_into_the_second_line_at_a_words_end() {
        let expect = |first: &str, second: &str| (first.to_owned(), second.to_owned());
        assert_eq!(
            lines(
                "145 avenue du Maréchal de Lattre de Tassigny",
                Some("Bât. C")
            ),
            expect("145 avenue du Marechal de Lattre de", "Tassigny Bat C")
        );
        let just = "1234567890 1234567890 1234567890 1234567";
        assert_eq!(lines(just, None), expect(just, ""));
        assert_eq!(
            lines("12 rue Haute", Some("Étage 2")),
            expect("12 rue Haute", "Etage 2")
        );
        let word = "x".repeat(50);
        assert_eq!(lines(&word, None), expect(&word[..40], &word[..10]));
    }

    #[test]
    fn number_and_street_are_kept_wherever_they_stand() {
        let long = "Résidence Les Jardins de la Fontaine Bleue, Bâtiment C, Escalier 12, \
                    Appartement 1204, 12 bis, boulevard de la République";
        let (first, second) = lines(long, Some("Code 1234"));
        assert_eq!(first, "12 bis boulevard de la Republique");
        assert_eq!(second, "Residence Les Jardins de la Fontaine");
        let half = format!("{} 12½ rue Haute", "Appartement ".repeat(8));
        assert_eq!(
            lines(&half, None).0,
            "12 1/2 rue Haute Appartement Appartement"
        );
    }

    proptest! {
        #[test]
        fn twice_is_once(value: String, second: Option<String>, max in 1_usize..60) {
            let once = text(&value, max);
            prop_assert_eq!(once.as_deref().and_then(|once| text(once, max)), once);
            let once = plain(&value, max);
            prop_assert_eq!(once.as_deref().and_then(|once| plain(once, max)), once);
            let (first, rest) = two_lines(&value, second.as_deref(), max);
            let again = two_lines(first.as_deref().unwrap_or_default(), rest.as_deref(), max);
            prop_assert_eq!(again, (first, rest));
        }

        #[test]
        fn whatever_comes_in_the_signs_and_lengths_are_the_platforms(
            value in prop_oneof![any::<String>(), "[a-zé0-9½ ,'’\u{ad}\r\n-]{0,120}"],
            second: Option<String>,
            max in 1_usize..60,
        ) {
            let (first, rest) = two_lines(&value, second.as_deref(), max);
            for sent in [plain(&value, max), first, rest].into_iter().flatten() {
                let fits = |c: char| c.is_ascii_alphanumeric() || " -'/".contains(c);
                prop_assert!(sent.chars().all(fits), "{sent}");
                prop_assert!((1..=max).contains(&sent.len()), "{sent}");
                prop_assert_eq!(sent.trim(), &sent);
                prop_assert!(!sent.contains("  "), "{sent}");
            }
        }
    }
}
