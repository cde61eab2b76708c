//! A copy of the books while they are in use, and whether a file of books is whole.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::file::private;
use crate::error::StoreError;

/// What a backup holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BackedUp {
    /// Sessions.
    pub sessions: i64,
    /// Payments.
    pub payments: i64,
}

/// Copies the books into a new file, as they are at one moment, while others read and write them.
/// The copy is checked and on disk before it bears its name; nobody but its owner can read it.
///
/// # Errors
///
/// [`StoreError::Unsafe`] if there are no books at `books`, something is at `to` already, or it
/// can't be written; [`StoreError::Damaged`] if the copy is not whole.
pub async fn back_up(books: &Path, to: &Path) -> Result<BackedUp, StoreError> {
    if to.exists() {
        return Err(StoreError::Unsafe(format!(
            "{} is there already: name a file that is not",
            to.display()
        )));
    }
    let mut source = read_only(books).await?;
    let part = part(to);
    let made = copy(&mut source, &part).await;
    let named = match made {
        Ok(held) => std::fs::rename(&part, to)
            .and_then(|()| File::open(folder(to))?.sync_all())
            .map(|()| held)
            .map_err(|error| unwritable(to, &error)),
        Err(error) => Err(error),
    };
    if named.is_err() {
        // It may not have been made.
        let _ = std::fs::remove_file(&part);
    }
    named
}

/// Puts a backup in the place of the books. What was there is moved aside with its WAL, and kept:
/// gives where to, if anything was. Whoever does it holds the books' [`FileLock`](super::FileLock).
///
/// # Errors
///
/// [`StoreError::Unsafe`] if there is no backup or something can't be written;
/// [`StoreError::Damaged`] if the backup is not whole: the books are untouched.
pub async fn restore(backup: &Path, books: &Path) -> Result<Option<PathBuf>, StoreError> {
    let mut source = read_only(backup).await?;
    check(&mut source).await?;
    let part = part(books);
    let made = copy(&mut source, &part).await;
    source.close().await?;
    let placed = match made {
        Ok(_) => place(&part, books).map_err(|error| unwritable(books, &error)),
        Err(error) => Err(error),
    };
    if placed.is_err() {
        // It may not have been made.
        let _ = std::fs::remove_file(&part);
    }
    placed
}

/// Moves what is at `books` aside, and `part` there.
fn place(part: &Path, books: &Path) -> std::io::Result<Option<PathBuf>> {
    let mut aside = None;
    if books.exists() {
        let number = (1..u32::MAX).find(|number| !beside(books, *number).exists());
        let kept = beside(books, number.unwrap_or(u32::MAX));
        // The file first: what is without it is nothing.
        std::fs::rename(books, &kept)?;
        aside = Some(kept);
    }
    for suffix in ["-wal", "-shm"] {
        let named = |of: &Path| {
            let mut name = OsString::from(of);
            name.push(suffix);
            PathBuf::from(name)
        };
        // Left here, it would be read into the books that come now.
        match (&aside, named(books)) {
            (Some(kept), old) if old.exists() => std::fs::rename(old, named(kept))?,
            (None, old) if old.exists() => std::fs::remove_file(old)?,
            _ => {}
        }
    }
    if let Err(error) = std::fs::rename(part, books) {
        if let Some(kept) = &aside {
            std::fs::rename(kept, books)?;
        }
        return Err(error);
    }
    File::open(folder(books))?.sync_all()?;
    Ok(aside)
}

fn beside(books: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(books);
    name.push(format!(".replaced-{number}"));
    name.into()
}

async fn copy(source: &mut SqliteConnection, part: &Path) -> Result<BackedUp, StoreError> {
    let failed = |error: std::io::Error| unwritable(part, &error);
    // SQLite writes into a file that is empty, and leaves its rights as they are.
    let made = private().write(true).create_new(true).open(part);
    drop(made.map_err(failed)?);
    let name = part
        .to_str()
        .ok_or_else(|| StoreError::Unsafe("the copy's name is not UTF-8".into()))?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name);
    copied.execute(source).await?;
    File::open(part)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    let mut copy = read_only(part).await?;
    check(&mut copy).await?;
    let (sessions, payments) =
        sqlx::query_as("SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM payments)")
            .fetch_one(&mut copy)
            .await?;
    copy.close().await?;
    Ok(BackedUp { sessions, payments })
}

/// Reads every page of the books at that path, and tells what is wrong. Others may be using them;
/// none are made.
///
/// # Errors
///
/// [`StoreError::Unsafe`] if there are none; [`StoreError::Damaged`] if they are not whole.
pub async fn check_file(books: &Path) -> Result<(), StoreError> {
    let mut db = read_only(books).await?;
    check(&mut db).await
}

/// Reads every page, and tells what is wrong.
pub(super) async fn check(db: &mut SqliteConnection) -> Result<(), StoreError> {
    let check = sqlx::query_scalar("PRAGMA quick_check(3)").fetch_all(db);
    let found: Vec<String> = check.await.map_err(|error| match error {
        sqlx::Error::Database(error) => StoreError::Damaged(error.to_string()),
        error => error.into(),
    })?;
    match found.as_slice() {
        [ok] if ok == "ok" => Ok(()),
        found => Err(StoreError::Damaged(found.join("; "))),
    }
}

/// Opens a file that is there: none is made.
async fn read_only(path: &Path) -> Result<SqliteConnection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Unsafe(format!(
            "there is no file {}",
            path.display()
        )));
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    Ok(options.connect().await?)
}

fn part(to: &Path) -> PathBuf {
    let mut name = OsString::from(to);
    name.push(format!(".part-{}", std::process::id()));
    name.into()
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

fn unwritable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unsafe(format!("{} can't be written: {error}", path.display()))
}
