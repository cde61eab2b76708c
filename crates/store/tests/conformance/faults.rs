//! Writes that fail, at every statement and at every page of a disk that fills up: nothing that was
//! acknowledged is lost, nothing that failed is kept, and the next write works.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use guichet_store::StoreError;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::disk::Disk;
use super::fixtures::*;
use super::torture::rounds;
use super::writes::{WRITES, write};

/// All rows of all tables.
async fn dump(db: &mut SqliteConnection) -> BTreeMap<String, Vec<String>> {
    let tables = sqlx::query(
        "SELECT m.name, group_concat('quote(' || c.name || ')', '||''|''||') AS columns
         FROM sqlite_schema m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
            AND m.name NOT IN ('sqlite_sequence', 'poison') GROUP BY m.name",
    );
    let mut dump = BTreeMap::new();
    for table in tables.fetch_all(&mut *db).await.unwrap() {
        let (name, columns): (String, String) = (table.get(0), table.get(1));
        let rows = format!("SELECT {columns} FROM {name} ORDER BY 1");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(rows));
        dump.insert(name, rows.fetch_all(&mut *db).await.unwrap());
    }
    dump
}

async fn connect(path: &Path) -> SqliteConnection {
    let address = format!("sqlite://{}", path.display());
    let mut db = SqliteConnection::connect(&address).await.unwrap();
    // Nothing that a test prepares needs to survive the machine.
    run(&mut db, "PRAGMA synchronous = OFF".into()).await;
    db
}

async fn run(db: &mut SqliteConnection, statement: String) {
    let statement = sqlx::AssertSqlSafe(statement);
    sqlx::query(statement).execute(db).await.unwrap();
}

/// The ways in which a statement can fail. With `ROLLBACK`, SQLite ends the whole transaction by
/// itself, as it may when the disk is full; with the last one, every statement succeeds and the
/// commit does not.
const FAILURES: [&str; 4] = [
    "SELECT RAISE(ROLLBACK, 'injected')",
    "SELECT RAISE(ABORT, 'injected')",
    "SELECT RAISE(FAIL, 'injected')",
    "INSERT INTO poison VALUES ('nobody')",
];

/// A table and what is done to it, for each kind of statement that one of the writes runs. No table
/// is left out, so that whoever adds one adds what writes it.
async fn statements() -> BTreeSet<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut db = connect(&folder.path().join("books.db")).await;
    let mut tables: BTreeSet<String> = dump(&mut db).await.into_keys().collect();
    // Filled by a migration, for what was there before.
    tables.remove("ledger_due");
    run(&mut db, "CREATE TABLE done (name TEXT, what TEXT)".into()).await;
    for table in &tables {
        for done in ["INSERT", "UPDATE", "DELETE"] {
            let trigger = format!(
                "CREATE TRIGGER {table}_{done} AFTER {done} ON {table}
                 BEGIN INSERT INTO done VALUES ('{table}', '{done}'); END"
            );
            run(&mut db, trigger).await;
        }
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
async fn write_with(
    failure: &str,
    table: &str,
    done: &str,
) -> (u32, BTreeMap<String, Vec<String>>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let mut db = connect(&folder.path().join("books.db")).await;
    let poison = "CREATE TABLE poison (id TEXT REFERENCES sessions (id)
        DEFERRABLE INITIALLY DEFERRED)";
    run(&mut db, poison.into()).await;
    let mut failed = 0;
    for what in WRITES {
        let trigger = format!("CREATE TRIGGER t AFTER {done} ON {table} BEGIN {failure}; END");
        run(&mut db, trigger).await;
        let injured = write(&store, what, 1).await.is_err();
        run(&mut db, "DROP TRIGGER t".into()).await;
        if injured {
            failed += 1;
            if let Err(error) = write(&store, what, 1).await {
                panic!("{failure} at {done} of {table}: then {what}: {error}");
            }
        }
    }
    store.close().await;
    (failed, dump(&mut db).await)
}

#[tokio::test]
async fn after_a_failure_of_any_statement_or_commit_the_next_write_works_and_nothing_is_half_done()
{
    let (_, whole) = write_with("SELECT 1", "events", "INSERT").await;
    assert_eq!(whole["payments"].len(), 1, "{whole:?}");
    let statements = statements().await;
    // Each way on a thread of its own: together they take long.
    let threads = FAILURES.map(|failure| {
        let (statements, whole) = (statements.clone(), whole.clone());
        std::thread::spawn(move || fail_at_each(failure, &statements, &whole))
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

#[tokio::main(flavor = "current_thread")]
async fn fail_at_each(
    failure: &str,
    statements: &BTreeSet<(String, String)>,
    whole: &BTreeMap<String, Vec<String>>,
) {
    for (table, done) in statements {
        let (failed, books) = write_with(failure, table, done).await;
        assert!(failed > 0, "{failure} at {done} of {table} never happened");
        assert_eq!(&books, whole, "{failure} at {done} of {table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_failure_among_many_who_write_at_once_takes_back_that_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder).await);
    let mut db = connect(&folder.path().join("books.db")).await;
    let bad: Vec<_> = (0..200).filter(|seed| seed % 7 == 3).collect();
    for seed in &bad {
        let id = SessionId::from_random([*seed; 16]);
        let trigger = format!(
            "CREATE TRIGGER t{seed} AFTER INSERT ON sessions
             WHEN NEW.id = '{id}' AND EXISTS (SELECT 1 FROM idempotency WHERE key = 's{seed}')
             BEGIN SELECT RAISE(ABORT, 'injected'); END"
        );
        run(&mut db, trigger).await;
    }
    let tasks = (0..200).map(|seed| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { (seed, write(&*store, "add_session", seed).await) })
    });
    for task in tasks.collect::<Vec<_>>() {
        let (seed, outcome) = task.await.unwrap();
        let stored = store
            .book(&SessionId::from_random([seed; 16]))
            .await
            .unwrap();
        assert_eq!(outcome.is_err(), bad.contains(&seed), "{seed}: {outcome:?}");
        assert_eq!(stored.is_none(), bad.contains(&seed), "{seed}");
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_at_any_page_stops_no_write_once_there_is_space_again() {
    for _ in 0..rounds(1) {
        let Some(disk) = Disk::mount() else { return };
        full_at_any_page(&disk).await;
    }
}

async fn full_at_any_page(disk: &Disk) {
    let store = open(disk.folder()).await;
    let (mut seed, mut failed) = (0, 0);
    for left in 0..12 {
        seed += 1;
        for what in WRITES {
            disk.fill(left);
            let full = write(&store, what, seed).await;
            let ready = store.ping().await;
            disk.free();
            if full.is_err() {
                failed += 1;
                // Less than a whole transaction fits: what is promised as ready must be so.
                assert!(left > 0 || ready.is_err(), "ready on a full disk");
                let again = write(&store, what, seed).await;
                again.unwrap_or_else(|error| panic!("{left} pages left, then {what}: {error}"));
            }
            store.ping().await.unwrap();
        }
        assert_eq!(
            money(&store, &payment(&session(seed), seed)).await,
            Money::Paid
        );
    }
    // With a new log of the writes: one that has grown up to where it begins anew takes on a full
    // disk whatever needs no new page.
    store.close().await;
    let store = open(disk.folder()).await;
    // What changes nothing succeeds on a full disk too, and makes nothing ready.
    disk.fill(0);
    // The log of the writes has room of its own, which is used again.
    let mut room = 10_000;
    while room > 0 && write(&store, "next_number", seed).await.is_ok() {
        room -= 1;
    }
    for _ in 0..3 {
        assert!(write(&store, "keep_message", seed + 1).await.is_err());
        let told = confirmation(&payment(&session(seed), seed), &seed.to_string(), 1500);
        let again = store.record_fact(&told, Source::Query, None, 1100).await;
        assert_eq!(again.unwrap(), Recorded::Duplicate);
        assert!(store.ping().await.is_err(), "ready on a full disk");
    }
    disk.free();
    assert!(failed > 20, "the disk was full {failed} times only");
    store.close().await;
}

#[tokio::test]
async fn books_that_were_moved_away_or_replaced_take_no_write_and_are_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    let (books, away) = (folder.path().join("books.db"), folder.path().join("away"));
    write(&store, "add_session", 1).await.unwrap();
    std::fs::rename(&books, &away).unwrap();
    for replaced in [false, true] {
        if replaced {
            std::fs::copy(&away, &books).unwrap();
        }
        let refused = write(&store, "add_session", 2).await;
        assert!(
            matches!(refused, Err(StoreError::Replaced(_))),
            "{refused:?}"
        );
        assert!(store.ping().await.is_err());
    }
    std::fs::rename(&away, &books).unwrap();
    store.ping().await.unwrap();
    write(&store, "add_session", 2).await.unwrap();
}

#[tokio::test]
async fn books_in_which_damage_was_met_are_not_ready_whatever_else_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    for seed in 0..40 {
        write(&store, "add_session", seed).await.unwrap();
    }
    store.close().await;
    let store = open(&folder).await;
    store.ping().await.unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(folder.path().join("books.db"))
        .unwrap();
    let last = file.metadata().unwrap().len() - 4096;
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xa5; 4096], last).unwrap();
    let mut damaged = 0;
    for seed in 0..40 {
        match store.book(&session(seed).id).await {
            Ok(_) => {}
            Err(StoreError::Damaged(_)) => damaged += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(damaged > 0, "none of them was on that page");
    assert!(matches!(store.ping().await, Err(StoreError::Damaged(_))));
}

#[tokio::test]
async fn nobody_else_can_read_the_books_that_we_make_or_find() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let modes = || {
        let mode = |name: &str| {
            let path = folder.path().join(name);
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        ["books.db", "books.db-wal", "books.db-shm"].map(mode)
    };
    let store = Books::open(&folder.path().join("books.db")).await;
    let store = store.unwrap();
    write(&store, "add_session", 1).await.unwrap();
    assert_eq!(modes(), [0o600; 3]);
    for name in ["books.db", "books.db-wal", "books.db-shm"] {
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(folder.path().join(name), open).unwrap();
    }
    let again = open(&folder).await;
    assert_eq!(modes(), [0o600; 3]);
    again.close().await;
    store.close().await;
}

#[tokio::test]
async fn one_process_at_a_time_has_the_lock_of_the_books_whatever_they_are_called() {
    use guichet_store::sqlite::FileLock;
    let folder = tempfile::tempdir().unwrap();
    let books = folder.path().join("books.db");
    let first = FileLock::take(&books).unwrap();
    std::fs::write(&books, "").unwrap();
    std::os::unix::fs::symlink(&books, folder.path().join("link.db")).unwrap();
    for name in ["books.db", "link.db", "./books.db"] {
        let refused = FileLock::take(&folder.path().join(name))
            .unwrap_err()
            .to_string();
        let holder = format!("process {} serves these books already", std::process::id());
        assert!(refused.contains(&holder), "{name}: {refused}");
    }
    drop(first);
    FileLock::take(&books).unwrap();
}
