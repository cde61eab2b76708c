//! Whole books, each read in one statement.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::error::StoreError;
use crate::rows::{Columns as _, read_book};
use crate::transaction::{BookOf, ListedBook};
use crate::types::Book;

/// A statement that reads whole books, all of one moment. It gives a row for each event, one for a
/// payment that has none, and one for a session that has no payment. Of several books `$order`
/// keeps the rows of each together.
macro_rules! book_where {
    ($session:literal, $order:literal) => {
        concat!(
            "WITH s AS MATERIALIZED (
                SELECT id AS of_session, body, settled_by, expires_at, expiry_due,
                    (SELECT o.id FROM sessions o
                        WHERE o.shop = a.shop AND o.order_key = a.order_key
                            AND o.settled_by IS NOT NULL
                        ORDER BY o.rowid LIMIT 1) AS first_settled
                FROM sessions a WHERE ",
            $session,
            ")
             SELECT s.*, p.*, c.stage, e.content, e.received_at
             FROM s LEFT JOIN payments p ON p.session_id = s.of_session
             LEFT JOIN conversations c ON c.payment_id = p.id
             LEFT JOIN events e ON e.payment_id = p.id
             ORDER BY ",
            $order,
            "p.position, e.seq"
        )
    };
}

/// What a book is found by.
pub(super) enum BookKey<'a> {
    Id(&'a str),
    Hash(&'a [u8]),
}

/// The statement that reads a whole book, and its one parameter.
pub(super) fn book_query(of: BookOf<'_>) -> (&'static str, BookKey<'_>) {
    match of {
        BookOf::Session(id) => (book_where!("id = ?", ""), BookKey::Id(id.as_str())),
        BookOf::Payment(id) => (
            book_where!("id = (SELECT session_id FROM payments WHERE id = ?)", ""),
            BookKey::Id(id.as_str()),
        ),
        BookOf::Secret(hash) => (book_where!("secret_hash = ?", ""), BookKey::Hash(hash)),
    }
}

/// Reads a whole book, in one statement however many payments and events it has.
pub(super) async fn load_book(
    db: &mut SqliteConnection,
    of: BookOf<'_>,
) -> Result<Option<ListedBook>, StoreError> {
    let (statement, key) = book_query(of);
    let book = sqlx::query(statement);
    let book = match key {
        BookKey::Id(id) => book.bind(id),
        BookKey::Hash(hash) => book.bind(hash),
    };
    read_book(&book.fetch_all(db).await?)
}

/// Reads the whole books of these sessions, in one statement however many there are.
pub(super) async fn load_books(
    db: &mut SqliteConnection,
    sessions: &[&str],
) -> Result<HashMap<String, Book>, StoreError> {
    let query = sqlx::query(book_where!(
        "id IN (SELECT value FROM json_each(?))",
        "s.of_session, "
    ));
    let rows = query.bind(serde_json::to_string(sessions)?);
    let rows = rows.fetch_all(db).await?;
    let session = |row: &SqliteRow| row.text("of_session").ok().map(str::to_owned);
    let mut books = HashMap::new();
    for rows in rows.chunk_by(|one, next| session(one) == session(next)) {
        if let Some((book, _)) = read_book(rows)? {
            books.insert(book.session.id.to_string(), book);
        }
    }
    Ok(books)
}
