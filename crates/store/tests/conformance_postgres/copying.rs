//! Books in a file, copied to a server.

use std::path::{Path, PathBuf};

use guichet_store::copying::{Copied, copy};
use guichet_store::postgres::Address;
use guichet_store::sqlite::SqliteStore;
use guichet_store::{Erasing as _, StoreError};

use super::books::{address_of, beside, dump};
use super::fixtures::*;
use super::postgres::run;
use super::writes::{WRITES, write};

/// Writes everything that writes, for these payments, into a file.
async fn written(folder: &tempfile::TempDir, seeds: std::ops::Range<u8>) -> PathBuf {
    let path = folder.path().join("books.db");
    let store = SqliteStore::open(&path).await.unwrap();
    for seed in seeds {
        for what in WRITES {
            write(&store, what, seed).await.unwrap();
        }
    }
    store.close().await;
    path
}

async fn copied(from: &Path, to: &Address) -> Result<Vec<Copied>, StoreError> {
    let mut tables = Vec::new();
    copy(from, to, |table| tables.push(table.clone())).await?;
    Ok(tables)
}

#[tokio::test]
async fn whole_books_are_copied_proven_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let from = written(&folder, 1..20).await;
    let to = address_of(&folder).await;
    let tables = copied(&from, &to).await.unwrap();
    let all = dump(&mut beside(&folder).await).await;
    assert_eq!(tables.len(), all.len(), "{tables:?}");
    for table in &tables {
        assert!(table.rows > 0, "{table:?}");
        assert_eq!(table.rows, table.written, "{table:?}");
        assert_eq!(all[&table.table].len() as u64, table.rows, "{table:?}");
    }
    // The same again changes nothing.
    let again = copied(&from, &to).await.unwrap();
    assert!(again.iter().all(|table| table.written == 0), "{again:?}");
    // What both tell is the same.
    let file = SqliteStore::open_to_read(&from).await.unwrap();
    let server = open(&folder).await;
    let audited = server.audit().await.unwrap();
    assert_eq!(audited.difference, None);
    assert_eq!(file.audit().await.unwrap().entries, audited.entries);
    let search = Search::of(slug("demo"));
    let ids = async |store: &dyn Store| {
        let found = store.search_payments(&search, None, 50).await.unwrap();
        found.into_iter().map(|found| found.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&file).await, ids(&server).await);
    // And it goes on, with numbers that nothing has.
    server.begin_serving().await.unwrap();
    for what in WRITES {
        write(&server, what, 77).await.unwrap();
    }
    assert_eq!(server.audit().await.unwrap().difference, None);
    let refused = copied(&from, &to).await.unwrap_err().to_string();
    assert!(refused.contains("a backend has served"), "{refused}");
}

#[tokio::test]
async fn what_changed_in_the_file_since_is_changed_there_by_the_next_copy() {
    let folder = tempfile::tempdir().unwrap();
    let from = written(&folder, 1..5).await;
    let to = address_of(&folder).await;
    copied(&from, &to).await.unwrap();
    // More is written, and some of what was there is erased and forgotten.
    written(&folder, 5..7).await;
    let store = SqliteStore::open(&from).await.unwrap();
    let erased = store.erase_old(&slug("demo"), 50_000, 3, 60_000).await;
    assert_eq!(erased.unwrap(), 3);
    assert!(store.forget_old(1050, 3).await.unwrap() > 0);
    store.close().await;
    let tables = copied(&from, &to).await.unwrap();
    let all = dump(&mut beside(&folder).await).await;
    for table in tables {
        assert_eq!(all[&table.table].len() as u64, table.rows, "{table:?}");
    }
}

#[tokio::test]
async fn a_copy_that_was_broken_off_is_served_by_nobody_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let from = written(&folder, 1..5).await;
    let to = address_of(&folder).await;
    let mut db = beside(&folder).await;
    run(
        &mut db,
        "CREATE FUNCTION fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'broken off'; END $$",
    )
    .await;
    run(
        &mut db,
        "CREATE TRIGGER t AFTER INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    .await;
    let broken = copied(&from, &to).await.unwrap_err().to_string();
    assert!(broken.contains("broken off"), "{broken}");
    let server = open(&folder).await;
    let refused = server.begin_serving().await.unwrap_err().to_string();
    assert!(refused.contains("not whole"), "{refused}");
    run(&mut db, "DROP TRIGGER t ON ledger").await;
    let tables = copied(&from, &to).await.unwrap();
    let written = |name: &str| {
        let table = tables.iter().find(|table| table.table == name);
        table.map(|table| table.written)
    };
    assert_eq!(written("sessions"), Some(0), "it was there");
    assert!(written("ledger").is_some_and(|rows| rows > 0));
    server.begin_serving().await.unwrap();
}

/// A row that is another one there is found, whatever it was changed by.
#[tokio::test]
async fn a_copy_that_is_not_the_same_is_not_called_proven() {
    let folder = tempfile::tempdir().unwrap();
    let from = written(&folder, 1..3).await;
    let to = address_of(&folder).await;
    let mut db = beside(&folder).await;
    run(
        &mut db,
        "CREATE FUNCTION alter_it() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            NEW.amount = NEW.amount + 1; RETURN NEW; END $$",
    )
    .await;
    run(
        &mut db,
        "CREATE TRIGGER t BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION alter_it()",
    )
    .await;
    let found = copied(&from, &to).await.unwrap_err().to_string();
    assert!(found.contains("ledger: the row"), "{found}");
    let server = open(&folder).await;
    assert!(server.begin_serving().await.is_err());
}
