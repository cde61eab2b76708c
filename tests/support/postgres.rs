//! A server of PostgreSQL's, which whoever runs the tests has started, and a database of its own
//! for each test.

use std::path::Path;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// The variable that names the server, as an address of one of its databases whose user may do
/// everything. `cargo xtask test` sets it.
pub(crate) const SERVER: &str = "GUICHET_POSTGRES";

/// Databases whose folder is gone are dropped once there are so many.
const DATABASES_MAX: usize = 24;

/// The server's address with another database; none where there is no server.
pub(crate) fn address(database: &str) -> Option<String> {
    let server = std::env::var(SERVER).ok()?;
    let (server, _) = server.rsplit_once('/')?;
    Some(format!("{server}/{database}"))
}

/// Connects to a database, with all rights.
pub(crate) async fn connect(database: &str) -> PgConnection {
    let address = address(database).unwrap();
    let options: PgConnectOptions = address.parse().unwrap();
    options.connect().await.unwrap()
}

/// Runs a statement that the test has made itself.
pub(crate) async fn run(db: &mut PgConnection, statement: impl Into<String>) -> u64 {
    let statement: String = statement.into();
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.clone()));
    match done.execute(db).await {
        Ok(done) => done.rows_affected(),
        Err(error) => panic!("{statement}: {error}"),
    }
}

/// The name of the database that belongs to a folder: made anew from that template where it has
/// none yet. It goes some time after its folder.
pub(crate) async fn database_of(folder: &Path, template: &str) -> String {
    let note = folder.join("database");
    if let Ok(name) = std::fs::read_to_string(&note) {
        return name;
    }
    let mut random = [0_u8; 8];
    std::io::Read::read_exact(
        &mut std::fs::File::open("/dev/urandom").unwrap(),
        &mut random,
    )
    .unwrap();
    let name = format!("test_{:016x}", u64::from_be_bytes(random));
    let mut db = connect("postgres").await;
    drop_old(&mut db).await;
    run(
        &mut db,
        format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    let folder = folder.display();
    run(&mut db, format!("COMMENT ON DATABASE {name} IS '{folder}'")).await;
    db.close().await.unwrap();
    std::fs::write(note, &name).unwrap();
    name
}

/// Drops databases whose folder is gone.
async fn drop_old(db: &mut PgConnection) {
    let all = sqlx::query_as(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database
         WHERE datname LIKE 'test\\_%' AND pg_try_advisory_lock(2)",
    );
    let all: Vec<(String, Option<String>)> = all.fetch_all(&mut *db).await.unwrap();
    if all.len() > DATABASES_MAX {
        for (name, folder) in all {
            if folder.is_some_and(|folder| !Path::new(&folder).exists()) {
                run(db, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            }
        }
    }
    run(db, "SELECT pg_advisory_unlock_all()").await;
}
