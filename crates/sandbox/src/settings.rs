//! Command line and settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use url::Url;

use crate::accounts::{Account, AccountFile, built_in_accounts};

/// The command line of `guichet-sandbox`.
#[derive(Debug, Parser)]
#[command(
    name = "guichet-sandbox",
    version,
    about = "Plays the payment platforms, locally."
)]
pub struct Cli {
    /// Where the platforms' pages and calls are served.
    #[arg(long, default_value = "127.0.0.1:8602")]
    pub platform_listen: SocketAddr,
    /// Where the demo shop is served.
    #[arg(long, default_value = "127.0.0.1:8600")]
    pub shop_listen: SocketAddr,
    /// The checkout backend that the demo shop uses.
    #[arg(long, default_value = "http://127.0.0.1:8601")]
    pub backend: Url,
    /// The demo shop's secret key for the backend.
    #[arg(long, env = "GUICHET_SHOP_SECRET_KEY", hide_env_values = true)]
    pub shop_secret_key: Option<SecretKey>,
    /// Methods of an ordinary order at the demo shop, separated by commas; none asks for all.
    #[arg(long, value_delimiter = ',')]
    pub shop_methods: Vec<String>,
    /// Folder that keeps the platform's signing key pair.
    #[arg(long, default_value = "target/guichet-sandbox")]
    pub data_dir: PathBuf,
    /// Folder of the demo shop's pages.
    #[arg(long, default_value = "www")]
    pub www: PathBuf,
    /// TOML or JSON file that replaces the built-in merchants.
    #[arg(long)]
    pub account: Option<PathBuf>,
}

/// A secret text, kept out of `Debug` output.
#[derive(Clone)]
pub struct SecretKey(String);

impl SecretKey {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

impl std::str::FromStr for SecretKey {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// What a sandbox needs to start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the platforms' pages and calls are served.
    pub platform_listen: SocketAddr,
    /// Where the demo shop is served.
    pub shop_listen: SocketAddr,
    /// The checkout backend that the demo shop uses.
    pub backend: Url,
    /// The demo shop's secret key for the backend.
    pub shop_secret_key: Option<SecretKey>,
    /// Methods of an ordinary order at the demo shop; none asks for all.
    pub shop_methods: Vec<String>,
    /// Folder that keeps the platform's signing key pair.
    pub data_dir: PathBuf,
    /// Folder of the demo shop's pages.
    pub www: PathBuf,
    /// The merchants.
    pub accounts: Vec<Account>,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file of `--account` can't be read.
    #[error("--account {path}: {source}")]
    AccountFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file of `--account` is not what is expected.
    #[error("--account {path}: {reason}")]
    AccountContent {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Settings {
    /// Settings from the command line.
    ///
    /// # Errors
    /// When the file of `--account` can't be read or understood.
    pub fn from_cli(cli: Cli) -> Result<Self, SettingsError> {
        let accounts = match cli.account {
            None => built_in_accounts(),
            Some(path) => read_accounts(path)?,
        };
        Ok(Self {
            platform_listen: cli.platform_listen,
            shop_listen: cli.shop_listen,
            backend: cli.backend,
            shop_secret_key: cli.shop_secret_key,
            shop_methods: cli.shop_methods,
            data_dir: cli.data_dir,
            www: cli.www,
            accounts,
        })
    }
}

fn read_accounts(path: PathBuf) -> Result<Vec<Account>, SettingsError> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(SettingsError::AccountFile { path, source }),
    };
    let json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let parsed = if json {
        serde_json::from_str::<AccountFile>(&text).map_err(|error| error.to_string())
    } else {
        // The parser's full message quotes the line, which may hold a key.
        toml::from_str::<AccountFile>(&text).map_err(|error| error.message().to_owned())
    };
    match parsed {
        Ok(file) if file.account.is_empty() => Err(SettingsError::AccountContent {
            path,
            reason: "no account in it".to_owned(),
        }),
        Ok(file) => Ok(file.account),
        Err(reason) => Err(SettingsError::AccountContent { path, reason }),
    }
}
