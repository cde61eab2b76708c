#!/usr/bin/env bash
# sqlx 0.9.0 on SQLite 3.51.3: when SQLite itself has rolled a transaction back, the pooled
# connection keeps counting it as open, and refuses every later `begin_with`. Needs Rust, and a C
# compiler (three minutes of building).
#
# SQLite may give the whole transaction up when the disk is full. sqlx then sends ROLLBACK; it fails
# ("no transaction is active"), and lowers its count of open transactions only where that succeeds.
# The connection goes back to the pool; `test_before_acquire` pings the connection's thread and is
# content. A plain `begin` hides it: it makes a savepoint, which SQLite takes outside a transaction
# too.
#
# Whoever begins with BEGIN IMMEDIATE, as one does to take the write lock first, takes no payment on
# this connection until the pool closes it for its age (half an hour, unless set otherwise), however
# soon the disk has room again. One remedy is to close a connection whose rollback failed instead of
# giving it back.
# Seen on 2026-11-27. The full disk is played by a limit of pages, which gives the same error.

. "$(dirname "$0")/lib/setup.bash"

rust_run 'sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "sqlite"] }' <<'RS'
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename("books.db")
        .create_if_missing(true)
        .pragma("max_page_count", "20");
    // One connection, so that whoever asks next is given this one.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(true)
        .connect_with(options)
        .await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await?;
    println!("SQLite {version}");
    sqlx::query("CREATE TABLE book (entry BLOB)").execute(&pool).await?;

    let mut full = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO book VALUES ('small')").execute(&mut *full).await?;
    let error = sqlx::query("INSERT INTO book VALUES (zeroblob(1000000))")
        .execute(&mut *full)
        .await
        .expect_err("the limit of pages holds");
    println!("a large entry: {error}");
    let rolled_back = full.rollback().await;
    println!("rollback: {rolled_back:?}");
    assert!(rolled_back.is_err(), "SQLite leaves the transaction open");

    let entries: i64 = sqlx::query_scalar("SELECT count(*) FROM book").fetch_one(&pool).await?;
    println!("entries: {entries}");
    assert_eq!(entries, 0);
    for _ in 0..3 {
        let next = pool.begin_with("BEGIN IMMEDIATE").await.map(drop);
        println!("next begin_with: {next:?}");
        assert!(
            matches!(next, Err(sqlx::Error::InvalidSavePointStatement)),
            "the connection can begin again"
        );
    }
    let plain = pool.begin().await.map(drop);
    println!("next begin: {plain:?}");
    assert!(plain.is_ok(), "a plain begin fails as well");
    Ok(())
}
RS
