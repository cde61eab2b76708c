//! A shop's payments and sessions, found page by page. Which index is read is left to PostgreSQL,
//! which knows how many rows there are of what.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use guichet_domain::id::{PaymentId, SessionId, Slug};
use sqlx::postgres::Postgres;
use sqlx::{PgConnection, QueryBuilder};

use super::rows::load_books;
use crate::error::StoreError;
use crate::types::{Book, FoundPayment, Search};
use crate::words::{from_word, word};

type Statement = QueryBuilder<Postgres>;

/// `… AND column = value`.
fn equals(statement: &mut Statement, column: impl Display, value: Option<String>) {
    if let Some(value) = value {
        statement
            .push(format_args!(" AND {column} = "))
            .push_bind(value);
    }
}

/// What is said of a payment `p` beside its shop, its time and its order.
fn of_payment(statement: &mut Statement, search: &Search) -> Result<(), StoreError> {
    equals(statement, "p.reference", search.platform_reference.clone());
    if search.call.is_some() || search.transaction.is_some() {
        statement.push(" AND p.id IN (SELECT e.payment_id FROM events e WHERE TRUE");
        let transaction = search.transaction.clone();
        equals(statement, "e.transaction_number", transaction);
        equals(statement, "e.call", search.call.clone());
        statement.push(")");
    }
    if search.attention {
        statement.push(" AND p.attention <> p.handled");
    }
    let money = search.money.as_ref().map(word).transpose()?;
    equals(statement, "p.money", money);
    let method = search.method.as_ref().map(ToString::to_string);
    equals(statement, "p.method", method);
    Ok(())
}

/// What is said of a session `s` beside its shop and its time.
fn of_session(statement: &mut Statement, search: &Search) {
    equals(statement, "s.reference", search.reference.clone());
    let email = search.email.as_ref().map(|email| email.to_lowercase());
    equals(statement, "email_of(s.body)", email);
    if let Some(amount) = search.amount {
        // An amount has ten digits at most.
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        statement.push(" AND s.amount = ").push_bind(amount);
    }
}

/// When it was made, how old it is at least, and the order: newest first.
fn page(
    statement: &mut Statement,
    (table, of): (&str, &str),
    search: &Search,
    older_than: Option<&str>,
    limit: u32,
) {
    for (is, bound) in [(">=", search.from), ("<", search.before)] {
        if let Some(bound) = bound {
            let column = format_args!(" AND {of}.created_at {is} ");
            statement.push(column).push_bind(bound);
        }
    }
    if let Some(older_than) = older_than {
        let place = format_args!(
            " AND ({of}.created_at, {of}.made) < \
             (SELECT a.created_at, a.made FROM {table} a WHERE a.id = "
        );
        statement.push(place).push_bind(older_than.to_owned());
        statement.push(")");
    }
    let order = format_args!(" ORDER BY {of}.created_at DESC, {of}.made DESC LIMIT ");
    statement.push(order).push_bind(i64::from(limit));
}

fn payments_statement(
    search: &Search,
    older_than: Option<&PaymentId>,
    limit: u32,
) -> Result<Statement, StoreError> {
    let shop = search.shop.to_string();
    let mut statement = Statement::new("SELECT p.id, p.session_id FROM payments p WHERE p.shop = ");
    statement.push_bind(shop.clone());
    if search.reference.is_some() || search.email.is_some() || search.amount.is_some() {
        statement.push(" AND p.session_id IN (SELECT s.id FROM sessions s WHERE s.shop = ");
        statement.push_bind(shop);
        of_session(&mut statement, search);
        statement.push(")");
    }
    of_payment(&mut statement, search)?;
    let older_than = older_than.map(PaymentId::as_str);
    page(&mut statement, ("payments", "p"), search, older_than, limit);
    Ok(statement)
}

fn sessions_statement(
    search: &Search,
    older_than: Option<&SessionId>,
    limit: u32,
) -> Result<Statement, StoreError> {
    let mut statement = Statement::new("SELECT s.id FROM sessions s WHERE s.shop = ");
    statement.push_bind(search.shop.to_string());
    of_session(&mut statement, search);
    let of_payments = search.platform_reference.is_some()
        || search.call.is_some()
        || search.transaction.is_some()
        || search.attention
        || search.money.is_some()
        || search.method.is_some();
    if of_payments {
        statement.push(" AND EXISTS (SELECT 1 FROM payments p WHERE p.session_id = s.id");
        of_payment(&mut statement, search)?;
        statement.push(")");
    }
    let older_than = older_than.map(SessionId::as_str);
    page(&mut statement, ("sessions", "s"), search, older_than, limit);
    Ok(statement)
}

/// Payments that fit, newest first.
pub(super) async fn payments(
    db: &mut PgConnection,
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
    db: &mut PgConnection,
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
    db: &mut PgConnection,
    shop: &Slug,
    limit: u32,
) -> Result<Vec<FoundPayment>, StoreError> {
    let wait = sqlx::query_as(
        "SELECT p.id, p.session_id FROM payments p
         WHERE p.shop = $1 AND p.money = 'pending' AND EXISTS (
            SELECT 1 FROM events e WHERE e.payment_id = p.id
                AND substr(e.content, 1, 20) = '{\"type\":\"rebilling\",')
         ORDER BY p.created_at DESC LIMIT $2",
    );
    let wait = wait.bind(shop.as_str()).bind(i64::from(limit));
    let mut rows: Vec<(String, String)> = wait.fetch_all(&mut *db).await?;
    let over = sqlx::query_as(
        "SELECT p.id, p.session_id FROM payments p
         WHERE p.shop = $1 AND p.money <> 'pending' AND p.id IN (
            SELECT e.payment_id FROM events e
            WHERE substr(e.content, 1, 20) = '{\"type\":\"rebilling\",'
            ORDER BY e.seq DESC LIMIT $3)
         ORDER BY p.created_at DESC LIMIT $2",
    );
    let over = over
        .bind(shop.as_str())
        .bind(i64::from(limit))
        .bind(WORDS_MAX);
    let over: Vec<(String, String)> = over.fetch_all(&mut *db).await?;
    rows.extend(over);
    found(db, &rows).await
}

/// Sessions that fit, newest first.
pub(super) async fn sessions(
    db: &mut PgConnection,
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
