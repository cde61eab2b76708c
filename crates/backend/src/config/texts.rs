//! A shop's own texts, in place of the widget's.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use guichet_domain::id::Slug;
use guichet_widget::words::Lang;

/// As many characters as a text may have: the longest of the widget's own has fewer.
const LONGEST: usize = 500;

/// As the widget is told: by language, then by the text's number.
pub(crate) type Texts = BTreeMap<String, BTreeMap<u16, String>>;

/// Checks what `[shops.texts.fr]` and the like say: by language, then by the text's name.
pub(super) fn read(
    shop: &Slug,
    tables: BTreeMap<String, BTreeMap<String, String>>,
) -> anyhow::Result<Texts> {
    let mut read = Texts::new();
    for (tag, texts) in tables {
        let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == tag);
        let lang = lang.with_context(|| {
            let all = Lang::ALL.map(Lang::tag).join(", ");
            format!("shop {shop}: texts.{tag}: the widget speaks {all}")
        })?;
        let ours: BTreeMap<&str, (u16, &str)> = (0..)
            .zip(lang.words().all())
            .map(|(number, (name, text))| (name, (number, text)))
            .collect();
        let mut own = BTreeMap::new();
        for (name, text) in texts {
            let key = format!("shop {shop}: texts.{tag}.{name}");
            let (number, instead_of) = ours.get(&*name).with_context(|| {
                format!("{key}: there is no such text: `guichet texts {tag}` lists all")
            })?;
            check(&text, instead_of).with_context(|| key)?;
            own.insert(*number, text);
        }
        read.insert(tag, own);
    }
    Ok(read)
}

/// Whether a text may stand in place of that one.
fn check(text: &str, instead_of: &str) -> anyhow::Result<()> {
    ensure!(!text.trim().is_empty(), "must not be empty");
    let length = text.chars().count();
    ensure!(
        length <= LONGEST,
        "has {length} characters, at most {LONGEST}"
    );
    ensure!(
        !text.chars().any(char::is_control),
        "must be one line without control characters"
    );
    let (own, ours) = (places(text), places(instead_of));
    if let Some(missing) = ours.difference(&own).next() {
        anyhow::bail!("must say {{{missing}}}, as the widget's own does: {instead_of:?}");
    }
    if let Some(strange) = own.difference(&ours).next() {
        anyhow::bail!("can't say {{{strange}}}: the widget's own is {instead_of:?}");
    }
    Ok(())
}

/// The places of a text that are filled, such as `amount` of `Pay {amount}`.
fn places(text: &str) -> BTreeSet<&str> {
    let after = text.split('{').skip(1);
    after
        .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(tag: &str, name: &str, text: &str) -> anyhow::Result<Texts> {
        let texts = BTreeMap::from([(name.to_owned(), text.to_owned())]);
        let shop = Slug::try_from("demo".to_owned()).unwrap();
        read(&shop, BTreeMap::from([(tag.to_owned(), texts)]))
    }

    #[test]
    fn a_text_of_the_shops_own_is_known_by_its_number() {
        let read = read_one("fr", "pay", "Commander et payer {amount}").unwrap();
        let names = Lang::Fr.words().all();
        let [(number, text)] = Vec::from_iter(&read["fr"])[..] else {
            panic!("{read:?}");
        };
        assert_eq!(names[usize::from(*number)].0, "pay");
        assert_eq!(text, "Commander et payer {amount}");
    }

    #[test]
    fn a_text_that_can_not_stand_in_place_of_another_is_refused_with_the_reason() {
        let long = "x".repeat(LONGEST + 1);
        for (tag, name, text, reasons) in [
            ("da", "pay", "Betal {amount}", ["texts.da", "de, en, es"]),
            ("fr-CA", "pay", "Payer {amount}", ["texts.fr-CA", "speaks"]),
            (
                "fr",
                "pay_now",
                "Payer",
                ["texts.fr.pay_now", "guichet texts fr"],
            ),
            ("fr", "pay", "Payer", ["texts.fr.pay", "must say {amount}"]),
            (
                "fr",
                "pay",
                "{amount} {sum}",
                ["texts.fr.pay", "can't say {sum}"],
            ),
            (
                "fr",
                "pay",
                "{amount} {sum",
                ["texts.fr.pay", "can't say {sum}"],
            ),
            ("fr", "to_pay", " ", ["texts.fr.to_pay", "empty"]),
            ("fr", "to_pay", "a\nb", ["texts.fr.to_pay", "one line"]),
            ("fr", "to_pay", &long, ["texts.fr.to_pay", "at most 500"]),
        ] {
            let told = format!("{:#}", read_one(tag, name, text).unwrap_err());
            for reason in reasons {
                assert!(told.contains(reason), "{told}");
            }
        }
    }

    #[test]
    fn the_widgets_own_texts_may_all_be_said() {
        for lang in Lang::ALL {
            for (name, text) in lang.words().all() {
                assert!(read_one(lang.tag(), name, text).is_ok(), "{name}");
            }
        }
    }
}
