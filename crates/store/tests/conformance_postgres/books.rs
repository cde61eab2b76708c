//! Books on a server, and a way past the store to what they hold.

use std::collections::BTreeMap;
use std::path::Path;

use guichet_store::postgres::Address;
pub(crate) use guichet_store::postgres::PostgresStore as Books;
use guichet_store::{LeftBehind, Store as _};
use sqlx::{Connection as _, PgConnection};

use super::postgres::{address, connect, database_of, run};

/// Opens the books of that folder.
pub(crate) async fn open(folder: &tempfile::TempDir) -> Books {
    Books::open(&address_of(folder).await).await.unwrap()
}

/// The name of its database.
pub(crate) async fn name_of(folder: &tempfile::TempDir) -> String {
    database_of(folder.path(), &template().await).await
}

pub(crate) async fn address_of(folder: &tempfile::TempDir) -> Address {
    let database = name_of(folder).await;
    Address::parse(&address(&database).unwrap()).unwrap()
}

/// A connection to the books of that folder, with all rights.
pub(crate) async fn beside(folder: &tempfile::TempDir) -> PgConnection {
    connect(&name_of(folder).await).await
}

/// Another backend takes over what one left behind that is not heard of any more.
pub(crate) async fn after_its_death(
    folder: &tempfile::TempDir,
    killed: Books,
    now: i64,
) -> (Books, LeftBehind) {
    killed.take_over(now).await.unwrap();
    drop(killed);
    let store = open(folder).await;
    assert_eq!(store.take_over(now).await.unwrap(), LeftBehind::default());
    let mut books = beside(folder).await;
    let heard_of = "UPDATE backends SET since = now() - INTERVAL '1 minute', seen_at = CASE
        WHEN since = (SELECT max(since) FROM backends) THEN now()
        ELSE now() - INTERVAL '1 minute' END";
    run(&mut books, heard_of).await;
    let left = store.take_over(now).await.unwrap();
    (store, left)
}

/// What a statement finds in the books, as text: for what they hold and nobody reads yet.
pub(crate) async fn told(folder: &tempfile::TempDir, statement: &'static str) -> Vec<String> {
    let mut books = beside(folder).await;
    let rows = sqlx::query_scalar(statement).fetch_all(&mut books).await;
    books.close().await.unwrap();
    rows.unwrap()
}

/// Damages the books, as another version of the program or a broken disk would. Each statement
/// changes one row.
pub(crate) async fn damage(folder: &tempfile::TempDir, statements: &[&'static str]) {
    let mut books = beside(folder).await;
    // Foreign keys are not looked at.
    run(&mut books, "SET session_replication_role = replica").await;
    for statement in statements {
        assert_eq!(run(&mut books, *statement).await, 1, "{statement}");
    }
    books.close().await.unwrap();
}

/// Why a statement is refused.
pub(crate) async fn refused(folder: &tempfile::TempDir, statement: &'static str) -> String {
    let mut books = beside(folder).await;
    let refused = sqlx::query(statement).execute(&mut books).await;
    refused.unwrap_err().to_string()
}

/// All that stands in the tables.
pub(crate) async fn pages(folder: &tempfile::TempDir) -> Vec<u8> {
    let mut books = beside(folder).await;
    let tables = dump(&mut books).await;
    tables
        .into_values()
        .flatten()
        .collect::<String>()
        .into_bytes()
}

/// A database with the tables and nothing else in it, made once for these migrations.
async fn template() -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(migrations)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut hash = DefaultHasher::new();
    for file in files {
        std::fs::read(file).unwrap().hash(&mut hash);
    }
    let name = format!("template_{:016x}", hash.finish());
    let mut db = connect("postgres").await;
    // So that no two tests make it.
    run(&mut db, "SELECT pg_advisory_lock(1)").await;
    let there = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)");
    let there: bool = there.bind(&name).fetch_one(&mut db).await.unwrap();
    if !there {
        let part = format!("part_{name}");
        run(&mut db, format!("DROP DATABASE IF EXISTS {part}")).await;
        run(
            &mut db,
            format!("CREATE DATABASE {part} TEMPLATE template0 ENCODING UTF8"),
        )
        .await;
        let address = address(&part).unwrap();
        let address = Address::parse(&address).unwrap();
        guichet_store::postgres::migrate(&address).await.unwrap();
        run(&mut db, format!("ALTER DATABASE {part} RENAME TO {name}")).await;
    }
    // With it the lock goes.
    db.close().await.unwrap();
    name
}

/// All rows of all tables.
pub(crate) async fn dump(db: &mut PgConnection) -> BTreeMap<String, Vec<String>> {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::TEXT, string_agg(CASE data_type
                WHEN 'bytea' THEN format('coalesce(encode(%I, ''escape''), ''-'')', column_name)
                ELSE format('coalesce(%I::TEXT, ''-'')', column_name) END, '||''|''||'
                ORDER BY ordinal_position)
         FROM information_schema.columns
         WHERE table_schema = 'public'
            AND table_name NOT IN ('_sqlx_migrations', 'backends', 'copies', 'done')
            AND column_name NOT IN ('made', 'taken_by', 'seq', 'event_seq')
         GROUP BY table_name",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let mut dump = BTreeMap::new();
    for (name, columns) in tables {
        let rows = format!("SELECT {columns} FROM {name} ORDER BY 1");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(rows));
        dump.insert(name, rows.fetch_all(&mut *db).await.unwrap());
    }
    dump
}
