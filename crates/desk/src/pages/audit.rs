//! Who did what.

use jiff::civil::DateTime;

use crate::el::{El, el};
use crate::kit::{self, column};
use crate::show;
use crate::words::{Deed, Lang};

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// When, in Paris.
    pub at: DateTime,
    /// The name that was given.
    pub person: String,
    /// What.
    pub deed: Deed,
    /// The address it came from; empty if there is none.
    pub origin: String,
}

/// The page: what was done, or what was refused.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What of it is on this page.
    pub done: Vec<Done>,
    /// It is what was refused.
    pub refused: bool,
    /// The address of the other one.
    pub other: String,
    /// The address of the first page, from a later one.
    pub newest: Option<String>,
    /// The address of the page after this one.
    pub older: Option<String>,
}

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, model: &Model) -> El {
    let words = &lang.words().audit;
    let columns = [words.when, words.who, words.what, words.origin].map(column);
    let rows = model.done.iter().map(|done| {
        let origin = match done.origin.as_str() {
            "" => words.no_origin,
            origin => origin,
        };
        vec![
            show::moment(lang, done.at),
            kit::plain(&done.person),
            kit::plain((words.deed)(done.deed)),
            kit::plain(origin),
        ]
    });
    let table = kit::table(lang.words().frame.audit, &columns, rows);
    let (meaning, other) = match model.refused {
        false => (words.meaning, words.to_refused),
        true => (words.refused_meaning, words.to_done),
    };
    let list = &lang.words().list;
    let newest = model.newest.as_deref().map(|at| (at, list.newest));
    let older = model.older.as_deref().map(|at| (at, list.older));
    el("div")
        .class("stack")
        .with(el("p").text(meaning))
        .with(el("p").with(kit::link(&model.other, other)))
        .with(table)
        .maybe(kit::paging(list.pages, newest, older))
}
