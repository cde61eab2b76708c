//! One writing transaction, statement by statement.
//!
//! A statement costs a hand-over to the connection's thread and one back, most of what a small one
//! takes, and everybody else waits for the turn meanwhile. So what is written and answers nothing
//! is kept, and goes with the next statement that is asked for something: the database does both in
//! the order in which they were given. What fails of it fails with that one, or with the end of the
//! transaction, and takes all of it back.

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, Encode, Sqlite, SqliteConnection, Type};

use crate::error::StoreError;

/// The connection, and what is to go with the next statement.
pub(super) struct Gathered<'a> {
    db: &'a mut SqliteConnection,
    statements: String,
    arguments: SqliteArguments,
}

/// Does this in one transaction, up to its last statement.
pub(super) async fn gathered<T>(
    db: &mut SqliteConnection,
    work: impl AsyncFnOnce(&mut Gathered<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut tx = Gathered {
        db,
        statements: String::new(),
        arguments: SqliteArguments::default(),
    };
    let answer = work(&mut tx).await?;
    tx.db().await?;
    Ok(answer)
}

impl<'a> Gathered<'a> {
    /// A statement whose parameters are each `?`, in the order in which they are bound: those of
    /// several that go together are counted through. With numbers (`?1`) the driver loses count.
    pub(super) fn statement(&mut self, sql: &'static str) -> Statement<'_, 'a> {
        debug_assert!(!sql.contains("?1"), "numbered parameters in {sql}");
        self.statements.push_str(sql);
        Statement {
            tx: self,
            bound: Ok(()),
        }
    }

    /// The connection, for what is asked of it otherwise. All that was kept is written first.
    pub(super) async fn db(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if !self.statements.is_empty() {
            let (db, all) = self.all();
            all.execute(db).await?;
        }
        Ok(self.db)
    }

    /// Everything that was kept, as one query.
    fn all(
        &mut self,
    ) -> (
        &mut SqliteConnection,
        Query<'static, Sqlite, SqliteArguments>,
    ) {
        let statements = std::mem::take(&mut self.statements);
        let arguments = std::mem::take(&mut self.arguments);
        // Nothing but statements of this program's text is in it.
        let all = sqlx::query_with(AssertSqlSafe(statements), arguments);
        (self.db, all)
    }
}

/// A statement that is being given its parameters.
pub(super) struct Statement<'t, 'a> {
    tx: &'t mut Gathered<'a>,
    bound: Result<(), sqlx::error::BoxDynError>,
}

impl Statement<'_, '_> {
    /// Binds the next parameter.
    pub(super) fn bind<'v>(mut self, value: impl Encode<'v, Sqlite> + Type<Sqlite>) -> Self {
        let bound = self.tx.arguments.add(value);
        self.bound = self.bound.and(bound);
        self
    }

    /// Keeps it for the next one that is asked for something.
    pub(super) fn later(self) -> Result<(), StoreError> {
        self.bound.map_err(sqlx::Error::Encode)?;
        self.tx.statements.push_str(";\n");
        Ok(())
    }

    /// The rows that it gives.
    pub(super) async fn fetch_all(self) -> Result<Vec<SqliteRow>, StoreError> {
        self.bound.map_err(sqlx::Error::Encode)?;
        let (db, all) = self.tx.all();
        Ok(all.fetch_all(db).await?)
    }

    /// The row that it gives, if it does.
    pub(super) async fn fetch_optional(self) -> Result<Option<SqliteRow>, StoreError> {
        self.bound.map_err(sqlx::Error::Encode)?;
        let (db, all) = self.tx.all();
        Ok(all.fetch_optional(db).await?)
    }

    /// The row that it always gives.
    pub(super) async fn fetch_one(self) -> Result<SqliteRow, StoreError> {
        let row = self.fetch_optional().await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{ConnectOptions as _, Row as _};

    use super::*;

    const ADD: &str = "INSERT INTO told (word, place) VALUES (?, (SELECT count(*) FROM told))";

    async fn table() -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().in_memory(true);
        let mut db = options.connect().await.unwrap();
        let table = "CREATE TABLE told (word TEXT UNIQUE, place INTEGER)";
        sqlx::query(table).execute(&mut db).await.unwrap();
        db
    }

    #[tokio::test]
    async fn what_waits_is_written_in_its_order_before_what_is_asked() {
        let mut db = table().await;
        let found = gathered(&mut db, async |tx| {
            for word in ["a", "b", "c"] {
                tx.statement(ADD).bind(word).later()?;
            }
            let asked = tx.statement("SELECT word FROM told WHERE place >= ? ORDER BY place");
            let rows = asked.bind(1).fetch_all().await?;
            tx.statement(ADD).bind("d").later()?;
            let words = rows.iter().map(|row| Ok(row.try_get::<String, _>(0)?));
            words.collect::<Result<Vec<_>, StoreError>>()
        });
        assert_eq!(found.await.unwrap(), ["b", "c"]);
        let last: String = sqlx::query_scalar("SELECT word FROM told WHERE place = 3")
            .fetch_one(&mut db)
            .await
            .unwrap();
        assert_eq!(last, "d");
    }

    #[tokio::test]
    async fn what_waits_and_fails_is_an_error_of_its_transaction() {
        let mut db = table().await;
        for asks in [true, false] {
            let done = gathered(&mut db, async |tx| {
                tx.statement(ADD).bind("same").later()?;
                tx.statement(ADD).bind("same").later()?;
                if asks {
                    tx.statement("SELECT count(*) FROM told")
                        .fetch_one()
                        .await?;
                }
                Ok(())
            });
            assert!(done.await.is_err());
            sqlx::query("DELETE FROM told")
                .execute(&mut db)
                .await
                .unwrap();
        }
    }
}
