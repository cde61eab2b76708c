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

/// Draws the page.
#[must_use]
pub fn view(lang: Lang, done: &[Done]) -> El {
    let words = &lang.words().audit;
    let columns = [words.when, words.who, words.what, words.origin].map(column);
    let rows = done.iter().map(|done| {
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
    el("div").with(el("p").text(words.meaning)).with(table)
}
