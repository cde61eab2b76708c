//! The tree's files, and what is found in them.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::ctx::Ctx;
use crate::proc;

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) path: String,
    /// 0 where no single line is at fault.
    pub(super) line: usize,
    pub(super) text: String,
}

impl Finding {
    pub(super) fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

/// The text files of the tree: those in git, and new ones that git does not ignore.
pub(super) struct Tree(BTreeMap<String, String>);

impl Tree {
    pub(super) fn read(ctx: &Ctx) -> Result<Self> {
        let mut git = ctx.command("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let mut files = BTreeMap::new();
        for path in proc::read(&mut git)?
            .split('\0')
            .filter(|path| !path.is_empty())
        {
            // A file that was removed and not yet committed is still listed; a picture is no text.
            if let Ok(content) = std::fs::read_to_string(ctx.root.join(path)) {
                files.insert(path.to_owned(), content);
            }
        }
        Ok(Self(files))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| path.ends_with(".rs"))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_str()))
    }

    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Whether a path is a file, or a folder with a file in it.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.0.contains_key(path) || self.0.keys().any(|have| have.starts_with(&folder))
    }
}

#[cfg(test)]
pub(super) fn sample(files: &[(&str, &str)]) -> Tree {
    Tree(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
    )
}
