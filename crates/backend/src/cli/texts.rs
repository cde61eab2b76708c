//! `guichet texts`: the widget's texts, as a shop may have its own in the configuration.

use std::fmt::Write as _;

use anyhow::Context as _;
use guichet_widget::words::Lang;

use super::terminal::print;

/// Prints the texts of a language as a table of the configuration.
pub(crate) fn run(tag: &str) -> anyhow::Result<()> {
    let lang = Lang::ALL.into_iter().find(|lang| lang.tag() == tag);
    let lang = lang.with_context(|| {
        let all = Lang::ALL.map(Lang::tag).join(", ");
        format!("the widget does not speak {tag}: it speaks {all}")
    })?;
    print(table(lang))
}

fn table(lang: Lang) -> String {
    let mut told = String::from(
        "# Below a [[shops]]: keep the lines that the shop says in another way. What stands in \
         braces has to stay.\n",
    );
    let _ = writeln!(told, "[shops.texts.{}]", lang.tag());
    for (name, text) in lang.words().all() {
        let _ = writeln!(told, "{name} = {}", toml::Value::from(text));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_put_into_the_configuration() {
        for lang in Lang::ALL {
            let table: toml::Table = table(lang).parse().unwrap();
            let texts = table["shops"]["texts"][lang.tag()].as_table().unwrap();
            let words = lang.words().all();
            assert_eq!(texts.len(), words.len());
            for (name, text) in words {
                assert_eq!(texts[name].as_str(), Some(text));
            }
        }
    }
}
