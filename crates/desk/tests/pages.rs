//! Every page with something of everything on it, in each language, with hostile texts.
#![expect(
    clippy::unwrap_used,
    reason = "in tests, a panic is how a failure is told"
)]

use std::collections::BTreeSet;

use guichet_desk::Lang;
use guichet_desk::gallery::{Outside, documents};
use guichet_desk::pages::{hooks, list, look, settings, today};

/// Every page in each language.
fn all(outside: Outside) -> impl Iterator<Item = (&'static str, String)> {
    let each = move |lang| documents(lang, outside, "/desk/desk.css").unwrap();
    Lang::ALL.into_iter().flat_map(each)
}

/// The tags of a document with their attributes, outside of texts.
fn tags(html: &str) -> Vec<&str> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        // `>` alone may stand in a value.
        let mut quoted = false;
        let end = after.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        });
        let end = end.map_or(after.len(), |(end, _)| end);
        tags.push(&after[..end]);
        rest = &after[end..];
    }
    tags
}

#[test]
fn hostile_text_is_text_in_every_field_of_every_page() {
    for (name, html) in all(Outside::Hostile) {
        for tag in tags(&html) {
            let element = tag.split_ascii_whitespace().next().unwrap_or_default();
            assert!(
                !matches!(element, "script" | "img" | "style"),
                "{name}: {tag}"
            );
            let outside: String = tag.split('"').step_by(2).collect();
            for never in [" onerror", " onclick", " style="] {
                assert!(!outside.contains(never), "{name}: {tag}");
            }
        }
        assert!(html.contains("alert(1)"), "{name} shows nothing of it");
    }
}

#[test]
fn no_id_stands_twice_on_a_page() {
    for (name, html) in all(Outside::Usual) {
        let mut seen = BTreeSet::new();
        for tag in tags(&html) {
            if let Some((_, rest)) = tag.split_once(" id=\"") {
                let id = rest.split('"').next().unwrap_or_default();
                assert!(seen.insert(id.to_owned()), "{name}: {id} is there twice");
            }
        }
        assert!(seen.contains("main"), "{name}: {seen:?}");
    }
}

#[test]
fn each_place_of_a_text_is_filled_and_no_text_is_of_the_other_language() {
    for (name, html) in all(Outside::Usual) {
        assert!(!html.contains('{'), "{name} has a place that is not filled");
    }
    let of = |lang| documents(lang, Outside::Usual, "").unwrap();
    for ((name, english), (_, french)) in of(Lang::En).into_iter().zip(of(Lang::Fr)) {
        for (html, strange) in [(english, "Paiements"), (french, "Payments")] {
            assert!(!html.contains(strange), "{name}: {strange}");
        }
    }
}

#[test]
fn a_page_of_nothing_says_so() {
    for lang in Lang::ALL {
        let words = lang.words();
        for (body, told) in [
            (
                list::view(lang, &list::Model::default()),
                words.list.nothing,
            ),
            (
                look::view(lang, &look::Model::default()),
                words.look.nothing,
            ),
            (
                today::view(lang, &today::Model::default()),
                words.today.nothing,
            ),
            (
                hooks::view(lang, &hooks::Model::default()),
                words.hooks.nothing,
            ),
            (
                settings::view(lang, &settings::Model::default()),
                words.settings.hint,
            ),
        ] {
            let html = body.html();
            assert!(
                html.contains(told) && !html.contains("<svg"),
                "{told}: {html}"
            );
        }
    }
}
