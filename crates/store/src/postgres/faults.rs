//! What went wrong, by the server's own codes.
//! <https://www.postgresql.org/docs/current/errcodes-appendix.html>

use std::io;

use sqlx::postgres::PgDatabaseError;

use super::address::Address;
use crate::error::StoreError;

fn code(error: &sqlx::Error) -> Option<&str> {
    let error = error.as_database_error()?;
    Some(error.try_downcast_ref::<PgDatabaseError>()?.code())
}

fn code_of(error: &StoreError) -> Option<&str> {
    match error {
        StoreError::Unavailable(error) => code(error),
        _ => None,
    }
}

/// Whether the server ended a transaction for the sake of others, and took all of it back: a
/// deadlock, a conflict, or what another one has added meanwhile.
pub(super) fn tries_again(error: &StoreError) -> bool {
    matches!(code_of(error), Some("40001" | "40P01" | "23505"))
}

/// Whether the connection is lost, or the server ends it.
pub(super) fn is_lost(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable(
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed,
        ) => true,
        // Ended by its operator, by a crash of another one, or for being idle within a transaction.
        error => matches!(code_of(error), Some("57P01" | "57P02" | "57P03" | "25P03")),
    }
}

/// Whether the server that it leads to can't be written, as a replica can't.
pub(super) fn is_stale(error: &StoreError) -> bool {
    matches!(code_of(error), Some("25006" | "0A000"))
}

/// Why nobody gets in, for whoever starts a backend or asks for what is wrong.
pub(super) fn explained(error: sqlx::Error, server: &Address) -> StoreError {
    let why = match code(&error) {
        Some("28P01" | "28000") => {
            "it does not let us in: see the user and the password of database_url"
        }
        Some("3D000") => "it has no such database: make it with createdb, then run guichet migrate",
        Some("53300") => "it has no connection left: raise its max_connections",
        Some("57P03") => "it is starting or stopping",
        Some("42501") => "our user may not do that: make it the owner of its database",
        Some(_) => return error.into(),
        None => match &error {
            sqlx::Error::Io(cause) => match cause.kind() {
                io::ErrorKind::ConnectionRefused => {
                    "nothing listens there: does PostgreSQL run, and does database_url name it?"
                }
                _ => "it can't be reached: does database_url name it, and is there a way to it?",
            },
            sqlx::Error::Tls(_) => {
                "it does not prove who it is: see sslmode and sslrootcert of database_url"
            }
            _ => return error.into(),
        },
    };
    StoreError::NoServer {
        server: server.to_string(),
        why,
        cause: error.to_string(),
    }
}
