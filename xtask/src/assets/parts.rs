//! What the widget's build makes, and where.

use std::path::PathBuf;

use crate::ctx::Ctx;

/// How the module is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Dev,
    Plain,
    Lean,
}

/// The stem of the module's and its glue's file names.
pub(super) const STEM: &str = "guichet_widget";
/// The script tag's file: its name never changes.
pub(super) const ELEMENT: &str = "guichet.js";
/// The stem of the script for the platform's fields, which comes when a card is paid with.
pub(super) const CARD: &str = "guichet_card";
/// The texts of a language, named for all of them at once.
pub(super) const WORDS: &str = "guichet_words_LANG";

/// The names of those two in the element's script, which work as they are too: for development
/// servers, and in the npm package.
pub(super) const CARD_MARK: &str = "guichet_card.js";
pub(super) const WORDS_MARK: &str = "guichet_words_LANG.json";

/// The scripts and the style sheet, minified.
pub(super) struct Scripts {
    pub(super) glue: String,
    pub(super) element: String,
    pub(super) card: String,
    pub(super) style: String,
    /// The element as it finds the other files in the npm package.
    pub(super) package: String,
}

pub(super) fn pkg(ctx: &Ctx) -> PathBuf {
    ctx.root.join("pkg")
}
