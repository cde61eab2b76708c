//! Statements and commits that fail: nothing that failed is kept, and the next write works.

use std::collections::{BTreeMap, BTreeSet};

use super::books::{beside, dump};
use super::fixtures::*;
use super::postgres::run;
use super::writes::{WRITES, write};

/// A table and what is done to it, for each kind of statement that one of the writes runs. No table
/// is left out, so that whoever adds one adds what writes it.
async fn statements() -> BTreeSet<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut db = beside(&folder).await;
    let tables: BTreeSet<String> = dump(&mut db).await.into_keys().collect();
    run(&mut db, "CREATE TABLE done (name TEXT, what TEXT)").await;
    run(
        &mut db,
        "CREATE FUNCTION note() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO done VALUES (TG_TABLE_NAME, TG_OP); RETURN NULL; END $$",
    )
    .await;
    for table in &tables {
        let trigger = format!(
            "CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON {table}
             FOR EACH ROW EXECUTE FUNCTION note()"
        );
        run(&mut db, trigger).await;
    }
    for what in WRITES {
        write(&store, what, 1).await.unwrap();
    }
    store.close().await;
    let done = sqlx::query_as("SELECT name, what FROM done").fetch_all(&mut db);
    let done: BTreeSet<(String, String)> = done.await.unwrap().into_iter().collect();
    let written: BTreeSet<String> = done.iter().map(|(table, _)| table.clone()).collect();
    assert_eq!(
        written, tables,
        "each table is written by one of the writes"
    );
    done
}

/// Writes everything, each write once with the failure and then without. Tells how often it failed.
async fn write_with(late: bool, table: &str, done: &str) -> (u32, BTreeMap<String, Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut db = beside(&folder).await;
    run(
        &mut db,
        "CREATE FUNCTION fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'injected'; END $$",
    )
    .await;
    // One that is deferred fails with the commit.
    let (kind, when) = match late {
        true => ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED"),
        false => ("", ""),
    };
    let mut failed = 0;
    for what in WRITES {
        let trigger = format!(
            "CREATE {kind} TRIGGER t AFTER {done} ON {table} {when}
             FOR EACH ROW EXECUTE FUNCTION fail()"
        );
        run(&mut db, trigger).await;
        let injured = write(&store, what, 1).await.is_err();
        run(&mut db, format!("DROP TRIGGER t ON {table}")).await;
        if injured {
            failed += 1;
            if let Err(error) = write(&store, what, 1).await {
                panic!("{done} of {table}: then {what}: {error}");
            }
        }
    }
    store.close().await;
    (failed, dump(&mut db).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_failure_of_any_statement_or_commit_the_next_write_works_and_nothing_is_half_done()
{
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for what in WRITES {
        write(&store, what, 1).await.unwrap();
    }
    store.close().await;
    let whole = dump(&mut beside(&folder).await).await;
    assert_eq!(whole["payments"].len(), 1, "{whole:?}");
    for (table, done) in statements().await {
        for late in [false, true] {
            let (failed, books) = write_with(late, &table, &done).await;
            assert!(failed > 0, "{done} of {table} never happened");
            assert_eq!(books, whole, "{done} of {table}, late: {late}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failure_among_many_who_write_at_once_takes_back_that_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let mut db = beside(&folder).await;
    run(
        &mut db,
        "CREATE FUNCTION fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            IF ltrim(NEW.key, 's')::INTEGER % 7 = 3 THEN RAISE EXCEPTION 'injected'; END IF;
            RETURN NULL; END $$",
    )
    .await;
    run(
        &mut db,
        "CREATE TRIGGER t AFTER INSERT ON idempotency FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    .await;
    let tasks = (0..200_u8).map(|seed| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { (seed, write(&*store, "add_session", seed).await) })
    });
    for task in tasks.collect::<Vec<_>>() {
        let (seed, outcome) = task.await.unwrap();
        let id = SessionId::from_random([seed; 16]);
        let stored = store.book(&id).await.unwrap();
        let bad = seed % 7 == 3;
        assert_eq!(outcome.is_err(), bad, "{seed}: {outcome:?}");
        assert_eq!(stored.is_none(), bad, "{seed}");
    }
}
