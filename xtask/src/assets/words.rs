//! The texts of each language as a file: a browser loads that of its shopper's and no other.

use std::path::Path;

use anyhow::Result;

use self::languages::Lang;
use super::parts::WORDS_MARK;

/// The widget's own values, from which the server draws: compiled in here too, because a dependency
/// on the widget would have every command wait for all that it is made of.
#[path = "../../../src/words/mod.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "it is the widget's, which uses and shows all of it"
)]
mod languages;

/// What stands for a language's tag in the names of the files.
pub(super) const TAG: &str = "LANG";

/// A language's file.
pub(super) struct File {
    tag: &'static str,
    /// A list of its texts, in the order in which they are declared: JSON.
    pub(super) content: String,
}

/// One for each language.
pub(super) fn files() -> Result<Vec<File>> {
    let file = |lang: Lang| {
        let texts: Vec<_> = lang
            .words()
            .all()
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        Ok(File {
            tag: lang.tag(),
            content: serde_json::to_string(&texts)?,
        })
    };
    Lang::ALL.into_iter().map(file).collect()
}

/// Writes them under their plain names.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<()> {
    for file in files {
        std::fs::write(folder.join(file.name(WORDS_MARK)), &file.content)?;
    }
    Ok(())
}

impl File {
    /// The file's name, of a name for all of them.
    pub(super) fn name(&self, of_all: &str) -> String {
        of_all.replace(TAG, self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn each_language_has_a_file_with_all_of_its_texts_in_the_same_order() -> anyhow::Result<()> {
        let files = files()?;
        assert_eq!(files.len(), 8);
        for file in files {
            let read: Vec<String> = serde_json::from_str(&file.content)?;
            let lang = super::Lang::of(file.tag);
            let words = lang.map(|lang| lang.words().all()).unwrap_or_default();
            let texts: Vec<&str> = words.iter().map(|(_, text)| *text).collect();
            assert!(read.len() > 100 && read == texts, "{}", file.tag);
            assert_eq!(file.name("a_LANG.json"), format!("a_{}.json", file.tag));
        }
        Ok(())
    }
}
