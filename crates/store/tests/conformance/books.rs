//! Books in a file of SQLite's, and a way past the store to what they hold.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

pub(crate) use guichet_store::sqlite::SqliteStore as Books;
use guichet_store::{LeftBehind, Store as _};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

/// Opens the books of that folder. New ones are a copy of some that were made once: making the
/// tables is most of what a short test costs.
pub(crate) async fn open(folder: &tempfile::TempDir) -> Books {
    let path = file(folder);
    if !path.exists() {
        std::fs::write(&path, new_books().await).unwrap();
        let owners = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, owners).unwrap();
    }
    Books::open(&path).await.unwrap()
}

/// Books in which there is nothing.
async fn new_books() -> &'static [u8] {
    static BOOKS: tokio::sync::OnceCell<Vec<u8>> = tokio::sync::OnceCell::const_new();
    let made = BOOKS.get_or_init(async || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        Books::open(&path).await.unwrap().close().await;
        std::fs::read(path).unwrap()
    });
    made.await
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("books.db")
}

/// Opens books again whose backend was killed at that time, and takes over what it left behind.
pub(crate) async fn after_its_death(
    folder: &tempfile::TempDir,
    killed: Books,
    now: i64,
) -> (Books, LeftBehind) {
    drop(killed);
    let store = open(folder).await;
    let left = store.take_over(now).await.unwrap();
    (store, left)
}

/// What a statement finds in the books, as text: for what they hold and nobody reads yet.
pub(crate) async fn told(folder: &tempfile::TempDir, statement: &'static str) -> Vec<String> {
    let options = SqliteConnectOptions::new().filename(file(folder));
    let books = SqlitePool::connect_with(options.read_only(true)).await;
    let books = books.unwrap();
    let rows = sqlx::query_scalar(statement).fetch_all(&books).await;
    books.close().await;
    rows.unwrap()
}

/// Damages the books, as another version of the program or a broken disk would. Each statement
/// changes one row.
pub(crate) async fn damage(folder: &tempfile::TempDir, statements: &[&'static str]) {
    let options = SqliteConnectOptions::new().filename(file(folder));
    let books = SqlitePool::connect_with(options.foreign_keys(false)).await;
    let books = books.unwrap();
    for statement in statements {
        let done = sqlx::query(*statement).execute(&books).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{statement}");
    }
    books.close().await;
}

/// Why a statement is refused.
pub(crate) async fn refused(folder: &tempfile::TempDir, statement: &'static str) -> String {
    let options = SqliteConnectOptions::new().filename(file(folder));
    let books = SqlitePool::connect_with(options).await.unwrap();
    let refused = sqlx::query(statement).execute(&books).await.unwrap_err();
    books.close().await;
    refused.to_string()
}

/// All that stands in the books' own pages.
pub(crate) async fn pages(folder: &tempfile::TempDir) -> Vec<u8> {
    let copy = folder.path().join("copy.db");
    let _ = std::fs::remove_file(&copy);
    guichet_store::sqlite::back_up(&file(folder), &copy)
        .await
        .unwrap();
    std::fs::read(&copy).unwrap()
}
