//! The whole books of a file, copied to a server, and proven there.
//!
//! Row by row, table by table, in the order of their references: what is there already is made the
//! same, and what the file has no longer is taken away. So a copy that was broken off is begun anew
//! and goes on, and one that was made is brought up to date, until a backend serves it. In the end
//! both are read through, and have to be the same in each row.

use std::path::Path;

use sqlx::{Connection as _, PgConnection, SqliteConnection};

use self::table::Table;
use crate::error::StoreError;
use crate::postgres::{self, Address};
use crate::sqlite;

mod table;
mod value;

/// A table that was copied and proven.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copied {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were not the same there before.
    pub written: u64,
}

/// Copies the books in a file to a server, whose tables are made and up to date. Whoever does it
/// holds the file's [`FileLock`](sqlite::FileLock): what is written meanwhile would not be there.
/// Each table is told of once it was copied.
///
/// # Errors
///
/// [`StoreError::Unsafe`] if the server has books that no copy made, or one that a backend has
/// served since; [`StoreError::Corrupt`] if what is there in the end is not the same.
pub async fn copy(
    from: &Path,
    to: &Address,
    mut told: impl FnMut(&Copied),
) -> Result<(), StoreError> {
    let mut from = sqlite::connect_to_copy(from).await?;
    let mut to = postgres::connect_to_copy(to).await?;
    refuse_served(&mut to).await?;
    let tables = table::all(&mut from, &mut to).await?;
    // All of one moment.
    sqlx::query("BEGIN").execute(&mut from).await?;
    mark(&mut to, "begun").await?;
    // What refers to others goes first where it goes, and last where it comes.
    for table in tables.iter().rev() {
        table.remove_gone(&mut from, &mut to).await?;
    }
    for table in &tables {
        told(&one(table, &mut from, &mut to).await?);
    }
    mark(&mut to, "proven").await?;
    from.close().await?;
    to.close().await?;
    Ok(())
}

async fn one(
    table: &Table,
    from: &mut SqliteConnection,
    to: &mut PgConnection,
) -> Result<Copied, StoreError> {
    let written = table.copy(from, to).await?;
    let rows = table.prove(from, to).await?;
    table.number_on(to).await?;
    Ok(Copied {
        table: table.name.clone(),
        rows,
        written,
    })
}

/// Refuses books that anything but a copy has written.
async fn refuse_served(to: &mut PgConnection) -> Result<(), StoreError> {
    let refused: bool = sqlx::query_scalar(
        "SELECT NOT EXISTS (SELECT 1 FROM copies)
            AND (EXISTS (SELECT 1 FROM sessions) OR EXISTS (SELECT 1 FROM counters)
                OR EXISTS (SELECT 1 FROM events) OR EXISTS (SELECT 1 FROM messages))",
    )
    .fetch_one(to)
    .await?;
    if refused {
        let what = "a backend has served the books there: copy into a database that has none";
        return Err(StoreError::Unsafe(what.into()));
    }
    Ok(())
}

/// Writes how far the copy is. A backend serves no books of which a part is missing.
async fn mark(to: &mut PgConnection, state: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO copies (one, state) VALUES (TRUE, $1)
         ON CONFLICT (one) DO UPDATE SET state = excluded.state",
    )
    .bind(state)
    .execute(to)
    .await?;
    Ok(())
}
