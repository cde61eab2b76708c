//! Checks over all texts of all languages.

use super::{Lang, Words, fill};

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

/// What texts are filled with: names, dates and amounts.
const FILLED: [&str; 13] = [
    "accepted",
    "amount",
    "brand",
    "date",
    "digits",
    "eligible",
    "limit",
    // Before "min", which has one form.
    "minutes",
    "name",
    "reference",
    "shop",
    "till",
    "total",
];

/// A number of things needs a text for each plural form of its language: two in most, three in
/// Spanish, French, Italian and Portuguese (CLDR 48). There is no such text, and no code for it.
#[test]
fn no_text_counts_anything() {
    for lang in Lang::ALL {
        for (name, text) in lang.words().all() {
            for place in places(text) {
                assert!(
                    FILLED.contains(&place),
                    "{name} in {lang:?} is filled with {place}: if that is a number, it needs \
                     plural forms first"
                );
            }
        }
    }
}

/// What is the same word in English and in another language, by its name.
const SAME: [(Lang, &str); 0] = [];

#[test]
fn no_text_is_left_in_english() {
    let mut same = vec![];
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        for ((name, text), (_, other)) in Lang::En.words().all().iter().zip(lang.words().all()) {
            if *text == other {
                same.push((lang, *name));
            }
        }
    }
    assert_eq!(same, SAME);
}

/// Texts of buttons, which must fit beside each other on two lines of a phone of 320 px.
const BUTTONS: [&str; 9] = [
    "pay",
    "pay_busy",
    "saved_remove",
    "saved_keep",
    "confirm_pay",
    "confirm_stay",
    "go_on",
    "waiting_other",
    "retry",
];

#[test]
fn buttons_are_short_and_no_word_is_wider_than_a_phone() {
    // 320 px less margins hold some 30 letters of a button's size.
    for lang in Lang::ALL {
        for (name, text) in lang.words().all() {
            let filled = fill(text, &[("amount", "12\u{a0}345,67\u{a0}€")]);
            if BUTTONS.contains(&name) {
                let length = filled.chars().count();
                assert!(length <= 48, "{name} in {lang:?} has {length} letters");
            }
            for word in filled.split([' ', '-', '/']) {
                let length = word.chars().count();
                assert!(length <= 24, "{word:?} of {name} in {lang:?}");
            }
        }
    }
}

#[test]
fn signs_are_those_of_print() {
    for lang in Lang::ALL {
        for (name, text) in lang.words().all() {
            for typed in ["'", "\"", "...", "  ", " \u{a0}", "\u{a0} "] {
                assert!(!text.contains(typed), "{typed:?} in {name} in {lang:?}");
            }
            assert_eq!(text.trim(), text, "{name} in {lang:?}");
            // Before a sign stands a space in French, and in no other language.
            for (at, sign) in text.match_indices([':', ';', '!', '?']) {
                let before = text[..at].chars().next_back();
                let space = before.filter(|c| c.is_whitespace());
                let expected = (lang == Lang::Fr).then_some('\u{202f}');
                assert_eq!(space, expected, "before {sign} of {name} in {lang:?}");
            }
        }
    }
}

#[test]
fn spanish_opens_what_it_closes() {
    for (name, text) in Lang::Es.words().all() {
        for (open, close) in [('¿', '?'), ('¡', '!')] {
            let mut depth = 0;
            for sign in text.chars().filter(|c| [open, close].contains(c)) {
                depth += if sign == open { 1 } else { -1 };
                assert!(depth == 0 || depth == 1, "{name}: {text}");
            }
            assert_eq!(depth, 0, "{name}: {text}");
        }
    }
}

#[test]
fn a_refund_of_a_debit_may_be_asked_for_within_eight_weeks_in_every_language() {
    for lang in Lang::ALL {
        assert!(lang.words().mandate.contains(" 8"), "{lang:?}");
    }
}

/// What the element itself says is a script's, and has the same languages and texts.
#[test]
fn the_element_speaks_the_same_languages_before_the_module_is_there() {
    let told = [
        (
            include_str!("loading.js"),
            &["loading", "failed", "retry"][..],
        ),
        (include_str!("refusals.js"), &["unsupported", "unfit"]),
    ];
    for (script, names) in told {
        let (_, table) = script.split_once(" = {\n").unwrap();
        let (table, _) = table.split_once("\n};\n").unwrap();
        let mut spoken: Vec<&str> = vec![];
        for language in table.split("\n  },\n") {
            let (tag, texts) = language.split_once(": {\n").unwrap();
            spoken.push(tag.trim());
            for name in names {
                let label = format!("    {name}:");
                assert_eq!(texts.matches(&label).count(), 1, "{name} in {spoken:?}");
            }
        }
        let mut expected = Lang::ALL.map(Lang::tag);
        spoken.sort_unstable();
        expected.sort_unstable();
        assert_eq!(spoken, expected);
    }
}

#[test]
fn no_text_calls_a_taken_voucher_untaken() {
    for lang in Lang::ALL {
        let words = lang.words();
        // What this language says where nothing was taken.
        let (_, claim) = words.card_unreachable.split_once(". ").unwrap();
        let (claim, _) = claim.split_once('.').unwrap();
        assert!(words.card_unread.contains(claim), "{claim} in {lang:?}");
        for text in [words.incomplete_body, words.held_body, words.held_full] {
            for claim in [claim, "pas été débité", "not been charged"] {
                let claim = claim.to_lowercase();
                assert!(!text.to_lowercase().contains(&claim), "{text}");
            }
        }
    }
}

#[test]
fn a_file_of_a_language_is_read_as_it_was_written_or_not_at_all() {
    for lang in Lang::ALL {
        let written: Vec<String> = lang
            .words()
            .all()
            .into_iter()
            .map(|(_, text)| text.to_owned())
            .collect();
        let read = Words::read(written.clone()).unwrap();
        assert_eq!(read.all(), lang.words().all());
        assert!(Words::read(written[1..].to_vec()).is_none());
        let more = [written, vec![String::new()]].concat();
        assert!(Words::read(more).is_none());
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
    for tag in ["", "gsw", "ca-ES", "english", "french", "frr", "*", "-fr"] {
        assert_eq!(Lang::of(tag), None, "{tag}");
    }
}
