//! A value of a column, in whichever database it stands.

use sqlx::Row as _;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};

use crate::error::StoreError;

/// A statement for the server.
pub(super) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// One for the file.
type OfFile<'q> = Query<'q, Sqlite, SqliteArguments>;

/// What a column holds there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Bytes,
}

impl Kind {
    /// By the server's own word for it.
    pub(super) fn parse(word: &str) -> Result<Self, StoreError> {
        let kinds = [Self::Text, Self::Number, Self::Flag, Self::Bytes];
        let kind = kinds.into_iter().find(|kind| kind.word() == word);
        kind.ok_or_else(|| StoreError::Corrupt(format!("{word} is no type of ours")))
    }

    /// The server's word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "bigint",
            Self::Flag => "boolean",
            Self::Bytes => "bytea",
        }
    }

    /// Reads it from the file.
    pub(super) fn of_file(self, row: &SqliteRow, column: usize) -> Result<Value, StoreError> {
        Ok(match self {
            Self::Text => Value::Text(row.try_get(column)?),
            Self::Number => Value::Number(row.try_get(column)?),
            Self::Flag => {
                let flag: Option<i64> = row.try_get(column)?;
                Value::Flag(flag.map(|flag| flag != 0))
            }
            Self::Bytes => Value::Bytes(row.try_get(column)?),
        })
    }

    /// Reads it from the server.
    pub(super) fn of_server(self, row: &PgRow, column: usize) -> Result<Value, StoreError> {
        Ok(match self {
            Self::Text => Value::Text(row.try_get(column)?),
            Self::Number => Value::Number(row.try_get(column)?),
            Self::Flag => Value::Flag(row.try_get(column)?),
            Self::Bytes => Value::Bytes(row.try_get(column)?),
        })
    }

    /// Binds a column of many rows.
    pub(super) fn bind(self, query: Statement<'_>, values: Vec<Value>) -> Statement<'_> {
        let values = values.into_iter();
        match self {
            Self::Text => query.bind(values.map(Value::text).collect::<Vec<_>>()),
            Self::Number => query.bind(values.map(Value::number).collect::<Vec<_>>()),
            Self::Flag => query.bind(values.map(Value::flag).collect::<Vec<_>>()),
            Self::Bytes => query.bind(values.map(Value::bytes).collect::<Vec<_>>()),
        }
    }
}

/// A value, if there is one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Flag(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    /// Binds it in a statement for the file.
    pub(super) fn bind(self, query: OfFile<'_>) -> OfFile<'_> {
        match self {
            Self::Text(text) => query.bind(text),
            Self::Number(number) => query.bind(number),
            Self::Flag(flag) => query.bind(flag),
            Self::Bytes(bytes) => query.bind(bytes),
        }
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => text,
            _ => None,
        }
    }

    fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => number,
            _ => None,
        }
    }

    fn flag(self) -> Option<bool> {
        match self {
            Self::Flag(flag) => flag,
            _ => None,
        }
    }

    fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => None,
        }
    }
}
