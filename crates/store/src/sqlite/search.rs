//! A shop's payments and sessions, found page by page.
//!
//! A page is read from the index of what is rarest of all that is asked for: at a million rows no
//! other way is fast. Which that is, is decided here and not left to SQLite, which knows nothing
//! of how many rows there are: a unary `+` keeps it from using any other index, and of those that
//! begin with the shop `INDEXED BY` names one.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::sqlite::Sqlite;
use sqlx::{QueryBuilder, SqliteConnection};

use super::rows::load_books;
use crate::error::StoreError;
use crate::types::{Book, FoundPayment, Search};
use crate::words::{from_word, word};

/// What a page is read by, the rarest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum By {
    PlatformReference,
    Number,
    Reference,
    Email,
    Amount,
    Attention,
    Money,
    Method,
    Shop,
}

impl By {
    fn rarest(search: &Search) -> Self {
        let asked = [
            (search.platform_reference.is_some(), Self::PlatformReference),
            (
                search.call.is_some() || search.transaction.is_some(),
                Self::Number,
            ),
            (search.reference.is_some(), Self::Reference),
            (search.email.is_some(), Self::Email),
            (search.amount.is_some(), Self::Amount),
            (search.attention, Self::Attention),
            (search.money.is_some(), Self::Money),
            (search.method.is_some(), Self::Method),
        ];
        let mut asked = asked.into_iter().filter(|(asked, _)| *asked);
        asked.next().map_or(Self::Shop, |(_, by)| by)
    }

    /// What stands before a column: nothing, if it is what is read by.
    fn mark(self, column: Self) -> &'static str {
        if self == column { "" } else { "+" }
    }

    /// Which index of sessions is read, where it is one of several.
    fn of_session(self) -> &'static str {
        match self {
            Self::Email => " INDEXED BY sessions_by_email",
            Self::Amount => " INDEXED BY sessions_by_amount",
            _ => "",
        }
    }

    /// The index that begins with the shop, where it is one of several.
    fn of_shop(self) -> Option<&'static str> {
        match self {
            Self::Shop => Some("payments_by_shop"),
            Self::Money => Some("payments_by_money"),
            Self::Method => Some("payments_by_method"),
            _ => None,
        }
    }
}

type Statement = QueryBuilder<Sqlite>;

/// The shopper's e-mail address of a session `s`, as the index `sessions_by_email` has it.
const EMAIL: &str =
    "CASE WHEN json_valid(s.body) THEN lower(json_extract(s.body, '$.shopper.email')) END";

/// `… AND column = value`.
fn equals(
    statement: &mut Statement,
    column: impl Display,
    value: Option<String>,
) -> &mut Statement {
    if let Some(value) = value {
        statement
            .push(format_args!(" AND {column} = "))
            .push_bind(value);
    }
    statement
}

/// What is said of a payment `p` beside its shop, its time and its order.
fn of_payment(statement: &mut Statement, search: &Search, by: By) -> Result<(), StoreError> {
    let reference = search.platform_reference.clone();
    let mark = by.mark(By::PlatformReference);
    equals(statement, format_args!("{mark}p.reference"), reference);
    if search.call.is_some() || search.transaction.is_some() {
        let mark = by.mark(By::Number);
        statement.push(format_args!(
            " AND {mark}p.id IN (SELECT e.payment_id FROM events e WHERE 1"
        ));
        equals(
            statement,
            "e.transaction_number",
            search.transaction.clone(),
        );
        let mark = if search.transaction.is_some() {
            "+"
        } else {
            ""
        };
        equals(statement, format_args!("{mark}e.call"), search.call.clone());
        statement.push(")");
    }
    if search.attention {
        statement.push(" AND p.attention <> p.handled");
    }
    let money = search.money.as_ref().map(word).transpose()?;
    equals(
        statement,
        format_args!("{}p.money", by.mark(By::Money)),
        money,
    );
    let method = search.method.as_ref().map(ToString::to_string);
    equals(
        statement,
        format_args!("{}p.method", by.mark(By::Method)),
        method,
    );
    Ok(())
}

/// When it was made, how old it is at least, and the order: newest first.
fn page(
    statement: &mut Statement,
    (table, of): (&str, &str),
    search: &Search,
    older_than: Option<&str>,
    limit: u32,
) {
    if let Some(from) = search.from {
        let column = format_args!(" AND {of}.created_at >= ");
        statement.push(column).push_bind(from);
    }
    if let Some(before) = search.before {
        let column = format_args!(" AND {of}.created_at < ");
        statement.push(column).push_bind(before);
    }
    if let Some(older_than) = older_than {
        let place = format_args!(
            " AND ({of}.created_at, {of}.rowid) < \
             (SELECT a.created_at, a.rowid FROM {table} a WHERE a.id = "
        );
        statement.push(place).push_bind(older_than.to_owned());
        statement.push(")");
    }
    let order = format_args!(" ORDER BY {of}.created_at DESC, {of}.rowid DESC LIMIT ");
    statement.push(order).push_bind(limit);
}

/// What is said of a session `s` beside its shop and its time.
fn of_session(statement: &mut Statement, search: &Search, by: By) {
    let reference = search.reference.clone();
    let mark = by.mark(By::Reference);
    equals(statement, format_args!("{mark}s.reference"), reference);
    let email = search.email.as_ref().map(|email| email.to_lowercase());
    let mark = by.mark(By::Email);
    equals(statement, format_args!("{mark}{EMAIL}"), email);
    if let Some(amount) = search.amount {
        let mark = by.mark(By::Amount);
        // An amount has ten digits at most.
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        statement
            .push(format_args!(" AND {mark}s.amount = "))
            .push_bind(amount);
    }
}

fn payments_statement(
    search: &Search,
    older_than: Option<&PaymentId>,
    limit: u32,
) -> Result<Statement, StoreError> {
    let by = By::rarest(search);
    let mut statement = Statement::new("SELECT p.id, p.session_id FROM payments p");
    let shop = search.shop.to_string();
    let mark = match by.of_shop() {
        Some(index) => {
            statement.push(format_args!(" INDEXED BY {index}"));
            ""
        }
        None => "+",
    };
    let column = format_args!(" WHERE {mark}p.shop = ");
    statement.push(column).push_bind(shop.clone());
    if search.reference.is_some() || search.email.is_some() || search.amount.is_some() {
        let by_session = matches!(by, By::Reference | By::Email | By::Amount);
        let mark = if by_session { "" } else { "+" };
        statement.push(format_args!(
            " AND {mark}p.session_id IN (SELECT s.id FROM sessions s{} WHERE s.shop = ",
            by.of_session()
        ));
        statement.push_bind(shop);
        of_session(&mut statement, search, by);
        statement.push(")");
    }
    of_payment(&mut statement, search, by)?;
    let of = ("payments", "p");
    page(
        &mut statement,
        of,
        search,
        older_than.map(PaymentId::as_str),
        limit,
    );
    Ok(statement)
}

fn sessions_statement(
    search: &Search,
    older_than: Option<&SessionId>,
    limit: u32,
) -> Result<Statement, StoreError> {
    let by = By::rarest(search);
    // Its payments lead to it, or it leads to them.
    let by_payments = matches!(by, By::PlatformReference | By::Number | By::Attention);
    let mut statement = Statement::new("SELECT s.id FROM sessions s");
    statement.push(by.of_session()).push(" WHERE ");
    let mark = if by_payments { "+" } else { "" };
    let shop = search.shop.to_string();
    statement
        .push(format_args!("{mark}s.shop = "))
        .push_bind(shop.clone());
    of_session(&mut statement, search, by);
    if by_payments {
        statement.push(" AND s.id IN (SELECT p.session_id FROM payments p WHERE +p.shop = ");
        statement.push_bind(shop);
        of_payment(&mut statement, search, by)?;
        statement.push(")");
    } else if search.money.is_some() || search.method.is_some() || search.attention {
        statement.push(" AND EXISTS (SELECT 1 FROM payments p WHERE p.session_id = s.id");
        of_payment(&mut statement, search, By::Shop)?;
        statement.push(")");
    }
    let of = ("sessions", "s");
    page(
        &mut statement,
        of,
        search,
        older_than.map(SessionId::as_str),
        limit,
    );
    Ok(statement)
}

/// Payments that fit, newest first.
pub(super) async fn payments(
    db: &mut SqliteConnection,
    search: &Search,
    older_than: Option<&PaymentId>,
    limit: u32,
) -> Result<Vec<FoundPayment>, StoreError> {
    let mut statement = payments_statement(search, older_than, limit)?;
    let rows: Vec<(String, String)> = statement.build_query_as().fetch_all(&mut *db).await?;
    found(db, &rows).await
}

/// Payments that were found, with the sessions of each, in that order.
async fn found(
    db: &mut SqliteConnection,
    rows: &[(String, String)],
) -> Result<Vec<FoundPayment>, StoreError> {
    let mut sessions: Vec<&str> = rows.iter().map(|(_, session)| session.as_str()).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let books = load_books(db, &sessions).await?;
    let books: HashMap<String, Arc<Book>> = books
        .into_iter()
        .map(|(session, book)| (session, Arc::new(book)))
        .collect();
    let found = rows.iter().map(|(id, session)| {
        let book = books.get(session).ok_or_else(|| without_book(session))?;
        let (id, book) = (from_word(id)?, Arc::clone(book));
        Ok(FoundPayment { id, book })
    });
    found.collect()
}

/// How many words on rebillings are looked through for those that are over.
const WORDS_MAX: i64 = 1_000;

/// Payments of a shop that charge another one anew: first those of which the platform has not told
/// what became of them, then those that are over, as far as they were spoken of lately.
pub(super) async fn rebillings(
    db: &mut SqliteConnection,
    shop: &Slug,
    limit: u32,
) -> Result<Vec<FoundPayment>, StoreError> {
    let wait = sqlx::query_as(
        "SELECT p.id, p.session_id FROM payments p INDEXED BY payments_by_money
         WHERE p.shop = ?1 AND p.money = 'pending' AND EXISTS (
            SELECT 1 FROM events e INDEXED BY events_rebilling WHERE e.payment_id = p.id
                AND substr(e.content, 1, 20) = '{\"type\":\"rebilling\",')
         ORDER BY p.created_at DESC LIMIT ?2",
    );
    let wait = wait.bind(shop.as_str()).bind(limit);
    let mut rows: Vec<(String, String)> = wait.fetch_all(&mut *db).await?;
    let over = sqlx::query_as(
        "SELECT p.id, p.session_id FROM payments p
         WHERE +p.shop = ?1 AND +p.money <> 'pending' AND p.id IN (
            SELECT e.payment_id FROM events e INDEXED BY events_rebilling_lately
            WHERE substr(e.content, 1, 20) = '{\"type\":\"rebilling\",'
            ORDER BY e.seq DESC LIMIT ?3)
         ORDER BY p.created_at DESC LIMIT ?2",
    );
    let over = over.bind(shop.as_str()).bind(limit).bind(WORDS_MAX);
    let over: Vec<(String, String)> = over.fetch_all(&mut *db).await?;
    rows.extend(over);
    found(db, &rows).await
}

/// Sessions that fit, newest first.
pub(super) async fn sessions(
    db: &mut SqliteConnection,
    search: &Search,
    older_than: Option<&SessionId>,
    limit: u32,
) -> Result<Vec<Book>, StoreError> {
    let mut statement = sessions_statement(search, older_than, limit)?;
    let ids: Vec<String> = statement.build_query_scalar().fetch_all(&mut *db).await?;
    let sessions: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut books = load_books(db, &sessions).await?;
    let book = |id: &String| books.remove(id).ok_or_else(|| without_book(id));
    ids.iter().map(book).collect()
}

fn without_book(session: &str) -> StoreError {
    StoreError::Corrupt(format!("{session} was found and has no book"))
}

#[cfg(test)]
mod tests {
    use guichet_domain::method::Method;
    use guichet_domain::payment::Money;
    use sqlx::ConnectOptions as _;

    use super::*;
    use crate::Store as _;
    use crate::sqlite::{SqliteStore, file};

    fn all() -> Search {
        Search::of(Slug::try_from("demo".to_owned()).unwrap())
    }

    /// How SQLite goes about a statement.
    async fn plan(db: &mut SqliteConnection, statement: Statement) -> String {
        let explained = format!("EXPLAIN QUERY PLAN {}", statement.into_string());
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explained))
            .fetch_all(db)
            .await
            .unwrap();
        let lines: Vec<_> = rows.into_iter().map(|(.., line)| line).collect();
        lines.join("\n")
    }

    /// Nothing but the index that has only what is looked for.
    fn scans_nothing(plan: &str) -> bool {
        let mut scans = plan.lines().filter(|line| line.starts_with("SCAN"));
        scans.all(|line| line.ends_with("USING INDEX payments_by_attention"))
    }

    #[tokio::test]
    async fn every_search_reads_an_index_and_that_of_what_is_rarest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        SqliteStore::open(&path).await.unwrap().close().await;
        let mut db = file::options(&path).connect().await.unwrap();
        let text = |text: &str| Some(text.to_owned());
        let method = Method::try_from("card".to_owned()).ok();
        // Everything at once, from which what is rarest is left out, one after the other.
        let mut search = Search {
            reference: text("r"),
            amount: Some(4_200),
            email: text("A@b.example"),
            platform_reference: text("p"),
            call: text("c"),
            transaction: text("t"),
            method,
            money: Some(Money::Paid),
            attention: true,
            from: Some(1),
            before: Some(2),
            ..all()
        };
        type Forget = fn(&mut Search);
        let steps: [(&str, &str, Forget); 10] = [
            ("payments_by_reference", "payments_by_reference", |s| {
                s.platform_reference = None;
            }),
            ("events_by_transaction", "events_by_transaction", |s| {
                s.transaction = None;
            }),
            ("events_by_call", "events_by_call", |s| s.call = None),
            ("sessions_by_reference", "sessions_by_reference", |s| {
                s.reference = None;
            }),
            ("sessions_by_email", "sessions_by_email", |s| {
                s.email = None;
            }),
            ("sessions_by_amount", "sessions_by_amount", |s| {
                s.amount = None;
            }),
            ("payments_by_attention", "payments_by_attention", |s| {
                s.attention = false;
            }),
            ("payments_by_money", "sessions_by_shop", |s| s.money = None),
            ("payments_by_method", "sessions_by_shop", |s| {
                s.method = None
            }),
            ("payments_by_shop", "sessions_by_shop", |_| ()),
        ];
        let payment = PaymentId::from_random([1; 16]);
        let session = SessionId::from_random([1; 16]);
        for (payments, sessions, forget) in steps {
            for statement in [
                payments_statement(&search, None, 20),
                payments_statement(&search, Some(&payment), 20),
            ] {
                let plan = plan(&mut db, statement.unwrap()).await;
                assert!(plan.contains(payments) && scans_nothing(&plan), "{plan}");
            }
            for statement in [
                sessions_statement(&search, None, 20),
                sessions_statement(&search, Some(&session), 20),
            ] {
                let plan = plan(&mut db, statement.unwrap()).await;
                assert!(plan.contains(sessions) && scans_nothing(&plan), "{plan}");
            }
            forget(&mut search);
        }
        // What may be long is read in its order, so that a page ends where it is full.
        for search in [
            all(),
            Search {
                money: Some(Money::Paid),
                ..all()
            },
            Search {
                method: Method::try_from("card".to_owned()).ok(),
                ..all()
            },
        ] {
            let plan = plan(
                &mut db,
                payments_statement(&search, Some(&payment), 20).unwrap(),
            );
            let plan = plan.await;
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
        let plan = plan(&mut db, sessions_statement(&all(), None, 20).unwrap()).await;
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
