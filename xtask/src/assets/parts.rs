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
/// The stem of the script with what is said where nothing can be paid: hardly any browser loads it.
pub(super) const REFUSALS: &str = "guichet_refusals";
/// The stem of the script for the platform's fields, which comes when a card is paid with.
pub(super) const CARD: &str = "guichet_card";
/// The texts of a language, named for all of them at once.
pub(super) const WORDS: &str = "guichet_words_LANG";

/// The names of those two, and of what takes over, in the scripts that load them. They work as they
/// are too: for development servers, and in the npm package.
pub(super) const TAKEOVER_MARK: &str = "guichet_takeover.js";
pub(super) const REFUSALS_MARK: &str = "guichet_refusals.js";
pub(super) const CARD_MARK: &str = "guichet_card.js";
pub(super) const WORDS_MARK: &str = "guichet_words_LANG.json";

/// The scripts and the style sheet, minified.
pub(super) struct Scripts {
    /// What lets the module reach the page, alone: the npm package has it as a file.
    pub(super) glue: String,
    /// The same, with what takes over from a painted face.
    pub(super) takeover: String,
    pub(super) element: String,
    pub(super) card: String,
    pub(super) refusals: String,
    pub(super) style: String,
    /// The element as it finds the other files in the npm package.
    pub(super) package: String,
}

pub(super) fn pkg(ctx: &Ctx) -> PathBuf {
    ctx.root.join("pkg")
}
