//! Checks over all texts of all languages.

use super::{Lang, fill};

fn places(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|tail| tail.split('}').next())
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn every_language_fills_the_same_places() {
    let french = Lang::Fr.words().all();
    for lang in Lang::ALL {
        for ((name, text), (_, other)) in french.iter().zip(lang.words().all()) {
            assert!(!other.trim().is_empty(), "{name} is empty in {lang:?}");
            assert_eq!(places(text), places(other), "{name} in {lang:?}");
        }
    }
}

#[test]
fn french_never_lets_a_sign_start_a_line() {
    for (name, text) in Lang::Fr.words().all() {
        for (sign, space) in [
            (':', '\u{202f}'),
            (';', '\u{202f}'),
            ('!', '\u{202f}'),
            ('?', '\u{202f}'),
            ('€', '\u{a0}'),
        ] {
            for (at, _) in text.match_indices(sign) {
                assert!(text[..at].ends_with(space), "{name}: before {sign}");
            }
        }
        assert!(!text.contains('\''), "{name}: straight apostrophe");
    }
}

#[test]
fn no_text_calls_a_taken_voucher_untaken() {
    for lang in Lang::ALL {
        let words = lang.words();
        for text in [words.incomplete_body, words.held_body, words.held_full] {
            for claim in [
                "pas été débité",
                "rien n’a été",
                "not been charged",
                "nothing was",
            ] {
                assert!(!text.contains(claim), "{text}");
            }
        }
    }
}

#[test]
fn places_are_filled_and_unknown_ones_left_out() {
    assert_eq!(
        fill("a {x} b {y}", &[("x", "1"), ("y", "{x}")]),
        "a 1 b {x}"
    );
    assert_eq!(fill("{nobody}.", &[]), ".");
    assert_eq!(fill("open {brace", &[]), "open brace");
}

#[test]
fn the_language_follows_the_first_tag_that_is_spoken() {
    assert_eq!(Lang::choose(&["", "en-GB", "fr"]), Lang::En);
    assert_eq!(Lang::choose(&["de", "FR_ca"]), Lang::Fr);
    assert_eq!(Lang::choose(&["gsw", "pt-BR", "", "fr"]), Lang::Fr);
    assert_eq!(Lang::choose(&["pt-BR"]), Lang::En);
    assert_eq!(Lang::choose(&[]), Lang::En);
}

#[test]
fn tags_are_taken_as_shops_write_them() {
    for tag in [
        "fr",
        "FR",
        "fr_FR",
        "fr-CA",
        " fr ",
        "fr_FR.UTF-8",
        "fr@euro",
    ] {
        assert_eq!(Lang::of(tag), Some(Lang::Fr), "{tag}");
    }
    for tag in ["EN", "en-GB", "en_US", "en-Latn-GB"] {
        assert_eq!(Lang::of(tag), Some(Lang::En), "{tag}");
    }
    for tag in ["", "gsw", "pt-BR", "english", "french", "frr", "*", "-fr"] {
        assert_eq!(Lang::of(tag), None, "{tag}");
    }
}
