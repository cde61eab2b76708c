//! Books of each earlier version, with rows in every table, are taken over as they are.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::PgConnection;
use sqlx::migrate::Migrator;

use super::books::{address_of, beside};
use super::fixtures::*;
use super::postgres::{connect, database_of, run};
use super::writes::{WRITES, write};

/// The columns of each table.
type Tables = BTreeMap<String, Vec<String>>;

fn migrations() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres")
}

/// The numbers of all migrations, in their order.
fn versions() -> Vec<i64> {
    let files = std::fs::read_dir(migrations()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut versions: Vec<i64> = names.map(|name| name[..4].parse().unwrap()).collect();
    versions.sort_unstable();
    versions
}

/// Makes the tables as they were after that migration.
async fn make_tables(db: &mut PgConnection, last: i64) {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(migrations()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name[..4].parse::<i64>().unwrap() <= last {
            std::fs::copy(&path, folder.path().join(name)).unwrap();
        }
    }
    let migrator = Migrator::new(folder.path()).await.unwrap();
    migrator.run(db).await.unwrap();
}

/// The tables that hold books. Which backends there are, and how far a copy is, is nobody's book.
async fn tables(db: &mut PgConnection) -> Tables {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::TEXT, column_name::TEXT FROM information_schema.columns
         WHERE table_schema = 'public'
            AND table_name NOT IN ('_sqlx_migrations', 'backends', 'copies')
         ORDER BY table_name, ordinal_position",
    )
    .fetch_all(db)
    .await
    .unwrap();
    let mut tables = Tables::new();
    for (table, column) in columns {
        tables.entry(table).or_default().push(column);
    }
    tables
}

/// What stands in these columns, as JSON.
async fn rows(db: &mut PgConnection, table: &str, columns: &str) -> Vec<String> {
    let rows =
        format!("SELECT row_to_json(t)::TEXT FROM (SELECT {columns} FROM {table}) t ORDER BY 1");
    let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(rows));
    rows.fetch_all(db).await.unwrap()
}

/// Gives those tables these rows, and their sequences what an earlier version would have left.
async fn fill(db: &mut PgConnection, tables: &Tables, from: &mut PgConnection) {
    run(db, "SET session_replication_role = replica").await;
    for (table, columns) in tables {
        let names = columns.join(", ");
        let found = rows(from, table, &names).await;
        assert!(!found.is_empty(), "{table} has no row");
        let insert = format!(
            "INSERT INTO {table} ({names})
             SELECT {names} FROM json_populate_recordset(NULL::{table}, $1::JSON)"
        );
        let insert = sqlx::query(sqlx::AssertSqlSafe(insert));
        let found = format!("[{}]", found.join(","));
        insert.bind(found).execute(&mut *db).await.unwrap();
        for column in columns
            .iter()
            .filter(|c| ["seq", "made"].contains(&c.as_str()))
        {
            let next = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column}))
                 FROM {table}"
            );
            run(db, next).await;
        }
    }
    run(db, "SET session_replication_role = origin").await;
}

#[tokio::test]
async fn books_of_each_earlier_version_are_taken_over_with_all_that_is_in_them() {
    let today = tempfile::tempdir().unwrap();
    let store = open(&today).await;
    for what in WRITES {
        write(&store, what, 1).await.unwrap();
        write(&store, what, 2).await.unwrap();
    }
    store.close().await;
    let mut today = beside(&today).await;
    let versions = versions();
    assert_eq!(versions[0], 25);
    for last in &versions[..versions.len() - 1] {
        let folder = tempfile::tempdir().unwrap();
        let mut db = connect(&database_of(folder.path(), "template0").await).await;
        make_tables(&mut db, *last).await;
        let tables = tables(&mut db).await;
        fill(&mut db, &tables, &mut today).await;

        let address = address_of(&folder).await;
        let refused = Books::open(&address).await.unwrap_err().to_string();
        assert!(refused.contains("guichet migrate"), "{last}: {refused}");
        guichet_store::postgres::migrate(&address).await.unwrap();

        for (table, columns) in &tables {
            let names = columns.join(", ");
            let (was, is) = (
                rows(&mut today, table, &names).await,
                rows(&mut db, table, &names).await,
            );
            assert_eq!(is, was, "{table} of version {last}");
        }
        // And it goes on, with what follows decided as if the books had always been these.
        let store = open(&folder).await;
        assert_eq!(store.audit().await.unwrap().difference, None);
        for what in WRITES {
            write(&store, what, 3).await.unwrap();
        }
        assert_eq!(store.audit().await.unwrap().difference, None);
    }
}
