#!/usr/bin/env bash
# sqlx 0.9.0 on SQLite 3.51.3: of four statements in one query that use their numbered parameters one
# after the other, the last writes NULL. Needs Rust, and a C compiler (three minutes of building).
#
# SQLite gives each statement parameters of its own: one that says `?4` has four, of which the first
# three have no name. sqlx passes over a statement's named ones by their number and gives those
# without a name the values in turn, and counts these as used. So with each statement the count runs
# ahead of the numbers; once it is beyond the last value sqlx stops binding, the numbered parameter
# that is still to come among them, and SQLite takes what is not bound for NULL. No error is told.
#
# Whoever sends what belongs together in one query (an event, its ledger entry, a notice), to save
# the way to the database's thread, tests it with two statements and finds it right. With four an
# amount is gone, unless its column is NOT NULL. One remedy is a plain `?` for each value, in order;
# with those the same query is right.
# Seen on 2026-11-28.

. "$(dirname "$0")/lib/setup.bash"

rust_run 'sqlx = { version = "=0.9.0", default-features = false, features = ["runtime-tokio", "sqlite"] }' <<'RS'
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

/// Writes these amounts, a statement each, in one query; gives what the books have then.
async fn write(
    db: &mut SqliteConnection,
    amounts: &[i64],
    parameter: fn(usize) -> String,
) -> Result<Vec<Option<i64>>, sqlx::Error> {
    sqlx::query("DELETE FROM entries").execute(&mut *db).await?;
    let statements: String = (1..=amounts.len())
        .map(|n| format!("INSERT INTO entries (amount) VALUES ({});", parameter(n)))
        .collect();
    let mut all = sqlx::query(AssertSqlSafe(statements));
    for amount in amounts {
        all = all.bind(amount);
    }
    all.execute(&mut *db).await?;
    sqlx::query_scalar("SELECT amount FROM entries ORDER BY rowid").fetch_all(db).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    let mut db = SqliteConnection::connect("sqlite::memory:").await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut db).await?;
    println!("SQLite {version}");
    sqlx::query("CREATE TABLE entries (amount INTEGER)").execute(&mut db).await?;
    let amounts = [4200, 1250, 2950, 4200];
    for (name, parameter) in [
        ("numbered", (|n| format!("?{n}")) as fn(usize) -> String),
        ("plain", |_| "?".to_owned()),
    ] {
        for many in 2..=4 {
            let kept = write(&mut db, &amounts[..many], parameter).await?;
            println!("{many} statements, {name}: {kept:?}");
            let mut expected: Vec<_> = amounts[..many].iter().copied().map(Some).collect();
            if name == "numbered" && many == 4 {
                expected[3] = None;
            }
            assert_eq!(kept, expected, "it is otherwise now");
        }
    }
    Ok(())
}
RS
