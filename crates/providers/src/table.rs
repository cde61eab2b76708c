//! Reads an account's table of the configuration: each key is taken once, and what is left over is
//! an error that names it.

use guichet_domain::id::Slug;
use url::{Host, Url};

use crate::contract::ConfigError;

/// A table that is being read.
pub(crate) struct Table {
    account: String,
    rest: toml::Table,
    /// Name of the table within the account's table, with a dot at its end; mostly nothing.
    within: &'static str,
}

impl Table {
    /// The account's own table. `provider` and `id` are read by others.
    pub(crate) fn new(account: &Slug, mut table: toml::Table) -> Self {
        for read_elsewhere in ["provider", "id"] {
            table.remove(read_elsewhere);
        }
        Self {
            account: account.to_string(),
            rest: table,
            within: "",
        }
    }

    /// What is wrong with a key. Never shows its value.
    pub(crate) fn error(&self, key: &str, detail: impl Into<String>) -> ConfigError {
        ConfigError {
            account: self.account.clone(),
            key: format!("{}{key}", self.within),
            detail: detail.into(),
        }
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<Option<String>, ConfigError> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(key, "must be text, in quotes")),
        }
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<Option<bool>, ConfigError> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.error(key, "must be true or false")),
        }
    }

    pub(crate) fn integer(&mut self, key: &str) -> Result<Option<i64>, ConfigError> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::Integer(integer)) => Ok(Some(integer)),
            Some(_) => Err(self.error(key, "must be a whole number, without quotes")),
        }
    }

    pub(crate) fn list(&mut self, key: &str) -> Result<Option<Vec<String>>, ConfigError> {
        let wrong = "must be a list of texts, such as [\"…\", \"…\"]";
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    toml::Value::String(text) => Ok(text),
                    _ => Err(self.error(key, wrong)),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(self.error(key, wrong)),
        }
    }

    /// A table of texts.
    pub(crate) fn texts(
        &mut self,
        key: &str,
    ) -> Result<Option<Vec<(String, String)>>, ConfigError> {
        let wrong = "must be a table of texts";
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::Table(table)) => table
                .into_iter()
                .map(|(name, value)| match value {
                    toml::Value::String(text) => Ok((name, text)),
                    _ => Err(self.error(key, wrong)),
                })
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(self.error(key, wrong)),
        }
    }

    /// A table within this one. `within` is its name with a dot.
    pub(crate) fn table(
        &mut self,
        key: &str,
        within: &'static str,
    ) -> Result<Option<Self>, ConfigError> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(toml::Value::Table(rest)) => Ok(Some(Self {
                account: self.account.clone(),
                rest,
                within,
            })),
            Some(_) => Err(self.error(key, "must be a table")),
        }
    }

    /// A list of tables within this one; none is an empty list.
    pub(crate) fn tables(&mut self, key: &str) -> Result<Vec<Self>, ConfigError> {
        let wrong = "must be a list of tables";
        match self.rest.remove(key) {
            None => Ok(Vec::new()),
            Some(toml::Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    toml::Value::Table(rest) => Ok(Self {
                        account: self.account.clone(),
                        rest,
                        within: "",
                    }),
                    _ => Err(self.error(key, wrong)),
                })
                .collect(),
            Some(_) => Err(self.error(key, wrong)),
        }
    }

    /// What is left over is not a key of such an account.
    pub(crate) fn finish(&self, provider: &str) -> Result<(), ConfigError> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(unknown) => {
                Err(self.error(unknown, format!("is not a key of {provider} account")))
            }
        }
    }
}

/// Whether an address is this machine: where a sandbox is.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    }
}
