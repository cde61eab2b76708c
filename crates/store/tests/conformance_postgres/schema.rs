//! Which servers and which books are taken.

use guichet_store::StoreError;
use guichet_store::postgres::{Address, look, migrate};

use super::books::{Books, address_of, beside};
use super::fixtures::*;
use super::postgres::{SERVER, address, connect, run};

fn parsed(address: &str) -> Address {
    Address::parse(address).unwrap()
}

/// Why these books are not opened.
async fn refused(address: &Address) -> String {
    let refused = Books::open(address).await.unwrap_err().to_string();
    assert!(!refused.contains("secret"), "{refused}");
    refused
}

#[tokio::test]
async fn books_of_another_version_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let address = address_of(&folder).await;
    let mut db = beside(&folder).await;
    migrate(&address).await.unwrap();
    Books::open(&address).await.unwrap().close().await;
    run(
        &mut db,
        "INSERT INTO _sqlx_migrations SELECT 9999, description, now(), TRUE, checksum, 1
         FROM _sqlx_migrations WHERE version = 25",
    )
    .await;
    let newer = refused(&address).await;
    assert!(newer.contains("a newer version of this program"), "{newer}");
    let newer = migrate(&address).await.unwrap_err().to_string();
    assert!(newer.contains("a newer version of this program"), "{newer}");
    let looked = look(&address).await.unwrap();
    assert!(looked.bad[0].contains("a newer version"), "{looked:?}");
    run(&mut db, "DELETE FROM _sqlx_migrations").await;
    let older = refused(&address).await;
    assert!(older.contains("guichet migrate"), "{older}");
    run(&mut db, "DROP TABLE _sqlx_migrations").await;
    let none = refused(&address).await;
    assert!(none.contains("run guichet migrate"), "{none}");
}

#[tokio::test]
async fn what_keeps_us_from_a_server_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let there = address_of(&folder).await;
    assert_eq!(look(&there).await.unwrap().bad, [""; 0]);

    let none = refused(&parsed("postgres://guichet:secret@127.0.0.1:1/books")).await;
    assert!(none.contains("nothing listens there"), "{none}");

    let database = address("no_such_database").unwrap();
    let absent = refused(&parsed(&database)).await;
    assert!(absent.contains("createdb"), "{absent}");

    // One whose password is asked for.
    let mut db = connect("postgres").await;
    let role = folder.path().file_name().unwrap().to_str().unwrap();
    let role = format!("checked_{}", role.trim_matches('.').to_lowercase());
    run(
        &mut db,
        format!("CREATE ROLE {role} LOGIN PASSWORD 'right'"),
    )
    .await;
    let server = std::env::var(SERVER).unwrap();
    let host = server.rsplit_once('@').unwrap().1;
    let host = host.rsplit_once('/').unwrap().0;
    let wrong = refused(&parsed(&format!(
        "postgres://{role}:secret@{host}/postgres"
    )))
    .await;
    assert!(wrong.contains("the user and the password"), "{wrong}");
    run(&mut db, format!("DROP ROLE {role}")).await;

    let tls = refused(&parsed(&format!(
        "{}?sslmode=verify-full",
        address("postgres").unwrap()
    )))
    .await;
    assert!(tls.contains("sslmode"), "{tls}");
}

#[tokio::test]
async fn a_database_that_takes_no_writes_is_not_ready_and_is_again_once_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).await;
    store.ping().await.unwrap();
    let mut db = beside(&folder).await;
    // What a server answers that has become a replica.
    let name = super::books::name_of(&folder).await;
    run(
        &mut db,
        "CREATE FUNCTION fail() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'a replica' USING ERRCODE = '25006'; END $$",
    )
    .await;
    run(
        &mut db,
        "CREATE TRIGGER t AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    .await;
    let mut made = session(1);
    let key = mark("s1", "b");
    let failed = store.add_session(&mut made, &secret(1), &key).await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable(_))),
        "{failed:?}"
    );
    run(&mut db, "DROP TRIGGER t ON sessions").await;
    // No connection gets in, and those that are there are cut.
    let mut outside = connect("postgres").await;
    run(
        &mut outside,
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS FALSE"),
    )
    .await;
    run(
        &mut db,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert!(store.ping().await.is_err(), "ready though nobody gets in");
    run(
        &mut outside,
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS TRUE"),
    )
    .await;
    store.ping().await.unwrap();
    add_session(&store, 2).await;
}
