//! The accounts' tables of the configuration.

use guichet_providers::contract::Environment;
use guichet_providers::registry::PROVIDERS;
use guichet_providers::sogenactif::operator::Operator;

use crate::fixture::{slug, telling_words};

/// What stands in a table.
#[derive(Default)]
struct Held {
    /// What no text may show.
    secrets: Vec<String>,
    /// Names and other values, which may be shown.
    open: Vec<String>,
}

impl Held {
    fn read(&mut self, table: &toml::Table, secret: bool) {
        for (name, value) in table {
            // As it stands, and as `Debug` writes it: the 0 of an escape joins what follows it.
            self.open.push(format!("{name} {name:?}"));
            let secret = secret || matches!(name.as_str(), "hmac_key" | "notify_secret" | "keys");
            self.value(value, secret);
        }
    }

    fn value(&mut self, value: &toml::Value, secret: bool) {
        match value {
            toml::Value::String(text) if secret => self.secrets.push(text.clone()),
            toml::Value::Table(table) => self.read(table, secret),
            toml::Value::Array(items) => items.iter().for_each(|item| self.value(item, secret)),
            toml::Value::String(text) => self.open.push(format!("{text} {text:?}")),
            other => self.open.push(other.to_string()),
        }
    }
}

/// A table, for every provider in every environment. No text and no `Debug` shows a secret of it,
/// unless it stands in the table as something else, too.
pub fn config_table(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(table) = toml::from_str::<toml::Table>(text) else {
        return;
    };
    let mut held = Held::default();
    held.read(&table, false);
    let open = held.open.join("\n");
    let words = held.secrets.iter().flat_map(|secret| telling_words(secret));
    let secrets: Vec<&str> = words.filter(|word| !open.contains(*word)).collect();
    let check = |shown: &str| {
        let found = secrets.iter().any(|secret| shown.contains(secret));
        assert!(!found, "a secret is shown: {shown}");
    };
    for environment in [
        Environment::Sandbox,
        Environment::Test,
        Environment::Production,
    ] {
        for (_, open) in PROVIDERS {
            match open(slug(), table.clone(), environment) {
                Ok(provider) => {
                    assert!(provider.deadline_seconds() > 0);
                    let confirmation = provider.confirmation();
                    assert!(confirmation.is_none_or(|own| !own.sequence_scope().is_empty()));
                    check(&format!("{:?}", provider.methods()));
                }
                Err(error) => check(&format!("{error} {error:?}")),
            }
        }
        check(&format!(
            "{:?}",
            Operator::open(slug(), table.clone(), environment)
        ));
    }
}
