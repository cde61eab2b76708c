//! One account of a configuration, for a command that needs nothing else of it.

use std::path::Path;

use guichet_providers::contract::Environment;
use serde::Deserialize;

use super::terminal::shown;
use crate::config::resolve;

/// What is needed of the configuration; its other keys are not looked at.
#[derive(Deserialize)]
struct File {
    environment: Environment,
    #[serde(default)]
    accounts: Vec<toml::Table>,
}

/// Its name, its table with its secrets, and the world it is of.
pub(super) type Account = (String, toml::Table, Environment);

/// An account of a provider: the one of that name, or the only one.
pub(super) fn configured(
    path: &Path,
    provider: &str,
    wanted: Option<&str>,
) -> Result<Account, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    // The parser's own message quotes the line, which may hold a key.
    let table: toml::Table = toml::from_str(&text)
        .map_err(|error| format!("is not TOML: {}", shown(error.message())))?;
    let file: File = serde::Deserialize::deserialize(table)
        .map_err(|error: toml::de::Error| shown(error.message()))?;
    let text_of = |table: &toml::Table, key: &str| {
        table
            .get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    let of_platform = file
        .accounts
        .into_iter()
        .filter(|table| text_of(table, "provider").as_deref() == Some(provider))
        .filter_map(|table| Some((text_of(&table, "id")?, table)));
    let mut found: Vec<_> = of_platform
        .filter(|(id, _)| wanted.is_none_or(|wanted| wanted == id))
        .collect();
    let (id, mut table) = match (found.pop(), found.is_empty()) {
        (Some(one), true) => one,
        (Some(_), false) => return Err("has several accounts: name one by --account".to_owned()),
        (None, _) => return Err(format!("has no such account of provider {provider:?}")),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only this account's own secrets are needed.
    resolve(&mut table, folder, &|name| std::env::var(name).ok())
        .map_err(|error| format!("{error:#}"))?;
    Ok((id, table, file.environment))
}
