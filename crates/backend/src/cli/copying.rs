//! `guichet store copy`: the books of a file, copied to a server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use guichet_store::copying::copy;

use super::terminal::print;
use crate::database::Database;

/// From where to where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The books in a file, such as sqlite:///var/lib/guichet/guichet.db. No backend serves them
    /// meanwhile.
    #[arg(long)]
    from: String,
    /// The server, such as postgres://guichet@db.example/guichet; or env:NAME, the variable that
    /// says it, so that no password is on the command line. Its tables are made by guichet migrate.
    #[arg(long)]
    to: String,
}

/// Copies, proves, and tells of each table.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let from = database("--from", &arguments.from)?;
    let Database::File(path) = &from else {
        bail!("--from: must be a file, such as sqlite:///var/lib/guichet/guichet.db");
    };
    let Database::Server(server) = database("--to", &arguments.to)? else {
        bail!("--to: must be a server, such as postgres://guichet@db.example/guichet");
    };
    let _lock = from
        .lock()
        .with_context(|| format!("the books at {from}"))?;
    let mut told = String::new();
    let mut rows = 0;
    copy(path, &server, |table| {
        let (name, count, written) = (&table.table, table.rows, table.written);
        told += &format!("{name}: {count} rows, the same in each; {written} of them written\n");
        rows += count;
    })
    .await
    .with_context(|| format!("from {from} to {server}"))?;
    print(format!(
        "{told}{rows} rows are there as they are in the file. Name the server in database_url, and \
         start no backend on the file any more.\n"
    ))
}

fn database(option: &str, text: &str) -> anyhow::Result<Database> {
    let told = match text.strip_prefix("env:") {
        Some(name) => {
            std::env::var(name).with_context(|| format!("{option}: the variable {name}"))?
        }
        None => text.to_owned(),
    };
    let here: PathBuf = std::env::current_dir()?;
    crate::config::database(option, &told, Path::new(&here))
}
