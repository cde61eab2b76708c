//! What several commands take.

use std::path::PathBuf;

/// Where the configuration is.
#[derive(clap::Args)]
pub(crate) struct ConfigArg {
    /// The configuration file.
    #[arg(long, env = "GUICHET_CONFIG", default_value = "guichet.toml")]
    pub(crate) config: PathBuf,
}
