//! One table, as both have it.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, SqliteConnection};

use super::value::{Kind, Statement, Value};
use crate::error::StoreError;

/// Tables of a file that have no pair on a server: what was written once, when the ledger came.
const OF_FILES: [&str; 1] = ["ledger_due"];

/// Where a server keeps the order in which rows were made; a file has it in the rows' own numbers.
const MADE: &str = "made";

/// Rows that are copied at a time.
const BATCH: i64 = 1000;

/// A table.
pub(super) struct Table {
    pub(super) name: String,
    /// What tells its rows apart; they are read in the order of it.
    key: Vec<Column>,
    /// Its columns on the server.
    columns: Vec<Column>,
    /// The column that the server numbers by itself, if one is.
    numbered: Option<String>,
}

#[derive(Clone)]
struct Column {
    /// Where it stands among the columns.
    place: usize,
    name: String,
    kind: Kind,
}

type Row = Vec<Value>;

/// All tables, each after those that it refers to.
pub(super) async fn all(
    from: &mut SqliteConnection,
    to: &mut PgConnection,
) -> Result<Vec<Table>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'
            AND substr(name, 1, 5) <> '_sqlx' ORDER BY name",
    )
    .fetch_all(&mut *from)
    .await?;
    let mut referred: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names
        .into_iter()
        .filter(|name| !OF_FILES.contains(&name.as_str()))
    {
        let to = sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list(?)");
        let to: Vec<String> = to.bind(&name).fetch_all(&mut *from).await?;
        let others = to.into_iter().filter(|to| *to != name).collect();
        referred.insert(name, others);
    }
    let mut tables = Vec::new();
    while !referred.is_empty() {
        let mut free = referred
            .iter()
            .filter(|(_, to)| to.iter().all(|to| !referred.contains_key(to)));
        let free = free.next().map(|(name, _)| name.clone());
        let circle = || StoreError::Corrupt("tables that refer to each other in a circle".into());
        let name = free.ok_or_else(circle)?;
        referred.remove(&name);
        tables.push(Table::read(name, from, to).await?);
    }
    Ok(tables)
}

fn listed(columns: &[Column], of: impl Fn(&Column) -> String) -> String {
    columns.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn quoted(column: &Column) -> String {
    format!("\"{}\"", column.name)
}

/// Many rows that are given with a statement, as a table.
fn given(columns: &[Column]) -> String {
    let arrays = columns.iter().zip(1..);
    let arrays = arrays.map(|(column, number)| format!("${number}::{}[]", column.kind.word()));
    format!(
        "unnest({}) WITH ORDINALITY AS g ({}, nth)",
        arrays.collect::<Vec<_>>().join(", "),
        listed(columns, quoted)
    )
}

fn bind<'q>(statement: Statement<'q>, columns: &[Column], rows: &[Row]) -> Statement<'q> {
    columns.iter().fold(statement, |statement, column| {
        let values = rows.iter().filter_map(|row| row.get(column.place).cloned());
        column.kind.bind(statement, values.collect())
    })
}

fn statement(text: String) -> Statement<'static> {
    sqlx::query(sqlx::AssertSqlSafe(text))
}

async fn run(to: &mut PgConnection, text: String) -> Result<(), StoreError> {
    statement(text).execute(to).await?;
    Ok(())
}

impl Table {
    async fn read(
        name: String,
        from: &mut SqliteConnection,
        to: &mut PgConnection,
    ) -> Result<Self, StoreError> {
        let of_file: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, pk FROM pragma_table_info(?) ORDER BY pk")
                .bind(&name)
                .fetch_all(&mut *from)
                .await?;
        let there: Vec<(String, String, bool)> = sqlx::query_as(
            "SELECT column_name::TEXT, data_type::TEXT, is_identity = 'YES'
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        )
        .bind(&name)
        .fetch_all(to)
        .await?;
        let numbered = there.iter().find(|(.., numbered)| *numbered);
        let numbered = numbered.map(|(name, ..)| name.clone());
        let mut columns = Vec::new();
        for (place, (name, word, _)) in there.into_iter().enumerate() {
            let kind = Kind::parse(&word)?;
            columns.push(Column { place, name, kind });
        }
        let here: BTreeSet<&str> = of_file.iter().map(|(name, _)| name.as_str()).collect();
        let named: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let others = here.symmetric_difference(&named);
        if let Some(other) = others.copied().find(|column| *column != MADE) {
            let what = format!("{name}.{other} is on one side alone: bring both up to date");
            return Err(StoreError::Corrupt(what));
        }
        let keyed = of_file.iter().filter(|(_, place)| *place > 0);
        let key = keyed.filter_map(|(name, _)| columns.iter().find(|column| column.name == *name));
        let key: Vec<Column> = key.cloned().collect();
        Ok(Self {
            name,
            key,
            columns,
            numbered,
        })
    }

    /// Some rows of the file, in the order of the key: those after that one.
    async fn of_file(
        &self,
        from: &mut SqliteConnection,
        after: Option<&Row>,
    ) -> Result<Vec<Row>, StoreError> {
        let columns = listed(&self.columns, |column| match column.name.as_str() {
            MADE => "rowid".into(),
            _ => quoted(column),
        });
        let key = listed(&self.key, quoted);
        let rest = match after {
            Some(_) => format!("WHERE ({key}) > ({})", listed(&self.key, |_| "?".into())),
            None => String::new(),
        };
        let name = &self.name;
        let read = format!("SELECT {columns} FROM {name} {rest} ORDER BY {key} LIMIT {BATCH}");
        let mut read = sqlx::query(sqlx::AssertSqlSafe(read));
        if let Some(after) = after {
            for value in self.key.iter().filter_map(|column| after.get(column.place)) {
                read = value.clone().bind(read);
            }
        }
        let rows = read.fetch_all(from).await?;
        let row = |row| {
            let values = self.columns.iter().map(|c| c.kind.of_file(row, c.place));
            values.collect()
        };
        rows.iter().map(row).collect()
    }

    /// The same rows on the server.
    async fn of_server(&self, to: &mut PgConnection, rows: &[Row]) -> Result<Vec<Row>, StoreError> {
        let read = format!(
            "SELECT {} FROM {} JOIN {} t ON ({}) = ({}) ORDER BY g.nth",
            listed(&self.columns, |column| format!("t.{}", quoted(column))),
            given(&self.key),
            self.name,
            listed(&self.key, |column| format!("t.{}", quoted(column))),
            listed(&self.key, |column| format!("g.{}", quoted(column))),
        );
        let rows = bind(statement(read), &self.key, rows).fetch_all(to).await?;
        let row = |row| {
            let values = self.columns.iter().map(|c| c.kind.of_server(row, c.place));
            values.collect()
        };
        rows.iter().map(row).collect()
    }

    /// Copies all rows, and tells how many were not the same there. Those that are there are
    /// changed first: what they were must not be in the way of what comes.
    pub(super) async fn copy(
        &self,
        from: &mut SqliteConnection,
        to: &mut PgConnection,
    ) -> Result<u64, StoreError> {
        let rest = self.columns.iter().filter(|column| !self.is_key(column));
        let rest: Vec<Column> = rest.cloned().collect();
        let change = format!(
            "UPDATE {} t SET {} FROM {} WHERE ({}) = ({}) AND ({}) IS DISTINCT FROM ({})",
            self.name,
            listed(&rest, |column| format!("{0} = g.{0}", quoted(column))),
            given(&self.columns),
            listed(&self.key, |column| format!("t.{}", quoted(column))),
            listed(&self.key, |column| format!("g.{}", quoted(column))),
            listed(&rest, |column| format!("t.{}", quoted(column))),
            listed(&rest, |column| format!("g.{}", quoted(column))),
        );
        let columns = listed(&self.columns, quoted);
        let add = format!(
            "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}
             ON CONFLICT ({}) DO NOTHING",
            self.name,
            given(&self.columns),
            listed(&self.key, quoted)
        );
        let mut written = 0;
        if !rest.is_empty() && self.count(to).await? > 0 {
            written += self.write(from, to, &change).await?;
        }
        written += self.write(from, to, &add).await?;
        Ok(written)
    }

    fn is_key(&self, column: &Column) -> bool {
        self.key.iter().any(|key| key.place == column.place)
    }

    async fn write(
        &self,
        from: &mut SqliteConnection,
        to: &mut PgConnection,
        text: &str,
    ) -> Result<u64, StoreError> {
        let mut written = 0;
        let mut rows = self.of_file(from, None).await?;
        while !rows.is_empty() {
            let done = bind(statement(text.to_owned()), &self.columns, &rows);
            written += done.execute(&mut *to).await?.rows_affected();
            rows = self.of_file(from, rows.last()).await?;
        }
        Ok(written)
    }

    /// Removes what the file has no longer: it was copied before, and is gone since.
    pub(super) async fn remove_gone(
        &self,
        from: &mut SqliteConnection,
        to: &mut PgConnection,
    ) -> Result<(), StoreError> {
        if self.count(to).await? == 0 {
            return Ok(());
        }
        let typed = |column: &Column| format!("{} {}", quoted(column), column.kind.word());
        let (typed, key) = (listed(&self.key, typed), listed(&self.key, quoted));
        run(
            to,
            format!("CREATE TEMP TABLE kept ({typed}, PRIMARY KEY ({key}))"),
        )
        .await?;
        let keep = format!(
            "INSERT INTO kept ({key}) SELECT {key} FROM {}",
            given(&self.key)
        );
        let mut rows = self.of_file(from, None).await?;
        while !rows.is_empty() {
            let keep = bind(statement(keep.clone()), &self.key, &rows);
            keep.execute(&mut *to).await?;
            rows = self.of_file(from, rows.last()).await?;
        }
        let name = &self.name;
        let gone = format!("DELETE FROM {name} WHERE ({key}) NOT IN (SELECT {key} FROM kept)");
        run(to, gone).await?;
        run(to, "DROP TABLE kept".into()).await
    }

    async fn count(&self, to: &mut PgConnection) -> Result<i64, StoreError> {
        let count = format!("SELECT count(*) FROM {}", self.name);
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(count));
        Ok(count.fetch_one(to).await?)
    }

    /// Reads both through, row by row, and tells how many there are.
    pub(super) async fn prove(
        &self,
        from: &mut SqliteConnection,
        to: &mut PgConnection,
    ) -> Result<u64, StoreError> {
        let differs = |what: String| StoreError::Corrupt(format!("{}: {what}", self.name));
        let mut proven = 0;
        let mut rows = self.of_file(from, None).await?;
        while !rows.is_empty() {
            let there = self.of_server(to, &rows).await?;
            if there.len() != rows.len() {
                let (rows, there) = (rows.len(), there.len());
                return Err(differs(format!("of {rows} rows {there} are there")));
            }
            if let Some((row, _)) = rows.iter().zip(&there).find(|(row, there)| row != there) {
                let key: Vec<_> = self.key.iter().filter_map(|c| row.get(c.place)).collect();
                return Err(differs(format!("the row {key:?} is another one there")));
            }
            proven += rows.len() as u64;
            rows = self.of_file(from, rows.last()).await?;
        }
        let count = self.count(to).await?;
        if u64::try_from(count) != Ok(proven) {
            return Err(differs(format!("{proven} rows, and {count} there")));
        }
        Ok(proven)
    }

    /// Has the server go on with the numbers after the last one.
    pub(super) async fn number_on(&self, to: &mut PgConnection) -> Result<(), StoreError> {
        let Some(numbered) = &self.numbered else {
            return Ok(());
        };
        let on = format!(
            "SELECT setval(pg_get_serial_sequence('{0}', '{numbered}'),
                coalesce((SELECT max({numbered}) FROM {0}), 0) + 1, FALSE)",
            self.name
        );
        run(to, on).await
    }
}
