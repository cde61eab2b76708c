//! What the people of a shop look at: the books, turned into the pages' models, and
//! what they do with payments. Money moves by the same use cases as for shops' servers.

use guichet_domain::session::Attempt;
use guichet_providers::zone::paris;
use guichet_store::Book;
use jiff::Timestamp;
use jiff::civil::DateTime;

use guichet_desk::pages::Standing;

pub(crate) mod accounting;
pub(crate) mod acts;
pub(crate) mod amount;
pub(crate) mod code;
pub(crate) mod hooks;
pub(crate) mod list;
pub(crate) mod look;
pub(crate) mod memory;
pub(crate) mod money;
pub(crate) mod password;
pub(crate) mod payment;
mod raw;
pub(crate) mod rebillings;
pub(crate) mod settings;
pub(crate) mod sso;
pub(crate) mod terminals;
pub(crate) mod today;

/// Leaves one page of what was read, of which one more was asked for. Whether there is another.
fn one_page<T>(read: &mut Vec<T>, page: usize) -> bool {
    let more = read.len() > page;
    read.truncate(page);
    more
}

/// A Unix second as Paris tells it. One that no calendar has is the first of all.
pub(crate) fn in_paris(unix: i64) -> DateTime {
    let at = Timestamp::from_second(unix).unwrap_or(Timestamp::UNIX_EPOCH);
    match paris() {
        Ok(zone) => at.to_zoned(zone).datetime(),
        Err(_) => jiff::tz::Offset::UTC.to_datetime(at),
    }
}

/// Where a payment stands, as a list tells it.
fn standing(book: &Book, attempt: &Attempt<'_>) -> Standing {
    let session = &book.session;
    let attention = attempt.attention(session);
    let entry = book.entry(attempt.id);
    let handled = entry.is_some_and(|entry| attention.is_subset(&entry.handled));
    Standing {
        status: attempt.status(session),
        surplus: attempt.is_surplus(session),
        look: !handled,
        given_back: attempt.state.balance().given_back > 0,
    }
}
