//! Command line and settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use url::{Host, Url};

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
    /// Where the terminal of Moneris is that is reached on the shop's own network, such as
    /// 127.0.0.1:8603. It is nowhere if absent.
    #[arg(long)]
    pub terminal_listen: Option<SocketAddr>,
    /// The checkout backend that the demo shop uses.
    #[arg(long, default_value = "http://127.0.0.1:8601")]
    pub backend: Url,
    /// The demo shop's secret key for the backend.
    #[arg(long, env = "GUICHET_SHOP_SECRET_KEY", hide_env_values = true)]
    pub shop_secret_key: Option<SecretKey>,
    /// The secret that the backend signs its webhooks to the demo shop with, `whsec_…`.
    #[arg(long, env = "GUICHET_SHOP_WEBHOOK_SECRET", hide_env_values = true)]
    pub shop_webhook_secret: Option<SecretKey>,
    /// Methods of an ordinary order at the demo shop, separated by commas; none asks for all.
    #[arg(long, value_delimiter = ',')]
    pub shop_methods: Vec<String>,
    /// The demo shop's pages may share their browsing context with others: they are sent without
    /// `Cross-Origin-Opener-Policy`. WebKit's driver loses a page with that header after a way
    /// back.
    #[arg(long)]
    pub shop_shares_its_windows: bool,
    /// Folder that keeps the platform's signing key pair.
    #[arg(long, default_value = "target/guichet-sandbox")]
    pub data_dir: PathBuf,
    /// Folder of the demo shop's pages.
    #[arg(long, default_value = "www")]
    pub www: PathBuf,
    /// TOML or JSON file that replaces the built-in merchants.
    #[arg(long)]
    pub account: Option<PathBuf>,
    /// An address that may be notified beside the backend's: scheme, host and port.
    #[arg(long, value_name = "ORIGIN")]
    pub notify: Vec<Url>,
    /// A name under which the sandbox is reached, beside 127.0.0.1 and localhost.
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// Listens on addresses that other machines reach, too.
    #[arg(long)]
    pub allow_remote: bool,
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
    /// Where the terminal of Moneris is that is reached on the shop's own network, if it is there.
    pub terminal_listen: Option<SocketAddr>,
    /// The checkout backend that the demo shop uses.
    pub backend: Url,
    /// The demo shop's secret key for the backend.
    pub shop_secret_key: Option<SecretKey>,
    /// The secret that the backend signs its webhooks to the demo shop with.
    pub shop_webhook_secret: Option<SecretKey>,
    /// Methods of an ordinary order at the demo shop; none asks for all.
    pub shop_methods: Vec<String>,
    /// Whether the demo shop's pages are sent without `Cross-Origin-Opener-Policy`.
    pub shop_shares_its_windows: bool,
    /// Folder that keeps the platform's signing key pair.
    pub data_dir: PathBuf,
    /// Folder of the demo shop's pages.
    pub www: PathBuf,
    /// The merchants.
    pub accounts: Vec<Account>,
    /// Origins that may be notified, beside the backend's and the accounts' own.
    pub notify: Vec<Url>,
    /// Names under which the sandbox is reached, beside the machine's own.
    pub hosts: Vec<String>,
    /// Whether it may listen on addresses that other machines reach.
    pub allow_remote: bool,
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
            terminal_listen: cli.terminal_listen,
            backend: cli.backend,
            shop_secret_key: cli.shop_secret_key,
            shop_webhook_secret: cli.shop_webhook_secret,
            shop_methods: cli.shop_methods,
            shop_shares_its_windows: cli.shop_shares_its_windows,
            data_dir: cli.data_dir,
            www: cli.www,
            accounts,
            notify: cli.notify,
            hosts: cli.host,
            allow_remote: cli.allow_remote,
        })
    }

    /// Whether a notification may be sent to this address: only its scheme, host and port count.
    ///
    /// A call names its own address (`PBX_REPONDRE_A`), and whoever opens a page can name any: the
    /// sandbox is no means to send requests to other people.
    pub(crate) fn may_notify(&self, address: &str) -> bool {
        let Some(wanted) = Url::parse(address).ok().and_then(|url| origin(&url)) else {
            return false;
        };
        let accounts = self.accounts.iter();
        let own =
            accounts.filter_map(|account| Url::parse(account.notification_url.as_ref()?).ok());
        let named = self.notify.iter().cloned().chain([self.backend.clone()]);
        named
            .chain(own)
            .any(|url| origin(&url) == Some(wanted.clone()))
    }
}

/// Scheme, host and port; the machine's own names are one.
fn origin(url: &Url) -> Option<(String, String, u16)> {
    let host = match url.host()? {
        Host::Ipv4(address) if address.is_loopback() => "localhost".to_owned(),
        Host::Ipv6(address) if address.is_loopback() => "localhost".to_owned(),
        host => host.to_string(),
    };
    Some((url.scheme().to_owned(), host, url.port_or_known_default()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_addresses_are_notified() {
        let cli = Cli::parse_from([
            "guichet-sandbox",
            "--backend",
            "http://127.0.0.1:8601",
            "--notify",
            "https://shop.example",
        ]);
        let mut settings = Settings::from_cli(cli).unwrap();
        let own = "http://127.0.0.1:9000/ipn?compte=1".to_owned();
        settings.accounts[0].notification_url = Some(own);
        for good in [
            "http://127.0.0.1:8601/notify/up2pay/demo",
            "http://localhost:8601/notify",
            "http://[::1]:8601/",
            "https://shop.example:443/ipn",
            "http://127.0.0.1:9000/autre",
        ] {
            assert!(settings.may_notify(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1:8602/sandbox/reset",
            "https://127.0.0.1:8601/",
            "http://shop.example/ipn",
            "http://shop.example.net:443/",
            "http://127.0.0.1:8601@192.0.2.1/",
            "/ipn",
            "",
        ] {
            assert!(!settings.may_notify(bad), "{bad}");
        }
    }
}
