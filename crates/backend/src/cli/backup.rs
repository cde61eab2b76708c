//! `guichet backup`: a copy of the books while they are in use.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use guichet_store::sqlite::back_up;

use crate::config::Config;
use crate::database::Database;

/// What copies the books on a server.
pub(super) const ELSEWHERE: &str = "books on a server are copied, and put back, by its own means: \
                                    see docs/scaling.md";

/// Copies the books into a new file, and says what is in it.
pub(crate) async fn run(config: &Path, to: &Path) -> anyhow::Result<()> {
    let (config, _) = Config::read(config)?;
    let Database::File(books) = &config.database else {
        bail!("{}: {ELSEWHERE}", config.database);
    };
    let held = back_up(books, to)
        .await
        .with_context(|| format!("a copy of the books at {}", config.database))?;
    let (sessions, payments) = (held.sessions, held.payments);
    let to = to.display();
    let told = format!("{to}: {sessions} sessions, {payments} payments; checked, and on disk\n");
    // It is there, whether or not anybody reads this.
    let _ = std::io::stdout().write_all(told.as_bytes());
    Ok(())
}
