//! One process serves a set of books: a lock beside the file.
//!
//! What keeps two orders of one session apart is held in the process. A second process on the same
//! books would order, and ask, beside the first.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::file::private;
use crate::error::StoreError;

/// Held for as long as this value lives. The system gives it back when the process is dead, however
/// it died: there is nothing to tidy up.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock of the books at this path, or tells who has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] with the holder's process id; [`StoreError::Unsafe`] where there can
    /// be no lock file beside the books.
    pub fn take(books: &Path) -> Result<Self, StoreError> {
        let path = beside(books);
        let failed = |error: std::io::Error| {
            StoreError::Unsafe(format!("its lock {}: {error}", path.display()))
        };
        let mut file = private()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who has it may not have written its number yet.
                let _ = file.read_to_string(&mut holder);
                return Err(StoreError::InUse {
                    lock: path.display().to_string(),
                    holder: holder.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // The number is for people; it is the lock that counts.
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        if let Err(error) = written {
            tracing::warn!(error.cause = %error, "our process id is not in the lock file");
        }
        Ok(Self { _file: file })
    }
}

/// The same path for the same books, by whatever link they are named.
fn beside(books: &Path) -> PathBuf {
    let real = std::fs::canonicalize(books).or_else(|_| {
        let folder = books
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or_else(|| Path::new(".")))?;
        Ok::<_, std::io::Error>(folder.join(books.file_name().unwrap_or_default()))
    });
    let mut name: OsString = real.unwrap_or_else(|_| books.to_owned()).into();
    name.push(".lock");
    name.into()
}
