//! One page of what is found, and where the next one begins.

use guichet_domain::FieldError;
use guichet_domain::id::{PaymentId, SessionId};
use guichet_store::{Book, FoundPayment, Search, Store, StoreError};

use super::Wish;
use crate::sessions::folded::Folded;

/// Most sessions that are looked at for one page: of those with a rare status there may be few.
const LOOKED_AT_MAX: u32 = 1000;

/// How many sessions are read at a time where not each of them fits.
const BATCH: u32 = 100;

/// Why nothing is listed.
#[derive(Debug)]
pub(crate) enum SearchError {
    /// What is asked for is at fault.
    Field(FieldError),
    /// The books can't be read.
    Books(StoreError),
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        Self::Books(error)
    }
}

/// Some of what was found.
pub(crate) struct Page<T> {
    /// Newest first.
    pub(crate) found: Vec<T>,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<String>,
}

/// Payments.
pub(crate) async fn payments(
    store: &dyn Store,
    wish: &Wish,
) -> Result<Page<FoundPayment>, SearchError> {
    let search = &wish.search;
    let mut after = None;
    if let Some(cursor) = &wish.cursor {
        let id = PaymentId::try_from(cursor.clone()).map_err(|_| not_next())?;
        let (_, book) = store.payment(&id).await?.ok_or_else(not_next)?;
        belongs(&book, search)?;
        after = Some(id);
    }
    // One more than is told says whether there are more.
    let most = wish.limit.saturating_add(1);
    let mut found = store.search_payments(search, after.as_ref(), most).await?;
    let more = found.len() > as_len(wish.limit);
    found.truncate(as_len(wish.limit));
    let last = found.last().filter(|_| more);
    let next = last.map(|payment| payment.id.to_string());
    Ok(Page { found, next })
}

/// Sessions. Where a status is asked for, a page may have fewer than its limit, or none, and yet a
/// next one.
pub(crate) async fn sessions(
    store: &dyn Store,
    wish: &Wish,
    now: i64,
) -> Result<Page<Book>, SearchError> {
    let search = &wish.search;
    let mut after = None;
    if let Some(cursor) = &wish.cursor {
        let id = SessionId::try_from(cursor.clone()).map_err(|_| not_next())?;
        let book = store.book(&id).await?.ok_or_else(not_next)?;
        belongs(&book, search)?;
        after = Some(id);
    }
    let fits = |book: &Book| {
        let status = || Folded::new(book, now).overview.status;
        wish.status.is_none_or(|wanted| wanted == status())
    };
    // One more than is told says whether there are more.
    let batch = wish.status.map_or(wish.limit.saturating_add(1), |_| BATCH);
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let books = store.search_sessions(search, after.as_ref(), batch).await?;
        let over = books.len() < as_len(batch);
        for book in books {
            if found.len() == as_len(wish.limit) || looked_at == LOOKED_AT_MAX {
                let next = after.map(|id| id.to_string());
                return Ok(Page { found, next });
            }
            looked_at += 1;
            after = Some(book.session.id.clone());
            if fits(&book) {
                found.push(book);
            }
        }
        if over {
            return Ok(Page { found, next: None });
        }
    }
}

fn as_len(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Whether a cursor's entry may have been found by this search: by what of it never changes.
fn belongs(book: &Book, search: &Search) -> Result<(), FieldError> {
    let session = &book.session;
    let asked = search.reference.as_ref();
    let same = asked.is_none_or(|reference| *reference == session.reference);
    (session.shop == search.shop && same)
        .then_some(())
        .ok_or_else(not_next)
}

fn not_next() -> FieldError {
    FieldError::new("cursor", "is no `next` of an answer to this search")
}

impl From<FieldError> for SearchError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}
